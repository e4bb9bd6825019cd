"""ZoomInfo: WebSights visits, FormComplete, and the Clickagy pixel.

Documentation: https://docs.zoominfo.com/docs/websights (WebSights), https://docs.zoominfo.com/docs/formcomplete,
https://help.zoominfo.com/s/article/ZoomInfo-Tag (tag and its hosts).
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
    from harness.decode.hit import Hit

GENERAL, PAGE, USER = "General", "Page", "User"
_READ = QueryReader(
    {
        "url": Row("url", "Page address", PAGE),
        "pageUrl": Row("url", "Page address", PAGE),
        "referrer": Row("referrer", "Referrer", PAGE),
        "websiteId": Row("websiteId", "Website ID", GENERAL),
        "projectKey": Row("projectKey", "Project key", GENERAL),
        "ch": Row("ch", "Channel", GENERAL),
        "cm": Row("cm", "Visitor", USER),
        "aid": Row("aid", "Account ID", GENERAL),
    },
    account=("websiteId", "projectKey", "aid"),
    page="url",
)


def _pixel(request: CapturedRequest) -> list[Hit]:
    """``/pixel/<website>`` is a visit; the visited page may be told in a header."""
    hits = _READ(request)
    steps = split_url(request.url).path.strip("/").split("/")
    for hit in hits:
        if len(steps) > 1 and steps[1] != "collect":
            hit.account = hit.account or steps[1] or None
        hit.page_url = hit.page_url or request.header("visited-url")
        hit.kind, hit.event = "pageview", "pageview"
    return hits


def _project(path: str, wire: Mapping[str, object]) -> str | None:
    found = wire.get("projectKey") or wire.get("websiteId")
    return str(found) if found else None


VENDOR = Vendor(
    id="zoominfo",
    name="ZoomInfo",
    category="marketing",
    docs=("https://docs.zoominfo.com/docs/websights", "https://docs.zoominfo.com/docs/formcomplete"),
    endpoints=(
        Endpoint(host="ws.zoominfo.com", path="/pixel/*", decode=_pixel),
        *(
            Endpoint(host="ws.zoominfo.com", path=f"/{use}/*", role="config", decode=LibraryReader("config", account=_project))
            for use in ("formcomplete-v2", "formcomplete", "formcomplete-internal")
        ),
        Endpoint(host="ws-assets.zoominfo.com", role="library", decode=LibraryReader()),
        Endpoint(host="js.zi-scripts.com", path="/unified/*", role="config", decode=LibraryReader("config", account=_project)),
        Endpoint(host="js.zi-scripts.com", path="/*", role="library", decode=LibraryReader()),
        Endpoint(host="schedule.zoominfo.com", path="/*", role="library", decode=LibraryReader()),
        *(Endpoint(host="aorta.clickagy.com", path=path, decode=LibraryReader("auxiliary")) for path in ("/pixel.gif", "/channel-sync/*")),
        Endpoint(host="hemsync.clickagy.com", decode=LibraryReader("auxiliary")),
        Endpoint(host="tags.clickagy.com", role="library", decode=LibraryReader()),
    ),
    decode=_READ,
    automatic_events=frozenset({"pageview"}),
    examples=(
        {
            "title": "a visit",
            "request": {"url": "https://ws.zoominfo.com/pixel/62fd7a3e", "headers": {"visited-url": "https://shop.example/"}},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "62fd7a3e", "page_url": "https://shop.example/"}],
        },
        {
            "title": "a visit, posted",
            "request": {"url": "https://ws.zoominfo.com/pixel/collect", "method": "POST", "body": {"websiteId": "62fd7a3e", "url": "https://shop.example/"}},
            "hits": [{"kind": "pageview", "account": "62fd7a3e", "page_url": "https://shop.example/"}],
        },
        {
            "title": "a form's own lookup",
            "request": {"url": "https://ws.zoominfo.com/formcomplete-v2/forms", "method": "POST", "body": {"url": "https://shop.example/"}},
            "hits": [{"kind": "config"}],
        },
        {
            "title": "the tag",
            "request": {"url": "https://js.zi-scripts.com/zi-tag.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
    ),
    lookalikes=(
        "https://shop.example/pixel/62fd7a3e",
        "https://ws.notzoominfo.com/pixel/62fd7a3e",
        "https://app.zoominfo.com/",
        "https://docs.zoominfo.com/docs/websights",
        "https://shop.example/?u=https%3A%2F%2Fws.zoominfo.com%2Fpixel%2F62fd7a3e",
        "https://ws.zoominfo.com.evil.example/pixel/62fd7a3e",
    ),
)  # fmt: skip
