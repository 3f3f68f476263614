"""A campaign's visits: who books, who moves when somebody is away, and what came of it.

Which place is free, and counting it, is left to `places`.
"""

from collections.abc import Iterator

import attrs

from saasops.app.definitions import CampaignHandle, Running
from saasops.app.imports import ImportReport, Result, keep_in, take_in
from saasops.app.places import is_open, load_of, move, refresh_places, release, take
from saasops.app.rewards import award
from saasops.app.versions import releases_of
from saasops.app.work import Work, command, query
from saasops.campaigns.participants import Participant, UpgradeCompleted
from saasops.errors import Problem, Refused
from saasops.rows import Rows
from saasops.scheduling import bookings, outcomes
from saasops.scheduling.assistants import Absence, note_absence
from saasops.scheduling.bookings import Booking, BookingReassigned
from saasops.scheduling.capacity import Place
from saasops.scheduling.importing import read_absences, read_assistants, read_outcomes
from saasops.scheduling.outcomes import Outcome
from saasops.scheduling.slots import Slot
from saasops.storage.tables import ABSENCES, ASSISTANTS, BOOKINGS, OUTCOMES, PARTICIPANTS
from saasops.versions.claims import VersionClaim
from saasops.versions.releases import Release


@attrs.frozen(kw_only=True)
class Reassignment:
    """What an absence moved, and whom it left without a place."""

    moved: tuple[BookingReassigned, ...]
    unserved: tuple[Problem, ...]


class Scheduling(CampaignHandle):
    """Book, move and close visits of one campaign."""

    @query
    def slots(self, work: Work) -> tuple[Slot, ...]:
        """List the slots of the campaign by first day."""
        return self._open(work).slots

    @query
    def load(self, work: Work) -> tuple[tuple[Place, int], ...]:
        """List every place with how many it has taken, by assistant and day."""
        return load_of(work, self.id)

    @query
    def booking(self, work: Work, user: str) -> Booking | None:
        """Return the booking of *user*, or None."""
        return self._open(work).booking(work, user)

    @command
    def book(self, work: Work, user: str, slot: str) -> Booking:
        """Give *user* a place in *slot*: the emptiest day, then the earliest.

        Booking the same slot again returns the booking. Raise `Refused` slot.full with the
        rule, the numbers and the nearest slots with room; booking.exists; slot.unknown.
        """
        opened = self._open(work)
        held = opened.booking(work, user)
        if held is not None and held.state == "booked" and held.slot == slot:
            return held
        if held is not None and held.state == "booked":
            raise Refused("booking.exists", user=user, slot=held.slot)
        participant = _present(work, opened, user)
        if participant.risk is None:
            raise Refused("participant.not_answered", user=user)
        wanted = _slot(opened, slot)
        event = bookings.book(
            user,
            wanted,
            campaign=self.id,
            place=take(work, opened, wanted, participant.risk.team),
            held=held,
            wished=participant.wish or slot,
            at=work.at,
            actor=work.actor,
        )
        work.save(BOOKINGS, event.booking)
        if participant.booked_at is None:
            work.save(PARTICIPANTS, attrs.evolve(participant, booked_at=work.at))
        work.record(event)
        return event.booking

    @command
    def reschedule(self, work: Work, user: str, slot: str, *, reason: str = "") -> Booking:
        """Move *user* to another *slot*; the old place is free again. Raises as `book` does.

        The same slot changes nothing, unless the assistant has come to be away.
        """
        opened = self._open(work)
        held = _held(work, opened, user)
        _present(work, opened, user)
        if held.slot == slot and held.state == "booked" and is_open(work, held):
            return held
        wanted = _slot(opened, slot)
        place = take(work, opened, wanted, held.team)
        event = bookings.reschedule(
            held, wanted, place=place, at=work.at, actor=work.actor, reason=reason
        )
        if held.state == "booked":
            release(work, held)
        work.save(BOOKINGS, event.booking)
        work.record(event)
        return event.booking

    @command
    def cancel(self, work: Work, user: str, *, reason: str = "") -> Booking:
        """Give the place of *user* back; cancelling again changes nothing."""
        opened = self._open(work)
        held = _held(work, opened, user)
        if held.state == "cancelled":
            return held
        event = bookings.cancel(held, at=work.at, actor=work.actor, reason=reason)
        if held.state == "booked":
            release(work, held)
        work.save(BOOKINGS, event.booking)
        work.record(event)
        return event.booking

    @command
    def absent(self, work: Work, absence: Absence) -> Reassignment:
        """Note that an assistant is away and give the users booked with him to others.

        Each keeps the day if a colleague of the team has room, else gets another day of the
        slot, else another slot. Whoever cannot be placed keeps the booking and is listed;
        the same absence again notes nothing, but tries to place them anew.
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
        moved: list[BookingReassigned] = []
        unserved: list[Problem] = []
        for booking in tuple(_hit(work, self.id, absence)):
            result = _reassign(work, opened, booking)
            if isinstance(result, Problem):
                unserved.append(result)
            else:
                moved.append(result)
        done: Result = "changed" if new or moved else "unchanged"
        reassignment = Reassignment(moved=tuple(moved), unserved=tuple(unserved))
        return reassignment, "accepted" if known is None else done

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
            outcomes.STATE_AFTER[outcome.result],
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


def _hit(work: Work, campaign: str, absence: Absence) -> Iterator[Booking]:
    where = {"campaign": campaign, "assistant": absence.assistant}
    for booking in work.each(BOOKINGS, where, order=("day", "user")):
        if absence.covers(booking.day) and booking.state == "booked":
            yield booking


def _reassign(work: Work, opened: Running, booking: Booking) -> BookingReassigned | Problem:
    place = move(work, opened, booking)
    if place is None:
        closes = str(opened.slots[-1].closes) if opened.slots else "-"
        return Problem(
            f"user {booking.user}",
            "booking.unserved",
            {
                "user": booking.user,
                "assistant": booking.assistant,
                "day": str(booking.day),
                "closes": closes,
            },
        )
    event = bookings.reassign(booking, place=place, at=work.at, actor=work.actor, reason="absence")
    work.save(BOOKINGS, event.booking)
    work.record(event)
    return event


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
