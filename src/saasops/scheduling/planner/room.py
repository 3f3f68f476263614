"""What is taken of every cap and limit, seat by seat. Whom to seat is left to others."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date

import attrs

from saasops.scheduling.planner.instance import Availability, Instance, Limit, Request, Seat


class Room:
    """Count the taken places of an instance, and name what is in the way of one more."""

    def __init__(self, instance: Instance) -> None:
        self._staff = {one.assistant: one for one in instance.availabilities}
        self._taken: Counter[Seat] = Counter()
        self._counts: Counter[tuple[int, str]] = Counter()
        self._limits: dict[str, list[tuple[int, Limit]]] = defaultdict(list)
        for number, limit in enumerate(instance.limits):
            for assistant in limit.assistants & self._staff.keys():
                self._limits[assistant].append((number, limit))

    def serves(self, request: Request, seat: Seat) -> bool:
        """Tell whether the assistant works on that day and offers what *request* needs."""
        staff = self._staff.get(seat.assistant)
        return staff is not None and request.need <= staff.offers and bool(staff.caps.get(seat.day))

    def in_the_way(self, request: Request, seat: Seat) -> Iterator[str]:
        """Yield the rules that leave no room for *request* at *seat*."""
        staff = self._staff[seat.assistant]
        if self._taken[seat] >= staff.caps.get(seat.day, 0):
            yield cap_rule(staff, seat.day)
        for number, limit, weight in self._counting(request, seat):
            if self._counts[_key(number, limit, seat)] + weight > limit.most:
                yield limit.rule

    def fits(self, request: Request, seat: Seat) -> bool:
        """Tell whether there is room for *request* at *seat*."""
        return not any(True for _ in self.in_the_way(request, seat))

    def take(self, request: Request, seat: Seat) -> None:
        """Count *request* at *seat*, whether it fits or not."""
        self._add(request, seat, 1)

    def leave(self, request: Request, seat: Seat) -> None:
        """Count *request* no longer at *seat*."""
        self._add(request, seat, -1)

    def squares(self) -> int:
        """Return the sum of the squared loads."""
        return sum(load * load for load in self._taken.values())

    def without(self, instance: Instance) -> Instance:
        """Return *instance* with what is left of its caps and limits."""
        rooms = tuple(
            attrs.evolve(
                one,
                caps={
                    day: max(0, cap - self._taken[Seat(one.assistant, day)])
                    for day, cap in one.caps.items()
                },
            )
            for one in instance.availabilities
        )
        limits: list[Limit] = []
        for number, limit in enumerate(instance.limits):
            if not limit.each:
                left = limit.most - self._counts[number, ""]
                limits.append(attrs.evolve(limit, most=max(0, left)))
                continue
            used = sorted(one for one in limit.assistants if self._counts[number, one])
            limits.append(attrs.evolve(limit, assistants=limit.assistants.difference(used)))
            for one in used:
                left = max(0, limit.most - self._counts[number, one])
                limits.append(attrs.evolve(limit, most=left, assistants=frozenset({one})))
        return attrs.evolve(instance, availabilities=rooms, limits=tuple(limits))

    def loads(self) -> Mapping[tuple[str, date], int]:
        """Return the loads by assistant and day, where they are not 0."""
        return {(seat.assistant, seat.day): load for seat, load in self._taken.items() if load}

    def _counting(self, request: Request, seat: Seat) -> Iterator[tuple[int, Limit, int]]:
        for number, limit in self._limits.get(seat.assistant, ()):
            spared = limit.spares is not None and limit.spares == request.segment
            if seat.day in limit.days and not spared:
                yield number, limit, request.units if limit.units else 1

    def _add(self, request: Request, seat: Seat, sign: int) -> None:
        self._taken[seat] += sign
        for number, limit, weight in self._counting(request, seat):
            self._counts[_key(number, limit, seat)] += sign * weight


def cap_rule(staff: Availability, day: date) -> str:
    """Return the rule that sets an assistant's cap, or his id where none is named."""
    return staff.rules.get(day, staff.assistant)


def _key(number: int, limit: Limit, seat: Seat) -> tuple[int, str]:
    return number, seat.assistant if limit.each else ""
