"""Campaigns of any size to plan, the same ones for the same seed.

48 working days: 8 weeks, Monday to Friday and a Saturday each. Half of the first choices fall
into the first two weeks, where an assistant takes 5 users a day and 22 a week; later 8 and 36.
`reference` has users who choose among weeks and Saturdays, so that many choose alike;
`distinct` has no two users with the same list of windows.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from typing import Literal

from saasops.scheduling.planner.instance import Availability, Instance, Limit, Request, Window

SIZES = {
    "300": (300, 3),
    "3k": (3_000, 18),
    "10k": (10_000, 60),
    "100k": (100_000, 600),
    "1M": (1_000_000, 6_000),
}

WEEKS = 8
OPENS = date(2026, 3, 2)
DAYS = tuple(OPENS + timedelta(7 * week + day) for week in range(WEEKS) for day in range(6))
WEEK_SHARES = (0.30, 0.22, 0.12, 0.09, 0.08, 0.07, 0.06, 0.06)
CHOICES = 2 * WEEKS  # a week, or 8 more: its Saturday
CHOICE_SHARES = tuple(s * 0.8 for s in WEEK_SHARES) + tuple(s * 0.2 for s in WEEK_SHARES)
COUNT_SHARES = (0.60, 0.25, 0.15)
EXCLUDED_SHARES = {None: 0.90} | dict.fromkeys(range(5), 0.02)

NEEDS = (
    (frozenset[str](), 0.80),
    (frozenset({"w2003"}), 0.10),
    (frozenset({"custom"}), 0.07),
    (frozenset({"w2003", "custom"}), 0.03),
)
PRIORITIES = ((0, 0.10), (1, 0.60), (2, 0.30))
OFFER_SHARES = (0.50, 0.15, 0.15, 0.20)
PATTERNS = ((0, 1, 2, 3, 4), (0, 1, 2, 3, 4, 5), (1, 2, 3, 4, 5), (0, 1, 2, 3), (0, 1, 2))
PATTERN_SHARES = (0.45, 0.20, 0.15, 0.12, 0.08)


def reference(size: str, seed: int = 7) -> Instance:
    """Return the campaign of *size*, a name in `SIZES`, whose users choose among few windows."""
    users, _ = SIZES[size]
    drawn = random.Random(seed)
    lists = _window_lists()
    kinds = list(product(NEEDS, PRIORITIES))
    windows = drawn.choices(list(lists), list(lists.values()), k=users)
    wishes = drawn.choices(
        [(need, priority) for (need, _), (priority, _) in kinds],
        [share * other for (_, share), (_, other) in kinds],
        k=users,
    )
    requests = tuple(
        Request(id=f"u{number:07}", windows=chosen, priority=priority, need=need)
        for number, (chosen, (need, priority)) in enumerate(zip(windows, wishes, strict=True))
    )
    return _instance(requests, _staff(size, drawn))


def distinct(
    size: str, kind: Literal["lists", "dates"], staff_share: float, seed: int = 11
) -> Instance:
    """Return a campaign where no two users have the same windows, with a share of the staff.

    In *kind* lists only the lists differ: they share 256 windows, weekdays of one week or a
    Saturday. In *kind* dates everybody names days of his own all over the campaign.
    """
    users, assistants = SIZES[size]
    drawn = random.Random(seed)
    seen: set[tuple[Window, ...]] = set()
    requests: list[Request] = []
    one = _days_of_a_week if kind == "lists" else _days_anywhere
    while len(requests) < users:
        count = drawn.choices((1, 2, 3), COUNT_SHARES)[0]
        windows = tuple(dict.fromkeys(one(drawn) for _ in range(count)))
        tries = 0
        while windows in seen:
            tries += 1  # the commonest pairs of windows run out of third ones
            kept = windows[:2] if tries < 1000 else windows[-2:]
            windows = tuple(dict.fromkeys((*kept, one(drawn))))
        seen.add(windows)
        need = drawn.choices(NEEDS, [share for _, share in NEEDS])[0][0]
        priority = drawn.choices((0, 1, 2), (0.10, 0.60, 0.30))[0]
        number = len(requests)
        requests.append(Request(id=f"u{number:07}", windows=windows, priority=priority, need=need))
    staff = _staff(size, drawn)
    return _instance(tuple(requests), staff[assistants - round(assistants * staff_share) :])


def _days_of_a_week(drawn: random.Random) -> Window:
    week = drawn.choices(range(WEEKS), WEEK_SHARES)[0]
    if drawn.random() < 0.2:
        return (DAYS[6 * week + 5],)
    return tuple(
        DAYS[6 * week + day] for day in sorted(drawn.sample(range(5), drawn.randint(1, 5)))
    )


def _days_anywhere(drawn: random.Random) -> Window:
    weeks = sorted(set(drawn.choices(range(WEEKS), WEEK_SHARES, k=3)))
    return tuple(sorted({DAYS[6 * week + drawn.randrange(6)] for week in weeks for _ in range(2)}))


def _window_lists() -> dict[tuple[Window, ...], float]:
    """Return every list of windows that a user may give, and its share of all users."""
    windows = {excluded: _windows_without(excluded) for excluded in EXCLUDED_SHARES}
    shares: defaultdict[tuple[Window, ...], float] = defaultdict(float)
    for choices, share in _choices():
        for excluded, other in EXCLUDED_SHARES.items():
            shares[tuple(windows[excluded][choice] for choice in choices)] += share * other
    return shares


def _windows_without(excluded: int | None) -> list[Window]:
    weekdays = [day for day in range(5) if day != excluded]
    weeks: list[Window] = [tuple(DAYS[6 * week + day] for day in weekdays) for week in range(WEEKS)]
    return weeks + [(DAYS[6 * week + 5],) for week in range(WEEKS)]


def _choices() -> Iterator[tuple[tuple[int, ...], float]]:
    """Yield one to three choices and their probability; a repeated one ends the list."""
    one, two, three = COUNT_SHARES
    for first, share in enumerate(CHOICE_SHARES):
        yield (first,), share * one
        for second, likely in _near(first, 1, 0.7):
            if second == first:
                yield (first,), share * likely * (two + three)
                continue
            yield (first, second), share * likely * two
            for third, last in _near(first, 2, 0.5):
                found = (first, second) if third in (first, second) else (first, second, third)
                yield found, share * likely * last * three


def _near(first: int, weeks: int, share: float) -> Iterator[tuple[int, float]]:
    """Yield choices: a *share* falls *weeks* after the *first*, the others anywhere."""
    week = (first + weeks) % WEEKS
    yield week, share * 0.8
    yield week + WEEKS, share * 0.2
    for choice, likely in enumerate(CHOICE_SHARES):
        yield choice, (1 - share) * likely


def _staff(size: str, drawn: random.Random) -> tuple[Availability, ...]:
    _, assistants = SIZES[size]
    labels = [need for need, _ in NEEDS]
    offers = drawn.choices(labels, OFFER_SHARES, k=assistants)
    patterns = drawn.choices(PATTERNS, PATTERN_SHARES, k=assistants)
    if assistants == 3:  # one senior, and every user can be served by somebody
        offers, patterns = [labels[0], labels[0], labels[3]], list(PATTERNS[:3])
    staff: list[Availability] = []
    for number, (offered, weekdays) in enumerate(zip(offers, patterns, strict=True)):
        away = range(0)
        if drawn.random() < 0.06:
            starts = drawn.randrange(len(DAYS))
            away = range(starts, starts + drawn.randint(1, 7))
        caps = {
            day: 5 if place < 12 else 8
            for place, day in enumerate(DAYS)
            if place % 6 in weekdays and place not in away
        }
        staff.append(Availability(assistant=f"a{number:04}", offers=offered, caps=caps))
    return tuple(staff)


def _instance(requests: tuple[Request, ...], staff: tuple[Availability, ...]) -> Instance:
    everybody = frozenset(one.assistant for one in staff)
    limits = tuple(
        Limit(
            rule=f"week-{week + 1}",
            most=22 if week < 2 else 36,
            assistants=everybody,
            days=frozenset(DAYS[6 * week : 6 * week + 6]),
            each=True,
        )
        for week in range(WEEKS)
    )
    return Instance(requests=requests, availabilities=staff, limits=limits)
