"""Reads the files of endoflife.date into releases, and writes releases as such files.

Three shapes: a product of its JSON API v1, the list of cycles of the API before it, and a CSV
table of cycles. What a cycle's name means is left to the scheme of the product.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeAlias, TypeGuard

from saasops.errors import Invalid, Problem
from saasops.rows import Row, Rows, read_rows
from saasops.versions.release import End, Release, day_of, reached

_OPTIONAL = ("release_date", "eol", "eoas", "eoes", "lts", "latest", "latest_release_date")
_V1 = {"eol": "Eol", "eoas": "Eoas", "eoes": "Eoes", "lts": "Lts"}
_V1_KEYS = {"name", "releaseDate", "isMaintained", "latest"} | {
    key for name in _V1.values() for key in (f"is{name}", f"{name.lower()}From")
}
_CYCLE = {
    "cycle": "cycle",
    "release_date": "releaseDate",
    "eol": "eol",
    "eoas": "support",
    "eoes": "extendedSupport",
    "lts": "lts",
    "latest": "latest",
    "latest_release_date": "latestReleaseDate",
}
Cells: TypeAlias = dict[str, str | None]
More: TypeAlias = Mapping[int, Mapping[str, Any]]
Flat: TypeAlias = Callable[[Mapping[Any, Any]], tuple[Cells, Mapping[str, Any]]]


def read_json(text: str) -> Any:
    """Read JSON; raise `Invalid` endoflife.unreadable with the line that cannot be read."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        line = error.lineno
    except (ValueError, RecursionError):
        line = 1
    raise Invalid([Problem("", "endoflife.unreadable", {"line": line})])


def read_document(
    data: object, *, product: str | None = None
) -> tuple[list[tuple[int, Release]], list[Problem]]:
    """Read what `read_json` gave: products of API v1, or a list of cycles of *product*.

    Releases are numbered from 1 on, like rows; problems name the columns of the CSV. What
    saasops has no field for is kept as `more`. Raise `Invalid` endoflife.no_product where
    nothing names the product of any cycle.
    """
    rows, more = list[tuple[int, Cells]](), dict[int, Mapping[str, Any]]()
    problems = list[Problem]()
    for number, (name, flat, one) in enumerate(cycles_in(data, product), 1):
        if not _is_table(one):
            context = {"expected": "a table", "got": type(one).__name__}
            problems.append(Problem(f"row {number}", "value.wrong_type", context))
            continue
        cells, rest = flat(one)
        rows.append((number, {"product": name, **cells}))
        more[number] = rest
    if rows and not any((cells["product"] or "").strip() for _, cells in rows):
        raise Invalid([Problem("", "endoflife.no_product")])
    if not rows and not problems:
        problems.append(Problem("", "endoflife.no_cycles"))
    found, wrong = read_cycles(rows, more=more)
    return found, [*problems, *wrong]


def read_cycles(
    rows: Rows, *, more: More | None = None
) -> tuple[list[tuple[int, Release]], list[Problem]]:
    """Read product, cycle, and perhaps dates: `True` is an unknown day, `False` none at all.

    *more* is what stands beside a row. Names are not looked at: keeping releases does that.
    """

    def build(row: Row) -> Release:
        return Release(
            product=row.required("product"),
            name=row.required("cycle"),
            released_on=row.date("release_date"),
            ends_on=read_end(row, "eol"),
            eoas_from=read_end(row, "eoas"),
            eoes_from=read_end(row, "eoes"),
            lts_from=read_end(row, "lts"),
            latest=row.text("latest"),
            latest_on=row.date("latest_release_date"),
            more=(more or {}).get(row.number, {}),
        )

    return read_rows(
        rows,
        build,
        required=("product", "cycle"),
        optional=_OPTIONAL,
        key=lambda release: (release.product, release.name),
    )


def read_end(row: Row, column: str) -> End:
    """Read a date, `True` or `False`; a blank cell is unknown."""
    text = (row.text(column) or "").lower()
    return text == "true" if text in ("true", "false") else row.date(column)


def write_cycles(releases: Iterable[Release]) -> list[dict[str, str]]:
    """Return rows of the CSV table; it has no place for extended support and `more`."""
    return [
        {
            "product": one.product,
            "cycle": one.name,
            "release_date": _written(one.released_on),
            "eol": _written(one.ends_on),
            "eoas": _written(one.eoas_from),
            "lts": _written(one.lts_from),
            "latest": one.latest or "",
            "latest_release_date": _written(one.latest_on),
        }
        for one in releases
    ]


def write_product(product: str, releases: Iterable[Release], *, on: date) -> dict[str, Any]:
    """Return a product of the JSON API v1, as it stands on the day *on*."""
    cycles = [_v1(one, on) for one in releases if one.product == product]
    return {"schema_version": "1.2.0", "result": {"name": product, "releases": cycles}}


def _v1(release: Release, on: date) -> dict[str, Any]:
    ends = {
        "Eol": release.ends_on,
        "Eoas": release.eoas_from,
        "Eoes": release.eoes_from,
        "Lts": release.lts_from,
    }
    written: dict[str, Any] = {"name": release.name, "releaseDate": _iso(release.released_on)}
    for name, end in ends.items():
        if end is not None:
            written[f"is{name}"] = reached(end, on)
            written[f"{name.lower()}From"] = _iso(day_of(end))
    maintained = release.support(on=on).is_maintained
    written |= {} if maintained is None else {"isMaintained": maintained}
    rest = dict(release.more)
    latest: Any = rest.pop("latest", {})
    if release.latest is not None or release.latest_on is not None or latest:
        latest = {"name": release.latest, "date": _iso(release.latest_on), **latest}
    return {**rest, **written, "latest": latest or None}


def cycles_in(data: object, product: str | None = None) -> Iterable[tuple[str, Flat, object]]:
    """Walk over the cycles in *data*, each with the name of its product and how it is read."""
    found: object = data.get("result", data) if _is_table(data) else data
    for one in found if _is_list(found) else [found]:
        inner: object = one.get("releases") if _is_table(one) else None
        if _is_table(one) and _is_list(inner):
            name = product or _cell(one.get("name"))
            yield from ((name, _flat_v1, cycle) for cycle in inner)
        elif _is_list(found):
            yield product or "", _flat_cycle, one


def _flat_v1(one: Mapping[Any, Any]) -> tuple[Cells, Mapping[str, Any]]:
    latest: Any = one.get("latest")
    named: Mapping[Any, Any] = latest if _is_table(latest) else {"name": latest}
    cells: Cells = {
        "cycle": _cell(one.get("name")),
        "release_date": _cell(one.get("releaseDate")),
        "latest": _cell(named.get("name")),
        "latest_release_date": _cell(named.get("date")),
    }
    for column, name in _V1.items():
        day = one.get(f"{name.lower()}From")
        cells[column] = _cell(one.get(f"is{name}") if day is None else day)
    more = {str(key): value for key, value in one.items() if key not in _V1_KEYS}
    rest = {str(key): value for key, value in named.items() if key not in ("name", "date")}
    return cells, {**more, **({"latest": rest} if rest else {})}


def _flat_cycle(one: Mapping[Any, Any]) -> tuple[Cells, Mapping[str, Any]]:
    cells: Cells = {column: _cell(one.get(key)) for column, key in _CYCLE.items()}
    known = set(_CYCLE.values())
    return cells, {str(key): value for key, value in one.items() if key not in known}


def _cell(value: object) -> str:
    """Return a plain value as a cell; what is none cannot be read as one, and is found wrong."""
    if value is None:
        return ""
    return str(value) if isinstance(value, str | int | float) else "?"


def _written(end: End) -> str:
    return "" if end is None else str(end)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _no_number(_: str) -> None:
    raise ValueError


def _is_table(value: object) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(value, Mapping)


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)
