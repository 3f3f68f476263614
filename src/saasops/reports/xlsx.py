"""Workbooks. A report has a sheet for each section, texts as texts, numbers as numbers.

Needs the extra `xlsx`; openpyxl is imported when the first workbook is written.
"""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from importlib import import_module
from typing import IO, Any

import attrs

from saasops.errors import SaasOpsError
from saasops.figures import Cell, Report, Section, Unit
from saasops.formulas import dangerous
from saasops.money import Money
from saasops.ports import Document
from saasops.reports.naming import distinct, file_name
from saasops.reports.widths import columns
from saasops.reports.wording import Wording

_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_A_SHEET_NAME = re.compile(r"[\[\]:*?/\\'\x00-\x1f]+")
_FORMATS: dict[Unit, str] = {"count": "#,##0.##", "points": "#,##0", "percent": "0.00%"}
_DIGITS = 15
"""What a spreadsheet can hold of a number; anything longer is kept exactly, as text."""


@attrs.frozen
class XlsxFormat:
    """Write a workbook with frozen header rows; shares become 0 to 1, shown in percent."""

    def render(self, report: Report, /, *, locale: str) -> tuple[Document, ...]:
        """Write *report*; raise `SaasOpsError` (`report.extra_missing`) without openpyxl."""
        book = _openpyxl().Workbook(write_only=True)
        book.properties.title = _text(report.title.to(locale))
        book.properties.created = report.as_of.replace(tzinfo=None)
        wording = Wording.of(report, locale)
        names = distinct((_sheet_name(wording.text(s.title)) for s in report.sections), 31)
        for name, section in zip(names, report.sections, strict=True):
            _fill(book.create_sheet(name), section, wording)
        if not report.sections:
            book.create_sheet(_sheet_name(wording.text(report.title))[:31])
        content = io.BytesIO()
        book.save(content)
        name = file_name(report.id, "xlsx")
        return (Document(name=name, media_type=_MEDIA_TYPE, content=content.getvalue()),)


def stream(
    to: IO[bytes],
    name: str,
    header: Sequence[str],
    rows: Iterable[Sequence[str | int | Decimal | None]],
) -> None:
    """Write *header* and *rows* to *to* as a workbook of one sheet, row by row.

    Texts stay texts, whatever they begin with, and numbers numbers. Raise `SaasOpsError`
    report.extra_missing without openpyxl.
    """
    book = _openpyxl().Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_name(name)[:31])
    sheet.freeze_panes = "A2"
    sheet.append([_styled(sheet, title) for title in header])
    for row in rows:
        sheet.append([cell if cell is None else _plain(sheet, cell) for cell in row])
    book.save(to)


def _plain(sheet: Any, cell: str | int | Decimal) -> Any:
    number = not isinstance(cell, str) and _fits(Decimal(cell))
    return _styled(sheet, cell if number else str(cell))


def _openpyxl() -> Any:
    try:
        return import_module("openpyxl")
    except ImportError:
        raise SaasOpsError("report.extra_missing", extra="xlsx", package="openpyxl") from None


def _fill(sheet: Any, section: Section, wording: Wording) -> None:
    sheet.freeze_panes = "A2"
    titles = [wording.text(column.title) for column in section.columns]
    for place, (title, column) in enumerate(zip(titles, section.columns, strict=True)):
        shown = (wording.cell(row[place], column.unit) for row in section.rows[:200])
        widest = max(map(columns, (title, *shown)))
        letter = import_module("openpyxl.utils").get_column_letter(place + 1)
        sheet.column_dimensions[letter].width = min(max(widest + 2, 8), 60)
    bold = import_module("openpyxl.styles").Font(bold=True)
    sheet.append([_styled(sheet, title, font=bold) for title in titles])
    for row in section.rows:
        sheet.append(list(_cells(sheet, row, section, wording)))
    if section.note:
        sheet.append([])
        italic = import_module("openpyxl.styles").Font(italic=True)
        sheet.append([_styled(sheet, wording.text(section.note), font=italic)])


def _cells(sheet: Any, row: tuple[Cell, ...], section: Section, wording: Wording) -> Iterator[Any]:
    for cell, column in zip(row, section.columns, strict=True):
        yield None if cell is None else _cell(sheet, cell, column.unit, wording)


def _cell(sheet: Any, cell: Cell, unit: Unit, wording: Wording) -> Any:
    match cell:
        case Money() if _fits(cell.amount) and re.fullmatch(r"\w{3}", cell.currency):
            places = "." + "0" * -_exponent(cell.amount) if _exponent(cell.amount) < 0 else ""
            return _styled(sheet, cell.amount, number_format=f'#,##0{places} "{cell.currency}"')
        case int() | Decimal() if _fits(Decimal(cell)):
            exact = Decimal(cell).scaleb(-2) if unit == "percent" else cell
            return _styled(sheet, exact, number_format=_FORMATS.get(unit, "General"))
        case datetime() if cell.year > 1900:
            local = wording.local(cell).replace(tzinfo=None)
            return _styled(sheet, local, number_format="yyyy-mm-dd hh:mm")
        case date() if cell.year > 1900 and not isinstance(cell, datetime):
            return _styled(sheet, cell, number_format="yyyy-mm-dd")
        case int() | Decimal():
            return _styled(sheet, str(cell))
        case _:
            return _styled(sheet, wording.cell(cell, unit))


def _styled(sheet: Any, value: Any, **style: Any) -> Any:
    """Return a cell; a text stays a text, whatever it begins with."""
    text = _text(value) if isinstance(value, str) else None
    made = import_module("openpyxl.cell").WriteOnlyCell(sheet, value if text is None else text)
    if text is not None:
        made.data_type = "s"
        # Without it, a spreadsheet calculates the text as soon as somebody edits the cell.
        made.quotePrefix = dangerous(text)
    for name, setting in style.items():
        setattr(made, name, setting)
    return made


def _text(text: str) -> str:
    return _NOT_XML.sub("\ufffd", re.sub("\r\n?", "\n", text))[:32_767]


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _fits(value: Decimal) -> bool:
    return value.is_finite() and value.adjusted() < _DIGITS and _digits(value) <= _DIGITS


def _digits(value: Decimal) -> int:
    return len(value.normalize().as_tuple().digits)


def _sheet_name(title: str) -> str:
    return _text(_NOT_IN_A_SHEET_NAME.sub(" ", title)).strip() or "-"
