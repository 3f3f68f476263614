"""Which number holds for one assistant's day, out of all that want a say in it.

Assistants who are alike are worked out once. Limits over more than one assistant's day are
left to `capacity`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import TypeAlias

import attrs

from saasops.scheduling.assistants import Assistant, Ramp
from saasops.scheduling.overrides import Standing

OWN = "assistant-day"
"""The scope of an assistant's own limits."""


@attrs.frozen(kw_only=True)
class Number:
    """At most *most* on an assistant's day, as *rule* says; of his own if *own* is not empty."""

    rule: str
    most: int
    scope: str = OWN
    own: str = ""
    override: bool = False
    overruled: bool = False
    busy: bool = False
    reason: str = ""

    def name(self, assistant: str) -> str:
        """Return what sets it for *assistant*: the rule, or his own limit or ramp."""
        return f"{self.own}:{assistant}" if self.own else self.rule


_Like: TypeAlias = tuple[tuple[int, ...], int | None, int | None, Ramp | None]


class Cells:
    """The numbers of every assistant's day, from limits of single days that hold for each."""

    def __init__(self, standing: Iterable[Standing], days: Collection[date]) -> None:
        self._days = tuple(days)
        self._groups: dict[frozenset[str], dict[date, list[Number]]] = {}
        for one in standing:
            rule, limit = one.rule, one.limit
            number = Number(
                rule=limit.rule,
                most=limit.most,
                scope=rule.scope,
                override=rule.override,
                overruled=one.overruled,
                busy=rule.busy and rule.scope == OWN,
                reason=rule.reason,
            )
            by_day = self._groups.setdefault(limit.assistants, {})
            for day in limit.days:
                by_day.setdefault(day, []).append(number)
        self._tables = list(self._groups.values())
        self._member: dict[str, list[int]] = {}
        for place, group in enumerate(self._groups):
            for id in group:
                self._member.setdefault(id, []).append(place)
        self._alike: dict[_Like, Mapping[date, Number]] = {}

    def numbers(self, assistant: Assistant, day: date) -> tuple[Number, ...]:
        """Return every number that wants a say, in the order of the rules; own ones last."""
        found = [
            number
            for place in self._member.get(assistant.id, ())
            for number in self._tables[place].get(day, ())
        ]
        busy = any(number.busy for number in found)
        own = assistant.limit_busy if busy and assistant.limit_busy is not None else assistant.limit
        above = any(number.override and number.scope == OWN for number in found)
        if own is not None:
            found.append(Number(rule="", own="assistant", most=own, overruled=above))
        ramp = assistant.ramp
        if ramp is None:
            return tuple(found)
        if (most := ramp.limit(day)) is not None:
            found.append(Number(rule="", own="ramp", most=most, overruled=above))
        base = tightest(found)
        if base is not None and (less := ramp.share(day, base.most)) < base.most:
            found.append(Number(rule="", own="ramp", most=less, overruled=above))
        return tuple(found)

    def numbers_of(
        self, assistants: Mapping[str, Assistant]
    ) -> Callable[[str, date], tuple[Number, ...]]:
        """Return `numbers` for the ids of *assistants*; nobody else has any."""

        def numbers(id: str, day: date) -> tuple[Number, ...]:
            return self.numbers(assistants[id], day) if id in assistants else ()

        return numbers

    def caps(self, assistant: Assistant) -> Mapping[date, Number]:
        """Return the number that holds on each day, whether he works or not; none where none is.

        Their names depend on him: `Number.name`. Amortised: one look for each who is
        like another.
        """
        like = (
            tuple(self._member.get(assistant.id, ())),
            assistant.limit,
            assistant.limit_busy,
            assistant.ramp,
        )
        found = self._alike.get(like)
        if found is None:
            numbers = ((day, tightest(self.numbers(assistant, day))) for day in self._days)
            found = {day: number for day, number in numbers if number is not None}
            self._alike[like] = found
        return found


def tightest(numbers: Collection[Number]) -> Number | None:
    """Return the least of *numbers* that stand; of equals an own one, then the first by name."""
    standing = [one for one in numbers if not one.overruled]
    return min(standing, key=lambda one: (one.most, not one.own, one.own, one.rule), default=None)
