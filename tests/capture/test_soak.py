"""Sixteen walks of the soak benchmark: nothing is lost, given to another walk or let through, and nothing kept of a walk that is over."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.capture.browser import BrowserCapture

if TYPE_CHECKING:
    from types import ModuleType

pytestmark = pytest.mark.xdist_group("attribution")


@pytest.fixture
def soaking(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("soak", Path(__file__).parents[2] / "benchmarks" / "soak.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


@pytest.mark.long
def test_many_walks_in_a_row(chromium: Any, soaking: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.capture.browser.LINGER", 0.0)
    capture = BrowserCapture.attach(chromium)
    with soaking.serve() as url:
        soaked = soaking.soak(chromium, capture, url, 16, (6, 16))
    capture.close()
    assert (soaked.wrong, soaked.leaked) == ([], [])
    assert dict(soaked.gaps) == {}
    assert soaked.hits == 16 * 5 + 4
    (_, _, first), (_, _, last) = soaked.memory.values()
    assert last <= first + 10
