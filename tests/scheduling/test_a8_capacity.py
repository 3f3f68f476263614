"""Who works when, and how many fit: the tightest rule wins (A8)."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.calendars.working_days import by_name
from saasops.errors import Refused
from saasops.scheduling.assistants import (
    WEEKDAYS,
    Absence,
    Assistant,
    note_absence,
    parse_weekdays,
    roster_mistakes,
    works,
)
from saasops.scheduling.capacity import CapacityRule, limit_on, mistakes, places, slot_limit
from saasops.scheduling.slots import SlotRules, generate
from saasops.testing.strategies import scheduling, values

modest = settings(max_examples=30)
RULES = scheduling.capacity_rules()
GENERAL = Assistant(id="a", name="", team="general")
DAY = date(2020, 2, 5)
SATURDAYS = [date(2020, 2, day) for day in (1, 8, 15, 22, 29)]


# The reference campaign


def test_a8_five_a_day_in_the_two_busiest_weeks_and_eight_later(campaign, slots, roster):
    for place in places(slots, roster, (), campaign.capacity_rules):
        busy = date(2020, 2, 3) <= place.day <= date(2020, 2, 15)
        expected = 3 if place.team == "deployment" else 5 if busy else 8
        assert place.cap == expected


def test_a8_general_is_a_team_of_three_and_one_is_on_duty_on_saturday(campaign, slots, roster):
    found = places(slots, roster, (), campaign.capacity_rules)
    a_day = Counter((place.day, place.team) for place in found)
    for (day, team), assistants in a_day.items():
        if day.isoweekday() == 6:
            assert (team, assistants) == ("general", 1)
        else:
            assert assistants == {"general": 3, "deployment": 2}[team]
    assert len(a_day) == 40 * 2 + 8
    days = [slot.opens for slot in slots if slot.kind == "saturday"]
    assert list(roster_mistakes(roster, days)) == []


def test_a8_an_absence_takes_places_away(campaign, slots, roster, away):
    before = places(slots, roster, (), campaign.capacity_rules)
    after = places(slots, roster, away, campaign.capacity_rules)
    gone = {(place.assistant, place.day) for place in set(before) - set(after)}
    assert gone == {
        *(("asst-2", date(2020, 2, day)) for day in (19, 20, 21)),
        *(("asst-3", date(2020, 3, day)) for day in (12, 13)),
        *(("depl-2", date(2020, 3, day)) for day in range(2, 7)),
    }


# Limits


@modest
@given(scheduling.assistants(), scheduling.days(), RULES)
def test_a8_the_tightest_limit_wins(assistant, day, rules):
    fit = [
        rule
        for rule in rules
        if rule.scope == "assistant-day"
        and rule.team in (None, assistant.team)
        and (rule.opens or day) <= day <= (rule.closes or day)
    ]
    limits = [rule.limit for rule in fit]
    busy = any(rule.busy for rule in fit)
    own = assistant.limit_busy if busy and assistant.limit_busy is not None else assistant.limit
    limits += [] if own is None else [own]
    found = limit_on(assistant, day, rules)
    assert (found and found[0]) == min(limits, default=None)


@modest
@given(scheduling.assistants(), scheduling.days(), RULES)
def test_a8_a_limit_names_what_set_it(assistant, day, rules):
    found = limit_on(assistant, day, rules)
    if found is not None:
        limit, name = found
        own = {f"assistant:{assistant.id}": {assistant.limit, assistant.limit_busy}}
        assert limit in ({rule.id: {rule.limit} for rule in rules} | own)[name]


@modest
@given(scheduling.assistants(), scheduling.days(), RULES, st.integers(0, 9))
def test_a8_one_more_rule_never_makes_more_room(assistant, day, rules, limit):
    more = CapacityRule(id="more", limit=limit)
    before, after = limit_on(assistant, day, rules), limit_on(assistant, day, (*rules, more))
    assert after is not None
    assert after[0] <= limit
    assert before is None or after[0] <= before[0]


@modest
@given(scheduling.slots(), RULES)
def test_a8_a_whole_slot_is_limited_by_the_tightest_rule_on_any_of_its_days(slots, rules):
    for slot in slots:
        fit = [
            rule.limit
            for rule in rules
            if rule.scope == "slot"
            and any((rule.opens or day) <= day <= (rule.closes or day) for day in slot.days)
        ]
        found = slot_limit(slot, rules)
        assert (found and found[0]) == min(fit, default=None)


# Places


@modest
@given(scheduling.slots(), scheduling.teams(), st.lists(scheduling.absences(), max_size=3), RULES)
def test_a8_there_is_a_place_for_everybody_who_works_and_is_limited(slots, team, away, rules):
    found = places(slots, team, away, rules)
    expected = {
        (one.id, day, slot.id): limit_on(one, day, rules)
        for slot in slots
        for day in slot.days
        for one in team
        if works(one, day, away) and limit_on(one, day, rules) is not None
    }
    assert {(p.assistant, p.day, p.slot): (p.cap, p.rule) for p in found} == expected
    assert len(found) == len(expected)
    by_id = {one.id: one for one in team}
    assert all(place.team == by_id[place.assistant].team for place in found)
    assert [(p.day, p.assistant) for p in found] == sorted((p.day, p.assistant) for p in found)


@modest
@given(scheduling.slots(), scheduling.teams(), scheduling.absences(), RULES)
def test_a8_an_absence_only_takes_away_the_places_of_its_days(slots, team, absence, rules):
    before, after = places(slots, team, (), rules), places(slots, team, (absence,), rules)
    assert list(after) == [
        place
        for place in before
        if place.assistant != absence.assistant or not absence.opens <= place.day <= absence.closes
    ]


# Who works when


@modest
@given(scheduling.assistants(), scheduling.days(), st.lists(scheduling.absences(), max_size=3))
def test_a8_an_assistant_works_on_his_weekdays_and_duty_saturdays(assistant, day, away):
    absent = any(one.assistant == assistant.id and one.opens <= day <= one.closes for one in away)
    on_duty = day.isoweekday() in assistant.weekdays or day in assistant.duty_saturdays
    assert works(assistant, day, away) is (on_duty and not absent)


def test_a8_nobody_works_on_a_saturday_without_duty():
    everyday = attrs.evolve(GENERAL, weekdays=(1, 2, 3, 4, 5, 6, 7))
    assert not works(everyday, SATURDAYS[1], ())
    assert works(attrs.evolve(GENERAL, duty_saturdays=(SATURDAYS[1],)), SATURDAYS[1], ())


@modest
@given(scheduling.teams(), st.sets(st.sampled_from(SATURDAYS)))
def test_a8_a_saturday_with_nobody_or_two_on_duty_is_found(team, saturdays):
    on_duty = {
        day: [one.id for one in team if day in one.duty_saturdays] for day in sorted(saturdays)
    }
    found = list(roster_mistakes(team, saturdays))
    assert {p.where: p.context["count"] for p in found} == {
        f"duty_saturdays.{day}": len(ids) for day, ids in on_duty.items() if len(ids) != 1
    }


@modest
@given(scheduling.absences(), values.instants())
def test_a8_an_absence_is_noted_unless_it_ends_before_it_begins(absence, at):
    event = note_absence(absence, campaign="up-5.1", at=at)
    assert (event.absence, event.assistant, event.at) == (absence, absence.assistant, at)
    backwards = attrs.evolve(absence, closes=absence.opens - timedelta(1))
    with pytest.raises(Refused) as caught:
        note_absence(backwards, campaign="up-5.1", at=at)
    assert caught.value.code == "absence.backwards"
    assert caught.value.context["assistant"] == absence.assistant


@modest
@given(st.sets(st.integers(1, 7), min_size=1))
def test_a8_weekdays_are_read_as_they_are_listed(numbers):
    names = [WEEKDAYS[number - 1] for number in numbers]
    assert parse_weekdays("; ".join(names)) == tuple(sorted(numbers))
    assert parse_weekdays(",".join(names).upper()) == tuple(sorted(numbers))


@modest
@given(st.integers(1, 7), st.integers(1, 7))
def test_a8_weekdays_are_read_from_the_first_to_the_last(first, last):
    text = f"{WEEKDAYS[first - 1]}-{WEEKDAYS[last - 1]}"
    if first <= last:
        assert parse_weekdays(text) == tuple(range(first, last + 1))
    else:
        with pytest.raises(ValueError, match=text):
            parse_weekdays(text)


@pytest.mark.parametrize("text", ["", "monday", "1-5", "mon;;wed", "mon-fri-sun"])
def test_a8_what_names_no_weekdays_is_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        parse_weekdays(text)


# Mistakes


@modest
@given(RULES)
def test_a8_right_rules_have_no_mistake(rules):
    assert list(mistakes(rules, opens=scheduling.OPENS, closes=scheduling.CLOSES)) == []


@modest
@given(scheduling.periods(), scheduling.periods(date(2020, 1, 1), date(2020, 4, 30)))
def test_a8_a_rule_that_misses_the_period_can_never_apply(period, span):
    rule = CapacityRule(id="r", limit=1, opens=span[0], closes=span[1])
    codes = [p.code for p in mistakes([rule], opens=period[0], closes=period[1])]
    days = [period[0] + timedelta(n) for n in range((period[1] - period[0]).days + 1)]
    applies = any(rule.applies("general", day) for day in days)
    assert codes == ([] if applies else ["capacity.never"])


def test_a8_a_rule_of_a_team_is_no_rule_of_another():
    rule = CapacityRule(id="r", limit=1, team="general")
    assert rule.applies("general", DAY)
    assert not rule.applies("deployment", DAY)
    assert attrs.evolve(rule, team=None).applies("deployment", DAY)


def test_a8_everybody_works_on_a_day_that_makes_up_for_a_holiday() -> None:
    first, saturday = date(2020, 5, 4), date(2020, 5, 9)
    (week, *_) = generate(SlotRules(), by_name("CN"), opens=first, closes=saturday)
    assert saturday in week.days
    rules = (CapacityRule(id="all", limit=2),)
    assert saturday in {place.day for place in places((week,), (GENERAL,), (), rules)}
    away = Absence(
        assistant=GENERAL.id,
        opens=saturday,
        closes=saturday,
        known_at=datetime(2020, 4, 1, tzinfo=UTC),
    )
    assert saturday not in {place.day for place in places((week,), (GENERAL,), (away,), rules)}
