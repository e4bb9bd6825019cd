"""Ready-made decoders for the two shapes most vendors have: one hit in a query or form, and events in a JSON body.

A vendor file gives a table and says where its event, account and key are; what does not fit these shapes is decoded by the
vendor's own function, with the same tables.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.campaign import campaign_of
from harness.decode.document import PathTable, at, text_at
from harness.decode.hit import Hit, Parameter
from harness.decode.payload import Payload, raw_body, read_body
from harness.decode.query import QueryTable, Row, fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from harness.capture.captured import CapturedRequest

PAGEVIEWS = frozenset(
    ("page_view", "pageview", "PageView", "Pageview", "page", "Page", "$pageview", "pageLoad", "page view", "PAGE_VIEW", "Page View")
)
IDENTIFIES = frozenset(("identify", "$identify", "alias", "group", "$create_alias", "$groupidentify", "user_identify"))
# Tuples, named once: `int | float` would be built anew at every call.
_NUMBERS, _TEXTS, _NESTED = (int, float), (str, int, float), (list, dict)
_MILLISECONDS, _MICROSECONDS, _NANOSECONDS, _LATEST = 1e11, 1e14, 1e17, 1e20


def kind_of(event: str | None) -> str:
    """pageview, identify or event, by the names that most vendors use; auxiliary for a hit that names no event."""
    if not event:
        return "auxiliary"
    return "pageview" if event in PAGEVIEWS else "identify" if event in IDENTIFIES else "event"


def epoch_seconds(value: Any) -> float | None:
    """A payload's own time in seconds of the epoch: ISO 8601, or a number of seconds, milli-, micro- or nanoseconds."""
    if value is None:
        return None
    if isinstance(value, str):
        if not value.replace(".", "", 1).isdecimal():
            try:
                return datetime.fromisoformat(value).timestamp()
            except (ValueError, OverflowError):
                return None
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, _NUMBERS) or not 0 < value < _LATEST:
        return None
    return (
        value / 1e9
        if value > _NANOSECONDS
        else value / 1e6
        if value > _MICROSECONDS
        else value / 1e3
        if value > _MILLISECONDS
        else float(value)
    )


def identifier_texts(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """Those of the named values that identify: non-empty texts and numbers, as text."""
    found = {}
    for name in names:
        value = values.get(name)
        if value not in (None, "") and isinstance(value, _TEXTS):
            found[name] = str(value)
    return found


def request_parameters(request: CapturedRequest, table: QueryTable, paths: PathTable | None = None) -> tuple[list[Parameter], str]:
    """All that a one-hit request carries: its query, then its body (form, multipart or JSON).

    Returns:
        the parameters, and why the body could not be read (empty if it could; its raw text is then the last parameter).
    """
    parameters = table.read(split_url(request.url).query)
    if not request.body.data:
        return parameters, ""
    payload = read_body(request)
    match payload.shape:
        case "form" | "multipart":
            parameters += payload.form(table)
        case "json" | "lines":
            reader = paths or _PATHS_OF.setdefault(id(table), (table, PathTable(table.rows, table.prefixes)))[1]
            for value, notes in payload.documents:
                parameters += reader.read(value, notes)
        case "absent":
            pass
        case _:
            if payload.text.strip():
                parameters.append(raw_body(request))
            if payload.shape == "binary" or payload.problem:
                return parameters, payload.problem or "the body is no text"
    return parameters, ""


_PATHS_OF: dict[int, tuple[QueryTable, PathTable]] = {}
Pick = "str | Sequence[str] | Callable[[Mapping[str, Any]], str | None] | None"


class QueryReader:
    """Decodes a vendor that sends one hit in a query, a form, or a flat JSON body.

    Every name below is a *documented* name (a row's ``field``); where several are given the first that is there counts. A
    callable is given ``Hit.values``.

    Args:
        table: the wire keys.
        event: the event's name.
        account: the destination's id.
        key: what the vendor deduplicates by.
        page: the page's address.
        identifiers: names that identify a person or browser; they go to ``Hit.identifiers``.
        kind: event name -> kind; :func:`kind_of` by default.
        consent: wire key -> value to the consent signals, or None for a vendor without any.
        time: when the event happened.
        items: values -> the products, for vendors that spread them over keys; they become ``values["items"]``.
        lifted: documented names of nested JSON texts whose keys are values of their own (Pinterest's ``ed``).
        paths: the table for JSON bodies, where its paths differ from the query's keys.
    """

    def __init__(
        self,
        table: Mapping[str, Row] | QueryTable,
        *,
        event: Any = None,
        account: Any = None,
        key: Any = None,
        page: Any = None,
        identifiers: Iterable[str] = (),
        kind: Callable[[str | None], str] = kind_of,
        consent: Callable[[Mapping[str, Any]], dict[str, Any] | None] | None = None,
        time: Any = None,
        items: Callable[[Mapping[str, Any]], list[dict[str, Any]] | None] | None = None,
        lifted: Iterable[str] = (),
        paths: PathTable | None = None,
    ) -> None:
        self.table = table if isinstance(table, QueryTable) else QueryTable(table)
        self.event, self.account, self.key, self.page, self.time = map(_picker, (event, account, key, page, time))
        self.identifiers = tuple(identifiers)
        self.kind, self.consent, self.items = kind, consent, items
        self.lifted = tuple(lifted)
        self.paths = paths

    def __call__(self, request: CapturedRequest) -> list[Hit]:
        """The request's one hit."""
        parameters, problem = request_parameters(request, self.table, self.paths)
        return [self.hit(parameters, problem)]

    def hit(self, parameters: list[Parameter], undecoded: str = "") -> Hit:
        """A hit of parameters already read."""
        values = fields(parameters)
        for name in self.lifted:
            nested = values.get(name)
            if isinstance(nested, dict):
                for inner, value in nested.items():
                    values.setdefault(inner, value)
        if self.items is not None and (found := self.items(values)):
            values["items"] = found
        event, page = self.event(values), self.page(values)
        return Hit(
            kind=self.kind(event),
            event=event,
            account=self.account(values),
            parameters=parameters,
            values=values,
            consent=self.consent({each.name: each.value for each in parameters}) if self.consent is not None else None,
            identifiers=identifier_texts(values, self.identifiers),
            key=self.key(values),
            campaign=campaign_of(page),
            page_url=page,
            event_time=epoch_seconds(self.time(values)),
            undecoded=undecoded,
        )


def _picker(pick: Any) -> Callable[[Mapping[str, Any]], str | None]:
    if pick is None:
        return lambda values: None
    if callable(pick):
        return pick  # type: ignore[no-any-return]
    names = (pick,) if isinstance(pick, str) else tuple(pick)

    def first(values: Mapping[str, Any]) -> str | None:
        for name in names:
            value = values.get(name)
            if value not in (None, "") and not isinstance(value, _NESTED):
                return str(value)
        return None

    return first


class JsonReader:
    """Decodes a vendor that sends one event, or a batch of them, as JSON.

    A path below is a dotted path within one event (``context.page.url``); where several are given the first that is there
    counts. A callable is given (event, document). Names of shared fields are looked up in the event, then in the document.

    Args:
        table: paths within an event.
        events: path of the list of events in the document, or document -> events; None where the document is one event (or a
            list of them).
        shared: table of the document's other paths; they come first in each hit's parameters.
        event, account, key, page, time: paths.
        identifiers: documented name -> path.
        values: paths of the objects whose keys are the event's documented values, lifted in order (``properties``); an empty
            path is the event itself.
        kind: (event name, event object) -> kind.
        derive: puts right what paths cannot tell; given (hit, event, document).
        query: the URL's keys, put before the body's parameters.
    """

    def __init__(
        self,
        table: Mapping[str, Row] | PathTable,
        *,
        events: str | Callable[[Any], Iterable[Any] | None] | None = None,
        shared: Mapping[str, Row] | PathTable | None = None,
        event: Any = None,
        account: Any = None,
        key: Any = None,
        page: Any = None,
        time: Any = None,
        identifiers: Mapping[str, str | Sequence[str]] | None = None,
        values: Sequence[str] = ("",),
        kind: Callable[[str | None, Any], str] | None = None,
        derive: Callable[[Hit, Any, Any], None] | None = None,
        query: QueryTable | None = None,
    ) -> None:
        self.table = table if isinstance(table, PathTable) else PathTable(table)
        self.shared = shared if isinstance(shared, PathTable) else PathTable(shared or {})
        self.events = events
        self.event, self.account, self.key, self.page, self.time = map(_finder, (event, account, key, page, time))
        self.identifiers = {name: _finder(path) for name, path in (identifiers or {}).items()}
        self.values = tuple(values)
        self.kind = kind
        self.derive = derive
        self.query = QueryTable({}) if query is None else query

    def __call__(self, request: CapturedRequest) -> list[Hit]:
        """The request's hits, one an event."""
        shared = self.query.read(split_url(request.url).query)
        payload = read_body(request)
        if not payload.documents:
            return [self.unread(request, payload, shared)]
        return self.hits(payload, shared)

    def unread(self, request: CapturedRequest, payload: Payload, shared: list[Parameter]) -> Hit:
        """The hit of a request whose body is no JSON; one without a body says nothing and is auxiliary."""
        if not request.body.data:
            return Hit(kind="auxiliary", parameters=shared)
        return Hit(
            kind="undecoded", parameters=[*shared, raw_body(request)], undecoded=payload.problem or f"JSON expected, found {payload.shape}"
        )

    def hits(self, payload: Payload, shared: list[Parameter]) -> list[Hit]:
        """The hits of a JSON payload."""
        hits: list[Hit] = []
        for document, notes in payload.documents:
            around = shared
            events: Iterable[Any] | None
            if isinstance(self.events, str):
                events = at(document, self.events)
                if isinstance(events, list):
                    around = shared + self.shared.read(document, notes, without=frozenset((self.events.partition(".")[0],)))
            else:
                events = self.events(document) if self.events is not None else None
            if events is None or not isinstance(events, list):
                events = document if isinstance(document, list) else [document]
            for event in events:
                hits.append(self.hit(event, document, [*around, *self.table.read(event, notes)]))
        return hits

    def hit(self, event: Any, document: Any, parameters: list[Parameter]) -> Hit:
        """One event's hit, its parameters already read."""
        name, page = self.event(event, document), self.page(event, document)
        values: dict[str, Any] = fields(parameters)
        for path in self.values:
            found = at(event, path) if path else event
            if isinstance(found, dict):
                if not values:
                    values = found.copy()
                    continue
                for inner, value in found.items():
                    if inner not in values:
                        values[inner] = value
        hit = Hit(
            kind=self.kind(name, event) if self.kind is not None else kind_of(name),
            event=name,
            account=self.account(event, document),
            parameters=parameters,
            values=values,
            identifiers={each: text for each, find in self.identifiers.items() if (text := find(event, document)) is not None},
            key=self.key(event, document),
            campaign=campaign_of(page),
            page_url=page,
            event_time=epoch_seconds(self.time(event, document)),
        )
        if self.derive is not None:
            self.derive(hit, event, document)
        return hit


def _finder(pick: Any) -> Callable[[Any, Any], str | None]:
    if pick is None:
        return lambda event, document: None
    if callable(pick):
        return pick  # type: ignore[no-any-return]
    paths = (pick,) if isinstance(pick, str) else tuple(pick)
    if len(paths) == 1:
        return _only(paths[0])

    def first(event: Any, document: Any) -> str | None:
        for path in paths:
            found = text_at(event, path) or (text_at(document, path) if document is not event else None)
            if found is not None:
                return found
        return None

    return first


def _only(path: str) -> Callable[[Any, Any], str | None]:
    """The finder of one path, which is a key of the event more often than not."""
    if "." in path:
        return lambda event, document: text_at(event, path) or (text_at(document, path) if document is not event else None)

    def of_key(event: Any, document: Any) -> str | None:
        found = event.get(path) if type(event) is dict else None
        if found and type(found) is str:
            return found
        return text_at(event, path) or (text_at(document, path) if document is not event else None)

    return of_key


class LibraryReader:
    """Decodes the fetch of a vendor's script or configuration: one hit of that kind, with the account its address names.

    Args:
        kind: ``library`` or ``config``.
        account: query key that holds the account (several: the first that is there), or (path, query fields) -> account.
        table: the query's keys.
    """

    def __init__(
        self,
        kind: str = "library",
        *,
        account: str | tuple[str, ...] | Callable[[str, Mapping[str, Any]], str | None] | None = None,
        table: Mapping[str, Row] | None = None,
    ) -> None:
        self.kind = kind
        self.account = (account,) if isinstance(account, str) else account or ()
        self.table = QueryTable(table or {})

    def __call__(self, request: CapturedRequest) -> list[Hit]:
        """The request's one hit."""
        parameters, problem = request_parameters(request, self.table)
        wire = {each.name: each.value for each in reversed(parameters)}
        if callable(self.account):
            account: Any = self.account(split_url(request.url).path, wire)
        else:
            account = next((wire[key] for key in self.account if wire.get(key) not in (None, "")), None)
        named = str(account) if isinstance(account, str | int) and account != "" else None
        return [Hit(kind=self.kind, account=named, parameters=parameters, values=fields(parameters), undecoded=problem)]
