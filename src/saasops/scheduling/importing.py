"""Read assistants, absences and outcomes from operators' tables, row by row."""

from collections.abc import Iterable
from datetime import date

from saasops import clock
from saasops.errors import Problem
from saasops.rows import Row, Rows, read_rows
from saasops.scheduling.assistants import Absence, Assistant, parse_weekdays
from saasops.scheduling.outcomes import RESULTS, Outcome, Result
from saasops.scheduling.patterns import Pattern, Ramp, parse_pattern, parse_ramp

_RESULT: dict[str, Result] = {result: result for result in RESULTS}


_LIMITS = ("limit_a_day", "limit_a_day_busy_weeks")


def read_assistants(rows: Rows) -> tuple[list[tuple[int, Assistant]], list[Problem]]:
    """Read assistant, name, team, skills, working_days, duty_saturdays and two limits.

    Further columns, all optional: patterns (`2020-03-01 mon-wed; 2020-04-06 mon-fri/tue,wed`),
    first_day and last_day, ramp_from and ramp (`2;4` users a day by week, or `25%;50%`), zone.
    """

    def build(row: Row) -> Assistant | None:
        limits = [row.integer(column) for column in _LIMITS]
        for column, limit in zip(_LIMITS, limits, strict=True):
            if limit is not None and limit < 0:
                row.wrong(column, "value.negative", value=limit)
        opens, closes = row.date("first_day"), row.date("last_day")
        if opens and closes and closes < opens:
            row.wrong("last_day", "roster.backwards", opens=str(opens), closes=str(closes))
        return Assistant(
            id=row.required("assistant"),
            name=row.text("name") or "",
            team=row.text("team") or "general",
            skills=row.list_("skills"),
            weekdays=_weekdays(row),
            duty_saturdays=tuple(_days(row)),
            limit=limits[0],
            limit_busy=limits[1],
            patterns=_patterns(row),
            opens=opens,
            closes=closes,
            ramp=_ramp(row),
            zone=_zone(row),
        )

    return read_rows(
        rows,
        build,
        required=("assistant",),
        optional=(
            "name",
            "team",
            "skills",
            "working_days",
            "duty_saturdays",
            *_LIMITS,
            "patterns",
            "first_day",
            "last_day",
            "ramp_from",
            "ramp",
            "zone",
        ),
        key=lambda one: one.id,
    )


def read_absences(rows: Rows) -> tuple[list[tuple[int, Absence]], list[Problem]]:
    """Read assistant, first_day, last_day, kind, known_at."""

    def build(row: Row) -> Absence | None:
        opens, closes = row.date("first_day"), row.date("last_day")
        kind = row.choice("kind", ("planned", "unexpected")) or "planned"
        known_at = row.instant("known_at")
        if opens is None or closes is None or known_at is None:
            return None
        if closes < opens:
            context = {"opens": str(opens), "closes": str(closes)}
            row.wrong(
                "last_day", "absence.backwards", assistant=row.required("assistant"), **context
            )
        return Absence(
            assistant=row.required("assistant"),
            opens=opens,
            closes=closes,
            kind="unexpected" if kind == "unexpected" else "planned",
            known_at=known_at,
        )

    return read_rows(
        rows,
        build,
        required=("assistant", "first_day", "last_day", "known_at"),
        optional=("kind",),
        key=lambda one: (one.assistant, one.opens),
    )


def read_outcomes(rows: Rows, *, campaign: str) -> tuple[list[tuple[int, Outcome]], list[Problem]]:
    """Read user, slot, day, assistant, attempt, outcome, versions, operations, reported_at."""

    def build(row: Row) -> Outcome | None:
        day, reported_at = row.date("day"), row.instant("reported_at")
        attempt = row.integer("attempt")
        result = _RESULT.get(row.choice("outcome", RESULTS) or "")
        if day is None or reported_at is None or attempt is None or result is None:
            return None
        return Outcome(
            campaign=campaign,
            user=row.required("user"),
            attempt=attempt,
            result=result,
            slot=row.required("slot"),
            day=day,
            assistant=row.required("assistant"),
            version_before=row.text("version_before"),
            version_reached=row.text("version_reached"),
            special_operations=row.text("special_operations") or "",
            reported_at=reported_at,
        )

    return read_rows(
        rows,
        build,
        required=("user", "slot", "day", "assistant", "attempt", "outcome", "reported_at"),
        optional=("version_before", "version_reached", "special_operations"),
        key=lambda one: (one.user, one.attempt),
    )


def _weekdays(row: Row) -> tuple[int, ...]:
    written = row.text("working_days") or "mon-fri"
    try:
        return parse_weekdays(written)
    except ValueError:
        row.wrong("working_days", "roster.wrong_weekdays", value=written)
        return ()


def _days(row: Row) -> Iterable[date]:
    for part in row.list_("duty_saturdays"):
        try:
            yield date.fromisoformat(part)
        except ValueError:
            row.wrong("duty_saturdays", "value.wrong_date", value=part)


def _patterns(row: Row) -> tuple[Pattern, ...]:
    found: tuple[Pattern, ...] = ()
    try:
        found = tuple(parse_pattern(part) for part in row.list_("patterns"))
    except ValueError:
        row.wrong("patterns", "roster.wrong_pattern")
    opened = [one.opens for one in found]
    for day in sorted({day for day in opened if opened.count(day) > 1}):
        row.wrong("patterns", "roster.pattern_twice", day=str(day))
    return found


def _ramp(row: Row) -> Ramp | None:
    opens, written = row.date("ramp_from"), row.text("ramp")
    if opens is None and written is None:
        return None
    try:
        if opens is not None and written is not None:
            return parse_ramp(opens, written)
    except ValueError:
        pass
    row.wrong("ramp", "roster.wrong_ramp")
    return None


def _zone(row: Row) -> str | None:
    name = row.text("zone")
    try:
        return name and clock.zone(name).key
    except ValueError:
        row.wrong("zone", "roster.no_zone", assistant=row.required("assistant"))
        return None
