"""A campaign's visits: places and those who have them, absences, and what came of it.

Who moves when an absence leaves too little room is left to `planning`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

import attrs

from saasops.app.bookings import Bookings, held_by
from saasops.app.definitions import Running
from saasops.app.imports import ImportReport, Result, keep_in, run_import, take_in
from saasops.app.places import (
    refresh_places,
)
from saasops.app.planning import Reassignment, replan_absent
from saasops.app.rewards import award
from saasops.app.versions import releases_of, target_name
from saasops.app.work import Work, command, query
from saasops.campaigns.participants import UpgradeCompleted
from saasops.clock import zone
from saasops.errors import Problem, Refused
from saasops.rows import Rows
from saasops.scheduling import bookings, outcomes
from saasops.scheduling.assistants import Absence, Assistant, note_absence
from saasops.scheduling.importing import read_absences, read_assistants, read_outcomes
from saasops.scheduling.outcomes import Outcome
from saasops.storage.tables import (
    ABSENCES,
    ASSISTANTS,
    BOOKINGS,
    OUTCOMES,
    PARTICIPANTS,
)
from saasops.versions.claims import VersionClaim
from saasops.versions.releases import Release


class Absences:
    """Keep absences one by one, and remember who was left without a place."""

    def __init__(self, absent: Callable[[Work, Absence], tuple[Reassignment, Result]]) -> None:
        self._absent = absent
        self._unserved: dict[str, Problem] = {}

    def __call__(self, work: Work, absence: Absence) -> Result:
        """Keep *absence*."""
        reassignment, result = self._absent(work, absence)
        self._unserved.update((one.where, one) for one in reassignment.unserved)
        return result

    def told(self, report: ImportReport) -> ImportReport:
        """Add those without a place to the problems of *report*."""
        return attrs.evolve(report, problems=(*report.problems, *self._unserved.values()))


class Scheduling(Bookings):
    """Book, move and close visits of one campaign."""

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
        keep = Absences(self._absent)
        return keep.told(take_in(self, "absences", rows, read_absences, keep, dry_run=dry_run))

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

        keep = Absences(self._absent)
        return keep.told(
            run_import(
                self.host,
                "absences",
                list(enumerate(found, 1)),
                keep,
                actor=self.actor,
                total=len(found),
                problems=problems,
                dry_run=dry_run,
            )
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
        held = held_by(work, opened, user)
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


def _now(work: Work) -> datetime:
    return work.at


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
    target = target_name(work, opened.campaign.product, opened.campaign.target)
    reached = version == target and participant.upgraded_at is None
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
