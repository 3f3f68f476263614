"""What stands before the planner: the choice of an engine, and a collector that waits meanwhile."""

import gc

import pytest
from hypothesis import HealthCheck, given, settings

from saasops.scheduling.planner import planning, replanning
from saasops.scheduling.planner.flow import min_cost_flow
from saasops.scheduling.planner.instance import Instance
from saasops.solvers import solving
from saasops.testing.strategies.planner import instances

modest = settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], deadline=None)


@modest
@given(instances(limits=("spans",), seats=True, pins=False))
def test_the_front_door_gives_the_planners_own_answer(instance: Instance) -> None:
    assert gc.isenabled()
    found = solving.solve(instance, engine=min_cost_flow)
    assert found == planning.plan(instance, engine=min_cost_flow)
    again = solving.replan(instance, engine=min_cost_flow)
    assert again == replanning.replan(instance, engine=min_cost_flow)
    assert gc.isenabled()


def test_the_collector_waits_and_goes_on_whatever_happens() -> None:
    def interrupted() -> None:
        with solving.collector_paused():
            assert not gc.isenabled()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert gc.isenabled()


def test_a_collector_that_the_host_switched_off_stays_off() -> None:
    gc.disable()
    try:
        with solving.collector_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
