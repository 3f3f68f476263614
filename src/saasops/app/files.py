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


@attrs.define
class OpenTable:
    """A table whose rows are read while they are taken, once and in order.

    *problems* says what stopped the reading, when it is over.
    """

    header: tuple[str, ...]
    problems: list[Problem] = attrs.field(factory=list[Problem])
    _name: str = attrs.field(kw_only=True, alias="name")
    _lines: Iterator[list[str]] = attrs.field(kw_only=True, alias="lines", repr=False)
    _width: int = attrs.field(kw_only=True, alias="width")

    def __iter__(self) -> Iterator[tuple[int, Mapping[str, str | None]]]:
        number = 0
        try:
            for cells in self._lines:
                if _filled(cells):
                    number += 1
                    yield number, _row(self.header, cells, width=self._width)
        except _Broken as broken:
            self.problems.append(Problem(self._name, broken.code, broken.context))


def read_table(path: str | Path) -> Sheet:
    """Read a CSV (UTF-8, with or without BOM; .gz too) or XLSX file; skip blank lines.

    A file that breaks off gives the rows before the break and a problem. Raise `NotFound`
    where there is no file, `Invalid` for one that is empty, too large, also when it is
    unpacked, or unreadable from its first line on.
    """
    table = open_table(path)
    return Sheet(tuple(table), tuple(table.problems))


def open_table(path: str | Path) -> OpenTable:
    """Begin to read a table as `read_table` does, with one row in memory at a time.

    That it is too large when it is unpacked is raised while its rows are taken.
    """
    file = Path(path)
    if not file.is_file():
        raise NotFound("file", file.name)
    limit(file, file.stat().st_size)
    lines = _sheet(file) if file.suffix.lower() == ".xlsx" else _lines(file)
    try:
        first = next(filter(_filled, lines), _NOTHING)
    except _Broken as broken:
        raise Invalid([Problem(file.name, broken.code, broken.context)]) from None
    header = _header(file, first)
    return OpenTable(tuple(header), name=file.name, lines=lines, width=len(first))


def read_lines(path: str | Path) -> Iterator[str]:
    """Yield the lines of a text (UTF-8, with or without BOM) as they are asked for.

    Raise `NotFound` where there is no file, and while the lines are taken `Invalid` where it is
    too large or is no UTF-8.
    """
    file = Path(path)
    if not file.is_file():
        raise NotFound("file", file.name)
    limit(file, file.stat().st_size)
    return _text_lines(file)


def _text_lines(file: Path) -> Iterator[str]:
    done = 0
    with file.open(encoding="utf-8-sig", errors="strict", newline="\n") as text:
        while True:
            try:
                line = text.readline()
            except UnicodeDecodeError:
                problem = Problem(file.name, "file.encoding", {"line": done + 1})
                break
            if not line:
                return
            done += 1
            yield line
    raise Invalid([problem])


def read_utf8(file: Path) -> str:
    """Return the text of *file*; raise `Invalid` file.encoding with the line that is no UTF-8."""
    raw = file.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        context = {"line": raw[: error.start].count(b"\n") + 1}
        raise Invalid([Problem(file.name, "file.encoding", context)]) from None


def limit(file: Path, size: int) -> None:
    """Raise `Invalid` file.too_large where *file* has more than `MOST_BYTES`."""
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


def _row(header: tuple[str, ...], cells: list[str], *, width: int) -> Mapping[str, str | None]:
    row: dict[str, str | None] = dict(zip(header, cells, strict=False))
    if len(cells) < len(header):
        return {**dict.fromkeys(header), **row}
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
        limit(file, size)
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
