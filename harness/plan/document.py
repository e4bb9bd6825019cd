"""The two YAML files in their own shape: what may be written, before anything is resolved.

Wherever an entry has keys of ours, keys that begin with ``x-`` are another tool's: kept verbatim in ``extensions``, read by
nothing. Mappings whose keys are the team's own names (events, parameters, destinations …) have no such keys: there, ``x-sell``
is a name like any other, for an event that were skipped silently would be a missed hit.

Beyond the plan's core the file may say:

- ``unplanned: ignore | warn | fail`` (default ``warn``): what a hit of an event that the plan does not know is.
- ``consent: {platform: onetrust}`` or ``consent: {selectors: {accept: css, reject: css, …}}``: how the banner is driven. The
  selectors are ``accept``, ``reject``, ``banner``, ``manage``, ``save`` and one under each purpose's own name.
- ``endpoints: [{vendor: ga4, host: sgtm.shop.example, path: /g/collect, role: collect}]``: the site's own hosts that receive for
  a vendor.
- ``settle: {timers: 60s}``: how far the page's clock is put forward before absence is claimed.
- ``campaign: {paid: [/lp/*]}``: landing paths that must carry the required campaign parameters.

Durations have a unit: ``500ms``, ``2s``, ``1.5s``, ``1m``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping  # noqa: TC003  (pydantic reads the annotation)
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from harness.plan.spelling import did_you_mean, listed

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

RAW = "{raw}"
"""Stands in a fault's text for the value as it was written in the file."""
NOTHING = "{nothing}"
"""A fault's whole text where a key has no value."""
TYPES = ("string", "number", "integer", "boolean", "object", "array")
_OTHER_TYPES = {
    "float": "number", "double": "number", "decimal": "number", "money": "number", "currency": "number", "numeric": "number",
    "int": "integer", "long": "integer", "bool": "boolean", "str": "string", "text": "string", "date": "string", "datetime": "string",
    "list": "array", "dict": "object", "map": "object", "mapping": "object", "json": "object",
}  # fmt: skip
_FURTHER_SCHEMA = (
    "additionalProperties", "allOf", "anyOf", "contains", "default", "dependentRequired", "dependentSchemas", "else", "exclusiveMaximum",
    "exclusiveMinimum", "format", "if", "maxContains", "maxLength", "maxProperties", "minContains", "minLength", "minProperties",
    "multipleOf", "not", "oneOf", "patternProperties", "prefixItems", "propertyNames", "then", "title", "uniqueItems",
)  # fmt: skip


Fault = tuple[str, str, tuple[str | int, ...]]


def kind_of(value: Any) -> str:
    """What a value is, as a sentence's object: ``a number``, ``a list``, ``nothing``."""
    if value is None:
        return "nothing"
    for kind, name in ((bool, "a boolean"), (int, "a number"), (float, "a number"), (str, "a text"), (list, "a list"), (dict, "a mapping")):
        if isinstance(value, kind):
            return name
    return type(value).__name__


def fault(what: str, mend: str = "", below: tuple[str | int, ...] = ()) -> PydanticCustomError:
    """A mistake with its own words. ``below``: the path from the validated value to the faulty one."""
    return faults([(what, mend, below)])


def faults(found: list[Fault], *, whole: bool = False) -> PydanticCustomError:
    """Several mistakes of one value, each (what, mend, path from the value).

    Args:
        found: the mistakes.
        whole: whether they make the whole value unusable, not only what their paths lead to.
    """
    return PydanticCustomError("fault", "{what}", {"what": found[0][0], "faults": found, "whole": whole})


class _Either:
    """A short form or a mapping: to editors as ``if/then/else``, so that they name the mistake and not the alternatives."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        made = handler(schema)
        short, long = made["oneOf"]
        return {"if": {"type": "object"}, "then": long, "else": short}


def _form(value: Any) -> str:
    return "long" if isinstance(value, dict) else "short"


def _number_as_text(value: Any) -> Any:
    if isinstance(value, (int, float)):
        return fault_unquoted(value)
    return value


def fault_unquoted(value: Any) -> Any:
    """Refuse an identifier that YAML read as a number or boolean."""
    kind = "a boolean" if isinstance(value, bool) else "a number"
    raise fault(f"`{RAW}` is not quoted, so YAML reads {kind}", f'write "{RAW}" with the quotes')


def _type_name(value: Any) -> Any:
    if isinstance(value, list):
        raise fault("`type` takes one type, not a list", "write the one that is sent; an absent value is `required: false`")
    if isinstance(value, str) and value not in TYPES:
        ours = _OTHER_TYPES.get(value.casefold())
        mend = f"write `type: {ours}`" if ours else did_you_mean(value, TYPES)
        raise fault(f"`{value}` is no type", mend)
    return value


def _required(value: Any) -> Any:
    if isinstance(value, list):
        raise fault(
            "`required` takes true or false, not a list of names",
            "delete it: what is listed under `properties:` or `parameters:` is required, unless it says `required: false`",
        )
    if isinstance(value, str):
        raise fault(f"`required` takes true or false, not `{value}`", "write `required: true` or `required: false`")
    return value


def _without_consent(value: Any) -> Any:
    other = {"advanced": "cookieless", "basic": "nothing", "none": "nothing", "denied": "nothing", "all": "cookieless"}
    if isinstance(value, str) and value not in ("nothing", "cookieless"):
        ours = other.get(value.casefold())
        meaning = {"cookieless": "Google's advanced consent mode", "nothing": "Google's basic consent mode"}
        mend = f"write `{ours}`, which is {meaning[ours]}" if ours else did_you_mean(value, ("nothing", "cookieless"))
        raise fault(f"`without_consent: {value}` is not known", mend)
    return value


_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0}


def _duration(value: Any) -> Any:
    if isinstance(value, str) and (found := _DURATION.fullmatch(value)):
        return float(found[1]) * _SECONDS[found[2]]
    if (isinstance(value, (int, float)) and not isinstance(value, bool)) or (
        isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)?", value)
    ):
        raise fault(f"`{RAW}` has no unit", f"write {RAW}s for seconds or {RAW}ms for milliseconds")
    raise fault(f"`{RAW}` is no duration", "write a number and its unit without a space: 500ms, 2s, 1m")


def _times(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int):
        raise fault(f"`times` takes a whole number or {{min, max}}, not {kind_of(value)}", "write `times: 2` or `times: {min: 1, max: 3}`")
    if value == 0:
        raise fault("`times: 0` expects nothing", "list the event under the step's `forbid:`")
    if value < 0:
        raise fault(f"`times: {value}` is less than none", "write how often the event is sent, 1 or more")
    return value


def _others(value: Any) -> Any:
    if isinstance(value, str) and value != "others":
        raise fault(f"`forbid: {value}` is neither a list nor `others`", f"write `forbid: [{value}]`")
    if isinstance(value, list) and "others" in value:
        raise fault(
            "`others` stands for every event that is not expected, so it has no place in a list", "write `forbid: others`",
            (value.index("others"),),
        )  # fmt: skip
    return value


def _names(value: Any) -> Any:
    if isinstance(value, str):
        raise fault(f"`{value}` stands where a list belongs", f"write [{value}]")
    return value


Text = Annotated[str, Field(min_length=1)]
Quoted = Annotated[Text, BeforeValidator(_number_as_text)]
Seconds = Annotated[float, BeforeValidator(_duration), WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d+)?(ms|s|m)$"})]
Names = Annotated[list[Text], BeforeValidator(_names)]
Account = Annotated[Annotated[Quoted, Tag("short")] | Annotated[dict[str, Quoted], Tag("long")], Discriminator(_form), _Either()]
Scalar = str | int | float | bool | None | list[Any]
Check = Annotated[str, Field(min_length=1, json_schema_extra={"pattern": "==|!=|[<>]"})]
Pattern = Annotated[Text, Field(json_schema_extra={"pattern": r"^\^[\s\S]*\$$"})]


def _whole(what: str, mend: str, below: tuple[str | int, ...] = ()) -> Fault:
    return what, mend, below


class Entry(BaseModel):
    """A mapping with keys of ours. Anything else is a mistake, except what begins with ``x-``."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True, protected_namespaces=())

    noun: ClassVar[str] = "an entry"
    hints: ClassVar[Mapping[str, str]] = {}
    """Keys that people write here by habit, with what to write instead."""

    extensions: dict[str, Any] = Field(default_factory=dict, alias="x-")

    @classmethod
    def keys(cls) -> dict[str, None]:
        """The keys that may be written, in their order."""
        if (known := cls.__dict__.get("_keys_")) is None:
            known = {each.alias or name: None for name, each in cls.model_fields.items() if name != "extensions"}
            type.__setattr__(cls, "_keys_", known)
        return known

    @classmethod
    def mistaken(cls, data: dict[str, Any]) -> Fault | None:
        """A mistake of the entry as a whole, told before its keys are looked at."""
        return None

    @classmethod
    def unknown(cls, key: str, value: Any) -> tuple[str, str]:
        """What to say of a key that is not known: (what, mend)."""
        mend = cls.hints.get(key) or did_you_mean(key, cls.keys(), otherwise=f"its keys are {listed(cls.keys())}")
        if key not in cls.hints and value is None and " " in key:
            mend = "quote the text whose comma or colon splits it"
        return f"`{key}` is no key of {cls.noun}", mend

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            what = f"{cls.noun} is a mapping, and this is {kind_of(data)}" if data is not None else f"{cls.noun} has nothing in it"
            raise fault(what, f"its keys are {listed(cls.keys())}")
        known = cls.keys()
        if None in data.values() and (empty := [key for key, value in data.items() if value is None and key in known and key != "const"]):
            raise faults([(NOTHING, "", (key,)) for key in empty])
        if (mistake := cls.mistaken(data)) is not None:
            raise faults([mistake], whole=True)
        if data.keys() <= known.keys():
            return data
        extensions = {key: value for key, value in data.items() if key.startswith("x-")}
        strange = [key for key in data if key not in known and key not in extensions]
        if strange and cls.model_config.get("extra") != "allow":
            raise faults([(*cls.unknown(key, data[key]), (key,)) for key in strange])
        return {key: value for key, value in data.items() if key not in extensions} | {"x-": extensions}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        made = handler(schema)
        own = handler.resolve_ref_schema(made)
        own.get("properties", {}).pop("x-", None)
        if own.get("additionalProperties") is False:
            own["patternProperties"] = {"^x-": {}}
        return made


class Words(Entry):
    """What a value must be: JSON Schema's words."""

    noun = "a value's description"
    hints = {key: f"further words of JSON Schema stand under `schema:`: write `schema: {{{key}: …}}`" for key in _FURTHER_SCHEMA} | {
        "values": "write `enum: [...]`",
        "regex": "write `pattern:`",
        "min": "write `minimum:`",
        "max": "write `maximum:`",
    }

    type: Annotated[Literal["string", "number", "integer", "boolean", "object", "array"] | None, BeforeValidator(_type_name)] = None
    enum: Annotated[list[Any], Field(min_length=1)] | None = None
    """The values that are allowed."""
    const: Any = None
    """The one value that is allowed."""
    pattern: Pattern | None = None
    """A regular expression for the whole text: from ^ to $."""
    minimum: Annotated[float, Field(allow_inf_nan=False)] | None = None
    maximum: Annotated[float, Field(allow_inf_nan=False)] | None = None
    min_items: Annotated[int, Field(ge=0)] | None = Field(default=None, alias="minItems")
    max_items: Annotated[int, Field(ge=0)] | None = Field(default=None, alias="maxItems")
    items: ItemDocument | None = None
    """What each element of the list is."""
    properties: dict[Text, ParameterForm] = Field(default_factory=dict)
    """The named values inside; each is required unless it says otherwise."""
    further: dict[str, Any] = Field(default_factory=dict, alias="schema")
    """Further words of JSON Schema, verbatim."""
    description: str = ""
    why: str = ""
    examples: list[Any] = Field(default_factory=list)

    @property
    def has_const(self) -> bool:
        """Whether ``const`` is written, which may be null."""
        return "const" in self.model_fields_set

    @property
    def says_something(self) -> bool:
        """Whether any word constrains the value."""
        return bool(self.model_fields_set - {"description", "why", "examples", "extensions", "required"})


class ItemDocument(Words):
    """An element of a list."""

    noun = "an element's description"
    hints = {
        **Words.hints,
        "required": "delete it: each property says for itself whether it is required",
    }

    @classmethod
    def mistaken(cls, data: dict[str, Any]) -> Fault | None:
        """See :meth:`Entry.mistaken`."""
        if isinstance(data.get("required"), list):
            return _whole(
                "`required` is no list of names here",
                "delete it: every property is required unless it says `required: false`",
                ("required",),
            )
        return None


class ParameterDocument(Words):
    """A parameter in its long form. Required, unless it says ``required: false``."""

    noun = "a parameter"
    hints = {
        **Words.hints,
        "optional": "write `required: false`",
        "forbidden": "write the short form: `name: forbidden`",
        "name": "the parameter's name is its key",
        "presence": "write `required: true` or `required: false`",
    }

    required: Annotated[bool, BeforeValidator(_required), WithJsonSchema({"type": "boolean"})] = True


Presence = Literal["required", "optional", "forbidden"]
ParameterForm = Annotated[Annotated[Presence, Tag("short")] | Annotated[ParameterDocument, Tag("long")], Discriminator(_form), _Either()]


class MappedDocument(Words):
    """A destination's parameter that no value of ours stands for: a constant or another constraint."""

    noun = "a destination's parameter"
    hints = {**Words.hints, "from": "write our name as the value itself: `their_name: our_name`"}

    required: Annotated[bool, BeforeValidator(_required), WithJsonSchema({"type": "boolean"})] = True


def _mapped_form(value: Any) -> Any:
    if value is False or isinstance(value, (str, dict)):
        return value
    if value is True:
        raise fault("`true` does not say which value of ours is sent", "write our parameter's name, or leave the line out")
    if isinstance(value, (int, float)):
        raise fault(f"`{RAW}` is no parameter of ours", f"a constant is written {{const: {RAW}}}")
    raise fault(
        f"{kind_of(value)} stands where our parameter's name belongs", "write `their_name: our_name`, `their_name: false` or {const: …}"
    )


MappedForm = Annotated[
    Annotated[Text | Literal[False], Tag("short")] | Annotated[MappedDocument, Tag("long")],
    Discriminator(_form),
    _Either(),
    BeforeValidator(_mapped_form),
]


class Change(Entry):
    """One entry of the plan's history."""

    noun = "a change"

    version: str | int | float | None = None
    date: str = ""
    what: str = ""
    who: str = ""


class Naming(Entry):
    """The patterns that names keep to; ``tagproof plan lint`` warns of others."""

    noun = "`naming`"

    events: Pattern | None = None
    parameters: Pattern | None = None


class PurposeDocument(Entry):
    """What the visitor can grant or deny."""

    noun = "a purpose"

    signals: Names = Field(default_factory=list)
    """The consent-mode signals it stands for (ad_storage, analytics_storage …)."""
    description: str = ""


class DestinationDocument(Entry):
    """A vendor's account that events are sent to. The key is the vendor, unless ``vendor:`` says another."""

    noun = "a destination"
    hints = {
        "id": "write `account:`", "measurement_id": "write `account:`", "pixel_id": "write `account:`", "consent": "write `purpose:`",
        "accounts": "write `account:`", "purposes": "write the one `purpose:`", "type": "write `vendor:`",
    }  # fmt: skip

    vendor: Text | None = None
    account: Account
    """Its ID; one for all, or one by environment. An environment that is not named must send nothing."""
    purpose: Text | None = None
    """The purpose whose consent it needs."""
    without_consent: Annotated[
        Literal["nothing", "cookieless"], BeforeValidator(_without_consent), WithJsonSchema({"enum": ["nothing", "cookieless"]})
    ] = "nothing"
    parameters: dict[Text, MappedForm] | None = None
    """Their name: our value. A closed list; applies to the events that have the value."""
    description: str = ""


class CampaignDocument(Entry):
    """What a landing URL may carry."""

    noun = "`campaign`"

    parameters: dict[Text, ParameterForm] = Field(default_factory=dict)
    reaches: Names = Field(default_factory=list)
    """Destinations whose first hit must carry the landing's campaign."""
    internal_links: Literal["forbidden", "allowed"] = "allowed"
    paid: Names = Field(default_factory=list)
    """Landing paths (globs) that must carry the required parameters."""


class SendingDocument(Entry):
    """That an event is sent to a destination."""

    noun = "a sending"
    hints = {"name": "write `event:`", "id": "write `account:`", "params": "write `parameters:`"}

    event: Text
    """Its name as the vendor's wire has it."""
    account: Account | None = None
    parameters: dict[Text, MappedForm] | None = None
    description: str = ""


SendingForm = Annotated[Annotated[Text, Tag("short")] | Annotated[SendingDocument, Tag("long")], Discriminator(_form), _Either()]


class RuleDocument(Entry):
    """A comparison that the event's values keep."""

    noun = "a rule"
    hints = {"rule": "write `check:`", "expr": "write `check:`", "expression": "write `check:`"}

    check: Check
    tolerance: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    """How far the two sides may be apart."""
    why: str = ""


RuleForm = Annotated[Annotated[Check, Tag("short")] | Annotated[RuleDocument, Tag("long")], Discriminator(_form), _Either()]


class EventDocument(Entry):
    """An agreed event."""

    noun = "an event"
    hints = {
        "required": "list the parameters under `parameters:`; each listed one is required", "params": "write `parameters:`",
        "properties": "write `parameters:`", "name": "the event's name is its key", "destinations": "write `sent_to:`",
        "to": "write `sent_to:`", "dedup": "write `once_per:`", "rule": "write `rules: [...]`",
    }  # fmt: skip

    sent_to: dict[Text, SendingForm] = Field(default_factory=dict)
    """Destination: the event's name there."""
    parameters: dict[Text, ParameterForm] = Field(default_factory=dict)
    once_per: (
        Annotated[
            Annotated[Text, Tag("short")] | Annotated[list[Text], Field(min_length=1), Tag("long")],
            Discriminator(lambda value: "long" if isinstance(value, list) else "short"),
            WithJsonSchema(
                {"if": {"type": "array"}, "then": {"type": "array", "items": {"type": "string"}, "minItems": 1}, "else": {"type": "string"}}
            ),
        ]
        | None
    ) = None
    """page, a parameter, or parameters: how often it may be sent within a walk, at each destination."""
    rules: Annotated[list[RuleForm], BeforeValidator(_names)] = Field(default_factory=list)
    conversion: Literal["macro", "micro"] | None = None
    severity: Literal["blocker", "critical", "normal", "minor", "trivial"] = "normal"
    owner: str = ""
    why: str = ""
    trigger: str = ""
    """When it is sent, in words."""
    description: str = ""


class ConsentDocument(Entry):
    """How the consent banner is driven."""

    noun = "`consent`"

    platform: Text | None = None
    selectors: dict[Text, Text] = Field(default_factory=dict)
    """CSS selectors: accept, reject, banner, manage, save, and one by each purpose's name."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.platform is None) == (not self.selectors):
            raise fault("`consent` takes either `platform:` or `selectors:`", "name the consent platform, or give its buttons' selectors")
        return self


class EndpointDocument(Entry):
    """A host of the site's own that receives for a vendor."""

    noun = "an endpoint"

    vendor: Text
    host: Text
    path: Text = "*"
    role: Literal["collect", "library", "config"] = "collect"
    description: str = ""


class SettleDocument(Entry):
    """When a walk's traffic counts as final."""

    noun = "`settle`"

    timers: Seconds = 60.0
    """How far the page's clock is put forward before absence is claimed."""


class PlanDocument(Entry):
    """A tracking plan file."""

    noun = "a plan"
    hints = {
        "steps": "steps belong in the journey's file", "scenarios": "scenarios belong in the journey's file",
        "journey": "this is a journey's key: name the file *.journey.yaml", "shared": "write `parameters:`",
    }  # fmt: skip

    name: Text
    version: str | int | float | None = None
    owner: str = ""
    description: str = ""
    changes: list[Change] = Field(default_factory=list)
    naming: Naming | None = None
    environments: dict[Text, Names] = Field(default_factory=dict)
    """Name: its hosts. The host under test decides which account is right."""
    purposes: dict[Text, PurposeDocument] = Field(default_factory=dict)
    destinations: dict[Text, DestinationDocument]
    campaign: CampaignDocument | None = None
    common_parameters: dict[Text, ParameterForm] = Field(default_factory=dict)
    """Parameters of every event."""
    parameters: dict[Text, ParameterForm] = Field(default_factory=dict)
    """Defined once, named by events."""
    events: dict[Text, EventDocument]
    unplanned: Literal["ignore", "warn", "fail"] = "warn"
    """What a hit of an event that the plan does not know is."""
    consent: ConsentDocument | None = None
    endpoints: list[EndpointDocument] = Field(default_factory=list)
    settle: SettleDocument | None = None


class TimesDocument(Entry):
    """How often, as a range."""

    noun = "`times`"

    min: Annotated[int, Field(ge=0)] = 0
    max: Annotated[int, Field(ge=1)] | None = None

    @classmethod
    def mistaken(cls, data: dict[str, Any]) -> Fault | None:
        """See :meth:`Entry.mistaken`."""
        least, most = data.get("min", 0), data.get("max")
        if type(least) is int and type(most) is int:
            if most == 0 and least == 0:
                return _whole("`times` of at most 0 expects nothing", "list the event under the step's `forbid:`")
            if most < least:
                return _whole(f"`times` has a max of {most} below its min of {least}", "swap them")
        return None


class ConstraintDocument(Words):
    """A constraint of ``where``."""

    noun = "a constraint of `where`"


def _where_form(value: Any) -> Any:
    if isinstance(value, str) and re.search(r"\{\{.*\}\}|^\$\{.*\}$|^<%.*%>$", value):
        name = re.sub(r"\W+", " ", value).strip().replace(" ", "_") or "name"
        raise fault(f"`{value}` is a template, and nothing fills templates in here", f"write ${name} and name its source under `values:`")
    return value


WhereForm = Annotated[
    Annotated[Scalar, Tag("short")] | Annotated[ConstraintDocument, Tag("long")],
    Discriminator(_form),
    _Either(),
    BeforeValidator(_where_form),
]


class ExpectationDocument(Entry):
    """What a step must send, in its long form."""

    noun = "an expectation"
    hints = {"name": "write `event:`", "count": "write `times:`", "timeout": "write `within:`", "parameters": "write `where:`"}

    event: Text
    times: Annotated[
        Annotated[int, Field(ge=1), BeforeValidator(_times), Tag("short")] | Annotated[TimesDocument, Tag("long")],
        Discriminator(_form),
        _Either(),
    ] = 1
    within: Seconds | None = None
    to: Names | None = None
    """Destinations; every destination of the event where it is left out."""
    where: dict[Text, WhereForm] = Field(default_factory=dict)
    """What the values must be. It asserts, it never filters."""
    why: str = ""

    @classmethod
    def mistaken(cls, data: dict[str, Any]) -> Fault | None:
        """See :meth:`Entry.mistaken`."""
        if "event" in data:
            return None
        known = cls.keys()
        strange = [key for key in data if key not in known and not key.startswith("x-")]
        if len(strange) == 1 and (len(data) == 1 or isinstance(data[strange[0]], dict) or data[strange[0]] is None):
            name = strange[0]
            inside = ", times: 1" if not data[name] else ", …"
            if name in cls.hints or did_you_mean(name, ["event"]).startswith("did you mean"):
                return None
            return _whole(f"the event `{name}` is written as a key", f"write `- {name}` or `- {{event: {name}{inside}}}`", (name,))
        return None


ExpectationForm = Annotated[Annotated[Text, Tag("short")] | Annotated[ExpectationDocument, Tag("long")], Discriminator(_form), _Either()]
ForbidForm = Annotated[
    Literal["others"] | list[Text],
    BeforeValidator(_others),
    WithJsonSchema({"if": {"type": "array"}, "then": {"type": "array", "items": {"type": "string"}}, "else": {"const": "others"}}),
]


class StepDocument(Entry):
    """What one step must and must not send."""

    noun = "a step"
    hints = {"name": "write `step:`", "title": "write `step:`", "expects": "write `expect:`", "url": "write `page:`"}

    step: Text
    page: Text | None = None
    """A path glob by which a HAR, which has no steps, finds it."""
    order: Literal["listed"] | None = None
    expect: Annotated[list[ExpectationForm], BeforeValidator(_names)] = Field(default_factory=list)
    forbid: ForbidForm = Field(default_factory=list)
    why: str = ""


class ScenarioDocument(Entry):
    """A scenario with parameters. ``at`` (step titles), ``purposes`` and ``drop`` (campaign parameters) are lists wherever used."""

    model_config = ConfigDict(extra="allow")

    noun = "a scenario's use"

    scenario: Text
    known_issue: Quoted | None = None
    """The ticket of a failure that is known: the walk is judged, and its violations only warn."""


ScenarioForm = Annotated[Annotated[Text, Tag("short")] | Annotated[ScenarioDocument, Tag("long")], Discriminator(_form), _Either()]


class ValueDocument(Entry):
    """Where a value comes from, if not from the file."""

    noun = "a value"
    hints = {"css": "write `selector:`", "attr": "write `attribute:`"}

    origin: Literal["page", "code"] = Field(alias="from")
    selector: Text | None = None
    type: Annotated[Literal["string", "number", "integer"] | None, BeforeValidator(_type_name)] = None
    decimal: Literal[".", ","] | None = None
    """The decimal sign of the page's numbers."""
    attribute: Text | None = None
    """Read from this attribute of the element and not from its text."""
    why: str = ""

    @classmethod
    def mistaken(cls, data: dict[str, Any]) -> Fault | None:
        """See :meth:`Entry.mistaken`."""
        if data.get("from") == "page" and "selector" not in data:
            return _whole("a value from the page needs a `selector:`", "write {from: page, selector: '[data-test=…]'}")
        if data.get("from") == "code":
            if found := [key for key in ("selector", "attribute", "decimal") if key in data]:
                return _whole(f"`{found[0]}` means nothing for a value from code", "delete it, or write `from: page`", (found[0],))
        elif "from" not in data and "selector" in data:
            return _whole("a value with a `selector:` does not say where it comes from", "add `from: page`")
        return None


ValueForm = Annotated[Annotated[Scalar, Tag("short")] | Annotated[ValueDocument, Tag("long")], Discriminator(_form), _Either()]


class JourneyDocument(Entry):
    """A journey's expectations file."""

    noun = "a journey"
    hints = {
        "name": "write `journey:`", "events": "events belong in the plan; what a step sends stands under its `expect:`",
        "destinations": "destinations belong in the plan", "expect": "write it in a step, under `steps:`",
    }  # fmt: skip

    journey: Text
    plan: Text
    """The plan's file, relative to this one."""
    description: str = ""
    owner: str = ""
    scenarios: Annotated[list[ScenarioForm], BeforeValidator(_names), Field(min_length=1)] | None = None
    """Default: baseline, reload, consent-denied and no-utm."""
    values: dict[Text, ValueForm] = Field(default_factory=dict)
    """Used in `where` as $name."""
    forbid: ForbidForm = Field(default_factory=list)
    """In the whole walk."""
    steps: Annotated[list[StepDocument], Field(min_length=1)]
