"""The campaign that a page's address tells of: UTM parameters (https://support.google.com/analytics/answer/10917952) and click IDs."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import PLAIN

if TYPE_CHECKING:
    from collections.abc import Mapping

CLICK_IDS = frozenset(
    {
        "gclid", "wbraid", "gbraid", "dclid", "gclsrc", "gad_source", "gad_campaignid", "srsltid",  # Google
        "fbclid", "msclkid", "ttclid", "li_fat_id", "twclid", "epik", "ScCid", "sccid", "rdt_cid", "qclid", "yclid", "ysclid", "tblci",
        "dicbo", "obOrigUrl", "irclickid", "awc", "ef_id", "s_kwcid", "mc_cid", "mc_eid", "_hsenc", "_hsmi", "hsa_cam", "_kx", "vero_id",
        "mkt_tok", "igshid", "wickedid", "cjevent", "ranSiteID", "obclid", "ctid", "sznclid", "criteo_id", "ldtag_cl",
    }
)  # fmt: skip
"""Parameters that ad platforms add to the links that lead to a site."""


def campaign_of(url: str | None) -> dict[str, str]:
    """The campaign parameters and click IDs in a page's address, as written there; empty for none."""
    if not url or "?" not in url:
        return {}
    return dict(_campaign(url))


@lru_cache(maxsize=512)
def _campaign(url: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, value, *_ in PLAIN.read(split_url(url).query):
        if (name[:4] == "utm_" or name in CLICK_IDS) and value != "" and name not in found:
            found[name] = str(value)
    return found
