"""Elastic APM RUM: transactions, errors and metric sets, to the site's own APM server.

Wire format: https://www.elastic.co/guide/en/observability/current/apm-api-events.html (intake), https://github.com/elastic/apm/tree/main/specs,
https://www.elastic.co/guide/en/apm/agent/rum-js/current/index.html (agent).

A body is JSON lines: first the metadata, then one object a line, whose one key says what it is (third version: one letter).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at, text_at
from harness.decode.hit import Hit
from harness.decode.payload import raw_body, read_body
from harness.decode.query import PLAIN, Prefix, Row
from harness.decode.readers import LibraryReader, epoch_seconds
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest

GENERAL, ERROR, USER, TECHNICAL = "General", "Error", "User", "Technical"
_TABLE = PathTable(
    {
        "transaction.name": Row("name", "Transaction", GENERAL),
        "transaction.type": Row("type", "Type", GENERAL),
        "error.exception.message": Row("message", "Message", ERROR),
        "error.exception.type": Row("error_type", "Type", ERROR),
        "transaction.duration": Row("duration", "Duration (ms)", GENERAL),
        "x.n": Row("name", "Transaction", GENERAL),
        "x.t": Row("type", "Type", GENERAL),
        "x.d": Row("duration", "Duration (ms)", GENERAL),
        "x.id": Row(None, "Transaction ID", TECHNICAL),
        "x.tid": Row(None, "Trace ID", TECHNICAL),
        "x.c.p.url": Row(None, "Page address", GENERAL),
        "x.c.p.rf": Row(None, "Referrer", GENERAL),
        "e.ex.mg": Row("message", "Message", ERROR),
        "e.ex.ty": Row("error_type", "Type", ERROR),
        "e.cl": Row(None, "Where it happened", ERROR),
        "m.se.n": Row(None, "Service", GENERAL),
        "m.se.ve": Row(None, "Service version", TECHNICAL),
        "m.se.en": Row(None, "Environment", GENERAL),
    },
    (
        Prefix("metadata.", field=None, group=TECHNICAL),
        Prefix("transaction.context.", field=None, group=GENERAL),
        Prefix("error.", field=None, group=ERROR),
    ),
)
_LONG = {"m": "metadata", "x": "transaction", "e": "error", "me": "metricset", "y": "span"}


def _decode(request: CapturedRequest) -> list[Hit]:
    query = PLAIN.read(split_url(request.url).query)
    payload = read_body(request)
    if not payload.documents:
        if not request.body.data:
            return [Hit(kind="auxiliary", parameters=query)]
        return [
            Hit(
                kind="undecoded",
                parameters=[*query, raw_body(request)],
                undecoded=payload.problem or f"JSON expected, found {payload.shape}",
            )
        ]
    shared, hits = query, []
    account = user = None
    for document, notes in payload.documents:
        key = next(iter(document), "") if isinstance(document, dict) else ""
        inner = document[key] if key else None
        what = _LONG.get(key, key)
        read = _TABLE.read(document, notes)
        if what == "metadata":
            shared = [*shared, *read]
            account = text_at(inner, "service.name") or text_at(inner, "se.n")
            user = text_at(inner, "user.id") or text_at(inner, "u.id")
            continue
        hits.append(_hit(what, inner, [*shared, *read], account, user))
    return hits or [Hit(kind="auxiliary", account=account, parameters=shared)]


def _hit(what: str, inner: Any, parameters: list[Any], account: str | None, user: str | None) -> Hit:
    values = {each.field: each.value for each in parameters if each.field}
    for name, short in (("name", "n"), ("type", "t")):
        found = text_at(inner, name) or text_at(inner, short)
        if found:
            values.setdefault(name, found)
    for path in ("context.custom", "context.tags", "c.cu", "c.g"):
        found = at(inner, path)
        if isinstance(found, dict):
            for name, value in found.items():
                values.setdefault(name, value)
    user = text_at(inner, "context.user.id") or text_at(inner, "c.u.id") or user
    load = what == "transaction" and values.get("type") in ("page-load", "route-change")
    return Hit(
        kind="pageview" if load else "auxiliary",
        event=what or None,
        account=account,
        parameters=parameters,
        values=values,
        identifiers={"user_id": user} if user else {},
        key=text_at(inner, "id"),
        page_url=text_at(inner, "context.page.url") or text_at(inner, "c.p.url"),
        event_time=epoch_seconds(inner.get("timestamp")) if isinstance(inner, dict) else None,
    )


def _is_elastic(request: CapturedRequest) -> bool:
    documents = read_body(request).documents
    first = documents[0][0] if documents else None
    return isinstance(first, dict) and (text_at(first, "metadata.service.name") is not None or text_at(first, "m.se.n") is not None)


def _is_asked(request: CapturedRequest) -> bool:
    return "service.name=" in split_url(request.url).query or "service.environment=" in split_url(request.url).query


VENDOR = Vendor(
    id="elastic-rum",
    name="Elastic APM RUM",
    category="monitoring",
    docs=("https://www.elastic.co/guide/en/observability/current/apm-api-events.html", "https://www.elastic.co/guide/en/apm/agent/rum-js/current/index.html"),
    endpoints=(
        *(Endpoint(host="*", path=f"*/intake/{version}/rum/events", recognise=_is_elastic) for version in ("v2", "v3")),
        Endpoint(host="*", path="*/config/v1/rum/agents", role="config", recognise=_is_asked, decode=LibraryReader("config", account="service.name")),
    ),
    decode=_decode,
    automatic_events=frozenset({"transaction", "error", "metricset"}),
    examples=(
        {
            "title": "a page's load and an error",
            "request": {
                "url": "https://apm.shop.example/intake/v2/rum/events", "method": "POST",
                "body": '{"metadata":{"service":{"name":"shop"},"user":{"id":"u1"}}}\n'
                '{"transaction":{"id":"t1","name":"/","type":"page-load","duration":5,"context":{"page":{"url":"https://shop.example/"}}}}\n'
                '{"error":{"id":"e1","exception":{"type":"TypeError","message":"boom"}}}\n',
            },
            "hits": [
                {"kind": "pageview", "event": "transaction", "account": "shop", "key": "t1", "page_url": "https://shop.example/", "values": {"name": "/"}, "identifiers": {"user_id": "u1"}},
                {"kind": "auxiliary", "event": "error", "account": "shop", "values": {"message": "boom"}},
            ],
        },
        {
            "title": "a page's load and an error in the third version, with the site's own labels",
            "request": {
                "url": "https://apm.shop.example/intake/v3/rum/events", "method": "POST",
                "body": '{"m":{"se":{"n":"shop","en":"prod"}}}\n{"e":{"id":"e1","cl":"a.js","ex":{"mg":"boom","ty":"TypeError"},"c":{"u":{"id":"u7"}}}}\n'
                '{"x":{"id":"t2","n":"/cart","t":"page-load","d":9,"c":{"p":{"url":"https://shop.example/cart"},"g":{"plan":"gold"}}}}\n',
            },
            "hits": [
                {"kind": "auxiliary", "event": "error", "account": "shop", "key": "e1", "values": {"message": "boom"}, "identifiers": {"user_id": "u7"}},
                {
                    "kind": "pageview", "event": "transaction", "key": "t2", "page_url": "https://shop.example/cart",
                    "values": {"name": "/cart", "duration": 9, "plan": "gold"},
                },
            ],
        },
        {
            "title": "the configuration asked for",
            "request": {"url": "https://apm.shop.example/config/v1/rum/agents?service.name=shop&service.environment=prod&ifnonematch=x"},
            "hits": [{"kind": "config", "account": "shop"}],
        },
        {
            "title": "the third version, with short keys",
            "request": {
                "url": "https://apm.shop.example/intake/v3/rum/events", "method": "POST",
                "body": '{"m":{"se":{"n":"shop"}}}\n{"x":{"id":"t1","n":"/","t":"click","d":5}}\n',
            },
            "hits": [{"kind": "auxiliary", "event": "transaction", "account": "shop", "values": {"name": "/", "type": "click"}}],
        },
    ),
    lookalikes=(
        "https://shop.example/intake/v2/rum/events",
        {"url": "https://shop.example/intake/v2/rum/events", "method": "POST", "body": '{"a":1}'},
        "https://shop.example/config/v1/rum/agents",
        {"url": "https://shop.example/intake/v3/rum/events", "method": "POST", "body": '{"m":{"name":"shop"}}'},
        "https://www.elastic.co/guide/en/apm/agent/rum-js/current/index.html",
    ),
)  # fmt: skip
