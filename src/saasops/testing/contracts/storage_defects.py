"""Defects of a store in single rows and whole transactions, and what any defect is made of.

Those in many rows stand in `storage_defects_many`; how to use them is said in `storage_mutants`.
"""

from collections.abc import Generator, Iterable, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, ClassVar

from saasops.errors import Duplicate, SaasOpsError
from saasops.ports import Row, Storage, Table, Transaction


class Broken:
    """A store that opens its transactions with a defect; `seen` is what some defects remember."""

    def __init__(self, storage: Storage, defect: "type[Passing]") -> None:
        self.inner = storage
        self.capabilities = storage.capabilities - {"backup"}
        self.seen: dict[Any, Row | None] = {}
        self._defect = defect

    def migrate(self, tables: Sequence[Table]) -> None:
        self.inner.migrate(tables)

    def begin(
        self, tenant: str, *, join: Any = None, write: bool = True
    ) -> AbstractContextManager[Transaction]:
        return self._defect.begin(self, tenant, join=join, write=write)

    def close(self) -> None:
        self.inner.close()


class Passing:
    """Hands everything on to *inner*. A defect is a subclass that does one thing wrong.

    *rule* is the test that must fail, *machine* whether the machine must notice as well, and
    *needs* the power without which nobody could tell.
    """

    rule: ClassVar[str]
    machine: ClassVar[bool] = True
    needs: ClassVar[str] = ""

    def __init__(self, storage: Broken, inner: Transaction, tenant: str) -> None:
        self.storage = storage
        self.inner = inner
        self.tenant = tenant

    @classmethod
    @contextmanager
    def begin(cls, storage: Broken, tenant: str, **how: Any) -> Generator[Transaction, None, None]:
        if isinstance(how["join"], Passing):
            how["join"] = how["join"].inner
        with storage.inner.begin(tenant, **how) as inner:
            yield cls(storage, inner, tenant)

    def get(self, table: Table, key: Sequence[Any], *, lock: bool = False) -> Row | None:
        return self.inner.get(table, key, lock=lock)

    def insert(self, table: Table, rows: Iterable[Row]) -> int | None:
        return self.inner.insert(table, rows)

    def update(
        self, table: Table, key: Sequence[Any], changes: Row, *, expect: int | None = None
    ) -> None:
        self.inner.update(table, key, changes, expect=expect)

    def delete(self, table: Table, key: Sequence[Any]) -> bool:
        return self.inner.delete(table, key)

    def add(self, table: Table, key: Sequence[Any], column: str, delta: int, **more: Any) -> bool:
        return self.inner.add(table, key, column, delta, **more)

    def find(self, table: Table, where: Row, **more: Any) -> list[Row]:
        return self.inner.find(table, where, **more)

    def claim(self, table: Table, *, now: datetime, lease: timedelta, limit: int) -> list[Row]:
        return self.inner.claim(table, now=now, lease=lease, limit=limit)


class IgnoresRevision(Passing):
    """Somebody else's change is overwritten."""

    rule = "test_an_update_of_another_revision_is_stale_and_the_work_goes_on"

    def update(
        self, table: Table, key: Sequence[Any], changes: Row, *, expect: int | None = None
    ) -> None:
        del expect
        self.inner.update(table, key, changes)


class LosesRevision(Passing):
    """Every row is said to be at its first revision."""

    rule = "test_the_revision_rises_with_every_change"

    def get(self, table: Table, key: Sequence[Any], *, lock: bool = False) -> Row | None:
        row = self.inner.get(table, key, lock=lock)
        return row and {**row, "rev": 1}

    def find(self, table: Table, where: Row, **more: Any) -> list[Row]:
        return [{**row, "rev": 1} for row in self.inner.find(table, where, **more)]


class IgnoresCeiling(Passing):
    """More places are taken than there are."""

    rule = "test_a_counter_stays_within_its_limits"

    def add(self, table: Table, key: Sequence[Any], column: str, delta: int, **more: Any) -> bool:
        return self.inner.add(table, key, column, delta, **more | {"le": None})


class IgnoresFloor(Passing):
    """More places are given back than were taken."""

    rule = "test_a_counter_stays_within_its_limits"

    def add(self, table: Table, key: Sequence[Any], column: str, delta: int, **more: Any) -> bool:
        return self.inner.add(table, key, column, delta, **more | {"ge": None})


class ForgetsTenant(Passing):
    """All tenants work on the rows of one."""

    rule = "test_a_tenant_sees_and_touches_nothing_of_another"

    @classmethod
    @contextmanager
    def begin(cls, storage: Broken, tenant: str, **how: Any) -> Generator[Transaction, None, None]:
        del tenant
        with super().begin(storage, "one", **how) as tx:
            yield tx


class Upserts(Passing):
    """A taken key is overwritten."""

    rule = "test_a_taken_key_is_a_duplicate"

    def insert(self, table: Table, rows: Iterable[Row]) -> int | None:
        given = list(rows)
        for row in given if not table.auto else ():
            self.inner.delete(table, [row[column] for column in table.key])
        return self.inner.insert(table, given)


class PassesOverTakenKeys(Passing):
    """A row with a taken key is dropped in silence."""

    rule = "test_a_taken_key_is_a_duplicate"

    def insert(self, table: Table, rows: Iterable[Row]) -> int | None:
        given = list(rows)
        if not table.auto:
            given = [r for r in given if not self.inner.get(table, [r[c] for c in table.key])]
        return self.inner.insert(table, given)


class KeepsHalfTheWork(Passing):
    """Nothing is rolled back."""

    rule = "test_an_error_undoes_everything"

    @classmethod
    @contextmanager
    def begin(cls, storage: Broken, tenant: str, **how: Any) -> Generator[Transaction, None, None]:
        failure: BaseException | None = None
        with super().begin(storage, tenant, **how) as tx:
            try:
                yield tx
            except BaseException as error:  # noqa: BLE001 -- it is raised again behind the commit
                failure = error
        if failure is not None:
            raise failure


class SwallowsErrors(Passing):
    """Work that failed looks done."""

    rule = "test_a_failure_undoes_everything"

    @classmethod
    @contextmanager
    def begin(cls, storage: Broken, tenant: str, **how: Any) -> Generator[Transaction, None, None]:
        with (
            suppress(SaasOpsError),
            super().begin(storage, tenant, **how) as tx,
        ):
            yield tx


class JoinsWithoutSavepoint(Passing):
    """Joined work that fails leaves something behind in the host's transaction."""

    rule = "test_joined_work_that_fails_leaves_the_host_as_it_was"
    needs = "join"

    @classmethod
    @contextmanager
    def begin(cls, storage: Broken, tenant: str, **how: Any) -> Generator[Transaction, None, None]:
        host = how["join"]
        if isinstance(host, cls) and host.tenant == tenant:
            yield host
            return
        with super().begin(storage, tenant, **how) as tx:
            yield tx


class LetsReadersWrite(Passing):
    """Opening for reading is no promise."""

    rule = "test_a_reader_writes_nothing"
    machine = False

    @classmethod
    @contextmanager
    def begin(cls, storage: Broken, tenant: str, **how: Any) -> Generator[Transaction, None, None]:
        with super().begin(storage, tenant, **how | {"write": True}) as tx:
            yield tx


class ReadsWithoutSnapshot(Passing):
    """A reader sees what others keep meanwhile: each question gets the newest answer."""

    rule = "test_a_reader_keeps_what_it_saw_first"

    @classmethod
    @contextmanager
    def begin(cls, storage: Broken, tenant: str, **how: Any) -> Generator[Transaction, None, None]:
        if how["write"] or how["join"] is not None:
            with super().begin(storage, tenant, **how) as tx:
                yield tx
        else:
            yield _Newest(storage, tenant)


class _Newest(Passing):
    def __init__(self, storage: Broken, tenant: str) -> None:
        self.storage = storage
        self.tenant = tenant

    def get(self, table: Table, key: Sequence[Any], *, lock: bool = False) -> Row | None:
        with self.storage.inner.begin(self.tenant, write=False) as tx:
            return tx.get(table, key, lock=lock)

    def find(self, table: Table, where: Row, **more: Any) -> list[Row]:
        with self.storage.inner.begin(self.tenant, write=False) as tx:
            return tx.find(table, where, **more)


class ReadsStale(Passing):
    """A row is read once, and remembered for ever."""

    rule = "test_the_revision_rises_with_every_change"

    def get(self, table: Table, key: Sequence[Any], *, lock: bool = False) -> Row | None:
        at = (self.tenant, table.name, *key)
        if at not in self.storage.seen:
            self.storage.seen[at] = self.inner.get(table, key, lock=lock)
        return self.storage.seen[at]


class DropsEmptyChanges(Passing):
    """A column is never emptied again."""

    rule = "test_an_update_changes_what_it_names_and_nothing_else"

    def update(
        self, table: Table, key: Sequence[Any], changes: Row, *, expect: int | None = None
    ) -> None:
        kept = {column: value for column, value in changes.items() if value is not None}
        self.inner.update(table, key, kept, expect=expect)


class DeletesNothing(Passing):
    """A row outlives its end."""

    rule = "test_a_row_that_was_deleted_leaves_nothing_behind"

    def delete(self, table: Table, key: Sequence[Any]) -> bool:
        return self.inner.get(table, key) is not None


class LosesMicroseconds(Passing):
    """Instants come back in whole seconds."""

    rule = "test_instants_are_kept_in_utc_to_the_microsecond"
    machine = False

    def get(self, table: Table, key: Sequence[Any], *, lock: bool = False) -> Row | None:
        row = self.inner.get(table, key, lock=lock)
        return row and {
            column: value.replace(microsecond=0) if isinstance(value, datetime) else value
            for column, value in row.items()
        }


class QuotesRows(Passing):
    """An error carries what stands in a row, and with it perhaps a name or a number."""

    rule = "test_a_taken_key_is_a_duplicate"
    machine = False

    def insert(self, table: Table, rows: Iterable[Row]) -> int | None:
        given = list(rows)
        try:
            return self.inner.insert(table, given)
        except Duplicate as error:
            raise Duplicate(error.code, table=table.name, columns=given) from None
