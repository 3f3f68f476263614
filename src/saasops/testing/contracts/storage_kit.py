"""What the storage contract is written with: an empty store, expected errors, threads."""

import traceback
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any, ClassVar, TypeVar

import pytest

from saasops.errors import SaasOpsError
from saasops.ports import Row, Storage, Table, Transaction
from saasops.testing.contracts.storage_tables import TABLES

T = TypeVar("T")

PERSONAL = "13800138000"
"""Stands for what no error may quote."""


class HostError(Exception):
    """Raised by the host in the middle of its work."""


class Kit:
    """Gives each test of a contract an empty store that knows `TABLES`."""

    _spare: ClassVar[list[Storage]] = []

    def __init_subclass__(cls, **more: Any) -> None:
        """Let each contract share its own stores only."""
        super().__init_subclass__(**more)
        cls._spare = []

    def make_storage(self) -> Storage:
        """Return a new and empty store."""
        raise NotImplementedError

    def empty(self, storage: Storage, /) -> bool:  # noqa: ARG002 -- for those who can
        """Take all rows of `TABLES` out of *storage*, for every tenant; tell whether you did.

        Worth writing where a new store is slow to make: most tests then share one.
        """
        return False

    @contextmanager
    def alone(self) -> Generator[Storage, None, None]:
        """Open a new store for one test, which may do with it what it likes."""
        storage = self._made()
        try:
            yield storage
        finally:
            storage.close()

    @contextmanager
    def fresh(self) -> Generator[Storage, None, None]:
        """Lend an empty store to one test, which only works with rows of `TABLES`."""
        storage = self._spare.pop() if self._spare else self._made()
        emptied = False
        try:
            yield storage
            emptied = self.empty(storage)
        finally:
            if emptied:
                self._spare.append(storage)
            else:
                storage.close()

    def _made(self) -> Storage:
        storage = self.make_storage()
        try:
            storage.migrate(TABLES)
        except BaseException:
            storage.close()
            raise
        return storage

    @classmethod
    def teardown_class(cls) -> None:
        """Close the store that the tests shared; pytest calls this behind the last one."""
        while cls._spare:
            cls._spare.pop().close()


@contextmanager
def refused(kind: type[SaasOpsError], code: str) -> Generator[None, None, None]:
    """Expect an error of *kind* with *code*, in words that quote no row."""
    with pytest.raises(kind) as caught:
        yield
    codes = [problem.code for problem in getattr(caught.value, "problems", ())]
    assert code in (caught.value.code, *codes)
    said = "".join(traceback.format_exception(caught.value)) + repr(caught.value.context)
    assert PERSONAL not in said, "an error quotes what stands in a row"


@contextmanager
def failing(kind: type[BaseException]) -> Generator[None, None, None]:
    """Expect an error of *kind* from a whole block."""
    with pytest.raises(kind):
        yield


def got(tx: Transaction, table: Table, *key: Any) -> Row:
    """Return the row at *key*, which must be there."""
    row = tx.get(table, key)
    assert row is not None, "a row is missing"
    return row


def cut_short(
    rows: Iterable[Row], error: type[BaseException] = HostError
) -> Generator[Row, None, None]:
    """Give *rows* one by one, and then fail as a stream from a file or a network may."""
    yield from rows
    raise error


def together(work: Callable[[int], T], *, threads: int) -> list[T]:
    """Run *work* in threads that begin at one moment; return what each gave, or raise."""
    barrier = Barrier(threads)

    def run(number: int) -> T:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def elsewhere(work: Callable[[], T]) -> T:
    """Run *work* in another thread."""
    return together(lambda _: work(), threads=1)[0]
