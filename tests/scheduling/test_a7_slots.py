"""Slots follow from the calendar (A7)."""

import os
import time
from collections import defaultdict
from datetime import date, timedelta

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.calendars.decrees import DayStatus, Word, override
from saasops.calendars.differences import difference
from saasops.calendars.working_days import WorkCalendar, by_name, china, weekends
from saasops.scheduling.slot_changes import slot_changes
from saasops.scheduling.slots import (
    FixedSlot,
    Slot,
    SlotRules,
    advice,
    generate,
    mistakes,
    nearest,
)
from saasops.testing.strategies import calendars, scheduling

modest = settings(max_examples=30)
OPENS, CLOSES = scheduling.OPENS, scheduling.CLOSES
RULES = SlotRules()


def offered(rules: SlotRules = RULES, opens: date = OPENS, closes: date = CLOSES) -> list[Slot]:
    return list(generate(rules, by_name(rules.calendar), opens=opens, closes=closes))


def dates(month: int, *days: int) -> list[date]:
    return [date(2020, month, day) for day in days]


# The reference campaign


def test_a7_the_weeks_of_the_reference_campaign():
    weeks = [(slot.opens, slot.closes) for slot in offered() if slot.kind == "week"]
    mondays = dates(2, 3, 10, 17, 24) + dates(3, 2, 9, 16, 23)
    assert weeks == [(monday, monday + timedelta(4)) for monday in mondays]
    assert all(len(slot.days) == 5 for slot in offered() if slot.kind == "week")


def test_a7_the_saturdays_of_the_reference_campaign():
    saturdays = [slot.days for slot in offered() if slot.kind == "saturday"]
    assert saturdays == [(day,) for day in dates(2, 8, 15, 22, 29) + dates(3, 7, 14, 21, 28)]


def test_a7_a_saturday_of_the_spring_festival_is_nobodys_duty():
    assert OPENS.isoweekday() == 6
    assert china().status(OPENS).basis == "official"
    assert all(OPENS not in slot.days for slot in offered())
    assert OPENS in [slot.opens for slot in offered(SlotRules(calendar="weekends"))]


def test_a7_the_last_two_days_of_march_are_too_few_for_a_week():
    assert all(slot.closes < date(2020, 3, 30) for slot in offered())
    short = [slot.days for slot in offered(SlotRules(least_days=2)) if slot.closes == CLOSES]
    assert short == [tuple(dates(3, 30, 31))]


def test_a7_slots_have_ids_by_their_first_day_and_stand_in_order():
    slots = offered()
    assert [slot.id for slot in slots[:3]] == [
        "week-2020-02-03",
        "sat-2020-02-08",
        "week-2020-02-10",
    ]
    assert [slot.opens for slot in slots] == sorted(slot.opens for slot in slots)
    assert len(slots) == 16


# Make-up days and holidays


def test_a7_a_make_up_sunday_belongs_to_its_week():
    slots = offered(opens=date(2020, 4, 20), closes=date(2020, 4, 26))
    assert [(slot.kind, slot.days) for slot in slots] == [
        ("week", tuple(dates(4, 20, 21, 22, 23, 24, 26))),
        ("saturday", tuple(dates(4, 25))),
    ]


def test_a7_a_make_up_saturday_is_worked_and_nobodys_duty():
    slots = offered(opens=date(2020, 5, 4), closes=date(2020, 5, 10))
    assert [(slot.kind, slot.days) for slot in slots] == [("week", tuple(dates(5, 6, 7, 8, 9)))]


def test_a7_the_holidays_of_may_leave_no_week():
    slots = offered(SlotRules(least_days=1), date(2020, 5, 1), date(2020, 5, 5))
    assert slots == []


# Overrides


def overridden(day: date, kind: Word) -> WorkCalendar:
    return china().with_decrees((override(day, kind=kind, reason="ops"),))


def slots_by(calendar: WorkCalendar, rules: SlotRules = RULES) -> dict[str, tuple[date, ...]]:
    return {one.id: one.days for one in generate(rules, calendar, opens=OPENS, closes=CLOSES)}


def test_a7_a_duty_saturday_by_override_is_one_without_the_rule_and_in_a_holiday():
    without = SlotRules(duty_saturdays=False)
    for day in dates(2, 1, 8):
        slots = slots_by(overridden(day, "workday"), without)
        assert slots[f"sat-{day}"] == (day,)
        assert [id for id in slots if id.startswith("sat-")] == [f"sat-{day}"]
        assert all(day not in days for id, days in slots.items() if id.startswith("week-"))


def test_a7_a_frozen_day_is_in_no_slot_be_it_a_saturday():
    saturday, monday = dates(2, 8, 10)
    assert f"sat-{saturday}" not in slots_by(overridden(saturday, "restday"))
    frozen = slots_by(overridden(monday, "restday"))
    assert frozen["week-2020-02-10"] == tuple(dates(2, 11, 12, 13, 14))


def test_a7_a_region_that_begins_later_loses_its_first_week():
    closed = override(date(2020, 2, 3), date(2020, 2, 7), kind="restday", reason="later")
    slots = slots_by(china().with_decrees((closed,)))
    assert len(slots) == 15
    assert min(days[0] for days in slots.values()) == date(2020, 2, 8)


# Other parts than weeks


def test_a7_every_workday_may_be_a_slot():
    slots = slots_by(china(), SlotRules(every="day", duty_saturdays=False))
    assert len(slots) == 42
    assert all(id == f"day-{days[0]}" and len(days) == 1 for id, days in slots.items())


def test_a7_a_fortnight_begins_on_the_monday_of_the_first_day():
    slots = slots_by(china(), SlotRules(every="fortnight", duty_saturdays=False))
    assert {id: len(days) for id, days in slots.items()} == {
        "fortnight-2020-01-27": 5,
        "fortnight-2020-02-10": 10,
        "fortnight-2020-02-24": 10,
        "fortnight-2020-03-09": 10,
        "fortnight-2020-03-23": 7,
    }


def test_a7_a_month_has_two_halves():
    slots = slots_by(china(), SlotRules(every="half-month", duty_saturdays=False))
    assert {id: len(days) for id, days in slots.items()} == {
        "half-month-2020-02-01": 10,
        "half-month-2020-02-16": 10,
        "half-month-2020-03-01": 10,
        "half-month-2020-03-16": 12,
    }


# Any calendar


def is_duty(rules: SlotRules, status: DayStatus) -> bool:
    match status.basis:
        case "official":
            return False
        case "override":
            return status.kind == "workday"
    return rules.duty_saturdays and status.kind == "restday"


@modest
@given(
    scheduling.slot_rules(),
    st.sampled_from(("week", "day", "fortnight", "half-month")),
    calendars.work_calendars(),
    scheduling.periods(),
)
def test_a7_slots_share_no_day_and_hold_working_days_only(rules, every, calendar, period):
    opens, closes = period
    rules = attrs.evolve(rules, every=every, fixed=())
    slots = generate(rules, calendar, opens=opens, closes=closes)
    assert list(mistakes(slots, opens=opens, closes=closes)) == []
    for slot in slots:
        worked = [calendar.is_workday(day) for day in slot.days]
        assert slot.kind == "saturday" or all(worked)
        assert list(slot.days) == sorted(set(slot.days))
    days = {day for slot in slots for day in slot.days}
    for ahead in range((closes - opens).days + 1):
        day = opens + timedelta(ahead)
        if every == "day" and calendar.is_workday(day) and day not in rules.without:
            assert day in days


@modest
@given(scheduling.slot_rules(), calendars.work_calendars(), st.sampled_from(("Asia/Tokyo", "UTC")))
def test_a7_the_zone_of_the_host_changes_nothing(rules, calendar, zone):
    expected = generate(rules, calendar, opens=OPENS, closes=CLOSES)
    before = os.environ.get("TZ")
    try:
        for name in (zone, "America/New_York"):
            os.environ["TZ"] = name
            time.tzset()
            assert generate(rules, calendar, opens=OPENS, closes=CLOSES) == expected
    finally:
        os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
        time.tzset()


# What is not certain yet


def test_a7_slots_past_what_is_known_are_told():
    rules = SlotRules(duty_saturdays=False)
    slots = generate(rules, china(), opens=date(2026, 12, 14), closes=date(2027, 1, 15))
    (problem,) = advice(slots, china())
    assert (problem.where, problem.code) == ("slots", "slot.uncertain")
    assert problem.context == {"count": 3, "slot": "week-2026-12-28", "until": "2026-12-31"}
    assert list(advice(offered(), china())) == []
    assert list(advice(slots, weekends())) == []


# What a change does


def test_a7_the_reference_slots_are_the_same_before_and_after_the_extension():
    known = [china().as_of(date(2020, month, 1)) for month in (1, 2)]
    days = difference(*known, first=OPENS, last=CLOSES)
    assert [one.day for one in days] == dates(2, 1, 2, 3)
    assert days[0].before.kind == "workday"
    slots = [generate(RULES, one, opens=OPENS, closes=CLOSES) for one in known]
    assert slots[0] == slots[1] == tuple(offered())
    assert slot_changes(*slots, days) == ()


def test_a7_with_short_weeks_the_extension_takes_the_make_up_saturday_away():
    known = [china().as_of(date(2020, month, 1)) for month in (1, 2)]
    rules = SlotRules(least_days=1)
    slots = [generate(rules, one, opens=OPENS, closes=CLOSES) for one in known]
    days = difference(*known, first=OPENS, last=CLOSES)
    (change,) = slot_changes(*slots, days)
    assert (change.slot, change.result) == ("week-2020-01-27", "vanishes")
    assert (change.before, change.after) == (tuple(dates(2, 1)), ())
    assert [(one.day, one.after.name) for one in change.because] == [
        (day, "春节") for day in dates(2, 1, 2)
    ]


def test_a7_slots_that_change_and_appear_are_told_with_their_reason():
    before = overridden(date(2020, 3, 7), "restday")
    after = overridden(date(2020, 2, 11), "restday")
    days = difference(before, after, first=OPENS, last=CLOSES)
    slots = [generate(RULES, one, opens=OPENS, closes=CLOSES) for one in (before, after)]
    found = slot_changes(*slots, days)
    assert [(one.slot, one.result, [str(why.day) for why in one.because]) for one in found] == [
        ("week-2020-02-10", "changes", ["2020-02-11"]),
        ("sat-2020-03-07", "appears", ["2020-03-07"]),
    ]


@modest
@given(scheduling.slot_rules(), calendars.work_calendars(), calendars.work_calendars())
def test_a7_every_slot_that_differs_is_told_once_and_no_other(rules, one, two):
    rules = attrs.evolve(rules, fixed=())
    was, now = (
        {slot.id: slot.days for slot in generate(rules, each, opens=OPENS, closes=CLOSES)}
        for each in (one, two)
    )
    slots = [generate(rules, each, opens=OPENS, closes=CLOSES) for each in (one, two)]
    days = difference(one, two, first=OPENS, last=CLOSES)
    found = slot_changes(*slots, days)
    assert {change.slot for change in found} == {
        id for id in was | now if was.get(id) != now.get(id)
    }
    for change in found:
        assert change.because
        assert (change.before, change.after) == (
            was.get(change.slot, ()),
            now.get(change.slot, ()),
        )
        expected = "changes" if change.before and change.after else "appears"
        assert change.result == ("vanishes" if not change.after else expected)


@modest
@given(scheduling.slot_rules(), calendars.work_calendars())
def test_a7_a_week_is_all_working_days_of_one_week_and_no_fewer_than_asked(rules, calendar):
    left = defaultdict(list)
    for ahead in range((CLOSES - OPENS).days + 1):
        day = OPENS + timedelta(ahead)
        duty = day.isoweekday() == 6 and calendar.status(day).basis == "override"
        if calendar.is_workday(day) and day not in rules.without and not duty:
            left[day.isocalendar()[:2]].append(day)
    weeks = [tuple(days) for days in left.values() if len(days) >= rules.least_days]
    slots = generate(rules, calendar, opens=OPENS, closes=CLOSES)
    assert sorted(slot.days for slot in slots if slot.kind == "week") == sorted(weeks)


@modest
@given(scheduling.slot_rules(), calendars.work_calendars())
def test_a7_a_duty_saturday_is_free_by_the_week_alone(rules, calendar):
    slots = generate(rules, calendar, opens=OPENS, closes=CLOSES)
    duty = [slot.days for slot in slots if slot.kind == "saturday"]
    saturdays = [OPENS + timedelta(7 * week) for week in range(9)]
    assert duty == [
        (day,)
        for day in saturdays
        if day not in rules.without and is_duty(rules, calendar.status(day))
    ]


@modest
@given(scheduling.slot_rules(), scheduling.periods())
def test_a7_what_the_calendar_gives_lies_in_the_period_and_shares_no_day(rules, period):
    opens, closes = period
    slots = offered(attrs.evolve(rules, fixed=()), opens, closes)
    assert list(mistakes(slots, opens=opens, closes=closes)) == []
    days = [day for slot in slots for day in slot.days]
    assert len(days) == len(set(days))
    assert all(opens <= day <= closes for day in days)
    assert not set(days) & set(rules.without)
    assert [slot.opens for slot in slots] == sorted(slot.opens for slot in slots)


@modest
@given(scheduling.slot_rules(), scheduling.periods())
def test_a7_the_rules_may_narrow_the_period(rules, period):
    opens, closes = period
    narrow = attrs.evolve(rules, opens=opens, closes=closes)
    assert offered(narrow) == offered(rules, opens, closes)


@modest
@given(scheduling.fixed_slots())
def test_a7_a_slot_by_hand_takes_the_working_days_where_there_are_any(fixed):
    (slot,) = offered(SlotRules(least_days=8, duty_saturdays=False, fixed=(fixed,)))
    span = [fixed.opens + timedelta(n) for n in range((fixed.closes - fixed.opens).days + 1)]
    working = [day for day in span if china().is_workday(day)]
    assert slot == Slot(id=fixed.id, kind="fixed", days=tuple(working or span))


# Mistakes


@modest
@given(st.lists(scheduling.fixed_slots(), max_size=5), scheduling.periods())
def test_a7_slots_that_clash_are_found_and_no_others(fixed, period):
    opens, closes = period
    slots = offered(SlotRules(least_days=8, duty_saturdays=False, fixed=tuple(fixed)))
    expected = defaultdict(set)
    for number, slot in enumerate(slots):
        where, before = f"slots.{slot.id}", slots[:number]
        if slot.id in [one.id for one in before]:
            expected["slot.duplicate"].add(where)
        if not opens <= slot.opens <= slot.closes <= closes:
            expected["slot.outside_period"].add(where)
        if any(one.id != slot.id and set(one.days) & set(slot.days) for one in before):
            expected["slot.overlap"].add(where)
    found = defaultdict(set)
    for problem in mistakes(slots, opens=opens, closes=closes):
        found[problem.code].add(problem.where)
    for code in ("slot.duplicate", "slot.outside_period"):
        assert found[code] == expected[code]
    assert found["slot.overlap"] <= expected["slot.overlap"]
    assert bool(found["slot.overlap"]) is bool(expected["slot.overlap"])


def test_a7_an_overlap_names_the_other_slot():
    day = date(2020, 2, 4)
    slots = offered(SlotRules(fixed=(FixedSlot(id="by-hand", opens=day, closes=day),)))
    (problem,) = mistakes(slots, opens=OPENS, closes=CLOSES)
    assert problem.where == "slots.by-hand"
    assert problem.context == {"slot": "by-hand", "other": "week-2020-02-03"}


# The nearest alternatives


@modest
@given(scheduling.slots(), scheduling.days(), scheduling.days(), st.data())
def test_a8_the_nearest_slots_have_room_and_are_not_over(slots, wanted, today, data):
    free = data.draw(st.sets(st.sampled_from([slot.id for slot in slots])))
    most = data.draw(st.integers(0, 4))
    near = nearest(slots, wanted, free=free, on=today, most=most)
    by_id = {slot.id: slot for slot in slots}
    fit = [one for one in slots if one.id in free and one.closes >= today]
    assert len(near) == min(most, len(fit))
    assert set(near) <= {slot.id for slot in fit}
    far = [abs((by_id[id].opens - wanted).days) for id in near]
    assert far == sorted(far)
    rest = [abs((slot.opens - wanted).days) for slot in fit if slot.id not in near]
    assert not far or not rest or max(far) <= min(rest)


@pytest.mark.parametrize("calendar", [china(), weekends()])
def test_a7_no_slot_comes_of_a_period_that_ends_before_it_begins(calendar):
    assert generate(RULES, calendar, opens=CLOSES, closes=OPENS) == ()
