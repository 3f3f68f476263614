"""Instants and civil dates. Only a host's clock reads the time; every decision is told it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Clock: TypeAlias = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)


@cache
def zone(name: str) -> ZoneInfo:
    """Return the time zone *name*, once; raise `ValueError` where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"no time zone {name!r}") from error


def day_of(at: datetime, where: ZoneInfo) -> date:
    """Return the civil date of the instant *at* in the zone *where*."""
    return at.astimezone(where).date()


def instant(day: date, hour: time, where: ZoneInfo) -> datetime:
    """Return the instant, in UTC, of wall-clock *hour* on *day* in the zone *where*."""
    return datetime.combine(day, hour, where).astimezone(UTC)


def monday_of(day: date) -> date:
    """Return the Monday of the ISO week of *day*."""
    return day - timedelta(day.weekday())


def parse_instant(text: str, *, default: ZoneInfo | None = None) -> datetime:
    """Read an ISO 8601 instant into UTC.

    A text without an offset is read in the zone *default*; raise `ValueError` without one.
    """
    at = datetime.fromisoformat(text.strip().replace("/", "-"))
    if at.tzinfo is None:
        if default is None:
            raise ValueError("an instant needs an offset")
        at = at.replace(tzinfo=default)
    return at.astimezone(UTC)
