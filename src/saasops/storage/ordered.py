"""Values in the order of their positions, of which a copy is cheap.

They lie in chunks. Copies share them, and copy a chunk before they change it: so a copy costs a
list of chunks, and a change at most one chunk. Which columns make a position is left to `memory`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Generic, TypeAlias, TypeVar

T = TypeVar("T")
Position: TypeAlias = tuple[object, ...]

_FULL = 256


class _Edge:
    """Stands before, or behind, whatever else stands at its place in a position."""

    def __init__(self, *, first: bool) -> None:
        self._first = first

    def __lt__(self, other: object) -> bool:
        return self._first

    def __gt__(self, other: object) -> bool:
        return not self._first

    __le__, __ge__ = __lt__, __gt__


FIRST, LAST = _Edge(first=True), _Edge(first=False)


class _Chunk(Generic[T]):
    __slots__ = ("owner", "positions", "values")

    def __init__(self, owner: object, positions: list[Position], values: list[T]) -> None:
        self.owner, self.positions, self.values = owner, positions, values


class Ordered(Generic[T]):
    """Values by position; both may be changed through one copy, and no other sees it."""

    __slots__ = ("_chunks", "_mark")

    def __init__(self, chunks: "list[_Chunk[T]] | None" = None) -> None:
        self._mark = object()
        self._chunks = chunks or [_Chunk[T](self._mark, [], [])]

    def copy(self) -> "Ordered[T]":
        """Return a copy; neither will see what the other changes from now on."""
        self._mark = object()
        return Ordered(self._chunks.copy())

    def get(self, position: Position) -> T | None:
        """Return the value at *position*, or None."""
        chunk = self._chunks[self._number(position)]
        at = bisect_left(chunk.positions, position)
        there = at < len(chunk.positions) and chunk.positions[at] == position
        return chunk.values[at] if there else None

    def put(self, position: Position, value: T) -> None:
        """Put *value* at *position*, in place of what may be there."""
        number = self._number(position)
        chunk = self._mine(number)
        positions, values = chunk.positions, chunk.values
        at = bisect_left(positions, position)
        if at < len(positions) and positions[at] == position:
            values[at] = value
            return
        positions.insert(at, position)
        values.insert(at, value)
        if len(positions) > _FULL:
            half = at if at == _FULL else _FULL // 2  # what grows at its end fills its chunks
            split = _Chunk(self._mark, positions[half:], values[half:])
            del positions[half:], values[half:]
            self._chunks.insert(number + 1, split)

    def remove(self, position: Position) -> None:
        """Remove the value at *position*, which must be there."""
        number = self._number(position)
        chunk = self._mine(number)
        at = bisect_left(chunk.positions, position)
        del chunk.positions[at], chunk.values[at]
        if not chunk.positions and len(self._chunks) > 1:
            del self._chunks[number]

    def between(self, low: Position, high: Position, *, desc: bool = False) -> Iterator[T]:
        """Give the values from *low* to before *high*, or backwards."""
        first, last = self._number(low), self._number(high)
        numbers = range(first, last + 1)
        for number in reversed(numbers) if desc else numbers:
            chunk = self._chunks[number]
            start = bisect_left(chunk.positions, low) if number == first else 0
            stop = bisect_left(chunk.positions, high) if number == last else None
            found = chunk.values[start:stop]
            yield from reversed(found) if desc else found

    def _number(self, position: Position) -> int:
        """Return which chunk *position* belongs into."""
        return bisect_right(self._chunks, position, lo=1, key=_first) - 1

    def _mine(self, number: int) -> _Chunk[T]:
        """Return a chunk that no other copy has."""
        chunk = self._chunks[number]
        if chunk.owner is not self._mark:
            chunk = _Chunk(self._mark, chunk.positions.copy(), chunk.values.copy())
            self._chunks[number] = chunk
        return chunk


def _first(chunk: _Chunk[T]) -> Position:
    return chunk.positions[0]
