"""The last page of a large table, against its first: 100 rows, read on from the row before.

By the key alone, and by an index of which the first column is fixed. The worst of both counts.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psycopg

from postgres_server import PostgresServer
from saasops.ports import Row, Storage, Table
from saasops.storage.memory import MemoryStorage
from saasops.storage.sqlite import SqliteStorage
from saasops_postgres.storage import PostgresStorage

from .storage_rounds import Way, in_turn, seconds

ACCOUNT = Table(
    "accounts",
    {"id": "str", "level": "int", "body": "json"},
    key=("id",),
    indexes=(("level", "id"),),
)
PAGE = 100
LEVELS = 4
AGAIN = 5
"""How often a page is read for one figure."""


def last_vs_first(
    folder: Path, server: PostgresServer, count: int, rounds: int
) -> dict[str, float]:
    """Return, for each store, how many times as long as the first page of *count* rows the last takes."""
    schema = server.schema()
    stores: dict[str, Callable[[], Storage]] = {
        "memory": MemoryStorage,
        "sqlite": partial(SqliteStorage, folder / "pages.db"),
        "postgres": partial(PostgresStorage, server.dsn, schema=schema),
    }
    return {name: _in(make(), server.dsn, schema, count, rounds) for name, make in stores.items()}


def times(
    storage: Storage, table: Table, where: Row, marks: dict[str, Row | None], rounds: int
) -> dict[str, float]:
    """Return the seconds of the page behind each of *marks*, in its best round.

    A page takes less time than a busy machine takes it away for, so that a median would tell more
    about the machine.
    """

    def page(after: Row | None) -> None:
        for _ in range(AGAIN):
            with storage.begin("default", write=False) as tx:
                rows = tx.find(table, where, after=after, limit=PAGE)
            if len(rows) != PAGE:
                raise AssertionError("a page is not full")

    def read(after: Row | None) -> Way:
        return lambda: seconds(page, after) / AGAIN

    taken = in_turn({name: read(after) for name, after in marks.items()}, rounds)
    return {name: min(each) for name, each in taken.items()}


def before_last(storage: Storage, table: Table, where: Row) -> Row:
    """Return the row that the last whole page begins behind."""
    with storage.begin("default", write=False) as tx:
        return tx.find(table, where, limit=PAGE + 1, desc=True)[-1]


def _in(storage: Storage, dsn: str, schema: str, count: int, rounds: int) -> float:
    try:
        storage.migrate([ACCOUNT])
        with storage.begin("default") as tx:
            tx.insert(ACCOUNT, _accounts(count))
        if isinstance(storage, PostgresStorage):
            with psycopg.connect(dsn, autocommit=True) as connection:
                # As the server does by itself after a while.
                connection.execute(f"vacuum analyze {schema}.{ACCOUNT.name}")
        return max(_ratio(storage, where, rounds) for where in ({}, {"level": 1}))
    finally:
        storage.close()


def _ratio(storage: Storage, where: Row, rounds: int) -> float:
    marks = {"first": None, "last": before_last(storage, ACCOUNT, where)}
    taken = times(storage, ACCOUNT, where, marks, rounds)
    return taken["last"] / taken["first"]


def _accounts(count: int) -> Iterator[Row]:
    for n in range(count):
        yield {"id": f"account-{n:07}", "level": n % LEVELS, "body": {"seats": n % 9}}
