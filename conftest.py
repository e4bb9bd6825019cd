"""The journeys of this repository walk the demo shop, unless ``--base-url`` names another site.

``--demo-faults`` switches the shop's named faults on, one walk each, beside the sound one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.demo.faults import COOKIE, FAULTS, parse
from harness.demo.shop import Shop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.journey import Journey

SOUND = "sound"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--demo-faults``."""
    parser.addoption(
        "--demo-faults",
        metavar="NAMES",
        help="walk the demo shop sound and with each of these faults: a comma-separated list, or all",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Walk each journey sound and with those of the wanted faults that it walks into."""
    wanted = metafunc.config.getoption("--demo-faults")
    if wanted is None or "demo_fault" not in metafunc.fixturenames or not _walks_the_shop(metafunc.definition):
        return
    names = FAULTS if wanted == "all" else parse(wanted)
    chosen = [SOUND, *(name for name in FAULTS if name in names and FAULTS[name].journey == metafunc.function.__name__)]
    metafunc.parametrize("demo_fault", chosen, indirect=True)


@pytest.fixture(scope="session")
def tracking_base_url(base_url: str | None) -> Iterator[str]:
    """The demo shop, started for the session, unless another site was named."""
    if base_url:
        yield base_url
        return
    with Shop.start() as shop:
        yield shop.url


@pytest.fixture(autouse=True)
def demo_fault(request: pytest.FixtureRequest) -> str:
    """The fault of this walk, switched on before its first page; ``sound`` for none."""
    name: str = getattr(request, "param", SOUND)
    if name != SOUND:
        journey: Journey = request.getfixturevalue("journey")
        fault = FAULTS[name]
        journey.context.add_cookies([{"name": COOKIE, "value": name, "url": request.getfixturevalue("tracking_base_url")}])
        for vendor, status in fault.stub_status.items():
            journey.answer_with(vendor=vendor, status=status)
    return name


def _walks_the_shop(item: pytest.Item) -> bool:
    journeys: Path = item.config.rootpath / "journeys"
    return journeys in item.path.parents
