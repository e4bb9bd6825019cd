"""A plan or a journey's expectations as readable text, for ``tagproof plan show`` and for reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.plan.values import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from harness.plan.model import (
        Event,
        Expectation,
        Expectations,
        Mapped,
        Matcher,
        Parameter,
        Sending,
        TrackingPlan,
        ValueSource,
        ValueType,
    )


def show_plan(plan: TrackingPlan) -> str:
    """The whole plan: destinations, the events by destination, then each event's parameters, mappings and rules."""
    head = [part for part in (f"version {plan.version}" if plan.version else "", plan.owner) if part]
    lines = [f"{plan.name} ({', '.join(head)})" if head else plan.name]
    for name, hosts in plan.environments.items():
        lines.append(f"  {name}: {', '.join(hosts)}")
    lines += ["", "Destinations"]
    rows = [["", "vendor", "account", "purpose", "without consent"]]
    for destination in plan.destinations.values():
        purpose = destination.purpose or "none needed"
        rows.append(
            [
                destination.id,
                destination.vendor,
                _account(destination.account),
                purpose,
                destination.without_consent if destination.purpose else "",
            ]
        )
    lines += _table(rows)
    if plan.purposes:
        lines += [
            "",
            "Purposes",
            *_table([[each.name, ", ".join(each.signals) or "no consent-mode signals"] for each in plan.purposes.values()]),
        ]
    if plan.campaign is not None:
        lines += ["", "Campaign", *_table([_parameter_row(each) for each in plan.campaign.parameters])]
        if plan.campaign.reaches:
            lines.append(f"  reaches {', '.join(plan.campaign.reaches)}")
        if plan.campaign.internal_links == "forbidden":
            lines.append("  the site's own links must carry none")
    if plan.endpoints:
        lines += ["", "First-party endpoints", *_table([[f"{each.host}{each.path}", each.vendor, each.role] for each in plan.endpoints])]
    lines += ["", "Events", *_table(_events_by_destination(plan))]
    for event in plan.events.values():
        lines += ["", *_event(event)]
    lines += ["", f"Events that the plan does not know: {plan.unplanned}"]
    return "\n".join(line.rstrip() for line in lines)


def _events_by_destination(plan: TrackingPlan) -> list[list[str]]:
    rows = [["", *plan.destinations]]
    for event in plan.events.values():
        sent = {each.destination: each.event for each in event.sent_to}
        rows.append([event.name, *(sent.get(name, "-") for name in plan.destinations)])
    return rows


def _event(event: Event) -> list[str]:
    marks = [f"{event.conversion} conversion"] if event.conversion else []
    marks += [event.severity] if event.severity != "normal" else []
    marks += [f"once per {' and '.join(event.once_per)}"] if event.once_per else []
    marks += [event.owner] if event.owner else []
    lines = [f"{event.name}: {', '.join(marks)}" if marks else event.name]
    lines += [f"  {word}: {text}" for word, text in (("when", event.trigger), ("why", event.why)) if text]
    lines += _table([row for each in event.parameters for row in _parameter_rows(each, "")])
    for sending in event.sent_to:
        lines += _sending(sending)
    for rule in event.rules:
        tolerance = f", give or take {rule.tolerance:g}" if rule.tolerance else ""
        lines.append(f"  rule: {rule.check}{tolerance}{f' ({rule.why})' if rule.why else ''}")
    return lines


def _sending(sending: Sending) -> list[str]:
    if sending.parameters is None and sending.account is None:
        return []
    head = f"  {sending.destination} {sending.event}"
    head += f", account {_account(sending.account)}" if sending.account is not None else ""
    if sending.parameters is None:
        return [head]
    if not sending.parameters:
        return [f"{head}: no parameters"]
    return [f"{head}:", *_table([[each.name, "=", _mapped(each)] for each in sending.parameters], indent=4)]


def _mapped(mapped: Mapped) -> str:
    return mapped.source if mapped.source is not None else value_words(mapped.value) if mapped.value is not None else "anything"


def _parameter_rows(parameter: Parameter, prefix: str) -> Iterable[list[str]]:
    yield [prefix + parameter.name, *_parameter_row(parameter)[1:]]
    value = parameter.value
    below = f"{prefix}{parameter.name}."
    while value.items is not None:
        value = value.items
    for each in value.properties:
        yield from _parameter_rows(each, below)


def _parameter_row(parameter: Parameter) -> list[str]:
    words = "" if parameter.presence == "forbidden" else value_words(parameter.value)
    return [parameter.name, parameter.presence, words, parameter.description]


def value_words(value: ValueType | None) -> str:
    """What a value must be, in a few words: ``number, 0 or more``."""
    if value is None:
        return "anything"
    words: list[str] = [value.type] if value.type else []
    if value.has_const:
        words.append(f"always {shown(value.const)}")
    if value.enum is not None:
        words.append("one of " + ", ".join(str(each) for each in value.enum))
    if value.pattern is not None:
        words.append(f"like {value.pattern}")
    words += [f"{value.minimum:g} or more"] if value.minimum is not None else []
    words += [f"{value.maximum:g} or less"] if value.maximum is not None else []
    words += [f"{value.min_items} or more elements"] if value.min_items else []
    words += [f"{value.max_items} or fewer elements"] if value.max_items is not None else []
    if value.items is not None and not value.items.properties:
        words.append(f"each {value_words(value.items)}")
    words += [f"{key} {shown(each)}" for key, each in value.schema.items()]
    return ", ".join(words) or "anything"


def _account(account: Mapping[str, str] | str | None) -> str:
    if account is None or isinstance(account, str):
        return account or ""
    return ", ".join(f"{name}: {each}" for name, each in account.items())


def show_expectations(expectations: Expectations) -> str:
    """A journey: its scenarios, its values, and step by step what is expected and forbidden."""
    plan = expectations.plan
    lines = [expectations.journey, f"  plan: {plan.name} ({plan.path})"]
    if expectations.scenarios:
        lines += ["", "Scenarios"]
        for use in expectations.scenarios:
            parameters = ", ".join(f"{key}: {shown(value)}" for key, value in use.parameters.items())
            issue = f" (known issue {use.known_issue})" if use.known_issue else ""
            lines.append(f"  {use.name}{f' with {parameters}' if parameters else ''}{issue}")
    if expectations.values:
        lines += ["", "Values", *_table([[f"${each.name}", _value(each)] for each in expectations.values.values()])]
    for number, step in enumerate(expectations.steps, 1):
        page = f" (page {step.page})" if step.page else ""
        order = ", in this order" if step.listed_order else ""
        lines += ["", f"{number}. {step.step}{page}{order}"]
        for each in step.expect:
            lines += _expectation(each, expectations)
        lines += [f"  never {name}" for name in step.forbid]
        if step.forbid_others:
            lines.append("  nothing else")
    if expectations.forbid:
        lines += ["", f"In the whole walk never {', '.join(expectations.forbid)}"]
    return "\n".join(line.rstrip() for line in lines)


def _value(source: ValueSource) -> str:
    if source.source == "file":
        return shown(source.literal)
    if source.source == "code":
        return "from the test's code"
    attribute = f", attribute {source.attribute}" if source.attribute else ""
    kind = f", a {source.type}" if source.type != "string" else ""
    return f"from the page: {source.selector}{attribute}{kind}"


def _expectation(each: Expectation, expectations: Expectations) -> list[str]:
    event = expectations.plan.events.get(each.event)
    to = each.to if each.to is not None else [sending.destination for sending in event.sent_to] if event else []
    within = f" within {each.within:g} s" if each.within is not None else ""
    why = f" ({each.why})" if each.why else ""
    return [f"  {each.event} {_times(each.times)} to {', '.join(to)}{within}{why}", *(f"    {_matcher(matcher)}" for matcher in each.where)]


def _times(times: tuple[int, int | None]) -> str:
    least, most = times
    if most is None:
        return f"{least} times or more"
    if least == most:
        return "once" if least == 1 else f"{least} times"
    return f"{least} to {most} times"


def _matcher(matcher: Matcher) -> str:
    if matcher.has_equals:
        value = matcher.equals
        return f"{matcher.path} is {value if isinstance(value, str) and value.startswith('$') else shown(value)}"
    return f"{matcher.path}: {value_words(matcher.value)}"


def _table(rows: Sequence[Sequence[str]], *, indent: int = 2) -> list[str]:
    if not rows:
        return []
    widths = [max(len(row[column]) if column < len(row) else 0 for row in rows) for column in range(max(map(len, rows)))]
    return [" " * indent + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in rows]
