"""Puts what carries a version text in order, by version or by date: two keys that often disagree.

What a version text means is left to the schemes.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Generic, TypeVar

import attrs

from saasops.versions.version import Unrecognised, Version, VersionScheme

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Ordered(Generic[T]):
    """Items in their order, and apart from it, as they came, those that have no place in it."""

    ordered: tuple[T, ...]
    unrecognised: tuple[T, ...] = ()
    undated: tuple[T, ...] = ()


def by_version(
    items: Iterable[T], *, scheme: VersionScheme, text: Callable[[T], str]
) -> Ordered[T]:
    """Sort *items* of one product by version, oldest first; of equal ones the first comes first.

    Whose *text* is unrecognised by *scheme* stands apart. Takes n log n.
    """
    known, unrecognised = _parted(items, scheme, text)
    known.sort(key=lambda one: one[0])
    return Ordered(ordered=tuple(item for _, item in known), unrecognised=unrecognised)


def by_date(
    items: Iterable[T],
    *,
    scheme: VersionScheme,
    text: Callable[[T], str],
    when: Callable[[T], date | None],
) -> Ordered[T]:
    """Sort *items* by *when*, all days or all instants, and those of one moment by version.

    Without a date, or with a text that *scheme* does not recognise, they stand apart.
    """
    known, unrecognised = _parted(items, scheme, text)
    dated = [(at, version, one) for version, one in known if (at := when(one)) is not None]
    dated.sort(key=lambda one: one[:2])
    return Ordered(
        ordered=tuple(one for *_, one in dated),
        unrecognised=unrecognised,
        undated=tuple(one for _, one in known if when(one) is None),
    )


def _parted(
    items: Iterable[T], scheme: VersionScheme, text: Callable[[T], str]
) -> tuple[list[tuple[Version, T]], tuple[T, ...]]:
    known, unrecognised = list[tuple[Version, T]](), list[T]()
    for item in items:
        version = scheme.parse(text(item))
        if isinstance(version, Unrecognised):
            unrecognised.append(item)
        else:
            known.append((version, item))
    return known, tuple(unrecognised)
