"""6sense: the web tag's beacon and its company look-up.

Documentation: https://support.6sense.com/docs/6sense-webtag, https://api.6sense.com/docs/ (company identification),
https://support.6sense.com/docs/webtag-allowlist (hosts).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.query import Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, USER, TECHNICAL = "General", "Page", "User", "Technical"
_READ = QueryReader(
    {
        "token": Row("token", "Token", GENERAL),
        "event": Row("event", "Event", GENERAL),
        "q": Row("q", "Event data", GENERAL, "json"),
        "m": Row("m", "Page data", PAGE, "json"),
        "svisitor": Row("svisitor", "Visitor ID", USER),
        "visitor": Row("visitor", "Visitor ID of the site", USER),
        "session": Row("session", "Session ID", USER),
        "thirdParty": Row("thirdParty", "Third-party IDs", USER, "json"),
        "pageURL": Row("pageURL", "Page address", PAGE),
        "pageViewId": Row("pageViewId", "Page view ID", PAGE),
        "r": Row("r", "Referrer", PAGE),
        "isIframe": Row(None, "In a frame", TECHNICAL),
        "cb": Row(None, "Cache buster", TECHNICAL),
        "v": Row(None, "Version", TECHNICAL),
    },
    event="event",
    account="token",
    page="pageURL",
    identifiers=("svisitor", "visitor", "session"),
    kind=lambda event: "pageview" if event == "a_pageload" else "auxiliary" if event in (None, "active_time_track") else "event",
    lifted=("q",),
)


def _details(request: CapturedRequest) -> list[Hit]:
    hits = LibraryReader("auxiliary", account="token")(request)
    scheme, _, token = (request.header("authorization") or "").partition(" ")
    for hit in hits:
        hit.account = hit.account or (token.strip() or None if scheme.lower() == "token" else None)
    return hits


def _token(path: str, wire: Mapping[str, object]) -> str | None:
    steps = path.split("/")
    return steps[2].removesuffix(".js") if len(steps) > 2 and steps[1] == "j" else None


VENDOR = Vendor(
    id="sixsense",
    name="6sense",
    category="marketing",
    docs=("https://support.6sense.com/docs/6sense-webtag", "https://api.6sense.com/docs/"),
    endpoints=(
        *(Endpoint(host=host, path="/v1/beacon/*") for host in ("b.6sc.co", "ipv6.6sc.co", "*.6sc.co")),
        *(Endpoint(host=host, path=f"/v{version}/company/details", role="config", decode=_details) for host in ("epsilon.6sense.com", "eps.6sc.co", "api.6sense.com") for version in (1, 2, 3)),
        *(Endpoint(host=host, role="config", decode=LibraryReader("auxiliary")) for host in ("c.6sc.co", "ipv6.6sc.co")),
        Endpoint(host="j.6sc.co", role="library", decode=LibraryReader(account=_token)),
    ),
    decode=_READ,
    automatic_events=frozenset({"a_pageload", "active_time_track"}),
    automatic_parameters=frozenset({"token", "svisitor", "visitor", "session", "m", "q", "thirdParty", "pageURL", "pageViewId", "r"}),
    examples=(
        {
            "title": "a page's load",
            "request": {
                "url": "https://b.6sc.co/v1/beacon/img.gif?token=tk1&svisitor=v1&session=s1&event=a_pageload&q=%7B%22title%22%3A%22Shop%22%7D&isIframe=false&cb=&r=&pageURL=https%3A%2F%2Fshop.example%2F&pageViewId=p1&v=1.1"
            },
            "hits": [
                {
                    "kind": "pageview", "event": "a_pageload", "account": "tk1", "page_url": "https://shop.example/", "values": {"title": "Shop"},
                    "identifiers": {"svisitor": "v1", "session": "s1"},
                }
            ],
        },
        {
            "title": "the company look-up",
            "request": {"url": "https://epsilon.6sense.com/v3/company/details", "headers": {"Authorization": "Token tk1"}},
            "hits": [{"kind": "auxiliary", "account": "tk1"}],
        },
        {
            "title": "the tag",
            "request": {"url": "https://j.6sc.co/j/ab12-cd34.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "ab12-cd34"}],
        },
        {
            "title": "time spent on a page, told again and again",
            "request": {"url": "https://b.6sc.co/v1/beacon/img.gif?token=tk1&svisitor=v1&session=s1&event=active_time_track&q=%7B%22currentTime%22%3A15%7D&pageURL=https%3A%2F%2Fshop.example%2F", "resource_type": "image"},
            "hits": [{"kind": "auxiliary", "event": "active_time_track", "account": "tk1", "values": {"currentTime": 15}}],
        },
        {
            "title": "an event of the site's own",
            "request": "https://b.6sc.co/v1/beacon/img.gif?token=tk1&svisitor=v1&event=form_submit&q=%7B%22form%22%3A%22demo%22%7D",
            "hits": [{"kind": "event", "event": "form_submit", "account": "tk1", "values": {"form": "demo"}}],
        },
    ),
    lookalikes=(
        "https://6sense.com/platform/",
        "https://abm.6sense.com/",
        "https://shop.example/?u=https%3A%2F%2Fb.6sc.co%2Fv1%2Fbeacon%2Fimg.gif%3Ftoken%3D1",
        "https://shop.example/v1/beacon/img.gif?token=1",
        "https://b.not6sc.co/v1/beacon/img.gif",
        "https://epsilon.6sense.com.evil.example/v3/company/details",
    ),
)  # fmt: skip
