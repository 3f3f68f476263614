"""Who works when, as it changes: patterns, beginnings, ends, ramps and time zones (A8)."""

import json
from datetime import UTC, date, datetime, timedelta

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from saasops import serial
from saasops.clock import monday_of, zone
from saasops.errors import Refused
from saasops.scheduling.assistants import (
    Absence,
    Assistant,
    Pattern,
    Ramp,
    Roster,
    absence_between,
    mistakes,
    works,
)
from saasops.scheduling.importing import read_assistants
from saasops.scheduling.patterns import parse_pattern, parse_ramp
from saasops.testing.strategies import capacity as drawn
from saasops.testing.strategies import scheduling, values

modest = settings(max_examples=50, deadline=None)
MONDAY = date(2020, 2, 3)
AT = datetime(2020, 1, 1, tzinfo=UTC)
ANN = Assistant(id="ann", name="", team="general")
DAYS = scheduling.days()


def days_worked(one: Assistant, first: date = MONDAY, days: int = 14) -> list[str]:
    span = (first + timedelta(n) for n in range(days))
    return [f"{day:%m-%d}" for day in span if works(one, day, ())]


# Patterns


def test_a8_weeks_alternate_from_the_day_on_which_the_pattern_opens():
    odd = Pattern(date(2020, 2, 5), ((1, 2, 3), (4, 5)))
    assert days_worked(attrs.evolve(ANN, weekdays=(1,), patterns=(odd,))) == [
        "02-03", "02-05", "02-13", "02-14",
    ]  # fmt: skip


def test_a8_from_a_date_on_other_weekdays_hold():
    later = (Pattern(date(2020, 2, 12), ((1,),)), Pattern(date(2020, 2, 6), ((5,),)))
    assert days_worked(attrs.evolve(ANN, patterns=later)) == ["02-03", "02-04", "02-05", "02-07"]


@modest
@given(drawn.colleagues(), DAYS)
def test_a8_the_last_pattern_that_has_opened_holds(one, day):
    opened = sorted((p for p in one.patterns if p.opens <= day), key=lambda p: p.opens)
    weekdays = one.weekdays
    if opened:
        last = opened[-1]
        passed = (monday_of(day) - monday_of(last.opens)).days // 7
        weekdays = last.weeks[passed % len(last.weeks)]
    by_week = day.isoweekday() < 6 and day.isoweekday() in weekdays
    employed = (one.opens or day) <= day <= (one.closes or day)
    assert works(one, day, ()) == (employed and (by_week or day in one.duty_saturdays))
    assert works(one, day, (), made_up=True) == employed


@modest
@given(drawn.rosters(), st.lists(scheduling.absences(), max_size=4), st.sets(DAYS, max_size=20))
def test_a8_a_roster_says_of_every_day_what_works_says(roster, away, days):
    offered = {day: day.isoweekday() == 7 for day in sorted(days)}
    sheet = Roster(offered)
    for one in roster:
        mine = [absence for absence in away if absence.assistant == one.id]
        expected = [d for d, extra in offered.items() if works(one, d, away, made_up=extra)]
        assert list(sheet.days_of(one, mine)) == expected


def test_a8_absences_may_overlap():
    away = [
        Absence(
            assistant="ann",
            opens=MONDAY + timedelta(n),
            closes=MONDAY + timedelta(n + 1),
            known_at=AT,
        )
        for n in (0, 1, 1)
    ]
    assert [works(ANN, MONDAY + timedelta(n), away) for n in range(5)] == [False] * 3 + [True] * 2


# Ramps


@modest
@given(drawn.ramps(), DAYS, st.integers(0, 20))
def test_a8_a_ramp_never_allows_more_and_ends(ramp, day, cap):
    limit = ramp.limit(day)
    assert limit is None or limit in ramp.limits
    assert 0 <= ramp.share(day, cap) <= cap
    weeks = len(ramp.limits or ramp.percents)
    if not ramp.opens <= day < ramp.opens + timedelta(7 * weeks):
        assert (limit, ramp.share(day, cap)) == (None, cap)


# Instants


@modest
@given(
    values.instants(),
    st.integers(0, 100 * 3600),
    st.sampled_from([zone(name) for name in values.ZONES]),
)
@example(datetime(2020, 3, 8, 4, tzinfo=UTC), 24 * 3600, zone("America/New_York"))
@example(datetime(2020, 3, 29, 0, tzinfo=UTC), 23 * 3600, zone("Europe/London"))
def test_a8_an_absence_covers_every_day_that_its_time_touches(begins, seconds, where):
    ends = begins + timedelta(seconds=seconds)
    absence = absence_between("ann", begins, ends, zone=where, known_at=AT)
    inside = {begins.astimezone(where).date()}
    inside |= {
        (begins + timedelta(hours=h)).astimezone(where).date() for h in range(-(-seconds // 3600))
    }
    if seconds:
        inside.add((ends - timedelta(microseconds=1)).astimezone(where).date())
    assert (absence.opens, absence.closes) == (min(inside), max(inside))


def test_a8_a_time_that_ends_before_it_begins_is_refused():
    with pytest.raises(Refused) as caught:
        absence_between("ann", AT, AT - timedelta(1), zone=zone("UTC"), known_at=AT)
    assert caught.value.code == "absence.backwards"


# Mistakes


@pytest.mark.parametrize(
    ("change", "where", "code"),
    [
        ({"weekdays": (0,)}, ".weekdays", "roster.no_weekday"),
        ({"patterns": (Pattern(MONDAY, ()),)}, ".patterns.2020-02-03", "roster.no_weeks"),
        ({"patterns": (Pattern(MONDAY, ((8,),)),)}, ".patterns.2020-02-03", "roster.no_weekday"),
        (
            {"patterns": (Pattern(MONDAY, ((1,),)),) * 2},
            ".patterns.2020-02-03",
            "roster.pattern_twice",
        ),
        ({"ramp": Ramp(opens=MONDAY)}, ".ramp", "roster.ramp_unclear"),
        ({"ramp": Ramp(opens=MONDAY, limits=(1,), percents=(1,))}, ".ramp", "roster.ramp_unclear"),
        ({"ramp": Ramp(opens=MONDAY, limits=(-1,))}, ".ramp", "value.negative"),
        ({"ramp": Ramp(opens=MONDAY, percents=(101,))}, ".ramp", "capacity.share_outside"),
        ({"limit_busy": -1}, ".limit_busy", "value.negative"),
        ({"opens": MONDAY, "closes": date(2020, 2, 1)}, "", "roster.backwards"),
        ({"zone": "Nowhere/Land"}, ".zone", "roster.no_zone"),
        (
            {"closes": MONDAY, "duty_saturdays": (date(2020, 2, 8),)},
            ".duty_saturdays",
            "roster.duty_outside",
        ),
    ],
)
def test_a8_a_wrong_assistant_is_told_with_its_place(change, where, code):
    problems = list(mistakes([attrs.evolve(ANN, **change)]))
    assert [(one.where, one.code) for one in problems] == [(f"assistants.ann{where}", code)]
    assert all("{" not in str(one) for one in problems)


@modest
@given(drawn.rosters())
def test_a8_what_is_drawn_is_a_right_roster(roster):
    assert list(mistakes(roster)) == []
    twice = [one.code for one in mistakes((*roster, *roster))]
    assert twice == ["roster.duplicate"] * len(roster)


# Files


def test_a8_an_assistant_stored_before_loads_as_he_was():
    old = {"id": "asst-1", "name": "甲", "team": "general", "weekdays": [1, 2], "limit": 8}
    one = serial.load_trusted(old, Assistant)
    assert one == Assistant(id="asst-1", name="甲", team="general", weekdays=(1, 2), limit=8)
    assert json.loads(json.dumps(serial.dump(one))) == old


def test_a8_the_further_columns_are_read():
    row = {
        "assistant": "asst-1",
        "patterns": "2020-03-01 mon-wed; 2020-04-06 mon-fri/tue,thu/-",
        "first_day": "2020-02-03",
        "last_day": "2020-05-29",
        "ramp_from": "2020-02-03",
        "ramp": "25%; 50%",
        "zone": "Europe/Berlin",
    }
    ((_, one),), problems = read_assistants([(1, row)])
    assert problems == []
    assert one.patterns == (
        Pattern(date(2020, 3, 1), ((1, 2, 3),)),
        Pattern(date(2020, 4, 6), ((1, 2, 3, 4, 5), (2, 4), ())),
    )
    assert (one.opens, one.closes, one.zone) == (MONDAY, date(2020, 5, 29), "Europe/Berlin")
    assert one.ramp == Ramp(opens=MONDAY, percents=(25, 50))
    ((_, slow),), _ = read_assistants([(1, row | {"ramp": "2;4"})])
    assert slow.ramp == Ramp(opens=MONDAY, limits=(2, 4))


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"patterns": "mon-wed"}, "patterns", "roster.wrong_pattern"),
        ({"patterns": "2020-02-30 mon"}, "patterns", "roster.wrong_pattern"),
        ({"patterns": "2020-02-03 mon;2020-02-03 tue"}, "patterns", "roster.pattern_twice"),
        ({"ramp_from": "2020-02-03", "ramp": "2;x"}, "ramp", "roster.wrong_ramp"),
        ({"ramp_from": "2020-02-03", "ramp": "101%"}, "ramp", "roster.wrong_ramp"),
        ({"ramp_from": "2020-02-03"}, "ramp", "roster.wrong_ramp"),
        ({"ramp": "2;4"}, "ramp", "roster.wrong_ramp"),
        ({"zone": "Nowhere/Land"}, "zone", "roster.no_zone"),
        ({"first_day": "2020-02-03", "last_day": "2020-02-01"}, "last_day", "roster.backwards"),
    ],
)
def test_a8_a_wrong_further_cell_is_named(cells, column, code):
    row = dict.fromkeys(("patterns", "ramp_from", "ramp", "zone", "first_day", "last_day"), "")
    found, problems = read_assistants([(7, row | {"assistant": "a"} | cells)])
    assert found == []
    assert [(p.where, p.code) for p in problems] == [(f"row 7, column {column}", code)]
    assert all("{" not in str(problem) for problem in problems)


@modest
@given(st.text(max_size=20))
def test_a8_no_cell_makes_reading_fail(text):
    for read in (parse_pattern, lambda text: parse_ramp(MONDAY, text)):
        try:
            read(text)
        except ValueError:
            continue
