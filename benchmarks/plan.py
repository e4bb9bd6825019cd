"""How long a plan of 504 events takes to load: ``python benchmarks/plan.py``."""

from __future__ import annotations

import re
import sys
import tempfile
import time
from pathlib import Path

from harness.plan.load import load_plan

EXAMPLE = Path(__file__).parent.parent / "tests" / "plan" / "examples" / "shop.plan.yaml"
COPIES = 72
ROUNDS = 7


def large_plan() -> str:
    """The example plan with each of its seven events 72 times, under names of their own."""
    head, events = EXAMPLE.read_text(encoding="utf-8").split("\nevents:\n")
    copies = []
    for copy in range(COPIES):
        text = re.sub(r"^  (\w+):$", rf"  \1_{copy}:", events, flags=re.MULTILINE)
        text = re.sub(r"\b(data-layer|ga4|meta-pixel|event): (\w+)", rf"\1: \2_{copy}", text)
        copies.append(text)
    return head + "\nevents:\n" + "\n".join(copies)


def main() -> None:
    """Load the plan a few times and print the best."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.plan.yaml"
        path.write_text(large_plan(), encoding="utf-8")
        seconds = []
        for _ in range(ROUNDS):
            began = time.process_time()
            plan = load_plan(path)
            seconds.append(time.process_time() - began)
        lines = path.read_text(encoding="utf-8").count("\n")
        sys.stdout.write(f"{len(plan.events)} events, {lines} lines: {min(seconds):.3f} s of processor time\n")


if __name__ == "__main__":
    main()
