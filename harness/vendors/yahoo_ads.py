"""Yahoo DSP's Dot pixel (formerly Yahoo Gemini, Verizon Media).

Documentation: https://help.yahooinc.com/dsp-api/docs/pixels, https://help.yahooinc.com/identity/docs/enhanced-matching,
https://developer.yahooinc.com/native/guide/audience-management/dottags/.
The wire's ``ea`` (event action) names the event; a request without is a page view.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.query import QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

GENERAL, COMMERCE, USER, PAGE, CONSENT, TECHNICAL = "General", "E-commerce", "User", "Page", "Consent", "Technical"


def _event(values: Mapping[str, Any]) -> str | None:
    action = values.get("event_action") or values.get("event_category")
    return str(action) if action else "page_view" if values.get("pixel_id") else None


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    return {key: wire[key] for key in ("gdpr", "gdpr_consent", "euconsent", "us_privacy", "gpp") if wire.get(key)} or None


_READ = QueryReader(
    QueryTable(
        {
            "a": Row("project_id", "Project ID", GENERAL),
            ".yp": Row("pixel_id", "Pixel ID", GENERAL),
            "et": Row("event_type", "Event type", GENERAL),
            "ea": Row("event_action", "Event action", GENERAL),
            "ec": Row("event_category", "Event category", GENERAL),
            "el": Row("event_label", "Event label", GENERAL),
            "ev": Row("event_value", "Event value", GENERAL, "number"),
            "gv": Row("goal_value", "Goal value", COMMERCE, "number"),
            "product_id": Row("product_id", "Product ID", COMMERCE),
            "f": Row("page_url", "Page address", PAGE),
            "e": Row("referrer", "Referrer", PAGE),
            "b": Row("page_title", "Page title", PAGE),
            "he": Row("hashed_email", "Email (hashed)", USER),
            "d": Row(None, "Visitor's time", TECHNICAL),
            "n": Row(None, "Time zone", TECHNICAL),
            "enc": Row(None, "Encoding", TECHNICAL),
            "yv": Row(None, "Script version", TECHNICAL),
            "tagmgr": Row(None, "Tag manager", TECHNICAL),
            "jsonp": Row(None, "Callback", TECHNICAL),
            "js": Row(None, "Without a script", TECHNICAL),
            "isIframe": Row(None, "In a frame", TECHNICAL),
            "gdpr": Row(None, "GDPR applies", CONSENT),
            "gdpr_consent": Row(None, "TCF string", CONSENT),
            "euconsent": Row(None, "TCF string", CONSENT),
            "us_privacy": Row(None, "US privacy string", CONSENT),
            "gpp": Row(None, "GPP string", CONSENT),
        }
    ),
    event=_event,
    account="pixel_id",
    page="page_url",
    identifiers=("hashed_email",),
    consent=_consent,
)

VENDOR = Vendor(
    id="yahoo-ads",
    name="Yahoo DSP Dot",
    category="advertising",
    docs=("https://help.yahooinc.com/dsp-api/docs/pixels", "https://developer.yahooinc.com/native/guide/audience-management/dottags/"),
    endpoints=(
        *(Endpoint(host="sp.analytics.yahoo.com", path=path) for path in ("/sp.pl", "/spp.pl")),
        Endpoint(host="ups.analytics.yahoo.com", path="/ups/*", decode=LibraryReader("auxiliary")),
        Endpoint(host="s.yimg.com", path="/wi/config/*", role="config", decode=LibraryReader("config", account=lambda path, wire: path.rpartition("/")[2].removesuffix(".json"))),
        Endpoint(host="s.yimg.com", path="/wi/*", role="library"),
    ),
    decode=_READ,
    automatic_parameters=frozenset({"project_id", "pixel_id", "page_*", "referrer", "event_type"}),
    examples=(
        {
            "title": "a page",
            "request": {
                "url": "https://sp.analytics.yahoo.com/sp.pl?a=10000&d=Sun%2C%2022%20Nov%202026&b=Shop&.yp=10039241&f=https%3A%2F%2Fshop.example%2F&e=&enc=UTF-8&yv=1.16.5&tagmgr=gtm"
            },
            "hits": [{"kind": "pageview", "event": "page_view", "account": "10039241", "page_url": "https://shop.example/", "values": {"project_id": "10000"}}],
        },
        {
            "title": "a purchase with the hashed email",
            "request": {"url": "https://sp.analytics.yahoo.com/spp.pl?a=10000&.yp=10014088&et=custom&ea=purchase&ec=shop&gv=19.98&he=abc&gdpr=1&gdpr_consent=CP"},
            "hits": [
                {
                    "kind": "event", "event": "purchase", "account": "10014088", "identifiers": {"hashed_email": "abc"}, "consent": {"gdpr": "1"},
                    "values": {"event_category": "shop", "goal_value": 19.98},
                }
            ],
        },
        {
            "title": "the pixel's configuration",
            "request": {"url": "https://s.yimg.com/wi/config/10039241.json"},
            "hits": [{"kind": "config", "account": "10039241"}],
        },
        {
            "title": "an event of the newest script, and a page of one that answers with a script",
            "request": {"url": "https://sp.analytics.yahoo.com/sp.pl?a=10000&jsonp=YAHOO.ywa.I13N.handleJSONResponse&.yp=25984&f=https%3A%2F%2Fshop.example%2Fcart&e=https%3A%2F%2Fshop.example%2F&enc=UTF-8", "resource_type": "script"},
            "hits": [{"kind": "pageview", "event": "page_view", "account": "25984", "page_url": "https://shop.example/cart", "values": {"referrer": "https://shop.example/"}}],
        },
        {
            "title": "the script",
            "request": {"url": "https://s.yimg.com/wi/ytc.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
    ),
    lookalikes=(
        "https://shop.example/sp.pl?a=10000&.yp=10039241",
        "https://sp.analytics.yahoo.com.evil.example/sp.pl?a=10000&.yp=1",
        "https://notsp.analytics.yahoo.com/sp.pl?a=10000&.yp=1",
        "https://search.yahoo.com/search?p=https%3A%2F%2Fsp.analytics.yahoo.com%2Fsp.pl",
        "https://s.yimg.com/images/logo.png",
    ),
)  # fmt: skip
