"""What most booking code does: by priority, the first window with room, its first day, anybody."""

from datetime import date

from saasops.scheduling.planner.instance import Instance

Seats = dict[str, tuple[str, date]]


def first_fit(instance: Instance) -> Seats:
    """Seat the requests of *instance* one after another; who sits never moves again."""
    staff = {one.assistant: one for one in instance.availabilities}
    week_of = {day: week for week, limit in enumerate(instance.limits) for day in limit.days}
    room = {(one.assistant, day): cap for one in staff.values() for day, cap in one.caps.items()}
    weeks = {(one, week): limit.most for week, limit in enumerate(instance.limits) for one in staff}
    able: dict[tuple[frozenset[str], date], list[str]] = {}
    seats: Seats = {}
    for request in sorted(instance.requests, key=lambda one: one.priority):
        for day in (day for window in request.windows for day in window):
            key = request.need, day
            if key not in able:
                able[key] = [
                    one.assistant
                    for one in staff.values()
                    if one.caps.get(day) and request.need <= one.offers
                ]
            free = able[key]
            while free and not (room[free[-1], day] and weeks[free[-1], week_of[day]]):
                free.pop()
            if free:
                room[free[-1], day] -= 1
                weeks[free[-1], week_of[day]] -= 1
                seats[request.id] = (free[-1], day)
                break
    return seats
