"""A stream that reads from the transaction it is written in is refused, and never waits for itself."""

from contextlib import closing
from pathlib import Path

import pytest

from postgres_server import PostgresServer
from saasops.errors import StorageError
from saasops.ports import Storage
from saasops.storage.memory import MemoryStorage
from saasops.storage.sqlite import SqliteStorage
from saasops.testing.contracts.storage_kit import refused
from saasops.testing.contracts.storage_tables import ACCOUNT, TABLES, account, check_filled, fill
from saasops_postgres.storage import PostgresStorage


def _make(name: str, folder: Path, request: pytest.FixtureRequest) -> Storage:
    if name == "memory":
        return MemoryStorage()
    if name == "sqlite":
        return SqliteStorage(folder / "a.db")
    server: PostgresServer = request.getfixturevalue("postgres")
    return PostgresStorage(server.dsn, schema=server.schema())


@pytest.mark.parametrize("name", ["memory", "sqlite", "postgres"])
def test_a_stream_that_uses_its_own_transaction_is_refused(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with closing(_make(name, tmp_path, request)) as storage:
        storage.migrate(TABLES)
        fill(storage)
        with refused(StorageError, "storage.dead"), storage.begin("one") as tx:
            tx.insert(ACCOUNT, (account(f"c{len(tx.find(ACCOUNT, {}))}") for _ in range(2)))
        check_filled(storage)
        with storage.begin("one") as tx:
            tx.insert(ACCOUNT, (account(name) for name in "bc"))
            assert len(tx.find(ACCOUNT, {})) == 3
