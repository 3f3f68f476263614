"""Responses on their way through an import: set aside on disk, so that any number of them fits.

Says which of one person is the latest, in the order in which they were given. What they hold
is left to the caller; it lies in a private file without a name that goes with its process.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self, TypeAlias

Waiting: TypeAlias = tuple[str, int, int, str]
"""Whose it is, when it was given, the number of its row, and all of it as text."""

_LATER = """select 1 from waiting other where other.person = waiting.person
 and (other.at, other.number, other.rowid) > (waiting.at, waiting.number, waiting.rowid)"""


class Spool:
    """Set rows aside, then walk over them; at most a few megabytes are in memory."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute("pragma journal_mode = off")
        self._database.execute("pragma synchronous = off")
        self._database.execute("create table waiting (person text, at int, number int, body text)")

    def add(self, rows: Iterable[Waiting]) -> None:
        """Set *rows* aside."""
        self._database.execute("begin")
        self._database.executemany("insert into waiting values (?, ?, ?, ?)", rows)
        self._database.execute("commit")

    def settle(self) -> tuple[list[int], int]:
        """Drop all but the latest row of each person, of two at one instant the higher number.

        Return the numbers that were dropped, rising, and how many rows are left.
        """
        run = self._database.execute
        run("create index by_person on waiting (person, at, number)")
        dropped = run(f"select number from waiting where exists ({_LATER}) order by number")  # noqa: S608 -- a constant
        numbers = [number for (number,) in dropped]
        run(f"delete from waiting where exists ({_LATER})")  # noqa: S608 -- a constant
        (left,) = run("select count(*) from waiting").fetchone()
        return numbers, left

    def each(self) -> Iterator[Waiting]:
        """Walk over the rows by instant, then by person."""
        yield from self._database.execute(
            "select person, at, number, body from waiting order by at, person, number"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._database.close()
