"""A process that migrates when it is told to: `python fault_migrator.py`.

For each line `VERB ADDRESS` it prints `ok` or the code of the error. `tables` creates the tables
of the contract; `old` and `new` bring a database up to date, where the new code knows one step
more: it doubles every counter. What follows `!` is broken on purpose.
"""

import sys
import time
from datetime import UTC, datetime
from typing import Any

from fault_site import opened

from saasops.errors import StorageError
from saasops.ports import Storage, Transaction
from saasops.storage import migrations, sqlite
from saasops.storage.migrations import MIGRATIONS, Migration, bring_up_to_date
from saasops.storage.sql import SqlTransaction
from saasops.storage.tables import COUNTERS
from saasops.testing.contracts.storage_tables import TABLES

AT = datetime(2020, 2, 3, tzinfo=UTC)
RUN, TAKE, BEGIN = SqlTransaction.run, migrations._take, sqlite._begin


def double(tx: Transaction) -> None:
    for row in tx.find(COUNTERS, {}):
        tx.update(COUNTERS, (row["campaign"], row["id"]), {"used": row["used"] * 2})


def count(tx: Transaction) -> None:
    for row in tx.find(COUNTERS, {}):
        tx.update(COUNTERS, (row["campaign"], row["id"]), {"used": row["used"] + 1})


NEWER = (*MIGRATIONS, Migration(number=1 + MIGRATIONS[-1].number, name="double", step=double))


def unlocked(self: Any, sql: str, values: Any = (), table: str = "") -> Any:
    """Look before the others are shut out."""
    return self.cursor if "pg_advisory" in sql else RUN(self, sql, values, table)


def deferred(cursor: Any, timeout: float, *, write: bool) -> None:
    """Begin without the lock of writers."""
    cursor.execute("begin")


def recorded_afterwards(storage: Storage, tenant: str, step: Migration, at: datetime) -> None:
    with storage.begin(tenant) as tx:
        if tx.get(migrations.tables.MIGRATIONS, (step.number,)) is not None:
            return
        if step.step is not None:
            step.step(tx)
    time.sleep(1)  # until the others look, too
    with storage.begin(tenant) as tx:
        tx.insert(migrations.tables.MIGRATIONS, [migrations._line(step, at)])


def obey(verb: str, storage: Storage) -> None:
    verb, _, mutant = verb.partition("!")
    SqlTransaction.run = unlocked if mutant == "unlocked" else RUN  # type: ignore[method-assign] # a mutant
    sqlite._begin = deferred if mutant == "unlocked" else BEGIN
    migrations._take = recorded_afterwards if mutant == "recorded" else TAKE
    if verb == "tables":
        storage.migrate(TABLES)
    else:
        steps = NEWER if verb == "new" else MIGRATIONS
        bring_up_to_date(storage, tenant="one", at=AT, migrations=steps)


if __name__ == "__main__":
    print("ready", flush=True)
    for line in sys.stdin:
        verb, _, address = line.strip().partition(" ")
        store = opened(address)
        try:
            obey(verb, store)
        except StorageError as error:
            print(error.code, flush=True)
        else:
            print("ok", flush=True)
        store.close()
