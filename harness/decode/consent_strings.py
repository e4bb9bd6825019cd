"""The consent strings of the advertising industry, as hits carry them: TCF v2, US Privacy and GPP.

- Transparency and Consent String v2:
  https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework/blob/master/TCFv2/IAB%20Tech%20Lab%20-%20Consent%20string%20and%20vendor%20list%20formats%20v2.md
- US Privacy String: https://github.com/InteractiveAdvertisingBureau/USPrivacy/blob/master/CCPA/US%20Privacy%20String.md
- Global Privacy Platform String:
  https://github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform/blob/main/Core/Consent%20String%20Specification.md,
  its sections: https://github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform/tree/main/Sections

No library reads all three, so they are read here by the specifications. None of the readers raises; what is no such string gives
an empty dictionary. Ids of vendors are told as ranges (``"11 28-29"``): a string can grant tens of thousands.
"""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

LONGEST = 20_000
"""Characters; a longer text is not read."""
TCF_KEYS = ("gdpr_consent", "gdpr_consent_string", "gdprConsent", "gdprString", "tcf", "tcfString", "tcString", "tc_string", "euconsent")
USP_KEYS = ("us_privacy", "usprivacy", "us_privacy_string", "usPrivacy", "uspString", "usp", "ccpa")
GPP_KEYS = ("gpp", "gpp_string", "gppString")
_KEYS = frozenset((*TCF_KEYS, *USP_KEYS, *GPP_KEYS))
_BODY_LOOKED_AT = 16_384
_HIGHEST = 1 << 32
_WEBSAFE = re.compile(r"[A-Za-z0-9_-]+")
_USP = re.compile(r"([0-9])([YNyn-])([YNyn-])([YNyn-])")
_ANSWERS = {"Y": True, "N": False}


# ---- in hits --------------------------------------------------------------------------------------------------


def carries_strings(request: CapturedRequest) -> bool:
    """Whether a request names a consent string in its address or the beginning of its body. Cheap: nothing is parsed."""
    # Spelt out: this is asked of every request that a vendor claims.
    url = request.url
    if "us_privacy=" in url or "gdpr_consent=" in url or "gpp=" in url:
        return True
    data = request.body.data
    if not data:
        return False
    head = data if len(data) <= _BODY_LOOKED_AT else data[:_BODY_LOOKED_AT]
    return b"us_privacy" in head or b"gdpr_consent" in head or b"gpp" in head


def names_strings(hit: Hit) -> bool:
    """Whether a hit's consent has a consent string's key."""
    return hit.consent is not None and not _KEYS.isdisjoint(hit.consent)


def read_strings(hit: Hit) -> None:
    """Put what a hit's consent strings say beside their texts: ``tcf``, ``usp`` and ``gpp_sections`` in ``Hit.consent``.

    A vendor's decoder may have put the texts there; else they are taken from the hit's parameters. What cannot be read leaves
    the text alone. The dictionaries are shared between hits.
    """
    consent = dict(hit.consent or {})
    for parameter in hit.parameters:
        key = parameter.name.rpartition(".")[2]
        if key in _KEYS and isinstance(parameter.value, str) and parameter.value:
            consent.setdefault(key, parameter.value)
    for name, keys, read in (("tcf", TCF_KEYS, read_tcf), ("usp", USP_KEYS, read_usp), ("gpp_sections", GPP_KEYS, read_gpp)):
        for key in keys:
            text = consent.get(key)
            if isinstance(text, str) and (said := read(text)):
                # A vendor that calls the text by our name keeps its text.
                consent[name if name != key else f"{name}_read"] = said
                break
    hit.consent = consent or None


# ---- US Privacy -----------------------------------------------------------------------------------------------


def read_usp(text: str) -> dict[str, Any]:
    """A US Privacy string (``1YNN``).

    Returns:
        ``version``; ``notice`` (explicit notice and a chance to opt out were given), ``opt_out`` (of the sale of personal data) and
        ``lspa`` (the Limited Service Provider Agreement covers it): True, False, or None where it does not apply.
    """
    found = _USP.fullmatch(text)
    if found is None:
        return {}
    notice, opt_out, lspa = (_ANSWERS.get(each.upper()) for each in found.groups()[1:])
    return {"version": int(found[1]), "notice": notice, "opt_out": opt_out, "lspa": lspa}


# ---- bits -----------------------------------------------------------------------------------------------------


class _CutError(Exception):
    """The text ends before what its fields announce."""


class _Bits:
    """A web-safe text as bits, six a character, read from the left."""

    def __init__(self, text: str) -> None:
        if _WEBSAFE.fullmatch(text) is None:
            raise _CutError
        data = base64.urlsafe_b64decode(text + "A" * (-len(text) % 4))
        self.bits = bin(int.from_bytes(b"\x01" + data, "big"))[3 : 3 + 6 * len(text)]
        self.at = 0

    def text(self, count: int) -> str:
        taken = self.bits[self.at : self.at + count]
        if len(taken) < count:
            raise _CutError
        self.at += count
        return taken

    def number(self, count: int) -> int:
        return int(self.text(count), 2)

    def flag(self) -> bool:
        return self.text(1) == "1"

    def ids(self, count: int) -> list[int]:
        """The 1-based places of the ones."""
        return _ones(self.text(count))

    def time(self) -> float:
        """Seconds of the epoch, from tenths of seconds."""
        return self.number(36) / 10

    def letters(self) -> str:
        return chr(65 + self.number(6)) + chr(65 + self.number(6))

    def ranges(self, width: int = 16) -> list[tuple[int, int]]:
        """A list of single ids and ranges, their number before them."""
        found = []
        for _ in range(self.number(12)):
            several = self.flag()
            start = self.number(width)
            found.append((start, self.number(width) if several else start))
        return found

    def vendors(self) -> str:
        """A vendor section: its highest id, then a bit for each id, or ranges."""
        highest = self.number(16)
        if self.flag():
            return _ranges(self.ranges())
        return _ranges((each, each) for each in self.ids(highest))

    def fibonacci(self) -> int:
        """A number in Fibonacci coding: its digits from the lowest, ended by two ones."""
        total, this, following, last = 0, 1, 2, "0"
        while this < _HIGHEST:
            bit = self.text(1)
            if bit == last == "1":
                return total
            if bit == "1":
                total += this
            this, following, last = following, this + following, bit
        raise _CutError


def _ones(bits: str) -> list[int]:
    found, at = [], bits.find("1")
    while at >= 0:
        found.append(at + 1)
        at = bits.find("1", at + 1)
    return found


def _ranges(pairs: Iterable[tuple[int, int]]) -> str:
    """Ranges in order, neighbours joined: ``11 28-29``. A range that ends before it starts says nothing."""
    joined: list[list[int]] = []
    for start, end in sorted(pairs):
        if end < start:
            continue
        if joined and start <= joined[-1][1] + 1:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    return " ".join(str(start) if start == end else f"{start}-{end}" for start, end in joined)


# ---- TCF v2 ---------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def read_tcf(text: str) -> dict[str, Any]:
    """A Transparency and Consent string of version 2.

    Returns:
        ``version``, ``created`` and ``updated`` (seconds of the epoch), ``cmp_id``, ``cmp_version``, ``consent_screen``, ``language``,
        ``vendor_list_version``, ``policy_version``, ``service_specific``, ``non_standard_texts``, ``special_features`` (ids opted
        in), ``purposes_consent`` and ``purposes_legitimate_interest`` (ids), ``purpose_one_treatment``, ``publisher_country``,
        ``vendors_consent`` and ``vendors_legitimate_interest`` (ranges of ids), ``publisher_restrictions`` (``{purpose, type,
        vendors}``; type 0 not allowed, 1 consent required, 2 legitimate interest required), where there ``vendors_disclosed``,
        ``vendors_allowed`` and ``publisher_purposes_…``; ``problem`` where the text is cut short, with what could be read.
    """
    if len(text) > LONGEST or text[:1] != "C":
        return {}
    core, *segments = text.rstrip("=").split(".")
    said: dict[str, Any] = {}
    try:
        bits = _Bits(core)
        _core(bits, said)
    except _CutError:
        return {}
    try:
        _vendors(bits, said)
        for segment in segments:
            _segment(_Bits(segment), said)
    except _CutError:
        said["problem"] = "the text is cut short"
    return said


def _core(bits: _Bits, said: dict[str, Any]) -> None:
    said["version"] = bits.number(6)
    said["created"] = bits.time()
    said["updated"] = bits.time()
    said["cmp_id"] = bits.number(12)
    said["cmp_version"] = bits.number(12)
    said["consent_screen"] = bits.number(6)
    said["language"] = bits.letters()
    said["vendor_list_version"] = bits.number(12)
    said["policy_version"] = bits.number(6)
    said["service_specific"] = bits.flag()
    said["non_standard_texts"] = bits.flag()
    said["special_features"] = bits.ids(12)
    said["purposes_consent"] = bits.ids(24)
    said["purposes_legitimate_interest"] = bits.ids(24)
    said["purpose_one_treatment"] = bits.flag()
    said["publisher_country"] = bits.letters()


def _vendors(bits: _Bits, said: dict[str, Any]) -> None:
    said["vendors_consent"] = bits.vendors()
    said["vendors_legitimate_interest"] = bits.vendors()
    said["publisher_restrictions"] = restrictions = []
    for _ in range(bits.number(12)):
        restrictions.append({"purpose": bits.number(6), "type": bits.number(2), "vendors": _ranges(bits.ranges())})


def _segment(bits: _Bits, said: dict[str, Any]) -> None:
    match bits.number(3):
        case 1:
            said["vendors_disclosed"] = bits.vendors()
        case 2:
            said["vendors_allowed"] = bits.vendors()
        case 3:
            said["publisher_purposes_consent"] = bits.ids(24)
            said["publisher_purposes_legitimate_interest"] = bits.ids(24)
            custom = bits.number(6)
            said["custom_purposes_consent"] = bits.ids(custom)
            said["custom_purposes_legitimate_interest"] = bits.ids(custom)
        case _:
            pass


# ---- GPP ------------------------------------------------------------------------------------------------------

_MSPA = "MspaCoveredTransaction MspaOptOutOptionMode MspaServiceProviderMode"
_SALE_AND_ADS = "SaleOptOutNotice TargetedAdvertisingOptOutNotice SaleOptOut TargetedAdvertisingOptOut"
_NATIONAL = (
    "SharingNotice SaleOptOutNotice SharingOptOutNotice TargetedAdvertisingOptOutNotice SensitiveDataProcessingOptOutNotice "
    "SensitiveDataLimitUseNotice SaleOptOut SharingOptOut TargetedAdvertisingOptOut SensitiveDataProcessing*{} "
    f"KnownChildSensitiveDataConsents*{{}} PersonalDataConsents {_MSPA}"
)


def _state(notice: str, sensitive: int, child: int, *, additional: bool = True) -> str:
    known_child = "KnownChildSensitiveDataConsents" + (f"*{child}" if child > 1 else "")
    more = "AdditionalDataProcessingConsent " if additional else ""
    return f"{notice} {_SALE_AND_ADS} SensitiveDataProcessing*{sensitive} {known_child} {more}{_MSPA}"


def _later_state(rest: str) -> str:
    return f"MspaCoveredTransaction MspaMode ProcessingNotice {_SALE_AND_ADS} {rest}"


_SECTIONS = {
    1: "tcfeuv1", 2: "tcfeuv2", 5: "tcfcav1", 6: "uspv1", 7: "usnat", 8: "usca", 9: "usva", 10: "usco", 11: "usut", 12: "usct",
    13: "usfl", 14: "usmt", 15: "usor", 16: "ustx", 17: "usde", 18: "usia", 19: "usne", 20: "usnh", 21: "usnj", 22: "ustn", 23: "usmn",
    24: "usmd", 25: "usin", 26: "usky", 27: "usri",
}  # fmt: skip
"""Section id -> the name that its specification registers."""
_LAYOUTS = {
    "usnat": _NATIONAL.format(16, 3),
    "usca": "SaleOptOutNotice SharingOptOutNotice SensitiveDataLimitUseNotice SaleOptOut SharingOptOut SensitiveDataProcessing*9 "
    f"KnownChildSensitiveDataConsents*2 PersonalDataConsents {_MSPA}",
    "usva": _state("SharingNotice", 8, 1, additional=False),
    "usco": _state("SharingNotice", 7, 1, additional=False),
    "usut": "SharingNotice SaleOptOutNotice TargetedAdvertisingOptOutNotice SensitiveDataProcessingOptOutNotice SaleOptOut "
    f"TargetedAdvertisingOptOut SensitiveDataProcessing*8 KnownChildSensitiveDataConsents {_MSPA}",
    "usct": _state("SharingNotice", 8, 3, additional=False),
    "usfl": _state("ProcessingNotice", 8, 3),
    "usmt": _state("SharingNotice", 8, 3),
    "usor": _state("ProcessingNotice", 11, 3),
    "ustx": _state("ProcessingNotice", 8, 1),
    "usde": _state("ProcessingNotice", 9, 5),
    "usia": "ProcessingNotice SaleOptOutNotice TargetedAdvertisingOptOutNotice SensitiveDataOptOutNotice SaleOptOut "
    f"TargetedAdvertisingOptOut SensitiveDataProcessing*8 KnownChildSensitiveDataConsents {_MSPA}",
    "usne": _state("ProcessingNotice", 8, 1),
    "usnh": _state("ProcessingNotice", 8, 3),
    "usnj": _state("ProcessingNotice", 10, 5),
    "ustn": _state("ProcessingNotice", 8, 1),
    "usmn": _state("ProcessingNotice", 8, 1),
    "usmd": _later_state("AdditionalDataProcessingConsent"),
    "usin": _later_state("KnownChildSensitiveDataConsents AdditionalDataProcessingConsent SensitiveDataProcessing*8"),
    "usky": _later_state("KnownChildSensitiveDataConsents AdditionalDataProcessingConsent SensitiveDataProcessing*8"),
    "usri": _later_state("KnownChildSensitiveDataConsents AdditionalDataProcessingConsent SensitiveDataProcessing*8"),
}
"""The core of each US section: its fields in order, two bits each; ``*n`` is a list of n. A version of six bits is before them."""
_NATIONAL_1 = _NATIONAL.format(12, 2)
_NATIONAL_1_LONGEST = 11
_BY_MSPA_VERSION = frozenset(("usmd", "usin", "usky", "usri"))
_HEADER = 3
_MOST_SECTIONS = 64


@lru_cache(maxsize=256)
def read_gpp(text: str) -> dict[str, Any]:
    """A Global Privacy Platform string.

    Returns:
        section name (``tcfeuv2``, ``uspv1``, ``usnat``, ``usca`` …) -> what it says: for TCF as :func:`read_tcf`, for US Privacy as
        :func:`read_usp`, for the US sections their fields by the specification's names (0 not applicable; of a notice 1 given, 2 not;
        of an opt-out 1 opted out, 2 did not; of a consent 1 no, 2 yes) and ``Gpc``. A section that is not read has its ``text``.
    """
    if len(text) > LONGEST or text[:1] != "D":
        return {}
    header, *parts = text.split("~")
    try:
        ids = _section_ids(_Bits(header))
    except _CutError:
        return {}
    said: dict[str, Any] = {}
    for number, part in zip(ids, parts, strict=False):
        name = _SECTIONS.get(number, f"section {number}")
        said[name] = _section(name, part) or {"text": part}
    return said


def _section_ids(bits: _Bits) -> list[int]:
    if bits.number(6) != _HEADER or bits.number(6) != 1:
        raise _CutError
    ids: list[int] = []
    last = 0
    for _ in range(bits.number(12)):
        several = bits.flag()
        start = last + bits.fibonacci()
        last = start + bits.fibonacci() if several else start
        if last - start + len(ids) >= _MOST_SECTIONS:
            raise _CutError
        ids += range(start, last + 1)
    return ids


def _section(name: str, text: str) -> dict[str, Any]:
    if name == "tcfeuv2":
        return read_tcf(text)
    if name == "uspv1":
        return read_usp(text)
    layout = _LAYOUTS.get(name)
    core, *segments = text.split(".")
    try:
        if name == "tcfcav1":
            return _canada(_Bits(core))
        if layout is None:
            return {}
        bits = _Bits(core)
        version = bits.number(6)
        # Encoders have written the second version's fields under the first one's number; the length tells.
        if name == "usnat" and version == 1 and len(core) <= _NATIONAL_1_LONGEST:
            layout = _NATIONAL_1
        said: dict[str, Any] = {"MspaVersion" if name in _BY_MSPA_VERSION else "Version": version}
        for field in layout.split():
            key, _, count = field.partition("*")
            said[key] = [bits.number(2) for _ in range(int(count))] if count else bits.number(2)
        for segment in segments:
            part = _Bits(segment)
            if part.number(2) == 1:
                said["Gpc"] = part.flag()
    except _CutError:
        return {}
    return said


def _canada(bits: _Bits) -> dict[str, Any]:
    """What the Canadian section's core says before its vendors."""
    return {
        "version": bits.number(6),
        "created": bits.time(),
        "updated": bits.time(),
        "cmp_id": bits.number(12),
        "cmp_version": bits.number(12),
        "consent_screen": bits.number(6),
        "language": bits.letters(),
        "vendor_list_version": bits.number(12),
        "policy_version": bits.number(6),
        "non_standard_texts": bits.flag(),
        "special_features_express": bits.ids(12),
        "purposes_express": bits.ids(24),
        "purposes_implied": bits.ids(24),
    }
