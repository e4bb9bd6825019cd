"""Meta Pixel (Facebook), as fbevents.js sends it: a GET for an image, or a form POST where the event is long.

Wire format: https://developers.facebook.com/docs/meta-pixel/reference (standard events and object properties),
https://developers.facebook.com/docs/marketing-api/conversions-api/parameters (documented names of the same fields),
https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/fbp-and-fbc (browser and click ID),
https://developers.facebook.com/docs/meta-pixel/implementation/data-processing-options (limited data use).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from harness.capture.captured import Answer
from harness.decode.address import split_url
from harness.decode.payload import read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, DATA, USER, CONSENT, TECHNICAL = "General", "Page", "Custom data", "User data", "Consent", "Technical"

TABLE = QueryTable(
    {
        "id": Row(None, "Pixel ID", GENERAL),
        "ev": Row(None, "Event", GENERAL),
        "eid": Row("event_id", "Event ID", GENERAL),
        "ts": Row(None, "Time (ms)", GENERAL, "integer"),
        "dl": Row("event_source_url", "Page address", PAGE),
        "rl": Row("referrer_url", "Referrer", PAGE),
        "if": Row(None, "In a frame", PAGE),
        "cd[value]": Row("value", "Value", DATA, "number"),
        "cd[currency]": Row("currency", "Currency", DATA),
        "cd[content_ids]": Row("content_ids", "Content IDs", DATA, "json"),
        "cd[contents]": Row("contents", "Contents", DATA, "json"),
        "cd[content_type]": Row("content_type", "Content type", DATA),
        "cd[content_name]": Row("content_name", "Content name", DATA),
        "cd[content_category]": Row("content_category", "Content category", DATA),
        "cd[num_items]": Row("num_items", "Number of items", DATA, "number"),
        "cd[predicted_ltv]": Row("predicted_ltv", "Predicted lifetime value", DATA, "number"),
        "cd[search_string]": Row("search_string", "Search string", DATA),
        "cd[status]": Row("status", "Status", DATA),
        "cd[order_id]": Row("order_id", "Order ID", DATA),
        "cd[OpenGraph]": Row("OpenGraph", "Open Graph", DATA, "json"),
        "cd[Schema.org]": Row("Schema.org", "Schema.org", DATA, "json"),
        "cd[JSON-LD]": Row("JSON-LD", "JSON-LD", DATA, "json"),
        "cd[DataLayer]": Row("DataLayer", "Data layer", DATA, "json"),
        "cd[Meta]": Row("Meta", "Meta tags", DATA, "json"),
        "cd[buttonFeatures]": Row("buttonFeatures", "Button", DATA, "json"),
        "cd[formFeatures]": Row("formFeatures", "Form", DATA, "json"),
        "cd[pageFeatures]": Row("pageFeatures", "Page features", DATA, "json"),
        "fbp": Row(None, "Browser ID", USER),
        "fbc": Row(None, "Click ID", USER),
        "dpo": Row(None, "Data processing options", CONSENT),
        "dpoco": Row(None, "Data processing country", CONSENT),
        "dpost": Row(None, "Data processing state", CONSENT),
        "es": Row(None, "Event source", TECHNICAL),
        "sw": Row(None, "Screen width", TECHNICAL),
        "sh": Row(None, "Screen height", TECHNICAL),
        "v": Row(None, "Pixel version", TECHNICAL),
        "r": Row(None, "Release", TECHNICAL),
        "a": Row(None, "Agent", TECHNICAL),
        "ec": Row(None, "Event counter", TECHNICAL),
        "it": Row(None, "Initialised (ms)", TECHNICAL),
        "coo": Row(None, "Cookie only", TECHNICAL),
        "rqm": Row(None, "Request method", TECHNICAL),
        "noscript": Row(None, "Without script", TECHNICAL),
        "o": Row(None, "Options", TECHNICAL),
        "exp": Row(None, "Experiment", TECHNICAL),
        "tm": Row(None, "Traffic permission", TECHNICAL),
        "cs_est": Row(None, "Click and browser ID established", TECHNICAL),
        "cs_cc": Row(None, "Cookies created", TECHNICAL),
        "ccs": Row(None, "Cookie source", TECHNICAL),
        "cdl": Row(None, "Client data layer", TECHNICAL),
        "ler": Row(None, "Last external referrer", PAGE),
        "plt": Row(None, "Page load time (ms)", TECHNICAL),
        "chmd": Row(None, "Device model", TECHNICAL),
        "chpv": Row(None, "Platform version", TECHNICAL),
        "chfv": Row(None, "Browser version", TECHNICAL),
        "hmd": Row(None, "Hash of the page's markup data", TECHNICAL),
    },
    (
        Prefix("cd[", "]", label="{}", group=DATA),
        Prefix("ud[", "]", field=None, label="{}", group=USER),
        Prefix("udff[", "]", field=None, label="{} (form field)", group=USER),
        Prefix("aud[", "]", field=None, label="{} (automatic)", group=USER),
        Prefix("pmd[", "]", field=None, label="{} (page)", group=PAGE),
        Prefix("ap[", "]", field=None, label="{} (automatic)", group=DATA),
    ),
)
_READ = QueryReader(TABLE, key="event_id", page="event_source_url")
_COPIES = ("/privacy_sandbox/", "/tr/attribution")


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    path = split_url(request.url).path
    for hit in hits:
        wire: dict[str, Any] = {each.name: each.value for each in reversed(hit.parameters)}
        hit.account = wire.get("id") or None
        hit.event = wire.get("ev") or None
        hit.kind = "auxiliary" if hit.event is None or path.startswith(_COPIES) else "pageview" if hit.event == "PageView" else "event"
        hit.identifiers = {
            name: str(wire[key])
            for key, name in (
                ("fbp", "fbp"),
                ("fbc", "fbc"),
                ("ud[external_id]", "external_id"),
                ("ud[uid]", "external_id"),
                ("ud[em]", "em"),
                ("ud[ph]", "ph"),
            )
            if wire.get(key)
        }
        sent = wire.get("ts")
        hit.event_time = sent / 1_000 if isinstance(sent, int) else None
        hit.consent = _consent(wire)
    return hits


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    names = {"dpo": "data_processing_options", "dpoco": "data_processing_options_country", "dpost": "data_processing_options_state"}
    found = {name: wire[key] for key, name in names.items() if key in wire}
    return found or None


def _is_pixel(request: CapturedRequest) -> bool:
    """A pixel's own query under another host (a Conversions API gateway): a numeric pixel ID and the script's bookkeeping."""
    query = f"&{split_url(request.url).query}&"
    pixel = query.partition("&id=")[2].partition("&")[0]
    return 10 <= len(pixel) <= 20 and pixel.isdecimal() and all(f"&{key}=" in query for key in ("dl", "if", "ts", "v", "it"))


def _is_posted_pixel(request: CapturedRequest) -> bool:
    """The same in a body, as a gateway is sent what is too long for an address."""
    if request.method != "POST":
        return False
    names = {each.name: each.value for each in read_body(request).form()}
    pixel = str(names.get("id", ""))
    return 10 <= len(pixel) <= 20 and pixel.isascii() and pixel.isdecimal() and {"ev", "dl", "if", "ts", "v", "it"} <= names.keys()


def _pixel_of(path: str, wire: Mapping[str, Any]) -> str | None:
    last = path.rstrip("/").rpartition("/")[2]
    return last if last.isdecimal() else wire.get("id")


def _answer(request: CapturedRequest) -> Answer | None:
    """fbevents.js holds every event back until its pixel's configuration says that it was loaded."""
    path = split_url(request.url).path
    if not path.startswith("/signals/config/"):
        return None
    pixel = path.rpartition("/")[2]
    if not pixel.isdecimal():
        return None
    name = json.dumps(pixel)
    script = f"fbq.registerPlugin({name},{{__fbEventsPlugin:1,plugin:function(fbq,instance){{instance.configLoaded({name});}}}});"
    return Answer(200, (("Content-Type", "application/x-javascript; charset=utf-8"),), script.encode())


_TR = "https://www.facebook.com/tr/?id=691776562467007"

VENDOR = Vendor(
    id="meta-pixel",
    name="Meta Pixel",
    category="advertising",
    docs=(
        "https://developers.facebook.com/docs/meta-pixel/reference",
        "https://developers.facebook.com/docs/marketing-api/conversions-api/parameters",
    ),
    endpoints=(
        Endpoint(host="www.facebook.com", path="/tr"),
        Endpoint(host="www.facebook.com", path="/tr/*"),
        Endpoint(host="facebook.com", path="/tr"),
        Endpoint(host="facebook.com", path="/tr/*"),
        Endpoint(host="www.facebook.com", path="/privacy_sandbox/*"),
        Endpoint(host="*", keys=("ev", "id"), recognise=_is_pixel),
        Endpoint(host="*", path="/events/*", recognise=_is_posted_pixel),
        *(Endpoint(host="connect.facebook.net", path=f"/*/{name}.js", role="library", decode=LibraryReader()) for name in ("fbevents", "fbds", "fp")),
        Endpoint(host="connect.facebook.net", path="/signals/plugins/*", role="library", decode=LibraryReader()),
        Endpoint(host="connect.facebook.net", path="/signals/config/*", role="config", decode=LibraryReader("config", account=_pixel_of)),
    ),
    decode=_decode,
    answer=_answer,
    automatic_events=frozenset({"SubscribedButtonClick", "Microdata", "InputData"}),
    automatic_parameters=frozenset(
        {"event_source_url", "referrer_url", "buttonFeatures", "buttonText", "formFeatures", "pageFeatures", "parameters", "OpenGraph",
         "Schema.org", "JSON-LD", "DataLayer", "Meta"}
    ),
    purposes=("ad_storage", "ad_user_data", "ad_personalization"),
    examples=(
        {
            "title": "a purchase with its contents and an event ID",
            "request": {
                "url": f"{_TR}&ev=Purchase&dl=https%3A%2F%2Fshop.example%2F%3Ffbclid%3Dx1&rl=&if=false&ts=1795318139093&cd[value]=19.98"
                "&cd[currency]=USD&cd[contents]=%5B%7B%22id%22%3A%22SKU1%22%2C%22quantity%22%3A2%7D%5D&cd[num_items]=2"
                "&fbp=fb.1.1795318135045.8153&fbc=fb.1.1795318135045.x1&eid=T-1&dpo=LDU&dpoco=1&dpost=1000",
                "resource_type": "image",
            },
            "hits": [
                {
                    "kind": "event", "event": "Purchase", "account": "691776562467007", "key": "T-1", "event_time": 1795318139.093,
                    "values": {
                        "value": 19.98, "currency": "USD", "contents": [{"id": "SKU1", "quantity": 2}], "num_items": 2, "event_id": "T-1",
                    },
                    "identifiers": {"fbp": "fb.1.1795318135045.8153", "fbc": "fb.1.1795318135045.x1"},
                    "campaign": {"fbclid": "x1"},
                    "consent": {"data_processing_options": "LDU", "data_processing_options_country": "1"},
                }
            ],
        },
        {
            "title": "a long event, posted as a form into a frame",
            "request": {
                "url": "https://www.facebook.com/tr/", "method": "POST", "resource_type": "document",
                "headers": {"Content-Type": "application/x-www-form-urlencoded"},
                "body": "id=691776562467007&ev=AddToCart&dl=https%3A%2F%2Fshop.example%2F&cd%5Bcontent_ids%5D=%5B%22SKU1%22%5D&cd%5Bsize%5D=XL",
            },
            "hits": [
                {
                    "kind": "event", "event": "AddToCart", "account": "691776562467007",
                    "values": {"content_ids": ["SKU1"], "size": "XL"}, "parameters": {"cd[size]": "XL"},
                }
            ],
        },
        {
            "title": "a long event, posted as multipart",
            "request": {
                "url": "https://www.facebook.com/tr/", "method": "POST",
                "headers": {"Content-Type": "multipart/form-data; boundary=----b1"},
                "body": '------b1\r\nContent-Disposition: form-data; name="id"\r\n\r\n691776562467007\r\n------b1\r\n'
                'Content-Disposition: form-data; name="ev"\r\n\r\nPageView\r\n------b1--\r\n',
            },
            "hits": [{"kind": "pageview", "event": "PageView", "account": "691776562467007"}],
        },
        {
            "title": "the page's markup, as the script reads it by itself",
            "request": f"{_TR}&ev=Microdata&cd[OpenGraph]=%7B%22og%3Atitle%22%3A%22Tee%22%7D&cd[Schema.org]=%5B%5D&pmd[title]=Tee&ud[uid]=u1",
            "hits": [{"kind": "event", "event": "Microdata", "values": {"OpenGraph": {"og:title": "Tee"}, "Schema.org": []}, "identifiers": {"external_id": "u1"}}],
        },
        {
            "title": "a page view without a script, over the shortest address",
            "request": {"url": "https://www.facebook.com/tr?id=691776562467007&ev=PageView&noscript=1", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "PageView", "account": "691776562467007", "key": None}],
        },
        {
            "title": "a Conversions API gateway that is sent a form",
            "request": {
                "url": "https://capig.shop.example/events/0a1b2c", "method": "POST", "headers": {"Content-Type": "application/x-www-form-urlencoded"},
                "body": "id=691776562467007&ev=ViewContent&dl=https%3A%2F%2Fshop.example&rl=&if=false&ts=1795318139093&sw=1&sh=1&v=2.9.157&r=stable&it=1795318139000&cd[value]=5",
            },
            "hits": [{"kind": "event", "event": "ViewContent", "account": "691776562467007", "values": {"value": 5}}],
        },
        {
            "title": "a copy for the browser's own attribution",
            "request": "https://www.facebook.com/privacy_sandbox/pixel/register/trigger/?id=691776562467007&ev=Purchase&dl=https%3A%2F%2Fshop.example%2F&rqm=FGET",
            "hits": [{"kind": "auxiliary", "event": "Purchase", "account": "691776562467007"}],
        },
        {
            "title": "a pixel's configuration",
            "request": {"url": "https://connect.facebook.net/signals/config/691776562467007?v=2.9.157&r=stable", "resource_type": "script"},
            "hits": [{"kind": "config", "account": "691776562467007"}],
        },
    ),
    lookalikes=(
        "https://notfacebook.com/tr?id=1&ev=PageView",
        "https://www.facebook.com.evil.example/tr/?id=1&ev=PageView",
        "https://www.facebook.com/trends",
        "https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fwww.facebook.com%2Ftr%2F%3Fid%3D1",
        "https://shop.example/tr?id=1&ev=PageView",
        "https://connect.facebook.net/en_US/sdk.js",
        "https://www.facebook.com/privacy/policy",
        "https://www.facebook.com/plugins/like.php?href=https%3A%2F%2Fshop.example&id=691776562467007&ev=PageView",
        {"url": "https://shop.example/events/new", "method": "POST", "body": "id=6917765624&ev=Concert&dl=1", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
    ),
)  # fmt: skip
