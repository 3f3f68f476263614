"""Who has a place in one campaign: held, booked, moved, given back, waited for.

Which place is free, and counting it, is left to `taking` and `places`.
"""

from datetime import date

import attrs

from saasops.app.definitions import CampaignHandle, Running
from saasops.app.listing import FreeDay, free_days
from saasops.app.places import (
    PREFIX,
    Step,
    is_open,
    limit_rows,
    load_of,
    seat_of,
    shift,
)
from saasops.app.taking import claim_of, take
from saasops.app.waiting import expect, free_again
from saasops.app.work import Work, command, query
from saasops.campaigns.participants import Participant
from saasops.clock import day_of
from saasops.errors import Refused
from saasops.scheduling import bookings, waitlist
from saasops.scheduling.bookings import Booking, check_cutoff
from saasops.scheduling.capacity import Place
from saasops.scheduling.planner.instance import Pin
from saasops.scheduling.slots import Slot
from saasops.scheduling.waitlist import Waiting
from saasops.storage.tables import (
    BOOKINGS,
    PARTICIPANTS,
    WAITLIST,
)


class Bookings(CampaignHandle):
    """Hold, book and move places."""

    @query
    def slots(self, work: Work) -> tuple[Slot, ...]:
        """List the slots of the campaign by first day."""
        return self._open(work).slots

    @query
    def load(self, work: Work) -> tuple[tuple[Place, int], ...]:
        """List every place with how many it has taken, by assistant and day."""
        return load_of(work, self.id)

    @query
    def free(self, work: Work, *, team: str | None = None) -> tuple[FreeDay, ...]:
        """List the days that can still be booked, by day and team, with how many fit at most.

        What a booking page shows. Costs the same at any number of bookings.
        """
        return free_days(work, self._open(work), team=team)

    @query
    def limits(self, work: Work) -> dict[str, tuple[int, int]]:
        """Return what each limit over several places has let in, and how many it lets in."""
        return {
            row["id"].removeprefix(PREFIX): (row["used"], row["cap"])
            for row in limit_rows(work, self.id)
        }

    @query
    def booking(self, work: Work, user: str) -> Booking | None:
        """Return the booking of *user*, or None."""
        return self._open(work).booking(work, user)

    @command
    def hold(self, work: Work, user: str, slot: str) -> Booking:
        """Keep a place in *slot* for *user* until he confirms, for `booking.hold_minutes`.

        Holding the same slot again returns the hold as it is. Raises as `book` does.
        """
        opened = self._open(work)
        held = opened.booking(work, user)
        if held is not None and held.state == "held" and held.slot == slot:
            return held
        participant, wanted = _free_to_book(work, opened, user, slot, held)
        claim = claim_of(opened, participant, held)
        event = bookings.hold(
            user,
            campaign=self.id,
            place=take(work, opened, wanted, claim),
            claim=claim,
            held=held,
            wished=participant.wish or slot,
            until=work.at + opened.campaign.booking.hold_for,
            at=work.at,
            actor=work.actor,
        )
        work.save(BOOKINGS, event.booking)
        _stop_waiting(work, self.id, user, reason="held")
        expect(work, event.booking)
        work.record(event)
        return event.booking

    @command
    def confirm(self, work: Work, user: str) -> Booking:
        """Confirm the place that is held for *user*; confirming again changes nothing.

        Raise `Refused` hold.none, or hold.over once the time is up.
        """
        opened = self._open(work)
        held = held_by(work, opened, user)
        if held.state == "confirmed":
            return held
        return _confirmed(work, opened, held)

    @command
    def book(self, work: Work, user: str, slot: str) -> Booking:
        """Give *user* a place in *slot*: the emptiest day, then the earliest.

        Booking the same slot again returns the booking, and confirms it where it was held.
        Where no place is free, others may get another assistant or day, as the campaign's
        policy allows. Raise `Refused` slot.full with the rule, the numbers and the nearest
        slots with room; slot.over, slot.too_soon; booking.exists; slot.unknown.
        """
        opened = self._open(work)
        held = opened.booking(work, user)
        if held is not None and held.occupies and held.slot == slot:
            if held.state == "confirmed":
                return held
            return _confirmed(work, opened, held)
        participant, wanted = _free_to_book(work, opened, user, slot, held)
        claim = claim_of(opened, participant, held)
        event = bookings.book(
            user,
            campaign=self.id,
            place=take(work, opened, wanted, claim),
            claim=claim,
            held=held,
            wished=participant.wish or slot,
            at=work.at,
            actor=work.actor,
        )
        _booked(work, participant, event.booking)
        _stop_waiting(work, self.id, user, reason="booked")
        work.record(event)
        return event.booking

    @command
    def reschedule(
        self, work: Work, user: str, slot: str, *, reason: str = "", late: bool = False
    ) -> Booking:
        """Move *user* to another *slot*; the old place is free again. Raises as `book` does.

        The same slot changes nothing, unless the assistant has come to be away. Raise
        `Refused` booking.too_late after `booking.cutoff_days`, unless *late* is said.
        """
        opened = self._open(work)
        held = held_by(work, opened, user)
        participant = _present(work, opened, user)
        if held.slot == slot and held.state == "confirmed" and is_open(work, held):
            return held
        wanted = _slot(opened, slot)
        if not late:
            check_cutoff(held, opened.campaign.booking, today=_today(work, opened))
        claim = held.claim if held.occupies else claim_of(opened, participant, held)
        place = take(work, opened, wanted, claim, leaves=held)
        event = bookings.reschedule(held, place=place, at=work.at, actor=work.actor, reason=reason)
        work.save(BOOKINGS, event.booking)
        free_again(work, held)
        work.record(event)
        return event.booking

    @command
    def cancel(self, work: Work, user: str, *, reason: str = "", late: bool = False) -> Booking:
        """Give the place of *user* back; cancelling again changes nothing.

        Raise `Refused` booking.too_late after `booking.cutoff_days`, unless *late* is said.
        """
        opened = self._open(work)
        held = held_by(work, opened, user)
        if held.state == "cancelled":
            return held
        if not late:
            check_cutoff(held, opened.campaign.booking, today=_today(work, opened))
        event = bookings.cancel(held, at=work.at, actor=work.actor, reason=reason)
        if held.occupies:
            shift(work, self.id, [Step(held.claim, leaves=seat_of(held))])
            free_again(work, held)
        work.save(BOOKINGS, event.booking)
        work.record(event)
        return event.booking

    @command
    def pin(self, work: Work, user: str, pin: Pin | None) -> Booking:
        """Promise *user* the window, the day or also the assistant; None as the policy says.

        Plans and others' bookings leave what is pinned as it is.
        """
        held = held_by(work, self._open(work), user)
        pinned = attrs.evolve(held, pin=pin)
        if pinned != held:
            work.save(BOOKINGS, pinned)
        return pinned

    @command
    def wait(self, work: Work, user: str, slots: tuple[str, ...] = ()) -> Waiting:
        """Let *user* wait for a place in *slots*, the dearest first; the wish where none is said.

        A place that becomes free is held for whoever goes first and waits longest, at the next
        tick. Other slots later keep the place in the line. Raise `Refused` booking.exists,
        waitlist.nothing, slot.unknown.
        """
        opened = self._open(work)
        participant, held = _present(work, opened, user), opened.booking(work, user)
        wanted = tuple(slots) or ((participant.wish,) if participant.wish else ())
        for slot in wanted:
            _slot(opened, slot)
        before = work.load(WAITLIST, self.id, user)
        event = waitlist.join(
            before,
            campaign=self.id,
            user=user,
            slots=wanted,
            claim=claim_of(opened, participant, held),
            held=held,
            at=work.at,
        )
        if event is None:
            assert before is not None
            return before
        work.save(WAITLIST, event.waiting)
        work.record(event)
        return event.waiting

    @command
    def stop_waiting(self, work: Work, user: str) -> None:
        """Take *user* off the waitlist; who is not on it stays where he is."""
        _stop_waiting(work, self.id, user, reason="left")

    @query
    def waiting(
        self, work: Work, *, after: Waiting | None = None, limit: int = 100
    ) -> tuple[Waiting, ...]:
        """List up to *limit* who wait, in the order in which places are offered, behind *after*."""
        behind = None
        if after is not None:
            behind = {"campaign": self.id, "priority": after.priority}
            behind |= {"since": after.since, "user": after.user}
        order = ("priority", "since", "user")
        return tuple(
            work.find(WAITLIST, {"campaign": self.id}, order=order, after=behind, limit=limit)
        )


def _slot(opened: Running, id: str) -> Slot:
    if id not in opened.by_id:
        raise Refused("slot.unknown", slot=id, allowed=list(opened.by_id))
    return opened.by_id[id]


def _present(work: Work, opened: Running, user: str) -> Participant:
    participant = opened.participant(work, user)
    if participant.withdrawn_at is not None:
        raise Refused("participant.withdrawn", user=user)
    return participant


def held_by(work: Work, opened: Running, user: str) -> Booking:
    """Return the booking of *user*; raise `Refused` booking.none where there is none."""
    held = opened.booking(work, user)
    if held is None:
        raise Refused("booking.none", user=user)
    return held


def _free_to_book(
    work: Work, opened: Running, user: str, slot: str, held: Booking | None
) -> tuple[Participant, Slot]:
    if held is not None and held.occupies:
        raise Refused("booking.exists", user=user, slot=held.slot)
    return _present(work, opened, user), _slot(opened, slot)


def _confirmed(work: Work, opened: Running, held: Booking) -> Booking:
    event = bookings.confirm(held, at=work.at, actor=work.actor)
    _booked(work, opened.participant(work, held.user), event.booking)
    work.record(event)
    return event.booking


def _booked(work: Work, participant: Participant, booking: Booking) -> None:
    work.save(BOOKINGS, booking)
    if participant.booked_at is None:
        work.save(PARTICIPANTS, attrs.evolve(participant, booked_at=work.at))


def _stop_waiting(work: Work, campaign: str, user: str, *, reason: str) -> None:
    waiting = work.load(WAITLIST, campaign, user)
    if waiting is not None:
        work.tx.delete(WAITLIST.table, (campaign, user))
        work.record(waitlist.leave(waiting, at=work.at, reason=reason))


def _today(work: Work, opened: Running) -> date:
    return day_of(work.at, opened.campaign.where)
