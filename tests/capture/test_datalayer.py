"""The data-layer recorder: what is pushed is told as it was, in order, and the page does not notice."""

# ruff: noqa: E501
# One row of a table is one line, however long its page is.

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.capture.captured import Answer, CapturedRequest
from harness.capture.datalayer import Told, parse

# One worker makes what all its tests look at.
pytestmark = pytest.mark.xdist_group("datalayer")


def stub_hits(request: CapturedRequest) -> Answer | None:
    return Answer(200) if "/hit/" in request.url else None


def told(walked: Any, kind: str = "push") -> list[tuple[str, Any]]:
    walked.walk.barrier()
    return [(each.source, each.value) for each in walked.pushes if each.kind == kind]


def of_page(walked: Any, url: str, kind: str) -> list[tuple[str, Any]]:
    return [(each.source, each.value) for each in walked.pushes if each.page_url == url and each.kind == kind]


def of(kind: str, text: str) -> dict[str, str]:
    return {"$type": kind, "text": text}


DEFINED = [
    ("before", "<script>window.dataLayer = window.dataLayer || []; dataLayer.push({a: 1})</script>", [{"a": 1}]),
    ("with entries", "<script>window.dataLayer = [{a: 1}, {a: 2}]; dataLayer.push({a: 3})</script>", [{"a": 1}, {"a": 2}, {"a": 3}]),
    ("var", "<script>var dataLayer = dataLayer || []; dataLayer.push({a: 1})</script>", [{"a": 1}]),
    ("var of window", "<script>var dataLayer = window.dataLayer || []; dataLayer.push({a: 1})</script>", [{"a": 1}]),
    ("bare", "<script>dataLayer = []; dataLayer.push({a: 1})</script>", [{"a": 1}]),
    ("self", "<script>self['dataLayer'] = self['dataLayer'] || []; self['dataLayer'].push({a: 1})</script>", [{"a": 1}]),
    ("defineProperty", "<script>Object.defineProperty(window, 'dataLayer', {value: [{a: 1}], writable: true})</script><script>dataLayer.push({a: 2})</script>", [{"a": 1}, {"a": 2}]),
    ("frozen in place", "<script>Object.defineProperty(window, 'dataLayer', {value: [{a: 1}], writable: false})</script><script>dataLayer.push({a: 2})</script>", [{"a": 1}, {"a": 2}]),
    ("late", "<script>setTimeout(() => { window.dataLayer = []; dataLayer.push({a: 1}) }, 30)</script>", [{"a": 1}]),
    ("reassigned", "<script>dataLayer = []; dataLayer.push({a: 1}); dataLayer = []; dataLayer.push({a: 2})</script>", [{"a": 1}, {"a": 2}]),
    ("reassigned with the old entries", "<script>dataLayer = []; dataLayer.push({a: 1}); dataLayer = [...dataLayer, {a: 2}]</script>", [{"a": 1}, {"a": 2}]),
    ("concat", "<script>dataLayer = [{a: 1}]; dataLayer.push(7, 7); dataLayer = dataLayer.concat([7, {a: 2}]); dataLayer.push({a: 3})</script>", [{"a": 1}, 7, 7, 7, {"a": 2}, {"a": 3}]),
    ("by index", "<script>dataLayer = []; dataLayer.push({a: 1}); dataLayer[1] = {a: 2}; dataLayer[dataLayer.length] = {a: 3}; dataLayer.push({a: 4})</script>", [{"a": 1}, {"a": 2}, {"a": 3}, {"a": 4}]),
    ("by index, mutated in the next task", "<script>dataLayer = []; const o = {a: 1}; dataLayer[0] = o; setTimeout(() => { o.a = 2 })</script>", [{"a": 1}]),
    ("unshift and splice", "<script>dataLayer = [{a: 1}]; dataLayer.unshift({a: 0}); dataLayer.splice(1, 0, {a: 5}); dataLayer.splice(0, 1)</script>", [{"a": 1}, {"a": 0}, {"a": 5}]),
    ("emptied and filled again", "<script>dataLayer = [{a: 1}]; dataLayer.length = 0; dataLayer.push({a: 2}); dataLayer.splice(0); dataLayer.push({a: 3})</script>", [{"a": 1}, {"a": 2}, {"a": 3}]),
    ("deleted and defined again", "<script>dataLayer = [{a: 1}]; dataLayer.push({a: 2}); delete window.dataLayer</script><script>window.dataLayer = window.dataLayer || []; dataLayer.push({a: 3})</script>", [{"a": 1}, {"a": 2}, {"a": 3}]),
    ("deleted and defined again at once", "<script>dataLayer = [{a: 1}]; delete window.dataLayer; dataLayer = []; dataLayer.push({a: 3})</script>", [{"a": 1}, {"a": 3}]),
    ("frozen", "<script>dataLayer = Object.freeze([{a: 1}]); try { 'use strict'; dataLayer.push({a: 2}) } catch (e) { window.threw = e.name }</script>", [{"a": 1}]),
    ("sealed entries", "<script>dataLayer = []; dataLayer.push(Object.freeze({a: 1}), Object.seal([1]))</script>", [{"a": 1}, [1]]),
    ("no list", "<script>dataLayer = {push(o) { this.last = o }}; dataLayer.push({a: 1})</script>", [{"a": 1}]),
    ("an instance", "<script>class Layer { #kept = []; push(...given) { return this.#kept.push(...given) } } dataLayer = new Layer(); dataLayer.push({a: 1}, {a: 2})</script>", [{"a": 1}, {"a": 2}]),
    ("a list of a kind of its own", "<script>class Layer extends Array { push(...given) { return super.push(...given.map(o => ({...o}))) } } dataLayer = new Layer(); dataLayer.push({a: 1}); dataLayer.push({a: 2})</script>", [{"a": 1}, {"a": 2}]),
    ("a function with push", "<script>dataLayer = function () {}; dataLayer.push = function (o) { this.last = o }; dataLayer.push({a: 1})</script>", [{"a": 1}]),
    ("a proxy", "<script>dataLayer = new Proxy([], {}); dataLayer.push({a: 1})</script>", [{"a": 1}]),
    ("push replaced, adding to the entry", "<script>dataLayer = []; const p = dataLayer.push; dataLayer.push = function (o) { return p.call(this, {...o, time: 1}) }; dataLayer.push({event: 'a'}); dataLayer.push({event: 'b'})</script>", [{"event": "a"}, {"event": "b"}]),
    ("push replaced, with another entry", "<script>dataLayer = []; const p = dataLayer.push; dataLayer.push = function (o) { p.call(this, {event: 'more'}); return p.call(this, o) }; dataLayer.push({event: 'a'})</script>", [{"event": "a"}, {"event": "more"}]),
    ("push replaced before it is the layer", "<script>const own = []; own.push = function (o) { this[this.length] = o; return 1 }; window.dataLayer = own; dataLayer.push({a: 1})</script>", [{"a": 1}]),
    ("push replaced by the page's prototype", "<script>const real = Array.prototype.push; Array.prototype.push = function () { return real.apply(this, arguments) }; dataLayer = []; dataLayer.push({a: 1})</script>", [{"a": 1}]),
    ("the layer of a closure", "<script>(function (w, l) { w[l] = w[l] || []; const own = w[l]; own.push({a: 1}); setTimeout(() => { own[own.length] = {a: 2} }, 30) })(window, 'dataLayer')</script>", [{"a": 1}, {"a": 2}]),
    ("by a document written anew", "<script>setTimeout(() => { document.open(); document.write('<body><script>window.dataLayer = window.dataLayer || []; dataLayer.push({a: 1})</scr' + 'ipt><script>dataLayer.push({a: 2})</scr' + 'ipt>'); document.close() })</script>", [{"a": 1}, {"a": 2}]),
    ("by document.write", "<script>document.write('<script>dataLayer = [{a: 1}]; dataLayer.push({a: 2})</scr' + 'ipt>')</script><script>dataLayer.push({a: 3})</script>", [{"a": 1}, {"a": 2}, {"a": 3}]),
    ("by an inline script that is put in", "<script>const s = document.createElement('script'); s.text = 'const o = {a: 1}; dataLayer = [o]; o.a = 2; dataLayer.push({a: 3})'; document.head.append(s)</script>", [{"a": 1}, {"a": 3}]),
    ("by a module", "<script type=module>window.dataLayer ??= []; const o = {a: 1}; dataLayer.push(o); o.a = 2</script>", [{"a": 1}]),
    ("asked for", "<script>if (!('dataLayer' in window)) window.dataLayer = []; dataLayer.push({a: 1})</script>", [{"a": 1}]),
    ("asked for by another name", "<script>if (!window.hasOwnProperty('dataLayer')) window.dataLayer = []; dataLayer.push({a: 1})</script>", [{"a": 1}]),
    ("several at once", "<script>dataLayer = []; dataLayer.push({a: 1}, {a: 2})</script>", [{"a": 1}, {"a": 2}]),
    ("mutated after", "<script>dataLayer = []; const o = {a: {b: 1}}; dataLayer.push(o); o.a.b = 2; dataLayer.push(o)</script>", [{"a": {"b": 1}}, {"a": {"b": 2}}]),
    ("gtag", "<script>dataLayer = []; function gtag() { dataLayer.push(arguments) } gtag('event', 'x', {v: 1})</script>", [{"$type": "arguments", "items": ["event", "x", {"v": 1}]}]),
    ("push replaced, passing on", "<script>dataLayer = []; const p = dataLayer.push; dataLayer.push = function () { return p.apply(dataLayer, arguments) }; dataLayer.push({a: 1}); dataLayer.push({a: 2})</script>", [{"a": 1}, {"a": 2}]),
    ("push replaced, keeping it", "<script>dataLayer = []; dataLayer.push = function (o) { this[this.length] = o }; dataLayer.push({a: 1})</script>", [{"a": 1}]),
    ("push replaced twice", "<script>dataLayer = []; for (let i = 0; i < 2; i++) { const p = dataLayer.push; dataLayer.push = (...g) => p.apply(dataLayer, g) } dataLayer.push({a: 1})</script>", [{"a": 1}]),
    ("push replaced, with copies", "<script>dataLayer = []; const p = dataLayer.push; dataLayer.push = function (...g) { return p.apply(dataLayer, [].slice.call(g)) }; dataLayer.push({a: 1})</script>", [{"a": 1}]),
    ("push that pushes", "<script>dataLayer = []; const p = dataLayer.push; dataLayer.push = function (o) { const r = p.apply(dataLayer, arguments); if (o.a === 1) dataLayer.push({a: 2}); return r }; dataLayer.push({a: 1})</script>", [{"a": 1}, {"a": 2}]),
    ("push that passes on later", "<script>dataLayer = []; const p = dataLayer.push; dataLayer.push = function (...g) { setTimeout(() => p.apply(dataLayer, g)) }; dataLayer.push({a: 1})</script>", [{"a": 1}]),
    ("the same object twice", "<script>dataLayer = []; const o = {a: 1}; dataLayer.push(o); dataLayer.push(o)</script>", [{"a": 1}, {"a": 1}]),
    ("called from the prototype", "<script>dataLayer = []; dataLayer.push.apply(dataLayer, [{a: 1}])</script>", [{"a": 1}]),
    ("a getter that pushes", "<script>dataLayer = []; const o = {get a() { dataLayer.push({b: 1}); return 1 }}; dataLayer.push(o)</script>", [{"b": 1}, {"a": 1}]),
]  # fmt: skip


@pytest.fixture(scope="module")
def defined(begin: Any, site: Any) -> Any:
    walked = begin()
    page = walked.open()
    found: dict[str, list[Any]] = {}
    for number, (name, html, pushes) in enumerate(DEFINED):
        url = site.page(f"/layer-{number}", "<!doctype html><title>t</title><body>" + html)
        page.goto(url)
        walked.wait(lambda url=url, pushes=pushes: len(of_page(walked, url, "push")) >= len(pushes))
        walked.walk.barrier()
        found[name] = of_page(walked, url, "push")
    found["gaps"] = list(walked.walk.note_gap())
    walked.finish()
    return found


@pytest.mark.parametrize(("name", "pushes"), [(row[0], row[2]) for row in DEFINED], ids=[row[0] for row in DEFINED])
def test_however_it_is_defined(defined: Any, name: str, pushes: list[Any]) -> None:
    assert defined[name] == [("dataLayer", each) for each in pushes]
    assert defined["gaps"] == []


VALUES = [
    ("undefined", "undefined", of("undefined", "undefined")),
    ("null", "null", None),
    ("numbers", "[1, -0.5, 1e21, NaN, Infinity]", [1, -0.5, 1e21, of("number", "NaN"), of("number", "Infinity")]),
    ("bigint", "12345678901234567890n", of("bigint", "12345678901234567890")),
    ("symbol", "Symbol('s')", of("symbol", "Symbol(s)")),
    ("function", "function named() {}", of("function", "named")),
    ("date", "new Date(0)", of("date", "1970-01-01T00:00:00.000Z")),
    ("invalid date", "new Date(NaN)", of("date", "Invalid Date")),
    ("map", "new Map([[{k: 1}, [1]], ['b', 2]])", {"$type": "map", "items": [[{"k": 1}, [1]], ["b", 2]]}),
    ("set", "new Set([1, 'a'])", {"$type": "set", "items": [1, "a"]}),
    ("typed array", "new Uint8Array([1, 255])", {"$type": "Uint8Array", "items": [1, 255]}),
    ("buffer", "new ArrayBuffer(3)", of("ArrayBuffer", "3 bytes")),
    ("regexp", "/a.b/g", of("regexp", "/a.b/g")),
    ("error", "new TypeError('bad')", of("error", "TypeError: bad")),
    ("url", "new URL('https://a.test/b')", of("url", "https://a.test/b")),
    ("blob", "new Blob(['abc'])", of("blob", "3 bytes")),
    ("boxed", "[new String('a'), new Number(1), new Boolean(true)]", ["a", 1, True]),
    ("node", "document.body", of("node", "BODY#b")),
    ("text node", "document.createTextNode('x')", of("node", "#text")),
    ("window", "window", of("window", "[object Window]")),
    ("promise", "Promise.resolve(1)", of("object", "[object Promise]")),
    ("cycle", "(() => { const a = {b: {}}; a.b.c = a; return a })()", {"b": {"c": of("cycle", "value")}}),
    ("twice but no cycle", "(() => { const o = {x: 1}; return [o, o] })()", [{"x": 1}, {"x": 1}]),
    ("throwing getter", "({get a() { throw new Error('no') }, b: 1})", {"a": of("error", "Error: no"), "b": 1}),
    ("getter", "({get a() { return 1 }})", {"a": 1}),
    ("not enumerable", "Object.defineProperty({a: 1}, 'b', {value: 2})", {"a": 1}),
    ("no prototype", "Object.assign(Object.create(null), {a: 1})", {"a": 1}),
    ("class instance", "new (class C { constructor() { this.a = 1 } })()", {"a": 1}),
    ("proxy", "new Proxy({a: 1}, {})", {"a": 1}),
    ("revoked proxy", "(() => { const p = Proxy.revocable({}, {}); p.revoke(); return p.proxy })()", None),
    ("toJSON is not asked", "({a: 1, toJSON() { return 'x' }})", {"a": 1, "toJSON": of("function", "toJSON")}),
    ("proto key", "JSON.parse('{\"__proto__\": {\"a\": 1}}')", {"__proto__": {"a": 1}}),
    ("text", "'ü\\ud83d\\ude00\"\\\\\\n\\u2028'", "ü\U0001f600\"\\\n\u2028"),
    ("lone surrogate", "'\\ud800'", "\ud800"),
    ("hole", "[1, , 3]", [1, of("undefined", "undefined"), 3]),
    ("other realm", "(() => { const f = document.createElement('iframe'); document.body.append(f); return new f.contentWindow.Array(1, new f.contentWindow.Date(0), f.contentWindow.eval('({a: 1})')) })()", [1, of("date", "1970-01-01T00:00:00.000Z"), {"a": 1}]),
    ("tagged as something else", "({[Symbol.toStringTag]: 'Date', a: 1})", {"a": 1}),
]  # fmt: skip


@pytest.fixture(scope="module")
def copied(begin: Any, site: Any) -> Any:
    walked = begin()
    page = walked.open(site.page("/values", "<!doctype html><title>t</title><body id=b><script>dataLayer = []</script>"))
    for name, value, _ in VALUES:
        page.evaluate("([name, value]) => { dataLayer.push({name, value: eval('(' + value + ')')}) }", [name, value])
    walked.walk.barrier()
    found = {each.value["name"]: each for each in walked.pushes}
    walked.finish()
    return found


@pytest.mark.parametrize(("name", "value"), [(row[0], row[2]) for row in VALUES], ids=[row[0] for row in VALUES])
def test_values_are_told_as_they_are(copied: Any, name: str, value: Any) -> None:
    push = copied[name]
    if name == "revoked proxy":
        assert push.value["value"]["$type"] == "unreadable"
    else:
        assert push.value["value"] == value
    assert push.cut == ()


NUMBERS = st.one_of(st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False))
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
JSON_VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=6), inner, max_size=4)),
    max_leaves=12,
)
WRAPPED = {
    "value": lambda told: told,
    "new Map([['k', value]])": lambda told: {"$type": "map", "items": [["k", told]]},
    "new Set([value])": lambda told: {"$type": "set", "items": [told]},
    "(function () { return arguments })(value, 1)": lambda told: {"$type": "arguments", "items": [told, 1]},
    "Object.assign(new (class Own {})(), {own: value})": lambda told: {"own": told},
    "Object.create({inherited: 1}, {own: {enumerable: true, get() { return value }}})": lambda told: {"own": told},
    "new Proxy({own: value}, {})": lambda told: {"own": told},
    "Object.freeze([value, undefined, 1n, -0, NaN])": lambda told: [
        told,
        of("undefined", "undefined"),
        of("bigint", "1"),
        -0.0,
        of("number", "NaN"),
    ],
}


@pytest.fixture(scope="module")
def pushing(begin: Any, site: Any) -> Any:
    walked = begin()
    page = walked.open(site.page("/any-value", "<!doctype html><title>t</title><body><script>dataLayer = []</script>"))
    yield walked, page
    walked.finish()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(JSON_VALUES, min_size=1, max_size=20), wrap=st.sampled_from(list(WRAPPED)))
def test_any_value_is_told_as_the_page_has_it(pushing: Any, values: list[Any], wrap: str) -> None:
    walked, page = pushing
    walked.walk.barrier()
    before = len(walked.pushes)
    # The page reads the values from JSON and writes what it pushed as JSON: what it says is compared with what was told.
    said = page.evaluate(
        "([text, wrap]) => JSON.parse(text).map(value => { const said = JSON.stringify(value); dataLayer.push(new Function('value', 'return ' + wrap)(value));"
        " if (value && typeof value === 'object') { for (const key of Object.keys(value)) delete value[key]; value.later = 1 } return said })",
        [json.dumps(values), wrap],
    )
    walked.walk.barrier()
    told_now = [each.value for each in walked.pushes[before:]]
    assert told_now == [WRAPPED[wrap](json.loads(each)) for each in said]
    assert all(each.cut == () for each in walked.pushes[before:])


def test_what_is_cut_is_said(walk: Any, site: Any) -> None:
    walked = walk()
    page = walked.open(site.page("/cut", "<script>dataLayer = []</script>"))
    page.evaluate("() => { dataLayer.push({text: 'x'.repeat(5e6), after: 1}) }")
    page.evaluate("() => { dataLayer.push({list: [...Array(5e4).keys()]}) }")
    page.evaluate("() => { let o = {}; const top = o; for (let i = 0; i < 5000; i++) o = o.o = {}; dataLayer.push(top) }")
    page.evaluate("() => { const a = Array(50).fill(0).map(() => 'y'.repeat(1e5)); dataLayer.push({a, b: 1}) }")
    page.evaluate("() => { let wide = {x: 1}; for (let i = 0; i < 40; i++) wide = [wide, wide]; dataLayer.push(wide) }")
    walked.walk.barrier()
    text, many, deep, fat, wide = walked.pushes
    assert (len(text.value["text"]), text.value["after"]) == (200_000, 1)
    assert "text of 5000000 characters cut to 200000" in text.cut[0]
    assert len(many.value["list"]) == 20_000
    assert "50000 entries cut to 20000" in many.cut[0]
    assert "deeper than" in deep.cut[0]
    for each in (fat, wide):
        assert each.cut
        assert len(json.dumps(each.value)) < 3_000_000


def test_ten_thousand_pushes(walk: Any, site: Any) -> None:
    walked = walk()
    page = walked.open(site.page("/many", "<script>dataLayer = []</script>"))
    page.evaluate("() => { for (let i = 0; i < 10000; i++) dataLayer.push({event: 'e' + i, items: [{id: i}]}) }")
    walked.walk.barrier()
    assert [each.value["event"] for each in walked.pushes] == [f"e{i}" for i in range(10_000)]
    assert page.evaluate("dataLayer.length") == 10_000


def test_a_flood_of_pushes_is_bounded_and_said(walk: Any, site: Any) -> None:
    walked = walk()
    page = walked.open(site.page("/push-flood", "<script>dataLayer = []</script>"))
    page.evaluate("() => { for (let i = 0; i < 120000; i++) dataLayer.push(i) }")
    walked.walk.barrier()
    assert len(walked.pushes) == 50_000
    assert any("70,000 pushes and calls" in gap for gap in walked.walk.note_gap())


def test_several_layers_frames_and_documents(walk: Any, site: Any) -> None:
    walked = walk(layers=("dataLayer", "adobeDataLayer", "digitalData", "_mtm"))
    site.page("/inner", "<script>dataLayer = [{frame: location.host}]</script>")
    site.page(
        "/layers",
        f"<script>dataLayer = [{{a: 1}}]; adobeDataLayer = []; adobeDataLayer.push({{b: 1}}); digitalData = {{page: {{}}}}; digitalData.page.name = 'home'</script>"
        f"<iframe src='/inner'></iframe><iframe src='{site.other}/inner'></iframe><iframe srcdoc='<script>dataLayer = []; dataLayer.push({{c: 1}})</script>'></iframe>",
    )
    page = walked.open(site.url + "/layers")
    page.evaluate("history.pushState({}, '', '/layers/route'); dataLayer.push({d: 1}); 0")
    with page.expect_popup() as opened:
        page.evaluate("window.open('/inner')")
    opened.value.wait_for_load_state()
    walked.walk.barrier()
    host, other = site.url.removeprefix("http://"), site.other.removeprefix("http://")
    seen = {
        (each.source, json.dumps(each.value), each.page, each.page_load, each.main_frame, (each.frame_url or "").removeprefix(site.url))
        for each in walked.pushes
    }
    assert seen == {
        ("dataLayer", '{"a": 1}', "p1", 1, True, "/layers"),
        ("adobeDataLayer", '{"b": 1}', "p1", 1, True, "/layers"),
        ("digitalData", '{"page": {}}', "p1", 1, True, "/layers"),
        ("digitalData", '{"page": {"name": "home"}}', "p1", 1, True, "/layers"),
        ("dataLayer", f'{{"frame": "{host}"}}', "p1", 1, False, "/inner"),
        ("dataLayer", f'{{"frame": "{other}"}}', "p1", 1, False, f"{site.other}/inner"),
        ("dataLayer", '{"c": 1}', "p1", 1, False, "about:srcdoc"),
        ("dataLayer", '{"d": 1}', "p1", 1, True, "/layers/route"),
        ("dataLayer", f'{{"frame": "{host}"}}', "p2", 1, True, "/inner"),
    }
    assert {each.page_url for each in walked.pushes if each.page == "p1" and each.value != {"d": 1}} == {site.url + "/layers"}


@pytest.mark.parametrize("way", ["goto", "cross-site", "reload", "close"])
def test_pushes_while_the_page_is_left(walk: Any, site: Any, way: str) -> None:
    walked = walk(stub_hits)
    html = """<script>dataLayer = []; dataLayer.push({at: 'load'});
    for (const name of ['beforeunload', 'pagehide', 'visibilitychange', 'unload']) addEventListener(name, () => dataLayer.push({at: name, big: 'x'.repeat(100)}), true);
    </script>"""
    page = walked.open(site.page("/leaving", html))
    match way:
        case "goto":
            page.goto(site.url + "/next")
        case "cross-site":
            page.goto(site.other + "/next")
        case "reload":
            page.reload()
        case "close":
            page.close()
    expected = {"load", "pagehide", "visibilitychange"} | (set() if way == "close" else {"beforeunload"})
    first = lambda: [each for each in walked.pushes if each.page_load == 1]  # noqa: E731
    assert walked.wait(lambda: expected <= {each.value["at"] for each in first()})
    walked.walk.quiet(0.2, 3)
    names = [each.value["at"] for each in first()]
    assert len(names) == len(set(names))
    assert [each.value["at"] for each in walked.pushes if each.page_load == 2] == (["load"] if way == "reload" else [])
    assert not any(".tagproof" in each.url for each in walked.requests)
    assert site.pages.keys().isdisjoint({"/.tagproof"})


CALLED = [
    ("gtag, declared", "<script>window.dataLayer = window.dataLayer || []; function gtag(){dataLayer.push(arguments);} gtag('js', 1); gtag('config', 'G-1', {v: 1});</script>", [("gtag", ["js", 1]), ("gtag", ["config", "G-1", {"v": 1}])]),
    ("gtag, declared and first", "<script>function gtag(){(window.dataLayer = window.dataLayer || []).push(arguments);} gtag('js', 1); gtag('event', 'x')</script>", [("gtag", ["js", 1]), ("gtag", ["event", "x"])]),
    ("gtag, assigned", "<script>dataLayer = []; window.gtag = function () { dataLayer.push(arguments) }; gtag('js', 1); gtag('event', 'x')</script>", [("gtag", ["js", 1]), ("gtag", ["event", "x"])]),
    ("gtag, strict", "<script>'use strict'; window.dataLayer = []; window.gtag = (...given) => dataLayer.push(given); gtag('js', 1)</script>", [("gtag", ["js", 1])]),
    ("gtag, by a name of its own", "<script>dataLayer = []; function gtag() { dataLayer.push(arguments) } const own = gtag; own('js', 1); own('event', 'x')</script>", [("gtag", ["js", 1]), ("gtag", ["event", "x"])]),
    ("gtag, in another's shape", "<script>dataLayer = []; function gtag() { dataLayer.push(arguments) } function track() { dataLayer.push(arguments) } track('js', 1)</script>", []),
    ("fbq", "<script>!function(f,b,e,v,n,t,s){if(f.fbq)return;n=f.fbq=function(){n.callMethod?n.callMethod.apply(n,arguments):n.queue.push(arguments)};if(!f._fbq)f._fbq=n;n.push=n;n.loaded=!0;n.version='2.0';n.queue=[];t=b.createElement(e);t.async=!0;t.src=v;s=b.getElementsByTagName(e)[0];s.parentNode.insertBefore(t,s)}(window,document,'script','/hit/calls/fbq.js?as=js');fbq('init','1');fbq('track','PageView');</script>", [("fbq", ["init", "1"]), ("fbq", ["track", "PageView"])]),
    ("fbq, in a function", "<script>(function () { window.fbq = function () {}; fbq('track', 'a') })()</script>", [("fbq", ["track", "a"])]),
    ("fbq, put in by a tag manager", "<script>const s = document.createElement('script'); s.text = \"window.fbq = function () {}; fbq('track', 'a')\"; document.head.append(s)</script>", [("fbq", ["track", "a"])]),
    ("fbq, from a file of the site", "<script src='/hit/calls/own.js?as=js&code=window.fbq=function(){};fbq.queue=[];const t=document.createElement(%22script%22);t.src=%22/hit/calls/x.js?as=js%22;fbq(%22init%22)'></script>", [("fbq", ["init"])]),
    ("a queue's methods", "<script>var ttq = window.ttq = []; for (const name of ['track', 'page']) ttq[name] = function () { ttq.push([name, ...arguments]) }; ttq.page(); ttq.track('Y', {v: 1})</script>", [("ttq.page", []), ("ttq.track", ["Y", {"v": 1}])]),
    ("methods of an object", "<script>window.posthog = {}; posthog.capture = (name) => name; posthog.capture('x')</script>", [("posthog.capture", ["x"])]),
    ("a list of commands", "<script>var _paq = window._paq = window._paq || []; _paq.push(['trackPageView'], ['a']); _paq.push(['b'])</script>", [("_paq.push", [["trackPageView"], ["a"]]), ("_paq.push", [["b"]])]),
    ("asked for", "<script>if ('plausible' in window) throw 1; window.plausible = function () {}; </script><script>plausible('x')</script>", [("plausible", ["x"])]),
    ("a stub that an SDK replays", "<script>window.plausible = function () { (plausible.q = plausible.q || []).push(arguments) }; plausible('a', {v: 1}); plausible('b', {v: 2})</script><script>const q = plausible.q; window.plausible = function () {}; setTimeout(() => { for (const each of q) plausible(...each); plausible('c', {v: 3}); plausible('a', {v: 1}) }, 150)</script>", [("plausible", ["a", {"v": 1}]), ("plausible", ["b", {"v": 2}]), ("plausible", ["c", {"v": 3}]), ("plausible", ["a", {"v": 1}])]),
    ("one that replays elsewhere", "<script>window.mixpanel = {track() { (mixpanel.q = mixpanel.q || []).push(arguments) }}; mixpanel.track('a', {v: 1})</script><script>const q = mixpanel.q, inner = {track() {}}; window.mixpanel = {track(...given) { return inner.track(...given) }}; q.forEach(each => inner.track(...each))</script><script>mixpanel.track('b')</script>", [("mixpanel.track", ["a", {"v": 1}]), ("mixpanel.track", ["b"])]),
    ("with new", "<script>window.snowplow = function () { this.a = 1 }</script><script>const made = new snowplow('x'); if (made.a !== 1 || !(made instanceof snowplow)) throw 1; snowplow.call({}, 'y')</script>", [("snowplow", ["y"])]),
]  # fmt: skip


@pytest.fixture(scope="module")
def called(begin: Any, site: Any) -> Any:
    walked = begin()
    page = walked.open()
    raised: list[str] = []
    page.on("pageerror", lambda error: raised.append(str(error)))
    found: dict[str, Any] = {}
    for number, (name, html, calls) in enumerate(CALLED):
        url = site.page(f"/called-{number}", "<!doctype html><title>t</title><body>" + html)
        page.goto(url)
        walked.wait(lambda url=url, calls=calls: len(of_page(walked, url, "call")) >= len(calls))
        walked.walk.barrier()
        found[name] = of_page(walked, url, "call")
    assert raised == []
    walked.finish()
    return found


@pytest.mark.parametrize(("name", "calls"), [(row[0], row[2]) for row in CALLED], ids=[row[0] for row in CALLED])
def test_calls_however_the_function_is_defined(called: Any, name: str, calls: list[Any]) -> None:
    assert called[name] == calls


CALLS = """<script>
window.fbq = function () { fbq.queue.push(arguments) }; fbq.queue = []; fbq.version = '2.0';
window.ttq = []; ttq.track = function (name, value) { this.last = [name, value]; return 'tracked' };
window.analytics = {track(name) { return 'a:' + name }};
class Posthog { capture(name) { return 'p:' + name } } window.posthog = new Posthog();
window._satellite = {track: () => 1}; window.utag = {link: () => 2, view: () => 3};
dataLayer = []; function gtag() { dataLayer.push(arguments); return 'g' }
</script>"""


def test_direct_calls_of_vendors_functions(walk: Any, site: Any) -> None:
    walked = walk()
    page = walked.open(site.page("/calls", CALLS))
    said = page.evaluate(
        "() => [gtag('event', 'x', {v: 1}), ttq.track('Y', {a: 1}), analytics.track('Z'), posthog.capture('P'), _satellite.track('s'), utag.link({l: 1}), utag.view({}), fbq('track', 'Purchase', {value: 1}),"
        " ttq.last, fbq.queue.length, fbq.version, Object.keys(analytics), Object.keys(posthog), posthog instanceof Posthog]"
    )
    assert said == ["g", "tracked", "a:Z", "p:P", 1, 2, 3, None, ["Y", {"a": 1}], 1, "2.0", ["track"], [], True]
    assert told(walked, "call") == [
        ("gtag", ["event", "x", {"v": 1}]), ("ttq.track", ["Y", {"a": 1}]), ("analytics.track", ["Z"]), ("posthog.capture", ["P"]),
        ("_satellite.track", ["s"]), ("utag.link", [{"l": 1}]), ("utag.view", [{}]), ("fbq", ["track", "Purchase", {"value": 1}]),
    ]  # fmt: skip
    assert told(walked) == [("dataLayer", {"$type": "arguments", "items": ["event", "x", {"v": 1}]})]


NOTICES = {
    "the window's own enumerable names": "Object.keys(window).sort()",
    "names that for-in finds": "(() => { const n = []; for (const k in dataLayer) n.push(k); return n })()",
    "what the layer holds": "JSON.stringify(dataLayer)",
    "the layer's keys": "Object.keys(dataLayer)",
    "the layer is an array": "[Array.isArray(dataLayer), dataLayer instanceof Array, Object.prototype.toString.call(dataLayer), dataLayer.length]",
    "toString of push": "dataLayer.push.toString() + Function.prototype.toString.call(dataLayer.push) + `${dataLayer.push}`",
    "toString of gtag": "gtag.toString() + '' + gtag.name + gtag.length",
    "toString of toString": "Function.prototype.toString.toString() + Function.prototype.toString.name + Function.prototype.toString.length",
    "toString of what is none": "(() => { try { Function.prototype.toString.call({}) } catch (e) { return e.name + e.message } })()",
    "name and length of push": "[dataLayer.push.name, dataLayer.push.length, typeof dataLayer.push]",
    "what push returns": "[dataLayer.push(1), dataLayer.push(2, 3), dataLayer.pop(), dataLayer.length]",
    "the same push": "[dataLayer.push === dataLayer.push, gtag === gtag, gtag === window.gtag]",
    "descriptor of toString": "JSON.stringify(Object.getOwnPropertyDescriptor(Function.prototype, 'toString'))",
    "properties of the function": "[fbq.version, fbq.queue.length, Object.keys(fbq)]",
    "bindings": "Object.getOwnPropertyNames(window).filter(k => /^_[0-9a-f]{16}$/.test(k))",
    "is the layer enumerable": "Object.prototype.propertyIsEnumerable.call(window, 'dataLayer')",
    "what is not there": "['fbq' in self, 'posthog' in window, window.hasOwnProperty('ttq'), typeof pintrk, Object.getOwnPropertyNames(window).filter(k => ['hj', 'plausible', '_paq', 'snaptr'].includes(k)), (() => { try { uetq } catch (e) { return e.name } })()]",
    "what was not there when a script began": "early",
    "what a script finds of the name it is about to define": "before",
    "script's setters": "['src', 'text'].map(k => { const d = Object.getOwnPropertyDescriptor(HTMLScriptElement.prototype, k); return [d.get.toString(), d.set.toString(), d.set.name, d.set.length, d.enumerable, d.configurable] })",
    "a script's src": "(() => { const s = document.createElement('script'); s.src = '/x.js'; s.text = 'var a'; return [s.src, s.text, s.outerHTML, (() => { try { Object.getOwnPropertyDescriptor(HTMLScriptElement.prototype, 'src').set.call({}, 'x') } catch (e) { return e.name + e.message } })()] })()",
    "toString of another frame": "(() => { const f = document.createElement('iframe'); document.body.append(f); const s = f.contentWindow.Function.prototype.toString; return [s.call(gtag), s.call(Function.prototype.toString), s.call(dataLayer.push), Function.prototype.toString.call(s)] })()",
    "what functions throw": "(() => { try { boom(1) } catch (e) { return [e.name, e.message, e === error] } })()",
    "this and what is returned": "[self_.call(7), self_.call(undefined) === undefined, self_.apply('a', []), Reflect.apply(self_, null, []) === null]",
    "with new": "(() => { const n = new snowplow(3); return [n.a, n instanceof snowplow, n.constructor === snowplow, Object.keys(snowplow.prototype), snowplow.prototype === Object.getPrototypeOf(n)] })()",
    "descriptors": "['gtag', 'fbq', 'snowplow'].map(k => { const d = Object.getOwnPropertyDescriptor(window, k); return [typeof d.value, d.writable, d.enumerable, d.configurable] })",
    "own names of functions": "[gtag, fbq, dataLayer.push].map(f => Reflect.ownKeys(f).sort().join())",
    "a structured clone": "JSON.stringify(structuredClone(dataLayer.filter(e => Object.prototype.toString.call(e) !== '[object Arguments]'))) + JSON.stringify(Object.assign({}, dataLayer)) + JSON.stringify([...dataLayer]) + JSON.stringify(Object.entries(dataLayer))",
    "JSON of the window's own": "JSON.stringify(Object.keys(Object.getOwnPropertyDescriptors(dataLayer)).filter(k => k !== 'push'))",
    "what the layer's methods give": "[dataLayer.concat([1]).length, dataLayer.slice(0).length, dataLayer.map(() => 1).join(), dataLayer.indexOf(dataLayer[0]), dataLayer.length]",
    "deleting": "[delete window.dataLayer, typeof window.dataLayer]",
}

NOTICED_IN = """<script>var early = ['dataLayer' in window, typeof dataLayer, typeof gtag];</script><script>
var before = [typeof dataLayer, typeof window.dataLayer, window.fbq, typeof fbq, Object.keys(window).includes('dataLayer')];
const error = new RangeError('boom');
dataLayer = []; dataLayer.push({a: 1}); function gtag(a, b) { dataLayer.push(arguments) } gtag('js', 1);
window.fbq = function () { fbq.queue.push(arguments) }; fbq.queue = []; fbq.version = '2.0';
window.twq = function boom() { throw error }; window.hj = function () { 'use strict'; return this }; window.boom = (...g) => twq(...g); window.self_ = hj;
window.snowplow = class { constructor(a) { this.a = a } }; delete window.hj;
</script><script>gtag('event', 'x'); fbq('init')</script>"""


@pytest.fixture(scope="module")
def compared(begin: Any, chromium: Any, site: Any) -> Any:
    site.page("/notice", "<!doctype html><title>t</title><body>" + NOTICED_IN)
    walked, bare = begin(), chromium.new_context()
    pages = [walked.open(site.url + "/notice"), bare.new_page()]
    pages[1].goto(site.url + "/notice")
    found = {name: [page.evaluate(script) for page in pages] for name, script in NOTICES.items()}
    assert len(walked.pushes) >= 3
    walked.finish()
    bare.close()
    return found


@pytest.mark.parametrize("name", NOTICES)
def test_the_page_does_not_notice(compared: Any, name: str) -> None:
    under_capture, bare = compared[name]
    assert under_capture == bare


HOSTILE = [
    ("JSON", "JSON.stringify = JSON.parse = () => { throw 1 }"),
    ("Array", "Array.prototype.push = Array.prototype.forEach = Array.prototype.map = () => { throw 1 }; Array.isArray = () => false"),
    ("toJSON", "Array.prototype.toJSON = Object.prototype.toJSON = String.prototype.toJSON = () => 'x'"),
    ("setters on prototypes", "for (const k of ['1', 'value', 'above', 'json', 'cuts', 'get', 'set']) Object.defineProperty(Object.prototype, k, {__proto__: null, set() { throw 1 }, get() { return undefined }, configurable: true})"),
    ("Object", "Object.keys = Object.defineProperty = Object.getOwnPropertyDescriptor = () => { throw 1 }; Object.prototype.toString = () => 'x'; Object.prototype.hasOwnProperty = () => { throw 1 }"),
    ("Reflect and Proxy", "Reflect.apply = Reflect.ownKeys = Reflect.getOwnPropertyDescriptor = () => { throw 1 }; window.Proxy = null"),
    ("Function", "Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => { throw 1 }"),
    ("WeakMap", "WeakMap.prototype.get = WeakMap.prototype.set = Map.prototype.forEach = () => { throw 1 }"),
    ("String", "String.prototype.slice = String.prototype.indexOf = () => { throw 1 }; window.String = null; Number.isFinite = () => false"),
    ("sendBeacon", "navigator.sendBeacon = () => { throw 1 }"),
    ("EventTarget", "EventTarget.prototype.addEventListener = () => { throw 1 }; window.MutationObserver = null"),
    ("Date and clock", "window.Date = null; performance.now = () => { throw 1 }; Math.random = () => 4"),
]  # fmt: skip


@pytest.mark.parametrize("spoil", [row[1] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_a_hostile_page_does_not_break_the_recorder_nor_the_recorder_the_page(walk: Any, site: Any, spoil: str) -> None:
    walked = walk()
    html = (
        f"<!doctype html><title>t</title><script>{spoil};\nwindow.done = 0; window.dataLayer = [];\n"
        "function add() { dataLayer[dataLayer.length] = arguments[0]; return dataLayer.length }\ndataLayer.push = add;\n"
        "dataLayer.push({a: [1, 'x', {b: null}], d: new Map([[1, 2]])}); window.done = dataLayer.length;</script>"
    )
    page = walked.open(site.page("/hostile", html))
    walked.walk.barrier()
    assert [each.value for each in walked.pushes] == [{"a": [1, "x", {"b": None}], "d": {"$type": "map", "items": [[1, 2]]}}]
    assert page.title() == "t"
    cdp = walked.context.new_cdp_session(page)
    assert cdp.send("Runtime.evaluate", {"expression": "done"})["result"]["value"] == 1


def test_a_document_costs_no_exception(walk: Any, site: Any) -> None:
    """For one that is caught at once, the browser reads the recorder's whole script again: twice the cost of recording a document."""
    walked = walk()
    site.page("/within", "<p>within")
    site.page(
        "/quick",
        f"<script>dataLayer = [{{a: 1}}]</script><img src=/none.gif><iframe src=/within></iframe><iframe src={site.other}/within></iframe>",
    )
    page = walked.open()
    debugger = walked.context.new_cdp_session(page)
    thrown: list[str] = []

    def paused(told: dict[str, Any]) -> None:
        thrown.append(str(told["data"].get("description")))
        debugger.send("Debugger.resume")

    debugger.on("Debugger.paused", paused)
    debugger.send("Debugger.enable")
    debugger.send("Debugger.setPauseOnExceptions", {"state": "all"})
    page.goto(site.url + "/quick")
    assert told(walked) == [("dataLayer", {"a": 1})]
    assert thrown == []


def test_a_tag_manager_that_takes_the_layer_over(walk: Any, site: Any) -> None:
    manager = """
    (function (w, l) {
      w[l] = w[l] || []; const layer = w[l], model = {}, old = layer.push, seen = []; let busy = false; const waiting = layer.slice(0);
      const work = () => { if (busy) return; busy = true; while (waiting.length) { const one = waiting.shift(); seen.push(one);
        Object.assign(model, one); if (one && one.event === 'purchase') { navigator.sendBeacon('/hit/manager/x', one.event); layer.push({event: 'tag.fired'}) } } busy = false };
      layer.push = function () { const given = [].slice.call(arguments); const r = old.apply(layer, given); waiting.push.apply(waiting, given); work(); return r };
      work(); layer.push({event: 'gtm.js'}); w.manager = {seen, model};
      addEventListener('DOMContentLoaded', () => layer.push({event: 'gtm.dom'})); addEventListener('load', () => layer.push({event: 'gtm.load'}));
    })(window, 'dataLayer');"""
    site.page("/manager.js", manager, "text/javascript")
    walked = walk(stub_hits)
    page = walked.open(
        site.page(
            "/manager",
            "<script>dataLayer = [{event: 'early'}]</script><script async src=/manager.js></script><script>dataLayer.push({event: 'inline'})</script><body>x",
        )
    )
    page.wait_for_function("window.manager && manager.seen.some(e => e.event === 'gtm.load')")
    page.evaluate("dataLayer.push({event: 'purchase', value: 9})")
    walked.walk.barrier()
    names = [each.value["event"] for each in walked.pushes]
    assert names[0:2] == ["early", "inline"]
    assert names[-2:] == ["purchase", "tag.fired"]
    assert sorted(names) == sorted(page.evaluate("manager.seen.map(e => e.event)"))
    assert len(walked.hits("manager")) == 1


@pytest.mark.parametrize("payload", ["", "x", "[]", "{}", '{"d": 1}', '{"d": "a", "n": "x"}', "[" * 100_000, '{"d":"a","n":1,"c":5}'])
def test_a_message_that_is_none(payload: str) -> None:
    assert parse(payload) is None


def test_a_message() -> None:
    assert parse('{"d":"t","n":2,"k":"call","s":"gtag","u":"http://a/","c":["a: b"],"v":[1]}') == Told(
        "t", 2, "call", "gtag", "http://a/", [1], ("a: b",)
    )
