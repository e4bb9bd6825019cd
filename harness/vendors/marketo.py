"""Adobe Marketo Engage: Munchkin (visits, clicks, leads) and forms.

Documentation: https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/javascriptapi/leadtracking/lead-tracking (Munchkin),
https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/javascriptapi/leadtracking/munchkin-api-reference (calls),
https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/javascriptapi/forms-api-reference (forms),
https://experienceleague.adobe.com/en/docs/marketo/using/getting-started/initial-setup/configure-protocols-for-marketo (hosts).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.campaign import campaign_of
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, USER, FORM, TECHNICAL = "General", "Page", "User", "Form", "Technical"

_READ = QueryReader(
    {
        "_mchId": Row("munchkinId", "Munchkin account", GENERAL),
        "_mchTk": Row("cookie", "Visitor cookie (_mkto_trk)", USER),
        "_mchHo": Row("host", "Host", PAGE),
        "_mchPo": Row("port", "Port", PAGE),
        "_mchPc": Row("protocol", "Protocol", PAGE),
        "_mchRu": Row("path", "Path", PAGE),
        "_mchQp": Row("query", "Query", PAGE),
        "_mchHa": Row("hash", "Fragment", PAGE),
        "_mchRe": Row("referrer", "Referrer", PAGE),
        "_mchHr": Row("href", "Link", GENERAL),
        "_mchCn": Row("campaign", "Campaign", GENERAL),
        "_mchEcid": Row("ecid", "Experience Cloud ID", USER),
        "_mchKy": Row("key", "Key", USER),
        "_mchAlId": Row("asset_id", "Asset ID", GENERAL),
        "_mchWs": Row("workspace", "Workspace", GENERAL),
        "_mchVr": Row(None, "Version", TECHNICAL),
        "aip": Row(None, "Address anonymised", TECHNICAL),
        "_mchNc": Row(None, "Time", TECHNICAL),
    },
    account="munchkinId",
    identifiers=("cookie", "ecid"),
)
_KINDS = {"visitWebPage": "pageview", "clickLink": "event", "associateLead": "identify"}


def _visit(request: CapturedRequest) -> list[Hit]:
    """``/webevents/<call>``; the page's address is in pieces."""
    hits = _READ(request)
    address = split_url(request.url)
    for hit in hits:
        hit.event = address.path.rpartition("/")[2] or None
        hit.kind = _KINDS.get(hit.event or "", "event")
        hit.account = hit.account or address.host.partition(".")[0].upper() or None
        values = hit.values
        if values.get("host"):
            port, query = str(values.get("port") or ""), str(values.get("query") or "").replace("__-__", "&")
            page = f"{values.get('protocol') or 'https:'}//{values['host']}{':' + port if port else ''}{values.get('path') or '/'}"
            hit.page_url = page + (f"?{query}" if query else "")
            hit.campaign = campaign_of(hit.page_url)
    return hits


_SUBMIT = QueryReader(
    QueryTable(
        {
            "munchkinId": Row("munchkinId", "Munchkin account", GENERAL),
            "formid": Row("formid", "Form ID", FORM),
            "formVid": Row("formVid", "Form ID", FORM),
            "Email": Row("Email", "E-mail", FORM),
            "_mkt_trk": Row("cookie", "Visitor cookie (_mkto_trk)", USER),
            "subId": Row("subId", "Subscription", GENERAL),
            "_mktoReferrer": Row("_mktoReferrer", "Page address", PAGE),
            "checksum": Row(None, "Checksum", TECHNICAL),
            "checksumFields": Row(None, "Checksum's fields", TECHNICAL),
        },
        (Prefix("", label="{}", group=FORM),),
    ),
    event=lambda values: "form_submission",
    account="munchkinId",
    page="_mktoReferrer",
    identifiers=("Email", "cookie"),
)


def _munchkin(path: str, wire: Mapping[str, Any]) -> str | None:
    for key in ("munchkinId", "aid", "munchkin"):
        if wire.get(key):
            return str(wire[key])
    return None


VENDOR = Vendor(
    id="marketo",
    name="Marketo",
    category="marketing",
    docs=(
        "https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/javascriptapi/leadtracking/munchkin-api-reference",
        "https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/javascriptapi/forms-api-reference",
    ),
    endpoints=(
        *(Endpoint(host=host, path="/webevents/*", decode=_visit) for host in ("*.mktoresp.com", "*.mktoutil.com")),
        *(
            Endpoint(host=host, path=path, decode=_SUBMIT)
            for host in ("*.marketo.com", "*.mktoweb.com")
            for path in ("/index.php/leadCapture/save", "/index.php/leadCapture/save2")
        ),
        *(
            Endpoint(host="*", path=f"/index.php/leadCapture/{save}", recognise=lambda request: b"munchkinId=" in request.body.data[:65_536] and b"formid=" in request.body.data[:65_536], decode=_SUBMIT)
            for save in ("save", "save2")
        ),
        Endpoint(host="*.marketo.com", path="/index.php/form/getForm", role="config", decode=LibraryReader("config", account=_munchkin)),
        Endpoint(host="*.marketo.com", path="/js/forms2/*", role="library", decode=LibraryReader()),
        Endpoint(host="*.marketo.com", path="/rtp-api/*", role="library", decode=LibraryReader(account=_munchkin)),
        Endpoint(host="munchkin.marketo.net", role="library", decode=LibraryReader()),
    ),
    decode=_visit,
    automatic_events=frozenset({"visitWebPage", "clickLink"}),
    automatic_parameters=frozenset({"munchkinId", "cookie", "host", "port", "protocol", "path", "query", "hash", "referrer", "ecid"}),
    examples=(
        {
            "title": "a visit",
            "request": {
                "url": "https://123-abc-456.mktoresp.com/webevents/visitWebPage?_mchNc=1795318339316&_mchCn=&_mchId=123-ABC-456&_mchTk=_mch-shop.example-1795-1"
                "&_mchHo=shop.example&_mchPo=&_mchRu=%2Fa&_mchPc=https%3A&_mchVr=163&_mchHa=&_mchRe=&_mchQp=utm_source%3Dnews__-__x%3D1"
            },
            "hits": [
                {
                    "kind": "pageview", "event": "visitWebPage", "account": "123-ABC-456", "page_url": "https://shop.example/a?utm_source=news&x=1",
                    "campaign": {"utm_source": "news"}, "identifiers": {"cookie": "_mch-shop.example-1795-1"},
                }
            ],
        },
        {
            "title": "a click on a link",
            "request": {"url": "https://123-ABC-456.mktoresp.com/webevents/clickLink?_mchId=123-ABC-456&_mchHr=https%3A%2F%2Fshop.example%2Fb", "method": "POST"},
            "hits": [{"kind": "event", "event": "clickLink", "account": "123-ABC-456", "values": {"href": "https://shop.example/b"}}],
        },
        {
            "title": "a form",
            "request": {
                "url": "https://app-ab12.marketo.com/index.php/leadCapture/save2", "method": "POST",
                "body": "Email=a%40b.co&FirstName=Ann&formid=1001&munchkinId=123-ABC-456&_mktoReferrer=https%3A%2F%2Fshop.example%2F",
            },
            "hits": [
                {
                    "kind": "event", "event": "form_submission", "account": "123-ABC-456", "values": {"formid": "1001", "FirstName": "Ann"},
                    "identifiers": {"Email": "a@b.co"}, "page_url": "https://shop.example/",
                }
            ],
        },
        {
            "title": "the script",
            "request": {"url": "https://munchkin.marketo.net/163/munchkin.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
    ),
    lookalikes=(
        "https://123.mktoresp.com.evil.example/webevents/visitWebPage",
        "https://shop.example/webevents/visitWebPage?_mchId=123-ABC-456",
        "https://123.notmktoresp.com/webevents/visitWebPage",
        "https://experienceleague.adobe.com/en/docs/marketo/using/home",
        "https://app-ab12.marketo.com/homepage/login",
        "https://shop.example/index.php/leadCapture/save2?munchkinId=1",
        "https://shop.example/?u=https%3A%2F%2F123.mktoresp.com%2Fwebevents%2FvisitWebPage",
    ),
)  # fmt: skip
