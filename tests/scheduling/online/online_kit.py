"""Small instances for online booking, and judges that know nothing of how it works."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import combinations
from random import Random

import attrs
import networkx as nx

from saasops.scheduling.planner.instance import (
    Availability,
    Instance,
    Limit,
    Minimum,
    Pin,
    Request,
    Seat,
)

MONDAY = date(2026, 3, 2)
NEEDS = (frozenset[str](), frozenset({"w2003"}), frozenset({"custom"}))
PINS: tuple[Pin, ...] = ("free", "window", "day", "assistant")
SEGMENTS = (None, None, "vip")


def day(n: int) -> date:
    return MONDAY + timedelta(n)


def days(*numbers: int) -> frozenset[date]:
    return frozenset(map(day, numbers))


@attrs.frozen(kw_only=True)
class Draw:
    """What an instance may hold."""

    crossing: bool = False
    spares: bool = False
    pins: bool = True
    most_days: int = 4


def staff(drawn: Random, rules: Draw) -> tuple[Availability, ...]:
    kinds = [
        (offers, [drawn.choice([0, 1, 1, 1, 2]) for _ in range(rules.most_days)])
        for offers in (NEEDS[1], drawn.choice([NEEDS[0], NEEDS[1] | NEEDS[2]]))
    ]
    found = []
    for n in range(drawn.randint(1, 4)):
        offers, caps = kinds[drawn.random() < 0.3]
        found.append(
            Availability(
                assistant=f"a{n}",
                offers=offers,
                caps={day(d): cap for d, cap in enumerate(caps) if drawn.random() < 0.98},
            )
        )
    return tuple(found)


def limits(drawn: Random, rules: Draw, names: list[str]) -> tuple[Limit, ...]:
    everybody, every = frozenset(names), range(rules.most_days)
    found = [
        Limit(rule="week", most=drawn.choice([1, 2, 2, 3]), assistants=everybody,
              days=days(0, 1, 2), each=True),
    ]  # fmt: skip
    if drawn.random() < 0.3:
        found.append(Limit(rule="period", most=drawn.randint(1, 4), assistants=everybody,
                           days=days(*every), each=True))  # fmt: skip
    if drawn.random() < 0.3:
        found.append(Limit(rule="all", most=drawn.randint(2, 6), assistants=everybody,
                           days=days(*every)))  # fmt: skip
    if rules.spares:
        one = drawn.choice(every)
        found.append(Limit(rule="reserve", most=drawn.randint(0, 1), assistants=everybody,
                           days=days(one), each=True, spares="vip"))  # fmt: skip
    if rules.crossing:
        some = frozenset(drawn.sample(names, drawn.randint(1, len(names))))
        found += [
            Limit(rule="team", most=drawn.randint(1, 2), assistants=everybody, days=days(1, 2)),
            Limit(rule="odd", most=1, assistants=some, days=days(1, 2), each=True),
            Limit(rule="units", most=3, assistants=some, days=days(0, 1, 2), units=True),
        ]
    return tuple(drawn.sample(found, len(found)))


def request(drawn: Random, rules: Draw, name: str) -> Request:
    every = range(rules.most_days)
    return Request(
        id=name,
        windows=tuple(
            tuple(map(day, sorted(drawn.sample(every, drawn.randint(1, 3)))))
            for _ in range(drawn.randint(1, 2))
        ),
        need=drawn.choices(NEEDS, [6, 3, 1])[0],
        segment=drawn.choice(SEGMENTS) if rules.spares else None,
        pin=drawn.choices(PINS, [4, 2, 1, 1])[0] if rules.pins else "free",
        units=drawn.choice([1, 1, 2]) if rules.crossing else 1,
    )


def instance(drawn: Random, rules: Draw = Draw()) -> Instance:
    """Return an instance whose requests sit somewhere within all limits, or have no seat."""
    people = staff(drawn, rules)
    empty = Instance(
        requests=(),
        availabilities=people,
        limits=limits(drawn, rules, [one.assistant for one in people]),
        minimums=(
            (Minimum(rule="batch", least=2, assistants=frozenset({"a0"}), days=days(3)),)
            if rules.crossing and drawn.random() < 0.5
            else ()
        ),
    )
    seated: list[Request] = []
    for n in range(drawn.randint(2, 8)):
        one = request(drawn, rules, f"r{n}")
        places = list(cells(empty, one, [d for window in one.windows for d in window]))
        drawn.shuffle(places)
        for place in places:
            tried = [*seated, attrs.evolve(one, seat=place)]
            if not broken(empty, {r.id: r.seat for r in tried if r.seat}, tried):
                seated = tried
                break
    return attrs.evolve(empty, requests=tuple(seated))


def cells(instance: Instance, one: Request, wanted: Iterable[date]) -> Iterator[Seat]:
    for day in sorted(set(wanted)):
        for other in instance.availabilities:
            if one.need <= other.offers and other.caps.get(day, 0) > 0:
                yield Seat(other.assistant, day)


def usage(
    instance: Instance, seats: Mapping[str, Seat], requests: Iterable[Request]
) -> Counter[tuple[str, object, str]]:
    """Return what is booked of every cap, limit and minimum."""
    by_id = {one.id: one for one in requests}
    used: Counter[tuple[str, object, str]] = Counter()
    for id, seat in seats.items():
        one = by_id[id]
        used["cap", seat.day, seat.assistant] += 1
        for n, limit in enumerate(instance.limits):
            if seat.assistant not in limit.assistants or seat.day not in limit.days:
                continue
            if limit.spares is not None and limit.spares == one.segment:
                continue
            weight = instance.units.get((id, seat.assistant), one.units) if limit.units else 1
            used["limit", n, seat.assistant if limit.each else ""] += weight
        for n, minimum in enumerate(instance.minimums):
            if seat.assistant in minimum.assistants and seat.day in minimum.days:
                used["minimum", n, ""] += 1
    return used


def broken(
    instance: Instance, seats: Mapping[str, Seat], requests: Iterable[Request]
) -> list[tuple[str, object, str]]:
    """Return every cap, limit and minimum that *seats* break."""
    caps = {(one.assistant, day): cap for one in instance.availabilities
            for day, cap in one.caps.items()}  # fmt: skip
    found = []
    for key, used in usage(instance, seats, requests).items():
        kind, what, who = key
        if kind == "cap":
            wrong = used > caps.get((who, what), 0)
        elif kind == "limit":
            wrong = used > instance.limits[what].most
        else:
            wrong = used < instance.minimums[what].least
        if wrong:
            found.append(key)
    return found


def choices(instance: Instance, one: Request, seat: Seat | None, level: str) -> list[Seat]:
    """Return all seats that *one* may get, or move to from *seat*."""
    every = [day for window in one.windows for day in window]
    if seat is None:
        return list(cells(instance, one, every))
    if one.pin == "assistant":
        return [seat]
    rank = next((n for n, window in enumerate(one.windows) if seat.day in window), None)
    window = (seat.day,) if rank is None else one.windows[rank]
    if one.pin == "window":
        dearer = {day for each in one.windows[:rank] for day in each}
        window = tuple(day for day in window if day not in dearer)
    if one.pin == "day" or level == "assistant" or seat.day not in every:
        window = (seat.day,)
    elif one.pin == "free" and level == "full":
        window = tuple(every)
    return list(dict.fromkeys([seat, *cells(instance, one, window)]))


def possible(
    instance: Instance, seats: Mapping[str, Seat], requests: list[Request], new: Request, level: str
) -> bool:
    """Tell by a maximum flow whether *new* fits if nobody is dropped; all limits must nest."""
    graph = nx.DiGraph()
    everybody = [one for one in requests if one.id in seats] + [new]
    for one in everybody:
        graph.add_edge("source", one.id, capacity=1)
        for seat in choices(instance, one, seats.get(one.id), level):
            chain = _chain(instance, one, seat)
            graph.add_edge(one.id, (chain[0][0], "in"), capacity=1)
            for (key, most), beyond in zip(chain, [*chain[1:], None], strict=True):
                graph.add_edge((key, "in"), (key, "out"), capacity=most)
                graph.add_edge((key, "out"), (beyond[0], "in") if beyond else "sink")
    if "sink" not in graph:
        return False
    return nx.maximum_flow_value(graph, "source", "sink") == len(everybody)


def _chain(instance: Instance, one: Request, seat: Seat) -> list[tuple[object, int]]:
    """Return all that counts *one* at *seat*, the inner limits first, with their room."""
    caps = next(x.caps for x in instance.availabilities if x.assistant == seat.assistant)
    found = [(1.0, seat, caps.get(seat.day, 0))]
    for n, limit in enumerate(instance.limits):
        inside = seat.assistant in limit.assistants and seat.day in limit.days
        if inside and (limit.spares is None or limit.spares != one.segment):
            who = seat.assistant if limit.each else ""
            size = len(limit.days) * (1 if limit.each else len(limit.assistants) + 0.1)
            found.append((size - (limit.spares is not None) / 2 + n / 100, (n, who), limit.most))
    return [(key, most) for _, key, most in sorted(found, key=lambda one: one[0])]


def lifted(
    instance: Instance, rules: str, days: tuple[date, ...], who: tuple[str, ...]
) -> Instance:
    """Give one more place to the limit or cap *rules* of *who* on *days*."""
    if not rules:
        (only,) = days
        return attrs.evolve(instance, availabilities=tuple(
            attrs.evolve(one, caps={**one.caps, only: one.caps[only] + 1})
            if one.assistant == who[0] else one
            for one in instance.availabilities
        ))  # fmt: skip
    found: list[Limit] = []
    for limit in instance.limits:
        if limit.rule != rules:
            found.append(limit)
        elif not limit.each:
            found.append(attrs.evolve(limit, most=limit.most + 1))
        else:
            found.append(attrs.evolve(limit, assistants=limit.assistants - {who[0]}))
            found.append(attrs.evolve(limit, assistants=frozenset({who[0]}), most=limit.most + 1))
    return attrs.evolve(instance, limits=tuple(found))


def subsets(items: list[tuple[str, tuple[date, ...], tuple[str, ...]]], size: int):
    return combinations(items, size)
