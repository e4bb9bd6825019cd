"""HTTP Archives (HAR 1.2, http://www.softwareishard.com/blog/har-12-spec/) as captured requests.

HAR says little of request bodies, and every writer has its own way: Chrome and Firefox give text that is damaged where the
body was binary, Firefox may give the upload stream's own headers before it, Playwright leaves out the text of untyped
bodies and of Blobs and puts large ones in files beside (in one zip), mitmproxy unpacks compressed bodies and keeps stray
bytes as lone surrogates, Proxyman, Reqable and HAR 1.3 mark base64 by ``encoding``, Charles may give form parameters alone.
What a HAR does not hold is said so in the body's state, never guessed.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
import zipfile
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urljoin

from harness.capture.captured import Body, CapturedRequest, Navigation, Outcome, OutcomeState, kept_back, unreadable
from harness.errors import RecordingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LARGEST_PART = 1 << 30
"""Bytes that one file in a zipped HAR may unpack to."""
_EXPORT = "export it again, whole: in DevTools' network panel 'Save all as HAR with content', in Charles, Proxyman or mitmproxy as HAR"
_BLOCKED = re.compile(r"blocked|ERR_ABORTED_BY_CLIENT", re.IGNORECASE)
_CHARSET = re.compile(r"charset=\"?([\w.:-]+)", re.IGNORECASE)
_BOUNDARY = re.compile(r"boundary=\"?([^\";]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class HarPage:
    """One of a HAR's pages. ``url`` is its document's where it is known; ``time`` in seconds since the first entry."""

    id: str
    title: str = ""
    url: str | None = None
    time: float = 0.0


@dataclass(slots=True, kw_only=True)
class HarTraffic:
    """What a HAR holds.

    Attributes:
        requests: in the file's order; ``id`` is ``r`` and the 0-based index, ``step`` the index of its page (0 without pages).
        outcomes: one for each request whose fate is told.
        navigations: document loads of main frames, in order of time.
        pages: the HAR's own pages.
        started: the first entry's time in seconds of the epoch; 0 where no entry has a time.
        cut: why the traffic is not whole; empty if it is.
        notes: what the file holds and is not read, in words.
        creator: the program that wrote it, with its version.
        tagproof: what tagproof itself had added when it wrote the file (see :mod:`harness.report.har`), else None.
    """

    requests: list[CapturedRequest] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    navigations: list[Navigation] = field(default_factory=list)
    pages: list[HarPage] = field(default_factory=list)
    started: float = 0.0
    cut: str = ""
    notes: list[str] = field(default_factory=list)
    creator: str = ""
    tagproof: dict[str, Any] | None = None

    def entries(self) -> Iterator[CapturedRequest | Outcome | Navigation]:
        """Everything in order of time; a navigation comes before its own document's request, an outcome after its request."""
        rank: dict[type, int] = {Navigation: 0, CapturedRequest: 1, Outcome: 2}
        everything: list[CapturedRequest | Outcome | Navigation] = [*self.navigations, *self.requests, *self.outcomes]
        yield from sorted(everything, key=lambda entry: (entry.time, rank[type(entry)]))


def requests_from_har(data: bytes, name: str) -> HarTraffic:
    """Read a HAR, or a zip that holds one with its bodies in files beside it.

    Args:
        data: the file's bytes.
        name: the file's path, for messages and for bodies in files beside it.

    Raises:
        RecordingError: it is cut off, no JSON, or no HAR; the message says which, and where.
    """
    text, attached = _opened(data, name)
    log = _log(text, name)
    return _Reader(log, name, attached).traffic()


# --------------------------------------------------------------------------------------------------------- the container


def _opened(data: bytes, name: str) -> tuple[str, Callable[[str], bytes | None]]:
    if not data.startswith(b"PK\x03\x04"):
        return _decoded(data, name), _beside(Path(name))
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError) as error:
        raise RecordingError(f"is a zip that is broken or cut off ({error})", place=name, mend=_EXPORT) from error
    inside = [each for each in archive.namelist() if each.lower().endswith(".har")]
    if len(inside) != 1:
        found = ", ".join(inside) if inside else "none"
        raise RecordingError(f"is a zip that should hold one .har, and holds {found}", place=name, mend="give the HAR itself")
    names = set(archive.namelist())

    def attached(file: str) -> bytes | None:
        return _part(archive, file, name) if file in names else None

    return _decoded(_part(archive, inside[0], name), f"{name}/{inside[0]}"), attached


def _part(archive: zipfile.ZipFile, file: str, name: str) -> bytes:
    if archive.getinfo(file).file_size > _LARGEST_PART:
        raise RecordingError(f"{file} unpacks to more than {_LARGEST_PART >> 20} MB", place=name, mend="give a smaller HAR")
    try:
        return archive.read(file)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as error:
        raise RecordingError(f"{file} in the zip cannot be read ({error})", place=name, mend=_EXPORT) from error


def _beside(path: Path) -> Callable[[str], bytes | None]:
    def attached(file: str) -> bytes | None:
        folder = path.parent.resolve()
        wanted = (folder / file).resolve()
        # A HAR comes from elsewhere: it must not make us read any file it names.
        if not wanted.is_relative_to(folder) or not wanted.is_file():
            return None
        return wanted.read_bytes()

    return attached


def _decoded(data: bytes, name: str) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8-sig" and error.start >= len(data) - 4:
            raise _cut_off(data.decode("utf-8", errors="ignore"), name) from error
        raise RecordingError(f"is not UTF-8 text (byte {error.start})", place=name, mend="give a HAR, as UTF-8") from error


def _log(text: str, name: str) -> dict[str, Any]:
    if not text.strip():
        raise RecordingError("the file is empty", place=name, mend=_EXPORT)
    try:
        har = json.loads(text)
    except json.JSONDecodeError as error:
        end = len(text.rstrip())
        if error.msg.startswith(("Unterminated string", "Invalid \\")) or error.pos >= end - 8:
            raise _cut_off(text, name) from error
        raise RecordingError(
            f"is no JSON: {error.msg} in line {error.lineno}, column {error.colno}", place=name, mend=_EXPORT
        ) from error  # fmt: skip
    except RecursionError as error:
        raise RecordingError("is nested too deeply for a HAR", place=name, mend=_EXPORT) from error
    log = har.get("log") if isinstance(har, dict) else None
    if not isinstance(log, dict) or not isinstance(log.get("entries"), list):
        raise RecordingError("is JSON, but no HAR: it has no log.entries", place=name, mend=_EXPORT)
    return log


def _cut_off(text: str, name: str) -> RecordingError:
    begun = text.count('"startedDateTime"')
    return RecordingError(
        f"is cut off: the file ends after {len(text)} characters, in the middle of its JSON (about {max(begun - 1, 0)} whole entries)",
        place=name, mend=_EXPORT,
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------------- the contents


class _Reader:
    def __init__(self, log: dict[str, Any], name: str, attached: Callable[[str], bytes | None]) -> None:
        self.name = name
        self.attached = attached
        self.entries: list[Any] = log["entries"]
        self.pages: list[dict[str, Any]] = [page for page in _list(log.get("pages")) if isinstance(page, dict)]
        creator = log.get("creator")
        self.creator = " ".join(str(creator[key]) for key in ("name", "version") if key in creator) if isinstance(creator, dict) else ""
        own = log.get("_tagproof")
        self.own: dict[str, Any] | None = own if isinstance(own, dict) else None
        times = [
            at
            for each in [*self.entries, *self.pages]
            if isinstance(each, dict) and (at := _epoch(each.get("startedDateTime"))) is not None
        ]
        self.zero = min(times, default=0.0)
        self.by_playwright = "playwright" in self.creator.lower()

    def traffic(self) -> HarTraffic:
        traffic = HarTraffic(started=self.zero, creator=self.creator, tagproof=self.own)
        order = {str(page.get("id")): index for index, page in enumerate(self.pages)}
        frames = 0
        for index, entry in enumerate(self.entries):
            request = self._request(entry, index, order)
            traffic.requests.append(request)
            if (outcome := self._outcome(entry, request)) is not None:
                traffic.outcomes.append(outcome)
            frames += len(_list(entry.get("_webSocketMessages")))
        if frames:
            traffic.notes.append(f"{frames} WebSocket messages of the HAR were not read")
        if self.own is None:
            self._place(traffic)
            self._chain(traffic)
        return traffic

    def _request(self, entry: Any, index: int, order: dict[str, int]) -> CapturedRequest:
        request = entry.get("request") if isinstance(entry, dict) else None
        url = request.get("url") if isinstance(request, dict) else None
        if not isinstance(request, dict) or not isinstance(url, str):
            raise RecordingError(f"entry {index + 1} of the HAR has no request with a url", place=self.name, mend=_EXPORT)
        headers = tuple(
            (str(each.get("name", "")), str(each.get("value", ""))) for each in _list(request.get("headers")) if isinstance(each, dict)
        )
        own = entry.get("_tagproof")
        if isinstance(own, dict):
            body = own.get("body", {}) if isinstance(own.get("body"), dict) else {}
            data = self._own_body(request)
            rest = {key: value for key, value in own.items() if key != "body"}
            known = CapturedRequest.from_json({"id": f"r{index}", "method": request.get("method")} | rest | {"url": url})
            return replace(
                known, headers=headers, body=Body(body.get("state", "present" if data else "absent"), data, body.get("reason", ""))
            )
        at = _epoch(entry.get("startedDateTime"))
        initiator = entry.get("_initiator")
        kind = entry.get("_resourceType")
        return CapturedRequest(
            id=f"r{index}", url=url, time=round(at - self.zero, 6) if at is not None else 0.0,
            method=str(request["method"]) if request.get("method") else None, headers=headers,
            body=self._body(request, headers), step=order.get(str(entry.get("pageref")), 0),
            resource_type=str(kind).lower() if kind else _kind(headers),
            initiator=str(initiator["type"]) if isinstance(initiator, dict) and initiator.get("type") else None,
        )  # fmt: skip

    def _own_body(self, request: dict[str, Any]) -> bytes:
        post = request.get("postData")
        if not isinstance(post, dict) or not isinstance(post.get("text"), str):
            return b""
        text: str = post["text"]
        return base64.b64decode(text) if post.get("encoding") == "base64" else text.encode("utf-8", errors="surrogatepass")

    # A body's state, from what the writer said of it.
    def _body(self, request: dict[str, Any], headers: tuple[tuple[str, str], ...]) -> Body:
        post = request.get("postData")
        declared = _int(_first(headers, "content-length"))
        if isinstance(post, dict):
            if isinstance(file := post.get("_file"), str) and file:
                data = self.attached(file)
                return (
                    Body("unreadable", b"", f"the HAR keeps this body in a file that is not there: {file}")
                    if data is None
                    else Body.of(data)
                )
            if isinstance(text := post.get("text"), str) and text:
                return _text_body(text, post, headers, declared)
            if params := [each for each in _list(post.get("params")) if isinstance(each, dict) and "name" in each]:
                return _form_body(params, str(post.get("mimeType", "")), declared, self.creator)
        return self._no_body(request, headers, declared)

    def _no_body(self, request: dict[str, Any], headers: tuple[tuple[str, str], ...], declared: int | None) -> Body:
        if declared == 0:
            return Body()
        size = request.get("bodySize")
        size = int(size) if isinstance(size, int | float) and not isinstance(size, bool) else -1
        if declared or size > 0:
            return Body("unreadable", b"", f"the HAR leaves out this body of {declared or size} bytes")
        if str(request.get("method", "GET")).upper() not in ("POST", "PUT", "PATCH"):
            return Body()
        if size == 0 and not self.by_playwright:
            return Body()
        # HTTP/1.1 sends a body with its length or in chunks (RFC 9112, section 6.3): with neither there was none.
        if headers and str(request.get("httpVersion", "")).upper().startswith("HTTP/1") and not (
            self.by_playwright or _first(headers, "transfer-encoding") or _first(headers, "content-type")
        ):  # fmt: skip
            return Body()
        return Body("unreadable", b"", "the HAR does not tell whether this request had a body")

    def _outcome(self, entry: dict[str, Any], request: CapturedRequest) -> Outcome | None:
        if isinstance(entry.get("_tagproof"), dict):
            return None
        response = entry.get("response")
        if not isinstance(response, dict):
            return None
        status = _int(str(response.get("status", "")))
        took = entry.get("time")
        time = request.time + (max(float(took), 0.0) / 1000 if isinstance(took, int | float) else 0.0)
        reason = str(response.get("_error") or response.get("_failureText") or "")
        if status is not None and status > 0:
            kept = "answered from the browser's cache" if entry.get("_fromCache") else ""
            return Outcome(request=request.id, state="delivered", time=time, status=status, reason=kept)
        if kept_back(reason):
            return Outcome(request=request.id, state="delivered", time=time, reason=unreadable(reason))
        state: OutcomeState = "unknown"
        if reason:
            state = "blocked" if _BLOCKED.search(reason) else "failed"
        return Outcome(request=request.id, state=state, time=time, reason=reason or "the HAR has no response")

    # Pages, tabs and document loads.
    def _place(self, traffic: HarTraffic) -> None:
        loads: dict[str, int] = {}
        urls: dict[str, str] = {}
        main: dict[str, object] = {}
        documents: dict[int, str] = {}
        in_time = sorted(range(len(traffic.requests)), key=lambda index: traffic.requests[index].time)
        shown: list[CapturedRequest] = list(traffic.requests)
        tabs = {str(page.get("id")): f"p{index + 1}" if self.by_playwright else "p1" for index, page in enumerate(self.pages)}
        seen: set[str] = set()
        for index in in_time:
            entry, request = self.entries[index], traffic.requests[index]
            page = str(entry.get("pageref")) if entry.get("pageref") is not None else ""
            tab = tabs.get(page) if self.pages else "p1"
            if tab is not None and self._is_document(entry, request, page, seen, main):
                seen.add(page)
                loads[tab] = loads.get(tab, 0) + 1
                urls[tab] = request.url
                documents.setdefault(request.step, request.url)
                response = entry.get("response")
                status = _int(str(response.get("status", ""))) if isinstance(response, dict) else None
                traffic.navigations.append(Navigation(
                    page=tab, url=request.url, time=request.time, page_load=loads[tab], step=request.step, method=request.method,
                    status=status if status and status > 0 else None,
                ))  # fmt: skip
            if tab is not None and self.pages:
                frame = entry.get("_frameref")
                shown[index] = replace(
                    request, page=tab, page_url=urls.get(tab), page_load=loads.get(tab),
                    main_frame=frame == main[page] if frame is not None and page in main else None,
                )  # fmt: skip
        traffic.requests = shown
        for index, page_entry in enumerate(self.pages):
            at = _epoch(page_entry.get("startedDateTime"))
            title = str(page_entry.get("title", ""))
            url = documents.get(index) or (title if title.startswith(("http://", "https://")) else None)
            traffic.pages.append(HarPage(
                id=str(page_entry.get("id", "")), title=title, url=url, time=round(at - self.zero, 6) if at is not None else 0.0
            ))  # fmt: skip

    def _is_document(self, entry: dict[str, Any], request: CapturedRequest, page: str, seen: set[str], main: dict[str, object]) -> bool:
        destination = _first(request.headers, "sec-fetch-dest")
        if destination is not None and destination != "document":
            return False
        if request.resource_type != "document":
            return False
        response = entry.get("response")
        # A hop of a redirect shows nothing; the document it leads to does.
        if isinstance(response, dict) and response.get("redirectURL"):
            return False
        frame = entry.get("_frameref")
        if frame is not None:
            return bool(main.setdefault(page, frame) == frame)
        # Without frames and without the header, a page's first document is its own, and later ones are frames in it.
        return destination == "document" or page not in seen

    def _chain(self, traffic: HarTraffic) -> None:
        waiting: dict[tuple[object, str], str] = {}
        for index, request in enumerate(traffic.requests):
            entry = self.entries[index]
            came_from = waiting.pop((entry.get("pageref"), request.url), None)
            if came_from is not None:
                traffic.requests[index] = replace(request, redirected_from=came_from)
            response = entry.get("response")
            status = _int(str(response.get("status", ""))) if isinstance(response, dict) else None
            if isinstance(response, dict) and status in (301, 302, 303, 307, 308):
                told = [each for each in _list(response.get("headers")) if isinstance(each, dict)]
                location = _first(tuple((str(each.get("name")), str(each.get("value"))) for each in told), "location")
                to = response.get("redirectURL") or location
                if to:
                    waiting[(entry.get("pageref"), urljoin(request.url, str(to)))] = request.id


# ---------------------------------------------------------------------------------------------------------------- bodies


def _text_body(text: str, post: dict[str, Any], headers: tuple[tuple[str, str], ...], declared: int | None) -> Body:
    marks = f"{post.get('encoding', '')} {post.get('_encoding', '')} {post.get('comment', '')}".lower()
    if "base64" in marks:
        try:
            return Body.of(base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError):
            return Body("unreadable", text.encode("utf-8", errors="replace"), "the HAR marks this body as base64, and it is none")
    packed = (_first(headers, "content-encoding") or "identity").lower() not in ("", "identity")
    data = _bytes(text, str(post.get("mimeType", "")), None if packed else declared)
    if declared is not None and len(data) != declared and text.lower().startswith(("content-type:", "content-length:")):
        # Firefox gives the upload stream, with the headers that it carries.
        head, gap, rest = text.partition("\r\n\r\n")
        if gap and "content-" in head.lower() and len(inner := _bytes(rest, "", declared)) == declared:
            return Body.of(inner)
    if packed:
        if "\ufffd" in text:
            return Body("partial", data, "the HAR's text of this packed body is damaged")
        return Body.of(data)
    if "\ufffd" in text and declared is not None and declared != len(data):
        return Body("partial", data, "the HAR's text of this binary body is damaged")
    if declared is not None and len(data) < declared:
        return Body("partial", data, f"the HAR has {len(data)} of this body's {declared} bytes")
    return Body.of(data)


def _bytes(text: str, mime: str, declared: int | None) -> bytes:
    """The text's bytes in the encoding that gives the length that was declared; in UTF-8 if none does or none was."""
    try:
        utf8 = text.encode("utf-8", errors="surrogateescape")
    except UnicodeEncodeError:
        utf8 = text.encode("utf-8", errors="surrogatepass")
    if declared is None or len(utf8) == declared:
        return utf8
    charset = _CHARSET.search(mime)
    for encoding in ([charset[1]] if charset else []) + ["latin-1", "utf-8"]:
        for candidate in (text, text.replace("\r\n", "\n").replace("\n", "\r\n")):
            try:
                data = candidate.encode(encoding)
            except (LookupError, UnicodeEncodeError):
                continue
            if len(data) == declared:
                return data
    return utf8


def _form_body(params: list[dict[str, Any]], mime: str, declared: int | None, creator: str) -> Body:
    rebuilt = "rebuilt from the HAR's parameters"
    if "multipart/" in mime.lower():
        boundary = found[1] if (found := _BOUNDARY.search(mime)) else "boundary"
        out, whole = [], True
        for param in params:
            out.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{param["name"]}"')
            if param.get("fileName"):
                whole = False
                out.append(f'; filename="{param["fileName"]}"')
            if param.get("contentType"):
                out.append(f"\r\nContent-Type: {param['contentType']}")
            out.append(f"\r\n\r\n{param.get('value') or ''}\r\n")
        data = ("".join(out) + f"--{boundary}--\r\n").encode("utf-8", errors="surrogatepass")
        return Body("present" if whole and declared == len(data) else "partial", data, "" if whole and declared == len(data) else rebuilt)
    # Chrome leaves parameters as they were sent; the specification, and all others, have them decoded.
    sent = "WebInspector" in creator

    def wire(text: object) -> str:
        return str(text) if sent else quote(str(text), safe="*-._").replace("%20", "+")

    def pairs(encode: Callable[[object], str]) -> bytes:
        parts = (encode(each["name"]) + ("=" + encode(each["value"]) if each.get("value") is not None else "") for each in params)
        return "&".join(parts).encode("utf-8", errors="surrogatepass")

    data = pairs(wire)
    if declared is not None and len(data) != declared and len(raw := pairs(str)) == declared:
        data = raw
    # The pairs and their order are known; of their spelling on the wire only the length is.
    state: Literal["present", "partial"] = "present" if declared is None or len(data) <= declared else "partial"
    return Body(state, data, rebuilt if declared != len(data) else "")


# ---------------------------------------------------------------------------------------------------------- small readings


def _kind(headers: tuple[tuple[str, str], ...]) -> str | None:
    """Chrome's word for the resource, from Sec-Fetch-Dest (https://www.w3.org/TR/fetch-metadata/); None where it cannot be told."""
    destination = _first(headers, "sec-fetch-dest")
    if destination in ("document", "iframe", "frame"):
        return "document"
    if destination in ("image", "script", "font", "manifest"):
        return destination
    return {"style": "stylesheet", "audio": "media", "video": "media", "track": "texttrack"}.get(destination or "")


def _epoch(text: object) -> float | None:
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _first(headers: tuple[tuple[str, str], ...], name: str) -> str | None:
    return next((value for key, value in headers if key.lower() == name), None)


def _int(text: str | None) -> int | None:
    try:
        return int(float(text)) if text else None
    except (ValueError, OverflowError):
        return None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
