"""Omniconvert Explore (formerly Marketizator): events of experiments and its script.

Documentation: https://support.omniconvert.com/hc/en-us/sections/360001296792 (installation), https://www.omniconvert.com/help/ (API),
https://github.com/MisterPhilip/omnibug (the save call).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest

GENERAL, USER, EXPERIMENT = "General", "User", "Experiment"
_READ = QueryReader(
    {
        "id_website": Row("id_website", "Website ID", GENERAL),
        "event": Row("event", "Event", GENERAL),
        "id_experiment": Row("id_experiment", "Experiment ID", EXPERIMENT),
        "id_variation": Row("id_variation", "Variation ID", EXPERIMENT),
        "id_goal": Row("id_goal", "Goal ID", EXPERIMENT),
        "goal_value": Row("goal_value", "Goal's value", EXPERIMENT, "number"),
        "id_session": Row("id_session", "Session ID", USER),
        "id_visitor": Row("id_visitor", "Visitor ID", USER),
        "url": Row("url", "Page address", GENERAL),
    },
    event="event",
    account="id_website",
    page="url",
    identifiers=("id_session", "id_visitor"),
)


def _is_omniconvert(request: CapturedRequest) -> bool:
    return "&id_website=" in f"&{split_url(request.url).query}"


def _site(path: str, wire: Mapping[str, object]) -> str | None:
    return path.rpartition("/")[2].removesuffix(".js") or None


VENDOR = Vendor(
    id="omniconvert",
    name="Omniconvert",
    category="experiment",
    docs=("https://support.omniconvert.com/hc/en-us/sections/360001296792",),
    endpoints=(
        *(Endpoint(host="*.omniconvert.com", path=f"/mktzsave{slash}") for slash in ("", "/")),
        *(Endpoint(host="*", path=f"*/mktzsave{slash}", recognise=_is_omniconvert) for slash in ("", "/")),
        *(
            Endpoint(host=host, path=path, role="library", decode=LibraryReader(account=_site))
            for host in ("app.omniconvert.com", "cdn.omniconvert.com", "app.marketizator.com", "d2tgfbvjf3q6hn.cloudfront.net", "d3vbj265bmdenw.cloudfront.net")
            for path in ("/js/*", "/async/js/*")
        ),
    ),
    decode=_READ,
    examples=(
        {
            "title": "an event",
            "request": {"url": "https://app.omniconvert.com/mktzsave?id_website=77&event=view&id_experiment=5&id_variation=6&id_session=s1"},
            "hits": [{"kind": "event", "event": "view", "account": "77", "values": {"id_experiment": "5"}, "identifiers": {"id_session": "s1"}}],
        },
        {
            "title": "an event to a host of the site's own",
            "request": {"url": "https://oc.shop.example/mktzsave/?id_website=77&event=conversion&goal_value=19.98", "method": "POST"},
            "hits": [{"kind": "event", "event": "conversion", "account": "77", "values": {"goal_value": 19.98}}],
        },
        {
            "title": "the script",
            "request": {"url": "https://d2tgfbvjf3q6hn.cloudfront.net/js/ab12cd.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "ab12cd"}],
        },
        {
            "title": "the script under its older name, loaded late",
            "request": {"url": "https://d2tgfbvjf3q6hn.cloudfront.net/async/js/ab12cd.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "ab12cd"}],
        },
    ),
    lookalikes=(
        "https://app.omniconvert.com.evil.example/mktzsave",
        "https://shop.example/mktzsave",
        "https://shop.example/mktzsave?event=view",
        "https://app.notomniconvert.com/mktzsave",
        "https://www.omniconvert.com/explore/",
        "https://shop.example/?u=https%3A%2F%2Fapp.omniconvert.com%2Fmktzsave%3Fid_website%3D77",
    ),
)  # fmt: skip
