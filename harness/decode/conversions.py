"""What the conversion APIs of advertising platforms have in common: whom an event is about, and whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit


def identify(hit: Hit, person: Any, names: Iterable[str]) -> None:
    """Puts what the object says of a person among the hit's identifiers; of a list (``em`` may be one) the first counts."""
    for name in names if isinstance(person, dict) else ():
        value = person.get(name)
        first = value[0] if isinstance(value, list) and value else value
        if isinstance(first, str) and first:
            hit.identifiers[name] = first


def of_account(read: Callable[[CapturedRequest], list[Hit]], *before: str) -> Callable[[CapturedRequest], list[Hit]]:
    """A decoder whose hits without an account of their own belong to the one that the path names.

    Args:
        read: decodes the request.
        before: the path's steps after which an account comes (``ad_accounts``); the first that is there counts.
    """

    def decode(request: CapturedRequest) -> list[Hit]:
        steps = split_url(request.url).path.split("/")
        step = next((steps.index(name) for name in before if name in steps[:-1]), None)
        account = steps[step + 1] if step is not None else None
        hits = read(request)
        for hit in hits:
            hit.account = hit.account or account or None
        return hits

    return decode
