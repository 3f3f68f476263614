"""What saasops needs from the outside, as Protocols, and the frozen values that cross.

One value goes in and one comes out, so that a new field never changes a signature. How a
port is found and configured is left to `saasops.plugins`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from os import PathLike
from typing import Any, BinaryIO, Literal, Protocol, TypeAlias, runtime_checkable

import attrs

from saasops.figures import Report
from saasops.logins import provider
from saasops.scheduling.rules import RuleKind
from saasops.surveys.kinds import kind
from saasops.versions import version

Row: TypeAlias = dict[str, Any]
Kind: TypeAlias = Literal["str", "int", "bool", "date", "time", "json"]


@attrs.frozen(eq=False)
class Table:
    """Declare one table: typed columns, key, unique sets, indexes and checks.

    *columns* maps a name to its kind (`str int bool date time json`), with `?` behind it
    where the column may be empty. `time` is an aware instant, kept in UTC; text sorts by
    code point. Checks are data, `("used", "<=", "cap")`, so that every backend can run
    them. With *auto*, the first key column is an increasing number that the store assigns.
    The store adds a tenant to every key, unique set and index, and a revision, `rev`,
    that starts at 1 and rises with every change.
    """

    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    checks: tuple[tuple[str, str, str | int], ...] = ()
    auto: bool = False

    def kind(self, column: str) -> str:
        """Return the kind of *column* without its `?`."""
        return self.columns[column].rstrip("?")

    def nullable(self, column: str) -> bool:
        """Tell whether *column* may be empty."""
        return self.columns[column].endswith("?")


class Transaction(Protocol):
    """One unit of work of one tenant: all of it is kept, or nothing.

    After `Duplicate`, `Violation` or `Busy` it is dead, and leaving its block normally
    raises; `Stale` leaves it usable, and so does `Invalid`, for a value that its column
    does not take.
    """

    def get(self, table: Table, key: Sequence[Any], *, lock: bool = False) -> Row | None:
        """Return the row at *key* with its `rev`, or None; *lock* keeps others from it."""
        ...

    def insert(self, table: Table, rows: Iterable[Row]) -> int | None:
        """Add *rows*; return the number assigned to a single row of an `auto` table.

        What is no sequence is taken as it comes, so that its length costs no memory. It must
        not use this transaction, and whatever it raises ends it.
        """
        ...

    def update(
        self, table: Table, key: Sequence[Any], changes: Row, *, expect: int | None = None
    ) -> None:
        """Change the row at *key*; raise `Stale` if it is gone or not at revision *expect*."""
        ...

    def delete(self, table: Table, key: Sequence[Any]) -> bool:
        """Remove the row at *key*; tell whether it was there."""
        ...

    def add(
        self,
        table: Table,
        key: Sequence[Any],
        column: str,
        delta: int,
        *,
        le: str | None = None,
        ge: int | None = None,
    ) -> bool:
        """Count *column* up by *delta* if the result is ≤ column *le* and ≥ *ge*; tell whether."""
        ...

    def find(
        self,
        table: Table,
        where: Row,
        *,
        order: Sequence[str] = (),
        after: Row | None = None,
        limit: int = 100,
        desc: bool = False,
    ) -> list[Row]:
        """Return rows equal to *where*, sorted by *order* and then the key, from behind *after*.

        None in *where* asks for empty columns. *after* is the last row of the page before, or
        only the first columns of the order; a page costs the same wherever it stands. *desc*
        turns the whole order round.
        """
        ...

    def claim(self, table: Table, *, now: datetime, lease: timedelta, limit: int) -> list[Row]:
        """Lease the first *limit* rows whose `due` is ≤ *now*: move `due`, count `attempts`.

        The first are those due first; they come in that order. *table* has the columns
        `due` (time) and `attempts` (int).
        """
        ...


@runtime_checkable
class Storage(Protocol):
    """A place for declared tables.

    The optional powers: `join` (the host's own transaction), `check` (the declared checks hold
    whatever is written), `durable` (what was committed outlives a power cut), `skip_locked`
    (workers claim side by side), `backup` (it is a `Backup`).
    """

    @property
    def capabilities(self) -> frozenset[str]:
        """Name the optional powers of this store."""
        ...

    def migrate(self, tables: Sequence[Table]) -> None:
        """Create or extend *tables*; safe when several processes start at once."""
        ...

    def begin(
        self, tenant: str, *, join: Any = None, write: bool = True
    ) -> AbstractContextManager[Transaction]:
        """Open a transaction of *tenant*, or join the host's own *join* by a savepoint."""
        ...

    def close(self) -> None:
        """Let go of files and connections; a closed store may not be used again."""
        ...


@runtime_checkable
class Backup(Protocol):
    """A storage that can copy itself while others go on writing."""

    def backup(
        self, path: str | PathLike[str], *, progress: Callable[[int, int], None] | None = None
    ) -> None:
        """Write a whole copy, as of one moment, to *path*, where nothing may be yet.

        *progress* is told how much is done, and of how much.
        """
        ...


@runtime_checkable
class Inspected(Protocol):
    """A storage that can tell whether what it lies on is damaged."""

    def damage(self) -> Sequence[str]:
        """Read everything and name what is wrong; empty if nothing is. Takes its time."""
        ...


@runtime_checkable
class Wiping(Protocol):
    """A storage whose files go on holding what was deleted, until it is told to wipe them."""

    def wipe(self) -> bool:
        """Overwrite what is no longer kept; tell whether others were in the way of all of it."""
        ...


@runtime_checkable
class FileStore(Protocol):
    """A place for the files that people send, apart for each tenant.

    A key is 8 to 64 letters `a` to `z` and digits, and never holds other content later; raise
    `Invalid` upload.wrong_key for another. Raise `StorageError` upload.store_failed, with the
    key and a reason, where the place itself fails. Safe to call from several threads.
    """

    def put(self, tenant: str, key: str, chunks: Iterable[bytes], /) -> int:
        """Keep *chunks*, one behind another, and return how many bytes they are.

        All or nothing: where *chunks* raises or the place is full, nothing stays. The same
        content again is fine; raise `Refused` upload.taken for other content.
        """
        ...

    def open(self, tenant: str, key: str, /) -> BinaryIO:
        """Open what is kept, to be read from its start; raise `NotFound`."""
        ...

    def exists(self, tenant: str, key: str, /) -> bool:
        """Tell whether something is kept under *key*."""
        ...

    def delete(self, tenant: str, key: str, /) -> bool:
        """Remove what is kept; tell whether it was there."""
        ...

    def keys(self, tenant: str, /, *, after: str = "", limit: int = 100) -> list[str]:
        """Return up to *limit* keys in their order, from behind *after*."""
        ...


@runtime_checkable
class Keyring(Protocol):
    """The secrets under which everything personal is kept; whoever loses them loses that.

    A secret is 32 random bytes and never changes under its id; one that something still lies
    under stays. Safe to call from several threads, and cheap: a secret is fetched once.
    """

    @property
    def current(self) -> str:
        """Return the id of the secret that keys of people are wrapped under from now on."""
        ...

    @property
    def index(self) -> Sequence[str]:
        """Return the ids of the secrets to search by, the one for new entries first."""
        ...

    def secret(self, id: str, /) -> bytes:
        """Return the secret *id*; raise `Refused` keys.unknown."""
        ...


@attrs.frozen(kw_only=True)
class Message:
    """One notice as a channel gets it. *id* is stable: the same notice never has another."""

    id: str
    recipient: str
    address: str = attrs.field(repr=False)
    medium: str
    locale: str
    subject: str = attrs.field(repr=False)
    body: str = attrs.field(repr=False)
    at: datetime


@attrs.frozen(kw_only=True)
class Receipt:
    """Proof that a channel took a message."""

    message: str
    reference: str


@runtime_checkable
class Channel(Protocol):
    """A way to deliver messages.

    `idempotent` promises that the same message id sent twice arrives once; without it a
    message whose sending was cut short is never repeated by itself.
    """

    @property
    def idempotent(self) -> bool:
        """Tell whether the same message may be sent again without arriving twice."""
        ...

    def send(self, message: Message, /) -> Receipt:
        """Deliver *message*; raise `ProviderError`, with `retry`, when it was not taken."""
        ...


@attrs.frozen(kw_only=True)
class Document:
    """A rendered report: its name, its media type and its bytes."""

    name: str
    media_type: str
    content: bytes = attrs.field(repr=False)


@runtime_checkable
class ReportFormat(Protocol):
    """A way to write a report down."""

    def render(self, report: Report, /, *, locale: str) -> Iterable[Document]:
        """Write *report* in *locale*."""
        ...


@runtime_checkable
class CapacityRuleKind(RuleKind, Protocol):
    """A kind of capacity rule: what makes limits of the rules that name it as their `kind`."""


@runtime_checkable
class VersionScheme(version.VersionScheme, Protocol):
    """A way to read the version texts of the products that name it as their `scheme`."""


@runtime_checkable
class LoginProvider(provider.LoginProvider, Protocol):
    """Somebody who vouches for people; a login asks for one by its name."""


@runtime_checkable
class QuestionKind(kind.QuestionKind, Protocol):
    """A kind of question: what reads the answers to the questions that name it as `kind`."""


@runtime_checkable
class Observer(Protocol):
    """Hears of every domain event after it was committed; what it returns is ignored."""

    def saasops_domain_event(self, event: Mapping[str, Any]) -> None:
        """Take note of *event*: id, name, at, actor, campaign, user, body."""
        ...
