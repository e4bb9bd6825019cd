"""What a stub's answer needs so that a page takes it as the vendor's own: the headers of the Fetch standard's CORS protocol.

https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.capture.captured import Answer

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest

EMPTY = frozenset({101, 204, 205, 304})
"""Statuses whose answers have no body."""


def origin_of(url: str | None) -> str | None:
    """The origin of a URL as an ``Origin`` header has it; None where it has none."""
    if not url:
        return None
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") and parts.netloc else None


def with_cors(answer: Answer, request: CapturedRequest, sender: str | None) -> Answer:
    """The answer with the headers that let its sender read it, credentials included.

    Args:
        answer: as given; returned unchanged where it says itself whom it allows, or where the request stays in its origin.
        request: what is answered.
        sender: the URL of the document or worker that sent it, where known.
    """
    if any(name.lower() == "access-control-allow-origin" for name, _ in answer.headers):
        return answer
    origin = request.header("origin") or origin_of(sender) or origin_of(request.header("referer"))
    if origin is None or origin == origin_of(request.url):
        return answer
    extra = (("Access-Control-Allow-Origin", origin), ("Access-Control-Allow-Credentials", "true"), ("Vary", "Origin"))
    return Answer(answer.status, answer.headers + extra, answer.body, answer.blocked)


def preflight(request: CapturedRequest) -> Answer:
    """The answer to a preflight: all that it asks for is allowed."""
    headers = [
        ("Access-Control-Allow-Origin", request.header("origin") or "*"),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Methods", request.header("access-control-request-method") or "GET, POST"),
        ("Access-Control-Max-Age", "0"),
        ("Vary", "Origin"),
    ]
    if asked := request.header("access-control-request-headers"):
        headers.append(("Access-Control-Allow-Headers", asked))
    if request.header("access-control-request-private-network"):
        headers.append(("Access-Control-Allow-Private-Network", "true"))
    return Answer(204, tuple(headers))


def decided(answer: Answer | None, request: CapturedRequest) -> Answer | None:
    """What a request is answered with in fact: a preflight is allowed also where what it asks for is to be refused.

    So that is seen whole, method and body, and refused itself, as an ad blocker does.
    """
    return Answer() if answer is not None and answer.blocked and request.resource_type == "preflight" else answer
