"""Strategies for rosters that change over time, and for capacity rules of every scope."""

from datetime import date, timedelta
from functools import cache

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from saasops.scheduling.assistants import Assistant
from saasops.scheduling.patterns import Pattern, Ramp
from saasops.scheduling.rules import SCOPES, CapacityRule, Reserve, RuleContext, Scope
from saasops.testing.strategies.scheduling import OPENS, TEAMS, assistants, days, periods, slots
from saasops.testing.strategies.values import ZONES, ids

SCOPE_NAMES: tuple[Scope, ...] = ("assistant-day", *SCOPES)
SEGMENTS = ("vip", "edu")
"""Whom places are kept for."""


@cache
def patterns() -> SearchStrategy[Pattern]:
    """Draw weekdays that hold from some day on, the same every week or in turn."""
    week = st.sets(st.integers(1, 5)).map(lambda some: tuple(sorted(some)))
    return st.builds(Pattern, days(), st.lists(week, min_size=1, max_size=3).map(tuple))


@cache
def ramps() -> SearchStrategy[Ramp]:
    """Draw beginnings below full strength, by users a day or by share."""
    limits = st.lists(st.integers(0, 6), min_size=1, max_size=3).map(tuple)
    percents = st.lists(st.integers(0, 100), min_size=1, max_size=3).map(tuple)
    of_limits = st.builds(Ramp, opens=days(), limits=limits)
    return of_limits | st.builds(Ramp, opens=days(), percents=percents)


@st.composite
def colleagues(draw: st.DrawFn) -> Assistant:
    """Draw assistants of whom each may change weekdays, begin, leave, ramp up or live abroad."""
    opens, closes = draw(periods())
    one = attrs.evolve(
        draw(assistants()),
        patterns=draw(st.lists(patterns(), max_size=2, unique_by=lambda one: one.opens).map(tuple)),
        opens=draw(st.sampled_from((None, opens))),
        closes=draw(st.sampled_from((None, closes))),
        ramp=draw(st.none() | ramps()),
        zone=draw(st.none() | st.sampled_from(ZONES)),
    )
    duty = tuple(day for day in one.duty_saturdays if one.employed(day))
    return attrs.evolve(one, duty_saturdays=duty)


def rosters(*, most: int = 4) -> SearchStrategy[tuple[Assistant, ...]]:
    """Draw up to *most* `colleagues` with ids of their own."""
    return st.lists(colleagues(), max_size=most, unique_by=lambda one: one.id).map(tuple)


@st.composite
def composed_rules(draw: st.DrawFn, *, most: int = 4) -> tuple[CapacityRule, ...]:
    """Draw up to *most* right rules of every scope, narrowed in every way, with ids of their own.

    Some keep places, some stand above others; no two that do are of the same scope.
    """
    rules: list[CapacityRule] = []
    above: set[str] = set()
    for number in range(draw(st.integers(0, most))):
        opens, closes = draw(periods())
        scope = draw(st.sampled_from(SCOPE_NAMES))
        whole = SCOPES[scope][0] == ""
        overrides = scope not in above and draw(st.integers(0, 3)) == 0
        above |= {scope} if overrides else set()
        kept = scope == "assistant-day" and draw(st.integers(0, 3)) == 0
        rules.append(
            CapacityRule(
                id=f"rule-{number}",
                scope=scope,
                limit=draw(st.integers(3, 12)),
                units=draw(st.integers(0, 5)) == 0,
                team=None if whole else draw(st.sampled_from((None, None, *TEAMS))),
                skill=None if whole else draw(st.none() | ids("skill", 3)),
                assistant=None if whole else draw(st.none() | ids("asst", 4)),
                spares=draw(st.sampled_from((None, None, None, *SEGMENTS))),
                opens=draw(st.sampled_from((None, opens))),
                closes=draw(st.sampled_from((None, closes))),
                weekdays=draw(st.sampled_from(((), (), (1, 3, 6), (2,)))),
                busiest_weeks=draw(st.none() | st.integers(1, 3)),
                busy=draw(st.booleans()),
                reserve=draw(reserves()) if kept else None,
                override=overrides,
                reason="so it was agreed" if overrides else "",
            )
        )
    return tuple(rules)


@st.composite
def reserves(draw: st.DrawFn) -> Reserve:
    """Draw places kept for a segment, by share or by number."""
    segment = draw(st.sampled_from(SEGMENTS))
    if draw(st.booleans()):
        return Reserve(segment=segment, share=draw(st.integers(0, 100)))
    return Reserve(segment=segment, places=draw(st.integers(0, 2)))


@cache
def demands() -> SearchStrategy[dict[date, int]]:
    """Draw how many want to come, by the Monday of the week; some weeks are equally busy."""
    mondays = [OPENS + timedelta(2 + 7 * week) for week in range(8)]
    return st.dictionaries(st.sampled_from(mondays), st.integers(0, 4))


def rule_contexts() -> SearchStrategy[RuleContext]:
    """Draw what rules are held against: a roster, slots, and what is wanted."""
    return st.builds(RuleContext.of, rosters(), slots(), demands())
