"""A process that does what it reads, line by line: `python storage_worker.py PATH`.

`book N`     take the last place of slot N; answers 1 or 0
`naive N`    the same, the wrong way: read, then write in another transaction
`migrate P`  migrate the database at P; answers ok or the code of the error
"""

import sys
import time
from datetime import date

from saasops.errors import SaasOpsError
from saasops.storage.sqlite import SqliteStorage
from saasops.testing.contracts.storage_tables import SLOT, TABLES

DAY = date(2020, 2, 8)


def book(storage: SqliteStorage, number: int) -> bool:
    with storage.begin("one") as tx:
        return tx.add(SLOT, (number, DAY), "used", 1, le="cap")


def naive(storage: SqliteStorage, number: int) -> bool:
    with storage.begin("one", write=False) as tx:
        row = tx.get(SLOT, (number, DAY))
    time.sleep(0.001)
    if row is None or row["used"] >= row["cap"]:
        return False
    with storage.begin("one") as tx:
        tx.update(SLOT, (number, DAY), {"used": row["used"] + 1})
    return True


def migrate(path: str) -> str:
    storage = SqliteStorage(path)
    try:
        storage.migrate(TABLES)
    except SaasOpsError as error:
        return error.code
    finally:
        storage.close()
    return "ok"


def main(path: str) -> None:
    storage = SqliteStorage(path)
    print("ready", flush=True)
    for line in sys.stdin:
        verb, what = line.split()
        if verb == "migrate":
            print(migrate(what), flush=True)
        else:
            booked = (book if verb == "book" else naive)(storage, int(what))
            print(int(booked), flush=True)
    storage.close()


if __name__ == "__main__":
    main(sys.argv[1])
