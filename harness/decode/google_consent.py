"""Google Consent Mode's signals on the wire, as Google's tags send them to GA4, Ads and Floodlight alike.

``gcs=G1<ad_storage><analytics_storage>``: ``1`` granted, ``0`` denied, ``-`` not set
(https://developers.google.com/tag-platform/security/guides/consent-debugging).

``gcd=1x<a>x<b>x<c>x<d>x…``: one letter each for ad_storage, analytics_storage, ad_user_data and ad_personalization
(https://www.simoahava.com/analytics/consent-mode-v2-google-tags/). A letter is a six-bit number in URL-safe base64's order;
its middle pair is the default and its last pair the update: 1 not set, 2 denied, 3 granted.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SIGNALS = ("ad_storage", "analytics_storage", "ad_user_data", "ad_personalization")
_ORDER = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_STATES: dict[int, bool] = {2: False, 3: True}
_WORDS = {False: "denied", True: "granted"}


def read_gcd(gcd: str) -> dict[str, dict[str, str]]:
    """Signal -> how it was set: ``{"state": "granted", "default": "denied", "update": "granted", "set_by": "update"}``.

    A signal that was never set has no ``state``, and ``set_by`` is ``none``. Empty where the text is no gcd.
    """
    letters = [character for character in gcd[1:] if character.isalpha()]
    if gcd[:1] != "1" or len(letters) < len(SIGNALS):
        return {}
    found: dict[str, dict[str, str]] = {}
    for signal, letter in zip(SIGNALS, letters, strict=False):
        bits = _ORDER.find(letter)
        default, update = _STATES.get(bits >> 2 & 3), _STATES.get(bits & 3)
        how: dict[str, str] = {}
        if update is not None:
            how = {"state": _WORDS[update], "set_by": "update"}
        elif default is not None:
            how = {"state": _WORDS[default], "set_by": "default"}
        else:
            how = {"set_by": "none"}
        if default is not None:
            how["default"] = _WORDS[default]
        if update is not None:
            how["update"] = _WORDS[update]
        found[signal] = how
    return found


def read_gcs(gcs: str) -> dict[str, bool]:
    """The storage signals that a gcs sets; empty where it sets none or is no gcs."""
    if len(gcs) != 4 or gcs[:2] != "G1":
        return {}
    return {signal: sign == "1" for signal, sign in zip(SIGNALS, gcs[2:], strict=False) if sign in "01"}


_RAW = ("gcs", "gcd", "gcu", "gcut", "npa", "dma", "dma_cps", "pscdl", "us_privacy", "gdpr", "gdpr_consent", "gpp", "gpp_sid")
_NONE = (None,) * len(_RAW)


def google_consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    """The consent a Google tag's hit carries; None where it carries none.

    Args:
        wire: wire key -> value of the hit's parameters.

    Returns:
        signal -> whether granted (for those that were set); ``signals``: how each was set; and the raw texts by wire key. gcs,
        which states what holds now, goes before gcd, which states how it came about. ``signals`` is shared between hits.
    """
    raw = tuple(map(wire.get, _RAW))
    if raw == _NONE:
        return None
    try:
        return _read(raw).copy()
    except TypeError:
        return _read(tuple(map(str, raw))).copy()


@lru_cache(maxsize=1_024)
def _read(raw: tuple[Any, ...]) -> dict[str, Any]:
    texts = ["" if each is None else str(each) for each in raw]
    consent, signals = _consent(texts[0], texts[1])
    found: dict[str, Any] = dict(consent)
    if signals:
        found["signals"] = signals
    for key, text in zip(_RAW, texts, strict=True):
        if text:
            found[key] = text
    return found


def _consent(gcs: str, gcd: str) -> tuple[dict[str, bool], dict[str, dict[str, str]]]:
    signals = read_gcd(gcd)
    consent = {signal: how["state"] == "granted" for signal, how in signals.items() if "state" in how}
    consent.update(read_gcs(gcs))
    return {signal: consent[signal] for signal in SIGNALS if signal in consent}, signals
