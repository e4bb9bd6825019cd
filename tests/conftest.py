"""Which worker runs what: the tests of a file marked with a group run in one, so that what they all look at is made once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

MARK = "pytest.mark.xdist_group("


@cache
def grouped(path: str) -> bool:
    return MARK in Path(path).read_text(encoding="utf-8")


class ByGroup(LoadScopeScheduling):
    """As xdist's own ``loadgroup``, which writes the group where pytest 9.2 no longer looks: each worker made everything once more."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.split("::", 1)[0]
        return path if grouped(path) else nodeid


@pytest.hookimpl(optionalhook=True)  # there is none with -p no:xdist
def pytest_xdist_make_scheduler(config: Any, log: Any) -> Any:
    return ByGroup(config, log) if config.getoption("dist") == "loadgroup" else None
