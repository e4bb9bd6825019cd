"""Google Analytics 4, as gtag.js, Google Tag Manager, server-side GTM and the Google tag gateway send it.

Wire format: https://developers.google.com/analytics/devguides/collection/ga4 (events and parameters),
https://developers.google.com/analytics/devguides/collection/ga4/reference/events (recommended events),
https://support.google.com/analytics/answer/9234069 (automatic events), https://support.google.com/analytics/answer/9216061
(enhanced measurement), https://developers.google.com/tag-platform/security/guides/consent-debugging (consent),
https://www.thyngster.com/ga4-measurement-protocol-cheatsheet/ (keys on the wire).

A request carries one event in its query, or several in its body, one a line, with what they share in the query.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.campaign import campaign_of
from harness.decode.google_consent import google_consent
from harness.decode.hit import Hit, Parameter
from harness.decode.payload import raw_body, read_body
from harness.decode.query import Prefix, QueryTable, Row, number, unescape
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest

GENERAL, PAGE, SESSION, CAMPAIGN, CONSENT = "General", "Page", "Session", "Campaign", "Consent"
EVENT, USER, COMMERCE, DEVICE, TECHNICAL = "Event parameters", "User properties", "E-commerce", "Device", "Technical"

_ROWS = {
    "v": Row(None, "Protocol version", GENERAL),
    "tid": Row(None, "Measurement ID", GENERAL),
    "en": Row(None, "Event name", GENERAL),
    "_s": Row(None, "Hit counter", SESSION),
    "cid": Row(None, "Client ID", SESSION),
    "uid": Row("user_id", "User ID", SESSION),
    "ecid": Row(None, "Cookieless ping ID", SESSION),
    "sid": Row("ga_session_id", "Session ID", SESSION),
    "sct": Row("ga_session_number", "Session number", SESSION, "number"),
    "seg": Row("session_engaged", "Session engaged", SESSION),
    "_fv": Row(None, "First visit", SESSION),
    "_nsi": Row(None, "New session ID", SESSION),
    "_ss": Row(None, "Session start", SESSION),
    "_et": Row("engagement_time_msec", "Engagement time (ms)", SESSION, "number"),
    "_c": Row(None, "Conversion (key event)", EVENT),
    "_ee": Row(None, "Sent by the site's own code", EVENT),
    "_eu": Row(None, "Event usage", TECHNICAL),
    "_edid": Row(None, "Event developer ID", TECHNICAL),
    "_dbg": Row("debug_mode", "Debug mode", TECHNICAL),
    "dbg": Row("debug_mode", "Debug mode", TECHNICAL),
    "ir": Row("ignore_referrer", "Ignore referrer", PAGE),
    "tt": Row("traffic_type", "Traffic type", GENERAL),
    "dl": Row("page_location", "Page address", PAGE),
    "dr": Row("page_referrer", "Referrer", PAGE),
    "dt": Row("page_title", "Page title", PAGE),
    "dh": Row("page_hostname", "Page host", PAGE),
    "dp": Row("page_path", "Page path", PAGE),
    "ul": Row("language", "Language", DEVICE),
    "de": Row("page_encoding", "Page encoding", PAGE),
    "sr": Row("screen_resolution", "Screen resolution", DEVICE),
    "vp": Row(None, "Viewport", DEVICE),
    "uaa": Row(None, "Architecture", DEVICE),
    "uab": Row(None, "Bitness", DEVICE),
    "uafvl": Row(None, "Browser versions", DEVICE),
    "uamb": Row(None, "Mobile", DEVICE),
    "uam": Row(None, "Model", DEVICE),
    "uap": Row(None, "Platform", DEVICE),
    "uapv": Row(None, "Platform version", DEVICE),
    "uaw": Row(None, "Windows 32 on 64 bit", DEVICE),
    "cs": Row("campaign_source", "Campaign source", CAMPAIGN),
    "cm": Row("campaign_medium", "Campaign medium", CAMPAIGN),
    "cn": Row("campaign", "Campaign name", CAMPAIGN),
    "cc": Row("campaign_content", "Campaign content", CAMPAIGN),
    "ck": Row("campaign_term", "Campaign term", CAMPAIGN),
    "ci": Row("campaign_id", "Campaign ID", CAMPAIGN),
    "cpo": Row("campaign_source_platform", "Campaign source platform", CAMPAIGN),
    "cf": Row("campaign_creative_format", "Campaign creative format", CAMPAIGN),
    "cmt": Row("campaign_marketing_tactic", "Campaign marketing tactic", CAMPAIGN),
    "gclid": Row(None, "Google click ID", CAMPAIGN),
    "wbraid": Row(None, "Google click ID (web to app)", CAMPAIGN),
    "gbraid": Row(None, "Google click ID (app)", CAMPAIGN),
    "dclid": Row(None, "Display click ID", CAMPAIGN),
    "_gl": Row(None, "Cross-domain linker", CAMPAIGN),
    "gclaw": Row(None, "Google click cookie", CAMPAIGN),
    "em": Row(None, "User-provided data (hashed)", USER),
    "auid": Row(None, "Advertising cookie ID", SESSION),
    "cu": Row("currency", "Currency", COMMERCE),
    "gcs": Row(None, "Consent state", CONSENT),
    "gcd": Row(None, "Consent signals", CONSENT),
    "gcu": Row(None, "Consent update", CONSENT),
    "gcut": Row(None, "Consent update type", CONSENT),
    "npa": Row(None, "Non-personalised ads", CONSENT),
    "dma": Row(None, "Digital Markets Act region", CONSENT),
    "dma_cps": Row(None, "Digital Markets Act services", CONSENT),
    "pscdl": Row(None, "Privacy Sandbox label", CONSENT),
    "gdpr": Row(None, "GDPR applies", CONSENT),
    "gdpr_consent": Row(None, "TCF string", CONSENT),
    "us_privacy": Row(None, "US privacy string", CONSENT),
    "gtm": Row(None, "Tag container", TECHNICAL),
    "tag_exp": Row(None, "Tag experiments", TECHNICAL),
    "_p": Row(None, "Page load ID", TECHNICAL),
    "_z": Row(None, "Transport", TECHNICAL),
    "z": Row(None, "Cache buster", TECHNICAL),
    "frm": Row(None, "In a frame", TECHNICAL),
    "tfd": Row(None, "Time since the page began (ms)", TECHNICAL),
    "are": Row(None, "Redacted", TECHNICAL),
    "_rdi": Row(None, "Redirect ID", TECHNICAL),
    "_gid": Row(None, "Day ID", SESSION),
    "sst.rnd": Row(None, "Server-side random", TECHNICAL),
    "_gaz": Row(None, "Google signals wanted", TECHNICAL),
    "_uc": Row(None, "User's country", USER),
    "_prs": Row(None, "Retries", TECHNICAL),
    "_tu": Row(None, "Tag usage", TECHNICAL),
    "gdid": Row(None, "Developer ID", TECHNICAL),
    "did": Row(None, "Developer ID", TECHNICAL),
    "edid": Row(None, "Event developer ID", TECHNICAL),
    "ngs": Row(None, "Google signals sent apart", TECHNICAL),
    "ibt": Row(None, "Browser test", TECHNICAL),
    "rcb": Row(None, "Region checked", TECHNICAL),
    "ptag_exp": Row(None, "Tag experiments (parent)", TECHNICAL),
    "ec_mode": Row(None, "User-provided data's mode", USER),
    "ecsid": Row(None, "Cookieless session ID", SESSION),
    "ur": Row(None, "User's region", USER),
    "aip": Row(None, "IP address anonymised", CONSENT),
    "gap.plf": Row(None, "Platform", DEVICE),
}
_PREFIXES = (
    Prefix("ep.", label="{}", group=EVENT),
    Prefix("epn.", label="{}", group=EVENT, kind="number"),
    Prefix("up.", field=None, label="{}", group=USER),
    Prefix("upn.", field=None, label="{}", group=USER, kind="number"),
    Prefix("sst.", field=None, label="Server side: {}", group=TECHNICAL),
)
TABLE = QueryTable(_ROWS, _PREFIXES)

_ITEM_FIELDS = {
    "id": "item_id", "nm": "item_name", "br": "item_brand", "ca": "item_category", "c2": "item_category2", "c3": "item_category3",
    "c4": "item_category4", "c5": "item_category5", "va": "item_variant", "pr": "price", "qt": "quantity", "cp": "coupon",
    "ds": "discount", "ln": "item_list_name", "li": "item_list_id", "lp": "index", "lo": "location_id", "af": "affiliation",
    "pi": "promotion_id", "pn": "promotion_name", "cn": "creative_name", "cs": "creative_slot",
}  # fmt: skip
_ITEM_NUMBERS = frozenset(("pr", "qt", "ds", "lp"))
_CAMPAIGN_KEYS = {
    "cs": "utm_source", "cm": "utm_medium", "cn": "utm_campaign", "cc": "utm_content", "ck": "utm_term", "ci": "utm_id",
    "gclid": "gclid", "wbraid": "wbraid", "gbraid": "gbraid", "dclid": "dclid",
}  # fmt: skip
_IDENTIFIERS = {
    "cid": "client_id", "uid": "user_id", "sid": "session_id", "auid": "advertising_id", "_gid": "day_id",
    "ecid": "cookieless_id",
}  # fmt: skip
_KEYED = frozenset(("purchase", "refund"))


def _item(text: str) -> dict[str, Any]:
    """One item (``idSKU1~nmShirt~pr9.99~k0size~v0XL``): two letters of key, then the value; ``~`` in a value is doubled."""
    item: dict[str, Any] = {}
    names: dict[str, str] = {}
    pieces = text.split("~") if "~~" not in text else [piece.replace("\0", "~") for piece in text.replace("~~", "\0").split("~")]
    for piece in pieces:
        key, value = piece[:2], piece[2:]
        field = _ITEM_FIELDS.get(key)
        if field is not None:
            item.setdefault(field, number(value) if key in _ITEM_NUMBERS else value)
        elif key[:1] == "k" and key[1:].isalnum():
            names[key[1:]] = value
        elif key[:1] == "v" and key[1:] in names:
            item.setdefault(names[key[1:]], value)
        elif piece:
            item.setdefault(key, value)
    return item


def _decode(request: CapturedRequest) -> list[Hit]:
    shared = TABLE.read(split_url(request.url).query)
    if request.body.data:
        payload = read_body(request)
        if payload.shape == "binary" or payload.shape == "multipart":
            return [_hit([*shared, raw_body(request)], (), payload.problem or "the body is no text")]
        lines = [line for line in payload.text.replace("\r", "\n").split("\n") if line]
        if lines:
            return [_hit(shared, TABLE.read(line), "") for line in lines]
    return [_hit(shared, (), "")]


def _hit(shared: list[Parameter], own: list[Parameter] | tuple[()], undecoded: str) -> Hit:
    parameters = [*shared, *own]
    # A line's own parameters go before what its batch shares.
    numbered = [*enumerate(own, len(shared)), *enumerate(shared)] if own else enumerate(shared)
    wire: dict[str, Any] = {}
    values: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    items: list[dict[str, Any]] = []
    for place, (name, value, text, field, label, group) in numbered:
        if name in wire:
            continue
        wire[name] = value
        if field is not None:
            if field not in values:
                values[field] = value
        elif group is None:
            if name[:2] == "pr" and name[2:].isdecimal():
                item = _item(str(value))
                items.append(item)
                raw = value if text is None else text
                parameters[place] = Parameter(name, item, raw, field, label or f"Item {name[2:]}", COMMERCE)
        elif group == USER and name[:2] == "up":
            properties.setdefault(name.partition(".")[2], value)
    if items:
        values["items"] = items
    if properties:
        values["user_properties"] = properties
    event = wire.get("en")
    page = wire.get("dl")
    campaign = campaign_of(page)
    if not _CAMPAIGN_KEYS.keys().isdisjoint(wire):
        for key, name in _CAMPAIGN_KEYS.items():
            if wire.get(key):
                campaign[name] = wire[key]
    identifiers = {name: wire[key] for key, name in _IDENTIFIERS.items() if wire.get(key)}
    transaction = values.get("transaction_id")
    return Hit(
        kind="pageview" if event == "page_view" else "event" if event else "auxiliary",
        event=event or None,
        account=wire.get("tid") or None,
        parameters=parameters,
        values=values,
        consent=google_consent(wire),
        identifiers=identifiers,
        key=str(transaction) if transaction not in (None, "") and event in _KEYED else None,
        campaign=campaign,
        page_url=page,
        undecoded=undecoded,
    )


def _is_ga4(request: CapturedRequest) -> bool:
    """Told by ``v=2``, a measurement ID and one more of the protocol's own keys: that is a GA4 hit under whatever path."""
    query = f"&{split_url(request.url).query}&"
    tid = unescape(query.partition("&tid=")[2].partition("&")[0])
    if "&v=2&" not in query or not _is_measurement_id(tid):
        return False
    return any(f"&{key}=" in query for key in ("en", "cid", "_p", "gtm", "sid")) or b"en=" in request.body.data[:65_536]


def _is_measurement_id(tid: str) -> bool:
    kind, dash, rest = tid.partition("-")
    return kind in ("G", "GT", "MC") and bool(dash) and len(rest) >= 4 and rest.isascii() and rest.isalnum()


_HIT = "https://www.google-analytics.com/g/collect?v=2&tid=G-ABC1234567&cid=1.2&gcs=G101&gcd=13p3t3p3p5l1&dl=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dnews"

VENDOR = Vendor(
    id="ga4",
    name="Google Analytics 4",
    category="analytics",
    docs=(
        "https://developers.google.com/analytics/devguides/collection/ga4",
        "https://developers.google.com/analytics/devguides/collection/ga4/reference/events",
        "https://developers.google.com/tag-platform/security/guides/consent-debugging",
    ),
    endpoints=(
        Endpoint(host="www.google-analytics.com", path="/g/collect"),
        Endpoint(host="*.google-analytics.com", path="/g/collect"),
        Endpoint(host="google-analytics.com", path="/g/collect"),
        Endpoint(host="analytics.google.com", path="/g/collect"),
        Endpoint(host="*.analytics.google.com", path="/g/collect"),
        Endpoint(host="stats.g.doubleclick.net", path="/g/collect"),
        Endpoint(host="*.g.doubleclick.net", path="/g/collect"),
        Endpoint(host="*", keys=("tid", "v"), recognise=_is_ga4),
    ),
    decode=_decode,
    automatic_events=frozenset(
        {
            "user_engagement", "first_visit", "session_start", "scroll", "click", "file_download", "view_search_results",
            "form_start", "form_submit", "video_start", "video_progress", "video_complete",
        }
    ),
    automatic_parameters=frozenset(
        {
            "page_location", "page_referrer", "page_title", "page_hostname", "page_path", "page_encoding", "language",
            "screen_resolution", "engagement_time_msec", "session_engaged", "ga_session_id", "ga_session_number", "debug_mode",
            "ignore_referrer", "traffic_type", "campaign*", "percent_scrolled", "link_*", "outbound", "file_*", "search_term", "form_*",
            "video_*", "visible", "unique_search_term", "ga_temp_client_id", "ga_temp_ecid", "event_origin", "firebase_*",
        }
    ),
    purposes=("analytics_storage", "ad_storage", "ad_user_data", "ad_personalization"),
    cookieless=True,
    examples=(
        {
            "title": "a page view, analytics granted and ads denied by default",
            "request": {"url": f"{_HIT}&en=page_view", "method": "POST", "resource_type": "fetch"},
            "hits": [
                {
                    "kind": "pageview", "event": "page_view", "account": "G-ABC1234567", "campaign": {"utm_source": "news"},
                    "identifiers": {"client_id": "1.2"}, "consent": {"ad_storage": False, "analytics_storage": True, "gcs": "G101"},
                    "values": {"page_location": "https://shop.example/?utm_source=news"},
                }
            ],
        },
        {
            "title": "a batch of two lines, the purchase with an item that has a key of the site's own",
            "request": {
                "url": _HIT,
                "method": "POST",
                "body": "en=page_view&_ee=1\r\n_et=5&cu=EUR&pr1=idTEE-01~nmA~~B~pr9.50~qt2~k0size~v0XL"
                "&epn.value=19&ep.transaction_id=T-1&up.tier=gold&en=purchase",
            },
            "hits": [
                {"kind": "pageview", "event": "page_view", "account": "G-ABC1234567"},
                {
                    "kind": "event", "event": "purchase", "account": "G-ABC1234567", "key": "T-1",
                    "values": {
                        "currency": "EUR", "value": 19, "transaction_id": "T-1", "user_properties": {"tier": "gold"},
                        "items": [{"item_id": "TEE-01", "item_name": "A~B", "price": 9.5, "quantity": 2, "size": "XL"}],
                    },
                },
            ],
        },
        {
            "title": "server-side tagging under the site's own host and path",
            "request": {"url": "https://shop.example/data/x9?v=2&tid=G-ABC1234567&cid=1.2&en=view_item", "method": "POST"},
            "hits": [{"event": "view_item", "account": "G-ABC1234567"}],
        },
    ),
    lookalikes=(
        "https://example.com/g/collect?foo=1",
        "https://example.com/g/collect",
        "https://shop.example/page?next=https%3A%2F%2Fwww.google-analytics.com%2Fg%2Fcollect%3Fv%3D2%26tid%3DG-ABC1234567",
        "https://shop.example/search?v=2&tid=G-2",
        "https://notgoogle-analytics.com/g/collect?v=2",
        "https://www.google-analytics.com.evil.example/g/collect?en=page_view",
        "https://www.google-analytics.com/analytics.js",
    ),
)  # fmt: skip
