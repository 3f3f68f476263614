"""Which engine finds a flow: OR-Tools on the same arcs, or the built-in one.

Both are exact, so only time decides. Needs the extra `ortools`, which is loaded when the first
flow is big enough to gain by it; how a plan becomes a network is left to the planner.
"""

from collections.abc import Sequence

import attrs

from saasops.errors import Refused, SaasOpsError
from saasops.scheduling.planner.flow import Engine, Network, min_cost_flow
from saasops.solvers.extra import installed, loaded

SMALL = 4_000
"""Arcs up to which the built-in engine answers before OR-Tools is even loaded."""


@attrs.frozen
class OrtoolsFlow:
    """Solve networks by the min-cost flow of OR-Tools, in 64 bits."""

    name: str = "ortools"

    def __call__(self, network: Network, /) -> Sequence[int]:
        """Return the flow on each arc.

        Raise `Refused` planner.no_flow where there is none, `SaasOpsError` solver.needs_extra
        without OR-Tools and solver.beyond_64_bits for numbers that it cannot hold.
        """
        found = _flow(network)
        if found is None:
            raise SaasOpsError("solver.beyond_64_bits", arcs=len(network.tails))
        return found


ortools_flow: Engine = OrtoolsFlow()


@attrs.define
class BestFlow:
    """Choose an engine for each network of one plan.

    *name* is that of OR-Tools as soon as it solved one of them. *reason* tells why the last one
    went where it did: it was "small" or "big", or its numbers "beyond-64-bits".
    """

    small: int = SMALL
    name: str = attrs.field(default=min_cost_flow.name, init=False)
    reason: str = attrs.field(default="", init=False)

    def __call__(self, network: Network, /) -> Sequence[int]:
        """Return the flow on each arc; raise `Refused` planner.no_flow where there is none."""
        self.reason = "small"
        if len(network.tails) > self.small:
            if (found := _flow(network)) is not None:
                self.name, self.reason = ortools_flow.name, "big"
                return found
            self.reason = "beyond-64-bits"
        return min_cost_flow(network)


def best_engine() -> Engine:
    """Return the fastest engine there is, for one plan: its name tells who solved it."""
    return BestFlow() if installed() else min_cost_flow


def _flow(network: Network) -> Sequence[int] | None:
    """Return the flow, or nothing where 64 bits cannot hold the numbers."""
    numpy = loaded("numpy")
    solver = loaded("ortools.graph.python.min_cost_flow").SimpleMinCostFlow()
    try:
        arcs = solver.add_arcs_with_capacity_and_unit_cost(
            numpy.asarray(network.tails, numpy.int32),
            numpy.asarray(network.heads, numpy.int32),
            numpy.asarray(network.capacities, numpy.int64),
            numpy.asarray(network.costs, numpy.int64),
        )
        supplies = numpy.asarray(network.supplies, numpy.int64)
    except OverflowError:
        return None
    solver.set_nodes_supplies(numpy.arange(len(supplies), dtype=numpy.int32), supplies)
    status = solver.solve()
    if status in (solver.BAD_COST_RANGE, solver.BAD_CAPACITY_RANGE):
        return None
    if status != solver.OPTIMAL:  # whoever asks for the flows now crashes the process
        raise Refused("planner.no_flow")
    flows: Sequence[int] = solver.flows(arcs).tolist()
    return flows
