"""A stage in memory and one on a SQLite file, closed at the end."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kit import Stage, staged
from postgres_server import PostgresServer


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = staged()
    with closing(made.ops):
        yield made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ops.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, file: Path) -> str:
    """Return where several threads or processes keep one campaign."""
    if request.param == "sqlite":
        return str(file)
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.url()


@pytest.fixture
def on_file(file: Path) -> Iterator[Stage]:
    made = staged(file)
    with closing(made.ops):
        yield made
