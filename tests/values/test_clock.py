"""Instants are in UTC, days belong to a zone, weeks begin on Monday."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from saasops.clock import day_of, instant, monday_of, parse_instant, system_clock, zone
from saasops.testing.strategies import notices, values

ZONES = st.sampled_from(values.ZONES).map(zone)
DAYS = st.dates(date(2019, 1, 1), date(2021, 12, 31))
NEW_YORK = zone("America/New_York")


@given(DAYS, notices.hours(), ZONES)
def test_an_instant_is_in_utc_and_keeps_its_day(day, hour, where):
    at = instant(day, hour, where)
    assert at.tzinfo is UTC
    assert day_of(at, where) == day


@given(DAYS, notices.hours(), ZONES)
def test_an_instant_keeps_its_wall_clock_unless_the_clock_jumped_over_it(day, hour, where):
    local = instant(day, hour, where).astimezone(where)
    jumped = datetime.combine(day, hour, where).astimezone(UTC).astimezone(where).time() != hour
    assert local.time() == hour or (jumped and local - timedelta(hours=1) < local)
    assume(not jumped)
    assert local.time() == hour


@pytest.mark.parametrize(
    ("day", "hour", "utc"),
    [
        (date(2020, 3, 7), time(9), datetime(2020, 3, 7, 14, tzinfo=UTC)),
        (date(2020, 3, 8), time(9), datetime(2020, 3, 8, 13, tzinfo=UTC)),
        (date(2020, 3, 8), time(2, 30), datetime(2020, 3, 8, 7, 30, tzinfo=UTC)),
        (date(2020, 11, 1), time(1, 30), datetime(2020, 11, 1, 5, 30, tzinfo=UTC)),
        (date(2020, 11, 1), time(9), datetime(2020, 11, 1, 14, tzinfo=UTC)),
    ],
    ids=["before summer", "first summer day", "in the gap", "first of two", "after summer"],
)
def test_summer_time_is_respected(day, hour, utc):
    assert instant(day, hour, NEW_YORK) == utc


def test_a_day_begins_at_the_midnight_of_its_zone():
    late = datetime(2020, 1, 31, 16, tzinfo=UTC)
    assert day_of(late, zone("Asia/Shanghai")) == date(2020, 2, 1)
    assert day_of(late - timedelta(seconds=1), zone("Asia/Shanghai")) == date(2020, 1, 31)


@given(DAYS)
def test_a_week_begins_on_monday(day):
    monday = monday_of(day)
    assert monday.isoweekday() == 1
    assert timedelta(0) <= day - monday <= timedelta(6)
    assert monday_of(monday) == monday
    assert monday.isocalendar()[:2] == day.isocalendar()[:2]


@given(values.instants(), ZONES)
def test_an_instant_is_read_from_any_offset(at, where):
    read = parse_instant(f" {at.astimezone(where).isoformat()} ")
    assert read == at
    assert read.tzinfo is UTC


@given(values.instants())
def test_an_instant_without_an_offset_is_read_in_the_zone_that_is_named(at):
    shanghai = zone("Asia/Shanghai")
    written = at.astimezone(shanghai).strftime("%Y/%m/%d %H:%M:%S")
    assert parse_instant(written, default=shanghai) == at
    with pytest.raises(ValueError, match="offset"):
        parse_instant(written)


@pytest.mark.parametrize("name", ["", "Nowhere", "Asia/Nowhere", "../etc/passwd", "/etc", "a\0b"])
def test_an_unknown_zone_is_an_error_of_one_kind(name):
    with pytest.raises(ValueError, match="no time zone"):
        zone(name)


def test_a_zone_is_made_once():
    assert zone("Asia/Shanghai") is zone("Asia/Shanghai")


def test_the_clock_of_the_host_shows_utc():
    assert system_clock().tzinfo is UTC
