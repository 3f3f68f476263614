"""A campaign's plan: proposed, looked at, edited, applied as a whole, asked what if.

The planner decides on values; here they are gathered from the books and written back. Applying
is one transaction, and events tell everybody who moves.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal

import attrs

from saasops.app.definitions import CampaignHandle, Running
from saasops.app.instances import Known, instance_of, request_of, windows_of
from saasops.app.places import (
    Step,
    advice_of,
    capacity_of,
    load_of,
    seat_of,
    shift,
    team_of,
)
from saasops.app.taking import claim_of, place_at
from saasops.app.work import Work, command, query
from saasops.clock import day_of
from saasops.errors import Problem, Refused, Stale
from saasops.scheduling import bookings
from saasops.scheduling.assistants import Absence
from saasops.scheduling.bookings import Booking, BookingReassigned
from saasops.scheduling.effective import Effective
from saasops.scheduling.load import Counts, LoadPicture, load_picture
from saasops.scheduling.online.rebooking import rebook
from saasops.scheduling.online.refusal import Refusal
from saasops.scheduling.online.residual import Residual
from saasops.scheduling.planner.changes import Change, difference
from saasops.scheduling.planner.checks import obstacles_to_flow
from saasops.scheduling.planner.instance import (
    Instance,
    Plan,
    Request,
    Seat,
    Unserved,
)
from saasops.scheduling.slots import nearest
from saasops.solvers.solving import replan, solve
from saasops.storage.tables import BOOKINGS, PARTICIPANTS, WAITLIST


@attrs.frozen(kw_only=True)
class Reassignment:
    """What an absence moved, and whom it left without a place."""

    moved: tuple[BookingReassigned, ...]
    unserved: tuple[Problem, ...]


@attrs.frozen(kw_only=True)
class Proposal:
    """Who would get which place, who would move and why, and who would get none.

    *gap*, *crossing* and *engine* are those of the plan behind it. *changes* may be edited
    before they are applied: left out, or given another seat.
    """

    campaign: str
    changes: tuple[Change, ...]
    unserved: tuple[Unserved, ...]
    gap: int = 0
    crossing: tuple[str, ...] = ()
    engine: str = "built-in"


@attrs.frozen(kw_only=True)
class AppliedPlan:
    """What applying a proposal did: users by what became of them, in order."""

    booked: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()


class Planning(CampaignHandle):
    """Propose places for many at once, apply what was proposed, and ask what would be."""

    @query
    def instance(self, work: Work) -> Instance:
        """Return everybody and all room as the planner sees it: those with a place and without."""
        opened = self._open(work)
        return instance_of(work, opened, newcomers=_newcomers(work, opened)).instance

    @query
    def solve(self, work: Work) -> Proposal:
        """Propose places for everybody who has answered or waits, and has none.

        As many as can be, those of a higher priority first, then the dearest wishes, then even
        days. Whoever has a place keeps it, unless more can be served if a few move as far as
        the policy lets them. Changes nothing.
        """
        opened = self._open(work)
        instance = instance_of(work, opened, newcomers=_newcomers(work, opened)).instance
        return _proposal(self.id, instance, _planned(instance))

    @query
    def replan(self, work: Work, *, loosen: bool = False) -> Proposal:
        """Propose who moves so that rules and absences hold again, and as few as possible.

        Whoever sits where there is room no more may move to any slot, the own and the nearest
        first; the others as the policy promises, or with *loosen* by their own pins only. No
        confirmed place is lost that could be kept. Changes nothing.
        """
        opened = self._open(work)
        known = _displaced(work, opened, loosen=loosen)
        return _proposal(self.id, known.instance, _replanned(known.instance))

    @query
    def explain(self, work: Work, user: str, slot: str | None = None) -> Refusal | None:
        """Tell why *user* finds no place in *slot*, his wish where none is said; None if he does.

        Names the fewest full days and limits that are in the way, and the nearest days that
        are free. A place that the user has already is left aside. Raise `Refused` slot.unknown.
        """
        opened = self._open(work)
        participant = opened.participant(work, user)
        wanted = slot or participant.wish or ""
        if wanted not in opened.by_id:
            raise Refused("slot.unknown", slot=wanted or "-", allowed=list(opened.by_id))
        policy = opened.campaign.booking
        first = policy.first_day(day_of(work.at, opened.campaign.where))
        known = instance_of(work, opened, level=policy.make_room, without={user})
        claim = claim_of(opened, participant, opened.booking(work, user))
        windows = windows_of(opened, (wanted,), first=first)
        level = "assistant" if policy.make_room == "never" else policy.make_room
        return Residual(known.instance, level=level).explain(request_of(user, claim, windows))

    @query
    def on(self, work: Work, day: date, assistant: str | None = None) -> Effective:
        """Return how many fit on *day*, with *assistant* or all together, and every rule's part."""
        return capacity_of(work, self._open(work)).on(day, assistant)

    @query
    def load(self, work: Work, *, by: Literal["assistant", "team"] = "assistant") -> LoadPicture:
        """Return how full every day is, for each assistant or each team, and the rule that binds.

        Linear in places and bookings.
        """
        opened = self._open(work)
        found = capacity_of(work, opened)
        held = Counter(
            seat_of(one)
            for one in work.each(BOOKINGS, {"campaign": self.id})
            if one.state == "held"
        )
        used = {
            Seat(place.assistant, place.day): number for place, number in load_of(work, self.id)
        }
        booked = {seat: number - held[seat] for seat, number in used.items()}
        teams = {one.assistant: team_of(one) for one in found.availabilities}
        counts = Counts(found.availabilities, found.limits, booked=booked, held=held)
        return load_picture(counts, teams if by == "team" else None)

    @query
    def advice(self, work: Work) -> tuple[Problem, ...]:
        """List rules that never bind or cover nobody, and days without any limit."""
        return advice_of(work, self._open(work))

    @command
    def apply(self, work: Work, changes: tuple[Change, ...]) -> AppliedPlan:
        """Carry out *changes*, all or none; whoever sits there already is left alone.

        Notices follow the events. Raise `Refused` plan.stale when somebody has moved since the
        proposal, plan.no_room when a place has been taken.
        """
        opened = self._open(work)
        return _apply(work, opened, changes)[0]


def replan_absent(work: Work, opened: Running, absence: Absence) -> Reassignment:
    """Move whom *absence* hits, and as few others as possible; list who keeps no place."""
    known = _displaced(work, opened)
    hit = {
        user
        for user, one in known.bookings.items()
        if one.assistant == absence.assistant and absence.covers(one.day)
    }
    if not hit:
        return Reassignment(moved=(), unserved=())
    proposal = _proposal(opened.campaign.id, known.instance, _replanned(known.instance))
    events = _apply(work, opened, proposal.changes, reason="absence")[1]
    closes = str(opened.slots[-1].closes) if opened.slots else "-"
    stuck = [known.bookings[one.request] for one in proposal.unserved if one.request in hit]
    return Reassignment(
        moved=tuple(events),
        unserved=tuple(
            Problem(
                f"user {one.user}",
                "booking.unserved",
                {
                    "user": one.user,
                    "assistant": one.assistant,
                    "day": str(one.day),
                    "closes": closes,
                },
            )
            for one in sorted(stuck, key=lambda one: (one.day, one.user))
        ),
    )


def _planned(instance: Instance) -> Plan:
    """Seat the newcomers of *instance*: the fewest moves of others first, then even days."""
    if all(one.seat is None for one in instance.requests):
        return solve(instance)
    if obstacles_to_flow(instance):
        return rebook(instance)
    fewest = replan(instance).seats
    fixed = (
        attrs.evolve(one, seat=fewest[one.id], pin="assistant")
        if one.seat is not None and one.id in fewest
        else one
        for one in instance.requests
    )
    return solve(attrs.evolve(instance, requests=tuple(fixed)))


def _replanned(instance: Instance) -> Plan:
    """Plan anew with the fewest moves; one after another where the rules are no flow."""
    if obstacles_to_flow(instance):
        return rebook(instance)
    return replan(instance)


def _proposal(campaign: str, instance: Instance, plan: Plan) -> Proposal:
    changes = difference(instance, plan).changes
    return Proposal(
        campaign=campaign,
        changes=tuple(one for one in changes if "#" not in one.request),
        unserved=tuple(one for one in plan.unserved if "#" not in one.request),
        gap=plan.gap,
        crossing=plan.crossing,
        engine=plan.engine,
    )


def _newcomers(work: Work, opened: Running) -> Iterator[Request]:
    """Ask for everybody who answered and is not through, has no place and has not withdrawn."""
    campaign, policy = opened.campaign.id, opened.campaign.booking
    first = policy.first_day(day_of(work.at, opened.campaign.where))
    for one in work.each(PARTICIPANTS, {"campaign": campaign}):
        if one.risk is None or one.withdrawn_at is not None or one.upgraded_at is not None:
            continue
        held = opened.booking(work, one.user)
        waiting = work.load(WAITLIST, campaign, one.user)
        if held is not None and not _seeks(held, waiting=waiting is not None):
            continue
        wishes = waiting.slots if waiting else (one.wish,) if one.wish else ()
        claim = waiting.claim if waiting else claim_of(opened, one, held)
        windows = windows_of(opened, wishes, first=first, alternatives=policy.alternatives)
        yield request_of(one.user, claim, windows)


def _seeks(held: Booking, *, waiting: bool) -> bool:
    """Tell whether somebody with the booking *held* wants a place: not one who gave it back."""
    if held.state == "cancelled":
        return waiting or held.moves[-1].reason == "hold.over"
    return not held.occupies and held.state not in ("served", "forfeited")


def _displaced(work: Work, opened: Running, *, loosen: bool = False) -> Known:
    """Gather the instance in which whoever sits over a limit may move to any slot."""
    known = instance_of(work, opened, level="full" if loosen else "day", loosen=loosen)
    instance = known.instance
    caps = {one.assistant: one.caps for one in instance.availabilities}
    taken = Counter(one.seat for one in instance.requests if one.seat is not None)
    over = {
        seat
        for seat, number in taken.items()
        if number > caps.get(seat.assistant, {}).get(seat.day, 0)
    }
    seats: dict[str, list[Seat]] = {}
    for seat in taken:
        seats.setdefault(seat.assistant, []).append(seat)
    for limit in instance.limits:
        if limit.spares is not None or limit.units:
            continue
        for who in [{one} for one in limit.assistants] if limit.each else [limit.assistants]:
            inside = [s for one in who for s in seats.get(one, ()) if s.day in limit.days]
            if sum(taken[seat] for seat in inside) > limit.most:
                over.update(inside)
    today = day_of(work.at, opened.campaign.where)

    def loosened(request: Request) -> Request:
        booking = known.bookings.get(request.id)
        if booking is None or request.seat not in over or booking.day < today:
            return request
        slot = opened.by_id.get(booking.slot)
        wanted = slot.opens if slot else booking.day
        others = {one.id for one in opened.slots} - {booking.slot}
        near = nearest(opened.slots, wanted, free=others, on=today, most=len(others))
        windows = windows_of(opened, (booking.slot, *near), first=today)
        return attrs.evolve(request, windows=windows, pin="free")

    requests = tuple(map(loosened, instance.requests))
    return Known(instance=attrs.evolve(instance, requests=requests), bookings=known.bookings)


def _apply(
    work: Work, opened: Running, changes: Iterable[Change], *, reason: str | None = None
) -> tuple[AppliedPlan, list[BookingReassigned]]:
    campaign, applied, steps = opened.campaign.id, AppliedPlan(), list[Step]()
    todo: list[tuple[Change, Seat, Booking | None]] = []
    for change in changes:
        if change.now is None:
            continue
        held = opened.booking(work, change.request)
        sits = seat_of(held) if held is not None and held.occupies else None
        if sits == change.now:
            applied = attrs.evolve(applied, unchanged=(*applied.unchanged, change.request))
            continue
        if sits != change.was:
            raise Refused("plan.stale", user=change.request)
        participant = opened.participant(work, change.request)
        if change.was is None and participant.withdrawn_at is not None:
            raise Refused("participant.withdrawn", user=change.request)
        claim = held.claim if held and sits else claim_of(opened, participant, held)
        steps.append(Step(claim, leaves=sits, enters=change.now))
        todo.append((change, change.now, held))
    blocked = shift(work, campaign, steps)
    if blocked is not None and reason is not None:  # somebody was faster: look again
        raise Stale("storage.stale", table="places")
    if blocked is not None:
        numbers = {"booked": blocked.booked, "capacity": blocked.capacity}
        raise Refused("plan.no_room", place=blocked.counter, rule=blocked.rule, **numbers)
    events: list[BookingReassigned] = []
    booked: list[str] = []
    for (change, seat, held), step in zip(todo, steps, strict=True):
        place = place_at(work, opened, seat)
        if change.was is not None and held is not None:
            event = bookings.reassign(
                held, place=place, at=work.at, actor=work.actor, reason=reason or change.why
            )
            work.save(BOOKINGS, event.booking)
            work.record(event)
            events.append(event)
            continue
        participant = opened.participant(work, change.request)
        new = bookings.book(
            change.request,
            campaign=campaign,
            place=place,
            claim=step.claim,
            held=held,
            wished=participant.wish or place.slot,
            at=work.at,
            actor=work.actor,
        )
        work.save(BOOKINGS, new.booking)
        if participant.booked_at is None:
            work.save(PARTICIPANTS, attrs.evolve(participant, booked_at=work.at))
        if work.load(WAITLIST, campaign, change.request) is not None:
            work.tx.delete(WAITLIST.table, (campaign, change.request))
        work.record(new)
        booked.append(change.request)
    moved = tuple(event.user for event in events)
    return attrs.evolve(applied, booked=tuple(booked), moved=moved), events
