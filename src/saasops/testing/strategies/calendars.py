"""Strategies for days, decrees and working calendars."""

from datetime import date, timedelta

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from saasops.calendars.decrees import Authority, Decree, Span, Word, joined
from saasops.calendars.working_days import WorkCalendar, china, weekends

WORDS: tuple[Word, ...] = ("workday", "restday", "ordinary")
FIRST, LAST = date(2019, 6, 1), date(2028, 6, 30)


def days(first: date = FIRST, last: date = LAST) -> SearchStrategy[date]:
    """Draw dates around years that the shipped table covers, and beyond."""
    return st.dates(first, last)


@st.composite
def spans(draw: st.DrawFn, first: date = FIRST, last: date = LAST) -> tuple[Span, ...]:
    """Draw what is said of a few days, each of them named once."""
    found: dict[date, Span] = {}
    for begin in draw(st.lists(days(first, last), max_size=4)):
        kind, name = draw(st.sampled_from(WORDS)), draw(st.sampled_from(("元旦", "春节")))
        for ahead in range(draw(st.integers(1, 6))):
            day = begin + timedelta(ahead)
            found[day] = Span(kind=kind, first=day, last=day, name=name)
    return joined(found.values())


def decrees(*bases: Authority, first: date = FIRST, last: date = LAST) -> SearchStrategy[Decree]:
    """Draw what authorities of *bases*, by default all three, say of a few days or a year."""
    return st.builds(
        Decree,
        basis=st.sampled_from(bases or ("official", "provisional", "override")),
        published=st.none() | days(),
        by=st.sampled_from(("", "ops")),
        year=st.none() | st.integers(FIRST.year, LAST.year),
        days=spans(first, last),
    )


def overrides() -> SearchStrategy[Decree]:
    """Draw a host's own word on a few days."""
    return st.builds(
        Decree,
        basis=st.just("override"),
        published=st.none() | days(),
        by=st.just("ops"),
        days=spans(),
    )


def work_calendars() -> SearchStrategy[WorkCalendar]:
    """Draw the shipped calendars and invented ones, with and without more decrees."""
    invented = st.builds(WorkCalendar, certain=st.booleans())
    return st.builds(
        WorkCalendar.with_decrees,
        st.sampled_from((china(), weekends())) | invented,
        st.lists(decrees(), max_size=3),
    )
