"""What conversion APIs have in common: identifiers that may be lists, and accounts named by the path."""

from __future__ import annotations

from typing import Any

import pytest

from harness.capture.captured import CapturedRequest
from harness.decode.conversions import identify, of_account
from harness.decode.hit import Hit


@pytest.mark.parametrize(
    ("person", "found"),
    [
        ({"em": "hash", "ph": ["p1", "p2"], "other": "x"}, {"em": "hash", "ph": "p1"}),
        ({"em": "", "ph": []}, {}),
        ({"em": 7, "ph": [7]}, {}),
        ([], {}),
        (None, {}),
    ],
)
def test_a_person_is_identified_by_texts_and_the_first_of_a_list(person: Any, found: dict[str, str]) -> None:
    hit = Hit()
    identify(hit, person, ("em", "ph"))
    assert hit.identifiers == found


@pytest.mark.parametrize(
    ("path", "own", "account"),
    [
        ("/v5/ad_accounts/7/events", None, "7"),
        ("/v5/pixels/8/events", None, "8"),
        ("/v5/ad_accounts/7/pixels/8/events", None, "7"),
        ("/v5/ad_accounts/7/events", "own", "own"),
        ("/v5/ad_accounts", None, None),
        ("/v5/ad_accounts/", None, None),
        ("/v5/events", None, None),
    ],
)
def test_a_hit_belongs_to_the_account_of_its_path(path: str, own: str | None, account: str | None) -> None:
    decode = of_account(lambda request: [Hit(account=own)], "ad_accounts", "pixels")
    assert [hit.account for hit in decode(CapturedRequest(id="1", url=f"https://api.example{path}"))] == [account]
