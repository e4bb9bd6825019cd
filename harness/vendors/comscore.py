"""Comscore (Scorecard Research): a page view as an image, with the site's own labels.

Documentation: https://direct-support.comscore.com/hc/en-us/articles/360007183054 (tagging),
https://www.scorecardresearch.com/ (the service).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

_TABLE = QueryTable(
    {
        "c1": Row("c1", "Tag type", "General"),
        "c2": Row("c2", "Client ID", "General"),
        "c3": Row("c3", "Label 3", "Labels"),
        "c4": Row("c4", "Label 4 (page)", "Labels"),
        "c5": Row("c5", "Label 5 (genre)", "Labels"),
        "c6": Row("c6", "Label 6 (package)", "Labels"),
        "c7": Row("c7", "Page address", "Page"),
        "c8": Row("c8", "Page title", "Page"),
        "c9": Row("c9", "Referrer", "Page"),
        "c15": Row("c15", "Segment", "Labels"),
        "c14": Row(None, "Publisher-specific", "Labels"),
        "cv": Row(None, "Script version", "Technical"),
        "cj": Row(None, "Script", "Technical"),
        "rn": Row(None, "Cache buster", "Technical"),
        "ns_type": Row("ns_type", "Hit type", "General"),
        "ns_site": Row("ns_site", "Site", "General"),
        "name": Row("name", "Page name", "Page"),
        "cs_ucfr": Row(None, "User consent", "Consent"),
        "cs_cfg": Row(None, "Configuration", "Technical"),
        "cs_it": Row(None, "Implementation", "Technical"),
        "cs_fpid": Row("cs_fpid", "First-party ID", "Visitor"),
        "cs_fpit": Row(None, "First-party ID type", "Visitor"),
        "cs_xi": Row("cs_xi", "Cross-device ID", "Visitor"),
        "cs_cmp_id": Row(None, "Consent platform", "Consent"),
        "cs_cmp_sv": Row(None, "Consent platform version", "Consent"),
        "cs_cmp_rt": Row(None, "Consent platform runtime", "Consent"),
        "cs_cmp_st": Row(None, "Consent platform state", "Consent"),
        "gdpr": Row(None, "GDPR applies", "Consent"),
        "gdpr_consent": Row(None, "TCF string", "Consent"),
        "gdpr_p1t": Row(None, "Purpose one treatment", "Consent"),
        "gdpr_li": Row(None, "Legitimate interest", "Consent"),
        "gdpr_purps": Row(None, "Purposes", "Consent"),
        "gdpr_pcc": Row(None, "Publisher country", "Consent"),
        "comscorekw": Row("comscorekw", "Keyword", "Labels"),
    },
    (Prefix("ns_", field="ns_{}", label="{}", group="Streaming and labels"), Prefix("cs_", field=None, label="{}", group="Technical")),
)


def _event(values: Mapping[str, Any]) -> str | None:
    """What a stream did (``play``, ``pause``, ``end``, ``hb``); else a page view, or the hit's type."""
    if values.get("ns_st_ev"):
        return str(values["ns_st_ev"])
    kind = values.get("ns_type")
    return "pageview" if "c2" in values and kind in (None, "", "view") else str(kind) if kind else None


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    found: dict[str, Any] = {key: wire[key] for key in ("gdpr", "gdpr_consent", "gdpr_purps", "gdpr_li") if wire.get(key)}
    if wire.get("cs_ucfr") in ("0", "1"):
        found["cs_ucfr"] = wire["cs_ucfr"] == "1"
    return found or None


def _client(path: str, wire: Mapping[str, Any]) -> str | None:
    steps = path.split("/")
    return steps[2] if len(steps) > 3 and steps[1] in ("cs", "internal-cs") and steps[2].isdecimal() else None


# A stream's heartbeat (hb) and its being loaded tell of the player alone.
_ASIDE = frozenset((None, "hidden", "hb", "load", "unload", "bufp"))
_READ = QueryReader(
    _TABLE, event=_event, account="c2", page="c7", identifiers=("cs_fpid", "cs_xi"), consent=_consent,
    kind=lambda event: "pageview" if event == "pageview" else "auxiliary" if event in _ASIDE else "event",
)  # fmt: skip
_HOSTS = ("sb.scorecardresearch.com", "b.scorecardresearch.com", "sb.v.scorecardresearch.com", "udm.scorecardresearch.com")

VENDOR = Vendor(
    id="comscore",
    name="Comscore",
    category="analytics",
    docs=("https://direct-support.comscore.com/hc/en-us/articles/360007183054",),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in _HOSTS for path in ("/b", "/b2", "/p", "/p2", "/r", "/v")),
        *(
            Endpoint(host=host, path=path, role="library", decode=LibraryReader(account=_client))
            for host in _HOSTS[:3]
            for path in ("/beacon.js", "/cs/*", "/internal-cs/*", "/c2/*", "/internal-c2/*", "/rs/*")
        ),
    ),
    decode=_READ,
    automatic_parameters=frozenset({"c1", "c7", "c8", "c9", "ns_*"}),
    examples=(
        {
            "title": "a page view with consent",
            "request": {
                "url": "https://sb.scorecardresearch.com/b?c1=2&c2=1234567&cs_ucfr=1&cs_fpid=f1&ns__t=1795318940000&ns_c=UTF-8&c7=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dx&c8=Shop&c9=&gdpr=1&gdpr_consent=CPx",
                "resource_type": "image",
            },
            "hits": [
                {
                    "kind": "pageview", "event": "pageview", "account": "1234567", "identifiers": {"cs_fpid": "f1"}, "campaign": {"utm_source": "x"},
                    "consent": {"cs_ucfr": True, "gdpr_consent": "CPx"}, "values": {"c8": "Shop"},
                }
            ],
        },
        {
            "title": "a video that begins",
            "request": {"url": "https://sb.scorecardresearch.com/p?c1=19&c2=1234567&ns_type=hidden&ns_st_ev=play&ns_st_ci=v1&cs_ucfr=0"},
            "hits": [{"kind": "event", "event": "play", "account": "1234567", "consent": {"cs_ucfr": False}, "values": {"ns_st_ev": "play", "ns_st_ci": "v1"}}],
        },
        {
            "title": "a video's heartbeat",
            "request": {"url": "https://b.scorecardresearch.com/p2?c1=19&c2=1234567&ns_type=hidden&ns_st_ev=hb&ns_st_hc=3"},
            "hits": [{"kind": "auxiliary", "event": "hb", "account": "1234567"}],
        },
        {
            "title": "what a site hides",
            "request": {"url": "https://sb.scorecardresearch.com/p?c1=2&c2=1234567&ns_type=hidden&name=app"},
            "hits": [{"kind": "auxiliary", "event": "hidden", "account": "1234567"}],
        },
        {
            "title": "a page view by the address that sets the cookie, under TCF",
            "request": {
                "url": "https://sb.scorecardresearch.com/b2?c1=2&c2=15547374&cs_ucfr=&gdpr=1&gdpr_p1t=0&gdpr_li=0&gdpr_purps=&gdpr_pcc=AA&cs_cmp_nc=0&cs_cmp_id=10&cs_cmp_sv=30&cs_cmp_rt=0&cs_it=b2"
                "&cv=3.8.0.210223&ns__t=1623583727421&ns_c=UTF-8&c7=https%3A%2F%2Fshop.example%2F2019%2F&c8=Hydra%209.0%3A%20herramienta%20contrase%C3%B1as&c9="
            },
            "hits": [{"kind": "pageview", "event": "pageview", "account": "15547374", "page_url": "https://shop.example/2019/", "values": {"c8": "Hydra 9.0: herramienta contraseñas"}, "consent": {"gdpr": "1"}}],
        },
        {
            "title": "the script",
            "request": {"url": "https://sb.scorecardresearch.com/cs/1234567/beacon.js"},
            "hits": [{"kind": "library", "account": "1234567"}],
        },
    ),
    lookalikes=(
        "https://shop.example/b?c1=2&c2=1234567",
        "https://notsb.scorecardresearch.com.evil.example/b?c2=1",
        "https://www.scorecardresearch.com/home",
        "https://sb.scorecardresearch.com/about",
        "https://nosb.scorecardresearch.example/b?c1=2&c2=1",
        "https://shop.example/?u=https%3A%2F%2Fsb.scorecardresearch.com%2Fb%3Fc2%3D1",
    ),
)  # fmt: skip
