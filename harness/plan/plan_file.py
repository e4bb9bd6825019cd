"""PlanDocument -> TrackingPlan: shared definitions followed, destinations' mappings merged, contradictions found."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.plan.document import DestinationDocument, EventDocument, MappedDocument, ParameterDocument, PlanDocument, RuleDocument, Words
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

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from harness.errors import TagproofError
    from harness.plan.yaml_marks import Source

Path = tuple[str | int, ...]


class PlanResolver:
    """Resolves one plan. ``problems`` and ``plan`` are filled by :meth:`resolve`."""

    def __init__(
        self,
        source: Source,
        document: PlanDocument,
        vendors: Collection[str] | None,
        declared: Mapping[str, Collection[str]],
        *,
        whole: bool,
    ) -> None:
        self.source = source
        self.document = document
        self.vendors = vendors
        self.declared = declared
        self.whole = whole
        self.problems: list[TagproofError] = []
        self.plan: TrackingPlan | None = None

    @staticmethod
    def declared_in(data: dict[str, Any]) -> dict[str, frozenset[str]]:
        """The names that the file gives to things, faulty ones too, so that one mistake does not make its name unknown."""
        sections = ("environments", "purposes", "destinations", "parameters", "common_parameters", "events")
        return {section: frozenset(data[section]) if isinstance(data.get(section), dict) else frozenset() for section in sections}

    def problem(self, what: str, *path: str | int, mend: str = "") -> None:
        self.problems.append(self.source.problem(what, *path, mend=mend))

    def resolve(self) -> TrackingPlan:
        document = self.document
        place = self.source.place
        self.shared = {name: self._parameter(name, form, ("parameters", name)) for name, form in document.parameters.items()}
        self.common = tuple(
            self._named_parameter(name, form, ("common_parameters", name)) for name, form in document.common_parameters.items()
        )
        version = self.source.text("version")
        campaign = document.campaign
        self.plan = TrackingPlan(
            name=document.name,
            path=self.source.name,
            version=version or "",
            owner=document.owner,
            environments={name: tuple(hosts) for name, hosts in document.environments.items()},
            purposes={
                name: Purpose(name=name, signals=tuple(each.signals), place=place("purposes", name))
                for name, each in document.purposes.items()
            },
            destinations={name: self._destination(name, each) for name, each in document.destinations.items()},
            campaign=campaign
            and CampaignRules(
                parameters=tuple(
                    self._parameter(name, form, ("campaign", "parameters", name)) for name, form in campaign.parameters.items()
                ),
                reaches=tuple(campaign.reaches),
                internal_links=campaign.internal_links,
                paid=tuple(campaign.paid),
                place=place("campaign"),
            ),
            events={name: self._event(name, each) for name, each in document.events.items()},
            unplanned=document.unplanned,
            consent=document.consent
            and ConsentSetup(platform=document.consent.platform, selectors=document.consent.selectors, place=place("consent")),
            endpoints=tuple(
                FirstPartyEndpoint(vendor=each.vendor, host=each.host, path=each.path, role=each.role, place=place("endpoints", index))
                for index, each in enumerate(document.endpoints)
            ),
            timers=document.settle.timers if document.settle else 60.0,
        )
        return self.plan

    def _destination(self, name: str, document: DestinationDocument) -> Destination:
        return Destination(
            id=name,
            vendor=document.vendor or name,
            account=document.account,
            purpose=document.purpose,
            without_consent=document.without_consent,
            place=self.source.place("destinations", name),
        )

    def _event(self, name: str, document: EventDocument) -> Event:
        path: Path = ("events", name)
        parameters = {each.name: each for each in self.common}
        for key, form in document.parameters.items():
            parameters[key] = self._named_parameter(key, form, (*path, "parameters", key))
        once = document.once_per
        return Event(
            name=name,
            parameters=tuple(parameters.values()),
            sent_to=tuple(self._sending(name, destination, document, parameters) for destination in document.sent_to),
            once_per=None if once is None else (once,) if isinstance(once, str) else tuple(once),
            once_per_place=self.source.place(*path, "once_per"),
            rules=tuple(self._rule(rule, (*path, "rules", index)) for index, rule in enumerate(document.rules)),
            conversion=document.conversion,
            severity=document.severity,
            owner=document.owner,
            why=document.why,
            trigger=document.trigger,
            place=self.source.place(*path),
        )

    def _rule(self, form: str | RuleDocument, path: Path) -> Rule:
        place = self.source.place(*path)
        if isinstance(form, str):
            return Rule(check=form, place=place)
        return Rule(check=form.check, tolerance=form.tolerance, why=form.why, place=place)

    def _sending(self, event: str, destination: str, document: EventDocument, parameters: Mapping[str, Parameter]) -> Sending:
        form = document.sent_to[destination]
        path: Path = ("events", event, "sent_to", destination)
        name = form if isinstance(form, str) else form.event
        account = None if isinstance(form, str) else form.account
        own = None if isinstance(form, str) else form.parameters
        general = self.document.destinations[destination].parameters if destination in self.document.destinations else None
        mapped: dict[str, Mapped] | None = None
        if general is not None or own is not None:
            mapped = {}
            for theirs, mapping in (general or {}).items():
                made = self._mapped(theirs, mapping, ("destinations", destination, "parameters", theirs))
                if made.source is None or self._names_in(made.source) <= set(parameters):
                    mapped[theirs] = made
            for theirs, mapping in (own or {}).items():
                mapped[theirs] = self._mapped(theirs, mapping, (*path, "parameters", theirs))
        return Sending(
            destination=destination,
            event=name,
            account=account,
            parameters=None if mapped is None else tuple(each for each in mapped.values() if not each.omitted),
            place=self.source.place(*path),
        )

    def _names_in(self, source: str) -> set[str]:
        return {each.split(".")[0] for each in re.findall(r"[A-Za-z_][\w.]*(?!\()\b(?!\s*\()", source)}

    def _mapped(self, theirs: str, form: str | bool | MappedDocument, path: Path) -> Mapped:
        place = self.source.place(*path)
        if isinstance(form, MappedDocument):
            return Mapped(name=theirs, value=self._value_type(form, path), place=place)
        if form is False:
            return Mapped(name=theirs, omitted=True, place=place)
        return Mapped(name=theirs, source=str(form), place=place)

    def _named_parameter(self, name: str, form: str | ParameterDocument, path: Path) -> Parameter:
        shared = self.shared.get(name)
        place = self.source.place(*path)
        if isinstance(form, str):
            if shared is None:
                return Parameter(name=name, presence=form, place=place)  # type: ignore[arg-type]
            return replace(shared, presence=form, place=place)  # type: ignore[arg-type]
        own = self._parameter(name, form, path)
        return own

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

    def _value_type(self, words: Words, path: Path) -> ValueType:
        return ValueType(
            type=words.type,
            enum=None if words.enum is None else tuple(words.enum),
            const=words.const,
            has_const=words.has_const,
            pattern=words.pattern,
            minimum=words.minimum,
            maximum=words.maximum,
            min_items=words.min_items,
            max_items=words.max_items,
            items=None if words.items is None else self._value_type(words.items, (*path, "items")),
            properties=tuple(self._parameter(name, form, (*path, "properties", name)) for name, form in words.properties.items()),
            schema=words.further,
        )
