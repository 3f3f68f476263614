"""One after another: worse than the best plan, but nothing is broken and nobody is forgotten."""

import attrs
from hypothesis import HealthCheck, given, settings

from saasops.scheduling.online.rebooking import rebook
from saasops.scheduling.planner.instance import Instance
from saasops.testing.plans import broken_rules
from saasops.testing.strategies.planner import instances

modest = settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)


@modest
@given(instances(limits=("spans", "joint"), seats=True, pins=True))
def test_a10_whoever_is_rebooked_sits_within_every_rule_or_is_listed(instance: Instance) -> None:
    plan = rebook(instance)
    assert broken_rules(instance, plan) == []
    assert {*plan.seats, *(one.request for one in plan.unserved)} == {
        one.id for one in instance.requests
    }
    assert not {*plan.seats} & {one.request for one in plan.unserved}
    assert sum(plan.served.values()) == len(plan.seats)


@modest
@given(instances(limits=("spans",), seats=True, pins=False))
def test_a10_nobody_moves_where_everybody_can_stay(instance: Instance) -> None:
    first = rebook(instance)
    seated = tuple(
        attrs.evolve(one, seat=first.seats.get(one.id))
        for one in instance.requests
        if one.id in first.seats
    )
    again = rebook(attrs.evolve(instance, requests=seated))
    assert dict(again.seats) == {one.id: one.seat for one in seated}
    assert again.unserved == ()
