"""Begin a backup and wait to be killed: `python fault_backup.py FILE COPY HOW`.

HOW is `beside`, by the library, or `in place`, by SQLite alone.
"""

import sqlite3
import sys
import time
from contextlib import closing

from saasops.storage.sqlite import SqliteStorage


def wait(done: int, total: int) -> None:
    if done < total:
        print("half", flush=True)
        time.sleep(60)


if __name__ == "__main__":
    source, copy, how = sys.argv[1:]
    if how == "beside":
        SqliteStorage(source).backup(copy, progress=wait)
    else:
        with closing(sqlite3.connect(source)) as whole, closing(sqlite3.connect(copy)) as target:
            whole.backup(
                target, pages=500, progress=lambda _, left, total: wait(total - left, total)
            )
