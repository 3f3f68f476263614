"""How many users fit: capacity rules as data, and the places that follow from them.

A place is one assistant's day. Counting what is taken in it is left to the store, which
never lets a counter pass its limit.
"""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Literal

import attrs

from saasops.errors import Problem
from saasops.scheduling.assistants import Absence, Assistant, works
from saasops.scheduling.slots import Slot


@attrs.frozen(kw_only=True)
class CapacityRule:
    """Limit users: `assistant-day` for each assistant and day, `slot` for a whole slot.

    It applies to *team* (every team where None) from *opens* to *closes*, both included; a
    whole slot counts all teams. *busy* marks the days on which an assistant's own
    `limit_busy` counts.
    """

    id: str
    scope: Literal["assistant-day", "slot"] = "assistant-day"
    limit: int
    team: str | None = None
    opens: date | None = None
    closes: date | None = None
    busy: bool = False

    def applies(self, team: str, day: date) -> bool:
        """Tell whether the rule counts for *team* on *day*."""
        return (
            self.team in (None, team)
            and (self.opens is None or self.opens <= day)
            and (self.closes is None or day <= self.closes)
        )


@attrs.frozen(kw_only=True)
class Place:
    """Room for *cap* users with one assistant on one day, and the rule that says so."""

    assistant: str
    day: date
    slot: str
    team: str
    cap: int
    rule: str


def limit_on(
    assistant: Assistant, day: date, rules: Collection[CapacityRule]
) -> tuple[int, str] | None:
    """Return the tightest limit of *assistant* on *day* and what set it; None if nothing does."""
    matching = [r for r in rules if r.scope == "assistant-day" and r.applies(assistant.team, day)]
    limits = [(rule.limit, rule.id) for rule in matching]
    busy = any(rule.busy for rule in matching)
    own = assistant.limit_busy if busy and assistant.limit_busy is not None else assistant.limit
    if own is not None:
        limits.append((own, f"assistant:{assistant.id}"))
    return min(limits, default=None)


def slot_limit(slot: Slot, rules: Collection[CapacityRule]) -> tuple[int, str] | None:
    """Return the tightest limit on *slot* as a whole and its rule; None if there is none."""
    limits = [
        (rule.limit, rule.id)
        for rule in rules
        if rule.scope == "slot" and any(rule.applies("", day) for day in slot.days)
    ]
    return min(limits, default=None)


def places(
    slots: Collection[Slot],
    assistants: Collection[Assistant],
    absences: Collection[Absence],
    rules: Collection[CapacityRule],
) -> tuple[Place, ...]:
    """List every place of *slots*, by day and assistant. Days without a limit give no place."""
    found: list[Place] = []
    for slot in slots:
        for day in slot.days:
            made_up = slot.kind == "week" and day.isoweekday() > 5
            for assistant in sorted(assistants, key=lambda one: one.id):
                limit = limit_on(assistant, day, rules)
                if limit is not None and works(assistant, day, absences, made_up=made_up):
                    cap, rule = limit
                    found.append(
                        Place(
                            assistant=assistant.id,
                            day=day,
                            slot=slot.id,
                            team=assistant.team,
                            cap=cap,
                            rule=rule,
                        )
                    )
    return tuple(found)


def mistakes(rules: Collection[CapacityRule], *, opens: date, closes: date) -> Iterator[Problem]:
    """Find negative limits, ids used twice, rules that can never apply, teams of whole slots."""
    seen: set[str] = set()
    for rule in rules:
        where = f"capacity_rules.{rule.id}"
        if rule.limit < 0:
            yield Problem(f"{where}.limit", "value.negative", {"value": rule.limit})
        if rule.id in seen:
            yield Problem(where, "capacity.duplicate", {"rule": rule.id})
        seen.add(rule.id)
        if rule.scope == "slot" and rule.team is not None:
            context = {"expected": "no team, as a whole slot counts all of them", "got": rule.team}
            yield Problem(f"{where}.team", "value.wrong_type", context)
        if rule.opens and rule.closes and rule.opens > rule.closes:
            yield Problem(where, "capacity.backwards", {"rule": rule.id})
        elif (rule.opens or opens) > closes or (rule.closes or closes) < opens:
            yield Problem(where, "capacity.never", {"rule": rule.id})
