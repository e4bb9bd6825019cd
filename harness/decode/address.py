"""A request's address, taken apart once: host, path and query text."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

_KNOWN_HOSTS = 20_000
_SCHEMES = frozenset(("https", "http", "wss", "ws"))
_new = tuple.__new__


class Address(NamedTuple):
    """A URL's parts as dispatch needs them.

    Attributes:
        host: lower case, ASCII (IDNA), without user, port and trailing dot; "" where the URL has none.
        path: as on the wire, at least ``/``.
        query: the text after ``?``, without the fragment; "" where there is none.
        has_query: whether there was a ``?``.
    """

    host: str
    path: str
    query: str
    has_query: bool


NOWHERE = Address("", "/", "", False)
_hosts: dict[str, str] = {}


def host_of(authority: str) -> str:
    """The host that an authority (``user@Shop.Example.:8080``) names: lower case, ASCII, without a trailing dot."""
    found = _hosts.get(authority)
    if found is None:
        if len(_hosts) >= _KNOWN_HOSTS:
            _hosts.clear()
        found = _hosts[authority] = _bare_host(authority)
    return found


def _bare_host(authority: str) -> str:
    host = authority.rpartition("@")[2]
    if host.startswith("["):
        return host.partition("]")[0].lower() + "]"
    host = host.partition(":")[0].rstrip(".").lower()
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return host
    return host


@lru_cache(maxsize=256)
def split_url(url: str) -> Address:
    """Take a URL apart. What is no http or WebSocket address (``data:``, ``blob:``, a bare path) has no host."""
    if url[:8] == "https://":
        start = 8
    else:
        start = url.find("://") + 3
        if start < 3 or url[: start - 3].lower() not in _SCHEMES:
            return NOWHERE
    if "#" in url:
        url = url[: url.index("#")]
    head, mark, query = url.partition("?")
    slash = head.find("/", start)
    if slash < 0:
        authority, path = head[start:], "/"
    else:
        authority, path = head[start:slash], head[slash:]
    host = _hosts.get(authority)
    return _new(Address, (host_of(authority) if host is None else host, path, query, mark == "?"))
