"""A campaign's visits: who holds, books, moves, waits, and what came of it.

Which place is free, and counting it, is left to `taking` and `places`; who moves when a rule or
an absence leaves too little room, to `planning`.
"""

from datetime import date, datetime
from typing import Literal

import attrs

from saasops.app.definitions import CampaignHandle, Running
from saasops.app.imports import ImportReport, Result, keep_in, run_import, take_in
from saasops.app.listing import FreeDay, free_days
from saasops.app.places import (
    PREFIX,
    Step,
    is_open,
    limit_rows,
    load_of,
    refresh_places,
    seat_of,
    shift,
)
from saasops.app.planning import Reassignment, replan_absent
from saasops.app.rewards import award
from saasops.app.taking import claim_of, take
from saasops.app.versions import releases_of
from saasops.app.waiting import expect, free_again
from saasops.app.work import Work, command, query
from saasops.campaigns.participants import Participant, UpgradeCompleted
from saasops.clock import day_of, zone
from saasops.errors import Problem, Refused
from saasops.rows import Rows
from saasops.scheduling import bookings, outcomes, waitlist
from saasops.scheduling.assistants import Absence, Assistant, note_absence
from saasops.scheduling.bookings import Booking, check_cutoff
from saasops.scheduling.capacity import Place
from saasops.scheduling.importing import read_absences, read_assistants, read_outcomes
from saasops.scheduling.outcomes import Outcome
from saasops.scheduling.planner.instance import Pin
from saasops.scheduling.slots import Slot
from saasops.scheduling.waitlist import Waiting
from saasops.storage.tables import (
    ABSENCES,
    ASSISTANTS,
    BOOKINGS,
    OUTCOMES,
    PARTICIPANTS,
    WAITLIST,
)
from saasops.versions.claims import VersionClaim
from saasops.versions.releases import Release


class Scheduling(CampaignHandle):
    """Hold, book, move and close visits of one campaign."""

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
        expect(work, event.booking)
        work.record(event)
        return event.booking

    @command
    def confirm(self, work: Work, user: str) -> Booking:
        """Confirm the place that is held for *user*; confirming again changes nothing.

        Raise `Refused` hold.none, or hold.over once the time is up.
        """
        opened = self._open(work)
        held = _held(work, opened, user)
        if held.state == "confirmed":
            return held
        event = bookings.confirm(held, at=work.at, actor=work.actor)
        _booked(work, opened.participant(work, user), event.booking)
        work.record(event)
        return event.booking

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
            confirmed = bookings.confirm(held, at=work.at, actor=work.actor)
            _booked(work, opened.participant(work, user), confirmed.booking)
            work.record(confirmed)
            return confirmed.booking
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
        held = _held(work, opened, user)
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
        held = _held(work, opened, user)
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
        held = _held(work, self._open(work), user)
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

    @command
    def absent(self, work: Work, absence: Absence) -> Reassignment:
        """Note that an assistant is away and give the users booked with him to others.

        As few people as possible change their day, and as few of those their assistant: each
        keeps the day if there is room, else the slot, else gets another slot. Whoever cannot
        be placed keeps the booking and is listed; the same absence again notes nothing, but
        tries to place them anew.
        """
        return self._absent(work, absence)[0]

    @command
    def report_outcome(self, work: Work, outcome: Outcome) -> Result:
        """Write down what came of a visit. The same report again changes nothing.

        A version is taken to the name of its release. Reaching the campaign's target
        completes the upgrade.
        """
        return self._report(work, outcome)

    @query
    def outcomes(self, work: Work, user: str) -> tuple[Outcome, ...]:
        """Return every attempt of *user*, the first one first."""
        return tuple(work.each(OUTCOMES, {"campaign": self.id, "user": user}))

    def import_assistants(self, rows: Rows, *, dry_run: bool = False) -> ImportReport:
        """Take in assistants.csv and work out the places anew."""
        report = take_in(
            self, "assistants", rows, read_assistants, keep_in(ASSISTANTS), dry_run=dry_run
        )
        if not dry_run and (report.accepted or report.changed):
            self.refresh()
        return report

    def import_absences(self, rows: Rows, *, dry_run: bool = False) -> ImportReport:
        """Take in absences.csv, moving users where somebody is booked already."""
        unserved: dict[str, Problem] = {}

        def keep(work: Work, absence: Absence) -> Result:
            reassignment, result = self._absent(work, absence)
            unserved.update((one.where, one) for one in reassignment.unserved)
            return result

        report = take_in(self, "absences", rows, read_absences, keep, dry_run=dry_run)
        return attrs.evolve(report, problems=(*report.problems, *unserved.values()))

    def import_calendar(
        self, assistant: str, feed: str | bytes, *, dry_run: bool = False
    ) -> ImportReport:
        """Take in the absences of *assistant* from a calendar file, as `absent` takes each.

        Rows of the report are absences in their order. Needs the extra `ics`.
        """
        from saasops.ics.absences import read_absences as read_feed

        def opened(work: Work) -> tuple[Running, Assistant]:
            return self._open(work), work.need(ASSISTANTS, assistant)

        running, known = self.host.run(opened, actor=self.actor, write=False)
        campaign, at = running.campaign, self.host.run(_now, actor=self.actor, write=False)
        found, problems = read_feed(
            feed,
            assistant=assistant,
            zone=campaign.where,
            opens=campaign.opens,
            closes=campaign.closes,
            at=at,
            local=zone(known.zone) if known.zone else None,
        )

        def keep(work: Work, absence: Absence) -> Result:
            return self._absent(work, absence)[1]

        return run_import(
            self.host,
            "absences",
            list(enumerate(found, 1)),
            keep,
            actor=self.actor,
            total=len(found),
            problems=problems,
            dry_run=dry_run,
        )

    @query
    def invitation(
        self,
        work: Work,
        user: str,
        *,
        to: Literal["user", "assistant"] = "user",
        locale: str = "zh-CN",
    ) -> bytes:
        """Write the visit of *user* as a calendar file, or its withdrawal where it is off.

        The same visit keeps its UID, and each move raises its sequence. Needs the extra `ics`.
        """
        from saasops.ics.invitations import Visit, invitation

        opened = self._open(work)
        held = _held(work, opened, user)
        visit = Visit(
            campaign=self.id,
            title=opened.campaign.title,
            user=user,
            day=held.day,
            zone=opened.campaign.where,
            moves=len(held.moves) - 1,
        )
        method: Literal["REQUEST", "CANCEL"] = "REQUEST" if held.occupies else "CANCEL"
        return invitation(visit, to=to, at=work.at, method=method, locale=locale)

    def import_outcomes(self, rows: Rows, *, dry_run: bool = False) -> ImportReport:
        """Take in outcomes.csv: what assistants filled in after their visits."""

        def read(listed: Rows) -> tuple[list[tuple[int, Outcome]], list[Problem]]:
            found, problems = read_outcomes(listed, campaign=self.id)
            return sorted(found, key=lambda one: (one[1].reported_at, one[1].attempt)), problems

        return take_in(self, "outcomes", rows, read, self._report, dry_run=dry_run, together=True)

    @command
    def refresh(self, work: Work) -> None:
        """Work out the places anew from slots, assistants, absences and rules."""
        refresh_places(work, self._open(work))

    def _absent(self, work: Work, absence: Absence) -> tuple[Reassignment, Result]:
        opened = self._open(work)
        known = work.load(ABSENCES, absence.assistant, absence.opens)
        new = known is None or known.closes < absence.closes
        if new:
            work.need(ASSISTANTS, absence.assistant)
            event = note_absence(absence, campaign=self.id, at=work.at)
            work.save(ABSENCES, absence)
            work.record(event)
        # Known from another campaign, perhaps: the places of this one may still be open.
        refresh_places(work, opened)
        result = replan_absent(work, opened, absence)
        done: Result = "changed" if new or result.moved else "unchanged"
        return result, "accepted" if known is None else done

    def _report(self, work: Work, outcome: Outcome) -> Result:
        opened = self._open(work)
        booking = opened.booking(work, outcome.user)
        if booking is None:
            raise Refused("outcome.unbooked", user=outcome.user)
        outcome = _canonical(work, opened, outcome)
        earlier = tuple(work.each(OUTCOMES, {"campaign": self.id, "user": outcome.user}))
        event = outcomes.record(outcome, earlier=earlier, at=work.at)
        if event is None:
            return "unchanged"
        closed = bookings.close(
            booking,
            outcomes.state_after(outcome.result, opened.campaign.booking),
            assistant=outcome.assistant,
            day=outcome.day,
            at=work.at,
            actor=work.actor,
        )
        work.save(OUTCOMES, outcome)
        work.save(BOOKINGS, closed.booking)
        completed = _reached(work, opened, outcome)
        work.record(event)
        work.record(closed)
        if completed is not None:
            work.record(completed)
            participant = opened.participant(work, outcome.user)
            if participant.checked_in_at is not None:
                award(work, opened, participant, opened.campaign.rewards.completed)
        return "accepted"


def _slot(opened: Running, id: str) -> Slot:
    if id not in opened.by_id:
        raise Refused("slot.unknown", slot=id, allowed=list(opened.by_id))
    return opened.by_id[id]


def _present(work: Work, opened: Running, user: str) -> Participant:
    participant = opened.participant(work, user)
    if participant.withdrawn_at is not None:
        raise Refused("participant.withdrawn", user=user)
    return participant


def _held(work: Work, opened: Running, user: str) -> Booking:
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


def _booked(work: Work, participant: Participant, booking: Booking) -> None:
    work.save(BOOKINGS, booking)
    if participant.booked_at is None:
        work.save(PARTICIPANTS, attrs.evolve(participant, booked_at=work.at))


def _stop_waiting(work: Work, campaign: str, user: str, *, reason: str) -> None:
    waiting = work.load(WAITLIST, campaign, user)
    if waiting is not None:
        work.tx.delete(WAITLIST.table, (campaign, user))
        work.record(waitlist.leave(waiting, at=work.at, reason=reason))


def _now(work: Work) -> datetime:
    return work.at


def _today(work: Work, opened: Running) -> date:
    return day_of(work.at, opened.campaign.where)


def _canonical(work: Work, opened: Running, outcome: Outcome) -> Outcome:
    releases = releases_of(work, opened.campaign.product)

    def named(text: str | None) -> str | None:
        found = releases.recognise(opened.campaign.product, text) if text else None
        return found.name if isinstance(found, Release) else text

    return attrs.evolve(
        outcome,
        version_before=named(outcome.version_before),
        version_reached=named(outcome.version_reached),
    )


def _reached(work: Work, opened: Running, outcome: Outcome) -> UpgradeCompleted | None:
    """Note the version that a successful visit reached; tell whether that was the target."""
    version = outcome.version_reached
    if outcome.result != "succeeded" or not version:
        return None
    participant = opened.participant(work, outcome.user)
    claim = VersionClaim(
        value=version, provenance="verified", at=outcome.reported_at, by=outcome.assistant
    )
    reached = version == opened.campaign.target and participant.upgraded_at is None
    work.save(
        PARTICIPANTS,
        attrs.evolve(
            participant,
            version_reached=version,
            claims=(*participant.claims, claim),
            upgraded_at=outcome.reported_at if reached else participant.upgraded_at,
        ),
    )
    if not reached:
        return None
    return UpgradeCompleted(
        at=outcome.reported_at,
        campaign=outcome.campaign,
        user=outcome.user,
        version=version,
        attempt=outcome.attempt,
    )
