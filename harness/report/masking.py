"""Secrets and personal data, masked in everything that people are given.

What is masked keeps enough of its shape to be recognised (``j•••@e•••.com``, ``1726•••0140``, ``+49•••67``): a reader must
still see *that* an e-mail address was sent, and that two hits carry the same client. Names of events, ids of
transactions and items, accounts and campaign values stay as they are.

Two things are looked at: the key a value stands under (``password=``, ``"user_id":``, ``Cookie:``), in JSON, in URLs and forms,
nested in each other and encoded into each other; and the value's own form (an address, a card number, a bearer token),
wherever it stands.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import re
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.recording import Recording

MASK = "•••"
_DEPTH = 8
_INFLATED = 8_000_000
"""Bytes of an unpacked body that are searched; one that is larger is withheld whole."""

Mode = Literal["secret", "token", "cookie", "identifier", "person", "phone", "ip", "public", "plain"]


def mask_text(text: str) -> str:
    """The text with secrets and personal data masked: a sentence, a URL, a form or JSON body, a header line."""
    return _cached(text) if len(text) <= 20_000 else _masked(text, 0)


def mask_json(value: Any, key: str = "") -> Any:
    """A JSON value with secrets and personal data masked; objects, arrays and numbers keep their shape.

    Args:
        value: what :func:`json.loads` gives.
        key: the name it stands under, where it has one.
    """
    return _json(value, key, 0)


def mask_header(name: str, value: str) -> str:
    """A header's value: credentials gone, cookies by name only, the rest as :func:`mask_text` has it."""
    lower = name.lower().strip()
    if lower in ("authorization", "proxy-authorization"):
        scheme, _, rest = value.partition(" ")
        return f"{scheme} {MASK}" if rest and scheme.isalpha() else MASK
    if lower in ("cookie", "set-cookie"):
        return _cookies(value, first_only=lower == "set-cookie")
    return _by_mode(value, _mode(name), 0)


def mask_recording(recording: Recording) -> Iterator[str]:
    """The recording's JSON Lines, masked, each without its newline; :meth:`Recording.parse` reads them again.

    A body that cannot be searched (packed beyond reason, or binary with personal data in it) is withheld: it becomes
    ``unreadable`` and says why.
    """
    for line in recording.lines():
        entry = json.loads(line)
        kind = entry["entry"]
        if kind in ("request", "outcome"):
            entry = _sent(entry)
        elif kind == "push":
            entry = _json({k: v for k, v in entry.items() if k != "value"}, "", 0) | {"value": _json(entry["value"], "", 0)}
        elif kind == "value":
            entry["value"] = _json(entry["value"], str(entry["name"]), 0)
        elif kind != "consent":
            entry = _json(entry, "", 0)
        yield json.dumps(entry, ensure_ascii=False, separators=(",", ":"))


def _sent(entry: dict[str, Any]) -> dict[str, Any]:
    """A request, or what became of one."""
    masked = {key: mask_text(value) if isinstance(value, str) else value for key, value in entry.items() if key not in ("headers", "body")}
    if "headers" in entry:
        masked["headers"] = [[name, mask_header(name, value)] for name, value in entry["headers"]]
    if "body" in entry:
        masked["body"] = _body(entry["body"])
    return masked


def _body(body: dict[str, Any]) -> dict[str, Any]:
    if "text" in body:
        return body | {"text": mask_text(body["text"])}
    if "base64" not in body:
        return body
    data = base64.b64decode(body["base64"])
    plain, packed = _unpacked(data)
    if plain is None:
        return _withheld(body, data, "its packed content is too large to be searched")
    try:
        text = plain.decode("utf-8")
    except UnicodeDecodeError:
        seen = plain.decode("latin-1")
        return _withheld(body, data, "it holds personal data among binary") if _sweep(seen) != seen else body
    masked = mask_text(text)
    if masked == text:
        return body
    data = gzip.compress(masked.encode("utf-8"), mtime=0) if packed == "gzip" else zlib.compress(masked.encode("utf-8"))
    return body | {"base64": base64.b64encode(data).decode("ascii")}


def _withheld(body: dict[str, Any], data: bytes, why: str) -> dict[str, Any]:
    return {"state": "unreadable", "reason": f"withheld from the masked recording ({len(data)} bytes): {why}"} | (
        {"was": body["state"]} if body.get("state") != "present" else {}
    )


def _unpacked(data: bytes) -> tuple[bytes | None, str]:
    window = {b"\x1f\x8b": 31, b"\x78\x01": 15, b"\x78\x9c": 15, b"\x78\xda": 15, b"\x78\x5e": 15}.get(data[:2])
    if window is None:
        return data, ""
    inflate = zlib.decompressobj(window)
    try:
        plain = inflate.decompress(data, _INFLATED)
    except zlib.error:
        return data, ""
    return (None if inflate.unconsumed_tail else plain), "gzip" if window == 31 else "zlib"


# ------------------------------------------------------------------------------------------------------------ keys

_SECRET = re.compile(
    r"(?:^|_)(?:pass(?:word|wd|phrase|code)\d?|pwd|secret|otp|totp|pin|cvv2?|cvc2?|cvn|security_code|credentials?|private_key|"
    r"card_?(?:number|no)|cc_?(?:number|num|no)|pan|ssn|social_security_number|tax_id|passport(?:_number)?|account_number|iban)$"
)
_TOKEN = re.compile(
    r"(?:^|_)(?:token|jwt|auth|authorization|bearer|api_?key|access_?key|session|sess|session_?key|sessid|sess_?id|php_?sessid|"
    r"j_?session_?id|csrf\w*|xsrf\w*|nonce|sig|signature|sso|saml_?response|authenticity)$"
)
_IDENTIFIER = re.compile(
    r"(?:^|_)(?:(?:user|client|visitor|customer|anonymous|device|distinct|person|contact|external|session|crm|member|subscriber|profile|"
    r"advertising|identity|cookie|guest|browser|installation|fat|network_user|domain_user)_?id|"
    r"cid|uid|sid|auid|gid|duid|ecid|fbp|fbc|gclid|dclid|fbclid|ttclid|msclkid|twclid|wbraid|gbraid|yclid|ttp|gcl_au|idfa|gaid|aaid|"
    r"insert_id|uuid|guid)$"
)
_PERSON = re.compile(
    r"(?:^|_)(?:(?:first|last|full|given|family|middle|sur|user|nick|billing|shipping|customer|contact|recipient|cardholder)_?name|"
    r"e?mail(?:_?address)?|em|street\w*|address(?:_?line)?_?\d?|zip(?:_?code)?|post(?:al)?_?code|plz|"
    r"birth_?(?:day|date)|dob|date_of_birth)$"
)
_PHONE = re.compile(r"(?:^|_)(?:(?:tele)?phone\w*|tel|mobile(?:_?(?:number|phone))?|msisdn|cell(?:_?phone)?|fax|whatsapp)$")
_IP = re.compile(r"(?:^|_)(?:ip|uip|ip_?address|remote_addr|x_forwarded_for|x_real_ip|ip_override)$")
_PUBLIC = re.compile(
    r"(?:^|_)(?:(?:transaction|order|item|product|content|event|purchase|invoice|variant|promotion|coupon|list|message|tag|pixel|"
    r"measurement|stream|container)_?ids?|sku|upc|gtin|ean|event|event_name|en|ev|eid|oid|tid|ti|id|contents|timestamp|ts|"
    r"utm_\w+|campaign\w*|currency|value|price|gtm)$"
)
_COOKIE = re.compile(r"^(?:http_|document_)?(?:set_)?cookies?\d?$")
_ABOUT_PERSON = {"ud", "user_data", "userdata", "user", "customer", "traits", "advanced_matching", "person", "billing", "shipping"}
_SHORT_PERSON = {"fn", "ln", "db", "zp", "ge", "n", "name", "st", "external_id", "em"}
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ANY_SEPARATOR = re.compile(r"[\s.\[\]:/-]+")


@lru_cache(maxsize=8192)
def _mode(key: str) -> Mode:
    if not key or len(key) > 200:
        return "plain"
    plain = unquote(unquote(key)) if "%" in key else key
    parts = [_snake(part) for part in _ANY_SEPARATOR.split(plain) if part.strip("$_")]
    parts = [part for part in parts if part and not part.isdigit()]
    if not parts:
        return "plain"
    # "x-api-key" and "user-id" are one name; "properties.user_id" and "ud[em]" are a path and its last name.
    last, whole = parts[-1], "_".join(parts)
    if _COOKIE.search(last):
        return "cookie"
    for pattern, mode in _BY_NAME:
        if pattern.search(last) or ("-" in plain and pattern.search(whole)):
            return mode
    if len(parts) > 1 and parts[-2] in _ABOUT_PERSON:
        return "phone" if last == "ph" else "person" if last in _SHORT_PERSON else "plain"
    return "plain"


_BY_NAME: tuple[tuple[re.Pattern[str], Mode], ...] = (
    (_SECRET, "secret"), (_TOKEN, "token"), (_IDENTIFIER, "identifier"), (_PERSON, "person"), (_PHONE, "phone"), (_IP, "ip"),
    (_PUBLIC, "public"),
)  # fmt: skip


def _snake(part: str) -> str:
    return _CAMEL.sub("_", part).lower().strip("_$")


def _by_mode(value: str, mode: Mode, depth: int) -> str:
    if not value or value in _NO_VALUE:
        return value
    if mode == "secret":
        return MASK
    if mode == "cookie":
        return _cookies(value)
    if mode == "public":
        return _tokens(_emails(value))
    masked = _masked(value, depth)
    if mode == "plain" or masked != value or _DONE.fullmatch(value):
        return masked
    return _partly(value, mode)


_DONE = re.compile(r".{0,4}•••.{0,4}(?:\(\d+\))?|\w?•••(?:@|\uff20)\w?•••\S{1,70}", re.DOTALL)
_NO_VALUE = {"true", "false", "null", "undefined", "none", "0", "1", "[object Object]", "NaN"}


def _partly(value: str, mode: Mode) -> str:
    if mode == "token":
        return f"{value[:4]}{MASK}({len(value)})" if len(value) >= 16 else MASK
    if mode == "identifier":
        if len(value) >= 12:
            return f"{value[:4]}{MASK}{value[-4:]}"
        return f"{value[:2]}{MASK}" if len(value) >= 5 else MASK if len(value) > 1 else value
    if mode == "phone":
        return f"{value[:3]}{MASK}{value[-2:]}" if len(value) >= 8 else MASK
    if mode == "ip":
        first = re.split(r"[.:]", value, maxsplit=1)[0]
        return f"{first[:4]}{MASK}" if first != value else MASK
    return f"{value[0]}{MASK}"


# ---------------------------------------------------------------------------------------------------- structured text

_PAIR = re.compile(r"(?<![\w$%.\[\]-])(?P<key>[A-Za-z_$](?:[\w$.~\[\]-]|%[0-9A-Fa-f]{2}){0,80})=(?P<value>[^&;\s\"'<>\\#]*)")
_JSON_PAIR = re.compile(
    r"(?P<q>\\{0,16}\"|%(?:25)*22|&quot;)(?P<key>[\w$.\[\] -]{1,80})(?P=q)(?P<colon>\s*(?::|%(?:25)*3[Aa])\s*(?:%20)*)"
    r"(?:(?P<v>(?P=q))(?P<text>.{0,4000}?)(?:(?P=q)|(?P<end>\Z))|(?P<bare>-?\d[\d.]*))",
    re.DOTALL,
)
_HEADER = re.compile(
    r"(?im)^(?P<name>(?:proxy-)?authorization|(?:set-)?cookie|x-[\w-]*(?:key|token|auth)[\w-]*)(?P<colon>:[ \t]*)(?P<value>[^\r\n]+)"
)
_PART = re.compile(
    r"(?i)(?P<head>name=\"(?P<key>[^\"\r\n]{1,80})\"[^\r\n]*(?:\r?\n[^\r\n]+)*\r?\n\r?\n)(?P<value>.*?)(?=\r?\n--|\Z)", re.DOTALL
)
_USERINFO = re.compile(r"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]{0,20}://)(?P<user>[^/\s:@?#\"'<>]{0,200})(?::(?P<word>[^/\s@?#\"'<>]{0,200}))?@")
_COLON = re.compile(r"\"\s*:(\s?)")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")


@lru_cache(maxsize=4096)
def _cached(text: str) -> str:
    return _masked(text, 0)


def _json(value: Any, key: str, depth: int) -> Any:
    mode = _mode(key)
    if isinstance(value, str):
        return _by_mode(value, mode, depth + 1)
    if isinstance(value, dict):
        if mode == "secret":
            return {name: _json(each, key, depth + 1) for name, each in value.items()}
        parent = key if _snake(key) in _ABOUT_PERSON else ""
        return {_emails(name): _json(each, f"{parent}.{name}" if parent else name, depth + 1) for name, each in value.items()}
    if isinstance(value, list):
        return [_json(each, key, depth + 1) for each in value]
    if isinstance(value, bool) or value is None:
        return value
    text = str(value)
    masked = _by_mode(text, mode, depth + 1)
    return value if masked == text else masked


def _masked(text: str, depth: int) -> str:
    if not text or depth > _DEPTH:
        return _sweep(text)
    start = text.lstrip()[:1]
    if start and start in '{["':
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            pass
        else:
            try:
                masked = _json(value, "", depth)
            except RecursionError:
                return MASK
            if masked == value:
                return text
            spaced = _COLON.search(text)
            return json.dumps(masked, ensure_ascii=False, separators=None if spaced and spaced[1] else (",", ":"))
    if "\n" in text and start in ("{", "["):
        return "\n".join(_masked(line, depth + 1) for line in text.split("\n"))
    if (inner := _from_base64(text)) is not None:
        masked = _masked(inner, depth + 1)
        return text if masked == inner else _to_base64(masked, like=text)
    text = _tokens(text)
    if "name=" in text:
        text = _PART.sub(lambda m: m["head"] + _by_mode(m["value"], _mode(m["key"]), depth + 1), text)
    if ":" in text or "%3" in text:
        text = _HEADER.sub(lambda m: m["name"] + m["colon"] + mask_header(m["name"], m["value"]), text)
        text = _JSON_PAIR.sub(lambda m: _json_pair(m, depth), text)
    if "=" not in text:
        return _sweep(text)
    out, position = [], 0
    for match in _PAIR.finditer(text):
        out += [_numbers(text[position : match.start()]), match["key"], "=", _pair_value(match["key"], match["value"], depth)]
        position = match.end()
    out.append(_numbers(text[position:]))
    return _emails("".join(out))


def _pair_value(key: str, raw: str, depth: int) -> str:
    decoded = unquote(raw, errors="surrogateescape") if "%" in raw else raw
    masked = _by_mode(decoded, _mode(key), depth + 1)
    if masked == decoded:
        return raw
    # Characters that the sender left unencoded stay so; the mask itself stays readable.
    unencoded = "".join({char for char in raw if char != "%" and char.isascii()}) + "@()"
    return quote(masked, safe=unencoded, errors="surrogateescape").replace("%E2%80%A2", "•")


def _json_pair(match: re.Match[str], depth: int) -> str:
    mode = _mode(match["key"])
    if mode in ("plain", "public"):
        return match[0]
    value = match["bare"] if match["v"] is None else match["text"]
    masked = _by_mode(value, mode, depth + 1)
    if masked == value:
        return match[0]
    q = match["q"]
    end = "" if match["end"] is not None else q
    return f"{q}{match['key']}{q}{match['colon']}{q}{masked}{end}"


def _cookies(value: str, *, first_only: bool = False) -> str:
    parts = value.split(";")
    masked = []
    for index, part in enumerate(parts):
        name, equals, word = part.partition("=")
        if first_only and index:
            masked.append(part)
        elif not equals:
            masked.append(MASK if part.strip() else part)
        else:
            known = _mode(name.strip()) == "identifier" or name.strip().startswith(("_ga", "_fb", "_gcl"))
            masked.append(f"{name}={word if _DONE.fullmatch(word) else _partly(word, 'identifier') if known else MASK}")
    return ";".join(masked)


def _from_base64(text: str) -> str | None:
    if not _BASE64.fullmatch(text):
        return None
    try:
        data = base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
        inner = data.decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    return inner if inner[:1] in "{[" or "@" in inner or ("=" in inner and inner.isprintable()) else None


def _to_base64(text: str, *, like: str) -> str:
    encode = base64.urlsafe_b64encode if "-" in like or "_" in like else base64.b64encode
    encoded = encode(text.encode("utf-8", errors="surrogateescape")).decode("ascii")
    return encoded if like.endswith("=") or len(like) % 4 == 0 else encoded.rstrip("=")


# ------------------------------------------------------------------------------------------------------ values' own form

_AT = r"(?P<at>@|\uff20|%(?:25)*40|\\{1,16}u0040|\\{1,16}x40|&#0*64;|&#[xX]0*40;|&commat;)"
_ESCAPED = r"\\{1,16}u(?:00[89a-fA-F]|0[1-9a-fA-F][0-9a-fA-F]|[1-9a-fA-F][0-9a-fA-F]{2})[0-9a-fA-F]"
_HIGH = r"%(?:25)*[89A-Fa-f][0-9A-Fa-f]"
_LOCAL_ENCODED = r"%(?:25)*(?:2[1478ABDEabde]|5[EFef]|60|7[BCDEbcde])|\\{1,16}u002[1478aAbBdDeE]"
_LOCAL = rf"(?:[^\W]|[.!$'*+^`{{|}}~\-\u00b7]|{_LOCAL_ENCODED}|{_HIGH}|{_ESCAPED})"
_LABEL = rf"(?:[\w-]|{_HIGH}|{_ESCAPED}){{1,63}}"
_DOT = r"(?:\.|%(?:25)*2[Ee]|\\{1,16}u002[eE]|\u3002)"
_TLD = rf"(?:[xX][nN]--[\w-]{{1,59}}|(?:[^\W\d_]|{_HIGH}|{_ESCAPED}){{2,63}})"
_EMAIL = re.compile(rf"(?P<local>{_LOCAL}{{1,64}}){_AT}(?P<domain>(?:{_LABEL}{_DOT}){{1,10}}?)(?P<tld>{_TLD})(?![\w-]*{_DOT}[^\W\d_])")
_LAST_DOT = re.compile(rf"{_DOT}\Z")
_ANY_AT = re.compile(_AT)

_JWT = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?")
_BEARER = re.compile(r"(?i)\b(?P<scheme>bearer)(?P<gap>\s+|%20|\+)(?P<word>[A-Za-z0-9._~+/%-]{8,}=*)")
_BASIC = re.compile(r"\b(?P<scheme>[Bb]asic)(?P<gap>\s+|%20|\+)(?P<word>[A-Za-z0-9+/]{8,}={0,2})")
_KEYS = re.compile(
    r"\b(?:[sr]k_(?:live|test)_\w{8,}|AKIA[0-9A-Z]{16}|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abeoprs]-[\w-]{10,}|"
    r"AIza[\w-]{35}|ya29\.[\w-]{20,}|SG\.[\w-]{16,}\.[\w-]{16,}|shp(?:at|ss|ca)_\w{16,}|sk-[\w-]{20,}|npm_\w{30,})"
)
_PEM = re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?:(-----END [A-Z ]*PRIVATE KEY-----)|\Z)", re.DOTALL)
_INTERNATIONAL = re.compile(r"(?<![\w.+])(?P<plus>\+|%2[Bb])(?P<digits>[1-9](?:(?:[ .()/\-\u00a0]|%20|%28|%29){0,2}\d){7,14})(?!\d)")
_NATIONAL = re.compile(r"(?<![\w./:-])(?:0\d{1,4}[ /]\d{3,8}(?:[ -]?\d{2,6}){0,3}|\(0?\d{2,4}\) ?\d{3,4}[ -]?\d{3,5})(?![\w-])")
_CARD = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-]|\.\d)")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]){11,30}(?!\w)")

_CLIENT = re.compile(
    # The forms of Google's client id and its cookies, and of Meta's: a random number or version, then a time.
    r"(?<![\w.])(?:GA1\.\d\.)?\d{5,10}\.1[3-9]\d{8}(?![\d.])|(?<![\w.])fb\.\d\.1[3-9]\d{11}\.[\w-]{6,}"
)
_NAMED = re.compile(
    r"(?<![\w&?=])(?P<key>[A-Za-z_]\w{2,40})(?P<gap>[\"'\u201d]? (?:is |was |of )?[\"'\u201c]?)(?P<value>(?=[\w.-]{0,64}\d)[\w.-]{6,128})"
)


def _sweep(text: str) -> str:
    return _emails(_numbers(_tokens(text)))


def _tokens(text: str) -> str:
    if "://" in text:
        text = _USERINFO.sub(lambda m: m["scheme"] + MASK + (f":{MASK}" if m["word"] is not None else "") + "@", text)
    if "PRIVATE KEY" in text:
        text = _PEM.sub(lambda m: f"{m[1]}{MASK}{m[2] or ''}", text)
    if "eyJ" in text:
        text = _JWT.sub(lambda m: f"eyJ{MASK}({len(m[0])})", text)
    lower = text.lower()
    if "bearer" in lower:
        text = _BEARER.sub(lambda m: f"{m['scheme']}{m['gap']}{MASK}", text)
    if "basic" in lower:
        text = _BASIC.sub(_basic, text)
    return _KEYS.sub(lambda m: f"{m[0][:4]}{MASK}({len(m[0])})", text)


def _basic(match: re.Match[str]) -> str:
    try:
        named = b":" in base64.b64decode(match["word"] + "=" * (-len(match["word"]) % 4), validate=True)
    except binascii.Error:
        named = False
    return f"{match['scheme']}{match['gap']}{MASK}" if named else match[0]


def _numbers(text: str) -> str:
    text = _CLIENT.sub(lambda m: _partly(m[0], "identifier"), text)
    text = _NAMED.sub(_named, text)
    text = _CARD.sub(_card, text)
    text = _IBAN.sub(_iban, text)
    if "+" in text or "%2" in text:
        text = _INTERNATIONAL.sub(lambda m: f"{m['plus']}{m['digits'][:2]}{MASK}{m['digits'][-2:]}", text)
    return _NATIONAL.sub(lambda m: f"{m[0][:3]}{MASK}{m[0][-2:]}", text)


def _named(match: re.Match[str]) -> str:
    """A sentence that names an identifier and its value: ``its client_id 1726786903.1795320140 is …``."""
    value = match["value"].rstrip(".-")
    if _mode(match["key"]) != "identifier" or len(value) < 6:
        return match[0]
    return match["key"] + match["gap"] + _partly(value, "identifier") + match["value"][len(value) :]


def _card(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match[0])
    size = len(digits)
    issued = (
        (digits[0] == "4" and size in (13, 16, 19))
        or (size == 16 and ("51" <= digits[:2] <= "55" or "2221" <= digits[:4] <= "2720"))
        or (size == 15 and digits[:2] in ("34", "37"))
        or (size == 14 and digits[:2] in ("30", "36", "38"))
        or (16 <= size <= 19 and (digits[:2] in ("50", "56", "57", "58", "60", "62", "63", "64", "65", "67") or digits[:2] == "35"))
    )
    luhn = sum(sum(divmod(int(digit) * (1 + index % 2), 10)) for index, digit in enumerate(reversed(digits))) % 10 == 0
    return f"{MASK}{digits[-4:]}" if issued and luhn else match[0]


def _iban(match: re.Match[str]) -> str:
    # The pattern takes what follows too where it is in capitals or digits, so the longest valid beginning counts.
    found = match[0]
    for end in range(len(found), 14, -1):
        plain = found[:end].replace(" ", "")
        if 15 <= len(plain) <= 34 and int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1:
            return f"{plain[:2]}{MASK}{plain[-4:]}{found[end:]}"
    return found


def _emails(text: str) -> str:
    return _EMAIL.sub(_email, text) if _ANY_AT.search(text) else text


def _email(match: re.Match[str]) -> str:
    local, domain = match["local"], match["domain"]
    first = local[0] if local[0].isalnum() else ""
    host = domain[0] if domain[0].isalnum() else ""
    dot = _LAST_DOT.search(domain)
    return f"{first}{MASK}{match['at']}{host}{MASK}{dot[0] if dot else '.'}{match['tld']}"
