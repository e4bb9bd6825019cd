"""Mailchimp: sign-up forms, opens and clicks of campaigns, and the connected site's script.

Documentation: https://mailchimp.com/developer/marketing/docs/fundamentals/, https://mailchimp.com/help/add-a-signup-form-to-your-website/ (forms),
https://mailchimp.com/help/connect-or-disconnect-a-custom-site/ (connected sites).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, USER, FORM = "General", "User", "Form"
_READ = QueryReader(
    QueryTable(
        {
            "u": Row("user", "Account", GENERAL),
            "id": Row("list_id", "Audience or campaign ID", GENERAL),
            "e": Row("member", "Member ID", USER),
            "EMAIL": Row("EMAIL", "E-mail", USER),
            "f_id": Row("form_id", "Form ID", FORM),
            "tags": Row("tags", "Tags", FORM),
        },
        (Prefix("group[", field=None, group=FORM),),
    ),
    account="user",
    identifiers=("EMAIL", "member"),
)
_CALLS = {
    "post": ("event", "subscribe"),
    "subscribe": ("event", "subscribe"),
    "post-json": ("event", "subscribe"),
    "open.php": ("auxiliary", "open"),
    "click": ("event", "click"),
}


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    call = split_url(request.url).path.rpartition("/")[2]
    for hit in hits:
        hit.kind, hit.event = _CALLS.get(call, ("auxiliary", None))
    return hits


def _user(path: str, wire: Mapping[str, Any]) -> str | None:
    steps = path.split("/")
    return steps[steps.index("users") + 1] or None if "users" in steps[:-1] else None


VENDOR = Vendor(
    id="mailchimp",
    name="Mailchimp",
    category="marketing",
    docs=("https://mailchimp.com/help/add-a-signup-form-to-your-website/", "https://mailchimp.com/help/connect-or-disconnect-a-custom-site/"),
    endpoints=(
        *(Endpoint(host="*.list-manage.com", path=path) for path in ("/subscribe/post", "/subscribe/post-json", "/signup-form/subscribe", "/track/open.php", "/track/click")),
        Endpoint(host="*.list-manage.com", path="/signup-form/settings", role="config", decode=LibraryReader("config", account="u")),
        Endpoint(host="chimpstatic.com", role="library", decode=LibraryReader(account=_user)),
        Endpoint(host="downloads.mailchimp.com", path="/js/*", role="library", decode=LibraryReader()),
    ),
    decode=_decode,
    examples=(
        {
            "title": "a sign-up",
            "request": {"url": "https://acme.us1.list-manage.com/subscribe/post?u=ab12&id=cd34&f_id=00ef", "method": "POST", "body": "EMAIL=a%40b.co&FNAME=Ann&subscribe=Subscribe"},
            "hits": [{"kind": "event", "event": "subscribe", "account": "ab12", "values": {"list_id": "cd34"}, "identifiers": {"EMAIL": "a@b.co"}, "parameters": {"FNAME": "Ann"}}],
        },
        {
            "title": "a sign-up of a pop-up",
            "request": {"url": "https://mc.us5.list-manage.com/signup-form/subscribe?u=ab12&id=cd34", "method": "POST", "body": "EMAIL=a%40b.co"},
            "hits": [{"kind": "event", "event": "subscribe", "account": "ab12", "values": {"list_id": "cd34"}, "identifiers": {"EMAIL": "a@b.co"}}],
        },
        {
            "title": "a pop-up's settings",
            "request": {"url": "https://mc.us5.list-manage.com/signup-form/settings?u=ab12&id=cd34&for_preview=0"},
            "hits": [{"kind": "config", "account": "ab12"}],
        },
        {
            "title": "a campaign opened",
            "request": {"url": "https://acme.us1.list-manage.com/track/open.php?u=ab12&id=cd34&e=ef56"},
            "hits": [{"kind": "auxiliary", "event": "open", "account": "ab12", "identifiers": {"member": "ef56"}}],
        },
        {
            "title": "the connected site's script",
            "request": {"url": "https://chimpstatic.com/mcjs-connected/js/users/ab12/cd34.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "ab12"}],
        },
    ),
    lookalikes=("https://shop.example/subscribe/post?u=1&id=2", "https://acme.us1.list-manage.com/unsubscribe?u=1&id=2", "https://mailchimp.com/help/", "https://acme.notlist-manage.com/subscribe/post", "https://chimpstatic.com.evil.example/mcjs-connected/js/users/a/b.js"),
)  # fmt: skip
