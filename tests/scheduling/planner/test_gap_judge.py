"""Weighted bookings are generalised assignment: the OR-Library's instances are the judge."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from saasops.scheduling.planner.instance import Availability, Instance, Limit, Plan, Request

pytest.importorskip("ortools")

from saasops.solvers.integer import solve_integer

GAP = Path(__file__).parents[2] / "data" / "scheduling" / "gap"
DAY = date(2026, 3, 2)
SETS = json.loads((GAP / "optimal.json").read_text("utf-8"))


def instances(name: str) -> Iterator[Instance]:
    """Yield the instances of a file: agents are assistants, jobs requests, capacities limits."""
    numbers = map(int, (GAP / f"{name}.txt").read_text("utf-8").split())
    for _ in range(next(numbers)):
        agents = [f"agent-{n}" for n in range(next(numbers))]
        jobs = [f"job-{n}" for n in range(next(numbers))]
        pairs = [(job, agent) for agent in agents for job in jobs]
        worth = {pair: next(numbers) for pair in pairs}
        units = {pair: next(numbers) for pair in pairs}
        yield Instance(
            requests=tuple(Request(id=job, windows=((DAY,),)) for job in jobs),
            availabilities=tuple(
                Availability(assistant=agent, caps={DAY: len(jobs)}) for agent in agents
            ),
            limits=tuple(
                Limit(
                    rule=agent,
                    most=next(numbers),
                    assistants=frozenset({agent}),
                    days=frozenset({DAY}),
                    units=True,
                )
                for agent in agents
            ),
            units=units,
            worth=worth,
        )


def worth(instance: Instance, plan: Plan) -> int:
    """Add up what the places are worth, after checking that no agent does more than he can."""
    for limit in instance.limits:
        (agent,) = limit.assistants
        mine = [job for job, seat in plan.seats.items() if seat.assistant == agent]
        assert sum(instance.units[job, agent] for job in mine) <= limit.most
    return sum(instance.worth[job, seat.assistant] for job, seat in plan.seats.items())


@pytest.mark.parametrize("name", SETS)
def test_every_job_is_done_and_is_worth_the_proven_optimum(name: str):
    plans = [(instance, solve_integer(instance, balance=False)) for instance in instances(name)]

    assert [worth(*one) for one in plans] == SETS[name]["optimal_max"]
    assert all(len(plan.seats) == SETS[name]["jobs"] for _, plan in plans)
    assert all(plan.gap == 0 and plan.engine == "ortools-cp-sat" for _, plan in plans)
