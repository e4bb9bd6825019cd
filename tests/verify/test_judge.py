"""The judgement as a whole: one defect one violation, doubts, known issues, traffic without steps, what nothing could meet."""

import importlib
import pkgutil
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import harness.checks
from harness.capture.captured import CapturedRequest, Navigation, Push
from harness.decode.hit import Hit, Parameter
from harness.errors import Place
from harness.plan.model import (
    Destination,
    Event,
    Expectation,
    Expectations,
    ScenarioUse,
    Sending,
    StepExpectations,
    TrackingPlan,
)
from harness.plan.model import Parameter as PlanParameter
from harness.recording import Note, Recording, Step, Walk
from harness.verify.case import Case
from harness.verify.check import Check
from harness.verify.judge import judge, one_per_defect, unused
from harness.verify.story import Story
from harness.verify.violation import Evidence, Violation

CHECKS = [importlib.import_module(f"harness.checks.{module.name}").CHECK for module in pkgutil.iter_modules(harness.checks.__path__)]
CODES = {
    "missing-event", "unplanned-event", "wrong-count", "duplicate-hit", "refired-on-reload", "out-of-order", "missing-parameter",
    "unplanned-parameter", "type-mismatch", "value-mismatch", "wrong-account", "consent-breach", "personal-data-sent", "data-layer-stale",
    "missing-campaign", "campaign-lost", "campaign-invented", "failed-delivery", "undecodable-request",
}  # fmt: skip

EVENTS = {
    name: Event(
        name=name,
        parameters=(PlanParameter(name="id", presence="optional"),),
        sent_to=(Sending(destination="data-layer", event=name), Sending(destination="ga4", event=name)),
        once_per=once,
        conversion=conversion,
    )
    for name, once, conversion in (("view", ("page",), None), ("order", ("id",), "macro"), ("click", None, None))
}
DESTINATIONS = {
    "data-layer": Destination(id="data-layer", vendor="data-layer", account="dataLayer"),
    "ga4": Destination(id="ga4", vendor="ga4", account="G-1"),
}
PLAN = TrackingPlan(name="shop", events=EVENTS, destinations=DESTINATIONS)


def journey(*steps, **more):
    entries = tuple(
        StepExpectations(
            step=title,
            page=page,
            expect=tuple(
                Expectation(event=each, to=("ga4",), place=Place("j.yaml", 10 * number + index)) if isinstance(each, str) else each
                for index, each in enumerate(events)
            ),
            place=Place("j.yaml", 10 * number),
        )
        for number, (title, page, *events) in enumerate(steps, 1)
    )
    return Expectations(journey="j", plan=PLAN, steps=entries, place=Place("j.yaml", 1), **more)


def codes(verdict):
    return [each.code for each in verdict.violations], sorted({each.code for each in verdict.doubts})


def test_there_is_a_check_for_every_code_and_each_yields_to_known_ones():
    assert {check.code for check in CHECKS} == CODES
    assert {code for check in CHECKS for code in check.yields_to} <= CODES
    for check in CHECKS:
        assert check.title
        assert check.explanation.endswith(".")


# ---- doubts ---------------------------------------------------------------------------------------------------


def test_nothing_captured_proves_nothing():
    story = Story(journey(("go", None)))
    with story.step("go"):
        pass
    assert codes(story.judge(CHECKS)) == ([], ["nothing-captured"])


def test_a_step_that_the_walk_does_not_have():
    story = Story(journey(("go", None, "view"), ("pay", None, "order")))
    with story.step("go"):
        story.load("/")
        story.hit("ga4", "view")
    assert codes(story.judge(CHECKS)) == ([], ["step-not-reached"])


@pytest.mark.parametrize("doubt", ["page-crashed", "capture-gap", "consent-not-set"])
def test_a_note_that_doubts(doubt):
    story = Story(journey(("go", None, "view")))
    with story.step("go"):
        story.load("/")
        story.hit("ga4", "view")
        story.note("something happened", doubt=doubt)
        story.note("nothing of weight")
    verdict = story.judge(CHECKS)
    assert [(each.code, each.message, each.step_title) for each in verdict.doubts] == [(doubt, "something happened", "go")]
    assert verdict.state == "inconclusive"


@pytest.mark.parametrize(("applied", "doubts"), [(True, []), (False, ["scenario-not-applied"]), (None, ["scenario-not-applied"])])
def test_a_disturbance_that_the_scenario_needs(applied, doubts):
    story = Story(journey(("go", None, "view")), scenario="reload", needs=("reload",))
    with story.step("go"):
        story.load("/")
        story.hit("ga4", "view")
        if applied is not None:
            story.disturb("reload", applied=applied, reason="" if applied else "the page is the answer to a form")
    assert codes(story.judge(CHECKS)) == ([], doubts)


def test_a_site_that_is_down():
    story = Story(journey(("go", None, "view")))
    with story.step("go", reached=False):
        story.load("/", status=503)
    verdict = story.judge(CHECKS)
    assert verdict.violations == ()
    assert [each.code for each in verdict.doubts] == ["site-did-not-load"]


@pytest.mark.parametrize(
    ("reached", "down", "told"),
    [
        (False, True, ["site-did-not-load"]),
        (False, False, ["step-not-reached"]),
        (True, False, ["test-raised"]),
    ],
)
def test_one_cause_is_one_doubt(reached, down, told):
    story = Story(journey(("go", None, "view")))
    with story.step("go", reached=reached):
        story.load("/", status=503 if down else 200)
        story.hit("ga4", "view")
        story.note("the test ended early: Timeout", doubt="test-raised")
    assert codes(story.judge(CHECKS)) == ([], told)


def test_a_request_that_the_journey_answered_itself():
    story = Story(journey(("go", None, "view")))
    with story.step("go"):
        story.load("/")
        story.hit("ga4", "view", outcome=("answered-by-journey", 200))
    assert codes(story.judge(CHECKS)) == ([], ["answered-by-journey"])


def test_a_recording_that_was_cut_off():
    story = Story(journey(("go", None, "view")))
    with story.step("go"):
        story.load("/")
        story.hit("ga4", "view")
    story.recording.cut = "the recording was cut off in line 9"
    assert codes(story.judge(CHECKS)) == ([], ["recording-cut"])


def test_a_violation_beside_a_doubt_fails_the_walk_and_both_are_told():
    story = Story(journey(("go", None, "view"), ("pay", None, "order")))
    with story.step("go"):
        story.load("/")
    verdict = story.judge(CHECKS)
    assert codes(verdict) == (["missing-event"], ["step-not-reached"])
    assert verdict.state == "failed"


def test_a_check_that_crashes_is_a_doubt():
    def crash(_case):
        raise ZeroDivisionError("by zero")

    story = Story(journey(("go", None, "view")))
    with story.step("go"):
        story.load("/")
        story.hit("ga4", "view")
    verdict = story.judge([*CHECKS, Check(code="mine", severity="normal", title="t", explanation="e.", find=crash)])
    assert [(each.code, "mine" in each.message) for each in verdict.doubts] == [("check-crashed", True)]


# ---- known issues, unused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("uses", "state"), [
    ((ScenarioUse(name="baseline", known_issue="SHOP-412"),), "passed"),
    ((ScenarioUse(name="reload", known_issue="SHOP-412"),), "failed"),
    ((ScenarioUse(name="baseline"),), "failed"),
])  # fmt: skip
def test_known_issues_warn(uses, state):
    story = Story(journey(("go", None, "view"), scenarios=uses))
    with story.step("go"):
        story.load("/")
    verdict = story.judge(CHECKS)
    assert verdict.state == state
    if state == "passed":
        assert [each.code for each in verdict.warnings] == ["missing-event"]
        assert verdict.warnings[0].message.endswith("Known issue: SHOP-412.")


def test_what_no_walk_could_judge_is_unused():
    expected = journey(("go", None, "view"), ("pay", None, "order"))
    story = Story(expected)
    with story.step("go"):
        story.load("/")
        story.hit("ga4", "view")
    verdict = story.judge(CHECKS)
    assert verdict.met == (("j.yaml:10", (f"{story.hits[0].request_id}:0",)),)
    assert [str(each.place) for each in unused([verdict], expected)] == ["j.yaml:20"]
    assert [each.what for each in unused([], journey(("go", None)))] == ['the journey "j"']


def test_an_expectation_that_was_missed_was_judged():
    expected = journey(("go", None, "view"))
    story = Story(expected)
    with story.step("go"):
        story.load("/")
    assert unused([story.judge(CHECKS)], expected) == []


# ---- traffic without steps ------------------------------------------------------------------------------------

PAGES = journey(("land", "/", "view"), ("look", "/item/*", "view", "click"), ("pay", None, "order"))


def traffic(*hits, expected=PAGES):
    story = Story(expected, source="har")
    for path, event, values in hits:
        if story.urls.get("p1") != f"https://shop.example{path}":
            story.load(path)
        story.hit("ga4", event, **values)
    return story.judge(CHECKS)


WHOLE = [("/", "view", {}), ("/item/1", "view", {}), ("/item/1", "click", {}), ("/thanks", "order", {"id": "1"})]


def test_pages_stand_for_steps():
    assert codes(traffic(*WHOLE)) == ([], [])


@pytest.mark.parametrize(("hits", "found"), [
    (WHOLE[:3], (["missing-event"], [])),
    ([WHOLE[0], *WHOLE[2:]], (["missing-event"], [])),
    ([*WHOLE, WHOLE[3]], (["duplicate-hit"], [])),
    ([WHOLE[0], WHOLE[3]], ([], ["step-not-reached"])),
    ([*WHOLE, ("/else", "click", {"id": "9"})], (["unplanned-event"], [])),
])  # fmt: skip
def test_what_pages_tell(hits, found):
    told, doubts = codes(traffic(*hits))
    assert (told, doubts) == found or (found[0] == ["unplanned-event"] and told in (["unplanned-event"], ["wrong-count"]))


def test_a_data_layer_that_was_not_recorded_is_a_doubt():
    expected = journey(("land", "/", Expectation(event="view", place=Place("j.yaml", 5))))
    assert codes(traffic(WHOLE[0], expected=expected)) == ([], ["data-layer-not-recorded"])


def test_what_needs_steps_is_a_doubt():
    step = StepExpectations(
        step="pay", expect=(Expectation(event="order", within=2.0, to=("ga4",)),), forbid=("click",), place=Place("j.yaml", 3)
    )
    assert codes(traffic(WHOLE[3], expected=replace(PAGES, steps=(step,)))) == ([], ["not-judged-without-steps"])


# ---- one defect, one violation --------------------------------------------------------------------------------


def violation(code, hits, parameter=None, expectation=None):
    details = {key: value for key, value in (("parameter", parameter), ("expectation", expectation)) if value}
    return Violation(code=code, severity="normal", message=code, evidence=Evidence(hits=tuple((hit, 0) for hit in hits)), details=details)


def check(code, *yields_to):
    return Check(code=code, severity="normal", title=code, explanation=".", find=lambda _case: (), yields_to=yields_to)


WEAK_STRONG = [check("weak", "strong"), check("strong")]
OVERLAPS = [
    ("same hits", ("ab", None), ("ab", None), ["strong"]),
    ("fewer hits", ("a", None), ("ab", None), ["strong"]),
    ("one hit more", ("abc", None), ("ab", None), ["weak", "strong"]),
    ("no hits", ("", None), ("ab", None), ["weak", "strong"]),
    ("a parameter of a whole hit", ("a", "value"), ("a", None), ["strong"]),
    ("another parameter", ("a", "value"), ("a", "currency"), ["weak", "strong"]),
    ("the same parameter", ("a", "value"), ("a", "value"), ["strong"]),
]


@pytest.mark.parametrize(("weak", "strong", "kept"), [row[1:] for row in OVERLAPS], ids=[row[0] for row in OVERLAPS])
def test_the_most_specific_wins(weak, strong, kept):
    found = one_per_defect([violation("weak", *weak), violation("strong", *strong)], WEAK_STRONG)
    assert [each.code for each in found] == kept


def test_checks_that_yield_to_each_other_are_both_kept():
    found = one_per_defect([violation("a", "x"), violation("b", "x")], [check("a", "b"), check("b", "a")])
    assert [each.code for each in found] == ["a", "b"]


FOUND = st.lists(
    st.builds(
        lambda code, hits, parameter, place, step: replace(violation(code, hits, parameter, expectation=place), step=step),
        st.sampled_from(["a", "b", "c"]), st.lists(st.sampled_from("wxyz"), max_size=3), st.sampled_from([None, "value", "currency"]),
        st.sampled_from(["", "one:1", "one:2"]), st.sampled_from([None, 1]),
    ),
    max_size=12,
)  # fmt: skip


@given(FOUND, st.tuples(*[st.lists(st.sampled_from(["a", "b", "c"]), max_size=2)] * 3))
def test_one_per_defect_is_what_its_definition_says(found, yields_to):
    """Each beside each other: the definition, in as many steps as there are pairs."""
    checks = [check(code, *stronger) for code, stronger in zip("abc", yields_to, strict=True)]

    def redundant(each):
        weaker = {code: set(stronger) for code, stronger in zip("abc", yields_to, strict=True)}
        others = [one for one in found if one.code in weaker[each.code] and each.code not in weaker[one.code]]
        place = (each.details.get("expectation"), each.step)
        same = any(place == (one.details.get("expectation"), one.step) for one in others) and place[0]
        about = [one for one in others if one.details.get("parameter") in (None, each.details.get("parameter"))]
        covered = {hit for one in about for hit in one.evidence.hits}
        return same or (each.evidence.hits and covered.issuperset(each.evidence.hits))

    assert one_per_defect(found, checks) == [each for each in found if not redundant(each)]


def test_fifty_thousand_of_one_kind_are_as_many_steps():
    """A flood is one finding a push; to compare each with each other took minutes."""
    found = [violation("weak", [str(number)]) for number in range(50_000)]
    assert one_per_defect([*found, violation("strong", ["7"])], WEAK_STRONG) == [*found[:7], *found[8:], violation("strong", ["7"])]


# ---- anything at all ------------------------------------------------------------------------------------------

WORDS = st.sampled_from(["a@b.example", "undefined", "T-1", "%40"])
KEYS = st.sampled_from(["id", "event", "ecommerce", "items", "0", "$type", "x"])
TITLES = st.sampled_from(["land", "look", "pay"])
BEFORE = st.sampled_from([None, "r0", "r1", "gone"])
NAMES = st.sampled_from(["view", "order", "click", "zzz", None])
SECONDS = st.none() | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
URLS = st.sampled_from(["https://shop.example/", "https://shop.example/item/1?utm_source=a", "http://[bad", "about:blank", ""]) | st.text(
    max_size=10
)
TIMES = st.floats(min_value=0, max_value=20)
STEPS = st.integers(min_value=0, max_value=5)
PAGE = {"page": st.sampled_from(["p1", "p2", None]), "page_load": st.sampled_from([1, 2, None]), "step": STEPS, "time": TIMES}


@st.composite
def recordings(draw):
    recording = Recording(
        Walk(
            source=draw(st.sampled_from(["walk", "har", "requests"])),
            environment=draw(st.sampled_from([None, "staging"])),
            clock_offset=draw(st.floats(min_value=0, max_value=10)),
        )
    )
    hits = []
    for index in range(draw(st.integers(min_value=0, max_value=4))):
        kind = draw(st.sampled_from(["before", "journey", "scenario", "proof"]))
        of = draw(st.none() | st.integers(min_value=0, max_value=5))
        recording.append(
            Step(
                index=index,
                title=draw(TITLES),
                kind=kind,
                of=of,
                began=draw(TIMES),
                reached=draw(st.booleans()),
            )
        )
    for number in range(draw(st.integers(min_value=0, max_value=8))):
        kind = draw(st.sampled_from(["request", "push", "navigation", "note"]))
        place = {name: draw(strategy) for name, strategy in PAGE.items()}
        if kind == "navigation":
            how = draw(st.sampled_from(["document", "reload", "history", "fragment", "back-forward", "unknown"]))
            recording.append(Navigation(url=draw(URLS), kind=how, **(place | {"page": place["page"] or "p1"})))
        elif kind == "note":
            recording.append(Note(time=place["time"], step=place["step"], what="n", details={"clock_ahead": draw(JSON)}))
        elif kind == "push":
            push = Push(id=f"l{number}", source="dataLayer", value=draw(JSON), page_url=draw(st.none() | URLS), **place)
            recording.append(push)
            if draw(st.booleans()):
                hits.append(
                    Hit(
                        vendor="data-layer", event=draw(st.sampled_from(["view", "order", None])), account="dataLayer", request_id=push.id,
                        values=draw(st.dictionaries(st.sampled_from(["id", "ecommerce", "x"]), JSON, max_size=3)),
                    )
                )  # fmt: skip
        else:
            request = CapturedRequest(
                id=f"r{number}", url=draw(URLS), page_url=draw(st.none() | URLS), redirected_from=draw(BEFORE),
                resource_type=draw(st.sampled_from([None, "document", "ping"])), **place,
            )  # fmt: skip
            recording.append(request)
            for position in range(draw(st.integers(min_value=0, max_value=2))):
                hits.append(
                    Hit(
                        vendor=draw(st.sampled_from(["ga4", "segment", "nobody"])), event=draw(NAMES),
                        account=draw(st.sampled_from(["G-1", "G-2", None])), position=position,
                        request_id=draw(st.sampled_from([request.id, "gone"])),
                        kind=draw(st.sampled_from(["event", "pageview", "auxiliary", "library"])), page_url=draw(st.none() | URLS),
                        values=draw(st.dictionaries(st.sampled_from(["id", "items", "x"]), JSON, max_size=3)),
                        parameters=[Parameter("x", draw(JSON))], event_time=draw(SECONDS),
                        identifiers={"client_id": draw(st.text(max_size=3))}, campaign=draw(TEXTS),
                    )
                )  # fmt: skip
    return recording, hits


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(recordings())
def test_anything_at_all_is_judged(given_walk):
    recording, hits = given_walk
    verdict = judge(Case(recording=recording, hits=hits, expectations=PAGES), CHECKS)
    assert not [doubt.message for doubt in verdict.doubts if doubt.code == "check-crashed"]
    known = {(hit.request_id, hit.position) for hit in hits}
    for each in (*verdict.violations, *verdict.warnings):
        assert each.message
        assert set(each.evidence.hits) <= known


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(4)), st.lists(st.sampled_from(["image", "script", "fetch"]), max_size=3))
def test_unrelated_requests_and_how_vendors_overtake_each_other_change_nothing(order, strangers):
    expected = journey(("go", None, *(Expectation(event=each, place=Place("j.yaml", 7)) for each in ("view", "order", "click"))))
    story = Story(expected)
    with story.step("go"):
        story.load("/")
        for name in ("view", "order", "click"):
            story.push(name, id=name)
        for number, kind in enumerate(strangers):
            story.recording.append(
                CapturedRequest(id=f"x{number}", url="https://cdn.example/a", resource_type=kind, step=story.current, time=story.time)
            )
        sent = ["view", "order", "click", "order"]
        for index in order:
            story.hit("ga4", sent[index], id=sent[index])
    assert story.found(CHECKS) == [("duplicate-hit", "order", "ga4")]
