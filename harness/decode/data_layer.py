"""Data-layer pushes as hits of the vendor ``data-layer``; the account is the layer's name.

What is read: GTM's ``{event: …}`` (https://developers.google.com/tag-platform/tag-manager/datalayer), ``gtag()``'s arguments objects
(https://developers.google.com/tag-platform/gtagjs/reference), GA4's ``ecommerce`` object
(https://developers.google.com/analytics/devguides/collection/ga4/ecommerce), Universal Analytics' enhanced e-commerce
(https://developers.google.com/analytics/devguides/collection/ua/gtm/enhanced-ecommerce), Adobe's client data layer
(https://github.com/adobe/adobe-client-data-layer/wiki), Matomo's ``_mtm``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.campaign import campaign_of
from harness.decode.document import PathTable
from harness.decode.hit import Hit, Parameter
from harness.decode.query import Prefix, Row
from harness.decode.readers import identifier_texts, kind_of

if TYPE_CHECKING:
    from harness.capture.captured import Push

VENDOR_ID = "data-layer"
VENDOR_NAME = "Data layer"
COMMERCE, EVENT, TECHNICAL = "E-commerce", "Event", "Technical"

_LIFTED = ("currency", "value", "transaction_id", "tax", "shipping", "coupon", "affiliation", "payment_type", "shipping_tier")
TABLE = PathTable(
    {
        "event": Row(None, "Event", EVENT),
        "gtm.uniqueEventId": Row(None, "Tag Manager's event number", TECHNICAL),
        '["gtm.uniqueEventId"]': Row(None, "Tag Manager's event number", TECHNICAL),
        **{f"ecommerce.{name}": Row(name, name, COMMERCE) for name in _LIFTED},
    },
    (Prefix("ecommerce.", field=None, label="{}", group=COMMERCE), Prefix('["gtm.', '"]', field=None, label="gtm.{}", group=TECHNICAL)),
)
_NOT_VALUES = frozenset(("event", "gtm.uniqueEventId", "gtm.start", "eventCallback", "eventTimeout", "event_callback", "event_timeout"))
_OF_MANAGERS = ("gtm.", "gtag.", "mtm.", "adobeDataLayer:", "tealium.")
_COMMANDS = frozenset(("event", "config", "consent", "set", "js", "get"))
_ACTIONS = ("purchase", "refund", "checkout", "checkout_option", "add", "remove", "detail", "click", "promoView", "promoClick")
_ACTION_FIELDS = {
    "id": "transaction_id", "revenue": "value", "tax": "tax", "shipping": "shipping", "coupon": "coupon", "affiliation": "affiliation",
    "step": "checkout_step", "option": "checkout_option", "list": "item_list_name",
}  # fmt: skip
_PRODUCT_FIELDS = {
    "id": "item_id", "name": "item_name", "brand": "item_brand", "category": "item_category", "variant": "item_variant",
    "list": "item_list_name", "position": "index",
}  # fmt: skip
_PROMOTION_FIELDS = {"id": "promotion_id", "name": "promotion_name", "creative": "creative_name", "position": "creative_slot"}
_KEYED = frozenset(("purchase", "refund"))
_DEEPEST = 100


def decode_push(push: Push, position: int) -> Hit | None:
    """What a push says; None for a direct call of a vendor's function and for what is no data (a function, nothing).

    Args:
        push: an entry of a layer, as it was when pushed.
        position: the push's 0-based place among its source's pushes, for ``Hit.request``.

    Returns:
        a hit of kind event or pageview where the push names an event; ``consent`` for a consent command; ``auxiliary`` for what a
        tag manager pushes by itself (``gtm.js``), for commands and for data without an event.
    """
    if push.kind == "call":
        return None
    hit = _decoded(push.value)
    if hit is None:
        return None
    hit.vendor, hit.vendor_name, hit.account = VENDOR_ID, VENDOR_NAME, push.source
    hit.request, hit.request_id = position, push.id
    hit.page_url = push.page_url
    hit.campaign = campaign_of(push.page_url)
    return hit


def _decoded(value: Any) -> Hit | None:
    arguments = _arguments(value)
    if arguments is not None:
        return _command(arguments)
    value = plain(value)
    if isinstance(value, dict) and "$type" not in value:
        return _entry(value)
    if isinstance(value, list) and value:
        return Hit(kind="auxiliary", parameters=TABLE.read(value))
    return None


def _arguments(value: Any) -> list[Any] | None:
    """The arguments of a ``gtag()`` call, however they were copied; None for any other push."""
    if not isinstance(value, dict):
        return None
    if value.get("$type") == "arguments" and isinstance(value.get("items"), list):
        return [plain(each) for each in value["items"]]
    if "0" in value and isinstance(value["0"], str) and all(key.isdecimal() or key in ("length", "callee") for key in value):
        return [plain(value[key]) for key in sorted((key for key in value if key.isdecimal()), key=int)]
    return None


def _command(arguments: list[Any]) -> Hit | None:
    if not arguments:
        return None
    command, rest = arguments[0], arguments[1:]
    name = rest[0] if rest and isinstance(rest[0], str) else None
    detail = next((each for each in rest if isinstance(each, dict) and "$type" not in each), {})
    parameters = [Parameter("command", command, label="Command", group=EVENT)]
    parameters += [Parameter("event" if command == "event" else "target", name, label=None, group=EVENT)] if name is not None else []
    parameters += TABLE.read(detail) if detail else []
    parameters += [
        Parameter(f"[{index}]", each)
        for index, each in enumerate(arguments)
        if index and each is not detail and not (index == 1 and name is not None)
    ]
    if command == "event" and name:
        return _event(name, detail, parameters)
    if command == "consent":
        states = {signal: state == "granted" for signal, state in detail.items() if state in ("granted", "denied")}
        extras = {key: state for key, state in detail.items() if key not in states}
        return Hit(
            kind="consent", event=f"consent {name}" if name else "consent", parameters=parameters, values=dict(detail),
            consent={**states, "command": name, **extras},
        )  # fmt: skip
    named = command if isinstance(command, str) and command in _COMMANDS else None
    return Hit(kind="auxiliary", event=named, parameters=parameters, values=dict(detail))


def _entry(value: dict[str, Any]) -> Hit:
    parameters = TABLE.read(value)
    name = value.get("event")
    if isinstance(name, dict):
        name = name.get("name") or name.get("eventName")
    if not isinstance(name, str) or not name:
        return Hit(kind="auxiliary", parameters=parameters, values=_values(value))
    return _event(name, value, parameters)


def _event(name: str, value: dict[str, Any], parameters: list[Parameter]) -> Hit:
    values = _values(value)
    transaction = values.get("transaction_id")
    return Hit(
        kind="auxiliary" if name.startswith(_OF_MANAGERS) else kind_of(name),
        event=name,
        parameters=parameters,
        values=values,
        identifiers=identifier_texts(values, ("user_id", "client_id")),
        key=str(transaction) if name in _KEYED and isinstance(transaction, str | int | float) and transaction != "" else None,
    )


def _values(value: dict[str, Any]) -> dict[str, Any]:
    """The push's own keys, then what its ``ecommerce`` object says, lifted to the top (and kept nested)."""
    values = {key: each for key, each in value.items() if key not in _NOT_VALUES}
    commerce = value.get("ecommerce")
    if isinstance(commerce, dict):
        for key, each in commerce.items():
            if key not in _ACTIONS and key not in ("impressions", "currencyCode"):
                values.setdefault(key, each)
        _lift_enhanced(commerce, values)
    return values


def _lift_enhanced(commerce: dict[str, Any], values: dict[str, Any]) -> None:
    """Universal Analytics' enhanced e-commerce in GA4's names."""
    if isinstance(commerce.get("currencyCode"), str):
        values.setdefault("currency", commerce["currencyCode"])
    for action in _ACTIONS:
        found = commerce.get(action)
        if not isinstance(found, dict):
            continue
        details = found.get("actionField")
        if isinstance(details, dict):
            for key, each in details.items():
                values.setdefault(_ACTION_FIELDS.get(str(key), str(key)), each)
        for listed, names in (("products", _PRODUCT_FIELDS), ("promotions", _PROMOTION_FIELDS)):
            if isinstance(found.get(listed), list):
                values.setdefault("items", [_renamed(each, names) for each in found[listed]])
    if isinstance(commerce.get("impressions"), list):
        values.setdefault("items", [_renamed(each, _PRODUCT_FIELDS) for each in commerce["impressions"]])


def _renamed(product: Any, names: dict[str, str]) -> Any:
    return {names.get(key, key): each for key, each in product.items()} if isinstance(product, dict) else product


def plain(value: Any, depth: int = 0) -> Any:
    """A copied value without the recorder's marks, where JSON has a word for it.

    Dates and addresses become text, whole numbers numbers, maps and sets objects and lists; ``undefined`` keys are left out, as a
    tag manager leaves them. The rest stays marked.
    """
    if depth > _DEEPEST:
        return value
    if isinstance(value, list):
        return [None if _is_undefined(each) else plain(each, depth + 1) for each in value]
    if not isinstance(value, dict):
        return value
    marked = value.get("$type")
    if marked is None:
        return {key: plain(each, depth + 1) for key, each in value.items() if not _is_undefined(each)}
    text, items = value.get("text"), value.get("items")
    match marked:
        case "date" | "url" | "number" if isinstance(text, str):
            return text
        case "bigint" if isinstance(text, str) and text.lstrip("-").isdecimal() and len(text) < 1_000:
            return int(text)
        case "undefined":
            return None
        case "arguments" | "set" if isinstance(items, list):
            return plain(items, depth + 1)
        case "map" if isinstance(items, list) and all(isinstance(each, list) and len(each) == 2 for each in items):
            return {str(each[0]): plain(each[1], depth + 1) for each in items if not _is_undefined(each[1])}
        case _:
            return value


def _is_undefined(value: Any) -> bool:
    return isinstance(value, dict) and value.get("$type") == "undefined"
