"""Many participants, and five notices to each, in one SQLite file and one PostgreSQL database.

The tables and the values are those of the library. Rows are streamed into the store, 100,000 to a
transaction: the participants shuffled, the notices rule by rule in the order of the recipients, as
they are planned. Pages of 100 are read at the start, in the middle and at the end. *size* is the
number of participants, such as `100k`. The ratio is the worst of last page by first page; memory is
how much the peak of the process grew from the first row to the last page.
"""

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

import attrs
import psycopg

from postgres_server import postgres_server
from saasops import serial
from saasops.campaigns.participants import Participant
from saasops.campaigns.risk import Assessment, Reason
from saasops.notices.notice import Notice, settle
from saasops.ports import Row, Storage
from saasops.storage.shelves import Shelf
from saasops.storage.sqlite import SqliteStorage
from saasops.storage.tables import NOTICES, PARTICIPANTS
from saasops.versions.claims import VersionClaim
from saasops_postgres.storage import PostgresStorage

from .storage_pages import before_last, times

NAME = "storage-scale"
GOAL = 2.0
NOW = datetime(2020, 2, 3, 1, tzinfo=UTC)
CAMPAIGN = "up-5.1"
RULES = ("invited", "answered", "remind", "upgraded", "thanks")
TRANSACTION = 100_000
KINDS = 100
"""How many different bodies there are; a row of its own has its user's id put in."""
ROUNDS = 15
WHERE: tuple[tuple[Shelf[Any], Row], ...] = (
    (PARTICIPANTS, {"campaign": CAMPAIGN}),
    (NOTICES, {"campaign": CAMPAIGN}),
    (NOTICES, {"campaign": CAMPAIGN, "stage": "sent"}),
)

Figures = dict[str, Any]


def measure(size: str | None = None) -> Figures:
    count = _count(size or "100k")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "scale.db")
        sqlite = _apart(partial(SqliteStorage, path), count)
        sqlite["bytes"] = path.stat().st_size
    with postgres_server(fsync=True) as server:
        dsn = server.database()
        postgres = _apart(partial(PostgresStorage, dsn), count)
        with psycopg.connect(dsn) as connection:
            ((size_of,),) = connection.execute("select pg_database_size(current_database())")
            postgres["bytes"] = size_of
    stores = {"sqlite": sqlite, "postgres": postgres}
    worst = max((page for one in stores.values() for page in one["pages"]), key=_ratio)
    return {
        "name": NAME,
        "size": f"{count:,} participants, {len(RULES) * count:,} notices",
        "ours": worst["last"],
        "peer": worst["first"],
        "ratio": _ratio(worst),
        "goal": f"<= {GOAL:g}",
        "met": _ratio(worst) <= GOAL,
        "unit": "ms a page",
        "bytes_a_row": {name: round(one["bytes"] / 6 / count) for name, one in stores.items()},
        **stores,
    }


def filled_and_read(make: Callable[[], Storage], count: int, rounds: int = ROUNDS) -> Figures:
    """Fill a store for *count* participants; return rates, page times in ms, and MB of memory."""
    storage = make()
    try:
        storage.migrate([PARTICIPANTS.table, NOTICES.table])
        before = _peak()
        found: Figures = {
            "participants_a_second": _fill(storage, PARTICIPANTS, _participants(count)),
            "notices_a_second": _fill(storage, NOTICES, _notices(count)),
        }
        found["pages"] = [
            {
                "table": shelf.table.name,
                "where": [*where],
                **_pages(storage, shelf, where, count, rounds),
            }
            for shelf, where in WHERE
        ]
        found["memory_mb"] = round((_peak() - before) / 2**20, 1)
    finally:
        storage.close()
    return found


def _apart(make: Callable[[], Storage], count: int) -> Figures:
    """Work in a process of its own, of which the memory can be told."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(filled_and_read, make, count).result()


def _fill(storage: Storage, shelf: Shelf[Any], rows: Iterator[Row]) -> float:
    inserted, begun = 0, perf_counter()

    def counted(part: Iterator[Row]) -> Iterator[Row]:
        nonlocal inserted
        for row in part:
            inserted += 1
            yield row

    before = -1
    while inserted > before:
        before = inserted
        with storage.begin("default") as tx:
            tx.insert(shelf.table, counted(islice(rows, TRANSACTION)))
    return round(inserted / (perf_counter() - begun))


def _pages(
    storage: Storage, shelf: Shelf[Any], where: Row, count: int, rounds: int
) -> dict[str, float]:
    half = _user(count // 2)
    # The third of the five rules, in the order of their names.
    middle = {"user": half} if shelf is PARTICIPANTS else {"rule": "remind", "recipient": half}
    marks = {"first": None, "middle": middle, "last": before_last(storage, shelf.table, where)}
    taken = times(storage, shelf.table, where, marks, rounds)
    return {name: round(1000 * each, 3) for name, each in taken.items()}


def _participants(count: int) -> Iterator[Row]:
    bodies = [serial.dump(_participant(kind)) for kind in range(KINDS)]
    for n in range(count):
        user = _user(n * 7919 % count)  # a prime: everybody once
        body = {**bodies[n % KINDS], "user": user}
        yield {"campaign": CAMPAIGN, "user": user, "body": body}


def _notices(count: int) -> Iterator[Row]:
    for rule in RULES:
        notices = [_notice(rule, kind) for kind in range(KINDS)]
        bodies = [serial.dump(notice) for notice in notices]
        for n in range(count):
            user = _user(n)
            yield {
                "campaign": CAMPAIGN,
                "rule": rule,
                "recipient": user,
                "occurrence": notices[n % KINDS].occurrence,
                "stage": notices[n % KINDS].stage,
                "body": {**bodies[n % KINDS], "recipient": user},
            }


def _user(number: int) -> str:
    return f"user-{number:07}"


def _participant(kind: int) -> Participant:
    at = NOW + timedelta(minutes=kind)
    reached, answered, booked = (at + timedelta(hours=h) for h in (3, 5, 6))
    invited = Participant(
        campaign=CAMPAIGN, user="", channel=f"forum-{kind % 7}", invited_at=at, invited_via="mail"
    )
    if kind % 4 == 0:
        return invited
    claim = VersionClaim(value=f"4.{kind % 9}", provenance="self-reported", at=answered, by="user")
    risk = Assessment(
        level=("low", "middle", "high")[kind % 3],
        depth="deep" if kind % 3 else None,
        team="upgrade",
        hazards=("old_plugin",) if kind % 2 else (),
        tags=("vip",) if kind % 5 == 0 else (),
        skills=("database",),
        steps=("back_up", "free_disk"),
        trace=(Reason(rule="old_plugin", field="plugins_count", operator="ge", value=kind % 9),),
    )
    return attrs.evolve(
        invited,
        reached_at=reached,
        answered_at=answered,
        kind="upgrader",
        claims=(claim,),
        risk=risk,
        acknowledged_at=booked,
        booked_at=booked,
    )


def _notice(rule: str, kind: int) -> Notice:
    at = NOW + timedelta(minutes=kind)
    planned = Notice(
        campaign=CAMPAIGN,
        rule=rule,
        recipient="",
        occurrence="2020-02-08",
        medium="mail",
        locale="zh-CN",
        stage="planned",
        due=at + timedelta(days=1),
        planned_at=at,
    )
    if kind % 10 == 0:
        return planned
    return settle(planned, "sent", at=at + timedelta(days=1), reference=f"reference-{kind:05}")


def _ratio(page: Figures) -> float:
    return round(page["last"] / page["first"], 3)


def _count(size: str) -> int:
    unit = {"k": 1000, "m": 1_000_000}.get(size[-1].lower(), 1)
    return int(size[:-1] if unit > 1 else size) * unit


def _peak() -> int:
    """Return the most bytes that this process has had in memory; 0 where Linux does not tell."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
