"""Decides which versions a range holds: `<2.6.0`, `>=4.1, <5.1`, `4.x`.

A range goes by the order alone: 5.1-beta is below 5.1. Only `4.x` goes by the numbers: a
beta of 4.0 belongs to it, and one of 5.0 does not.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from operator import eq, ge, gt, le, lt
from typing import Any

import attrs

from saasops.versions.version import Unrecognised, Version, VersionScheme

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": lt, "<=": le, ">": gt, ">=": ge, "=": eq, "==": eq,
}  # fmt: skip
_CLAUSE = re.compile(r"(<=|>=|==|<|>|=)\s*(.+)")
_SERIES = re.compile(r"[vV]?([0-9]{1,9}(?:\.[0-9]{1,9})*)\.[xX*]")
_NUMBERS = re.compile(r"(?:[0-9]+!)?([0-9]+(?:\.[0-9]+)*)")


@attrs.frozen
class Range:
    """Versions between bounds, or those that begin with the numbers of *series*."""

    bounds: tuple[tuple[str, Version], ...] = ()
    series: tuple[int, ...] = ()

    def __contains__(self, version: Version) -> bool:
        """Tell whether *version* lies inside; raise `TypeError` for one of another scheme."""
        inside = all(_COMPARE[sign](version, bound) for sign, bound in self.bounds)
        return inside and _numbers(version, len(self.series)) == self.series


def read_range(text: str, scheme: VersionScheme) -> Range | Unrecognised:
    """Read *text*: a version, `4.x`, or bounds with commas between them; never raise."""
    version = scheme.parse(text)
    if isinstance(version, Version):
        return Range((("==", version),))
    rest = unicodedata.normalize("NFKC", text).strip()
    if series := _SERIES.fullmatch(rest):
        return Range(series=tuple(int(number) for number in series[1].split(".")))
    bounds = list[tuple[str, Version]]()
    for part in rest.split(","):
        found = _CLAUSE.fullmatch(part.strip())
        bound = scheme.parse(found[2]) if found else Unrecognised(part)
        if found is None or isinstance(bound, Unrecognised):
            return Unrecognised(text)
        bounds.append((found[1], bound))
    return Range(tuple(bounds))


def _numbers(version: Version, count: int) -> tuple[int, ...]:
    """Return the first *count* numbers of *version*; 5.0 may be written as 5."""
    found = _NUMBERS.match(version.canonical)
    numbers = [int(number) for number in found[1].split(".")] if found else [-1]
    return (*numbers, *[0] * count)[:count]
