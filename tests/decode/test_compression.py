"""Every coding opened, within its bound; a cut-off or foreign stream is refused, never a crash."""

from __future__ import annotations

import contextlib
import gzip
import zlib
from typing import TYPE_CHECKING

import brotli
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.decode.compression import (
    NotCompressed,
    by_magic,
    gunzip,
    inflate,
    unbrotli,
    unlz,
    unlz_bytes,
    unlz_utf16,
    unzstd,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Callable

any_bytes = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=150)


def gzipped(data: bytes) -> bytes:
    """Without the time of writing, which would give every worker another test."""
    return gzip.compress(data, mtime=0)


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


CODINGS: list[tuple[Callable[[bytes], bytes], Callable[..., bytes]]] = [
    (gzipped, gunzip), (zlib.compress, inflate), (raw_deflate, inflate), (brotli.compress, unbrotli), (zstandard.compress, unzstd),
]  # fmt: skip
OPENERS = [gunzip, inflate, unbrotli, unzstd]


@any_bytes
@given(st.binary(max_size=500), st.sampled_from(CODINGS))
def test_round_trip(data: bytes, coding: tuple[Callable[[bytes], bytes], Callable[..., bytes]]) -> None:
    pack, opener = coding
    assert opener(pack(data)) == data


@any_bytes
@given(st.binary(min_size=20, max_size=300), st.sampled_from(CODINGS), st.data())
def test_a_cut_off_stream_is_refused(
    data: bytes, coding: tuple[Callable[[bytes], bytes], Callable[..., bytes]], draw: st.DataObject
) -> None:
    pack, opener = coding
    packed = pack(data)
    with pytest.raises(NotCompressed):
        opener(packed[: draw.draw(st.integers(0, len(packed) - 5))])


@any_bytes
@given(st.binary(max_size=300), st.sampled_from(OPENERS))
def test_any_bytes_are_opened_or_refused(data: bytes, opener: Callable[[bytes], bytes]) -> None:
    with contextlib.suppress(NotCompressed):
        opener(data)


@pytest.mark.parametrize(("pack", "opener"), CODINGS)
def test_a_bomb_is_refused_at_the_bound(pack: Callable[[bytes], bytes], opener: Callable[..., bytes]) -> None:
    bomb = pack(bytes(3_000_000))
    with pytest.raises(NotCompressed, match="unfolds to more"):
        opener(bomb, largest=1_000_000)
    assert len(opener(bomb, largest=3_000_000)) == 3_000_000


def test_why_a_stream_cannot_be_opened_is_said_without_the_number_of_an_error() -> None:
    with pytest.raises(NotCompressed, match=r"^invalid stored block lengths$"):
        inflate(b"H\xe6\x00\x00\x00\x00\x00")


def test_all_members_of_a_gzip_stream() -> None:
    assert gunzip(gzipped(b"one ") + gzipped(b"two")) == b"one two"


@pytest.mark.parametrize(
    ("data", "opener"),
    [
        (gzipped(b"x"), gunzip), (zlib.compress(b"x"), inflate), (zstandard.compress(b"x"), unzstd),
        (b"", None), (b"{}", None), (b"x=1&y=2", None), (b"hello world", None),
    ],
)  # fmt: skip
def test_magic(data: bytes, opener: object) -> None:
    assert by_magic(data) is opener


LZ = [  # as lz-string 1.5.0 writes it: base64, URI component, UTF-16, bytes
    ("", "Q===", "Q", "\u2020 ", "4000"),
    ("a", "IZA=", "IZA", "\u10e8 ", "2190"),
    ("hello hello hello", "BYUwNmD2AEoTcpA=", "BYUwNmD2AEoTcpA", "\u02e2\u4c2d\u4c3e\u6024\u50bb\u4a60 ", "0585303660f6004a13729000"),
    ("a" * 36, "IY18ZVA=", "IY18ZVA", "\u10e6\u5f39\u2a20 ", "218d7c655000"),
    ("\U0001f600", "rwbgA9o=", "rwbgA9o", "\u57a3\u3820\u7b60 ", "af06e003da00"),
    (
        '{"events":[{"e":"K\u00e4ufe \u20ac","v":19.98}]}',
        "N4IgpgbmB2AuDOIBcBtUZkgNIBOCuAZmAASA1BCADQgTICMAnAHT0AcAvgLptA==",
        "N4IgpgbmB2AuDOIBcBtUZkgNIBOCuAZmAASA1BCADQgTICMAnAHT0AcAvgLptA",
        None, "378220a606e607602e0ce201701b5466480d201382b80666000480d410800d08132023009c01d3d00700be02e9b40000",
    ),
]  # fmt: skip


def pack_lz(text: str, width: int) -> list[int]:
    """An encoder to test the decoder with: the algorithm's description, forwards."""
    bits: list[int] = []

    def put(value: int, count: int) -> None:
        bits.extend(value >> power & 1 for power in range(count))

    known: dict[str, int] = {}
    fresh: set[str] = set()
    size, count_of_bits, room = 3, 2, 2
    word = ""

    def room_for_one() -> None:
        nonlocal room, count_of_bits
        room -= 1
        if not room:
            room = 1 << count_of_bits
            count_of_bits += 1

    def put_word(piece: str) -> None:
        if piece in fresh:
            code = ord(piece)
            put(0 if code < 256 else 1, count_of_bits)
            put(code, 8 if code < 256 else 16)
            fresh.discard(piece)
            room_for_one()
        else:
            put(known[piece], count_of_bits)
        room_for_one()

    for unit in text:
        if unit not in known:
            known[unit] = size
            size += 1
            fresh.add(unit)
        if word + unit in known:
            word += unit
            continue
        put_word(word)
        known[word + unit] = size
        size += 1
        word = unit
    if word:
        put_word(word)
    put(2, count_of_bits)
    bits += [0] * (width - len(bits) % width)
    return [int("".join(map(str, bits[start : start + width])), 2) for start in range(0, len(bits), width)]


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="


@any_bytes
@given(st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=200) | st.text("ab", max_size=2_000))
def test_lz_string_round_trip(text: str) -> None:
    assert unlz("".join(ALPHABET[unit] for unit in pack_lz(text, 6))) == text
    assert unlz_utf16("".join(chr(unit + 32) for unit in pack_lz(text, 15))) == text
    assert unlz_bytes(bytes(pack_lz(text, 8))) == text


@pytest.mark.parametrize(("text", "base64", "uri", "utf16", "raw"), LZ)
def test_lz_string_as_its_own_library_writes_it(text: str, base64: str, uri: str, utf16: str | None, raw: str) -> None:
    assert unlz(base64) == unlz(uri) == unlz_bytes(bytes.fromhex(raw)) == text
    assert utf16 is None or unlz_utf16(utf16) == text


@any_bytes
@given(st.text(ALPHABET + "-$ é", max_size=100))
def test_any_lz_string_is_opened_or_refused(text: str) -> None:
    with contextlib.suppress(NotCompressed):
        unlz(text)


def test_an_lz_string_bomb_is_refused_at_the_bound() -> None:
    bomb = "".join(ALPHABET[unit] for unit in pack_lz("a" * 100_000, 6))
    with pytest.raises(NotCompressed, match="unfolds to more"):
        unlz(bomb, largest=10_000)
