"""Ensighten Manage (CHEQ): the bootstrap, its components, and what its server-side tagging receives.

Addresses: https://success.ensighten.com/ (Manage), https://docs.cheq.ai/ (server-side tagging).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at
from harness.decode.payload import read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit


def _space(path: str, wire: Mapping[str, Any]) -> str | None:
    steps = path.strip("/").split("/")
    return "/".join(steps[:2]) if len(steps) > 2 else steps[0] if len(steps) > 1 else None


_LIBRARY = LibraryReader(account=_space)
_READ = JsonReader(
    PathTable({"name": Row(None, "Event", "General")}, (Prefix("data.", field=None, label="{}", group="Event data"),)),
    events="events",
    shared=PathTable(
        {"settings.nexusHost": Row(None, "Library's host", "Technical"), "settings.publishPath": Row(None, "Library's path", "Technical")},
        (
            Prefix("virtualBrowser.", field=None, label="Browser {}", group="Device"),
            Prefix("dataLayer.", field=None, label="{}", group="Data layer"),
        ),
    ),
    event="name",
    page=lambda event, document: _address(document),
    values=("data",),
    query=QueryTable({"sstVersion": Row(None, "Version", "Technical")}),
)


def _address(document: Any) -> str | None:
    found = at(document, "virtualBrowser.href") or at(document, "virtualBrowser.location")
    return found if isinstance(found, str) and found else None


def _events(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    steps = split_url(request.url).path.strip("/").split("/")
    for hit in hits:
        hit.account = steps[1] if len(steps) > 2 and steps[0] == "pc" else None
        layer = at(read_body(request).value, "dataLayer")
        for name, value in layer.items() if isinstance(layer, dict) and len(layer) <= 200 else ():
            hit.values.setdefault(name, value)
    return hits


def _is_sst(request: CapturedRequest) -> bool:
    """Told by the version in the query and events, a data layer or a virtual browser in the body."""
    document = read_body(request).value
    return (
        "&sstVersion=" in f"&{split_url(request.url).query}"
        and isinstance(document, dict)
        and not {"events", "dataLayer", "virtualBrowser"}.isdisjoint(document)
    )


VENDOR = Vendor(
    id="ensighten",
    name="Ensighten Manage",
    category="tag-manager",
    docs=("https://success.ensighten.com/", "https://docs.cheq.ai/"),
    endpoints=(
        *(
            Endpoint(host=host, path=path, role="library", decode=_LIBRARY)
            for host in ("nexus.ensighten.com", "nexus-test.ensighten.com", "nexus-long-expiry.ensighten.com")
            for path in ("*/Bootstrap.js", "*/code/*", "*/serverComponent.php", "*/sync/*")
        ),
        Endpoint(host="data.privacy.ensighten.com", decode=LibraryReader("auxiliary")),
        *(Endpoint(host=host, path="/error/*", decode=LibraryReader("auxiliary")) for host in ("nexus.ensighten.com", "nexus-test.ensighten.com")),
        *(Endpoint(host="*", path=path, recognise=_is_sst) for path in ("*/sst", "*/sst/")),
    ),
    decode=_events,
    examples=(
        {
            "title": "the bootstrap",
            "request": {"url": "https://nexus.ensighten.com/acme/prod/Bootstrap.js"},
            "hits": [{"kind": "library", "account": "acme/prod"}],
        },
        {
            "title": "events for server-side tagging",
            "request": {
                "url": "https://sst.shop.example/pc/acme/sst?sstVersion=1.0.0", "method": "POST",
                "body": {"events": [{"name": "purchase", "data": {"value": 19.98}}], "dataLayer": {"pageType": "thanks"}, "virtualBrowser": {"href": "https://shop.example/"}},
            },
            "hits": [{"kind": "event", "event": "purchase", "account": "acme", "values": {"value": 19.98, "pageType": "thanks"}, "page_url": "https://shop.example/"}],
        },
        {
            "title": "a bootstrap without a publish path, and what it asks for",
            "request": {"url": "https://nexus.ensighten.com/acme/Bootstrap.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "acme"}],
        },
        {
            "title": "the component a page is given",
            "request": "https://nexus-test.ensighten.com/acme/dev/serverComponent.php?namespace=Bootstrapper&staticJsPath=nexus.ensighten.com/acme/dev/code/&publishedOn=1&ClientID=7&PageID=https%3A%2F%2Fshop.example%2F",
            "hits": [{"kind": "library", "account": "acme/dev"}],
        },
        {
            "title": "two events told together",
            "request": {
                "url": "https://shop.example/pc/acme/sst/?sstVersion=1.0.0", "method": "POST",
                "body": {"settings": {"nexusHost": "nexus.ensighten.com", "publishPath": "acme/prod"}, "events": [{"name": "view", "data": {}}, {"name": "click", "data": {"id": "buy"}}], "dataLayer": {}},
            },
            "hits": [{"kind": "event", "event": "view", "account": "acme"}, {"kind": "event", "event": "click", "values": {"id": "buy"}}],
        },
    ),
    lookalikes=(
        "https://manage.ensighten.com/",
        "https://nexus.ensighten.com/",
        "https://nexus.ensighten.com.evil.example/acme/prod/Bootstrap.js",
        "https://shop.example/Bootstrap.js",
        "https://shop.example/pc/acme/sst?sstVersion=1",
        "https://notnexus.ensighten.com.evil.example/acme/prod/Bootstrap.js",
        "https://shop.example/?u=https%3A%2F%2Fnexus.ensighten.com%2Facme%2Fprod%2FBootstrap.js",
    ),
)  # fmt: skip
