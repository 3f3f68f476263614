"""What becomes of people's places when something changes, judged by trying everything."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import attrs
from hypothesis import HealthCheck, assume, given, settings

from saasops.scheduling.planner import staying
from saasops.scheduling.planner.changes import Change, apply_to, difference
from saasops.scheduling.planner.flow import Engine, min_cost_flow
from saasops.scheduling.planner.groups import Cell, Group
from saasops.scheduling.planner.instance import Availability, Instance, Limit, Plan, Request, Seat
from saasops.scheduling.planner.planning import plan
from saasops.scheduling.planner.repacking import repack
from saasops.scheduling.planner.replanning import replan
from saasops.testing.plans import broken_rules, brute_force, score
from saasops.testing.strategies.planner import instances

MONDAY = date(2020, 2, 3)
WEEK = tuple(MONDAY + timedelta(day) for day in range(5))
NEXT = tuple(MONDAY + timedelta(7 + day) for day in range(5))
thorough = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def room(assistant: str, cap: int, days: Iterable[date] = WEEK) -> Availability:
    return Availability(assistant=assistant, caps=dict.fromkeys(days, cap))


def seated(id: str, assistant: str, day: date, **more: object) -> Request:
    return attrs.evolve(Request(id=id, windows=(WEEK, NEXT), seat=Seat(assistant, day)), **more)


def newcomer(id: str, **more: object) -> Request:
    return attrs.evolve(Request(id=id, windows=(WEEK, NEXT)), **more)


def of(*parts: Request | Availability | Limit) -> Instance:
    return Instance(
        requests=tuple(one for one in parts if isinstance(one, Request)),
        availabilities=tuple(one for one in parts if isinstance(one, Availability)),
        limits=tuple(one for one in parts if isinstance(one, Limit)),
    )


def kept(instance: Instance, found: Plan) -> Instance:
    diff = difference(instance, found)
    return attrs.evolve(instance, requests=apply_to(instance.requests, diff))


def best(instance: Instance) -> None:
    found = replan(instance)
    assert broken_rules(instance, found) == []
    assume(all(one.obstacle != "pinned" for one in found.unserved))
    if found.crossing:
        assert brute_force(instance, staying=True) <= score(instance, found.seats, staying=True)
    else:
        assert score(instance, found.seats, staying=True) == brute_force(instance, staying=True)


@thorough
@given(instances(limits=("spans",), seats=True))
def test_as_few_as_possible_lose_or_move_under_limits_of_one_assistant(instance):
    best(instance)


@thorough
@given(instances(seats=True))
def test_as_few_as_possible_lose_or_move_whatever_limits_meet(instance):
    best(instance)


@thorough
@given(instances(most=4, pins=True))
def test_pins_stay_before_anything_else(instance):
    best(instance)


@thorough
@given(instances(most=7, seats=True))
def test_applying_the_changes_twice_changes_nothing(instance):
    found = replan(instance)
    after = kept(instance, found)
    diff = difference(instance, found)
    assert apply_to(after.requests, diff) == after.requests
    assert difference(after, found).changes == ()
    if not found.crossing:
        assert difference(after, replan(after)).changes == ()


@thorough
@given(instances(most=7))
def test_nobody_moves_where_nothing_has_changed(instance):
    found = plan(instance)
    after = kept(instance, found)
    assume(not found.crossing)
    again = replan(after)
    assert set(found.seats) == set(again.seats)
    assert all(again.seats[id].day == seat.day for id, seat in found.seats.items())


def test_an_absence_moves_only_those_it_hits():
    staying = [seated(f"s{n}", "ann", WEEK[n]) for n in range(5)]
    hit = seated("hit", "bo", MONDAY)
    instance = of(*staying, hit, room("ann", 2), room("bo", 2, WEEK[1:]))
    diff = difference(instance, replan(instance))
    assert diff.changes == (
        Change(request="hit", was=Seat("bo", MONDAY), now=Seat("ann", MONDAY), why="absent"),
    )


def test_another_day_of_the_same_window_goes_before_another_window():
    instance = of(seated("hit", "ann", MONDAY), room("ann", 1, (*WEEK[1:], *NEXT)))
    assert replan(instance).seats["hit"].day in WEEK


def test_nobody_with_a_place_loses_it_to_a_newcomer_who_goes_first():
    instance = of(
        seated("low", "ann", MONDAY, priority=9),
        newcomer("vip", priority=0),
        room("ann", 1, [MONDAY]),
    )
    found = replan(instance)
    assert list(found.seats) == ["low"]
    assert [(one.request, one.obstacle) for one in found.unserved] == [("vip", "full")]


def test_of_two_with_a_place_the_first_priority_keeps_it():
    asked = [seated("low", "ann", MONDAY, priority=9), seated("vip", "ann", MONDAY, priority=0)]
    instance = of(*asked, room("ann", 1, [MONDAY]))
    found = replan(instance)
    assert list(found.seats) == ["vip"]
    (change,) = difference(instance, found).changes
    assert (change.request, change.now, change.why) == ("low", None, "over-limit")


def test_somebody_may_move_to_make_room_and_is_told_so():
    free, bound = seated("free", "ann", MONDAY), newcomer("bound", windows=((MONDAY,),))
    instance = of(free, bound, room("ann", 1, WEEK[:2]))
    diff = difference(instance, replan(instance))
    assert [(one.request, one.why) for one in diff.changes] == [
        ("free", "makes-room"),
        ("bound", "newly-served"),
    ]


def test_a_pinned_day_may_get_another_assistant_and_a_pinned_assistant_not():
    day = seated("day", "ann", MONDAY, pin="day")
    who = seated("who", "ann", MONDAY, pin="assistant")
    instance = of(day, who, room("ann", 1, [MONDAY]), room("bo", 1))
    found = replan(instance)
    assert found.seats == {"who": Seat("ann", MONDAY), "day": Seat("bo", MONDAY)}


def test_a_pinned_window_stays_though_another_has_room():
    pinned = seated("r", "ann", MONDAY, pin="window")
    found = replan(of(pinned, room("ann", 1, NEXT)))
    assert [(one.request, one.obstacle) for one in found.unserved] == [("r", "pinned")]


def test_a_day_that_is_no_longer_chosen_is_left():
    instance = of(seated("r", "ann", NEXT[0], windows=(WEEK,)), room("ann", 1, (*WEEK, *NEXT)))
    (change,) = difference(instance, replan(instance)).changes
    assert (change.why, change.now is not None and change.now.day in WEEK) == ("not-chosen", True)


def test_whoever_needs_more_than_his_assistant_offers_gets_another():
    expert = seated("r", "ann", MONDAY, need=frozenset({"custom"}))
    senior = attrs.evolve(room("bo", 1), offers=frozenset({"custom"}))
    (change,) = difference(
        of(expert, senior, room("ann", 1)), replan(of(expert, senior, room("ann", 1)))
    ).changes
    assert (change.why, change.now) == ("lacks-skill", Seat("bo", MONDAY))


def test_a_new_limit_moves_only_those_above_it():
    asked = [seated(f"r{n}", "ann", MONDAY) for n in range(4)]
    limit = Limit(
        rule="new", most=3, assistants=frozenset({"ann"}), days=frozenset({MONDAY}), each=True
    )
    instance = of(*asked, room("ann", 4), limit)
    diff = difference(instance, replan(instance))
    assert [one.why for one in diff.changes] == ["over-limit"]


def test_like_assistants_keep_their_users():
    everybody = [f"a{n}" for n in range(4)]
    asked = [seated(f"r{n}", everybody[n % 4], WEEK[n % 5]) for n in range(20)]
    week = Limit(
        rule="week", most=5, assistants=frozenset(everybody), days=frozenset(WEEK), each=True
    )
    instance = of(*asked, *(room(who, 2) for who in everybody), week)
    assert difference(instance, replan(instance)).changes == ()


def test_a_group_in_which_somebody_got_stuck_is_dealt_out_anew(monkeypatch):
    dealt: list[Group] = []

    def counted(group: Group, members: Sequence[Sequence[Request]], *, engine: Engine):
        dealt.append(group)
        return repack(group, members, engine=engine)

    monkeypatch.setattr(staying, "repack", counted)
    everybody = ("ann", "bo", "cy")
    days = [(WEEK[0],), WEEK[:3], WEEK[:3], WEEK[:3], (WEEK[1],)]
    asked = [newcomer(f"r{n}", windows=(window,)) for n, window in enumerate(days)]
    week = Limit(
        rule="week", most=2, assistants=frozenset(everybody), days=frozenset(WEEK), each=True
    )
    instance = of(*asked, *(room(who, 1, WEEK[:3]) for who in everybody), week)
    found = replan(instance)
    assert broken_rules(instance, found) == []
    assert len(found.seats) == 5
    assert len(dealt) == 1


def test_a_full_week_is_shared_out_with_the_fewest_changes():
    days = [WEEK[0], WEEK[1], WEEK[0]]
    asked = [
        seated(f"r{n}", who, day, windows=((day,),))
        for n, (who, day) in enumerate(zip(("ann", "ann", "bo"), days, strict=True))
    ]
    week = frozenset(WEEK)
    group = Group(
        assistants=("ann", "bo"),
        needs=frozenset({0}),
        cells=tuple(
            Cell(day=day, cap=2, held=0, reserve=None, before=(), after=()) for day in WEEK[:2]
        ),
        spans=((week, 2),),
    )
    more = newcomer("r3", windows=((WEEK[1],),))
    seats = repack(group, [[asked[0], asked[2]], [asked[1], more]], engine=min_cost_flow)
    assert seats == {**{one.id: one.seat for one in asked}, "r3": Seat("bo", WEEK[1])}


def test_who_has_too_many_today_keeps_the_first_of_them():
    asked = [seated(f"r{n}", "ann", WEEK[0], windows=((WEEK[0],),)) for n in range(4)]
    found = replan(of(*asked, room("ann", 2, WEEK[:1]), room("bo", 2, WEEK[:1])))
    who = [found.seats[one.id].assistant for one in asked]
    assert who == ["ann", "ann", "bo", "bo"]
