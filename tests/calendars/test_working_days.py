"""Which days are worked (A7)."""

import json
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.calendars.decrees import DayStatus, Decree, Span, override
from saasops.calendars.tables import read_table
from saasops.calendars.working_days import WorkCalendar, by_name, china, weekends
from saasops.errors import Invalid
from saasops.testing.strategies import calendars as strategies

DATA = Path(__file__).parents[1] / "data" / "calendars"
YEARS = (2020, 2023, 2024, 2026)
modest = settings(max_examples=60)


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(n) for n in range((date(year + 1, 1, 1) - first).days)]


def published(year: int) -> dict[date, dict[str, Any]]:
    days = json.loads((DATA / f"holiday-cn-{year}.json").read_text("utf-8"))["days"]
    return {date.fromisoformat(day["date"]): day for day in days}


# The shipped table


@pytest.mark.parametrize("year", YEARS)
def test_a7_the_shipped_calendar_says_what_was_published_on_every_day(year: int) -> None:
    official = published(year)
    for day in {*days_of(year), *official}:
        status = china().status(day)
        if day in official:
            kind = "restday" if official[day]["isOffDay"] else "workday"
            assert (status.kind, status.basis) == (kind, "official")
            assert status.name == official[day]["name"]
        elif status.basis != "official":
            assert status == DayStatus(
                kind="workday" if day.weekday() < 5 else "restday", basis="rule"
            )
        else:
            assert day > date(year, 12, 29)  # New Year, published with the next year


@pytest.mark.parametrize(("year", "worked"), [(2020, 249), (2023, 249), (2024, 251), (2026, 248)])
def test_a7_a_year_has_its_published_number_of_working_days(year: int, worked: int) -> None:
    assert sum(map(china().is_workday, days_of(year))) == worked


def test_a7_the_campaign_of_2020_has_42_working_days_and_saturdays_are_none() -> None:
    days = [date(2020, 2, 1) + timedelta(n) for n in range(60)]
    assert days[-1] == date(2020, 3, 31)
    assert sum(map(china().is_workday, days)) == 42
    saturdays = [day for day in days if day.weekday() == 5]
    assert [china().status(day).basis for day in saturdays] == ["official"] + ["rule"] * 8
    assert not any(map(china().is_workday, saturdays))


def test_a7_every_year_from_2004_to_2026_is_covered_and_none_else() -> None:
    assert china().covered == frozenset(range(2004, 2027))
    assert china().covered_until == date(2026, 12, 31)
    assert not china().covers(date(2003, 12, 31))


def test_a7_2027_is_unknown_and_says_so() -> None:
    assert not any(map(china().covers, days_of(2027)))
    unknown = DayStatus(kind="workday", basis="unknown")
    assert china().status(date(2027, 10, 1)) == unknown


def test_a7_new_year_published_with_the_next_year_is_official() -> None:
    assert china().status(date(2022, 12, 31)).since == date(2022, 12, 8)


def test_the_table_keeps_its_source_and_licence() -> None:
    table = json.loads(files("saasops.calendars").joinpath("china.json").read_text("utf-8"))
    for source in ("NateScarlet/holiday-cn", "LKI/chinese-calendar", "vacanza/holidays"):
        assert source in table["source"]
    assert table["licence"][0] == "MIT License"


# As it was known on a day


def test_a7_the_spring_festival_of_2020_was_longer_than_announced() -> None:
    before, after = china().as_of(date(2020, 1, 1)), china().as_of(date(2020, 2, 1))
    first = [date(2020, 1, 24) + timedelta(n) for n in range(11)]
    assert [day.day for day in first if before.is_workday(day)] == [31, 1, 3]
    assert [day.day for day in first if after.is_workday(day)] == [3]
    assert (before.status(date(2020, 2, 1)).name, before.status(date(2020, 2, 1)).since) == (
        "春节",
        date(2019, 11, 21),
    )
    assert after.status(date(2020, 2, 1)).since == date(2020, 1, 27)
    assert not before.is_workday(date(2020, 2, 2))


def test_a7_the_day_of_a_paper_is_the_first_on_which_it_is_known() -> None:
    for known_on, worked in ((date(2020, 1, 26), True), (date(2020, 1, 27), False)):
        assert china().as_of(known_on).is_workday(date(2020, 1, 31)) is worked
    assert not china().as_of(date(2019, 11, 20)).covers(date(2020, 2, 3))
    assert china().as_of(date(2025, 11, 3)).covered_until == date(2025, 12, 31)


@pytest.mark.parametrize(
    ("day", "known_on", "before"),
    [
        (date(2019, 5, 2), date(2019, 3, 22), True),
        (date(2019, 4, 28), date(2019, 3, 22), False),
        (date(2015, 9, 3), date(2015, 5, 13), True),
        (date(2015, 9, 6), date(2015, 5, 13), False),
    ],
)
def test_a7_what_was_added_within_a_year_was_not_known_before(
    day: date, known_on: date, *, before: bool
) -> None:
    assert china().as_of(known_on - timedelta(1)).is_workday(day) is before
    assert china().as_of(known_on).is_workday(day) is not before


@modest
@given(strategies.work_calendars(), strategies.days(), strategies.days(), strategies.days())
def test_a7_what_was_known_only_grows(
    calendar: WorkCalendar, one: date, two: date, day: date
) -> None:
    earlier, later = sorted((one, two))
    known = calendar.as_of(later)
    assert set(calendar.as_of(earlier).decrees) <= set(known.decrees)
    assert known.as_of(earlier) == calendar.as_of(earlier)
    assert calendar.as_of(date.max) == calendar
    since = known.status(day).since
    assert since is None or since <= later
    assert (calendar.as_of(earlier).covered or frozenset()) <= (known.covered or frozenset())


# Whose word counts


@given(strategies.days())
def test_the_week_alone_decides_in_weekends(day: date) -> None:
    assert weekends().is_workday(day) is (day.isoweekday() <= 5)
    assert weekends().covers(day)
    assert weekends().covered_until is None


@modest
@given(st.lists(strategies.decrees(), max_size=4), strategies.days())
def test_a7_a_status_agrees_with_all_that_was_said_of_the_day(
    decrees: list[Decree], day: date
) -> None:
    """A second reading of the rules, backwards: the newest word of the highest authority."""

    def newest(basis: str) -> Span | None:
        spoken = [one for one in decrees if one.basis == basis]
        settled = set[int]()
        for one in sorted(spoken, key=lambda d: d.published or date.min)[::-1]:
            if one.year is not None and one.year in settled:
                continue
            for span in one.days[::-1]:
                if span.first <= day <= span.last:
                    return None if span.kind == "ordinary" else span
            if one.year is not None:
                settled.add(one.year)
        return None

    calendar = WorkCalendar(decrees=tuple(decrees))
    official = {one.year for one in decrees if one.basis == "official"}
    guessed = {one.year for one in decrees if one.basis == "provisional"}
    status = calendar.status(day)
    for basis in ("override", "official", "provisional"):
        if basis == "provisional" and day.year in official:
            continue
        if (span := newest(basis)) is not None:
            assert (status.kind, status.basis, status.name) == (span.kind, basis, span.name)
            return
    assert (status.kind == "workday") is (day.weekday() < 5)
    expected = "rule" if day.year in official else "unknown"
    assert status.basis == (
        "provisional" if expected != "rule" and day.year in guessed else expected
    )


@modest
@given(strategies.work_calendars(), strategies.days(), strategies.overrides())
def test_a7_an_override_wins_and_changes_no_other_day(
    calendar: WorkCalendar, day: date, word: Decree
) -> None:
    newest = Decree(basis="override", published=date.max, by=word.by, days=word.days)
    after = calendar.with_decrees((newest,))
    said = [span for span in word.days if span.first <= day <= span.last]
    if not said:
        assert after.status(day) == calendar.status(day)
    elif said[0].kind == "ordinary":
        assert after.status(day).basis != "override"
    else:
        status = after.status(day)
        assert (status.kind, status.basis, status.name) == (
            said[0].kind,
            "override",
            said[0].name,
        )


def test_a7_the_newer_override_counts_whatever_the_order_in_which_it_came() -> None:
    day = date(2020, 2, 8)
    duty = override(day, kind="workday", reason="duty", by="ops", known_on=date(2020, 1, 10))
    freeze = override(day, kind="restday", reason="freeze", by="cto", known_on=date(2020, 1, 20))
    for decrees in ((duty, freeze), (freeze, duty)):
        calendar = china().with_decrees(decrees)
        assert calendar.status(day) == DayStatus(
            kind="restday", basis="override", name="freeze", by="cto", since=date(2020, 1, 20)
        )
        assert calendar.as_of(date(2020, 1, 15)).status(day).name == "duty"
        assert calendar.as_of(date(2020, 1, 9)).status(day).basis == "rule"


def test_a7_an_override_can_be_taken_back() -> None:
    day = date(2020, 2, 5)
    freeze = override(day, kind="restday", reason="freeze", known_on=date(2020, 1, 20))
    back = override(day, kind="ordinary", reason="over", known_on=date(2020, 1, 25))
    calendar = china().with_decrees((freeze, back))
    assert calendar.status(day) == china().status(day)
    assert not calendar.as_of(date(2020, 1, 24)).is_workday(day)


def test_a7_a_region_may_begin_to_work_later_than_the_country() -> None:
    closed = override(
        date(2020, 2, 3),
        date(2020, 2, 7),
        kind="restday",
        reason="延迟复工",
        by="province",
        known_on=date(2020, 1, 28),
    )
    region = china().with_decrees((closed,))
    opens = next(day for day in days_of(2020)[33:] if region.is_workday(day))
    assert opens == date(2020, 2, 10)
    assert region.as_of(date(2020, 1, 27)).is_workday(date(2020, 2, 3))


def test_a7_an_official_year_forgets_what_was_guessed_of_it() -> None:
    def new_year(basis: Any, day: date) -> Decree:
        span = Span(kind="restday", first=day, last=day, name="Day")
        return Decree(basis=basis, year=2027, days=(span,))

    guess = china().with_decrees((new_year("provisional", date(2027, 2, 5)),))
    assert guess.status(date(2027, 2, 5)).basis == "provisional"
    assert guess.status(date(2027, 2, 9)).basis == "provisional"
    assert not guess.covers(date(2027, 2, 9))
    assert guess.covered_until == date(2026, 12, 31)
    known = guess.with_decrees((new_year("official", date(2027, 2, 8)),))
    assert known.is_workday(date(2027, 2, 5))
    assert known.status(date(2027, 2, 9)).basis == "rule"
    assert known.covered_until == date(2027, 12, 31)


def test_a7_a_year_settled_anew_forgets_the_days_it_had() -> None:
    fresh = Decree(year=2026, published=date(2026, 3, 1))
    calendar = china().with_decrees((fresh,))
    assert calendar.is_workday(date(2026, 5, 1))
    assert not calendar.is_workday(date(2025, 5, 1))


@modest
@given(strategies.work_calendars(), strategies.days())
def test_a_day_is_worked_or_not_and_is_covered_unless_uncertain(
    calendar: WorkCalendar, day: date
) -> None:
    status = calendar.status(day)
    assert calendar.is_workday(day) is (status.kind == "workday")
    assert calendar.covers(day) is (status.basis not in ("unknown", "provisional"))
    if status.basis == "unknown":
        assert calendar.covered is not None
        assert day.year not in calendar.covered


def test_a_calendar_is_found_by_name() -> None:
    assert by_name("CN") is china()
    assert by_name("weekends") == WorkCalendar(certain=True)
    with pytest.raises(Invalid) as raised:
        by_name("US")
    (problem,) = raised.value.problems
    assert problem.code == "calendar.unknown"
    assert problem.context["allowed"] == ["CN", "weekends"]


def test_an_instant_is_no_day() -> None:
    for at in (datetime(2020, 2, 3, tzinfo=UTC), datetime(2020, 1, 24)):  # noqa: DTZ001 -- refused
        with pytest.raises(TypeError):
            china().status(at)


def test_another_weekend() -> None:
    calendar = WorkCalendar(certain=True, weekend=frozenset({4, 5}))
    friday = date(2020, 2, 7)
    assert not calendar.is_workday(friday)
    assert calendar.is_workday(friday + timedelta(2))


def test_a_host_may_bring_its_own_table() -> None:
    days = [["restday", "春节", "2027-02-05", "2027-02-11"]]
    calendar = china().with_decrees(read_table({"decrees": [{"year": 2027, "days": days}]}))
    assert calendar.covered_until == date(2027, 12, 31)
    assert sum(calendar.status(day).basis == "official" for day in days_of(2027)) == 7
