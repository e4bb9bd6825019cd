"""AdRoll Pixel.

Documentation: https://help.adroll.com/hc/en-us/articles/211846018-What-is-the-AdRoll-Pixel, https://apidocs.nextroll.com/guides/pixel-javascript-api.html
(events), https://docs.tealium.com/client-side-tags/adroll-pixel-tag/ (parameters), https://apidocs.nextroll.com/ (server-to-server events).
The advertisable and the pixel are in the path. One event is told to several addresses: ``/uev`` names it; ``/p`` (products) and ``/segment``
(audiences) are copies for other ends. A script before version 2.0 tells of ``/segment`` alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable
from harness.decode.query import PLAIN, Prefix, QueryTable, Row, unescape
from harness.decode.readers import JsonReader, LibraryReader, QueryReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, COMMERCE, USER, PAGE, CONSENT, TECHNICAL = "General", "E-commerce", "User", "Page", "Consent", "Technical"

_TABLE = QueryTable(
    {
        "event_name": Row("event_name", "Event", GENERAL),
        "name": Row("segment_name", "Segment", GENERAL),
        "segment_name": Row("segment_name", "Segment", GENERAL),
        "event_attributes": Row("event_attributes", "Event attributes", COMMERCE, "json"),
        "advertisable": Row("advertisable", "Advertisable ID", GENERAL),
        "conv_value": Row("conversion_value", "Conversion value", COMMERCE, "number"),
        "conversion_value": Row("conversion_value", "Conversion value", COMMERCE, "number"),
        "adroll_conversion_value": Row("conversion_value", "Conversion value", COMMERCE, "number"),
        "adroll_currency": Row("currency", "Currency", COMMERCE),
        "currency": Row("currency", "Currency", COMMERCE),
        "order_id": Row("order_id", "Order ID", COMMERCE),
        "adroll_products": Row("products", "Products", COMMERCE, "json"),
        "adroll_product_action": Row("product_action", "Product action", COMMERCE),
        "adroll_external_data": Row(None, "Site's own data", COMMERCE),
        "user_attributes": Row("user_attributes", "User attributes", USER, "json"),
        "hashed_email": Row("hashed_email", "Email (MD5)", USER),
        "sha256_email": Row("sha256_email", "Email (SHA-256)", USER),
        "email": Row("email", "Email", USER),
        "email_domain": Row(None, "Email's domain", USER),
        "user_identifier": Row("user_identifier", "User ID", USER),
        "idsource": Row(None, "Source of the ID", USER),
        "no-cookies": Row(None, "No cookies", TECHNICAL),
        "arrfrr": Row("arrfrr", "Page address", PAGE),
        "adroll_s_ref": Row("adroll_s_ref", "Referrer", PAGE),
        "keyw": Row(None, "Keywords", PAGE),
        "adroll_fpc": Row("adroll_fpc", "First-party ID", USER),
        "adroll_tpc": Row("adroll_tpc", "Third-party ID", USER),
        "adroll_email": Row("adroll_email", "Email", USER),
        "arconsent": Row(None, "Consent", CONSENT),
        "pv": Row(None, "Page view ID", TECHNICAL),
        "flg": Row(None, "Flag", TECHNICAL),
        "cookie": Row(None, "Cookie", TECHNICAL),
        "adroll_version": Row(None, "Script version", TECHNICAL),
        "pixel_type": Row(None, "Kind of pixel", TECHNICAL),
    }
)


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    return {"arconsent": wire["arconsent"]} if wire.get("arconsent") else None


_READ = QueryReader(
    _TABLE, account="advertisable", page="arrfrr", identifiers=("adroll_fpc", "adroll_tpc", "adroll_email", "hashed_email", "sha256_email", "email", "user_identifier"),
    lifted=("event_attributes", "user_attributes"), consent=_consent
)  # fmt: skip
_COPIES = frozenset(("p", "pex", "fb"))
_OF_USERS = frozenset(("id", "uat"))


def _own_data(hit: Hit) -> None:
    """What the site told the older script: a query within a value."""
    for each in hit.parameters:
        if each.name == "adroll_external_data":
            text = str(each.value)
            for inner in PLAIN.read(text if "=" in text else unescape(text)):
                hit.values.setdefault(inner.name, inner.value)


def _decode(request: CapturedRequest) -> list[Hit]:
    pieces = [piece for piece in split_url(request.url).path.split("/") if piece]
    use, ids = pieces[0], pieces[1:]
    if use == "fb":
        ids = ids[1:]
    hits = _READ(request)
    for hit in hits:
        hit.values.pop("event_attributes", None)
        hit.values.pop("user_attributes", None)
        _own_data(hit)
        hit.account = ids[0] if ids else hit.account
        event = hit.values.get("event_name") or hit.values.get("segment_name") or hit.values.get("product_action")
        hit.event = str(event) if event else "page_view"
        copied = use in _COPIES or (
            use == "segment" and any(each.name == "adroll_version" and each.value == "2.0" for each in hit.parameters)
        )
        hit.kind = "auxiliary" if copied else kind_of(hit.event)
        if use in _OF_USERS:
            hit.kind = hit.event = "identify"
        order = hit.values.get("order_id") or hit.values.get("ORDER_ID")
        hit.key = str(order) if order else None
    return hits


_SERVER = JsonReader(
    PathTable(
        {
            "event_name": Row("event_name", "Event", GENERAL),
            "advertisable_eid": Row("advertisable", "Advertisable ID", GENERAL),
            "pixel_eid": Row("pixel", "Pixel ID", GENERAL),
            "conversion_value": Row("conversion_value", "Conversion value", COMMERCE, "number"),
            "currency": Row("currency", "Currency", COMMERCE),
            "page_location": Row("page_location", "Page address", PAGE),
            "timestamp": Row(None, "Time", TECHNICAL),
        },
        (Prefix("event_attributes.", field=None, label="{}", group=COMMERCE), Prefix("identifiers.", field=None, label="{}", group=USER)),
    ),
    event="event_name",
    account=("advertisable_eid", "advertisable"),
    key="event_attributes.order_id",
    page="page_location",
    time="timestamp",
    identifiers={
        "first_party_cookie": "identifiers.first_party_cookie", "email": "identifiers.email", "user_id": "identifiers.user_id", "device_id": "identifiers.device_id",
    },
    values=("event_attributes", ""),
    kind=lambda name, event: kind_of("page_view" if name in ("pageView", "page_view") else name),
    query=_TABLE,
)  # fmt: skip


def _server(request: CapturedRequest) -> list[Hit]:
    hits = _SERVER(request)
    for hit in hits:
        found = hit.values.get("advertisable")
        hit.account = hit.account or (str(found) if found else None)
        hit.values.pop("event_attributes", None)
        hit.values.pop("identifiers", None)
    return hits


def _advertisable(path: str, wire: Mapping[str, Any]) -> str | None:
    pieces = path.split("/")
    return pieces[-2] if len(pieces) > 3 and len(pieces[-2]) > 8 else None


_PURCHASE = (
    "adroll_fpc=5bf8&flg=1&pv=39706399534.9&arrfrr=https%3A%2F%2Fshop.example%2Fthanks&event_name=purchase&adroll_version=2.0"
    "&event_attributes=%7B%22currency%22%3A%22USD%22%2C%22order_id%22%3A%22T-1%22%2C%22products%22%3A%5B%7B%22product_id%22%3A%22A%22%2C%22quantity%22%3A%221%22%7D%5D%7D"
    "&conv_value=19.98&adroll_currency=USD"
)

VENDOR = Vendor(
    id="adroll",
    name="AdRoll Pixel",
    category="advertising",
    docs=(
        "https://help.adroll.com/hc/en-us/articles/211846018-What-is-the-AdRoll-Pixel",
        "https://apidocs.nextroll.com/guides/pixel-javascript-api.html",
    ),
    endpoints=(
        *(
            Endpoint(host="d.adroll.com", path=path)
            for path in ("/pixel/*", "/ipixel/*", "/uev/*", "/segment/*", "/p/*", "/pex/*", "/fb/ipixel/*", "/fb/pixel/*", "/id/*", "/uat/*", "/r/*")
        ),
        Endpoint(host="d.adroll.com", path="/cm/*", decode=LibraryReader("auxiliary", account="advertisable")),
        Endpoint(host="d.adroll.com", path="/consent/*", role="config"),
        *(Endpoint(host="srv.adroll.com", path=path, decode=_server) for path in ("/api", "/api/")),
        Endpoint(host="a.adroll.com", path="/pixel/*"),
        *(Endpoint(host="a.adroll.com", path=path, role="library", decode=LibraryReader(account=_advertisable)) for path in ("/j/*",)),
        Endpoint(host="s.adroll.com", path="/pixel/*", role="library", decode=LibraryReader(account=lambda path, wire: path.split("/")[2] or None)),
        Endpoint(host="ipv4.d.adroll.com", path="/*", decode=LibraryReader("auxiliary")),
        Endpoint(host="d.adroll.com", path="/onp/*", decode=LibraryReader("auxiliary", account=lambda path, wire: path.split("/")[2] or None)),
        Endpoint(host="s.adroll.com", path="/j/*", role="library", decode=LibraryReader(account=_advertisable)),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"arrfrr", "adroll_*", "advertisable"}),
    examples=(
        {
            "title": "a page",
            "request": {"url": "https://d.adroll.com/pixel/RUQAFPWNWZHLFCRPB4GQJ6/FMKQFSM6T5FS7PYP72Y7BW?adroll_fpc=5bf8&pv=1&arrfrr=https%3A%2F%2Fshop.example%2F&keyw="},
            "hits": [
                {
                    "kind": "pageview", "event": "page_view", "account": "RUQAFPWNWZHLFCRPB4GQJ6", "page_url": "https://shop.example/",
                    "identifiers": {"adroll_fpc": "5bf8"},
                }
            ],
        },
        {
            "title": "a purchase",
            "request": {"url": f"https://d.adroll.com/uev/RUQAFPWNWZHLFCRPB4GQJ6/FMKQFSM6T5FS7PYP72Y7BW?{_PURCHASE}"},
            "hits": [
                {
                    "kind": "event", "event": "purchase", "account": "RUQAFPWNWZHLFCRPB4GQJ6", "key": "T-1",
                    "values": {"conversion_value": 19.98, "currency": "USD", "products": [{"product_id": "A", "quantity": "1"}]},
                }
            ],
        },
        {
            "title": "its copy for an audience",
            "request": {"url": "https://d.adroll.com/segment/RUQAFPWNWZHLFCRPB4GQJ6/FMKQFSM6T5FS7PYP72Y7BW?name=checkout&conv_value=19.98&adroll_version=2.0"},
            "hits": [{"kind": "auxiliary", "event": "checkout", "account": "RUQAFPWNWZHLFCRPB4GQJ6"}],
        },
        {
            "title": "an image that names its segment",
            "request": {"url": "https://d.adroll.com/ipixel/LEJIIZ33LNBX3KFS52AJIA/RFC36FDTHBHCXDG4VVPPDW?name=c2dcd5a0"},
            "hits": [{"kind": "event", "event": "c2dcd5a0", "account": "LEJIIZ33LNBX3KFS52AJIA"}],
        },
        {
            "title": "the script",
            "request": {"url": "https://s.adroll.com/j/RUQAFPWNWZHLFCRPB4GQJ6/roundtrip.js"},
            "hits": [{"kind": "library", "account": "RUQAFPWNWZHLFCRPB4GQJ6"}],
        },
        {
            "title": "a page of the newest script, and of one from long ago",
            "request": "https://d.adroll.com/pixel/JYFO3MUOR5HGBMZI4QOERT/SQKFEUOJI5GQZJU4WZ6O7L?adroll_fpc=6197-1732&pv=97832105163.6&arrfrr=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dx&cookie=&adroll_s_ref=https%3A//www.google.com/&keyw=&p0=1857",
            "hits": [{"kind": "pageview", "event": "page_view", "account": "JYFO3MUOR5HGBMZI4QOERT", "campaign": {"utm_source": "x"}, "values": {"adroll_s_ref": "https://www.google.com/"}}],
        },
        {
            "title": "the script of long ago",
            "request": {"url": "https://a.adroll.com/j/roundtrip.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
        {
            "title": "a conversion of a script before 2.0, with the site's own data",
            "request": "https://d.adroll.com/segment/RUQAFPWNWZHLFCRPB4GQJ6/FMKQFSM6T5FS7PYP72Y7BW?pv=1&cookie=&adroll_s_ref=&keyw=&name=orderconfirm&conv_value=1998&adroll_currency=USC&adroll_external_data=ORDER_ID%253DT-1%2526USER_ID%253Du1&adroll_version=1.0",
            "hits": [{"kind": "event", "event": "orderconfirm", "key": "T-1", "values": {"conversion_value": 1998, "currency": "USC", "USER_ID": "u1"}}],
        },
        {
            "title": "who the visitor is",
            "request": "https://d.adroll.com/uat/RUQAFPWNWZHLFCRPB4GQJ6/FMKQFSM6T5FS7PYP72Y7BW/?user_attributes=%7B%22plan%22%3A%22gold%22%7D&idsource=crm",
            "hits": [{"kind": "identify", "event": "identify", "account": "RUQAFPWNWZHLFCRPB4GQJ6", "values": {"plan": "gold"}}],
        },
        {
            "title": "an event of a server",
            "request": {
                "url": "https://srv.adroll.com/api?advertisable=RUQAFPWNWZHLFCRPB4GQJ6&dry_run=0", "method": "POST",
                "body": {
                    "event_name": "purchase", "conversion_value": "19.98", "currency": "USD", "event_attributes": {"order_id": "T-1"}, "page_location": "https://shop.example/thanks",
                    "identifiers": {"first_party_cookie": "5bf8", "email": "a@b.co"}, "timestamp": 1795318940.5, "advertisable_eid": "RUQAFPWNWZHLFCRPB4GQJ6", "pixel_eid": "FMKQ",
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "purchase", "account": "RUQAFPWNWZHLFCRPB4GQJ6", "key": "T-1", "event_time": 1795318940.5, "page_url": "https://shop.example/thanks",
                    "values": {"conversion_value": 19.98, "currency": "USD", "order_id": "T-1"}, "identifiers": {"email": "a@b.co", "first_party_cookie": "5bf8"},
                }
            ],
        },
    ),
    lookalikes=(
        "https://services.adroll.com/api/v1/organization/get_advertisables",
        "https://srv.adroll.com.evil.example/api?advertisable=A",
        "https://shop.example/pixel/RUQAFPWNWZHLFCRPB4GQJ6/FMKQFSM6T5FS7PYP72Y7BW?adroll_fpc=1",
        "https://d.adroll.com.evil.example/pixel/A/B",
        "https://notd.adroll.com/pixel/A/B",
        "https://shop.example/?u=https%3A%2F%2Fd.adroll.com%2Fpixel%2FA%2FB",
        "https://www.adroll.com/pixel/A/B",
    ),
)  # fmt: skip
