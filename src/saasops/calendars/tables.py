"""Reads tables of days that others wrote: the shape of `china.json`, and that of holiday-cn.

Everything that is wrong is found at once. Files and JSON are left to the callers.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, cast

from saasops.calendars.decrees import Decree, Span, joined, wrong_spans
from saasops.errors import Invalid, Problem

_WORDS = ("workday", "restday", "ordinary")
_BASES = ("official", "provisional", "override")
_YEARS = (1900, 2999)
_MOST_ROWS, _MOST_SIGNS = 10_000, 500


def read_table(table: object, *, known_on: date | None = None) -> tuple[Decree, ...]:
    """Read *table*, plain data of either shape; raise `Invalid` with every mistake.

    A table of `decrees` tells when each was published. One of `year`, `papers` and `days`
    (holiday-cn) does not: it counts as published on *known_on*.
    """
    found: list[Problem] = []
    read: tuple[Decree, ...] = ()
    if isinstance(table, Mapping):
        rows = cast("Mapping[object, object]", table)
        if "decrees" in rows:
            read = tuple(_decrees(rows["decrees"], known_on, found))
        elif "days" in rows:
            read = tuple(_holiday_cn(rows, known_on, found))
    if not read and not found:
        found.append(Problem("", "calendar.table.no_shape", {}))
    if found:
        raise Invalid(found, "calendar.table.invalid")
    return read


def _decrees(rows: object, known_on: date | None, found: list[Problem]) -> Iterator[Decree]:
    for number, row in enumerate(_list(rows, "decrees", found)):
        where = f"decrees[{number}]"
        if not isinstance(row, Mapping):
            found.append(_wrong(where, "a table"))
            continue
        decree = cast("Mapping[str, object]", row)
        published = known_on
        if "published" in decree:
            told = decree["published"]
            published = None if told is None else _day(told, f"{where}.published", found)
        basis = decree.get("basis", "official")
        if basis not in _BASES:
            found.append(_wrong(f"{where}.basis", " | ".join(_BASES)))
            continue
        spans = list[tuple[str, Span]]()
        for n, item in enumerate(_list(decree.get("days"), f"{where}.days", found)):
            if (span := _span(item, place := f"{where}.days[{n}]", found)) is not None:
                spans.append((place, span))
        found += wrong_spans(spans)
        yield Decree(
            basis=cast("Any", basis),
            published=published,
            by=_text(decree.get("by", ""), f"{where}.by", found),
            year=_year(decree.get("year"), f"{where}.year", found),
            days=tuple(span for _, span in spans),
        )


def _holiday_cn(
    rows: Mapping[object, object], known_on: date | None, found: list[Problem]
) -> Iterator[Decree]:
    spans: list[tuple[str, Span]] = []
    for number, row in enumerate(_list(rows["days"], "days", found)):
        where = f"days[{number}]"
        item = cast("Mapping[str, object]", row if isinstance(row, Mapping) else {})
        off = item.get("isOffDay")
        if not isinstance(off, bool):
            found.append(_wrong(where, '{"name", "date", "isOffDay"}'))
            continue
        day = _day(item.get("date"), f"{where}.date", found)
        name = _text(item.get("name"), f"{where}.name", found)
        if day is not None:
            kind = cast("Any", "restday" if off else "workday")
            spans.append((where, Span(kind=kind, first=day, last=day, name=name)))
    found += wrong_spans(spans)
    year = _year(rows.get("year"), "year", found)
    if year is None and not found:
        found.append(_wrong("year", "a year"))
    papers = [_text(one, "papers", found) for one in _list(rows.get("papers", []), "papers", found)]
    days = joined(span for _, span in spans)
    yield Decree(published=known_on, by=" ".join(papers), year=year, days=days)


def _span(item: object, where: str, found: list[Problem]) -> Span | None:
    row = cast("list[object]", item) if isinstance(item, list) else []
    if len(row) != 4 or row[0] not in _WORDS:
        found.append(_wrong(where, f"[{' | '.join(_WORDS)}, name, first day, last day]"))
        return None
    name = _text(row[1], where, found)
    first, last = (_day(one, where, found) for one in row[2:])
    if first is None or last is None:
        return None
    return Span(kind=cast("Any", row[0]), first=first, last=last, name=name)


def _list(value: object, where: str, found: list[Problem]) -> list[object]:
    if isinstance(value, list) and len(cast("list[object]", value)) <= _MOST_ROWS:
        return cast("list[object]", value)
    found.append(_wrong(where, f"a list of up to {_MOST_ROWS}"))
    return []


def _day(value: object, where: str, found: list[Problem]) -> date | None:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is not None and _YEARS[0] <= day.year <= _YEARS[1]:
        return day
    found.append(_wrong(where, "a day such as 2020-02-29"))
    return None


def _year(value: object, where: str, found: list[Problem]) -> int | None:
    if value is None:
        return None
    if type(value) is not int or not _YEARS[0] <= value <= _YEARS[1]:
        found.append(_wrong(where, "a year"))
        return None
    return value


def _text(value: object, where: str, found: list[Problem]) -> str:
    if isinstance(value, str) and len(value) <= _MOST_SIGNS:
        return value
    found.append(_wrong(where, "a short text"))
    return ""


def _wrong(where: str, wanted: str) -> Problem:
    return Problem(where, "calendar.table.wrong", {"wanted": wanted})
