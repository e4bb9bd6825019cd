"""What a journey does to addresses; what is not meant stays to the letter."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_plus, urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping


def same_site(one: str, other: str) -> bool:
    """Whether two addresses are of one site: the same host, or hosts under one domain of two labels."""
    first, second = urlsplit(one).hostname or "", urlsplit(other).hostname or ""
    if first == second:
        return True
    if "." not in first or re.fullmatch(r"[\d.]+|.*:.*", first):
        return False
    return first.split(".")[-2:] == second.split(".")[-2:]


def with_query(url: str, parameters: Mapping[str, str]) -> str:
    """The URL with these parameters after those it has."""
    base, hash_, fragment = url.partition("#")
    return base + ("&" if "?" in base else "?") + urlencode(parameters, quote_via=quote) + hash_ + fragment


def without_query(url: str, names: tuple[str, ...]) -> tuple[str, list[str]]:
    """The URL without the query parameters of these names (globs), and those taken off; all else stays to the letter."""
    base, hash_, fragment = url.partition("#")
    path, mark, query = base.partition("?")
    kept, dropped = [], []
    for part in query.split("&") if mark else ():
        name = unquote_plus(part.partition("=")[0])
        if any(fnmatchcase(name, each) for each in names):
            dropped.append(name)
        else:
            kept.append(part)
    if not dropped:
        return url, []
    return path + ("?" + "&".join(kept) if kept else "") + hash_ + fragment, dropped
