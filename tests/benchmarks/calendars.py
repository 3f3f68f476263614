"""`status` of a day beside chinesecalendar's `is_workday`, on days that both know.

Size: how many days are asked, drawn from 2004 to 2026 with a seed. The peer's answer is a
bool; ours says on whose word and since when too, and knows the host's overrides.
"""

import random
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import chinese_calendar

from saasops.calendars.decrees import override
from saasops.calendars.working_days import china

NAME = "calendars"
GOAL = 1.0
ROUNDS = 7
FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)


def measure(size: str | None) -> dict[str, Any]:
    """Ask both the same days, in turns; the fastest round of each counts."""
    asked = int(size or 100_000)
    draw = random.Random(7)
    days = [FIRST + timedelta(draw.randrange((LAST - FIRST).days + 1)) for _ in range(asked)]
    calendar = china().with_decrees(
        override(FIRST + timedelta(n), kind="restday", reason="freeze") for n in range(0, 8000, 80)
    )
    ours = theirs = float("inf")
    for _ in range(ROUNDS):
        ours = min(ours, _seconds(calendar.status, days))
        theirs = min(theirs, _seconds(chinese_calendar.is_workday, days[: asked // 10]) * 10)
    return {
        "name": NAME,
        "size": asked,
        "ours": ours / asked * 1e6,
        "peer": theirs / asked * 1e6,
        "ratio": ours / theirs,
        "goal": GOAL,
        "met": ours <= GOAL * theirs,
        "unit": "µs a day",
    }


def _seconds(ask: Callable[[date], object], days: list[date]) -> float:
    begin = time.perf_counter()
    for day in days:
        ask(day)
    return time.perf_counter() - begin
