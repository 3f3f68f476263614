"""Four engines that know nothing of each other find the same cost, and it is the best there is."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.planner_instances import distinct, reference
from saasops.errors import Refused, SaasOpsError
from saasops.scheduling.planner.checks import obstacles_to_flow
from saasops.scheduling.planner.crossing import worth
from saasops.scheduling.planner.flow import Engine, Network, min_cost_flow
from saasops.scheduling.planner.instance import Availability, Instance, Limit, Request
from saasops.scheduling.planner.planning import plan
from saasops.scheduling.planner.solving import solve as solve_flow
from saasops.solvers.flows import BestFlow, best_engine, ortools_flow
from saasops.solvers.integer import solve_integer
from saasops.solvers.solving import solve
from saasops.testing.plans import broken_rules, brute_force, score
from saasops.testing.strategies.planner import DAYS, LABELS, STAFF, instances

networkx = pytest.importorskip("networkx")
pytest.importorskip("ortools")
if find_spec("highspy") is None:  # not loaded here: it keeps OR-Tools from loading
    pytest.skip("needs highspy", allow_module_level=True)

ASSIGN = Path(__file__).parents[2] / "data" / "scheduling" / "assign100.txt"


@attrs.define
class Spy:
    """Solve by *engine*, and keep the last network."""

    engine: Engine
    network: Network | None = None
    name: str = "spy"

    def __call__(self, network: Network, /) -> Sequence[int]:
        self.network = network
        return self.engine(network)


def network_of(instance: Instance, *, balance: bool) -> Network:
    spy = Spy(ortools_flow)
    plan(instance, balance=balance, engine=spy)
    assert spy.network is not None
    return spy.network


def cost(network: Network, flow: Sequence[int]) -> int:
    """Check *flow* arc by arc and node by node, and add up what it costs."""
    left = list(network.supplies)
    for tail, head, most, amount in zip(
        network.tails, network.heads, network.capacities, flow, strict=True
    ):
        assert 0 <= amount <= most
        left[tail] -= amount
        left[head] += amount
    assert not any(left)
    return sum(each * amount for each, amount in zip(network.costs, flow, strict=True))


def by_built_in(network: Network) -> int:
    return cost(network, min_cost_flow(network))


def by_ortools(network: Network) -> int:
    return cost(network, ortools_flow(network))


def by_highs(network: Network) -> int:
    columns = json.dumps([list(column) for column in attrs.astuple(network)])
    command = [sys.executable, str(Path(__file__).with_name("highs_cost.py"))]
    run = subprocess.run(command, input=columns, capture_output=True, text=True, check=True)
    return int(run.stdout)


def by_networkx(network: Network) -> int:
    graph = networkx.MultiDiGraph()
    for node, supply in enumerate(network.supplies):
        graph.add_node(node, demand=-supply)
    arcs = zip(network.tails, network.heads, network.capacities, network.costs, strict=True)
    for tail, head, most, each in arcs:
        graph.add_edge(tail, head, capacity=most, weight=each)
    total, _ = networkx.network_simplex(graph)
    return int(total)


ENGINES: tuple[Callable[[Network], int], ...] = (by_built_in, by_ortools, by_highs, by_networkx)


@pytest.mark.parametrize("balance", [False, True], ids=["plain", "balanced"])
@pytest.mark.parametrize("size", ["300", "10k"])
def test_all_engines_find_the_same_cost_of_a_campaign(size: str, *, balance: bool):
    network = network_of(reference(size), balance=balance)

    engines = ENGINES if size == "300" or not balance else ENGINES[:2]
    assert len({engine(network) for engine in engines}) == 1


@pytest.mark.parametrize("kind", ["lists", "dates"])
def test_all_engines_find_the_same_cost_where_nobody_chooses_alike(kind: str):
    network = network_of(distinct("300", kind, 2 / 3), balance=True)

    assert len({engine(network) for engine in ENGINES}) == 1


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.__name__)
def test_the_assignment_of_the_or_library_costs_305(engine: Callable[[Network], int]):
    size, *costs = map(int, ASSIGN.read_text("utf-8").split())
    workers, jobs, sink = range(size), range(size, 2 * size), 2 * size
    network = Network(
        tails=[*(one for one in workers for _ in jobs), *jobs],
        heads=[*(job for _ in workers for job in jobs), *(sink for _ in jobs)],
        capacities=[1] * (size * size + size),
        costs=[*costs, *(0 for _ in jobs)],
        supplies=[*(1 for _ in workers), *(0 for _ in jobs), -size],
    )

    assert engine(network) == 305


@pytest.mark.parametrize("engine", [min_cost_flow, ortools_flow], ids=lambda engine: engine.name)
@pytest.mark.parametrize(
    "limits", [("spans",), ("spans", "joint"), ("reserves", "joint")], ids="-".join
)
def test_small_plans_are_the_best_of_all_plans(engine: Engine, limits: tuple[str, ...]):
    @given(instance=instances(most=4, limits=limits))
    @settings(max_examples=85, deadline=None, suppress_health_check=list(HealthCheck))
    def judged(instance: Instance):
        found = plan(instance, engine=engine)

        assert broken_rules(instance, found) == []
        assert found.gap or score(instance, found.seats) == brute_force(instance)

    judged()


@given(instance=instances(most=6, limits=("spans",), seats=True, pins=True))
@settings(max_examples=40, deadline=None)
def test_the_integer_model_is_as_good_as_the_flow(instance: Instance):
    flow, integer = plan(instance), solve_integer(instance)

    assert score(instance, flow.seats) == score(instance, integer.seats)
    assert (flow.served, flow.preference) == (integer.served, integer.preference)
    assert flow.squares == integer.squares


def test_the_integer_model_is_as_good_as_the_flow_on_a_campaign():
    instance = reference("300")

    flow, integer = plan(instance), solve_integer(instance)

    assert (flow.served, flow.preference, flow.squares) == (
        integer.served,
        integer.preference,
        integer.squares,
    )
    assert integer.gap == 0


@st.composite
def crossing(draw: st.DrawFn) -> Instance:
    """Draw instances where days of all cross weeks of each, offers differ, and room is short."""
    days, everybody = DAYS[:3], frozenset(STAFF)
    ways = st.sampled_from([(days,), (days[:1],), (days[:2],), (days[1:],), (days[:1], days[1:])])
    needs = st.sampled_from([frozenset(LABELS[:n]) for n in range(3)])
    requests = tuple(
        Request(id=f"r{n}", windows=draw(ways), need=draw(needs), priority=draw(st.integers(0, 1)))
        for n in range(draw(st.integers(3, 5)))
    )
    staff = tuple(
        Availability(
            assistant=who,
            offers=frozenset(LABELS[:n]),
            caps={day: draw(st.integers(0, 2)) for day in days},
        )
        for n, who in enumerate(STAFF)
    )
    each = draw(st.integers(1, 2))
    week = Limit(rule="week", most=each, assistants=everybody, days=frozenset(days), each=True)
    some = tuple(
        Limit(rule=f"day-{n}", most=most, assistants=everybody, days=frozenset({day}))
        for n, day in enumerate(days)
        if (most := draw(st.integers(1, 3)))
    )
    return Instance(requests=requests, availabilities=staff, limits=(week, *some))


@given(instance=crossing())
@settings(max_examples=60, deadline=None)
def test_no_plan_is_better_than_the_gap_of_crossing_limits_says(instance: Instance):
    found, exact = plan(instance), solve(instance)

    assert broken_rules(instance, found) == []
    assert broken_rules(instance, exact) == []
    assert score(instance, exact.seats) == brute_force(instance)
    solved = solve_flow(instance, balance=True, staying=False, engine=min_cost_flow)
    least = worth(solved, instance.requests, found.seats) - found.gap
    assert least <= worth(solved, instance.requests, exact.seats)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Draw networks of a few nodes, of which some sources may be cut off from the sink."""
    nodes = draw(st.integers(2, 6))
    ends = st.integers(0, nodes - 1)
    arcs = draw(st.lists(st.tuples(ends, ends, st.integers(0, 4), st.integers(0, 9)), max_size=12))
    arcs = [arc for arc in arcs if arc[0] != arc[1] and arc[0] != nodes - 1]
    supplies = draw(st.lists(st.integers(0, 3), min_size=nodes - 1, max_size=nodes - 1))
    return Network(
        tails=[arc[0] for arc in arcs],
        heads=[arc[1] for arc in arcs],
        capacities=[arc[2] for arc in arcs],
        costs=[arc[3] for arc in arcs],
        supplies=[*supplies, -sum(supplies)],
    )


@given(network=networks())
@settings(max_examples=200, deadline=None)
def test_both_engines_agree_whether_there_is_a_flow_and_what_it_costs(network: Network):
    found: list[int | str] = []
    for engine in (min_cost_flow, ortools_flow):
        try:
            found.append(cost(network, engine(network)))
        except Refused as no:
            found.append(no.code)

    assert found[0] == found[1]


def wide(costs: int) -> Network:
    return Network(
        tails=[0, 1], heads=[1, 2], capacities=[5, 5], costs=[costs, 1], supplies=[5, 0, -5]
    )


@pytest.mark.parametrize("costs", [1 << 61, 1 << 80])
def test_numbers_beyond_64_bits_go_to_the_built_in_engine(costs: int):
    with pytest.raises(SaasOpsError) as raised:
        ortools_flow(wide(costs))
    assert raised.value.code == "solver.beyond_64_bits"

    best = BestFlow(small=0)

    assert best(wide(costs)) == [5, 5]
    assert (best.name, best.reason) == ("built-in", "beyond-64-bits")


def test_a_plan_tells_which_engine_was_chosen_for_its_size():
    assert plan(reference("300"), engine=best_engine()).engine == "built-in"
    assert plan(reference("10k"), engine=best_engine()).engine == "ortools"


def test_a_flow_goes_to_the_flow_and_only_the_rest_to_the_integer_model():
    instance = reference("300")
    several = attrs.evolve(instance.requests[0], assistants=2)
    odd = attrs.evolve(instance, requests=(several, *instance.requests[1:20]))

    assert solve(instance).engine == "built-in"
    assert obstacles_to_flow(odd)
    assert solve(odd).engine == "ortools-cp-sat"
