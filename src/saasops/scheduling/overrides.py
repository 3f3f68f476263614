"""What overrides leave of the other limits of their scope."""

from collections.abc import Collection, Iterator, Sequence

import attrs

from saasops.scheduling.planner.instance import Limit
from saasops.scheduling.rules import SCOPES, CapacityRule


@attrs.frozen
class Standing:
    """A limit and the rule it comes from; *overruled* if another rule stands above it."""

    rule: CapacityRule
    limit: Limit
    overruled: bool = False


def settle(compiled: Sequence[tuple[CapacityRule, Limit]]) -> Iterator[Standing]:
    """Take from each limit the days on which an override of the same scope stands above it.

    It stands above a limit for each assistant where it names them, and above one for several
    together where it names all of them.
    """
    overrides: dict[tuple[object, ...], list[Limit]] = {}
    for rule, limit in compiled:
        for day in limit.days if rule.override else ():
            overrides.setdefault((day, *_scope(rule, limit)), []).append(limit)
    for rule, limit in compiled:
        above: dict[int, Limit] = {}
        for day in sorted(limit.days) if overrides and not rule.override else ():
            found = overrides.get((day, *_scope(rule, limit)), ())
            above.update((id(one), one) for one in found)
        if above:
            yield from _left(rule, [limit], above.values())
        else:
            yield Standing(rule, limit)


def _scope(rule: CapacityRule, limit: Limit) -> tuple[object, ...]:
    return (SCOPES.get(rule.scope, rule.scope), limit.spares, limit.units)


def _left(
    rule: CapacityRule, limits: Collection[Limit], above: Collection[Limit]
) -> Iterator[Standing]:
    for over in above:
        after: list[Limit] = []
        for limit in limits:
            hit = limit.assistants & over.assistants
            days = limit.days & over.days
            if not days or not hit or (hit != limit.assistants and not limit.each):
                after.append(limit)
                continue
            yield Standing(rule, attrs.evolve(limit, assistants=hit, days=days), overruled=True)
            after.append(attrs.evolve(limit, assistants=hit, days=limit.days - over.days))
            after.append(attrs.evolve(limit, assistants=limit.assistants - hit))
        limits = [one for one in after if one.assistants and one.days]
    yield from (Standing(rule, limit) for limit in limits)
