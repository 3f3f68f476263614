"""The rows of one table in memory, by their key and by every index.

It decides from which index a page is read. The order within an index is left to `ordered`, what
may be written to `memory`.
"""

import operator
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import takewhile
from typing import TypeAlias

from saasops.ports import Row, Table
from saasops.storage.ordered import FIRST, LAST, Ordered, Position

Names: TypeAlias = tuple[str, ...]


class Indexed:
    """The rows of one tenant in *table*: each index gives their keys, and the key the row."""

    __slots__ = ("_indexes", "_key", "_rows")

    def __init__(self, table: Table) -> None:
        self._key = table.key
        self._rows: Ordered[Row] = Ordered()
        self._indexes: dict[Names, Ordered[Position]] = {n: Ordered() for n in indexes(table)}

    def copy(self) -> "Indexed":
        """Return a copy; neither will see what the other changes from now on."""
        made = object.__new__(Indexed)
        made._key, made._rows = self._key, self._rows.copy()
        made._indexes = {names: index.copy() for names, index in self._indexes.items()}
        return made

    def get(self, key: Position) -> Row | None:
        """Return the row at *key*, or None."""
        return self._rows.get(key)

    def put(self, key: Position, old: Row | None, new: Row) -> None:
        """Keep *new* at *key*, where *old* is."""
        self._rows.put(key, new)
        for names, index in self._indexes.items():
            stands = position(names, new)
            if old is not None:
                if (stood := position(names, old)) == stands:
                    continue
                index.remove(stood)
            index.put(stands, key)

    def remove(self, key: Position, row: Row) -> None:
        """Remove *row*, which is at *key*."""
        self._rows.remove(key)
        for names, index in self._indexes.items():
            index.remove(position(names, row))

    def taken(self, names: Names, key: Position, row: Row) -> bool:
        """Tell whether the unique set *names* of *row* is that of another row than at *key*."""
        values = position(names, row)
        if FIRST in values:
            return False
        index = self._indexes[with_key(names, self._key)]
        return any(at != key for at in index.between(values, (*values, LAST)))

    def walk(
        self, wanted: Row, sorting: Names, low: Position, high: Position, *, desc: bool = False
    ) -> Iterable[Row]:
        """Give the rows equal to *wanted*, sorted by *sorting*, from *low* to before *high*."""
        names, fixed = max(
            ((names, _fixed(names, wanted)) for names in (self._key, *self._indexes)),
            key=lambda use: (use[1], use[0][use[1] :][: len(sorting)] == sorting),
        )
        begin = position(names[:fixed], wanted)
        if fixed == len(wanted) and names[fixed:][: len(sorting)] == sorting:
            return self._read(names, (*begin, *low), (*begin, *high), desc=desc)
        found = [
            (position(sorting, row), row)
            for row in self._read(names, begin, (*begin, LAST), desc=desc)
            if all(row.get(column) == value for column, value in wanted.items())
        ]
        found = [one for one in found if low <= one[0] < high]
        found.sort(key=operator.itemgetter(0), reverse=desc)
        return [row for _, row in found]

    def _read(self, names: Names, low: Position, high: Position, *, desc: bool) -> Iterator[Row]:
        if names == self._key:
            return self._rows.between(low, high, desc=desc)
        found = map(self._rows.get, self._indexes[names].between(low, high, desc=desc))
        return (row for row in found if row is not None)


def indexes(table: Table) -> Iterator[Names]:
    """Give the columns of each index and unique set of *table*, with the key behind."""
    return (with_key(names, table.key) for names in (*table.unique, *table.indexes))


def with_key(names: Names, key: Names) -> Names:
    """Return *names* and what they lack of *key*."""
    return tuple(dict.fromkeys((*names, *key)))


def position(names: Sequence[str], row: Row) -> Position:
    """Return where *row* stands by the columns *names*; what is empty stands first."""
    return tuple([FIRST if (value := row.get(name)) is None else value for name in names])


def _fixed(names: Names, wanted: Collection[str]) -> int:
    """Return how many of *names*, from the first on, are *wanted*."""
    return sum(1 for _ in takewhile(wanted.__contains__, names))
