"""Outbrain Pixel.

Documentation: https://www.outbrain.com/help/advertisers/outbrain-pixel/, https://www.outbrain.com/help/advertisers/dynamic-values/,
https://www.outbrain.com/help/advertisers/server-to-server-integration/. ``marketerId`` may name several marketers, comma separated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.query import Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

GENERAL, COMMERCE, USER, PAGE, CONSENT, TECHNICAL = "General", "E-commerce", "User", "Page", "Consent", "Technical"


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    found = {key: wire[key] for key in ("optOut", "gdpr", "gdpr_consent", "cnsnt", "ccpa", "gpp") if wire.get(key)}
    return found or None


_READ = QueryReader(
    {
        "marketerId": Row("marketerId", "Marketer ID", GENERAL),
        "ob_adv_id": Row("ob_adv_id", "Advertiser ID", GENERAL),
        "name": Row("name", "Event", GENERAL),
        "advid": Row("advid", "Advertiser ID", GENERAL),
        "action": Row("action", "Event", GENERAL),
        "orderId": Row("orderId", "Order ID", COMMERCE),
        "orderValue": Row("orderValue", "Order value", COMMERCE, "number"),
        "currency": Row("currency", "Currency", COMMERCE),
        "dl": Row("dl", "Page address", PAGE),
        "ref": Row("ref", "Referrer", PAGE),
        "referrer": Row("referrer", "Referrer", PAGE),
        "au": Row(None, "Audience", TECHNICAL),
        "g": Row(None, "Consent state", TECHNICAL),
        "pRef": Row("pRef", "Previous page", PAGE),
        "ob_click_id": Row("ob_click_id", "Click ID", USER),
        "clickId": Row("ob_click_id", "Click ID", USER),
        "obuid": Row("obuid", "User ID", USER),
        "cht": Row(None, "Set up through", TECHNICAL),
        "zone": Row(None, "Region", TECHNICAL),
        "obApiVersion": Row(None, "API version", TECHNICAL),
        "obtpVersion": Row(None, "Script version", TECHNICAL),
        "bust": Row(None, "Cache buster", TECHNICAL),
        "optOut": Row(None, "Opted out", CONSENT),
        "gdpr": Row(None, "GDPR applies", CONSENT),
        "gdpr_consent": Row(None, "TCF string", CONSENT),
        "cnsnt": Row(None, "TCF string", CONSENT),
        "ccpa": Row(None, "US privacy string", CONSENT),
        "gpp": Row(None, "GPP string", CONSENT),
    },
    event=("name", "action"),
    account=("marketerId", "ob_adv_id", "advid"),
    key="orderId",
    page="dl",
    identifiers=("ob_click_id", "obuid"),
    consent=_consent,
)

VENDOR = Vendor(
    id="outbrain",
    name="Outbrain Pixel",
    category="advertising",
    docs=("https://www.outbrain.com/help/advertisers/outbrain-pixel/", "https://www.outbrain.com/help/advertisers/dynamic-values/"),
    endpoints=(
        *(Endpoint(host="tr.outbrain.com", path=path) for path in ("/unifiedPixel", "/pixel", "/UnifiedPixel")),
        Endpoint(host="amplifypixel.outbrain.com", path="/pixel"),
        Endpoint(host="traffic.outbrain.com", path="/network/trackpxl"),
        *(Endpoint(host="tr.outbrain.com", path=path, decode=LibraryReader("auxiliary")) for path in ("/cachedClickId", "/clickId")),
        Endpoint(host="amplify.outbrain.com", path="/cp/*", role="library"),
        Endpoint(host="wave.outbrain.com", path="/mtWavesBundler/handler/*", role="config", decode=LibraryReader("config", account=lambda path, wire: path.rpartition("/")[2])),
    ),
    decode=_READ,
    automatic_events=frozenset({"PAGE_VIEW"}),
    automatic_parameters=frozenset({"marketerId", "name", "dl", "ref", "pRef"}),
    examples=(
        {
            "title": "a page view for two marketers",
            "request": {
                "url": "https://tr.outbrain.com/unifiedPixel?marketerId=004e6e2a8dddb,00c8f9e47f327&obApiVersion=1.0-gtm&obtpVersion=1.5.2&name=PAGE_VIEW&dl=https%3A%2F%2Fshop.example%2F%3Fdicbo%3Dv1&optOut=false&bust=012238395391955281"
            },
            "hits": [
                {
                    "kind": "pageview", "event": "PAGE_VIEW", "account": "004e6e2a8dddb,00c8f9e47f327", "campaign": {"dicbo": "v1"}, "consent": {"optOut": "false"},
                }
            ],
        },
        {
            "title": "a purchase with a key of the site's own",
            "request": {"url": "https://tr.outbrain.com/unifiedPixel?orderValue=12.25&currency=USD&orderId=abc123&foo=bar&marketerId=004e&name=purchase"},
            "hits": [
                {
                    "kind": "event", "event": "purchase", "account": "004e", "key": "abc123", "parameters": {"foo": "bar"},
                    "values": {"orderValue": 12.25, "currency": "USD", "orderId": "abc123"},
                }
            ],
        },
        {
            "title": "a conversion from a server",
            "request": {"url": "https://tr.outbrain.com/pixel?ob_click_id=k-1&name=Lead"},
            "hits": [{"event": "Lead", "account": None, "identifiers": {"ob_click_id": "k-1"}}],
        },
        {"title": "the script", "request": {"url": "https://amplify.outbrain.com/cp/obtp.js"}, "hits": [{"kind": "library"}]},
        {
            "title": "a purchase of the newest script, set up in a tag manager",
            "request": "https://tr.outbrain.com/unifiedPixel?au=false&bust=03193974395721608&referrer=https%3A%2F%2Fshop.example%2F&pRef=https%3A%2F%2Fnews.example%2F&cht=gtm&marketerId=0029&name=Purchase"
            "&dl=https%3A%2F%2Fshop.example%2Fthanks&g=0&zone=euZ&orderValue=9.5&currency=EUR&orderId=T-1",
            "hits": [{"kind": "event", "event": "Purchase", "account": "0029", "key": "T-1", "values": {"orderValue": 9.5, "referrer": "https://shop.example/"}, "page_url": "https://shop.example/thanks"}],
        },
        {
            "title": "the image of the oldest campaigns",
            "request": {"url": "https://traffic.outbrain.com/network/trackpxl?advid=1234&action=purchase&orderId=T-9", "resource_type": "image"},
            "hits": [{"kind": "event", "event": "purchase", "account": "1234", "key": "T-9"}],
        },
    ),
    lookalikes=(
        "https://my.outbrain.com/login",
        "https://odb.outbrain.com/utils/get?url=https%3A%2F%2Fnews.example%2F",
        "https://shop.example/unifiedPixel?marketerId=004e&name=PAGE_VIEW",
        "https://tr.outbrain.com.evil.example/unifiedPixel?marketerId=1",
        "https://nottr.outbrain.com/unifiedPixel?marketerId=1",
        "https://shop.example/?u=https%3A%2F%2Ftr.outbrain.com%2FunifiedPixel",
        "https://widgets.outbrain.com/outbrain.js",
    ),
)  # fmt: skip
