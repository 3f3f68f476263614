"""Read operators' tables, CSV or XLSX, row by row; say where a file cannot be read.

What the columns mean is left to the context that reads the rows.
"""

import csv
import gzip
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, cast

import attrs

from saasops.errors import Invalid, NotFound, Problem, SaasOpsError

MOST_BYTES = 64 * 2**20
_MOST_CELL = 2**20
_NOTHING: list[str] = []
EXTRA = "\0extra"
"""The key that marks a row with more cells than the header; a cell that is missing is None."""


@attrs.frozen
class Sheet:
    """The rows that could be read, numbered from 1 below the header, and what stopped it."""

    rows: tuple[tuple[int, Mapping[str, str | None]], ...]
    problems: tuple[Problem, ...] = ()


def read_table(path: str | Path) -> Sheet:
    """Read a CSV (UTF-8, with or without BOM; .gz too) or XLSX file; skip blank lines.

    A file that breaks off gives the rows before the break and a problem. Raise `NotFound`
    where there is no file, `Invalid` for one that is empty, too large or unreadable from
    its first line on.
    """
    file = Path(path)
    if not file.is_file():
        raise NotFound("file", file.name)
    if file.stat().st_size > MOST_BYTES:
        context = {"megabytes": file.stat().st_size >> 20, "most": MOST_BYTES >> 20}
        raise Invalid([Problem(file.name, "file.too_large", context)])
    lines = _sheet(file) if file.suffix.lower() == ".xlsx" else _lines(file)
    header = [cell.strip() for cell in next(lines, _NOTHING)]
    if not any(header):
        raise Invalid([Problem(file.name, "file.empty", {})])
    repeated = sorted({cell for cell in header if header.count(cell) > 1})
    if repeated:
        raise Invalid([Problem(file.name, "file.repeated_header", {"columns": repeated})])
    rows: list[tuple[int, Mapping[str, str | None]]] = []
    try:
        for cells in lines:
            if any(cells):
                rows.append((len(rows) + 1, _row(header, cells)))
    except Invalid as broken:
        return Sheet(tuple(rows), broken.problems)
    return Sheet(tuple(rows))


def _row(header: list[str], cells: list[str]) -> Mapping[str, str | None]:
    row: dict[str, str | None] = dict.fromkeys(header)
    row.update(zip(header, cells, strict=False))
    if len(cells) > len(header):
        row[EXTRA] = str(len(cells) - len(header))
    return row


def _lines(file: Path) -> Iterator[list[str]]:
    csv.field_size_limit(_MOST_CELL)
    with _opened(file) as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text, strict=True)
        try:
            yield from reader
        except UnicodeDecodeError:
            context = {"line": reader.line_num + 1}
            raise Invalid([Problem(file.name, "file.encoding", context)]) from None
        except (csv.Error, EOFError, gzip.BadGzipFile) as error:
            broken = {"line": reader.line_num, "reason": str(error)}
            raise Invalid([Problem(file.name, "file.broken", broken)]) from None


def _opened(file: Path) -> BinaryIO:
    return cast("BinaryIO", gzip.open(file, "rb")) if file.suffix == ".gz" else file.open("rb")


def _sheet(file: Path) -> Iterator[list[str]]:
    try:
        import openpyxl
    except ImportError:
        raise SaasOpsError("file.needs_extra", extra="xlsx") from None
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except Exception as error:  # noqa: BLE001 -- a broken archive fails in many ways
        context = {"line": 0, "reason": type(error).__name__}
        raise Invalid([Problem(file.name, "file.broken", context)]) from None
    try:
        for cells in book.worksheets[0].iter_rows(values_only=True):
            yield ["" if cell is None else str(cell) for cell in cells]
    finally:
        book.close()
