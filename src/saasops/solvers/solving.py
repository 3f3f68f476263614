"""Who solves an instance: a flow where it is one, the integer model where it is not.

Without the extra `ortools` the planner's own engine does what it can, and says what it cannot.
"""

import gc
from collections.abc import Generator
from contextlib import contextmanager

from saasops.scheduling.planner import replanning
from saasops.scheduling.planner.checks import obstacles_to_flow
from saasops.scheduling.planner.flow import Engine
from saasops.scheduling.planner.instance import Instance, Plan
from saasops.scheduling.planner.planning import plan
from saasops.solvers.aims import aims, value
from saasops.solvers.extra import installed
from saasops.solvers.flows import best_engine
from saasops.solvers.integer import SECONDS, solve_integer


@contextmanager
def collector_paused() -> Generator[None]:
    """Let the garbage collector wait: plans make no cycles, and it would look at every record.

    With a million of them that is a fifth of the time. Cycles of other threads wait meanwhile;
    where a host has switched the collector off, it stays off.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def solve(
    instance: Instance,
    *,
    balance: bool = True,
    seconds: float = SECONDS,
    engine: Engine | None = None,
) -> Plan:
    """Return the best plan that can be found here; *engine* of the plan tells who found it.

    Flows go through *engine*; where it is None, through the best one for their size.

    Exact, unless limits cross and the extra is missing or *seconds* were not enough for it: the
    plan's gap tells. Raise `Invalid` for an instance that makes no sense, and `Refused`
    planner.not_a_flow for what only the extra can solve where it is missing.
    """
    if obstacles_to_flow(instance) and installed():
        return solve_integer(instance, balance=balance, seconds=seconds)
    with collector_paused():
        found = plan(instance, balance=balance, engine=engine or best_engine())
    if not (found.gap and installed()):
        return found
    exact = solve_integer(instance, balance=balance, seconds=seconds)
    if exact.gap and _reached(instance, found, balance=balance) < _reached(
        instance, exact, balance=balance
    ):
        return found
    return exact


def replan(instance: Instance, *, engine: Engine | None = None) -> Plan:
    """Return the best plan near today's seats; raises as `planner.replanning.replan` does."""
    with collector_paused():
        return replanning.replan(instance, engine=engine or best_engine())


def _reached(instance: Instance, found: Plan, *, balance: bool) -> list[int]:
    seats = {id: (seat,) for id, seat in found.seats.items()}
    return [value(goal, instance, seats) for goal in aims(instance, balance=balance)]
