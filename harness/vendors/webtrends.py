"""Webtrends Analytics (On Demand, and software on the site's own host): ``dcs.gif`` images.

Wire format: https://www.webtrends.com/support/ (query parameter reference), https://help.webtrends.com/legacy/en/Analytics10/event_tracking.html
(event types in ``WT.dl``). The account is the path's DCSID.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import Prefix, QueryTable, Row, number, unescape
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = QueryTable(
    {
        "dcsdat": Row(None, "Time", "Technical"),
        "dcssip": Row("dcssip", "Host", "Page"),
        "dcsuri": Row("dcsuri", "Page path", "Page"),
        "dcsqry": Row("dcsqry", "Query", "Page"),
        "dcsref": Row("dcsref", "Referrer", "Page"),
        "dcsid": Row(None, "Account", "General"),
        "dcsaut": Row("dcsaut", "Authenticated user", "Visitor"),
        "dcscfg": Row(None, "Configuration", "Technical"),
        "WT.ti": Row("WT.ti", "Page title", "Page"),
        "WT.dl": Row("WT.dl", "Event type", "General"),
        "WT.es": Row("WT.es", "Page address", "Page"),
        "WT.co_f": Row("WT.co_f", "Visitor ID", "Visitor"),
        "WT.vt_sid": Row("WT.vt_sid", "Session ID", "Visitor"),
        "WT.dcsvid": Row("WT.dcsvid", "Visitor ID (own)", "Visitor"),
        "WT.vtid": Row("WT.vtid", "Visitor ID", "Visitor"),
        "WT.mc_id": Row("WT.mc_id", "Campaign", "Campaign"),
        "WT.ac": Row("WT.ac", "Ad clicked", "Campaign"),
        "WT.ad": Row("WT.ad", "Ad viewed", "Campaign"),
        "WT.srch": Row("WT.srch", "Paid search", "Campaign"),
        "WT.cg_n": Row("WT.cg_n", "Content group", "Content"),
        "WT.cg_s": Row("WT.cg_s", "Content subgroup", "Content"),
        "WT.si_n": Row("WT.si_n", "Scenario", "Scenario"),
        "WT.si_x": Row("WT.si_x", "Scenario step", "Scenario"),
        "WT.si_p": Row("WT.si_p", "Scenario step name", "Scenario"),
        "WT.tx_e": Row("WT.tx_e", "Transaction event", "E-commerce"),
        "WT.tx_s": Row("WT.tx_s", "Subtotals", "E-commerce"),
        "WT.tx_u": Row("WT.tx_u", "Units", "E-commerce"),
        "WT.tx_i": Row("WT.tx_i", "Invoice", "E-commerce"),
        "WT.tx_id": Row("WT.tx_id", "Transaction date", "E-commerce"),
        "WT.tx_it": Row("WT.tx_it", "Transaction time", "E-commerce"),
        "WT.pn_sku": Row("WT.pn_sku", "Products", "E-commerce"),
        "WT.pn_id": Row("WT.pn_id", "Product IDs", "E-commerce"),
        "WT.pc": Row("WT.pc", "Product category", "E-commerce"),
        "WT.pn": Row("WT.pn", "Product names", "E-commerce"),
        "WT.sr": Row(None, "Screen", "Device"),
        "WT.bs": Row(None, "Window", "Device"),
        "WT.tz": Row(None, "Time zone", "Device"),
        "WT.bh": Row(None, "Local hour", "Device"),
        "WT.ul": Row(None, "Language", "Device"),
        "WT.cd": Row(None, "Colours", "Device"),
        "WT.jo": Row(None, "Java", "Device"),
        "WT.js": Row(None, "JavaScript", "Device"),
        "WT.jv": Row(None, "JavaScript version", "Device"),
        "WT.tv": Row(None, "Script version", "Technical"),
        "WT.dcs_id": Row(None, "Account", "General"),
        "dcspro": Row("dcspro", "Page protocol", "Page"),
        "dcsmet": Row(None, "Method", "Technical"),
        "dcssta": Row(None, "Status", "Technical"),
        "dcsbyt": Row(None, "Size", "Technical"),
        "dcscip": Row(None, "IP address", "Visitor"),
        "dcsua": Row(None, "User agent", "Device"),
        "WT.pi": Row("WT.pi", "Page ID", "Page"),
        "WT.sv": Row("WT.sv", "Server", "Page"),
        "WT.site": Row("WT.site", "Site ID", "General"),
        "WT.sp": Row("WT.sp", "Split", "General"),
        "WT.nv": Row("WT.nv", "Parent of the link", "Link"),
        "WT.oss": Row("WT.oss", "Search term", "Search"),
        "WT.oss_r": Row("WT.oss_r", "Search results", "Search", "number"),
        "WT.rv": Row("WT.rv", "Registered visitor", "Visitor"),
        "WT.mc_ev": Row("WT.mc_ev", "Campaign event", "Campaign"),
        "WT.tsrc": Row("WT.tsrc", "Traffic source", "Campaign"),
        "WT.si_cs": Row("WT.si_cs", "Scenario conversion", "Scenario"),
        "WT.pn_fa": Row("WT.pn_fa", "Product family", "E-commerce"),
        "WT.pn_gr": Row("WT.pn_gr", "Product group", "E-commerce"),
        "WT.pn_sc": Row("WT.pn_sc", "Product subcategory", "E-commerce"),
        "WT.pn_ma": Row("WT.pn_ma", "Product manufacturer", "E-commerce"),
        "WT.pn_su": Row("WT.pn_su", "Product supplier", "E-commerce"),
        "WT.vtvs": Row("WT.vtvs", "Visit began", "Visitor"),
        "WT.vt_tlv": Row("WT.vt_tlv", "Last visit", "Visitor"),
        "WT.vt_f": Row("WT.vt_f", "First visit (cookie)", "Visitor"),
        "WT.vt_f_a": Row("WT.vt_f_a", "First visit to the account (cookie)", "Visitor"),
        "WT.vt_f_d": Row("WT.vt_f_d", "First hit of the day (cookie)", "Visitor"),
        "WT.vt_f_s": Row("WT.vt_f_s", "First hit of the visit (cookie)", "Visitor"),
        "WT.vt_f_tlh": Row("WT.vt_f_tlh", "Last hit (cookie)", "Visitor"),
        "WT.vt_f_tlv": Row("WT.vt_f_tlv", "Last visit (cookie)", "Visitor"),
        "WT.vt_d": Row("WT.vt_d", "First hit of the day", "Visitor"),
        "WT.vt_a_d": Row("WT.vt_a_d", "First hit of the day in the account", "Visitor"),
        "WT.vt_s": Row("WT.vt_s", "First hit of the visit", "Visitor"),
        "WT.s": Row("WT.s", "First hit of the account", "Visitor"),
        "WT.co": Row(None, "Cookies accepted", "Device"),
        "WT.co_d": Row("WT.co_d", "Session stitching ID", "Visitor"),
        "WT.co_a": Row("WT.co_a", "Rollup account", "General"),
        "WT.ce": Row(None, "Cookie type", "Technical"),
        "WT.ct": Row(None, "Connection", "Device"),
        "WT.fv": Row(None, "Flash", "Device"),
        "WT.slv": Row(None, "Silverlight", "Device"),
        "WT.hp": Row(None, "Home page", "Device"),
        "WT.le": Row(None, "Character set", "Technical"),
        "WT.tu": Row(None, "Address cut", "Technical"),
        "WT.ssl": Row(None, "HTTPS", "Page"),
    },
    (
        Prefix("WT.seg_", field="WT.seg_{}", label="Segment {}", group="Visitor"),
        Prefix("WT.hdr.", field="WT.hdr.{}", label="Header {}", group="Headers"),
        Prefix("WT.", field="WT.{}", label="{}", group="Custom"),
        Prefix("DCSext.", field="DCSext.{}", label="{}", group="Custom"),
    ),
)
_TYPES = {
    "20": "download", "21": "anchor", "22": "javascript", "23": "mailto", "24": "exit_link", "25": "right_click", "26": "form_get", "27": "form_post",
    "28": "form_button", "29": "form_button", "30": "image_map",
}  # fmt: skip
_READ = QueryReader(_TABLE, page="WT.es", identifiers=("WT.co_f", "WT.vt_sid", "WT.dcsvid", "WT.vtid", "dcsaut"))
_NAMES = (("WT.pn_sku", "sku"), ("WT.pn_id", "id"), ("WT.pn", "name"), ("WT.tx_u", "units"), ("WT.tx_s", "subtotal"))


def _decode(request: CapturedRequest) -> list[Hit]:
    [hit] = _READ(request)
    values = hit.values
    steps = split_url(request.url).path.split("/")
    hit.account = (
        steps[-2] or None
        if len(steps) > 2
        else next((str(each.value) for each in hit.parameters if each.name in ("dcsid", "WT.dcs_id")), None)
    )
    code = str(values.get("WT.dl", "0")) or "0"
    if steps[-1] == "njs.gif":
        values.setdefault("dcsuri", "/")
    if "dcsuri" not in values and "WT.ti" not in values and "WT.dl" not in values:
        hit.kind = "auxiliary"
    elif code == "0":
        hit.kind, hit.event = "pageview", "pageview"
    else:
        hit.kind, hit.event = "event", _TYPES.get(code, code)
    if hit.page_url is None and values.get("dcssip"):
        hit.page_url = f"https://{values['dcssip']}{values.get('dcsuri') or '/'}{values.get('dcsqry') or ''}"
    lists = {field: [unescape(each) for each in str(values[name]).split(";")] for name, field in _NAMES if values.get(name)}
    if lists and values.get("WT.tx_e"):
        length = max(map(len, lists.values()))
        values["items"] = [
            {
                field: number(texts[place]) if field in ("units", "subtotal") else texts[place]
                for field, texts in lists.items()
                if place < len(texts)
            }
            for place in range(length)
        ]
    if values.get("WT.tx_i"):
        hit.key = str(values["WT.tx_i"])
    if values.get("WT.mc_id"):
        hit.campaign["WT.mc_id"] = str(values["WT.mc_id"])
    return [hit]


def _is_webtrends(request: CapturedRequest) -> bool:
    """Told by the image's path uri and a ``WT.`` parameter, or the host beside it."""
    query = f"&{split_url(request.url).query}"
    return "&dcsuri=" in query and ("&WT." in query or "&dcssip=" in query or "&dcsdat=" in query)


_HIT = "dcsdat=1795318940000&dcssip=shop.example&dcsuri=/thanks&WT.ti=Thanks&WT.co_f=abc&WT.vt_sid=abc.1"

VENDOR = Vendor(
    id="webtrends",
    name="Webtrends",
    category="analytics",
    docs=("https://www.webtrends.com/support/", "https://help.webtrends.com/legacy/en/Analytics10/event_tracking.html"),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("*.webtrendslive.com", "*.webtrends.com") for path in ("*/dcs.gif", "/dcs.gif", "*/njs.gif")),
        *(Endpoint(host="*", path=path, recognise=_is_webtrends) for path in ("*/dcs.gif", "*/njs.gif")),
        *(Endpoint(host="*.webtrendslive.com", path=path, role="library", decode=LibraryReader()) for path in ("*/wtid.js", "*/wtbase.js")),
        Endpoint(host="s.webtrends.com", path="/js/*", role="library", decode=LibraryReader()),
    ),
    decode=_decode,
    automatic_events=frozenset({"download", "exit_link", "anchor", "mailto", "javascript", "right_click"}),
    automatic_parameters=frozenset({"dcs*", "WT.ti", "WT.co_f", "WT.vt*", "WT.es", "WT.hdr*", "WT.ssl", "WT.ct", "WT.hp", "WT.le"}),
    examples=(
        {
            "title": "a purchase",
            "request": {
                "url": f"https://statse.webtrendslive.com/dcs222dj3ow9j8c/dcs.gif?{_HIT}&WT.tx_e=p&WT.tx_i=T-1&WT.pn_sku=S1;S2&WT.tx_u=2;1&WT.tx_s=19.98;5&WT.mc_id=spring",
                "resource_type": "image",
            },
            "hits": [
                {
                    "kind": "pageview", "event": "pageview", "account": "dcs222dj3ow9j8c", "key": "T-1", "campaign": {"WT.mc_id": "spring"},
                    "identifiers": {"WT.co_f": "abc"}, "page_url": "https://shop.example/thanks",
                    "values": {"WT.ti": "Thanks", "items": [{"sku": "S1", "units": 2, "subtotal": 19.98}, {"sku": "S2", "units": 1, "subtotal": 5}]},
                }
            ],
        },
        {
            "title": "a page without script",
            "request": {"url": "https://statse.webtrendslive.com/dcs2226sx2dkih/njs.gif?dcsuri=/nojavascript&WT.js=No&WT.tv=10.4.23&dcssip=shop.example"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "dcs2226sx2dkih", "page_url": "https://shop.example/nojavascript"}],
        },
        {
            "title": "a click that leaves, to a collector that names no account",
            "request": {
                "url": "https://stats.shop.example/dcs.gif?&dcsdat=1566721059991&dcssip=twitter.com&dcsuri=/shop&WT.tz=-7&WT.ti=Offsite%253Atwitter.com&WT.dl=24"
                "&WT.co_f=2422f3f3&WT.vtid=2422f3f3&WT.seg_1=s1&WT.hdr.Accept=x"
            },
            "hits": [{"kind": "event", "event": "exit_link", "account": None, "identifiers": {"WT.vtid": "2422f3f3"}, "values": {"WT.seg_1": "s1"}}],
        },
        {
            "title": "a download, on the site's own host",
            "request": {"url": f"https://sdc.shop.example/dcsabc/dcs.gif?{_HIT}&WT.dl=20"},
            "hits": [{"kind": "event", "event": "download", "account": "dcsabc"}],
        },
    ),
    lookalikes=(
        "https://shop.example/dcs.gif?foo=1",
        "https://notwebtrendslive.com/x/dcs.gif?a=1",
        "https://www.webtrends.com/support/",
        "https://statse.webtrendslive.com.evil.example/x/dcs.gif?a=1",
        "https://shop.example/?u=https%3A%2F%2Fstatse.webtrendslive.com%2Fx%2Fdcs.gif",
    ),
)  # fmt: skip
