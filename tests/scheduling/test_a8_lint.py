"""Capacity rules that are wrong, or that do nothing, are told with their place (A8)."""

from datetime import UTC, date, datetime, timedelta

import attrs
import pytest
from hypothesis import given, settings

from saasops.scheduling.assistants import Absence, Assistant
from saasops.scheduling.capacity import CapacityRule, Reserve, capacity, mistakes
from saasops.scheduling.checks import ADVICE
from saasops.scheduling.lint import lint
from saasops.scheduling.slots import Slot
from saasops.testing.strategies import capacity as drawn
from saasops.testing.strategies import scheduling

modest = settings(max_examples=30, deadline=None)
OPENS, CLOSES = date(2020, 2, 1), date(2020, 3, 31)
MONDAY = date(2020, 2, 3)
WEEK = Slot(id="week", kind="week", days=tuple(MONDAY + timedelta(n) for n in range(5)))
ANN = Assistant(id="ann", name="", team="general", skills=("windows",))
BOB = attrs.evolve(ANN, id="bob", team="deployment")
ALL = CapacityRule(id="all", limit=8)
OVER = CapacityRule(id="one", limit=9, override=True, reason="agreed")
LEAST = CapacityRule(id="one", kind="minimum", scope="day", least=3)


def found(*rules: CapacityRule) -> list[tuple[str, str]]:
    return [(one.where, one.code) for one in mistakes(rules, opens=OPENS, closes=CLOSES)]


def advice(*rules: CapacityRule, roster=(ANN, BOB), away=(), **more) -> list[tuple[str, str]]:
    problems = lint(roster, away, rules, (WEEK,), **more)
    assert all(str(one) and "{" not in str(one) for one in problems)
    return [(one.where, one.code) for one in problems]


@pytest.mark.parametrize(
    ("change", "key", "code"),
    [
        ({"scope": "asistant-day"}, ".scope", "capacity.no_scope"),
        ({"scope": "month"}, ".scope", "capacity.no_scope"),
        ({"kind": "limits"}, ".kind", "capacity.no_kind"),
        ({"limit": None}, "", "capacity.no_number"),
        ({"limit": -1}, ".limit", "value.negative"),
        ({"least": 2}, ".least", "capacity.unread"),
        ({"settings": {"a": 1}}, ".settings", "capacity.unread"),
        ({"weekdays": (0,)}, ".weekdays", "roster.no_weekday"),
        ({"busiest_weeks": 0}, ".busiest_weeks", "capacity.no_weeks"),
        ({"opens": CLOSES, "closes": OPENS}, "", "capacity.backwards"),
        ({"opens": CLOSES + timedelta(1)}, "", "capacity.never"),
        ({"dates": (MONDAY,), "weekdays": (2,)}, "", "capacity.never"),
        ({"override": True, "reason": " "}, ".reason", "capacity.no_reason"),
        ({"scope": "day", "skill": "x"}, ".skill", "value.wrong_type"),
        ({"scope": "campaign", "assistant": "x"}, ".assistant", "value.wrong_type"),
        ({"reserve": Reserve(segment="vip")}, ".reserve", "capacity.reserve_unclear"),
        (
            {"reserve": Reserve(segment="v", share=5, places=1)},
            ".reserve",
            "capacity.reserve_unclear",
        ),
        (
            {"reserve": Reserve(segment="vip", share=101)},
            ".reserve.share",
            "capacity.share_outside",
        ),
        ({"reserve": Reserve(segment="vip", places=-1)}, ".reserve.places", "value.negative"),
        ({"reserve": Reserve(segment="vip", places=8)}, ".reserve.places", "capacity.reserve_all"),
        (
            {"scope": "team-day", "reserve": Reserve(segment="v", places=1)},
            ".reserve",
            "capacity.reserve_scope",
        ),
    ],
)
def test_a8_a_wrong_rule_is_told_with_its_place(change, key, code):
    rule = attrs.evolve(ALL, id="one", **change)
    assert (f"capacity_rules.one{key}", code) in found(rule)
    assert code not in ADVICE
    assert all(
        str(one) and "{" not in str(one) for one in mistakes([rule], opens=OPENS, closes=CLOSES)
    )


@pytest.mark.parametrize(
    ("change", "key", "code"),
    [
        ({"least": None}, "", "capacity.no_number"),
        ({"least": -1}, ".least", "value.negative"),
        ({"limit": 3}, ".limit", "capacity.unread"),
        ({"units": True}, ".units", "capacity.unread"),
        ({"spares": "vip"}, ".spares", "capacity.unread"),
    ],
)
def test_a8_a_wrong_minimum_is_told_with_its_place(change, key, code):
    assert found(attrs.evolve(LEAST, **change)) == [(f"capacity_rules.one{key}", code)]


def test_a8_a_wrong_word_comes_with_the_right_one():
    rule = attrs.evolve(ALL, scope="asistant-day", kind="limt")
    (kind,) = mistakes([rule], opens=OPENS, closes=CLOSES)
    assert kind.context["hint"] == ["limit"]
    (scope,) = mistakes([attrs.evolve(rule, kind="limit")], opens=OPENS, closes=CLOSES)
    assert scope.context["hint"][0] == "assistant-day"
    (skill,) = lint((ANN,), (), (ALL, attrs.evolve(ALL, id="x", skill="window")), (WEEK,))
    assert skill.context["hint"] == ["windows"]


@pytest.mark.parametrize(
    ("change", "clash"),
    [
        ({}, True),
        ({"team": "general"}, True),
        ({"scope": "team-day"}, False),
        ({"limit": 9}, False),
        ({"opens": MONDAY}, True),
        ({"dates": (date(2020, 2, 4),)}, False),
        ({"spares": "vip"}, False),
    ],
)
def test_a8_two_overrides_of_the_same_days_contradict(change, clash):
    first = attrs.evolve(OVER, team="general", closes=date(2020, 2, 3))
    other = attrs.evolve(OVER, **{"id": "two", "limit": 7, **change})
    expected = [("capacity_rules.two", "capacity.two_overrides")] if clash else []
    assert found(first, other) == expected
    assert found(first, attrs.evolve(other, override=False)) == []


def test_a8_overrides_of_two_teams_do_not_contradict():
    first, other = (attrs.evolve(OVER, id=t, team=t, limit=n) for n, t in enumerate("ab", 1))
    assert found(first, other) == []
    skilled = attrs.evolve(OVER, id="two", limit=1, skill="linux")
    expected = [("capacity_rules.two.skill", "capacity.covers_nobody")]
    assert advice(ALL, attrs.evolve(OVER, dates=(MONDAY,)), skilled) == expected


# Advice


def test_a8_right_rules_get_no_advice(campaign, roster, away, slots):
    assert lint(roster, away, campaign.capacity_rules, slots) == ()
    assert advice(ALL) == []
    assert advice(ALL, attrs.evolve(ALL, id="busy", limit=5, dates=(MONDAY,))) == []


@pytest.mark.parametrize(
    ("rule", "key", "code"),
    [
        ({"team": "nobody"}, ".team", "capacity.covers_nobody"),
        ({"skill": "linux"}, ".skill", "capacity.covers_nobody"),
        ({"assistant": "eve"}, ".assistant", "capacity.covers_nobody"),
        ({"weekdays": (6,)}, "", "capacity.covers_no_day"),
        ({"opens": date(2020, 3, 1)}, "", "capacity.covers_no_day"),
        ({"limit": 9}, "", "capacity.never_binds"),
        ({"scope": "team-day", "limit": 8}, "", "capacity.never_binds"),
        ({"scope": "assistant-week", "limit": 40}, "", "capacity.never_binds"),
        ({"scope": "slot", "limit": 80}, "", "capacity.never_binds"),
        ({"team": "general", "skill": "deep"}, "", "capacity.covers_nothing"),
        (
            {"kind": "minimum", "scope": "day", "limit": None, "least": 17},
            "",
            "capacity.least_above",
        ),
    ],
)
def test_a8_a_rule_without_effect_is_told(rule, key, code):
    eve = attrs.evolve(BOB, id="zoe", skills=("deep",))
    roster = (ANN, BOB, eve) if rule.get("skill") == "deep" else (ANN, BOB)
    problems = advice(ALL, attrs.evolve(ALL, **{"id": "one", "limit": 3, **rule}), roster=roster)
    assert problems == [(f"capacity_rules.one{key}", code)]
    assert code in ADVICE


@pytest.mark.parametrize(
    "rule",
    [
        {"scope": "team-day", "limit": 7},
        {"scope": "assistant-week", "limit": 39},
        {"scope": "slot", "limit": 79},
        {"limit": 8},
        {"limit": 9, "override": True, "reason": "agreed", "dates": (MONDAY,)},
        {"limit": 9, "busy": True},
        {"limit": 9, "busiest_weeks": 1},
        {"limit": 9, "reserve": Reserve(segment="vip", places=1)},
        {"limit": None, "reserve": Reserve(segment="vip", places=1)},
        {"kind": "minimum", "scope": "day", "limit": None, "least": 16},
    ],
)
def test_a8_a_rule_with_an_effect_is_not(rule):
    assert advice(ALL, attrs.evolve(ALL, **{"id": "one", **rule})) == []


def test_a8_a_rule_that_an_override_stands_above_everywhere_is_told():
    assert advice(ALL, OVER) == [("capacity_rules.all", "capacity.never_binds")]


def test_a8_a_minimum_above_a_limit_of_the_same_day_is_told():
    cap = CapacityRule(id="cap", scope="day", limit=4)
    rules = (ALL, cap, attrs.evolve(LEAST, least=5))
    assert advice(*rules) == [("capacity_rules.one", "capacity.least_above")]
    assert advice(ALL, cap, attrs.evolve(LEAST, least=4)) == []


def test_a8_days_without_a_limit_are_told_by_team():
    only = attrs.evolve(ALL, team="general", opens=date(2020, 2, 5))
    (first, second) = lint((ANN, BOB), (), (only,), (WEEK,))
    assert (first.code, second.code) == ("capacity.unlimited", "capacity.unlimited")
    assert first.context == {"team": "deployment", "count": 5, "day": "2020-02-03"}
    assert second.context == {"team": "general", "count": 2, "day": "2020-02-03"}
    away = Absence(
        assistant="bob", opens=OPENS, closes=CLOSES, known_at=datetime(2020, 1, 1, tzinfo=UTC)
    )
    assert [one.context["team"] for one in lint((ANN, BOB), (away,), (only,), (WEEK,))] == [
        "general"
    ]


@modest
@given(drawn.rosters(), drawn.composed_rules(), scheduling.slots(), drawn.demands())
def test_a8_leaving_out_a_rule_that_never_binds_changes_no_capacity(roster, rules, slots, demand):
    silent = {
        one.where.split(".")[1]
        for one in lint(roster, (), rules, slots, demand=demand)
        if one.code in ("capacity.never_binds", "capacity.covers_nothing", "capacity.covers_no_day")
    }
    kept = [r for r in rules if r.id not in silent or r.override]
    before = capacity(roster, (), rules, slots, demand=demand)
    after = capacity(roster, (), kept, slots, demand=demand)
    assert [one.caps for one in before.availabilities] == [one.caps for one in after.availabilities]


@modest
@given(drawn.composed_rules())
def test_a8_what_is_drawn_is_right(rules):
    assert [code for _, code in found(*rules) if code != "capacity.never"] == []
