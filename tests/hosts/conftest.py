"""A ground of each kind: a database that saasops and a host share."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from host_kit import ORDERS, Ground, engine_of
from psycopg.conninfo import make_conninfo

from postgres_server import PostgresServer
from saasops.storage.sqlite import SqliteStorage
from saasops.testing.contracts.storage_tables import TABLES
from saasops_postgres.storage import PostgresStorage


@pytest.fixture
def sqlite_ground(tmp_path: Path) -> Iterator[Ground]:
    place = str(tmp_path / "host.db")
    storage = SqliteStorage(place, timeout=0.1)
    yield from _prepared(Ground("sqlite", storage, engine_of(place, "sqlite"), place))


@pytest.fixture
def postgres_ground(postgres: PostgresServer) -> Iterator[Ground]:
    ours, theirs = postgres.schema(), postgres.schema()
    with psycopg.connect(postgres.dsn) as connection:
        connection.execute(f"create schema {theirs}")
    storage = PostgresStorage(postgres.dsn, schema=ours, workers=2)
    place = make_conninfo(postgres.dsn, options=f"-c search_path={theirs} -c lock_timeout=5000")
    yield from _prepared(Ground("postgres", storage, engine_of(place, "postgres"), place, ours))


@pytest.fixture
def ground(request: pytest.FixtureRequest) -> Ground:
    """Return the ground whose kind is the parameter."""
    return request.getfixturevalue(f"{request.param}_ground")


def _prepared(ground: Ground) -> Iterator[Ground]:
    ground.storage.migrate(TABLES)
    with closing(ground.connect()) as connection:
        connection.execute(ORDERS)
        connection.commit()
    yield ground
    ground.engine.dispose()
    ground.storage.close()
