"""A network while it is being built: numbers for nodes, columns of arcs, names of limits."""

from collections.abc import Sequence
from typing import TypeAlias

import attrs

from saasops.scheduling.planner.flow import Network
from saasops.scheduling.planner.groups import Cell, Group


@attrs.frozen(kw_only=True)
class Place:
    """One cell of a group, and its node."""

    group: Group
    cell: Cell
    node: int


Bound: TypeAlias = tuple[str, ...] | Place
"""What an arc's capacity comes from: rules, or the caps of a place."""


class Arcs:
    """Columns that grow. Node numbers below *nodes* are taken."""

    def __init__(self, nodes: int) -> None:
        self.nodes = nodes
        self.tails: list[int] = []
        self.heads: list[int] = []
        self.capacities: list[int] = []
        self.costs: list[int] = []
        self.bounds: dict[int, Bound] = {}

    def __len__(self) -> int:
        return len(self.tails)

    def node(self) -> int:
        """Return the number of a new node."""
        self.nodes = (node := self.nodes) + 1
        return node

    def add(self, tail: int, head: int, capacity: int, cost: int = 0) -> int:
        """Add an arc and return its number."""
        self.tails.append(tail)
        self.heads.append(head)
        self.capacities.append(capacity)
        self.costs.append(cost)
        return len(self.tails) - 1

    def fan(self, tail: int, heads: Sequence[int], capacity: int, cost: int = 0) -> range:
        """Add arcs from *tail* to all *heads*, and return their numbers."""
        first, several = len(self.tails), len(heads)
        self.tails += [tail] * several
        self.heads += heads
        self.capacities += [capacity] * several
        self.costs += [cost] * several
        return range(first, first + several)

    def limit(self, tail: int, head: int, capacity: int, bound: Bound, cost: int = 0) -> None:
        """Add an arc whose capacity is a limit."""
        self.bounds[self.add(tail, head, capacity, cost)] = bound

    def network(self, supplies: list[int]) -> Network:
        """Return what an engine is given."""
        return Network(
            tails=self.tails,
            heads=self.heads,
            capacities=self.capacities,
            costs=self.costs,
            supplies=supplies,
        )
