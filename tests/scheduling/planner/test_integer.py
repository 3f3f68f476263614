"""What is no flow is solved exactly too: units, several at once, minimums, worth, crossing limits."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import combinations, product

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.errors import Refused, SaasOpsError
from saasops.scheduling.planner.instance import (
    Availability,
    Instance,
    Limit,
    Minimum,
    Plan,
    Request,
    Seat,
)
from saasops.solvers import extra, flows, solving
from saasops.solvers.integer import solve_integer
from saasops.testing.plans import broken_rules, brute_force, score
from saasops.testing.strategies.planner import DAYS, STAFF, instances

pytest.importorskip("ortools")

MONDAY, TUESDAY, SATURDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 7)
Places = Mapping[str, tuple[Seat, ...]]


def asks(id: str, *days: date, **more: object) -> Request:
    return Request(id=id, windows=(days,), **more)


def room(assistant: str, cap: int, *days: date, offers: str = "") -> Availability:
    return Availability(
        assistant=assistant, offers=frozenset(offers.split()), caps=dict.fromkeys(days, cap)
    )


def everybody(instance: Instance) -> frozenset[str]:
    return frozenset(one.assistant for one in instance.availabilities)


def places(plan: Plan) -> Places:
    return {
        id: (seat, *(Seat(one, seat.day) for one in plan.together.get(id, ())))
        for id, seat in plan.seats.items()
    }


@given(instance=instances(most=4, seats=True, pins=True))
@settings(max_examples=80, deadline=None)
def test_an_integer_plan_is_the_best_of_all_plans(instance: Instance):
    plan = solve_integer(instance)

    assert broken_rules(instance, plan) == []
    assert score(instance, plan.seats) == brute_force(instance)
    assert plan.gap == 0


@given(instance=instances(most=4), units=st.lists(st.integers(1, 3), min_size=4, max_size=4))
@settings(max_examples=40, deadline=None)
def test_visits_of_different_length_are_planned_best(instance: Instance, units: list[int]):
    instance = attrs.evolve(
        instance,
        requests=tuple(
            attrs.evolve(one, units=n) for one, n in zip(instance.requests, units, strict=False)
        ),
        limits=tuple(attrs.evolve(limit, units=True) for limit in instance.limits),
    )

    plan = solve_integer(instance)

    assert broken_rules(instance, plan) == []
    assert score(instance, plan.seats) == brute_force(instance)


@st.composite
def odd_instances(draw: st.DrawFn) -> Instance:
    """Draw instances with pairs of assistants, minimums and worth, small enough to try all."""
    days = DAYS[:2]
    requests = tuple(
        Request(
            id=f"r{n}",
            windows=draw(st.sampled_from(((days,), (days[:1], days[1:]), (days[1:],)))),
            priority=draw(st.integers(0, 1)),
            assistants=draw(st.sampled_from((1, 1, 2))),
        )
        for n in range(draw(st.integers(1, 3)))
    )
    staff = tuple(
        Availability(assistant=one, caps={day: draw(st.integers(0, 2)) for day in days})
        for one in STAFF
    )
    pairs = st.tuples(st.sampled_from([one.id for one in requests]), st.sampled_from(STAFF))
    minimums = tuple(
        Minimum(
            rule=f"open-{n}",
            least=draw(st.integers(2, 3)),
            assistants=draw(st.sampled_from((frozenset(STAFF), frozenset(STAFF[:1])))),
            days=frozenset({days[n]}),
        )
        for n in range(draw(st.integers(0, 2)))
    )
    return Instance(
        requests=requests,
        availabilities=staff,
        minimums=minimums,
        worth=draw(st.dictionaries(pairs, st.integers(-3, 9), max_size=4)),
    )


def ways(instance: Instance, request: Request) -> Iterator[tuple[Seat, ...]]:
    yield ()
    for day in dict.fromkeys(day for window in request.windows for day in window):
        for some in combinations(STAFF, request.assistants):
            yield tuple(Seat(one, day) for one in some)


def allowed(instance: Instance, seats: Places) -> bool:
    loads = Counter(seat for some in seats.values() for seat in some)
    caps = {one.assistant: one.caps for one in instance.availabilities}
    counts = [
        (
            one.least,
            sum(n for s, n in loads.items() if s.assistant in one.assistants and s.day in one.days),
        )
        for one in instance.minimums
    ]
    return all(n <= caps[seat.assistant].get(seat.day, 0) for seat, n in loads.items()) and all(
        count == 0 or count >= least for least, count in counts
    )


def merit(instance: Instance, seats: Places) -> tuple[int, ...]:
    left = Counter(one.priority for one in instance.requests if not seats.get(one.id))
    worth = sum(
        instance.worth.get((id, s.assistant), 0) for id, some in seats.items() for s in some
    )
    dear = sum(
        next(n for n, window in enumerate(one.windows) if seats[one.id][0].day in window)
        for one in instance.requests
        if seats.get(one.id)
    )
    loads = Counter(seat for some in seats.values() for seat in some)
    return left[0], left[1], -worth, dear, sum(n * n for n in loads.values())


@given(instance=odd_instances())
@settings(max_examples=40, deadline=None)
def test_pairs_minimums_and_worth_are_planned_best(instance: Instance):
    ids = [one.id for one in instance.requests]
    every = product(*(list(ways(instance, one)) for one in instance.requests))
    plans = (dict(zip(ids, some, strict=True)) for some in every)
    best = min(merit(instance, seats) for seats in plans if allowed(instance, seats))

    plan = solve_integer(instance)

    assert allowed(instance, places(plan))
    assert merit(instance, places(plan)) == best
    assert all(len({s.assistant for s in some}) == len(some) for some in places(plan).values())
    assert {one.request for one in plan.unserved} == set(ids) - plan.seats.keys()


def test_a_saturday_opens_only_for_enough_users():
    saturday = Minimum(
        rule="saturday", least=3, assistants=frozenset({"ann"}), days=frozenset({SATURDAY})
    )
    few = Instance(
        requests=(asks("u1", SATURDAY), asks("u2", SATURDAY)),
        availabilities=(room("ann", 8, SATURDAY),),
        minimums=(saturday,),
    )
    enough = attrs.evolve(few, requests=(*few.requests, asks("u3", SATURDAY)))

    assert solve_integer(few).seats == {}
    assert [one.blocking for one in solve_integer(few).unserved] == [("saturday",)] * 2
    assert len(solve_integer(enough).seats) == 3


def test_two_assistants_come_together_and_are_both_told():
    instance = Instance(
        requests=(asks("big", MONDAY, TUESDAY, assistants=2), asks("small", MONDAY)),
        availabilities=(room("ann", 1, MONDAY, TUESDAY), room("bo", 1, MONDAY, TUESDAY)),
    )

    plan = solve_integer(instance)

    assert plan.seats["small"].day == MONDAY
    assert plan.seats["big"].day == TUESDAY
    assert {plan.seats["big"].assistant, *plan.together["big"]} == {"ann", "bo"}


def test_the_same_instance_is_planned_alike_twice():
    instance = Instance(
        requests=tuple(asks(f"u{n}", MONDAY, TUESDAY, units=1 + n % 3) for n in range(20)),
        availabilities=tuple(room(one, 9, MONDAY, TUESDAY) for one in STAFF),
        limits=(
            Limit(
                rule="hours",
                most=5,
                assistants=frozenset(STAFF),
                days=frozenset({MONDAY, TUESDAY}),
                each=True,
                units=True,
            ),
        ),
    )

    assert solve_integer(instance) == solve_integer(instance)


def test_without_time_the_plan_tells_how_much_better_another_might_be():
    instance = Instance(
        requests=tuple(asks(f"u{n}", MONDAY) for n in range(4)),
        availabilities=(room("ann", 3, MONDAY),),
    )

    hasty, best = solve_integer(instance, seconds=0), solve_integer(instance)

    assert best.gap == 0
    assert hasty.objective - hasty.gap <= best.objective <= hasty.objective


def test_crossing_limits_are_kept_and_used_up():
    both = frozenset({"ann", "bo"})
    instance = Instance(
        requests=tuple(asks(f"u{n}", MONDAY, TUESDAY) for n in range(6)),
        availabilities=tuple(room(one, 3, MONDAY, TUESDAY) for one in sorted(both)),
        limits=(
            Limit(rule="monday", most=3, assistants=both, days=frozenset({MONDAY})),
            Limit(
                rule="week", most=3, assistants=both, days=frozenset({MONDAY, TUESDAY}), each=True
            ),
        ),
    )

    plan = solving.solve(instance)

    assert len(plan.seats) == 6
    assert plan.gap == 0
    assert broken_rules(instance, plan) == []


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(extra, "import_module", _missing)
    instance = Instance(requests=(asks("u", MONDAY, units=2),), availabilities=())

    with pytest.raises(SaasOpsError, match=r"pip install 'saasops\[ortools\]'") as raised:
        solve_integer(instance)

    assert raised.value.code == "solver.needs_extra"


def test_without_the_extra_a_flow_is_planned_and_what_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch,
):
    for module in (solving, flows):
        monkeypatch.setattr(module, "installed", lambda: False)
    flow = Instance(requests=(asks("u", MONDAY),), availabilities=(room("ann", 1, MONDAY),))
    pair = attrs.evolve(flow, requests=(asks("u", MONDAY, assistants=2),))

    assert solving.solve(flow).engine == "built-in"
    with pytest.raises(Refused) as raised:
        solving.solve(pair)
    assert raised.value.code == "planner.not_a_flow"


def _missing(name: str) -> object:
    raise ModuleNotFoundError(name)
