"""The storage benchmarks measure what they say they do; how fast it is, no test can tell."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks import storage, storage_scale
from postgres_server import PostgresServer
from saasops.storage.memory import MemoryStorage

TINY = storage.Size(
    name="tiny",
    booked=(4, 1),
    orm=(4, 1),
    bulk=(40, 1),
    pages=(600, 1),
    queued=(60, 1),
    tasks=(4, 1),
    waits=(64, 1),
    tries=160,
    processes=2,
)


@pytest.fixture(scope="module")
def found(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    every: dict[str, Any] = {}
    for topic in storage.TOPICS:
        every |= topic(tmp_path_factory.mktemp(topic.__name__), postgres, TINY)
    return every


def test_the_benchmarks_give_a_figure_for_every_goal(found: dict[str, Any]) -> None:
    assert storage.GOALS.keys() <= found.keys()
    assert all(found[name] >= 0 for name in storage.GOALS)


def test_nobody_is_overbooked_or_sent_away_busy(found: dict[str, Any]) -> None:
    assert (found["overbooked"], found["busy_errors"]) == (0, 0)


def test_a_goal_is_met_from_its_bound_on() -> None:
    assert storage.met("booking_vs_orm", 5.0)
    assert not storage.met("booking_vs_orm", 4.999)
    assert storage.met("worst_wait_vs_busy_timeout", 0.5)
    assert not storage.met("overbooked", 1)


def test_the_large_tables_hold_everybody_and_five_notices_to_each(tmp_path: Path) -> None:
    found = storage_scale.filled_and_read(MemoryStorage, 500, rounds=1)
    assert [page["table"] for page in found["pages"]] == ["participants", "notices", "notices"]
    assert all({"first", "middle", "last"} <= page.keys() for page in found["pages"])
