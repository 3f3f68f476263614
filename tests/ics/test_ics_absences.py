"""A calendar feed becomes absences: the days it touches, and nothing of what it says (A8)."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from saasops.clock import zone
from saasops.errors import SaasOpsError
from saasops.ics import read_absences
from saasops.ics.absences import MOST_BYTES, MOST_EVENTS

AT = datetime(2020, 1, 20, tzinfo=UTC)
OPENS, CLOSES = date(2020, 2, 1), date(2020, 3, 31)
SHANGHAI, NEW_YORK, BERLIN = map(zone, ("Asia/Shanghai", "America/New_York", "Europe/Berlin"))
SECRET = "Dr. Li, 12 Example Road"
modest = settings(max_examples=60, deadline=None)


def feed(*events: str, head: str = "") -> str:
    bodies = (f"BEGIN:VEVENT\nUID:u{n}\n{one}\nEND:VEVENT" for n, one in enumerate(events))
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test", head, *bodies, "END:VCALENDAR"]
    return "\r\n".join(line for text in lines if text for line in text.split("\n")) + "\r\n"


def read(text, where=SHANGHAI, local=None, opens=OPENS, closes=CLOSES):
    return read_absences(
        text, assistant="asst-1", zone=where, opens=opens, closes=closes, at=AT, local=local
    )


def days_in(text, where=SHANGHAI, **more) -> list[str]:
    absences, problems = read(text, where, **more)
    assert problems == ()
    days = (
        one.opens + timedelta(n)
        for one in absences
        for n in range((one.closes - one.opens).days + 1)
    )
    return [f"{day:%m-%d}" for day in days]


def codes(text, **more) -> list[tuple[str, str]]:
    return [(problem.where, problem.code) for problem in read(text, **more)[1]]


# Which days


@pytest.mark.parametrize(
    ("event", "days"),
    [
        ("DTSTART;VALUE=DATE:20200219\nDTEND;VALUE=DATE:20200222", ["02-19", "02-20", "02-21"]),
        ("DTSTART;VALUE=DATE:20200219", ["02-19"]),
        ("DTSTART;VALUE=DATE:20200219\nDURATION:P2D", ["02-19", "02-20"]),
        ("DTSTART:20200219T010000Z\nDTEND:20200219T020000Z", ["02-19"]),
        ("DTSTART:20200219T150000Z\nDTEND:20200219T170000Z", ["02-19", "02-20"]),
        ("DTSTART:20200219T150000Z\nDTEND:20200219T160000Z", ["02-19"]),
        ("DTSTART:20200219T230000\nDTEND:20200220T000000", ["02-19"]),
        ("DTSTART;TZID=America/New_York:20200219T090000\nDURATION:PT4H", ["02-19", "02-20"]),
        ("DTSTART;TZID=China Standard Time:20200219T090000\nDURATION:PT1H", ["02-19"]),
        ("DTSTART:20200219T090000Z", []),
        ("DTSTART;VALUE=DATE:20200219\nTRANSP:TRANSPARENT", []),
        ("DTSTART;VALUE=DATE:20200219\nSTATUS:CANCELLED", []),
        ("DTSTART;VALUE=DATE:20200125\nDTEND;VALUE=DATE:20200203", ["02-01", "02-02"]),
        ("DTSTART;VALUE=DATE:20200331\nDTEND;VALUE=DATE:20300101", ["03-31"]),
        (
            "DTSTART;VALUE=DATE:20200205\nRRULE:FREQ=WEEKLY;COUNT=3\nEXDATE;VALUE=DATE:20200212",
            ["02-05", "02-19"],
        ),
        (
            (
                "DTSTART;TZID=Asia/Shanghai:20200205T090000\nDURATION:PT1H\n"
                "RRULE:FREQ=WEEKLY;UNTIL=20200219T010000Z\n"
                "EXDATE;TZID=Asia/Shanghai:20200212T090000,20200213T090000"
            ),
            ["02-05", "02-19"],
        ),
        (
            (
                "DTSTART:20200205T010000Z\nDURATION:PT1H\nRDATE:20200301T010000Z\n"
                "RDATE;VALUE=PERIOD:20200303T150000Z/PT2H"
            ),
            ["02-05", "03-01", "03-03", "03-04"],
        ),
        ("DTSTART;VALUE=DATE:20190101\nRRULE:FREQ=MONTHLY;BYDAY=-1FR", ["02-28", "03-27"]),
    ],
)
def test_a8_an_event_takes_the_days_that_it_touches(event, days):
    assert days_in(feed(event)) == days


@modest
@given(
    st.dates(OPENS, CLOSES),
    st.integers(0, 23),
    st.integers(1, 200),
    st.sampled_from((SHANGHAI, NEW_YORK, BERLIN)),
)
@example(date(2020, 3, 8), 1, 1, NEW_YORK)
@example(date(2020, 3, 29), 0, 24, BERLIN)
def test_a8_every_hour_of_an_event_lies_in_its_days_also_when_clocks_change(
    day, hour, hours, where
):
    begins = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    text = feed(f"DTSTART:{begins:%Y%m%dT%H%M%SZ}\nDURATION:PT{hours}H")
    touched = {(begins + timedelta(hours=n)).astimezone(where).date() for n in range(hours)}
    last = begins + timedelta(hours=hours) - timedelta(microseconds=1)
    touched.add(last.astimezone(where).date())
    wanted = sorted(f"{one:%m-%d}" for one in touched if OPENS <= one <= CLOSES)
    assert days_in(text, where) == wanted


def test_a8_a_night_that_recurs_keeps_its_days_when_clocks_change():
    event = "DTSTART;TZID=Europe/Berlin:20200327T000000\nDTEND;TZID=Europe/Berlin:20200328T000000"
    assert days_in(feed(f"{event}\nRRULE:FREQ=DAILY;COUNT=4"), BERLIN) == [
        "03-27", "03-28", "03-29", "03-30",
    ]  # fmt: skip


def test_a8_a_time_without_a_zone_is_where_the_assistant_lives():
    text = feed("DTSTART:20200219T200000\nDURATION:PT1H")
    assert days_in(text) == ["02-19"]
    assert days_in(text, local=NEW_YORK) == ["02-20"]
    assert days_in(feed("DTSTART;VALUE=DATE:20200219"), local=NEW_YORK) == ["02-19"]


def test_a8_one_day_of_a_series_can_be_moved_or_called_off():
    series = "DTSTART;VALUE=DATE:20200205\nRRULE:FREQ=WEEKLY;COUNT=3"
    moved = "RECURRENCE-ID;VALUE=DATE:20200212\nDTSTART;VALUE=DATE:20200213"
    off = "RECURRENCE-ID;VALUE=DATE:20200219\nDTSTART;VALUE=DATE:20200219\nSTATUS:CANCELLED"
    text = feed(series, moved, off).replace("UID:u1", "UID:u0").replace("UID:u2", "UID:u0")
    assert days_in(text) == ["02-05", "02-13"]


@modest
@given(st.sets(st.dates(OPENS, CLOSES), max_size=20))
def test_a8_days_that_meet_become_one_absence(days):
    text = feed(*(f"DTSTART;VALUE=DATE:{day:%Y%m%d}" for day in days))
    absences, problems = read(text)
    assert problems == ()
    assert {day for day in days if any(one.covers(day) for one in absences)} == days
    assert sum((one.closes - one.opens).days + 1 for one in absences) == len(days)
    assert all((late.opens - early.closes).days > 1 for early, late in pairwise(absences))
    assert {(one.assistant, one.known_at, one.kind) for one in absences} <= {
        ("asst-1", AT, "planned")
    }


def test_a8_what_a_feed_says_is_neither_kept_nor_told():
    words = f"SUMMARY:{SECRET}\nDESCRIPTION:{SECRET}\nLOCATION:{SECRET}"
    text = feed(f"DTSTART;VALUE=DATE:20200219\n{words}", f"DTSTART:{SECRET}\n{words}")
    absences, problems = read(text)
    assert len(absences) == len(problems) == 1
    assert "Li" not in f"{absences!r} {problems!r} {problems[0]}"


# What is wrong


@pytest.mark.parametrize(
    "text",
    [
        "",
        b"",
        "hello",
        b"\xff\xfe\x00\x01",
        "BEGIN:VCALENDAR\r\n",
        "BEGIN:VEVENT\r\n",
        "END:VCALENDAR\r\n",
    ],
)
def test_a8_what_is_no_calendar_is_one_problem(text):
    assert read(text) == ((), read(text)[1])
    assert codes(text) == [("", "ics.unreadable")]


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ("SUMMARY:no time", "ics.unreadable_event"),
        ("DTSTART:2020banana", "ics.unreadable_event"),
        ("DTSTART:20200219T010000Z\nDTEND:20200218T010000Z", "ics.unreadable_event"),
        ("DTSTART;VALUE=DATE:20200219\nDTEND;VALUE=DATE:20200210", "ics.unreadable_event"),
        ("DTSTART;VALUE=DATE:20200219\nDTEND:20200220T010000Z", "ics.unreadable_event"),
        ("DTSTART:00010101T000000Z\nDTEND:99991231T235959Z", "ics.unreadable_event"),
        ("DTSTART;VALUE=DATE:20200219\nRRULE:FREQ=SECONDLY", "ics.unknown_rule"),
        ("DTSTART;VALUE=DATE:20200219\nRRULE:FREQ=YEARLY;BYWEEKNO=9", "ics.unknown_rule"),
        ("DTSTART;VALUE=DATE:00010101\nRRULE:FREQ=DAILY;COUNT=9", "ics.unknown_rule"),
        ("DTSTART;TZID=Nowhere/Land:20200219T090000\nDURATION:PT1H", "ics.unknown_zone"),
    ],
)
def test_a8_a_wrong_event_is_told_by_its_number_and_the_others_count(event, code):
    right = "DTSTART;VALUE=DATE:20200301"
    absences, problems = read(feed(right, event))
    assert [(one.where, one.code) for one in problems] == [("event 2", code)]
    assert all(str(problem) for problem in problems)
    assert date(2020, 3, 1) in {one.opens for one in absences}


def test_a8_an_event_in_an_unknown_zone_is_read_as_local():
    absences, _ = read(feed("DTSTART;TZID=Nowhere/Land:20200219T090000\nDURATION:PT1H"))
    assert [one.opens for one in absences] == [date(2020, 2, 19)]


def test_a8_a_zone_that_the_file_defines_is_known():
    zoned = (
        "BEGIN:VTIMEZONE\nTZID:Own\nBEGIN:STANDARD\nDTSTART:19700101T000000\n"
        "TZOFFSETFROM:+0800\nTZOFFSETTO:+0800\nEND:STANDARD\nEND:VTIMEZONE"
    )
    text = feed("DTSTART;TZID=Own:20200219T230000\nDURATION:PT1H", head=zoned)
    assert days_in(text) == ["02-19"]
    assert days_in(text, BERLIN) == ["02-19"]


def test_a8_a_file_that_is_too_large_is_not_read():
    assert codes("x" * (MOST_BYTES + 1)) == [("", "file.too_large")]


def test_a8_of_too_many_events_the_first_are_read():
    event = "DTSTART;VALUE=DATE:20200219"
    absences, problems = read(feed(*[event] * (MOST_EVENTS + 1)))
    assert [one.code for one in problems] == ["ics.too_many"]
    assert len(absences) == 1


@modest
@given(st.binary(max_size=200) | st.text(max_size=200))
def test_a8_no_text_makes_reading_fail(text):
    read(text)
    read(
        feed("DTSTART;VALUE=DATE:20200219", "DTSTART:x").encode()
        + (text if isinstance(text, bytes) else text.encode("utf-8", "replace"))
    )


def test_a8_without_the_extra_the_package_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "icalendar", None)
    with pytest.raises(SaasOpsError, match=r"saasops\[ics\]") as caught:
        read(feed())
    assert caught.value.code == "ics.extra_missing"
