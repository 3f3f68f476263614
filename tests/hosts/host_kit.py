"""Databases that a host and saasops share, and the ways in which hosts hold a transaction.

A way runs some work inside a transaction of the host, commits it, and rolls it back when the work
raises. The work gets what is to be joined, and a function that runs SQL as the host does.
"""

import sqlite3
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlencode

import attrs
import psycopg
import psycopg_pool
import sqlalchemy as sa
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from saasops.ports import Storage
from saasops.testing.contracts.storage_tables import ACCOUNT

Run = Callable[[str], list[tuple[Any, ...]]]
Work = Callable[[Any, Run], None]
ORDERS = "create table orders (note varchar(20) primary key)"


@attrs.frozen
class Ground:
    """One database with the tables of the storage contract and a table of the host, `orders`.

    In PostgreSQL they lie in two schemas, and the host's connections look into its own only.
    """

    kind: str
    storage: Storage
    engine: sa.Engine
    place: str
    ours: str = ""

    def connect(self, **options: Any) -> Any:
        """Open a plain connection of the driver, with the *options* of the host."""
        if self.kind == "sqlite":
            return sqlite3.connect(self.place, timeout=0.1, **options)
        return psycopg.connect(self.place, **options)

    def table(self, name: str) -> str:
        """Return the name under which the host finds our table."""
        return f"{self.ours}.{name}" if self.ours else name

    def orders(self) -> list[str]:
        """Return what the host has kept, as others see it."""
        with closing(self.connect()) as connection:
            found = connection.execute("select note from orders order by note").fetchall()
            return [note for (note,) in found]

    def accounts(self, tenant: str = "one") -> list[str]:
        """Return what we have kept, as others see it."""
        with self.storage.begin(tenant, write=False) as tx:
            return [row["id"] for row in tx.find(ACCOUNT, {})]


def engine_of(place: str, kind: str, *, timeout: float = 0.1, **options: Any) -> sa.Engine:
    """Return SQLAlchemy's engine for a SQLite file, or for a DSN of PostgreSQL."""
    if kind == "sqlite":
        connect = {"timeout": timeout}
        return sa.create_engine(f"sqlite:///{place}", connect_args=connect, **options)
    known = conninfo_to_dict(place)
    database = known.pop("dbname")
    query = {name: str(value) for name, value in known.items()}
    url = sa.URL.create("postgresql+psycopg", database=str(database), query=query)
    return sa.create_engine(url, **options)


def url(dsn: str) -> str:
    """Write a DSN as the URL by which saasops is opened."""
    known = conninfo_to_dict(dsn)
    database = known.pop("dbname")
    return f"postgresql:///{database}?{urlencode(known)}"


@contextmanager
def savepoint_engine(ground: Ground) -> Generator[sa.Engine, None, None]:
    """Open an engine that begins SQLite's transactions, as SQLAlchemy advises for savepoints."""
    engine = engine_of(ground.place, ground.kind)
    if ground.kind == "sqlite":

        @sa.event.listens_for(engine, "connect")
        def connected(connection: Any, _: Any) -> None:
            connection.isolation_level = None

        @sa.event.listens_for(engine, "begin")
        def begun(connection: sa.Connection) -> None:
            connection.exec_driver_sql("begin")

    try:
        yield engine
    finally:
        engine.dispose()


def spoken(connection: Any) -> Run:
    """Run SQL on a connection of the driver or of SQLAlchemy, or on a session."""

    def run(sql: str) -> list[tuple[Any, ...]]:
        of_alchemy = type(connection).__module__.startswith(("sqlalchemy", __name__))
        cursor = connection.execute(sa.text(sql) if of_alchemy else sql)
        if of_alchemy:
            return [tuple(row) for row in cursor] if cursor.returns_rows else []
        return [tuple(row) for row in cursor.fetchall()] if cursor.description else []

    return run


# SQLAlchemy


class OwnSession(Session):
    """A session of a class of the host's own, as SQLModel and Flask-SQLAlchemy have one."""


def session(ground: Ground, work: Work) -> None:
    with Session(ground.engine) as session:
        work(session, spoken(session))
        session.commit()


def own_session(ground: Ground, work: Work) -> None:
    with OwnSession(ground.engine) as session, session.begin():
        work(session, spoken(session))


def scoped(ground: Ground, work: Work) -> None:
    sessions = scoped_session(sessionmaker(ground.engine))
    try:
        work(sessions, spoken(sessions))
        sessions.commit()
    finally:
        sessions.remove()


def nested_session(ground: Ground, work: Work) -> None:
    with (
        savepoint_engine(ground) as engine,
        Session(engine) as session,
        session.begin(),
        session.begin_nested(),
    ):
        work(session, spoken(session))


def engine_begin(ground: Ground, work: Work) -> None:
    with ground.engine.begin() as connection:
        work(connection, spoken(connection))


def nested_connection(ground: Ground, work: Work) -> None:
    with (
        savepoint_engine(ground) as engine,
        engine.connect() as connection,
        connection.begin(),
        connection.begin_nested(),
    ):
        work(connection, spoken(connection))


def raw_connection(ground: Ground, work: Work) -> None:
    with closing(ground.engine.raw_connection()) as fairy:
        work(fairy, spoken(fairy.driver_connection))
        fairy.commit()


# Plain connections


def plain(ground: Ground, work: Work) -> None:
    """Let the driver begin, as PEP 249 has it."""
    with closing(ground.connect()) as connection:
        work(connection, spoken(connection))
        connection.commit()


def _sqlite(level: str | None) -> Callable[[Ground, Work], None]:
    def begun(ground: Ground, work: Work) -> None:
        with closing(ground.connect(isolation_level=level)) as connection:
            connection.execute("begin immediate")
            work(connection, spoken(connection))
            connection.execute("commit")

    return begun


def sqlite_pep249(ground: Ground, work: Work) -> None:
    with closing(ground.connect(autocommit=False)) as connection, connection:
        work(connection, spoken(connection))


def psycopg_block(ground: Ground, work: Work) -> None:
    with closing(ground.connect(autocommit=True)) as connection, connection.transaction():
        work(connection, spoken(connection))


def psycopg_nested(ground: Ground, work: Work) -> None:
    with ground.connect() as connection, connection.transaction(), connection.transaction():
        work(connection, spoken(connection))


def psycopg_pooled(ground: Ground, work: Work) -> None:
    with (
        psycopg_pool.ConnectionPool(ground.place, min_size=1, max_size=1, open=True) as pool,
        pool.connection() as connection,
    ):
        work(connection, spoken(connection))


Way = Callable[[Ground, Work], None]
ANYWHERE: dict[str, Way] = {
    "session": session,
    "own session": own_session,
    "scoped_session": scoped,
    "nested session": nested_session,
    "engine.begin": engine_begin,
    "nested connection": nested_connection,
    "raw_connection": raw_connection,
    "driver": plain,
}
WAYS: dict[str, dict[str, Way]] = {
    "sqlite": {
        **ANYWHERE,
        "deferred": _sqlite("DEFERRED"),
        "autocommit": _sqlite(None),
        **({"pep249": sqlite_pep249} if sys.version_info >= (3, 12) else {}),
    },
    "postgres": {
        **ANYWHERE,
        "block": psycopg_block,
        "nested block": psycopg_nested,
        "pool": psycopg_pooled,
    },
}


def ways() -> Iterator[tuple[str, str]]:
    for kind, found in WAYS.items():
        yield from ((kind, name) for name in found)
