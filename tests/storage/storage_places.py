"""How processes open a store that is to be raced on; they import this file and no test."""

import multiprocessing
from pathlib import Path
from typing import Any

from saasops.ports import Storage


def open_sqlite(address: Any) -> Storage:
    from saasops.storage.sqlite import SqliteStorage

    return SqliteStorage(address)


def open_postgres(address: Any) -> Storage:
    from saasops_postgres.storage import PostgresStorage

    dsn, schema = address
    return PostgresStorage(dsn, schema=schema)


def open_forgetful(address: Any) -> Storage:
    """Open a store that is broken in all processes but the first, unless it is gone there."""
    from saasops.testing.contracts.storage_mutants import broken

    if multiprocessing.parent_process() is None:
        return open_sqlite(address)
    if Path(address).with_suffix(".gone").exists():
        raise FileNotFoundError(address)
    return broken(open_sqlite(address), "ignores revision")
