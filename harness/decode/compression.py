"""Compressed bodies, opened within a bound: gzip, deflate, brotli, zstd, lz-string."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import brotli
import zstandard

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST = 32 * 1024 * 1024
"""Bytes that one body may unfold to. Trackers send kilobytes; anything larger is a bomb or no tracking."""


class NotCompressed(ValueError):
    """The bytes are not compressed in that way, are cut off, or unfold to more than the bound."""


class TooLarge(NotCompressed):
    """The bytes unfold to more than the bound."""

    def __init__(self, largest: int) -> None:
        super().__init__(f"unfolds to more than {largest:,} bytes")


def gunzip(data: bytes, largest: int = LARGEST) -> bytes:
    """All members of a gzip stream (RFC 1952)."""
    out: list[bytes] = []
    room = largest
    while data[:2] == b"\x1f\x8b":
        opener = zlib.decompressobj(wbits=31)
        out.append(_open(opener, data, room))
        room -= len(out[-1])
        data = opener.unused_data
    if not out:
        raise NotCompressed("no gzip stream")
    return b"".join(out)


def inflate(data: bytes, largest: int = LARGEST) -> bytes:
    """A deflate stream, with zlib's header (RFC 1950) or without (RFC 1951)."""
    try:
        return _open(zlib.decompressobj(), data, largest)
    except TooLarge:
        raise
    except NotCompressed:
        return _open(zlib.decompressobj(wbits=-15), data, largest)


def _open(opener: zlib._Decompress, data: bytes, room: int) -> bytes:
    try:
        opened = opener.decompress(data, room + 1)
    except zlib.error as error:
        # "Error -3 while decompressing data: invalid stored block lengths"
        raise NotCompressed(str(error).rpartition(": ")[2]) from error
    if len(opened) > room:
        raise TooLarge(room)
    if not opener.eof:
        raise NotCompressed("the stream is cut off")
    return opened


def unbrotli(data: bytes, largest: int = LARGEST) -> bytes:
    """A brotli stream (RFC 7932)."""
    opener = brotli.Decompressor()
    out = bytearray()
    try:
        chunk = opener.process(data, output_buffer_limit=65_536)
        while True:
            out += chunk
            if len(out) > largest:
                raise TooLarge(largest)
            if opener.is_finished() or (not chunk and opener.can_accept_more_data()):
                break
            chunk = opener.process(b"", output_buffer_limit=65_536)
    except brotli.error as error:
        raise NotCompressed(str(error)) from error
    if not opener.is_finished():
        raise NotCompressed("the stream is cut off")
    return bytes(out)


def unzstd(data: bytes, largest: int = LARGEST) -> bytes:
    """A zstd frame (RFC 8878)."""
    opener = zstandard.ZstdDecompressor(max_window_size=2**27).decompressobj()
    out = bytearray()
    try:
        for start in range(0, len(data), 1_024):
            out += opener.decompress(data[start : start + 1_024])
            if len(out) > largest:
                raise TooLarge(largest)
            if opener.eof:
                break
    except zstandard.ZstdError as error:
        raise NotCompressed(str(error)) from error
    if not opener.eof:
        raise NotCompressed("the stream is cut off")
    return bytes(out)


ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gunzip, "x-gzip": gunzip, "deflate": inflate, "br": unbrotli, "zstd": unzstd,
}  # fmt: skip
"""HTTP content codings (RFC 9110, section 8.4.1) that are opened."""


def by_magic(data: bytes) -> Callable[[bytes], bytes] | None:
    """The opener that a body's first bytes ask for; None where they look like no compression."""
    first = data[:4]
    if first[:3] == b"\x1f\x8b\x08":
        return gunzip
    if first == b"\x28\xb5\x2f\xfd":
        return unzstd
    if len(data) > 6 and first[0] & 0x0F == 8 and first[0] >> 4 <= 7 and (first[0] << 8 | first[1]) % 31 == 0:
        return inflate
    return None


_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_URI_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-$"
_SIX_BITS = {character: value for alphabet in (_URI_SAFE, _BASE64) for value, character in enumerate(alphabet)}


def unlz(text: str, largest: int = LARGEST) -> str:
    """lz-string's ``compressToBase64`` and ``compressToEncodedURIComponent`` (https://pieroxy.net/blog/pages/lz-string/).

    An LZ78 dictionary coder over UTF-16 units: codes grow by one bit whenever the dictionary fills a power of two; codes 0 and
    1 introduce a new 8 or 16 bit unit, 2 ends the stream; bits come least significant first, six to a character.
    """
    try:
        return _unlz([_SIX_BITS[character] for character in text.replace(" ", "+").rstrip("=")], 6, largest)
    except KeyError as error:
        raise NotCompressed(f"{error} is no character of lz-string's alphabet") from error


def unlz_utf16(text: str, largest: int = LARGEST) -> str:
    """lz-string's ``compressToUTF16``: fifteen bits to a character, shifted by 32."""
    units = [ord(character) - 32 for character in text]
    if any(not 0 <= unit < 2**15 for unit in units):
        raise NotCompressed("a character outside lz-string's UTF-16 range")
    return _unlz(units, 15, largest)


def unlz_bytes(data: bytes, largest: int = LARGEST) -> str:
    """lz-string's ``compressToUint8Array``: sixteen bits in two bytes, the high one first."""
    return _unlz(list(data), 8, largest)


def _unlz(units: list[int], width: int, largest: int) -> str:
    top = 1 << (width - 1)
    position, mask = 0, top

    def bits(count: int) -> int:
        nonlocal position, mask
        found = 0
        for power in range(count):
            if position >= len(units):
                raise NotCompressed("the stream is cut off")
            if units[position] & mask:
                found |= 1 << power
            mask >>= 1
            if not mask:
                mask = top
                position += 1
        return found

    first = bits(2)
    if first == 2:
        return ""
    if first == 3:
        raise NotCompressed("no lz-string stream")
    entry = chr(bits(8 if first == 0 else 16))
    words: list[str] = ["", "", "", entry]
    out = [entry]
    size = 1
    previous = entry
    room, width_of_code = 4, 3
    while True:
        code = bits(width_of_code)
        if code == 2:
            break
        if code < 2:
            words.append(chr(bits(8 if code == 0 else 16)))
            code = len(words) - 1
            room -= 1
            if not room:
                room = 1 << width_of_code
                width_of_code += 1
        if code < len(words):
            entry = words[code]
        elif code == len(words):
            entry = previous + previous[0]
        else:
            raise NotCompressed("a code that lz-string's dictionary does not have")
        size += len(entry)
        if size > largest:
            raise TooLarge(largest)
        out.append(entry)
        words.append(previous + entry[0])
        previous = entry
        room -= 1
        if not room:
            room = 1 << width_of_code
            width_of_code += 1
    text = "".join(out)
    if any("\ud800" <= unit <= "\udfff" for unit in text):
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
