"""Whom to serve, when and by whom: the best plan, and for everybody left out the reason.

First as many as possible are served, those of the first priority first; then choices are as
near the first as can be; then loads are even. Whoever is pinned stays before all that.
What must change in a plan that people know of already is left to `replanning`.
"""

from collections import Counter
from collections.abc import Collection, Sequence

from saasops.scheduling.planner.checks import check
from saasops.scheduling.planner.classes import choice_cost, choice_with
from saasops.scheduling.planner.crossing import repair
from saasops.scheduling.planner.dealing import NOWHERE, deal, lead, squares
from saasops.scheduling.planner.flow import Engine, min_cost_flow
from saasops.scheduling.planner.instance import Instance, Plan, Seat, Unserved
from saasops.scheduling.planner.reasons import reasons
from saasops.scheduling.planner.solving import Solved, solve


def plan(instance: Instance, *, balance: bool = True, engine: Engine = min_cost_flow) -> Plan:
    """Return the best plan for *instance*; today's seats count only where they are pinned.

    Raises `Invalid` for what makes no sense and `Refused` planner.not_a_flow for what only the
    extra can solve. Where limits cross, the plan keeps them all but may not be the best: *gap*
    says by how much at most. The time depends on how many requests differ, not on how many
    there are.
    """
    solved = solve(instance, balance=balance, staying=False, engine=engine)
    dealt = lead(solved.model, solved.flow)
    places = deal(solved.model, dealt.cells)
    found = compose(solved, places, dealt.left, squares(solved, dealt.cells), engine=engine)
    return repair(solved, found) if solved.nested.crossing else found


def compose(
    solved: Solved,
    places: Sequence[Seat],
    left: Collection[int],
    squares: int,
    *,
    engine: Engine,
) -> Plan:
    """Return the plan with *places* of free requests, with a reason for whoever is `NOWHERE`.

    *left* numbers the classes that somebody is left over from.
    """
    classes, free = solved.model.classes, solved.free
    seats = dict(zip([one.id for one in free], places, strict=True))
    if len(seats) < len(free):
        check(solved.instance)
    why = reasons(solved, left)
    unserved: list[Unserved] = []
    for one, seat, number in zip(free, places, classes.numbers, strict=True):
        if seat is NOWHERE:
            obstacle, blocking = why[classes.pools[number].kind]
            unserved.append(Unserved(request=one.id, obstacle=obstacle, blocking=blocking))
            del seats[one.id]
    served = Counter[int]()
    for kind, size, lost in zip(classes.kinds, classes.sizes, solved.flow, strict=False):
        served[kind.tier[1]] += size - lost
    if solved.pinned or solved.lost:
        every = {one.request: one for one in (*unserved, *solved.lost)}
        unserved = [every[one.id] for one in solved.instance.requests if one.id in every]
        for one in solved.instance.requests:
            served[one.priority] += one.id in solved.pinned
    seats |= solved.pinned
    preference = _preference(solved)
    return Plan(
        seats=seats,
        unserved=tuple(unserved),
        served=dict(sorted(served.items())),
        preference=preference,
        squares=squares,
        objective=_objective(solved, preference, squares),
        engine=engine.name,
    )


def _preference(solved: Solved) -> int:
    dear = sum(solved.flow[arc] * each for arc, each in solved.model.preferences.items())
    if solved.pinned:
        for one in solved.instance.requests:
            if one.id in solved.pinned and one.seat is not None:
                dear += choice_cost(choice_with(one.windows, one.seat) or 0)
    return dear


def _objective(solved: Solved, preference: int, squares: int) -> int:
    """Add up the aims by their weights; moves and changes are what is left of the flow's cost."""
    model, weights = solved.model, solved.weights
    network, classes = model.network, len(model.classes.kinds)
    drops = sum(network.costs[arc] * solved.flow[arc] for arc in range(classes))
    choices = preference * weights.preference + squares * weights.balance
    if not weights.change:
        return drops + choices
    moves = sum(
        network.costs[arc] * amount
        for arc, amount in enumerate(solved.flow[classes : model.leads], classes)
        if amount
    )
    pinned = preference - sum(solved.flow[arc] * each for arc, each in model.preferences.items())
    return drops + moves + pinned * weights.preference
