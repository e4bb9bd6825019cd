"""Plausible Analytics: one event a request, to plausible.io, a self-hosted instance or a proxy.

Wire format: https://plausible.io/docs/events-api (events), https://plausible.io/docs/custom-event-goals (custom events),
https://plausible.io/docs/ecommerce-revenue-tracking (revenue), https://plausible.io/docs/proxy/introduction (proxies).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.capture.captured import Answer
from harness.decode.address import split_url
from harness.decode.document import PathTable, text_at
from harness.decode.payload import open_text, read_body
from harness.decode.query import Prefix, Row
from harness.decode.readers import JsonReader, LibraryReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PROPERTIES, PAGE, REVENUE = "General", "Properties", "Page", "Revenue"
_NAMES = {
    "n": ("name", "Event", GENERAL), "name": ("name", "Event", GENERAL),
    "d": ("domain", "Site", GENERAL), "domain": ("domain", "Site", GENERAL),
    "u": ("url", "Page address", PAGE), "url": ("url", "Page address", PAGE),
    "r": ("referrer", "Referrer", PAGE), "referrer": ("referrer", "Referrer", PAGE),
    "w": (None, "Screen width", PAGE), "screen_width": (None, "Screen width", PAGE),
    "h": (None, "Routes by hash", PAGE), "v": (None, "Script version", "Technical"),
    "i": ("interactive", "Interactive", GENERAL), "interactive": ("interactive", "Interactive", GENERAL),
    "sd": ("scroll_depth", "Scroll depth (%)", PAGE), "e": ("engagement_time", "Engagement time (ms)", PAGE),
}  # fmt: skip
_TABLE = PathTable(
    {key: Row(None, label, group) for key, (_, label, group) in _NAMES.items()},
    (
        *(Prefix(start, field=None, label="{}", group=PROPERTIES) for start in ("p.", "m.", "props.", "meta.")),
        *(Prefix(start, field=None, label="Revenue {}", group=REVENUE) for start in ("$.", "revenue.")),
    ),
)


def _kind(name: str | None, event: Any) -> str:
    return "auxiliary" if name in ("engagement", "pageleave") else kind_of(name)


def _derive(hit: Hit, event: Any, document: Any) -> None:
    if not isinstance(event, dict):
        return
    for key in ("p", "props", "m", "meta"):
        found = event.get(key)
        if isinstance(found, str):
            found = open_text(found).value
        if isinstance(found, dict):
            for name, value in found.items():
                hit.values.setdefault(name, value)
    for key, value in event.items():
        known = _NAMES.get(key)
        if known is not None and known[0] is not None and value is not None and known[0] not in ("name", "domain"):
            hit.values.setdefault(known[0], value)
    for key in ("$", "revenue"):
        found = event.get(key)
        if isinstance(found, str):
            found = open_text(found).value
        if isinstance(found, dict):
            hit.values.setdefault("revenue", found)
            for name, value in found.items():
                hit.values.setdefault(name, value)


_READ = JsonReader(_TABLE, event=("n", "name"), account=("d", "domain"), page=("u", "url"), values=(), kind=_kind, derive=_derive)


def _is_plausible(request: CapturedRequest) -> bool:
    """Told by a name, a page address and a site without scheme, under Plausible's short keys, or at its own path the long ones."""
    document = read_body(request).value
    whole = split_url(request.url).path.rstrip("/").endswith("/api/event")
    for name, url, domain in (("n", "u", "d"), ("name", "url", "domain")) if whole else (("n", "u", "d"),):
        address, site = text_at(document, url), text_at(document, domain)
        if text_at(document, name) is not None and address is not None and site is not None and "://" in address and "/" not in site:
            return True
    return False


def _script(path: str, wire: Mapping[str, Any]) -> str | None:
    """``/js/pa-<ID>.js``, a site's own script."""
    name = path.rpartition("/")[2].removesuffix(".js")
    return name if name.startswith("pa-") else None


_PAGE = {"n": "pageview", "v": 36, "u": "https://shop.example/?utm_source=news", "d": "shop.example", "r": None}

VENDOR = Vendor(
    id="plausible",
    name="Plausible Analytics",
    category="analytics",
    docs=(
        "https://plausible.io/docs/events-api",
        "https://plausible.io/docs/custom-event-goals",
        "https://plausible.io/docs/ecommerce-revenue-tracking",
    ),
    endpoints=(
        Endpoint(host="plausible.io", path="/api/event"),
        Endpoint(host="plausible.io", path="/js/*", role="library", decode=LibraryReader(account=_script)),
        *(Endpoint(host="*", path=path, recognise=_is_plausible) for path in ("*/event", "*/event/", "*/events")),
    ),
    decode=_READ,
    answer=lambda request: Answer(202, (("Content-Type", "text/plain"),), b"ok") if request.method == "POST" else None,
    automatic_events=frozenset({"engagement", "pageleave", "Outbound Link: Click", "File Download", "Form: Submission", "404"}),
    automatic_parameters=frozenset({"url", "referrer", "interactive", "scroll_depth", "engagement_time"}),
    cookieless=True,
    examples=(
        {
            "title": "a page view through a proxy",
            "request": {"url": "https://pl.shop.example/api/event", "method": "POST", "body": _PAGE},
            "hits": [
                {
                    "kind": "pageview", "event": "pageview", "account": "shop.example", "campaign": {"utm_source": "news"},
                    "page_url": "https://shop.example/?utm_source=news",
                }
            ],
        },
        {
            "title": "a custom event with properties and revenue",
            "request": {
                "url": "https://plausible.io/api/event", "method": "POST", "headers": {"Content-Type": "text/plain"},
                "body": {**_PAGE, "n": "Purchase", "p": {"id": "T-1"}, "$": {"amount": 19.98, "currency": "USD"}},
            },
            "hits": [
                {
                    "kind": "event", "event": "Purchase", "account": "shop.example",
                    "values": {"id": "T-1", "amount": 19.98, "currency": "USD", "revenue": {"amount": 19.98, "currency": "USD"}},
                    "parameters": {"p.id": "T-1", "$.amount": 19.98},
                }
            ],
        },
        {
            "title": "an event from a server, properties as JSON in a text",
            "request": {
                "url": "https://plausible.io/api/event", "method": "POST",
                "body": {"name": "signup", "url": "app://localhost/x", "domain": "shop.example", "props": "{\"plan\":\"gold\"}"},
            },
            "hits": [{"kind": "event", "event": "signup", "account": "shop.example", "values": {"plan": "gold"}}],
        },
        {
            "title": "a link that leaves, whose own address is the property",
            "request": {"url": "https://plausible.io/api/event", "method": "POST", "body": {**_PAGE, "n": "Outbound Link: Click", "p": {"url": "https://x.example/"}}},
            "hits": [
                {
                    "kind": "event", "event": "Outbound Link: Click", "account": "shop.example", "values": {"url": "https://x.example/"},
                    "page_url": "https://shop.example/?utm_source=news",
                }
            ],
        },
        {
            "title": "a site's own script",
            "request": {"url": "https://plausible.io/js/pa-6_srOGVV9SLMWJ1ZpUAbG.js"},
            "hits": [{"kind": "library", "account": "pa-6_srOGVV9SLMWJ1ZpUAbG"}],
        },
        {
            "title": "engagement with the page",
            "request": {"url": "https://plausible.io/api/event", "method": "POST", "body": {**_PAGE, "n": "engagement", "sd": 70, "e": 5000}},
            "hits": [{"kind": "auxiliary", "event": "engagement", "account": "shop.example"}],
        },
    ),
    lookalikes=(
        "https://plausible.io.evil.example/api/event",
        "https://shop.example/api/event",
        {"url": "https://shop.example/api/event", "method": "POST", "body": {"name": "x", "url": "/a", "domain": "shop.example"}},
        {"url": "https://shop.example/api/event", "method": "POST", "body": {"n": "x", "payload": {}}},
        {"url": "https://shop.example/events", "method": "POST", "body": {"name": "Concert", "url": "https://concert.example/", "domain": "music"}},
        "https://notplausible.io/api/event",
        "https://plausible.io/shop.example/pages",
        "https://plausible.io/api/v2/query",
        "https://shop.example/?u=https%3A%2F%2Fplausible.io%2Fapi%2Fevent",
    ),
)  # fmt: skip
