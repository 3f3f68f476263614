"""The campaign machine holds, and campaigns that are broken in a known way do not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import attrs
import pytest

from postgres_server import PostgresServer
from saasops.app import bookings as app_bookings
from saasops.app import dispatch, places, rewards, taking
from saasops.rewards import ledger
from saasops.scheduling import bookings
from saasops.storage.memory import MemoryTransaction
from saasops.storage.sqlite import SqliteStorage
from saasops.storage.tables import PLACES
from saasops.testing.stateful import run_campaign_machine
from saasops_postgres.storage import PostgresStorage


def test_a_thousand_campaigns_hold_on_memory() -> None:
    run_campaign_machine(examples=1000, steps=15)


def test_campaigns_hold_on_sqlite(tmp_path: Path) -> None:
    numbers = iter(range(10_000))
    run_campaign_machine(lambda: SqliteStorage(tmp_path / f"{next(numbers)}.db"), examples=25)


def test_campaigns_hold_on_postgresql(postgres: PostgresServer) -> None:
    run_campaign_machine(
        lambda: PostgresStorage(postgres.dsn, schema=postgres.schema()), examples=10
    )


@contextmanager
def _no_ceiling() -> Iterator[None]:
    """Take any place, full or not; nothing but the store's own check is left."""
    add, find = MemoryTransaction.add, MemoryTransaction.find

    def broken(self: Any, *args: Any, **kwargs: Any) -> bool:
        return add(self, *args, **{**kwargs, "le": None})

    def any_place(work: Any, where: Any, order: Any, today: Any) -> Any:
        return iter(find(work.tx, PLACES, where, order=order))

    with (
        mock.patch.object(MemoryTransaction, "add", broken),
        mock.patch.object(taking, "_with_free", any_place),
    ):
        yield


def _nothing(*_: object, **__: object) -> None:
    return None


def _keeping(work: Any, campaign: str, steps: Any) -> Any:
    return places.shift(work, campaign, [attrs.evolve(one, leaves=None) for one in steps])


def _one_sided(*args: Any, **kwargs: Any) -> Any:
    return _GIVE(*args, **kwargs)[1:]


def _sent_again(work: Any, one: Any) -> None:
    _SETTLE(work, one)
    if one.stage == "sent" and not one.letter.message.endswith("!"):
        work.post("notice", f"{one.letter.message}!", dict(one.letter.payload))


def _marked(work: Any, letter: Any) -> bool:
    return True


@contextmanager
def _forgets_what_was_sent() -> Iterator[None]:
    with (
        mock.patch.object(dispatch, "_settle", _sent_again),
        mock.patch.object(dispatch, "FINAL", frozenset({"suppressed"})),
        mock.patch.object(dispatch, "_mark", _marked),
    ):
        yield


def _uncounted(work: Any, campaign: str, id: str, number: int) -> bool:
    return True


_GIVE, _SETTLE = ledger.give, dispatch._settle
MUTANTS: dict[str, Callable[[], Any]] = {
    "ceiling ignored": _no_ceiling,
    "place kept on leaving": lambda: mock.patch.object(app_bookings, "shift", _keeping),
    "any state after any": lambda: mock.patch.object(bookings, "_allow", _nothing),
    "one-sided ledger": lambda: mock.patch.object(rewards.ledger, "give", _one_sided),
    "stock not counted": lambda: mock.patch.object(rewards, "_count", _uncounted),
    "sent again": _forgets_what_was_sent,
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_campaign_is_caught(name: str) -> None:
    with MUTANTS[name]():  # noqa: SIM117 -- it has to fit: else whatever it raises would count
        with pytest.raises(BaseException) as caught:  # noqa: PT011 -- whatever breaks first
            run_campaign_machine(examples=200, steps=20, shrink=False)
    assert not isinstance(caught.value, KeyboardInterrupt | SystemExit)
