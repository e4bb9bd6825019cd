"""From a captured request to its vendor, its hits and its stub's answer.

A request's vendor is found by index: by host and the suffixes of its labels, then by path; a first-party endpoint (any host) by
a segment of its path or by a query key, and then by the shape of what is sent. The cost does not grow with the number of vendors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from harness.capture.captured import Answer
from harness.decode.address import host_of, split_url
from harness.decode.consent_strings import carries_strings, names_strings, read_strings
from harness.decode.hit import Hit
from harness.decode.payload import raw_body
from harness.decode.query import PLAIN
from harness.decode.vendor import Endpoint, Vendor
from harness.errors import DiscoveryError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Parameter
    from harness.decode.vendor import Role

_KNOWN_HOSTS = 10_000
_KNOWN_PATHS = 256
_LONGEST_PATH = 256
GIF = b"GIF89a\x01\x00\x01\x00\x80" + bytes(8) + b"!\xf9\x04\x01" + bytes(4) + b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
"""A transparent image of one pixel, 43 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPartyRoute:
    """A site's own endpoint that receives for a vendor, as the site's plan names it.

    Attributes:
        vendor: the vendor's id.
        host: ``data.shop.example`` or ``*.shop.example``; a port is ignored.
        path: a glob, as in :class:`harness.decode.vendor.Endpoint`.
    """

    vendor: str
    host: str
    path: str = "*"
    role: Role = "collect"


class Claim(NamedTuple):
    """Whose request it is, and what it is for."""

    vendor: Vendor
    role: Role
    endpoint: Endpoint


class _Rule:
    """An endpoint, its path glob taken apart."""

    __slots__ = ("claim", "endpoint", "exact", "pieces")

    def __init__(self, vendor: Vendor, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.claim = Claim(vendor, endpoint.role, endpoint)
        self.pieces = endpoint.path.split("*")
        self.exact = len(self.pieces) == 1

    def fits(self, path: str) -> bool:
        pieces = self.pieces
        if len(pieces) == 1:
            return path == pieces[0]
        first, last = pieces[0], pieces[-1]
        if not path.startswith(first):
            return False
        position = len(first)
        for piece in pieces[1:-1]:
            found = path.find(piece, position)
            if found < 0:
                return False
            position = found + len(piece)
        return len(path) - len(last) >= position and path.endswith(last)

    def accepts(self, request: CapturedRequest, query: str) -> bool:
        endpoint = self.endpoint
        if endpoint.keys:
            padded = f"&{query}"
            if not all(f"&{key}=" in padded for key in endpoint.keys):
                return False
        if endpoint.mark and endpoint.mark not in request.body.data:
            return False
        if endpoint.recognise is None:
            return True
        try:
            return endpoint.recognise(request)
        except Exception:
            return False


class _Route(_Rule):
    """A site's own endpoint. What comes below it is read as at the vendor's own endpoint whose path the request's path ends with.

    A script that no such endpoint serves is a library: hardly any two vendors' scripts have hosts or folders of one shape.
    """

    __slots__ = ("own", "script")

    def __init__(self, vendor: Vendor, endpoint: Endpoint) -> None:
        super().__init__(vendor, endpoint)
        alike = (each for each in vendor.endpoints if each.path.strip("/*") and endpoint.role in ("collect", each.role))
        self.script = Claim(vendor, "library", Endpoint(host=endpoint.host, path=endpoint.path, role="library"))
        self.own = sorted((_Rule(vendor, each) for each in alike), key=lambda rule: (rule.endpoint.role != endpoint.role, _specific(rule)))

    def claim_of(self, request: CapturedRequest, path: str, query: str) -> Claim:
        """Whose request it is, and what for: a folder of the site's may hold scripts and settings beside what collects."""
        below = path.find("/")
        while below >= 0:
            for rule in self.own:
                if rule.fits(path[below:]) and rule.accepts(request, query):
                    return rule.claim
            below = path.find("/", below + 1)
        return self.script if path.endswith((".js", ".mjs")) and not self.exact else self.claim


class _Level:
    """The rules of one host pattern, and a memory of those that fit a path: trackers have few paths."""

    __slots__ = ("exact", "fitting", "globs")

    def __init__(self) -> None:
        self.exact: dict[str, list[_Rule]] = {}
        self.globs: list[_Rule] = []
        self.fitting: dict[str, list[_Rule]] = {}

    def add(self, rule: _Rule) -> None:
        rules = self.exact.setdefault(rule.endpoint.path, []) if rule.exact else self.globs
        rules.append(rule)
        rules.sort(key=_specific)

    def fit(self, path: str) -> list[_Rule]:
        """The rules that fit a path, those of the whole path first."""
        rules = [rule for rule in self.globs if rule.fits(path)]
        if path in self.exact:
            rules = self.exact[path] + rules
        # What nobody claims is a page's own file, each with another path.
        if rules and len(path) <= _LONGEST_PATH:
            if len(self.fitting) >= _KNOWN_PATHS:
                self.fitting.clear()
            self.fitting[path] = rules
        return rules


def _specific(rule: _Rule) -> tuple[bool, int, bool, int]:
    """What proves more is tried first: longer globs, then those that look at what is sent."""
    endpoint = rule.endpoint
    return (endpoint.path == "*", -sum(map(len, rule.pieces)), endpoint.recognise is None, -len(endpoint.keys))


class Decoder:
    """Finds the vendor of a request, decodes it, and answers for the vendor.

    Args:
        vendors: all that can be told; their ids must be unique.
        first_party: endpoints that the site's plan names; they go before every vendor's own.

    Raises:
        DiscoveryError: two vendors with one id, two that would claim one endpoint identically, an endpoint that cannot be
            found by index, or a route to a vendor that is not there.
    """

    def __init__(self, vendors: Iterable[Vendor], first_party: Iterable[FirstPartyRoute] = ()) -> None:
        self.vendors: dict[str, Vendor] = {}
        self._named: dict[str, _Level] = {}
        self._anchors: dict[str, list[_Rule]] = {}
        self._keys: dict[str, list[_Rule]] = {}
        self._marked: list[_Rule] = []
        self._routes: dict[str, _Level] = {}
        self._route_anywhere: list[_Route] = []
        self._levels: dict[str, tuple[_Level, ...]] = {}
        self._sockets: dict[tuple[str, str], None] = {}
        claimed: dict[tuple[str, str, frozenset[str]], str] = {}
        for vendor in vendors:
            if vendor.id in self.vendors:
                raise DiscoveryError(
                    f"two vendors have the id {vendor.id}: {self.vendors[vendor.id].name} and {vendor.name}", mend="give one another id"
                )
            self.vendors[vendor.id] = vendor
            for endpoint in vendor.endpoints:
                if endpoint.recognise is None:
                    place = (_pattern(endpoint.host), endpoint.path, frozenset(endpoint.keys))
                    other = claimed.setdefault(place, vendor.id)
                    if other != vendor.id:
                        raise DiscoveryError(
                            f"{other} and {vendor.id} both claim every request to {endpoint.host}{endpoint.path}",
                            mend="give one of them a `recognise`, or a narrower path",
                        )
                self._add(vendor, endpoint)
        for rules in (*self._anchors.values(), *self._keys.values()):
            rules.sort(key=_specific)
        routed: dict[tuple[str, str], str] = {}
        for route in first_party:
            self._add_route(route, routed)

    def sockets(self) -> tuple[tuple[str, str], ...]:
        """Where a vendor may be reached by WebSocket: globs of hosts and paths, a port left out.

        These are what vendors say of themselves (``Endpoint.socket``), and every endpoint of the plan's that collects.
        """
        return tuple(self._sockets)

    def _add(self, vendor: Vendor, endpoint: Endpoint) -> None:
        rule = _Rule(vendor, endpoint)
        if endpoint.socket:
            self._sockets[_pattern(endpoint.host), endpoint.path] = None
        if endpoint.host != "*":
            self._named.setdefault(_pattern(endpoint.host), _Level()).add(rule)
            return
        if endpoint.recognise is None:
            raise DiscoveryError(
                f"{vendor.id} claims {endpoint.path} under any host by its path alone",
                mend="give the endpoint a `recognise` that looks at what is sent",
            )
        anchors = [segment for segment in endpoint.path.split("/") if segment and "*" not in segment]
        if endpoint.keys:
            self._keys.setdefault(endpoint.keys[0], []).append(rule)
        elif anchors:
            self._anchors.setdefault(anchors[-1], []).append(rule)
        elif endpoint.mark:
            self._marked.append(rule)
        else:
            raise DiscoveryError(
                f"{vendor.id}'s endpoint {endpoint.path} under any host cannot be found by index",
                mend="name a whole segment in its path (`*/g/collect`), its query `keys`, or a `mark` of its body",
            )

    def _add_route(self, route: FirstPartyRoute, routed: dict[tuple[str, str], str]) -> None:
        vendor = self.vendors.get(route.vendor)
        if vendor is None:
            raise DiscoveryError(
                f"the endpoint {route.host}{route.path} is for {route.vendor}, which no vendor is called",
                mend="`tagproof vendors` lists them",
            )
        pattern = _pattern(route.host)
        other = routed.setdefault((pattern, route.path), vendor.id)
        if other != vendor.id:
            raise DiscoveryError(f"{other} and {vendor.id} are both said to receive at {route.host}{route.path}", mend="name one of them")
        fetched = (each.decode for each in vendor.endpoints if each.role == route.role and each.decode is not None)
        decode = vendor.decode if route.role == "collect" else next(fetched, None)
        rule = _Route(vendor, Endpoint(host=route.host, path=route.path, role=route.role, decode=decode))
        if route.role == "collect":
            self._sockets[pattern, route.path] = None
        if pattern == "*":
            self._route_anywhere.append(rule)
            self._route_anywhere.sort(key=_specific)
        else:
            self._routes.setdefault(pattern, _Level()).add(rule)

    def claim(self, request: CapturedRequest) -> Claim | None:
        """Whose request it is, and what it is for; None where no vendor's."""
        host, path, query, has_query = split_url(request.url)
        if not host:
            return None
        levels = self._levels.get(host)
        if levels is None:
            levels = self._levels_of(host)
        for level in levels:
            rules = level.fitting.get(path)
            for rule in level.fit(path) if rules is None else rules:
                if rule.accepts(request, query):
                    return rule.claim_of(request, path, query) if isinstance(rule, _Route) else rule.claim
        for rule in self._route_anywhere:
            if rule.fits(path):
                return rule.claim_of(request, path, query)
        anchors = self._anchors
        for segment in path.split("/"):
            if segment in anchors:
                for rule in anchors[segment]:
                    if rule.fits(path) and rule.accepts(request, query):
                        return rule.claim
        if has_query:
            keys = self._keys
            for segment in query.split("&"):
                key = segment.partition("=")[0]
                if key in keys:
                    for rule in keys[key]:
                        if rule.fits(path) and rule.accepts(request, query):
                            return rule.claim
        if request.body.data:
            for rule in self._marked:
                if rule.fits(path) and rule.accepts(request, query):
                    return rule.claim
        return None

    def _levels_of(self, host: str) -> tuple[_Level, ...]:
        """The rules for a host: the plan's routes first, then the vendors'; the whole name before its suffixes."""
        found: list[_Level] = []
        for index in (self._routes, self._named):
            if host in index:
                found.append(index[host])
            rest = host
            while "." in rest:
                rest = rest[rest.index(".") + 1 :]
                if f"*.{rest}" in index:
                    found.append(index[f"*.{rest}"])
        if len(self._levels) >= _KNOWN_HOSTS:
            self._levels.clear()
        levels = self._levels[host] = tuple(found)
        return levels

    def decode(self, request: CapturedRequest, index: int = 0) -> list[Hit]:
        """The hits that a request carries, in its own order; none where no vendor claims it. Never raises.

        Args:
            request: what was captured.
            index: the request's 0-based place in its source, for ``Hit.request``.
        """
        claim = self.claim(request)
        if claim is None:
            return []
        vendor, role, endpoint = claim
        if request.method == "OPTIONS" or request.resource_type == "preflight":
            hits = [Hit(kind="preflight")]
        elif request.resource_type == "websocket-message":
            # No vendor documents these: they are shown as they are.
            hits = [Hit(kind="auxiliary", parameters=_raw(request))]
        else:
            hits = self._decoded(request, vendor, role, endpoint)
        name, request_id, vendor_id = vendor.name, request.id, vendor.id
        for position, hit in enumerate(hits):
            hit.vendor = vendor_id
            hit.vendor_name = name
            hit.request = index
            hit.request_id = request_id
            hit.position = position
        return hits

    def _decoded(self, request: CapturedRequest, vendor: Vendor, role: Role, endpoint: Endpoint) -> list[Hit]:
        decode = endpoint.decode or (vendor.decode if role == "collect" else None)
        try:
            hits = list(decode(request)) if decode is not None else [Hit(kind=role, parameters=_raw(request))]
        except Exception as error:
            return [_undecoded(request, f"{type(error).__name__}: {error}")]
        body = request.body
        if not hits:
            hits = [Hit(kind="auxiliary", parameters=_raw(request))]
        carried = carries_strings(request)
        for hit in hits:
            if carried or (hit.consent is not None and names_strings(hit)):
                read_strings(hit)
        if body.state == "partial" or body.state == "unreadable":
            why = f"the body is {body.state}" + (f": {body.reason}" if body.reason else "")
            for hit in hits:
                hit.undecoded = hit.undecoded or why
        return hits

    def answer(self, request: CapturedRequest) -> Answer:
        """What the request's vendor would answer, so that its script neither retries nor fails. Never raises."""
        claim = self.claim(request)
        if claim is not None and claim.vendor.answer is not None:
            try:
                answer = claim.vendor.answer(request)
            except Exception:
                answer = None
            if answer is not None:
                return answer
        return default_answer(request)


def _pattern(host: str) -> str:
    return "*." + host_of(host[2:]) if host.startswith("*.") else host if host == "*" else host_of(host)


def _undecoded(request: CapturedRequest, why: str) -> Hit:
    return Hit(kind="undecoded", parameters=_raw(request), undecoded=why)


def _raw(request: CapturedRequest) -> list[Parameter]:
    """The request's query, and its body as it was."""
    parameters = PLAIN.read(split_url(request.url).query)
    return [*parameters, raw_body(request)] if request.body.data else parameters


def default_answer(request: CapturedRequest) -> Answer:
    """What nearly every collector answers: a GIF to an image, 204 to a beacon, an empty script, page or object to the rest."""
    match request.resource_type:
        case "image":
            return Answer(200, (("Content-Type", "image/gif"), ("Cache-Control", "no-store")), GIF)
        case "ping":
            return Answer(204)
        case "script":
            return Answer(200, (("Content-Type", "text/javascript; charset=utf-8"),))
        case "document":
            return Answer(200, (("Content-Type", "text/html; charset=utf-8"),))
        case "stylesheet":
            return Answer(200, (("Content-Type", "text/css; charset=utf-8"),))
        case None if split_url(request.url).path.endswith(".gif"):
            return Answer(200, (("Content-Type", "image/gif"), ("Cache-Control", "no-store")), GIF)
        case _:
            return Answer(200, (("Content-Type", "application/json"),), b"{}")
