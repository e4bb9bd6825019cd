"""LinkedIn Conversions API: conversions that a server sends, one or a batch. The wire names no event; it is called ``conversion`` here.

Wire format: https://learn.microsoft.com/en-us/linkedin/marketing/integrations/ads-reporting/conversions-api,
https://learn.microsoft.com/en-us/linkedin/marketing/conversions/deduplication.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.document import PathTable, at
from harness.decode.query import Prefix, Row
from harness.decode.readers import JsonReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = PathTable(
    {
        "conversion": Row("conversion", "Conversion rule", "General"),
        "conversionHappenedAt": Row(None, "Event time", "General"),
        "conversionValue.amount": Row("amount", "Value", "E-commerce", "number"),
        "conversionValue.currencyCode": Row("currencyCode", "Currency", "E-commerce"),
        "eventId": Row(None, "Event ID (deduplication)", "General"),
    },
    (Prefix("user.", field=None, label="{}", group="User"),),
)


def _rule(event: Any, document: Any) -> str | None:
    return str(at(event, "conversion") or "").rpartition(":")[2] or None


def _derive(hit: Hit, event: Any, document: Any) -> None:
    ids = at(event, "user.userIds")
    for each in ids if isinstance(ids, list) else ():
        kind, value = at(each, "idType"), at(each, "idValue")
        if isinstance(kind, str) and isinstance(value, str) and value:
            hit.identifiers.setdefault(kind, value)
    click = hit.identifiers.get("LINKEDIN_FIRST_PARTY_ADS_TRACKING_UUID")
    if click:
        hit.campaign["li_fat_id"] = click


_READ = JsonReader(
    _TABLE,
    events="elements",
    event=lambda event, document: "conversion" if at(event, "conversion") else None,
    account=_rule,
    key="eventId",
    time="conversionHappenedAt",
    values=("conversionValue",),
    kind=lambda name, event: kind_of(name),
    derive=_derive,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    return _READ(request)


VENDOR = Vendor(
    id="linkedin-conversions-api",
    name="LinkedIn Conversions API",
    category="server-side",
    docs=("https://learn.microsoft.com/en-us/linkedin/marketing/integrations/ads-reporting/conversions-api", "https://learn.microsoft.com/en-us/linkedin/marketing/conversions/deduplication"),
    endpoints=(
        Endpoint(host="api.linkedin.com", path="/rest/conversionEvents"),
        Endpoint(host="api.linkedin.com", path="/v2/conversionEvents"),
    ),
    decode=_decode,
    examples=(
        {
            "title": "one conversion",
            "request": {
                "url": "https://api.linkedin.com/rest/conversionEvents", "method": "POST",
                "body": {
                    "conversion": "urn:lla:llaPartnerConversion:104012", "conversionHappenedAt": 1795318940000, "eventId": "e1",
                    "conversionValue": {"currencyCode": "EUR", "amount": "19.98"},
                    "user": {"userIds": [{"idType": "SHA256_EMAIL", "idValue": "hash"}, {"idType": "LINKEDIN_FIRST_PARTY_ADS_TRACKING_UUID", "idValue": "li1"}]},
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "conversion", "account": "104012", "key": "e1", "event_time": 1795318940.0, "campaign": {"li_fat_id": "li1"},
                    "identifiers": {"SHA256_EMAIL": "hash"}, "values": {"amount": 19.98, "currencyCode": "EUR"},
                }
            ],
        },
        {
            "title": "a batch",
            "request": {
                "url": "https://api.linkedin.com/rest/conversionEvents", "method": "POST",
                "body": {"elements": [{"conversion": "urn:lla:llaPartnerConversion:1", "eventId": "a"}, {"conversion": "urn:lla:llaPartnerConversion:2", "eventId": "b"}]},
            },
            "hits": [{"event": "conversion", "account": "1", "key": "a"}, {"event": "conversion", "account": "2", "key": "b"}],
        },
        {
            "title": "a conversion of the older version of the API, with what a CRM knows of the member",
            "request": {
                "url": "https://api.linkedin.com/v2/conversionEvents", "method": "POST", "headers": {"X-RestLi-Method": "CREATE"},
                "body": {
                    "conversion": "urn:lla:llaPartnerConversion:104012", "conversionHappenedAt": 1795318940000, "conversionValue": {"currencyCode": "USD", "amount": "50.0"},
                    "user": {"userIds": [{"idType": "SHA256_EMAIL", "idValue": "hash"}], "userInfo": {"firstName": "A", "lastName": "B", "companyName": "C"}},
                },
            },
            "hits": [{"kind": "event", "event": "conversion", "account": "104012", "key": None, "values": {"amount": 50.0, "currencyCode": "USD"}, "identifiers": {"SHA256_EMAIL": "hash"}}],
        },
    ),
    lookalikes=("https://shop.example/?u=https%3A%2F%2Fapi.linkedin.com%2Frest%2FconversionEvents", "https://api.linkedin.com/rest/conversions", "https://www.linkedin.com/rest/conversionEvents", "https://shop.example/rest/conversionEvents", "https://api.linkedin.com.evil.example/rest/conversionEvents", "https://api.linkedin.com/rest/posts"),
)  # fmt: skip
