"""Calls of Segment's specification: whose they are, and what they say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.capture.captured import Body, CapturedRequest
from harness.decode.calls import basic_user, call_reader, sent_by

TRACK: dict[str, Any] = {"type": "track", "event": "Order", "messageId": "m", "context": {"library": {"name": "acme"}}}


def posted(document: Any, **headers: str) -> CapturedRequest:
    return CapturedRequest(
        id="1", url="https://x.example/v1/t", method="POST", headers=tuple(headers.items()), body=Body.of(json.dumps(document).encode())
    )


@pytest.mark.parametrize(
    ("document", "ours"),
    [
        (TRACK, True),
        ({"batch": [{"type": "page"}, TRACK]}, True),
        ({"batch": [{"type": "page"}], "context": {"library": {"name": "acme"}}}, True),
        ({"batch": [{"type": "page"}]}, False),
        ({**TRACK, "context": {"library": {"name": "other"}}}, False),
        ({**TRACK, "type": "order"}, False),
        ({"batch": [1, TRACK]}, False),
        ([], False),
    ],
)
def test_calls_belong_to_the_library_that_they_name(document: Any, ours: bool) -> None:
    assert sent_by(posted(document), lambda library: library == "acme") is ours


@pytest.mark.parametrize(
    ("call", "kind", "event"),
    [
        ({"type": "track", "event": "Order"}, "event", "Order"),
        ({"type": "page", "name": "Home"}, "pageview", "page"),
        ({"type": "screen"}, "pageview", "screen"),
        ({"type": "identify"}, "identify", "identify"),
        ({"type": "group"}, "identify", "group"),
        ({"type": "alias"}, "identify", "alias"),
        ({}, "auxiliary", None),
    ],
)
def test_a_call_has_its_kind_and_name(call: dict[str, Any], kind: str, event: str | None) -> None:
    [hit] = call_reader()(posted(call))
    assert (hit.kind, hit.event) == (kind, event)


def test_a_call_tells_of_its_campaign() -> None:
    [hit] = call_reader()(posted({**TRACK, "context": {"campaign": {"name": "spring", "source": "news", "id": "7"}}}))
    assert hit.campaign == {"utm_campaign": "spring", "utm_source": "news", "utm_id": "7"}


@pytest.mark.parametrize(
    ("header", "user"),
    [
        ("Basic d3JpdGVLZXkxMjM6", "writeKey123"),
        ("basic d3JpdGVLZXkxMjM6c2VjcmV0", "writeKey123"),
        ("Bearer d3JpdGVLZXkxMjM6", None),
        ("Basic ?", None),
    ],
)
def test_the_write_key_is_the_user_of_basic_authentication(header: str, user: str | None) -> None:
    assert basic_user(posted({}, Authorization=header)) == user
