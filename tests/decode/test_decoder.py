"""Dispatch: whose request it is, by index; what clashes; what is answered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from harness.capture.captured import Answer, Body, CapturedRequest
from harness.decode.decoder import GIF, Decoder, FirstPartyRoute
from harness.decode.hit import Hit
from harness.decode.vendor import Endpoint, Vendor
from harness.errors import DiscoveryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def decode(request: CapturedRequest) -> Iterable[Hit]:
    return [Hit(event="x")]


def vendor(id: str, *endpoints: Endpoint, **more: object) -> Vendor:  # noqa: A002 - the field's own name
    return Vendor(
        id=id, name=id.title(), category="analytics", docs=("https://docs.example/",), endpoints=endpoints, **{"decode": decode, **more}
    )  # type: ignore[arg-type]


def request(url: str, body: bytes | None = None, **more: object) -> CapturedRequest:
    return CapturedRequest(id="r1", url=url, body=Body.of(body), **more)  # type: ignore[arg-type]


def says(text: str):  # type: ignore[no-untyped-def]
    return lambda captured: text in captured.url or text.encode() in captured.body.data


DECODER = Decoder(
    [
        vendor("exact", Endpoint(host="t.exact.example", path="/tr")),
        vendor("below", Endpoint(host="*.below.example", path="/tr/*"), Endpoint(host="below.example", path="/lib.js", role="library")),
        vendor("any-path", Endpoint(host="any.example")),
        vendor(
            "inner",
            Endpoint(host="inner.example", path="/b/*/s/*.gif"),
            Endpoint(host="inner.example", path="/b/*/s/config", role="config"),
        ),
        vendor(
            "shape",
            Endpoint(host="*", path="*/e/collect", recognise=says("shape")),
            Endpoint(host="*", path="*/b/ss/*", recognise=says("AQB")),
        ),
        vendor("keyed", Endpoint(host="*", keys=("kid", "kv"), recognise=says("kid=K-"))),
        vendor("marked", Endpoint(host="*", mark=b"mark:1", recognise=says("shape"))),
        vendor("idn", Endpoint(host="käufe.example", path="/x")),
        vendor("narrow", Endpoint(host="any.example", path="/narrow"), Endpoint(host="shared.example", recognise=says("narrow"))),
        vendor("wide", Endpoint(host="shared.example")),
    ]
)


@pytest.mark.parametrize(
    ("url", "claimed"),
    [
        ("https://t.exact.example/tr", "exact"),
        ("https://T.EXACT.Example:8443/tr?x#y", "exact"),
        ("https://user:pw@t.exact.example./tr", "exact"),
        ("wss://t.exact.example/tr", "exact"),
        ("https://t.exact.example/tr/", None),
        ("https://t.exact.example/TR", None),
        ("https://nott.exact.example/tr", None),
        ("https://x.t.exact.example/tr", None),
        ("https://exact.example/tr", None),
        ("https://t.exact.example.evil.example/tr", None),
        ("https://evil.example/?u=https://t.exact.example/tr", None),
        ("https://evil.example/https://t.exact.example/tr", None),
        ("https://evil.example#https://t.exact.example/tr", None),
        ("data:text/plain,https://t.exact.example/tr", None),
        ("blob:https://t.exact.example/tr", None),
        ("/tr", None),
        ("", None),
        ("https://a.below.example/tr/1", "below"),
        ("https://a.b.below.example/tr/", "below"),
        ("https://below.example/tr/1", None),
        ("https://notbelow.example/tr/1", None),
        ("https://any.example", "any-path"),
        ("https://any.example?x=1", "any-path"),
        ("https://any.example/narrow", "narrow"),
        ("https://inner.example/b/1/s/2.gif", "inner"),
        ("https://inner.example/b/s/2.gif", None),
        ("https://shared.example/?narrow", "narrow"),
        ("https://shared.example/", "wide"),
        ("https://shop.example/data/e/collect?shape", "shape"),
        ("https://shop.example/e/collect?shape", "shape"),
        ("https://shop.example/e/collect", None),
        ("https://shop.example/e/collect/more?shape", None),
        ("https://metrics.shop.example/b/ss/rsid/1/s2?AQB=1", "shape"),
        ("https://metrics.shop.example/b/ss/rsid/1/s2", None),
        ("https://shop.example/anything/at/all?kv=1&kid=K-1", "keyed"),
        ("https://shop.example/?kid=K-1", None),
        ("https://shop.example/?kid=X&kv=1", None),
        ("https://shop.example/?u=kid%3DK-1%26kv%3D1", None),
        ("https://käufe.example/x", "idn"),
        ("https://xn--kufe-loa.example/x", "idn"),
        ("https://XN--KUFE-LOA.example/x", "idn"),
        ("https://[::1]:80/x", None),
    ],
)
def test_claim(url: str, claimed: str | None) -> None:
    claim = DECODER.claim(request(url))
    assert (claim.vendor.id if claim else None) == claimed


@pytest.mark.parametrize(
    ("body", "claimed"),
    [(b"mark:1 shape", "marked"), (b"shape", None), (b"mark:1", None), (None, None)],
)
def test_a_body_is_found_by_its_mark_under_any_path(body: bytes | None, claimed: str | None) -> None:
    claim = DECODER.claim(request("https://shop.example/any/path", body))
    assert (claim.vendor.id if claim else None) == claimed


@pytest.mark.parametrize(
    ("url", "role", "kinds"),
    [
        ("https://t.exact.example/tr", "collect", ["event"]),
        ("https://below.example/lib.js?v=1", "library", ["library"]),
        ("https://inner.example/b/1/s/config", "config", ["config"]),
    ],
)
def test_role(url: str, role: str, kinds: list[str]) -> None:
    claim = DECODER.claim(request(url))
    assert claim is not None
    assert claim.role == role
    assert [hit.kind for hit in DECODER.decode(request(url))] == kinds


def test_hits_are_stamped() -> None:
    both = Decoder([vendor("two", Endpoint(host="x.example"), decode=lambda captured: [Hit(event="a"), Hit(event="b")])])
    hits = both.decode(request("https://x.example/"), 7)
    assert [(hit.vendor, hit.vendor_name, hit.request, hit.request_id, hit.position, hit.event) for hit in hits] == [
        ("two", "Two", 7, "r1", 0, "a"), ("two", "Two", 7, "r1", 1, "b"),
    ]  # fmt: skip


@pytest.mark.parametrize("more", [{"method": "OPTIONS"}, {"resource_type": "preflight"}])
def test_a_preflight_is_no_event(more: dict[str, str]) -> None:
    assert [(hit.kind, hit.event) for hit in DECODER.decode(request("https://t.exact.example/tr", **more))] == [("preflight", None)]


def broken(captured: CapturedRequest) -> Iterable[Hit]:
    raise KeyError("nope")


def half(captured: CapturedRequest) -> Iterable[Hit]:
    yield Hit(event="a")
    raise ValueError("cut")


@pytest.mark.parametrize("faulty", [broken, half])
@pytest.mark.parametrize(("body", "raw"), [(b"a=1", "a=1"), (b"\xff", "/w==")])
def test_a_decoder_that_raises_leaves_the_raw_request(faulty: object, body: bytes, raw: str) -> None:
    (hit,) = Decoder([vendor("v", Endpoint(host="x.example"), decode=faulty)]).decode(request("https://x.example/?q=1", body))
    assert (hit.vendor, hit.kind, [(each.name, each.value) for each in hit.parameters]) == ("v", "undecoded", [("q", "1"), ("$body", raw)])
    assert "Error" in hit.undecoded


def test_a_claimed_request_is_never_silent() -> None:
    (hit,) = Decoder([vendor("v", Endpoint(host="x.example"), decode=lambda captured: [])]).decode(request("https://x.example/?q=1", b"b"))
    assert (hit.kind, [(each.name, each.value) for each in hit.parameters]) == ("auxiliary", [("q", "1"), ("$body", "b")])


@pytest.mark.parametrize(("state", "why"), [("partial", "the body is partial: a file"), ("unreadable", "the body is unreadable: a file")])
def test_a_body_that_was_not_captured_whole_is_said(state: str, why: str) -> None:
    captured = CapturedRequest(id="1", url="https://t.exact.example/tr", body=Body(state, b"", "a file"))  # type: ignore[arg-type]
    assert [hit.undecoded for hit in DECODER.decode(captured)] == [why]


@pytest.mark.parametrize(
    ("vendors", "named"),
    [
        ([vendor("a", Endpoint(host="x.example", path="/t")), vendor("b", Endpoint(host="X.example.", path="/t"))], ["a", "b", "/t"]),
        ([vendor("a", Endpoint(host="*.x.example")), vendor("b", Endpoint(host="*.x.example"))], ["a", "b"]),
        ([vendor("a"), vendor("a")], ["a"]),
        ([vendor("a", Endpoint(host="*", path="*/collect"))], ["a", "path alone"]),
        ([vendor("a", Endpoint(host="*", path="*", recognise=says("x")))], ["a", "index"]),
        ([vendor("a", Endpoint(host="*", path="*.gif", recognise=says("x")))], ["a", "index"]),
    ],
)
def test_a_clash_names_both(vendors: list[Vendor], named: list[str]) -> None:
    with pytest.raises(DiscoveryError) as raised:
        Decoder(vendors)
    assert all(name in str(raised.value) for name in named)
    assert raised.value.mend


def test_one_endpoint_may_be_shared_where_one_looks_at_what_is_sent() -> None:
    Decoder([vendor("a", Endpoint(host="x.example", recognise=says("x"))), vendor("b", Endpoint(host="x.example"))])


def test_a_plans_own_endpoint_goes_before_the_vendors() -> None:
    routed = Decoder(
        [vendor("exact", Endpoint(host="t.exact.example", path="/tr")), vendor("other")],
        [
            FirstPartyRoute(vendor="other", host="t.exact.example", path="/tr"),
            FirstPartyRoute(vendor="exact", host="*.shop.example", path="/px/*"),
            FirstPartyRoute(vendor="exact", host="localhost:8000", path="/lib.js", role="library"),
        ],
    )
    found = [
        (claim.vendor.id, claim.role)
        for url in ("https://t.exact.example/tr", "https://data.shop.example/px/1", "http://localhost:9000/lib.js")
        if (claim := routed.claim(request(url)))
    ]
    assert found == [("other", "collect"), ("exact", "collect"), ("exact", "library")]
    assert routed.claim(request("https://shop.example/px/1")) is None


def test_where_sockets_may_be_opened_is_told_beforehand() -> None:
    vendors = [
        vendor("talks", Endpoint(host="*.Talks.example", path="/ws*", socket=True), Endpoint(host="talks.example", path="/collect")),
        vendor("shares", Endpoint(host="*.shared.example", socket=True, recognise=says("wss://"))),
        vendor("silent", Endpoint(host="silent.example")),
    ]
    assert Decoder(vendors).sockets() == (("*.talks.example", "/ws*"), ("*.shared.example", "*"))
    routes = [
        FirstPartyRoute(vendor="silent", host="data.shop.example:8443", path="/px/*"),
        FirstPartyRoute(vendor="silent", host="*", path="/silent/*"),
        FirstPartyRoute(vendor="silent", host="data.shop.example", path="/silent.js", role="library"),
    ]
    assert set(Decoder(vendors, routes).sockets()) == {*Decoder(vendors).sockets(), ("data.shop.example", "/px/*"), ("*", "/silent/*")}


def test_below_a_route_each_of_the_vendors_own_endpoints_is_read_as_itself() -> None:
    def reader(event: str) -> Callable[[CapturedRequest], Iterable[Hit]]:
        return lambda captured: [Hit(event=event)]

    one = vendor(
        "one",
        Endpoint(host="t.one.example", path="/track"),
        Endpoint(host="t.one.example", path="/v2/batch", decode=reader("batch")),
        Endpoint(host="t.one.example", path="/record", decode=reader("aside")),
        Endpoint(host="t.one.example", path="/flags/*", role="config", decode=reader("flags")),
        Endpoint(host="cdn.one.example", path="/*", role="library", decode=reader("library")),
        Endpoint(host="*", path="*/beacon", recognise=lambda captured: captured.method == "POST", decode=reader("beacon")),
        decode=reader("hit"),
    )
    routed = Decoder([one], [FirstPartyRoute(vendor="one", host="shop.example", path="/metrics/*")])
    found = {}
    for path, method in [(path, "GET") for path in ("track", "a/v2/batch", "record", "flags/7", "else", "beacon", "sdk.js")] + [
        ("beacon", "POST")
    ]:
        captured = request(f"https://shop.example/metrics/{path}", method=method)
        (hit,), claim = routed.decode(captured), routed.claim(captured)
        found[path, method] = (hit.event, claim.role if claim else None)
    assert found == {
        ("track", "GET"): ("hit", "collect"),
        ("a/v2/batch", "GET"): ("batch", "collect"),
        ("record", "GET"): ("aside", "collect"),
        ("flags/7", "GET"): ("flags", "config"),
        ("else", "GET"): ("hit", "collect"),
        ("beacon", "GET"): ("hit", "collect"),
        ("beacon", "POST"): ("beacon", "collect"),
        ("sdk.js", "GET"): (None, "library"),
    }
    assert routed.claim(request("https://shop.example/track")) is None


@pytest.mark.parametrize(
    "routes",
    [
        [FirstPartyRoute(vendor="nobody", host="x.example")],
        [FirstPartyRoute(vendor="exact", host="x.example"), FirstPartyRoute(vendor="other", host="x.example")],
    ],
)
def test_a_route_that_cannot_be_is_an_error(routes: list[FirstPartyRoute]) -> None:
    with pytest.raises(DiscoveryError):
        Decoder([vendor("exact"), vendor("other")], routes)


def test_a_recognise_that_raises_counts_as_no() -> None:
    assert (
        Decoder([vendor("v", Endpoint(host="*", path="*/t", recognise=lambda captured: bool(1 / 0)))]).claim(request("https://x.example/t"))
        is None
    )


@pytest.mark.parametrize(
    ("url", "resource_type", "status", "content_type", "body"),
    [
        ("https://x.example/", "image", 200, "image/gif", GIF),
        ("https://x.example/p.gif", None, 200, "image/gif", GIF),
        ("https://x.example/", "ping", 204, None, b""),
        ("https://x.example/", "fetch", 200, "application/json", b"{}"),
        ("https://x.example/", None, 200, "application/json", b"{}"),
        ("https://x.example/", "script", 200, "text/javascript; charset=utf-8", b""),
        ("https://x.example/", "document", 200, "text/html; charset=utf-8", b""),
    ],
)
@pytest.mark.parametrize("own", [None, lambda captured: None, broken])
def test_default_answer(own: object, url: str, resource_type: str | None, status: int, content_type: str | None, body: bytes) -> None:
    answer = Decoder([vendor("v", Endpoint(host="x.example"), answer=own)]).answer(request(url, resource_type=resource_type))
    assert (answer.status, dict(answer.headers).get("Content-Type"), answer.body) == (status, content_type, body)
    assert len(GIF) == 43


def test_a_vendors_own_answer() -> None:
    own = Answer(200, (("Content-Type", "application/json"),), json.dumps({"status": 1}).encode())
    assert Decoder([vendor("v", Endpoint(host="x.example"), answer=lambda captured: own)]).answer(request("https://x.example/")) is own


def test_the_work_does_not_grow_with_the_number_of_vendors() -> None:
    """Counted, not timed: how many rules are asked for a request."""
    asked: list[str] = []

    def asks(name: str):  # type: ignore[no-untyped-def]
        def recognise(captured: CapturedRequest) -> bool:
            asked.append(name)
            return False

        return recognise

    many = Decoder(
        [
            vendor(
                f"v{index}",
                Endpoint(host=f"t{index}.example", recognise=asks(f"v{index}")),
                Endpoint(host="*", path=f"*/c{index}", recognise=asks("path")),
                Endpoint(host="*", keys=(f"k{index}",), recognise=asks("key")),
            )
            for index in range(500)
        ]
    )  # fmt: skip
    for url in ("https://shop.example/a/b/c?d=1&e=2", "https://t7.example/x", "https://shop.example/c9", "https://shop.example/?k3=1"):
        many.claim(request(url))
    assert asked == ["v7", "path", "key"]
