from __future__ import annotations

import base64
import gzip
import json
import random
import string
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.capture.captured import Body, CapturedRequest, Navigation, Outcome, Push
from harness.recording import KnownValue, Note, Recording, Step, Walk
from harness.report.masking import mask_header, mask_json, mask_recording, mask_text

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("write to jane.doe@example.com.", "write to j•••@e•••.com."),
        ("a@b.com,c@d.org; e@f.co.uk.", "a•••@b•••.com,c•••@d•••.org; e•••@f•••.uk."),
        ("https://shop.test/?email=jane%40example.com", "https://shop.test/?email=j•••@e•••.com"),
        ("dl=https%3A%2F%2Fx.test%2F%3Fe%3Djane%2540example.com", "dl=https%3A%2F%2Fx.test%2F%3Fe%3Dj•••@e•••.com"),
        ("https://shop.test/u/jane@example.com/cart", "https://shop.test/u/j•••@e•••.com/cart"),
        (r"cut short: {\"mail\":\"jane\u0040example.com\",\"na", r"cut short: {\"mail\":\"j•••\u0040e•••.com\",\"na"),
        ('{"email":"jane@example.com"}', '{"email":"j•••@e•••.com"}'),
        ('{"a": 1,\n "password": "hunter2"}', '{"a": 1, "password": "•••"}'),
        ('{"a":"{\\"password\\":\\"hunter2\\"}"}', '{"a":"{\\"password\\":\\"•••\\"}"}'),
        ('{"password":"hunter2","cut', '{"password":"•••","cut'),
        ("https://jane:hunter2@shop.test/", "https://•••:•••@shop.test/"),
        ("https://shop.test/#access_token=0123456789abcdef0123", "https://shop.test/#access_token=0123•••(20)"),
        ("Authorization: Bearer abcdef1234567890==", "Authorization: Bearer •••"),
        (f"with {JWT} inside", "with eyJ•••(71) inside"),
        ("Cookie: sessionid=abc; theme=dark", "Cookie: sessionid=•••; theme=•••"),
        ("call +49 176 1234567 now", "call +49•••67 now"),
        ("call 0176 12345678 now", "call 017•••78 now"),
        ("phone=017612345678", "phone=017•••78"),
        ("card 4111 1111 1111 1111", "card •••1111"),
        ("to DE89 3704 0044 0532 0130 00", "to DE•••3000"),
        ("cid=1726786903.1795320140&en=purchase", "cid=1726•••0140&en=purchase"),
        ("ud[em]=0a1b2c&ud%5Bfn%5D=jane&cd[value]=9.99", "ud[em]=0•••&ud%5Bfn%5D=j•••&cd[value]=9.99"),
        ("ep.email=jane%40example.com&ep.user_id=u-12345", "ep.email=j•••@e•••.com&ep.user_id=u-•••"),
        (
            '------x\r\nContent-Disposition: form-data; name="password"\r\n\r\nhunter2\r\n------x--',
            '------x\r\nContent-Disposition: form-data; name="password"\r\n\r\n•••\r\n------x--',
        ),
        ("its client_id 1821716682.1795327524 is the one in a cookie.", "its client_id 1821•••7524 is the one in a cookie."),
        ("kept in _ga=GA1.1.1726786903.1795320140", "kept in _ga=GA1.•••0140"),
        ("the value GA1.1.1726786903.1795320140, or fb.1.1795318135045.815300289157440281", "the value GA1.•••0140, or fb.1•••0281"),
        ('the parameter "user_id" was "u-1234567".', 'the parameter "user_id" was "u-•••".'),
        ("sk_live_4eC39HqLyjWDarjtT1zdp7dc", "sk_l•••(32)"),
    ],
)
def test_masks(text: str, masked: str) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        'GA4 "purchase" T-1001 was sent 2 times: once when the order was placed, again 0.8 s after 2026-11-22 03:42.',
        "https://shop.test/thank-you?utm_source=news&utm_medium=email&utm_campaign=spring&utm_id=4912345678",
        "v=2&tid=G-HBFJFL343S&en=purchase&ep.transaction_id=100001&epn.value=59.90&pr1=idTEE-01~nmT-shirt~pr19.90",
        "transaction_id=4111111111111111&item_id=5500005555555559",
        "user_id is empty; client_id required; version 1.2.3; 59.90 EUR; transaction_id T-1001; 127.0.0.1:8000",
        "ts=1795318139089&_p=7917279875841846&gtm=45je4c40v877294735z89117991082za200",
        '{"event":"purchase","ecommerce":{"transaction_id":"T-1","items":[{"item_id":"TEE-01","item_name":"T-shirt","price":19.90}]}}',
        "Basic trousers, allure@3.18, jane@localhost, @handle, 12:34:56, order 555-123-4567",
        "uafvl=Not%253AA-Brand%3B8.0.0.0%7CChromium%3B156.0.8078.79&cookie=1",
        "checkout.journey.yaml:41  place the order  refired-on-reload  [reload]",
        '{"password": true, "session_engaged": 1, "consent_token_required": false}',
    ],
)
def test_leaves_what_a_reader_needs(text: str) -> None:
    assert mask_text(text) == text


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ({"user": {"name": "Jane", "id": 7}}, {"user": {"name": "J•••", "id": 7}}),
        ({"product": {"name": "Jane"}}, {"product": {"name": "Jane"}}),
        ({"userId": 1234567890123}, {"userId": "1234•••0123"}),
        ({"password": {"old": "a1", "new": 5}}, {"password": {"old": "•••", "new": "•••"}}),
        ({"jane@example.com": [True, None]}, {"j•••@e•••.com": [True, None]}),
        ({"number": 4111111111111111}, {"number": "•••1111"}),
        ([["set", "user_data", {"email": "jane@example.com"}]], [["set", "user_data", {"email": "j•••@e•••.com"}]]),
    ],
)
def test_masks_json(value: object, masked: object) -> None:
    assert mask_json(value) == masked


@pytest.mark.parametrize(
    ("name", "value", "masked"),
    [
        ("Authorization", "Basic amFuZTpodW50ZXIy", "Basic •••"),
        ("authorization", "abc", "•••"),
        ("Cookie", "_ga=GA1.1.1726786903.1795320140; sid=x1; odd", "_ga=GA1.•••0140; sid=•••;•••"),
        ("Set-Cookie", "sessionid=abc; Path=/; HttpOnly", "sessionid=•••; Path=/; HttpOnly"),
        ("X-Api-Key", "0123456789abcdef0123", "0123•••(20)"),
        ("X-Forwarded-For", "203.0.113.7", "203•••"),
        ("Referer", "https://shop.test/?email=jane%40example.com", "https://shop.test/?email=j•••@e•••.com"),
        ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (X11; Linux x86_64)"),
    ],
)
def test_masks_headers(name: str, value: str, masked: str) -> None:
    assert mask_header(name, value) == masked


_LOCAL = st.text(string.ascii_letters + string.digits + "._-+'!*~éßøжλ", min_size=1, max_size=20).filter(lambda text: text[-1] not in "'")
_LABEL = st.text(string.ascii_lowercase + string.digits + "ü", min_size=1, max_size=12)
ADDRESSES = st.builds(
    lambda local, labels, tld: f"{local}@{'.'.join(labels)}.{tld}",
    _LOCAL,
    st.lists(_LABEL, min_size=1, max_size=3),
    st.sampled_from(["com", "de", "co.uk", "museum"]),
)
ENCODINGS = {
    "plain": lambda text: text,
    "url": lambda text: quote(text, safe=""),
    "url twice": lambda text: quote(quote(text, safe=""), safe=""),
    "url three times": lambda text: quote(quote(quote(text, safe=""), safe=""), safe=""),
    "json": lambda text: json.dumps({"note": text}),
    "json in json": lambda text: json.dumps({"note": json.dumps([text])}),
    "json cut short": lambda text: json.dumps({"note": text})[:-2],
    "json in a form": lambda text: urlencode({"data": json.dumps({"note": text})}),
    "form": lambda text: urlencode({"a": 1, "q": text, "z": "x"}),
    "url in a url": lambda text: "https://x.test/?" + urlencode({"dl": "https://y.test/?" + urlencode({"q": text})}),
    "base64 of json": lambda text: base64.b64encode(json.dumps({"note": text}).encode()).decode(),
    "base64 in a form": lambda text: "data=" + quote(base64.b64encode(json.dumps({"note": text}).encode()).decode(), safe=""),
    "html": lambda text: f"<b>{text.replace('@', '&#64;')}</b>",
    "sentence": lambda text: f'the parameter "note" was "{text}", which is personal data',
    "second line of a batch": lambda text: f"en=page_view\r\nen=form&ep.note={quote(text)}",
}


def _spellings(address: str) -> list[str]:
    local, domain = address.split("@")
    ends = [address, quote(address, safe=""), quote(quote(address, safe=""), safe=""), json.dumps(address)[1:-1]]
    return [*ends, f"{local[-3:]}@{domain}" if len(local) > 3 else address]


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(address=ADDRESSES)
def test_no_address_survives_in_any_encoding(encoding: str, address: str) -> None:
    masked = mask_text(ENCODINGS[encoding](address))
    inside = [masked]
    if "base64" in encoding:
        text = masked.removeprefix("data=").replace("%3D", "=").replace("%2B", "+").replace("%2F", "/")
        inside.append(base64.b64decode(text).decode())
    for text in inside:
        assert not [spelling for spelling in _spellings(address) if spelling in text]


@given(st.text(), st.sampled_from(["", "password=", '{"email": "', "user_id=", "Cookie: a=", "%22token%22:"]))
def test_masking_what_is_masked_changes_nothing_more(text: str, before: str) -> None:
    once = mask_text(before + text)
    assert mask_text(once) == mask_text(mask_text(once))


def test_does_not_slow_down_on_long_runs() -> None:
    random.seed(1)
    for text in (
        "a" * 200_000,
        "1" * 200_000,
        "a=" * 100_000,
        '"' * 100_000,
        "A1" * 100_000,
        "%40" * 60_000,
        "\\" * 100_000,
        "a." * 100_000 + "@",
    ):
        assert len(mask_text(text)) <= len(text)


def _recording() -> Recording:
    recording = Recording(Walk(journey="a guest buys", base_url="https://jane:hunter2@shop.test/", scenario="reload"))
    recording.append(Step(index=0, title="place the order", error="no element for jane@example.com"))
    recording.append(
        CapturedRequest(
            id="r1",
            url="https://www.google-analytics.com/g/collect?v=2&tid=G-1&cid=1726786903.1795320140&en=purchase&ep.transaction_id=T-1",
            headers=(("Cookie", "sessionid=abc"), ("Referer", "https://shop.test/?email=jane%40example.com")),
            body=Body.of(b"en=purchase&ep.email=jane%40example.com"),
            page_url="https://shop.test/?email=jane%40example.com",
        )
    )
    recording.append(CapturedRequest(id="r2", url="https://x.test/", body=Body.of(gzip.compress(b'{"email":"jane@example.com"}', mtime=0))))
    recording.append(CapturedRequest(id="r3", url="https://x.test/", body=Body.of(b"\xff\x01jane@example.com\x02")))
    recording.append(CapturedRequest(id="r4", url="https://x.test/", body=Body.of(b"\xff\x01nothing here\x02")))
    recording.append(Outcome(request="r1", state="stubbed", status=204))
    recording.append(Push(id="d1", source="dataLayer", value={"event": "purchase", "user_id": "u-1234567", "email": "jane@example.com"}))
    recording.append(Navigation(page="p1", url="https://shop.test/?token=0123456789abcdef"))
    recording.append(Note(time=1.0, step=0, what="jane@example.com was typed", details={"password": "hunter2"}))
    recording.append(KnownValue(time=1.0, step=0, name="email", value="jane@example.com"))
    return recording


def test_a_masked_recording_can_be_read_again() -> None:
    text = "\n".join(mask_recording(_recording())) + "\n"
    assert "jane" not in text
    assert "hunter2" not in text
    masked = Recording.parse(text)
    assert [request.id for request in masked.requests] == ["r1", "r2", "r3", "r4"]
    first = masked.requests[0]
    assert "en=purchase&ep.transaction_id=T-1" in first.url
    assert "cid=1726•••0140" in first.url
    assert first.body.data.decode() == "en=purchase&ep.email=j•••@e•••.com"
    assert first.header("cookie") == "sessionid=•••"
    assert masked.pushes[0].value == {"event": "purchase", "user_id": "u-•••", "email": "j•••@e•••.com"}
    assert masked.outcome("r1") == Outcome(request="r1", state="stubbed", status=204)
    assert masked.values == {"email": "j•••@e•••.com"}
    assert masked.steps[0].title == "place the order"


def test_headers_that_came_with_an_outcome_are_masked_too() -> None:
    recording = Recording(Walk())
    recording.append(CapturedRequest(id="r1", url="https://shop.test/"))
    recording.append(Outcome(request="r1", state="failed", reason="of jane@example.com", headers=(("Cookie", "auth=topsecret"),)))
    masked = "\n".join(mask_recording(recording))
    assert "topsecret" not in masked
    assert "jane@" not in masked
    assert Recording.parse(masked + "\n").requests[0].header("cookie") == "auth=•••"


def test_packed_bodies_are_masked_inside_and_unsearchable_ones_withheld() -> None:
    bodies = [request.body for request in Recording.parse("\n".join(mask_recording(_recording()))).requests[1:]]
    assert gzip.decompress(bodies[0].data).decode() == '{"email":"j•••@e•••.com"}'
    assert (bodies[1].state, bodies[1].data) == ("unreadable", b"")
    assert "withheld" in bodies[1].reason
    assert bodies[2] == Body.of(b"\xff\x01nothing here\x02")


def test_a_gzip_bomb_is_withheld() -> None:
    recording = Recording(Walk())
    recording.append(CapturedRequest(id="r1", url="https://x.test/", body=Body.of(gzip.compress(b"a" * 20_000_000))))
    body = Recording.parse("\n".join(mask_recording(recording))).requests[0].body
    assert (body.state, body.data) == ("unreadable", b"")
