"""The exact answer to what is no flow: whole numbers of like requests, by CP-SAT of OR-Tools.

Limits that cross, visits that take units, several assistants at once, days that open only for
enough bookings, and places that are worth more to some. First as many as can be are served,
whoever goes first before the others; then worth, preference and balance decide, each within
what was reached. Needs the extra `ortools`.
"""

import math
from collections import Counter
from typing import Any

from saasops.scheduling.planner.checks import check
from saasops.scheduling.planner.instance import Instance, Plan
from saasops.solvers.aims import Aim, aims, objective, preference, squares, value
from saasops.solvers.causes import unserved
from saasops.solvers.extra import loaded
from saasops.solvers.model import Model, Terms, modelled
from saasops.solvers.sharing import Amounts, shared_out

ENGINE = "ortools-cp-sat"
SECONDS = 60.0


def solve_integer(instance: Instance, *, balance: bool = True, seconds: float = SECONDS) -> Plan:
    """Plan *instance* exactly, or as well as it goes in *seconds*: the plan's gap tells.

    Today's seats count only where they are pinned. The same instance gives the same plan,
    unless time ran out. Raise `Invalid` for an instance that makes no sense, and
    `SaasOpsError` solver.needs_extra without OR-Tools.
    """
    check(instance)
    cp = loaded("ortools.sat.python.cp_model")
    model = modelled(instance, cp.CpModel())
    goals = aims(instance, balance=balance)
    search = _Search(cp, model, seconds)
    bounds = [search.least(goal) for goal in goals]
    seats = shared_out(model.classes, model.groups, search.amounts)
    total = objective(goals, [value(goal, instance, seats) for goal in goals])
    served = Counter(dict.fromkeys((one.priority for one in instance.requests), 0))
    served.update(one.priority for one in instance.requests if one.id in seats)
    return Plan(
        seats={id: places[0] for id, places in seats.items()},
        together={
            id: tuple(seat.assistant for seat in places[1:])
            for id, places in seats.items()
            if len(places) > 1
        },
        unserved=unserved(instance, seats),
        served=dict(sorted(served.items())),
        preference=preference(instance, seats),
        squares=squares(seats),
        objective=total,
        gap=max(0, total - objective(goals, bounds)),
        engine=ENGINE,
    )


class _Search:
    """One search after another, each within what those before it reached."""

    def __init__(self, cp: Any, model: Model, seconds: float) -> None:
        self.amounts = Amounts(chosen={}, on_day={}, with_group={})
        self._cp, self._model, self._left = cp, model, seconds
        self._exact = True
        self._solver = cp.CpSolver()
        self._solver.parameters.random_seed = 1
        self._solver.parameters.num_workers = 1  # more would race for which plan is found
        self._solver.parameters.linearization_level = 2  # nearly a flow, which is solved by that

    def least(self, goal: Aim) -> int:
        """Bring *goal* as low as it goes; return what no plan goes below.

        Once time ran out nothing is known of later goals but how low they can be at all.
        """
        start, terms = self._terms(goal)
        if not terms:
            return start
        if self._left <= 0:
            return goal.least
        sums = start + self._cp.LinearExpr.weighted_sum(*map(list, zip(*terms, strict=True)))
        self._model.cp.minimize(sums)
        self._solver.parameters.max_time_in_seconds = self._left
        status = self._solver.solve(self._model.cp)
        self._left -= self._solver.wall_time
        if status not in (self._cp.OPTIMAL, self._cp.FEASIBLE):
            self._left = 0
            return goal.least
        self._model.cp.add(sums <= self._solver.value(sums))
        self._keep()
        if not self._exact:
            return goal.least
        self._exact = status == self._cp.OPTIMAL
        bound: float = self._solver.best_objective_bound
        return max(goal.least, math.ceil(bound))

    def _terms(self, goal: Aim) -> tuple[int, Terms]:
        match goal.name:
            case "unserved":
                return self._model.unserved(goal.tier)
            case "worth":
                return 0, self._model.worth()
            case "preference":
                return 0, self._model.preference()
            case _:
                return 0, self._model.squares()

    def _keep(self) -> None:
        self.amounts = self._model.amounts(self._solver.value)
        self._model.cp.clear_hints()
        for number, _ in enumerate(self._model.cp.proto.variables):
            variable = self._model.cp.get_int_var_from_proto_index(number)
            self._model.cp.add_hint(variable, self._solver.value(variable))
