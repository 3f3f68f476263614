"""A campaign as the planner sees it: who sits where, who waits, and what room the rules leave."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import chain

import attrs

from saasops.app.definitions import Running
from saasops.app.places import capacity_of, seat_of, seats_of
from saasops.app.work import Work
from saasops.clock import day_of
from saasops.scheduling.bookings import Booking, Claim
from saasops.scheduling.planner.instance import Instance, Limit, Pin, Request, Seat, Window
from saasops.scheduling.policy import MakeRoom
from saasops.scheduling.slots import Slot, nearest
from saasops.storage.tables import BOOKINGS


@attrs.frozen(kw_only=True)
class Known:
    """An instance, and the bookings behind its requests. Ids of requests are ids of users.

    Visits of the past keep their places: they stand in it as `user#1`, `user#2` … and are
    pinned.
    """

    instance: Instance
    bookings: Mapping[str, Booking]


def request_of(
    user: str,
    claim: Claim,
    windows: tuple[Window, ...],
    *,
    seat: Seat | None = None,
    pin: Pin = "free",
) -> Request:
    """Return what the planner is asked for *user*."""
    return Request(
        id=user,
        windows=windows,
        priority=claim.priority,
        need=frozenset({f"team:{claim.team}", *claim.skills}),
        segment=claim.segment,
        seat=seat,
        pin=pin,
        units=claim.units,
    )


def instance_of(
    work: Work,
    opened: Running,
    *,
    near: Slot | None = None,
    level: MakeRoom = "day",
    loosen: bool = False,
    without: Collection[str] = (),
    newcomers: Iterable[Request] = (),
) -> Known:
    """Gather the instance of *opened*: everybody who has a place, and *newcomers*.

    With *near*, only what can matter to that slot: its days, and those that a limit holds
    together with them. *level* is how far the bookings of others may change; with *loosen*
    the policy's promise to those who have confirmed is left aside. Linear in what is read.
    """
    today = day_of(work.at, opened.campaign.where)
    found = capacity_of(work, opened)
    days = None if near is None else _together(near.days, found.limits)
    known: dict[str, Booking] = {}
    requests: list[Request] = []
    for booking in _bookings(work, opened, days):
        if booking.user in without and booking.occupies:
            continue
        past = seats_of(booking)
        if booking.occupies:
            past.pop()
            known[booking.user] = booking
            requests.append(_seated(opened, booking, level, today, loosen=loosen))
        requests += (
            request_of(
                f"{booking.user}#{number}",
                booking.claim,
                ((seat.day,),),
                seat=seat,
                pin="assistant",
            )
            for number, seat in enumerate(past, 1)
        )
    taken = Counter(request.seat for request in requests if request.seat is not None)
    instance = Instance(
        requests=(*requests, *newcomers),
        availabilities=tuple(
            attrs.evolve(
                one,
                caps={
                    day: cap if day >= today else taken[Seat(one.assistant, day)]
                    for day, cap in one.caps.items()
                    if days is None or day in days
                },
            )
            for one in found.availabilities
        ),
        limits=tuple(one for one in found.limits if days is None or one.days & days),
        minimums=found.minimums,
    )
    return Known(instance=instance, bookings=known)


def windows_of(
    opened: Running, wishes: Iterable[str], *, first: date, alternatives: int = 0
) -> tuple[Window, ...]:
    """Return the days of *wishes* from *first* on, and of up to *alternatives* slots near them."""
    wanted = [slot for slot in wishes if slot in opened.by_id]
    if wanted and alternatives:
        others = {slot.id for slot in opened.slots} - set(wanted)
        opens = opened.by_id[wanted[0]].opens
        wanted += nearest(opened.slots, opens, free=others, on=first, most=alternatives)
    windows = (tuple(day for day in opened.by_id[id].days if day >= first) for id in wanted)
    return tuple(window for window in windows if window)


def _seated(
    opened: Running, booking: Booking, level: MakeRoom, today: date, *, loosen: bool
) -> Request:
    policy, seat = opened.campaign.booking, seat_of(booking)
    promised: Pin = policy.pin if booking.state == "confirmed" and not loosen else "free"
    pin: Pin = booking.pin or promised
    if level == "assistant" and pin in ("free", "window"):
        pin = "day"
    if level == "day" and pin == "free":
        pin = "window"
    if booking.day < today or level == "never":
        pin = "assistant"
    slot = opened.by_id.get(booking.slot)
    inside = tuple(day for day in (slot.days if slot else ()) if day >= today)
    if booking.day not in inside:
        inside = (booking.day,)
    windows: tuple[Window, ...] = (inside,)
    if pin == "free":
        windows = windows_of(opened, (booking.slot, booking.wished), first=today) or windows
    return request_of(booking.user, booking.claim, windows, seat=seat, pin=pin)


def _together(days: Iterable[date], limits: Iterable[Limit]) -> frozenset[date]:
    """Return *days* and every day that some limit holds together with one of them."""
    found, listed = frozenset(days), tuple(limits)
    while True:
        more = frozenset(chain(found, *(limit.days for limit in listed if limit.days & found)))
        if more == found:
            return found
        found = more


def _bookings(work: Work, opened: Running, days: frozenset[date] | None) -> Iterator[Booking]:
    campaign = opened.campaign.id
    if days is None:
        yield from work.each(BOOKINGS, {"campaign": campaign})
        return
    near = frozenset(chain(days, (day + timedelta(n) for day in days for n in (-1, 1))))
    for slot in opened.slots:
        if near & set(slot.days):
            where = {"campaign": campaign, "slot": slot.id}
            yield from work.each(BOOKINGS, where, order=("slot", "user"))
