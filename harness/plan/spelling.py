"""Did you mean …: the known word that a misspelt one stands for."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_SHOWN = 12


def _bare(word: str) -> str:
    return re.sub(r"[\W_]+", "", word).casefold()


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The word that was most likely meant; None if none is near.

    Case and separators count for nothing (``PageView`` is ``page_view``); else difflib's ratio must reach 0.7, or 0.65 for
    words so short that one wrong letter is a third of them.
    """
    known = sorted({each for each in words if each != word})
    bare = _bare(word)
    for each in known:
        if bare and _bare(each) == bare:
            return each
    close = get_close_matches(word.casefold(), [each.casefold() for each in known], n=1, cutoff=0.65 if len(word) < 5 else 0.7)
    return next((each for each in known if close and each.casefold() == close[0]), None)


def listed(words: Collection[str]) -> str:
    """Words as a sentence's end has them: ``a, b and c``; a long list is cut and says so."""
    shown = list(words)[:_SHOWN]
    if len(words) > _SHOWN:
        return f"{', '.join(shown)} … ({len(words)} in all)"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def did_you_mean(word: str, words: Collection[str], *, otherwise: str = "") -> str:
    """The mend for a word that is not among the known ones.

    Args:
        word: as it was written.
        words: those that would have been right.
        otherwise: the mend where none is near; by default the known words are listed.
    """
    if (near := nearest(word, words)) is not None:
        return f"did you mean `{near}`?"
    if otherwise:
        return otherwise
    return f"write one of {listed(sorted(words))}" if words else "there is none to choose from"
