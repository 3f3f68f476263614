"""When a notice is due (A13): a week before the slot, every week, by the clock of the zone."""

from datetime import UTC, date, datetime, time, timedelta

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.clock import zone
from saasops.notices.rules import NoticeRule, Recurring, due_after, mistakes, occurrences
from saasops.testing.strategies import notices, scheduling, values

modest = settings(max_examples=30)
SHANGHAI, NEW_YORK = zone("Asia/Shanghai"), zone("America/New_York")
ZONES = st.sampled_from(values.ZONES).map(zone)
SMS = NoticeRule(
    id="week-before", medium="sms", template="t", after=("slot.booked",), before_slot=timedelta(7)
)
WEEKLY = Recurring(opens=date(2020, 2, 3), closes=date(2020, 3, 30))


# Before a slot


def test_a13_the_message_goes_a_week_before_the_slot_at_nine():
    booked = datetime(2020, 1, 15, tzinfo=UTC)
    due = due_after(SMS, slot_opens=date(2020, 2, 10), where=SHANGHAI, at=booked)
    assert due == datetime(2020, 2, 3, 1, tzinfo=UTC)


@modest
@given(scheduling.days(), st.integers(0, 30), notices.hours(), ZONES, values.instants())
def test_a13_it_waits_until_so_many_days_before_but_never_into_the_past(
    opens, days, hour, where, at
):
    rule = attrs.evolve(SMS, before_slot=timedelta(days), at=hour)
    due = due_after(rule, slot_opens=opens, where=where, at=at)
    assert due >= at
    local = due.astimezone(where)
    if due > at and _exists(opens - timedelta(days), hour, where):
        assert (local.date(), local.time()) == (opens - timedelta(days), hour)


@modest
@given(scheduling.days(), st.integers(1, 30), values.instants())
def test_a13_the_longer_before_the_earlier(opens, days, at):
    longer, shorter = (
        due_after(
            attrs.evolve(SMS, before_slot=timedelta(n)), slot_opens=opens, where=SHANGHAI, at=at
        )
        for n in (days, days - 1)
    )
    assert longer <= shorter


@modest
@given(values.instants())
def test_a13_without_a_slot_or_a_wait_it_goes_at_once(at):
    assert due_after(SMS, slot_opens=None, where=SHANGHAI, at=at) == at
    now = attrs.evolve(SMS, before_slot=None)
    assert due_after(now, slot_opens=date(2020, 3, 31), where=SHANGHAI, at=at) == at


def test_a13_a_week_before_is_nine_in_the_morning_also_across_summer_time():
    booked = datetime(2020, 1, 15, tzinfo=UTC)
    for opens, hour in ((date(2020, 3, 14), 14), (date(2020, 3, 16), 13)):
        due = due_after(SMS, slot_opens=opens, where=NEW_YORK, at=booked)
        assert due.hour == hour
        assert due.astimezone(NEW_YORK).time() == time(9)


# Every so often


@modest
@given(notices.recurring(), ZONES, values.instants(within=timedelta(75)))
def test_a13_it_comes_due_on_every_day_of_its_rhythm_that_is_past(every, where, until):
    days = [every.opens + timedelta(n) for n in range((every.closes - every.opens).days + 1)]
    expected = [
        day
        for number, day in enumerate(days)
        if number % every.days == 0
        and datetime.combine(day, every.at, where).astimezone(UTC) <= until
    ]
    assert list(occurrences(every, where=where, until=until)) == expected


@modest
@given(notices.recurring(), ZONES, values.instants(), values.instants())
def test_a13_what_came_due_stays_due(every, where, one, other):
    early, late = (
        list(occurrences(every, where=where, until=until)) for until in sorted((one, other))
    )
    assert late[: len(early)] == early


def test_a13_the_reminders_of_the_reference_campaign_come_on_nine_mondays():
    ended = datetime(2020, 4, 30, tzinfo=UTC)
    days = list(occurrences(WEEKLY, where=SHANGHAI, until=ended))
    assert [day.isoweekday() for day in days] == [1] * 9
    assert (days[0], days[-1]) == (date(2020, 2, 3), date(2020, 3, 30))


@pytest.mark.parametrize(
    ("until", "due"),
    [
        (datetime(2020, 3, 2, 13, 59, 59, tzinfo=UTC), 4),
        (datetime(2020, 3, 2, 14, tzinfo=UTC), 5),
        (datetime(2020, 3, 9, 12, 59, 59, tzinfo=UTC), 5),
        (datetime(2020, 3, 9, 13, tzinfo=UTC), 6),
    ],
)
def test_a13_an_occurrence_keeps_its_hour_across_summer_time(until, due):
    assert len(list(occurrences(WEEKLY, where=NEW_YORK, until=until))) == due


# Mistakes


@modest
@given(st.lists(st.integers(0, 9), unique=True, max_size=4), st.data())
def test_a13_right_rules_have_no_mistake(numbers, data):
    rules = [data.draw(notices.notice_rules(number=number)) for number in numbers]
    assert list(mistakes(rules, templates=["words-1"], events=notices.EVENTS)) == []


@modest
@given(notices.notice_rules())
def test_a13_a_rule_is_told_all_that_it_does_not_find(rule):
    found = {(p.where, p.code) for p in mistakes([rule, rule], templates=[], events=[])}
    where = f"notices.{rule.id}"
    expected = {(where, "notice.duplicate"), (f"{where}.template", "value.not_allowed")}
    assert found == expected | ({(f"{where}.after", "value.not_allowed")} if rule.after else set())


def _exists(day, hour, where):
    at = datetime.combine(day, hour, where)
    return at.astimezone(UTC).astimezone(where).replace(tzinfo=None) == at.replace(tzinfo=None)
