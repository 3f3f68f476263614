"""Strategies for days and working calendars."""

from datetime import date

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from saasops.calendars.working_days import DayStatus, Kind, WorkCalendar, china, weekends

KINDS: tuple[Kind, ...] = ("workday", "restday")


def days(first: date = date(2019, 6, 1), last: date = date(2028, 6, 30)) -> SearchStrategy[date]:
    """Draw dates around the years that the shipped table covers."""
    return st.dates(first, last)


def overrides() -> SearchStrategy[dict[date, Kind]]:
    """Draw a host's own word on a few days."""
    return st.dictionaries(days(), st.sampled_from(KINDS), max_size=4)


def official_days() -> SearchStrategy[dict[date, DayStatus]]:
    """Draw a small official table."""
    status = st.builds(
        DayStatus,
        kind=st.sampled_from(KINDS),
        basis=st.just("official"),
        name=st.sampled_from(("元旦", "春节")),
    )
    return st.dictionaries(days(), status, max_size=4)


def work_calendars() -> SearchStrategy[WorkCalendar]:
    """Draw the shipped calendars and invented ones, with and without overrides."""
    covered = st.none() | st.frozensets(st.integers(2019, 2028), max_size=4)
    invented = st.builds(WorkCalendar, days=official_days(), covered=covered)
    return st.builds(
        WorkCalendar.with_overrides,
        st.sampled_from((china(), weekends())) | invented,
        overrides(),
    )
