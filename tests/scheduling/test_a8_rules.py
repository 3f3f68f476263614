"""What all capacity rules come to, against a slow reading of their meaning (A8)."""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops import serial
from saasops.clock import monday_of
from saasops.errors import Invalid, Refused
from saasops.scheduling.assistants import Assistant, Ramp, works
from saasops.scheduling.capacity import (
    CapacityRule,
    Reserve,
    capacity,
    limit_on,
    places,
    slot_limit,
)
from saasops.scheduling.planner.instance import Limit
from saasops.scheduling.rules import SCOPES, RuleContext
from saasops.scheduling.slots import Slot
from saasops.testing.strategies import capacity as drawn
from saasops.testing.strategies import scheduling

modest = settings(max_examples=35, deadline=None)
AWAY = st.lists(scheduling.absences(), max_size=3)
MONDAY = date(2020, 2, 3)
WEEK = Slot(id="week", kind="week", days=tuple(MONDAY + timedelta(n) for n in range(5)))
NEXT = Slot(id="next", kind="week", days=tuple(MONDAY + timedelta(7 + n) for n in range(5)))
SATURDAY = Slot(id="sat", kind="saturday", days=(MONDAY + timedelta(5),))
ANN, BOB = (
    Assistant(id=id, name="", team=team, skills=("old",), limit=None)
    for id, team in (("ann", "general"), ("bob", "deployment"))
)
ALL = CapacityRule(id="all", limit=8)


# --- a slow reading of the rules -----------------------------------------------------------


def busiest(rule: CapacityRule, slots: Iterable[Slot], demand: Mapping[date, int]) -> set[date]:
    weeks = {monday_of(day) for slot in slots for day in slot.days}
    ranked = sorted((w for w in weeks if demand.get(w, 0)), key=lambda w: (-demand[w], w))
    return weeks if rule.busiest_weeks is None else set(ranked[: rule.busiest_weeks])


def falls(rule: CapacityRule, day: date, slots, demand) -> bool:
    return (
        (rule.opens or day) <= day <= (rule.closes or day)
        and (rule.weekdays == () or day.isoweekday() in rule.weekdays)
        and (rule.dates == () or day in rule.dates)
        and monday_of(day) in busiest(rule, slots, demand)
    )


def stretch(rule: CapacityRule, day: date, slots, demand) -> frozenset[date]:
    """The days that *rule* counts together with *day*; none where it does not count *day*."""
    offered = {d for slot in slots for d in slot.days}
    span = SCOPES[rule.scope][1]
    if span == "slot":
        (slot,) = (one for one in slots if day in one.days)
        return frozenset(slot.days if any(falls(rule, d, slots, demand) for d in slot.days) else ())
    if not falls(rule, day, slots, demand):
        return frozenset()
    together = {
        "day": {day},
        "week": {d for d in offered if monday_of(d) == monday_of(day)},
        "period": offered,
    }[span]
    return frozenset(d for d in together if falls(rule, d, slots, demand))


def counts(rule: CapacityRule, one: Assistant) -> bool:
    return (
        rule.team in (None, one.team)
        and (rule.skill is None or rule.skill in one.skills)
        and rule.assistant in (None, one.id)
    )


def same(rule: CapacityRule) -> tuple:
    return SCOPES[rule.scope], rule.spares, rule.units


def expected_cap(one: Assistant, day: date, rules, slots, demand) -> int | None:
    """The tightest number for *one* on *day*, by the words of the documentation."""
    each = [r for r in rules if SCOPES[r.scope][0] == "assistant" and counts(r, one)]
    here = [(r, stretch(r, day, slots, demand)) for r in each]
    here = [(r, days) for r, days in here if days and r.spares is None and not r.units]
    ruling = [r for r, _ in here if r.override]
    left = []
    for rule, counted in here:
        days = counted
        if not rule.override:
            if any(same(o) == same(rule) for o in ruling):
                continue
            taken = (
                d
                for d in days
                for o in each
                if o.override and same(o) == same(rule) and stretch(o, d, slots, demand)
            )
            days -= set(taken)
        if days == {day}:
            left.append(rule)
    own_overruled = any(r.override and r.scope == "assistant-day" for r in left)
    numbers = [rule.limit for rule in left]
    if not own_overruled:
        busy = any(r.busy and r.scope == "assistant-day" for r, _ in here)
        own = one.limit_busy if busy and one.limit_busy is not None else one.limit
        numbers += [] if own is None else [own]
        if one.ramp is not None:
            week = (day - one.ramp.opens).days // 7
            if 0 <= week < len(one.ramp.limits):
                numbers.append(one.ramp.limits[week])
            if numbers and 0 <= week < len(one.ramp.percents):
                numbers.append(math.ceil(min(numbers) * one.ramp.percents[week] / 100))
    return min(numbers, default=None)


@modest
@given(drawn.rosters(), AWAY, drawn.composed_rules(), scheduling.slots(), drawn.demands())
def test_a8_the_effective_capacity_is_what_the_rules_say(roster, away, rules, slots, demand):
    room = capacity(roster, away, rules, slots, demand=demand)
    found = {(a.assistant, day): cap for a in room.availabilities for day, cap in a.caps.items()}
    expected = {}
    for one in roster:
        for slot in slots:
            for day in slot.days:
                cap = expected_cap(one, day, rules, slots, demand)
                if cap is not None and works(one, day, away):
                    expected[one.id, day] = cap
    assert found == expected


@modest
@given(drawn.rosters(), AWAY, drawn.composed_rules(), scheduling.slots(), drawn.demands())
def test_a8_every_wider_limit_counts_whom_and_when_its_rule_says(
    roster, away, rules, slots, demand
):
    room = capacity(roster, away, rules, slots, demand=demand)
    by_rule = {rule.id: rule for rule in rules}
    for limit in room.limits:
        rule = by_rule[limit.rule]
        assert limit.assistants <= {one.id for one in roster if counts(rule, one)}
        for day in limit.days:
            assert limit.days <= stretch(rule, day, slots, demand)
        if limit.most != rule.limit:
            assert rule.reserve is not None
            assert (limit.each, limit.spares) == (True, rule.reserve.segment)
        assert limit.most >= 0


@modest
@given(drawn.rosters(), drawn.composed_rules(), scheduling.slots(), drawn.demands())
def test_a8_without_overrides_every_rule_is_kept_for_all_that_it_counts(
    roster, rules, slots, demand
):
    plain = [attrs.evolve(rule, override=False, reserve=None) for rule in rules]
    room = capacity(roster, (), plain, slots, demand=demand)
    days = [day for slot in slots for day in slot.days]
    caps = {(a.assistant, day): cap for a in room.availabilities for day, cap in a.caps.items()}
    for rule in plain:
        for one in filter(lambda one, r=rule: counts(r, one), roster):
            for day in days:
                counted = stretch(rule, day, slots, demand)
                if not counted or (rule.skill is None and rule.who == "skill" and not one.skills):
                    continue
                covered = [
                    limit
                    for limit in room.limits
                    if limit.rule == rule.id
                    and one.id in limit.assistants
                    and limit.days == counted
                ]
                tight = caps.get((one.id, day), 0) <= rule.limit and len(counted) == 1
                assert covered or tight


@modest
@given(drawn.rosters(), AWAY, drawn.composed_rules(), scheduling.slots(), drawn.demands())
def test_a8_places_and_limits_and_capacity_say_the_same(roster, away, rules, slots, demand):
    room = capacity(roster, away, rules, slots, demand=demand)
    rooms = {
        (a.assistant, d): (c, a.rules[d]) for a in room.availabilities for d, c in a.caps.items()
    }
    found = places(slots, roster, away, rules, demand=demand)
    assert {(p.assistant, p.day): (p.cap, p.rule) for p in found} == rooms
    daily = [
        rule for rule in rules if SCOPES[rule.scope][1] == "day" and rule.busiest_weeks is None
    ]
    by_id = {one.id: one for one in roster}
    for place in places(slots, roster, away, daily):
        assert limit_on(by_id[place.assistant], place.day, daily) == (place.cap, place.rule)


@modest
@given(drawn.rosters(), AWAY, drawn.composed_rules(), scheduling.slots(), drawn.demands())
def test_a8_asking_a_day_names_what_binds(roster, away, rules, slots, demand):
    room = capacity(roster, away, rules, slots, demand=demand)
    caps = {one.assistant: one.caps for one in room.availabilities}
    taking = [limit for limit in room.limits if limit.spares is None]
    for day in {day for slot in slots for day in slot.days}:
        whole = room.on(day)
        assert whole.working == sum(day in one for one in caps.values())
        assert whole.capacity <= sum(one.get(day, 0) for one in caps.values())
        assert all(
            whole.capacity
            <= sum(one.get(day, 0) for id, one in caps.items() if id not in limit.assistants)
            + limit.most
            for limit in taking
            if day in limit.days and not limit.each
        )
        for id, mine in caps.items():
            alone = room.on(day, id)
            over = [one.most for one in taking if day in one.days and id in one.assistants]
            assert alone.capacity == (min([mine[day], *over]) if day in mine else 0)
            assert bool(alone.binding) == (day in mine)
            numbers = {one.rule: one.most for one in alone.applied if not one.overruled}
            assert {numbers[rule] for rule in alone.binding} <= {alone.capacity}


@modest
@given(drawn.rosters(most=5), AWAY, drawn.composed_rules(), scheduling.slots())
def test_a8_the_order_of_rules_and_assistants_changes_nothing(roster, away, rules, slots):
    one = capacity(roster, away, rules, slots)
    other = capacity(roster[::-1], away[::-1], rules[::-1], slots[::-1])
    assert one.availabilities == other.availabilities
    assert set(one.limits) == set(other.limits)


# --- what single fields mean ---------------------------------------------------------------


def cap_of(
    *rules: CapacityRule, who=ANN, day=MONDAY, slots=(WEEK, NEXT, SATURDAY), **more
) -> int | None:
    room = capacity((ANN, BOB), (), rules, slots, **more)
    (found,) = (one for one in room.availabilities if one.assistant == who.id)
    return found.caps.get(day)


def test_a8_an_override_stands_above_its_scope_also_when_larger():
    over = CapacityRule(id="feast", limit=12, dates=(MONDAY,), override=True, reason="all in")
    room = capacity((attrs.evolve(ANN, limit=3),), (), (ALL, over), (WEEK,))
    assert room.availabilities[0].caps[MONDAY] == 12
    assert room.availabilities[0].caps[WEEK.days[1]] == 3
    told = room.on(MONDAY, "ann")
    assert told.binding == ("feast",)
    assert {(one.rule, one.overruled, one.reason) for one in told.applied} == {
        ("all", True, ""),
        ("feast", False, "all in"),
        ("assistant:ann", True, ""),
    }


def test_a8_an_override_of_a_part_leaves_the_rest():
    week = CapacityRule(id="week", scope="assistant-week", limit=20)
    over = CapacityRule(
        id="bob", scope="assistant-week", limit=30, assistant="bob", override=True, reason="senior"
    )
    room = capacity((ANN, BOB), (), (ALL, week, over), (WEEK,))
    limits = {(one.rule, tuple(sorted(one.assistants)), one.most) for one in room.limits}
    assert limits == {("week", ("ann",), 20), ("bob", ("bob",), 30)}


def test_a8_the_busiest_weeks_follow_demand_and_the_earlier_of_two_wins():
    rule = CapacityRule(id="busy", limit=5, busiest_weeks=1)
    later = NEXT.days[0]
    assert cap_of(ALL, rule) == 8
    assert cap_of(ALL, rule, demand={MONDAY: 3, later: 3}) == 5
    assert cap_of(ALL, rule, demand={MONDAY: 3, later: 4}) == 8
    assert cap_of(ALL, rule, day=later, demand={MONDAY: 3, later: 4}) == 5
    assert cap_of(ALL, rule, demand={date(2020, 1, 6): 99, MONDAY: 1}) == 5


@pytest.mark.parametrize(
    ("reserve", "others"),
    [
        (Reserve(segment="vip", share=20), 6),
        (Reserve(segment="vip", share=25), 6),
        (Reserve(segment="vip", share=26), 5),
        (Reserve(segment="vip", share=1), 7),
        (Reserve(segment="vip", share=100), 0),
        (Reserve(segment="vip", places=3), 5),
        (Reserve(segment="vip", places=99), 0),
    ],
)
def test_a8_a_reserve_leaves_others_the_rest_rounded_down(reserve, others):
    rule = CapacityRule(id="kept", reserve=reserve)
    room = capacity((ANN,), (), (ALL, rule), (SATURDAY, WEEK))
    assert room.limits[0] == Limit(
        rule="kept",
        most=others,
        assistants=frozenset({"ann"}),
        days=frozenset({MONDAY}),
        each=True,
        spares="vip",
    )
    assert len(room.limits) == 5
    assert room.on(MONDAY, "ann").capacity == 8


def test_a8_a_reserve_follows_the_capacity_that_other_rules_leave():
    rules = (
        ALL,
        CapacityRule(id="few", limit=4),
        CapacityRule(id="kept", reserve=Reserve(segment="vip", share=50)),
    )
    assert {limit.most for limit in capacity((ANN,), (), rules, (WEEK,)).limits} == {2}


def test_a8_a_minimum_opens_a_day_only_for_so_many():
    least = CapacityRule(id="least", kind="minimum", scope="day", weekdays=(6,), least=3)
    one = attrs.evolve(ANN, duty_saturdays=SATURDAY.days)
    (minimum,) = capacity((one, BOB), (), (ALL, least), (WEEK, SATURDAY)).minimums
    assert (minimum.rule, minimum.least) == ("least", 3)
    assert (minimum.assistants, minimum.days) == ({"ann", "bob"}, set(SATURDAY.days))
    each = attrs.evolve(least, scope="assistant-day")
    assert len(capacity((one, BOB), (), (ALL, each), (SATURDAY,)).minimums) == 2


@pytest.mark.parametrize("scope", SCOPES)
def test_a8_every_scope_counts_whom_it_names(scope):
    rule = CapacityRule(id="r", scope=scope, limit=3, units=True)
    room = capacity((ANN, BOB), (), (ALL, rule), (WEEK, NEXT))
    who, span = SCOPES[scope]
    groups = {one.assistants for one in room.limits}
    both = frozenset({"ann", "bob"})
    assert groups == ({frozenset({"ann"}), frozenset({"bob"})} if who == "team" else {both})
    stretches = {one.days for one in room.limits}
    assert len(stretches) == {"day": 10, "slot": 2, "week": 2, "period": 1}[span]
    assert {one.each for one in room.limits} == {who == "assistant"}
    assert all(one.units for one in room.limits)


def test_a8_teams_and_skills_are_offered():
    (one,) = capacity((ANN,), (), (ALL,), (WEEK,)).availabilities
    assert one.offers == {"team:general", "old"}


def test_a8_a_ramp_grows_week_by_week():
    slow = attrs.evolve(ANN, ramp=Ramp(opens=MONDAY, limits=(2, 4)))
    (one,) = capacity((slow,), (), (ALL,), (WEEK, NEXT)).availabilities
    assert [one.caps[day] for day in (MONDAY, NEXT.days[0])] == [2, 4]
    assert one.rules[MONDAY] == "ramp:ann"
    third = MONDAY + timedelta(14)
    assert limit_on(slow, third, (ALL,)) == (8, "all")
    share = attrs.evolve(ANN, ramp=Ramp(opens=MONDAY, percents=(30,)))
    assert limit_on(share, MONDAY, (ALL,)) == (3, "ramp:ann")


def test_a8_absence_of_everybody_no_assistants_and_no_slots_are_no_error():
    gone = [
        scheduling.Absence(
            assistant=one.id,
            opens=MONDAY,
            closes=date(2021, 1, 1),
            known_at=datetime(2020, 1, 1, tzinfo=UTC),
        )
        for one in (ANN, BOB)
    ]
    assert [one.caps for one in capacity((ANN, BOB), gone, (ALL,), (WEEK,)).availabilities] == [
        {},
        {},
    ]
    assert capacity((), (), (ALL,), (WEEK,)).availabilities == ()
    room = capacity((ANN,), (), (ALL,), ())
    assert room.on(MONDAY).capacity == 0
    assert room.on(MONDAY, "nobody").capacity == 0


def test_a8_a_kind_that_nobody_offers_is_refused_by_name():
    rule = CapacityRule(id="r", kind="moon", limit=1)
    with pytest.raises(Refused) as caught:
        capacity((ANN,), (), (rule,), (WEEK,))
    assert caught.value.code == "capacity.kind_missing"
    assert caught.value.context == {"rule": "r", "kind": "moon", "known": ["limit", "minimum"]}


def test_a8_an_override_of_a_whole_slot_wins_there_too():
    slot = CapacityRule(id="slot", scope="slot", limit=3)
    over = attrs.evolve(
        slot, id="over", limit=9, override=True, reason="more room", dates=(MONDAY,)
    )
    assert slot_limit(WEEK, (slot, over)) == (9, "over")
    assert slot_limit(NEXT, (slot, over)) == (3, "slot")


# --- as data --------------------------------------------------------------------------------

TOML = """
[[rules]]
id = "vip"
reserve = { segment = "vip", share = 20 }

[[rules]]
id = "feast"
scope = "team-day"
team = "general"
limit = 30
dates = [2020-02-29]
override = true
reason = "everybody helps"

[[rules]]
id = "own"
kind = "example"
settings = { from = 2020-02-03, several = [1, 2], deep = { yes = true } }
"""


@attrs.frozen
class Rules:
    rules: tuple[CapacityRule, ...]


def test_a8_rules_are_loaded_from_toml_and_come_back_the_same():
    vip, feast, own = serial.load(serial.parse_toml(TOML), Rules).rules
    assert vip.reserve == Reserve(segment="vip", share=20)
    assert (feast.who, feast.span, feast.dates) == ("team", "day", (date(2020, 2, 29),))
    assert own.settings == {"from": "2020-02-03", "several": [1, 2], "deep": {"yes": True}}
    for rule in (vip, feast, own):
        assert serial.load(serial.dump(rule), CapacityRule) == rule
        assert serial.load_trusted(serial.dump(rule), CapacityRule) == rule
        assert hash(rule) == hash(serial.load(serial.dump(rule), CapacityRule))


def test_a8_a_misspelt_key_of_a_rule_is_named_with_its_place():
    text = TOML.replace("share = 20", "shar = 20").replace("override", "overide")
    with pytest.raises(Invalid) as caught:
        serial.load(serial.parse_toml(text), Rules)
    found = {(one.where, one.context["hint"]) for one in caught.value.problems}
    assert found == {("rules[0].reserve.shar", "share"), ("rules[1].overide", "override")}


@modest
@given(drawn.composed_rules(), drawn.colleagues())
def test_a8_what_is_drawn_survives_storage(rules, one):
    for value in (*rules, one):
        written = serial.dump(value)
        assert serial.load(written, type(value)) == value
        assert serial.load_trusted(written, type(value)) == value


@modest
@given(drawn.rule_contexts())
def test_a8_a_context_is_in_order(context):
    assert list(context.days) == sorted(set(context.days))
    assert [one.id for one in context.assistants] == sorted(one.id for one in context.assistants)
    assert set(context.ranking) <= {monday_of(day) for day in context.days}
    assert isinstance(context, RuleContext)
