"""What a plan is worth, counted user by user; a plan that breaks a rule has no figures."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

import attrs

from saasops.scheduling.planner.instance import Instance

Seats = Mapping[str, tuple[str, date]]


@attrs.frozen(kw_only=True)
class Merit:
    """How many are served of each priority, what their choices cost, and both in one number."""

    served: Mapping[int, int]
    preference: int
    objective: int

    def serves_at_least(self, other: "Merit") -> bool:
        """Tell whether nobody of a higher priority is left out for the sake of a lower one."""
        return all(
            sum(n for priority, n in self.served.items() if priority <= lowest)
            >= sum(n for priority, n in other.served.items() if priority <= lowest)
            for lowest in self.served
        )


def merit(instance: Instance, seats: Seats) -> Merit:
    """Check every rule of *instance* and add up what *seats* are worth."""
    staff = {one.assistant: one for one in instance.availabilities}
    loads: Counter[tuple[str, date]] = Counter()
    served = dict.fromkeys(sorted({request.priority for request in instance.requests}), 0)
    preference = missing = 0
    lowest = max(served)
    for request in instance.requests:
        if request.id not in seats:
            missing += lowest + 1 - request.priority
            continue
        who, day = seats[request.id]
        rank = next((n for n, window in enumerate(request.windows) if day in window), None)
        if rank is None or not request.need <= staff[who].offers:
            raise AssertionError(request.id)
        loads[who, day] += 1
        served[request.priority] += 1
        preference += rank * (rank + 1) // 2
    _check(instance, loads)
    named = {(one.need, window) for one in instance.requests for window in one.windows}
    separator = 3 * len(named) + 1
    return Merit(served=served, preference=preference, objective=missing * separator + preference)


def _check(instance: Instance, loads: Counter[tuple[str, date]]) -> None:
    caps = {one.assistant: one.caps for one in instance.availabilities}
    for (who, day), load in loads.items():
        if load > caps[who].get(day, 0):
            raise AssertionError(who)
    week_of = {day: week for week, limit in enumerate(instance.limits) for day in limit.days}
    weeks: Counter[tuple[str, int]] = Counter()
    for (who, day), load in loads.items():
        weeks[who, week_of[day]] += load
    for (who, week), load in weeks.items():
        if load > instance.limits[week].most:
            raise AssertionError(who)
