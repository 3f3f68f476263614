"""Two calendars compared, and how a day is marked in a picture (A7)."""

from datetime import date, timedelta

from hypothesis import given, settings

from saasops.calendars.decrees import Decree, override
from saasops.calendars.differences import difference, mark
from saasops.calendars.working_days import WorkCalendar, china
from saasops.testing.strategies import calendars as strategies

FIRST, LAST = date(2020, 1, 1), date(2020, 3, 31)


def test_a7_what_changed_between_two_days_of_knowledge() -> None:
    before, after = china().as_of(date(2020, 1, 1)), china().as_of(date(2020, 2, 1))
    found = difference(before, after, first=FIRST, last=LAST)
    assert [(str(one.day), one.before.kind, one.after.kind) for one in found] == [
        ("2020-01-31", "workday", "restday"),
        ("2020-02-01", "workday", "restday"),
        ("2020-02-02", "restday", "restday"),
        ("2020-02-03", "workday", "workday"),
    ]
    assert {one.after.name for one in found} == {"春节"}
    assert {one.after.since for one in found} == {date(2020, 1, 27)}
    assert [one.before.basis for one in found] == ["rule", "official", "rule", "rule"]


@settings(max_examples=25)
@given(strategies.work_calendars(), strategies.overrides())
def test_a7_a_day_is_listed_if_and_only_if_it_is_called_something_else(
    calendar: WorkCalendar, word: Decree
) -> None:
    after = calendar.with_decrees((word,))
    found = difference(calendar, after, first=strategies.FIRST, last=strategies.LAST)
    listed = {one.day for one in found}
    assert [one.day for one in found] == sorted(listed)
    for ahead in range((strategies.LAST - strategies.FIRST).days + 1):
        day = strategies.FIRST + timedelta(ahead)
        one, two = calendar.status(day), after.status(day)
        if day not in listed:
            assert (one.kind, one.name) == (two.kind, two.name)
            assert ("override" in (one.basis, two.basis)) is (one.basis == two.basis == "override")
        else:
            assert (one.kind, one.name, one.basis) != (two.kind, two.name, two.basis)
    assert difference(after, after, first=strategies.FIRST, last=strategies.LAST) == ()


def test_a7_a_year_that_becomes_known_lists_its_named_days_only() -> None:
    before = china().as_of(date(2019, 11, 1))
    found = difference(before, china(), first=FIRST, last=date(2020, 12, 31))
    assert all(one.after.basis == "official" for one in found)
    assert len(found) == 37


def test_a7_every_day_has_its_mark() -> None:
    freeze = override(date(2020, 2, 5), kind="restday", reason="freeze")
    duty = override(date(2020, 2, 8), kind="workday", reason="duty")
    calendar = china().with_decrees((freeze, duty))
    marks = {
        "2020-01-19": "make_up",
        "2020-01-24": "holiday",
        "2020-02-02": "holiday",
        "2020-02-03": "workday",
        "2020-02-05": "freeze",
        "2020-02-08": "duty",
        "2020-02-09": "rest",
        "2020-02-10": "workday",
        "2027-02-10": "unknown",
        "2027-02-14": "unknown",
    }
    for text, expected in marks.items():
        day = date.fromisoformat(text)
        assert mark(day, calendar.status(day), weekend=calendar.weekend) == expected, text
