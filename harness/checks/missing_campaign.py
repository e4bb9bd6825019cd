"""A landing lacks the campaign parameters that the plan asks for, or carries them wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.plan.values import conforms
from harness.verify.check import Check
from harness.verify.compare import absent
from harness.verify.found import found
from harness.verify.landings import landings
from harness.verify.timeline import matches_page, query_of
from harness.verify.wording import during, listed, page_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.verify.case import Case
    from harness.verify.violation import Violation


def _find(case: Case) -> Iterator[Violation]:
    """Judged in the baseline alone: the other scenarios land by the same links."""
    rules = case.expectations.plan.campaign
    if rules is None or case.conditions.scenario != "baseline":
        return
    for landing in landings(case):
        if landing.internal:
            continue
        carried = query_of(landing.asked)
        paid = any(matches_page(landing.asked, glob) for glob in rules.paid)
        if not paid and not any(name.startswith("utm_") for name in carried):
            continue
        missing = [each.name for each in rules.parameters if each.presence == "required" and absent(carried.get(each.name))]
        wrong = [
            f'{each.name} is "{carried[each.name]}", expected {mismatch.expected}'
            for each in rules.parameters
            if each.presence != "forbidden" and not absent(carried.get(each.name))
            for mismatch in conforms(carried[each.name], each.value, typed=False)
        ]
        wrong += [
            f"{each.name} is there" for each in rules.parameters if each.presence == "forbidden" and not absent(carried.get(each.name))
        ]
        if not missing and not wrong:
            continue
        lacks = [f"without {listed(missing)}"] if missing else []
        wanted = listed(each.name for each in rules.parameters if each.presence == "required") or "what the plan lists"
        kind = "a landing that the plan calls paid" if paid else "a campaign's landing"
        yield found(
            case, CHECK,
            f"{page_name(landing.asked)}, {kind}, was opened {'; '.join(lacks + wrong)}{during(case.alignment, landing.step)}. "
            f"Its visits are counted as direct, or under a name no report knows. "
            f"Expected {wanted} ({rules.place}).",
            step=landing.step, place=rules.place, url=landing.asked, missing=missing, wrong=wrong,
        )  # fmt: skip


CHECK = Check(
    code="missing-campaign",
    severity="normal",
    title="Campaign missing on the link",
    explanation="What the visit cost cannot be set against what it brought.",
    find=_find,
)
