"""Declared vendors: what the file says becomes a vendor, and what it cannot say is refused."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import harness.decode.own_vendors as own_vendors
from harness.capture.captured import Body, CapturedRequest
from harness.decode.decoder import Decoder
from harness.decode.own_vendors import OwnVendorsFile, amiss, clash, vendor_of
from harness.decode.vendor import Endpoint, Vendor
from harness.errors import Place


def example_file() -> str:
    """The file in the module's docstring."""
    text = (own_vendors.__doc__ or "").partition("A complete file::\n")[2].partition("\nFurther keys:")[0]
    return textwrap.dedent(text)


DECLARED = OwnVendorsFile.model_validate(yaml.safe_load(example_file()))
VENDORS = [vendor_of(each) for each in DECLARED.vendors]
DECODER = Decoder(VENDORS)


def declared(**keys: Any) -> dict[str, Any]:
    return {"id": "x", "name": "X", "endpoints": [{"host": "x.example"}], "query": {"e": "event"}, "event": "event", **keys}


def made(**keys: Any) -> Vendor:
    return vendor_of(OwnVendorsFile.model_validate({"vendors": [declared(**keys)]}).vendors[0])


def request(url: str, body: bytes | None = None, **more: Any) -> CapturedRequest:
    return CapturedRequest(id="r", url=url, body=Body.of(body), **more)


def test_the_documented_file_does_what_it_says() -> None:
    assert [vendor.id for vendor in VENDORS] == ["acme-metrics", "acme-warehouse"]
    assert all(vendor.examples for vendor in VENDORS)
    assert [line for vendor in VENDORS for line in amiss(vendor, DECODER)] == []


def test_a_query_keeps_what_the_table_does_not_name() -> None:
    [hit] = DECODER.decode(
        request("https://t.acme.example/collect?ev=order&site=A-1&odd=%20&rev=5&dl=https%3A%2F%2Fs.example%2F%3Futm_source%3Dn")
    )
    assert [(each.name, each.value, each.label) for each in hit.parameters][:3] == [
        ("ev", "order", None),
        ("site", "A-1", "Site ID"),
        ("odd", " ", None),
    ]
    assert hit.values["revenue"] == 5
    assert (hit.page_url, hit.campaign) == ("https://s.example/?utm_source=n", {"utm_source": "n"})


@pytest.mark.parametrize(
    ("url", "role"),
    [
        ("https://t.acme.example/collect?ev=a", "collect"),
        ("https://fr.eu.acme.example/collect?ev=a", "collect"),
        ("https://cdn.acme.example/acme.js", "library"),
        ("https://eu.acme.example/collect?ev=a", None),
        ("https://t.acme.example/collect/more", None),
    ],
)
def test_endpoints_are_those_declared(url: str, role: str | None) -> None:
    claim = DECODER.claim(request(url))
    assert (claim and claim.role) == role


def test_its_sockets_are_held_back_too() -> None:
    assert DECODER.sockets() == (("t.acme.example", "/collect"), ("*.eu.acme.example", "/collect"), ("ingest.acme.example", "/v1/batch"))
    # These tell by their keys alone; what else goes there is not the vendor's.
    keyed = made(endpoints=[{"host": "*", "keys": ["e", "f"]}, {"host": "shop.example", "keys": ["e"]}])
    assert Decoder([keyed]).sockets() == ()


@pytest.mark.parametrize(
    ("keys", "url", "found"),
    [
        ({}, "https://x.example/?e=buy", ("event", "buy")),
        ({}, "https://x.example/?e=page_view", ("pageview", "page_view")),
        ({}, "https://x.example/?f=1", ("auxiliary", None)),
        ({"kinds": {"buy": "identify"}}, "https://x.example/?e=buy", ("identify", "buy")),
        ({"default_event": "visit"}, "https://x.example/?f=1", ("event", "visit")),
        ({"default_event": "visit", "kinds": {"visit": "pageview"}}, "https://x.example/?f=1", ("pageview", "visit")),
        ({"default_event": "visit"}, "https://x.example/?e=buy", ("event", "buy")),
        ({"event": "e"}, "https://x.example/?e=buy", ("event", "buy")),
        ({"event": ["f", "e"], "query": {"e": "event", "f": "first"}}, "https://x.example/?e=buy&f=see", ("event", "see")),
        ({"event": "name", "query": {"p[*]": {"label": "P {}"}}}, "https://x.example/?p[name]=buy", ("event", "buy")),
    ],
)
def test_kind_and_event(keys: dict[str, Any], url: str, found: tuple[str, str | None]) -> None:
    [hit] = Decoder([made(**keys)]).decode(request(url))
    assert (hit.kind, hit.event) == found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"events": [{"type": "a"}, {"type": "b"}]}, [("event", "a", "W"), ("event", "b", "W")]),
        ([{"type": "a"}, {"type": "page"}], [("event", "a", "W"), ("pageview", "page", "W")]),
        ({"type": "a"}, [("event", "a", "W")]),
        ({"other": 1}, [("auxiliary", None, "W")]),
        (None, [("auxiliary", None, None)]),
    ],
)
def test_json_of_one_event_a_list_or_a_batch(body: Any, found: list[tuple[str, str | None, str | None]]) -> None:
    data = None if body is None else json.dumps(body).encode()
    hits = DECODER.decode(request("https://ingest.acme.example/v1/batch?token=W", data, method="POST"))
    assert [(hit.kind, hit.event, hit.account) for hit in hits] == found


def test_a_json_event_has_its_own_names_and_those_of_the_table() -> None:
    event = {"type": "order", "userId": "u", "sentAt": "2026-01-01T00:00:00Z", "context": {"page": {"url": "https://s.example/?gclid=g"}}}
    body = {"events": [{**event, "properties": {"total": 2.5, "items": [{"sku": "T"}]}}]}
    [hit] = DECODER.decode(request("https://ingest.acme.example/v1/batch", json.dumps(body).encode(), method="POST"))
    assert hit.values["total"] == 2.5
    assert hit.values["items"] == [{"sku": "T"}]
    assert (hit.page_url, hit.campaign, hit.identifiers, hit.event_time) == (
        "https://s.example/?gclid=g",
        {"gclid": "g"},
        {"userId": "u"},
        1767225600.0,
    )


def test_a_body_that_is_no_json_is_said() -> None:
    [hit] = DECODER.decode(request("https://ingest.acme.example/v1/batch", b"<no>", method="POST"))
    assert hit.undecoded


def test_any_host_is_told_by_its_keys() -> None:
    decoder = Decoder([made(endpoints=[{"host": "*", "keys": ["xid", "xv"]}])])
    claimed = [decoder.claim(request(url)) is not None for url in ("https://a.example/t?xv=1&xid=2", "https://a.example/t?xid=2")]
    assert claimed == [True, False]


def test_the_declared_answer_is_given() -> None:
    vendor = made(answer={"status": 201, "headers": {"Content-Type": "text/plain"}, "body": "ok"})
    answer = Decoder([vendor]).answer(request("https://x.example/"))
    assert (answer.status, answer.headers, answer.body) == (201, (("Content-Type", "text/plain"),), b"ok")


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"acount": "event"}, "did you mean `account`?"),
        ({"event": "evnt"}, "did you mean `event`?"),
        ({"account": "site"}, "add `site: site` under `query:`"),
        ({"event": []}, "does not say what its events are called"),
        ({"id": "Not Kebab"}, "String should match pattern"),
        ({"id": "data-layer"}, "the harness's own"),
        ({"batch": "events"}, "there is no `json:`"),
        ({"query": {"e": "event", "a*b*": "x"}}, "is no family of keys"),
        ({"endpoints": []}, "at least 1 item"),
        ({"endpoints": [{"host": "https://x.example"}]}, "is no host"),
        ({"endpoints": [{"host": "x.example:80"}]}, "is no host"),
        ({"endpoints": [{"host": "x.example", "path": "collect"}]}, "is no path"),
        ({"endpoints": [{"host": "x.example", "path": "/c?v=1"}]}, "has a query"),
        ({"endpoints": [{"host": "*", "path": "/c"}]}, "needs more to be told by"),
        ({"endpoints": [{"host": "x.example", "role": "library"}]}, "no endpoint that collects"),
        ({"examples": [{"title": "t", "request": {"url": "https://x.example"}, "hits": [{"evnt": "x"}]}]}, "a hit has no `evnt`"),
        ({"examples": [{"title": "t", "request": {"method": "GET"}, "hits": []}]}, "has no url"),
    ],
)
def test_what_cannot_be_is_refused(keys: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as raised:
        made(**keys)
    told = [
        (each["msg"], *(part for fault in each.get("ctx", {}).get("faults", ()) for part in fault[:2])) for each in raised.value.errors()
    ]
    assert says in " ".join(part for each in told for part in each)


def test_one_id_twice_in_a_file_is_refused() -> None:
    with pytest.raises(ValidationError, match="written twice in this file"):
        OwnVendorsFile.model_validate({"vendors": [declared(), declared(name="Y")]})


BUILT_IN = Vendor(
    id="known",
    name="Known",
    category="analytics",
    docs=(),
    endpoints=(Endpoint(host="*.known.example", path="/c"),),
    decode=lambda request: [],
)


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"id": "known"}, ("takes the id `known`", "Known", "endpoints:")),
        ({"name": "Known"}, ("`x`", "`known`")),
        ({"endpoints": [{"host": "*.KNOWN.example", "path": "/c"}]}, ("X", "Known", "*.known.example/c")),
        ({"endpoints": [{"host": "*.known.example", "path": "/c", "keys": ["k"]}]}, ()),
        ({"endpoints": [{"host": "a.known.example", "path": "/c"}]}, ()),
        ({}, ()),
    ],
)
def test_a_clash_names_both_and_the_file(keys: dict[str, Any], says: tuple[str, ...]) -> None:
    found = clash(made(**keys), [BUILT_IN], Place("s.vendors.yaml", 3))
    assert (found is not None) == bool(says)
    assert [each for each in says if each not in str(found)] == []
    assert found is None or str(found).startswith("s.vendors.yaml:3: ")


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"hits": [{"event": "other"}]}, "hits[0].event is 'buy', not 'other'"),
        ({"hits": [{"values": {"total": 1}}]}, "hits[0].values.total is missing"),
        ({"hits": []}, "has 0 hits of x; decoded are 1 of x"),
        ({"request": {"url": "https://y.example"}, "hits": [{}]}, "has 1 hits of x; decoded are no vendor's"),
    ],
)
def test_an_example_that_is_not_so_is_told(keys: dict[str, Any], says: str) -> None:
    vendor = made(examples=[{"title": "t", "request": {"url": "https://x.example/?e=buy"}, **keys}])
    assert says in " ".join(amiss(vendor, Decoder([vendor])))


def test_a_lookalike_that_is_claimed_is_told() -> None:
    vendor = made(lookalikes=["https://x.example/other", {"url": "https://y.example/"}])
    assert amiss(vendor, Decoder([vendor])) == ["the look-alike https://x.example/other is taken for x"]


@given(st.sampled_from(["t.acme.example/collect", "ingest.acme.example/v1/batch"]), st.text(max_size=40), st.binary(max_size=80))
def test_any_bytes_are_decoded_without_an_error(where: str, query: str, body: bytes) -> None:
    hits = DECODER.decode(request(f"https://{where}?{query}", body, method="POST"))
    assert hits
    assert all("Error" not in hit.undecoded for hit in hits)


def test_the_readmes_file_does_what_it_says() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    text = next(block for block in re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL) if block.startswith("vendors:"))
    [vendor] = [vendor_of(each) for each in OwnVendorsFile.model_validate(yaml.safe_load(text)).vendors]
    assert vendor.examples
    assert amiss(vendor, Decoder([vendor])) == []
