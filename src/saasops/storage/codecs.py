"""Codecs: which values each kind of column takes, and how they are written and read back.

The plain form, text or a whole number, sorts like the value itself. It serves memory and SQLite;
a database with types of its own builds its codecs from the same functions.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

from saasops.errors import Invalid, Problem, StorageError
from saasops.ports import Row, Table
from saasops.storage import columns

Codec: TypeAlias = Callable[[Any], Any]
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_REFUSED = (TypeError, ValueError, OverflowError, RecursionError)


def text(value: Any) -> str:
    """Take a str without NUL or lone surrogates, which databases refuse."""
    taken = value if type(value) is str else _exactly(str, value)
    if "\0" in taken:
        raise ValueError
    if not taken.isascii():
        taken.encode()
    return taken


def tenant(value: Any) -> str:
    """Take the name of a tenant; raise `StorageError` storage.wrong_tenant for anything else."""
    try:
        return text(value)
    except _REFUSED:
        pass
    raise StorageError("storage.wrong_tenant", kind=type(value).__name__)


def number(value: Any) -> int:
    """Take an int of 64 bits, and no bool."""
    taken = value if type(value) is int else _exactly(int, value)
    if not -(1 << 63) <= taken < 1 << 63:
        raise ValueError
    return taken


def flag(value: Any) -> bool:
    """Take a bool."""
    if type(value) is not bool:
        raise TypeError
    return value


def day(value: Any) -> date:
    """Take a civil date, and no instant."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise TypeError
    return value


def instant(value: Any) -> datetime:
    """Take an aware instant and move it to UTC."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError
    return value if value.tzinfo is UTC else value.astimezone(UTC)


def document(value: Any) -> str:
    """Write plain data as JSON, without what JSON or a database cannot hold."""
    written = _write(value)
    if "\\u0000" in written and _NUL.search(written):
        raise ValueError
    if not written.isascii():
        written.encode()
    return written


_write = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
).encode

PLAIN: Mapping[str, Codec] = {
    "str": text,
    "int": number,
    "bool": lambda value: int(flag(value)),
    "date": lambda value: day(value).isoformat(),
    "time": lambda value: instant(value).isoformat("T", "microseconds"),
    "json": document,
}
"""How each kind is written plainly."""

READ: Mapping[str, Codec] = {
    "bool": bool,
    "date": date.fromisoformat,
    "time": datetime.fromisoformat,
    "json": json.JSONDecoder().decode,
}
"""How the plain form is read back; `str` and `int` stay as they are."""


class RowCodec:
    """Writes and reads the rows of one table, column by column."""

    def __init__(
        self,
        table: Table,
        encoders: Mapping[str, Codec] = PLAIN,
        decoders: Mapping[str, Codec] = READ,
    ) -> None:
        self._table = table
        self._encoders = {c: encoders[table.kind(c)] for c in table.columns}
        self._key = tuple(self._encoders[c] for c in table.key)
        self._written = tuple((c, self._encoders[c]) for c in columns.writable(table))
        self._insertable = frozenset(columns.writable(table))
        self._read = (*table.columns, "rev")
        found = ((c, decoders.get(table.kind(c))) for c in table.columns)
        self._decoders = tuple((c, decode) for c, decode in found if decode is not None)

    def key(self, key: Sequence[Any]) -> list[Any]:
        """Write a key."""
        if len(key) != len(self._key):
            raise StorageError("storage.wrong_key", table=self._table.name, key=self._table.key)
        try:
            return [codec(value) for codec, value in zip(self._key, key, strict=True)]
        except _REFUSED:
            row = dict(zip(self._table.key, key, strict=True))
        raise self._invalid(row)

    def inserted(self, row: Row) -> list[Any]:
        """Write every column of a new row; a missing one is empty."""
        if not row.keys() <= self._insertable:
            columns.insertable(self._table, row)
        value_of = row.get
        try:
            return [
                None if (value := value_of(column)) is None else codec(value)
                for column, codec in self._written
            ]
        except _REFUSED:
            pass
        raise self._invalid(row)

    def values(self, names: Sequence[str], row: Row) -> list[Any]:
        """Write the columns *names* of *row*."""
        codecs = self._encoders
        try:
            return [
                None if (value := row[column]) is None else codecs[column](value)
                for column in names
            ]
        except _REFUSED:
            pass
        raise self._invalid({column: row[column] for column in names})

    def row(self, values: Sequence[Any]) -> Row:
        """Read the values of a whole row, its revision last."""
        row = dict(zip(self._read, values, strict=True))
        for column, decode in self._decoders:
            value = row[column]
            if value is not None:
                row[column] = decode(value)
        return row

    def _invalid(self, row: Row) -> Invalid:
        """Name the columns whose values were refused, and never a value."""
        problems = [
            Problem(
                f"{self._table.name}.{column}",
                "storage.wrong_value",
                {"kind": self._table.columns[column]},
            )
            for column, value in row.items()
            if not self._takes(column, value)
        ]
        return Invalid(problems)

    def _takes(self, column: str, value: Any) -> bool:
        if value is None:
            return column not in self._table.key
        try:
            self._encoders[column](value)
        except _REFUSED:
            return False
        return True


def _exactly(kind: type[Any], value: Any) -> Any:
    """Turn a subclass, such as a StrEnum, into the plain type."""
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError
    return str.__str__(value) if kind is str else int(value)
