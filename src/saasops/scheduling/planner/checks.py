"""Whether an instance can be planned at all, and whether a flow can do it.

What is wrong is named; how a plan is found is left to `planning`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

import attrs

from saasops.errors import Invalid, Problem, Refused
from saasops.scheduling.planner.instance import Instance


@attrs.frozen
class NoFlow:
    """What no flow can express: *what* of it, and the *rule* or the request that asks for it."""

    what: Literal["units", "assistants", "minimum", "worth"]
    rule: str


def check(instance: Instance) -> None:
    """Raise `Invalid` with everything that makes no sense in *instance*."""
    if problems := list(_problems(instance)):
        raise Invalid(problems)


def check_all_but_ids(instance: Instance) -> None:
    """Raise as `check`; that ids are unique need only be known when there are answers to count."""
    if any(True for _ in _senseless(instance)):
        check(instance)


def obstacles_to_flow(instance: Instance) -> tuple[NoFlow, ...]:
    """Return what keeps *instance* from being one flow, by name; nothing where it is one.

    Equal units of all requests are no obstacle: a limit is then divided by them.
    """
    found = [NoFlow("minimum", one.rule) for one in instance.minimums]
    if weighed := [NoFlow("units", one.rule) for one in instance.limits if one.units]:
        uneven = instance.units or len({one.units for one in instance.requests}) > 1
        found += weighed if uneven else []
    found += [NoFlow("worth", request) for request, _ in list(instance.worth)[:1]]
    several = (one.id for one in instance.requests if one.assistants != 1)
    found += [NoFlow("assistants", id) for id in (next(several, None),) if id is not None]
    return tuple(found)


def check_flow(instance: Instance) -> None:
    """Raise `Refused` planner.not_a_flow where the solver of the extra is needed.

    What makes no sense is `Invalid` rather.
    """
    if found := obstacles_to_flow(instance):
        check(instance)
        what = list(dict.fromkeys(one.what for one in found))
        rules = list(dict.fromkeys(one.rule for one in found))
        raise Refused("planner.not_a_flow", what=what, rule=rules[:5], extra="ortools")


def _problems(instance: Instance) -> Iterator[Problem]:
    yield from _repeated("requests", [one.id for one in instance.requests])
    yield from _senseless(instance)


def _senseless(instance: Instance) -> Iterator[Problem]:
    requests, rooms = instance.requests, instance.availabilities
    yield from _repeated("availabilities", [one.assistant for one in rooms])
    for one in requests:
        if one.units < 1 or one.assistants < 1:
            yield Problem(f"requests.{one.id}", "planner.nothing_asked", {"id": one.id})
    for room in rooms:
        for day, cap in room.caps.items():
            if cap < 0:
                where = f"availabilities.{room.assistant}.{day}"
                yield Problem(where, "value.negative", {"value": cap})
    for limit in instance.limits:
        if limit.most < 0:
            yield Problem(f"limits.{limit.rule}", "value.negative", {"value": limit.most})


def _repeated(where: str, ids: Sequence[str]) -> Iterator[Problem]:
    for id, times in Counter(ids).items():
        if times > 1:
            yield Problem(f"{where}.{id}", "planner.duplicate", {"id": id, "times": times})
