"""The built-in engine: its flows keep every capacity and cost the least, whatever the network."""

import copy
import random
from collections import Counter
from pathlib import Path

import attrs
import networkx as nx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from saasops.errors import Refused
from saasops.scheduling.planner.compressing import Compressed, _Network, compress
from saasops.scheduling.planner.flow import Engine, Network, min_cost_flow
from saasops.scheduling.planner.searching import Search

DATA = Path(__file__).parents[2] / "data" / "scheduling"
RANDOM = st.randoms(use_true_random=False)


def network(arcs, supplies):
    """Write arcs as (tail, head, capacity, cost)."""
    tails, heads, capacities, costs = zip(*arcs, strict=True) if arcs else ((), (), (), ())
    return Network(tails=tails, heads=heads, capacities=capacities, costs=costs, supplies=supplies)


def any_network(drawn: random.Random) -> Network:
    """Draw parallel arcs, loops, zero capacities and isolated nodes; a flow may not exist."""
    size, dearest = drawn.randint(2, 9), drawn.choice([0, 1, 3, 10, 1000])
    arcs = [
        (
            drawn.randrange(size),
            drawn.randrange(size),
            drawn.randint(0, drawn.choice([1, 5, 9])),
            drawn.randint(0, dearest),
        )
        for _ in range(drawn.randint(0, 24))
    ]
    sink = drawn.randrange(size)
    supplies = [drawn.choice([0, 0, 1, 4]) if node != sink else 0 for node in range(size)]
    if drawn.random() < 0.7:  # who is not served otherwise
        arcs += [(node, sink, n, 3 * dearest) for node, n in enumerate(supplies) if n]
    supplies[sink] = -sum(supplies)
    return network(arcs, supplies)


def campaign(drawn: random.Random, users: int = 12) -> Network:
    """Draw what a planner asks: users, windows of one or of many, days, the sink."""
    days, windows = 6, 5
    sink, first_window, first_day = 0, 1, 1 + windows
    arcs = [
        (first_window + window, first_day + day, drawn.choice([users, 2]), drawn.choice([0, 0, 1]))
        for window in range(windows)
        for day in drawn.sample(range(days), 2)
    ]
    for day in range(days):
        arcs += [(first_day + day, sink, drawn.randint(0, 3), cost) for cost in (1, 3)]
    supplies = [0] * (1 + windows + days)
    for _ in range(users):
        user, supply = len(supplies), drawn.choice([1, 1, 3])
        supplies.append(supply)
        for price in (0, 10, 30):
            if drawn.random() < 0.5:
                arcs.append((user, first_window + drawn.randrange(windows), supply, price))
            else:
                own = len(supplies)
                supplies.append(0)
                arcs.append((user, own, drawn.choice([supply, supply, 1]), price))
                for day in drawn.sample(range(days), 2):
                    arcs.append(
                        (own, first_day + day, drawn.choice([9, 9, 1]), drawn.choice([0, 2]))
                    )
        arcs.append((user, sink, supply, drawn.choice([100, 1000])))
    supplies[sink] = -sum(supplies)
    return network(arcs, supplies)


def cost(network: Network, flow) -> int:
    return sum(units * price for units, price in zip(flow, network.costs, strict=True))


def judged(network: Network) -> int | None:
    """Return the least cost by networkx; it knows no parallel arcs, so each has a node of its own."""
    graph = nx.DiGraph()
    for node, supply in enumerate(network.supplies):
        graph.add_node(node, demand=-supply)
    columns = (network.tails, network.heads, network.capacities, network.costs)
    for arc, (tail, head, capacity, price) in enumerate(zip(*columns, strict=True)):
        graph.add_edge(tail, ("arc", arc), capacity=capacity, weight=price)
        graph.add_edge(("arc", arc), head)
    try:
        return nx.network_simplex(graph)[0]
    except nx.NetworkXUnfeasible:
        return None


def keeps_the_rules(network: Network, flow) -> bool:
    left = Counter[int]()
    for units, tail, head, room in zip(
        flow, network.tails, network.heads, network.capacities, strict=True
    ):
        left[tail] += units
        left[head] -= units
        if not 0 <= units <= room:
            return False
    return all(left[node] == supply for node, supply in enumerate(network.supplies))


def has_a_cheaper_cycle(network: Network, flow) -> bool:
    """Look for a cycle in the residual graph that costs less than nothing (Bellman, Ford)."""
    residual = []
    for arc, units in enumerate(flow):
        tail, head, price = network.tails[arc], network.heads[arc], network.costs[arc]
        if units < network.capacities[arc]:
            residual.append((tail, head, price))
        if units:
            residual.append((head, tail, -price))
    far = [0] * len(network.supplies)
    for _ in network.supplies:
        changed = False
        for tail, head, price in residual:
            if far[tail] + price < far[head]:
                far[head], changed = far[tail] + price, True
        if not changed:
            return False
    return True


def is_right(network: Network, flow) -> bool:
    return keeps_the_rules(network, flow) and not has_a_cheaper_cycle(network, flow)


@given(RANDOM.map(any_network))
@settings(max_examples=150, deadline=None)
@example(network([], [0, 0]))
@example(network([(0, 1, 2, 5), (0, 1, 2, 3), (1, 1, 9, 0), (0, 0, 9, 0)], [3, -3]))
def test_a_flow_costs_as_little_as_that_of_another_engine_or_both_find_none(network):
    least = judged(network)
    if least is None:
        with pytest.raises(Refused) as refused:
            min_cost_flow(network)
        assert (refused.value.code, refused.value.context) == ("planner.no_flow", {})
        return
    flow = min_cost_flow(network)
    assert cost(network, flow) == least
    assert keeps_the_rules(network, flow)


@given(RANDOM.map(campaign))
@settings(max_examples=60, deadline=None)
def test_in_a_campaign_no_exchange_of_places_would_be_cheaper(network):
    flow = min_cost_flow(network)
    assert keeps_the_rules(network, flow)
    assert not has_a_cheaper_cycle(network, flow)
    assert cost(network, flow) == judged(network)


@given(RANDOM.map(campaign), st.integers(1, 2**80))
@settings(max_examples=40, deadline=None)
def test_costs_and_units_may_be_of_any_size(network, times):
    flow = min_cost_flow(network)
    dear = attrs.evolve(network, costs=[price * times for price in network.costs])
    many = attrs.evolve(
        network,
        capacities=[room * times for room in network.capacities],
        supplies=[supply * times for supply in network.supplies],
    )
    assert cost(dear, min_cost_flow(dear)) == cost(network, flow) * times
    assert is_right(many, min_cost_flow(many))
    assert cost(many, min_cost_flow(many)) == cost(network, flow) * times


@given(RANDOM.map(campaign))
@settings(max_examples=40, deadline=None)
def test_the_same_network_has_the_same_flow(network):
    assert min_cost_flow(network) == min_cost_flow(attrs.evolve(network))


@given(RANDOM.map(campaign))
@settings(max_examples=40, deadline=None)
def test_who_goes_first_is_served_as_if_alone(network):
    """Sets of users that can be served are a matroid, so that weights of 2 and 1 are enough."""
    unserved = {1000: 2, 100: 1}
    simple = attrs.evolve(network, costs=[unserved.get(price, 0) for price in network.costs])
    flow = min_cost_flow(simple)
    for within in ({2}, {2, 1}):
        arcs = [arc for arc, price in enumerate(simple.costs) if price in within]
        users = {simple.tails[arc] for arc in arcs}
        served = sum(simple.supplies[simple.tails[arc]] - flow[arc] for arc in arcs)
        assert served == most_served(simple, users)


def most_served(network: Network, users: set[int]) -> int:
    graph = nx.DiGraph()
    graph.add_node("source")
    for user in users:
        graph.add_edge("source", user, capacity=network.supplies[user])
    columns = zip(network.tails, network.heads, network.capacities, network.costs, strict=True)
    for arc, (tail, head, capacity, price) in enumerate(columns):
        if not price:
            graph.add_edge(tail, ("arc", arc), capacity=capacity)
            graph.add_edge(("arc", arc), head, capacity=capacity)
    return nx.maximum_flow_value(graph, "source", 0) if users and 0 in graph else 0


def test_orlib_assign100_costs_305():
    numbers = [int(number) for number in (DATA / "assign100.txt").read_text().split()]
    size, costs = numbers[0], numbers[1:]
    arcs = [(i, size + j, 1, costs[size * i + j]) for i in range(size) for j in range(size)]
    arcs += [(size + j, 2 * size, 1, 0) for j in range(size)]
    whole = network(arcs, [1] * size + [0] * size + [-size])
    flow = min_cost_flow(whole)
    assert cost(whole, flow) == 305
    assert keeps_the_rules(whole, flow)


def test_many_users_with_lists_of_their_own_are_placed_at_the_least_cost():
    large = campaign(random.Random(4), users=300)
    flow = min_cost_flow(large)
    assert is_right(large, flow)
    assert cost(large, flow) == judged(large)


@pytest.mark.parametrize("supplies", [[], [0], [0, 0, 0]])
def test_nobody_to_serve_is_a_flow_of_nothing(supplies):
    assert min_cost_flow(network([], supplies)) == []
    if len(supplies) > 1:
        assert min_cost_flow(network([(0, 1, 5, 0), (1, 0, 5, 2)], supplies)) == [0, 0]


@pytest.mark.parametrize(
    ("arcs", "supplies"),
    [
        ([], [1, -1]),
        ([(0, 1, 1, 0)], [2, -2]),
        ([(0, 1, 0, 0)], [1, -1]),
        ([(1, 0, 1, 0)], [1, -1]),
        ([(0, 1, 9, 0)], [2, -1]),
        ([(0, 1, 9, 0)], [1, -2]),
        ([(0, 1, 9, 0)], [1, 0]),
        ([(0, 2, 1, 0), (1, 2, 1, 0), (2, 3, 1, 0)], [1, 1, 0, -2]),
    ],
)
def test_units_that_cannot_reach_the_sink_are_refused(arcs, supplies):
    with pytest.raises(Refused) as refused:
        min_cost_flow(network(arcs, supplies))
    assert refused.value.code == "planner.no_flow"
    assert refused.value.context == {}
    assert refused.value.explain("en") != refused.value.explain("zh-CN")


@pytest.mark.parametrize(
    ("arcs", "supplies"), [([(0, 1, 1, -1)], [1, -1]), ([(0, 1, 1, 0)], [2, -1, -1])]
)
def test_what_is_no_such_network_is_an_error(arcs, supplies):
    with pytest.raises(ValueError, match="one sink"):
        min_cost_flow(network(arcs, supplies))


def test_the_network_that_is_given_stays_as_it_was():
    given = campaign(random.Random(1))
    before = copy.deepcopy(given)
    min_cost_flow(given)
    assert given == before


def test_a_plan_is_marked_with_the_name_of_the_engine():
    engine: Engine = min_cost_flow
    assert engine.name == "built-in"


def test_only_what_sources_share_is_searched():
    users = 50
    arcs = [(1 + user, 1 + users + user, 1, 0) for user in range(users)]
    arcs += [(1 + users + user, 1 + 2 * users + user % 3, 1, 0) for user in range(users)]
    arcs += [(1 + 2 * users + day, 0, 20, 0) for day in range(3)]
    supplies = [-users] + [1] * users + [0] * (users + 3)
    whole = network(arcs, supplies)
    columns = (whole.tails, whole.heads, whole.capacities, whole.costs, whole.supplies)
    assert compress(*columns).nodes == 4


def _no_switches(self, node):
    for choice in self.pending[node]:
        self.switches[choice] = []
    self.pending[node] = []
    return []


def _first_choices(self, waiting):
    starts = {}
    for source in waiting:
        choice = self.graph.begins[source]
        starts.setdefault(self.graph.targets[choice], []).append(choice)
    return starts


def _any_private(self, arc, supply):
    return self.entered[self.heads[arc]] == 1 and not self.supplies[self.heads[arc]]


def _last(self, supply, choices):
    _offer(self, supply, {choice[0]: choice for choice in choices}.values())


def _too_wide(self, head, room):
    return _narrow(self, head, 2 * room)


_offer, _narrow = Compressed.offer, Compressed.narrow


@pytest.mark.parametrize(
    ("owner", "name", "broken"),
    [
        (Search, "_connect", _no_switches),
        (Search, "_starts", _first_choices),
        (_Network, "_private", _any_private),
        (Compressed, "offer", _last),
        (Compressed, "narrow", _too_wide),
    ],
)
def test_a_broken_engine_is_found_out(monkeypatch, owner, name, broken):
    """The judges above are worth something: each of these mistakes is seen in some campaign."""
    monkeypatch.setattr(owner, name, broken)
    drawn = random.Random(5)
    assert any(_goes_wrong(campaign(drawn)) for _ in range(60))


def _goes_wrong(network: Network) -> bool:
    try:
        return not is_right(network, min_cost_flow(network))
    except Refused:
        return True
