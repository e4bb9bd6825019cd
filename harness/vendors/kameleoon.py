"""Kameleoon: visits, experiments, conversions and custom data; scripts and configurations.

Documentation: https://developers.kameleoon.com/apis/data-api-rest/overview/ (Data API), https://developers.kameleoon.com/apis/activation-api-js/api-reference/,
https://developers.kameleoon.com/feature-management-and-experimentation/web-sdks/js-sdk/ (SDK), https://help.kameleoon.com/content-security-policy/ (hosts).

``/visit/events`` takes one event a line, each as a query (``eventType=conversion&goalId=1&revenue=9.99&nonce=…``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.payload import from_base64, read_body
from harness.decode.query import QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader, request_parameters
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, USER, EXPERIMENT, TECHNICAL = "General", "Page", "User", "Experiment", "Technical"
_TABLE = QueryTable(
    {
        "siteCode": Row("siteCode", "Site code", GENERAL),
        "visitorCode": Row("visitorCode", "Visitor code", USER),
        "mappingIdentifier": Row("mappingIdentifier", "Is a mapped ID", USER),
        "eventType": Row("eventType", "Event", GENERAL),
        "href": Row("href", "Page address", PAGE),
        "title": Row("title", "Page title", PAGE),
        "goalId": Row("goalId", "Goal ID", EXPERIMENT),
        "revenue": Row("revenue", "Revenue", EXPERIMENT, "number"),
        "negative": Row("negative", "Negative", EXPERIMENT, "boolean"),
        "experimentId": Row("experimentId", "Experiment ID", EXPERIMENT),
        "id": Row("id", "ID", EXPERIMENT),
        "variationId": Row("variationId", "Variation ID", EXPERIMENT),
        "metadata": Row("metadata", "Conversion's custom data", EXPERIMENT, "json"),
        "overwrite": Row("overwrite", "Overwrite", GENERAL, "boolean"),
        "mappingValue": Row("mappingValue", "Mapped ID", USER),
        "referrersIndices": Row(None, "Referrers", PAGE),
        "index": Row("index", "Custom data's index", GENERAL),
        "valuesCountMap": Row("values", "Custom data", GENERAL, "json"),
        "nonce": Row("nonce", "Event's ID", TECHNICAL),
        "time": Row("time", "Time", TECHNICAL),
        "startOfVisit": Row(None, "Visit starts", TECHNICAL),
        "keyPages": Row(None, "Key pages", PAGE),
        "referrers": Row(None, "Referrers", PAGE),
        "scriptVersion": Row(None, "Script version", TECHNICAL),
        "itp": Row(None, "Browser limits cookies", TECHNICAL),
        "p": Row(None, "Event (base64)", TECHNICAL),
        "lp": Row(None, "Protocol", TECHNICAL),
        "spt": Row(None, "Script's time", TECHNICAL),
        "sdkName": Row(None, "SDK", TECHNICAL),
        "sdkVersion": Row(None, "SDK version", TECHNICAL),
        "bodyUa": Row(None, "User agent in the body", TECHNICAL),
    }
)
_KINDS = {"page": "pageview", "conversion": "event", "experiment": "event", "personalization": "event"}
_READ = QueryReader(
    _TABLE,
    event="eventType",
    account="siteCode",
    key="nonce",
    page="href",
    time="time",
    identifiers=("visitorCode", "mappingValue"),
    kind=lambda event: _KINDS.get(event or "", "auxiliary"),
)


def _decode(request: CapturedRequest) -> list[Hit]:
    shared = _TABLE.read(split_url(request.url).query)
    payload = read_body(request)
    if payload.shape not in ("form", "text") or payload.problem:
        return _READ(request)
    lines = [line for line in payload.text.replace("\r", "\n").split("\n") if line.strip()]
    return [_READ.hit([*shared, *_TABLE.read(line)]) for line in lines] or _READ(request)


def _image(request: CapturedRequest) -> list[Hit]:
    """The older script's image: the event is a query, as base64, in ``p``."""
    shared, problem = request_parameters(request, _TABLE)
    packed = next((str(each.value) for each in shared if each.name == "p"), "")
    opened = from_base64(packed)
    hit = _READ.hit([*shared, *(_TABLE.read(opened.decode("utf-8", "replace")) if opened else ())])
    hit.undecoded = hit.undecoded or problem
    return [hit]


def _is_kameleoon(request: CapturedRequest) -> bool:
    """Told under a custom domain by a site code (ten letters and digits), and a visitor's code or an event of Kameleoon's in the query or the body."""
    query = f"&{split_url(request.url).query}"
    if "&siteCode=" not in query or len(query.partition("&siteCode=")[2].partition("&")[0]) != 10:
        return False
    body = request.body.data[:65_536]
    return "&eventType=" in query or body.startswith(b"eventType=") or b"\neventType=" in body


def _site(path: str, wire: Mapping[str, object]) -> str | None:
    found = wire.get("siteCode")
    if found:
        return str(found)
    name = path.rstrip("/").rpartition("/")[2]
    return name if len(name) == 10 and name.isalnum() else None


def _site_of_host(request: CapturedRequest) -> list[Hit]:
    hits = LibraryReader(account=_site)(request)
    first = split_url(request.url).host.partition(".")[0]
    for hit in hits:
        hit.account = hit.account or (first if len(first) == 10 else None)
    return hits


_CONFIG = LibraryReader("config", account=_site)
_TOPS = ("com", "eu", "io")

VENDOR = Vendor(
    id="kameleoon",
    name="Kameleoon",
    category="experiment",
    docs=("https://developers.kameleoon.com/apis/data-api-rest/overview/", "https://developers.kameleoon.com/apis/activation-api-js/api-reference/"),
    endpoints=(
        *(Endpoint(host=f"{name}.kameleoon.{top}", path=path) for top in _TOPS for name in ("data", "eu-data", "na-data", "api-data") for path in ("/visit/events", "/visit/visitor", "/map/*", "/log/*", "/dataTracking")),
        *(Endpoint(host=f"{name}.kameleoon.{top}", path="/visit/*", role="config", decode=_CONFIG) for top in _TOPS for name in ("data", "eu-data", "na-data")),
        *(Endpoint(host=f"{name}.kameleoon.{top}", role="config", decode=_CONFIG) for top in _TOPS for name in ("sdk-config", "client-config", "events")),
        Endpoint(host="*", path="*/visit/events", recognise=_is_kameleoon),
        *(Endpoint(host=f"*.kameleoon.{top}", path="/visit.gif", decode=_image) for top in _TOPS),
        *(Endpoint(host=f"logger.kameleoon.{top}", decode=LibraryReader("auxiliary")) for top in _TOPS),
        *(Endpoint(host=f"*.kameleoon.{top}", path=f"/{name}.js", role="library", decode=_site_of_host) for top in _TOPS for name in ("kameleoon", "engine", "kameleoon-iframe", "script")),
    ),
    decode=_decode,
    automatic_events=frozenset({"page", "experiment", "staticData", "activity", "activityTracking", "staticContextData"}),
    automatic_parameters=frozenset({"siteCode", "visitorCode", "href", "title", "nonce"}),
    examples=(
        {
            "title": "several events, one a line",
            "request": {
                "url": "https://eu-data.kameleoon.io/visit/events?siteCode=ab12cd34ef&visitorCode=v1", "method": "POST", "headers": {"Content-Type": "text/plain"},
                "body": "eventType=page&href=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dnews&title=Shop&nonce=n1\neventType=conversion&goalId=77&revenue=19.98&negative=false&nonce=n2",
            },
            "hits": [
                {"kind": "pageview", "event": "page", "account": "ab12cd34ef", "key": "n1", "campaign": {"utm_source": "news"}, "identifiers": {"visitorCode": "v1"}},
                {"kind": "event", "event": "conversion", "account": "ab12cd34ef", "key": "n2", "values": {"goalId": "77", "revenue": 19.98, "negative": False}},
            ],
        },
        {
            "title": "the older script's image",
            "request": {
                "url": "https://eu-tlp04.kameleoon.eu/visit.gif?lp=4&spt=1639646933468&p=c2l0ZUNvZGU9YWIxMmNkMzRlZiZ2aXNpdG9yQ29kZT12MSZzdGFydE9mVmlzaXQ9ZmFsc2Umbm9uY2U9bjEmZXZlbnRUeXBlPXBhZ2UmdGltZT0xNjM5NjQ4Nzg3Nzg4JmhyZWY9aHR0cHMlM0ElMkYlMkZzaG9wLmV4YW1wbGUlMkYmdGl0bGU9U2hvcA%3D%3D"
            },
            "hits": [
                {
                    "kind": "pageview", "event": "page", "account": "ab12cd34ef", "key": "n1", "page_url": "https://shop.example/", "event_time": 1639648787.788,
                    "identifiers": {"visitorCode": "v1"},
                }
            ],
        },
        {
            "title": "a custom event by GET",
            "request": {"url": "https://data.kameleoon.com/visit/events?siteCode=ab12cd34ef&visitorCode=v1&eventType=experiment&id=5&variationId=6"},
            "hits": [{"kind": "event", "event": "experiment", "account": "ab12cd34ef", "values": {"id": "5", "variationId": "6"}}],
        },
        {
            "title": "an SDK's conversion with custom data, under a custom domain",
            "request": {
                "url": "https://data.shop.example/visit/events?siteCode=ab12cd34ef&sdkName=javascript&sdkVersion=5.17.1&bodyUa=true", "method": "POST",
                "body": "eventType=conversion&goalId=77&revenue=19.98&negative=false&metadata=%5B%7B%22index%22%3A1%7D%5D&nonce=n3&visitorCode=v1\n"
                "eventType=customData&index=3&valuesCountMap=%7B%22gold%22%3A1%7D&overwrite=true&mappingIdentifier=true&nonce=n4&visitorCode=v1",
            },
            "hits": [
                {"kind": "event", "event": "conversion", "account": "ab12cd34ef", "key": "n3", "values": {"revenue": 19.98, "metadata": [{"index": 1}]}, "identifiers": {"visitorCode": "v1"}},
                {"kind": "auxiliary", "event": "customData", "values": {"values": {"gold": 1}}, "identifiers": {"visitorCode": "v1"}},
            ],
        },
        {
            "title": "the script",
            "request": {"url": "https://ab12cd34ef.kameleoon.eu/kameleoon.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "ab12cd34ef"}],
        },
        {
            "title": "the SDK's configuration",
            "request": {"url": "https://sdk-config.kameleoon.eu/v3/ab12cd34ef"},
            "hits": [{"kind": "config", "account": "ab12cd34ef"}],
        },
    ),
    lookalikes=(
        "https://shop.example/visit/events?siteCode=1",
        "https://data.notkameleoon.com/visit/events",
        {"url": "https://shop.example/visit/events?siteCode=ab12cd34ef", "method": "POST", "body": "type=page"},
        "https://shop.example/?u=https%3A%2F%2Fdata.kameleoon.io%2Fvisit%2Fevents",
        "https://data.kameleoon.io.evil.example/visit/events",
        "https://www.kameleoon.com/en",
    ),
)  # fmt: skip
