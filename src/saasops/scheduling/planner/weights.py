"""How much each aim weighs, so far apart that no gain in a lower one outweighs a higher one.

Why the distances suffice: take a flow of least total cost and any other flow. Their difference
is a sum of simple cycles in the residual network, none of which costs less than nothing in
total. A simple cycle passes each node once, so it takes back at most one arc into each node and
out of it. Hence its gain in one aim is at most that aim's *reach*: the dearest arc of the aim,
times the number of nodes that can be entered, or left, by such an arc:

- choices and moves are paid on arcs that leave a class and enter a day, or a window that several
  classes name: a window of one class has no node, so that its arcs enter days;
- changes of assistant on arcs that enter a cell, a reserve or a limit before the cells;
- loads on arcs that leave a cell, for which the dearest of each cell is added up.

A weight is 1 more than all lower aims can gain together (reach × weight). So a cycle that is
better in a higher aim cannot be paid for by lower ones: the total would be below nothing. The
other flow thus is not better in the first aim in which both differ. Whom to serve needs no more
than weights in the right order, because sets of requests that can be served together form a
matroid: whoever goes first never costs more than one of those who go after him.
"""

from collections.abc import Sequence

import attrs

from saasops.scheduling.planner.classes import Class, Classes, Tier, choice_cost
from saasops.scheduling.planner.groups import Group
from saasops.scheduling.planner.instance import Window


@attrs.frozen(kw_only=True)
class Weights:
    """What one unit of each aim costs, from the first aim to the last; 0 where it is none."""

    tiers: tuple[Tier, ...]
    drop: int
    day: int = 0
    window: int = 0
    preference: int = 1
    change: int = 0
    balance: int = 0

    def of_tier(self, tier: Tier) -> int:
        """Return what it costs to leave somebody of *tier* unserved."""
        return (len(self.tiers) - self.tiers.index(tier)) * self.drop

    def moving(self, one: Class, window: Window) -> int:
        """Return what it costs a member of *one* to give up today's day for *window*."""
        if one.today is None:
            return 0
        return self.day + (0 if one.today in window else self.window)


def weigh(classes: Classes, groups: Sequence[Group], *, balance: bool, staying: bool) -> Weights:
    """Return the weights for a plan, or with *staying* for a new plan that keeps the old one."""
    kinds, total = classes.kinds, sum(classes.sizes)
    tiers = tuple(sorted({one.tier for one in kinds}))
    cells = [cell for group in groups for cell in group.cells]
    asked = len({(one.need, one.segment) for one in kinds})
    days = asked * len({cell.day for cell in cells})
    turns = min(len(kinds), len(classes.shared) + days)
    dearest = choice_cost(max((len(one.windows) for one in kinds), default=1) - 1)
    loads = sum(2 * (cell.held + min(cell.cap, total)) for cell in cells) if balance else 0
    entered = 2 * len(cells) + sum(len(cell.before) for cell in cells) if staying else 0
    choices = turns * dearest
    if not staying:
        _, preference, drop = _apart(loads, choices)
        return Weights(tiers=tiers, drop=drop, preference=preference, balance=int(balance))
    change, preference, window, day, drop = _apart(entered, choices, turns, turns)
    return Weights(
        tiers=tiers, drop=drop, day=day, window=window, preference=preference, change=change
    )


def _apart(*reaches: int) -> list[int]:
    """Return weights for aims from the last to the first: one for each of *reaches*, one above."""
    weights, spent = [1], 0
    for reach in reaches:
        spent += reach * weights[-1]
        weights.append(spent + 1)
    for place, weight in enumerate(weights):
        gains = zip(reaches[:place], weights[:place], strict=True)
        assert weight > sum(reach * lower for reach, lower in gains)
    return weights
