r"""Each mistake that people make in the two files has its own message, with the line and the mend.

A row is: what is written in the place of what, and then the one problem that must be told: line, sentence, mend.
"""

# ruff: noqa: E501
from __future__ import annotations

import re

import pytest

from harness.plan.load import read_expectations, read_plan

VENDORS = ("ga4", "meta-pixel", "google-ads", "tiktok")
SCENARIOS = {"baseline": (), "reload": ("at",), "consent-denied": ("purposes",), "no-utm": ("drop",)}

PLAN = """\
name: shop
version: 3
naming: {events: '^[a-z_]+$'}
environments:
  staging: [staging.shop.example]
  production: [shop.example]
purposes:
  analytics: {signals: [analytics_storage]}
  marketing: {signals: [ad_storage]}
destinations:
  data-layer: {account: dataLayer}
  ga4:
    account: {staging: G-1, production: G-2}
    purpose: analytics
    without_consent: cookieless
  meta-pixel:
    account: "123"
    purpose: marketing
    parameters:
      value: value
      content_ids: items.item_id
campaign:
  parameters: {utm_source: required}
  reaches: [ga4]
common_parameters: {page_type: required}
parameters:
  page_type: {enum: [home, cart]}
  transaction_id: {type: string, pattern: '^T-[0-9]+$'}
  currency: {const: EUR}
  value: {type: number, minimum: 0}
  coupon: {type: string}
  items:
    type: array
    items:
      properties:
        item_id: {type: string}
        price: {type: number}
        quantity: {type: integer}
events:
  page_view:
    once_per: page
    sent_to: {data-layer: page_view, ga4: page_view, meta-pixel: PageView}
  purchase:
    once_per: transaction_id
    sent_to:
      data-layer: purchase
      ga4: purchase
      meta-pixel: {event: Purchase, parameters: {content_type: {const: product}}}
    parameters: {transaction_id: required, currency: required, value: required, coupon: optional, items: required}
    rules:
      - check: value == sum(items.price * items.quantity)
        tolerance: 0.01
  refund:
    sent_to: {ga4: refund}
    parameters: {transaction_id: required}
"""

JOURNEY = """\
journey: a guest buys
plan: shop.plan.yaml
scenarios:
  - baseline
  - {scenario: reload, at: [pay]}
values:
  sku: TEE-01
  total: {from: page, selector: '#total', type: number, decimal: ","}
forbid: [refund]
steps:
  - step: land
    page: /
    expect: [page_view]
  - step: pay
    expect:
      - event: purchase
        times: 1
        within: 5s
        to: [ga4]
        where: {items.item_id: $sku, value: $total}
"""


def problems(tmp_path, plan=PLAN, journey=None):
    (tmp_path / "shop.plan.yaml").write_text(plan, encoding="utf-8")
    if journey is None:
        found = read_plan(tmp_path / "shop.plan.yaml", vendors=VENDORS)[1]
    else:
        (tmp_path / "buy.journey.yaml").write_text(journey, encoding="utf-8")
        found = read_expectations(tmp_path / "buy.journey.yaml", vendors=VENDORS, scenarios=SCENARIOS)[1]
    assert all(each.mend for each in found), "a problem without its mend"
    return [(each.place.line, each.what, each.mend) for each in found]


KEYS = [
    (text, found)
    for text in (PLAN, JOURNEY)
    for found in re.finditer(r"(?<![\w-])[a-z_]+(?=:)", text)
    # Their names for our parameters are free, and so is a pattern's text.
    if found[0] not in ("value", "content_ids", "content_type", "utm_source")
]


@pytest.mark.parametrize(
    ("text", "found"), KEYS, ids=[f"{text.split(':')[0]}-{text[: found.start()].count(chr(10)) + 1}-{found[0]}" for text, found in KEYS]
)
def test_one_misspelt_key_is_one_mistake(tmp_path, text, found):
    """Told once at each place that must be mended; never also by what seems to be missing or unused for it."""
    misspelt = text[: found.end()] + found[0][-1] + text[found.end() :]
    plan, journey = (misspelt, JOURNEY) if text is PLAN else (PLAN, misspelt)
    told = problems(tmp_path, plan, journey)
    assert len({what.replace("$", "") for _, what, _ in told}) == 1


def test_the_files_without_mistakes(tmp_path):
    assert problems(tmp_path, PLAN, JOURNEY) == []


IN_THE_PLAN = {
    # keys and shape
    "a misspelt key of the plan": ("naming:", "namin:", (3, "`namin` is no key of a plan", "did you mean `naming`?")),
    "a misspelt key of a destination": (
        "without_consent:", "without_consnet:", (15, "`without_consnet` is no key of a destination", "did you mean `without_consent`?"),
    ),
    "a journey's key": ("version: 3", "steps: []", (2, "`steps` is no key of a plan", "steps belong in the journey's file")),
    "a key twice": ("version: 3", "name: again", (2, "`name` is written twice here, first in line 1", "keep one of the two")),
    "an event twice": ("  refund:", "  purchase:", (53, "`purchase` is written twice here, first in line 43", "keep one of the two")),
    "a key without its value": ("version: 3", "owner:", (2, "`owner` has nothing in it", "write its value, or delete the line")),
    "a value lost to a comment": ("version: 3", "owner: #shop", (2, "`owner` has nothing in it: the `#` begins a comment", "quote the text")),
    "a list for a mapping": (
        "purposes:\n  analytics: {signals: [analytics_storage]}\n  marketing: {signals: [ad_storage]}", "purposes: [analytics]\n\n",
        (7, "`purposes` takes a mapping, and this is a list", "write a mapping"),
    ),
    "a text for a list": ("reaches: [ga4]", "reaches: ga4", (24, "`ga4` stands where a list belongs", "write [ga4]")),
    "a missing key": ("name: shop\n", "owner: me\n", (1, "the file has no `name:`", "add `name:`")),
    "a missing key of an entry": ("account: dataLayer", "description: layer", (11, "`data-layer` has no `account:`", "add `account:`")),
    "a value that is not among the choices": (
        "version: 3", "unplanned: warning", (2, "`warning` is not known as a value of `unplanned`", "did you mean `warn`?"),
    ),
    "a boolean where a text belongs": (
        "version: 3", "owner: true", (2, "`true` is a boolean where `owner` takes a text", 'write "true" with the quotes'),
    ),
    # values
    "type: float": ("value: {type: number,", "value: {type: float,", (30, "`float` is no type", "write `type: number`")),
    "a misspelt type": ("coupon: {type: string}", "coupon: {type: strnig}", (31, "`strnig` is no type", "did you mean `string`?")),
    "a list of types": (
        "coupon: {type: string}", "coupon: {type: [string, 'null']}",
        (31, "`type` takes one type, not a list", "write the one that is sent; an absent value is `required: false`"),
    ),
    "required: [a] of an element": (
        "      properties:", "      required: [item_id]\n      properties:",
        (35, "`required` is no list of names here", "delete it: every property is required unless it says `required: false`"),
    ),
    "required: [a] of a parameter": (
        "    type: array\n", "    type: array\n    required: [item_id]\n",
        (
            34, "`required` takes true or false, not a list of names",
            "delete it: what is listed under `properties:` or `parameters:` is required, unless it says `required: false`",
        ),
    ),
    "required: [a] of an event": (
        "    once_per: page\n", "    once_per: page\n    required: [page_type]\n",
        (42, "`required` is no key of an event", "list the parameters under `parameters:`; each listed one is required"),
    ),
    "required: yes": (
        "coupon: {type: string}", "coupon: {type: string, required: yes}",
        (31, "`required` takes true or false, not `yes`", "write `required: true` or `required: false`"),
    ),
    "a misspelt presence": (
        "coupon: optional", "coupon: optinal", (49, "`optinal` is not known as a value of `coupon`", "did you mean `optional`?"),
    ),
    "a pattern that is not anchored": (
        "'^T-[0-9]+$'", "'T-[0-9]+'",
        (28, "the pattern `T-[0-9]+` is not anchored: it would accept any text that has this somewhere", "write '^T-[0-9]+$'"),
    ),
    "a pattern of which only the ends are anchored": (
        "'^T-[0-9]+$'", "'^T|S$'",
        (28, "the pattern `^T|S$` is not anchored: it would accept any text that has this somewhere", "write '^(?:T|S)$'"),
    ),
    "a pattern that is none": (
        "'^T-[0-9]+$'", "'^T-([0-9]+$'",
        (
            28, "`^T-([0-9]+$` is no regular expression: missing ), unterminated subpattern at position 3",
            "mend it; a literal . ( [ + * ? needs a backslash",
        ),
    ),
    "a pattern of numbers": (
        "value: {type: number,", "value: {type: number, pattern: '^1$',",
        (30, "`pattern` says nothing of a value whose type is number", "write `type: string`, or delete `pattern`"),
    ),
    "a minimum above the maximum": ("minimum: 0}", "minimum: 5, maximum: 2}", (30, "`minimum` 5 is above `maximum` 2", "swap them")),
    "an unquoted account": ('account: "123"', "account: 0123", (17, "`0123` is not quoted, so YAML reads a number", 'write "0123" with the quotes')),
    "an unquoted account of an environment": (
        "staging: G-1", "staging: 12345678901234567890",
        (13, "`12345678901234567890` is not quoted, so YAML reads a number", 'write "12345678901234567890" with the quotes'),
    ),
    "an unquoted enum number among texts": (
        "enum: [home, cart]", "enum: [home, 404]", (27, "`404` is not quoted, so YAML reads the number 404", 'write "404" with the quotes'),
    ),
    "an unquoted enum number of a text": (
        "coupon: {type: string}", "coupon: {type: string, enum: [10]}",
        (31, "`10` is not quoted, so YAML reads the number 10", 'write "10" with the quotes'),
    ),
    "an enum number that loses its zeros": (
        "enum: [home, cart]", "enum: [007]", (27, "`007` is not quoted, so YAML reads the number 7", 'write "007" with the quotes'),
    ),
    "an enum value that the type rules out": (
        "value: {type: number, minimum: 0}", "value: {type: number, enum: [1, free]}",
        (30, '`free` can never be: expected a number, got "free"', "mend the value, or what else is said of it"),
    ),
    "a const that contradicts the shared enum": (
        "    once_per: page\n", "    once_per: page\n    parameters: {page_type: {const: hom}}\n",
        (42, '`hom` can never be: expected one of home or cart, got "hom"', "mend the value, or what else is said of it"),
    ),
    "a further word of JSON Schema": (
        "coupon: {type: string}", "coupon: {type: string, minLength: 2}",
        (31, "`minLength` is no key of a parameter", "further words of JSON Schema stand under `schema:`: write `schema: {minLength: …}`"),
    ),
    "a schema that is none": (
        "coupon: {type: string}", "coupon: {schema: {minLength: two}}",
        (31, "`schema:` is no JSON Schema: minLength: 'two' is not of type 'integer'", "see json-schema.org, draft 2020-12"),
    ),
    "a schema that would have to be fetched": (
        "coupon: {type: string}", "coupon: {schema: {$ref: 'https://x.example/s.json'}}",
        (31, "`schema:` refers to `https://x.example/s.json`, which is not fetched", "write the schema out here, or refer to #/$defs/…"),
    ),
    "a comma in unquoted flow text": (
        "coupon: {type: string}", "coupon: {type: string, description: Code, as typed}",
        (31, "`as typed` stands here as a key without a value", "text with a comma needs quotes inside { }; a key needs a value"),
    ),
    # destinations
    "an unknown vendor": ("  meta-pixel:\n", "  meta-pixle:\n", (16, "`meta-pixle` is no known vendor", "did you mean `meta-pixel`?"), "+"),
    "a vendor by another name": (
        "    purpose: analytics\n", "    purpose: analytics\n    vendor: adwords\n", (15, "`adwords` is no known vendor", "did you mean `google-ads`?"),
    ),
    "a destination of a name of its own": (
        "data-layer: {account: dataLayer}", "data-layer: {account: dataLayer}\n  warehouse: {account: w}",
        (12, "`warehouse` is no known vendor", "`tagproof vendors` lists those that are known; if it is a name of your own, add its `vendor:`"),
    ),
    "an unknown destination": (
        "    sent_to: {ga4: refund}", "    sent_to: {ga5: refund}", (54, "`ga5` is no destination of the plan", "did you mean `ga4`?"),
    ),
    "a destination by another name": (
        "    sent_to: {ga4: refund}", "    sent_to: {Facebook: Refund}", (54, "`Facebook` is no destination of the plan", "did you mean `meta-pixel`?"),
    ),
    "an unknown destination of the campaign": (
        "reaches: [ga4]", "reaches: [ga]", (24, "`ga` is no destination of the plan", "did you mean `ga4`?"),
    ),
    "an unknown purpose": ("purpose: marketing", "purpose: marketting", (18, "`marketting` is no purpose of the plan", "did you mean `marketing`?")),
    "an unknown environment": ("{staging: G-1,", "{stageing: G-1,", (13, "`stageing` is no environment of the plan", "did you mean `staging`?")),
    "without_consent: advanced": (
        "without_consent: cookieless", "without_consent: advanced",
        (15, "`without_consent: advanced` is not known", "write `cookieless`, which is Google's advanced consent mode"),
    ),
    "without_consent: basic": (
        "without_consent: cookieless", "without_consent: basic",
        (15, "`without_consent: basic` is not known", "write `nothing`, which is Google's basic consent mode"),
    ),
    "two destinations of one account": (
        "data-layer: {account: dataLayer}", "data-layer: {account: dataLayer}\n  second: {vendor: ga4, account: G-2}",
        (
            14, "`second` and `ga4` are both ga4 G-2, so each hit would be counted for both",
            "give each its own account, or keep one of the two",
        ),
    ),
    "a host with its scheme": (
        "[shop.example]", "['https://shop.example/']", (6, "`https://shop.example/` is no host", "write `shop.example`, without scheme and path"),
    ),
    "a host of two environments": (
        "[shop.example]", "[staging.shop.example]",
        (6, "the host `staging.shop.example` is in two environments, `staging` and `production`", "keep it in one of them"),
    ),
    "an unquoted star": (
        "[shop.example]", "[*.shop.example]",
        (6, "a text that begins with `*` needs quotes: YAML reads it as an alias", "write '*.shop.example' with the quotes"),
    ),
    "a selector that nothing drives": (
        "version: 3", "consent: {selectors: {acept: '#ok'}}", (2, "`acept` is neither a button of the banner nor a purpose", "did you mean `accept`?"),
    ),
    "both ways of consent": (
        "version: 3", "consent: {platform: onetrust, selectors: {accept: '#ok'}}",
        (2, "`consent` takes either `platform:` or `selectors:`", "name the consent platform, or give its buttons' selectors"),
    ),
    "a duration without unit": ("version: 3", "settle: {timers: 60}", (2, "`60` has no unit", "write 60s for seconds or 60ms for milliseconds")),
    "an endpoint's path": (
        "version: 3", "endpoints: [{vendor: ga4, host: s.shop.example, path: g/collect}]", (2, "`g/collect` is no path", "begin it with a slash: /g/collect"),
    ),
    # mappings
    "a mapping the wrong way round": (
        "content_ids: items.item_id", "items.item_id: content_ids",
        (
            21, "the mapping is the wrong way round: `items.item_id` is our name, and `content_ids` is not",
            "their name comes first: `content_ids: items.item_id`",
        ),
    ),
    "a mapping the wrong way round, at a sending": (
        "{content_type: {const: product}}", "{transaction_id: event_id}",
        (
            48, "the mapping is the wrong way round: `transaction_id` is our name, and `event_id` is not",
            "their name comes first: `event_id: transaction_id`",
        ),
    ),
    "a misspelt source": (
        "content_ids: items.item_id", "content_ids: items.itemid", (21, "`items` has no property `itemid`", "did you mean `item_id`?"),
    ),
    "a constant without const": (
        "{content_type: {const: product}}", "{content_type: product}",
        (
            48, "the event `purchase` has no parameter `product`",
            (
                "write one of coupon, currency, items, items.item_id, items.price, items.quantity, page_type, transaction_id and value; "
                "a constant is written {const: product}"
            ),
        ),
    ),
    "a number without const": (
        "{content_type: {const: product}}", "{num: 3}", (48, "`3` is no parameter of ours", "a constant is written {const: 3}"),
    ),
    "true for a mapping": (
        "{content_type: {const: product}}", "{value: true}",
        (48, "`true` does not say which value of ours is sent", "write our parameter's name, or leave the line out"),
    ),
    "a presence for a mapping": (
        "{content_type: {const: product}}", "{order: required}",
        (48, "`required` stands where our parameter's name belongs", "write `order: our_name`"),
    ),
    "false for what is not sent": (
        "{content_type: {const: product}}", "{content_idz: false}",
        (48, "`content_idz` is not sent to meta-pixel anyway", "did you mean `content_ids`?"),
    ),
    "false in a destination's list": (
        "content_ids: items.item_id", "tax: false",
        (21, "`tax: false` leaves out what nothing put in", "a destination's `parameters:` is a closed list: delete the line"),
    ),
    "brackets in a mapping": (
        "content_ids: items.item_id", "content_ids: 'items[].item_id'",
        (21, "`items[].item_id` has brackets", "write `items.item_id`: it is that of every item"),
    ),
    "a sum of one value": (
        "content_ids: items.item_id", "content_ids: sum(value)",
        (21, "`value` is one value, and `sum()` takes a list", "name a list, or a property of its elements: items.price"),
    ),
    # events
    "two events with one wire name": (
        "{ga4: refund}", "{ga4: purchase}",
        (
            54, "`purchase` and `refund` are both `purchase` at ga4, and nothing tells them apart",
            "give a required parameter of each another `const:`, or give one another name",
        ),
    ),
    "an unknown parameter": (
        "currency: required", "curency: required",
        (49, "`curency` is no shared parameter", "did you mean `currency`?"), "+",
    ),
    "a parameter that is defined nowhere": (
        "    parameters: {transaction_id: required}\n", "    parameters: {transaction_id: required, reason: required}\n",
        (
            55, "`reason` is no shared parameter",
            "define it under the plan's `parameters:`, or say here what it is: `reason: {type: string}`",
        ),
    ),
    "a vendor's parameter name": (
        "    parameters: {transaction_id: required}\n", "    parameters: {content_ids: required}\n",
        (55, "`content_ids` is meta-pixel's name, not the plan's", "write our name: `items.item_id`"),
    ),
    "a shared parameter that nothing uses": (
        "  coupon: {type: string}", "  coupon: {type: string}\n  shipping: {type: number}",
        (32, "no event names the shared parameter `shipping`", "name it in an event's `parameters:`, or delete it"),
    ),
    "once_per of an unknown parameter": (
        "once_per: transaction_id", "once_per: transactionid",
        (44, "the event `purchase` has no parameter `transactionid`", "did you mean `transaction_id`?"),
    ),
    "once_per of a misspelt page": (
        "once_per: page", "once_per: pages", (41, "the event `page_view` has no parameter `pages`", "did you mean `page`?"),
    ),
    "page among parameters": (
        "once_per: transaction_id", "once_per: [page, value]", (44, "`page` stands alone in `once_per`", "write `once_per: page`, or parameters only"),
    ),
    # rules
    "= for ==": ("value == sum", "value = sum", (51, "`=` is no comparison here", "write `==`")),
    "brackets in a rule": (
        "items.price *", "items[].price *", (51, "`items[].price` has brackets", "write `items.price`: it is that of every item"),
    ),
    "a rule without sum": (
        "sum(items.price * items.quantity)", "items.price * items.quantity",
        (
            51, "`items.price` * `items.quantity` is a list, and the other side is one value",
            "make one value of it: sum(…), min(…), max(…) or count(…)",
        ),
    ),
    "a misspelt name in a rule": ("items.price *", "items.prise *", (51, "`items` has no property `prise`", "did you mean `price`?")),
    "a vendor's name in a rule": (
        "- check: value == sum(items.price * items.quantity)", "- check: count(content_ids) == 1",
        (51, "`content_ids` is meta-pixel's name, not the plan's", "write our name: `items.item_id`"),
    ),
    "a text in arithmetic": (
        "items.price *", "items.item_id *", (51, "`items.item_id` is a text, and `*` needs numbers", "use a parameter whose type is number"),
    ),
    "a rule of an unlisted parameter": (
        "    parameters: {transaction_id: required}\n", "    parameters: {transaction_id: required}\n    rules: [value > 0]\n",
        (56, "the event `refund` does not have the parameter `value`", "list it under the event's `parameters:`: `value: required`"),
    ),
    "an unknown campaign parameter": (
        "    parameters: {transaction_id: required}\n", "    parameters: {transaction_id: required}\n    rules: [transaction_id == campaign.utm_sorce]\n",
        (56, "the plan's campaign has no parameter `utm_sorce`", "did you mean `utm_source`?"),
    ),
    "a comma in an unquoted rule": (
        "    rules:\n      - check: value == sum(items.price * items.quantity)\n        tolerance: 0.01\n", "    rules: [value <= min(value, 5)]\n\n\n",
        (50, "a parenthesis is not closed in `value <= min(value`", "close it with `)`; in [ ] a text with a comma needs quotes"), "+",
    ),
    "a negative tolerance": ("tolerance: 0.01", "tolerance: -1", (52, "`-1` is too small for `tolerance`", "write 0 or more")),
}  # fmt: skip


@pytest.mark.parametrize("row", IN_THE_PLAN.values(), ids=IN_THE_PLAN)
def test_in_the_plan(tmp_path, row):
    written, instead, expected, *more = row
    assert written in PLAN
    found = problems(tmp_path, PLAN.replace(written, instead, 1))
    assert expected in found
    assert len(found) == 1 or more, found


IN_THE_JOURNEY = {
    "an expectation written as a key": (
        "      - event: purchase\n        times: 1\n        within: 5s\n        to: [ga4]\n        where: {items.item_id: $sku, value: $total}\n",
        "      - purchase: {times: 1}\n",
        (16, "the event `purchase` is written as a key", "write `- purchase` or `- {event: purchase, …}`"),
    ),
    "a misspelt key": ("where:", "were:", (20, "`were` is no key of an expectation", "did you mean `where`?")),
    "a misspelt key of a step": ("    page: /\n", "    paeg: /\n", (12, "`paeg` is no key of a step", "did you mean `page`?")),
    "a plan's key": (
        "forbid: [refund]", "destinations: {}", (9, "`destinations` is no key of a journey", "destinations belong in the plan"),
    ),
    "a misspelt event": ("event: purchase", "event: purchse", (16, "the plan has no event `purchse`", "did you mean `purchase`?")),
    "a vendor's event name": ("expect: [page_view]", "expect: [PageView]", (13, "`PageView` is meta-pixel's name of `page_view`, not the plan's", "write `page_view`")),
    "a vendor's event name, forbidden": ("forbid: [refund]", "forbid: [Purchase]", (9, "`Purchase` is meta-pixel's name of `purchase`, not the plan's", "write `purchase`")),
    "a vendor's parameter name": (
        "value: $total", "content_ids: $total", (20, "`content_ids` is meta-pixel's name, not the plan's", "write our name: `items.item_id`"),
    ),
    "a misspelt parameter": ("value: $total", "valeu: $total", (20, "the event `purchase` has no parameter `valeu`", "did you mean `value`?")),
    "brackets in where": ("items.item_id:", "'items[].item_id':", (20, "`items[].item_id` has brackets", "write `items.item_id`: it is that of every item")),
    "an unknown destination": ("to: [ga4]", "to: [ga44]", (19, "`ga44` is no destination of the plan", "did you mean `ga4`?")),
    "a destination the event is not sent to": (
        "expect: [page_view]", "expect: [page_view, {event: purchase, to: [meta-pixel]}]", None,
    ),
    "an expectation that no hit can meet": (
        "expect: [page_view]", "expect: [{event: page_view, to: [data-layer]}, {event: page_view, to: [tiktok]}]",
        (13, "`tiktok` is no destination of the plan", "write one of data-layer, ga4 and meta-pixel"),
    ),
    "times: 0": ("times: 1", "times: 0", (17, "`times: 0` expects nothing", "list the event under the step's `forbid:`")),
    "times of at most 0": ("times: 1", "times: {min: 0, max: 0}", (17, "`times` of at most 0 expects nothing", "list the event under the step's `forbid:`")),
    "times the wrong way round": ("times: 1", "times: {min: 3, max: 1}", (17, "`times` has a max of 1 below its min of 3", "swap them")),
    "times in words": ("times: 1", "times: once", (17, "`times` takes a whole number or {min, max}, not a text", "write `times: 2` or `times: {min: 1, max: 3}`")),
    "a duration without unit": ("within: 5s", "within: 5", (18, "`5` has no unit", "write 5s for seconds or 5ms for milliseconds")),
    "a duration of another kind": ("within: 5s", "within: soon", (18, "`soon` is no duration", "write a number and its unit without a space: 500ms, 2s, 1m")),
    "{{ total }}": (
        "value: $total", "value: {{ total }}",
        (20, "`{{ total }}` is a template, and nothing fills templates in here", "write $total and name its source under `values:`"),
    ),
    "{{ total }} in quotes": (
        "value: $total", "value: '{{ total }}'",
        (20, "`{{ total }}` is a template, and nothing fills templates in here", "write $total and name its source under `values:`"), "+",
    ),
    "${total}": (
        "value: $total", "value: '${total}'",
        (20, "`${total}` is a template, and nothing fills templates in here", "write $total and name its source under `values:`"), "+",
    ),
    "an unknown $name": ("value: $total", "value: $totl", (20, "`$totl` is no value of this journey", "did you mean `$total`?"), "+"),
    "a value that nothing uses": (
        "  sku: TEE-01\n", "  sku: TEE-01\n  brand: X\n", (8, "nothing uses the value `brand`", "write $brand in a `where:`, or delete it"),
    ),
    "a $name in a constraint": (
        "value: $total", "value: {minimum: 1}, transaction_id: {const: $total}",
        (20, "`$total` stands inside a constraint, where no value is filled in", "write `transaction_id: $total`"),
    ),
    "a literal that can never be": (
        "value: $total", "value: '19.90', transaction_id: {enum: [T-1]}, coupon: $total",
        (20, '`value` can never be "19.90": the plan says a number', "mend the value here, or what the plan says of it"), "+",
    ),
    "a number read as text": (
        ", type: number, decimal: \",\"}", "}",
        (20, "`$total` is read from the page as text, and `value` is a number", "write `type: number` at `values: total:`"),
    ),
    "a pattern of where that is not anchored": (
        "value: $total", "value: $total, transaction_id: {pattern: T-1}",
        (20, "the pattern `T-1` is not anchored: it would accept any text that has this somewhere", "write '^T-1$'"),
    ),
    "an unknown scenario": ("  - baseline", "  - basline", (4, "`basline` is no known scenario", "did you mean `baseline`?")),
    "an unknown parameter of a scenario": ("at: [pay]", "att: [pay]", (5, "`att` is no parameter of the scenario `reload`", "did you mean `at`?")),
    "a scenario at an unknown step": ("at: [pay]", "at: [pey]", (5, "`pey` is no step of this journey", "did you mean `pay`?")),
    "a scenario's text for a list": ("at: [pay]", "at: pay", (5, "`at` takes a list of texts", "write `at: [pay]`")),
    "an unknown purpose of a scenario": (
        "  - baseline", "  - {scenario: consent-denied, purposes: [marketng]}", (4, "`marketng` is no purpose of the plan", "did you mean `marketing`?"),
    ),
    "a misspelt campaign parameter of a scenario": (
        "  - baseline", "  - {scenario: no-utm, drop: [utm_sorce, gclid]}", (4, "`utm_sorce` is no campaign parameter of the plan", "did you mean `utm_source`?"),
    ),
    "a scenario twice": ("  - baseline", "  - baseline\n  - baseline", (5, "the scenario `baseline` is listed twice", "keep one")),
    "an empty list of scenarios": (
        "scenarios:\n  - baseline\n  - {scenario: reload, at: [pay]}\n", "scenarios: []\n", (3, "`scenarios` is an empty list", "list something, or delete the key"),
    ),
    "a step twice": ("  - step: pay", "  - step: land", (14, "the step `land` is written twice, first in line 11", "give each step its own title"), "+"),
    "a step's page that is no path": ("page: /\n", "page: home\n", (12, "`home` is no path", "begin it with a slash: /home")),
    "an event both expected and forbidden": (
        "    expect: [page_view]", "    forbid: [page_view]\n    expect: [page_view]",
        (13, "`page_view` is forbidden here, and the step expects it", "keep one of the two"),
    ),
    "an event expected, and forbidden in the whole walk": (
        "forbid: [refund]", "forbid: [purchase]", (9, "`purchase` is forbidden here, and the walk's steps expect it", "keep one of the two"),
    ),
    "an event listed twice": (
        "expect: [page_view]", "expect: [page_view, page_view]",
        (13, "`page_view` is listed twice in this step", "write {event: page_view, times: 2}"),
    ),
    "others in a list": (
        "forbid: [refund]", "forbid: [refund, others]",
        (9, "`others` stands for every event that is not expected, so it has no place in a list", "write `forbid: others`"),
    ),
    "forbid without its list": ("forbid: [refund]", "forbid: refund", (9, "`forbid: refund` is neither a list nor `others`", "write `forbid: [refund]`")),
    "a journey that expects nothing": (
        JOURNEY[JOURNEY.index("values:"):], "steps:\n  - step: pay\n",
        (6, "the journey expects nothing, so nothing would be proved", "write under a step's `expect:` what it sends"),
    ),
    "a value from the page without a selector": (
        "{from: page, selector: '#total', type: number, decimal: \",\"}", "{from: page}",
        (8, "a value from the page needs a `selector:`", "write {from: page, selector: '[data-test=…]'}"),
    ),
    "a selector lost to a comment": (
        "{from: page, selector: '#total', type: number, decimal: \",\"}", "\n    from: page\n    type: number\n    selector: #total",
        (11, "`selector` has nothing in it: the `#` begins a comment", "quote the text"),
    ),
    "an unknown source": ("from: page", "from: pag", (8, "`pag` is not known as a value of `from`", "did you mean `page`?")),
    "a value that loses its zeros": ("sku: TEE-01", "sku: 0042", (7, "`0042` is not quoted, so YAML reads the number 42", 'write "0042" with the quotes'), "+"),
    "an unquoted ticket": ("at: [pay]}", "at: [pay], known_issue: 412}", (5, "`412` is not quoted, so YAML reads a number", 'write "412" with the quotes')),
    "a plan that is not there": ("shop.plan.yaml", "shop.yaml", None),
}  # fmt: skip


@pytest.mark.parametrize(
    "row", [row for row in IN_THE_JOURNEY.values() if row[2]], ids=[name for name, row in IN_THE_JOURNEY.items() if row[2]]
)
def test_in_the_journey(tmp_path, row):
    written, instead, expected, *more = row
    assert written in JOURNEY
    found = problems(tmp_path, PLAN, JOURNEY.replace(written, instead, 1))
    assert expected in found
    assert len(found) == 1 or more, found


def test_a_plan_that_is_not_there(tmp_path):
    found = problems(tmp_path, PLAN, JOURNEY.replace("shop.plan.yaml", "shop.yaml"))
    assert found == [(2, f"there is no plan at {tmp_path / 'shop.yaml'}", "write the plan's path relative to this file")]


def test_an_event_that_goes_elsewhere(tmp_path):
    found = problems(
        tmp_path,
        PLAN,
        JOURNEY.replace("expect: [page_view]", "expect: [{event: refund, to: [meta-pixel]}]").replace("forbid: [refund]\n", "\n"),
    )
    assert found == [(13, "the plan does not send `refund` to meta-pixel", "it goes to ga4")]


@pytest.mark.parametrize(
    "one",
    [
        pytest.param("parameters: {transaction_id: required, kind: {const: refund}}", id="const"),
        pytest.param("parameters: {transaction_id: required, kind: {const: sale, required: false}}", id="an optional const proves nothing"),
    ],
)
def test_two_events_of_one_wire_name_are_told_apart_by_a_const(tmp_path, one):
    plan = PLAN.replace("{ga4: refund}", "{ga4: purchase}").replace("items: required}", "items: required, kind: {const: sale}}")
    told = problems(tmp_path, plan.replace("parameters: {transaction_id: required}", one))
    assert [each[1] for each in told] == (
        [] if "refund}" in one else ["`purchase` and `refund` are both `purchase` at ga4, and nothing tells them apart"]
    )


def test_two_events_of_one_wire_name_are_told_apart_by_their_account(tmp_path):
    plan = PLAN.replace("sent_to: {ga4: refund}", "sent_to: {ga4: {event: purchase, account: G-9}}")
    assert problems(tmp_path, plan) == []
