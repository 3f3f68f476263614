"""From an instance to a flow: pins first, then limits, groups, classes, weights, the engine.

What the flow means for single requests is left to `planning` and `replanning`.
"""

from collections.abc import Mapping, Sequence

import attrs

from saasops.scheduling.planner.checks import check, check_all_but_ids, check_flow
from saasops.scheduling.planner.classes import choice_with, classify
from saasops.scheduling.planner.flow import Engine
from saasops.scheduling.planner.groups import group, homes
from saasops.scheduling.planner.instance import Instance, Request, Seat, Unserved
from saasops.scheduling.planner.nesting import Nested, nest
from saasops.scheduling.planner.network import Model, build
from saasops.scheduling.planner.room import Room
from saasops.scheduling.planner.weights import Weights, weigh


@attrs.frozen(kw_only=True)
class Solved:
    """A flow of least cost through *model*, for what pins leave of *instance*.

    *pinned* are seats that stay as they are, *lost* the pins that cannot be kept, *free* all
    other requests.
    """

    instance: Instance
    left: Instance
    free: Sequence[Request]
    pinned: Mapping[str, Seat]
    lost: Sequence[Unserved]
    nested: Nested
    weights: Weights
    model: Model
    flow: Sequence[int]


def solve(instance: Instance, *, balance: bool, staying: bool, engine: Engine) -> Solved:
    """Find the best flow for *instance*, *staying* near today's seats or not.

    Raises `Invalid` for what makes no sense, and `Refused` planner.not_a_flow.
    """
    check_all_but_ids(instance)
    check_flow(instance)
    room, pinned, lost = _keep_pins(instance)
    left = room.without(instance) if pinned else instance
    nested = nest(left)
    free = instance.requests
    if pinned or lost:
        out = pinned.keys() | {one.request for one in lost}
        free = tuple(one for one in free if one.id not in out)
        if len(free) + len(out) < len(instance.requests):
            check(instance)
    needs = list(dict.fromkeys([one.need for one in free]))
    groups = group(nested, left.availabilities, needs, held=room.loads())
    cells = homes(groups) if staying else None
    classes = classify(free, needs, segments=_told_apart(nested), homes=cells)
    weights = weigh(classes, groups, balance=balance, staying=staying)
    model = build(classes, groups, nested, weights)
    return Solved(
        instance=instance,
        left=left,
        free=free,
        pinned=pinned,
        lost=lost,
        nested=nested,
        weights=weights,
        model=model,
        flow=engine(model.network),
    )


def _keep_pins(instance: Instance) -> tuple[Room, dict[str, Seat], list[Unserved]]:
    """Seat whoever is pinned to an assistant, the first priority first."""
    pinned = [one for one in instance.requests if one.pin == "assistant"]
    room = Room(instance) if pinned else Room(Instance(requests=(), availabilities=()))
    kept: dict[str, Seat] = {}
    lost: list[Unserved] = []
    for one in sorted(pinned, key=lambda one: one.priority):
        if one.seat is None:
            continue
        blocking = _in_the_way(room, one, one.seat)
        if blocking is None:
            room.take(one, one.seat)
            kept[one.id] = one.seat
        else:
            lost.append(Unserved(request=one.id, obstacle="pinned", blocking=blocking))
    return room, kept, lost


def _in_the_way(room: Room, one: Request, seat: Seat) -> tuple[str, ...] | None:
    """Return the rules that forbid *seat*, or None where nothing does."""
    if choice_with(one.windows, seat) is None or not room.serves(one, seat):
        return ()
    return tuple(room.in_the_way(one, seat)) or None


def _told_apart(nested: Nested) -> set[str | None]:
    spared = {one.spares for one in nested.before}
    return spared | {one.spares for one in nested.reserves.values()} - {None}
