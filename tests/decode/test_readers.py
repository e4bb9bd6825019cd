"""The ready-made decoders, by what a vendor file gives them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.capture.captured import Body, CapturedRequest
from harness.decode.campaign import campaign_of
from harness.decode.query import QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader, epoch_seconds, kind_of


def request(url: str = "https://x.example/", body: Any = None, **headers: str) -> CapturedRequest:
    data = None if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return CapturedRequest(
        id="1", url=url, headers=tuple((name.replace("_", "-"), value) for name, value in headers.items()), body=Body.of(data)
    )


TABLE = {
    "id": Row("pixel_id"), "ev": Row("event"), "rev": Row("value", kind="number"), "ed": Row("event_data", kind="json"), "u": Row("page"),
    "uid": Row("user_id"), "oid": Row("order_id"), "t": Row("time"),
}  # fmt: skip
QUERY = QueryReader(
    TABLE,
    event=("missing", "event"),
    account="pixel_id",
    key="order_id",
    page="page",
    identifiers=("user_id",),
    time="time",
    lifted=("event_data",),
)


@pytest.mark.parametrize(
    ("url", "body", "parameters"),
    [
        ("https://x.example/?id=1&ev=buy&rev=2.50", None, ["id", "ev", "rev"]),
        ("https://x.example/?id=1", "ev=buy&rev=2.50", ["id", "ev", "rev"]),
        ("https://x.example/?id=1", {"ev": "buy", "rev": 2.5}, ["id", "ev", "rev"]),
        ("https://x.example/?id=1", {"ev": "buy", "rev": "2.50"}, ["id", "ev", "rev"]),
    ],
)
def test_one_hit_from_query_form_or_json(url: str, body: Any, parameters: list[str]) -> None:
    (hit,) = QUERY(request(url, body))
    assert (hit.event, hit.account, hit.values["value"], hit.undecoded) == ("buy", "1", 2.5, "")
    assert [each.name for each in hit.parameters] == parameters


def test_meaning_of_one_hit() -> None:
    (hit,) = QUERY(
        request("https://x.example/?ev=page_view&ed=%7B%22sku%22%3A7%7D&u=https://s.example/?utm_source=x&uid=u1&oid=o1&t=1795318139093")
    )
    assert (hit.kind, hit.key, hit.identifiers, hit.event_time) == ("pageview", "o1", {"user_id": "u1"}, 1795318139.093)
    assert hit.values["sku"] == 7
    assert (hit.page_url, hit.campaign) == ("https://s.example/?utm_source=x", {"utm_source": "x"})


@pytest.mark.parametrize(("body", "undecoded"), [("just text", ""), ("{broken", "no JSON")])
def test_a_body_that_is_no_form_is_kept_raw(body: str, undecoded: str) -> None:
    (hit,) = QUERY(request("https://x.example/?ev=a", body))
    assert hit.parameters[-1].value == body
    assert undecoded in hit.undecoded
    assert bool(undecoded) == bool(hit.undecoded)


BATCH = JsonReader(
    {"name": Row(None, "Event", "General")},
    events="events",
    event="name",
    account="key",
    key="uuid",
    page="context.url",
    time="ts",
    identifiers={"user_id": ("user", "context.user")},
    values=("props",),
)


def test_one_hit_an_event_with_what_the_batch_shares() -> None:
    document = {
        "key": "k",
        "context": {"url": "https://s.example/?gclid=g", "user": "u"},
        "events": [{"name": "a", "props": {"v": 1}}, {"name": "b", "uuid": 7}],
    }
    first, second = BATCH(request(body=document))
    assert [(hit.event, hit.account, hit.key, hit.values) for hit in (first, second)] == [("a", "k", None, {"v": 1}), ("b", "k", "7", {})]
    assert [each.name for each in first.parameters] == ["key", "context.url", "context.user", "name", "props.v"]
    assert (first.campaign, first.identifiers, first.parameters[3].label) == ({"gclid": "g"}, {"user_id": "u"}, "Event")


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ({"name": "a"}, ["event"]),
        ([{"name": "a"}, {"name": "page"}], ["event", "pageview"]),
        ('{"name":"a"}\n{"name":"identify"}', ["event", "identify"]),
        ({"events": []}, []),
        ({"events": {"name": "a"}}, ["auxiliary"]),
        ([1, "x"], ["auxiliary", "auxiliary"]),
        ("no json", ["undecoded"]),
        (None, ["auxiliary"]),
    ],
)
def test_documents_lists_lines_and_neither(body: Any, kinds: list[str]) -> None:
    assert [hit.kind for hit in BATCH(request(body=body))] == kinds


@pytest.mark.parametrize(("account", "found"), [("id", "G-1"), (lambda path, wire: path[1:], "lib.js"), (None, None), ("missing", None)])
def test_a_librarys_account(account: Any, found: str | None) -> None:
    (hit,) = LibraryReader(account=account)(request("https://x.example/lib.js?id=G-1"))
    assert (hit.kind, hit.account) == ("library", found)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (1795318139, 1795318139.0), (1795318139.5, 1795318139.5), (1795318139093, 1795318139.093), (1795318139093000, 1795318139.093),
        ("1795318139093", 1795318139.093), ("1795318922.184", 1795318922.184),
        ("2026-11-22T03:42:20.362Z", 1795318940.362), ("2026-11-22T03:42:20+00:00", 1795318940.0), (1795318139093000000, 1795318139.093),
        ("yesterday", None), ("", None), (None, None), (True, None), (-1, None), (0, None),
        ({}, None), ("9" * 400, None), (10**400, None), ("²", None), (float("nan"), None),
    ],
)  # fmt: skip
def test_epoch_seconds(value: Any, seconds: float | None) -> None:
    assert epoch_seconds(value) == seconds


@pytest.mark.parametrize(
    ("event", "kind"), [("PageView", "pageview"), ("identify", "identify"), ("purchase", "event"), (None, "auxiliary"), ("", "auxiliary")]
)
def test_kind_of(event: str | None, kind: str) -> None:
    assert kind_of(event) == kind


@pytest.mark.parametrize(
    ("url", "campaign"),
    [
        (None, {}),
        ("https://s.example/", {}),
        ("https://s.example/?a=1&utm_source=a%20b&utm_source=c&utm_x=&gclid=G", {"utm_source": "a b", "gclid": "G"}),
        ("https://s.example/#utm_source=x", {}),
        ("?utm_source=x", {}),
    ],
)
def test_campaign_of_a_page(url: str | None, campaign: dict[str, str]) -> None:
    assert campaign_of(url) == campaign


def test_a_json_readers_query_has_its_labels() -> None:
    reader = JsonReader({}, query=QueryTable({"k": Row("write_key", "Write key")}))
    (hit,) = reader(request("https://x.example/?k=W", {"a": 1}))
    assert (hit.parameters[0].field, hit.parameters[0].label, hit.values["write_key"]) == ("write_key", "Write key", "W")


def test_a_fetch_is_of_the_first_account_that_its_address_names():
    read = LibraryReader("config", account=("st", "offerIdentifier"))
    queries = ("?offerIdentifier=o1", "?st=&offerIdentifier=o1", "?st=s&offerIdentifier=o1", "")
    assert [hit.account for query in queries for hit in read(request(f"https://t.example/a{query}"))] == ["o1", "o1", "s", None]
