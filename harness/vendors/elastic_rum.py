"""Elastic APM RUM: transactions, errors and metric sets, to the site's own APM server.

Wire format: https://www.elastic.co/guide/en/observability/current/apm-api-events.html (intake), https://github.com/elastic/apm/tree/main/specs,
https://www.elastic.co/guide/en/apm/agent/rum-js/current/index.html (agent).

A body is JSON lines: first the metadata, then one object a line, whose one key says what it is (third version: one letter).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, text_at
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
    ),
)  # fmt: skip
