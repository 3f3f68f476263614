"""The outbox: messages wait, are leased and worked off, come again, or are buried.

Functions over one transaction of any store. What a message means and when it is given up is left
to whoever works it off. A message may be worked off more than once and keeps its name all the
time; a worker whose lease ran out decides nothing any more, except that its work was done.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import attrs

from saasops.errors import Stale
from saasops.ports import Row, Table, Transaction
from saasops.storage.tables import DEAD, OUTBOX

LEASE = timedelta(minutes=5)
"""How long a worker keeps a message from the others."""
_PAGE = 500


@attrs.frozen(kw_only=True)
class Letter:
    """A leased message: *due* is when the lease runs out, *rev* tells it from later leases."""

    id: int
    topic: str
    message: str
    payload: Mapping[str, Any]
    attempts: int
    due: datetime
    rev: int


@attrs.frozen(kw_only=True)
class DeadLetter:
    """A message that was given up after *attempts*; *reason* is a code."""

    id: int
    topic: str
    message: str
    payload: Mapping[str, Any]
    attempts: int
    reason: str
    buried_at: datetime


@attrs.frozen(kw_only=True)
class Waiting:
    """How many messages of *topic* are *due*, come *later* or are leased, and lie *dead*."""

    topic: str
    due: int = 0
    later: int = 0
    dead: int = 0


def put(
    tx: Transaction, topic: str, message: str, payload: Mapping[str, Any], *, due: datetime
) -> None:
    """Add a message that is known to be new, to be worked off from *due* on.

    Raise `Duplicate` where (topic, message) waits already.
    """
    row: Row = {
        "topic": topic,
        "message": message,
        "payload": dict(payload),
        "due": due,
        "attempts": 0,
    }
    tx.insert(OUTBOX, [row])


def post(
    tx: Transaction, topic: str, message: str, payload: Mapping[str, Any], *, due: datetime
) -> bool:
    """Add a message unless (topic, message) waits or lies dead already; tell whether it was new.

    Raise `Duplicate` when another transaction adds it at the same moment.
    """
    # In this order: what is buried meanwhile is seen by the first look or by the second.
    if _named(tx, OUTBOX, topic, message) or _named(tx, DEAD, topic, message):
        return False
    put(tx, topic, message, payload, due=due)
    return True


def lease(
    tx: Transaction, *, at: datetime, limit: int, held_for: timedelta = LEASE
) -> list[Letter]:
    """Take up to *limit* messages that are due at *at*, those due first in front."""
    return [Letter(**row) for row in tx.claim(OUTBOX, now=at, lease=held_for, limit=limit)]


def held(tx: Transaction, letter: Letter) -> bool:
    """Tell whether *letter* is still this worker's, and keep others from it till the end."""
    row = tx.get(OUTBOX, (letter.id,), lock=True)
    return row is not None and row["rev"] == letter.rev


def done(tx: Transaction, letters: Iterable[Letter]) -> None:
    """Take *letters* out that were worked off, whoever has leased or buried them meanwhile.

    What is done is done: to do it again, or to bury it, would help nobody.
    """
    for letter in letters:
        if not tx.delete(OUTBOX, (letter.id,)):
            for row in _named(tx, DEAD, letter.topic, letter.message):
                tx.delete(DEAD, (row["id"],))


def put_off(tx: Transaction, letter: Letter, *, until: datetime) -> bool:
    """Let *letter* come again from *until* on; False where it is another worker's by now."""
    try:
        tx.update(OUTBOX, (letter.id,), {"due": until}, expect=letter.rev)
    except Stale:
        return False
    return True


def retry(tx: Transaction, letter: Letter, *, at: datetime) -> bool:
    """Let *letter* come again after `back_off`; False where it is another worker's by now."""
    return put_off(tx, letter, until=at + back_off(letter.attempts))


def back_off(attempts: int) -> timedelta:
    """Return how long to wait after *attempts* failures: a minute, doubling up to six hours."""
    return timedelta(minutes=min(360, 2 ** min(9, max(0, attempts - 1))))


def bury(tx: Transaction, letter: Letter, *, reason: str, at: datetime) -> bool:
    """Give *letter* up, with the code of the reason; False where it is another worker's by now."""
    if not held(tx, letter):
        return False
    for row in _named(tx, DEAD, letter.topic, letter.message):
        tx.delete(DEAD, (row["id"],))
    row = {
        "topic": letter.topic,
        "message": letter.message,
        "payload": dict(letter.payload),
        "attempts": letter.attempts,
        "reason": reason,
        "buried_at": at,
    }
    tx.insert(DEAD, [row])
    tx.delete(OUTBOX, (letter.id,))
    return True


def dead(
    tx: Transaction, *, topic: str | None = None, after: int | None = None, limit: int = 100
) -> list[DeadLetter]:
    """Return up to *limit* dead letters in the order of burial, from behind the id *after*."""
    where = {} if topic is None else {"topic": topic}
    behind = None if after is None else {"id": after}
    return [_dead(row) for row in tx.find(DEAD, where, after=behind, limit=limit)]


def dead_letter(tx: Transaction, id: int) -> DeadLetter | None:
    """Return the dead letter *id* or None, and keep others from it till the end."""
    row = tx.get(DEAD, (id,), lock=True)
    return None if row is None else _dead(row)


def requeue(tx: Transaction, id: int, *, at: datetime) -> bool:
    """Let the dead letter *id* wait again from *at* on, as if never tried; False if it is gone."""
    letter = dead_letter(tx, id)
    if letter is None:
        return False
    if not _named(tx, OUTBOX, letter.topic, letter.message):
        put(tx, letter.topic, letter.message, letter.payload, due=at)
    return tx.delete(DEAD, (id,))


def waiting(tx: Transaction, *, at: datetime) -> tuple[Waiting, ...]:
    """Count by topic what waits at *at* and what lies dead, in their order. Linear in both."""
    counts = Counter(
        (row["topic"], "due" if row["due"] <= at else "later") for row in each(tx, OUTBOX)
    )
    counts.update((row["topic"], "dead") for row in each(tx, DEAD))
    return tuple(
        Waiting(
            topic=topic,
            due=counts[topic, "due"],
            later=counts[topic, "later"],
            dead=counts[topic, "dead"],
        )
        for topic in sorted({topic for topic, _ in counts})
    )


def each(tx: Transaction, table: Table) -> Iterator[Row]:
    """Walk over all rows of *table*, which is `OUTBOX` or `DEAD`, page by page."""
    last: Row | None = None
    while page := tx.find(table, {}, after=last, limit=_PAGE):
        yield from page
        last = page[-1]


def _named(tx: Transaction, table: Table, topic: str, message: str) -> list[Row]:
    return tx.find(table, {"topic": topic, "message": message}, limit=1)


def _dead(row: Row) -> DeadLetter:
    return DeadLetter(**{name: value for name, value in row.items() if name != "rev"})
