"""What stands above a cell on its way to the sink: caps, spans, limits of several assistants."""

from collections.abc import Sequence
from datetime import date

from saasops.scheduling.planner.arcs import Arcs, Place
from saasops.scheduling.planner.groups import Group
from saasops.scheduling.planner.nesting import Nested

STEPS = 200_000
"""So many arcs may balance loads one by one; above it they go by larger steps."""


def add_ceilings(
    arcs: Arcs,
    groups: Sequence[Sequence[Place]],
    nested: Nested,
    *,
    sink: int,
    most: int,
    balance: bool,
) -> None:
    """Add the arcs from every place to *sink*; no more than *most* units come at all.

    With *balance* the nth unit of an assistant's day costs 2n - 1, so that a load costs its
    square.
    """
    after = [arcs.node() for _ in nested.after]
    rooms = sum(min(place.cell.cap, most) for places in groups for place in places)
    step = 1 + rooms // STEPS
    for places in groups:
        group = places[0].group
        spans = [arcs.node() for _ in group.spans]
        for place in places:
            around = _around(group, {place.cell.day})
            above = [*(spans[number] for number in around), *(after[n] for n in place.cell.after)]
            head = above[0] if above else sink
            _add_cap(arcs, place, head, min(place.cell.cap, most), step if balance else 0)
        for number, (days, each) in enumerate(group.spans):
            outer = [spans[other] for other in _around(group, days) if other > number]
            inside = next(place.cell for place in places if place.cell.day in days)
            head = (*outer, *(after[n] for n in inside.after), sink)[0]
            rules = _span_rules(nested, group, number)
            arcs.limit(spans[number], head, each * len(group.assistants), rules)
    for number, limit in enumerate(nested.after):
        outer = [
            after[other]
            for other, wider in enumerate(nested.after)
            if other > number and limit.assistants <= wider.assistants and limit.days <= wider.days
        ]
        arcs.limit(after[number], (*outer, sink)[0], limit.most, (limit.rule,))


def _around(group: Group, days: set[date] | frozenset[date]) -> list[int]:
    """Return the spans that hold all *days*, the inner ones first."""
    return [number for number, (some, _) in enumerate(group.spans) if days <= some]


def _add_cap(arcs: Arcs, place: Place, head: int, cap: int, step: int) -> None:
    several = len(place.group.assistants)
    if not step:
        arcs.limit(place.node, head, several * cap, place)
        return
    for low in range(0, cap, step):
        wide, load = min(step, cap - low), place.cell.held + low
        cost = 2 * load + wide
        if low + wide < cap:
            arcs.add(place.node, head, several * wide, cost)
        else:
            arcs.limit(place.node, head, several * wide, place, cost)


def _span_rules(nested: Nested, group: Group, number: int) -> tuple[str, ...]:
    days, most = group.spans[number]
    spans = nested.spans[group.assistants[0]]
    return tuple(one.rule for one in spans if one.days == days and one.most == most)
