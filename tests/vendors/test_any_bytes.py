"""Every vendor, whatever it is sent: no exception, nothing lost, work in proportion to size."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import harness.vendors
from harness.capture.captured import Body, CapturedRequest
from harness.decode.address import split_url
from harness.decode.document import PLAIN as ANY_DOCUMENT
from harness.decode.query import PLAIN as ANY_QUERY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.decode.hit import Hit
    from harness.decode.vendor import Endpoint, Vendor

VENDORS: list[Vendor] = [
    importlib.import_module(f"harness.vendors.{found.name}").VENDOR for found in pkgutil.iter_modules(harness.vendors.__path__)
]
each_vendor = pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.id)
# What is drawn is given to every vendor: to draw it takes far longer than to decode it.
wild = settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])
WHICH = st.integers(0, 1_000)
"""Which of a vendor's endpoints is asked, counted round and round."""

KEYS = st.sampled_from(
    ["v", "tid", "id", "ev", "en", "data", "event", "cd[value]", "ep.x", "pr1", "value", "items", "dl", "url"]
) | st.text(max_size=6)
QUERY = st.lists(st.tuples(KEYS, st.text(max_size=12)), max_size=6).map(lambda pairs: "&".join(f"{key}={value}" for key, value in pairs))
RAW = QUERY | st.text(st.sampled_from("&=%2F+;~{}[]\"'1aé,:#?/"), max_size=40) | st.text(max_size=30)
PLACES = st.text(st.sampled_from("abc123-_.;=/%"), max_size=12)
DOCUMENTS = st.dictionaries(
    st.text(min_size=2, max_size=5),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)
BODIES = (
    st.none()
    | st.binary(max_size=60)
    | RAW.map(lambda text: text.encode("utf-8", "surrogatepass"))
    | DOCUMENTS.map(json.dumps).map(str.encode)
)
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(["Content-Type", "content-encoding", "Authorization", "Cookie"]) | st.text(max_size=8),
        st.sampled_from(["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "gzip", "Basic x"])
        | st.text(max_size=12),
    ),
    max_size=3,
)  # fmt: skip


def address(endpoint: Endpoint, filling: str, query: str) -> str:
    host = endpoint.host.replace("*", "a.example" if endpoint.host == "*" else "a")
    return f"https://{host}{endpoint.path.replace('*', filling)}?{query}"


def readers(vendor: Vendor) -> list[tuple[Endpoint, Any]]:
    return [
        (endpoint, endpoint.decode or vendor.decode)
        for endpoint in vendor.endpoints
        if endpoint.decode is not None or endpoint.role == "collect"
    ]


READERS = {vendor.id: readers(vendor) for vendor in VENDORS}


def of_each(which: int) -> Iterator[tuple[Vendor, Endpoint, Any]]:
    """Each vendor with one of its readers."""
    for vendor in VENDORS:
        own = READERS[vendor.id]
        yield vendor, *own[which % len(own)]


@wild
@given(
    which=WHICH,
    place=PLACES,
    query=RAW,
    method=st.sampled_from(["GET", "POST", None]),
    headers=HEADERS,
    kind=st.sampled_from(["image", "ping", "fetch", "script", None]),
    state=st.sampled_from(["present", "partial"]),
    body=BODIES,
)
def test_any_request_is_decoded_recognised_and_answered(
    which: int, place: str, query: str, method: str | None, headers: list[tuple[str, str]], kind: str | None, state: Any, body: bytes | None
) -> None:
    sent = Body(state, body) if body is not None else Body()
    for vendor, endpoint, decode in of_each(which):
        url = address(endpoint, place, query)
        request = CapturedRequest(id="1", url=url, method=method, headers=tuple(headers), resource_type=kind, body=sent)
        try:
            for hit in decode(request):
                json.dumps(hit.to_json())
            if endpoint.recognise is not None:
                endpoint.recognise(request)
            if vendor.answer is not None:
                vendor.answer(request)
        except Exception as error:
            error.add_note(f"{vendor.id}, at {url!r}")
            raise


def found_in(hits: list[Hit]) -> set[str]:
    return {each.name for hit in hits for each in hit.parameters}


@wild
@given(which=WHICH, asked=QUERY)
def test_no_key_of_a_query_is_lost(which: int, asked: str) -> None:
    for vendor, endpoint, decode in of_each(which):
        # A semicolon separates as well in some vendors' addresses.
        request = CapturedRequest(id="1", url=address(endpoint, "1", asked.replace(";", "")))
        query = split_url(request.url).query
        hits = list(decode(request))
        assert not hits or {each.name for each in ANY_QUERY.read(query)} <= found_in(hits), (vendor.id, request.url)


WORDS = st.text("abcdefxyz", min_size=2, max_size=6)
SIMPLE = st.dictionaries(
    WORDS,
    st.recursive(
        st.integers(100, 999) | WORDS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=8
    ),
    min_size=1,
    max_size=4,
)


@wild
@given(which=WHICH, document=SIMPLE)
def test_no_leaf_of_a_document_is_lost(which: int, document: dict[str, Any]) -> None:
    """Whatever a vendor makes of a document: its keys and values are among the names, values and texts of the parameters."""
    body = Body.of(json.dumps(document, separators=(",", ":")).encode())
    leaves = list(ANY_DOCUMENT.read(document))
    for vendor, endpoint, decode in of_each(which):
        url = address(endpoint, "1", "")
        hits = list(decode(CapturedRequest(id="1", url=url, method="POST", headers=(("Content-Type", "application/json"),), body=body)))
        told = "\n".join(f"{each.name} {each.value} {each.text}" for hit in hits for each in hit.parameters)
        for each in leaves:
            assert not hits or str(each.value) in told, (vendor.id, url)
            assert not hits or each.name.partition("[")[0].rpartition(".")[2] in told, (vendor.id, url)


WHOLE = ({"aa": []}, {"bb": {"cc": 555}}, {"dd": "xyz", "ee": [1, 222]}, {"ff": [{"gg": 333}]}, {"hh": {}})
LEFT = (
    *(("application/json", json.dumps(each, separators=(",", ":"))) for each in WHOLE),
    ("application/x-www-form-urlencoded", "qq=888&rr=s"),
    ("text/plain", "no document at all"),
)


@each_vendor
def test_no_endpoint_loses_a_query_or_body_that_it_does_not_expect(vendor: Vendor) -> None:
    """Each endpoint's reader, not those that chance draws: what comes beside the expected is kept, whatever it is."""
    for endpoint, decode in {(endpoint.path, id(decode)): (endpoint, decode) for endpoint, decode in READERS[vendor.id]}.values():
        for kind, body in LEFT:
            request = CapturedRequest(
                id="1", url=address(endpoint, "1", "zz=777"), method="POST", headers=(("Content-Type", kind),), body=Body.of(body.encode())
            )
            hits = list(decode(request))
            told = "\n".join(f"{each.name} {each.value} {each.text}" for hit in hits for each in hit.parameters)
            kept = [word for word in re.findall(r"\w+|\[\]|\{\}", body) if word not in ("1", "s")] if kind != "text/plain" else [body]
            assert not hits or [word for word in ("zz", "777", *kept) if word not in told] == [], (endpoint.path, body)


PIECES = ("a=1&", "%20", "&", "{", '"', "A", "cd[a]=1&", "pr1=idS~nm1~&", "\n", '{"a":')


@each_vendor
def test_work_is_in_proportion_to_size(vendor: Vendor) -> None:
    """Counted, not timed: the calls that Python makes for twice the size are at most about twice as many."""
    endpoint, decode = READERS[vendor.id][0]

    def calls(piece: str, size: int) -> int:
        text = piece * size
        request = CapturedRequest(id="1", url=address(endpoint, "1", text), method="POST", body=Body.of(text.encode()))
        count = 0

        def tally(frame: object, event: str, argument: object) -> None:
            nonlocal count
            count += event in ("call", "c_call")

        before = sys.getprofile()
        sys.setprofile(tally)
        try:
            list(decode(request))
        finally:
            sys.setprofile(before)
        return count

    for piece in PIECES:
        calls(piece, 300)
        assert calls(piece, 600) <= 2.5 * calls(piece, 300) + 300, piece
