"""What a chart can draw of a section: labelled amounts, limits, and the scale that holds them.

How marks become shapes is left to `bars` and `columns`.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import attrs

from saasops.figures import Cell, Section
from saasops.money import Money
from saasops.reports.wording import Wording


@attrs.frozen(kw_only=True)
class Mark:
    """One amount with its label; `shown` and `allowed` are *value* and *limit* in words."""

    label: str
    value: Decimal | None
    shown: str
    limit: Decimal | None = None
    allowed: str = ""

    @property
    def excess(self) -> Decimal | None:
        """Return how far the amount is over its limit; None where it is not."""
        if self.value is None or self.limit is None or self.value <= self.limit:
            return None
        return self.value - self.limit


@attrs.frozen
class Scale:
    """The range from *low*, at most 0, to *high*, at least 0."""

    low: Decimal
    high: Decimal

    @classmethod
    def of(cls, marks: Iterable[Mark]) -> Scale:
        """Return the range that holds 0 and every amount and limit of *marks*."""
        both = [amount for mark in marks for amount in (mark.value, mark.limit)]
        amounts = [Decimal(0), *(amount for amount in both if amount is not None)]
        return cls(min(amounts), max(amounts))

    def part(self, amount: Decimal) -> Decimal:
        """Return where *amount* stands, from 0 at *low* to 1 at *high*; 0 if all is zero."""
        span = self.high - self.low
        return (amount - self.low) / span if span else Decimal(0)


def marks(section: Section, wording: Wording) -> list[Mark]:
    """Return what can be drawn of *section*, a mark a row.

    Nothing if columns are missing, no amount stands in them, or currencies differ.
    """
    needed = 3 if section.chart == "load" else 2
    if len(section.columns) < needed:
        return []
    drawn = [cell for row in section.rows for cell in row[1:needed]]
    currencies = {cell.currency if isinstance(cell, Money) else "" for cell in drawn if _is(cell)}
    if len(currencies) != 1:
        return []
    return [_mark(row, section, wording, limited=needed == 3) for row in section.rows]


def _mark(row: tuple[Cell, ...], section: Section, wording: Wording, *, limited: bool) -> Mark:
    texts = [
        wording.cell(cell, column.unit) for cell, column in zip(row, section.columns, strict=True)
    ]
    return Mark(
        label=texts[0],
        value=_amount(row[1]),
        shown=texts[1],
        limit=_amount(row[2]) if limited else None,
        allowed=texts[2] if limited else "",
    )


def _is(cell: Cell) -> bool:
    return _amount(cell) is not None


def _amount(cell: Cell) -> Decimal | None:
    match cell:
        case Money():
            amount = cell.amount
        case int() | Decimal():
            amount = Decimal(cell)
        case _:
            return None
    return amount if amount.is_finite() else None
