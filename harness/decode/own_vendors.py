"""Vendors that a site's team declares in a file beside its plan: ``*.vendors.yaml`` or ``*.vendors.toml``.

Such a vendor is decoded, answered and judged as a built-in one is. A complete file::

    vendors:
      - id: acme-metrics
        name: Acme Metrics
        category: analytics
        docs: [https://docs.acme.example/pixel]
        endpoints:
          - {host: t.acme.example, path: /collect}
          - {host: '*.eu.acme.example', path: /collect}
          - {host: cdn.acme.example, path: /acme.js, role: library}
        query:                                  # wire key -> documented name, or more
          ev: event
          site: {field: site_id, label: Site ID, group: General}
          dl: {field: page_location, label: Page}
          vid: visitor_id
          oid: order_id
          rev: {field: revenue, kind: number}   # text, number, integer, boolean, json
          'up.*': {label: 'Custom {}'}          # a family of keys; {} stands for the rest
        event: event                            # these name a documented name, a key or a path; of a list the first that is there
        account: site_id
        key: order_id
        page: page_location
        identifiers: [visitor_id]
        kinds: {pv: pageview, ping: auxiliary}  # event, pageview, identify, auxiliary
        automatic_events: [ping]
        automatic_parameters: [visitor_id]
        examples:                               # tried by `tagproof plan lint`
          - title: an order
            request: {url: 'https://t.acme.example/collect?ev=order&site=A-1&oid=T-7&rev=59.90&up.plan=pro'}
            hits: [{kind: event, event: order, account: A-1, key: T-7, values: {revenue: 59.9, plan: pro}}]
        lookalikes: ['https://nott.acme.example/collect?ev=order&site=A-1']
      - id: acme-warehouse
        name: Acme Warehouse
        category: server-side
        endpoints: [{host: ingest.acme.example, path: /v1/batch}]
        query: {token: write_key}               # with `json`, the address's own keys
        json:                                   # path within one event -> as above; lists are written `items[].price`
          type: name
          context.page.url: page_url
          properties.total: {label: Total, group: Order}
        batch: events                           # path of the list of events; leave it out where the body is one event or a list
        values: [properties]                    # objects whose keys are values by their own names; default: the event itself
        event: name
        account: write_key
        page: page_url
        key: id
        identifiers: [userId, anonymousId]
        time: sentAt
        examples:                               # a hit names what must be so; the rest is free
          - title: two events in one request
            request:
              url: https://ingest.acme.example/v1/batch?token=W-1
              method: POST
              body: '{"events": [{"type": "page", "id": "1"}, {"type": "order", "id": "2", "properties": {"total": 20, "sku": "TEE"}}]}'
            hits:
              - {kind: pageview, event: page, account: W-1, key: '1'}
              - {kind: event, event: order, values: {total: 20, sku: TEE}}

Further keys: ``default_event`` (a pixel that names no event), ``purposes`` and ``cookieless`` (as in
:class:`harness.decode.vendor.Vendor`), ``answer`` (``{status, headers, body}``, what the vendor's script needs to hear), and an
endpoint's ``keys`` (query keys that must all be there; under ``host: '*'`` at least two). What fits none of this is written in
Python and given through the entry-point group ``tagproof.vendors``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping  # noqa: TC003  (pydantic reads the annotations)
from dataclasses import fields as fields_of
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from harness.capture.captured import Answer, CapturedRequest
from harness.capture.request_lines import requests_from_lines
from harness.decode.address import host_of
from harness.decode.campaign import campaign_of
from harness.decode.document import PathTable
from harness.decode.hit import Hit
from harness.decode.query import Kind, Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, QueryReader, identifier_texts, kind_of
from harness.decode.vendor import Category, Endpoint, Role, Vendor
from harness.errors import DiscoveryError, RecordingError

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.decode.decoder import Decoder
    from harness.errors import Place

RESERVED = frozenset({"data-layer"})
_OCCURRENCES = ("event", "pageview", "identify", "auxiliary")


def _fault(what: str, mend: str, *below: str | int) -> PydanticCustomError:
    """A mistake in its own words, at a path below the validated value."""
    return PydanticCustomError("fault", "{what}", {"what": what, "faults": [(what, mend, below)], "whole": False})


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, value: Any) -> Any:
        if isinstance(value, dict):
            known = [each.alias or name for name, each in cls.model_fields.items()]
            for key in value:
                if key not in known:
                    near = get_close_matches(str(key), known, n=1, cutoff=0.65)
                    mend = f"did you mean `{near[0]}`?" if near else f"write one of {', '.join(known)}"
                    raise _fault(f"`{key}` is not known here", mend, str(key))
        return value


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _row(value: Any) -> Any:
    return {"field": value} if isinstance(value, str) else value


def _host(value: Any) -> Any:
    if isinstance(value, str):
        bare = value.removeprefix("*.")
        if value != "*" and (not bare or re.search(r"[\s/*?#@]|:", bare)):
            raise _fault(f"`{value}` is no host", "write it as t.acme.example or '*.acme.example', without scheme, port and path")
    return value


def _path(value: Any) -> Any:
    if isinstance(value, str) and value[:1] not in ("/", "*"):
        raise _fault(f"`{value}` is no path", "begin it with `/`, or with `*` for any beginning")
    if isinstance(value, str) and ("?" in value or "#" in value):
        raise _fault(f"`{value}` has a query", "name the query's keys under `keys:`")
    return value


Names = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_listed), Field(strict=False)]
Texts = Annotated[tuple[str, ...], Field(strict=False)]


class RowDocument(_Entry):
    """What a key or path means."""

    field: str | None = Field(None, min_length=1)
    label: str | None = None
    group: str | None = None
    kind: Kind = "text"


class EndpointDocument(_Entry):
    """Where the vendor receives; as in :class:`harness.decode.vendor.Endpoint`."""

    host: Annotated[str, BeforeValidator(_host)]
    path: Annotated[str, BeforeValidator(_path)] = "*"
    role: Role = "collect"
    keys: Texts = ()

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if self.host == "*" and len(self.keys) < 2:
            raise _fault(
                "an endpoint under any host needs more to be told by",
                "name its host, or at least two query `keys:` that only this vendor sends",
                "host",
            )
        return self


class AnswerDocument(_Entry):
    """What the vendor answers."""

    status: int = Field(200, ge=100, le=599)
    headers: dict[str, str] = {}
    body: str = ""


class ExampleDocument(_Entry):
    """A request and the hits it must decode to; what a hit does not name is free."""

    title: str
    request: dict[str, Any]
    hits: list[dict[str, Any]]

    @model_validator(mode="after")
    def _hits_have_fields(self) -> Self:
        known = [each.name for each in fields_of(Hit)]
        for index, hit in enumerate(self.hits):
            for key in hit:
                if key not in known:
                    raise _fault(f"a hit has no `{key}`", f"write one of {', '.join(known)}", "hits", index, key)
        try:
            _captured(self.request)
        except RecordingError as error:
            raise _fault(f"the example's request {error.what}", error.mend, "request") from error
        return self


class OwnVendor(_Entry):
    """One declared vendor."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    name: str = Field(min_length=1)
    category: Category = "analytics"
    docs: Texts = ()
    endpoints: list[EndpointDocument] = Field(min_length=1)
    query: dict[str, Annotated[RowDocument, BeforeValidator(_row)]] = {}
    paths: dict[str, Annotated[RowDocument, BeforeValidator(_row)]] | None = Field(None, alias="json")
    batch: str | None = Field(None, min_length=1)
    values: Texts = ("",)
    event: Names = ()
    default_event: str | None = Field(None, min_length=1)
    account: Names = ()
    key: Names = ()
    page: Names = ()
    time: Names = ()
    identifiers: Names = ()
    kinds: dict[str, Literal["event", "pageview", "identify", "auxiliary"]] = {}
    automatic_events: Texts = ()
    automatic_parameters: Texts = ()
    purposes: Texts = ()
    cookieless: bool = False
    answer: AnswerDocument | None = None
    examples: list[ExampleDocument] = []
    lookalikes: list[str | dict[str, Any]] = []

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.id in RESERVED:
            raise _fault(f"the id `{self.id}` is the harness's own", "give the vendor another id", "id")
        if all(each.role != "collect" for each in self.endpoints):
            raise _fault(f"`{self.id}` has no endpoint that collects", "give one endpoint `role: collect`, the default", "endpoints")
        if not self.event and self.default_event is None:
            raise _fault(
                f"`{self.id}` does not say what its events are called",
                "name the key or path under `event:`, or one name for all under `default_event:`",
            )
        for section, rows in (("query", self.query), ("json", self.paths or {})):
            for key in rows:
                if key.count("*") > 1 or key == "*":
                    raise _fault(f"`{key}` is no family of keys", "write one `*`, beside the part that all its keys share", section, key)
        if self.paths is None:
            if self.batch is not None:
                raise _fault("`batch` is a path in a JSON body, and there is no `json:`", "describe the events under `json:`", "batch")
            self._names_are_rows()
        return self

    def _names_are_rows(self) -> None:
        if any("*" in key for key in self.query):
            return
        known = {*self.query, *(row.field or key for key, row in self.query.items())}
        for name in ("event", "account", "key", "page", "time", "identifiers"):
            for each in getattr(self, name):
                if each not in known:
                    near = get_close_matches(each, sorted(known), n=1, cutoff=0.65)
                    mend = f"did you mean `{near[0]}`?" if near else f"add `{each}: {each}` under `query:`"
                    raise _fault(f"`{name}` names `{each}`, which is no key of `query:`", mend, name)


class OwnVendorsFile(_Entry):
    """The whole file."""

    vendors: list[OwnVendor] = Field(min_length=1)

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        seen: set[str] = set()
        for index, each in enumerate(self.vendors):
            if each.id in seen:
                raise _fault(f"the id `{each.id}` is written twice in this file", "give one of the two another id", "vendors", index, "id")
            seen.add(each.id)
        return self


# ---- document -> Vendor ---------------------------------------------------------------------------------------


def vendor_of(document: OwnVendor) -> Vendor:
    """The vendor that a declaration describes."""
    return Vendor(
        id=document.id,
        name=document.name,
        category=document.category,
        docs=document.docs,
        endpoints=tuple(_endpoint(each) for each in document.endpoints),
        decode=_OwnDecoder(document),
        answer=None if document.answer is None else _answering(document.answer),
        automatic_events=frozenset(document.automatic_events),
        automatic_parameters=frozenset(document.automatic_parameters),
        purposes=document.purposes,
        cookieless=document.cookieless,
        examples=tuple(each.model_dump() for each in document.examples),
        lookalikes=tuple(document.lookalikes),
    )


def _endpoint(document: EndpointDocument) -> Endpoint:
    # Under any host the keys are what is looked at; dispatch compares them before it asks.
    recognise = (lambda request: True) if document.host == "*" else None
    # Which of its endpoints a site's own vendor opens WebSockets to is not asked: any that collects all that it gets.
    socket = document.role == "collect" and not document.keys
    return Endpoint(host=document.host, path=document.path, role=document.role, keys=document.keys, socket=socket, recognise=recognise)


def _answering(document: AnswerDocument) -> Callable[[CapturedRequest], Answer | None]:
    answer = Answer(document.status, tuple(document.headers.items()), document.body.encode("utf-8", "surrogatepass"))
    return lambda request: answer


def _tables(rows: Mapping[str, RowDocument], *, dotted: bool) -> tuple[dict[str, Row], list[Prefix]]:
    known: dict[str, Row] = {}
    prefixes: list[Prefix] = []
    for key, row in rows.items():
        if "*" in key:
            start, _, end = key.partition("*")
            prefixes.append(Prefix(start, end, row.field or "{}", row.label, row.group, row.kind))
        else:
            own = key.removesuffix("[]").rpartition(".")[2] if dotted else key
            known[key] = Row(row.field or own, row.label, row.group, row.kind)
    return known, prefixes


class _OwnDecoder:
    """The ready-made reader for a declaration's shape, and what a declaration says beyond it."""

    def __init__(self, document: OwnVendor) -> None:
        rows, prefixes = _tables(document.query, dotted=False)
        table = QueryTable(rows, prefixes)
        self.default_event = document.default_event
        self.kinds = document.kinds
        self.needs_body = document.paths is not None
        self.read: QueryReader | JsonReader
        by_key = {key: row.field or key for key, row in rows.items()}
        if document.paths is None:
            # Names may be wire keys or documented names; the reader speaks of documented names.
            self.names = {
                name: tuple(each if each in by_key.values() else by_key.get(each, each) for each in getattr(document, name))
                for name in ("event", "account", "key", "page", "time", "identifiers")
            }
            speaking: dict[str, Any] = dict(self.names)
            self.read = QueryReader(table, **speaking)
            return
        paths, families = _tables(document.paths, dotted=True)
        by_field = {row.field: path for path, row in reversed(paths.items())}
        found: dict[str, Any] = {
            name: tuple(by_field.get(each, each) for each in getattr(document, name))
            for name in ("event", "account", "key", "page", "time")
        }
        self.names = {
            name: tuple(by_key.get(each, each) for each in getattr(document, name))
            for name in ("event", "account", "key", "page", "time", "identifiers")
        }
        self.read = JsonReader(
            PathTable(paths, families),
            shared=PathTable(paths, families),
            events=document.batch,
            query=table,
            values=document.values,
            identifiers={each: by_field.get(each, each) for each in document.identifiers},
            **found,
        )

    def __call__(self, request: CapturedRequest) -> list[Hit]:
        hits = self.read(request)
        for hit in hits:
            if hit.kind in _OCCURRENCES and not (self.needs_body and not request.body.data):
                self._complete(hit)
        return hits

    def _complete(self, hit: Hit) -> None:
        if self.needs_body:
            # What the body does not say the address may.
            hit.event = hit.event or self._said(hit, "event")
            hit.account = hit.account or self._said(hit, "account")
            hit.key = hit.key or self._said(hit, "key")
            if hit.page_url is None and (page := self._said(hit, "page")) is not None:
                hit.page_url, hit.campaign = page, campaign_of(page)
            hit.identifiers = {**identifier_texts(hit.values, self.names["identifiers"]), **hit.identifiers}
        if hit.event is None and not hit.undecoded:
            hit.event = self.default_event
        hit.kind = self.kinds.get(hit.event or "") or kind_of(hit.event)

    def _said(self, hit: Hit, name: str) -> str | None:
        return next(iter(identifier_texts(hit.values, self.names[name]).values()), None)


# ---- clashes and examples -------------------------------------------------------------------------------------


def clash(vendor: Vendor, others: Iterable[Vendor], place: Place) -> DiscoveryError | None:
    """What of a declared vendor another one has already: its id, its name, or an endpoint; None if nothing.

    Args:
        vendor: the declared one.
        others: the built-in ones, and those declared before it.
        place: where it is declared.
    """
    claimed = {_place(each) for each in vendor.endpoints}
    for other in others:
        if other.id == vendor.id:
            return DiscoveryError(
                f"{vendor.name} takes the id `{vendor.id}`, which {other.name} has", place=place,
                mend=f"give it another id; if it is {other.name} under a host of your own, name the host under the plan's `endpoints:`",
            )  # fmt: skip
        if other.name == vendor.name:
            return DiscoveryError(
                f"`{vendor.id}` takes the name {vendor.name}, which `{other.id}` has", place=place, mend="give it another name"
            )
        for each in other.endpoints:
            if _place(each) in claimed:
                return DiscoveryError(
                    f"{vendor.name} (`{vendor.id}`) and {other.name} (`{other.id}`) both claim {each.host}{each.path}", place=place,
                    mend="give a narrower path or query `keys:`, or delete the endpoint",
                )  # fmt: skip
    return None


def _place(endpoint: Endpoint) -> tuple[str, str, frozenset[str]]:
    host = endpoint.host
    bare = "*." + host_of(host[2:]) if host.startswith("*.") else host if host == "*" else host_of(host)
    return bare, endpoint.path, frozenset(endpoint.keys)


def amiss(vendor: Vendor, decoder: Decoder) -> list[str]:
    """What a vendor's examples and look-alikes say that is not so, a sentence each."""
    said: list[str] = []
    for example in vendor.examples:
        hits = decoder.decode(_captured(example["request"]))
        found = [each.vendor for each in hits]
        wanted = [vendor.id] * len(example["hits"])
        if found != wanted:
            whose = "no vendor's" if not found else f"{len(found)} of {', '.join(sorted(set(found)))}"
            said.append(f"the example `{example['title']}` has {len(wanted)} hits of {vendor.id}; decoded are {whose}")
            continue
        for index, each in enumerate(example["hits"]):
            said += [f"the example `{example['title']}`: {line}" for line in _differences(each, _flat(hits[index]), f"hits[{index}]")]
    for each in vendor.lookalikes:
        claim = decoder.claim(_captured({"url": each} if isinstance(each, str) else each))
        if claim is not None and claim.vendor.id == vendor.id:
            said.append(f"the look-alike {each} is taken for {vendor.id}")
    return said


def _captured(request: Mapping[str, Any]) -> CapturedRequest:
    return requests_from_lines(json.dumps(dict(request)).encode(), "example")[0]


def _flat(hit: Hit) -> dict[str, Any]:
    entry = {each.name: getattr(hit, each.name) for each in fields_of(hit)}
    entry["parameters"] = {each.name: each.value for each in reversed(hit.parameters)}
    return entry


def _differences(expected: Any, found: Any, path: str) -> list[str]:
    if isinstance(expected, dict) and isinstance(found, dict):
        lines = []
        for key, value in expected.items():
            lines += _differences(value, found[key], f"{path}.{key}") if key in found else [f"{path}.{key} is missing"]
        return lines
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        return [line for index, value in enumerate(expected) for line in _differences(value, found[index], f"{path}[{index}]")]
    if expected == found and isinstance(expected, bool) == isinstance(found, bool):
        return []
    return [f"{path} is {found!r}, not {expected!r}"]
