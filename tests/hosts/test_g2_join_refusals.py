"""What cannot be joined is refused by name, before anything is written."""

import asyncio
import sqlite3
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from host_kit import Ground
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from postgres_server import PostgresServer
from saasops.errors import Busy, StorageError
from saasops.storage.memory import MemoryStorage
from saasops.testing.contracts.storage_kit import elsewhere, refused
from saasops.testing.contracts.storage_tables import ACCOUNT, account

on_both = pytest.mark.parametrize("ground", ["sqlite", "postgres"], indirect=True)


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    note: Mapped[str] = mapped_column(sa.String(20), primary_key=True)


def not_joined(
    ground: Ground, join: Any, code: str, kind: type[StorageError] = StorageError
) -> StorageError:
    """Expect that *join* is refused, for writing and for reading, and return the refusal."""
    with pytest.raises(kind) as caught:
        ground.storage.begin("one", join=join, write=False).__enter__()
    assert caught.value.code == code
    with refused(kind, code), ground.storage.begin("one", join=join) as tx:
        tx.insert(ACCOUNT, [account("a")])
    assert ground.accounts() == []
    return caught.value


# No transaction


def idle_connections(ground: Ground) -> dict[str, Callable[[], AbstractContextManager[Any]]]:
    engine = ground.engine
    autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")
    found: dict[str, Callable[[], AbstractContextManager[Any]]] = {
        "a connection of SQLAlchemy that nobody began": engine.connect,
        "a session that does not begin by itself": lambda: Session(engine, autobegin=False),
        "a session on autocommit": lambda: Session(autocommit),
        "a connection on autocommit, begun": lambda: begun(autocommit.connect()),
    }
    if ground.kind == "postgres":
        found["psycopg on autocommit"] = lambda: closing(ground.connect(autocommit=True))
    else:
        found["sqlite3 on autocommit"] = lambda: closing(ground.connect(isolation_level=None))
    if ground.kind == "sqlite" and sys.version_info >= (3, 12):
        found["sqlite3, autocommit=True"] = lambda: closing(ground.connect(autocommit=True))
    return found


def begun(connection: sa.Connection) -> sa.Connection:
    connection.begin()
    return connection


@on_both
def test_a_connection_in_no_transaction_is_not_joined(ground: Ground) -> None:
    for name, opened in idle_connections(ground).items():
        with opened() as idle:
            said = not_joined(ground, idle, "storage.idle_join")
            assert "begin one first" in str(said), name


@on_both
def test_a_closed_connection_is_not_joined(ground: Ground) -> None:
    closed = ground.connect()
    closed.close()
    with pytest.raises(StorageError) as caught, ground.storage.begin("one", join=closed):
        pass
    assert caught.value.code in ("storage.failed", "storage.busy")


def test_a_connection_of_another_thread_is_not_joined(sqlite_ground: Ground) -> None:
    with closing(sqlite_ground.connect()) as connection:

        def join() -> None:
            with refused(StorageError, "storage.failed"):
                sqlite_ground.storage.begin("one", join=connection).__enter__()

        elsewhere(join)


# A transaction that failed


def test_a_transaction_that_postgres_has_given_up_is_not_joined(postgres_ground: Ground) -> None:
    with closing(postgres_ground.connect()) as connection:
        with suppress(psycopg.errors.UndefinedTable):
            connection.execute("select * from missing")
        said = not_joined(postgres_ground, connection, "storage.dead")
        assert "InFailedSqlTransaction; leave it and begin anew" in str(said)
    with Session(postgres_ground.engine) as session:
        with suppress(sa.exc.ProgrammingError):
            session.execute(sa.text("select * from missing"))
        not_joined(postgres_ground, session, "storage.dead")
        session.rollback()
        with postgres_ground.storage.begin("one", join=session) as tx:
            tx.insert(ACCOUNT, [account("a")])
        session.commit()
    assert postgres_ground.accounts() == ["a"]


@on_both
def test_a_session_that_failed_to_flush_is_not_joined_until_it_is_rolled_back(
    ground: Ground,
) -> None:
    with Session(ground.engine) as session, session.begin():
        session.add(Order(note="x"))
    with Session(ground.engine) as session:
        session.add(Order(note="x"))
        with suppress(IntegrityError):
            session.flush()
        said = not_joined(ground, session, "storage.dead")
        assert said.context == {"cause": "PendingRollbackError"}
        session.rollback()
        with ground.storage.begin("one", join=session) as tx:
            tx.insert(ACCOUNT, [account("a")])
        session.commit()
    assert ground.accounts() == ["a"]


@on_both
def test_a_connection_that_was_lost_is_not_joined_until_it_is_rolled_back(ground: Ground) -> None:
    with Session(ground.engine) as session:
        session.execute(sa.text("select * from orders"))
        session.connection().invalidate()
        not_joined(ground, session, "storage.dead")
        session.rollback()
        with ground.storage.begin("one", join=session) as tx:
            tx.insert(ACCOUNT, [account("a")])
        session.commit()
    assert ground.accounts() == ["a"]


# Something else


@on_both
def test_what_is_no_connection_of_this_database_is_named(
    ground: Ground, postgres: PostgresServer
) -> None:
    def of(module: str, name: str) -> Any:
        """Stand for something whose package is not installed here."""
        return type(name, (), {"__module__": module})()

    with closing(sqlite3.connect(":memory:")) as sqlite, psycopg.connect(postgres.dsn) as pg:
        other = pg if ground.kind == "sqlite" else sqlite
        with Session(ground.engine) as session, session.begin() as begun:
            for thing, kind in (
                (other, f"{type(other).__module__}.Connection"),
                (of("psycopg2.extensions", "connection"), "psycopg2.extensions.connection"),
                (ground.engine, "sqlalchemy.engine.base.Engine"),
                (sessionmaker(ground.engine), "sqlalchemy.orm.session.sessionmaker"),
                (begun, "sqlalchemy.orm.session.SessionTransaction"),
                (
                    of("sqlalchemy.ext.asyncio.session", "AsyncSession"),
                    "sqlalchemy.ext.asyncio.session.AsyncSession",
                ),
                (Order(note="x"), f"{__name__}.Order"),
                (SimpleNamespace(), "types.SimpleNamespace"),
            ):
                said = not_joined(ground, thing, "storage.wrong_join")
                assert said.context == {"kind": kind}
                assert f"cannot join a {kind}; pass" in str(said)


def test_an_asynchronous_connection_is_not_joined(postgres_ground: Ground) -> None:
    async def work() -> None:
        async with await psycopg.AsyncConnection.connect(postgres_ground.place) as connection:
            await connection.execute("select 1")
            said = not_joined(postgres_ground, connection, "storage.wrong_join")
            assert said.context == {"kind": "psycopg.AsyncConnection"}

    asyncio.run(work())


def test_a_session_of_another_database_is_not_joined(
    sqlite_ground: Ground, postgres_ground: Ground
) -> None:
    for ours, theirs in (
        (sqlite_ground, postgres_ground),
        (postgres_ground, sqlite_ground),
    ):
        with Session(theirs.engine) as session:
            not_joined(ours, session, "storage.wrong_join")
    with Session(sqlite_ground.engine) as session, refused(StorageError, "storage.wrong_join"):
        MemoryStorage().begin("one", join=session).__enter__()


@pytest.mark.parametrize("busy", ["pipeline", "stream", "copy"])
def test_a_connection_of_psycopg_that_is_busy_is_not_joined(
    postgres_ground: Ground, busy: str
) -> None:
    with postgres_ground.connect() as connection:
        connection.execute("select 1")
        with connection.cursor() as cursor:
            held: AbstractContextManager[Any] = nullcontext()
            if busy == "pipeline":
                held = connection.pipeline()
            elif busy == "copy":
                held = cursor.copy("copy orders from stdin")
            else:
                next(rows := cursor.stream("select generate_series(1, 3)"))
            with held:
                not_joined(postgres_ground, connection, "storage.wrong_join")
            if busy == "stream":
                rows.close()
        with postgres_ground.storage.begin("one", join=connection) as tx:
            tx.insert(ACCOUNT, [account("a")])
    assert postgres_ground.accounts() == ["a"]


def test_text_that_the_host_reads_as_bytes_is_refused(sqlite_ground: Ground) -> None:
    with closing(sqlite_ground.connect()) as connection:
        connection.text_factory = bytes
        not_joined(sqlite_ground, connection, "storage.wrong_join")
        connection.text_factory = lambda raw: raw.decode(errors="replace")
        with sqlite_ground.storage.begin("one", join=connection) as tx:
            tx.insert(ACCOUNT, [account("a", body={"k": "值"})])
            assert tx.find(ACCOUNT, {}) == [{**account("a", body={"k": "值"}), "rev": 1}]


# Others are in the way


def test_a_deferred_transaction_that_has_read_gives_way_at_once(sqlite_ground: Ground) -> None:
    with closing(sqlite_ground.connect(isolation_level=None)) as connection:
        connection.execute("begin")
        connection.execute("select * from orders").fetchall()
        with sqlite_ground.storage.begin("one") as tx:
            tx.insert(ACCOUNT, [account("first")])
        for _ in range(2):  # trying again in the same transaction is of no use
            with (
                refused(Busy, "storage.busy"),
                sqlite_ground.storage.begin("one", join=connection) as tx,
            ):
                assert tx.find(ACCOUNT, {}) == []
                tx.insert(ACCOUNT, [account("second")])
        assert connection.execute("select * from orders").fetchall() == []
        connection.execute("rollback")
        connection.execute("begin immediate")
        with sqlite_ground.storage.begin("one", join=connection) as tx:
            tx.insert(ACCOUNT, [account("second")])
        connection.execute("commit")
    assert sqlite_ground.accounts() == ["first", "second"]


def test_a_reading_join_does_not_turn_the_hosts_next_write_away(sqlite_ground: Ground) -> None:
    """Where the driver begins by itself, reading begins nothing: neither ours nor the host's."""
    with closing(sqlite_ground.connect()) as connection:
        with sqlite_ground.storage.begin("one", join=connection, write=False) as tx:
            assert tx.find(ACCOUNT, {}) == []
        assert not connection.in_transaction
        with sqlite_ground.storage.begin("one") as tx:
            tx.insert(ACCOUNT, [account("first")])
        with sqlite_ground.storage.begin("one", join=connection) as tx:
            tx.insert(ACCOUNT, [account("second")])
        connection.execute("insert into orders values ('third')")
        connection.commit()
    assert (sqlite_ground.orders(), sqlite_ground.accounts()) == (["third"], ["first", "second"])


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_a_row_that_changed_since_the_host_first_looked_is_busy(
    postgres_ground: Ground, level: str
) -> None:
    with postgres_ground.storage.begin("one") as tx:
        tx.insert(ACCOUNT, [account("a")])
    with postgres_ground.connect() as connection:
        connection.execute(f"set transaction isolation level {level}")
        connection.execute("insert into orders values ('first')")
        with postgres_ground.storage.begin("one") as tx:
            tx.update(ACCOUNT, ("a",), {"level": 1})
        with (
            refused(Busy, "storage.busy"),
            postgres_ground.storage.begin("one", join=connection) as tx,
        ):
            assert tx.find(ACCOUNT, {})[0]["level"] == 0
            tx.update(ACCOUNT, ("a",), {"level": 2})
        connection.execute("insert into orders values ('second')")
    assert postgres_ground.orders() == ["first", "second"]


def test_the_host_waits_as_long_as_its_connection_waits(postgres_ground: Ground) -> None:
    storage = postgres_ground.storage
    with storage.begin("one") as tx:
        tx.insert(ACCOUNT, [account("a")])
    with postgres_ground.connect() as connection, storage.begin("one") as other:
        connection.execute("set lock_timeout to 1")
        connection.execute("insert into orders values ('first')")
        other.update(ACCOUNT, ("a",), {"level": 1})
        with refused(Busy, "storage.busy"), storage.begin("one", join=connection) as tx:
            tx.update(ACCOUNT, ("a",), {"level": 2})
    assert postgres_ground.orders() == ["first"]


def test_a_transaction_that_the_host_opened_for_reading_says_so(postgres_ground: Ground) -> None:
    with postgres_ground.connect() as connection:
        connection.execute("set transaction read only")
        with (
            pytest.raises(StorageError) as caught,
            postgres_ground.storage.begin("one", join=connection) as tx,
        ):
            tx.insert(ACCOUNT, [account("a")])
        assert caught.value.context == {"reason": "25006"}
        assert connection.execute("select * from orders").fetchall() == []
