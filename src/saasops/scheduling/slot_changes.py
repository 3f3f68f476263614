"""What a changed calendar does to slots: which appear, vanish or have other days, and why."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

import attrs

from saasops.calendars.differences import DayChange
from saasops.clock import monday_of
from saasops.scheduling.slots import Slot


@attrs.frozen(kw_only=True)
class SlotChange:
    """A slot with its days *before* and *after*, and the changed days *because* of which."""

    slot: str
    result: Literal["appears", "vanishes", "changes"]
    before: tuple[date, ...]
    after: tuple[date, ...]
    because: tuple[DayChange, ...]


def slot_changes(
    before: Iterable[Slot], after: Iterable[Slot], days: Iterable[DayChange]
) -> tuple[SlotChange, ...]:
    """List the slots that are not the same *before* and *after*, by id of their first day.

    The reason is every changed one of *days* that such a slot had, has, or lies in a week with.
    """
    was = {slot.id: slot.days for slot in before}
    now = {slot.id: slot.days for slot in after}
    changed = tuple(days)
    found: list[SlotChange] = []
    for id in was.keys() | now.keys():
        old, new = was.get(id, ()), now.get(id, ())
        if old == new:
            continue
        weeks = {monday_of(day) for day in (*old, *new)}
        result: Literal["appears", "vanishes", "changes"] = "changes"
        if not old or not new:
            result = "vanishes" if old else "appears"
        found.append(
            SlotChange(
                slot=id,
                result=result,
                before=old,
                after=new,
                because=tuple(one for one in changed if monday_of(one.day) in weeks),
            )
        )
    return tuple(sorted(found, key=lambda one: ((one.before + one.after)[0], one.slot)))
