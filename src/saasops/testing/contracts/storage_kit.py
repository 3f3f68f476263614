"""What the storage contract is written with: a fresh store, expected errors, threads."""

import traceback
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings

from saasops.errors import Busy, SaasOpsError
from saasops.ports import Row, Storage, Table, Transaction
from saasops.testing.contracts.storage_tables import TABLES

T = TypeVar("T")

PERSONAL = "13800138000"
"""Stands for what no error may quote."""

examples = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.differing_executors]
)


class Kit:
    """Gives each test of a contract an empty store that knows `TABLES`."""

    def make_storage(self) -> Storage:
        """Return an empty store; called once an example."""
        raise NotImplementedError

    @contextmanager
    def fresh(self) -> Generator[Storage, None, None]:
        """Open an empty store, and close it in the end."""
        storage = self.make_storage()
        try:
            storage.migrate(TABLES)
            yield storage
        finally:
            storage.close()


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


def insisting(work: Callable[[], T]) -> T:
    """Run *work* again while the store is busy, as a host does."""
    for _ in range(100):
        try:
            return work()
        except Busy:
            continue
    raise AssertionError("the store stayed busy")
