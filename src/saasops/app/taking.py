"""How a participant gets a place: the emptiest one, else one that others can make room for.

Counting is left to `places`, and the search for an exchange to the planner. What nobody can
give is refused with the rule, the numbers and the nearest slots that really have room.
"""

from collections.abc import Collection, Iterator
from datetime import date

from saasops.app.definitions import Running
from saasops.app.instances import instance_of, request_of
from saasops.app.places import (
    Blocked,
    Step,
    counts_in,
    limit_rows,
    place_in,
    seat_of,
    shift,
)
from saasops.app.work import Work
from saasops.campaigns.participants import Participant, facts
from saasops.clock import day_of
from saasops.errors import Refused
from saasops.ports import Row
from saasops.predicates import holds
from saasops.scheduling import bookings
from saasops.scheduling.bookings import Booking, Claim
from saasops.scheduling.capacity import Place
from saasops.scheduling.online.residual import Booked, Residual
from saasops.scheduling.planner.instance import Seat
from saasops.scheduling.slots import Slot, nearest
from saasops.storage.tables import ASSISTANTS, BOOKINGS, PLACES

_LOOK = 50


def claim_of(opened: Running, participant: Participant, held: Booking | None = None) -> Claim:
    """Return what *participant* needs of a place, by risk and by the segments of the policy."""
    policy, risk = opened.campaign.booking, participant.risk
    if risk is None:
        raise Refused("participant.not_answered", user=participant.user)
    known = facts(participant, held)
    found = [segment for segment in policy.segments if holds(segment.when, known)]
    skills = [skill for segment in found for skill in segment.skills]
    skills += risk.skills if policy.require_skills else ()
    return Claim(
        team=risk.team,
        skills=tuple(sorted(set(skills))),
        segment=found[0].id if found else None,
        priority=min((segment.priority for segment in found), default=1),
        units=max((segment.units for segment in found), default=1),
    )


def take(
    work: Work, opened: Running, slot: Slot, claim: Claim, *, leaves: Booking | None = None
) -> Place:
    """Take the emptiest place in *slot* that is not over, giving back the one of *leaves*.

    Where none is free, others get another assistant or day as far as the policy allows, and are
    told. Raise `Refused` slot.over, slot.too_soon or slot.full.
    """
    campaign, policy = opened.campaign.id, opened.campaign.booking
    today = day_of(work.at, opened.campaign.where)
    first = policy.first_day(today)
    if slot.closes < first:
        near = _near(work, opened, slot, claim, first=first)
        known: Row = {"slot": slot.id, "closes": str(slot.closes), "nearest": near}
        if slot.closes < today:
            raise Refused("slot.over", **known)
        raise Refused("slot.too_soon", **known, days=policy.lead_days)
    gives = seat_of(leaves) if leaves is not None and leaves.occupies else None
    where = {"campaign": campaign, "slot": slot.id, "team": claim.team, "open": True}
    able = _able(work, claim)
    full: dict[str, Blocked] = {}
    for row in _with_free(work, where, ("used", "day", "assistant"), first):
        if (able is not None and row["assistant"] not in able) or _meets(row, claim, full):
            continue
        seat = Seat(row["assistant"], row["day"])
        blocked = shift(work, campaign, [Step(claim, leaves=gives, enters=seat)])
        if blocked is None:
            return place_in(row)
        full[blocked.counter] = blocked
    place = _exchange(work, opened, slot, claim, first=first, leaves=leaves)
    if place is None:
        raise _refusal(work, opened, slot, claim, first=first, full=full)
    return place


def _exchange(
    work: Work, opened: Running, slot: Slot, claim: Claim, *, first: date, leaves: Booking | None
) -> Place | None:
    """Find a place that is free if others change assistant or day, and let them change."""
    policy, campaign = opened.campaign.booking, opened.campaign.id
    if policy.make_room == "never":
        return None
    days = tuple(day for day in slot.days if day >= first)
    without = {leaves.user} if leaves is not None and leaves.occupies else set[str]()
    known = instance_of(work, opened, near=slot, level=policy.make_room, without=without)
    graph = Residual(known.instance, level=policy.make_room)
    found = graph.book(request_of("", claim, (days,)))
    if not isinstance(found, Booked):
        return None
    gives = seat_of(leaves) if leaves is not None and leaves.occupies else None
    steps = [Step(claim, leaves=gives, enters=found.seat)]
    moved = [(known.bookings[move.request], move.now) for move in found.moves]
    steps += [Step(one.claim, leaves=seat_of(one), enters=now) for one, now in moved]
    if shift(work, campaign, steps) is not None:
        return None
    for one, now in moved:
        reseat(work, opened, one, now, reason="makes-room")
    return place_at(work, opened, found.seat)


def reseat(work: Work, opened: Running, booking: Booking, seat: Seat, *, reason: str) -> None:
    """Write down that *booking* has got *seat*, which is counted already, and tell its user."""
    place = place_at(work, opened, seat)
    kept = work.need(BOOKINGS, booking.campaign, booking.user)
    event = bookings.reassign(kept, place=place, at=work.at, actor=work.actor, reason=reason)
    work.save(BOOKINGS, event.booking)
    work.record(event)


def place_at(work: Work, opened: Running, seat: Seat) -> Place:
    """Return the place of *seat*, which exists."""
    row = work.tx.get(PLACES, (opened.campaign.id, seat.assistant, seat.day))
    assert row is not None
    return place_in(row)


def _refusal(
    work: Work, opened: Running, slot: Slot, claim: Claim, *, first: date, full: dict[str, Blocked]
) -> Refused:
    """Say which rule is in the way, and how many it has let in."""
    limits = [one for one in full.values() if one.counter.startswith("limit/")]
    if limits:
        one = limits[0]
        numbers: Row = {"rule": one.rule, "booked": one.booked, "capacity": one.capacity}
    else:
        where = {"campaign": opened.campaign.id, "slot": slot.id, "team": claim.team, "open": True}
        rows = [row for row in work.rows(PLACES, where) if row["day"] >= first]
        numbers = {
            "rule": rows[0]["rule"] if rows else "-",
            "booked": sum(row["used"] for row in rows),
            "capacity": sum(row["cap"] for row in rows),
        }
    near = _near(work, opened, slot, claim, first=first, without=slot.id)
    return Refused("slot.full", slot=slot.id, team=claim.team, **numbers, nearest=near)


def _near(
    work: Work, opened: Running, slot: Slot, claim: Claim, *, first: date, without: str = ""
) -> tuple[str, ...]:
    free = with_room(work, opened, claim, first) - {without}
    return nearest(opened.slots, slot.opens, free=free, on=first) or ("-",)


def with_room(work: Work, opened: Running, claim: Claim, first: date) -> set[str]:
    """Return the slots in which somebody with *claim* finds a free place from *first* on."""
    campaign, able = opened.campaign.id, _able(work, claim)
    full = {
        row["id"]: Blocked(counter=row["id"], rule="", booked=row["used"], capacity=row["cap"])
        for row in limit_rows(work, campaign)
        if row["used"] >= row["cap"]
    }
    where = {"campaign": campaign, "team": claim.team, "open": True}

    def free(slot: Slot) -> bool:
        rows = _with_free(work, {**where, "slot": slot.id}, ("used",), first)
        return any(
            (able is None or row["assistant"] in able) and not _meets(row, claim, full)
            for row in rows
        )

    return {slot.id for slot in opened.slots if free(slot)}


def _able(work: Work, claim: Claim) -> Collection[str] | None:
    """Return the assistants with the skills of *claim*; None where every one will do."""
    if not claim.skills:
        return None
    everybody = work.each(ASSISTANTS, {})
    return {one.id for one in everybody if set(claim.skills) <= set(one.skills)}


def _meets(row: Row, claim: Claim, full: dict[str, Blocked]) -> bool:
    """Tell whether a limit that is full counts at the place *row*."""
    return bool(full) and any(id in full for id, _ in counts_in(row, claim))


def _with_free(work: Work, where: Row, order: tuple[str, ...], first: date) -> Iterator[Row]:
    last: Row | None = None
    while page := work.tx.find(PLACES, where, order=order, after=last, limit=_LOOK):
        yield from (row for row in page if row["used"] < row["cap"] and row["day"] >= first)
        last = page[-1]
