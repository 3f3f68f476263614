"""Bottom layer, beside values: reads tables of text row by row and lists what is wrong.

A wrong row is left out and every mistake in it is named; no cell is ever quoted, because
any may hold personal data. Opening files is left to the callers.
"""

import re
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

import attrs

from saasops.clock import parse_instant
from saasops.errors import Problem

T = TypeVar("T")
EXTRA = "\0extra"
"""The key that marks a row with more cells than the header; a cell that is missing is None."""
Rows: TypeAlias = Iterable[tuple[int, Mapping[str, str | None]]]


@attrs.define(kw_only=True)
class Row:
    """One row while it is read: a blank cell is None, a mistake is noted in `problems`."""

    number: int
    cells: Mapping[str, str | None] = attrs.field(repr=False)
    problems: list[Problem] = attrs.field(factory=list[Problem])

    def wrong(self, column: str, code: str, /, **context: Any) -> None:
        """Note that the cell in *column*, or with "" the whole row, is wrong."""
        where = f"row {self.number}, column {column}" if column else f"row {self.number}"
        self.problems.append(Problem(where, code, context))

    def text(self, column: str) -> str | None:
        """Return the cell without the blanks around it."""
        return (self.cells.get(column) or "").strip() or None

    def required(self, column: str) -> str:
        """Return the cell of a required column; that it is blank, `read_rows` has noted."""
        return self.text(column) or ""

    def date(self, column: str) -> date | None:
        """Return a civil date; 2020-02-09, 2020/2/9 and 2020.2.9 are the same."""
        return self._read(column, "row.wrong_date", _day)

    def instant(self, column: str, *, default: ZoneInfo | None = None) -> datetime | None:
        """Return an instant in UTC; one without an offset is read in the zone *default*."""
        return self._read(column, "row.wrong_instant", lambda t: parse_instant(t, default=default))

    def integer(self, column: str) -> int | None:
        """Return a whole number; full-width digits count as digits."""
        return self._read(column, "row.wrong_number", int)

    def choice(self, column: str, allowed: Collection[str]) -> str | None:
        """Return the cell if it is one of *allowed*."""
        found = self.text(column)
        if found is not None and found not in allowed:
            self.wrong(column, "row.not_allowed", allowed=sorted(allowed))
        return found if found in allowed else None

    def list_(self, column: str, *, separator: str = ";") -> tuple[str, ...]:
        """Return the parts between *separator*, without blanks and empty parts."""
        parts = (self.text(column) or "").split(separator)
        return tuple(part.strip() for part in parts if part.strip())

    def _read(self, column: str, code: str, parse: Callable[[str], T]) -> T | None:
        if (found := self.text(column)) is not None:
            try:
                return parse(found)
            except (ValueError, OverflowError):
                self.wrong(column, code)
        return None


def read_rows(
    rows: Rows,
    build: Callable[[Row], T | None],
    *,
    required: Collection[str],
    optional: Collection[str] = (),
    key: Callable[[T], Hashable] | None = None,
) -> tuple[list[tuple[int, T]], list[Problem]]:
    """Build a value of every right row, with its number, and list the problems of the others.

    *rows* are (row number, cell by column). A required column that is missing ends the
    reading; an unknown one is only reported. *build* notes problems, and may return None,
    where a row is wrong. Of two rows with the same *key* the first counts. Linear.
    """
    built, problems = list[tuple[int, T]](), list[Problem]()
    columns, seen = list[str](), dict[Hashable, int]()
    known = {"known": sorted({*required, *optional})}
    for number, cells in rows:
        if not columns:
            columns = [column for column in cells if column not in (EXTRA, None)]
            missing = [c for c in required if c not in columns]
            unknown = [c for c in columns if c not in known["known"]]
            problems += [Problem(f"column {c}", "row.missing_column") for c in missing]
            problems += [Problem(f"column {c}", "row.unknown_column", known) for c in unknown]
            if missing:
                break
        row = Row(number=number, cells=cells)
        if (width := sum(cell is not None for cell in cells.values())) != len(columns):
            code = "row.too_short" if width < len(columns) else "row.too_long"
            row.wrong("", code, cells=width, columns=len(columns))
        else:
            for column in (c for c in required if row.text(c) is None):
                row.wrong(column, "row.missing_value")
            value = build(row)
            if value is not None and not row.problems:
                if (first := seen.setdefault(key(value), number) if key else number) == number:
                    built.append((number, value))
                else:
                    row.wrong("", "row.duplicate", first=first, row=number)
        problems += row.problems
    return built, problems


def _day(text: str) -> date:
    return date.fromisoformat("-".join(part.zfill(2) for part in re.split("[-/.]", text)))
