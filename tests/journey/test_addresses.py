"""What a journey does to addresses; what is not meant stays to the letter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.journey.addresses import same_site, with_query, without_query
from harness.scenarios.no_utm import CAMPAIGN


@pytest.mark.parametrize(
    ("url", "cleaned", "dropped"),
    [
        ("https://a.example/", "https://a.example/", []),
        ("https://a.example/?utm_source=news", "https://a.example/", ["utm_source"]),
        ("https://a.example/?a=1&utm_source=n&b=%20x&gclid=G#top", "https://a.example/?a=1&b=%20x#top", ["utm_source", "gclid"]),
        ("https://a.example/?utm%5Fsource=n&a", "https://a.example/?a", ["utm_source"]),
        ("https://a.example/?next=/x?utm_source=n", "https://a.example/?next=/x?utm_source=n", []),
        ("https://a.example/#?utm_source=n", "https://a.example/#?utm_source=n", []),
        ("https://a.example/?", "https://a.example/?", []),
    ],
)
def test_campaign_parameters_are_taken_off(url: str, cleaned: str, dropped: list[str]) -> None:
    assert without_query(url, CAMPAIGN) == (cleaned, dropped)


@given(st.text(max_size=60))
def test_any_text_is_taken_as_an_address(text: str) -> None:
    cleaned, dropped = without_query(text, CAMPAIGN)
    assert without_query(cleaned, CAMPAIGN)[1] == []
    assert (cleaned == text) == (not dropped)


@pytest.mark.parametrize(
    ("url", "parameters", "result"),
    [
        ("https://a.example/", {"utm_source": "a b&c"}, "https://a.example/?utm_source=a%20b%26c"),
        ("https://a.example/x?y=1#z", {"gclid": "G"}, "https://a.example/x?y=1&gclid=G#z"),
    ],
)
def test_a_campaign_is_put_on_a_link(url: str, parameters: dict[str, str], result: str) -> None:
    assert with_query(url, parameters) == result


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://www.shop.example/a", "https://shop.example/b", True),
        ("https://shop.example/", "https://shop.example:8443/", True),
        ("https://shop.example/", "https://mail.example/", False),
        ("http://127.0.0.1:1/", "http://127.0.0.1:2/", True),
        ("http://10.0.0.1/", "http://11.0.0.1/", False),
        ("http://localhost/", "http://otherhost/", False),
    ],
)
def test_what_one_site_is(one: str, other: str, same: bool) -> None:
    assert same_site(one, other) is same
