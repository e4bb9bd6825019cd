"""Who a host belongs to: owner and category of the hosts that no vendor file knows.

The facts are those of the npm package third-party-web (MIT, https://github.com/patrickhulce/third-party-web), read from where
npm installed it; nothing of it is kept here. Without the package hosts have no owners, and :data:`MEND` says what to do.
A host is told by its whole name, then by its suffixes (``*.facebook.net`` includes ``facebook.net``); a domain of which only
other subdomains are known has no owner.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from harness.decode.address import split_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from harness.capture.captured import CapturedRequest

VARIABLE = "TAGPROOF_THIRD_PARTY_WEB"
PACKAGE = "third-party-web"
MEND = f"`npm install {PACKAGE}`, or set {VARIABLE} to the package's folder"
_FILES = ("dist/entities-nostats.json", "dist/entities.json")
_CATEGORIES = {"ad": "advertising", "cdn": "content delivery", "other": "uncategorised"}
_SECOND_LEVEL = frozenset(("ac", "co", "com", "edu", "go", "gov", "gob", "ne", "net", "or", "org"))


class ThirdParty(NamedTuple):
    """Whose a host is.

    Attributes:
        name: the product or company ("Hotjar").
        category: ``advertising``, ``analytics``, ``social``, ``video``, ``utility``, ``hosting``, ``marketing``,
            ``customer success``, ``content``, ``content delivery``, ``tag manager``, ``consent provider`` or ``uncategorised``.
        homepage: its address; empty where the data set has none.
        company: the company behind it; the name where the data set has no other.
    """

    name: str
    category: str
    homepage: str = ""
    company: str = ""


@dataclass(frozen=True, slots=True)
class Other:
    """A host outside the site that no vendor claims, the number of its requests, and its owner where it is known."""

    host: str
    requests: int
    owner: ThirdParty | None = None


def data_set() -> Path | None:
    """The data set's file; None where it is not installed.

    Looked for in the folder (or file) that ``TAGPROOF_THIRD_PARTY_WEB`` names, then in ``node_modules`` of the working directory,
    then in that of the checkout tagproof runs from.
    """
    named = os.environ.get(VARIABLE)
    roots = [Path(named)] if named else [Path(), Path(__file__).parents[2]]
    for root in roots:
        if named and root.is_file():
            return root
        folder = root if named else root / "node_modules" / PACKAGE
        for file in _FILES:
            if (folder / file).is_file():
                return (folder / file).absolute()
    return None


def owner_of(host: str) -> ThirdParty | None:
    """Whose a host is (lower case, without port); None where nobody knows, or the data set is not there."""
    found = data_set()
    return None if found is None else _owner(_index(found), host)


def owners(hosts: Iterable[str]) -> dict[str, ThirdParty]:
    """The owners of those hosts that are known."""
    found = data_set()
    if found is None:
        return {}
    index = _index(found)
    return {host: owner for host in hosts if (owner := _owner(index, host)) is not None}


def _owner(index: Mapping[str, ThirdParty], host: str) -> ThirdParty | None:
    host = host.lower().rstrip(".")
    if host in index:
        return index[host]
    rest = host
    while rest:
        if (owner := index.get(f"*.{rest}")) is not None:
            return owner
        rest = rest.partition(".")[2]
    return None


@cache
def _index(path: Path) -> Mapping[str, ThirdParty]:
    """Domain -> owner. What is not as expected in the file is passed over."""
    try:
        entities = orjson.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    index: dict[str, ThirdParty] = {}
    for entity in entities if isinstance(entities, list) else ():
        if not isinstance(entity, dict) or not isinstance(entity.get("name"), str) or not isinstance(entity.get("domains"), list):
            continue
        owner = ThirdParty(
            name=entity["name"],
            category=_category(entity),
            homepage=_text(entity.get("homepage")),
            company=_text(entity.get("company")) or entity["name"],
        )
        for domain in entity["domains"]:
            if isinstance(domain, str):
                index.setdefault(domain.lower(), owner)
    return index


def _category(entity: Mapping[str, Any]) -> str:
    listed = entity.get("categories")
    word = _text(entity.get("category")) or (_text(listed[0]) if isinstance(listed, list) and listed else "") or "other"
    return _CATEGORIES.get(word, word.replace("-", " "))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


# ---- who else was on the page -----------------------------------------------------------------------------------


def is_third_party(request: CapturedRequest, own: Callable[[str], bool]) -> bool:
    """Whether a request left the site: neither its page's host nor one of the same registrable domain.

    Args:
        request: what was captured; one whose page is not known is nobody's third party.
        own: whether a host is the site's own by other knowledge (the plan's environments).
    """
    page = split_url(request.page_url or "").host
    if not page:
        return False
    host = split_url(request.url).host
    return bool(host) and host != page and not own(host) and _site(host) != _site(page)


def _site(host: str) -> str:
    """The domain that its owner registered, as far as its form tells (the public suffix list is not consulted)."""
    labels = host.split(".")
    if labels[-1].isdecimal() or ":" in host:
        return host
    wide = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-3 if wide else -2 :])


def others(requests: Iterable[CapturedRequest], *, known: Callable[[CapturedRequest], bool], own: Callable[[str], bool]) -> list[Other]:
    """The hosts outside the site that no vendor claims, those with most requests first.

    Args:
        requests: a walk's; preflights do not count.
        known: whether a vendor claims a request.
        own: as in :func:`is_third_party`.
    """
    counts: Counter[str] = Counter()
    for request in requests:
        if request.resource_type != "preflight" and is_third_party(request, own) and not known(request):
            counts[split_url(request.url).host] += 1
    named = owners(counts)
    return [Other(host, count, named.get(host)) for host, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))]
