"""Tables of ours lie beside the host's own, and never in their place."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from postgres_server import PostgresServer
from saasops import SaasOps
from saasops.errors import StorageError
from saasops.ports import Storage
from saasops.storage.sqlite import SqliteStorage
from saasops.testing.contracts.storage_kit import refused
from saasops.testing.contracts.storage_tables import ACCOUNT, TABLES, account, fill
from saasops_postgres.storage import PostgresStorage

Open = Callable[..., Storage]


@pytest.fixture(params=["sqlite", "postgresql"])
def place(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[Open, Callable[[str], Any]]]:
    """Give a way to open stores at one place, and to run the host's own SQL there."""
    if request.param == "sqlite":
        with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as host:
            yield lambda **more: SqliteStorage(tmp_path / "a.db", **more), host.execute
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    dsn = server.database()
    with psycopg.connect(dsn, autocommit=True) as host:
        yield lambda **more: PostgresStorage(dsn, **more), lambda sql: host.execute(sql.encode())


def test_a_table_of_the_host_is_not_taken_for_ours(
    place: tuple[Open, Callable[[str], Any]],
) -> None:
    make, run = place
    run("create table contract_accounts (id text, name text)")
    with closing(make()) as storage, refused(StorageError, "storage.foreign_table"):
        storage.migrate(TABLES)
    assert run("select * from contract_accounts").fetchall() == []


def test_a_prefix_keeps_stores_apart_in_one_database(
    place: tuple[Open, Callable[[str], Any]],
) -> None:
    make, run = place
    run("create table contract_accounts (id text, name text)")
    with closing(make(prefix="a_")) as one, closing(make(prefix="b_")) as other:
        for storage in (one, other):
            storage.migrate(TABLES)
            storage.migrate(TABLES)
        fill(one)
        with other.begin("one") as tx:
            assert tx.find(ACCOUNT, {}) == []
            tx.insert(ACCOUNT, [account("b")])
        with one.begin("one") as tx:
            assert [row["id"] for row in tx.find(ACCOUNT, {})] == ["a"]
        with (
            one.begin("one") as tx,
            refused(StorageError, "storage.wrong_join"),
            other.begin("one", join=tx),
        ):
            pass
    assert run("select count(*) from a_contract_accounts").fetchone() == (1,)


def test_the_settings_take_a_prefix(tmp_path: Path) -> None:
    with SaasOps.open(tmp_path / "a.db", plugins={"sqlite": {"prefix": "ops_"}}) as ops:
        assert ops.campaigns() == ()
    with closing(sqlite3.connect(tmp_path / "a.db")) as host:
        names = {name for (name,) in host.execute("select name from sqlite_master")}
    assert {"ops_users", "ops_outbox"} <= names
    assert "users" not in names
