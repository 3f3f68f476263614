"""A process that forks with a store in its hands: `python storage_forks.py PATH CASE`.

Prints what the child said, then what the parent finds. A process of its own, because forking is
no business of a test runner with threads.
"""

import os
import sys
import threading
from collections.abc import Callable

from saasops.errors import StorageError
from saasops.storage.sqlite import SqliteStorage
from saasops.testing.contracts.storage_tables import ACCOUNT, TABLES, account


def write(storage: SqliteStorage, name: str) -> str:
    try:
        with storage.begin("one") as tx:
            tx.insert(ACCOUNT, [account(name)])
    except StorageError as error:
        return error.code
    return "written"


def in_child(work: Callable[[], str], meanwhile: Callable[[], object] = lambda: None) -> str:
    """Fork, run *meanwhile* here while the child waits, and return what the child's work says."""
    go, said = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.read(go[0], 1)
        os.write(said[1], work().encode())
        os._exit(0)
    meanwhile()
    os.write(go[1], b"x")
    answer = os.read(said[0], 100).decode()
    os.waitpid(child, 0)
    return answer


def idle(path: str, storage: SqliteStorage) -> None:
    """The store was used before; the parent closes it while the child lives."""
    write(storage, "before")
    print(in_child(lambda: write(storage, "child"), storage.close))
    storage = SqliteStorage(path)
    print(write(storage, "after"))
    report(storage)


def twice(path: str, storage: SqliteStorage) -> None:
    """Parent and child go on with the same store."""
    write(storage, "before")
    print(in_child(lambda: write(storage, "child"), lambda: write(storage, "meanwhile")))
    print(write(storage, "after"))
    report(storage)


def threaded(path: str, storage: SqliteStorage) -> None:
    """Another thread holds a connection when this one forks."""
    opened, done = threading.Event(), threading.Event()

    def hold() -> None:
        write(storage, "thread")
        opened.set()
        done.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    opened.wait()
    print(in_child(lambda: write(storage, "child")))
    print(in_child(lambda: write(SqliteStorage(path), "child")))
    done.set()
    thread.join()
    report(storage)


def inside(path: str, storage: SqliteStorage) -> None:
    """The fork happens in the middle of a transaction."""
    with storage.begin("one") as tx:
        tx.insert(ACCOUNT, [account("parent")])
        print(in_child(lambda: write(storage, "child")))
    report(storage)


def report(storage: SqliteStorage) -> None:
    with storage.begin("one", write=False) as tx:
        print(",".join(row["id"] for row in tx.find(ACCOUNT, {})))
    storage.close()


if __name__ == "__main__":
    place, case = sys.argv[1:]
    first = SqliteStorage(place)
    first.migrate(TABLES)
    {"idle": idle, "twice": twice, "threaded": threaded, "inside": inside}[case](place, first)
