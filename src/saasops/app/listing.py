"""Which days can still be booked, counted from places and limits and never from bookings."""

from collections import defaultdict
from datetime import date

import attrs

from saasops.app.definitions import Running
from saasops.app.places import limit_rows
from saasops.app.work import Work
from saasops.clock import day_of
from saasops.ports import Row
from saasops.storage.tables import PLACES

_MOST = 1_000_000
"""In one piece: pages would read every row's neighbours again."""


@attrs.frozen(kw_only=True)
class FreeDay:
    """A day of a slot on which *team* has room for *free* more, at most."""

    day: date
    slot: str
    team: str
    free: int


def free_days(work: Work, opened: Running, *, team: str | None = None) -> tuple[FreeDay, ...]:
    """List by day and team what is free from the first day that may be booked.

    A limit over several days or teams is counted for each of them alone. Linear in places.
    """
    first = opened.campaign.booking.first_day(day_of(work.at, opened.campaign.where))
    where: Row = {"campaign": opened.campaign.id}
    if team is not None:
        where["team"] = team
    rooms = {row["id"]: row["cap"] - row["used"] for row in limit_rows(work, opened.campaign.id)}
    free: dict[tuple[date, str, str], int] = {}
    under: defaultdict[str, set[tuple[date, str, str]]] = defaultdict(set)
    for row in work.tx.find(PLACES, where, limit=_MOST):
        if not row["open"] or row["day"] < first:
            continue
        key = (row["day"], row["slot"], row["team"])
        room = row["cap"] - row["used"]
        for id, spares, _ in row["limits"] or ():
            if spares is None:
                room = min(room, rooms[id])
                under[id].add(key)
        free[key] = free.get(key, 0) + room
    for id, keys in under.items():
        if id.count("/") == 2:  # of several assistants together
            for key in keys:
                free[key] = min(free[key], rooms[id])
    found = (
        FreeDay(day=key[0], slot=key[1], team=key[2], free=room)
        for key, room in sorted(free.items())
    )
    return tuple(one for one in found if one.free > 0)
