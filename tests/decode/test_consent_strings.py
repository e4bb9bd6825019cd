"""Consent strings: those of the specifications and of their authors' own encoder, and any text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.capture.captured import Body, CapturedRequest
from harness.decode.consent_strings import LONGEST, carries_strings, read_gpp, read_tcf, read_usp
from harness.decode.decoder import Decoder
from harness.decode.readers import JsonReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.decode.hit import Hit

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
SPECIFICATIONS = "CQSbk4AQSbk4ANwAAAENAwCgAAAAAAAAAAYgACPAAAAA.IDKQA4AAgAKAGQAygAAA.YAAAAAAAAAAA"
PUBLISHERS = "CPTtLAAPTtLAAAKAAAENAAFgALwAAEAAAAAAAOgAgABgAAAA.IAoAAgABgAAEAQAAEAAA.d4AACEAAAAAA"


def number(value: int, bits: int) -> str:
    return f"{value:0{bits}b}"


def websafe(bits: str) -> str:
    bits += "0" * (-len(bits) % 6)
    return "".join(ALPHABET[int(bits[at : at + 6], 2)] for at in range(0, len(bits), 6))


def flags(ids: set[int], count: int) -> str:
    return "".join("1" if each in ids else "0" for each in range(1, count + 1))


def vendors(ids: set[int], *, ranges: bool) -> str:
    highest = max(ids, default=0)
    if not ranges:
        return number(highest, 16) + "0" + flags(ids, highest)
    return number(highest, 16) + "1" + number(len(ids), 12) + "".join("0" + number(each, 16) for each in sorted(ids))


def core(purposes: set[int], legitimate: set[int], vendor_section: str, restrictions: str = number(0, 12)) -> str:
    before = number(2, 6) + number(16_409_952_000, 36) * 2 + number(7, 12) + number(1, 12) + number(3, 6) + number(3, 6) + number(4, 6)
    middle = number(48, 12) + number(4, 6) + "10" + flags({1}, 12) + flags(purposes, 24) + flags(legitimate, 24) + "0"
    return websafe(before + middle + number(5, 6) + number(17, 6) + vendor_section + vendors(set(), ranges=False) + restrictions)


def as_ids(ranges: str) -> set[int]:
    spans = [(each.split("-")[0], each.split("-")[-1]) for each in ranges.split()]
    return {each for start, end in spans for each in range(int(start), int(end) + 1)}


def test_the_specifications_own_example() -> None:
    assert read_tcf(SPECIFICATIONS) == {
        "version": 2, "created": 1748908800.0, "updated": 1748908800.0, "cmp_id": 880, "cmp_version": 0, "consent_screen": 0,
        "language": "EN", "vendor_list_version": 48, "policy_version": 2, "service_specific": True, "non_standard_texts": False,
        "special_features": [], "purposes_consent": [], "purposes_legitimate_interest": [], "purpose_one_treatment": False,
        "publisher_country": "DE", "vendors_consent": "1-4", "vendors_legitimate_interest": "", "publisher_restrictions": [],
        "vendors_disclosed": "1-5 100 404", "publisher_purposes_consent": [], "publisher_purposes_legitimate_interest": [],
        "custom_purposes_consent": [], "custom_purposes_legitimate_interest": [],
    }  # fmt: skip


def test_a_string_with_purposes_and_a_publishers_segment() -> None:
    said = read_tcf(PUBLISHERS)
    assert (said["created"], said["policy_version"], said["purposes_consent"], said["purposes_legitimate_interest"]) == (
        1643673600.0, 5, [1, 3, 4, 5, 6], [2],
    )  # fmt: skip
    assert (said["vendors_consent"], said["vendors_disclosed"]) == ("11 28-29", "11 28-29 50 60 80")
    assert (said["publisher_purposes_consent"], said["publisher_purposes_legitimate_interest"]) == ([1, 3, 4, 5, 6], [2, 7])


@given(
    st.sets(st.integers(1, 24)), st.sets(st.integers(1, 24)), st.sets(st.integers(1, 1200), max_size=60), st.booleans(), st.integers(0, 3)
)
def test_what_is_encoded_is_read(purposes: set[int], legitimate: set[int], ids: set[int], ranges: bool, kind: int) -> None:
    restriction = number(1, 12) + number(2, 6) + number(kind, 2) + number(1, 12) + "1" + number(5, 16) + number(9, 16)
    said = read_tcf(core(purposes, legitimate, vendors(ids, ranges=ranges), restriction))
    assert (set(said["purposes_consent"]), set(said["purposes_legitimate_interest"])) == (purposes, legitimate)
    assert as_ids(said["vendors_consent"]) == ids
    assert (said["created"], said["cmp_id"], said["language"], said["publisher_country"]) == (1640995200.0, 7, "DE", "FR")
    assert said["publisher_restrictions"] == [{"purpose": 2, "type": kind, "vendors": "5-9"}]
    assert "problem" not in said


@pytest.mark.parametrize(
    "text", ["", "C", "CP", "BOEFEAyOEFEAyAHABDENAI4AAAB9vABAASA", "${GDPR_CONSENT_755}", "Cookie", "C" * (LONGEST + 1), "C§§"]
)
def test_what_is_no_tcf_string_says_nothing(text: str) -> None:
    assert read_tcf(text) == {}


def test_a_string_that_is_cut_short_says_so_with_what_it_has() -> None:
    said = read_tcf(SPECIFICATIONS[:38])
    assert (said["problem"], said["purposes_consent"], "publisher_restrictions" in said) == ("the text is cut short", [], False)


def test_a_string_of_ranges_without_end_is_read_in_bounds() -> None:
    everything = number(0xFFFF, 16) + "1" + number(4000, 12) + ("1" + number(1, 16) + number(0xFFFF, 16)) * 3000
    assert read_tcf(core(set(), set(), everything)).get("problem") == "the text is cut short"
    whole = number(0xFFFF, 16) + "1" + number(3000, 12) + ("1" + number(1, 16) + number(0xFFFF, 16)) * 3000
    assert read_tcf(core(set(), set(), whole))["vendors_consent"] == "1-65535"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1YNN", {"version": 1, "notice": True, "opt_out": False, "lspa": False}),
        ("1NYY", {"version": 1, "notice": False, "opt_out": True, "lspa": True}),
        ("1---", {"version": 1, "notice": None, "opt_out": None, "lspa": None}),
        ("1ynn", {"version": 1, "notice": True, "opt_out": False, "lspa": False}),
        ("1YN", {}),
        ("1YNNN", {}),
        ("YYNN", {}),
        ("", {}),
    ],
)
def test_us_privacy(text: str, said: dict[str, Any]) -> None:
    assert read_usp(text) == said


STATE = {
    "SaleOptOutNotice": 1, "SaleOptOut": 1, "MspaCoveredTransaction": 1, "MspaOptOutOptionMode": 1, "MspaServiceProviderMode": 2,
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "section", "said"),
    [
        ("DBABTA~1YNN", "uspv1", {"version": 1, "notice": True, "opt_out": False, "lspa": False}),
        (f"DBABMA~{SPECIFICATIONS}", "tcfeuv2", read_tcf(SPECIFICATIONS)),
        (
            "DBABLA~CVVVkkkkkpFY.YA",
            "usnat",
            {
                **STATE, "Version": 2, "SharingOptOut": 1, "SensitiveDataProcessing": [2, 1, 0] * 5 + [2],
                "KnownChildSensitiveDataConsents": [2, 1, 0], "PersonalDataConsents": 1, "Gpc": True,
            },
        ),
        (
            "DBABLA~BAAAVVVVUQA.QA",
            "usnat",
            {"Version": 1, "SaleOptOut": 0, "SensitiveDataProcessing": [1] * 12, "KnownChildSensitiveDataConsents": [1, 1], "Gpc": False},
        ),
        ("DBABLA~BVVVkkkkkpFY.YA", "usnat", {**STATE, "Version": 1, "SensitiveDataProcessing": [2, 1, 0] * 5 + [2], "Gpc": True}),
        ("DBABBg~BVWSSSVY.YA", "usca", {**STATE, "SensitiveDataProcessing": [2, 1, 0] * 3, "KnownChildSensitiveDataConsents": [2, 1]}),
        ("DBABAw~BVWSSZlY", "usfl", {**STATE, "KnownChildSensitiveDataConsents": [2, 1, 2], "AdditionalDataProcessingConsent": 1}),
    ],
)  # fmt: skip
def test_gpp_sections(text: str, section: str, said: dict[str, Any]) -> None:
    found = read_gpp(text)
    assert list(found) == [section]
    assert {key: found[section].get(key) for key in said} == said


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (f"DBACNY~{SPECIFICATIONS}~1YNN", ["tcfeuv2", "uspv1"]),
        ("DBABjw~CPX~1YNN", ["tcfcav1", "uspv1"]),
        ("DBABM", []),
        ("DBACNY~", ["tcfeuv2"]),
        ("CBABM~x", []),
        ("D", []),
        ("", []),
    ],
)
def test_the_header_names_the_sections(text: str, names: list[str]) -> None:
    assert list(read_gpp(text)) == names


def test_a_section_that_cannot_be_read_keeps_its_text() -> None:
    assert read_gpp("DBACNY~broken~1YNN")["tcfeuv2"] == {"text": "broken"}


TEXTS = st.one_of(st.text(max_size=200), st.text(alphabet=ALPHABET + "~.", max_size=300))


@given(TEXTS)
def test_any_text_is_read_without_an_error(text: str) -> None:
    for read, start in ((read_tcf, "C"), (read_gpp, "DBA"), (read_usp, "1")):
        assert isinstance(read(text), dict)
        said = read(start + text)
        assert json.loads(json.dumps(said)) == said


# ---- in hits ----------------------------------------------------------------------------------------------------


def hits_of(request: CapturedRequest, decode: Any) -> list[Hit]:
    vendor = Vendor(id="v", name="V", category="advertising", docs=(), endpoints=(Endpoint(host="v.example"),), decode=decode)
    return Decoder([vendor]).decode(request)


QUERY = QueryReader({})
OWN = QueryReader({}, consent=lambda wire: {"us_privacy": wire["p"]} if "p" in wire else None)
JSON = JsonReader({}, events="events")


@pytest.mark.parametrize(
    ("url", "body", "decode", "consent"),
    [
        ("https://v.example/?us_privacy=1YNN", None, QUERY, {"us_privacy": "1YNN", "usp": read_usp("1YNN")}),
        ("https://v.example/?us_privacy=none", None, QUERY, {"us_privacy": "none"}),
        ("https://v.example/?gdpr_consent=" + PUBLISHERS, None, QUERY, {"gdpr_consent": PUBLISHERS, "tcf": read_tcf(PUBLISHERS)}),
        ("https://v.example/?gpp=DBABTA~1YNN", None, QUERY, {"gpp": "DBABTA~1YNN", "gpp_sections": {"uspv1": read_usp("1YNN")}}),
        ("https://v.example/?p=1YYN", None, OWN, {"us_privacy": "1YYN", "usp": read_usp("1YYN")}),
        ("https://v.example/", b'{"events": [{"regs": {"us_privacy": "1YNN"}}]}', JSON, {"us_privacy": "1YNN", "usp": read_usp("1YNN")}),
        ("https://v.example/?us_privacy=", None, QUERY, None),
        ("https://v.example/?a=1", None, QUERY, None),
        ("https://v.example/?dl=https%3A%2F%2Fx.example%2F%3Fgpp%3DDBABTA~1YNN", None, QUERY, None),
    ],
)
def test_a_hit_says_what_its_strings_say(url: str, body: bytes | None, decode: Any, consent: dict[str, Any] | None) -> None:
    [hit] = hits_of(CapturedRequest(id="r", url=url, body=Body.of(body)), decode)
    assert hit.consent == consent


def test_a_request_without_such_a_key_is_not_looked_into() -> None:
    assert not carries_strings(CapturedRequest(id="r", url="https://v.example/?gcs=G111&npa=0", body=Body.of(b'{"a": 1}')))
