"""What every test shares: how hypothesis searches, and a PostgreSQL server."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from postgres_server import PostgresServer, postgres_server

# Others use the machine as well, so no example fails for being slow. `make test` tries the same
# examples each time, so that a commit is judged alike everywhere; `make explore` looks for new ones.
settings.register_profile("saasops", deadline=None, derandomize="SAASOPS_TEST_ALL" in os.environ)
settings.load_profile("saasops")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Yield a server, one for each worker of pytest-xdist; `make test` insists on it."""
    try:
        with postgres_server() as server:
            yield server
    except LookupError as reason:
        if "SAASOPS_TEST_ALL" in os.environ:
            raise
        pytest.skip(str(reason))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="let the faults go on for about an hour")


@pytest.fixture(scope="session")
def long(pytestconfig: pytest.Config) -> bool:
    """Tell whether the tests may take long."""
    return bool(pytestconfig.getoption("--long"))
