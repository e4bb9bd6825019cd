"""Kissmetrics: events, properties and aliases in a query.

Wire format: https://support.kissmetrics.io/reference/api-url-structure (``/e``, ``/s``, ``/a``), https://support.kissmetrics.io/docs/javascript-library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = QueryTable(
    {
        "_k": Row(None, "API key", "General"),
        "_n": Row("name", "Event", "General"),
        "_p": Row("identity", "Identity", "User"),
        "_p2": Row(None, "Previous identity", "User"),
        "_t": Row("time", "Time", "Technical"),
        "_d": Row(None, "Time given", "Technical"),
        "_x": Row(None, "Cache buster", "Technical"),
        "Previous Page": Row("Previous Page", "Previous page", "Page"),
        "URL": Row("URL", "Page address", "Page"),
        "Referrer": Row("Referrer", "Referrer", "Page"),
        "Billing Amount": Row("Billing Amount", "Billing amount", "E-commerce", "number"),
    },
    (),
)
_READ = QueryReader(_TABLE, event="name", time="time", identifiers=("identity",))


def _decode(request: CapturedRequest) -> list[Hit]:
    [hit] = _READ(request)
    step = split_url(request.url).path.rstrip("/").rpartition("/")[2]
    for each in hit.parameters:
        if each.name == "_k":
            hit.account = hit.account or str(each.value) or None
        if each.name[:1] != "_":
            hit.values.setdefault(each.name, each.value)
    if step == "a":
        hit.kind, hit.event = "identify", "alias"
        if hit.values.get("name"):
            hit.identifiers["alias"] = str(hit.values["name"])
    elif step == "s":
        hit.kind, hit.event = "identify", "set"
    elif hit.event in ("Visited Site", "Page View"):
        hit.kind = "pageview"
    return [hit]


VENDOR = Vendor(
    id="kissmetrics",
    name="Kissmetrics",
    category="analytics",
    docs=("https://support.kissmetrics.io/reference/api-url-structure",),
    endpoints=(
        *(Endpoint(host=host, path=f"/{step}") for host in ("trk.kissmetrics.com", "trk.kissmetrics.io", "*.kissmetrics.com", "*.kissmetrics.io") for step in ("e", "s", "a")),
        *(Endpoint(host=host, path="/*", role="library", decode=LibraryReader()) for host in ("scripts.kissmetrics.com", "scripts.kissmetrics.io", "i.kissmetrics.com", "i.kissmetrics.io")),
    ),
    decode=_decode,
    automatic_events=frozenset({"Visited Site", "Search Engine Hit", "Ad Campaign Hit"}),
    examples=(
        {
            "title": "a visit, as the script tells of it",
            "request": {"url": "https://trk.kissmetrics.io/e?_n=Visited%20Site&URL=https%3A%2F%2Fshop.example%2F&Referrer=Direct&_k=k1&_p=p1&_t=1795318940&_x=1"},
            "hits": [{"kind": "pageview", "event": "Visited Site", "account": "k1", "identifiers": {"identity": "p1"}, "values": {"URL": "https://shop.example/"}}],
        },
        {
            "title": "two identities made one",
            "request": {"url": "https://trk.kissmetrics.com/a?_k=k1&_p=p1&_n=a%40b.co"},
            "hits": [{"kind": "identify", "event": "alias", "account": "k1", "identifiers": {"identity": "p1", "alias": "a@b.co"}}],
        },
        {
            "title": "an event with properties",
            "request": {"url": "https://trk.kissmetrics.io/e?_k=key1&_p=u1&_n=Purchased&Billing%20Amount=19.98&plan=gold&_t=1795318940"},
            "hits": [{"kind": "event", "event": "Purchased", "account": "key1", "identifiers": {"identity": "u1"}, "values": {"Billing Amount": 19.98, "plan": "gold"}, "event_time": 1795318940.0}],
        },
        {
            "title": "an alias",
            "request": {"url": "https://trk.kissmetrics.com/a?_k=key1&_p=a1&_n=u1"},
            "hits": [{"kind": "identify", "event": "alias", "account": "key1"}],
        },
    ),
    lookalikes=("https://shop.example/?u=https%3A%2F%2Ftrk.kissmetrics.com%2Fe%3F_k%3D1", "https://www.kissmetrics.io/pricing", "https://shop.example/e?_k=key1&_n=x", "https://notkissmetrics.io/e?_k=1", "https://trk.kissmetrics.io.evil.example/e", "https://www.kissmetrics.io/blog"),
)  # fmt: skip
