"""The yardstick: the same plan without any grouping, one node for each user, by OR-Tools.

user -> (need, day) -> (assistant, day) -> (assistant, week) -> sink, and user -> sink for whoever
is not served. Requests in, a seat for each request that is served out.
"""

from collections import defaultdict
from datetime import date

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from saasops.scheduling.planner.instance import Instance

Seats = dict[str, tuple[str, date]]


class _Network:
    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.tails: list[int] = []
        self.heads: list[int] = []
        self.capacities: list[int] = []
        self.costs: list[int] = []
        staff, self.weeks = len(instance.availabilities), len(instance.limits)
        self.needs = list({request.need for request in instance.requests})
        self.days = sorted({day for one in instance.availabilities for day in one.caps})
        self.users = len(instance.requests)
        self.cells = self.users + len(self.needs) * len(self.days)
        self.totals = self.cells + staff * len(self.days)
        self.sink = self.totals + staff * self.weeks


def per_user(instance: Instance) -> Seats:
    """Plan *instance*, which has a cap for each assistant's day and one for each week."""
    network = _Network(instance)
    nodes = {
        need: {day: network.users + n * len(network.days) + d for d, day in enumerate(network.days)}
        for n, need in enumerate(network.needs)
    }
    _add_users(network, nodes)
    choices = len(network.tails)
    _add_leads(network, nodes)
    leads = len(network.tails)
    _add_caps(network)
    network.costs += [0] * (len(network.tails) - choices)
    return _seats(network, _flow(network), choices, leads)


def _add_users(network: _Network, nodes: dict[frozenset[str], dict[date, int]]) -> None:
    tails, heads, costs, sink = network.tails, network.heads, network.costs, network.sink
    lowest = max(request.priority for request in network.instance.requests)
    # A simple cycle enters each (need, day) once, and the third choice costs 3.
    separator = 3 * len(network.needs) * len(network.days) + 1
    for user, request in enumerate(network.instance.requests):
        mine = nodes[request.need]
        wanted: dict[int, int] = {}
        for rank, window in enumerate(request.windows):
            for day in window:
                if day in mine:
                    wanted.setdefault(mine[day], rank * (rank + 1) // 2)
        tails += [user] * (len(wanted) + 1)
        heads += wanted
        heads.append(sink)
        costs += wanted.values()
        costs.append((lowest + 1 - request.priority) * separator)
    network.capacities += [1] * len(tails)


def _add_leads(network: _Network, nodes: dict[frozenset[str], dict[date, int]]) -> None:
    for n, one in enumerate(network.instance.availabilities):
        able = [nodes[need] for need in network.needs if need <= one.offers]
        first = network.cells + n * len(network.days)
        for d, day in enumerate(network.days):
            if cap := one.caps.get(day, 0):
                network.tails += [mine[day] for mine in able]
                network.heads += [first + d] * len(able)
                network.capacities += [cap] * len(able)


def _add_caps(network: _Network) -> None:
    tails, heads, capacities = network.tails, network.heads, network.capacities
    limits = network.instance.limits
    week_of = {day: week for week, limit in enumerate(limits) for day in limit.days}
    for n, one in enumerate(network.instance.availabilities):
        first, total = network.cells + n * len(network.days), network.totals + n * network.weeks
        for d, day in enumerate(network.days):
            if cap := one.caps.get(day, 0):
                tails.append(first + d)
                heads.append(total + week_of[day])
                capacities.append(cap)
        tails += range(total, total + network.weeks)
        heads += [network.sink] * network.weeks
        capacities += [limit.most for limit in limits]


def _flow(network: _Network) -> list[int]:
    solver = SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        np.array(network.tails, np.int32),
        np.array(network.heads, np.int32),
        np.array(network.capacities, np.int64),
        np.array(network.costs, np.int64),
    )
    supplies = np.zeros(network.sink + 1, np.int64)
    supplies[: network.users] = 1
    supplies[network.sink] = -network.users
    solver.set_nodes_supplies(np.arange(network.sink + 1, dtype=np.int32), supplies)
    status = solver.solve()
    if status != SimpleMinCostFlow.OPTIMAL:
        raise AssertionError(status)
    flows: list[int] = solver.flows(arcs).tolist()
    return flows


def _seats(network: _Network, flow: list[int], choices: int, leads: int) -> Seats:
    tails, heads, days = network.tails, network.heads, network.days
    free: dict[int, list[int]] = defaultdict(list)
    for arc in range(choices, leads):
        if flow[arc]:
            free[tails[arc]] += [(heads[arc] - network.cells) // len(days)] * flow[arc]
    requests, staff = network.instance.requests, network.instance.availabilities
    seats: Seats = {}
    for arc in range(choices):
        node = heads[arc]
        if flow[arc] and node != network.sink:
            day = days[(node - network.users) % len(days)]
            seats[requests[tails[arc]].id] = (staff[free[node].pop()].assistant, day)
    return seats
