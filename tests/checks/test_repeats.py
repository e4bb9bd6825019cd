"""missing-event, wrong-count, duplicate-hit, refired-on-reload: how often an event was told."""


def bought(shop, **options):
    return shop.Story(shop.journey(shop.step("land", "page_view"), shop.step("order", "page_view", "purchase")), **options)


def walk(shop, story, *, order=True):
    with story.step("land"):
        story.load("/")
        shop.told(story, "page_view")
    with story.step("order"):
        story.load("/thanks")
        shop.told(story, "page_view")
        if order:
            shop.told(story, "purchase", shop.order())


def test_a_sound_walk_has_no_violation(shop, checks):
    story = bought(shop)
    walk(shop, story)
    verdict = story.judge(checks)
    assert (verdict.violations, verdict.warnings, verdict.doubts) == ((), (), ())
    assert verdict.state == "passed"


def test_a_reloaded_page_may_tell_its_page_view_again(shop, checks):
    story = bought(shop, scenario="reload")
    walk(shop, story)
    with story.reload():
        shop.told(story, "page_view")
    assert story.found(checks) == []


def test_a_purchase_that_fires_again_on_reload(shop, checks):
    story = bought(shop, scenario="reload")
    walk(shop, story)
    with story.reload():
        shop.told(story, "page_view")
        shop.told(story, "purchase", shop.order(), to=("ga4",))
    verdict = story.judge(checks)
    assert [(v.code, v.event, v.destination, v.severity) for v in verdict.violations] == [
        ("refired-on-reload", "purchase", "ga4", "blocker")
    ]
    message = verdict.violations[0].message
    assert message.startswith('GA4 "purchase" T-1 was sent 2 times: once in the step "order", again 0.')
    assert "after /thanks was reloaded. Revenue in GA4 would be counted twice." in message
    assert message.endswith("Expected once per transaction_id (shop.plan.yaml:102).")


def test_a_purchase_that_fires_again_where_its_page_is_opened_again(shop, checks):
    story = bought(shop, scenario="reload")
    walk(shop, story)
    with story.reload("/thanks", tab="p2"):
        shop.told(story, "page_view")
        shop.told(story, "purchase", shop.order())
    assert story.found(checks) == [
        ("refired-on-reload", "purchase", destination) for destination in ("data-layer", "ga4", "google-ads", "meta-pixel")
    ]


def test_a_new_number_for_the_same_page_is_a_refired_order_too(shop, checks):
    story = bought(shop, scenario="reload")
    walk(shop, story)
    with story.reload():
        shop.told(story, "page_view")
        shop.told(story, "purchase", shop.order("T-2"), to=("data-layer", "ga4"))
    assert story.found(checks) == [("refired-on-reload", "purchase", "data-layer"), ("refired-on-reload", "purchase", "ga4")]


def test_a_hit_of_the_old_load_that_leaves_during_the_reload_belongs_to_its_step(shop, checks):
    story = bought(shop, scenario="reload")
    with story.step("land"):
        story.load("/")
        shop.told(story, "page_view")
    with story.step("order"):
        story.load("/thanks")
        shop.told(story, "page_view")
        shop.told(story, "purchase", shop.order(), to=("data-layer", "meta-pixel", "google-ads"))
    with story.reload():
        story.hit("ga4", "purchase", old_load=True, **shop.order())
        shop.told(story, "page_view")
    assert story.found(checks) == []


def test_a_queued_hit_that_leaves_in_the_proof_is_not_missing(shop, checks):
    story = bought(shop)
    with story.step("land"):
        story.load("/")
        shop.told(story, "page_view")
    with story.step("order"):
        story.load("/thanks")
        shop.told(story, "page_view")
        shop.told(story, "purchase", shop.order(), to=("data-layer", "meta-pixel", "google-ads"))
    with story.proof():
        story.hit("ga4", "purchase", **shop.order())
    assert story.found(checks) == []


def test_an_event_of_the_first_step_that_leaves_in_the_second(shop, checks):
    expected = shop.journey(shop.step("look", "view_item"), shop.step("add", "add_to_cart"))
    story = shop.Story(expected)
    with story.step("look"):
        story.load("/tee")
        shop.told(story, "view_item", shop.goods(), to=("data-layer", "meta-pixel"))
    with story.step("add"):
        shop.told(story, "add_to_cart", shop.goods(), to=("data-layer", "meta-pixel"))
        story.hit("ga4", "view_item", **shop.goods())
        story.hit("ga4", "add_to_cart", **shop.goods())
    assert story.found(checks) == []


def test_two_equal_events_of_two_steps_that_leave_together(shop, checks):
    story = shop.Story(shop.journey(shop.step("add", "add_to_cart"), shop.step("add again", "add_to_cart")))
    with story.step("add"):
        story.load("/tee")
        shop.told(story, "add_to_cart", shop.goods(), to=("data-layer", "meta-pixel"))
    with story.step("add again"):
        shop.told(story, "add_to_cart", shop.goods(), to=("data-layer", "meta-pixel"))
        story.hit("ga4", "add_to_cart", **shop.goods())
        story.hit("ga4", "add_to_cart", **shop.goods())
    assert story.found(checks) == []


def test_an_event_placed_by_its_own_time(shop, checks):
    story = shop.Story(shop.journey(shop.step("one", shop.expect("refund", to=("ga4",))), shop.step("two")))
    with story.step("one"):
        story.load("/")
        at = story.time
    with story.step("two"):
        story.hit("ga4", "refund", event_time=at + 0.05, transaction_id="T-9")
    assert story.found(checks) == []


def test_a_purchase_that_nobody_sent(shop, checks):
    story = bought(shop)
    walk(shop, story, order=False)
    verdict = story.judge(checks)
    assert [(v.code, v.event) for v in verdict.violations] == [("missing-event", "purchase")]
    assert verdict.violations[0].details["destinations"] == ["data-layer", "ga4", "meta-pixel", "google-ads"]
    assert '"purchase" was not sent to the data layer, GA4, Meta Pixel and Google Ads in the step "order".' in verdict.violations[0].message


def test_a_purchase_that_one_tag_did_not_send(shop, checks):
    story = bought(shop)
    walk(shop, story, order=False)
    with story.step("order"):
        pass
    story = bought(shop)
    with story.step("land"):
        story.load("/")
        shop.told(story, "page_view")
    with story.step("order"):
        story.load("/thanks")
        shop.told(story, "page_view")
        shop.told(story, "purchase", shop.order(), to=("data-layer", "ga4", "google-ads"))
    verdict = story.judge(checks)
    assert [(v.code, v.event, v.destination) for v in verdict.violations] == [("missing-event", "purchase", "meta-pixel")]
    assert "The data layer had it, but the tag did not send it." in verdict.violations[0].message


def test_a_misspelt_event_is_named_once(shop, checks):
    story = bought(shop)
    walk(shop, story, order=False)
    story.current = 1
    shop.told(story, "purchase", shop.order(), to=("data-layer", "meta-pixel", "google-ads"))
    story.hit("ga4", "Purchase", **shop.order())
    verdict = story.judge(checks)
    assert [(v.code, v.event, v.destination) for v in verdict.violations] == [("missing-event", "purchase", "ga4")]
    assert 'GA4 got "Purchase" instead of "purchase".' in verdict.violations[0].message
    assert verdict.warnings == ()


def test_a_page_view_told_twice_by_one_page(shop, checks):
    story = bought(shop)
    with story.step("land"):
        story.load("/")
        shop.told(story, "page_view")
        story.hit("ga4", "page_view")
    with story.step("order"):
        story.load("/thanks")
        shop.told(story, "page_view")
        shop.told(story, "purchase", shop.order())
    assert story.found(checks) == [("duplicate-hit", "page_view", "ga4")]


def test_page_views_of_route_changes_are_their_own(shop, checks):
    story = shop.Story(shop.journey(shop.step("land", "page_view"), shop.step("go", shop.expect("page_view"))))
    with story.step("land"):
        story.load("/")
        shop.told(story, "page_view")
    with story.step("go"):
        # Told just before the address changes, and about the old address: sites do both.
        story.push("page_view")
        story.hit("ga4", "page_view")
        story.route("/two")
        story.hit("meta-pixel", "PageView")
    assert story.found(checks) == []


def test_taking_the_campaign_off_the_address_is_no_new_page(shop, checks):
    story = shop.Story(shop.journey(shop.step("land", "page_view")))
    with story.step("land"):
        story.load("/?utm_source=news&utm_medium=email")
        shop.told(story, "page_view")
        story.route("/")
        story.hit("ga4", "page_view")
    assert story.found(checks) == [("duplicate-hit", "page_view", "ga4")]


def test_add_to_cart_twice_on_one_click(shop, checks):
    story = shop.Story(shop.journey(shop.step("add", "add_to_cart")))
    with story.step("add"):
        story.load("/tee")
        shop.told(story, "add_to_cart", shop.goods())
        story.hit("ga4", "add_to_cart", **shop.goods())
    assert story.found(checks) == [("duplicate-hit", "add_to_cart", "ga4")]


def test_another_product_beyond_the_expected_is_a_wrong_count(shop, checks):
    other = shop.goods(items=[{"item_id": "CAP-01", "price": 19.9, "quantity": 1}])
    story = shop.Story(shop.journey(shop.step("add", "add_to_cart")))
    with story.step("add"):
        story.load("/tee")
        shop.told(story, "add_to_cart", shop.goods())
        story.hit("ga4", "add_to_cart", **other)
    assert story.found(checks) == [("wrong-count", "add_to_cart", "ga4")]


def test_fewer_than_expected_is_a_wrong_count(shop, checks):
    story = shop.Story(shop.journey(shop.step("add", shop.expect("add_to_cart", times=(2, 2), to=("ga4",)))))
    with story.step("add"):
        story.load("/tee")
        story.hit("ga4", "add_to_cart", **shop.goods())
    assert story.found(checks) == [("wrong-count", "add_to_cart", "ga4")]


def test_an_unplaced_order_number_is_missing_and_not_a_duplicate(shop, checks):
    without = {name: value for name, value in shop.order().items() if name != "transaction_id"}
    story = shop.Story(shop.journey(shop.step("order", shop.expect("purchase", times=(2, 2), to=("ga4",)))))
    with story.step("order"):
        story.load("/thanks")
        story.hit("ga4", "purchase", **without)
        story.hit("ga4", "purchase", **without)
    assert story.found(checks) == [("missing-parameter", "purchase", "ga4")]


def test_retries_redirects_and_mirrors_are_no_events(shop, checks):
    story = shop.Story(shop.journey(shop.step("order", shop.expect("purchase", to=("ga4",)))))
    with story.step("order"):
        story.load("/thanks")
        story.hit("ga4", "purchase", outcome=("failed", None), reason="net::ERR_CONNECTION_RESET", **shop.order())
        first = story.hit("ga4", "purchase", **shop.order())
        story.hit("ga4", "purchase", redirected_from=first.id, **shop.order())
        story.hit("ga4", "purchase", url="https://mirror.example/collect", **shop.order())
    assert story.found(checks) == []


def test_the_same_hit_sent_again_after_success_is_a_duplicate(shop, checks):
    story = shop.Story(shop.journey(shop.step("order", shop.expect("purchase", to=("ga4",)))))
    with story.step("order"):
        story.load("/thanks")
        story.hit("ga4", "purchase", **shop.order())
        story.hit("ga4", "purchase", **shop.order())
    assert story.found(checks) == [("duplicate-hit", "purchase", "ga4")]


def test_a_step_that_was_not_reached_is_a_doubt(shop, checks):
    story = bought(shop)
    with story.step("land"):
        story.load("/")
        shop.told(story, "page_view")
    with story.step("order", reached=False):
        story.load("/thanks")
    verdict = story.judge(checks)
    assert verdict.violations == ()
    assert [doubt.code for doubt in verdict.doubts] == ["step-not-reached"]
    assert verdict.state == "inconclusive"


def test_an_event_that_came_after_its_time(shop, checks):
    story = shop.Story(shop.journey(shop.step("add", shop.expect("add_to_cart", within=2.0, to=("ga4",)))))
    with story.step("add"):
        story.load("/tee")
        story.wait(3)
        story.hit("ga4", "add_to_cart", **shop.goods())
    assert story.found(checks) == [("missing-event", "add_to_cart", "ga4")]
