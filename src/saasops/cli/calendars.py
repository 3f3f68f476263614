"""`saasops calendar`: look at days, take tables in, say what days are, see what that changes."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from saasops import serial
from saasops.app.calendars import CalendarReport, Calendars
from saasops.calendars.differences import DayChange, mark
from saasops.calendars.working_days import WorkCalendar
from saasops.cli.calendar_pictures import days_changed, impact, legend, month, named_days
from saasops.cli.options import (
    SETTINGS,
    ConfigOption,
    JsonOption,
    LocaleOption,
    civil,
    day,
    month_of,
)
from saasops.cli.settings import read_settings, the_campaign
from saasops.cli.terminal import Terminal, terminal
from saasops.errors import NotFound, Refused
from saasops.values import both

app = typer.Typer(help="Working days: look, import, override, compare.", no_args_is_help=True)
_MOST_MONTHS = 24


class Source(StrEnum):
    """A package that knows days off."""

    chinesecalendar = "chinesecalendar"
    holidays = "holidays"


class Kind(StrEnum):
    """What a host may say of a day."""

    workday = "workday"
    restday = "restday"
    ordinary = "ordinary"


def years_of(text: str) -> tuple[int, int]:
    """Read 2026 or 2026-2028; raise `ValueError` for anything else."""
    first, _, last = text.partition("-")
    found = civil(f"{first}-01-01").year, civil(f"{last or first}-01-01").year
    if found[1] < found[0]:
        raise ValueError("the first year comes first")
    return found


CalendarOption = Annotated[str, typer.Option("--calendar", help="Which calendar; CN by default.")]
KnownOption = Annotated[
    date | None, typer.Option("--known-on", parser=day, help="As it was known on this day.")
]
SinceOption = Annotated[
    date | None, typer.Option("--known-on", parser=day, help="Since when it is known; today.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only look.")]
ByOption = Annotated[str, typer.Option("--by", help="On whose word.")]


@app.command()
def show(
    first: Annotated[
        date, typer.Argument(parser=month_of, metavar="MONTH", help="A month, as 2020-01.")
    ],
    last: Annotated[
        date | None,
        typer.Argument(parser=month_of, metavar="LAST", help="The last month, if more than one."),
    ] = None,
    *,
    calendar: CalendarOption = "CN",
    known_on: KnownOption = None,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show months with holidays, make-up days, duty, frozen and unknown days."""
    with terminal(locale, as_json=as_json) as shown:
        end = last or first
        months = (end.year - first.year) * 12 + end.month - first.month + 1
        if not 1 <= months <= _MOST_MONTHS:
            raise Refused("cli.usage.months", most=_MOST_MONTHS)
        with read_settings(config).open() as ops:
            found = ops.calendars.get(calendar, known_on=known_on)
        end += timedelta(monthrange(end.year, end.month)[1] - 1)
        shown.result(
            {
                "calendar": calendar,
                "covered_from": serial.dump(found.covered_from),
                "covered_until": serial.dump(found.covered_until),
                "days": [_day(found, one) for one in _days(first, end)],
            }
        )
        begin = first
        while begin <= end:
            shown.show(month(found, begin))
            begin = (begin + timedelta(31)).replace(day=1)
        shown.say(legend())
        if found.covered_from is not None:
            shown.say(
                both("Known for certain: {first} to {last}.", "已确定：{first} 至 {last}。"),
                first=found.covered_from,
                last=found.covered_until,
            )
        shown.show(named_days(found, tuple(_days(first, end))))


@app.command("import")
def import_(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A table of days (JSON).")
    ] = None,
    *,
    source: Annotated[
        Source | None, typer.Option("--from", help="A package instead of a file.")
    ] = None,
    country: Annotated[str, typer.Option(help="For holidays: a country, as US or DE-BY.")] = "",
    years: Annotated[
        str, typer.Option(help="For a package: a year or several, as 2026-2028.")
    ] = "",
    calendar: Annotated[
        str | None, typer.Option("--calendar", help="Into which calendar; CN, or the country's.")
    ] = None,
    known_on: SinceOption = None,
    dry_run: DryRunOption = False,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a table of days to a calendar, and tell which slots and bookings that changes."""
    with terminal(locale, as_json=as_json) as shown, read_settings(config).open() as ops:
        into: dict[str, Any] = {"known_on": known_on, "dry_run": dry_run}
        if (file is None) is (source is None) or (source is not None and not years):
            raise Refused("cli.usage.calendar_source")
        span = range(0)
        if source is not None:
            try:
                begin, end = years_of(years)
            except ValueError:
                raise Refused("cli.usage.calendar_source") from None
            span = range(begin, end + 1)
        if file is not None:
            if not file.is_file():
                raise NotFound("file", file.name)
            report = ops.calendars.import_(calendar or "CN", file.read_bytes(), **into)
        elif source is Source.holidays:
            report = ops.calendars.import_country(country, span, name=calendar, **into)
        else:
            report = ops.calendars.import_china(span, **into)
        _told(shown, report)


@app.command()
def override(
    first: Annotated[date, typer.Argument(parser=day, metavar="FIRST", help="The first day.")],
    last: Annotated[
        date | None, typer.Argument(parser=day, metavar="LAST", help="The last, if several.")
    ] = None,
    *,
    kind: Annotated[Kind, typer.Option(help="What the days are; ordinary takes a word back.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    calendar: CalendarOption = "CN",
    known_on: SinceOption = None,
    by: ByOption = "system",
    dry_run: DryRunOption = False,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that days are worked (duty) or free (frozen), and tell what that changes."""
    with terminal(locale, as_json=as_json) as shown, read_settings(config).open() as ops:
        said: Literal["workday", "restday", "ordinary"] = kind.value
        handle = ops.acting(by, roles=("operator",)).calendars
        report = handle.override(
            calendar, first, last, kind=said, reason=reason, known_on=known_on, dry_run=dry_run
        )
        _told(shown, report)


@app.command()
def define(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The new calendar's name.")],
    *,
    base: Annotated[str, typer.Option(help="The calendar that it stands on.")] = "CN",
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep a calendar of a region or a host on top of another; again changes nothing."""
    with terminal(locale, as_json=as_json) as shown, read_settings(config).open() as ops:
        ops.calendars.define(name, base=base)
        shown.result({"calendar": name, "base": base, "calendars": list(ops.calendars.names())})
        shown.say(both("{name} stands on {base}.", "{name} 基于 {base}。"), name=name, base=base)


@app.command()
def diff(
    before: Annotated[
        date, typer.Argument(parser=day, metavar="BEFORE", help="As it was known on this day …")
    ],
    after: Annotated[date, typer.Argument(parser=day, metavar="AFTER", help="… and on this one.")],
    *,
    campaign: Annotated[str | None, typer.Option(help="Not needed if there is one.")] = None,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare a campaign's days and slots as they were known on two days."""
    with terminal(locale, as_json=as_json) as shown, read_settings(config).open() as ops:
        handle: Calendars = ops.calendars
        found = handle.compare(the_campaign(ops, campaign), before=before, after=after)
        shown.result(
            {
                "campaign": found.campaign,
                "days": [_change(one) for one in found.days],
                "slots": [serial.dump(one) for one in found.slots],
            }
        )
        shown.show(days_changed(found.days))
        shown.show(impact(found.campaign, found.slots))


def _told(shown: Terminal, report: CalendarReport) -> None:
    """Show what was added, and say how to go on where bookings lost their slots."""
    shown.result(
        {
            "calendar": report.calendar,
            "dry_run": report.dry_run,
            "new": report.new,
            "days": [_change(one) for one in report.days],
            "campaigns": [
                {
                    **serial.dump(one),
                    "problems": [shown.problem(problem) for problem in one.problems],
                }
                for one in report.campaigns
            ],
        }
    )
    shown.say(
        both(
            "{calendar}: {new} new, {days} days change.",
            "{calendar}：新增 {new} 条，{days} 天有变化。",
        ),
        calendar=report.calendar,
        new=report.new,
        days=len(report.days),
    )
    if report.days:
        shown.show(days_changed(report.days))
    for one in report.campaigns:
        shown.show(impact(one.campaign, one.slots))
        shown.say(
            both(
                "{id}: {closed} places close, {opened} open; {broken} lose their slot: {users}",
                "{id}：关闭 {closed} 个名额，新开 {opened} 个；{broken} 个预约失去时段：{users}",
            ),
            id=one.campaign,
            closed=one.closed,
            opened=one.opened,
            broken=one.broken,
            users=", ".join(
                f"{lost.user} {lost.day} {lost.assistant}" for lost in one.bookings[:40]
            )
            or "-",
        )
        shown.list_problems(one.problems)
    if report.dry_run:
        shown.say(both("Nothing is changed: this was a dry run.", "仅为试运行，未作更改。"))
    elif any(one.broken for one in report.campaigns):
        shown.say(
            both(
                "Nobody was moved. See `saasops plan replan`, then add --apply.",
                "尚未调整任何人。请先查看 `saasops plan replan`，再加 --apply 执行。",
            )
        )


def _days(first: date, last: date) -> Iterator[date]:
    for ahead in range((last - first).days + 1):
        yield first + timedelta(ahead)


def _day(calendar: WorkCalendar, one: date) -> dict[str, Any]:
    status = calendar.status(one)
    sign = mark(one, status, weekend=calendar.weekend)
    return {"day": str(one), "mark": sign, **serial.dump(status)}


def _change(one: DayChange) -> dict[str, Any]:
    return {
        "day": str(one.day),
        "before": serial.dump(one.before),
        "after": serial.dump(one.after),
    }
