"""One command, one transaction, repeated when others were in the way."""

import inspect
from collections.abc import Callable

import pytest

from kit import Stage, nothing_changes, rows
from saasops import Conflict
from saasops.app import people
from saasops.app.work import Work, attempt
from saasops.errors import Busy, Duplicate, Stale, StorageError
from saasops.people.users import User
from saasops.storage.memory import MemoryStorage
from saasops.storage.tables import USERS


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("saasops.app.work.time.sleep", lambda _: None)


def failing(error: StorageError, times: int) -> tuple[Callable[[Work], str], list[int]]:
    """Return a step that writes, fails *times* times, and then is done; and its calls."""
    calls: list[int] = []

    def step(work: Work) -> str:
        calls.append(len(calls))
        people.register(work, User(id="u1"), account=None, identities=(), contact=None)
        if len(calls) <= times:
            raise error
        return "done"

    return step, calls


STALE = Stale("storage.stale", table="users")
DUPLICATE = Duplicate("storage.duplicate", table="users", columns=("id",))
BUSY = Busy("storage.busy", seconds=1)


@pytest.mark.parametrize("error", [STALE, DUPLICATE, BUSY], ids=["stale", "duplicate", "busy"])
def test_g2_a_command_that_others_were_in_the_way_of_is_repeated(
    stage: Stage, error: StorageError
) -> None:
    step, calls = failing(error, 3)
    assert stage.ops.run(step, actor="host") == "done"
    assert len(calls) == 4
    assert stage.ops.people.user("u1").id == "u1"


@pytest.mark.parametrize(
    ("error", "kind"), [(STALE, Conflict), (DUPLICATE, Conflict), (BUSY, Busy)]
)
def test_g2_when_others_keep_winning_nothing_is_written_and_it_is_said(
    stage: Stage, error: StorageError, kind: type[Exception]
) -> None:
    step, calls = failing(error, 99)
    with nothing_changes(stage.ops), pytest.raises(kind) as lost:
        stage.ops.run(step, actor="host")
    assert len(calls) == 4
    assert getattr(lost.value, "retryable", False)


def test_g2_a_transaction_of_the_host_is_not_repeated_behind_its_back() -> None:
    storage, calls = MemoryStorage(), list[int]()
    storage.migrate([USERS.table])

    def step(_: object) -> None:
        calls.append(1)
        raise STALE

    with storage.begin("default") as outer, pytest.raises(Conflict):
        attempt(storage, "default", step, write=True, join=outer)
    assert calls == [1]


def test_a6_a_failing_store_stops_an_import_and_is_no_mistake_of_a_row(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> str:
        raise StorageError("storage.closed")

    monkeypatch.setattr(people, "register", broken)
    with nothing_changes(stage.ops), pytest.raises(StorageError):
        stage.ops.people.import_users(rows("user\nu1\n"))


def test_g2_a_command_shows_its_own_arguments_only(stage: Stage) -> None:
    shown = inspect.signature(stage.campaign.schedule.book)
    assert "work" not in shown.parameters
    assert {"user", "slot"} <= set(shown.parameters)
