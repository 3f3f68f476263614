"""Why nobody serves a request: what is missing, or the limits that would have to be lifted.

Of a request that is full the limits named are a smallest set: were each of them one higher, one
more of these requests would be served, and no smaller set of limits has this effect. Of one
without room they are those that close its days; behind them others may be full. What a single
newcomer is answered at once is left to `refusal`.
"""

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from saasops.scheduling.planner.arcs import Place
from saasops.scheduling.planner.classes import PINNED
from saasops.scheduling.planner.instance import Availability, Obstacle
from saasops.scheduling.planner.nesting import rules_of_cap
from saasops.scheduling.planner.room import cap_rule
from saasops.scheduling.planner.solving import Solved

Reason = tuple[Obstacle, tuple[str, ...]]


def reasons(solved: Solved, classes: Collection[int]) -> Mapping[int, Reason]:
    """Return why members of *classes*, by number, are left over. One search over all arcs."""
    if not classes:
        return {}
    ways = _Ways(solved)
    missing = _Missing(solved)
    found: dict[int, Reason] = {}
    for number in classes:
        reason: Reason = ("full", ways.rules(number)) if number in ways else missing.of(number)
        if solved.model.classes.kinds[number].tier[0] == PINNED:
            reason = "pinned", reason[1]
        found[number] = reason
    return found


def _towards_the_sink(solved: Solved) -> dict[int, tuple[int, int]]:
    """Return for every node the next one, and the arc, on the way with fewest full limits.

    Backwards from the sink: an arc with room, or one that gives back, costs nothing to pass,
    and a full limit costs 1.
    """
    network, flow, bounds = solved.model.network, solved.flow, solved.model.bounds
    tails, heads, capacities = network.tails, network.heads, network.capacities
    sink = classes = len(solved.model.classes.kinds)
    into: list[list[int]] = [[] for _ in network.supplies]
    out: list[list[int]] = [[] for _ in network.supplies]
    for arc in range(classes, len(tails)):
        if flow[arc]:
            out[tails[arc]].append(arc)
        if flow[arc] < capacities[arc] or arc in bounds:
            into[heads[arc]].append(arc)
    towards: dict[int, tuple[int, int]] = {}
    best = {sink: 0}
    done: set[int] = set()
    queue = deque([sink])
    while queue:
        node = queue.popleft()
        if node in done:
            continue
        done.add(node)
        at = best[node]
        for arc in out[node]:
            if best.get(heads[arc], at + 1) > at:
                best[heads[arc]], towards[heads[arc]] = at, (node, -1)
                queue.appendleft(heads[arc])
        for arc in into[node]:
            full = flow[arc] >= capacities[arc]
            if best.get(tails[arc], at + 2) > at + full:
                best[tails[arc]], towards[tails[arc]] = at + full, (node, arc if full else -1)
                queue.append(tails[arc]) if full else queue.appendleft(tails[arc])
    return towards


class _Ways:
    """Which limits stand on the way from a node to the sink, found once for each node."""

    def __init__(self, solved: Solved) -> None:
        self._solved, self._towards = solved, _towards_the_sink(solved)
        self._staff = {one.assistant: one for one in solved.left.availabilities}
        self._rules: dict[int, tuple[str, ...]] = {}

    def __contains__(self, node: int) -> bool:
        return node in self._towards

    def rules(self, node: int) -> tuple[str, ...]:
        passed: list[int] = []
        while node in self._towards and node not in self._rules:
            passed.append(node)
            node, _ = self._towards[node]
        rules = self._rules.get(node, ())
        for before in reversed(passed):
            _, arc = self._towards[before]
            if arc >= 0:
                rules = tuple(dict.fromkeys((*self._names(arc), *rules)))
            self._rules[before] = rules
        return rules

    def _names(self, arc: int) -> Sequence[str]:
        bound = self._solved.model.bounds[arc]
        if not isinstance(bound, Place):
            return bound
        staff, day = (self._staff[who] for who in bound.group.assistants), bound.cell.day
        return [rule for one in staff for rule in rules_of_cap(self._solved.nested, one, day)]


class _Missing:
    """What is missing where no way at all leads from a class to the sink."""

    def __init__(self, solved: Solved) -> None:
        self._solved = solved
        self._needs = solved.model.classes.needs
        self._days: dict[tuple[int, date], tuple[int, tuple[str, ...]]] = {}

    def of(self, number: int) -> Reason:
        one = self._solved.model.classes.kinds[number]
        days = dict.fromkeys(day for window in one.windows for day in window)
        if not days:
            return "no-window", ()
        worst: list[Obstacle] = ["no-day", "no-skill", "no-room", "full"]
        found = [self._on(one.need, day) for day in days]
        rules = dict.fromkeys(rule for _, some in found for rule in some)
        return worst[max(level for level, _ in found)], tuple(rules)

    def _on(self, need: int, day: date) -> tuple[int, tuple[str, ...]]:
        if (need, day) not in self._days:
            staff = self._solved.instance.availabilities
            working = [one for one in staff if day in one.caps]
            able = [one for one in working if self._needs[need] <= one.offers]
            closed = [(one, list(self._closing(one, day))) for one in able]
            taken = any(not rules for _, rules in closed)
            level = 3 if taken else 2 if able else 1 if working else 0
            rules = [rule for one, some in closed for rule in some or [cap_rule(one, day)]]
            self._days[need, day] = level, tuple(dict.fromkeys(rules))
        return self._days[need, day]

    def _closing(self, one: Availability, day: date) -> Iterator[str]:
        """Yield the rules that leave *one* no room on *day*, pins apart."""
        if not one.caps[day]:
            yield cap_rule(one, day)
        for limit in self._solved.instance.limits:
            if not limit.most and one.assistant in limit.assistants and day in limit.days:
                yield limit.rule
