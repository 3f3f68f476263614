"""Which way units flow at the least cost: the exact engine of the planner, integers only."""

from collections.abc import Sequence
from typing import Protocol

import attrs

from saasops.errors import Refused
from saasops.scheduling.planner.compressing import compress
from saasops.scheduling.planner.searching import Search


@attrs.frozen(kw_only=True)
class Network:
    """Arcs as five columns. A supply above 0 is a source; the only one below 0 is the sink.

    Costs are not negative. Supplies sum to 0, and every source reaches the sink.
    """

    tails: Sequence[int]
    heads: Sequence[int]
    capacities: Sequence[int]
    costs: Sequence[int]
    supplies: Sequence[int]


class Engine(Protocol):
    """What finds a flow of least cost; every engine finds the same cost."""

    @property
    def name(self) -> str:
        """Return the name that a plan is marked with."""
        ...

    def __call__(self, network: Network, /) -> Sequence[int]:
        """Return the flow on each arc; raise `Refused` planner.no_flow where there is none."""
        ...


@attrs.frozen
class BuiltIn:
    """The engine that needs nothing: exact, deterministic, for integers of any size.

    Its time grows with what sources share, not with their number or their supply.
    """

    name: str = "built-in"

    def __call__(self, network: Network, /) -> list[int]:
        """Return a flow of least cost, arc by arc; raise `Refused` planner.no_flow."""
        if min(network.costs, default=0) < 0 or sum(supply < 0 for supply in network.supplies) > 1:
            raise ValueError("a network has no cost below 0, and one sink")
        if sum(network.supplies):
            raise Refused("planner.no_flow")
        arcs = len(network.tails)
        if not any(network.supplies):
            return [0] * arcs
        search = Search(
            compress(
                network.tails, network.heads, network.capacities, network.costs, network.supplies
            )
        )
        search.run()
        return search.flows(arcs)


min_cost_flow = BuiltIn()
