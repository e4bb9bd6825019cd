"""Requests as JSON Lines, one object a line: ``{"url", "method", "headers"?, "body"? | "body_base64"?}``.

The form for traffic of any origin: a proxy's log, a script, a unit test. Further fields of a captured request
(``time``, ``page_url``, ``resource_type`` …) are taken where they are given.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from harness.capture.captured import Body, CapturedRequest
from harness.errors import Place, RecordingError

_TEXTS = ("id", "resource_type", "context", "page", "page_url", "frame_url", "initiator", "redirected_from")
_FORM = 'one JSON object a line: {"url": …, "method": …, "headers": {…}, "body": …}'


def requests_from_lines(data: bytes, name: str) -> list[CapturedRequest]:
    """Every request, in order; its id is ``r`` and its 0-based index where the line gives none. Blank lines count for nothing.

    Args:
        data: the file's bytes: UTF-8, with or without a byte order mark.
        name: what messages call the file.

    Raises:
        RecordingError: a line is no request; names its line.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = data[: error.start].count(b"\n") + 1
        raise RecordingError("is not UTF-8 text", place=Place(name, at), mend="save the file as UTF-8") from error
    requests: list[CapturedRequest] = []
    # Only a newline ends a line: U+2028 and its like may stand inside JSON strings.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        place = Place(name, number)
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise RecordingError(f"is no JSON ({error})", place=place, mend=_FORM) from error
        requests.append(_request(entry, len(requests), place))
    return requests


def _request(entry: Any, index: int, place: Place) -> CapturedRequest:
    if not isinstance(entry, dict):
        raise RecordingError("is JSON, but no object", place=place, mend=_FORM)
    url = entry.get("url")
    if not isinstance(url, str) or not url:
        raise RecordingError("has no url", place=place, mend=_FORM)
    method = entry.get("method", "POST" if "body" in entry or "body_base64" in entry else "GET")
    if method is not None and not isinstance(method, str):
        raise RecordingError("method is no text", place=place, mend=_FORM)
    optional: dict[str, Any] = {field: entry[field] for field in _TEXTS if isinstance(entry.get(field), str)}
    for field in ("time", "page_load", "step"):
        if isinstance(value := entry.get(field), int | float) and not isinstance(value, bool):
            optional[field] = float(value) if field == "time" else int(value)
    if isinstance(entry.get("main_frame"), bool):
        optional["main_frame"] = entry["main_frame"]
    optional.setdefault("id", f"r{index}")
    return CapturedRequest(url=url, method=method, headers=_headers(entry.get("headers"), place), body=_body(entry, place), **optional)


def _headers(headers: Any, place: Place) -> tuple[tuple[str, str], ...]:
    if headers is None:
        return ()
    if isinstance(headers, dict):
        # A name that was sent more than once may have a list of its values.
        return tuple((str(name), str(each)) for name, value in headers.items() for each in (value if isinstance(value, list) else [value]))
    if isinstance(headers, list):
        pairs: list[tuple[str, str]] = []
        for header in headers:
            if isinstance(header, dict) and "name" in header:
                pairs.append((str(header["name"]), str(header.get("value", ""))))
            elif isinstance(header, list) and len(header) == 2:
                pairs.append((str(header[0]), str(header[1])))
            else:
                break
        else:
            return tuple(pairs)
    raise RecordingError("headers are neither an object nor a list of names and values", place=place, mend=_FORM)


def _body(entry: dict[str, Any], place: Place) -> Body:
    text, packed = entry.get("body"), entry.get("body_base64")
    if text is not None and packed is not None:
        raise RecordingError("has both body and body_base64", place=place, mend="give one of them")
    if packed is not None:
        try:
            return Body.of(base64.b64decode(packed, validate=True))
        except (binascii.Error, ValueError, TypeError) as error:
            raise RecordingError(f"body_base64 is no base64 ({error})", place=place, mend="give the body's bytes in base64") from error
    if text is None:
        return Body()
    if isinstance(text, dict) and "state" in text:
        try:
            return Body.from_json(text)
        except (ValueError, TypeError) as error:
            raise RecordingError(f"body cannot be read ({error})", place=place, mend=_FORM) from error
    if isinstance(text, dict | list):
        # A body written as JSON instead of as text of JSON.
        return Body.of(json.dumps(text, ensure_ascii=False).encode("utf-8", errors="surrogatepass"))
    if not isinstance(text, str):
        raise RecordingError("body is no text", place=place, mend="give the body as text, or its bytes in body_base64")
    return Body.of(text.encode("utf-8", errors="surrogatepass"))
