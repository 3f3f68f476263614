"""Read operators' tables, CSV or XLSX, row by row; say where a file cannot be read.

What the columns mean is left to the context that reads the rows.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime, time
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast

import attrs

from saasops.errors import Invalid, NotFound, Problem, SaasOpsError
from saasops.rows import EXTRA

MOST_BYTES = 64 * 2**20
_NOTHING: list[str] = []


@attrs.frozen
class Sheet:
    """The rows that could be read, numbered from 1 below the header, and what stopped it."""

    rows: tuple[tuple[int, Mapping[str, str | None]], ...]
    problems: tuple[Problem, ...] = ()


class _Broken(Exception):
    """Carry out of a reader what stopped it."""

    def __init__(self, code: str, **context: Any) -> None:
        super().__init__(code)
        self.code = code
        self.context = context


def read_table(path: str | Path) -> Sheet:
    """Read a CSV (UTF-8, with or without BOM; .gz too) or XLSX file; skip blank lines.

    A file that breaks off gives the rows before the break and a problem. Raise `NotFound`
    where there is no file, `Invalid` for one that is empty, too large, also when it is
    unpacked, or unreadable from its first line on.
    """
    file = Path(path)
    if not file.is_file():
        raise NotFound("file", file.name)
    _limit(file, file.stat().st_size)
    lines = _sheet(file) if file.suffix.lower() == ".xlsx" else _lines(file)
    try:
        first = next(filter(_filled, lines), _NOTHING)
    except _Broken as broken:
        raise Invalid([Problem(file.name, broken.code, broken.context)]) from None
    header = _header(file, first)
    rows: list[tuple[int, Mapping[str, str | None]]] = []
    try:
        for cells in lines:
            if _filled(cells):
                rows.append((len(rows) + 1, _row(header, cells, width=len(first))))
    except _Broken as broken:
        return Sheet(tuple(rows), (Problem(file.name, broken.code, broken.context),))
    return Sheet(tuple(rows))


def _limit(file: Path, size: int) -> None:
    if size > MOST_BYTES:
        context = {"megabytes": size >> 20, "most": MOST_BYTES >> 20}
        raise Invalid([Problem(file.name, "file.too_large", context)])


def _header(file: Path, first: list[str]) -> list[str]:
    """Return the names of the columns; blank cells behind the last one are no columns."""
    header = [cell.strip() for cell in first]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise Invalid([Problem(file.name, "file.empty", {})])
    repeated = sorted({cell for cell in header if header.count(cell) > 1})
    if repeated:
        raise Invalid([Problem(file.name, "file.repeated_header", {"columns": repeated})])
    return header


def _row(header: list[str], cells: list[str], *, width: int) -> Mapping[str, str | None]:
    row: dict[str, str | None] = dict.fromkeys(header)
    row.update(zip(header, cells, strict=False))
    extra = cells[len(header) :]
    if len(cells) > width or _filled(extra):
        row[EXTRA] = str(len(extra))
    return row


def _filled(cells: list[str]) -> bool:
    return any(cell.strip() for cell in cells)


def _lines(file: Path) -> Iterator[list[str]]:
    done = 0
    try:
        # Bytes that are no UTF-8 come as surrogates, so that the lines before them are read.
        with (
            _opened(file) as raw,
            io.TextIOWrapper(raw, "utf-8-sig", errors="surrogateescape", newline="") as text,
        ):
            reader = csv.reader(_checked(file, text), strict=True)
            for cells in reader:
                done = reader.line_num
                yield cells
    except UnicodeError:
        raise _Broken("file.encoding", line=done + 1) from None
    except csv.Error as error:
        raise _Broken("file.broken", line=done + 1, reason=str(error)) from None
    except (EOFError, OSError, zlib.error) as error:
        raise _Broken("file.broken", line=done + 1, reason=type(error).__name__) from None


def _checked(file: Path, text: TextIO) -> Iterator[str]:
    size = 0
    while line := text.readline(MOST_BYTES):
        if not line.isascii():
            line.encode()
        if "\0" in line:
            raise UnicodeError
        size += len(line)
        _limit(file, size)
        yield line


def _opened(file: Path) -> BinaryIO:
    if file.suffix.lower() == ".gz":
        return cast("BinaryIO", gzip.open(file, "rb"))
    return file.open("rb")


def _sheet(file: Path) -> Iterator[list[str]]:
    try:
        import openpyxl
    except ImportError:
        raise SaasOpsError("file.needs_extra", extra="xlsx") from None
    done, width = 0, 0
    try:
        with file.open("rb") as raw:
            book = openpyxl.load_workbook(raw, read_only=True, data_only=True)
            for row in book.worksheets[0].iter_rows(values_only=True):
                cells = [_written(cell) for cell in row]
                width = width or len(cells)
                yield cells + [""] * (width - len(cells))
                done += 1
    except Exception as error:  # noqa: BLE001 -- a broken archive fails in many ways
        raise _Broken("file.broken", line=done + 1, reason=type(error).__name__) from None


def _written(cell: Any) -> str:
    """Return *cell* as it would stand in a CSV file: a sheet keeps dates and numbers as such."""
    if cell is None:
        return ""
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
