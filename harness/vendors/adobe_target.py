"""Adobe Target: delivery calls (at.js 2, server SDKs) and mbox calls (at.js 1, mbox.js).

Wire format: https://developer.adobe.com/target/implement/delivery-api/ (delivery),
https://experienceleague.adobe.com/en/docs/target-dev/developer/client-side/at-js-implementation/overview (at.js).
A delivery call is one hit a mbox, page load or notification; prefetched content is auxiliary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.capture.captured import Answer
from harness.decode.address import split_url
from harness.decode.campaign import campaign_of
from harness.decode.document import PathTable, at, text_at
from harness.decode.hit import Hit
from harness.decode.payload import raw_body, read_body
from harness.decode.query import Prefix, QueryTable, Row, fields
from harness.decode.readers import LibraryReader, QueryReader, epoch_seconds
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest

GENERAL, PAGE, USER, PROFILE, ENTITY, TECHNICAL = "General", "Page", "Visitor", "Profile", "Recommendations", "Technical"
_QUERY = QueryTable(
    {
        "client": Row(None, "Client", GENERAL),
        "sessionId": Row(None, "Session ID", USER),
        "version": Row(None, "Script version", TECHNICAL),
        "mbox": Row("mbox", "Mbox", GENERAL),
        "mboxSession": Row("session_id", "Session ID", USER),
        "mboxPC": Row("tnt_id", "Target ID", USER),
        "mboxMCSDID": Row(None, "Supplemental data ID", USER),
        "mboxMCGVID": Row("marketing_cloud_visitor_id", "Experience Cloud ID", USER),
        "mboxMCGLH": Row(None, "Audience Manager region", USER),
        "mboxAAMB": Row(None, "Audience Manager blob", USER),
        "mbox3rdPartyId": Row("third_party_id", "Third-party ID", USER),
        "mboxHost": Row(None, "Host", PAGE),
        "mboxURL": Row("url", "Page address", PAGE),
        "mboxReferrer": Row("referrer", "Referrer", PAGE),
        "mboxPage": Row(None, "Page ID", PAGE),
        "mboxCount": Row(None, "Mbox number", TECHNICAL),
        "mboxRid": Row(None, "Request ID", TECHNICAL),
        "mboxVersion": Row(None, "Script version", TECHNICAL),
        "mboxTime": Row(None, "Local time", TECHNICAL),
        "mboxXDomain": Row(None, "Cross-domain", TECHNICAL),
        "mboxId": Row(None, "Mbox ID", TECHNICAL),
        "mboxType": Row(None, "Mbox type", TECHNICAL),
        "clientCode": Row(None, "Client", GENERAL),
        "colorDepth": Row(None, "Colour depth", TECHNICAL),
        "devicePixelRatio": Row(None, "Pixel ratio", TECHNICAL),
        "mboxTrace.authorization": Row(None, "Trace", TECHNICAL),
        "orderId": Row("orderId", "Order ID", "E-commerce"),
        "orderTotal": Row("orderTotal", "Order total", "E-commerce", "number"),
        "productPurchasedId": Row("productPurchasedId", "Products", "E-commerce"),
        "at_property": Row("at_property", "Property", GENERAL),
        "vst.trk": Row(None, "Analytics server", TECHNICAL),
        "vst.trks": Row(None, "Analytics server (secure)", TECHNICAL),
    },
    (
        Prefix("profile.", field="profile.{}", label="{}", group=PROFILE),
        Prefix("entity.", field="entity.{}", label="{}", group=ENTITY),
        Prefix("user.", field="user.{}", label="{}", group=PROFILE),
        Prefix("browser", field=None, label="Browser {}", group=TECHNICAL),
        Prefix("screen", field=None, label="Screen {}", group=TECHNICAL),
    ),
)
_PATHS = PathTable(
    {
        "name": Row(None, "Mbox", GENERAL),
        "type": Row(None, "Notification", GENERAL),
        "order.id": Row("orderId", "Order ID", "E-commerce"),
        "order.total": Row("orderTotal", "Order total", "E-commerce"),
        "product.id": Row("productId", "Product", "E-commerce"),
        "id.tntId": Row(None, "Target ID", USER),
        "id.thirdPartyId": Row(None, "Third-party ID", USER),
        "id.marketingCloudVisitorId": Row(None, "Experience Cloud ID", USER),
        "context.address.url": Row(None, "Page address", PAGE),
        "context.address.referringUrl": Row(None, "Referrer", PAGE),
        "property.token": Row(None, "Property", GENERAL),
    },
    (
        Prefix("parameters.", field="{}", label="{}", group=GENERAL),
        Prefix("profileParameters.", field="profile.{}", label="{}", group=PROFILE),
        Prefix("context.", field=None, label="{}", group=TECHNICAL),
    ),
)
# What at.js 1 and servers post to /rest/v1/mbox.
_MBOX = PathTable(
    {
        **{name: row for name, row in _QUERY.rows.items() if name in ("mbox", "orderId", "orderTotal", "productPurchasedId")},
        "tntId": Row("tnt_id", "Target ID", USER),
        "thirdPartyId": Row("third_party_id", "Third-party ID", USER),
        "marketingCloudVisitorId": Row("marketing_cloud_visitor_id", "Experience Cloud ID", USER),
        "requestLocation.pageURL": Row("url", "Page address", PAGE),
        "requestLocation.referrerURL": Row("referrer", "Referrer", PAGE),
        "mboxParameters.orderId": Row("orderId", "Order ID", "E-commerce"),
        "mboxParameters.orderTotal": Row("orderTotal", "Order total", "E-commerce", "number"),
    },
    (Prefix("mboxParameters.", label="{}", group=GENERAL), Prefix("profileParameters.", field="profile.{}", label="{}", group=PROFILE)),
)
_READ = QueryReader(
    _QUERY, event="mbox", page="url", key="orderId", identifiers=("session_id", "tnt_id", "marketing_cloud_visitor_id", "third_party_id"),
    kind=lambda event: "event" if event else "auxiliary", paths=_MBOX,
)  # fmt: skip
_PARTS = frozenset(("execute", "notifications"))


def _mbox(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    steps = split_url(request.url).path.split("/")
    for hit in hits:
        if steps[-2:] == ["profile", "update"]:
            hit.kind, hit.event = "identify", "profile update"
        hit.account = (
            steps[2]
            if len(steps) > 2 and steps[1] == "m2" and steps[2]
            else next((str(p.value) for p in hit.parameters if p.name == "client"), None)
        )
    return hits


def _delivery(request: CapturedRequest) -> list[Hit]:
    shared = _QUERY.read(split_url(request.url).query)
    payload = read_body(request)
    if not payload.documents:
        if not request.body.data:
            return [Hit(kind="auxiliary", account=_client(shared), parameters=shared)]
        return [
            Hit(
                kind="undecoded",
                account=_client(shared),
                parameters=[*shared, raw_body(request)],
                undecoded=payload.problem or f"JSON expected, found {payload.shape}",
            )
        ]
    document, notes = payload.documents[0]
    around = (
        [*shared, *_PATHS.read(document, notes, without=_PARTS)] if isinstance(document, dict) else [*shared, *_PATHS.read(document, notes)]
    )
    hits: list[Hit] = []
    execute, notifications = (document.get("execute"), document.get("notifications")) if isinstance(document, dict) else (None, None)
    if isinstance(execute, dict):
        for name, each in execute.items():
            if name == "mboxes" and isinstance(each, list) and each:
                hits += [_hit(document, around, "execute.mboxes[]", mbox, notes, text_at(mbox, "name") or "mbox", "event") for mbox in each]
            else:
                hits.append(
                    _hit(document, around, f"execute.{name}", each, notes, "target-global-mbox" if name == "pageLoad" else name, "event")
                )
    elif execute is not None:
        around += _PATHS.read(execute, notes, at="execute")
    if isinstance(notifications, list):
        for each in notifications:
            kind = text_at(each, "type") or "notification"
            hits.append(_hit(document, around, "notifications[]", each, notes, kind, "event" if kind == "click" else "auxiliary"))
    elif notifications is not None:
        around += _PATHS.read(notifications, notes, at="notifications")
    return hits or [_hit(document, around, "", None, notes, None, "auxiliary")]


def _client(shared: list[Any]) -> str | None:
    return next((str(each.value) for each in shared if each.name == "client" and each.value), None)


def _hit(document: Any, around: list[Any], place: str, part: Any, notes: Any, event: str | None, kind: str) -> Hit:
    own = []
    if place:
        own = [each._replace(name=f"{place}.{each.name}" if each.name else place) for each in _PATHS.read(part, notes)]
    page = text_at(document, "context.address.url")
    values = fields(own)
    identifiers = {
        name: found
        for name, path in (
            ("tnt_id", "id.tntId"),
            ("third_party_id", "id.thirdPartyId"),
            ("marketing_cloud_visitor_id", "id.marketingCloudVisitorId"),
        )
        if (found := text_at(document, path)) is not None
    }
    order = at(part, "order.id")
    return Hit(
        kind=kind, event=event, account=_client(around), parameters=[*around, *own], values=values, identifiers=identifiers,
        key=str(order) if isinstance(order, str | int) and order != "" else None, campaign=campaign_of(page), page_url=page,
        event_time=epoch_seconds(at(part, "timestamp")),
    )  # fmt: skip


def _is_delivery(request: CapturedRequest) -> bool:
    """Told under a CNAME by client and session in the query, and what is asked for in the body."""
    query = f"&{split_url(request.url).query}"
    document = read_body(request).value
    return (
        "&client=" in query and "&sessionId=" in query and isinstance(document, dict)
        and any(isinstance(document.get(key), dict | list) for key in ("execute", "prefetch", "notifications"))
    )  # fmt: skip


def _is_mbox(request: CapturedRequest) -> bool:
    query = f"&{split_url(request.url).query}"
    return "&mbox=" in query and "&mboxSession=" in query


def _answer(request: CapturedRequest) -> Answer | None:
    """No offers: the page shows what it has."""
    if "/delivery" in split_url(request.url).path:
        return Answer(
            200,
            (("Content-Type", "application/json"),),
            b'{"status":200,"id":{},"execute":{"mboxes":[],"pageLoad":{}},"prefetch":{"views":[]}}',
        )
    return None


_URL = "https://shop.tt.omtrdc.net/rest/v1/delivery?client=shop&sessionId=s1&version=2.11.0"

VENDOR = Vendor(
    id="adobe-target",
    name="Adobe Target",
    category="experiment",
    docs=("https://developer.adobe.com/target/implement/delivery-api/", "https://experienceleague.adobe.com/en/docs/target-dev/developer/client-side/at-js-implementation/overview"),
    endpoints=(
        *(Endpoint(host="*.tt.omtrdc.net", path=path) for path in ("/rest/v1/delivery", "/rest/v1/delivery/")),
        *(Endpoint(host="*.tt.omtrdc.net", path=path, decode=_mbox) for path in ("/m2/*", "/rest/v1/mbox/*", "/rest/v2/*")),
        Endpoint(host="*.tt.omtrdc.net", path="/cdn/*", role="library", decode=LibraryReader()),
        Endpoint(host="assets.adobetarget.com", path="/*", role="config", decode=LibraryReader("config", account=lambda path, wire: path.split("/")[1] or None)),
        Endpoint(host="*", path="*/rest/v1/delivery", recognise=_is_delivery),
        *(Endpoint(host="*", path=f"*/mbox/{name}", recognise=_is_mbox, decode=_mbox) for name in ("json", "standard", "ajax", "image")),
    ),
    decode=_delivery,
    answer=_answer,
    automatic_events=frozenset({"target-global-mbox", "display"}),
    automatic_parameters=frozenset({"url", "referrer"}),
    examples=(
        {
            "title": "the rules of decisions on the device",
            "request": {"url": "https://assets.adobetarget.com/shop/production/v1/rules.json"},
            "hits": [{"kind": "config", "account": "shop"}],
        },
        {
            "title": "a page load and an order's mbox",
            "request": {
                "url": _URL, "method": "POST",
                "body": {
                    "requestId": "r1", "context": {"channel": "web", "address": {"url": "https://shop.example/?utm_source=x"}}, "id": {"tntId": "t1"},
                    "execute": {"pageLoad": {"parameters": {"pageType": "home"}}, "mboxes": [{"index": 0, "name": "orderConfirmPage", "order": {"id": "T-1", "total": 19.98}}]},
                },
            },
            "hits": [
                {"kind": "event", "event": "target-global-mbox", "account": "shop", "identifiers": {"tnt_id": "t1"}, "values": {"pageType": "home"}, "campaign": {"utm_source": "x"}},
                {"kind": "event", "event": "orderConfirmPage", "account": "shop", "key": "T-1", "values": {"orderId": "T-1", "orderTotal": 19.98}},
            ],
        },
        {
            "title": "a mbox of at.js 1",
            "request": {"url": "https://shop.tt.omtrdc.net/m2/shop/mbox/json?mbox=target-global-mbox&mboxSession=s1&mboxPC=p1&mboxURL=https%3A%2F%2Fshop.example%2F&profile.plan=gold"},
            "hits": [
                {
                    "kind": "event", "event": "target-global-mbox", "account": "shop", "identifiers": {"session_id": "s1", "tnt_id": "p1"},
                    "values": {"profile.plan": "gold"}, "page_url": "https://shop.example/",
                }
            ],
        },
        {
            "title": "a mbox as JSON, in Adobe's edge",
            "request": {
                "url": "https://mboxedge35.tt.omtrdc.net/rest/v1/mbox/s1?client=shop&mboxPC=t1.35_0", "method": "POST",
                "body": {"mbox": "orderConfirmPage", "thirdPartyId": "u1", "mboxParameters": {"orderId": "T-1", "orderTotal": "19.98", "pageType": "thanks"}, "profileParameters": {"plan": "gold"}},
            },
            "hits": [
                {
                    "kind": "event", "event": "orderConfirmPage", "account": "shop", "key": "T-1", "identifiers": {"third_party_id": "u1", "tnt_id": "t1.35_0"},
                    "values": {"orderTotal": 19.98, "pageType": "thanks", "profile.plan": "gold"},
                }
            ],
        },
        {
            "title": "a visitor's attributes, from a server",
            "request": {"url": "https://shop.tt.omtrdc.net/m2/shop/profile/update?mbox3rdPartyId=u1&profile.plan=gold"},
            "hits": [{"kind": "identify", "event": "profile update", "account": "shop", "values": {"profile.plan": "gold"}, "identifiers": {"third_party_id": "u1"}}],
        },
        {
            "title": "content fetched ahead of its use",
            "request": {"url": "https://data.shop.example/rest/v1/delivery?client=shop&sessionId=s1", "method": "POST", "body": {"context": {"channel": "web"}, "prefetch": {"views": [{}]}}},
            "hits": [{"kind": "auxiliary", "event": None, "account": "shop"}],
        },
        {
            "title": "a click's notification",
            "request": {"url": _URL, "method": "POST", "body": {"notifications": [{"id": "n", "type": "click", "timestamp": 1795318940000, "mbox": {"name": "hero"}}]}},
            "hits": [{"kind": "event", "event": "click", "account": "shop", "event_time": 1795318940.0}],
        },
    ),
    lookalikes=(
        "https://shop.example/rest/v1/delivery?client=shop&sessionId=s1",
        "https://nottt.omtrdc.net/m2/shop/mbox/json?mbox=x",
        "https://shop.example/m2/shop/mbox/json?mbox=x",
        "https://shop.tt.omtrdc.net.evil.example/rest/v1/delivery",
        {"url": "https://shop.example/rest/v1/delivery?client=shop&sessionId=s1", "method": "POST", "body": {"order": {"id": "T-1"}}},
        "https://experience.adobe.com/target",
    ),
)  # fmt: skip
