"""When the days of a slot open and close, as instants. Which days they are, `slots` decides.

An hour that the clocks skip is moved forward to the first moment that exists; an hour that
they show twice is taken the first time. So windows that share no hour on the wall share no
moment either, and a window is as long as the time that really passes in it.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

import attrs

from saasops.errors import Invalid, Problem

_MIDNIGHT = time(0)
_SECOND = timedelta(seconds=1)


@attrs.frozen(kw_only=True)
class Hours:
    """From when to when somebody is there, by the clocks of the campaign's zone.

    00:00 as the end is the end of the day. Raise `Invalid` hours.backwards for an end that is
    not behind the beginning, and hours.zoned for a time with an offset of its own.
    """

    opens: time
    closes: time

    def __attrs_post_init__(self) -> None:
        context = {"opens": str(self.opens), "closes": str(self.closes)}
        if self.opens.tzinfo is not None or self.closes.tzinfo is not None:
            raise Invalid([Problem("hours", "hours.zoned", context)])
        if self.closes <= self.opens and self.closes != _MIDNIGHT:
            raise Invalid([Problem("hours", "hours.backwards", context)])


@attrs.frozen(kw_only=True)
class Window:
    """A stretch of time on the civil date *day*; *closes_at* is the first moment outside."""

    day: date
    opens_at: datetime
    closes_at: datetime

    @property
    def lasts(self) -> timedelta:
        """Return how much time really passes."""
        return self.closes_at.astimezone(UTC) - self.opens_at.astimezone(UTC)


def windows(
    days: Iterable[date], zone: ZoneInfo, hours: Hours, *, viewer: ZoneInfo | None = None
) -> tuple[Window, ...]:
    """Return the *hours* of *days*, which are civil dates in *zone*, as aware instants.

    They are written in the zone of the *viewer*, else in UTC. A window of which no moment
    exists, because the clocks skip it whole, is left out.
    """
    return tuple(_open(days, zone, hours, viewer or UTC))


def moment(day: date, hour: time, zone: ZoneInfo) -> datetime:
    """Return, in UTC, when the clocks of *zone* show *hour* on *day*, as the policy above says."""
    wall = datetime.combine(day, hour)
    found, other = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if found <= other:
        return found
    # The hour is skipped: somewhere between the two readings the clocks jump.
    before, after, jumped = other, found, found.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == jumped:
            after = middle
        else:
            before = middle
    return after.replace(microsecond=0)


def _open(days: Iterable[date], zone: ZoneInfo, hours: Hours, viewer: tzinfo) -> Iterator[Window]:
    for day in days:
        end = day + timedelta(1) if hours.closes == _MIDNIGHT else day
        opens_at, closes_at = moment(day, hours.opens, zone), moment(end, hours.closes, zone)
        if opens_at < closes_at:
            yield Window(
                day=day,
                opens_at=opens_at.astimezone(viewer),
                closes_at=closes_at.astimezone(viewer),
            )
