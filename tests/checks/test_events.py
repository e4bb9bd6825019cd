"""unplanned-event, wrong-account, out-of-order, failed-delivery, undecodable-request: which events went where."""

import pytest

from harness.capture.captured import Body


def one_step(shop, *events, name="go", forbid=(), walk_forbid=(), **more):
    options = {key: more.pop(key) for key in ("forbid_others", "listed_order") if key in more}
    return shop.journey(shop.step(name, *events, forbid=forbid, **options), forbid=walk_forbid, **more)


def codes(verdict):
    return [(each.code, each.event, each.details.get("destinations") or [each.destination]) for each in verdict.violations]


def test_an_event_that_the_walk_forbids(shop, checks):
    story = shop.Story(one_step(shop, "page_view", walk_forbid=("refund",)))
    with story.step("go"):
        story.load("/")
        shop.told(story, "page_view")
        story.push("refund", transaction_id="T-1")
        story.hit("ga4", "refund", transaction_id="T-1")
    assert codes(story.judge(checks)) == [("unplanned-event", "refund", ["data-layer", "ga4"])]


def test_what_the_step_forbids_is_allowed_elsewhere(shop, checks):
    story = shop.Story(shop.journey(shop.step("go", forbid=("view_item",)), shop.step("look", "view_item")))
    with story.step("go"):
        story.load("/")
    with story.step("look"):
        shop.told(story, "view_item", shop.goods())
    assert story.found(checks) == []


@pytest.mark.parametrize(("event", "found"), [("view_item", 1), ("new_thing", 1), ("user_engagement", 0), ("page_view", 0)])
def test_forbid_others(shop, checks, event, found):
    story = shop.Story(one_step(shop, "page_view", forbid_others=True))
    with story.step("go"):
        story.load("/")
        shop.told(story, "page_view")
        if event != "page_view":
            story.hit("ga4", event, **(shop.goods() if event == "view_item" else {}))
    verdict = story.judge(checks)
    assert [each.code for each in verdict.violations] == ["unplanned-event"] * found
    assert verdict.warnings == ()


def test_a_conversion_that_no_step_names(shop, checks):
    story = shop.Story(one_step(shop, "page_view"))
    with story.step("go"):
        story.load("/")
        shop.told(story, "page_view")
        shop.told(story, "purchase", shop.order())
    assert codes(story.judge(checks)) == [("unplanned-event", "purchase", ["data-layer", "ga4", "meta-pixel", "google-ads"])]


def test_a_named_event_in_a_step_that_does_not_name_it(shop, checks):
    story = shop.Story(shop.journey(shop.step("look", "view_item"), shop.step("go")))
    with story.step("look"):
        story.load("/tee")
        shop.told(story, "view_item", shop.goods())
    with story.step("go"):
        story.load("/cart")
        story.hit("ga4", "view_item", **shop.goods())
    assert story.found(checks) == [("unplanned-event", "view_item", "ga4")]


def test_an_event_in_the_wrong_step_is_missed_once(shop, checks):
    story = shop.Story(shop.journey(shop.step("look", shop.expect("view_item", to=("ga4",))), shop.step("go")))
    with story.step("look"):
        story.load("/tee")
    with story.step("go"):
        story.load("/cart")
        story.hit("ga4", "view_item", **shop.goods())
    verdict = story.judge(checks)
    assert codes(verdict) == [("missing-event", "view_item", ["ga4"])]
    assert 'It came in the step "go" instead.' in verdict.violations[0].message


def test_a_planned_event_that_nobody_names_is_allowed(shop, checks):
    story = shop.Story(one_step(shop, "page_view"))
    with story.step("go"):
        story.load("/")
        shop.told(story, "page_view")
        shop.told(story, "view_item", shop.goods())
    verdict = story.judge(checks)
    assert (verdict.violations, verdict.warnings) == ((), ())


@pytest.mark.parametrize(("policy", "violations", "warnings"), [("ignore", 0, 0), ("warn", 0, 1), ("fail", 1, 0)])
@pytest.mark.parametrize("hit", [("ga4", "new_thing"), ("segment", "Order Completed")])
def test_what_the_plan_does_not_know_is_its_choice(shop, checks, policy, violations, warnings, hit):
    story = shop.Story(one_step(shop, "page_view", unplanned=policy))
    with story.step("go"):
        story.load("/")
        shop.told(story, "page_view")
        story.hit(*hit)
        story.hit(*hit, page_url="https://shop.example/other")
    verdict = story.judge(checks)
    assert (len(verdict.violations), len(verdict.warnings)) == (violations, warnings)


@pytest.mark.parametrize("kind", ["library", "config", "auxiliary", "consent", "preflight", "identify"])
def test_kinds_that_are_no_events_are_never_unplanned(shop, checks, kind):
    story = shop.Story(one_step(shop, "page_view", unplanned="fail"))
    with story.step("go"):
        story.load("/")
        shop.told(story, "page_view")
        story.hit("ga4", "page_view" if kind == "preflight" else "x", kind=kind)
    assert story.found(checks) == []


def environments(shop, **accounts):
    destinations = {each.id: each for each in shop.destinations.values()} | {
        name: shop.replace(shop.destinations[name], account=account) for name, account in accounts.items()
    }
    return {"destinations": destinations, "environments": {"staging": ("staging.shop.example",), "production": ("shop.example",)}}


def test_another_environments_account(shop, checks):
    expected = one_step(shop, shop.expect("page_view", to=("ga4",)), **environments(shop, ga4={"staging": "G-STAGE", "production": "G-1"}))
    story = shop.Story(expected, environment="staging")
    with story.step("go"):
        story.load("https://staging.shop.example/")
        story.hit("ga4", "page_view", account="G-1")
    verdict = story.judge(checks)
    assert [(each.code, each.details["expected"], each.details["actual"]) for each in verdict.violations] == [
        ("wrong-account", "G-STAGE", "G-1")
    ]
    assert "the environment production" in verdict.violations[0].message


def test_an_environment_without_an_account_must_be_silent(shop, checks):
    expected = one_step(shop, "page_view", **environments(shop, **{"meta-pixel": {"production": "111"}}))
    for account, found in ((None, []), ("111", ["wrong-account"]), ("999", ["wrong-account"])):
        story = shop.Story(expected, environment="staging")
        with story.step("go"):
            story.load("https://staging.shop.example/")
            shop.told(story, "page_view", to=("data-layer", "ga4"))
            if account:
                story.hit("meta-pixel", "PageView", account=account)
        assert [each.code for each in story.judge(checks).violations] == found


def test_one_event_to_a_wrong_account_beside_the_right_ones(shop, checks):
    story = shop.Story(one_step(shop, "page_view", "purchase"))
    with story.step("go"):
        story.load("/")
        shop.told(story, "page_view")
        shop.told(story, "purchase", shop.order(), to=("data-layer", "meta-pixel", "google-ads"))
        story.hit("ga4", "purchase", account="G-2", **shop.order())
    assert story.found(checks) == [("wrong-account", "purchase", "ga4")]


def test_a_second_account_beside_the_right_one_is_unplanned(shop, checks):
    story = shop.Story(one_step(shop, "page_view"))
    with story.step("go"):
        story.load("/")
        shop.told(story, "page_view")
        story.hit("ga4", "page_view", account="G-2")
    verdict = story.judge(checks)
    assert verdict.violations == ()
    assert [(each.code, each.account) for each in verdict.warnings] == [("unplanned-event", "G-2")]


def test_conversion_labels_tell_two_conversions_apart(shop, checks):
    story = shop.Story(one_step(shop, shop.expect("purchase", to=("google-ads",))))
    with story.step("go"):
        story.load("/")
        story.hit("google-ads", "conversion", account="AW-1/abc", value="19.9")
    assert story.found(checks) == []


@pytest.mark.parametrize(("order", "found"), [
    (("page_view", "view_item"), []),
    (("view_item", "page_view"), [("out-of-order", "view_item", "data-layer")]),
])  # fmt: skip
def test_listed_order(shop, checks, order, found):
    story = shop.Story(one_step(shop, "page_view", "view_item", listed_order=True))
    with story.step("go"):
        story.load("/tee")
        for name in order:
            shop.told(story, name, shop.goods() if name == "view_item" else {})
    assert [(each.code, each.details["actual"][0], each.destination) for each in story.judge(checks).violations] == found


def test_requests_that_overtake_each_other_are_in_order(shop, checks):
    story = shop.Story(one_step(shop, "page_view", "view_item", listed_order=True))
    with story.step("go"):
        story.load("/tee")
        shop.told(story, "page_view", to=("data-layer", "meta-pixel"))
        shop.told(story, "view_item", shop.goods(), to=("data-layer", "meta-pixel"))
        story.hit("ga4", "view_item", **shop.goods())
        story.hit("ga4", "page_view")
    assert story.found(checks) == []


DELIVERY = [
    ("answered 500", ("stubbed", 500), "", 1),
    ("answered 404", ("delivered", 404), "", 1),
    ("no answer", ("failed", None), "net::ERR_NAME_NOT_RESOLVED", 1),
    ("refused by the page's policy", ("failed", None), "csp: connect-src", 1),
    ("taken", ("delivered", 200), "", 0),
    ("stubbed", ("stubbed", 204), "", 0),
    ("the page was left", ("failed", None), "net::ERR_ABORTED", 0),
    ("blocked", ("blocked", None), "", 0),
    ("not known", ("unknown", None), "", 0),
]


@pytest.mark.parametrize(("outcome", "reason", "found"), [row[1:] for row in DELIVERY], ids=[row[0] for row in DELIVERY])
def test_delivery(shop, checks, outcome, reason, found):
    story = shop.Story(one_step(shop, shop.expect("page_view", to=("ga4",))))
    with story.step("go"):
        story.load("/")
        story.hit("ga4", "page_view", outcome=outcome, reason=reason)
    assert [each.code for each in story.judge(checks).violations] == ["failed-delivery"] * found


def test_a_hit_that_a_retry_brought_through_was_delivered(shop, checks):
    story = shop.Story(one_step(shop, shop.expect("page_view", to=("ga4",))))
    with story.step("go"):
        story.load("/")
        story.hit("ga4", "page_view", outcome=("delivered", 503))
        story.hit("ga4", "page_view", outcome=("failed", None), reason="net::ERR_TIMED_OUT")
        story.hit("ga4", "page_view")
    assert story.found(checks) == []


def test_what_cannot_be_decoded(shop, checks):
    story = shop.Story(one_step(shop, shop.expect("page_view", to=("ga4",))))
    with story.step("go"):
        story.load("/")
        story.hit("ga4", "page_view")
        story.hit("ga4", None, undecoded="the body is no text")
    assert [each.code for each in story.judge(checks).violations] == ["undecodable-request"]


def test_a_body_that_capture_could_not_read_is_a_doubt(shop, checks):
    story = shop.Story(one_step(shop, shop.expect("page_view", to=("ga4",))))
    with story.step("go"):
        story.load("/")
        story.hit("ga4", "page_view", undecoded="cut", body=Body("partial", b"", "a file on disk"))
    verdict = story.judge(checks)
    assert verdict.violations == ()
    assert [doubt.code for doubt in verdict.doubts] == ["body-not-read"]
