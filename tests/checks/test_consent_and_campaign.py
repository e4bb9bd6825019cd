"""consent-breach, personal-data-sent, missing-campaign, campaign-lost, campaign-invented."""

from dataclasses import replace

import pytest

from harness.capture.captured import CapturedRequest, Outcome
from harness.checks.personal_data_sent import emails
from harness.errors import Place
from harness.plan.model import Rule
from harness.verify.story import DENIED, GRANTED


def landed(shop, *, to=("ga4",), **more):
    return shop.journey(shop.step("land", shop.expect("page_view", times=(0, None), to=to)), **more)


def codes(verdict):
    return [each.code for each in verdict.violations]


# ---- consent --------------------------------------------------------------------------------------------------

PINGS = [
    ("denied, a random client id", {"consent": DENIED, "identifiers": {"client_id": "5.5", "session_id": "7"}}, 0),
    ("denied, nothing else", {"consent": DENIED}, 0),
    ("says granted", {"consent": GRANTED}, 1),
    ("says nothing", {}, 1),
    ("only the other purpose denied", {"consent": {"ad_storage": False}}, 1),
    ("a user id", {"consent": DENIED, "identifiers": {"user_id": "u1"}}, 1),
    ("a cookie's id", {"consent": DENIED, "identifiers": {"fbp": "fb.1.2.3"}}, 1),
    ("a click id of this address", {"consent": DENIED, "identifiers": {"gclid": "abc"}}, 0),
    ("a click id that was kept", {"consent": DENIED, "identifiers": {"gclid": "old"}}, 1),
    ("the id without cookies", {"consent": DENIED, "identifiers": {"cookieless_id": "1"}}, 0),
]


@pytest.mark.parametrize(("hit", "found"), [row[1:] for row in PINGS], ids=[row[0] for row in PINGS])
def test_pings_without_consent(shop, checks, hit, found):
    story = shop.Story(landed(shop, consent=shop.consent), denied=("analytics", "marketing"))
    with story.step("land"):
        story.load("/?gclid=abc")
        story.consent("deny", analytics=False, marketing=False)
        story.hit("ga4", "page_view", **hit)
    assert codes(story.judge(checks)) == ["consent-breach"] * found


def test_a_client_id_that_outlives_its_page(shop, checks):
    for ids, found in ((("1.1", "1.1"), 2), (("1.1", "2.2"), 0)):
        story = shop.Story(landed(shop, consent=shop.consent), denied=("analytics", "marketing"))
        with story.step("land"):
            story.load("/")
            story.consent("deny", analytics=False, marketing=False)
            story.hit("ga4", "page_view", consent=DENIED, identifiers={"client_id": ids[0]})
            story.hit("ga4", "user_engagement", consent=DENIED, identifiers={"client_id": ids[0]})
            story.load("/two", referrer="/")
            story.hit("ga4", "page_view", consent=DENIED, identifiers={"client_id": ids[1]})
        assert codes(story.judge(checks)) == ["consent-breach"] * found


@pytest.mark.parametrize(
    ("cookie_first", "found"), [(True, ["consent-breach"]), (False, [])], ids=["was there before", "came with the grant"]
)
def test_a_client_id_that_is_in_a_cookie(shop, checks, cookie_first, found):
    """A tag may keep the id it used in memory once consent is granted; the ping before that was cookieless all the same."""
    story = shop.Story(landed(shop, consent=shop.consent))
    cookie = CapturedRequest(id="c1", url="https://shop.example/logo.png", headers=(("Cookie", "_ga=GA1.1.111.222; x=1"),))
    with story.step("land"):
        story.load("/")
        if cookie_first:
            story.recording.append(cookie)
        story.hit("ga4", "page_view", consent=DENIED, identifiers={"client_id": "111.222"})
        story.consent("grant", began=story.time + 0.01, analytics=True, marketing=True)
        if not cookie_first:
            story.recording.append(replace(cookie, time=story.time))
    assert codes(story.judge(checks)) == found


COOKIES = [
    ("beside what is no cookie by the book", 'prefs={"a":1, "b":[2]}; odd; _ga=GA1.1.111.222', "111.222", ["consent-breach"]),
    ("percent-encoded", "own=%7B%22id%22%3A%22111%2F222%22%7D", "111/222", ["consent-breach"]),
    ("quoted", '_ga="111.222"', "111.222", ["consent-breach"]),
    ("too short to tell", "_ga=GA1.1.111.222", "1.1", []),
    ("of another visitor", "_ga=GA1.1.111.333", "111.222", []),
]


@pytest.mark.parametrize(("cookies", "client", "found"), [row[1:] for row in COOKIES], ids=[row[0] for row in COOKIES])
def test_how_a_cookie_is_read(shop, checks, cookies, client, found):
    story = shop.Story(landed(shop, consent=shop.consent))
    with story.step("land"):
        story.load("/")
        story.recording.append(CapturedRequest(id="c1", url="https://shop.example/logo.png"))
        # As a browser tells it: what was added to the request when it was sent comes with what became of it.
        story.recording.append(Outcome(request="c1", state="delivered", headers=(("Cookie", cookies),)))
        story.hit("ga4", "page_view", consent=DENIED, identifiers={"client_id": client})
    assert codes(story.judge(checks)) == found


def test_a_client_id_of_before_the_withdrawal(shop, checks):
    story = shop.Story(landed(shop, consent=shop.consent))
    with story.step("land"):
        story.load("/")
        story.consent("grant", analytics=True, marketing=True)
        story.hit("ga4", "page_view", consent=GRANTED, identifiers={"client_id": "1.1"})
        story.consent("withdraw", analytics=False, marketing=False)
        story.load("/two", referrer="/")
        story.hit("ga4", "page_view", consent=DENIED, identifiers={"client_id": "1.1"})
    assert codes(story.judge(checks)) == ["consent-breach"]


MOMENTS = [
    ("before the banner was driven", -1.0, ["consent-breach"]),
    ("while the decision was read back", 0.2, []),
    ("after it", 1.0, []),
]


@pytest.mark.parametrize(("when", "found"), [row[1:] for row in MOMENTS], ids=[row[0] for row in MOMENTS])
def test_the_moment_of_the_grant(shop, checks, when, found):
    story = shop.Story(landed(shop, to=("meta-pixel",), consent=shop.consent))
    with story.step("land"):
        story.load("/")
        if when < 0:
            story.hit("meta-pixel", "PageView")
            story.wait(1)
        began = story.time + 0.05
        if 0 < when < 1:
            story.hit("meta-pixel", "PageView")
        story.consent("grant", began=began, analytics=True, marketing=True)
        if when >= 1:
            story.hit("meta-pixel", "PageView")
    assert codes(story.judge(checks)) == found


def test_a_consent_update_of_the_page_is_a_grant_where_the_test_pressed_the_button(shop, checks):
    story = shop.Story(landed(shop, to=("meta-pixel",), consent=shop.consent))
    with story.step("land"):
        story.load("/")
        story.push(raw={"$type": "arguments", "items": ["consent", "default", dict.fromkeys(GRANTED, "denied")]})
        story.push(raw={"$type": "arguments", "items": ["consent", "update", dict.fromkeys(GRANTED, "granted")]})
        story.hit("meta-pixel", "PageView")
    assert codes(story.judge(checks)) == []


def test_a_plan_without_a_banner_asks_no_consent_in_the_baseline(shop, checks):
    story = shop.Story(landed(shop, to=("meta-pixel",)))
    with story.step("land"):
        story.load("/")
        story.hit("meta-pixel", "PageView")
    assert codes(story.judge(checks)) == []


def test_one_purpose_denied_leaves_the_other(shop, checks):
    story = shop.Story(landed(shop, to=("ga4", "meta-pixel"), consent=shop.consent), denied=("marketing",))
    with story.step("land"):
        story.load("/")
        story.consent("deny", analytics=True, marketing=False)
        story.hit("ga4", "page_view", consent=DENIED | {"analytics_storage": True})
        story.hit("meta-pixel", "PageView")
    verdict = story.judge(checks)
    assert [(each.code, each.destination) for each in verdict.violations] == [("consent-breach", "meta-pixel")]


def test_a_denial_that_was_not_made_proves_nothing(shop, checks):
    story = shop.Story(landed(shop, to=("meta-pixel",), consent=shop.consent), denied=("analytics", "marketing"), needs=("deny",))
    with story.step("land"):
        story.load("/")
        story.disturb("deny", applied=False, reason="the banner did not show")
        story.hit("meta-pixel", "PageView")
    verdict = story.judge(checks)
    assert verdict.state == "inconclusive"
    assert {doubt.code for doubt in verdict.doubts} == {"scenario-not-applied"}


def test_events_are_not_missed_without_consent(shop, checks):
    expected = shop.journey(shop.step("land", "page_view"), consent=shop.consent)
    story = shop.Story(expected, denied=("analytics", "marketing"))
    with story.step("land"):
        story.load("/")
        story.consent("deny", analytics=False, marketing=False)
        story.push("page_view")
    assert codes(story.judge(checks)) == []
    story = shop.Story(expected, denied=("analytics", "marketing"))
    with story.step("land"):
        story.load("/")
        story.consent("deny", analytics=False, marketing=False)
    verdict = story.judge(checks)
    assert [(each.code, each.destination) for each in verdict.violations] == [("missing-event", "data-layer")]


# ---- personal data --------------------------------------------------------------------------------------------

ADDRESSES = [
    ("anna@mail.example", 1),
    ("https://shop.example/?email=anna%40mail.example", 1),
    ("https://shop.example/?next=%2Fme%3Fmail%3Danna%2540mail.example", 1),
    ('{"traits": {"email": "anna.b+x@mail.co.uk"}}', 1),
    ("first@one.example,second@two.example", 2),
    ("mailto:anna@mail.example", 1),
    ("f1e2d3c4b5a6978877665544332211000102030405060708090a0b0c0d0e0f10", 0),
    ("logo@2x.png", 0),
    ("posthog-js@1.2.3", 0),
    ("https://cdn.example/npm/swiper@8.4.5/swiper.min.js", 0),
    ("https://abc123@o12345.ingest.sentry.example/1", 0),
    ("@handle", 0),
    ("a@b", 0),
    ("x" * 300_000, 0),
]


@pytest.mark.parametrize(("text", "count"), ADDRESSES, ids=[text[:30] for text, _ in ADDRESSES])
def test_addresses_in_texts(text, count):
    assert len(emails(text)) == count


def test_an_address_in_the_page_is_told_once_per_parameter(shop, checks):
    story = shop.Story(landed(shop, to=("ga4", "meta-pixel")))
    with story.step("land"):
        story.load("/?email=anna%40mail.example")
        for _ in range(2):
            story.route(f"/step{story.time}?email=anna%40mail.example")
            story.hit("ga4", "page_view")
        story.hit("meta-pixel", "PageView")
    verdict = story.judge(checks)
    assert [(each.code, each.destination, each.details["parameter"]) for each in verdict.violations] == [
        ("personal-data-sent", "ga4", "dl"),
        ("personal-data-sent", "meta-pixel", "dl"),
    ]
    assert "anna@mail" not in verdict.violations[0].message


def test_a_vendor_that_the_plan_does_not_name_counts_too(shop, checks):
    story = shop.Story(landed(shop))
    with story.step("land"):
        story.load("/")
        story.hit("segment", "identify", kind="identify", email="anna@mail.example")
    assert codes(story.judge(checks)) == ["personal-data-sent"]


# ---- campaigns ------------------------------------------------------------------------------------------------

LINKS = [
    ("none", "/", []),
    ("whole", "/?utm_source=news&utm_medium=email", []),
    ("half", "/?utm_source=news", ["missing-campaign"]),
    ("another medium than agreed", "/?utm_source=news&utm_medium=pigeon", ["missing-campaign"]),
    ("empty", "/?utm_source=&utm_medium=email", ["missing-campaign"]),
    ("paid without", "/offer-1", ["missing-campaign"]),
    ("paid with", "/offer-1?utm_source=news&utm_medium=cpc", []),
]


@pytest.mark.parametrize(("link", "found"), [row[1:] for row in LINKS], ids=[row[0] for row in LINKS])
def test_links(shop, checks, link, found):
    story = shop.Story(landed(shop))
    with story.step("land"):
        story.load(link)
        story.hit("ga4", "page_view")
    assert codes(story.judge(checks)) == found


def test_links_are_judged_in_the_baseline_alone(shop, checks):
    story = shop.Story(landed(shop), scenario="reload")
    with story.step("land"):
        story.load("/offer-1")
        story.hit("ga4", "page_view")
    assert codes(story.judge(checks)) == []


ARRIVALS = [
    ("as it came", {}, []),
    ("lost", {"campaign": {}, "page_url": "https://shop.example/"}, ["campaign-lost"]),
    ("in part", {"campaign": {"utm_source": "news"}, "page_url": "https://shop.example/"}, ["campaign-lost"]),
    ("changed", {"campaign": {"utm_source": "other", "utm_medium": "email"}, "page_url": None}, ["campaign-lost"]),
    ("in the hit's own fields", {"campaign": {"utm_source": "news", "utm_medium": "email"}, "page_url": "https://shop.example/"}, []),
]


@pytest.mark.parametrize(("hit", "found"), [row[1:] for row in ARRIVALS], ids=[row[0] for row in ARRIVALS])
def test_the_first_hit_carries_the_campaign(shop, checks, hit, found):
    story = shop.Story(landed(shop))
    with story.step("land"):
        story.load("/?utm_source=news&utm_medium=email")
        story.hit("ga4", "page_view", **hit)
        story.load("/two", referrer="/")
        story.hit("ga4", "page_view")
    assert codes(story.judge(checks)) == found


def test_a_link_of_the_site_itself_with_a_campaign(shop, checks):
    story = shop.Story(landed(shop))
    with story.step("land"):
        story.load("/")
        story.hit("ga4", "page_view")
        story.load("/sale?utm_source=home&utm_medium=email", referrer="/")
        story.hit("ga4", "page_view")
    assert codes(story.judge(checks)) == ["campaign-lost"]


INVENTED = [
    ("none", {"campaign": {}}, []),
    ("undefined", {"campaign": {"utm_source": "undefined"}}, ["campaign-invented"]),
    ("stale", {"campaign": {"utm_source": "news"}, "page_url": None}, ["campaign-invented"]),
]


@pytest.mark.parametrize(("hit", "found"), [row[1:] for row in INVENTED], ids=[row[0] for row in INVENTED])
def test_no_campaign_is_invented(shop, checks, hit, found):
    story = shop.Story(landed(shop), scenario="no-utm", campaign_dropped=("*",))
    with story.step("land"):
        story.load("/?utm_source=news&utm_medium=email", redirect=("/",))
        story.hit("ga4", "page_view", **hit)
    assert codes(story.judge(checks)) == found


def test_what_was_not_dropped_must_still_arrive(shop, checks):
    for campaign, found in (({"utm_source": "news"}, []), ({}, ["campaign-lost"])):
        story = shop.Story(landed(shop), scenario="no-utm", campaign_dropped=("utm_medium",))
        with story.step("land"):
            story.load("/?utm_source=news&utm_medium=email", redirect=("/?utm_source=news",))
            story.hit("ga4", "page_view", campaign=campaign, page_url="https://shop.example/")
        assert codes(story.judge(checks)) == found


@pytest.mark.parametrize(("source", "found"), [("direct", []), ("undefined", ["campaign-invented"]), ("news", ["campaign-invented"])])
def test_a_parameter_of_the_campaign_is_not_invented(shop, checks, source, found):
    from harness.plan.model import Parameter, ValueType

    lead = shop.events["generate_lead"]
    optional = Parameter(name="lead_source", presence="optional", value=ValueType(type="string"))
    rule = Rule(check="lead_source == campaign.utm_source", place=Place("shop.plan.yaml", 120))
    lead = shop.replace(lead, parameters=(*lead.parameters, optional), rules=(rule,))
    expected = shop.journey(shop.step("land", shop.expect("generate_lead", to=("ga4",))), events=shop.events | {"generate_lead": lead})
    story = shop.Story(expected, scenario="no-utm", campaign_dropped=("*",))
    with story.step("land"):
        story.load("/?utm_source=news&utm_medium=email", redirect=("/",))
        story.hit("ga4", "generate_lead", lead_id="L-1", lead_source=source)
    assert codes(story.judge(checks)) == found
