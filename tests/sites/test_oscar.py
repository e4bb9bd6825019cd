"""A guest buys two books in django-oscar: a shop that no one here wrote, with a data layer added by template overrides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sites.conftest import Run

# A walk is a pytest run of its own; on a busy machine four in a row outlast the usual limit.
pytestmark = [pytest.mark.xdist_group("bookshop"), pytest.mark.timeout(1200)]


@pytest.mark.long
def test_the_sound_shop_passes_every_scenario(walk: Callable[..., Run], bookshop: str) -> None:
    run = walk("books.py", bookshop)
    assert run.codes == {"baseline": set(), "reload": set(), "consent-denied": set(), "no-utm": set()}, run.output
    assert set(run.states.values()) == {"passed"}
    assert run.exit_code == 0


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("purchase-on-reload", {"baseline": set(), "reload": {"refired-on-reload"}}),
        pytest.param("value-as-text", {"baseline": {"type-mismatch"}}, marks=pytest.mark.long),
        pytest.param("tag-before-consent", {"consent-denied": {"consent-breach"}}, marks=pytest.mark.long),
    ],
)
def test_a_fault_is_found(walk: Callable[..., Run], bookshop: str, fault: str, expected: dict[str, set[str]]) -> None:
    run = walk("books.py", bookshop, *expected, SHOP_FAULT=fault)
    assert run.codes == expected, run.output
    assert run.exit_code == 1


@pytest.mark.long
def test_the_shops_own_redirect_loses_the_campaign(walk: Callable[..., Run], bookshop: str) -> None:
    # django-oscar's root page redirects to the catalogue and drops the query.
    run = walk("books.py", bookshop, "baseline", LANDING="/")
    assert run.codes == {"baseline": {"campaign-lost"}}, run.output
