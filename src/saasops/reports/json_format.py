"""A report as one JSON document, exact and stable, that can be read back.

Decimals and amounts are strings, dates and instants ISO 8601; keys keep the order of the
report. Texts stand in one locale, so that what comes back speaks only that.
"""

import json
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import attrs

from saasops.errors import Invalid, Problem
from saasops.figures import Cell, Column, Report, Section, Unit
from saasops.money import Money
from saasops.ports import Document
from saasops.reports.naming import file_name
from saasops.values import Text


@attrs.frozen
class JsonFormat:
    """Write id, title, as_of, zone and the sections, their rows keyed by column id."""

    def render(self, report: Report, /, *, locale: str) -> tuple[Document, ...]:
        """Write *report* as one document; `read` gives it back."""
        data = {
            "id": report.id,
            "title": report.title.to(locale),
            "as_of": report.as_of.astimezone(UTC).isoformat(),
            "zone": report.zone,
            "locale": locale,
            "sections": [_section(section, locale) for section in report.sections],
        }
        text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
        # Half a surrogate pair cannot be UTF-8; as \udXXX it is valid JSON and reads back.
        content = text.encode("utf-8", "backslashreplace")
        name = file_name(report.id, "json")
        return (Document(name=name, media_type="application/json", content=content),)


def read(content: bytes) -> Report:
    """Build the report that `JsonFormat` wrote; raise `Invalid` if it is something else.

    Texts come back in the locale they were written in. A string becomes a number or a
    date where the unit of its column says so and it is spelled as one.
    """
    try:
        data = json.loads(content)
        return Report(
            id=data["id"],
            title=Text.of(data["title"]),
            as_of=datetime.fromisoformat(data["as_of"]),
            zone=data["zone"],
            sections=tuple(map(_read_section, data["sections"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation):
        raise Invalid([Problem("", "report.unreadable")]) from None


def _section(section: Section, locale: str) -> dict[str, Any]:
    ids = [column.id for column in section.columns]
    return {
        "id": section.id,
        "title": section.title.to(locale),
        "chart": section.chart,
        "note": section.note.to(locale) if section.note else None,
        "columns": [
            {"id": column.id, "title": column.title.to(locale), "unit": column.unit}
            for column in section.columns
        ],
        "rows": [
            dict(zip(ids, (_plain(cell, locale) for cell in row), strict=True))
            for row in section.rows
        ],
    }


def _plain(cell: Cell, locale: str) -> Any:
    match cell:
        case Text():
            return cell.to(locale)
        case Money():
            return {"amount": str(cell.amount), "currency": cell.currency}
        case Decimal():
            return str(cell)
        case date():
            return cell.isoformat()
        case _:
            return cell


def _read_section(data: Any) -> Section:
    columns = tuple(
        Column(id=one["id"], title=Text.of(one["title"]), unit=one["unit"])
        for one in data["columns"]
    )
    return Section(
        id=data["id"],
        title=Text.of(data["title"]),
        columns=columns,
        rows=tuple(
            tuple(_cell(row[column.id], column.unit) for column in columns) for row in data["rows"]
        ),
        chart=data["chart"],
        note=None if data["note"] is None else Text.of(data["note"]),
    )


def _cell(value: Any, unit: Unit) -> Cell:
    if not isinstance(value, str | int | None):
        return Money(Decimal(value["amount"]), value["currency"])
    if not isinstance(value, str) or unit == "text":
        return value
    kinds = (date.fromisoformat, datetime.fromisoformat) if unit == "date" else (Decimal,)
    for kind in kinds:
        try:
            found = kind(value)
        except (ValueError, InvalidOperation):
            continue
        if _plain(found, "en") == value:
            return found
    return value
