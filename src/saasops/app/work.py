"""One command, one transaction: load, decide, save, record. Used by every handle of the shell."""

import functools
import inspect
import random
import time
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, get_type_hints

from saasops import serial
from saasops.app.guarding import Admission, Doorkeeper
from saasops.app.sealing import Sealing
from saasops.errors import Busy, Conflict, Duplicate, InDoubt, NotFound, Stale
from saasops.events import WIRE_NAMES
from saasops.ports import Row, Storage, Table, Transaction
from saasops.storage import outbox
from saasops.storage.files import TenantFiles
from saasops.storage.shelves import Shelf
from saasops.storage.tables import EVENTS
from saasops.values import SYSTEM
from saasops.vault.sealing import Vault
from saasops.versions.schemes import BUILT_IN
from saasops.versions.version import VersionScheme

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")
PAGE = 500
_TRIES = 4


class Work:
    """The open transaction of one command, speaking in values instead of rows."""

    def __init__(
        self,
        tx: Transaction,
        *,
        at: datetime,
        actor: str,
        vault: Vault,
        heard: Callable[["Work", str, Any], None],
        schemes: Callable[[str], VersionScheme | None] = BUILT_IN.get,
    ) -> None:
        self.tx = tx
        self.schemes = schemes
        self.at = at
        self.actor = actor
        self.sealing = Sealing(tx, vault, at=at)
        self._heard = heard
        self.memo: dict[tuple[str, ...], Any] = {}
        """What was read in this transaction, and still holds: whoever writes amends it."""
        self._revisions: dict[tuple[str, tuple[Any, ...]], int] = {}

    def load(self, shelf: Shelf[T], *key: Any, lock: bool = False) -> T | None:
        """Return the value at *key*, or None; *lock* keeps others from it till the end."""
        row = self.tx.get(shelf.table, key, lock=lock)
        return None if row is None else next(self._values(shelf, [row]), None)

    def need(self, shelf: Shelf[T], *key: Any) -> T:
        """Return the value at *key*; raise `NotFound` where there is none."""
        value = self.load(shelf, *key)
        if value is None:
            raise NotFound(shelf.kind.__name__.lower(), "/".join(map(str, key)))
        return value

    def save(self, shelf: Shelf[T], value: T, *, shared: bool = False) -> None:
        """Keep *value*: change what was loaded in this transaction, else add it.

        What is personal in it is sealed under the key of its subject, or under the tenant's
        where it is *shared*: what is left of somebody who was forgotten.
        """
        table = shelf.table
        row: Row = {name: getattr(value, name) for name in table.columns if name != "body"}
        key = tuple(row[name] for name in table.key)
        row["body"] = self.sealing.body(shelf, value, key, shared=shared)
        known = self._revisions.get((table.name, key))
        if known is None:
            self.tx.insert(table, [row])
        else:
            self.tx.update(
                table, key, {c: v for c, v in row.items() if c not in table.key}, expect=known
            )
        self._revisions[table.name, key] = (known or 0) + 1

    def find(
        self,
        shelf: Shelf[T],
        where: Row,
        *,
        order: tuple[str, ...] = (),
        after: Row | None = None,
        limit: int = PAGE,
        desc: bool = False,
    ) -> list[T]:
        """Return the first *limit* values equal to *where*, in *order*, from behind *after*.

        *desc* turns the order round.
        """
        rows = self.tx.find(shelf.table, where, order=order, after=after, limit=limit, desc=desc)
        return list(self._values(shelf, rows))

    def each(self, shelf: Shelf[T], where: Row, *, order: tuple[str, ...] = ()) -> Iterator[T]:
        """Walk over all values equal to *where*, page by page."""
        for page in self._pages(shelf.table, where, order):
            yield from self._values(shelf, page)

    def rows(self, table: Table, where: Row, *, order: tuple[str, ...] = ()) -> Iterator[Row]:
        """Walk over all rows equal to *where*, page by page."""
        for page in self._pages(table, where, order):
            yield from page

    def _pages(self, table: Table, where: Row, order: tuple[str, ...]) -> Iterator[list[Row]]:
        last: Row | None = None
        while page := self.tx.find(table, where, order=order, after=last, limit=PAGE):
            yield page
            last = page[-1]
            if len(page) < PAGE:
                return

    def record(self, event: Any) -> None:
        """Journal *event*, put it in the outbox, and let notices follow it."""
        name = WIRE_NAMES[type(event)]
        row: Row = {
            "name": name,
            "at": event.at,
            "actor": self.actor,
            "campaign": getattr(event, "campaign", ""),
            "user": getattr(event, "user", ""),
            "body": serial.public(event),
        }
        number = self.tx.insert(EVENTS, [row])
        self.post("event", str(number), {"event": number})
        self._heard(self, name, event)

    def post(
        self, topic: str, message: str, payload: dict[str, Any], *, due: datetime | None = None
    ) -> None:
        """Put a message in the outbox, to be worked off from *due* on."""
        outbox.put(self.tx, topic, message, payload, due=due or self.at)

    def _values(self, shelf: Shelf[T], rows: list[Row]) -> Iterator[T]:
        """Build the values of *rows*. What nobody can read any more is not there."""
        self.sealing.fetch(shelf, rows)
        table = shelf.table
        for row in rows:
            key = tuple([row[name] for name in table.key])
            self._revisions[table.name, key] = row["rev"]
            body = self.sealing.opened(shelf, row, key)
            if body is not None:
                yield serial.load_trusted(body, shelf.kind)


class Command:
    """One command by its name, and what it returns: an idempotency key belongs to it."""

    def __init__(self, name: str, returns: Any) -> None:
        self.name = name
        self._returns = returns

    @property
    def returns(self) -> Any:
        """Return the type of the result; annotations are read when first asked for."""
        if inspect.isfunction(self._returns):
            self._returns = get_type_hints(self._returns).get("return", type(None))
        return self._returns


class Host(Protocol):
    """What runs commands: a `SaasOps`."""

    guard: Doorkeeper | None
    """What binds whoever acts; None for the host itself, who may everything."""

    @property
    def files(self) -> TenantFiles:
        """Return where the files lie that people send."""
        ...

    def wipe(self) -> None:
        """Let the storage overwrite what it no longer keeps, where it can."""
        ...

    def run(
        self,
        step: Callable[[Work], R],
        *,
        actor: str,
        write: bool = True,
        command: Command | None = None,
        told: Callable[[], Mapping[str, Any]] | None = None,
        admit: Admission | None = None,
    ) -> R:
        """Run *step*, which is *command* as *told*, in a transaction, once *admit* lets it."""
        ...


class Handle:
    """A stateless view of one part of a `SaasOps`, on behalf of *actor*.

    Every public method asks the guard of the host first: commands and queries in their own
    transaction, all others because they are wrapped here.
    """

    def __init__(self, host: Host, *, actor: str = SYSTEM) -> None:
        self.host = host
        self.id = ""
        """What the handle is of, such as a campaign; "" for all there is."""
        self.actor = actor

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        for name, method in list(vars(cls).items()):
            public = inspect.isfunction(method) and not name.startswith("_")
            if public and "command" not in vars(method):
                setattr(cls, name, _guarded(method))


H = TypeVar("H", bound=Handle)


def command(
    method: Callable[Concatenate[H, Work, P], R],
) -> Callable[Concatenate[H, P], R]:
    """Run *method* in one writing transaction, all of it or nothing."""
    return _opened(method, write=True)


def query(
    method: Callable[Concatenate[H, Work, P], R],
) -> Callable[Concatenate[H, P], R]:
    """Run *method* in one reading transaction."""
    return _opened(method, write=False)


def _opened(
    method: Callable[Concatenate[H, Work, P], R], *, write: bool
) -> Callable[Concatenate[H, P], R]:
    named = Command(method.__qualname__, method)

    @functools.wraps(method)
    def run(self: H, /, *args: P.args, **kwargs: P.kwargs) -> R:
        def step(work: Work) -> R:
            return method(self, work, *args, **kwargs)

        def told() -> Mapping[str, Any]:
            # What a part of a longer entry is told, the entry made up: ids of its own, for one.
            private = method.__name__.startswith("_")
            said = {} if private else shown.bind(self, *args, **kwargs).arguments
            return {**said, "self": self.id}

        admit = _asked(self, method, shown, *args, **kwargs)
        return self.host.run(
            step, actor=self.actor, write=write, command=named, told=told, admit=admit
        )

    signature = inspect.signature(method)
    shown = signature.replace(
        parameters=[p for p in signature.parameters.values() if p.name != "work"]
    )
    run.__dict__["command"] = named if write else None
    run.__dict__["__signature__"] = shown
    return run


def _guarded(method: Callable[Concatenate[H, P], R]) -> Callable[Concatenate[H, P], R]:
    """Ask before *method*, which takes transactions of its own, and not again inside."""
    signature = inspect.signature(method)

    @functools.wraps(method)
    def run(self: H, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if self.host.guard is None:
            return method(self, *args, **kwargs)
        admit = _asked(self, method, signature, *args, **kwargs)
        if admit is not None:
            self.host.run(lambda _: None, actor=self.actor, write=False, admit=admit)
        let_in = copy(self)
        let_in.host = copy(self.host)
        let_in.host.guard = None
        return method(let_in, *args, **kwargs)

    return run


def _asked(
    handle: Handle, method: Callable[..., Any], shown: inspect.Signature, *args: Any, **kwargs: Any
) -> Admission | None:
    """Ask whether the actor may use *method*; return what has to ask in the transaction."""
    guard = handle.host.guard
    if guard is None or method.__name__.startswith("_"):
        return None
    told = shown.bind(handle, *args, **kwargs).arguments
    return guard.check(f"{type(handle).__name__}.{method.__name__}", told)


def attempt(
    storage: Storage,
    tenant: str,
    step: Callable[[Transaction], R],
    *,
    write: bool,
    join: Any = None,
    keyed: bool = False,
) -> R:
    """Run *step* in a transaction of *storage*; again after `Busy` or `Stale`, a few times.

    After `InDoubt` only if *keyed*: then *step* itself finds out whether it was done. A joined
    transaction is the host's to repeat. Raise `Conflict` when others keep winning.
    """
    for tries in range(_TRIES):
        last = join is not None or tries == _TRIES - 1
        try:
            with storage.begin(tenant, join=join, write=write) as tx:
                return step(tx)
        except (Stale, Duplicate) as error:
            if last:
                raise Conflict("conflict", **error.context) from error
        except (Busy, InDoubt) as error:
            if last or (isinstance(error, InDoubt) and not keyed):
                raise
        time.sleep(random.uniform(0, 0.02 * 2**tries))  # noqa: S311 -- jitter, no secret
    raise AssertionError("unreachable")
