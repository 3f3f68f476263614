"""A8: how full every day is, and which rule says so; from counts alone."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.scheduling.load import Counts, FreeWindow, free_windows, load_picture
from saasops.scheduling.planner.instance import Availability, Limit, Seat

MONDAY = date(2026, 3, 2)
DAYS = tuple(MONDAY + timedelta(n) for n in range(5))
WEEK = frozenset(DAYS)


def staff(drawn: Random) -> list[Availability]:
    return [
        Availability(
            assistant=f"a{n}",
            offers=frozenset({"w2003"} if drawn.random() < 0.5 else ()),
            caps={day: drawn.randint(0, 3) for day in DAYS if drawn.random() < 0.9},
            rules=dict.fromkeys(DAYS, "daily"),
        )
        for n in range(drawn.randint(1, 4))
    ]


def limits(drawn: Random, people: list[Availability]) -> list[Limit]:
    names = frozenset(one.assistant for one in people)
    return [
        Limit(rule="week", most=drawn.randint(2, 8), assistants=names, days=WEEK, each=True),
        Limit(rule="two", most=drawn.randint(1, 4), assistants=names,
              days=frozenset(DAYS[:2]), each=True),
        Limit(rule="all", most=drawn.randint(3, 20), assistants=names, days=WEEK),
    ]  # fmt: skip


def counts(drawn: Random, people: list[Availability], most: int) -> dict[Seat, int]:
    return {
        Seat(one.assistant, day): drawn.randint(0, most)
        for one in people
        for day in one.caps
        if drawn.random() < 0.5
    }


drawing = st.randoms(use_true_random=False)


@settings(deadline=None)
@given(drawn=drawing)
def test_what_is_free_breaks_no_limit_and_one_more_would_break_the_rule_that_is_named(drawn):
    people = staff(drawn)
    rules = limits(drawn, people)
    booked, held = counts(drawn, people, 2), counts(drawn, people, 1)
    picture = load_picture(Counts(people, rules, booked=booked, held=held))

    def taken(seats) -> int:
        return sum(booked.get(seat, 0) + held.get(seat, 0) for seat in seats)

    assert [(cell.day, cell.who) for cell in picture.cells] == sorted(
        (day, one.assistant) for one in people for day in one.caps
    )
    for cell in picture.cells:
        here = Seat(cell.who, cell.day)
        assert (cell.booked, cell.held) == (booked.get(here, 0), held.get(here, 0))
        rooms = {"daily": cell.cap - taken([here])}
        for limit in rules:
            if cell.day in limit.days:
                whose = [cell.who] if limit.each else sorted(limit.assistants)
                seats = [Seat(one, day) for one in whose for day in limit.days]
                rooms[limit.rule] = limit.most - taken(seats)
        assert cell.free == max(0, min(rooms.values()))
        assert max(0, rooms[cell.rule]) == cell.free


@settings(deadline=None)
@given(drawn=drawing)
def test_a_window_has_as_many_free_places_as_a_maximum_flow_finds(drawn):
    people = staff(drawn)
    rules = limits(drawn, people)
    booked = counts(drawn, people, 2)
    need = drawn.choice([frozenset(), frozenset({"w2003"})])
    window = tuple(sorted(drawn.sample(DAYS, drawn.randint(1, 5))))
    found = free_windows([window], Counts(people, rules, booked=booked), need=need)

    graph = nx.DiGraph()
    graph.add_edge("all", "sink", capacity=max(0, rules[2].most - sum(booked.values())))
    for one in people:
        if not need <= one.offers:
            continue
        used = {day: booked.get(Seat(one.assistant, day), 0) for day in DAYS}
        week, two = (one.assistant, "week"), (one.assistant, "two")
        left = max(0, rules[0].most - sum(used.values()))
        graph.add_edge(week, "all", capacity=left)
        left = max(0, rules[1].most - used[DAYS[0]] - used[DAYS[1]])
        graph.add_edge(two, week, capacity=left)
        for day in window:
            if room := max(0, one.caps.get(day, 0) - used[day]):
                graph.add_edge("source", (one.assistant, day), capacity=room)
                graph.add_edge((one.assistant, day), two if day in DAYS[:2] else week)
    expected = 0 if "source" not in graph else nx.maximum_flow_value(graph, "source", "sink")
    assert found == (FreeWindow(window, expected),)


@settings(deadline=None)
@given(drawn=drawing)
def test_a_team_has_what_its_assistants_have_within_joint_limits(drawn):
    people = staff(drawn)
    rules = limits(drawn, people)
    booked = counts(drawn, people, 2)
    all_counts = Counts(people, rules, booked=booked)
    teams = {one.assistant: "north" for one in people}
    picture = load_picture(all_counts, teams)
    own = load_picture(Counts(people, rules[:2], booked=booked)).by_place()
    left = max(0, rules[2].most - sum(booked.values()))
    for cell in picture.cells:
        ones = [each for (_, day), each in own.items() if day == cell.day]
        assert cell.who == "north"
        assert cell.cap == sum(each.cap for each in ones)
        assert cell.booked == sum(each.booked for each in ones)
        assert cell.free == min(left, sum(each.free for each in ones))


def test_a_limit_that_spares_somebody_needs_its_own_count() -> None:
    one = Availability(assistant="a", caps={MONDAY: 3})
    reserve = Limit(rule="reserve", most=2, assistants=frozenset("a"),
                    days=frozenset({MONDAY}), each=True, spares="vip")  # fmt: skip
    booked = {Seat("a", MONDAY): 2}
    (cell,) = load_picture(Counts([one], [reserve], booked=booked)).cells
    assert (cell.free, cell.rule) == (1, "")
    known = Counts([one], [reserve], booked=booked, taken={("reserve", "a"): 2})
    (cell,) = load_picture(known).cells
    assert (cell.free, cell.rule) == (0, "reserve")


def test_a_joint_limit_of_units_counts_what_it_is_told() -> None:
    one = Availability(assistant="a", caps={MONDAY: 3})
    hours = Limit(rule="hours", most=4, assistants=frozenset("a"), days=frozenset({MONDAY}),
                  units=True)  # fmt: skip
    known = Counts([one], [hours], booked={Seat("a", MONDAY): 1}, taken={("hours", ""): 4})
    assert load_picture(known).cells[0].free == 0
    assert free_windows([(MONDAY,)], known) == (FreeWindow((MONDAY,), 0),)
