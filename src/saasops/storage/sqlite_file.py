"""A SQLite file as a whole: a copy of it as of one moment, and what is damaged in it.

SQLite keeps no checksums. Damage shows where pages, indexes and checks do not fit together; a
changed letter inside a value does not.
"""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path

from saasops.errors import StorageError

_PAGES = 500
"""Copied in one step; between two steps others get at the file and hear of the progress."""


def copy(
    source: sqlite3.Connection, path: Path, progress: Callable[[int, int], None] | None
) -> None:
    """Copy what the read transaction of *source* sees to *path*, where nothing may be yet.

    Without that transaction, each commit of others would make SQLite begin the copy anew.
    """

    def step(_: int, remaining: int, total: int) -> None:
        if progress is not None:
            progress(total - remaining, total)

    try:
        _refuse_what_is_there(path)
        with _beside(path) as part:
            with closing(sqlite3.connect(part)) as target:
                source.backup(target, pages=_PAGES, progress=step)
            _refuse_what_is_there(path)
            part.rename(path)
    except FileExistsError:
        raise StorageError("storage.backup_exists", path=str(path)) from None
    except (OSError, sqlite3.Error) as error:
        named = getattr(error, "sqlite_errorname", None) or getattr(error, "strerror", None)
        reason = named or type(error).__name__
        raise StorageError("storage.backup_failed", path=str(path), reason=reason) from error


def damage(connection: sqlite3.Connection) -> list[str]:
    """Read the whole file and name what does not fit together; empty if all does."""
    try:
        rows = connection.execute("pragma integrity_check").fetchall()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        return [getattr(error, "sqlite_errorname", type(error).__name__)]
    lines = [line for (text,) in rows for line in text.splitlines()]
    return [line for line in lines if line != "ok" and not line.startswith("***")]


@contextmanager
def _beside(path: Path) -> Generator[Path]:
    """Make a new file beside *path* that only its owner may read; what is left of it goes away."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        for ending in ("", "-journal", "-wal", "-shm"):
            Path(name + ending).unlink(missing_ok=True)


def _refuse_what_is_there(path: Path) -> None:
    """Look before a rename, which replaces files on some systems."""
    if os.path.lexists(path):
        raise FileExistsError
