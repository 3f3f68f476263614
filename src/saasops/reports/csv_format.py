"""CSV that spreadsheets can open safely: UTF-8 with BOM, RFC 4180, no formula by accident.

A text that a spreadsheet would take for a formula gets an apostrophe in front; `unguard`
takes it off again. What stands in a list is left to the caller.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

import attrs

from saasops.figures import Cell, Report
from saasops.formulas import guard, unguard
from saasops.money import Money
from saasops.ports import Document
from saasops.reports.naming import distinct, file_name
from saasops.values import Text


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
    """Return *header* and *rows* as CSV, built in memory; see `stream`."""
    return b"".join(stream(header, rows, locale=locale))


def stream(
    header: Sequence[str], rows: Iterable[Sequence[Cell]], *, locale: str = "en"
) -> Iterator[bytes]:
    """Yield *header* and *rows* as CSV, line by line.

    Numbers stay numbers, without thousands separators; money is `15000.00 CNY`, dates and
    instants are ISO 8601, None is empty.
    """
    line = io.StringIO(newline="")
    writer = csv.writer(line, lineterminator="\r\n")
    writer.writerow([guard(title) for title in header])
    yield line.getvalue().encode("utf-8-sig", "replace")
    for row in rows:
        line.seek(0)
        line.truncate()
        writer.writerow([_field(cell, locale) for cell in row])
        yield line.getvalue().encode("utf-8", "replace")


def read(content: bytes) -> list[list[str]]:
    """Return the header and the rows of what `write` wrote, as texts without apostrophes."""
    lines = io.StringIO(content.decode("utf-8-sig"), newline="")
    return [[unguard(field) for field in row] for row in csv.reader(lines)]


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
