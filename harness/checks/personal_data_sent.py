"""An e-mail address went to a vendor in clear text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from harness.verify.check import Check
from harness.verify.found import found
from harness.verify.naming import carried, ours
from harness.verify.occurrence import DATA_LAYER, Occurrence
from harness.verify.wording import during, receiver, starting, times

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.verify.case import Case
    from harness.verify.violation import Violation

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+\-])([A-Za-z0-9][A-Za-z0-9._%+\-]{0,63})@((?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24})(?![A-Za-z0-9@])"
)
_USER = re.compile(r"//[^/\s?#]*\Z")
_FILES = frozenset(
    {"png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "ico", "js", "mjs", "cjs", "ts", "css", "json", "html", "map", "min", "woff"}
)
_LONGEST = 200_000
_DEEPEST = 12


def emails(value: Any, depth: int = 0) -> list[str]:
    """The e-mail addresses in a value, also where they are URL-encoded up to three times; hashed ones are none."""
    if depth > _DEEPEST:
        return []
    if isinstance(value, dict):
        return [each for pair in value.items() for part in pair for each in emails(part, depth + 1)]
    if isinstance(value, list | tuple):
        return [each for part in value for each in emails(part, depth + 1)]
    if not isinstance(value, str) or len(value) > _LONGEST:
        return []
    found: dict[str, None] = {}
    text = value
    for _ in range(4):
        if "@" in text:
            found.update(dict.fromkeys(match.group() for match in _EMAIL.finditer(text) if _address(match)))
        further = unquote_plus(text) if "%" in text else text
        if further == text:
            break
        text = further
    return list(found)


def _address(match: re.Match[str]) -> bool:
    """Whether it is an address, and no file (``logo@2x.png``), package (``lib@1.2.min.js``) or user name in a URL (``https://key@host/``)."""
    if _USER.search(match.string, 0, match.start()):
        return False
    labels = match.group(2).lower().split(".")
    return labels[-1] not in _FILES and any(letter.isalpha() for letter in labels[-2]) and match.group().count("@") == 1


def _find(case: Case) -> Iterator[Violation]:
    groups: dict[tuple[str, str | None, str], tuple[list[Occurrence], str]] = {}
    for each in case.alignment.occurrences:
        if each.hit.vendor == DATA_LAYER or each.hit.kind in ("preflight", "library"):
            continue
        agreed = _agreed(each)
        for parameter in each.hit.parameters:
            name = parameter.field or parameter.name
            if name.partition(".")[0] in agreed:
                continue
            address = next(iter(emails(parameter.value) or emails(parameter.text)), None)
            if address is not None:
                groups.setdefault((each.hit.vendor, each.hit.account, name), ([], address))[0].append(each)
        for name, value in each.hit.values.items():
            told = any(key[:2] == (each.hit.vendor, each.hit.account) and each in hits for key, (hits, _) in groups.items())
            if name not in agreed and not told and (address := next(iter(emails(value)), None)) is not None:
                groups.setdefault((each.hit.vendor, each.hit.account, name), ([], address))[0].append(each)
    for (_, account, name), (hits, address) in groups.items():
        layer = [
            case.alignment.layer[each.cause.id]
            for each in hits
            if each.cause is not None and each.push is None and each.cause.id in case.alignment.layer
        ]
        from_layer = [each for each in layer if emails(each.hit.values)]
        first = hits[0]
        often = f" ({times(len(hits))})" if len(hits) > 1 else ""
        said = f' in "{first.hit.event}"' if first.hit.event else ""
        yield found(
            case, CHECK,
            f"{starting(receiver(case, first.destination, first.hit.vendor))} was sent an e-mail address ({_masked(address)}) as "
            f'"{name}"{said}{during(case.alignment, first.step)}{often}. Vendors forbid personal data in clear text: Google deletes '
            f"what carries it, and it is a reportable breach. Expected none, or a SHA-256 hash where the vendor asks for it.",
            hits=[*hits, *from_layer], parameter=name, actual=_masked(address), account_told=account,
        )  # fmt: skip


def _agreed(each: Occurrence) -> set[str]:
    """Parameters that the plan says this destination gets, under either name, so that an address in them is agreed to."""
    if each.event is None or each.sending is None:
        return set()
    named = [entry for entry in carried(each.event, each.sending) if entry.presence != "forbidden" and "mail" in entry.name.lower()]
    return {entry.name.partition(".")[0] for entry in named} | {ours(entry) for entry in named}


def _masked(address: str) -> str:
    name, _, host = address.partition("@")
    return f"{name[:1]}…@{host}"


CHECK = Check(
    code="personal-data-sent",
    severity="blocker",
    title="Personal data sent",
    explanation="An e-mail address in clear text is in a vendor's logs: a breach of its terms and of data-protection law.",
    find=_find,
)
