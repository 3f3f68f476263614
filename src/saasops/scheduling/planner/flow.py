"""Which way units flow at the least cost: the exact engine of the planner, integers only."""

from collections.abc import Sequence
from typing import Protocol

import attrs


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
