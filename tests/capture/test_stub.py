from __future__ import annotations

import pytest

from harness.capture.captured import Answer, CapturedRequest
from harness.capture.stub import origin_of, preflight, with_cors

VENDOR = "https://collect.vendor.test/e"

CORS = [
    ("from its own origin", (), "https://collect.vendor.test/page", None),
    ("from another origin", (), "https://shop.test/a?b", "https://shop.test"),
    ("as its Origin header says", (("Origin", "null"),), "https://shop.test/", "null"),
    ("as its Referer says", (("Referer", "https://shop.test/"),), None, "https://shop.test"),
    ("from a frame without an address", (("referer", "https://shop.test/"),), "about:srcdoc", "https://shop.test"),
    ("from nobody known", (), None, None),
]


@pytest.mark.parametrize(("headers", "sender", "allowed"), [row[1:] for row in CORS], ids=[row[0] for row in CORS])
def test_an_answer_may_be_read_by_its_sender(headers: tuple[tuple[str, str], ...], sender: str | None, allowed: str | None) -> None:
    answer = with_cors(Answer(200, (("Content-Type", "image/gif"),), b"x"), CapturedRequest(id="r1", url=VENDOR, headers=headers), sender)
    told = {name: value for name, value in answer.headers if name.startswith("Access-Control")}
    assert told == ({"Access-Control-Allow-Origin": allowed, "Access-Control-Allow-Credentials": "true"} if allowed else {})
    assert (answer.status, answer.body, answer.headers[0]) == (200, b"x", ("Content-Type", "image/gif"))


def test_an_answer_that_says_itself_whom_it_allows_is_left_as_it_is() -> None:
    answer = Answer(200, (("access-control-allow-origin", "*"),))
    assert with_cors(answer, CapturedRequest(id="r1", url=VENDOR), "https://shop.test/") is answer


def test_a_preflight_is_allowed_what_it_asks_for() -> None:
    headers = (
        ("Origin", "https://shop.test"), ("Access-Control-Request-Method", "PUT"), ("Access-Control-Request-Headers", "content-type,x-key"),
        ("Access-Control-Request-Private-Network", "true"),
    )  # fmt: skip
    answer = preflight(CapturedRequest(id="r1", url=VENDOR, method="OPTIONS", headers=headers))
    assert answer.status == 204
    assert dict(answer.headers) == {
        "Access-Control-Allow-Origin": "https://shop.test",
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Allow-Methods": "PUT",
        "Access-Control-Allow-Headers": "content-type,x-key",
        "Access-Control-Max-Age": "0",
        "Access-Control-Allow-Private-Network": "true",
        "Vary": "Origin",
    }


@pytest.mark.parametrize(
    ("url", "origin"),
    [("https://a.test:8443/x", "https://a.test:8443"), ("about:blank", None), ("", None), (None, None), ("blob:https://a.test/1", None)],
)
def test_origins(url: str | None, origin: str | None) -> None:
    assert origin_of(url) == origin
