"""What a plan aims at, in order, and how far apart the aims stand in one number.

An aim weighs 1 more than all later ones can gain together, so a plan that is better in one of
them is better as a whole, whatever it loses in later ones.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import attrs

from saasops.scheduling.planner.classes import OTHERS, Tier, choice_cost, choice_with
from saasops.scheduling.planner.instance import Instance, Request, Seat
from saasops.solvers.kinds import turn

Seats = Mapping[str, Sequence[Seat]]


@attrs.frozen(kw_only=True)
class Aim:
    """One aim: whom it means, how little it can come to, and what 1 of it weighs."""

    name: str
    tier: Tier = (OTHERS, 0)
    least: int = 0
    weight: int = 1


def aims(instance: Instance, *, balance: bool) -> tuple[Aim, ...]:
    """Return the aims of *instance*, the first one first; each is made as small as it can be."""
    tiers = Counter(turn(one) for one in instance.requests)
    spans: list[tuple[Aim, int]] = [
        (Aim(name="unserved", tier=tier), count) for tier, count in sorted(tiers.items())
    ]
    if instance.worth:
        best = _worth_reach(instance)
        spans.append((Aim(name="worth", least=-best[1]), best[1] - best[0]))
    dearest = sum(choice_cost(max(0, len(one.windows) - 1)) for one in instance.requests)
    spans.append((Aim(name="preference"), dearest))
    if balance:
        places = sum(one.assistants for one in instance.requests)
        loads = sum(
            min(cap, places) ** 2 for one in instance.availabilities for cap in one.caps.values()
        )
        spans.append((Aim(name="squares"), loads))
    weighed: list[Aim] = []
    weight = 1
    for aim, reach in reversed(spans):
        weighed.append(attrs.evolve(aim, weight=weight))
        weight += reach * weight
    return tuple(reversed(weighed))


def value(aim: Aim, instance: Instance, seats: Seats) -> int:
    """Return what *aim* came to with *seats*."""
    match aim.name:
        case "unserved":
            missing = (one for one in instance.requests if one.id not in seats)
            return sum(turn(one) == aim.tier for one in missing)
        case "worth":
            return -worth(instance, seats)
        case "preference":
            return preference(instance, seats)
        case _:
            return squares(seats)


def objective(aims: Sequence[Aim], values: Sequence[int]) -> int:
    """Return *values* of *aims* as one number, which is 0 at the least."""
    return sum(aim.weight * (found - aim.least) for aim, found in zip(aims, values, strict=True))


def worth(instance: Instance, seats: Seats) -> int:
    """Return what all places are worth."""
    places = ((id, seat.assistant) for id, some in seats.items() for seat in some)
    return sum(instance.worth.get(place, 0) for place in places)


def preference(instance: Instance, seats: Seats) -> int:
    """Return what the choices cost."""
    return sum(_cost(one, seats[one.id][0]) for one in instance.requests if one.id in seats)


def squares(seats: Seats) -> int:
    """Return the sum of the squared loads of all assistants' days."""
    loads = Counter(seat for some in seats.values() for seat in some)
    return sum(load * load for load in loads.values())


def _cost(request: Request, seat: Seat) -> int:
    return choice_cost(choice_with(request.windows, seat) or 0)


def _worth_reach(instance: Instance) -> tuple[int, int]:
    """Return the least and the most that all places together can be worth."""
    several = {one.id: one.assistants for one in instance.requests}
    least: Counter[str] = Counter()
    most: Counter[str] = Counter()
    for (request, _), each in instance.worth.items():
        least[request] = min(least[request], each * several.get(request, 0))
        most[request] = max(most[request], each * several.get(request, 0))
    return sum(least.values()), sum(most.values())
