"""Whose a host is, and who else was on the page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.capture.captured import CapturedRequest
from harness.decode import third_parties
from harness.decode.third_parties import Other, ThirdParty, data_set, is_third_party, others, owner_of, owners

if TYPE_CHECKING:
    from pathlib import Path

ENTITIES = [
    {
        "name": "Chat Co",
        "company": "Big Co",
        "homepage": "https://chat.example",
        "category": "customer-success",
        "domains": ["*.chat.example"],
    },
    {"name": "Chat Ads", "category": "ad", "domains": ["ads.chat.example", "Exact.Example"]},
    {"name": "Listed", "categories": ["cdn"], "domains": ["*.listed.co.uk", 7]},
    {"name": "No domains"},
    "no entity",
]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "dist").mkdir()
    file = tmp_path / "dist/entities.json"
    file.write_text(json.dumps(ENTITIES), encoding="utf-8")
    monkeypatch.setenv("TAGPROOF_THIRD_PARTY_WEB", str(tmp_path))
    return file


@pytest.fixture
def absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGPROOF_THIRD_PARTY_WEB", str(tmp_path / "none"))


@pytest.mark.parametrize(
    ("host", "owner"),
    [
        ("chat.example", "Chat Co"),
        ("eu.w1.chat.example", "Chat Co"),
        ("EU.Chat.Example.", "Chat Co"),
        ("ads.chat.example", "Chat Ads"),
        ("eu.ads.chat.example", "Chat Co"),
        ("exact.example", "Chat Ads"),
        ("www.exact.example", None),
        ("notchat.example", None),
        ("chat.example.evil.example", None),
        ("a.listed.co.uk", "Listed"),
        ("co.uk", None),
        ("", None),
    ],
)
@pytest.mark.usefixtures("installed")
def test_a_host_is_told_by_its_name_then_its_suffixes(host: str, owner: str | None) -> None:
    found = owner_of(host)
    assert (found and found.name) == owner


@pytest.mark.usefixtures("installed")
def test_what_is_known_of_an_owner() -> None:
    assert owners(["chat.example", "exact.example", "a.listed.co.uk", "else.example"]) == {
        "chat.example": ThirdParty("Chat Co", "customer success", "https://chat.example", "Big Co"),
        "exact.example": ThirdParty("Chat Ads", "advertising", "", "Chat Ads"),
        "a.listed.co.uk": ThirdParty("Listed", "content delivery", "", "Listed"),
    }


def test_the_variable_may_name_the_file(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGPROOF_THIRD_PARTY_WEB", str(installed))
    assert data_set() == installed


@pytest.mark.usefixtures("absent")
def test_without_the_data_set_nobody_is_known() -> None:
    assert (data_set(), owner_of("chat.example"), owners(["chat.example"])) == (None, None, {})


@pytest.mark.parametrize("text", ["", "{", "{}", "[1]", '[{"name": 1, "domains": []}]'])
def test_a_broken_data_set_knows_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    file = tmp_path / "entities.json"
    file.write_text(text, encoding="utf-8")
    monkeypatch.setenv("TAGPROOF_THIRD_PARTY_WEB", str(file))
    assert owner_of("chat.example") is None


def test_the_real_data_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TAGPROOF_THIRD_PARTY_WEB", raising=False)
    if data_set() is None:
        pytest.skip(f"the npm package {third_parties.PACKAGE} is not installed")
    found = [(owner.name, owner.category) if (owner := owner_of(host)) else None for host in ("static.hotjar.com", "fonts.gstatic.com")]
    assert found == [("Hotjar", "analytics"), ("Google Fonts", "content delivery")]


def test_it_is_looked_for_in_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TAGPROOF_THIRD_PARTY_WEB", raising=False)
    file = tmp_path / "node_modules/third-party-web/dist/entities-nostats.json"
    file.parent.mkdir(parents=True)
    file.write_text("[]", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert data_set() == file


def request(url: str, page: str | None = "https://www.shop.example/a", **more: Any) -> CapturedRequest:
    return CapturedRequest(id=url, url=url, page_url=page, **more)


@pytest.mark.parametrize(
    ("url", "page", "third"),
    [
        ("https://t.example/", "https://www.shop.example/", True),
        ("https://cdn.shop.example/", "https://www.shop.example/", False),
        ("https://own.example/", "https://www.shop.example/", False),
        ("https://tracker.co.uk/", "https://www.shop.co.uk/", True),
        ("https://cdn.shop.co.uk/", "https://www.shop.co.uk/", False),
        ("http://127.0.0.2:1/", "http://127.0.0.1:1/", True),
        ("http://127.0.0.1:2/", "http://127.0.0.1:1/", False),
        ("https://t.example/", None, False),
        ("data:text/plain,x", "https://www.shop.example/", False),
    ],
)
def test_who_is_a_third_party(url: str, page: str | None, third: bool) -> None:
    assert is_third_party(request(url, page), lambda host: host == "own.example") is third


@pytest.mark.usefixtures("installed")
def test_the_others_on_the_page_are_counted() -> None:
    requests = [
        request("https://www.shop.example/a.js"),
        request("https://b.example/1"),
        request("https://w.chat.example/1"),
        request("https://w.chat.example/2?x=1"),
        request("https://w.chat.example/2", method="OPTIONS", resource_type="preflight"),
        request("https://known.example/"),
    ]
    found = others(requests, known=lambda each: "known" in each.url, own=lambda host: False)
    assert [(each.host, each.requests, each.owner and each.owner.name) for each in found] == [
        ("w.chat.example", 2, "Chat Co"),
        ("b.example", 1, None),
    ]
    assert found[1] == Other("b.example", 1)


@given(st.text(max_size=60), st.text(max_size=30))
def test_any_text_has_an_answer(url: str, host: str) -> None:
    assert is_third_party(request(f"https://{url}"), lambda each: False) in (True, False)
    assert owner_of(host) is None or host
