"""Sojern travel pixel.

Documentation: https://support.sojern.com/ (pixel parameters). The pixel's id is in
the path; ``et`` names what happened (``hs`` hotel search, ``hpr`` property, ``hconf`` confirmation …), container pixels give ``pt``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, TRAVELLER, HOTEL, FLIGHT, CRUISE, CAR, TECHNICAL = "General", "Traveller", "Hotel", "Flight", "Cruise", "Car", "Technical"

_LABELS: dict[str, dict[str, str]] = {
    GENERAL: {
        "et": "Event", "vid": "Vertical", "pt": "Page type", "pc": "Page category", "pname": "Page name", "pgid": "Page ID", "pn": "Product name",
        "domain": "Site", "be": "Booking engine", "ppot": "Purpose of travel", "rpnow": "Pay now or later", "cid": "Content ID",
        "sjrn_click_campaign_id": "Click's campaign", "sjrn_click_placement_id": "Click's placement", "sjrn_click_id": "Click ID",
    },
    TRAVELLER: {
        "t": "Travellers", "tad": "Adults", "tch": "Children", "ptr": "Pets", "ffl": "Loyalty status", "md5_eml": "Email (MD5)", "sha1_eml": "Email (SHA-1)",
        "sha256_eml": "Email (SHA-256)", "rphn": "Phone", "md5_phn": "Phone (MD5)", "sha1_phn": "Phone (SHA-1)", "sha256_phn": "Phone (SHA-256)",
        "ccid": "Client's cookie ID",
    },
    HOTEL: {
        "hb": "Brand", "hpid": "Property ID", "hpr": "Property", "hc1": "City", "hs1": "State", "hn1": "Country", "hd": "Nights", "hd1": "Check-in",
        "hd2": "Check-out", "ha1": "Nearest airport", "hr": "Rooms", "hc": "Room type", "hrp": "Rate plan", "hsr": "Stars", "hcu": "Currency",
        "hoh": "Home hotel", "hconfno": "Confirmation number", "hp": "Price", "hdc": "Discount code",
    },
    FLIGHT: {
        "fd1": "Departure date", "fd2": "Return date", "fd": "Nights", "fc": "Class", "ffc": "Fare code", "fa1": "Origin airport", "fc2": "Origin city",
        "fs2": "Origin state", "fn2": "Origin country", "fa2": "Destination airport", "fc1": "Destination city", "fs1": "Destination state",
        "fn1": "Destination country", "fan": "Airline", "fow": "One way", "fmc": "Multi-city", "lyvr": "Layover 1", "lyvr2": "Layover 2",
        "lyvr3": "Layover 3", "fconfno": "Confirmation number", "fp": "Price", "fcu": "Currency",
    },
    CRUISE: {
        "cd1": "Departure date", "cd2": "Return date", "ca1": "Departure airport", "cf2": "Departure city", "cs2": "Departure state",
        "cn2": "Departure country", "ca2": "Arrival airport", "cf1": "Arrival city", "cs1": "Arrival state", "cn1": "Arrival country", "cd": "Nights",
        "crl": "Days", "creg": "Region", "cco": "Line", "csh": "Ship", "cm": "Month", "cc": "Class", "cr": "Rooms",
    },
    CAR: {"rd1": "Pick-up date", "rd2": "Drop-off date", "rconfno": "Confirmation number", "rp": "Price", "rcu": "Currency"},
}  # fmt: skip
_NUMBERS = frozenset(("hp", "fp", "rp", "t", "tad", "tch", "hr", "hd", "fd", "cd", "crl", "cr"))
_TABLE = QueryTable(
    {key: Row(key, label, group, "number" if key in _NUMBERS else "text") for group, rows in _LABELS.items() for key, label in rows.items()}
    | {
        "f_v": Row(None, "Format", TECHNICAL),
        "p_v": Row(None, "Pixel version", TECHNICAL),
        "dnf": Row(None, "Do not fire", TECHNICAL),
        "s": Row(None, "Debugging", TECHNICAL),
        "vt": Row("vt", "Attraction type", GENERAL),
        "fpid": Row("fpid", "Product ID", FLIGHT),
        "opid": Row("opid", "Product ID", GENERAL),
        "opn": Row("opn", "Product name", GENERAL),
        "auto_out": Row(None, "Cookieless opt-out", TECHNICAL),
    }
)
_READ = QueryReader(
    _TABLE,
    event=("et", "pt"),
    key=("hconfno", "fconfno", "rconfno"),
    identifiers=("sha256_eml", "sha1_eml", "md5_eml", "sha256_phn", "sha1_phn", "md5_phn", "ccid", "sjrn_click_id"),
    kind=lambda event: "pageview" if event in (None, "HOME_PAGE", "home", "TRACKING") else "event",
)


def _container(path: str, wire: Mapping[str, object]) -> str | None:
    """``/cip/c/1234.js``."""
    name = path.rpartition("/")[2].removesuffix(".js")
    return name if name.isdecimal() else None


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    pieces = [piece for piece in split_url(request.url).path.split("/") if piece]
    for hit in hits:
        hit.account = pieces[-1] if len(pieces) > 1 else None
        hit.event = hit.event or "page_view"
    return hits


VENDOR = Vendor(
    id="sojern",
    name="Sojern",
    category="advertising",
    docs=("https://support.sojern.com/",),
    endpoints=(
        *(Endpoint(host="beacon.sojern.com", path=path) for path in ("/pixel/p/*", "/pixel/cp/*", "/pixel/img/*", "/p/*")),
        Endpoint(host="static.sojern.com", path="/*", role="library", decode=LibraryReader(account=_container)),
    ),
    decode=_decode,
    examples=(
        {
            "title": "a hotel's confirmation",
            "request": {
                "url": "https://beacon.sojern.com/pixel/p/6042?f_v=v6_js&p_v=1&hconfno=C-1&hp=310.50&hcu=EUR&hpid=76565&hd1=2026-12-01&hd2=2026-12-04&vid=hot&et=hconf&sha256_eml=abc"
            },
            "hits": [
                {
                    "kind": "event", "event": "hconf", "account": "6042", "key": "C-1", "identifiers": {"sha256_eml": "abc"},
                    "values": {"hp": 310.5, "hcu": "EUR", "hpid": "76565", "hd1": "2026-12-01"},
                }
            ],
        },
        {
            "title": "a container pixel on the home page",
            "request": {"url": "https://beacon.sojern.com/pixel/cp/11?f_v=cp_v1_js&p_v=1&hpid=76565&pt=HOME_PAGE"},
            "hits": [{"kind": "pageview", "event": "HOME_PAGE", "account": "11"}],
        },
        {
            "title": "a hotel looked for, with the older pixel",
            "request": {"url": "https://beacon.sojern.com/p/5?et=hs&t=2&hr=1&hd=3&hd1=2026-12-01&hd2=2026-12-04&hc1=Rome"},
            "hits": [{"kind": "event", "event": "hs", "account": "5", "values": {"t": 2, "hr": 1, "hd": 3, "hc1": "Rome"}}],
        },
        {
            "title": "a container's script",
            "request": {"url": "https://static.sojern.com/cip/c/1234.js?f_v=cp_v3_js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "1234"}],
        },
        {
            "title": "a bare pixel",
            "request": {"url": "https://beacon.sojern.com/pixel/p/2067"},
            "hits": [{"kind": "pageview", "event": "page_view", "account": "2067"}],
        },
    ),
    lookalikes=(
        "https://shop.example/pixel/p/6042?et=hconf",
        "https://beacon.sojern.com.evil.example/pixel/p/6042",
        "https://notbeacon.sojern.com/pixel/p/6042",
        "https://shop.example/?u=https%3A%2F%2Fbeacon.sojern.com%2Fpixel%2Fp%2F1",
        "https://www.sojern.com/pixel/p/1",
    ),
)  # fmt: skip
