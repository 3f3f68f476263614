"""A campaign's places: who is on duty, who takes which place, who moves when somebody is away."""

from collections.abc import Iterator
from datetime import date

import attrs

from saasops.app.definitions import CampaignHandle, Running
from saasops.app.imports import ImportReport, Result, run_import
from saasops.app.versions import releases_of
from saasops.app.work import Work, command, query
from saasops.campaigns.participants import UpgradeCompleted
from saasops.clock import day_of
from saasops.errors import Problem, Refused
from saasops.ports import Row
from saasops.rows import Rows
from saasops.scheduling import bookings, outcomes
from saasops.scheduling.assistants import Absence, Assistant, note_absence
from saasops.scheduling.bookings import Booking, BookingReassigned
from saasops.scheduling.capacity import Place, places, slot_limit
from saasops.scheduling.importing import read_absences, read_assistants, read_outcomes
from saasops.scheduling.outcomes import Outcome
from saasops.scheduling.slots import Slot, nearest
from saasops.storage.tables import (
    ABSENCES,
    ASSISTANTS,
    BOOKINGS,
    COUNTERS,
    OUTCOMES,
    PARTICIPANTS,
    PLACES,
)
from saasops.versions.claims import VersionClaim
from saasops.versions.releases import Release

_LOOK = 50


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
        participant = opened.participant(work, user)
        if participant.withdrawn_at is not None:
            raise Refused("participant.withdrawn", user=user)
        if participant.risk is None:
            raise Refused("participant.not_answered", user=user)
        wanted = _slot(opened, slot)
        event = bookings.book(
            user,
            wanted,
            campaign=self.id,
            place=_take(work, opened, wanted, participant.risk.team),
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
        """Move *user* to another *slot*; the old place is free again. Raises as `book` does."""
        opened = self._open(work)
        held = _held(work, opened, user)
        if held.slot == slot and held.state == "booked":
            return held
        wanted = _slot(opened, slot)
        place = _take(work, opened, wanted, held.team)
        event = bookings.reschedule(
            held, wanted, place=place, at=work.at, actor=work.actor, reason=reason
        )
        if held.state == "booked":
            _release(work, opened, held)
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
            _release(work, opened, held)
        work.save(BOOKINGS, event.booking)
        work.record(event)
        return event.booking

    @command
    def absent(self, work: Work, absence: Absence) -> Reassignment:
        """Note that an assistant is away and give the users booked with him to others.

        Each keeps the day if a colleague of the team has room, else gets another day of the
        slot, else another slot. Whoever cannot be placed keeps the booking and is listed.
        """
        opened = self._open(work)
        known = work.load(ABSENCES, absence.assistant, absence.opens)
        if known is not None and known.closes >= absence.closes:
            return Reassignment(moved=(), unserved=())
        work.need(ASSISTANTS, absence.assistant)
        event = note_absence(absence, campaign=self.id, at=work.at)
        work.save(ABSENCES, absence)
        work.record(event)
        refresh_places(work, opened)
        moved: list[BookingReassigned] = []
        unserved: list[Problem] = []
        for booking in tuple(_hit(work, self.id, absence)):
            result = _reassign(work, opened, booking)
            if isinstance(result, Problem):
                unserved.append(result)
            else:
                moved.append(result)
        return Reassignment(moved=tuple(moved), unserved=tuple(unserved))

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
        listed = list(rows)
        found, problems = read_assistants(listed)

        def keep(work: Work, assistant: Assistant) -> Result:
            held = work.load(ASSISTANTS, assistant.id)
            if held == assistant:
                return "unchanged"
            work.save(ASSISTANTS, assistant)
            return "changed" if held else "accepted"

        report = run_import(
            self.host,
            "assistants",
            found,
            keep,
            actor=self.actor,
            total=len(listed),
            problems=problems,
            dry_run=dry_run,
        )
        if not dry_run and (report.accepted or report.changed):
            self.refresh()
        return report

    def import_absences(self, rows: Rows, *, dry_run: bool = False) -> ImportReport:
        """Take in absences.csv, moving users where somebody is booked already."""
        listed = list(rows)
        found, problems = read_absences(listed)
        moves = {absence: number for number, absence in found}
        results: dict[Result, list[int]] = {"accepted": [], "unchanged": []}
        for absence, number in moves.items():
            if self._knows(absence):
                results["unchanged"].append(number)
                continue
            results["accepted"].append(number)
            if not dry_run:
                problems += self.absent(absence).unserved
        return ImportReport(
            kind="absences",
            rows=len(listed),
            accepted=tuple(results["accepted"]),
            unchanged=tuple(results["unchanged"]),
            problems=tuple(problems),
            dry_run=dry_run,
        )

    def import_outcomes(self, rows: Rows, *, dry_run: bool = False) -> ImportReport:
        """Take in outcomes.csv: what assistants filled in after their visits."""
        listed = list(rows)
        found, problems = read_outcomes(listed, campaign=self.id)
        return run_import(
            self.host,
            "outcomes",
            sorted(found, key=lambda one: (one[1].reported_at, one[1].attempt)),
            self._report,
            actor=self.actor,
            total=len(listed),
            problems=problems,
            dry_run=dry_run,
        )

    @command
    def refresh(self, work: Work) -> None:
        """Work out the places anew from slots, assistants, absences and rules."""
        refresh_places(work, self._open(work))

    @query
    def _knows(self, work: Work, absence: Absence) -> bool:
        known = work.load(ABSENCES, absence.assistant, absence.opens)
        return known is not None and known.closes >= absence.closes

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
        work.record(event)
        work.record(closed)
        if outcome.result == "succeeded" and outcome.version_reached:
            _reached(work, opened, outcome)
        return "accepted"


def refresh_places(work: Work, opened: Running) -> None:
    """Bring the places of a campaign in line with its rules; what is taken stays taken."""
    campaign = opened.campaign
    wanted = {
        (place.assistant, place.day): place
        for place in places(
            opened.slots,
            tuple(work.each(ASSISTANTS, {})),
            tuple(work.each(ABSENCES, {})),
            campaign.capacity_rules,
        )
    }
    for row in tuple(work.rows(PLACES, {"campaign": campaign.id})):
        key = (row["assistant"], row["day"])
        place = wanted.pop(key, None)
        used = row["used"]
        changes: Row = {"open": False}
        if place is not None:
            changes = {
                "open": True,
                "cap": max(place.cap, used),
                "slot": place.slot,
                "rule": place.rule,
            }
        if any(row[name] != value for name, value in changes.items()):
            work.tx.update(PLACES, (campaign.id, *key), changes)
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


def load_of(work: Work, campaign: str) -> tuple[tuple[Place, int], ...]:
    """Return every place of *campaign* with how many it has taken."""
    rows = work.rows(PLACES, {"campaign": campaign})
    return tuple((_place(row), row["used"]) for row in rows if row["open"] or row["used"])


def _place(row: Row) -> Place:
    return Place(
        assistant=row["assistant"],
        day=row["day"],
        slot=row["slot"],
        team=row["team"],
        cap=row["cap"],
        rule=row["rule"],
    )


def _slot(opened: Running, id: str) -> Slot:
    if id not in opened.by_id:
        raise Refused("slot.unknown", slot=id, allowed=list(opened.by_id))
    return opened.by_id[id]


def _held(work: Work, opened: Running, user: str) -> Booking:
    held = opened.booking(work, user)
    if held is None:
        raise Refused("booking.none", user=user)
    return held


def _take(work: Work, opened: Running, slot: Slot, team: str) -> Place:
    """Count up the emptiest place of *team* in *slot* that is not over, or refuse."""
    campaign, today = opened.campaign.id, day_of(work.at, opened.campaign.where)
    if slot.closes < today:
        free = _with_room(work, opened, team, today)
        near = nearest(opened.slots, slot.opens, free=free, on=today)
        raise Refused("slot.over", slot=slot.id, closes=str(slot.closes), nearest=near or ("-",))
    limit = slot_limit(slot, opened.campaign.capacity_rules)
    if limit is None or work.tx.add(COUNTERS, (campaign, f"slot/{slot.id}"), "used", 1, le="cap"):
        where = {"campaign": campaign, "slot": slot.id, "team": team, "open": True}
        order = ("used", "day", "assistant")
        for row in _with_free(work, where, order, today):
            key = (campaign, row["assistant"], row["day"])
            if work.tx.add(PLACES, key, "used", 1, le="cap"):
                return _place(row)
    taken = [row for row in work.rows(PLACES, {"campaign": campaign, "slot": slot.id, "team": team})
             if row["open"]]  # fmt: skip
    free = _with_room(work, opened, team, today)
    raise Refused(
        "slot.full",
        slot=slot.id,
        team=team,
        rule=taken[0]["rule"] if taken else "-",
        booked=sum(row["used"] for row in taken),
        capacity=sum(row["cap"] for row in taken),
        nearest=nearest(opened.slots, slot.opens, free=free - {slot.id}, on=today) or ("-",),
    )


def _with_free(work: Work, where: Row, order: tuple[str, ...], today: date) -> Iterator[Row]:
    last: Row | None = None
    while page := work.tx.find(PLACES, where, order=order, after=last, limit=_LOOK):
        yield from (row for row in page if row["used"] < row["cap"] and row["day"] >= today)
        last = page[-1]


def _with_room(work: Work, opened: Running, team: str, today: date) -> set[str]:
    where = {"campaign": opened.campaign.id, "team": team, "open": True}
    return {
        slot.id
        for slot in opened.slots
        if any(True for _ in _with_free(work, {**where, "slot": slot.id}, ("used",), today))
    }


def _release(work: Work, opened: Running, booking: Booking) -> None:
    key = (opened.campaign.id, booking.assistant, booking.day)
    work.tx.add(PLACES, key, "used", -1, ge=0)
    if slot_limit(opened.by_id[booking.slot], opened.campaign.capacity_rules) is not None:
        work.tx.add(COUNTERS, (opened.campaign.id, f"slot/{booking.slot}"), "used", -1, ge=0)


def _hit(work: Work, campaign: str, absence: Absence) -> Iterator[Booking]:
    where = {"campaign": campaign, "assistant": absence.assistant}
    for booking in work.each(BOOKINGS, where, order=("day", "user")):
        if absence.covers(booking.day) and booking.state == "booked":
            yield booking


def _reassign(work: Work, opened: Running, booking: Booking) -> BookingReassigned | Problem:
    today = day_of(work.at, opened.campaign.where)
    where = {"campaign": booking.campaign, "team": booking.team, "open": True}
    same_day = _with_free(work, {**where, "day": booking.day}, ("used", "assistant"), today)
    same_slot = _with_free(work, {**where, "slot": booking.slot}, ("used", "day"), today)
    row = next(same_day, None) or next(same_slot, None)
    if row is None:
        row = _elsewhere(work, opened, booking, where, today)
    if row is None:
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
    work.tx.add(PLACES, (booking.campaign, row["assistant"], row["day"]), "used", 1, le="cap")
    _release(work, opened, booking)
    event = bookings.reassign(
        booking, place=_place(row), at=work.at, actor=work.actor, reason="absence"
    )
    work.save(BOOKINGS, event.booking)
    work.record(event)
    return event


def _elsewhere(
    work: Work, opened: Running, booking: Booking, where: Row, today: date
) -> Row | None:
    free = _with_room(work, opened, booking.team, today) - {booking.slot}
    opens = opened.by_id[booking.slot].opens
    for slot in nearest(opened.slots, opens, free=free, on=today, most=1):
        return next(_with_free(work, {**where, "slot": slot}, ("used", "day"), today), None)
    return None


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


def _reached(work: Work, opened: Running, outcome: Outcome) -> None:
    participant = opened.participant(work, outcome.user)
    version = outcome.version_reached or ""
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
    if reached:
        work.record(
            UpgradeCompleted(
                at=outcome.reported_at,
                campaign=outcome.campaign,
                user=outcome.user,
                version=version,
                attempt=outcome.attempt,
            )
        )
