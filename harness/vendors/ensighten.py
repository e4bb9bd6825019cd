"""Ensighten Manage (CHEQ): the bootstrap, its components, and what its server-side tagging receives.

Addresses: https://success.ensighten.com/ (Manage), https://docs.cheq.ai/ (server-side tagging).
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import NotJSON, PathTable, at, parse
from harness.decode.hit import Hit
from harness.decode.payload import from_base64, read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader, request_parameters
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest


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


_LONGEST = 262_144


def _unpacked(data: bytes, size: int) -> bytes | None:
    """A raw LZ4 block (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md) that unfolds to ``size`` bytes; None where it does not."""
    if not 0 < size <= _LONGEST:
        return None
    out = bytearray()
    place = 0

    def length(least: int) -> int:
        nonlocal place
        found, more = least, 255
        while more == 255:
            more = data[place]
            found += more
            place += 1
        return found

    try:
        while place < len(data):
            token = data[place]
            place += 1
            literal = token >> 4
            if literal == 15:
                literal = length(15)
            out += data[place : place + literal]
            place += literal
            if place >= len(data):
                break
            offset = data[place] | data[place + 1] << 8
            place += 2
            match = token & 15
            if match == 15:
                match = length(15)
            if not 0 < offset <= len(out) or len(out) + match + 4 > size:
                return None
            for _ in range(match + 4):
                out.append(out[-offset])
    except IndexError:
        return None
    return bytes(out) if len(out) == size else None


_PRIVACY = PathTable(
    {
        "clientName": Row(None, "Client", "General"),
        "publishPath": Row(None, "Publish path", "General"),
        "mode": Row("mode", "Mode", "Consent"),
        "events[].event": Row(None, "Event", "Consent"),
    },
    (Prefix("cookies.", field=None, label="{}", group="Consent"),),
)
_MARK = "_ENSIGHTEN_PRIVACY_"
_SAID = QueryTable(
    {
        "n": Row(None, "Number", "Technical"), "c": Row(None, "Client ID", "General"), "i": Row(None, "Instance", "Technical"),
        "p": Row(None, "Publish path", "General"), "s": Row(None, "Size", "Technical", "integer"), "d": Row(None, "Data (compressed)", "General"),
    }
)  # fmt: skip


def _privacy(request: CapturedRequest) -> list[Hit]:
    """``/privacy/v1/c/b.rnc`` tells of choices, ``/privacy/v1/b/b.rnc`` that the gateway ran: ``d`` is base64 of a block that unfolds to ``s`` bytes of JSON."""
    address = split_url(request.url)
    parameters, problem = request_parameters(request, _SAID)
    wire: dict[str, Any] = {each.name: each.value for each in reversed(parameters)}
    document: Any = None
    packed = from_base64(str(wire.get("d") or ""))
    opened = _unpacked(packed, wire["s"]) if packed is not None and isinstance(wire.get("s"), int) else None
    if opened is not None:
        with suppress(NotJSON):
            document, notes = parse(opened)
            parameters = [*parameters, *_PRIVACY.read(document, notes)]
    chosen = at(document, "cookies")
    consent: dict[str, Any] = {
        name.partition(_MARK)[2]: str(value) == "1" for name, value in (chosen.items() if isinstance(chosen, dict) else ()) if _MARK in name
    }
    client, path = at(document, "clientName"), at(document, "publishPath") or wire.get("p")
    told = "/privacy/v1/c/" in address.path
    return [
        Hit(
            kind="consent" if told else "auxiliary",
            event="cookieChanged" if told else None,
            account=f"{client}/{path}" if isinstance(client, str) and client else str(wire["c"]) if wire.get("c") else None,
            parameters=parameters,
            consent=consent or None,
            undecoded=problem,
        )
    ]


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
        Endpoint(host="data.privacy.ensighten.com", path="/privacy/*", decode=_privacy),
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
        {
            "title": "choices told to the privacy gateway, packed",
            "request": "https://data.privacy.ensighten.com/privacy/v1/c/b.rnc?n=1&c=2493&i=68voct&p=privacy_prod&s=304&d=8B17InZlcnNpb24iOiIxLjAuMCIsImdhdGV3YXkiOiIyLjEiLCJjbGllbnRJZBEANTQ5MxIA8B9OYW1lIjoiYWNtZSIsInB1Ymxpc2hQYXRoIjoicHJpdmFjeV9wcm9kIiwibW9kKwCQd2hpdGVsaXN0RADwG29va2llcyI6eyJBQ01FX0VOU0lHSFRFTl9QUklWQUNZX0FuYWx5dGljc5wALyIsJwAG8iBkdmVydGlzaW5nIjoiMCJ9LCJkdCI6MTc5NTMxODk0MDM2MiwiZXZlbnRzIjpbewsAQSI6ImOCAGBDaGFuZ2WlAA82AAAIgwBQMSJ9XX0",
            "hits": [
                {
                    "kind": "consent", "event": "cookieChanged", "account": "acme/privacy_prod", "consent": {"Analytics": True, "Advertising": False},
                    "parameters": {"clientName": "acme", "mode": "whitelist"},
                }
            ],
        },
        {
            "title": "that the privacy gateway ran, with what cannot be unpacked",
            "request": "https://data.privacy.ensighten.com/privacy/v1/b/b.rnc?n=0&c=2493&i=68voct&p=privacy_prod&s=900&d=AAAA",
            "hits": [{"kind": "auxiliary", "account": "2493"}],
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
