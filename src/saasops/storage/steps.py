"""What each recorded migration does to the rows of one tenant. Released steps never change."""

from collections.abc import Iterator
from typing import Any

from saasops.ports import Row, Table, Transaction
from saasops.storage.tables import BOOKINGS, COUNTERS, PLACES

_STATES = {"booked": "confirmed", "done": "served"}
_PAGE = 500


def name_states_and_limits(tx: Transaction) -> None:
    """Call states of bookings as the field does, and let places name the limits they count in."""
    for row in _rows(tx, BOOKINGS.table):
        body: dict[str, Any] = row["body"]
        moves = [{**move, "state": _named(move["state"])} for move in body["moves"]]
        changes = {"body": {**body, "state": _named(body["state"]), "moves": moves}}
        tx.update(BOOKINGS.table, (row["campaign"], row["user"]), changes)
    limited: set[tuple[str, str]] = set()
    for row in list(_rows(tx, COUNTERS)):
        kind, _, slot = row["id"].partition("/")
        if kind == "slot":
            tx.delete(COUNTERS, (row["campaign"], row["id"]))
            counts = {"used": row["used"], "cap": row["cap"]}
            new = {"campaign": row["campaign"], "id": f"limit/{row['id']}", **counts}
            tx.insert(COUNTERS, [new])
            limited.add((row["campaign"], slot))
    for row in _rows(tx, PLACES):
        if (row["campaign"], row["slot"]) in limited:
            named: Row = {"limits": [[f"limit/slot/{row['slot']}", None, False]]}
            tx.update(PLACES, (row["campaign"], row["assistant"], row["day"]), named)


def _named(state: str) -> str:
    return _STATES.get(state, state)


def _rows(tx: Transaction, table: Table) -> Iterator[Row]:
    last: Row | None = None
    while page := tx.find(table, {}, after=last, limit=_PAGE):
        yield from page
        last = page[-1]
