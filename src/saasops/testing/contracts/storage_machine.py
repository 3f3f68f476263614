"""Random work on a store, compared step by step with plain dictionaries.

It finds what no single test thinks of: rows of another tenant, pages that lose a row, a rollback
that leaves something behind, a thread that sees what is not kept yet. Work at the same moment is
left to the races.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from saasops.errors import Duplicate, Invalid, Stale, StorageError, Violation
from saasops.ports import Row, Storage, Transaction
from saasops.testing.contracts.storage_kit import HostError
from saasops.testing.contracts.storage_model import State, all_of, by_level, failure, streamed
from saasops.testing.contracts.storage_tables import (
    ACCOUNT,
    BOOKING,
    DAYS,
    NOW,
    OUTBOX,
    SLOT,
    TABLES,
    account,
    message,
    slot,
)

TENANTS = ("one", "two")
IDS = "aBcDe"
"""In mixed case: an order that goes by a locale shows."""
CAP = 2
OFF = (0, 0, 0, -1, 1)
"""How far a revision is off."""

tenants = st.sampled_from(TENANTS)
ids = st.sampled_from(IDS[:3] * 2 + IDS[3:])
new_ids = st.sampled_from(IDS[:3] + IDS[3:] * 3)
levels = st.integers(0, 1)
names = st.sampled_from([None, "", "x", "é名"])
places = st.sampled_from([(0, day) for day in DAYS])
threads = st.booleans()


def somewhere(work: Callable[..., None]) -> Callable[..., None]:
    """Do *work* on this thread or on another one: each has a connection of its own."""

    @wraps(work)
    def run(self: "StorageMachine", *, there: bool, **drawn: Any) -> None:
        if there:
            self.there.submit(work, self, **drawn).result()
        else:
            work(self, **drawn)

    return run


class StorageMachine(RuleBasedStateMachine):
    """Does one thing to the store and to the model, then compares everything."""

    def make_storage(self) -> Storage:
        """Return an empty store; called once an example."""
        raise NotImplementedError

    def __init__(self) -> None:
        super().__init__()
        self.storage = self.make_storage()
        self.there, self.aside = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
        self.watched: tuple[Transaction, State] | None = None
        self.watching = ExitStack()
        self.accounts: dict[tuple[str, str], Row] = {}
        self.messages: dict[tuple[str, int], Row] = {}
        self.users: set[tuple[str, str]] = set()
        self.used = {(tenant, 0, day): 0 for tenant in TENANTS for day in DAYS}
        self.clock, self.looks = NOW, 0

    @initialize()
    def fill(self) -> None:
        """Begin with rows: wrong pages and wrong claims differ only when there are several."""
        self.storage.migrate(TABLES)
        for tenant in TENANTS:
            self._fill(tenant)

    def _fill(self, tenant: str) -> None:
        with self.storage.begin(tenant) as tx:
            tx.insert(SLOT, [slot(0, day, cap=CAP) for day in DAYS])
            rows = [account("a", name="x"), account("B", name=""), account("c", level=1)]
            tx.insert(ACCOUNT, rows)
            self.accounts.update({(tenant, row["id"]): {**row, "rev": 1} for row in rows})
            for late in (8, 10, 9, -3600):
                self._send(tx, tenant, NOW - timedelta(seconds=late))
            for day, user in ((DAYS[0], "0"), (DAYS[1], "8"), (DAYS[1], "9")):
                self._take(tx, tenant, (0, day), user)
                self.used[tenant, 0, day] += 1
                self.users.add((tenant, user))

    def _take(self, tx: Transaction, tenant: str, place: tuple[int, date], user: str) -> None:
        if tx.add(SLOT, place, "used", 1, le="cap"):
            self._send(tx, tenant, self.clock)
            row = {"user": user, "seat": None, "assistant": place[0], "day": place[1]}
            tx.insert(BOOKING, [row])

    def _send(self, tx: Transaction, tenant: str, due: datetime) -> None:
        row = message(due, deep=[None, 1.5, "é", len(self.messages)])
        number = tx.insert(OUTBOX, [row])
        assert number is not None, "an auto table gave no number"
        self.messages[tenant, number] = {"id": number, **row, "rev": 1}

    @rule(
        there=threads,
        tenant=tenants,
        given=st.lists(st.tuples(new_ids, levels, names), min_size=1, max_size=3),
        how=st.sampled_from(["list", "stream", "cut", "unfit"]),
    )
    @somewhere
    def insert(self, tenant: str, given: list[tuple[str, int, str | None]], how: str) -> None:
        """Insert some accounts; a taken key or a stream that fails refuses all of them."""
        rows = [account(key, level, name=name) for key, level, name in given]
        keys = [(tenant, row["id"]) for row in rows]
        clash = len(set(keys)) < len(keys) or not self.accounts.keys().isdisjoint(keys)
        try:
            with self.storage.begin(tenant) as tx:
                tx.insert(ACCOUNT, rows if how == "list" else streamed(rows, how))
        except Duplicate:
            assert clash, "a free key was refused"
            return
        except (HostError, Invalid):
            assert how in ("cut", "unfit"), "rows that fit were refused"
            return
        assert how in ("list", "stream"), "a stream that failed was kept"
        assert not clash, "a taken key was given again"
        self.accounts.update({key: {**row, "rev": 1} for key, row in zip(keys, rows, strict=True)})

    @rule(there=threads, tenant=tenants, id=ids, level=levels, name=names, off=st.sampled_from(OFF))
    @somewhere
    def update(self, tenant: str, id: str, level: int, name: str | None, off: int) -> None:
        """Update one account, with a revision that may be wrong."""
        have = self.accounts.get((tenant, id))
        expect = (have["rev"] if have else 1) + off
        try:
            with self.storage.begin(tenant) as tx:
                tx.update(ACCOUNT, (id,), {"level": level, "name": name}, expect=expect)
        except Stale:
            assert have is None or off != 0, "the right revision was refused"
            return
        assert have is not None, "a row that is not there was updated"
        assert off == 0, "a wrong revision was taken"
        have.update(level=level, name=name, rev=have["rev"] + 1)

    @rule(there=threads, tenant=tenants, id=ids)
    @somewhere
    def delete(self, tenant: str, id: str) -> None:
        """Delete one account, there or not."""
        with self.storage.begin(tenant) as tx:
            assert tx.delete(ACCOUNT, (id,)) == ((tenant, id) in self.accounts)
        self.accounts.pop((tenant, id), None)

    @rule(
        there=threads,
        tenant=tenants,
        place=places,
        user=st.integers(0, 2).map(str),
        how=st.sampled_from(["plain", "join", "halt", "join", "swallow"]),
    )
    @somewhere
    def book(self, tenant: str, place: tuple[int, date], user: str, how: str) -> None:
        """Book, and let the host halt, join or swallow the error; nobody sees half of it."""
        free = self.used[(tenant, *place)] < CAP
        taken = free and (tenant, user) in self.users
        if how == "join" and "join" not in self.storage.capabilities:
            how = "plain"
        kept, before = dict(self.messages), self._known(tenant)
        expected = failure(how, taken=taken)
        try:
            with self.storage.begin(tenant) as tx:
                self._book(tx, tenant, place, user, how)
                self.aside.submit(self._look_aside, tenant, before).result()
        except (HostError, StorageError) as error:
            if expected is None or not isinstance(error, expected):
                raise AssertionError("a wrong error, or none where one was due") from error
            self.messages = kept
            return
        assert expected is None, "an error was hidden"
        if not free or taken:
            self.messages = kept
            return
        self.used[(tenant, *place)] += 1
        self.users.add((tenant, user))

    def _book(
        self, tx: Transaction, tenant: str, place: tuple[int, date], user: str, how: str
    ) -> None:
        if how == "join":
            with suppress(Duplicate), self.storage.begin(tenant, join=tx) as part:
                self._book(part, tenant, place, user, "plain")
            return
        with suppress(*((Duplicate,) if how == "swallow" else ())):
            self._take(tx, tenant, place, user)
        if how == "halt":
            raise HostError

    @rule(there=threads, tenant=tenants, place=places)
    @somewhere
    def release(self, tenant: str, place: tuple[int, date]) -> None:
        """Count one place down, never below nothing."""
        used = self.used[(tenant, *place)]
        with self.storage.begin(tenant) as tx:
            assert tx.add(SLOT, place, "used", -1, ge=0) == (used > 0)
        self.used[(tenant, *place)] = max(0, used - 1)

    @precondition(lambda self: "check" in self.storage.capabilities)
    @rule(there=threads, tenant=tenants, place=places, wrong=st.sampled_from([-CAP - 1, CAP + 1]))
    @somewhere
    def break_check(self, tenant: str, place: tuple[int, date], wrong: int) -> None:
        """Count beyond what the check allows."""
        try:
            with self.storage.begin(tenant) as tx:
                tx.add(SLOT, place, "used", wrong)
        except Violation:
            return
        raise AssertionError("a check did not hold")

    @rule(
        there=threads,
        tenant=tenants,
        limit=st.sampled_from([1, 2, 3, 9]),
        seconds=st.integers(0, 3),
    )
    @somewhere
    def claim(self, tenant: str, limit: int, seconds: int) -> None:
        """Let time pass and lease what is due."""
        self.clock += timedelta(seconds=seconds)
        lease = timedelta(seconds=2)
        due = sorted(
            (row["due"], number)
            for (whose, number), row in self.messages.items()
            if whose == tenant and row["due"] <= self.clock
        )
        expected = [self.messages[tenant, number] for _, number in due[:limit]]
        for row in expected:
            row.update(due=self.clock + lease, attempts=row["attempts"] + 1, rev=row["rev"] + 1)
        with self.storage.begin(tenant) as tx:
            assert tx.claim(OUTBOX, now=self.clock, lease=lease, limit=limit) == expected

    @rule(
        there=threads,
        tenant=tenants,
        level=st.sampled_from([None, None, 0, 1]),
        unnamed=st.sampled_from([False, False, True]),
        limit=st.sampled_from([1, 1, 2, 3]),
        desc=st.booleans(),
    )
    @somewhere
    def pages(
        self, tenant: str, level: int | None, limit: int, *, unnamed: bool, desc: bool
    ) -> None:
        """Read pages to the end, in either direction."""
        where: Row = ({"name": None} if unnamed else {}) | (
            {} if level is None else {"level": level}
        )
        rows = [
            row
            for (whose, _), row in self.accounts.items()
            if whose == tenant and all(row[c] == value for c, value in where.items())
        ]
        seen: list[Row] = []
        with self.storage.begin(tenant, write=False) as tx:
            more: dict[str, Any] = {"order": ("level",), "limit": limit, "desc": desc}
            page = tx.find(ACCOUNT, where, **more)
            while page:
                assert len(page) <= limit, "a page is longer than its limit"
                seen += page
                assert len(seen) <= len(rows), "pages repeat themselves"
                page = tx.find(ACCOUNT, where, after=page[-1], **more)
        assert seen == sorted(rows, key=by_level, reverse=desc)

    @rule(
        there=threads,
        tenant=tenants,
        level=st.integers(-1, 2),
        limit=st.integers(1, 3),
        desc=st.booleans(),
    )
    @somewhere
    def skip(self, tenant: str, level: int, limit: int, *, desc: bool) -> None:
        """Read the page behind all accounts of one level, there or not."""
        rows = [
            row
            for (whose, _), row in self.accounts.items()
            if whose == tenant and (row["level"] < level if desc else row["level"] > level)
        ]
        rows.sort(key=by_level, reverse=desc)
        with self.storage.begin(tenant, write=False) as tx:
            page = tx.find(
                ACCOUNT, {}, order=("level",), after={"level": level}, limit=limit, desc=desc
            )
        assert page == rows[:limit]

    @rule(there=threads, tenant=tenants, id=ids, lock=st.booleans())
    @somewhere
    def look(self, tenant: str, id: str, *, lock: bool) -> None:
        """Read one account, to change it or not."""
        with self.storage.begin(tenant, write=lock) as tx:
            assert tx.get(ACCOUNT, (id,), lock=lock) == self.accounts.get((tenant, id))

    @precondition(lambda self: self.watched is None)
    @rule(tenant=tenants)
    def watch(self, tenant: str) -> None:
        """Let a third thread begin to read, and go on while others write."""
        self.aside.submit(self._watch, tenant).result()

    @precondition(lambda self: self.watched is not None)
    @rule()
    def turn_away(self) -> None:
        """Let the third thread look once more, and end."""
        self.aside.submit(self._turn_away).result()

    @invariant()
    def agree(self) -> None:
        """Compare every row of every tenant, and look at one by its key."""
        self.looks += 1
        key = IDS[self.looks % len(IDS)]
        for tenant in TENANTS:
            with self.storage.begin(tenant, write=False) as tx:
                assert all_of(tx) == self._known(tenant)
                assert tx.get(ACCOUNT, (key,)) == self.accounts.get((tenant, key))

    def teardown(self) -> None:
        """Close the store."""
        try:
            if self.watched:
                self.aside.submit(self.watching.close).result()
        finally:
            self.there.shutdown()
            self.aside.shutdown()
            self.storage.close()

    def _known(self, tenant: str) -> State:
        """Return what *tenant* must have."""
        return (
            {id: dict(row) for (whose, id), row in self.accounts.items() if whose == tenant},
            {(a, d): used for (whose, a, d), used in self.used.items() if whose == tenant},
            [dict(row) for (whose, _), row in sorted(self.messages.items()) if whose == tenant],
            {user for whose, user in self.users if whose == tenant},
        )

    def _look_aside(self, tenant: str, before: State) -> None:
        if self.watched:
            tx, first = self.watched
            assert all_of(tx) == first, "a reader saw what was kept after it began"
            return
        with self.storage.begin(tenant, write=False) as tx:
            assert all_of(tx) == before, "unfinished work was seen"

    def _watch(self, tenant: str) -> None:
        tx = self.watching.enter_context(self.storage.begin(tenant, write=False))
        self.watched = tx, all_of(tx)

    def _turn_away(self) -> None:
        with self.watching.pop_all():
            self._look_aside("", self._known(""))
        self.watched = None


def run_machine(make_storage: Callable[[], Storage], *, examples: int, shrink: bool = True) -> None:
    """Run the machine on an empty store from *make_storage*, once for each of the *examples*.

    Raise `AssertionError`, or what the store raised, with the steps that led there; without
    *shrink* these are many, and found sooner.
    """

    class Machine(StorageMachine):
        def make_storage(self) -> Storage:
            return make_storage()

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            database=None,
            phases=tuple(Phase) if shrink else (Phase.generate,),
            suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
        ),
    )
