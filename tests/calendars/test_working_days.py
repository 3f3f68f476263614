"""Which days are worked (A7)."""

import json
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from saasops.calendars.working_days import (
    DayStatus,
    Kind,
    WorkCalendar,
    by_name,
    china,
    from_table,
    weekends,
)
from saasops.errors import Invalid
from saasops.testing.strategies import calendars as strategies

DATA = Path(__file__).parents[1] / "data" / "calendars"
YEARS = (2020, 2023, 2024, 2026)


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(n) for n in range((date(year + 1, 1, 1) - first).days)]


def published(year: int) -> dict[date, dict[str, Any]]:
    days = json.loads((DATA / f"holiday-cn-{year}.json").read_text("utf-8"))["days"]
    return {date.fromisoformat(day["date"]): day for day in days}


@pytest.mark.parametrize("year", YEARS)
def test_a7_the_shipped_calendar_says_what_was_published_on_every_day(year: int) -> None:
    official = published(year)
    for day in {*days_of(year), *official}:
        status = china().status(day)
        if day in official:
            kind = "restday" if official[day]["isOffDay"] else "workday"
            assert status == DayStatus(kind=kind, basis="official", name=official[day]["name"])
        else:
            assert status.basis == "rule"
            assert (status.kind == "workday") is (day.weekday() < 5)


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


def test_the_holiday_that_was_extended_is_off_and_the_make_up_day_is_worked() -> None:
    assert china().status(date(2020, 2, 1)).kind == "restday"
    assert china().is_workday(date(2020, 1, 19))


def test_a_year_that_is_not_covered_says_so() -> None:
    china_ = china()
    assert china_.covered_until == date(2026, 12, 31)
    assert not any(china_.covers(day) for day in days_of(2027))
    assert not china_.covers(date(2021, 5, 1))
    assert china_.status(date(2027, 10, 1)) == DayStatus(kind="workday", basis="unknown")


def test_new_year_published_with_the_next_year_is_official() -> None:
    assert china().status(date(2022, 12, 31)).basis == "official"
    assert not china().covers(date(2022, 12, 30))


def test_the_table_keeps_its_source_and_licence() -> None:
    table = json.loads(files("saasops.calendars").joinpath("china.json").read_text("utf-8"))
    assert "NateScarlet/holiday-cn" in table["source"]
    assert table["licence"][0] == "MIT License"


@given(strategies.days())
def test_the_week_alone_decides_in_weekends(day: date) -> None:
    assert weekends().is_workday(day) is (day.isoweekday() <= 5)
    assert weekends().covers(day)
    assert weekends().covered_until is None


@given(strategies.work_calendars(), strategies.days(), strategies.overrides())
def test_an_override_wins_and_changes_no_other_day(
    calendar: WorkCalendar, day: date, changed: dict[date, Kind]
) -> None:
    after = calendar.with_overrides(changed)
    if day in changed:
        assert after.status(day) == DayStatus(kind=changed[day], basis="override")
    else:
        assert after.status(day) == calendar.status(day)


@given(strategies.work_calendars(), strategies.overrides(), strategies.overrides())
def test_the_newer_override_counts(
    calendar: WorkCalendar, earlier: dict[date, Kind], later: dict[date, Kind]
) -> None:
    assert calendar.with_overrides(earlier).with_overrides(later) == calendar.with_overrides(
        {**earlier, **later}
    )


@given(strategies.work_calendars(), strategies.days())
def test_a_day_is_worked_or_not_and_is_covered_unless_unknown(
    calendar: WorkCalendar, day: date
) -> None:
    status = calendar.status(day)
    assert calendar.is_workday(day) is (status.kind == "workday")
    assert calendar.covers(day) is (status.basis != "unknown")
    if status.basis == "unknown":
        assert calendar.covered is not None
        assert day.year not in calendar.covered


def test_overrides_cannot_be_changed_behind_the_calendars_back() -> None:
    mine: dict[date, Kind] = {date(2020, 2, 8): "workday"}
    calendar = china().with_overrides(mine)
    mine[date(2020, 2, 8)] = "restday"
    assert calendar.is_workday(date(2020, 2, 8))


def test_a_calendar_is_found_by_name() -> None:
    assert by_name("CN") is china()
    assert by_name("weekends") == WorkCalendar()
    with pytest.raises(Invalid) as raised:
        by_name("US")
    (problem,) = raised.value.problems
    assert problem.code == "value.not_allowed"
    assert problem.context["allowed"] == ["CN", "weekends"]


def test_an_instant_is_no_day() -> None:
    with pytest.raises(TypeError):
        china().status(datetime(2020, 2, 3, tzinfo=UTC))


def test_a_host_may_bring_its_own_table() -> None:
    table = {
        "years": {"2027": {"restdays": [["春节", "2027-02-05", "2027-02-11"]], "workdays": []}}
    }
    calendar = from_table(table)
    assert calendar.covered_until == date(2027, 12, 31)
    assert sum(calendar.status(day).basis == "official" for day in days_of(2027)) == 7
