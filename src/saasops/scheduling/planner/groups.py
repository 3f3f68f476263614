"""Who is alike: assistants whom a flow need not tell apart on a block of days.

Days belong to one block where a span of anybody holds both. Within a block, those who serve
the same needs with the same caps and limits are one group. How users are dealt out to them
is left to `dealing`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

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


def group(
    nested: Nested,
    staff: Sequence[Availability],
    needs: Sequence[frozenset[str]],
    *,
    held: Mapping[tuple[str, date], int],
) -> tuple[Group, ...]:
    """Return the groups, in the order of *staff*; *held* are loads that are there already."""
    block_of = _blocks(nested)
    serves: dict[frozenset[str], frozenset[int]] = {}
    alike: dict[tuple[object, ...], list[str]] = defaultdict(list)
    reserves, before = nested.reserves, _by_day(nested.before)
    after = _by_day(nested.after)
    plain = not (reserves or before or after or held)
    for one in staff:
        who = one.assistant
        if one.offers not in serves:
            able = (number for number, need in enumerate(needs) if need <= one.offers)
            serves[one.offers] = frozenset(able)
        if not serves[one.offers]:
            continue
        blocks: dict[date, list[tuple[date, int]]] = defaultdict(list)
        for place in nested.caps[who].items():
            blocks[block_of.get(place[0], place[0])].append(place)
        spans: dict[date, list[tuple[frozenset[date], int]]] = defaultdict(list)
        for span in nested.spans.get(who, ()):
            spans[block_of[next(iter(span.days))]].append((span.days, span.most))
        for block, places in blocks.items():
            more: tuple[object, ...] = ()
            if not plain:
                more = tuple(
                    (
                        held.get((who, day), 0),
                        _value(reserves.get((who, day))),
                        _chain(before, who, day),
                        _chain(after, who, day),
                    )
                    for day, _ in places
                )
            key = (serves[one.offers], tuple(places), tuple(spans.get(block, ())), more)
            alike[key].append(who)
    return tuple(_group(key, who) for key, who in alike.items())


def _group(key: tuple[object, ...], who: list[str]) -> Group:
    needs: frozenset[int]
    places: tuple[tuple[date, int], ...]
    spans: tuple[tuple[frozenset[date], int], ...]
    more: tuple[tuple[int, tuple[int, str | None] | None, tuple[int, ...], tuple[int, ...]], ...]
    needs, places, spans, more = key  # type: ignore[assignment]
    inner = tuple(sorted(spans, key=lambda span: len(span[0])))
    nothing = (0, None, (), ())
    cells = [
        Cell(day=day, cap=cap, held=held, reserve=reserve, before=before, after=after)
        for (day, cap), (held, reserve, before, after) in zip(
            places, more or [nothing] * len(places), strict=True
        )
    ]
    cells.sort(key=lambda cell: _path(cell.day, inner))
    return Group(assistants=tuple(who), needs=needs, cells=tuple(cells), spans=inner)


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
