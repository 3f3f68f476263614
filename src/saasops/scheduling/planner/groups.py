"""Who is alike: assistants whom a flow need not tell apart on a block of days.

Days belong to one block where a span of anybody holds both. Within a block, those who serve
the same needs with the same caps and limits are one group. How users are dealt out to them
is left to `dealing`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import attrs

from saasops.scheduling.planner.instance import Availability, Limit
from saasops.scheduling.planner.nesting import Nested, Reserve


@attrs.frozen(kw_only=True)
class Cell:
    """One day of a group, with *cap* for each of them and *held* by each already.

    *reserve* is each one's own; *before* and *after* number the limits of several.
    """

    day: date
    cap: int
    held: int
    reserve: tuple[int, str | None] | None
    before: tuple[int, ...]
    after: tuple[int, ...]


@attrs.frozen(kw_only=True)
class Group:
    """Assistants who are alike on a block of days.

    *cells* stand so that the days of every span follow one another. *spans* are days and most,
    the inner ones first. *needs* numbers the needs that they serve.
    """

    assistants: tuple[str, ...]
    needs: frozenset[int]
    cells: tuple[Cell, ...]
    spans: tuple[tuple[frozenset[date], int], ...]


class _More(NamedTuple):
    """What a cell has beside its day and its cap."""

    held: int = 0
    reserve: tuple[int, str | None] | None = None
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()


class _Key(NamedTuple):
    """What those who are alike on a block have in common; *more* is empty where nobody has any."""

    needs: frozenset[int]
    places: tuple[tuple[date, int], ...]
    spans: tuple[tuple[frozenset[date], int], ...]
    more: tuple[_More, ...]


def group(
    nested: Nested,
    staff: Sequence[Availability],
    needs: Sequence[frozenset[str]],
    *,
    held: Mapping[tuple[str, date], int],
) -> tuple[Group, ...]:
    """Return the groups, in the order of *staff*; *held* are loads that are there already."""
    keys = _Keys(nested, held)
    serves: dict[frozenset[str], frozenset[int]] = {}
    alike: dict[_Key, list[str]] = defaultdict(list)
    for one in staff:
        if one.offers not in serves:
            able = (number for number, need in enumerate(needs) if need <= one.offers)
            serves[one.offers] = frozenset(able)
        if serves[one.offers]:
            for key in keys.of(one.assistant, serves[one.offers]):
                alike[key].append(one.assistant)
    return tuple(_group(key, who) for key, who in alike.items())


class _Keys:
    def __init__(self, nested: Nested, held: Mapping[tuple[str, date], int]) -> None:
        self._nested, self._held = nested, held
        self._block_of = _blocks(nested)
        self._before, self._after = _by_day(nested.before), _by_day(nested.after)
        self._plain = not (nested.reserves or self._before or self._after or held)
        self._known: dict[tuple[object, ...], list[_Key]] = {}

    def of(self, who: str, needs: frozenset[int]) -> list[_Key]:
        """Return a key for each block of days on which *who* serves *needs*."""
        if not self._plain:
            return list(self._blocks(who, needs))
        spans = self._nested.spans.get(who, ())
        same = needs, tuple(self._nested.caps[who].items()), tuple(map(id, spans))
        if same not in self._known:
            self._known[same] = list(self._blocks(who, needs))
        return self._known[same]

    def _blocks(self, who: str, needs: frozenset[int]) -> Iterator[_Key]:
        block_of = self._block_of
        blocks: dict[date, list[tuple[date, int]]] = defaultdict(list)
        for place in self._nested.caps[who].items():
            blocks[block_of.get(place[0], place[0])].append(place)
        spans: dict[date, list[tuple[frozenset[date], int]]] = defaultdict(list)
        for span in self._nested.spans.get(who, ()):
            spans[block_of[next(iter(span.days))]].append((span.days, span.most))
        for block, places in blocks.items():
            more = () if self._plain else tuple(self._more(who, day) for day, _ in places)
            yield _Key(needs, tuple(places), tuple(spans.get(block, ())), more)

    def _more(self, who: str, day: date) -> _More:
        return _More(
            held=self._held.get((who, day), 0),
            reserve=_value(self._nested.reserves.get((who, day))),
            before=_chain(self._before, who, day),
            after=_chain(self._after, who, day),
        )


def homes(groups: Iterable[Group]) -> dict[date, dict[str, int]]:
    """Return the numbers of the cells, counted through all *groups*, by day and assistant."""
    found: dict[date, dict[str, int]] = defaultdict(dict)
    cells = ((group, cell) for group in groups for cell in group.cells)
    for number, (group, cell) in enumerate(cells):
        found[cell.day].update(dict.fromkeys(group.assistants, number))
    return found


def _group(key: _Key, who: list[str]) -> Group:
    spans = tuple(sorted(key.spans, key=lambda span: len(span[0])))
    more = key.more or [_More()] * len(key.places)
    cells = [
        Cell(
            day=day,
            cap=cap,
            held=one.held,
            reserve=one.reserve,
            before=one.before,
            after=one.after,
        )
        for (day, cap), one in zip(key.places, more, strict=True)
    ]
    cells.sort(key=lambda cell: _path(cell.day, spans))
    return Group(assistants=tuple(who), needs=key.needs, cells=tuple(cells), spans=spans)


def _path(
    day: date, spans: tuple[tuple[frozenset[date], int], ...]
) -> tuple[tuple[date, int], ...]:
    """Return a key that sorts the days of each span next to one another."""
    around = [(min(days), -len(days)) for days, _ in reversed(spans) if day in days]
    return (*around, (day, 0))


def _blocks(nested: Nested) -> dict[date, date]:
    """Return the first day of its block for every day that a span ties to others."""
    parent: dict[date, date] = {}

    def root(day: date) -> date:
        while (above := parent.setdefault(day, day)) != day:
            day = above
        return day

    for days in {span.days for spans in nested.spans.values() for span in spans}:
        roots = {root(day) for day in days}
        first = min(roots)
        parent.update(dict.fromkeys(roots, first))
    return {day: root(day) for day in parent}


def _by_day(limits: Sequence[Limit]) -> dict[date, list[tuple[int, frozenset[str]]]]:
    found: dict[date, list[tuple[int, frozenset[str]]]] = defaultdict(list)
    for number, limit in enumerate(limits):
        for day in limit.days:
            found[day].append((number, limit.assistants))
    return found


def _chain(
    limits: Mapping[date, Sequence[tuple[int, frozenset[str]]]], who: str, day: date
) -> tuple[int, ...]:
    return tuple(number for number, some in limits.get(day, ()) if who in some)


def _value(reserve: Reserve | None) -> tuple[int, str | None] | None:
    return None if reserve is None else (reserve.most, reserve.spares)
