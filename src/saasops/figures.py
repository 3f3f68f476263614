"""What a report shows, whatever the format: figures, tables and the chart that suits them.

Which numbers stand in a report is decided by the context that makes it; how they look is
left to `saasops.reports`.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias

import attrs

from saasops.money import Money
from saasops.values import Text

Cell: TypeAlias = str | int | Decimal | date | Money | Text | None
Unit: TypeAlias = Literal["text", "count", "percent", "money", "date", "points"]


@attrs.frozen(kw_only=True)
class Column:
    """One column: what stands in it and in which unit. Shares are 0 to 100 in `percent`."""

    id: str
    title: Text
    unit: Unit = "text"


@attrs.frozen(kw_only=True)
class Section:
    """One table of a report and the picture of it.

    *chart* draws `columns[1]` (and, for `load`, `columns[2]` as its limit) by `columns[0]`:
    `funnel` for steps that lose people, `bars` for amounts, `load` for use against a limit,
    `figures` for a few numbers that stand alone, None for a plain table. *note* says what a
    reader has to know: a definition, a shortage, a rounding.
    """

    id: str
    title: Text
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    chart: Literal["funnel", "bars", "load", "figures"] | None = None
    note: Text | None = None

    def __attrs_post_init__(self) -> None:
        if wrong := [row for row in self.rows if len(row) != len(self.columns)]:
            raise ValueError(f"section {self.id}: {len(wrong)} row(s) of another width")

    def column(self, id: str) -> dict[Any, Cell]:
        """Return the cells of column *id* by the first cell of their row."""
        at = [column.id for column in self.columns].index(id)
        return {row[0]: row[at] for row in self.rows}


@attrs.frozen(kw_only=True)
class Report:
    """A titled list of sections, true at the instant *as_of*."""

    id: str
    title: Text
    as_of: datetime
    zone: str
    sections: tuple[Section, ...]

    def section(self, id: str) -> Section:
        """Return the section *id*; raise `KeyError` where there is none."""
        for section in self.sections:
            if section.id == id:
                return section
        raise KeyError(id)


def column(id: str, title: Text, unit: Unit = "text") -> Column:
    """Head one column of a table."""
    return Column(id=id, title=title, unit=unit)
