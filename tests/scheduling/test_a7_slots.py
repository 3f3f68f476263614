"""Slots follow from the calendar (A7)."""

from collections import defaultdict
from datetime import date, timedelta

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.calendars.working_days import by_name, china, weekends
from saasops.scheduling.slots import FixedSlot, Slot, SlotRules, generate, mistakes, nearest
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


# Any calendar


@modest
@given(scheduling.slot_rules(), calendars.work_calendars())
def test_a7_a_week_is_all_working_days_of_one_week_and_no_fewer_than_asked(rules, calendar):
    left = defaultdict(list)
    for ahead in range((CLOSES - OPENS).days + 1):
        day = OPENS + timedelta(ahead)
        if calendar.is_workday(day) and day not in rules.without:
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
        if rules.duty_saturdays
        and day not in rules.without
        and not calendar.is_workday(day)
        and calendar.status(day).basis != "official"
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
