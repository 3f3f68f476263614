"""What the storage promises: how fast beside work by hand and beside peers, and never overbooked.

*size* is `small`, for half a minute, or `full`, for five. Every ratio is that of alternating rounds
of one run; above 1 ours is the faster one, except for the pages and the waits, where less is better.
PostgreSQL runs with fsync, unless $SAASOPS_TEST_PG_DSN names a server of your own.
"""

import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import attrs
import psycopg

from postgres_server import PostgresServer, postgres_server

from . import storage_booking as bookings
from .storage_bulk import into_postgres, into_sqlite
from .storage_orms import PEERS as ORMS
from .storage_orms import against_orms
from .storage_outbox import PEERS as QUEUES
from .storage_outbox import against_procrastinate, against_queues
from .storage_pages import last_vs_first
from .storage_psycopg import against_psycopg
from .storage_races import Crew, hot_spot, worst_waits
from .storage_rounds import rate, times_as_fast

GOALS: Mapping[str, tuple[str, float]] = {
    "booking_vs_raw_sqlite": (">=", 0.75),
    "booking_vs_raw_psycopg": (">=", 0.75),
    "booking_vs_raw_psycopg_1": (">=", 0.55),
    "booking_vs_orm": (">=", 5.0),
    "bulk_vs_raw": (">=", 0.5),
    "last_page_vs_first": ("<=", 2.0),
    "outbox_vs_best_peer": (">=", 3.0),
    "outbox_vs_procrastinate": (">=", 10.0),
    "overbooked": ("<=", 0),
    "busy_errors": ("<=", 0),
    "worst_wait_vs_busy_timeout": ("<=", 0.5),
}
PACKAGES = ("psycopg", "SQLAlchemy", "Django", "huey", "litequeue", "procrastinate")

Figures = dict[str, Any]


@attrs.frozen(kw_only=True)
class Size:
    """How much of each is done in a round, and in how many rounds."""

    name: str
    booked: tuple[int, int]
    orm: tuple[int, int]
    bulk: tuple[int, int]
    pages: tuple[int, int]
    queued: tuple[int, int]
    tasks: tuple[int, int]
    waits: tuple[int, int]
    tries: int
    processes: int = 8


SIZES = {
    "full": Size(
        name="full",
        booked=(250, 30),
        orm=(200, 10),
        bulk=(100_000, 3),
        pages=(1_000_000, 21),
        queued=(2_000, 5),
        tasks=(500, 3),
        waits=(6_400, 5),
        tries=10_000,
    ),
    "small": Size(
        name="small",
        booked=(100, 8),
        orm=(50, 3),
        bulk=(5_000, 3),
        pages=(10_000, 5),
        queued=(500, 3),
        tasks=(200, 3),
        waits=(800, 2),
        tries=800,
    ),
}


def measure(size: str | None = None) -> Figures:
    if (size or "full") not in SIZES:
        sys.exit(f"no size {size}; there are: {', '.join(SIZES)}")
    return measured(SIZES[size or "full"])


def measured(size: Size) -> Figures:
    """Measure everything at *size*."""
    found: Figures = {}
    with postgres_server(fsync=True) as server, tempfile.TemporaryDirectory() as folder:
        for topic in TOPICS:
            place = Path(folder, topic.__name__)
            place.mkdir()
            found |= topic(place, server, size)
        conditions = _conditions(server)
    judged = {name: met(name, found[name]) for name in GOALS}
    return {
        "name": "storage",
        "size": size.name,
        "ratio": found["booking_vs_raw_sqlite"],
        "goal": "; ".join(f"{name} {sign} {goal:g}" for name, (sign, goal) in GOALS.items()),
        "met": all(judged.values()),
        "missed": [name for name, met in judged.items() if not met],
        "unit": "bookings/s",
        **found,
        **conditions,
    }


def booked(folder: Path, server: PostgresServer, size: Size) -> Figures:
    """Compare a booking with the same statements by hand."""
    each, rounds = size.booked
    taken = bookings.against_sqlite(folder, each, rounds)
    eight = against_psycopg(server, each, rounds, workers=8)
    one = against_psycopg(server, each, rounds, workers=1)
    return {
        "ours": rate(each, taken["ours"]),
        "peer": rate(each, taken["peer"]),
        "booking_vs_raw_sqlite": _ratio(taken),
        "booking_vs_raw_psycopg": _ratio(eight),
        "booking_vs_raw_psycopg_1": _ratio(one),
    }


def through_orms(folder: Path, _: PostgresServer, size: Size) -> Figures:
    """Compare a booking with the better one of two ORMs."""
    taken = against_orms(folder, *size.orm)
    ratios = {f"booking_vs_{peer}": _ratio(taken, peer) for peer in ORMS}
    return {"booking_vs_orm": min(ratios.values()), **ratios}


def in_bulk(folder: Path, server: PostgresServer, size: Size) -> Figures:
    """Compare bulk inserts with `executemany` and COPY."""
    ratios = {
        "bulk_vs_executemany": _ratio(into_sqlite(folder, *size.bulk)),
        "bulk_vs_copy": _ratio(into_postgres(server, *size.bulk)),
    }
    return {"bulk_vs_raw": min(ratios.values()), **ratios}


def paged(folder: Path, server: PostgresServer, size: Size) -> Figures:
    """Compare the last page with the first."""
    ratios = last_vs_first(folder, server, *size.pages)
    return {
        "last_page_vs_first": _rounded(max(ratios.values())),
        **{f"last_page_vs_first_{name}": _rounded(ratio) for name, ratio in ratios.items()},
    }


def queued(folder: Path, server: PostgresServer, size: Size) -> Figures:
    """Compare working the outbox off with libraries that queue tasks."""
    taken = against_queues(folder, *size.queued)
    ratios = {f"outbox_vs_{peer}": _ratio(taken, peer) for peer in QUEUES}
    on_postgres = against_procrastinate(server, *size.tasks)
    return {
        "outbox_vs_best_peer": min(ratios.values()),
        **ratios,
        "outbox_vs_procrastinate": _ratio(on_postgres),
    }


def raced(folder: Path, server: PostgresServer, size: Size) -> Figures:
    """Let many book at once."""
    with Crew(size.processes) as crew:
        found = hot_spot(folder, server, crew, size.tries)
        waits = worst_waits(folder, crew, *size.waits)
    busy = waits.pop("busy")
    ratios = {among: _rounded(wait["ours"] / wait["peer"]) for among, wait in waits.items()}
    return {
        "overbooked": sum(one["overbooked"] for one in found.values()),
        "busy_errors": sum(one["busy"] for one in found.values()) + busy["ours"],
        "worst_wait_vs_busy_timeout": max(ratios.values()),
        **{f"worst_wait_{among}": ratio for among, ratio in ratios.items()},
        "worst_wait_seconds": {
            among: {name: _rounded(wait) for name, wait in both.items()}
            for among, both in waits.items()
        },
        "busy_errors_peer": busy["peer"],
    }


TOPICS: tuple[Callable[[Path, PostgresServer, Size], Figures], ...] = (
    booked,
    through_orms,
    in_bulk,
    paged,
    queued,
    raced,
)


def _conditions(server: PostgresServer) -> Figures:
    with psycopg.connect(server.dsn) as connection:
        said = connection.execute(
            "select current_setting('fsync'), current_setting('server_version')"
        )
        fsync, postgres = said.fetchone() or ("", "")
    return {
        "postgres_fsync": fsync,
        "cores": os.cpu_count(),
        "versions": {
            "SQLite": sqlite3.sqlite_version,
            "PostgreSQL": postgres,
            **{package: version(package) for package in PACKAGES},
        },
    }


def _ratio(taken: Mapping[str, list[float]], peer: str = "peer") -> float:
    return _rounded(times_as_fast(taken["ours"], taken[peer]))


def _rounded(figure: float) -> float:
    return round(figure, 3)


def met(name: str, figure: float) -> bool:
    sign, goal = GOALS[name]
    return figure >= goal if sign == ">=" else figure <= goal
