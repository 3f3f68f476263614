"""The schema is recorded, goes forward only, and is never touched by older code."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest

from postgres_server import PostgresServer
from saasops import SaasOps
from saasops.errors import StorageError
from saasops.ports import Storage, Table, Transaction
from saasops.storage.memory import MemoryStorage
from saasops.storage.migrations import MIGRATIONS, Migration, bring_up_to_date, status
from saasops.storage.sqlite import SqliteStorage
from saasops.storage.tables import BOOKINGS, COUNTERS, PLACES, TABLES
from saasops.testing.contracts.storage_kit import refused, together
from saasops.testing.fakes import KEYS
from saasops_postgres.storage import PostgresStorage

AT = datetime(2020, 2, 3, tzinfo=UTC)
COLOUR = Table("colours", {"id": "str", "name": "str", "rank": "int"}, key=("id",))
OWN = (*TABLES, COLOUR)


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    if request.param == "memory":
        made: Storage = MemoryStorage()
    elif request.param == "sqlite":
        made = SqliteStorage(tmp_path / "a.db")
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        made = PostgresStorage(server.dsn, schema=server.schema())
    yield made
    made.close()


def upper(tx: Transaction) -> None:
    for row in tx.find(COLOUR, {}):
        tx.update(COLOUR, (row["id"],), {"name": row["name"].upper()})


NEXT = MIGRATIONS[-1].number + 1
SECOND = (*MIGRATIONS, Migration(number=NEXT, name="names in capitals", step=upper))


def bring(storage: Storage, tenant: str = "one", **more: Any) -> Any:
    return bring_up_to_date(storage, tenant=tenant, at=AT, **{"declared": OWN, **more})


def names(storage: Storage, tenant: str) -> list[str]:
    with storage.begin(tenant, write=False) as tx:
        return [row["name"] for row in tx.find(COLOUR, {})]


def put(storage: Storage, tenant: str, name: str) -> None:
    with storage.begin(tenant) as tx:
        tx.insert(COLOUR, [{"id": name, "name": name, "rank": 1}])


def test_a_new_database_gets_every_table_and_is_up_to_date_then(storage: Storage) -> None:
    assert len(status(storage).pending) == len(TABLES) + len(MIGRATIONS)
    assert bring(storage).recorded == 0
    found = status(storage, tenant="one", declared=OWN)
    assert (found.recorded, found.known, found.pending) == (NEXT - 1, NEXT - 1, ())


def test_looking_changes_nothing(storage: Storage) -> None:
    assert status(storage) == status(storage)


def test_a_step_runs_once_for_each_tenant_whenever_that_comes(storage: Storage) -> None:
    bring(storage)
    for tenant in ("one", "two"):
        put(storage, tenant, "red")
    for _ in range(2):
        bring(storage, migrations=SECOND)
    assert (names(storage, "one"), names(storage, "two")) == (["RED"], ["red"])
    put(storage, "one", "blue")
    bring(storage, migrations=SECOND)
    bring(storage, "two", migrations=SECOND)
    assert (names(storage, "one"), names(storage, "two")) == (["RED", "blue"][::-1], ["RED"])


def test_a_step_that_fails_leaves_nothing_and_is_tried_again(storage: Storage) -> None:
    bring(storage)
    put(storage, "one", "red")
    broken = True

    def step(tx: Transaction) -> None:
        upper(tx)
        if broken:
            raise ZeroDivisionError

    steps = (*MIGRATIONS, Migration(number=NEXT, name="half", step=step))
    with pytest.raises(ZeroDivisionError):
        bring(storage, migrations=steps)
    assert names(storage, "one") == ["red"]
    broken = False
    bring(storage, migrations=steps)
    assert names(storage, "one") == ["RED"]


def test_a_database_of_a_newer_saasops_is_refused_for_every_tenant(storage: Storage) -> None:
    bring(storage, migrations=SECOND)
    for tenant in ("one", "two"):
        with refused(StorageError, "storage.newer"):
            bring(storage, tenant)
        with refused(StorageError, "storage.newer"):
            status(storage, tenant=tenant, declared=OWN)


def test_a_column_that_this_code_does_not_know_is_a_newer_one_s(storage: Storage) -> None:
    wider = attrs.evolve(COLOUR, columns={**COLOUR.columns, "tint": "str?"})
    bring(storage, declared=(*TABLES, wider))
    with refused(StorageError, "storage.newer"):
        bring(storage)


def test_what_can_be_added_is_added_to_the_rows_there_are(storage: Storage) -> None:
    bring(storage)
    put(storage, "one", "red")
    wider = attrs.evolve(
        COLOUR, columns={**COLOUR.columns, "tint": "str?"}, indexes=(("tint", "id"),)
    )
    declared = (*TABLES, wider)
    assert status(storage, tenant="one", declared=declared).pending == ("colours",)
    bring(storage, declared=declared)
    assert status(storage, tenant="one", declared=declared).pending == ()
    with storage.begin("one") as tx:
        tx.update(wider, ("red",), {"tint": "warm"})
        assert [row["id"] for row in tx.find(wider, {"tint": "warm"})] == ["red"]


@pytest.mark.parametrize(
    "changes",
    [
        {"columns": {**COLOUR.columns, "rank": "str"}},
        {"columns": {**COLOUR.columns, "rank": "int?"}},
        {"key": ("id", "name")},
        {"checks": (("rank", ">=", 0),)},
    ],
)
def test_what_cannot_be_added_is_refused_and_nothing_else_is_done(
    storage: Storage, changes: dict[str, Any]
) -> None:
    bring(storage)
    other = Table("others", {"id": "str"}, key=("id",))
    with refused(StorageError, "storage.changed_table"):
        bring(storage, declared=(*TABLES, other, attrs.evolve(COLOUR, **changes)))
    with refused(StorageError, "storage.not_migrated"), storage.begin("one") as tx:
        tx.find(other, {})


def test_threads_that_start_at_once_run_a_step_once(storage: Storage) -> None:
    bring(storage)
    put(storage, "one", "red")

    def step(tx: Transaction) -> None:
        for row in tx.find(COLOUR, {}):
            tx.update(COLOUR, (row["id"],), {"rank": row["rank"] + 1}, expect=row["rev"])

    steps = (*MIGRATIONS, Migration(number=NEXT, name="count", step=step))
    together(lambda _: bring(storage, migrations=steps), threads=4)
    with storage.begin("one") as tx:
        assert [row["rank"] for row in tx.find(COLOUR, {})] == [2]


def test_an_up_to_date_database_is_opened_without_a_write(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    SaasOps.open(path).close()
    held = SqliteStorage(path)
    with held.begin("one"):  # the only write lock is taken
        SaasOps.open(path, plugins={"sqlite": {"durable": False}}).close()
    held.close()


def test_a_database_that_is_behind_is_not_opened_without_leave(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with pytest.raises(StorageError) as caught:
        SaasOps.open(path, migrate=False)
    assert caught.value.code == "storage.behind"
    SaasOps.open(path).close()
    SaasOps.open(path, migrate=False).close()


def test_four_processes_open_a_new_database_at_once(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    code = (
        "import sys; from saasops import SaasOps; from saasops.vault.keys import Keys\n"
        "SaasOps.open(sys.argv[1], keys=Keys.load(sys.argv[2]) if sys.argv[2:] else None).close()"
    )
    KEYS.save(tmp_path / "ours.keys")
    places = ([str(tmp_path / "a.db")], [postgres.url(), str(tmp_path / "ours.keys")])
    for where in places:
        command = [sys.executable, "-c", code, *where]
        started = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
        said = [process.communicate(timeout=60)[1] for process in started]
        assert [process.returncode for process in started] == [0] * 4, said


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_url_opens_the_plugin_of_its_scheme(scheme: str, postgres: PostgresServer) -> None:
    url = postgres.url().replace("postgresql", scheme, 1)
    with SaasOps.open(url, plugins={"postgresql": {"schema": "ours"}}, keys=KEYS) as ops:
        assert ops.campaigns() == ()
        assert {row.name: row.status for row in ops.plugins()}["postgresql"] == "active"


def test_steps_are_numbered_without_gaps() -> None:
    assert [step.number for step in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))


def test_g2_states_and_limits_of_the_first_tables_are_named_anew(storage: Storage) -> None:
    """Bookings were in other words, and slots had counters that no place knew of."""
    bring_up_to_date(storage, at=AT)
    move = {"slot": "early", "assistant": "a", "day": "2020-03-09", "at": "x", "actor": "u"}
    place = {"campaign": "c", "slot": "early", "team": "t", "rule": "r", "open": True}
    with storage.begin("t") as tx:
        moves = [{**move, "state": "booked"}, {**move, "state": "done"}]
        body = {"campaign": "c", "user": "u", "state": "done", "moves": moves}
        keys = {"campaign": "c", "user": "u", "assistant": "a", "slot": "early"}
        tx.insert(BOOKINGS.table, [{**keys, "day": date(2020, 3, 9), "body": body}])
        tx.insert(COUNTERS, [{"campaign": "c", "id": "slot/early", "used": 2, "cap": 3}])
        tx.insert(COUNTERS, [{"campaign": "c", "id": "budget", "used": 7, "cap": 9}])
        for day in (9, 10):
            row = {**place, "assistant": "a", "day": date(2020, 3, day), "cap": 2, "used": 1}
            tx.insert(PLACES, [row])
    bring_up_to_date(storage, tenant="t", at=AT)
    with storage.begin("t", write=False) as tx:
        kept = tx.get(BOOKINGS.table, ("c", "u"))["body"]
        assert kept["state"] == "served"
        assert [one["state"] for one in kept["moves"]] == ["confirmed", "served"]
        counts = {row["id"]: (row["used"], row["cap"]) for row in tx.find(COUNTERS, {}, limit=9)}
        assert counts == {"budget": (7, 9), "limit/slot/early": (2, 3)}
        limits = [row["limits"] for row in tx.find(PLACES, {}, limit=9)]
        assert limits == [[["limit/slot/early", None, False]]] * 2
