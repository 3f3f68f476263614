"""Limits that no tree of rooms can hold: they are counted and checked, never searched through.

They cross others, count units, or ask for a least number. What they forbid stays forbidden;
that an exchange might get round them is not seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import attrs

from saasops.scheduling.planner.instance import Limit, Minimum, Request


@attrs.define(eq=False)
class Guard:
    """One limit or minimum with what is booked under it, by assistant where each has his own."""

    limit: Limit | Minimum
    units: Mapping[tuple[str, str], int]
    loads: dict[str, int] = attrs.field(factory=dict[str, int])

    @property
    def rule(self) -> str:
        """Return the name of the rule."""
        return self.limit.rule

    @property
    def joint(self) -> bool:
        """Tell whether all its assistants count together."""
        return not (isinstance(self.limit, Limit) and self.limit.each)

    def load(self, assistant: str = "") -> int:
        """Return what is booked with *assistant*, or in all where they count together."""
        return self.loads.get("" if self.joint else assistant, 0)

    def full(self) -> bool:
        """Tell whether not even one unit more could come, whoever it is; False if unknown."""
        limit = self.limit
        if isinstance(limit, Minimum):
            return self.load() < limit.least
        return self.joint and limit.spares is None and self.load() >= limit.most

    def weight(self, request: Request, assistant: str) -> int:
        """Return how much *request* would take of it with *assistant*."""
        limit = self.limit
        if isinstance(limit, Minimum):
            return 1
        if limit.spares is not None and request.segment == limit.spares:
            return 0
        return self.units.get((request.id, assistant), request.units) if limit.units else 1

    def count(self, request: Request, assistant: str, *, times: int = 1) -> None:
        """Count a visit of *request* with *assistant*, or uncount it with -1."""
        key = "" if self.joint else assistant
        weight = self.weight(request, assistant) * times
        self.loads[key] = self.loads.get(key, 0) + weight

    def allows(self, after: int, *, before: int) -> bool:
        """Tell whether the load may become *after*; what is broken already may stay so."""
        limit = self.limit
        if isinstance(limit, Minimum):
            return after in (0, before) or after >= limit.least or 0 < before < after
        return after <= max(limit.most, before)

    def lets(self, request: Request, assistant: str) -> bool:
        """Tell whether one more visit of *request* with *assistant* keeps it."""
        before = self.load(assistant)
        return self.allows(before + self.weight(request, assistant), before=before)


def guard_map(guards: tuple[Guard, ...]) -> dict[tuple[str, date], tuple[Guard, ...]]:
    """Return the guards over each assistant's day."""
    found: dict[tuple[str, date], list[Guard]] = {}
    for guard in guards:
        for assistant in guard.limit.assistants:
            for day in guard.limit.days:
                found.setdefault((assistant, day), []).append(guard)
    return {key: tuple(over) for key, over in found.items()}
