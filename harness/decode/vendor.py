"""What a vendor file must give: one ``VENDOR``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from harness.capture.captured import Answer, CapturedRequest
    from harness.decode.hit import Hit

Role = Literal["collect", "library", "config"]
Category = Literal["analytics", "advertising", "tag-manager", "marketing", "replay", "experiment", "monitoring", "consent", "server-side"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a vendor receives.

    Attributes:
        host: ``www.google-analytics.com``; ``*.google-analytics.com`` for any subdomain (not the bare domain); ``*`` for a
            first-party endpoint under any host, which then needs ``recognise``, and either a whole segment in its path
            (``*/g/collect``), ``keys`` or a ``mark`` by which dispatch finds it.
        path: ``/g/collect`` exactly; ``/tr/*`` for anything below; ``*/collect`` for any prefix; ``*`` for any.
        role: collect (stubbed), library and config (let through on real sites).
        recognise: tells this vendor's request by the shape of what is sent; needed where host and path alone do not prove it.
            Must not raise on any bytes (what it raises counts as no).
        keys: query keys that must all be there, the rarest first (``("tid", "v")``).
        mark: bytes that the body has as it was sent, which hardly any other body has; for sites that choose the path themselves.
        socket: whether a vendor's scripts open WebSockets to it; only to collect. A browser must be told of these before they are opened.
        decode: reads what comes to this endpoint in place of the vendor's own ``decode``. A library or config endpoint
            without one yields one hit of kind ``library`` or ``config`` with its query parameters.
    """

    host: str
    path: str = "*"
    role: Role = "collect"
    recognise: Callable[[CapturedRequest], bool] | None = None
    keys: tuple[str, ...] = ()
    mark: bytes = b""
    socket: bool = False
    decode: Callable[[CapturedRequest], Iterable[Hit]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vendor:
    """One product that receives hits. Two are the same only if they are one object: a vendor is told by its id.

    Attributes:
        id: kebab-case, unique (``meta-pixel``); name: as marketers know it ("Meta Pixel").
        docs: addresses of the documentation of the wire format.
        decode: request -> hits. Must not raise on any bytes; what it cannot decode it says in ``Hit.undecoded``. The hits'
            vendor, vendor_name, request, request_id and position are filled in by :class:`harness.decode.decoder.Decoder`.
        answer: what the vendor answers to a collect or config request, so that its script neither retries nor fails; None for
            the default by resource type (a GIF to an image, 204 to a ping, 200 with ``{}`` to the rest).
        automatic_events: event names that the vendor's script sends by itself (``user_engagement``, ``first_visit``, ``scroll``).
        automatic_parameters: documented names (``*`` at the end matches any rest) that the vendor's script adds by itself.
        purposes: the consent signals this vendor listens to (Google Consent Mode's names), empty if it knows none.
        cookieless: whether the vendor has a documented way to send without identifiers after denial.
    """

    id: str
    name: str
    category: Category
    docs: tuple[str, ...]
    endpoints: tuple[Endpoint, ...]
    decode: Callable[[CapturedRequest], Iterable[Hit]]
    answer: Callable[[CapturedRequest], Answer | None] | None = None
    automatic_events: frozenset[str] = frozenset()
    automatic_parameters: frozenset[str] = frozenset()
    purposes: tuple[str, ...] = ()
    cookieless: bool = False
    examples: tuple[Mapping[str, Any], ...] = field(default=())
    """Wire examples ``{title, request, hits}`` that serve as tests and as documentation."""
    lookalikes: tuple[str | Mapping[str, Any], ...] = ()
    """URLs, or request objects as in ``examples``, that look like this vendor's and are not."""
