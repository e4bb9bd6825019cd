"""TLS handshakes of clients with the proxy: which are underway, and whether one that failed may have hidden a request.

A browser gives up a connection that it no longer needs, often in the midst of its handshake: what was to be sent over it goes over
another, that was ready before. A client that does not trust the proxy ends its handshakes too, some without a word. What tells the two
apart is whether the client ever took the proxy's certificate: for that host, as an app may hold to one host's own certificate, or, of a
browser that was told to take what it is given, for any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

AT_MOST: Final = 2.0
"""Seconds that a handshake is waited for: one that takes longer is of a client that has gone."""


class Handshakes:
    """The handshakes of one walk. A client is named by the port that it came in by."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}
        self._took: set[tuple[int, str]] = set()
        self._left: dict[tuple[int, str], None] = {}
        self._browsers: set[int] = set()

    def browser(self, door: int) -> None:
        """What comes in by this port is a browser context's, which takes the certificate for each host or for none."""
        self._browsers.add(door)

    def begun(self, id_: str, now: float) -> None:
        """A client said hello over the connection of this id."""
        self._since[id_] = now

    def taken(self, id_: str, door: int, host: str) -> None:
        """The client took the certificate for a host: what follows can be read."""
        self._since.pop(id_, None)
        self._took.add((door, host))

    def left(self, id_: str, door: int, host: str) -> None:
        """The client ended the connection before its handshake was done, and did not say that it was for the certificate."""
        self._since.pop(id_, None)
        if len(self._left) < 100:
            self._left[door, host] = None

    def refused(self, id_: str) -> None:
        """The handshake failed for what the client said."""
        self._since.pop(id_, None)

    def underway(self, now: float) -> bool:
        """Whether one is, after which a request may follow."""
        return any(now - since < AT_MOST for since in self._since.values())

    def words(self, names: Mapping[int, str]) -> list[str]:
        """Which client may not trust the proxy, and for which host: it left, and never took the certificate.

        Args:
            names: what the record calls the client of each port.
        """
        trusting = self._browsers & {door for door, _ in self._took}
        doubtful = [(door, host) for door, host in self._left if (door, host) not in self._took and door not in trusting]
        return [f"{names.get(door, 'a client')} may not trust the proxy: it left each handshake for {host}" for door, host in doubtful]
