"""Processes that hold, book, move and cancel at once, through the whole library.

`--size` is the number of tries, half of them on SQLite and half on PostgreSQL: 20k by default. The
campaign is tight, with limits of a team's day, an assistant's week and a whole slot, and others
are moved to make room. Reported is how much was overbooked: places and limits beyond what the
rules allow, and whatever else the audit of the books finds.
"""

import random
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

import attrs

from postgres_server import postgres_server
from saasops import Conflict, Refused

sys.path.append(str(Path(__file__).resolve().parents[1] / "app"))
from kit import SLOTS, SMALL, opened, staged
from saasops.app.audit import Audit
from saasops.scheduling.capacity import CapacityRule
from saasops.scheduling.policy import BookingPolicy

NAME = "booking-races"
PROCESSES, CROWD = 4, 120
TIGHT = attrs.evolve(
    SMALL,
    booking=BookingPolicy(make_room="day"),
    capacity_rules=(
        CapacityRule(id="general", team="general", limit=9),
        CapacityRule(id="deployment", team="deployment", limit=2),
        CapacityRule(id="team", scope="team-day", team="general", limit=14),
        CapacityRule(id="week", scope="assistant-week", team="general", limit=30),
        CapacityRule(id="whole", scope="slot", limit=25),
    ),
)


def measure(size: str | None) -> dict[str, Any]:
    """Race on both stores and count what is wrong afterwards."""
    tries = int((size or "20k").lower().replace("k", "000"))
    found: dict[str, Any] = {}
    began = perf_counter()
    with tempfile.TemporaryDirectory() as folder, postgres_server() as server:
        for name, where in (
            ("sqlite", str(Path(folder) / "a.db")),
            ("postgresql", server.url()),
        ):
            found[name] = race(where, tries // 2)
    overbooked = sum(one["overbooked"] for one in found.values())
    wrong = sum(one["wrong"] for one in found.values())
    return {
        "name": NAME,
        "size": str(tries),
        "ours": overbooked + wrong,
        "peer": 0,
        "ratio": float(overbooked + wrong),
        "goal": 0,
        "met": overbooked == wrong == 0,
        "overbooked": overbooked,
        "tries": tries,
        "seconds": round(perf_counter() - began, 1),
        **found,
    }


def race(where: str, tries: int) -> dict[str, Any]:
    """Let processes try *tries* times in the database *where*; tell what came of it."""
    stage = staged(where, campaign=TIGHT)
    with closing(stage.ops):
        for number in range(CROWD):
            stage.answered(f"u{number}", os="windows-2003" if number % 9 == 0 else "linux")
        done: Counter[str] = Counter()
        with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
            each = [pool.submit(_work, where, n, tries // PROCESSES) for n in range(PROCESSES)]
            for one in each:
                done.update(one.result())
        load = stage.campaign.schedule.load()
        limits = stage.campaign.schedule.limits().values()
        return {
            "overbooked": sum(max(0, used - place.cap) for place, used in load)
            + sum(max(0, used - cap) for used, cap in limits),
            "wrong": len(Audit(stage.ops).campaign(stage.id)),
            "done": dict(sorted(done.items())),
        }


def _work(where: str, number: int, tries: int) -> Counter[str]:
    chance, done = random.Random(number), Counter[str]()
    stage = opened(where)
    with closing(stage.ops):
        schedule = stage.campaign.schedule
        for _ in range(tries):
            user, slot = f"u{chance.randrange(CROWD)}", chance.choice(SLOTS)
            verb = chance.choices(("book", "hold", "move", "cancel"), (5, 2, 2, 3))[0]
            try:
                match verb:
                    case "book":
                        schedule.book(user, slot)
                    case "hold":
                        schedule.hold(user, slot)
                    case "move":
                        schedule.reschedule(user, slot)
                    case _:
                        schedule.cancel(user)
                done[verb] += 1
            except Refused as no:
                done[no.code] += 1
            except Conflict:
                done["conflict"] += 1
    return done
