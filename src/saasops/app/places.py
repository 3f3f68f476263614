"""A campaign's places and their counters: opened by the rules, counted by the store.

A place is one assistant's day; a slot that a rule limits as a whole has a counter of its
own. Who may have a place, and what becomes of a booking, is left to `scheduling`.
"""

from collections.abc import Iterator
from datetime import date
from itertools import chain

from saasops.app.definitions import Running
from saasops.app.work import Work
from saasops.clock import day_of
from saasops.errors import Refused
from saasops.ports import Row
from saasops.scheduling.bookings import Booking
from saasops.scheduling.capacity import Place, places, slot_limit
from saasops.scheduling.slots import Slot, nearest
from saasops.storage.tables import ABSENCES, ASSISTANTS, COUNTERS, PLACES

_LOOK = 50


def refresh_places(work: Work, opened: Running) -> None:
    """Bring the places of a campaign in line with its rules; what is taken stays taken.

    Raise `Stale`, to begin again, where somebody books at the same moment. A place that is
    closed has no room, so that who found it open a moment ago does not get in either.
    """
    campaign = opened.campaign
    counters = {
        slot.id: work.tx.get(COUNTERS, (campaign.id, f"slot/{slot.id}")) for slot in opened.slots
    }
    wanted = {
        (place.assistant, place.day): place
        for place in places(
            opened.slots,
            tuple(work.each(ASSISTANTS, {})),
            tuple(work.each(ABSENCES, {})),
            campaign.capacity_rules,
        )
    }
    taken: dict[str, int] = {}
    for row in tuple(work.rows(PLACES, {"campaign": campaign.id})):
        key = (row["assistant"], row["day"])
        place = wanted.pop(key, None)
        used = row["used"]
        changes: Row = {"open": False, "cap": used}
        if place is not None:
            changes = {
                "open": True,
                "cap": max(place.cap, used),
                "slot": place.slot,
                "team": place.team,
                "rule": place.rule,
            }
        slot: str = place.slot if place is not None else row["slot"]
        taken[slot] = taken.get(slot, 0) + used
        if any(row[name] != value for name, value in changes.items()):
            work.tx.update(PLACES, (campaign.id, *key), changes, expect=row["rev"])
    new = [
        {
            "campaign": campaign.id,
            "assistant": place.assistant,
            "day": place.day,
            "slot": place.slot,
            "team": place.team,
            "rule": place.rule,
            "open": True,
            "cap": place.cap,
            "used": 0,
        }
        for place in wanted.values()
        if place.cap > 0
    ]
    if new:
        work.tx.insert(PLACES, new)
    _refresh_slots(work, opened, taken, counters)


def load_of(work: Work, campaign: str) -> tuple[tuple[Place, int], ...]:
    """Return every place of *campaign* with how many it has taken."""
    rows = work.rows(PLACES, {"campaign": campaign})
    return tuple((_place(row), row["used"]) for row in rows if row["open"] or row["used"])


def take(work: Work, opened: Running, slot: Slot, team: str) -> Place:
    """Count up the emptiest place of *team* in *slot* that is not over, or refuse."""
    campaign, today = opened.campaign.id, day_of(work.at, opened.campaign.where)
    if slot.closes < today:
        near = nearest(opened.slots, slot.opens, free=_with_room(work, opened, team), on=today)
        raise Refused("slot.over", slot=slot.id, closes=str(slot.closes), nearest=near or ("-",))
    where = {"campaign": campaign, "slot": slot.id, "team": team, "open": True}
    limited = slot_limit(slot, opened.campaign.capacity_rules)
    counted = limited is None
    for row in _with_free(work, where, ("used", "day", "assistant"), today):
        counted = counted or _count_slot(work, campaign, slot.id, 1)
        if not counted:
            break
        key = (campaign, row["assistant"], row["day"])
        if work.tx.add(PLACES, key, "used", 1, le="cap"):
            return _place(row)
    free = _with_room(work, opened, team) - {slot.id}
    raise Refused(
        "slot.full",
        slot=slot.id,
        team=team,
        **_fullness(work, opened, slot, where),
        nearest=nearest(opened.slots, slot.opens, free=free, on=today) or ("-",),
    )


def release(work: Work, booking: Booking) -> None:
    """Give the place of *booking* back, and its place in the slot as a whole."""
    slot = _leave(work, booking)
    if slot is not None:
        _count_slot(work, booking.campaign, slot, -1)


def _leave(work: Work, booking: Booking) -> str | None:
    """Count the place of *booking* down and return its slot; a closed one gets no room by it."""
    key = (booking.campaign, booking.assistant, booking.day)
    row = work.tx.get(PLACES, key)
    if row is None or row["used"] == 0:
        return None
    if row["open"]:
        work.tx.add(PLACES, key, "used", -1, ge=0)
    else:
        left = row["used"] - 1
        work.tx.update(PLACES, key, {"used": left, "cap": left}, expect=row["rev"])
    slot: str = row["slot"]
    return slot


def is_open(work: Work, booking: Booking) -> bool:
    """Tell whether the assistant of *booking* still works on its day."""
    row = work.tx.get(PLACES, (booking.campaign, booking.assistant, booking.day))
    return row is not None and row["open"]


def move(work: Work, opened: Running, booking: Booking) -> Place | None:
    """Exchange the place of *booking* for one on the same day, else in its slot, else elsewhere.

    Return None, and change nothing, where the team has no room left at all.
    """
    today = day_of(work.at, opened.campaign.where)
    where = {"campaign": booking.campaign, "team": booking.team, "open": True}
    same_day = _with_free(work, {**where, "day": booking.day}, ("used", "assistant"), today)
    same_slot = _with_free(work, {**where, "slot": booking.slot}, ("used", "day"), today)
    held = work.tx.get(PLACES, (booking.campaign, booking.assistant, booking.day))
    own = held["slot"] if held else ""
    for row in chain(same_day, same_slot, _elsewhere(work, opened, booking, where)):
        key, slot = (booking.campaign, row["assistant"], row["day"]), row["slot"]
        if not work.tx.add(PLACES, key, "used", 1, le="cap"):
            continue
        if slot != own and not _let_in(work, opened, slot):
            work.tx.add(PLACES, key, "used", -1, ge=0)
            continue
        left = _leave(work, booking)
        if left is not None and left != slot:
            _count_slot(work, booking.campaign, left, -1)
        return _place(row)
    return None


def _let_in(work: Work, opened: Running, slot: str) -> bool:
    """Count *slot* up as a whole, if a rule limits it; tell whether there was room."""
    limited = slot_limit(opened.by_id[slot], opened.campaign.capacity_rules)
    return limited is None or _count_slot(work, opened.campaign.id, slot, 1)


def _elsewhere(work: Work, opened: Running, booking: Booking, where: Row) -> Iterator[Row]:
    today = day_of(work.at, opened.campaign.where)
    slot = opened.by_id.get(booking.slot)
    free = _with_room(work, opened, booking.team) - {booking.slot}
    wanted = slot.opens if slot else booking.day
    for near in nearest(opened.slots, wanted, free=free, on=today, most=1):
        yield from _with_free(work, {**where, "slot": near}, ("used", "day"), today)


def _refresh_slots(
    work: Work, opened: Running, taken: dict[str, int], counters: dict[str, Row | None]
) -> None:
    """Set the counters of slots that are limited as a whole to what their places have taken.

    *counters* were read before the places: who booked since has changed their revision.
    """
    campaign = opened.campaign.id
    for slot in opened.slots:
        limited = slot_limit(slot, opened.campaign.capacity_rules)
        if limited is None:
            continue
        used = taken.get(slot.id, 0)
        key, counts = (campaign, f"slot/{slot.id}"), {"used": used, "cap": max(limited[0], used)}
        row = counters[slot.id]
        if row is None:
            work.tx.insert(COUNTERS, [{"campaign": campaign, "id": key[1], **counts}])
        elif any(row[name] != value for name, value in counts.items()):
            work.tx.update(COUNTERS, key, counts, expect=row["rev"])


def _count_slot(work: Work, campaign: str, slot: str, number: int) -> bool:
    return work.tx.add(COUNTERS, (campaign, f"slot/{slot}"), "used", number, le="cap", ge=0)


def _fullness(work: Work, opened: Running, slot: Slot, where: Row) -> Row:
    """Say which rule is in the way and how many it has let in: of the slot, else of the places."""
    limited = slot_limit(slot, opened.campaign.capacity_rules)
    row = work.tx.get(COUNTERS, (opened.campaign.id, f"slot/{slot.id}")) if limited else None
    if limited and row and row["used"] >= row["cap"]:
        return {"rule": limited[1], "booked": row["used"], "capacity": row["cap"]}
    today = day_of(work.at, opened.campaign.where)
    rows = [one for one in work.rows(PLACES, where) if one["day"] >= today]
    return {
        "rule": rows[0]["rule"] if rows else "-",
        "booked": sum(one["used"] for one in rows),
        "capacity": sum(one["cap"] for one in rows),
    }


def _with_free(work: Work, where: Row, order: tuple[str, ...], today: date) -> Iterator[Row]:
    last: Row | None = None
    while page := work.tx.find(PLACES, where, order=order, after=last, limit=_LOOK):
        yield from (row for row in page if row["used"] < row["cap"] and row["day"] >= today)
        last = page[-1]


def _with_room(work: Work, opened: Running, team: str) -> set[str]:
    today = day_of(work.at, opened.campaign.where)
    where = {"campaign": opened.campaign.id, "team": team, "open": True}
    return {
        slot.id
        for slot in opened.slots
        if _slot_has_room(work, opened, slot)
        and any(True for _ in _with_free(work, {**where, "slot": slot.id}, ("used",), today))
    }


def _slot_has_room(work: Work, opened: Running, slot: Slot) -> bool:
    if slot_limit(slot, opened.campaign.capacity_rules) is None:
        return True
    row = work.tx.get(COUNTERS, (opened.campaign.id, f"slot/{slot.id}"))
    return row is not None and row["used"] < row["cap"]


def _place(row: Row) -> Place:
    return Place(
        assistant=row["assistant"],
        day=row["day"],
        slot=row["slot"],
        team=row["team"],
        cap=row["cap"],
        rule=row["rule"],
    )
