"""PlanDocument -> TrackingPlan: shared definitions followed, destinations' mappings merged, contradictions found."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from harness.plan.carried import told_apart_by
from harness.plan.document import DestinationDocument, EventDocument, MappedDocument, ParameterDocument, PlanDocument, RuleDocument, Words
from harness.plan.expression import ExpressionError, Name, names, parse_rule, parse_source
from harness.plan.model import (
    CampaignRules,
    ConsentSetup,
    Destination,
    Event,
    FirstPartyEndpoint,
    Mapped,
    Parameter,
    Purpose,
    Rule,
    Sending,
    TrackingPlan,
    ValueType,
)
from harness.plan.scope import Scope
from harness.plan.spelling import did_you_mean, nearest
from harness.plan.values import anchored, branches, compiled, conforms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from harness.errors import TagproofError
    from harness.plan.yaml_marks import Source

Path = tuple[str | int, ...]

_OTHER_VENDOR_NAMES = {
    "meta-pixel": ("facebook", "facebook-pixel", "fb", "fb-pixel", "meta", "fbq"),
    "ga4": ("google-analytics", "google-analytics-4", "gtag", "google"),
    "google-ads": ("adwords", "google-adwords", "gads"),
    "floodlight": ("doubleclick", "dcm", "cm360", "campaign-manager"),
    "microsoft-ads": ("bing", "bing-ads", "uet"),
    "x": ("twitter", "twitter-ads", "x-ads", "x-pixel"),
    "universal-analytics": ("ua", "analytics-js"),
    "tiktok": ("tiktok-pixel",),
    "linkedin": ("linkedin-insight", "linkedin-insight-tag"),
    "data-layer": ("datalayer", "gtm-datalayer"),
}
_USUAL_SIGNALS = {
    "analytics": ("analytics_storage",), "statistics": ("analytics_storage",),
    "marketing": ("ad_storage", "ad_user_data", "ad_personalization"), "advertising": ("ad_storage", "ad_user_data", "ad_personalization"),
}  # fmt: skip
"""The consent-mode signals of purposes by their usual names, for a plan that does not list its purposes
(https://developers.google.com/tag-platform/security/concepts/consent-mode)."""
_SELECTORS = ("accept", "reject", "banner", "manage", "save")
_WORDS_OF = {
    "string": ("pattern",),
    "number": ("minimum", "maximum"),
    "integer": ("minimum", "maximum"),
    "boolean": (),
    "object": ("properties",),
    "array": ("minItems", "maxItems", "items"),
}
_NEED = {
    "pattern": "string",
    "minimum": "number",
    "maximum": "number",
    "properties": "object",
    "items": "array",
    "minItems": "array",
    "maxItems": "array",
}


class PlanResolver:
    """Resolves one plan. :meth:`resolve` fills ``problems`` and ``plan``, as far as the plan can be made out.

    Args:
        source: the file.
        document: its shape, less what was faulty.
        vendors: ids of the known vendors; None to leave vendors unchecked.
        whole: whether nothing was faulty so far: only then is "nothing uses it" told.
    """

    def __init__(self, source: Source, document: PlanDocument, vendors: Collection[str] | None, *, whole: bool) -> None:
        self.source = source
        self.document = document
        self.vendors = None if vendors is None else frozenset(vendors) | {"data-layer"}
        self.whole = whole
        self.problems: list[TagproofError] = []
        self.plan: TrackingPlan | None = None
        self.their_names = self._their_names()
        self.shared: dict[str, Parameter] = {}
        self.common: tuple[Parameter, ...] = ()
        self.used: set[str] = set()
        self.generals: dict[str, tuple[Mapped, ...]] = {}
        self.every_scope = Scope(())

    def problem(self, what: str, *path: str | int, mend: str = "") -> None:
        """Note a problem with the value at a path."""
        self.problems.append(self.source.problem(what, *path, mend=mend))

    def resolve(self) -> None:
        """Resolve the whole plan."""
        document = self.document
        self._check_environments()
        self.shared = {name: self._parameter(name, form, ("parameters", name)) for name, form in document.parameters.items()}
        self.common = tuple(self._named(name, form, ("common_parameters", name)) for name, form in document.common_parameters.items())
        campaign = self._campaign()
        destinations = {name: self._destination(name, each) for name, each in document.destinations.items()}
        parameters = {name: self._parameters_of(name, each) for name, each in document.events.items()}
        self.every_scope = Scope(
            [
                *self.shared.values(),
                *self.common,
                *(each for owned in parameters.values() for each in owned if each.presence != "forbidden"),
            ],
            campaign=[each.name for each in campaign.parameters] if campaign else (),
            owner="the plan",
        )
        for name, each in document.destinations.items():
            self._check_mapping(name, each)
        plan = TrackingPlan(
            name=document.name,
            path=self.source.name,
            version=self.source.text("version") or "",
            owner=document.owner,
            environments={name: tuple(hosts) for name, hosts in document.environments.items()},
            purposes=self._purposes(),
            destinations=destinations,
            campaign=campaign,
            events={name: self._event(name, each, parameters[name], campaign) for name, each in document.events.items()},
            unplanned=document.unplanned,
            consent=self._consent(),
            endpoints=self._endpoints(),
            timers=document.settle.timers if document.settle else 60.0,
        )
        self.plan = plan
        self._check_wire_names(plan)
        self._check_accounts(plan)
        if not document.events and ("events",) not in self.source.gone and self.whole:
            self.problem("the plan has no events", "events", mend="write an event under `events:`")
        if self.whole:
            for name in self.shared:
                if name not in self.used and not self.hidden(name):
                    self.problem(
                        f"no event names the shared parameter `{name}`",
                        "parameters",
                        name,
                        mend="name it in an event's `parameters:`, or delete it",
                    )

    # What the file names

    def _their_names(self) -> dict[str, tuple[str, str]]:
        """Each vendor's name of a parameter -> what to say where ours belongs, and the mend."""
        found: dict[str, tuple[str, str]] = {}

        def add(destination: str, mapping: Mapping[str, Any] | None) -> None:
            for theirs, ours in (mapping or {}).items():
                if theirs not in found and theirs != ours:
                    mend = f"write our name: `{ours}`" if isinstance(ours, str) else "only that destination has it; leave it out here"
                    found[theirs] = f"`{theirs}` is {destination}'s name, not the plan's", mend

        for destination, each in self.document.destinations.items():
            add(destination, each.parameters)
        for event in self.document.events.values():
            for destination, form in event.sent_to.items():
                add(destination, None if isinstance(form, str) else form.parameters)
        return found

    def scope_of(self, event: Event) -> Scope:
        """The names that this event's rules, deduplication and ``where`` may use."""
        return self._scope(event.name, event.parameters, self.plan.campaign if self.plan else None)

    def _scope(self, event: str, parameters: Iterable[Parameter], campaign: CampaignRules | None) -> Scope:
        return Scope(
            parameters,
            campaign=[each.name for each in campaign.parameters] if campaign else (),
            elsewhere=self.their_names,
            shared=self.shared,
            owner=f"the event `{event}`",
        )

    def hidden(self, *paths: str) -> bool:
        """Whether a name was dropped for a mistake of its own, so that its absence is no second one."""
        return bool(self.source.gone) and self.source.is_gone(*(part for path in paths for part in (path, *path.split("."))))

    # Environments, purposes, destinations, campaign, consent, endpoints

    def _check_environments(self) -> None:
        seen: dict[str, str] = {}
        for name, hosts in self.document.environments.items():
            for index, host in enumerate(hosts):
                path = ("environments", name, index)
                if self._check_host(host, path) and seen.setdefault(host, name) != name:
                    self.problem(
                        f"the host `{host}` is in two environments, `{seen[host]}` and `{name}`", *path, mend="keep it in one of them"
                    )

    def _check_host(self, host: str, path: Path) -> bool:
        found = re.fullmatch(r"(?:[a-zA-Z][\w+.-]*://)?([^/\s]*)(/.*)?", host)
        bare = found[1] if found else ""
        if bare == host and bare:
            return True
        self.problem(
            f"`{host}` is no host", *path, mend=f"write `{bare}`, without scheme and path" if bare else "write a host: shop.example"
        )
        return False

    def _check_account(self, account: Mapping[str, str] | str | None, path: Path) -> None:
        if account is None or isinstance(account, str):
            return
        known = self.document.environments
        if not account and not self.hidden(*map(str, path)):
            self.problem("`account` names no environment", *path, mend="write the account, or one for each environment")
        for environment in account:
            if environment not in known and not self.hidden(environment, "environments"):
                otherwise = "" if known else "list the environments with their hosts under `environments:`"
                self.problem(
                    f"`{environment}` is no environment of the plan",
                    *path,
                    environment,
                    mend=did_you_mean(environment, known, otherwise=otherwise),
                )

    def _check_vendor(self, vendor: str, path: Path, *, is_key: bool) -> None:
        if self.vendors is None or vendor in self.vendors:
            return
        meant = _vendor_meant(vendor, self.vendors)
        mend = (
            f"did you mean `{meant}`?"
            if meant
            else did_you_mean(vendor, self.vendors, otherwise="`tagproof vendors` lists those that are known")
        )
        if is_key and not mend.startswith("did you mean"):
            mend += "; if it is a name of your own, add its `vendor:`"
        self.problem(f"`{vendor}` is no known vendor", *path, mend=mend)

    def _purposes(self) -> dict[str, Purpose]:
        if self._has_purposes:
            return {
                name: Purpose(name=name, signals=tuple(each.signals), place=self.source.place("purposes", name))
                for name, each in self.document.purposes.items()
            }
        named = {each.purpose: name for name, each in reversed(self.document.destinations.items()) if each.purpose}
        return {
            purpose: Purpose(
                name=purpose, signals=_USUAL_SIGNALS.get(purpose, ()), place=self.source.place("destinations", name, "purpose")
            )
            for purpose, name in reversed(named.items())
        }

    @property
    def _has_purposes(self) -> bool:
        """Whether the plan lists its purposes; without the list, what its destinations name are the purposes."""
        return bool(self.document.purposes) or ("purposes",) in self.source.gone

    def _check_purpose(self, purpose: str | None, path: Path) -> None:
        known = self.document.purposes
        if purpose is not None and self._has_purposes and purpose not in known and not self.hidden(purpose, "purposes"):
            self.problem(f"`{purpose}` is no purpose of the plan", *path, mend=did_you_mean(purpose, known))

    def _check_destination(self, name: str, path: Path) -> bool:
        known = self.document.destinations
        if name in known or self.hidden(name, "destinations"):
            return True
        meant = self.destination_meant(name)
        self.problem(
            f"`{name}` is no destination of the plan", *path, mend=f"did you mean `{meant}`?" if meant else did_you_mean(name, known)
        )
        return False

    def destination_meant(self, name: str) -> str | None:
        """The plan's destination that another product name stands for (``facebook``); None if it is no such name."""
        return _vendor_meant(name, self.document.destinations)

    def _destination(self, name: str, document: DestinationDocument) -> Destination:
        path: Path = ("destinations", name)
        vendor = document.vendor or name
        self._check_vendor(vendor, (*path, "vendor") if document.vendor else path, is_key=document.vendor is None)
        self._check_account(document.account, (*path, "account"))
        self._check_purpose(document.purpose, (*path, "purpose"))
        return Destination(
            id=name,
            vendor=vendor,
            account=document.account,
            purpose=document.purpose,
            without_consent=document.without_consent,
            place=self.source.place(*path),
        )

    def _check_accounts(self, plan: TrackingPlan) -> None:
        for one, other in combinations(plan.destinations.values(), 2):
            if one.vendor != other.vendor:
                continue
            for environment in [*plan.environments, None]:
                account = plan.account_of(one.id, environment)
                if account is not None and account == plan.account_of(other.id, environment):
                    self.problem(
                        f"`{one.id}` and `{other.id}` are both {one.vendor} {account}, so each hit would be counted for both",
                        "destinations", other.id, "account", mend="give each its own account, or keep one of the two",
                    )  # fmt: skip
                    break

    def _campaign(self) -> CampaignRules | None:
        campaign = self.document.campaign
        if campaign is None:
            return None
        for index, destination in enumerate(campaign.reaches):
            self._check_destination(destination, ("campaign", "reaches", index))
        for index, page in enumerate(campaign.paid):
            if not page.startswith(("/", "*")):
                self.problem(f"`{page}` is no path", "campaign", "paid", index, mend=f"begin it with a slash: /{page}")
        return CampaignRules(
            parameters=tuple(self._parameter(name, form, ("campaign", "parameters", name)) for name, form in campaign.parameters.items()),
            reaches=tuple(campaign.reaches),
            internal_links=campaign.internal_links,
            paid=tuple(campaign.paid),
            place=self.source.place("campaign"),
        )

    def _consent(self) -> ConsentSetup | None:
        consent = self.document.consent
        if consent is None:
            return None
        known = [*_SELECTORS, *self._purposes()]
        for key in consent.selectors:
            if key not in known and not self.hidden(key, "purposes"):
                self.problem(
                    f"`{key}` is neither a button of the banner nor a purpose", "consent", "selectors", key, mend=did_you_mean(key, known)
                )
        return ConsentSetup(platform=consent.platform, selectors=consent.selectors, place=self.source.place("consent"))

    def _endpoints(self) -> tuple[FirstPartyEndpoint, ...]:
        made = []
        for index, each in enumerate(self.document.endpoints):
            path: Path = ("endpoints", index)
            self._check_vendor(each.vendor, (*path, "vendor"), is_key=False)
            self._check_host(each.host, (*path, "host"))
            if not each.path.startswith(("/", "*")):
                self.problem(f"`{each.path}` is no path", *path, "path", mend=f"begin it with a slash: /{each.path}")
            made.append(
                FirstPartyEndpoint(vendor=each.vendor, host=each.host, path=each.path, role=each.role, place=self.source.place(*path))
            )
        return tuple(made)

    # Events

    def _parameters_of(self, name: str, document: EventDocument) -> tuple[Parameter, ...]:
        parameters = {each.name: each for each in self.common}
        for key, form in document.parameters.items():
            parameters[key] = self._named(key, form, ("events", name, "parameters", key))
        return tuple(parameters.values())

    def _event(self, name: str, document: EventDocument, parameters: tuple[Parameter, ...], campaign: CampaignRules | None) -> Event:
        path: Path = ("events", name)
        scope = self._scope(name, parameters, campaign)
        once = document.once_per
        keys = () if once is None else (once,) if isinstance(once, str) else tuple(once)
        for index, key in enumerate(keys):
            self._check_once_per(key, keys, scope, (*path, "once_per") if isinstance(once, str) else (*path, "once_per", index))
        return Event(
            name=name,
            parameters=parameters,
            sent_to=tuple(self._sending(name, destination, document, scope) for destination in document.sent_to),
            once_per=keys or None,
            once_per_place=self.source.place(*path, "once_per"),
            rules=tuple(self._rule(rule, (*path, "rules", index), scope) for index, rule in enumerate(document.rules)),
            conversion=document.conversion,
            severity=document.severity,
            owner=document.owner,
            why=document.why,
            trigger=document.trigger,
            place=self.source.place(*path),
        )

    def _check_once_per(self, key: str, keys: tuple[str, ...], scope: Scope, path: Path) -> None:
        if key == "page":
            if len(keys) > 1:
                self.problem("`page` stands alone in `once_per`", *path, mend="write `once_per: page`, or parameters only")
            return
        try:
            scope.resolve(key)
        except ExpressionError as error:
            if not self.hidden(key, "parameters"):
                mend = "did you mean `page`?" if nearest(key, ["page"]) and nearest(key, scope.parameters) is None else error.mend
                self.problem(error.what, *path, mend=mend)
            return
        if key.startswith("campaign.") and "campaign" not in scope.parameters:
            self.problem(f"`{key}` is the landing's, not the event's", *path, mend="write `page` or a parameter of the event")

    def _rule(self, form: str | RuleDocument, path: Path, scope: Scope) -> Rule:
        place = self.source.place(*path)
        rule = (
            Rule(check=form, place=place)
            if isinstance(form, str)
            else Rule(check=form.check, tolerance=form.tolerance, why=form.why, place=place)
        )
        try:
            tree = parse_rule(rule.check)
        except ExpressionError as error:
            self.problem(error.what, *path, mend=error.mend)
            return rule
        try:
            scope.check(tree)
            if not any(names(tree)):
                self.problem(f"`{rule.check}` names no parameter", *path, mend="compare the event's parameters")
        except ExpressionError as error:
            if not self.hidden(*names(tree), "parameters"):
                self.problem(error.what, *path, mend=error.mend)
        return rule

    def _sending(self, event: str, destination: str, document: EventDocument, scope: Scope) -> Sending:
        form = document.sent_to[destination]
        path: Path = ("events", event, "sent_to", destination)
        self._check_destination(destination, path)
        name, account, own = (form, None, None) if isinstance(form, str) else (form.event, form.account, form.parameters)
        self._check_account(account, (*path, "account"))
        return Sending(
            destination=destination,
            event=name,
            account=account,
            parameters=self._merged(destination, own, path, scope),
            place=self.source.place(*path),
        )

    def _merged(
        self, destination: str, own: Mapping[str, str | bool | MappedDocument] | None, path: Path, scope: Scope
    ) -> tuple[Mapped, ...] | None:
        document = self.document.destinations.get(destination)
        general = document.parameters if document is not None else None
        if general is None and not own:
            return None if own is None else ()
        mapped: dict[str, Mapped] = {}
        omits_only = own is not None and all(form is False for form in own.values())
        if general is None and omits_only:
            mapped = {
                each.name: Mapped(name=each.name, source=_quoted(each.name), place=each.place)
                for each in scope.parameters.values()
                if each.presence != "forbidden"
            }
        for made in self._general(destination):
            if made.source is None or self._has(scope, made.source):
                mapped[made.name] = made
        for theirs, form in (own or {}).items():
            at = (*path, "parameters", theirs)
            if form is False and theirs not in mapped and theirs not in (general or {}) and not self.hidden(theirs):
                self.problem(
                    f"`{theirs}` is not sent to {destination} anyway", *at, mend=did_you_mean(theirs, mapped, otherwise="delete the line")
                )
            made = self._mapped(theirs, form, at)
            self._check_source(made, at, scope)
            mapped[theirs] = made
        return tuple(each for each in mapped.values() if not each.omitted)

    def _general(self, destination: str) -> tuple[Mapped, ...]:
        """The destination's own mapping, made once for all the events that go there."""
        if destination not in self.generals:
            document = self.document.destinations.get(destination)
            self.generals[destination] = tuple(
                self._mapped(theirs, form, ("destinations", destination, "parameters", theirs))
                for theirs, form in ((document.parameters or {}) if document is not None else {}).items()
            )
        return self.generals[destination]

    @staticmethod
    def _has(scope: Scope, source: str) -> bool:
        try:
            tree = parse_source(source)
            if not all(scope.may_have(name) for name in names(tree)):
                return False
            scope.meaning(tree)
        except ExpressionError:
            return False
        return True

    def _mapped(self, theirs: str, form: str | bool | MappedDocument, path: Path) -> Mapped:
        place = self.source.place(*path)
        if isinstance(form, MappedDocument):
            value = self._value_type(form, path)
            return Mapped(name=theirs, value=value, presence="required" if form.required else "optional", place=place)
        return Mapped(name=theirs, omitted=True, place=place) if isinstance(form, bool) else Mapped(name=theirs, source=form, place=place)

    def _check_mapping(self, destination: str, document: DestinationDocument) -> None:
        for theirs, form in (document.parameters or {}).items():
            path = ("destinations", destination, "parameters", theirs)
            if form is False:
                self.problem(
                    f"`{theirs}: false` leaves out what nothing put in",
                    *path,
                    mend="a destination's `parameters:` is a closed list: delete the line",
                )
            else:
                self._check_source(self._mapped(theirs, form, path), path, self.every_scope)

    def _check_source(self, mapped: Mapped, path: Path, scope: Scope) -> None:
        if mapped.source is None:
            return
        source, theirs = mapped.source, mapped.name
        if source in scope.parameters and not source.replace("_", "a").replace(".", "a").isalnum():
            self.problem(f"`{source}` is read as an expression, not as a name", *path, mend=f'write it in backticks, quoted: "`{source}`"')
            return
        try:
            tree = parse_source(source)
        except ExpressionError as error:
            self.problem(error.what, *path, mend=error.mend)
            return
        if not any(names(tree)):
            self.problem(f"`{source}` names no parameter of ours", *path, mend=f"a constant is written {{const: {source}}}")
            return
        try:
            scope.meaning(tree)
        except ExpressionError as error:
            if self.hidden(*names(tree), "parameters"):
                return
            what, mend = error.what, error.mend
            if isinstance(tree, Name) and nearest(source, scope.paths()) is None:
                if source in ("required", "optional", "forbidden"):
                    what, mend = f"`{source}` stands where our parameter's name belongs", f"write `{theirs}: our_name`"
                elif self._has(scope, theirs):
                    what = f"the mapping is the wrong way round: `{theirs}` is our name, and `{source}` is not"
                    mend = f"their name comes first: `{source}: {theirs}`"
                elif source not in scope.shared:
                    mend += f"; a constant is written {{const: {source}}}"
            self.problem(what, *path, mend=mend)

    def _check_wire_names(self, plan: TrackingPlan) -> None:
        sent: dict[tuple[str, str], list[tuple[Event, Sending]]] = {}
        for event in plan.events.values():
            for sending in event.sent_to:
                if sending.destination in plan.destinations:
                    sent.setdefault((sending.destination, sending.event), []).append((event, sending))
        for (destination, name), pairs in sent.items():
            for index, other in enumerate(pairs[1:], 1):
                for one in pairs[:index]:
                    if told_apart_by(plan, one, other) is None:
                        self.problem(
                            f"`{one[0].name}` and `{other[0].name}` are both `{name}` at {destination}, and nothing tells them apart",
                            "events", other[0].name, "sent_to", destination,
                            mend="give a required parameter of each another `const:`, or give one another name",
                        )  # fmt: skip
                        break

    # Parameters and values

    def _named(self, name: str, form: str | ParameterDocument, path: Path) -> Parameter:
        """A parameter that an event names: the shared definition, with what the event says besides."""
        place = self.source.place(*path)
        shared = self.shared.get(name)
        self.used.add(name)
        if isinstance(form, ParameterDocument):
            if shared is None:
                return self._parameter(name, form, path)
            presence = shared.presence if "required" not in form.model_fields_set else "required" if form.required else "optional"
            return Parameter(
                name=name,
                presence=presence,
                value=self._value_type(form, path, shared.value) if form.says_something else shared.value,
                description=form.description or shared.description,
                why=form.why or shared.why,
                place=place,
            )
        if shared is not None:
            return replace(shared, presence=form, place=place)  # type: ignore[arg-type]
        if form != "forbidden" and not self.hidden(name, "parameters"):
            if name in self.their_names:
                what, mend = self.their_names[name]
            else:
                what = f"`{name}` is no shared parameter"
                otherwise = f"define it under the plan's `parameters:`, or say here what it is: `{name}: {{type: string}}`"
                mend = did_you_mean(name, self.shared, otherwise=otherwise)
            self.problem(what, *path, mend=mend)
        return Parameter(name=name, presence=form, place=place)  # type: ignore[arg-type]

    def _parameter(self, name: str, form: str | ParameterDocument, path: Path) -> Parameter:
        place = self.source.place(*path)
        if isinstance(form, str):
            return Parameter(name=name, presence=form, place=place)  # type: ignore[arg-type]
        return Parameter(
            name=name,
            presence="required" if form.required else "optional",
            value=self._value_type(form, path),
            description=form.description,
            why=form.why,
            place=place,
        )

    def value_type(self, words: Words, source: Source, path: Path, problems: list[TagproofError]) -> ValueType:
        """A constraint of another file, whose problems go to that file's list."""
        mine = self.source, self.problems
        self.source, self.problems = source, problems
        try:
            return self._value_type(words, path)
        finally:
            self.source, self.problems = mine

    def _value_type(self, words: Words, path: Path, base: ValueType | None = None) -> ValueType:
        given = words.model_fields_set
        own: dict[str, Any] = {
            name: getattr(words, name) for name in ("type", "pattern", "minimum", "maximum", "min_items", "max_items") if name in given
        }
        if "const" in given:
            own |= {"const": words.const, "has_const": True}
        if words.enum is not None:
            own["enum"] = tuple(words.enum)
        if words.items is not None:
            own["items"] = self._value_type(words.items, (*path, "items"))
        if words.properties:
            own["properties"] = tuple(self._parameter(name, form, (*path, "properties", name)) for name, form in words.properties.items())
        if words.further:
            own["schema"] = words.further
        made = replace(base, **own) if base is not None else ValueType(**own)
        self._check_words(words, made, path)
        return made

    def _check_words(self, words: Words, made: ValueType, path: Path) -> None:
        if words.pattern is not None:
            self.check_pattern(words.pattern, (*path, "pattern"))
        fits = True
        for word, needed in _NEED.items():
            written = {"minItems": "min_items", "maxItems": "max_items"}.get(word, word) in words.model_fields_set
            if written and made.type is not None and word not in _WORDS_OF[made.type]:
                fits = False
                wanted = "number` or `type: integer" if needed == "number" else needed
                self.problem(
                    f"`{word}` says nothing of a value whose type is {made.type}",
                    *path,
                    word,
                    mend=f"write `type: {wanted}`, or delete `{word}`",
                )
        for least, most, low, high in (
            ("minimum", "maximum", made.minimum, made.maximum),
            ("minItems", "maxItems", made.min_items, made.max_items),
        ):
            if low is not None and high is not None and low > high:
                fits = False
                self.problem(
                    f"`{least}` {low:g} is above `{most}` {high:g}",
                    *path,
                    least if least in words.model_fields_set else most,
                    mend="swap them",
                )
        if words.further:
            fits = self._check_further(words.further, (*path, "schema")) and fits
        if words.has_const or words.enum is not None:
            self._check_choices(words, made, path, fits=fits)

    def _check_choices(self, words: Words, made: ValueType, path: Path, *, fits: bool) -> None:
        choices: list[tuple[Any, Path]] = [(words.const, (*path, "const"))] if words.has_const else []
        choices += [(each, (*path, "enum", index)) for index, each in enumerate(words.enum or ())]
        texts = made.type == "string" or (made.type is None and any(isinstance(each, str) for each, _ in choices))
        without = replace(made, enum=made.enum if words.has_const else None, has_const=False, const=None)
        seen: list[Any] = []
        for value, at in choices:
            mark, _ = self.source.deepest(at)
            raw = mark.text or str(value)
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            padded = number and made.type not in ("number", "integer") and mark.plain and re.match(r"[-+]?0\d", raw) is not None
            if number and (texts or padded):
                self.problem(f"`{raw}` is not quoted, so YAML reads the number {value}", *at, mend=f'write "{raw}" with the quotes')
            elif isinstance(value, bool) and texts:
                self.problem(f"`{raw}` is not quoted, so YAML reads a boolean", *at, mend=f'write "{raw}" with the quotes')
            elif fits and (mismatches := conforms(value, without)):
                self.problem(f"`{raw}` can never be: {mismatches[0]}", *at, mend="mend the value, or what else is said of it")
            elif at[-2] == "enum" and any(type(value) is type(each) and value == each for each in seen):
                self.problem(f"`{raw}` is listed twice", *at, mend="keep one")
            seen.append(value)

    def check_pattern(self, pattern: str, path: Path) -> None:
        """Note what is wrong with a pattern: that it is none, or that it would match a part of a text."""
        try:
            compiled(pattern)
        except (re.error, RecursionError, OverflowError) as error:
            self.problem(f"`{pattern}` is no regular expression: {error}", *path, mend="mend it; a literal . ( [ + * ? needs a backslash")
            return
        if not anchored(pattern):
            bare = pattern
            if len(branches(pattern)) > 1:
                bare = f"(?:{'|'.join(each.removeprefix('^').removesuffix('$') for each in branches(pattern))})"
            fixed = f"^{bare.removeprefix('^').removesuffix('$')}$"
            self.problem(
                f"the pattern `{pattern}` is not anchored: it would accept any text that has this somewhere", *path, mend=f"write '{fixed}'"
            )

    def _check_further(self, schema: Mapping[str, Any], path: Path) -> bool:
        try:
            Draft202012Validator.check_schema(schema)
        except SchemaError as error:
            inside = ".".join(str(part) for part in error.absolute_path)
            self.problem(
                f"`schema:` is no JSON Schema: {inside}{': ' if inside else ''}{error.message}",
                *path,
                mend="see json-schema.org, draft 2020-12",
            )
            return False
        if (reference := _outside_reference(schema)) is not None:
            self.problem(
                f"`schema:` refers to `{reference}`, which is not fetched", *path, mend="write the schema out here, or refer to #/$defs/…"
            )
            return False
        return True


def _vendor_meant(name: str, known: Collection[str]) -> str | None:
    bare = name.casefold().replace("_", "-").replace(" ", "-")
    return next((ours for ours, others in _OTHER_VENDOR_NAMES.items() if bare in others and ours in known), None)


def _quoted(name: str) -> str:
    """A parameter's name as an expression has it."""
    return name if re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)*", name) else f"`{name}`"


def _outside_reference(schema: Any) -> str | None:
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key in ("$ref", "$dynamicRef") and isinstance(value, str) and not value.startswith("#"):
                return value
            if (found := _outside_reference(value)) is not None:
                return found
    elif isinstance(schema, list):
        for each in schema:
            if (found := _outside_reference(each)) is not None:
                return found
    return None
