"""Contentsquare (with the older Clicktale): page views, dynamic variables, transactions, events and recordings.

Documentation: https://docs.contentsquare.com/en/web/ (tracking tag), https://docs.contentsquare.com/en/web/track-page-views/,
https://docs.contentsquare.com/en/web/track-transactions/, https://docs.contentsquare.com/en/web/compatibility/ (content security policy: hosts).

The last step of the path names the call; dynamic variables (``dv``) and a page event's name (``value``) are compressed with lz-string.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.compression import NotCompressed, unlz
from harness.decode.payload import open_text
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, USER, COMMERCE, DEVICE, TECHNICAL = "General", "Page", "User", "E-commerce", "Device", "Technical"
_KINDS = {"pageview": "pageview", "transaction": "event", "pageEvent": "event", "page-event": "event"}
_READ = QueryReader(
    QueryTable(
        {
            "pid": Row("project_id", "Project ID", GENERAL),
            "projectId": Row("project_id", "Project ID", GENERAL),
            "uu": Row("user_id", "User ID", USER),
            "sn": Row("session_number", "Session number", USER, "number"),
            "pn": Row("page_number", "Page number", USER, "number"),
            "url": Row("url", "Page address", PAGE),
            "dr": Row("referrer", "Referrer", PAGE),
            "cvarp": Row("page_variables", "Page variables", GENERAL, "json"),
            "cvars": Row("session_variables", "Session variables", GENERAL, "json"),
            "cvaru": Row("user_variables", "User variables", GENERAL, "json"),
            "cvarv": Row("visit_variables", "Visit variables", GENERAL, "json"),
            "dv": Row(None, "Dynamic variables (compressed)", GENERAL),
            "value": Row(None, "Page event (compressed)", GENERAL),
            "isETR": Row(None, "Triggers a recording", TECHNICAL),
            "pvt": Row(None, "Kind of page view", GENERAL),
            "uc": Row(None, "Consent", "Consent"),
            "lv": Row(None, "Last visit", USER),
            "lhd": Row(None, "Last hit", USER),
            "hd": Row(None, "Time", TECHNICAL),
            "re": Row(None, "Recorded", TECHNICAL),
            "rt": Row(None, "Recording type", TECHNICAL),
            "ri": Row(None, "Part of the recording", TECHNICAL),
            "tr": Row("transaction", "Transaction", COMMERCE, "json"),
            "la": Row(None, "Language", DEVICE),
            "sw": Row(None, "Screen width", DEVICE),
            "sh": Row(None, "Screen height", DEVICE),
            "ww": Row(None, "Window width", DEVICE),
            "wh": Row(None, "Window height", DEVICE),
            "dw": Row(None, "Document width", DEVICE),
            "dh": Row(None, "Document height", DEVICE),
            "v": Row(None, "Version", TECHNICAL),
            "r": Row(None, "Cache buster", TECHNICAL),
        },
        (Prefix("dv[", "]", label="{}", group=GENERAL),),
    ),
    account="project_id",
    page="url",
    identifiers=("user_id",),
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    steps = [step for step in split_url(request.url).path.split("/") if step]
    call = steps[-1] if steps else None
    for hit in hits:
        hit.event = call
        hit.kind = _KINDS.get(call or "", "auxiliary")
        wire = {each.name: each.value for each in reversed(hit.parameters)}
        if wire.get("uc"):
            hit.consent = {"uc": wire["uc"]} | ({"user_consent": True} if wire["uc"] == "2" else {})
        if call == "pageEvent" and (name := _opened(wire.get("value"))):
            hit.event = name
        elif call == "dvar":
            variables = open_text(_opened(wire.get("dv"))).value
            if isinstance(variables, dict):
                hit.values.update(variables)
        for name, path in (("project_id", "csSessionData.projectId"), ("user_id", "csSessionData.userId"), ("url", "location")):
            found = wire.get(path)
            if isinstance(found, str | int) and found != "":
                hit.values.setdefault(name, found)
        hit.account = hit.account or (str(hit.values["project_id"]) if hit.values.get("project_id") else None)
    return hits


def _opened(text: object) -> str:
    if not isinstance(text, str) or not text:
        return ""
    try:
        return unlz(text)
    except NotCompressed:
        return ""


def _is_call(request: CapturedRequest) -> bool:
    """Told from scripts and frames, and from Hotjar, which lives under ``hj.contentsquare.net``."""
    host, path, *_ = split_url(request.url)
    return not host.endswith("hj.contentsquare.net") and not path.endswith((".js", ".css", ".html", ".json", ".map"))


def _tag(path: str, wire: Mapping[str, object]) -> str | None:
    return path.rpartition("/")[2].removesuffix(".js") or None


VENDOR = Vendor(
    id="contentsquare",
    name="Contentsquare",
    category="replay",
    docs=("https://docs.contentsquare.com/en/web/", "https://docs.contentsquare.com/en/web/track-page-views/"),
    endpoints=(
        *(Endpoint(host=host, recognise=_is_call) for host in ("*.contentsquare.net", "contentsquare.net")),
        Endpoint(host="c.contentsquare.com", recognise=_is_call),
        *(
            Endpoint(host=host, path="/uxa/*", role="library", decode=LibraryReader(account=_tag))
            for host in ("t.contentsquare.net", "csxd.contentsquare.net", "*.contentsquare.net", "app.contentsquare.com")
        ),
        Endpoint(host="t.contentsquare.net", role="library", decode=LibraryReader()),
        Endpoint(host="*.contentsquare.com", path="/uxa/*", role="library", decode=LibraryReader(account=_tag)),
        Endpoint(host="*.clicktale.net", path="/ctn_v2/*"),
        *(Endpoint(host=host, role="library", decode=LibraryReader()) for host in ("cdnssl.clicktale.net", "cdn.clicktale.net", "clicktalecdn.sslcs.cdngc.net")),
    ),
    decode=_decode,
    automatic_events=frozenset({"pageview"}),
    automatic_parameters=frozenset({"project_id", "user_id", "session_number", "page_number", "url", "referrer"}),
    examples=(
        {
            "title": "a page view",
            "request": {
                "url": "https://c.contentsquare.net/pageview?pid=1234&uu=u-1&sn=2&pn=3&url=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dnews&dr=&sw=1280&v=15.1&r=1"
            },
            "hits": [
                {
                    "kind": "pageview", "event": "pageview", "account": "1234", "values": {"session_number": 2, "page_number": 3},
                    "identifiers": {"user_id": "u-1"}, "campaign": {"utm_source": "news"},
                }
            ],
        },
        {
            "title": "dynamic variables, compressed",
            "request": {
                "url": "https://c.contentsquare.net/dvar?v=10.8.6&pid=1234&uu=u-1&sn=1&pn=4&dv=N4IgpgaghgTgjAJhALhAQQHYHsME8C2WArgM4gA0IADjFlQMwogAKtAJkQ"
                "MYAuAwlNzABzLDFwAZOBWq0qU1KQC0YDCAC%2BQA&r=161807"
            },
            "hits": [
                {
                    "kind": "auxiliary", "event": "dvar", "account": "1234",
                    "values": {"eVar12": "Anonymous", "prop3": "ProductCategoryL1", "prop1": "us-en"},
                }
            ],
        },
        {
            "title": "a page event, its name compressed",
            "request": {"url": "https://c.contentsquare.net/pageEvent?value=MIewdgZglg5gXAAgEoFMA2KCGBnFB9AJgAYCBGIgFgIDYgAA&isETR=false&v=10.8.6&pid=1234&uu=u-1&sn=1&pn=1"},
            "hits": [{"kind": "event", "event": "Config: Release_20210426", "account": "1234"}],
        },
        {
            "title": "a page view with its variables and consent, in the Azure cluster",
            "request": {
                "url": "https://c.az.contentsquare.net/pageview?pid=1234&uu=u-1&sn=1&pn=1&uc=2&url=https%3A%2F%2Fshop.example%2F"
                "&cvarp=%7B%221%22%3A%5B%22Template%22%2C%22Home%22%5D%7D"
            },
            "hits": [
                {"kind": "pageview", "event": "pageview", "consent": {"user_consent": True}, "values": {"page_variables": {"1": ["Template", "Home"]}}}
            ],
        },
        {
            "title": "the older recording's session",
            "request": {
                "url": "https://wr-us.contentsquare.net/ctn_v2/auth/?pid=325&as=1&subsid=232897", "method": "POST",
                "body": {"csSessionData": {"projectId": 1234, "userId": "u-1", "sessionNumber": 1, "pageNumber": 4}, "location": "https://shop.example/"},
            },
            "hits": [{"kind": "auxiliary", "event": "auth", "account": "325"}],
        },
        {
            "title": "a recording's part, in a regional cluster",
            "request": {"url": "https://k-eu1.az.contentsquare.net/v2/recording?pid=1234&uu=u-1&sn=2&pn=3", "method": "POST", "body": {"x": 1}},
            "hits": [{"kind": "auxiliary", "event": "recording", "account": "1234"}],
        },
        {
            "title": "the tag",
            "request": {"url": "https://t.contentsquare.net/uxa/ab12cd34.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "ab12cd34"}],
        },
    ),
    lookalikes=(
        "https://shop.example/pageview?pid=1234&uu=1",
        "https://c.notcontentsquare.net/pageview",
        "https://static.hj.contentsquare.net/c/hotjar-5204814.js",
        "https://app.contentsquare.com/sites/2887",
        "https://shop.example/?u=https%3A%2F%2Fc.contentsquare.net%2Fpageview",
        "https://c.contentsquare.net.evil.example/pageview",
    ),
)  # fmt: skip
