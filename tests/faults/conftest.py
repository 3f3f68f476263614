"""Where faults are made: a database of each engine, chances that can be told, how often."""

import logging
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from fault_cuts import Cutter, Disk, Relay
from fault_site import in_schema, prepared

from postgres_server import PostgresServer, postgres_server

LONG = 100
"""So many times the rounds of an ordinary run take about an hour."""


@pytest.fixture
def rounds(long: bool) -> Callable[[int], int]:  # noqa: FBT001 -- a fixture
    """Give how often to do what is done *so often* ordinarily; `--long` does it more often."""
    return lambda so_often: so_often * (LONG if long else 1)


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Give chances that are the same in each run; what a test prints shows when it fails."""
    print(f"seed: {request.node.name}")
    return random.Random(request.node.name)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Name each engine in turn."""
    return str(request.param)


@pytest.fixture
def fresh(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[], str]:
    """Give the address of another empty database, or of an empty schema, at each call."""
    if engine == "sqlite":
        return lambda: str(tmp_path / f"{uuid4()}.db")
    server: PostgresServer = request.getfixturevalue("postgres")
    return lambda: in_schema(server.dsn, server.schema())


@pytest.fixture
def address(fresh: Callable[[], str]) -> str:
    """Give the address of an empty database."""
    return fresh()


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[PostgresServer]:
    """Start a server that nobody else uses, which may be hurt, and which waits for the disk."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SAASOPS_TEST_PG_DSN", raising=False)
        try:
            with postgres_server(fsync=True) as server:
                yield server
        except LookupError as reason:
            if "SAASOPS_TEST_ALL" in os.environ:
                raise
            pytest.skip(f"no server of our own to be hurt: {reason}")


@pytest.fixture(autouse=True)
def quiet_pool() -> Iterator[None]:
    """Keep the pool from telling of each connection that it loses."""
    log = logging.getLogger("psycopg.pool")
    before = log.level
    log.setLevel(logging.CRITICAL)
    yield
    log.setLevel(before)


@pytest.fixture
def cutter(address: str, engine: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cutter]:
    """Give a database with free places behind a line that can be cut."""
    prepared(address).close()
    if engine == "sqlite":
        yield Disk(address, monkeypatch)
        return
    with Relay(address) as relay:
        yield relay
