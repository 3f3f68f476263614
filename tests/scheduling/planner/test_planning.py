"""Whom a plan serves, when and by whom, judged by trying everything."""

from collections import Counter
from datetime import date, timedelta
from itertools import permutations
from typing import get_args

import attrs
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from saasops.errors import Invalid
from saasops.scheduling.planner.changes import Why
from saasops.scheduling.planner.flow import Network, min_cost_flow
from saasops.scheduling.planner.instance import (
    Availability,
    Instance,
    Limit,
    Obstacle,
    Pin,
    Plan,
    Request,
    Seat,
    Unserved,
)
from saasops.scheduling.planner.planning import plan
from saasops.scheduling.planner.replanning import replan
from saasops.scheduling.planner.solving import solve as solve_flow
from saasops.testing.plans import broken_rules, brute_force, first_fit, score
from saasops.testing.strategies.planner import instances
from saasops.texts import explain

MONDAY = date(2020, 2, 3)
WEEK = tuple(MONDAY + timedelta(day) for day in range(5))
slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
thorough = settings(max_examples=130, deadline=None, suppress_health_check=slow)
usual = settings(max_examples=60, deadline=None, suppress_health_check=slow)


def request(id: str, *windows: tuple[date, ...], **more: object) -> Request:
    return attrs.evolve(Request(id=id, windows=windows), **more)


def room(assistant: str, cap: int, *days: date, **more: object) -> Availability:
    caps = dict.fromkeys(days or WEEK, cap)
    return attrs.evolve(Availability(assistant=assistant, caps=caps), **more)


def of(*parts: Request | Availability | Limit) -> Instance:
    return Instance(
        requests=tuple(one for one in parts if isinstance(one, Request)),
        availabilities=tuple(one for one in parts if isinstance(one, Availability)),
        limits=tuple(one for one in parts if isinstance(one, Limit)),
    )


def why(found: Plan) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {one.request: (one.obstacle, one.blocking) for one in found.unserved}


def best(instance: Instance) -> None:
    found = plan(instance)
    assert broken_rules(instance, found) == []
    if found.crossing:
        assert brute_force(instance) <= score(instance, found.seats)
    else:
        assert score(instance, found.seats) == brute_force(instance)
        assert found.gap == 0


@thorough
@given(instances(limits=()))
def test_a_plan_under_caps_is_as_good_as_any(instance):
    best(instance)


@thorough
@given(instances(limits=("spans",)))
def test_a_plan_under_limits_of_weeks_and_periods_is_as_good_as_any(instance):
    best(instance)


@thorough
@given(instances(limits=("joint",)))
def test_a_plan_under_limits_of_teams_is_as_good_as_any(instance):
    best(instance)


@thorough
@given(instances(limits=("reserves",)))
def test_a_plan_that_keeps_room_for_a_segment_is_as_good_as_any(instance):
    best(instance)


@usual
@given(instances())
def test_no_plan_breaks_a_rule_whatever_limits_meet(instance):
    best(instance)


@usual
@given(instances(most=4, pins=True))
def test_pins_are_kept_before_anything_else(instance):
    found = plan(instance)
    assert broken_rules(instance, found) == []
    assume(not found.crossing and all(one.obstacle != "pinned" for one in found.unserved))
    assert score(instance, found.seats) == brute_force(instance)


@usual
@given(instances(most=8))
def test_a_plan_serves_never_fewer_of_a_higher_priority_than_first_fit(instance):
    found = plan(instance)
    assume(not found.crossing)
    greedy = first_fit(instance)
    served = Counter(one.priority for one in instance.requests if one.id in greedy)
    order = sorted(found.served)
    assert [found.served[one] for one in order] >= [served[one] for one in order]


@usual
@given(instances(most=8))
def test_balance_changes_neither_who_is_served_nor_what_choices_cost(instance):
    even, plain = plan(instance), plan(instance, balance=False)
    assume(not even.crossing)
    assert (even.served, even.preference) == (plain.served, plain.preference)
    assert even.squares <= plain.squares


@usual
@given(instances(most=8, pins=True))
def test_the_same_instance_gets_the_same_plan(instance):
    assert plan(instance) == plan(instance)


@usual
@given(instances(most=8))
def test_what_a_plan_is_said_to_cost_is_what_its_flow_costs(instance):
    costs: list[int] = []

    class Judge:
        name = "judge"

        def __call__(self, network: Network):
            flow = min_cost_flow(network)
            costs.append(sum(n * cost for n, cost in zip(flow, network.costs, strict=True)))
            return flow

    found = plan(instance, engine=Judge())
    assert found.objective - found.gap == costs[0]
    assert found.engine == "judge"


@usual
@given(instances(most=6))
def test_lifting_what_is_named_in_the_way_makes_room(instance):
    found = plan(instance)
    assume(not found.crossing)
    for one in found.unserved:
        served = [r for r in instance.requests if r.id in found.seats or r.id == one.request]
        small = attrs.evolve(instance, requests=tuple(served))
        if one.obstacle == "full":
            assert len(plan(small).unserved) == 1
            assert one.blocking
            assert plan(lifted(small, one)).unserved == ()
        elif one.blocking and one.obstacle == "no-room":
            # Behind what closes its days, other limits may be full.
            left = plan(lifted(small, one)).unserved
            assert all(other.obstacle == "full" for other in left)


def lifted(instance: Instance, one: Unserved) -> Instance:
    rooms = (
        attrs.evolve(
            room,
            caps={
                day: 99 if room.rules.get(day) in one.blocking else cap
                for day, cap in room.caps.items()
            },
        )
        for room in instance.availabilities
    )
    limits = tuple(limit for limit in instance.limits if limit.rule not in one.blocking)
    return attrs.evolve(instance, availabilities=tuple(rooms), limits=limits)


def test_everybody_left_out_is_told_what_is_missing():
    days = (WEEK[0],)
    found = plan(
        of(
            request("nothing"),
            request("empty", ()),
            request("sunday", (MONDAY - timedelta(1),)),
            request("expert", days, need=frozenset({"custom"})),
            request("closed", (WEEK[2],)),
            request("first", days, priority=0),
            request("second", days),
            room("ann", 1, WEEK[0], rules={WEEK[0]: "one-a-day"}),
            room("bo", 0, WEEK[2], rules={WEEK[2]: "away"}),
        )
    )
    assert found.seats == {"first": Seat("ann", WEEK[0])}
    assert why(found) == {
        "nothing": ("no-window", ()),
        "empty": ("no-window", ()),
        "sunday": ("no-day", ()),
        "expert": ("no-skill", ()),
        "closed": ("no-room", ("away",)),
        "second": ("full", ("one-a-day",)),
    }


def test_who_is_in_the_way_is_the_limit_that_binds_not_every_limit():
    everybody = frozenset({"ann"})
    week = Limit(rule="week", most=2, assistants=everybody, days=frozenset(WEEK), each=True)
    found = plan(of(*(request(f"r{n}", WEEK) for n in range(3)), room("ann", 2), week))
    assert why(found) == {"r2": ("full", ("week",))}


def test_an_earlier_request_of_two_alike_is_served():
    found = plan(of(request("a", WEEK), request("b", WEEK), room("ann", 1, WEEK[0])))
    assert list(found.seats) == ["a"]


def test_loads_are_spread_over_days_and_assistants():
    found = plan(of(*(request(f"r{n}", WEEK) for n in range(10)), room("ann", 9), room("bo", 9)))
    assert set(Counter(found.seats.values()).values()) == {1}
    assert found.squares == 10


def test_a_later_choice_costs_more_the_later_it_is():
    windows = [(day,) for day in WEEK[:4]]
    found = plan(of(request("r", *windows), room("ann", 1, WEEK[3])))
    assert found.preference == 6


def test_who_is_pinned_out_of_reach_is_told_so():
    gone = request("gone", WEEK, seat=Seat("zoe", MONDAY), pin="assistant")
    late = request("late", WEEK, seat=Seat("ann", date(2020, 3, 1)), pin="day")
    found = plan(of(gone, late, room("ann", 5)))
    assert why(found) == {"gone": ("pinned", ()), "late": ("pinned", ())}


def test_two_pins_on_one_place_leave_the_one_of_lower_priority_out():
    seat = Seat("ann", MONDAY)
    pinned = [request(f"p{n}", WEEK, seat=seat, pin="assistant", priority=2 - n) for n in range(2)]
    staff = room("ann", 1, MONDAY, rules={MONDAY: "cap"})
    found = plan(of(*pinned, staff))
    assert found.seats == {"p1": seat}
    assert why(found) == {"p0": ("pinned", ("cap",))}


@pytest.mark.parametrize("most", [0, 1, 10**12])
def test_caps_of_any_size_are_kept(most):
    found = plan(of(*(request(f"r{n}", WEEK) for n in range(7)), room("ann", most, MONDAY)))
    assert len(found.seats) == min(most, 7)
    assert len(found.seats) + len(found.unserved) == 7


def test_nobody_to_serve_and_nobody_who_serves_are_plans_too():
    assert plan(of()).objective == 0
    assert why(plan(of(request("r", WEEK)))) == {"r": ("no-day", ())}
    assert plan(of(room("ann", 3))).seats == {}


def test_absence_of_everybody_leaves_everybody_out_with_the_rule():
    away = [room(who, 0, rules=dict.fromkeys(WEEK, "holiday")) for who in ("ann", "bo")]
    found = plan(of(*(request(f"r{n}", WEEK) for n in range(9)), *away))
    assert set(why(found).values()) == {("no-room", ("holiday",))}
    assert len(found.unserved) == 9


def test_what_makes_no_sense_is_listed_as_a_whole():
    with pytest.raises(Invalid) as caught:
        plan(
            of(
                request("r", WEEK),
                request("r", WEEK),
                request("s", WEEK, units=0),
                room("ann", -1, MONDAY),
                room("ann", 1),
                Limit(rule="odd", most=-1, assistants=frozenset(), days=frozenset()),
            )
        )
    found = [(one.where, one.code) for one in caught.value.problems]
    assert found == [
        ("requests.r", "planner.duplicate"),
        ("availabilities.ann", "planner.duplicate"),
        ("requests.s", "planner.nothing_asked"),
        (f"availabilities.ann.{MONDAY}", "value.negative"),
        ("limits.odd", "value.negative"),
    ]


@pytest.mark.parametrize("pin", get_args(Pin))
@pytest.mark.parametrize("room_for", [0, 1, 2])
@pytest.mark.parametrize("planned", [plan, replan])
def test_an_id_that_two_requests_have_is_found_whatever_becomes_of_them(planned, room_for, pin):
    twice = request("r", WEEK, seat=Seat("ann", MONDAY), pin=pin)
    with pytest.raises(Invalid) as caught:
        planned(of(twice, request("r", WEEK), room("ann", room_for, MONDAY)))
    assert [one.code for one in caught.value.problems] == ["planner.duplicate"]


def test_what_makes_no_sense_is_said_before_what_no_flow_can_do():
    with pytest.raises(Invalid):
        plan(of(request("r", WEEK, assistants=2), request("r", WEEK)))


@usual
@given(instances(seats=True))
def test_equal_windows_are_one_window_whether_or_not_they_are_one_object(instance):
    apart = attrs.evolve(
        instance,
        requests=tuple(
            attrs.evolve(one, windows=tuple(tuple(days) for days in one.windows))
            for one in instance.requests
        ),
    )
    assert plan(apart) == plan(instance)
    assert replan(apart) == replan(instance)


def test_only_windows_that_several_classes_name_set_the_weights_apart():
    orders = list(permutations(WEEK[:4]))
    asked = [request(f"r{n}", days, WEEK[4:]) for n, days in enumerate(orders)]
    solved = solve_flow(
        of(*asked, room("ann", 1)), balance=False, staying=False, engine=min_cost_flow
    )
    shared_windows, days, dearest_choice = 1, 5, 1
    assert solved.weights.drop == (shared_windows + days) * dearest_choice + 1


def test_a_window_is_read_as_days_however_often_and_in_what_order_they_stand():
    found = plan(of(request("r", (WEEK[3], WEEK[1], WEEK[3]), WEEK), room("ann", 1, WEEK[3])))
    assert found.seats == {"r": Seat("ann", WEEK[3])}
    assert found.preference == 0


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
@pytest.mark.parametrize("word", [*get_args(Obstacle), *get_args(Why)])
def test_every_reason_has_words_in_both_languages(word, locale):
    context = {"request": "r1", "blocking": ["week"]}
    code = f"planner.{word.replace('-', '_')}"
    said = explain(code, context, locale=locale)
    assert said != code
    assert "{" not in said


@settings(max_examples=5, deadline=None)
@given(st.integers(1, 5))
def test_requests_that_all_differ_are_all_answered(cap):
    days = [MONDAY + timedelta(n) for n in range(60)]
    asked = [
        request(f"r{n}", (days[n % 60], days[n * 7 % 59]), (days[n * 11 % 53], days[n // 60]))
        for n in range(1500)
    ]
    instance = of(*asked, *(room(f"a{n}", cap, *days) for n in range(5)))
    found = plan(instance)
    assert broken_rules(instance, found) == []
    assert len(found.seats) == min(1500, 300 * cap) or found.unserved
