"""What the requests of one walk are answered with. Called on the capture's thread; set up on the test's."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from harness.capture.captured import Answer, CapturedRequest
from harness.journey.addresses import same_site, without_query

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.capture.contract import Answerer


@dataclass(slots=True, kw_only=True)
class Rule:
    """An answer that the test asked for. ``times``: how often it is still given; None for always."""

    vendor: str | None
    url: str | None
    answer: Answer
    times: int | None


class Answers:
    """Answers as the run's mode says, unless the test or the scenario wants another.

    Args:
        usual: the run's own answerer.
        vendor_of: the id of the vendor that a request belongs to, or None.
        disturbed: told of each landing whose campaign was (or had not to be) dropped: (what, its URL, details).
    """

    def __init__(
        self,
        usual: Answerer,
        vendor_of: Callable[[CapturedRequest], str | None],
        disturbed: Callable[[str, str, dict[str, object]], None],
    ) -> None:
        self._usual = usual
        self._vendor_of = vendor_of
        self._disturbed = disturbed
        self._rules: list[Rule] = []
        self._dropping: tuple[str, ...] = ()
        self._outside: set[str] = set()
        self._lock = threading.Lock()

    def add(self, rule: Rule) -> None:
        """Answer what the rule matches; earlier rules go first."""
        with self._lock:
            self._rules.append(rule)

    def drop_campaign(self, names: tuple[str, ...]) -> None:
        """Take these query parameters (globs) off main-frame navigations that come from outside the site."""
        self._dropping = names

    def __call__(self, request: CapturedRequest) -> Answer | None:
        """What this request is answered with; None lets it through."""
        if self._dropping and (answer := self._without_campaign(request)) is not None:
            return answer
        if self._rules and request.resource_type != "preflight" and (answer := self._ruled(request)) is not None:
            return answer
        return self._usual(request)

    def _ruled(self, request: CapturedRequest) -> Answer | None:
        with self._lock:
            for rule in self._rules:
                if rule.times == 0 or not self._applies(rule, request):
                    continue
                if rule.times is not None:
                    rule.times -= 1
                return rule.answer
        return None

    def _applies(self, rule: Rule, request: CapturedRequest) -> bool:
        if rule.url is not None and not fnmatchcase(request.url, rule.url):
            return False
        return rule.vendor is None or self._vendor_of(request) == rule.vendor

    def _without_campaign(self, request: CapturedRequest) -> Answer | None:
        if request.resource_type != "document" or request.main_frame is False or (request.method or "GET") != "GET":
            return None
        # A link within the site sends the site as its referrer; what a visitor types or follows from elsewhere does not.
        referer = request.header("referer")
        from_outside = request.redirected_from in self._outside or referer is None or not same_site(referer, request.url)
        if not from_outside:
            return None
        self._outside.add(request.id)
        cleaned, dropped = without_query(request.url, self._dropping)
        if not dropped:
            if request.redirected_from is None:
                self._disturbed(f"{request.url} carried no campaign", request.url, {"dropped": []})
            return None
        self._disturbed(f"took {', '.join(dropped)} off the link", request.url, {"dropped": dropped, "to": cleaned})
        return Answer(status=307, headers=(("Location", cleaned), ("Cache-Control", "no-store")))
