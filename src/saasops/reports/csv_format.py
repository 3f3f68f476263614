"""CSV that spreadsheets can open safely: UTF-8 with BOM, RFC 4180, no formula by accident.

A text that a spreadsheet would take for a formula gets an apostrophe in front; `unguard`
takes it off again. What stands in a list is left to the caller.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

import attrs

from saasops.figures import Cell, Report
from saasops.money import Money
from saasops.ports import Document
from saasops.reports.naming import distinct, file_name
from saasops.values import Text

_STARTS_A_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


@attrs.frozen
class CsvFormat:
    """Write one CSV for each section: titles in the locale, then the rows."""

    def render(self, report: Report, /, *, locale: str) -> tuple[Document, ...]:
        """Write *report* as `<report>-<section>.csv` documents, in the order of its sections."""
        stems = distinct((file_name(f"{report.id}-{s.id}", "")[:-1] for s in report.sections), 80)
        return tuple(
            Document(
                name=f"{stem}.csv",
                media_type="text/csv; charset=utf-8; header=present",
                content=write(
                    [column.title.to(locale) for column in section.columns],
                    section.rows,
                    locale=locale,
                ),
            )
            for stem, section in zip(stems, report.sections, strict=True)
        )


def write(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, locale: str = "en") -> bytes:
    """Return *header* and *rows* as CSV.

    Numbers stay numbers, without thousands separators; money is `15000.00 CNY`, dates and
    instants are ISO 8601, None is empty. The file is built in memory.
    """
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow([guard(title) for title in header])
    writer.writerows([_field(cell, locale) for cell in row] for row in rows)
    return lines.getvalue().encode("utf-8-sig", "replace")


def read(content: bytes) -> list[list[str]]:
    """Return the header and the rows of what `write` wrote, as texts without apostrophes."""
    lines = io.StringIO(content.decode("utf-8-sig"), newline="")
    return [[unguard(field) for field in row] for row in csv.reader(lines)]


def guard(text: str) -> str:
    """Put an apostrophe before *text* if a spreadsheet would calculate it."""
    return f"'{text}" if _dangerous(text) else text


def unguard(text: str) -> str:
    """Take off the apostrophe that `guard` put before *text*; leave every other text alone."""
    return text[1:] if text.startswith("'") and _dangerous(text) else text


def _dangerous(text: str) -> bool:
    """Look behind leading apostrophes, so that guarding can be undone in every case."""
    return text.lstrip("'").startswith(_STARTS_A_FORMULA)


def _field(cell: Cell, locale: str) -> str:
    match cell:
        case None:
            return ""
        case int() | Decimal() if Decimal(cell).is_finite():
            return f"{Decimal(cell):f}"
        case date():
            return cell.isoformat()
        case Money():
            return guard(f"{cell.amount:f} {cell.currency}")
        case Text():
            return guard(cell.to(locale))
        case _:
            return guard(str(cell))
