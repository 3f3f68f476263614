"""The host's calendars: tables imported, days overridden, and whom that would hit.

Nobody is moved: who has lost his place is told, and `plan.replan` proposes another.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

import attrs

from saasops.app.definitions import Definitions, Running
from saasops.app.kept_calendars import calendars_of, find, fingerprint
from saasops.app.places import refresh_places
from saasops.app.work import Command, Handle, Host, Work, query
from saasops.calendars import decrees as days
from saasops.calendars.decrees import Decree, Word
from saasops.calendars.differences import DayChange, difference
from saasops.calendars.keeping import (
    WEEKEND,
    KeptCalendar,
    lineage,
    named,
    news,
    reach,
    resolve,
)
from saasops.calendars.tables import read_table
from saasops.calendars.working_days import SHIPPED, WorkCalendar, unknown
from saasops.clock import monday_of
from saasops.errors import Invalid, Problem, Refused
from saasops.scheduling.slot_changes import SlotChange, slot_changes
from saasops.scheduling.slots import generate, mistakes
from saasops.storage.tables import BOOKINGS, CALENDARS, CAMPAIGNS, PLACES
from saasops.values import SYSTEM

MOST_LISTED = 1000
"""How many bookings of a campaign a report lists."""


@attrs.frozen(kw_only=True)
class BrokenBooking:
    """A booking whose *day* is in its *slot* no more; *now* is the slot it is in, if any."""

    user: str
    assistant: str
    day: date
    slot: str
    now: str | None


@attrs.frozen(kw_only=True)
class Impact:
    """What a changed calendar does to one campaign.

    *closed* and *opened* count places: days of assistants. *broken* counts all bookings that
    lose their slot, *bookings* lists the first of them by day and user. *problems* are slots
    that now clash, or lie outside the campaign.
    """

    campaign: str
    slots: tuple[SlotChange, ...]
    closed: int
    opened: int
    broken: int
    bookings: tuple[BrokenBooking, ...]
    problems: tuple[Problem, ...] = ()


@attrs.frozen(kw_only=True)
class CalendarReport:
    """What was added to a calendar: how many decrees, which days and campaigns they change.

    Campaigns of which all slots stay the same are not listed. With *dry_run* nothing was kept.
    """

    calendar: str
    new: int
    days: tuple[DayChange, ...]
    campaigns: tuple[Impact, ...]
    dry_run: bool


@attrs.frozen(kw_only=True)
class Comparison:
    """The days and slots of a campaign that two states of knowledge tell apart."""

    campaign: str
    days: tuple[DayChange, ...]
    slots: tuple[SlotChange, ...]


class _Undo(Exception):
    """Roll a dry run back, and carry what it found."""

    def __init__(self, report: CalendarReport) -> None:
        super().__init__()
        self.report = report


class Calendars(Handle):
    """Look at calendars, and add to them what authorities and the host say."""

    def __init__(self, host: Host, definitions: Definitions, *, actor: str = SYSTEM) -> None:
        super().__init__(host, actor=actor)
        self._definitions = definitions

    @query
    def names(self, work: Work, *, limit: int = 100) -> tuple[str, ...]:
        """Return the names of up to *limit* calendars, shipped and kept, in order."""
        kept = (row["name"] for row in work.tx.find(CALENDARS.table, {}, limit=limit))
        return tuple(sorted({*SHIPPED, *kept})[:limit])

    @query
    def get(self, work: Work, name: str = "CN", *, known_on: date | None = None) -> WorkCalendar:
        """Return the calendar *name*, as it was known on a day if one is told.

        Raise `Invalid` calendar.unknown where there is none.
        """
        found = calendars_of(work)(name)
        return found if known_on is None else found.as_of(known_on)

    @query
    def compare(self, work: Work, campaign: str, *, before: date, after: date) -> Comparison:
        """Compare the slots of *campaign* by its calendar as known on *before* and on *after*.

        Days that were not published yet follow the week. Raise `NotFound`.
        """
        opened = self._definitions.need(work, campaign)
        one, two = (opened.calendar.as_of(day) for day in (before, after))
        span = (opened.campaign.opens, opened.campaign.closes)
        changed = difference(one, two, first=span[0], last=span[1])
        rules = opened.campaign.slots
        was, now = (generate(rules, each, opens=span[0], closes=span[1]) for each in (one, two))
        return Comparison(campaign=campaign, days=changed, slots=slot_changes(was, now, changed))

    def define(self, name: str, *, base: str = "CN") -> None:
        """Keep a calendar *name* that says what *base* says, until something is added to it.

        Doing it again changes nothing. Raise `Refused` calendar.taken for a name with another
        base, `Invalid` for a name that cannot be one and for an unknown base.
        """

        def step(work: Work) -> None:
            kept = find(work, named(name))
            if name in SHIPPED or (kept is not None and kept.base != base):
                raise Refused("calendar.taken", calendar=name)
            calendars_of(work)(base)
            if kept is None:
                work.save(CALENDARS, KeptCalendar(name=name, base=base))

        self.host.run(step, actor=self.actor)

    def import_(
        self,
        name: str,
        table: str | bytes | Mapping[str, object],
        *,
        known_on: date | None = None,
        dry_run: bool = False,
    ) -> CalendarReport:
        """Add a *table* to the calendar *name*: plain data or JSON, in our shape or holiday-cn's.

        A decree that does not say when it was published counts as known on *known_on*, by
        default today in UTC. One that changes no day is not kept, so doing it again changes
        nothing. A name that is new becomes a calendar that stands alone. Raise `Invalid` with
        every mistake.
        """
        data = _parsed(table) if isinstance(table, str | bytes) else table
        read_table(data)

        def decided(at: date) -> tuple[Decree, ...]:
            return read_table(data, known_on=known_on or at)

        return self._add(name, decided, dry_run=dry_run, weekend=WEEKEND)

    def import_country(
        self,
        country: str,
        years: Iterable[int],
        *,
        name: str | None = None,
        known_on: date | None = None,
        dry_run: bool = False,
    ) -> CalendarReport:
        """Add the public holidays of a *country* ("US", "DE-BY") by the package holidays.

        *name* is the calendar's, by default *country*. Years after that of *known_on* are
        provisional. Needs the extra `holidays`.
        """
        from saasops.almanacs.countries import Country

        almanac = Country(country, years)

        def decided(at: date) -> tuple[Decree, ...]:
            return almanac.decrees(known_on=known_on or at)

        return self._add(name or country, decided, dry_run=dry_run, weekend=almanac.weekend)

    def import_china(
        self, years: Iterable[int], *, known_on: date | None = None, dry_run: bool = False
    ) -> CalendarReport:
        """Add *years* of the package chinesecalendar to "CN". Needs the extra `cn`."""
        from saasops.almanacs.china import read_china

        wanted = tuple(years)

        def decided(at: date) -> tuple[Decree, ...]:
            return read_china(wanted, known_on=known_on or at)

        return self._add("CN", decided, dry_run=dry_run)

    def override(
        self,
        name: str,
        first: date,
        last: date | None = None,
        *,
        kind: Word,
        reason: str,
        known_on: date | None = None,
        dry_run: bool = False,
    ) -> CalendarReport:
        """Say yourself what the days *first* to *last* of the calendar *name* are, and why.

        A `restday` is frozen, a Saturday that is a `workday` is a duty Saturday, and
        `ordinary` takes back what was said before. It counts as known since *known_on*, by
        default today in UTC, on the word of the actor. Raise `Invalid` for a blank reason.
        """

        def decided(at: date) -> tuple[Decree, ...]:
            since = known_on or at
            said = days.override(
                first, last, kind=kind, reason=reason, by=self.actor, known_on=since
            )
            if problems := tuple(days.mistakes(said, "override")):
                raise Invalid(problems)
            return (said,)

        return self._add(name, decided, dry_run=dry_run)

    def _add(
        self,
        name: str,
        decided: Callable[[date], tuple[Decree, ...]],
        *,
        dry_run: bool,
        weekend: tuple[int, ...] | None = None,
    ) -> CalendarReport:
        """Add what was *decided* to *name*; with a *weekend*, to a new one if there is none."""

        def step(work: Work) -> CalendarReport:
            kept = find(work, named(name))
            if kept is None and name not in SHIPPED and weekend is None:
                raise unknown(name, SHIPPED)
            known = kept or KeptCalendar(name=name, weekend=weekend or WEEKEND)
            before = resolve(name, lambda one: known if one == name else find(work, one))
            said = decided(work.at.date())
            new = news(before, said)
            using = self._using(work, name) if new else ()
            if new or (kept is None and name not in SHIPPED):
                work.save(CALENDARS, attrs.evolve(known, decrees=(*known.decrees, *new)))
            first, last = reach(said)
            impacts = (self._followed(work, opened) for opened in using)
            report = CalendarReport(
                calendar=name,
                new=len(new),
                days=difference(before, before.with_decrees(new), first=first, last=last),
                campaigns=tuple(one for one in impacts if one is not None),
                dry_run=dry_run,
            )
            if dry_run:
                raise _Undo(report)
            return report

        try:
            return self.host.run(step, actor=self.actor, command=_ADD)
        except _Undo as undone:
            return undone.report

    def _using(self, work: Work, name: str) -> tuple[Running, ...]:
        """Return the campaigns that follow the calendar *name*, or one that stands on it."""
        found: list[Running] = []
        for row in tuple(work.rows(CAMPAIGNS, {})):
            opened = self._definitions.need(work, row["id"])
            used = opened.campaign.slots.calendar
            chain = lineage(used, lambda one: find(work, one))
            if name in {used, *(one.base for one in chain)}:
                found.append(opened)
        return tuple(found)

    def _followed(self, work: Work, before: Running) -> Impact | None:
        """Let a campaign follow its calendar; tell what becomes of its slots and bookings."""
        id = before.campaign.id
        digest = fingerprint(work, before.campaign.slots.calendar)
        work.tx.update(CAMPAIGNS, (id,), {"calendar": digest})
        after = self._definitions.need(work, id)
        if after.slots == before.slots:
            return None
        touched = [day for slot in (*before.slots, *after.slots) for day in slot.days]
        changed = difference(
            before.calendar,
            after.calendar,
            first=monday_of(min(touched)),
            last=max(touched) + timedelta(6),
        )
        was = _open_places(work, id)
        refresh_places(work, after)
        now = _open_places(work, id)
        broken = _broken(work, before, after)
        return Impact(
            campaign=id,
            slots=slot_changes(before.slots, after.slots, changed),
            closed=len(was - now),
            opened=len(now - was),
            broken=len(broken),
            bookings=broken[:MOST_LISTED],
            problems=tuple(
                mistakes(after.slots, opens=after.campaign.opens, closes=after.campaign.closes)
            ),
        )


_ADD = Command("Calendars.add", CalendarReport)


def _open_places(work: Work, campaign: str) -> set[tuple[str, date]]:
    rows = work.rows(PLACES, {"campaign": campaign})
    return {(row["assistant"], row["day"]) for row in rows if row["open"]}


def _broken(work: Work, before: Running, after: Running) -> tuple[BrokenBooking, ...]:
    was, now = ({day: one.id for one in all.slots for day in one.days} for all in (before, after))
    found = [
        BrokenBooking(
            user=one.user,
            assistant=one.assistant,
            day=one.day,
            slot=one.slot,
            now=now.get(one.day),
        )
        for one in work.each(BOOKINGS, {"campaign": before.campaign.id})
        if one.occupies and was.get(one.day) == one.slot != now.get(one.day)
    ]
    return tuple(sorted(found, key=lambda one: (one.day, one.user)))


def _parsed(table: str | bytes) -> object:
    try:
        return json.loads(table)
    except (ValueError, RecursionError):
        raise Invalid([Problem("", "calendar.table.unreadable")]) from None
