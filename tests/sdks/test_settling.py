"""A walk that puts the clock forward sees what one that really waits sees. ``benchmarks/settling.py`` compares further scripts so."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

    from tests.sdks.conftest import Visitor

pytestmark = [pytest.mark.xdist_group("sdks"), pytest.mark.timeout(600)]


@pytest.fixture
def settling(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("settling", Path(__file__).parents[2] / "benchmarks" / "settling.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


def test_a_script_that_sends_on_a_timer(visitor: Visitor, settling: ModuleType, tmp_path: Path) -> None:
    script = next(each for each in settling.SCRIPTS if each.vendor == "amplitude")
    settled, again, waited = (
        settling.walk(visitor.browser, visitor.capture, visitor.url, script, tmp_path, waiting=waiting)
        for waiting in (None, None, script.timer + 0.2)
    )
    assert settling.differences(settled, again, waited) == []
    assert settled.verdict == ("passed", ())
    assert {event for (event, _, _), _ in settled.hits()} >= set(script.events)


def test_tags_that_fire_late_are_seen_without_waiting_for_them(visitor: Visitor, settling: ModuleType, tmp_path: Path) -> None:
    with settling.late_page() as url:
        walked = settling.walk(visitor.browser, visitor.capture, url, settling.LATE, tmp_path, waiting=None)
    assert walked.verdict == ("passed", ())
    assert [key for key, _ in walked.hits()] == [
        (event, settling.LATE.account, "see the product") for event in ("late3", "late30", "now")
    ]  # fmt: skip
