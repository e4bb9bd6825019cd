"""The means that a browser has of sending: one row each."""

# ruff: noqa: E501
# One row of a table is one line, however long its page is.

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.capture.chromium import FoundBrowser
    from transports.site import Site

# In a row's text: {hit} is a hit's URL on the page's own origin, {far} on another site's, {page} and {away} the origins.


@dataclass(frozen=True)
class Row:
    """One means of sending.

    Attributes:
        script: run in the page at ``/``, awaited; html: served as the page instead, with its scripts and these headers.
        safe: whether the page is opened by TLS and HTTP/2.
        act: Python that is run with the ``page``; leave: how the page is left after that.
        count: how many requests arrive; stubbed: how many are seen where each is answered by the stub (a redirect is not followed).
        refused: how many more are attempted and do not arrive; outcome: what begins what is then said to have become of them;
            proxied: how many of them leave the browser.
        chain: whether each is the redirect of the one before.
        body: the state in which the body is known from inside the browser; the proxy knows it whole.
        where: where it differs from :data:`MAIN`, what the record must say of who sent it: page (``main``, ``other`` or none), page_load
            (0 for the load that the row began with, 1 for the next; in another tab 1 for its first), main_frame, resource_type …
        files: further documents of the site: path, type, text.
        passed_on: whether a service worker sends it in its page's stead: the proxy takes it for the page's.
        unstubbed: whether the browser does not let it be held back; a proxy does.
        alone: whether it needs a context of its own.
        endless: whether Playwright comes to no end with a context that recorded a HAR of it.
        plain: whether the browser does not tell of the headers that are added when it is sent, though its page is not left.
    """

    kind: str
    script: str = ""
    html: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    safe: bool = False
    act: str = ""
    leave: str = ""
    count: int = 1
    stubbed: int | None = None
    refused: int = 0
    outcome: str = ""
    proxied: int = 0
    chain: bool = False
    body: str = ""
    where: tuple[tuple[str, Any], ...] = ()
    files: tuple[tuple[str, str, str], ...] = ()
    passed_on: bool = False
    unstubbed: bool = False
    alone: bool = False
    endless: bool = False
    plain: bool = False

    def __str__(self) -> str:
        return self.kind

    @property
    def said(self) -> dict[str, Any]:
        """What the record must say of who sent it, in all."""
        called = [("resource_type", name) for begins, name in CALLED.items() if self.kind.startswith(begins)]
        return {**dict(MAIN), **dict(called), **dict(self.where)}


CALLED = {
    "beacon": "ping", "eventsource": "eventsource", "fetch": "fetch", "font": "font", "image": "image", "keepalive": "fetch",
    "pagehide-beacon": "ping", "pagehide-keepalive": "fetch", "script": "script", "stylesheet": "stylesheet",
    "worker-eventsource": "eventsource", "worker-fetches": "fetch", "worker-xhr": "xhr", "xhr": "xhr",
}  # fmt: skip
"""What the record calls rows whose names begin so."""


def js(kind: str, script: str, **more: Any) -> Row:
    return Row(kind, script=script, **more)


def page(kind: str, html: str, **more: Any) -> Row:
    return Row(kind, html="<!doctype html><title>row</title><body>" + html, **more)


MAIN = (("page", "main"), ("page_load", 0), ("main_frame", True))
FRAME = (("main_frame", False), ("page", "main"), ("page_load", 0))
WORKER = (("main_frame", None), ("page", "main"), ("page_load", 0))
ALONE = (("page", None), ("page_load", None), ("main_frame", None))
POPUP = (("page", "other"), ("page_load", 1))

TALK = "const s = new WebSocket('{socket}'); s.onopen = () => {{ s.send('one'); s.close() }}"

CLICK = [
    js("image", "new Image().src = '{hit}&as=gif'"),
    js("image-cross-site", "new Image().src = '{far}&as=gif'"),
    js("image-never-in-the-document", "document.createElement('img').setAttribute('srcset', '{hit}&as=gif 1x')"),
    page("image-in-the-markup", "<img src='{hit}&as=gif'>", where=(("initiator", "parser"),)),
    page("picture", "<picture><source srcset='{hit}&as=gif'><img></picture>"),
    page("image-input", "<input type=image src='{hit}&as=gif'>"),
    page("video-poster", "<video poster='{hit}&as=gif'></video>"),
    page("svg-image", "<svg><image href='{hit}&as=gif'/></svg>"),
    page("svg-use", "<svg><use href='{hit}&as=svg#a'/></svg>"),
    page("object", "<object data='{hit}&as=html' type='text/html'></object>", where=FRAME),
    page("embed", "<embed src='{hit}&as=html' type='text/html'>", where=FRAME),
    page("css-background", "<div style=\"background:url('{hit}&as=gif')\">x</div>"),
    page("css-import", "<style>@import url('{hit}&as=css');</style>"),
    page("css-cursor-and-list", "<ul style=\"list-style-image:url('{hit}&as=gif')\"><li>x</ul>"),
    page("css-generated-content", "<style>p::after{{content:url('{hit}&as=gif')}}</style><p>x"),
    page("stylesheet", "<link rel=stylesheet href='{hit}&as=css'>"),
    page("font", "<style>@font-face{{font-family:f;src:url('{hit}')}}</style><p style='font-family:f'>x"),
    page("preload", "<link rel=preload as=script href='{hit}&as=js'>"),
    page("modulepreload", "<link rel=modulepreload href='{hit}&as=js'>"),
    page("prefetch", "<link rel=prefetch href='{hit}&as=js'>"),
    page("icon", "<script>document.head.insertAdjacentHTML('beforeend', \"<link rel=icon href='{hit}&as=gif'>\")</script>"),
    page("script", "<script src='{hit}&as=js'></script>"),
    page("script-module", "<script type=module src='{hit}&as=js'></script>"),
    js("script-inserted", "const s = document.createElement('script'); s.src = '{hit}&as=js'; document.head.append(s)"),
    js("script-import", "await import('{hit}&as=js')"),
    page("audio", "<audio src='{hit}&as=audio' preload=auto></audio>"),
    page("track", "<video preload=auto><track default kind=subtitles src='{hit}&as=vtt'></video><script>document.querySelector('track').track.mode='showing'</script>"),
    js("eventsource", "const e = new EventSource('{hit}&as=events'); await new Promise(r => e.onmessage = r); e.close()"),
    js("fetch", "await fetch('{hit}')"),
    js("fetch-head", "await fetch('{hit}', {{method: 'HEAD'}})"),
    js("fetch-put", "await fetch('{hit}', {{method: 'PUT', body: 'a'}})"),
    js("fetch-delete", "await fetch('{hit}', {{method: 'DELETE'}})"),
    js("fetch-string", "await fetch('{hit}', {{method: 'POST', body: 'a=1&b=ü'}})"),
    js("fetch-json", "await fetch('{hit}', {{method: 'POST', body: JSON.stringify({{a: 1}}), headers: {{'content-type': 'application/json'}}}})"),
    js("fetch-blob", "await fetch('{hit}', {{method: 'POST', body: new Blob(['\\u0000\\u00ff', new Uint8Array([0, 255, 128])])}})"),
    js("fetch-two-blobs", "await fetch('{hit}', {{method: 'POST', body: new Blob([new Blob(['one']), 'two', new Blob(['three'])])}})"),
    js("fetch-form-data", "const f = new FormData(); f.append('a', 'ü'); await fetch('{hit}', {{method: 'POST', body: f}})"),
    js(
        "fetch-form-data-with-a-file",
        "const f = new FormData(); f.append('a', '1'); f.append('f', new File(['\\u0000bytes'], 'f.bin')); await fetch('{hit}', {{method: 'POST', body: f}})",
    ),
    js("fetch-parameters", "await fetch('{hit}', {{method: 'POST', body: new URLSearchParams({{a: 'ü', b: ''}})}})"),
    js("fetch-buffer", "await fetch('{hit}', {{method: 'POST', body: new Uint8Array([0, 1, 254, 255]).buffer}})"),
    js("fetch-view", "await fetch('{hit}', {{method: 'POST', body: new Uint16Array([0, 1, 65535])}})"),
    js("fetch-empty", "await fetch('{hit}', {{method: 'POST'}})"),
    js(
        "fetch-gzip",
        "const z = await new Response(new Blob(['a'.repeat(5000)]).stream().pipeThrough(new CompressionStream('gzip'))).blob();"
        "await fetch('{hit}', {{method: 'POST', body: z, headers: {{'content-encoding': 'gzip'}}}})",
    ),
    js("fetch-one-megabyte", "await fetch('{hit}', {{method: 'POST', body: 'x'.repeat(1 << 20)}})"),
    js("fetch-one-megabyte-of-blob", "await fetch('{hit}', {{method: 'POST', body: new Blob([new Uint8Array(1 << 20).fill(7)])}})"),
    js("fetch-four-megabytes", "await fetch('{hit}', {{method: 'POST', body: new Uint8Array(4 << 20).fill(7)}})"),
    js("fetch-no-cors", "await fetch('{far}&cors=no', {{method: 'POST', mode: 'no-cors', body: 'a'}})"),
    js("fetch-cors", "await fetch('{far}', {{method: 'POST', body: 'a'}})"),
    js("fetch-cors-unreadable", "await fetch('{far}&cors=no', {{method: 'POST', body: 'a'}}).catch(() => 0)"),
    js("fetch-preflight", "await fetch('{far}', {{method: 'POST', body: '{{}}', headers: {{'content-type': 'application/json', 'x-key': 'k'}}, credentials: 'include'}})"),
    js("fetch-keepalive", "fetch('{hit}', {{method: 'POST', body: 'a', keepalive: true}})"),
    js("fetch-keepalive-blob", "fetch('{hit}', {{method: 'POST', body: new Blob(['ab']), keepalive: true}})"),
    js("fetch-aborted-late", "const c = new AbortController(); const p = fetch('{hit}', {{method: 'POST', body: 'a', signal: c.signal}}); await p; c.abort()"),
    js("fetch-of-a-request", "await fetch(new Request('{hit}', {{method: 'POST', body: 'a'}}).clone())"),
    js("fetch-twice-alike", "await fetch('{hit}', {{method: 'POST', body: 'a'}}); await fetch('{hit}', {{method: 'POST', body: 'a'}})", count=2),
    js("fetch-parallel", "await Promise.all([...Array(20).keys()].map(i => fetch('{hit}&i=' + i, {{method: 'POST', body: 'b' + i}})))", count=20),
    page("fetch-later-at-once", "<script>fetchLater('{hit}', {{method: 'POST', body: 'a', activateAfter: 0}})</script>", plain=True),
    js("xhr", "await new Promise(r => {{ const x = new XMLHttpRequest(); x.open('GET', '{hit}'); x.onloadend = r; x.send() }})"),
    js("xhr-string", "await new Promise(r => {{ const x = new XMLHttpRequest(); x.open('POST', '{hit}'); x.onloadend = r; x.send('ü') }})"),
    js("xhr-blob", "await new Promise(r => {{ const x = new XMLHttpRequest(); x.open('POST', '{hit}'); x.onloadend = r; x.send(new Blob(['ab'])) }})"),
    js("xhr-form-data", "await new Promise(r => {{ const x = new XMLHttpRequest(); x.open('POST', '{hit}'); x.onloadend = r; const f = new FormData(); f.append('a', '1'); x.send(f) }})"),
    js("xhr-buffer", "await new Promise(r => {{ const x = new XMLHttpRequest(); x.open('POST', '{hit}'); x.onloadend = r; x.send(new Uint8Array([0, 255])) }})"),
    js("xhr-document", "await new Promise(r => {{ const x = new XMLHttpRequest(); x.open('POST', '{hit}'); x.onloadend = r; x.send(new DOMParser().parseFromString('<a>ü</a>', 'text/xml')) }})"),
    js("xhr-synchronous", "const x = new XMLHttpRequest(); x.open('POST', '{hit}', false); x.send('a')"),
    js("beacon-string", "navigator.sendBeacon('{hit}', 'a=ü')"),
    js("beacon-empty", "navigator.sendBeacon('{hit}')"),
    js("beacon-blob", "navigator.sendBeacon('{hit}', new Blob(['{{}}'], {{type: 'text/plain'}}))"),
    js("beacon-json-cross-site", "navigator.sendBeacon('{far}', new Blob(['{{\"a\": 1}}'], {{type: 'application/json'}}))"),
    js("beacon-form-data", "const f = new FormData(); f.append('a', '1'); navigator.sendBeacon('{hit}', f)"),
    js("beacon-form-data-with-a-file", "const f = new FormData(); f.append('f', new File(['ab'], 'f')); navigator.sendBeacon('{hit}', f)"),
    js("beacon-parameters", "navigator.sendBeacon('{hit}', new URLSearchParams({{a: '1'}}))"),
    js("beacon-buffer", "navigator.sendBeacon('{hit}', new Uint8Array([0, 255]).buffer)"),
    js("beacon-view", "navigator.sendBeacon('{hit}', new DataView(new ArrayBuffer(3)))"),
    js("beacon-cross-site", "navigator.sendBeacon('{far}', 'a')"),
    js("beacon-burst", "for (let i = 0; i < 30; i++) navigator.sendBeacon('{hit}&i=' + i, 'b' + i)", count=30),
    page("link-ping", "<a href='#x' ping='{hit}'>go</a>", act="page.click('a')", where=(("resource_type", "ping"),)),
    page("form-get", "<form action='{hit}' target=f><input name=a value=1></form><iframe name=f></iframe>", act="page.evaluate('document.forms[0].submit()')", where=FRAME),
    page(
        "form-post-into-a-frame",
        "<form method=post action='{far}&as=html' target=f><input name=a value='ü'></form><iframe name=f></iframe>",
        act="page.evaluate('document.forms[0].submit()')",
        where=(("resource_type", "document"), *FRAME),
    ),
    page(
        "form-multipart",
        "<form method=post enctype=multipart/form-data action='{hit}&as=html' target=f><input name=a value=1></form><iframe name=f></iframe>",
        act="page.evaluate('document.forms[0].submit()')",
        where=FRAME,
    ),
    page(
        "form-with-a-file-from-disk",
        "<form method=post enctype=multipart/form-data action='{hit}&as=html' target=f><input name=a value=1><input type=file name=f></form><iframe name=f></iframe>",
        act="page.set_input_files('input[type=file]', disk); page.evaluate('document.forms[0].submit()')",
        body="partial",
        where=FRAME,
    ),
    page("form-as-text", "<form method=post enctype=text/plain action='{hit}&as=html' target=f><input name=a value=1></form><iframe name=f></iframe>", act="page.evaluate('document.forms[0].submit()')", where=FRAME),
    page("form-post-in-the-page", "<form method=post action='{hit}&as=html'><input name=a value=1></form>", act="page.evaluate('document.forms[0].submit()')", where=(("resource_type", "document"), ("page_load", 1))),
    page("form-into-a-new-tab", "<form method=post action='{hit}&as=html' target=_blank rel=opener><input name=a value=1></form>", act="page.evaluate('document.forms[0].submit()')", where=POPUP),
    page("frame", "<iframe src='{hit}&as=html'></iframe>", where=FRAME),
    page("frame-cross-site", "<iframe src='{far}&as=html'></iframe>", where=FRAME),
    page("frame-sends", "<iframe src='/f/{kind}'></iframe>", files=(("/f/{kind}", "text/html", "<script>navigator.sendBeacon('{hit}', 'a')</script>"),), where=FRAME),
    page("frame-cross-site-sends", "<iframe src='{away}/f/{kind}'></iframe>", files=(("/f/{kind}", "text/html", "<script>navigator.sendBeacon('{hit}', 'a')</script>"),), where=FRAME),
    page(
        "frame-nested-sends",
        "<iframe src='{away}/f/{kind}'></iframe>",
        files=(("/f/{kind}", "text/html", "<iframe src='{page}/g/{kind}'></iframe>"), ("/g/{kind}", "text/html", "<script>fetch('{hit}', {{method: 'POST', body: 'a'}})</script>")),
        where=FRAME,
    ),
    page("frame-srcdoc-sends", "<iframe srcdoc=\"<script>navigator.sendBeacon('{hit}', 'a')</script>\"></iframe>", where=FRAME),
    page("frame-sandboxed-sends", "<iframe sandbox=allow-scripts srcdoc=\"<script>navigator.sendBeacon('{hit}', 'a')</script>\"></iframe>", where=FRAME),
    js("frame-blank-sends", "const f = document.createElement('iframe'); document.body.append(f); f.contentWindow.navigator.sendBeacon('{hit}', 'a')", where=FRAME),
    js("frame-blob-sends", "const f = document.createElement('iframe'); f.src = URL.createObjectURL(new Blob([\"<script>navigator.sendBeacon('{hit}', 'a')</scr\" + \"ipt>\"], {{type: 'text/html'}})); document.body.append(f)", where=FRAME),
    js("frame-removed-at-once", "const f = document.createElement('iframe'); document.body.append(f); f.contentWindow.navigator.sendBeacon('{hit}', 'a'); f.remove()", where=FRAME),
    js("frame-removed-fetches", "const f = document.createElement('iframe'); document.body.append(f); f.contentWindow.fetch('{hit}', {{method: 'POST', body: 'a', keepalive: true}}); f.remove()", where=FRAME),
    js("frame-removed-pagehide", "const f = document.createElement('iframe'); document.body.append(f); f.contentWindow.addEventListener('pagehide', () => f.contentWindow.navigator.sendBeacon('{hit}', 'a')); f.remove()", where=FRAME),
    js("worker-script", "new Worker('{hit}&as=js')", where=(("page", "main"),)),
    js("worker-fetches", "new Worker(URL.createObjectURL(new Blob([\"fetch('{hit}', {{method: 'POST', body: 'a'}})\"])))", where=WORKER),
    js("worker-blob-body", "new Worker(URL.createObjectURL(new Blob([\"fetch('{hit}', {{method: 'POST', body: new Blob(['ab'])}})\"])))", where=WORKER),
    js("worker-xhr", "new Worker(URL.createObjectURL(new Blob([\"const x = new XMLHttpRequest(); x.open('POST', '{hit}'); x.send('a')\"])))", where=WORKER),
    js("worker-import-scripts", "new Worker(URL.createObjectURL(new Blob([\"importScripts('{hit}&as=js')\"])))", where=WORKER),
    js("worker-module", "new Worker(URL.createObjectURL(new Blob([\"import '{hit}&as=js'\"], {{type: 'text/javascript'}})), {{type: 'module'}})", where=WORKER),
    js("worker-in-a-worker", "new Worker(URL.createObjectURL(new Blob(['new Worker(URL.createObjectURL(new Blob([`fetch(\"{hit}\", {{method: \"POST\", body: \"a\"}})`])))'])))", where=WORKER),
    page("worker-of-a-frame", "<iframe src='{away}/f/{kind}'></iframe>", files=(("/f/{kind}", "text/html", "<script>new Worker(URL.createObjectURL(new Blob([\"fetch('{hit}', {{method: 'POST', body: 'a'}})\"])))</script>"),), where=WORKER),
    js("shared-worker", "new SharedWorker('/w/{kind}')", files=(("/w/{kind}", "text/javascript", "fetch('{hit}', {{method: 'POST', body: new Blob(['ab'])}})"),), where=ALONE),
    js(
        "service-worker-sends",
        "await navigator.serviceWorker.register('/w/{kind}', {{scope: '/w/'}})",
        files=(("/w/{kind}", "text/javascript", "oninstall = e => e.waitUntil(fetch('{hit}', {{method: 'POST', body: new Blob(['ab'])}}))"),),
        where=ALONE,
        alone=True,
    ),
    js(
        "service-worker-passes-on",
        "await navigator.serviceWorker.register('/w/{kind}', {{scope: '/'}}); await navigator.serviceWorker.ready; if (!navigator.serviceWorker.controller) await new Promise(r => navigator.serviceWorker.oncontrollerchange = r);"
        "await fetch('{hit}', {{method: 'POST', body: 'a'}})",
        files=(("/w/{kind}", "text/javascript", "onactivate = e => e.waitUntil(clients.claim()); onfetch = () => {{}}"),),
        alone=True,
    ),
    js(
        "service-worker-sends-again",
        "await navigator.serviceWorker.register('/w/{kind}', {{scope: '/'}}); await navigator.serviceWorker.ready; if (!navigator.serviceWorker.controller) await new Promise(r => navigator.serviceWorker.oncontrollerchange = r);"
        "await fetch('{hit}', {{method: 'POST', body: 'a'}})",
        files=(("/w/{kind}", "text/javascript", "onactivate = e => e.waitUntil(clients.claim()); onfetch = e => e.respondWith(fetch(e.request))"),),
        where=ALONE,
        passed_on=True,
        alone=True,
    ),
    js(
        "service-worker-answers-itself",
        "await navigator.serviceWorker.register('/w/{kind}', {{scope: '/'}}); await navigator.serviceWorker.ready; if (!navigator.serviceWorker.controller) await new Promise(r => navigator.serviceWorker.oncontrollerchange = r);"
        "await fetch('{hit}', {{method: 'POST', body: 'a'}})",
        files=(("/w/{kind}", "text/javascript", "onactivate = e => e.waitUntil(clients.claim()); onfetch = e => e.respondWith(new Response('mine'))"),),
        count=0,
        alone=True,
    ),
    js(
        "service-worker-queues-and-replays",
        "await navigator.serviceWorker.register('/w/{kind}', {{scope: '/'}}); await navigator.serviceWorker.ready; if (!navigator.serviceWorker.controller) await new Promise(r => navigator.serviceWorker.oncontrollerchange = r);"
        "await fetch('{hit}', {{method: 'POST', body: 'a'}}); await fetch('{hit}', {{method: 'POST', body: 'b'}}); navigator.serviceWorker.controller.postMessage('online')",
        files=(
            (
                "/w/{kind}",
                "text/javascript",
                (
                    "const kept = []; onactivate = e => e.waitUntil(clients.claim()); onfetch = e => {{ if (e.request.method == 'POST') e.respondWith(e.request.clone().text().then(b => {{ kept.push([e.request.url, b]); return new Response('later') }})) }};"
                    "onmessage = e => e.waitUntil(Promise.all(kept.map(([u, b]) => fetch(u, {{method: 'POST', body: b}}))))"
                ),
            ),
        ),
        count=2,
        where=ALONE,
        alone=True,
    ),
    js("popup", "window.open('/f/{kind}')", files=(("/f/{kind}", "text/html", "<script>navigator.sendBeacon('{hit}', 'a')</script>"),), where=POPUP),
    js("popup-without-opener", "window.open('/f/{kind}', '_blank', 'noopener')", files=(("/f/{kind}", "text/html", "<script>navigator.sendBeacon('{hit}', 'a')</script>"),), where=POPUP),
    js("popup-cross-site", "window.open('{away}/f/{kind}')", files=(("/f/{kind}", "text/html", "<script>fetch('{hit}', {{method: 'POST', body: 'a'}})</script>"),), where=POPUP),
    # On a busy machine it sends before it is known as a tab of its own, and passes for its opener.
    js("popup-written-by-its-opener", "const w = window.open(''); w.document.write(\"<script>navigator.sendBeacon('{hit}', 'a')</scr\" + \"ipt>\"); w.document.close()", where=(("page", ...), ("page_load", ...))),
    js("popup-closes-itself", "window.open('/f/{kind}')", files=(("/f/{kind}", "text/html", "<script>navigator.sendBeacon('{hit}', 'a'); onpagehide = () => navigator.sendBeacon('{hit}&n=2', 'b'); window.close()</script>"),), count=2, where=POPUP),
    js("redirect-image", "await new Promise(r => {{ const i = new Image(); i.onload = i.onerror = r; i.src = '{hit}&to={to:{to:{end}}}' }})", count=3, stubbed=1, chain=True),
    js("redirect-307-post", "await fetch('{hit}&status=307&to={end}', {{method: 'POST', body: 'a'}})", count=2, stubbed=1, chain=True),
    js("redirect-308-cross-site", "await fetch('{far}&status=308&to={end}', {{method: 'POST', body: 'a'}})", count=2, stubbed=1, chain=True),
    js("redirect-302-post", "await fetch('{hit}&status=302&to={end}', {{method: 'POST', body: 'a'}})", count=2, stubbed=1, chain=True),
    js("redirect-beacon", "navigator.sendBeacon('{hit}&status=307&to={end}', 'a')", count=2, stubbed=1, chain=True),
    js("redirect-document", "location.href = '{hit}&to={end}'", count=2, stubbed=1, chain=True, where=(("page_load", 1),)),
    js("server-error", "await fetch('{hit}&status=500', {{method: 'POST', body: 'a'}})"),
    js("no-content", "navigator.sendBeacon('{hit}&status=204', 'a')"),
    # What a page may not read of an answer does not undo what was sent.
    js("image-of-html", "await new Promise(r => {{ const i = new Image(); i.onload = i.onerror = r; i.src = '{far}&as=html' }})"),
    js("stylesheet-of-html", "const l = document.createElement('link'); l.rel = 'stylesheet'; l.href = '{far}&as=html'; document.head.append(l); await new Promise(r => l.onload = l.onerror = r)"),
    js("image-for-its-own-origin", "await new Promise(r => {{ const i = new Image(); i.onload = i.onerror = r; i.src = '{far}&as=gif&corp=same-origin' }})"),
    js("fetch-for-its-own-site", "await fetch('{far}&corp=same-site', {{method: 'POST', body: 'a', mode: 'no-cors'}}).catch(() => 0)"),
    js("beacon-for-its-own-origin", "navigator.sendBeacon('{far}&corp=same-origin', 'a')"),
    js("fetch-redirect-refused", "await fetch('{hit}&to={end}', {{method: 'POST', body: 'a', redirect: 'error'}}).catch(() => 0)"),
    js("fetch-of-other-integrity", "await fetch('{hit}', {{method: 'POST', body: 'a', integrity: 'sha256-AAAA'}}).catch(() => 0)"),
    js("speculation-prefetch", "const s = document.createElement('script'); s.type = 'speculationrules'; s.textContent = JSON.stringify({{prefetch: [{{source: 'list', urls: ['{hit}&as=html'], eagerness: 'immediate'}}]}}); document.head.append(s)", unstubbed=True),
]  # fmt: skip

PRERENDER = (
    "const s = document.createElement('script'); s.type = 'speculationrules';"
    "s.textContent = JSON.stringify({{prerender: [{{source: 'list', urls: ['/f/{kind}'], eagerness: 'immediate'}}]}}); document.head.append(s)"
)

CONTROLLED = (
    "await navigator.serviceWorker.register('/w/{kind}', {{scope: '/'}}); await navigator.serviceWorker.ready;"
    "if (!navigator.serviceWorker.controller) await new Promise(r => navigator.serviceWorker.oncontrollerchange = r);"
)
CLAIM = "onactivate = e => e.waitUntil(clients.claim());"
ANSWERED_AHEAD = "onfetch = e => {{ if (e.request.mode == 'navigate') e.respondWith(e.preloadResponse) }}"
POLICY = (
    (
        "Content-Security-Policy",
        "img-src 'self'; connect-src 'self'; frame-src 'self'; font-src 'self'; script-src 'self' 'unsafe-inline'; form-action 'self'; media-src 'self'; object-src 'none'; style-src 'self' 'unsafe-inline'",
    ),
)


def refused(kind: str, script: str, directive: str) -> Row:
    """A means of sending that the page's own policy forbids: of fetch and beacon only the address is known."""
    return page(
        kind, "<script>" + script + "</script>", headers=POLICY, count=0, refused=1,
        outcome=f"blocked: content security policy ({directive})",
    )  # fmt: skip


MORE = [
    js("beacon-too-large", "if (navigator.sendBeacon('{hit}', 'x'.repeat(1 << 17))) throw 'taken'", count=0),
    js("beacon-largest", "if (!navigator.sendBeacon('{hit}', 'x'.repeat(1 << 16))) throw 'refused'"),
    js("beacon-gzip", "const z = await new Response(new Blob(['a'.repeat(5000)]).stream().pipeThrough(new CompressionStream('gzip'))).blob(); navigator.sendBeacon('{hit}', z)"),
    page("fetch-a-file-from-disk", "<input type=file>", act="page.set_input_files('input', disk); page.evaluate(\"hit => fetch(hit, {method: 'POST', body: document.querySelector('input').files[0]}).then(r => r.text())\", hit)"),
    page("beacon-a-file-from-disk", "<input type=file>", act="page.set_input_files('input', disk); page.evaluate(\"hit => navigator.sendBeacon(hit, document.querySelector('input').files[0])\", hit)", count=0),
    js("cache-add", "const c = await caches.open('x'); await c.add('{hit}')"),
    js("audio-worklet", "await new AudioContext().audioWorklet.addModule('{hit}&as=js')", plain=True),
    page("download", "<a href='{hit}' download=x>go</a>", act="page.click('a')", plain=True),
    page("meta-refresh", "<meta http-equiv=refresh content='0; url={hit}&as=html'>", where=(("page_load", 1),)),
    js("popup-document", "window.open('{hit}&as=html')", where=POPUP),
    js("service-worker-script", "await navigator.serviceWorker.register('{hit}&as=js')", where=ALONE, alone=True),
    js(
        "service-worker-imports", "await navigator.serviceWorker.register('/w/{kind}', {{scope: '/w/'}})",
        files=(("/w/{kind}", "text/javascript", "importScripts('{hit}&as=js')"),), where=ALONE, alone=True,
    ),
    js(
        "service-worker-queues-while-offline", CONTROLLED,
        act="page.context.set_offline(True); page.evaluate(\"hit => fetch(hit, {method: 'POST', body: 'a'}).then(r => r.text())\", hit); page.context.set_offline(False);"
        "page.evaluate(\"navigator.serviceWorker.controller.postMessage('online')\")",
        files=(
            (
                "/w/{kind}", "text/javascript",
                CLAIM + "const kept = []; onfetch = e => {{ if (e.request.method == 'POST') e.respondWith(fetch(e.request.clone()).catch(async () => {{ kept.push([e.request.url, await e.request.text()]); return new Response('later') }})) }};"
                "onmessage = e => e.waitUntil(Promise.all(kept.map(([u, b]) => fetch(u, {{method: 'POST', body: b}}))))",
            ),
        ),
        refused=1, outcome="failed: ", where=ALONE, alone=True,
    ),
    js(
        "background-sync", CONTROLLED + "await (await navigator.serviceWorker.ready).sync.register('s')",
        files=(("/w/{kind}", "text/javascript", CLAIM + "onsync = e => e.waitUntil(fetch('{hit}', {{method: 'POST', body: 'a'}}))"),),
        where=ALONE, alone=True,
    ),
    js(
        "speculation-prerender-shown", PRERENDER, act="page.evaluate(\"kind => location.href = '/f/' + kind\", kind); page.wait_for_url('**/f/**')",
        files=(("/f/{kind}", "text/html", "<script>fetch('{hit}', {{method: 'POST', body: 'a'}})</script>"),), endless=True, where=(("page_load", 1),),
    ),
    page("embedder-policy-image", "<img src='{far}&as=gif'>", headers=(("Cross-Origin-Embedder-Policy", "require-corp"),)),
    page("header-preload", "x", headers=(("Link", "<{hit}&as=js>; rel=preload; as=script"),)),
    page("header-refresh", "x", headers=(("Refresh", "0; url={hit}&as=html"),), where=(("page_load", 1),)),
    js("xhr-aborted", "const x = new XMLHttpRequest(); x.open('POST', '{hit}&wait=1'); x.send('a'); await new Promise(r => setTimeout(r, 300)); x.abort()"),
    js("worker-eventsource", "new Worker(URL.createObjectURL(new Blob([\"const e = new EventSource('{hit}&as=events'); e.onmessage = () => e.close()\"])))", where=WORKER),
    page("frame-cross-site-removed-pagehide", "<iframe src='{away}/f/{kind}'></iframe>", files=(("/f/{kind}", "text/html", "<script>onpagehide = () => navigator.sendBeacon('{hit}', 'a')</script>"),),
         act="page.frame_locator('iframe').locator(':root').wait_for(state='attached'); page.evaluate(\"document.querySelector('iframe').remove()\")", where=FRAME),
    page("frame-in-a-frame-removed-pagehide", "<iframe src='{away}/f/{kind}'></iframe>",
         files=(("/f/{kind}", "text/html", "<iframe src='{page}/g/{kind}'></iframe>"), ("/g/{kind}", "text/html", "<script>onpagehide = () => navigator.sendBeacon('{hit}', 'a')</script>")),
         act="page.frame_locator('iframe').frame_locator('iframe').locator(':root').wait_for(state='attached'); page.evaluate(\"document.querySelector('iframe').remove()\")", where=FRAME),
    page("frame-in-a-frame-of-the-site-removed-pagehide", "<iframe src='/f/{kind}'></iframe>",
         files=(("/f/{kind}", "text/html", "<iframe src='{away}/g/{kind}'></iframe>"), ("/g/{kind}", "text/html", "<script>onpagehide = () => navigator.sendBeacon('{hit}', 'a')</script>")),
         act="page.frame_locator('iframe').frame_locator('iframe').locator(':root').wait_for(state='attached'); page.evaluate(\"document.querySelector('iframe').remove()\")", where=FRAME),
    page("frame-navigates-its-page", "<script>onpagehide = () => navigator.sendBeacon('{hit}', 'a')</script><iframe src='/f/{kind}'></iframe>",
         files=(("/f/{kind}", "text/html", "<script>onload = () => top.location.href = '{page}/next'</script>"),), act="page.wait_for_url('**/next')", plain=True),
    js("popup-closed-by-its-opener", "const w = window.open('/f/{kind}'); await new Promise(r => onmessage = r); w.close()",
       files=(("/f/{kind}", "text/html", "<script>onpagehide = () => navigator.sendBeacon('{hit}', 'a'); onload = () => opener.postMessage(1, '*')</script>"),), where=POPUP),
    js(
        "service-worker-navigation-preload", CONTROLLED + "location.href = '{hit}&as=html'",
        files=(
            (
                "/w/{kind}", "text/javascript",
                "onactivate = e => e.waitUntil(Promise.all([clients.claim(), registration.navigationPreload.enable()]));" + ANSWERED_AHEAD,
            ),
        ),
        where=ALONE, alone=True, unstubbed=True, passed_on=True, endless=True,
    ),
    page("policy-report", "<img src='{away}/refused.gif'>", headers=(("Content-Security-Policy", "img-src 'self'; report-uri {hit}"),)),
    page("policy-report-to", "<img src='{away}/refused.gif'>", headers=(("Content-Security-Policy", "img-src 'self'; report-to e"), ("Reporting-Endpoints", 'e="{safe}"')), safe=True, body="partial", unstubbed=True, plain=True, alone=True),
    js("websocket", "const s = new WebSocket('{socket}'); s.onopen = () => {{ s.send('one'); s.send(new Uint8Array([0, 255])); s.close() }}; await new Promise(r => s.onclose = r)", count=3, stubbed=1),
    js("worker-websocket", "new Worker(URL.createObjectURL(new Blob([\"const s = new WebSocket('{socket}'); s.onopen = () => {{ s.send('one'); s.close() }}\"])))", count=2, stubbed=1, where=WORKER),
    js(
        "shared-worker-websocket", "new SharedWorker('/w/{kind}')",
        files=(("/w/{kind}", "text/javascript", TALK),), count=2, stubbed=1, where=ALONE,
    ),
    js(
        "service-worker-websocket", "await navigator.serviceWorker.register('/w/{kind}', {{scope: '/w/'}})",
        files=(("/w/{kind}", "text/javascript", "onactivate = () => {{ " + TALK + " }}"),), count=2, stubbed=1, where=ALONE, alone=True,
    ),
    page("frame-websocket", "<iframe src='{away}/f/{kind}'></iframe>", files=(("/f/{kind}", "text/html", "<script>" + TALK + "</script>"),), count=2, stubbed=1, where=FRAME),
    js("popup-websocket", "open('/f/{kind}')", files=(("/f/{kind}", "text/html", "<script>" + TALK + "</script>"),), count=2, stubbed=1, where=POPUP),
    page(
        "frame-three-deep-sends", "<iframe src='{away}/f/{kind}'></iframe>",
        files=(
            ("/f/{kind}", "text/html", "<iframe src='{page}/g/{kind}'></iframe>"),
            ("/g/{kind}", "text/html", "<iframe src='{away}/h/{kind}'></iframe>"),
            ("/h/{kind}", "text/html", "<script>navigator.sendBeacon('{hit}', 'a'); onpagehide = () => navigator.sendBeacon('{hit}&n=2', 'b')</script>"),
        ),
        act="page.frame_locator('iframe').frame_locator('iframe').frame_locator('iframe').locator(':root').wait_for(state='attached')",
        leave="goto", count=2, where=FRAME,
    ),
    page(
        "frame-navigated-away", "<iframe src='{away}/f/{kind}'></iframe>", files=(("/f/{kind}", "text/html", "<script>onpagehide = () => navigator.sendBeacon('{hit}', 'a'); onload = () => location.href = '{page}/next'</script>"),), where=FRAME,
    ),
    js("tls-fetch", "await fetch('{safe}', {{method: 'POST', body: 'a'}})", safe=True),
    js("tls-websocket", "const s = new WebSocket('{safe}'.replace('https', 'wss')); s.onopen = () => {{ s.send('one'); s.close() }}", safe=True, count=2, stubbed=1),
    js("tls-image", "new Image().src = '{safe}&as=gif'", safe=True),
    js("tls-beacon", "navigator.sendBeacon('{safe}', new Blob(['ab']))", safe=True),
    js("tls-one-megabyte", "await fetch('{safe}', {{method: 'POST', body: 'x'.repeat(1 << 20)}})", safe=True),
    page("tls-pagehide-beacon", "<script>onpagehide = () => navigator.sendBeacon('{safe}', 'a')</script>", safe=True, leave="goto"),
    js(
        "http-2-stream",
        "let n = 0; const s = new ReadableStream({{pull: c => n++ < 3 ? c.enqueue(new TextEncoder().encode('part')) : c.close()}}); await fetch('{safe}', {{method: 'POST', body: s, duplex: 'half'}})",
        safe=True, body="partial",
    ),
    js("fetch-to-no-host", "await fetch('{nowhere}', {{method: 'POST', body: 'a', mode: 'no-cors'}}).catch(() => 0)", count=0, refused=1, proxied=1, outcome="failed: "),
    js("beacon-to-no-host", "navigator.sendBeacon('{nowhere}', 'a')", count=0, refused=1, proxied=1, outcome="failed: "),
    js("image-to-a-dead-port", "new Image().src = '{dead}&as=gif'", count=0, refused=1, proxied=1, outcome="failed: "),
    page("pagehide-beacon-to-no-host", "<script>onpagehide = () => navigator.sendBeacon('{nowhere}', 'a')</script>", leave="goto", count=0, refused=1, proxied=1, outcome="failed: "),
    js("mixed-content", "await fetch('{insecure}', {{method: 'POST', body: 'a'}}).catch(() => 0)", safe=True, count=0, refused=1, outcome="blocked: mixed content"),
    refused("policy-fetch", "fetch('{nowhere}', {{method: 'POST', body: 'a'}}).catch(() => 0)", "connect-src"),
    refused("policy-beacon", "navigator.sendBeacon('{nowhere}', 'a')", "connect-src"),
    refused("policy-xhr", "const x = new XMLHttpRequest(); x.open('POST', '{nowhere}'); x.send('a')", "connect-src"),
    refused("policy-image", "new Image().src = '{nowhere}'", "img-src"),
    refused("policy-script", "const s = document.createElement('script'); s.src = '{nowhere}'; document.head.append(s)", "script-src-elem"),
    refused("policy-font", "document.fonts.add(new FontFace('f', 'url({nowhere})')); document.fonts.load('9px f').catch(() => 0)", "font-src"),
    refused("policy-eventsource", "new EventSource('{nowhere}')", "connect-src"),
]  # fmt: skip

SENDS = {
    "beacon": "navigator.sendBeacon('{hit}', 'a')",
    "beacon-blob": "navigator.sendBeacon('{hit}', new Blob(['ab']))",
    "keepalive": "fetch('{hit}', {{method: 'POST', body: 'a', keepalive: true}})",
    "image": "new Image().src = '{hit}&as=gif'",
}

WAYS = ("goto", "goto-cross-site", "reload", "link", "replace", "back", "close", "location-reload", "history-back")

OLD = (("page", "main"), ("page_load", 0), ("main_frame", True))

LEAVING = [
    page(f"{moment}-{name}-{way}", f"<script>addEventListener('{moment}', () => {{{{ if (sessionStorage['{{kind}}']) return; sessionStorage['{{kind}}'] = 1; {send} }}}})</script>", leave=way, where=OLD)
    for way in WAYS
    for moment, names in {"pagehide": tuple(SENDS), "visibilitychange": ("beacon",), "beforeunload": ("beacon",)}.items()
    for name, send in SENDS.items()
    if name in names and not (moment == "beforeunload" and way == "close")
    and not (way not in ("goto", "reload", "close") and name in ("beacon-blob", "image"))
    and not (way in ("location-reload", "history-back") and (moment != "pagehide" or name != "beacon"))
] + [
    page(f"unload-{name}-{way}", f"<script>addEventListener('unload', () => {{{{ if (sessionStorage['{{kind}}']) return; sessionStorage['{{kind}}'] = 1; {SENDS[name]} }}}})</script>", headers=(("Permissions-Policy", "unload=*"),), leave=way, where=OLD)
    for way in ("goto", "reload", "link", "close") for name in ("beacon", "keepalive") if name == "beacon" or way == "goto"
] + [
    page("pagehide-beacon-forward", "<script>addEventListener('pagehide', () => {{ if (performance.getEntriesByType('navigation')[0].type == 'back_forward') navigator.sendBeacon('{hit}', 'a') }})</script>", leave="forward", where=OLD),
    page("pagehide-keepalive-preflight-goto", "<script>onpagehide = () => fetch('{far}', {{method: 'POST', body: '{{}}', keepalive: true, headers: {{'content-type': 'application/json', 'x-key': 'k'}}}})</script>", leave="goto", where=OLD),
    page("beforeunload-beacon-close", "<script>addEventListener('beforeunload', () => navigator.sendBeacon('{hit}', 'a'))</script>", leave="close-asking", where=OLD),
    page("link-ping-leaving", "<a href='/next' ping='{hit}'>go</a>", act="page.click('a'); page.wait_for_url('**/next')", where=(("resource_type", "ping"),)),
] + [
    js("fetch-later-goto", "fetchLater('{hit}', {{method: 'POST', body: 'a'}})", leave="goto", where=(("page", "main"),)),
    js("fetch-later-close", "fetchLater('{hit}', {{method: 'POST', body: 'a'}})", leave="close", where=(("page", "main"),)),
    page("frame-pagehide-goto", "<iframe src='{away}/f/{kind}'></iframe>", files=(("/f/{kind}", "text/html", "<script>onpagehide = () => navigator.sendBeacon('{hit}', 'a')</script>"),), leave="goto",
         where=(("page", "main"), ("page_load", 0), ("main_frame", False))),
    page("frame-pagehide-close", "<iframe src='/f/{kind}'></iframe>", files=(("/f/{kind}", "text/html", "<script>onpagehide = () => navigator.sendBeacon('{hit}', 'a')</script>"),), leave="close",
         where=(("page", "main"), ("page_load", 0), ("main_frame", False))),
    page("keepalive-then-leave", "", act="page.evaluate(\"fetch('\" + hit + \"', {method: 'POST', body: 'a', keepalive: true}); location.href = '/next'\")", where=(("page", "main"), ("page_load", 0))),
]  # fmt: skip

ROWS = CLICK + MORE + LEAVING

ASKS_FIRST = """far => {
    const type = 'application/json', send = (name, more) =>
        fetch(far + name, {method: 'PUT', body: '{"a": 1}', headers: {'content-type': type, 'x-key': 'k'}, ...more});
    addEventListener('pagehide', () => { send('c', {keepalive: true}) });
    navigator.sendBeacon(far + 'b', new Blob(['{"a": 1}'], {type}));
    return send('a').catch(() => 0);
}"""
"""Sends three to addresses of another site that must be asked first, the last as its page is left."""

NOT_IN_SHELL = ("icon", "background-sync")
"""What the headless shell does not do."""


def rows_of(browser: FoundBrowser) -> list[Row]:
    """What this browser can send by."""
    return [row for row in ROWS if not (browser.shell and row.kind in NOT_IN_SHELL)]


def fill(text: str, marker: str, site: Site) -> str:
    """A row's text with its addresses; the marker is in each of them."""
    base = f"/hit/{marker}/x?k=1"
    end = f"{site.other}/hit/{marker}/end?k=1%26as=gif"
    to = text.replace("{to:{to:{end}}}", "{chain}")
    chain = f"{site.url}/hit/{marker}/two?k=1%26to={end.replace('%', '%25')}"
    return to.format(
        hit=site.url + base, far=site.other + base, safe=site.safe + base, dead=site.dead + base, nowhere="https://nowhere.invalid" + base,
        insecure="http://nowhere.invalid" + base, socket=f"ws://127.0.0.1:{site.port}" + base, page=site.url, away=site.other, kind=marker,
        end=end, chain=chain,
    )  # fmt: skip
