"""Which limits one flow keeps, which cross, and what is no flow at all."""

from datetime import date, timedelta

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saasops.errors import Refused
from saasops.scheduling.planner.checks import NoFlow, obstacles_to_flow
from saasops.scheduling.planner.instance import Availability, Instance, Limit, Minimum, Request
from saasops.scheduling.planner.nesting import nest
from saasops.scheduling.planner.planning import plan
from saasops.scheduling.planner.replanning import replan
from saasops.testing.plans import broken_rules, brute_force, score
from saasops.testing.strategies.planner import DAYS, STAFF, WEEKS, availabilities, requests

MONDAY = date(2020, 2, 3)
WEEK = tuple(MONDAY + timedelta(day) for day in range(5))
EXPERT = frozenset({"custom"})
PAIR = frozenset({"ann", "bo"})


def limit(rule: str, most: int, *days: date, **more: object) -> Limit:
    plain = Limit(rule=rule, most=most, assistants=PAIR, days=frozenset(days))
    return attrs.evolve(plain, **more)


def instance(*limits: Limit, users: int = 6, experts: int = 0, senior: bool = False) -> Instance:
    asked = [Request(id=f"r{n}", windows=(WEEK,)) for n in range(users)]
    asked += [Request(id=f"e{n}", windows=(WEEK,), need=EXPERT) for n in range(experts)]
    caps = dict.fromkeys(WEEK, 2)
    return Instance(
        requests=tuple(asked),
        availabilities=(
            Availability(assistant="ann", caps=caps, offers=EXPERT),
            Availability(assistant="bo", caps=caps, offers=frozenset() if senior else EXPERT),
        ),
        limits=limits,
    )


week = limit("week", 4, *WEEK, each=True)


def test_a_team_day_nests_where_no_week_is_limited():
    assert nest(instance(limit("day", 1, MONDAY))).crossing == ()


def test_a_team_week_nests_around_the_weeks_of_assistants():
    assert nest(instance(week, limit("team", 5, *WEEK))).crossing == ()


def test_a_team_day_goes_before_assistants_who_serve_the_same_needs():
    given = instance(week, limit("day", 1, MONDAY), experts=2)
    assert [one.rule for one in nest(given).before] == ["day"]
    assert plan(given).crossing == ()


def test_a_team_day_crosses_the_weeks_of_assistants_who_serve_different_needs():
    given = instance(week, limit("day", 1, MONDAY), experts=2, senior=True)
    found = plan(given)
    assert found.crossing == ("day",)
    assert broken_rules(given, found) == []


def test_two_spans_that_share_some_days_cross():
    given = instance(week, limit("middle", 2, *WEEK[2:], MONDAY + timedelta(5), each=True))
    given = attrs.evolve(
        given,
        availabilities=tuple(
            attrs.evolve(one, caps={**one.caps, MONDAY + timedelta(5): 2})
            for one in given.availabilities
        ),
    )
    assert [one.rule for one in nest(given).crossing] == ["middle"]


def test_a_limit_that_cannot_bind_does_not_cross():
    loose = limit("loose", 99, MONDAY)
    assert plan(instance(week, loose, experts=1, senior=True)).crossing == ()


def test_where_the_crossing_limit_is_not_touched_nothing_is_given_away():
    given = instance(week, limit("day", 3, MONDAY), users=2, experts=2, senior=True)
    found = plan(given)
    assert (found.crossing, found.gap) == (("day",), 0)


def test_what_a_crossing_limit_costs_is_bounded_and_named():
    given = instance(
        week, *(limit(f"day-{day}", 1, day) for day in WEEK), users=7, experts=2, senior=True
    )
    found = plan(given)
    assert len(found.seats) == 5
    assert found.gap > 0
    assert {one.obstacle for one in found.unserved} == {"full"}
    assert all(one.blocking for one in found.unserved)


def test_who_is_dropped_for_a_crossing_limit_has_the_lowest_priority():
    given = instance(
        week, *(limit(f"day-{day}", 1, day) for day in WEEK), users=7, experts=2, senior=True
    )
    first = tuple(
        attrs.evolve(one, priority=0) if one.id in ("r5", "r6") else one for one in given.requests
    )
    assert {"r5", "r6"} <= plan(attrs.evolve(given, requests=first)).seats.keys()


@st.composite
def crowded(draw: st.DrawFn) -> Instance:
    """Draw instances where weeks of assistants and days of teams meet."""
    asked = range(draw(st.integers(2, 5)))
    days = st.sampled_from([frozenset({day}) for day in DAYS])
    joint = st.builds(
        Limit,
        rule=st.integers(1, 9).map("day-{}".format),
        most=st.integers(0, 1),
        assistants=st.just(frozenset(STAFF)),
        days=days,
    )
    weeks = [
        Limit(rule="week", most=1, assistants=frozenset(STAFF), days=days, each=True)
        for days in WEEKS
    ]
    return Instance(
        requests=tuple(draw(requests(f"r{n}", seats=True)) for n in asked),
        availabilities=tuple(draw(availabilities(who)) for who in STAFF),
        limits=(*weeks, *draw(st.lists(joint, min_size=1, max_size=3))),
    )


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(crowded())
def test_a_mended_plan_keeps_every_limit_and_a_gap_of_nothing_means_the_best(given):
    found = plan(given)
    assert broken_rules(given, found) == []
    assert score(given, found.seats) >= brute_force(given)
    assert found.gap >= 0
    if found.gap == 0:
        assert score(given, found.seats) == brute_force(given)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(crowded())
def test_a_mended_new_plan_keeps_every_limit_too(given):
    found = replan(given)
    assert broken_rules(given, found) == []
    if found.gap == 0:
        assert score(given, found.seats, staying=True) == brute_force(given, staying=True)


def test_what_is_no_flow_is_refused_by_name_with_the_extra_to_install():
    given = instance(limit("hours", 9, *WEEK, units=True))
    uneven = (attrs.evolve(given.requests[0], units=3), *given.requests[1:])
    double = (attrs.evolve(given.requests[0], assistants=2), *given.requests[1:])
    least = Minimum(rule="saturday", least=3, assistants=PAIR, days=frozenset(WEEK))
    for other, expected in (
        (attrs.evolve(given, requests=uneven), NoFlow("units", "hours")),
        (attrs.evolve(given, units={("r0", "ann"): 2}), NoFlow("units", "hours")),
        (attrs.evolve(given, requests=double), NoFlow("assistants", "r0")),
        (attrs.evolve(given, minimums=(least,)), NoFlow("minimum", "saturday")),
        (attrs.evolve(given, worth={("r0", "ann"): 2}), NoFlow("worth", "r0")),
    ):
        assert obstacles_to_flow(other) == (expected,)
        with pytest.raises(Refused) as caught:
            plan(other)
        assert caught.value.code == "planner.not_a_flow"
        assert caught.value.context["extra"] == "ortools"
        assert expected.rule in caught.value.explain()


def test_equal_units_are_a_flow_and_divide_the_limit():
    given = instance(limit("hours", 7, *WEEK, units=True))
    asked = tuple(attrs.evolve(one, units=2) for one in given.requests)
    found = plan(attrs.evolve(given, requests=asked))
    assert len(found.seats) == 3
    assert broken_rules(attrs.evolve(given, requests=asked), found) == []
