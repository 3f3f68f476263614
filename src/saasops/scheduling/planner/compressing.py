"""What of a network has to be searched: the nodes that sources share. Searching is left to others.

A source that no arc enters is no node here but a list of choices: the nodes that its units may
go to. A node that only one source enters is left out too: what leaves it are choices of that
source. Where ten thousand users name days of their own, a few hundred nodes remain.
"""

from collections.abc import Iterable, Iterator, Sequence

import attrs

NONE = -1


@attrs.define(kw_only=True)
class Compressed:
    """Arcs between *nodes* shared nodes as columns, each arc followed by its reverse.

    *origins* names, for each such pair, the arc of the network that it is. The choices of source
    s stand from `begins[s]` to `begins[s + 1]`: each has a target, a price, and the one or two
    arcs that it stands for. `NONE` stands where there is no arc.
    """

    nodes: int
    sink: int
    tails: list[int] = attrs.field(factory=list[int])
    heads: list[int] = attrs.field(factory=list[int])
    costs: list[int] = attrs.field(factory=list[int])
    rooms: list[int] = attrs.field(factory=list[int])
    origins: list[int] = attrs.field(factory=list[int])
    supplies: list[int] = attrs.field(factory=list[int])
    begins: list[int] = attrs.field(factory=lambda: [0])
    targets: list[int] = attrs.field(factory=list[int])
    prices: list[int] = attrs.field(factory=list[int])
    firsts: list[int] = attrs.field(factory=list[int])
    seconds: list[int] = attrs.field(factory=list[int])

    def link(self, tail: int, head: int, *, cost: int, room: int, origin: int) -> None:
        """Add an arc and its reverse."""
        self.tails += (tail, head)
        self.heads += (head, tail)
        self.costs += (cost, -cost)
        self.rooms += (room, 0)
        self.origins.append(origin)

    def offer(self, supply: int, choices: Iterable[tuple[int, int, int, int]]) -> None:
        """Add a source; of its *choices* (target, price, arcs) with one target, the cheapest."""
        targets, prices, firsts, seconds = self.targets, self.prices, self.firsts, self.seconds
        places: dict[int, int] = {}
        for target, price, first, second in choices:
            place = places.setdefault(target, len(targets))
            if place == len(targets):
                targets.append(target)
                prices.append(price)
                firsts.append(first)
                seconds.append(second)
            elif price < prices[place]:
                prices[place], firsts[place], seconds[place] = price, first, second
        self.supplies.append(supply)
        self.begins.append(len(targets))

    def narrow(self, head: int, room: int) -> int:
        """Return a new node that no more than *room* units leave, to *head*."""
        self.link(self.nodes, head, cost=0, room=room, origin=NONE)
        self.nodes += 1
        return self.nodes - 1


class _Network:
    """A network as it is given, by node: the arcs leaving it, and the number that it keeps."""

    def __init__(
        self,
        tails: Sequence[int],
        heads: Sequence[int],
        capacities: Sequence[int],
        costs: Sequence[int],
        supplies: Sequence[int],
    ) -> None:
        self.heads, self.capacities, self.costs, self.supplies = heads, capacities, costs, supplies
        self.leaving: list[list[int]] = [[] for _ in supplies]
        self.entered = [0] * len(supplies)
        for arc, (tail, head, capacity) in enumerate(zip(tails, heads, capacities, strict=True)):
            if capacity:
                self.leaving[tail].append(arc)
                self.entered[head] += 1
        self.number = [0] * len(supplies)
        for node, supply in enumerate(supplies):
            if supply > 0 and not self.entered[node]:
                self.number[node] = NONE
                for arc in self.leaving[node]:
                    if self._private(arc, supply):
                        self.number[heads[arc]] = NONE
        self.shared = [node for node, kept in enumerate(self.number) if kept != NONE]
        for place, node in enumerate(self.shared):
            self.number[node] = place

    def _private(self, arc: int, supply: int) -> bool:
        """Tell whether a source has the head of *arc* for itself, with room for its *supply*."""
        head = self.heads[arc]
        if self.entered[head] > 1 or self.supplies[head] or self.capacities[arc] < supply:
            return False
        return min([self.capacities[onward] for onward in self.leaving[head]], default=0) >= supply

    def choices(self, source: int, found: Compressed) -> Iterator[tuple[int, int, int, int]]:
        """Yield target, price and arcs; each choice has room for all units of the *source*."""
        for arc in self.leaving[source]:
            head, price, room = self.heads[arc], self.costs[arc], self.capacities[arc]
            if self.number[head] == NONE:
                for onward in self.leaving[head]:
                    target = self.number[self.heads[onward]]
                    yield target, price + self.costs[onward], arc, onward
            elif room >= self.supplies[source]:
                yield self.number[head], price, arc, NONE
            else:
                yield found.narrow(self.number[head], room), price, arc, NONE


def compress(
    tails: Sequence[int],
    heads: Sequence[int],
    capacities: Sequence[int],
    costs: Sequence[int],
    supplies: Sequence[int],
) -> Compressed:
    """Take the sources out of a network, in time linear in its arcs."""
    given = _Network(tails, heads, capacities, costs, supplies)
    number = given.number
    found = Compressed(nodes=len(given.shared), sink=number[supplies.index(min(supplies))])
    for node in given.shared:
        for arc in given.leaving[node]:
            head = number[heads[arc]]
            found.link(number[node], head, cost=costs[arc], room=capacities[arc], origin=arc)
    for node, supply in enumerate(supplies):
        if supply > 0 and number[node] == NONE:
            found.offer(supply, given.choices(node, found))
        elif supply > 0:
            found.offer(supply, [(number[node], 0, NONE, NONE)])
    return found
