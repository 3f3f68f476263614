"""A8: a refusal names what is full: enough to let the request in, and nothing too much."""

from __future__ import annotations

import attrs
import online_kit as kit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops import texts
from saasops.scheduling.online.refusal import Full, Refusal
from saasops.scheduling.online.residual import Booked, Residual
from saasops.scheduling.planner.instance import Availability, Instance, Limit, Request, Seat

PLAIN = kit.Draw(pins=False)
drawing = st.randoms(use_true_random=False)


def key(full: Full) -> tuple[str, tuple, tuple]:
    return full.rules[0], full.days, full.assistants


def given_room(instance: Instance, some) -> Instance:
    for rule, days, who in some:
        instance = kit.lifted(instance, rule, days, who)
    return instance


@pytest.mark.parametrize("level", ["assistant", "day", "full"])
@settings(deadline=None, max_examples=30)
@given(drawn=drawing)
def test_what_is_told_is_the_union_of_all_smallest_sets_that_give_way(level, drawn):
    instance = kit.instance(drawn, PLAIN)
    residual = Residual(instance, level=level)
    new = kit.request(drawn, PLAIN, "new")
    requests = list(instance.requests)
    seats = {one.id: one.seat for one in requests}
    refusal = residual.explain(new)
    if refusal is None or refusal.obstacle != "full":
        return

    def fits(some) -> bool:
        return kit.possible(given_room(instance, some), seats, requests, new, level)

    assert refusal.full
    told = [key(one) for one in refusal.full]
    steps = refusal.full[-1].step + 1
    assert fits(told)
    for step in range(steps):  # without room in one whole step nobody gets in
        assert not fits([key(one) for one in refusal.full if one.step != step])
    everything = [("", (day,), (one.assistant,)) for one in instance.availabilities
                  for day in sorted(one.caps) if one.caps[day]]  # fmt: skip
    everything += [
        (limit.rule, tuple(sorted(limit.days)), (who,))
        for limit in instance.limits
        for who in (sorted(limit.assistants) if limit.each else ["-"])
    ]
    smallest = [set(some) for some in kit.subsets(everything, 1) if fits(some)]
    assert bool(smallest) == (steps == 1)
    if steps == 1:
        for (one,) in smallest:  # each that suffices alone is told, as part of its group
            assert any(covers(full, one) for full in refusal.full)
        for full in refusal.full:
            assert fits([key(full)])


def covers(full: Full, one) -> bool:
    rule, days, who = one
    alike = who == ("-",) or who[0] in full.assistants
    return rule in full.rules and alike and set(full.days) <= set(days)


@pytest.mark.parametrize("level", ["assistant", "day", "full"])
@settings(deadline=None, max_examples=30)
@given(drawn=drawing)
def test_every_alternative_has_room_and_none_that_is_nearer_is_left_out(level, drawn):
    instance = kit.instance(drawn, PLAIN)
    residual = Residual(instance, level=level)
    new = kit.request(drawn, PLAIN, "new")
    seats = {one.id: one.seat for one in instance.requests}
    refusal = residual.explain(new, most=9)
    assert {one.id: residual.seat(one.id) for one in instance.requests} == seats
    assert residual.seat("new") is None
    if refusal is None:
        return
    asked = {day for window in new.windows for day in window}

    def far(day):
        return min(abs((day - one).days) for one in new.windows[0]), day

    free = {
        day
        for day in {day for one in instance.availabilities for day in one.caps} - asked
        if kit.possible(
            instance, seats, list(instance.requests), attrs.evolve(new, windows=((day,),)), level
        )
    }
    assert list(refusal.alternatives) == sorted(free, key=far)


def booked(n: int, assistant: str, day: int, **more) -> Request:
    seat = Seat(assistant, kit.day(day))
    return Request(id=f"r{n}", windows=((seat.day,),), seat=seat, **more)


def test_a_day_and_a_week_that_are_both_full_are_two_steps() -> None:
    week = Limit(rule="week", most=2, assistants=frozenset({"a"}), days=kit.days(0, 1), each=True)
    caps = {kit.day(0): 1, kit.day(1): 1}
    rules = dict.fromkeys(caps, "daily")
    instance = Instance(
        requests=(booked(0, "a", 0), booked(1, "a", 1)),
        availabilities=(Availability(assistant="a", caps=caps, rules=rules),),
        limits=(week,),
    )
    new = Request(id="new", windows=((kit.day(0),),))
    refusal = Residual(instance).explain(new)
    assert refusal is not None
    assert [(one.step, one.rules, one.booked, one.capacity) for one in refusal.full] == [
        (0, ("daily",), 1, 1),
        (1, ("week",), 2, 2),
    ]
    assert refusal.code == "refusal.full_steps"
    assert texts.explain(refusal.code, refusal.context, locale="en") == (
        "no place for new: 2 of daily, week (2026-03-02, 2026-03-03) must give way; free: –"
    )
    assert "可约：–" in texts.explain(refusal.code, refusal.context, locale="zh-CN")


@pytest.mark.parametrize(
    ("request_", "obstacle"),
    [
        (Request(id="n", windows=()), "no-window"),
        (Request(id="n", windows=((kit.day(9),),)), "no-day"),
        (Request(id="n", windows=((kit.day(0),),), need=frozenset({"x"})), "no-skill"),
        (Request(id="n", windows=((kit.day(1),),)), "no-room"),
        (Request(id="n", windows=((kit.day(0),),)), "full"),
        (
            Request(id="n", windows=((kit.day(0),),), seat=Seat("a", kit.day(0)), pin="day"),
            "pinned",
        ),
    ],
)
def test_every_obstacle_has_its_name_and_words(request_, obstacle) -> None:
    caps = {kit.day(0): 1, kit.day(1): 0}
    instance = Instance(
        requests=(booked(0, "a", 0),), availabilities=(Availability(assistant="a", caps=caps),)
    )
    residual = Residual(instance)
    found = residual.book(request_)
    assert isinstance(found, Refusal)
    assert found.obstacle == obstacle
    told = residual.explain(request_)
    assert told is not None
    for locale in texts.LOCALES:
        words = texts.explain(told.code, told.context, locale=locale)
        assert "{" not in words
        assert words != told.code


def test_a_joint_limit_that_crosses_is_named() -> None:
    names = frozenset({"a", "b"})
    instance = Instance(
        requests=(booked(0, "a", 0),),
        availabilities=tuple(
            Availability(assistant=one, caps={kit.day(0): 5, kit.day(1): 5}) for one in "ab"
        ),
        limits=(
            Limit(rule="week", most=9, assistants=names, days=kit.days(0, 1), each=True),
            Limit(rule="team", most=1, assistants=names, days=kit.days(0)),
        ),
    )
    residual = Residual(instance)
    refusal = residual.explain(Request(id="new", windows=((kit.day(0),),)))
    assert refusal is not None
    assert refusal.checked == ("team",)
    assert [(one.rules, one.booked, one.capacity) for one in refusal.full] == [(("team",), 1, 1)]
    assert refusal.alternatives == (kit.day(1),)
    assert isinstance(residual.book(Request(id="ok", windows=((kit.day(1),),))), Booked)
