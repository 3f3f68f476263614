"""A process that forks with a store in its hands: `python fault_forks.py ADDRESS CASE`.

Prints what the child said, then what the parent says and whether its session is still the same.
A process of its own, because forking is no business of a test runner with threads.
"""

import os
import select
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from fault_site import Crew, book, kept, opened, prepared, wrong

from saasops.errors import StorageError
from saasops.ports import Storage

HANGS = 20
"""Seconds until a child that says nothing is given up."""


def session(storage: Storage) -> Any:
    """Tell by which session the database knows this store; a file has none."""
    if "=" not in sys.argv[1]:
        return os.getpid()
    with storage.begin("one", write=False) as tx:
        return of(tx)


def of(tx: Any) -> Any:
    if "=" not in sys.argv[1]:
        return os.getpid()
    return tx.run("select pg_backend_pid()").fetchone()[0]


def booked(storage: Storage, user: str) -> str:
    try:
        book(storage, 3, user)
    except StorageError as error:
        return error.code
    return "booked"


def fork(work: Callable[[], str], meanwhile: Callable[[], object] = lambda: None) -> str:
    """Fork, and return what *work* says there; *meanwhile* happens here while the child is new."""
    go, said = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.read(go[0], 1)
        os.write(said[1], work().encode())
        os._exit(0)
    os.close(said[1])
    meanwhile()
    os.write(go[1], b"x")
    heard, _, _ = select.select([said[0]], [], [], HANGS)
    answer = os.read(said[0], 1000).decode() if heard else "hangs"
    if not heard:
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return answer


def idle(storage: Storage) -> None:
    """Nothing is going on; both go on with the store."""
    before = session(storage)

    def work() -> str:
        own = session(storage) != before
        return f"{booked(storage, 'child')} {own}"

    print(fork(work, lambda: booked(storage, "meanwhile")), flush=True)
    print(booked(storage, "parent"), session(storage) == before, flush=True)


def shared(storage: Storage) -> None:
    """The same, but the child takes over the connections: a mutant."""
    before = session(storage)

    def work() -> str:
        storage._pools._pid = os.getpid()  # type: ignore[attr-defined] # of PostgreSQL
        own = session(storage) != before
        said = booked(storage, "child")
        storage.close()
        return f"{said} {own}"

    print(fork(work), flush=True)
    print(booked(storage, "parent"), session(storage) == before, flush=True)


def closes(storage: Storage) -> None:
    """Children close what they inherited, one that used it and one that did not."""
    before = session(storage)

    def work() -> str:
        said = booked(storage, "child")
        storage.close()
        return said

    def close() -> str:
        storage.close()
        return "closed"

    print(fork(work), fork(close), flush=True)
    print(booked(storage, "parent"), session(storage) == before, flush=True)


def exits(storage: Storage) -> None:
    """A child ends as programs do, with everything that is cleared away then."""
    before = session(storage)
    for user in ("child", ""):
        child = os.fork()
        if child == 0:
            sys.exit(booked(storage, user) != "booked" if user else 0)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    print(booked(storage, "parent"), session(storage) == before, flush=True)


def inside(storage: Storage) -> None:
    """The fork happens in the middle of a transaction."""
    with storage.begin("one") as tx:
        before = of(tx)
        print(fork(lambda: booked(storage, "child")), flush=True)
        same = of(tx) == before
    print(booked(storage, "parent"), same, flush=True)


class Leaving(Exception):
    """What a child leaves the parent's transaction by."""


def unwinds(storage: Storage) -> None:
    """The fork happens in the middle of a transaction, and the child leaves it by an error."""
    left_by(storage, Leaving())


def leaves(storage: Storage) -> None:
    """The fork happens in the middle of a transaction, and the child comes to its end, too."""
    left_by(storage, None)


def left_by(storage: Storage, error: Exception | None) -> None:
    """Let the child leave by *error* or without; the parent then ends the other way."""
    parent, said = os.getpid(), "nothing"
    with suppress(Leaving, StorageError), storage.begin("one") as tx:
        before = of(tx)
        tx.insert(*noted())
        child = os.fork()
        if child == 0 and error:
            raise error
        if child != 0:
            said = str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            same = of(tx) == before
            if error is None:
                raise Leaving
    if os.getpid() != parent:
        os._exit(0)
    with storage.begin("one", write=False) as tx:
        there = tx.find(noted()[0], {}) != []
    print(said, flush=True)
    print("kept" if there else "not kept", same, *wrong(sys.argv[1], set()), flush=True)


def noted() -> Any:
    from saasops.testing.contracts.storage_tables import ACCOUNT, account

    return ACCOUNT, [account("parent")]


def threads(storage: Storage) -> None:
    """Threads book while children are made, which book as well."""
    told: set[str] = set()
    with Crew(storage, threads=3) as crew:
        crew.get_on()
        for number in range(6):
            users = [f"child-{number}-{n}" for n in range(5)]
            said = fork(lambda users=users: ",".join(booked(storage, user) for user in users))
            answers = said.split(",")
            told |= {user for user, what in zip(users, answers, strict=False) if what == "booked"}
            crew.get_on()
    there = kept(sys.argv[1])
    print(len(told), len(crew.others), flush=True)
    print(wrong(sys.argv[1], told | crew.acknowledged), len(there) >= len(told) + 3, flush=True)


def opening(storage: Storage) -> None:
    """Another thread is connecting when this one forks."""
    begun, finish = threading.Event(), threading.Event()
    owner, name = (
        (storage._pools, "_open") if "=" in sys.argv[1] else (storage._connections, "_connect")  # type: ignore[attr-defined] # of ours
    )
    connect = getattr(owner, name)

    def slow() -> Any:
        if threading.current_thread() is thread:
            begun.set()
            finish.wait()
        return connect()

    setattr(owner, name, slow)
    thread = threading.Thread(target=booked, args=(storage, "thread"))
    thread.start()
    begun.wait()
    print(fork(lambda: booked(storage, "child")), flush=True)
    finish.set()
    thread.join()
    print(booked(storage, "parent"), flush=True)


CASES = (idle, shared, closes, exits, inside, unwinds, leaves, threads, opening)

if __name__ == "__main__":
    prepared(sys.argv[1]).close()
    one = {"workers": 1} if "=" in sys.argv[1] and sys.argv[2] != "threads" else {}
    store = opened(sys.argv[1], **one)
    next(case for case in CASES if case.__name__ == sys.argv[2])(store)
    sys.stdout.flush()
    store.close()
