"""The sheets of an XLSForm as lines with named cells, from a workbook or from its CSV form.

What the cells mean is left to `xlsform_reading`; opening the file to the shell.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeAlias

import attrs

from saasops.errors import Invalid, Problem
from saasops.surveys.formats.document import is_list, is_table, refuse
from saasops.values import Text

Sheets: TypeAlias = Mapping[str, Sequence[Sequence[Any]]]
"""Rows of cells by the name of the sheet; the first row that is not blank is the header."""

MOST_ROWS = 100_000
_ASKED = "a sheet survey with the columns type, name and label"
_TRANSLATED = {
    *("label", "hint", "guidance_hint", "constraint_message", "required_message"),
    *("media", "image", "audio", "video"),
}
_SPOKEN = {"english": "en", "chinese": "zh-CN", "中文": "zh-CN", "default": "*", "zh": "zh-CN"}
_CALLED = {"en": "English", "zh": "中文"}
_ALIASES = {
    "bind:calculate": "calculation",
    "bind:constraint": "constraint",
    "bind:jr:constraintmsg": "constraint_message",
    "bind:jr:requiredmsg": "required_message",
    "bind:readonly": "read_only",
    "bind:relevant": "relevant",
    "bind:required": "required",
    "calculate": "calculation",
    "caption": "label",
    "command": "type",
    "control:appearance": "appearance",
    "audio": "media:audio",
    "id_string": "form_id",
    "image": "media:image",
    "readonly": "read_only",
    "relevance": "relevant",
    "requiredmsg": "required_message",
    "title": "form_title",
    "value": "name",
    "video": "media:video",
}


@attrs.frozen
class Column:
    """A column: its letter, its name in lower case, and its locale, `*` where it has none."""

    letter: str
    name: str
    locale: str


@attrs.frozen
class Line:
    """One row of a *sheet*, by the number that a spreadsheet gives it."""

    sheet: str
    number: int
    columns: tuple[Column, ...]
    cells: tuple[str, ...]

    def get(self, name: str) -> str:
        """Return the cell of the column *name* without a language, "" where there is none."""
        return next((cell for column, cell in self.filled() if column.name == name), "")

    def text(self, name: str) -> Text | None:
        """Return the cells of the column *name* in their languages, None where all are blank."""
        found = {column.locale: cell for column, cell in self.filled() if column.name == name}
        return Text.of(found) if found else None

    def filled(self) -> Iterator[tuple[Column, str]]:
        """Walk over the cells that are not blank."""
        return (
            (column, cell) for column, cell in zip(self.columns, self.cells, strict=True) if cell
        )

    def at(self, name: str = "") -> str:
        """Return the place of the column *name* in this row, as `survey!C5`."""
        letters = (column.letter for column in self.columns if column.name == name)
        return f"{self.sheet}!{next(letters, '')}{self.number}"


def lines(sheets: Sheets, name: str) -> tuple[Line, ...]:
    """Return the rows of the sheet *name* that are not blank.

    A workbook of one sheet has the survey on it. Raise `Invalid` for a header that stands twice,
    and where there is no survey.
    """
    found = next((sheet for sheet in sheets if sheet.strip().lower() == name), None)
    if found is None and name == "survey" and len(sheets) == 1:
        (found,) = sheets
    if found is None and name == "survey":
        raise refuse("", _ASKED)
    if found is None:
        return ()
    rows = [[_written(cell) for cell in row] for row in sheets[found]]
    head = next((number for number, row in enumerate(rows) if any(row)), len(rows))
    columns = tuple(_columns(found, head + 1, rows[head])) if head < len(rows) else ()
    if name == "survey" and "type" not in {column.name for column in columns}:
        raise refuse(found, _ASKED)
    places = [_place(column.letter) for column in columns]
    made = (
        Line(found, number, columns, tuple(row[at] if at < len(row) else "" for at in places))
        for number, row in enumerate(rows[head + 1 :], head + 2)
    )
    return tuple(line for line in made if any(line.cells))


def _columns(sheet: str, number: int, header: Sequence[str]) -> Iterator[Column]:
    seen: set[tuple[str, str]] = set()
    for place, cell in enumerate(header):
        if not cell:
            continue
        parts = [part.strip() for part in cell.split("::" if "::" in cell else ":")]
        name = re.sub(r"\s+", "_", parts[0].lower())
        locale = "*"
        if name in _TRANSLATED and len(parts) > 1:
            inner = 1 if name == "media" else 0
            name = ":".join([name, *parts[1 : 1 + inner]]).lower()
            locale = locale_in(parts[1 + inner]) if len(parts) > 1 + inner else "*"
        elif len(parts) > 1:
            name = ":".join([name, *parts[1:]]).lower()
        name = _ALIASES.get(name, name)
        if (name, locale) in seen:
            where, context = f"{sheet}!{_letter(place)}{number}", {"header": cell}
            raise Invalid([Problem(where, "interchange.repeated_header", context)])
        seen.add((name, locale))
        yield Column(_letter(place), name, locale)


def checked(data: Any) -> Sheets:
    """Return *data* as sheets; raise `Invalid` where it is anything else, or has too many rows."""
    if not is_table(data):
        raise refuse("", "sheets by name")
    for name, rows in data.items():
        if not is_list(rows) or not all(is_list(row) for row in rows):
            raise refuse(name, "rows of cells")
        if len(rows) > MOST_ROWS:
            raise refuse(f"{name}!{MOST_ROWS}", "the end of the sheet")
    return data


def of_csv(rows: Sequence[Sequence[str]]) -> Sheets:
    """Return the sheets of the CSV form of XLSForm: the first cell names the sheet that begins.

    Rows and columns keep their places in the file.
    """
    sheets: dict[str, list[Sequence[str]]] = {}
    current: list[Sequence[str]] = []
    for number, row in enumerate(rows):
        if row and row[0].strip():
            current = sheets.setdefault(row[0].strip(), [[] for _ in range(number)])
            current += [[] for _ in range(number - len(current))]
        current.append(["", *row[1:]])
    return sheets


def locale_in(language: str) -> str:
    """Return the locale of a *language* as `English (en)`, `中文(zh)` or `english` names it."""
    coded = re.fullmatch(r".*\(([^()]+)\)\s*", language)
    code = (coded[1] if coded else language).strip()
    return _SPOKEN.get(code.lower(), code)


def locale_out(locale: str, *, whole: bool) -> str:
    """Return *locale* as a language with a code that machines read, its region if *whole*."""
    code = locale if whole else locale.partition("-")[0]
    return f"{_CALLED.get(code.partition('-')[0], locale)} ({code})"


def _written(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    if isinstance(cell, str | int | float):
        return _shown(cell)
    raise refuse("", "cells with text, numbers, dates or nothing")


def _shown(cell: str | float) -> str:
    try:
        return str(cell).strip()
    except ValueError:
        # Python does not spell out numbers of thousands of digits.
        raise refuse("", "cells with shorter numbers") from None


def _letter(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _place(letter: str) -> int:
    place = 0
    for one in letter:
        place = place * 26 + ord(one) - 64
    return place - 1
