"""Observers hear of everything, get in nobody's way, and never learn of one another."""

import json
import logging
from typing import Any

import pytest
from plugin_samples import module, offering

from saasops.plugins import Plugins, hookimpl
from saasops.ports import Observer

EVENT = {"id": "e-1", "name": "SlotBooked", "body": {"slot": "w1", "places": [1, 2]}}


class Ear:
    def __init__(self) -> None:
        self.heard: list[Any] = []

    @hookimpl
    def saasops_domain_event(self, event: Any) -> None:
        self.heard.append(event)


class Raises(Ear):
    @hookimpl
    def saasops_domain_event(self, event: Any) -> None:
        super().saasops_domain_event(event)
        raise ValueError(f"cannot store {event['body']}")


class Changes(Ear):
    @hookimpl
    def saasops_domain_event(self, event: Any) -> None:
        event["body"]["places"].clear()
        event.clear()


class Deaf:
    times = 0

    @hookimpl
    def saasops_domain_event(self) -> None:
        self.times += 1


def test_an_observer_fits_the_port() -> None:
    assert isinstance(Ear(), Observer)


def test_one_raising_observer_does_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    ears = {"a": Ear(), "b": Raises(), "c": Ear()}
    plugins = Plugins(ears)
    with caplog.at_level(logging.DEBUG):
        plugins.observe(EVENT)
    assert [ear.heard for ear in ears.values()] == [[EVENT]] * 3
    (record,) = caplog.records
    assert (record.name, record.getMessage()) == (
        "saasops.plugins.loader",
        "observer b failed: ValueError",
    )
    assert record.exc_info is None


def test_what_an_observer_does_to_an_event_reaches_nobody() -> None:
    before = json.dumps(EVENT)
    ear = Ear()
    Plugins({"a": Changes(), "b": ear, "c": Changes()}).observe(EVENT)
    assert ear.heard == [EVENT]
    assert json.dumps(EVENT) == before


def test_an_observer_may_leave_the_event_out() -> None:
    deaf = Deaf()
    Plugins({"a": deaf}).observe(EVENT)
    assert deaf.times == 1


def test_without_observers_nothing_happens() -> None:
    Plugins({}).observe(EVENT)


def test_a_plugin_may_offer_and_observe() -> None:
    both = module(
        "heard = []\n"
        + offering("crm")
        + "\n@hookimpl\ndef saasops_domain_event(event): heard.append(event)\n"
    )
    plugins = Plugins({"crm": both})
    plugins.observe(EVENT)
    assert both.heard == [EVENT]
    assert list(plugins.channels) == ["crm"]


def test_a_plugin_that_failed_hears_nothing() -> None:
    ear = module(
        "heard = []\n"
        + offering("crm", "pager")
        + "\n@hookimpl\ndef saasops_domain_event(event): heard.append(event)\n"
    )
    with pytest.raises(Exception, match="may offer crm"):
        Plugins({"crm": ear})
    assert [row.status for row in Plugins.diagnose({"crm": ear})] == ["failed"]
