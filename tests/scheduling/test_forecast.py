"""A10: how many assistants it takes, where it will be full, and what a change would do."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from random import Random

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.clock import monday_of
from saasops.errors import Refused
from saasops.scheduling import forecast
from saasops.scheduling.planner.instance import Availability, Instance, Limit, Request
from saasops.scheduling.planner.planning import plan
from saasops.scheduling.variants import only_week, until, with_more

MONDAY = date(2026, 3, 2)
DAYS = tuple(MONDAY + timedelta(n) for n in (0, 1, 7, 8))


def campaign(drawn: Random) -> Instance:
    requests = tuple(
        Request(
            id=f"r{n}",
            windows=(tuple(sorted(drawn.sample(DAYS, drawn.randint(1, 2)))),),
            need=frozenset(drawn.sample(["w2003", "custom"], drawn.choice([0, 0, 1]))),
            priority=drawn.randint(0, 2),
        )
        for n in range(drawn.randint(0, 14))
    )
    staff = tuple(
        Availability(
            assistant=f"a{n}",
            offers=frozenset({"w2003"} if n % 2 else ()),
            caps={day: drawn.randint(1, 2) for day in drawn.sample(DAYS, 3)},
        )
        for n in range(drawn.randint(1, 3))
    )
    names = frozenset(one.assistant for one in staff)
    weeks = tuple(
        Limit(rule="week", most=2, assistants=names, days=frozenset(days), each=True)
        for days in (DAYS[:2], DAYS[2:])
    )
    return Instance(requests=requests, availabilities=staff, limits=weeks)


drawing = st.randoms(use_true_random=False)


@settings(deadline=None, max_examples=30)
@given(drawn=drawing, by=st.sampled_from(DAYS))
def test_the_staff_needed_suffices_and_one_less_does_not(drawn, by):
    instance = campaign(drawn)
    cut = until(instance, by)
    if not any(one.caps for one in cut.availabilities):
        with pytest.raises(Refused, match="name a later date"):
            forecast.staff_needed(instance, by=by, like=cut.availabilities[0])
        return
    like = next(one for one in cut.availabilities if one.caps)
    found = forecast.staff_needed(instance, by=by, like=like)

    def unserved(added: int) -> set[str]:
        return {one.request for one in plan(with_more(cut, like, added)).unserved}

    assert unserved(found.added) == set(found.beyond) == unserved(found.added + 20)
    assert found.served == len(instance.requests) - len(found.beyond)
    if found.added:
        assert len(unserved(found.added - 1)) > len(found.beyond)


def test_copies_keep_the_limits_of_whom_they_are_like() -> None:
    instance = campaign(Random(1))
    like = instance.availabilities[0]
    more = with_more(instance, like, 2)
    names = {"a0+1", "a0+2"}
    assert {one.assistant for one in more.availabilities} >= names
    assert all(one.assistants >= names for one in more.limits)
    again = with_more(more, like, 1)
    assert len({one.assistant for one in again.availabilities}) == len(again.availabilities)


@settings(deadline=None, max_examples=20)
@given(drawn=drawing)
def test_more_staff_never_serves_fewer(drawn):
    told: list[tuple[int, int]] = []
    points = forecast.curve(
        campaign(drawn), 4, progress=lambda done, most: told.append((done, most))
    )
    assert [one.added for one in points] == [0, 1, 2, 3, 4]
    assert told == [(n, 5) for n in range(1, 6)]
    served = [one.served for one in points]
    assert served == sorted(served)
    assert len({one.served + one.unserved for one in points}) == 1
    places = [one.places for one in points]
    assert len({b - a for a, b in pairwise(places)}) == 1


@settings(deadline=None, max_examples=20)
@given(drawn=drawing)
def test_the_effect_counts_everybody_once_by_priority(drawn):
    instance = campaign(drawn)
    changed = attrs.evolve(instance, limits=())
    found = forecast.effect(instance, changed)
    assert found.gained >= 0
    for served, unserved in (
        (found.served_before, found.unserved_before),
        (found.served_after, found.unserved_after),
    ):
        for priority in range(3):
            asked = sum(one.priority == priority for one in instance.requests)
            assert served.get(priority, 0) + unserved.get(priority, 0) == asked
    assert forecast.effect(changed, instance).gained == -found.gained


@settings(deadline=None, max_examples=20)
@given(drawn=drawing)
def test_full_days_are_full_and_no_other_is(drawn):
    instance = campaign(drawn)
    seats = plan(instance).seats.values()
    told = {(one.day, one.label): one for one in forecast.full_days(instance)}
    for label in ("", "w2003"):
        offering = [one for one in instance.availabilities if not label or label in one.offers]
        for day in DAYS:
            cap = sum(one.caps.get(day, 0) for one in offering)
            names = {one.assistant for one in offering}
            load = sum(seat.day == day and seat.assistant in names for seat in seats)
            assert ((day, label) in told) == (0 < cap == load)
    assert list(told) == sorted(told)


@settings(deadline=None, max_examples=15)
@given(drawn=drawing)
def test_the_minimal_staffing_serves_each_week_and_one_less_does_not(drawn):
    instance = campaign(drawn)
    like = Availability(assistant="a0", offers=frozenset({"w2003"}), caps=dict.fromkeys(DAYS, 1))
    weeks = forecast.minimal_staffing(instance, like=like)
    assert [one.monday for one in weeks] == sorted({one.monday for one in weeks})
    seats = plan(instance).seats
    for week in weeks:
        inside = [
            one
            for one in instance.requests
            if one.id in seats and monday_of(seats[one.id].day) == week.monday
        ]
        alone = only_week(instance, like, inside, week.monday)

        def served(count: int, alone: Instance = alone) -> int:
            return len(plan(with_more(alone, like, count)).seats)

        assert served(week.needed) == served(len(inside)) == week.requests <= len(inside)
        if week.needed:
            assert served(week.needed - 1) < week.requests


def test_a_simulation_is_the_same_for_the_same_seed_and_adds_up() -> None:
    instance = attrs.evolve(campaign(Random(3)), requests=())
    arrivals = tuple(Request(id=f"n{n}", windows=(DAYS,)) for n in range(30))
    room = sum(sum(one.caps.values()) for one in instance.availabilities)

    def run(seed: int, share: float) -> forecast.Simulated:
        return forecast.simulate(instance, arrivals, no_show_share=share, seed=seed, runs=9)

    assert run(1, 0.3) == run(1, 0.3) != run(2, 0.3)
    everybody = run(1, 0)
    assert everybody.missed == forecast.Spread(low=0, middle=0, high=0)
    assert everybody.served.middle + everybody.refused.middle == 30
    assert everybody.served.middle <= room
    assert everybody.utilisation.middle == everybody.served.middle * 1000 // room
    nobody = run(1, 1)
    assert nobody.served.high == 0
    assert nobody.missed == everybody.served
    some = run(1, 0.3)
    assert some.served.low <= some.served.middle <= some.served.high


def test_arrivals_may_be_drawn_anew_for_every_run() -> None:
    instance = attrs.evolve(campaign(Random(3)), requests=())

    def arrivals(drawn: Random) -> list[Request]:
        return [Request(id=f"n{n}", windows=(DAYS,)) for n in range(drawn.randint(0, 40))]

    found = forecast.simulate(instance, arrivals, no_show_share=0, seed=5, runs=20)
    assert found.refused.low < found.refused.high


def test_nothing_asked_needs_nothing() -> None:
    empty = Instance(requests=(), availabilities=())
    assert forecast.curve(empty, 1)[1].served == 0
    assert forecast.full_days(empty) == forecast.minimal_staffing(empty) == ()
    assert forecast.simulate(empty, (), no_show_share=0, seed=1, runs=0).served.middle == 0
    with pytest.raises(Refused) as no:
        forecast.staff_needed(empty, by=MONDAY)
    assert no.value.explain("zh-CN") == "2026-03-02 及之前无人上班，请选择更晚的日期"
