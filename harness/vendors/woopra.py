"""Woopra: events, identification and pings in a query.

Wire format: https://docs.woopra.com/reference/track-ce, https://docs.woopra.com/reference/track-identify, https://docs.woopra.com/docs/track-custom-events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = QueryTable(
    {
        "project": Row("project", "Project", "General"),
        "host": Row("host", "Project", "General"),
        "website": Row("website", "Project", "General"),
        "alias": Row("alias", "Project", "General"),
        "instance": Row(None, "Instance", "Technical"),
        "ra": Row(None, "Cache buster", "Technical"),
        "ka": Row(None, "Kept alive (ms)", "Technical"),
        "idle": Row(None, "Idle (s)", "Visit"),
        "vs": Row(None, "Visit state", "Visit"),
        "meta": Row(None, "Meta", "Technical"),
        "event": Row("event", "Event", "General"),
        "cookie": Row("cookie", "Visitor ID", "Visitor"),
        "timestamp": Row("timestamp", "Time", "Technical"),
        "timeout": Row(None, "Session timeout (ms)", "Technical"),
        "app": Row(None, "Library", "Technical"),
        "ce_url": Row("url", "Page address", "Page"),
        "ce_title": Row("title", "Page title", "Page"),
        "ce_uri": Row("uri", "Page address", "Page"),
        **{
            f"ce_{name}": Row(name, name.capitalize(), "Event", "number")
            for name in ("value", "amount", "revenue", "price", "quantity", "total", "discount")
        },
        "screen": Row(None, "Screen", "Device"),
        "language": Row(None, "Language", "Device"),
        "referer": Row("referer", "Referrer", "Page"),
        "ip": Row(None, "IP address", "Visitor"),
        "browser": Row(None, "Browser", "Device"),
    },
    (
        Prefix("ce_", label="{}", group="Event"),
        Prefix("cv_", field="visitor.{}", label="Visitor {}", group="Visitor"),
        Prefix("cs_", field="visit.{}", label="Visit {}", group="Visit"),
    ),
)
_READ = QueryReader(
    _TABLE,
    event="event",
    account=("project", "host", "website", "alias"),
    page=("uri", "url"),
    time="timestamp",
    identifiers=("cookie", "visitor.email", "visitor.id"),
)
_NAMES = {"pv": "pageview"}


def _decode(request: CapturedRequest) -> list[Hit]:
    [hit] = _READ(request)
    steps = [step for step in split_url(request.url).path.split("/") if step]
    step = steps[-1] if steps else ""
    if hit.account is None and len(steps) > 2:
        hit.account = steps[1]
    if step == "identify":
        hit.kind, hit.event = "identify", "identify"
    elif step in ("ping", "update", "push", "x"):
        hit.kind, hit.event = "auxiliary", step
    elif hit.event == "pv":
        hit.kind = "pageview"
    return [hit]


VENDOR = Vendor(
    id="woopra",
    name="Woopra",
    category="analytics",
    docs=("https://docs.woopra.com/reference/track-ce", "https://docs.woopra.com/reference/track-identify",),
    endpoints=(
        *(Endpoint(host="www.woopra.com", path=path) for path in ("/track/*",)),
        *(Endpoint(host=host, path="/*", role="library", decode=LibraryReader()) for host in ("static.woopra.com", "cdn.woopra.com")),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"url", "title", "uri", "referer"}),
    examples=(
        {
            "title": "an event",
            "request": {"url": "https://www.woopra.com/track/ce?project=shop.example&cookie=c1&event=purchase&ce_value=19.98&cv_email=a%40shop.example&ce_url=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dx"},
            "hits": [{"kind": "event", "event": "purchase", "account": "shop.example", "identifiers": {"cookie": "c1"}, "values": {"value": 19.98, "visitor.email": "a@shop.example"}, "campaign": {"utm_source": "x"}}],
        },
        {
            "title": "a page view",
            "request": {"url": "https://www.woopra.com/track/ce/?host=shop.example&cookie=c1&event=pv&ce_title=Shop"},
            "hits": [{"kind": "pageview", "event": "pv", "account": "shop.example", "values": {"title": "Shop"}}],
        },
        {
            "title": "an identification",
            "request": {"url": "https://www.woopra.com/track/identify?project=shop.example&cookie=c1&cv_plan=gold"},
            "hits": [{"kind": "identify", "event": "identify", "values": {"visitor.plan": "gold"}}],
        },
        {
            "title": "a page view of the older script",
            "request": "https://www.woopra.com/track/ce/?ra=Bdnd&alias=shop.example&instance=woopra&ka=24000&meta=&screen=1301x731&language=en-US&app=js-client&referer=&idle=0&vs=r&cookie=c1&event=pv"
            "&ce_url=%2Fcart&ce_title=Cart&ce_domain=shop.example&ce_uri=https%3A%2F%2Fshop.example%2Fcart%3Futm_source%3Dx",
            "hits": [{"kind": "pageview", "event": "pv", "account": "shop.example", "page_url": "https://shop.example/cart?utm_source=x", "campaign": {"utm_source": "x"}}],
        },
        {
            "title": "a ping",
            "request": "https://www.woopra.com/track/ping/?project=shop.example&cookie=c1&idle=12",
            "hits": [{"kind": "auxiliary", "event": "ping", "account": "shop.example"}],
        },
    ),
    lookalikes=("https://app.woopra.com/login", "https://shop.example/?u=https%3A%2F%2Fwww.woopra.com%2Ftrack%2Fce", "https://shop.example/track/ce?project=x", "https://www.woopra.com/docs/track", "https://www.woopra.com.evil.example/track/ce", "https://notwww.woopra.com.example/track/ce"),
)  # fmt: skip
