"""How units go from their sources to the sink at the least cost. What to search is given.

Each round measures how far every node is from the sink, and ships all it can over arcs that
lie on shortest ways, from all sources at once. A unit that has a place may be moved to another
of its source's choices: that is an arc like others, a switch, made when it is first needed.
All numbers are integers of any size. The same input has the same answer.
"""

from collections import defaultdict
from collections.abc import Iterable

from saasops.errors import Refused
from saasops.scheduling.planner.compressing import NONE, Compressed

PASSES = 4
"""How often to ship over one measure: ways get longer each time, and a new measure finds more."""


class Search:
    """A flow that grows until every unit is shipped; at any time the cheapest of its size.

    Arcs of the network come first, each followed by its reverse, and then switches. *distance*
    is a lower bound of what reaching the sink costs; arcs of *tight* lie on a shortest way.
    The graph is used up.
    """

    def __init__(self, graph: Compressed) -> None:
        self.graph = graph
        self.tails, self.heads, self.costs = graph.tails, graph.heads, graph.costs
        self.rooms = graph.rooms
        self.fixed = len(graph.rooms)
        self.entering: list[list[int]] = [[] for _ in range(graph.nodes)]
        for arc, head in enumerate(graph.heads):
            self.entering[head].append(arc)
        self.sources = [
            source
            for source, begin in enumerate(graph.begins[:-1])
            for _ in range(begin, graph.begins[source + 1])
        ]
        self.unshipped = list(graph.supplies)
        self.flow = [0] * len(graph.targets)
        self.switches: list[list[int] | None] = [None] * len(graph.targets)
        self.switch_to: list[dict[int, int]] = [{} for _ in range(graph.nodes)]
        self.movable: list[list[int]] = []  # for each switch, who may take it
        self.pending: list[list[int]] = [[] for _ in range(graph.nodes)]
        self.distance = [0] * graph.nodes
        self.level: list[int] = []
        self.growth: list[int] = []
        self.later: defaultdict[int, list[int]] = defaultdict(list)
        self.tight: list[list[int]] = []

    def run(self) -> None:
        """Ship every unit; raise `Refused` planner.no_flow where one cannot reach the sink."""
        waiting: Iterable[int] = range(len(self.unshipped))
        while waiting := [source for source in waiting if self.unshipped[source]]:
            self._measure()
            starts = self._starts(waiting)
            for _ in range(PASSES):
                if not self._ship(starts):
                    break

    def _measure(self) -> None:
        """Set distances and levels (turns of a search from the sink), and find tight arcs.

        A distance never shrinks: what is searched for is by how much each has grown.
        """
        nodes, sink = self.graph.nodes, self.graph.sink
        self.level, self.growth = [NONE] * nodes, [NONE] * nodes
        self.tight = [[] for _ in range(nodes)]
        self.later.clear()
        self.level[sink] = self.growth[sink] = grown = 0
        turn = self._spread([sink], grown, turn=1)
        self._connect_unreached()
        while self.later:
            grown = min(self.later)
            turn = self._spread(self._reached_by(grown, turn), grown, turn=turn + 1)
        self.distance = [
            far + (grown if level < 0 else growth)
            for far, level, growth in zip(self.distance, self.level, self.growth, strict=True)
        ]

    def _spread(self, frontier: list[int], grown: int, *, turn: int) -> int:
        """Reach all that is as far as *frontier*, whose distance has *grown*; note the others."""
        entering, rooms, tails, costs = self.entering, self.rooms, self.tails, self.costs
        distance, level, growth = self.distance, self.level, self.growth
        tight, later = self.tight, self.later
        while frontier:
            found: list[int] = []
            for head in frontier:
                from_here = distance[head] + grown
                for arc in entering[head]:
                    if not rooms[arc]:
                        continue
                    node = tails[arc]
                    more = costs[arc] + from_here - distance[node]
                    if level[node] >= 0:
                        if more == growth[node]:
                            tight[node].append(arc)
                    elif more == grown:
                        level[node], growth[node] = turn, grown
                        tight[node].append(arc)
                        found.append(node)
                    elif growth[node] < 0 or more <= growth[node]:
                        growth[node] = more
                        later[more].append(arc)
            frontier = found
            turn += 1
        return turn

    def _reached_by(self, grown: int, turn: int) -> list[int]:
        reached: list[int] = []
        for arc in self.later.pop(grown):
            node = self.tails[arc]
            if self.level[node] < 0:
                self.level[node], self.growth[node] = turn, grown
                reached.append(node)
            if self.growth[node] == grown:
                self.tight[node].append(arc)
        return reached

    def _connect_unreached(self) -> None:
        """Give switches to units at nodes that no tight way leads from: the others need none."""
        for node, pending in enumerate(self.pending):
            if pending and self.level[node] < 0:
                for arc in self._connect(node):
                    head = self.heads[arc]
                    if self.level[head] >= 0:
                        more = self.costs[arc] + self.distance[head] - self.distance[node]
                        self.later[more].append(arc)
                self.tight[node].clear()

    def _starts(self, waiting: Iterable[int]) -> dict[int, list[int]]:
        """Return the choices on shortest ways of all *waiting* sources by node, nearest first."""
        graph, level, distance = self.graph, self.level, self.distance
        targets, prices, begins = graph.targets, graph.prices, graph.begins
        starts: dict[int, list[int]] = {}
        for source in waiting:
            least: int | None = None
            equal: list[int] = []
            for choice in range(begins[source], begins[source + 1]):
                node = targets[choice]
                if level[node] >= 0:
                    total = prices[choice] + distance[node]
                    if least is None or total < least:
                        least, equal = total, [choice]
                    elif total == least:
                        equal.append(choice)
            if not equal:
                raise Refused("planner.no_flow")
            for choice in equal:
                node = targets[choice]
                if node in starts:
                    starts[node].append(choice)
                else:
                    starts[node] = [choice]
        return {node: starts[node] for node in sorted(starts, key=level.__getitem__)}

    def _ship(self, starts: dict[int, list[int]]) -> int:
        """Ship from all *starts* over tight arcs, and return how many units went.

        A node that led nowhere is not tried again, so that one call may leave units that
        another can ship; a call that ships none proves that there is no way.
        """
        sources, unshipped = self.sources, self.unshipped
        shipped = 0
        tried, turn = bytearray(self.graph.nodes), [0] * self.graph.nodes
        for start, listed in starts.items():
            if tried[start]:
                continue
            choices = [choice for choice in listed if unshipped[sources[choice]]]
            starts[start] = choices
            if choices:
                wanted = sum([unshipped[sources[choice]] for choice in choices])
                placed = self._ship_from(start, wanted, tried, turn)
                shipped += placed
                for choice in choices:
                    if not placed:
                        break
                    amount = min(placed, unshipped[sources[choice]])
                    unshipped[sources[choice]] -= amount
                    placed -= amount
                    self._arrive(choice, amount)
        return shipped

    def _ship_from(self, start: int, wanted: int, tried: bytearray, turn: list[int]) -> int:
        """Ship up to *wanted* units from node *start*, depth first."""
        heads, tails, rooms, tight = self.heads, self.tails, self.rooms, self.tight
        sink, pending = self.graph.sink, self.pending
        left, node = wanted, start
        path: list[int] = []
        tried[start] = 1
        while True:
            if node == sink:
                amount = min(left, min([rooms[arc] for arc in path], default=left))
                self._push(path, amount)
                left -= amount
                if not left:
                    break
                full = next((place for place, arc in enumerate(path) if not rooms[arc]), 0)
                for arc in path[full:]:
                    tried[heads[arc]] = 0
                node = tails[path[full]]
                del path[full:]
            arcs = tight[node]
            for place in range(turn[node], len(arcs)):
                arc = arcs[place]
                if rooms[arc] and not tried[heads[arc]]:
                    turn[node] = place
                    path.append(arc)
                    node = heads[arc]
                    tried[node] = 1
                    break
            else:
                turn[node] = len(arcs)
                if pending[node]:
                    self._connect(node)
                elif path:
                    node = tails[path.pop()]
                    turn[node] += 1
                else:
                    return wanted - left
        tried[start] = 0
        for arc in path:
            tried[heads[arc]] = 0
        return wanted

    def _push(self, path: list[int], amount: int) -> None:
        rooms, fixed, flow = self.rooms, self.fixed, self.flow
        choices = len(flow)
        for arc in path:
            if arc < fixed:
                rooms[arc] -= amount
                if not rooms[arc ^ 1]:
                    self._open(arc ^ 1)
                rooms[arc ^ 1] += amount
                continue
            movable, left = self.movable[arc - fixed], amount
            while left:
                here, there = divmod(movable[-1], choices)
                moved = min(flow[here], left)
                if not moved:
                    movable.pop()
                    continue
                left -= moved
                flow[here] -= moved
                for switch in self.switches[here] or ():
                    rooms[switch] -= moved
                self._arrive(there, moved)

    def _arrive(self, choice: int, amount: int) -> None:
        """Let *amount* more units of a source take its *choice*."""
        rooms, before = self.rooms, self.flow[choice]
        self.flow[choice] = before + amount
        switches = self.switches[choice]
        if switches is None:
            if not before:
                self.pending[self.graph.targets[choice]].append(choice)
            return
        other = self.graph.begins[self.sources[choice]]
        for switch in switches:
            if not rooms[switch]:
                self._open(switch)
            rooms[switch] += amount
            if not before:
                other += other == choice
                self.movable[switch - self.fixed].append(choice * len(self.flow) + other)
                other += 1

    def _connect(self, node: int) -> list[int]:
        """Give switches to units that came to *node*; return those that were not there before."""
        graph, rooms, known, flow = self.graph, self.rooms, self.switch_to[node], self.flow
        nodes, targets, prices, begins = graph.nodes, graph.targets, graph.prices, graph.begins
        movable, fixed, choices = self.movable, self.fixed, len(flow)
        opened: list[int] = []
        for choice in self.pending[node]:
            source, amount, price = self.sources[choice], flow[choice], prices[choice]
            switches: list[int] = []
            for other in range(begins[source], begins[source + 1]):
                if other == choice:
                    continue
                head, cost = targets[other], prices[other] - price
                key = cost * nodes + head
                switch = known.get(key)
                if switch is None:
                    switch = known[key] = len(rooms)
                    self._add(node, head, cost)
                if not rooms[switch]:
                    opened.append(switch)
                rooms[switch] += amount
                movable[switch - fixed].append(choice * choices + other)
                switches.append(switch)
            self.switches[choice] = switches
        self.pending[node] = []
        for switch in opened:
            self._open(switch)
        return opened

    def _add(self, tail: int, head: int, cost: int) -> None:
        self.entering[head].append(len(self.rooms))
        self.tails.append(tail)
        self.heads.append(head)
        self.costs.append(cost)
        self.rooms.append(0)
        self.movable.append([])

    def _open(self, arc: int) -> None:
        """Note an arc that gets room as tight, if it lies on a shortest way."""
        tail = self.tails[arc]
        if self.costs[arc] + self.distance[self.heads[arc]] == self.distance[tail]:
            self.tight[tail].append(arc)

    def flows(self, arcs: int) -> list[int]:
        """Return the flow on each of the network's *arcs*."""
        flows, graph = [0] * arcs, self.graph
        for origin, used in zip(graph.origins, self.rooms[1 : self.fixed : 2], strict=True):
            if origin != NONE:
                flows[origin] = used
        for amount, first, second in zip(self.flow, graph.firsts, graph.seconds, strict=True):
            if amount:
                for arc in (first, second):
                    if arc != NONE:
                        flows[arc] += amount
        return flows
