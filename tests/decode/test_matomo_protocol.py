"""The protocol that Matomo and Piwik PRO share: what a hit is called, bulks, and the site it names."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.capture.captured import Body, CapturedRequest
from harness.decode.matomo_protocol import protocol_site, read_protocol


def requested(query: str = "", body: Any = None) -> CapturedRequest:
    data = None if body is None else (body if isinstance(body, str) else json.dumps(body)).encode()
    return CapturedRequest(id="1", url=f"https://m.example/matomo.php?{query}", method="POST", body=Body.of(data))


@pytest.mark.parametrize(
    ("query", "kind", "event"),
    [
        ("action_name=Home", "pageview", "pageview"),
        ("e_c=cta&e_a=click", "event", "click"),
        ("e_c=cta", "event", "cta"),
        ("idgoal=0&ec_id=T-1", "event", "ecommerce_order"),
        ("idgoal=0&revenue=5", "event", "ecommerce_cart_update"),
        ("idgoal=7", "event", "goal"),
        ("download=x&url=y", "event", "download"),
        ("link=x&url=y", "event", "outlink"),
        ("search=tee&url=y", "event", "site_search"),
        ("c_n=banner", "event", "content_impression"),
        ("c_n=banner&c_i=click", "event", "content_interaction"),
        ("ping=1&url=y", "auxiliary", "ping"),
        ("ma_id=1&url=y", "auxiliary", None),
        ("hsr_vid=1&url=y", "auxiliary", None),
        ("foo=1", "auxiliary", None),
    ],
)
def test_a_hit_is_called_by_the_keys_it_has(query: str, kind: str, event: str | None) -> None:
    [hit] = read_protocol(requested(query))
    assert (hit.kind, hit.event) == (kind, event)


def test_a_bulk_is_one_hit_a_request_with_what_they_share() -> None:
    hits = read_protocol(requested(body={"requests": ["?idsite=1&rec=1&e_a=a", {"idsite": 1, "rec": 1, "e_a": "b"}], "token_auth": "t"}))
    assert [(hit.account, hit.event) for hit in hits] == [("1", "a"), ("1", "b")]
    assert all("token_auth" in {each.name for each in hit.parameters} for hit in hits)


@pytest.mark.parametrize(
    ("request_", "site"),
    [
        (requested("idsite=3&rec=1"), "3"),
        (requested(body="idsite=3&rec=1"), "3"),
        (requested(body={"requests": ["?idsite=3&rec=1"]}), "3"),
        (requested(body={"requests": [{"idsite": 3, "rec": 1}]}), "3"),
        (requested("idsite=3"), None),
        (requested("xidsite=3&rec=1"), None),
        (requested(body={"requests": []}), None),
    ],
)
def test_the_site_is_told_only_by_the_protocols_shape(request_: CapturedRequest, site: str | None) -> None:
    assert protocol_site(request_) == site


def test_items_are_objects_whether_they_came_as_lists_or_objects() -> None:
    [hit] = read_protocol(requested('ec_items=[["S1","Shirt","",9.5,2],{"sku":"S2"},7]&idgoal=0'))
    assert hit.values["items"] == [{"sku": "S1", "name": "Shirt", "price": 9.5, "quantity": 2}, {"sku": "S2"}]
