"""The things that capture yields, undecoded. Times are seconds since the walk began."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Literal, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

BodyState = Literal["present", "absent", "partial", "unreadable"]
Disposition = Literal["passed", "stubbed", "blocked", "unknown"]
OutcomeState = Literal["delivered", "stubbed", "failed", "blocked", "answered-by-journey", "unknown"]
NavigationKind = Literal["document", "reload", "back-forward", "history", "fragment", "unknown"]


@dataclass(frozen=True, slots=True)
class Body:
    """A request's body: present, absent, partial or unreadable, and if not whole, why."""

    state: BodyState = "absent"
    data: bytes = b""
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """Text where it is UTF-8, base64 otherwise."""
        entry: dict[str, Any] = {"state": self.state}
        if self.data:
            try:
                entry["text"] = self.data.decode("utf-8")
            except UnicodeDecodeError:
                entry["base64"] = base64.b64encode(self.data).decode("ascii")
        if self.reason:
            entry["reason"] = self.reason
        return entry

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> Self:
        """The inverse of :meth:`to_json`."""
        data = base64.b64decode(entry["base64"]) if "base64" in entry else str(entry.get("text", "")).encode("utf-8")
        return cls(entry.get("state", "absent"), data, entry.get("reason", ""))

    @classmethod
    def of(cls, data: bytes | None) -> Self:
        """A whole body, or none."""
        return cls("present", data) if data is not None else cls()


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedRequest:
    """One request as the browser sent it (or tried to).

    Attributes:
        id: unique in the walk.
        time: seconds since the walk began.
        method: None where it cannot be known (a request refused by a content security policy, a background fetch), or there is none (a
            WebSocket's message).
        headers: in wire order where the backend knows it; names as sent. In a browser without those that are added only when a request
            goes to the network, until its :class:`Outcome` tells them.
        resource_type: Chrome's word in lower case: document, image, ping, xhr, fetch, script, preflight …; ``websocket-message``
            for what is sent over an open WebSocket, ``webtransport`` for a session's beginning, ``report`` for one of the browser's own,
            ``background-fetch`` for what a service worker had it fetch.
        page: the tab, ``p1``, ``p2`` … in order of opening; None for a shared or service worker.
        page_url: the tab's document URL when the request was sent (that of the document that sent it).
        page_load: ordinal of the document load in that tab, 1 for its first; None if unknown.
        frame_url: the frame's own URL; equals page_url in the main frame.
        main_frame: whether the sending frame is the tab's main frame.
        step: index of the step it was *sent* in (the recording's steps).
        initiator: parser, script, preload, preflight … where known.
        redirected_from: id of the request whose redirect led here.
        disposition: what capture did with it: passed on, stubbed, blocked.
    """

    id: str
    url: str
    time: float = 0.0
    method: str | None = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: Body = field(default_factory=Body)
    resource_type: str | None = None
    context: str | None = None
    page: str | None = None
    page_url: str | None = None
    page_load: int | None = None
    frame_url: str | None = None
    main_frame: bool | None = None
    step: int = 0
    initiator: str | None = None
    redirected_from: str | None = None
    disposition: Disposition = "unknown"

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def lacking(self, headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Those of these headers that the request does not have."""
        known = {name.lower() for name, _ in self.headers}
        return tuple(pair for pair in headers if pair[0].lower() not in known)

    def to_json(self) -> dict[str, Any]:
        """A JSON object without the fields that are at their default."""
        entry = _plain(self, skip=("headers", "body"))
        if self.headers:
            entry["headers"] = [list(pair) for pair in self.headers]
        if self.body.state != "absent":
            entry["body"] = self.body.to_json()
        return entry

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> Self:
        """The inverse of :meth:`to_json`."""
        known = _known(cls, entry)
        known["headers"] = _headers(entry)
        known["body"] = Body.from_json(entry["body"]) if "body" in entry else Body()
        return cls(**known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a request: its response status, or why there was none.

    Attributes:
        headers: of the request, those that the browser added when it sent it (Cookie, Host, Accept-Encoding, Sec-Fetch-…). Empty where
            it did not tell: a request that was answered by a stub got none, and of a page's last ones no browser tells.
    """

    request: str
    state: OutcomeState
    time: float = 0.0
    status: int | None = None
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    def completed(self, request: CapturedRequest) -> CapturedRequest:
        """The request with the headers that were added when it was sent."""
        added = request.lacking(self.headers)
        return replace(request, headers=request.headers + added) if added else request

    def to_json(self) -> dict[str, Any]:
        """A JSON object without the fields that are at their default."""
        entry = _plain(self, skip=("headers",))
        if self.headers:
            entry["headers"] = [list(pair) for pair in self.headers]
        return entry

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> Self:
        """The inverse of :meth:`to_json`."""
        known = _known(cls, entry)
        known["headers"] = _headers(entry)
        return cls(**known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One data-layer entry, or one direct call of a vendor's function, copied at the moment it was made.

    Attributes:
        source: the layer's or function's name: ``dataLayer``, ``adobeDataLayer``, ``gtag``, ``fbq``, ``analytics.track``.
        kind: ``push`` (layer.push or an entry already there), ``call`` (a vendor's function; value is the list of arguments).
        value: JSON. What JSON cannot hold is ``{"$type": "function" | "node" | "cycle" | "bigint" | "date" | …, "text": …}``.
        cut: what was cut from the value, in words; empty if nothing was.
    """

    id: str
    source: str
    value: Any
    kind: Literal["push", "call"] = "push"
    time: float = 0.0
    context: str | None = None
    page: str | None = None
    page_url: str | None = None
    page_load: int | None = None
    frame_url: str | None = None
    main_frame: bool | None = None
    step: int = 0
    cut: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """A JSON object without the fields that are at their default."""
        entry = _plain(self, skip=("cut",))
        entry["value"] = self.value
        if self.cut:
            entry["cut"] = list(self.cut)
        return entry

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> Self:
        """The inverse of :meth:`to_json`."""
        known = _known(cls, entry)
        known["cut"] = tuple(entry.get("cut", ()))
        return cls(**known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Navigation:
    """A tab's main frame shows another document or route.

    Attributes:
        kind: document (a new document), reload, back-forward, history (pushState, replaceState), fragment.
        page_load: ordinal of the document load in that tab; history and fragment keep it.
        method: of the document's request, where known.
        status: of the document's response, where known.
    """

    page: str
    url: str
    kind: NavigationKind = "document"
    time: float = 0.0
    context: str | None = None
    page_load: int | None = None
    step: int = 0
    method: str | None = None
    status: int | None = None

    def to_json(self) -> dict[str, Any]:
        """A JSON object without the fields that are at their default."""
        return _plain(self)

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> Self:
        """The inverse of :meth:`to_json`."""
        return cls(**_known(cls, entry))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a stub answers in a vendor's stead; ``blocked`` refuses the request as an ad blocker does."""

    status: int = 204
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    blocked: bool = False


_KEPT_BACK = (
    "corp-", "coep-", "content-type", "net::ERR_BLOCKED_BY_ORB", "net::ERR_BLOCKED_BY_RESPONSE", "BlockedByResponse",
    "NS_ERROR_DOM_CORP_FAILED",
)  # fmt: skip
"""How such a reason begins, in Chromium's three ways of telling it and in Firefox's."""


def kept_back(reason: str) -> bool:
    """Whether a browser that gives this reason kept an answer from its page: the request was sent, and answered.

    https://chromedevtools.github.io/devtools-protocol/tot/Network/#type-BlockedReason and
    https://fetch.spec.whatwg.org/#cross-origin-resource-policy-header
    """
    return reason.startswith(_KEPT_BACK)


def unreadable(why: str) -> str:
    """What is said of an answer that was kept from its page."""
    return f"its page may not read the answer ({why})"


_WITH_A_LOGIN = re.compile(r"((?:https?|wss?)://)[^/?#@]*@([^/?#@]*(?:[/?#]|$))", re.IGNORECASE)


def sent_url(url: str) -> str:
    """A URL as it is sent: without the user and password before its host, which go out in a header if the server asks for them.

    https://www.rfc-editor.org/rfc/rfc9110#section-4.2.4 and https://url.spec.whatwg.org/#url-parsing (a further ``@`` is encoded)
    """
    return _WITH_A_LOGIN.sub(r"\1\2", url, count=1) if "@" in url and _WITH_A_LOGIN.match(url) else url


def _plain(thing: Any, skip: tuple[str, ...] = ()) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    for name, default in _defaults(type(thing)):
        if name not in skip and (value := getattr(thing, name)) != default:
            entry[name] = value
    return entry


def _defaults(cls: type) -> tuple[tuple[str, Any], ...]:
    """The fields and their defaults; looked up for every entry of every walk."""
    found = _DEFAULTS.get(cls)
    if found is None:
        found = _DEFAULTS[cls] = tuple((each.name, each.default) for each in fields(cls))
    return found


_DEFAULTS: dict[type, tuple[tuple[str, Any], ...]] = {}


def _headers(entry: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in entry.get("headers", ()))


def _known(cls: type, entry: dict[str, Any]) -> dict[str, Any]:
    names = {name for name, _ in _defaults(cls)}
    return {key: value for key, value in entry.items() if key in names}
