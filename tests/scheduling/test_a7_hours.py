"""The hours of a slot as instants, in any zone, whatever the clocks do there (A7)."""

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.calendars.working_days import weekends
from saasops.errors import Invalid
from saasops.scheduling.hours import Hours, moment, windows
from saasops.scheduling.slots import SlotRules, generate

CASES = Path(__file__).parents[1] / "data" / "scheduling" / "calcom_slot_cases.json"
NEW_YORK = ZoneInfo("America/New_York")
SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)
ZONES = (
    "Africa/Casablanca", "America/New_York", "America/Santiago", "America/Sao_Paulo",
    "Antarctica/Troll", "Asia/Beirut", "Asia/Gaza", "Asia/Kathmandu", "Asia/Shanghai",
    "Asia/Tehran", "Australia/Lord_Howe", "Europe/Dublin", "Europe/London", "Pacific/Apia",
    "Pacific/Chatham", "UTC",
)  # fmt: skip


def hours(opens: str, closes: str) -> Hours:
    return Hours(opens=time.fromisoformat(opens), closes=time.fromisoformat(closes))


def utc(day: date, opens: str, closes: str, zone: ZoneInfo = NEW_YORK) -> list[str]:
    return [
        f"{at:%d %H:%M}"
        for one in windows((day,), zone, hours(opens, closes))
        for at in (one.opens_at, one.closes_at)
    ]


# The policy, by hand


def test_a7_an_hour_that_is_skipped_moves_forward_to_the_first_that_exists():
    assert utc(SPRING, "02:30", "04:00") == ["08 07:00", "08 08:00"]
    assert utc(SPRING, "01:00", "02:30") == ["08 06:00", "08 07:00"]
    assert utc(SPRING, "02:15", "02:45") == []


def test_a7_an_hour_that_comes_twice_is_taken_the_first_time():
    assert utc(AUTUMN, "01:30", "03:00") == ["01 05:30", "01 08:00"]
    assert utc(AUTUMN, "00:30", "01:30") == ["01 04:30", "01 05:30"]


@pytest.mark.parametrize(("day", "long"), [(SPRING, 23), (AUTUMN, 25), (date(2026, 6, 1), 24)])
def test_a7_a_day_is_as_long_as_it_is(day: date, long: int):
    (one,) = windows((day,), NEW_YORK, hours("00:00", "00:00"))
    assert one.lasts == timedelta(hours=long)


def test_a7_a_day_that_an_island_never_had_has_no_hours():
    apia = ZoneInfo("Pacific/Apia")
    days = [date(2011, 12, day) for day in (29, 30, 31)]
    found = windows(days, apia, hours("09:00", "17:00"))
    assert [one.day.day for one in found] == [29, 31]
    assert found[1].opens_at - found[0].opens_at == timedelta(1)


def test_a7_a_viewer_elsewhere_sees_the_same_moments():
    shanghai = ZoneInfo("Asia/Shanghai")
    (slot, *_) = generate(
        SlotRules(duty_saturdays=False), weekends(), opens=date(2020, 2, 3), closes=date(2020, 2, 7)
    )
    nine = hours("09:00", "17:30")
    ours = windows(slot.days, shanghai, nine)
    theirs = windows(slot.days, shanghai, nine, viewer=NEW_YORK)
    assert [str(one.opens_at) for one in theirs[:1]] == ["2020-02-02 20:00:00-05:00"]
    assert [(one.opens_at, one.lasts) for one in ours] == [
        (one.opens_at, one.lasts) for one in theirs
    ]
    assert all(one.opens_at.tzinfo is UTC for one in ours)
    assert [one.day for one in theirs] == list(slot.days)


@pytest.mark.parametrize(
    ("opens", "closes", "code"),
    [
        (time(17), time(9), "hours.backwards"),
        (time(9), time(9), "hours.backwards"),
        (time(9, tzinfo=UTC), time(17), "hours.zoned"),
        (time(9), time(17, tzinfo=UTC), "hours.zoned"),
    ],
)
def test_a7_hours_that_cannot_be_are_refused(opens: time, closes: time, code: str):
    with pytest.raises(Invalid) as raised:
        Hours(opens=opens, closes=closes)
    assert [one.code for one in raised.value.problems] == [code]


# Around every change of the clocks


def changes(zone: ZoneInfo, first: int = 2004, last: int = 2030) -> list[datetime]:
    """Return the instants at which *zone* changes its offset, to the minute."""
    found, at = [], datetime(first, 1, 1, tzinfo=UTC)
    offset = at.astimezone(zone).utcoffset()
    while at.year < last:
        at += timedelta(hours=6)
        if at.astimezone(zone).utcoffset() != offset:
            exact = at - timedelta(hours=6)
            while exact.astimezone(zone).utcoffset() == offset:
                exact += timedelta(minutes=1)
            found.append(exact)
            offset = at.astimezone(zone).utcoffset()
    return found


@pytest.mark.parametrize("name", ZONES)
def test_a7_around_every_change_an_hour_is_the_first_moment_at_or_after_it(name: str):
    """Judged from the other side: walk the real time, and read the clocks."""
    zone = ZoneInfo(name)
    found = changes(zone)
    assert found or name in ("Asia/Kathmandu", "Asia/Shanghai", "UTC")
    for change in found:
        quarter = change.replace(minute=change.minute // 15 * 15)
        ticks = [quarter + timedelta(minutes=15 * n) for n in range(-200, 201)]
        ticks = sorted({change, *ticks})
        shown = [at.astimezone(zone).replace(tzinfo=None) for at in ticks]
        around = change.astimezone(zone).replace(tzinfo=None)
        wall = around.replace(minute=around.minute // 15 * 15) - timedelta(hours=26)
        for n in range(4 * 52):
            hour = wall + timedelta(minutes=15 * n)
            expected = next(at for at, clock in zip(ticks, shown, strict=True) if clock >= hour)
            assert moment(hour.date(), hour.time(), zone) == expected, (change, hour)


@given(
    st.sampled_from(ZONES),
    st.dates(date(2004, 1, 1), date(2030, 1, 1)),
    st.lists(st.times(), min_size=3, max_size=3, unique=True).map(sorted),
)
def test_a7_hours_that_share_nothing_share_no_moment_and_lose_none(name, day, three):
    zone = ZoneInfo(name)
    opens, middle, closes = (moment(day, hour, zone) for hour in three)
    assert opens <= middle <= closes
    first, second, both = (
        sum((one.lasts for one in windows((day,), zone, Hours(opens=a, closes=b))), timedelta())
        for a, b in ((three[0], three[1]), (three[1], three[2]), (three[0], three[2]))
    )
    assert first + second == both
    for hour, at in zip(three, (opens, middle, closes), strict=True):
        wall = at.astimezone(zone).replace(tzinfo=None)
        assert wall >= datetime.combine(day, hour).replace(microsecond=0)


# The cases of cal.com


DECLINED = {
    "slots": "cuts a day into appointments; ours are days, and who is there decides the hour",
    "busy": "an assistant's appointments within a day; ours are whole absences",
    "date-ranges": "hours that differ by day, and absences by the hour; ours are whole days",
    "interval-subtract": "arithmetic on intervals, which nothing here needs",
    "interval-intersect": "arithmetic on intervals, which nothing here needs",
    "booking-limit": "a capacity rule decides this, see test_a8_rules",
    "duration-limit": "minutes of appointments; capacity rules count places and units",
    "limit-config-valid": "capacity rules are checked against each other, see test_a8_rules",
}


def test_a7_the_cases_of_calcom_are_right_or_declined_with_a_reason():
    cases = json.loads(CASES.read_text("utf-8"))["cases"]
    asked = [case for case in cases if case["kind"] not in DECLINED]
    assert (len(cases), [case["id"] for case in asked]) == (22, ["dst-ny-nov"])
    for case in asked:
        said = case["input"]
        slots = generate(
            SlotRules(duty_saturdays=False, least_days=1),
            weekends(),
            opens=date.fromisoformat(said["now"][:10]),
            closes=date.fromisoformat(said["to"][:10]),
        )
        days = [day for slot in slots for day in slot.days]
        assert {day.isoweekday() for day in days} == set(said["days"])
        found = windows(days, ZoneInfo(said["tz"]), hours(*said["local"]))
        assert [str(one.day) for one in found] == case["expected"]["dates"]
        each = {(f"{one.opens_at:%H:%MZ}", f"{one.closes_at:%H:%MZ}") for one in found}
        assert each == {tuple(case["expected"]["each_utc"])}


def test_a7_calcoms_plain_windows_come_out_too():
    """The days that its override and out-of-office cases leave alone."""
    cases = {case["id"]: case for case in json.loads(CASES.read_text("utf-8"))["cases"]}
    case = cases["out-of-office"]
    (one,) = windows((date(2023, 6, 14),), NEW_YORK, hours(*case["input"]["weekly"]["local"]))
    told = [[f"{at:%Y-%m-%dT%H:%MZ}" for at in (one.opens_at, one.closes_at)]]
    assert told == case["expected"]["after_ooo_utc"]
