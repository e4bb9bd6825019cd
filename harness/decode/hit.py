"""A hit: one decoded event occurrence, with nothing of the wire lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Parameter(NamedTuple):
    """One parameter as the wire had it.

    Attributes:
        name: the key on the wire (``epn.value``, ``cd[value]``; for JSON the path, ``properties.order_id``).
        value: typed where the wire has a type (JSON, GA4 ``epn``), else the decoded text.
        text: the wire's text before typing and unescaping, where it cannot be told from ``value``; else None.
        field: the vendor's documented name (``value``); None where it is the same as ``name`` or there is none.
        label: what a marketer calls it ("Measurement ID"); None where nothing better than the field is known.
        group: the section it is shown in ("E-commerce"); None for none.
    """

    name: str
    value: Any
    text: str | None = None
    field: str | None = None
    label: str | None = None
    group: str | None = None


@dataclass(slots=True, kw_only=True)
class Hit:
    """One event occurrence that a vendor was told of.

    Attributes:
        request: 0-based index of the request in its source; request_id: the captured request's id.
        position: index of this hit within its request (a batch carries many).
        kind: event, pageview, identify, library, config, auxiliary, consent, preflight …; only event, pageview and identify are
            occurrences that duplicates are judged on; the rest are never "unplanned" events.
        event: as the vendor's wire has it (GA4 ``page_view``, Meta ``PageView``); None where the hit names no event.
        account: the destination's id (measurement ID, pixel ID) or None.
        parameters: in wire order, repeats kept; shared parameters of a batch come first in each of its hits.
        values: documented name -> typed value, nested (``items`` is a list of objects with the vendor's documented names).
            This is what plans and expectations speak of. Derived by the vendor's decoder; of repeats the first counts.
        consent: the consent signals the hit carries, as the vendor names them: ``{"ad_storage": False, …}`` plus raw texts; None if
            it carries none.
        identifiers: documented name -> value of what identifies a person or browser (client id, user id, click ids).
        key: what the vendor deduplicates by (event_id, transaction id), or None.
        campaign: the campaign the hit tells of (``utm_source`` … or click ids), read from its own fields or its page URL.
        page_url: the page the hit says it is about, or None.
        event_time: when the event happened, in seconds of the epoch, where the payload says; else None.
        undecoded: why part of the request could not be decoded; empty if all was.
    """

    vendor: str = ""
    vendor_name: str = ""
    kind: str = "event"
    event: str | None = None
    account: str | None = None
    request: int = 0
    request_id: str = ""
    position: int = 0
    parameters: list[Parameter] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    consent: dict[str, Any] | None = None
    identifiers: dict[str, str] = field(default_factory=dict)
    key: str | None = None
    campaign: dict[str, str] = field(default_factory=dict)
    page_url: str | None = None
    event_time: float | None = None
    undecoded: str = ""

    def to_json(self) -> dict[str, Any]:
        """A hit line of the public contract."""
        parameters = []
        for each in self.parameters:
            line: dict[str, Any] = {"name": each.name, "value": each.value}
            for extra in ("label", "group", "field", "text"):
                if (found := getattr(each, extra)) is not None:
                    line[extra] = found
            parameters.append(line)
        line = {
            "request": self.request, "vendor": self.vendor, "vendor_name": self.vendor_name, "kind": self.kind,
            "event": self.event, "account": self.account, "consent": self.consent, "parameters": parameters,
        }  # fmt: skip
        if self.undecoded:
            line["undecoded"] = self.undecoded
        return line
