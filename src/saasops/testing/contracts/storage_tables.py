"""The tables that the storage contract and its machine work on, and rows for them."""

from datetime import UTC, date, datetime
from typing import Any

from saasops.ports import Row, Storage, Table

NOW = datetime(2020, 2, 3, 1, tzinfo=UTC)
DAYS = (date(2020, 2, 8), date(2020, 2, 15))

ACCOUNT = Table(
    "contract_accounts",
    {
        "id": "str",
        "name": "str?",
        "level": "int",
        "paying": "bool",
        "joined_on": "date",
        "seen_at": "time?",
        "body": "json?",
    },
    key=("id",),
    indexes=(("level", "id"), ("name", "level", "id")),
)
SLOT = Table(
    "contract_slots",
    {"assistant": "int", "day": "date", "cap": "int", "used": "int"},
    key=("assistant", "day"),
    checks=(("used", "<=", "cap"), ("used", ">=", 0)),
)
BOOKING = Table(
    "contract_bookings",
    {"id": "int", "user": "str", "seat": "int?", "assistant": "int", "day": "date"},
    key=("id",),
    unique=(("user",), ("assistant", "day", "seat")),
    indexes=(("assistant", "day"),),
    auto=True,
)
OUTBOX = Table(
    "contract_outbox",
    {"id": "int", "topic": "str", "payload": "json", "due": "time", "attempts": "int"},
    key=("id",),
    indexes=(("due", "id"),),
    auto=True,
)
KEYWORD = Table(
    "order",
    {"select": "str", "group": "int", "from_": "str?"},
    key=("select",),
    indexes=(("group",),),
)
TABLES = (ACCOUNT, SLOT, BOOKING, OUTBOX, KEYWORD)


def account(id: str, level: int = 0, **more: Any) -> Row:
    """Return a row of `ACCOUNT`."""
    row: Row = {
        "id": id,
        "name": None,
        "level": level,
        "paying": False,
        "joined_on": DAYS[0],
        "seen_at": None,
        "body": None,
    }
    return row | more


def slot(assistant: int, day: date, *, cap: int = 3) -> Row:
    """Return a row of `SLOT` with all its places free."""
    return {"assistant": assistant, "day": day, "cap": cap, "used": 0}


def booking(user: str, *, seat: int | None = None) -> Row:
    """Return a row of `BOOKING`."""
    return {"user": user, "seat": seat, "assistant": 0, "day": DAYS[0]}


def message(due: datetime = NOW, **payload: Any) -> Row:
    """Return a row of `OUTBOX`."""
    return {"topic": "sms", "payload": payload, "due": due, "attempts": 0}


def fill(storage: Storage) -> None:
    """Keep a few rows for the tenant `one`."""
    with storage.begin("one") as tx:
        tx.insert(ACCOUNT, [account("a")])
        tx.insert(SLOT, [slot(1, DAYS[0]), slot(2, DAYS[0])])
        tx.insert(OUTBOX, [message()])
        tx.insert(BOOKING, [booking("a")])


def check_filled(storage: Storage) -> None:
    """Assert that `one` has what `fill` kept, and nothing else."""
    with storage.begin("one", write=False) as tx:
        assert tx.find(ACCOUNT, {}) == [{**account("a"), "rev": 1}]
        assert tx.find(SLOT, {}) == [{**slot(a, DAYS[0]), "rev": 1} for a in (1, 2)]
        (sent,) = tx.find(OUTBOX, {})
        assert sent == {"id": sent["id"], **message(), "rev": 1}
        assert [row["user"] for row in tx.find(BOOKING, {})] == ["a"]
