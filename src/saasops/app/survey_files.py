"""Definitions of surveys as files: bytes to plain data and back; what they mean is left to others.

Our own format is that of definitions, TOML or JSON in and JSON out; the others are those of
`surveys.formats.definitions`. A workbook needs the extra `xlsx`.
"""

import csv
import io
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs

from saasops import serial
from saasops.errors import Invalid, NotFound, Problem, SaasOpsError
from saasops.surveys.definition import Survey
from saasops.surveys.formats import definitions
from saasops.surveys.formats.definitions import FORMATS, Choices, Imported
from saasops.surveys.formats.xlsform_sheets import MOST_ROWS, Sheets, of_csv

OWN = "saasops"
NAMES = (OWN, *FORMATS)
MOST_BYTES = 16 * 2**20
_MOST_COLUMNS = 1000


@attrs.frozen(kw_only=True)
class Written:
    """A definition as a file: its suffix, its bytes, and what of the survey it cannot say."""

    suffix: str
    content: bytes = attrs.field(repr=False)
    lost: tuple[Problem, ...] = ()


def read_definition(path: str | Path, name: str | None = None) -> Imported:
    """Read the survey in the file *path*, in the format *name*, else in the one it looks like.

    A survey that does not name itself gets the name of the file, and version 1. Raise `NotFound`
    where there is no file or format, `Invalid` for a file that is too large or no definition,
    `SaasOpsError` (`file.needs_extra`) for a workbook without openpyxl.
    """
    file = Path(path)
    if not file.is_file():
        raise NotFound("file", file.name)
    if (size := file.stat().st_size) > MOST_BYTES:
        context = {"megabytes": size >> 20, "most": MOST_BYTES >> 20}
        raise Invalid([Problem(file.name, "file.too_large", context)])
    return definition_in(file.read_bytes(), file.name, name)


def definition_in(content: bytes, file: str, name: str | None = None) -> Imported:
    """Read the survey in the *content* of *file*; see `read_definition`."""
    suffix, id = Path(file).suffix.lower(), Path(file).stem.strip() or "survey"
    if suffix == ".xlsx":
        return definitions.read(_workbook(content, file), name or "xlsform", id=id)
    text = _text(content, file)
    if suffix == ".csv":
        return definitions.read(_csv(text, file), name or "xlsform", id=id)
    data = serial.parse_toml(text) if suffix == ".toml" else _json(text, file)
    found = name or (OWN if suffix == ".toml" or _is_own(data) else "surveyjs")
    if found == OWN:
        return Imported(survey=serial.load(data, Survey))
    return definitions.read(data, found, id=id)


def write_definition(
    survey: Survey, name: str, *, locale: str = "en", choices: Choices | None = None
) -> Written:
    """Write *survey* in the format *name*: JSON, or a workbook for a tabular format.

    Raise `NotFound` where there is no such format, `Invalid` for what it cannot say; for
    *locale* and *choices* see `definitions.written`.
    """
    if name == OWN:
        return Written(suffix=".json", content=_dumped(serial.dump(survey)))
    document = definitions.written(survey, name, locale=locale, choices=choices)
    if FORMATS[name].tabular:
        return Written(suffix=".xlsx", content=_book(document.data), lost=document.lost)
    return Written(suffix=".json", content=_dumped(document.data), lost=document.lost)


def _is_own(data: Any) -> bool:
    return serial.is_table(data) and {"id", "version", "questions"} <= set(data)


def _dumped(data: Any) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()


def _text(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        context = {"line": content[: error.start].count(b"\n") + 1}
        raise Invalid([Problem(file, "file.encoding", context)]) from None


def _json(text: str, file: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
        context = {"line": line, "reason": type(error).__name__}
    except RecursionError:
        context = {"line": 1, "reason": "nesting"}
    raise Invalid([Problem(file, "interchange.broken", context)])


def _csv(text: str, file: str) -> Sheets:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), strict=True):
            rows.append(row)
            if len(rows) > MOST_ROWS:
                break
    except csv.Error as error:
        context = {"line": len(rows) + 1, "reason": str(error)}
        raise Invalid([Problem(file, "interchange.broken", context)]) from None
    return of_csv(rows)


def _workbook(content: bytes, file: str) -> Sheets:
    load = _openpyxl().load_workbook
    sheets: dict[str, list[tuple[Any, ...]]] = {}
    try:
        book = load(io.BytesIO(content), read_only=True, data_only=True)
        for sheet in book.worksheets:
            # What a sheet says of its own size may be a lie, and a blank one says nothing.
            sheet.reset_dimensions()
            rows = sheet.iter_rows(max_col=_MOST_COLUMNS, values_only=True)
            sheets[sheet.title] = [row for row, _ in zip(rows, range(MOST_ROWS + 1), strict=False)]
    except Exception as error:  # noqa: BLE001 -- a broken archive fails in many ways
        context = {"line": 1, "reason": type(error).__name__}
        raise Invalid([Problem(file, "interchange.broken", context)]) from None
    return sheets


def _book(sheets: Sheets) -> bytes:
    book = _openpyxl().Workbook(write_only=True)
    cell = import_module("openpyxl.cell").WriteOnlyCell
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            made = [cell(sheet, value) if value else None for value in row]
            for one in filter(None, made):
                # A text stays a text, whatever it begins with.
                one.data_type = "s"
            sheet.append(made)
    content = io.BytesIO()
    try:
        book.save(content)
    except (ValueError, TypeError) as error:
        context = {"line": 1, "reason": type(error).__name__}
        raise Invalid([Problem("xlsx", "interchange.broken", context)]) from None
    return content.getvalue()


def _openpyxl() -> Any:
    try:
        return import_module("openpyxl")
    except ImportError:
        raise SaasOpsError("file.needs_extra", extra="xlsx") from None
