"""However a host has set up its connection, our rows are read and written as they are."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from host_kit import Ground, engine_of
from psycopg import rows
from psycopg.adapt import Loader
from psycopg.types.datetime import TimestamptzLoader
from sqlalchemy.orm import Session

from saasops.testing.contracts.storage_tables import (
    ACCOUNT,
    BOOKING,
    NOW,
    OUTBOX,
    account,
    booking,
    message,
)

FULL = account(
    "值",
    level=-(1 << 63),
    name="'x%s",
    paying=True,
    seen_at=NOW,
    body={"k": ["值", 1.5, None]},
)


def kept(ground: Ground, join: Any) -> None:
    """Write and read a row of every kind of column inside the host's transaction."""
    with ground.storage.begin("one", join=join) as tx:
        tx.insert(ACCOUNT, [FULL])
        assert tx.get(ACCOUNT, ("值",)) == {**FULL, "rev": 1}
        tx.insert(ACCOUNT, [account("b"), account("c")])
        found = tx.find(ACCOUNT, {"seen_at": NOW, "paying": True, "joined_on": FULL["joined_on"]})
        assert found == [{**FULL, "rev": 1}]
        number = tx.insert(BOOKING, [booking("a")])
        assert isinstance(number, int)
        tx.insert(OUTBOX, [message(), message(NOW + timedelta(days=40))])
        (due,) = tx.claim(OUTBOX, now=NOW, lease=timedelta(1), limit=9)
        assert due["due"] == NOW + timedelta(1)
        assert due["due"].tzinfo is UTC


def left(ground: Ground) -> None:
    """Check that what `kept` wrote was kept, as others read it."""
    with ground.storage.begin("one", write=False) as tx:
        assert tx.find(ACCOUNT, {}) == [
            {**account("b"), "rev": 1},
            {**account("c"), "rev": 1},
            {**FULL, "rev": 1},
        ]
        assert [row["due"] for row in tx.find(OUTBOX, {})] == [
            NOW + timedelta(1),
            NOW + timedelta(40),
        ]


# SQLite


@pytest.fixture
def converters() -> Iterator[None]:
    """Register converters, which sqlite3 keeps for the whole process, and take them back."""
    before = dict(sqlite3.converters)
    for kind in ("bool", "date", "datetime", "time", "timestamp"):  # as Django does
        sqlite3.register_converter(kind, lambda raw: f"converted {raw!r}")
    yield
    sqlite3.converters.clear()
    sqlite3.converters.update(before)


@pytest.mark.usefixtures("converters")
@pytest.mark.parametrize(
    ("level", "factory"),
    [
        (None, None),
        ("", sqlite3.Row),
        ("IMMEDIATE", lambda cursor, row: {"dict": row}),
        ("EXCLUSIVE", sqlite3.Row),
    ],
)
def test_converters_rows_and_levels_of_sqlite3(
    sqlite_ground: Ground, level: str | None, factory: Any
) -> None:
    types = sqlite3.PARSE_DECLTYPES | sqlite3.PARSE_COLNAMES
    with closing(sqlite_ground.connect(detect_types=types, isolation_level=level)) as connection:
        connection.row_factory = factory
        if level is None:
            connection.execute("begin immediate")
        kept(sqlite_ground, connection)
        assert connection.row_factory is factory
        connection.commit()
    left(sqlite_ground)


@pytest.mark.parametrize("level", ["SERIALIZABLE", "READ UNCOMMITTED"])
def test_levels_of_sqlalchemy_on_sqlite(sqlite_ground: Ground, level: str) -> None:
    with Session(sqlite_ground.engine.execution_options(isolation_level=level)) as session:
        kept(sqlite_ground, session)
        session.commit()
    left(sqlite_ground)


# PostgreSQL


class Chopped(TimestamptzLoader):
    """Drops the offset, as Django does with USE_TZ = False."""

    def load(self, data: Any) -> datetime:
        return super().load(data).replace(tzinfo=None)


class Raw(Loader):
    """Leaves everything as it comes."""

    def load(self, data: Any) -> bytes:
        return bytes(data)


class RawBinary(Raw):
    format = psycopg.pq.Format.BINARY


@pytest.mark.parametrize(
    ("name", "style"),
    [("Asia/Shanghai", "ISO"), ("America/New_York", "German"), ("<+05>-5", "SQL, DMY")],
)
def test_time_zones_and_styles_of_dates(postgres_ground: Ground, name: str, style: str) -> None:
    with postgres_ground.connect() as connection:
        connection.execute("select set_config('timezone', %s, false)", (name,))
        connection.execute(f"set datestyle to {style}")
        kept(postgres_ground, connection)
    left(postgres_ground)


@pytest.mark.parametrize("loader", [Raw, RawBinary])
def test_types_that_the_host_reads_its_own_way(
    postgres_ground: Ground, loader: type[Loader]
) -> None:
    with postgres_ground.connect() as connection:
        for kind in ("text", "bool", "int8", "date", "json", "timestamptz"):
            connection.adapters.register_loader(kind, loader)
        connection.adapters.register_dumper(str, psycopg.types.string.StrDumperUnknown)
        kept(postgres_ground, connection)
    left(postgres_ground)


@pytest.mark.parametrize(
    ("cursor", "factory"),
    [
        (psycopg.ClientCursor, rows.dict_row),
        (psycopg.RawCursor, rows.namedtuple_row),
        (psycopg.Cursor, rows.args_row(list)),
    ],
)
def test_cursors_and_rows_of_psycopg(postgres_ground: Ground, cursor: Any, factory: Any) -> None:
    with postgres_ground.connect(row_factory=factory, cursor_factory=cursor) as connection:
        kept(postgres_ground, connection)
        assert connection.row_factory is factory
    left(postgres_ground)


@pytest.mark.parametrize(
    ("level", "threshold"),
    [
        (psycopg.IsolationLevel.READ_COMMITTED, 0),
        (psycopg.IsolationLevel.REPEATABLE_READ, 1),
        (psycopg.IsolationLevel.SERIALIZABLE, None),
    ],
)
def test_isolation_levels_and_prepared_statements_of_psycopg(
    postgres_ground: Ground, level: psycopg.IsolationLevel, threshold: int | None
) -> None:
    with postgres_ground.connect(prepare_threshold=threshold) as connection:
        connection.isolation_level = level
        kept(postgres_ground, connection)
    left(postgres_ground)


def test_settings_of_sqlalchemy_on_postgres(postgres_ground: Ground) -> None:
    engine = engine_of(
        postgres_ground.place,
        "postgres",
        isolation_level="REPEATABLE READ",
        json_deserializer=lambda text: {"changed": text},
        use_native_hstore=False,
    )
    with Session(engine) as session:
        session.execute(sa.text("set local timezone to 'Asia/Shanghai'"))
        kept(postgres_ground, session)
        session.commit()
    engine.dispose()
    left(postgres_ground)


def test_what_the_host_changes_in_its_own_connection_stays_changed(
    postgres_ground: Ground,
) -> None:
    with postgres_ground.connect(row_factory=rows.dict_row) as connection:
        connection.adapters.register_loader("timestamptz", Chopped)
        kept(postgres_ground, connection)
        found = connection.execute("select now() at time zone 'UTC' as at, now() as now").fetchone()
        assert found is not None
        assert found["now"].tzinfo is None
