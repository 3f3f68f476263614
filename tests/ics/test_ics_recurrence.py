"""Rules of calendar files recur on the days that another implementation finds (A8)."""

from datetime import date, datetime, time, timedelta
from itertools import takewhile

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from saasops.ics.recurrence import WEEKDAYS, recurrence

rrule = pytest.importorskip("dateutil.rrule")
OPENS, CLOSES = date(2020, 2, 1), date(2020, 5, 31)
modest = settings(max_examples=100, deadline=None)
FIRST = st.dates(date(2017, 1, 1), date(2020, 5, 1))


@st.composite
def rules(draw: st.DrawFn) -> dict[str, list[object]]:
    frequency = draw(st.sampled_from(("DAILY", "WEEKLY", "MONTHLY", "YEARLY")))
    parts: dict[str, list[object]] = {"FREQ": [frequency], "INTERVAL": [draw(st.integers(1, 4))]}
    if draw(st.booleans()):
        parts["COUNT"] = [draw(st.integers(1, 40))]
    if draw(st.booleans()):
        parts["WKST"] = [draw(st.sampled_from(WEEKDAYS))]
    if frequency != "WEEKLY" and draw(st.booleans()):
        parts["BYMONTHDAY"] = draw(st.lists(st.sampled_from((1, 15, 29, 31, -1, -3)), min_size=1))
    if draw(st.booleans()):
        months = st.lists(st.integers(1, 12), min_size=1, max_size=6, unique=True)
        parts["BYMONTH"] = list(draw(months))
    if draw(st.booleans()):
        plain = frequency in ("DAILY", "WEEKLY") or "BYMONTHDAY" in parts
        nth = st.just("") if plain else st.sampled_from(("", "1", "2", "-1", "5"))
        days = st.tuples(nth, st.sampled_from(WEEKDAYS)).map("".join)
        parts["BYDAY"] = list(draw(st.lists(days, min_size=1, max_size=3, unique=True)))
    if frequency != "DAILY" and {"BYDAY", "BYMONTHDAY"} & set(parts) and draw(st.booleans()):
        parts["BYSETPOS"] = [draw(st.sampled_from((1, 2, -1)))]
    return parts


@modest
@given(rules(), FIRST)
def test_a8_a_rule_recurs_on_the_days_that_another_implementation_finds(parts, first):
    written = ";".join(f"{key}={','.join(map(str, value))}" for key, value in parts.items())
    begin = datetime.combine(first, time())
    end = datetime.combine(CLOSES, time())
    bounded = written if "COUNT" in parts else f"{written};UNTIL={end:%Y%m%dT%H%M%S}"
    # An impossible rule would keep the other implementation busy for eight thousand years.
    numbers = set(parts.get("BYMONTHDAY", [1]))
    assume(not parts.get("BYMONTH") or numbers & {1, 15, -1, -3})
    # Declined as an oracle: it takes "MO,1TU" as Mondays that are first Tuesdays.
    assume(len({len(str(day)) > 2 for day in parts.get("BYDAY", ())}) < 2)
    wanted = takewhile(lambda one: one <= end, rrule.rrulestr(bounded, dtstart=begin))
    expected = [one.date() for one in wanted if one.date() >= OPENS]
    found = recurrence(parts).days(first, opens=OPENS, closes=CLOSES)
    assert [day for day in found if day >= OPENS] == expected


def test_a8_every_monday_and_the_first_tuesday_are_both_meant():
    parts = {"FREQ": ["MONTHLY"], "BYDAY": ["MO", "1TU"]}
    found = recurrence(parts).days(date(2020, 2, 1), opens=OPENS, closes=date(2020, 2, 29))
    assert [day.day for day in found] == [3, 4, 10, 17, 24]


@modest
@given(rules(), FIRST)
def test_a8_days_come_in_order_and_not_twice(parts, first):
    found = list(recurrence(parts).days(first, opens=OPENS, closes=CLOSES))
    assert found == sorted(set(found))
    assert all(first <= day <= CLOSES for day in found)


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"FREQ": ["SECONDLY"]},
        {"FREQ": ["HOURLY"]},
        {"FREQ": ["DAILY"], "INTERVAL": [0]},
        {"FREQ": ["DAILY"], "COUNT": [0]},
        {"FREQ": ["DAILY"], "BYDAY": ["2MO"]},
        {"FREQ": ["WEEKLY"], "BYMONTHDAY": [1]},
        {"FREQ": ["YEARLY"], "BYWEEKNO": [1]},
        {"FREQ": ["YEARLY"], "BYDAY": ["XX"]},
    ],
)
def test_a8_a_rule_that_is_not_understood_is_refused(parts):
    with pytest.raises(ValueError, match=r".*"):
        recurrence(parts)


def test_a8_a_rule_that_never_recurs_ends_with_the_window():
    never = {"FREQ": ["DAILY"], "BYMONTH": [2], "BYMONTHDAY": [30]}
    assert list(recurrence(never).days(date(1, 1, 1), opens=OPENS, closes=CLOSES)) == []
    with pytest.raises(ValueError, match="too long"):
        list(recurrence(never | {"COUNT": [3]}).days(date(1, 1, 1), opens=OPENS, closes=CLOSES))
    late = recurrence({"FREQ": ["DAILY"]}).days(CLOSES + timedelta(1), opens=OPENS, closes=CLOSES)
    assert list(late) == []
