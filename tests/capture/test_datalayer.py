"""The data-layer recorder: what is pushed is told as it was, in order, and the page does not notice."""

# ruff: noqa: E501
# One row of a table is one line, however long its page is.

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.capture.captured import Answer, CapturedRequest
from harness.capture.datalayer import Told, parse

# One worker makes what all its tests look at.
pytestmark = pytest.mark.xdist_group("datalayer")


def stub_hits(request: CapturedRequest) -> Answer | None:
    return Answer(200) if "/hit/" in request.url else None


def told(walked: Any, kind: str = "push") -> list[tuple[str, Any]]:
    walked.walk.barrier()
    return [(each.source, each.value) for each in walked.pushes if each.kind == kind]


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
    ("reassigned with the old entries", "<script>dataLayer = []; dataLayer.push({a: 1}); dataLayer = [...dataLayer, {a: 2}]</script>", [{"a": 1}, {"a": 1}, {"a": 2}]),
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


@pytest.mark.parametrize(("html", "pushes"), [row[1:] for row in DEFINED], ids=[row[0] for row in DEFINED])
def test_however_it_is_defined(walk: Any, site: Any, html: str, pushes: list[Any]) -> None:
    walked = walk()
    walked.open(site.page("/layer", "<!doctype html><title>t</title><body>" + html))
    assert walked.wait(lambda: len(walked.pushes) >= len(pushes))
    assert told(walked) == [("dataLayer", each) for each in pushes]
    assert walked.walk.note_gap() == ()


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
    assert any("more than 50000 pushes" in gap for gap in walked.walk.note_gap())


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
    "the window's own enumerable names": "Object.keys(window).filter(k => !['dataLayer', 'gtag', 'fbq', 'NAMES'].includes(k)).sort()",
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
    "deleting": "[delete window.dataLayer, typeof window.dataLayer]",
}

NOTICED_IN = """<script>
dataLayer = []; dataLayer.push({a: 1}); function gtag(a, b) { dataLayer.push(arguments) } gtag('js', 1);
window.fbq = function () { fbq.queue.push(arguments) }; fbq.queue = []; fbq.version = '2.0';
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
