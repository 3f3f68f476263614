"""The shipped table beside two packages that know the same years, day by day (A7)."""

from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest

from saasops.almanacs.china import read_china
from saasops.almanacs.countries import Country
from saasops.calendars.keeping import news
from saasops.calendars.working_days import WorkCalendar, china
from saasops.errors import Invalid, SaasOpsError

DAYS = [date(2004, 1, 1) + timedelta(n) for n in range((date(2027, 1, 1) - date(2004, 1, 1)).days)]
TODAY = date(2026, 11, 22)
DIFFERENCES = {
    # day: (the package that says otherwise, why), for the releases in requirements/test.txt
    **dict.fromkeys(
        [date(2019, 4, 28), date(2019, 5, 2), date(2019, 5, 3), date(2019, 5, 5)],
        ("holidays", "0.86 knows the Labour Day of 2019 as it was before it was made longer"),
    ),
    date(2005, 12, 31): (
        "chinesecalendar",
        "the make-up day for 3 January 2006 lies in 2005; the package has none for that New Year",
    ),
}


def test_a7_the_packages_agree_with_the_table_on_every_day_they_know() -> None:
    cn = holidays.country_holidays("CN")
    judges = {"chinesecalendar": chinese_calendar.is_workday, "holidays": cn.is_working_day}
    found = {
        day: name
        for day in DAYS
        for name, works in judges.items()
        if works(day) is not china().is_workday(day)
    }
    assert len(DAYS) == 8401
    assert found == {day: name for day, (name, _) in DIFFERENCES.items()}


def test_a7_a_holidays_package_answers_2027_without_make_up_days_and_we_do_not() -> None:
    cn = holidays.country_holidays("CN")
    year = [date(2027, 1, 1) + timedelta(n) for n in range(365)]
    assert sum(map(cn.is_working_day, year)) == 248
    assert not any(cn.is_working_day(day) for day in year if day.weekday() > 4)
    assert not any(map(china().covers, year))
    with pytest.raises(NotImplementedError):
        chinese_calendar.is_workday(year[0])


# Almanacs: the same packages as sources


def test_a7_chinesecalendar_has_no_news_for_us() -> None:
    decrees = read_china(range(2007, 2027), known_on=TODAY)
    assert len(decrees) == 20
    alone = WorkCalendar(decrees=decrees)
    for day in DAYS:
        if day.year >= 2007:
            assert alone.is_workday(day) is china().is_workday(day)
            assert alone.covers(day)
    assert alone.status(date(2020, 2, 1)).name == "春节"


def test_a7_a_year_that_chinesecalendar_does_not_know_is_refused_by_name() -> None:
    with pytest.raises(Invalid) as raised:
        read_china((2026, 2027, 9999), known_on=TODAY)
    assert [(one.code, one.context["year"]) for one in raised.value.problems] == [
        ("calendar.year_unknown", 9999)
    ]
    with pytest.raises(Invalid) as raised:
        read_china((2026, 2027), known_on=TODAY)
    assert [one.context["year"] for one in raised.value.problems] == [2027]


def test_a7_china_by_the_holidays_package_is_provisional_in_2027_and_changes_nothing_before() -> (
    None
):
    decrees = Country("CN", (2026, 2027)).decrees(known_on=TODAY)
    assert [one.basis for one in decrees] == ["official", "provisional"]
    guess = china().with_decrees(decrees[1:])
    assert guess.covered_until == date(2026, 12, 31)
    assert {guess.status(date(2027, 1, 1) + timedelta(n)).basis for n in range(365)} == {
        "provisional"
    }
    assert all(guess.status(day) == china().status(day) for day in DAYS)


@pytest.mark.parametrize("country", ["US", "DE-BY", "IL", "JP", "BR", "AE"])
def test_a7_a_country_has_the_working_days_of_its_package(country: str) -> None:
    code, _, part = country.partition("-")
    judge = holidays.country_holidays(code, subdiv=part or None)
    almanac = Country(country, (2025, 2026, 2027))
    calendar = WorkCalendar(
        decrees=almanac.decrees(known_on=TODAY), weekend=frozenset(almanac.weekend)
    )
    for n in range(3 * 365):
        day = date(2025, 1, 1) + timedelta(n)
        assert calendar.is_workday(day) is judge.is_working_day(day), day
        assert calendar.covers(day) is (day.year < 2027)
        assert calendar.status(day).name == (judge.get(day) or "")
    assert news(calendar, almanac.decrees(known_on=TODAY)) == ()


@pytest.mark.parametrize("country", ["", "XX", "US-XX", "us", "中国", "US-"])
def test_a7_a_country_that_is_not_known_is_refused(country: str) -> None:
    if country == "US-":
        assert Country(country, ()).weekend == (5, 6)
        return
    with pytest.raises(Invalid) as raised:
        Country(country, (2026,))
    assert [one.code for one in raised.value.problems] == ["calendar.country"]


@pytest.mark.parametrize("year", [0, -1, 10_000])
def test_a7_a_year_that_is_none_is_refused(year: int) -> None:
    for read in (
        lambda: Country("US", (year,)),
        lambda: read_china((year,), known_on=TODAY),
    ):
        with pytest.raises(Invalid):
            read()


@pytest.mark.parametrize(
    ("module", "extra"), [("chinese_calendar", "cn"), ("holidays", "holidays")]
)
def test_a7_without_the_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, module: str, extra: str
) -> None:
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(SaasOpsError) as raised:
        Country("US", (2026,)) if extra == "holidays" else read_china((2026,), known_on=TODAY)
    assert raised.value.code == "calendar.extra_missing"
    assert f"saasops[{extra}]" in str(raised.value)
