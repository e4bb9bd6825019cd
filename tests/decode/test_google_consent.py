"""gcs and gcd: each signal's state, and how it was set."""

from __future__ import annotations

import pytest

from harness.decode.google_consent import SIGNALS, google_consent, read_gcd, read_gcs

LETTERS = {
    # letter: default, update (https://www.simoahava.com/analytics/consent-mode-v2-google-tags/)
    "l": (None, None),
    "m": (None, "denied"),
    "n": (None, "granted"),
    "p": ("denied", None),
    "q": ("denied", "denied"),
    "r": ("denied", "granted"),
    "t": ("granted", None),
    "u": ("granted", "denied"),
    "v": ("granted", "granted"),
}


@pytest.mark.parametrize(("letter", "default", "update"), [(letter, *how) for letter, how in LETTERS.items()])
def test_gcd_letter(letter: str, default: str | None, update: str | None) -> None:
    how = read_gcd(f"11{letter}1l1l1l5")["ad_storage"]
    assert (how.get("default"), how.get("update"), how.get("state")) == (default, update, update or default)
    assert how["set_by"] == ("update" if update else "default" if default else "none")


def test_gcd_order_of_signals() -> None:
    assert {signal: how.get("state") for signal, how in read_gcd("13r3q3t3m5l1").items()} == {
        "ad_storage": "granted", "analytics_storage": "denied", "ad_user_data": "granted", "ad_personalization": "denied",
    }  # fmt: skip


@pytest.mark.parametrize("gcd", ["", "1", "G100", "11p1p", "nonsense", "1111"])
def test_no_gcd(gcd: str) -> None:
    assert read_gcd(gcd) == {}


@pytest.mark.parametrize(
    ("gcs", "states"),
    [
        ("G100", {"ad_storage": False, "analytics_storage": False}), ("G101", {"ad_storage": False, "analytics_storage": True}),
        ("G110", {"ad_storage": True, "analytics_storage": False}), ("G111", {"ad_storage": True, "analytics_storage": True}),
        ("G1--", {}), ("G1-1", {"analytics_storage": True}), ("", {}), ("G2", {}), ("G1111", {}),
    ],
)  # fmt: skip
def test_gcs(gcs: str, states: dict[str, bool]) -> None:
    assert read_gcs(gcs) == states


def test_both_gcs_goes_first() -> None:
    found = google_consent({"gcs": "G110", "gcd": "13p3p3p3p5l1", "npa": "1", "other": "x"})
    assert found is not None
    assert {signal: found[signal] for signal in SIGNALS} == {
        "ad_storage": True, "analytics_storage": False, "ad_user_data": False, "ad_personalization": False,
    }  # fmt: skip
    assert (found["gcs"], found["gcd"], found["npa"], "other" in found) == ("G110", "13p3p3p3p5l1", "1", False)


def test_none() -> None:
    assert google_consent({"en": "page_view"}) is None


def test_hits_do_not_share_their_consent() -> None:
    first, second = google_consent({"gcs": "G110"}), google_consent({"gcs": "G110"})
    assert first == second
    assert first is not second
