"""How many fit on one day, and why: every rule with a say, its number, and which one binds."""

from collections.abc import Collection, Iterable
from datetime import date

import attrs

from saasops.scheduling.cells import Number
from saasops.scheduling.overrides import Standing
from saasops.scheduling.planner.instance import Availability, Limit


@attrs.frozen(kw_only=True)
class Applied:
    """A rule with a say: at most *most* over so many *assistants* and *days*, or for each.

    It is *overruled* by an override of its scope, and a limit that *spares* a segment keeps
    room instead of taking it. *reason* is why an override was made.
    """

    rule: str
    scope: str
    most: int
    assistants: int = 1
    days: int = 1
    each: bool = True
    spares: str | None = None
    units: bool = False
    overruled: bool = False
    reason: str = ""


@attrs.frozen(kw_only=True)
class Effective:
    """Room for *capacity* users on *day* alone, with *assistant* or all who are *working*.

    The rules that make it so are named in *binding*; *applied* lists all that have a say.
    """

    day: date
    assistant: str | None
    working: int
    capacity: int
    binding: tuple[str, ...]
    applied: tuple[Applied, ...]


def of_one(
    day: date,
    assistant: str,
    availability: Availability | None,
    numbers: Collection[Number],
    standing: Collection[Standing],
) -> Effective:
    """Say how many fit with *assistant* on *day*."""
    cap = None if availability is None else availability.caps.get(day)
    mine = [one for one in standing if day in one.limit.days and assistant in one.limit.assistants]
    held: dict[str, int] = {}
    if availability is not None and cap is not None:
        held[availability.rules[day]] = cap
        for one in mine:
            if _takes(one):
                rule = one.limit.rule
                held[rule] = min(one.limit.most, held.get(rule, one.limit.most))
    room = min(held.values(), default=0)
    return Effective(
        day=day,
        assistant=assistant,
        working=int(cap is not None),
        capacity=room,
        binding=tuple(sorted(rule for rule, most in held.items() if most == room)),
        applied=(*(_number(one, assistant) for one in numbers), *map(_applied, mine)),
    )


def of_all(
    day: date, availabilities: Collection[Availability], standing: Collection[Standing]
) -> Effective:
    """Say how many fit on *day* with all who work."""
    caps = {
        one.assistant: (one.caps[day], one.rules[day]) for one in availabilities if day in one.caps
    }
    here = [
        one
        for one in standing
        if day in one.limit.days and not caps.keys().isdisjoint(one.limit.assistants)
    ]
    limits = [one.limit for one in here if _takes(one)]
    for limit in (one for one in limits if one.each):
        for id in limit.assistants & caps.keys():
            caps[id] = min(caps[id], (limit.most, limit.rule))
    whole, binding = _nested(caps, [one for one in limits if not one.each])
    counted: dict[tuple[str, int], int] = {}
    for number in caps.values():
        counted[number[1], number[0]] = counted.get((number[1], number[0]), 0) + 1
    singles = [
        Applied(rule=rule, scope="assistant-day", most=most, assistants=several)
        for (rule, most), several in sorted(counted.items())
    ]
    return Effective(
        day=day,
        assistant=None,
        working=len(caps),
        capacity=whole,
        binding=tuple(sorted(binding)),
        applied=(*singles, *map(_applied, here)),
    )


def _nested(caps: dict[str, tuple[int, str]], limits: Iterable[Limit]) -> tuple[int, set[str]]:
    """Add up *caps* under *limits*, the smaller groups first; what crosses bounds the whole."""
    blocks = {id: ({id}, cap, {rule}) for id, (cap, rule) in caps.items()}
    bounds: list[tuple[int, set[str]]] = []
    for limit in sorted(limits, key=lambda one: (len(one.assistants & caps.keys()), one.rule)):
        inside = limit.assistants & caps.keys()
        touched = list({id(blocks[one]): blocks[one] for one in inside}.values())
        total = sum(cap for _, cap, _ in touched)
        if any(not members <= inside for members, _, _ in touched):
            outside = sum(cap for one, (cap, _) in caps.items() if one not in inside)
            bounds.append((limit.most + outside, {limit.rule}))
        elif limit.most < total:
            block = (set(inside), limit.most, {limit.rule})
            blocks.update(dict.fromkeys(inside, block))
    whole = list({id(block): block for block in blocks.values()}.values())
    binding = {rule for _, _, rules in whole for rule in rules}
    return min([(sum(cap for _, cap, _ in whole), binding), *bounds], key=lambda one: one[0])


def _takes(one: Standing) -> bool:
    return not one.overruled and one.limit.spares is None


def _number(one: Number, assistant: str) -> Applied:
    return Applied(
        rule=one.name(assistant),
        scope=one.scope,
        most=one.most,
        overruled=one.overruled,
        reason=one.reason,
    )


def _applied(one: Standing) -> Applied:
    limit = one.limit
    return Applied(
        rule=limit.rule,
        scope=one.rule.scope,
        most=limit.most,
        assistants=len(limit.assistants),
        days=len(limit.days),
        each=limit.each,
        spares=limit.spares,
        units=limit.units,
        overruled=one.overruled,
        reason=one.rule.reason,
    )
