"""Which handshakes with the proxy are underway, and which may have hidden a request. With real clients: test_proxy.py."""

from __future__ import annotations

from harness.capture.handshakes import AT_MOST, Handshakes

NAMES = {1: "c1", 2: "app"}


def test_a_handshake_is_underway_until_it_ends_one_way_or_another() -> None:
    of = Handshakes()
    assert not of.underway(0.0)
    for id_ in ("a", "b", "c"):
        of.begun(id_, 1.0)
    of.taken("a", 1, "a.test")
    of.left("b", 1, "b.test")
    assert of.underway(1.1)
    of.refused("c")
    assert not of.underway(1.1)


def test_a_client_that_stalls_is_not_waited_for_for_ever() -> None:
    of = Handshakes()
    of.begun("a", 1.0)
    assert of.underway(1.0 + AT_MOST / 2)
    assert not of.underway(1.0 + AT_MOST)


def test_who_took_the_certificate_trusts_it_before_and_after() -> None:
    of = Handshakes()
    of.begun("a", 1.0)
    of.left("a", 2, "a.test")
    assert of.words(NAMES) == ["app may not trust the proxy: it left each handshake for a.test"]
    of.taken("b", 1, "a.test")
    assert of.words(NAMES), "another client took it"
    of.taken("c", 2, "b.test")
    assert of.words(NAMES), "an app may trust it for one host and not for another"
    of.taken("d", 2, "a.test")
    assert of.words(NAMES) == []


def test_a_browser_that_took_one_certificate_takes_all() -> None:
    of = Handshakes()
    of.browser(1)
    of.left("a", 1, "a.test")
    assert of.words(NAMES) == ["c1 may not trust the proxy: it left each handshake for a.test"]
    of.taken("b", 1, "b.test")
    assert of.words(NAMES) == []
