"""A request's body, opened layer by layer until its meaning is reached.

Layers nest: LinkedIn posts base64 of gzip of JSON, Mixpanel a form whose ``data`` is base64 of JSON, others JSON that was
escaped as if it were a URL. Each layer is recognised by what it is (a content coding the request declares, magic bytes, the
first characters), never by its vendor; what cannot be opened stays as it is, with the reason.
"""

from __future__ import annotations

import base64
import binascii
from codecs import BOM_UTF8
from dataclasses import dataclass, field
from email.message import Message
from typing import TYPE_CHECKING, Any, Literal

from harness.decode.compression import ENCODINGS, NotCompressed, by_magic
from harness.decode.document import Notes, NotJSON, parse
from harness.decode.hit import Parameter
from harness.decode.query import PLAIN, QueryTable, unescape_percent

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest

Shape = Literal["absent", "json", "lines", "form", "multipart", "text", "binary"]
_DEEPEST = 8
_BASE64_LEAST = 12
_BASE64_BYTES = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=\r\n"
_STANDARD = bytes.maketrans(b"-_", b"+/")
_LONGEST_KEY = 256
_LAYERS = {"gunzip": "gzip", "inflate": "deflate", "unzstd": "zstd"}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart body (RFC 7578)."""

    name: str
    data: bytes
    filename: str | None = None
    content_type: str | None = None

    @property
    def text(self) -> str:
        """The part as UTF-8; a byte that is not becomes U+FFFD."""
        return self.data.decode("utf-8", "replace")


@dataclass(slots=True)
class Payload:
    """What a body turned out to be.

    Attributes:
        shape: json (``value``), lines (``documents``: several JSON documents, one a line), form (``text``), multipart
            (``parts``), text, binary (``data`` only), absent.
        documents: (value, notes) of each JSON document; one for ``json``.
        layers: what was opened on the way, outermost first: ``gzip``, ``base64``, ``escaped`` …
        problem: why the body, or its innermost layer, could not be read; empty if it could.
    """

    shape: Shape = "absent"
    data: bytes = b""
    text: str = ""
    documents: list[tuple[Any, Notes | None]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    layers: tuple[str, ...] = ()
    problem: str = ""

    @property
    def value(self) -> Any:
        """The JSON document's value (the first's, of several); None where there is none."""
        return self.documents[0][0] if self.documents else None

    @property
    def notes(self) -> Notes | None:
        """What the JSON value cannot tell; see :class:`harness.decode.document.Notes`."""
        return self.documents[0][1] if self.documents else None

    def form(self, table: QueryTable = PLAIN) -> list[Parameter]:
        """A form's or multipart body's parameters; empty for any other shape."""
        if self.shape == "form":
            return table.read(self.text)
        if self.shape == "multipart":
            return [_part_parameter(each, table) for each in self.parts]
        return []


def _part_parameter(part: Part, table: QueryTable) -> Parameter:
    from harness.decode.query import TYPED

    row = table.row(part.name)
    text = part.text
    if "�" in text and part.data.decode("utf-8", "ignore").encode() != part.data:
        return Parameter(part.name, text, base64.b64encode(part.data).decode("ascii"), row.field, row.label, row.group)
    value = text if row.kind == "text" else TYPED[row.kind](text)
    return Parameter(part.name, value, None if value is text else text, row.field, row.label, row.group)


ABSENT = Payload()
_last: tuple[CapturedRequest | None, Payload] = (None, ABSENT)


def read_body(request: CapturedRequest) -> Payload:
    """Open a request's body. Recognising and decoding one request share the work."""
    global _last
    body = request.body
    if body.state == "absent" or (not body.data and body.state == "present"):
        return ABSENT
    request_before, payload = _last
    if request_before is request:
        return payload
    content_type = coding = ""
    for name, value in request.headers:
        if len(name) == 12 and name.lower() == "content-type":
            content_type = value
        elif len(name) == 16 and name.lower() == "content-encoding":
            coding = value
    payload = open_bytes(body.data, content_type=content_type, coding=coding)
    if body.state != "present":
        payload.problem = f"the body is {body.state}" + (f": {body.reason}" if body.reason else "")
    _last = (request, payload)
    return payload


def open_bytes(data: bytes, *, content_type: str = "", coding: str = "", layers: tuple[str, ...] = ()) -> Payload:
    """Open bytes: content codings as declared, then by magic, then as text.

    Args:
        data: the body as it was on the wire.
        content_type: its Content-Type, where known.
        coding: its Content-Encoding, where known; a coding that the bytes do not have is passed over, since recorders often
            keep the header of a body that they opened.
        layers: what was opened before.
    """
    problem = ""
    for name in reversed(coding.lower().replace(" ", "").split(",")) if coding else ():
        opener = ENCODINGS.get(name)
        if opener is None:
            if name not in ("", "identity"):
                problem = f"unknown content coding {name}"
            continue
        try:
            data = opener(data)
        except NotCompressed as error:
            problem = f"{name}: {error}"
            break
        layers = (*layers, name)
    while len(layers) < _DEEPEST and (opener := by_magic(data)) is not None:
        try:
            data = opener(data)
        except NotCompressed as error:
            problem = problem or str(error)
            break
        layers = (*layers, _LAYERS[opener.__name__])
    if content_type[:10].lower() == "multipart/":
        parts = _multipart(data, content_type)
        if parts is not None:
            return Payload("multipart", data, parts=parts, layers=layers)
        problem = problem or "a multipart body without its boundary"
    try:
        text = (data[3:] if data[:3] == BOM_UTF8 else data).decode()
    except UnicodeDecodeError as error:
        return Payload("binary", data, layers=layers, problem=problem or f"no text: {error.reason} at byte {error.start:,}")
    payload = open_text(text, form="form-urlencoded" in content_type, layers=layers, data=data)
    if problem and payload.shape == "text":
        payload.problem = problem
    return payload


def open_text(text: str, *, form: bool = False, layers: tuple[str, ...] = (), data: bytes = b"") -> Payload:
    """Open a text: JSON, JSON lines, escaped JSON, base64 of any of these, a form, or just text.

    Args:
        text: the text.
        form: whether it is said to be a form.
        layers: what was opened before.
        data: the bytes it was decoded from.
    """
    bare = text.lstrip()
    first = bare[:1]
    if first == "{" or first == "[":
        documents, problem = _documents(bare)
        if documents:
            return Payload("json" if len(documents) == 1 else "lines", data, text, documents, layers=layers)
        if not form:
            return Payload("text", data, text, layers=layers, problem=problem)
    if not first:
        return Payload("text", data, text, layers=layers)
    if len(layers) < _DEEPEST:
        if first == '"' and bare.rstrip()[-1:] == '"':
            inner = _quoted(bare)
            if inner is not None:
                return open_text(inner, layers=(*layers, "quoted"), data=data)
        if first == "%" and bare[:3].upper() in ("%7B", "%5B", "%22"):
            inner = unescape_percent(bare)
            payload = open_text(inner, layers=(*layers, "escaped"), data=data)
            if payload.documents:
                return payload
        opened = from_base64(bare)
        if opened is not None:
            payload = open_bytes(opened, layers=(*layers, "base64"))
            if payload.documents or (len(payload.layers) > len(layers) + 1 and payload.shape != "binary"):
                return payload
    if form or _is_form(text):
        return Payload("form", data, text, layers=layers)
    if text[:2] == "--" and "\nContent-Disposition:" in text[: _LONGEST_KEY * 4].replace("\r", ""):
        parts = _multipart(data or text.encode("utf-8", "surrogatepass"), "")
        if parts is not None:
            return Payload("multipart", data, text, parts=parts, layers=layers)
    return Payload("text", data, text, layers=layers)


def _documents(text: str) -> tuple[list[tuple[Any, Notes | None]], str]:
    try:
        return [parse(text)], ""
    except NotJSON as error:
        problem = f"no JSON: {error}"
    documents = []
    for line in text.split("\n"):
        bare = line.strip(" \t\r\x1e")
        if not bare:
            continue
        try:
            documents.append(parse(bare))
        except NotJSON:
            return [], problem
    return documents, problem


def _quoted(text: str) -> str | None:
    try:
        value, _ = parse(text)
    except NotJSON:
        return None
    return value if isinstance(value, str) else None


def _is_form(text: str) -> bool:
    equals = text.find("=", 0, _LONGEST_KEY)
    if equals <= 0:
        return False
    key = text[:equals]
    return not any(character in key for character in ' \t\r\n{}<>"')


def from_base64(text: str) -> bytes | None:
    """Base64's bytes: standard or URL-safe, padded or not; None where the text is no base64."""
    if len(text) < _BASE64_LEAST or not text.isascii():
        return None
    raw = text.encode("ascii")
    if raw.translate(None, _BASE64_BYTES):
        return None
    raw = raw.translate(_STANDARD, b"\r\n").rstrip(b"=")
    if len(raw) % 4 == 1:
        return None
    try:
        return binascii.a2b_base64(raw + b"=" * (-len(raw) % 4), strict_mode=True)
    except binascii.Error:
        return None


def _multipart(data: bytes, content_type: str) -> list[Part] | None:
    boundary = _boundary(content_type)
    if not boundary:
        first = data.split(b"\n", 1)[0].rstrip(b"\r")
        if first[:2] != b"--" or not 2 < len(first) <= 72:
            return None
        boundary = first[2:].decode("latin-1")
    mark = b"--" + boundary.encode("utf-8", "surrogatepass")
    pieces = data.split(mark)
    if len(pieces) < 2:
        return None
    parts = []
    for piece in pieces[1:]:
        if piece[:2] == b"--":
            break
        piece = piece.removeprefix(b"\r").removeprefix(b"\n").removesuffix(b"\n").removesuffix(b"\r")
        head, blank, body = piece.partition(b"\r\n\r\n")
        if not blank:
            head, blank, body = piece.partition(b"\n\n")
        parts.append(_part(head.decode("utf-8", "replace"), body))
    return parts


def _boundary(content_type: str) -> str:
    _, _, rest = content_type.partition("boundary=")
    if rest[:1] == '"':
        return rest[1:].partition('"')[0]
    return rest.partition(";")[0].strip()


def _part(head: str, body: bytes) -> Part:
    name, filename, content_type = "", None, None
    for line in head.splitlines():
        key, _, value = line.partition(":")
        match key.strip().lower():
            case "content-disposition":
                message = Message()
                message["Content-Disposition"] = value.strip()
                name = str(message.get_param("name", "", "Content-Disposition") or "")
                found = message.get_param("filename", None, "Content-Disposition")
                filename = None if found is None else str(found)
            case "content-type":
                content_type = value.strip()
            case _:
                pass
    return Part(name, body, filename, content_type)


def raw_body(request: CapturedRequest) -> Parameter:
    """The body as it was, for a hit whose body could not be decoded: text where it is UTF-8, else base64."""
    data = request.body.data
    try:
        return Parameter("$body", data.decode("utf-8"), label="Body", group="Undecoded")
    except UnicodeDecodeError:
        return Parameter("$body", base64.b64encode(data).decode("ascii"), label="Body (base64)", group="Undecoded")
