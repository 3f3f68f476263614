"""Decides what an erasure takes away, what stays and why, and what is written down of it.

Who asks to be forgotten loses everything personal, and the books stay right: points, grants,
counts and places used stay under an id that leads to nobody any more (GDPR art. 17; PIPL art. 47).
Finding and cleaning rows is left to the shell.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Literal, TypeAlias

import attrs

from saasops.people.privacy.classes import Place

Ground: TypeAlias = Literal[
    "requested", "consent_withdrawn", "purpose_achieved", "period_over", "unlawful", "law"
]
"""Why somebody is to be forgotten. A word and no sentence: the report stays when he is gone."""
Outcome: TypeAlias = Literal["erased", "kept", "later"]


@attrs.frozen(kw_only=True)
class Found:
    """How many rows of a place hold something that has to go, and how many stay afterwards."""

    place: Place
    going: int
    staying: int = 0


@attrs.frozen(kw_only=True)
class ErasureLine:
    """What became of *count* rows of one table; *reason* is a code, "" for what was erased."""

    data_class: str
    where: str
    count: int
    outcome: Outcome
    reason: str = ""


@attrs.frozen(kw_only=True)
class ErasureReport:
    """What was erased of *user* and what was not, with the reasons. Nothing in it is personal.

    The *lines* count what lay with those *merged* into him, too, who were forgotten with him;
    each of them has a report of his own.
    """

    user: str
    at: datetime
    by: str
    reason: Ground
    lines: tuple[ErasureLine, ...] = ()
    merged: tuple[str, ...] = ()
    dry_run: bool = False

    def count(self, outcome: Outcome) -> int:
        """Return how many rows came out so."""
        return sum(line.count for line in self.lines if line.outcome == outcome)


@attrs.frozen(kw_only=True)
class PersonErased:
    """Somebody was forgotten. His id in the journal leads to nobody any more."""

    at: datetime
    user: str
    reason: Ground


@attrs.frozen(kw_only=True)
class DataExpired:
    """Data of one class went because its time was over: *count* rows."""

    at: datetime
    user: str
    data_class: str
    purpose: str
    count: int


def plan(found: Iterable[Found], *, held: bool) -> tuple[ErasureLine, ...]:
    """Return what becomes of what was *found*; where it is *held*, whatever goes goes later.

    An uploaded file goes with the tick after its row.
    """
    return tuple(line for one in found for line in _lines(one, held=held))


def together(parts: Iterable[Iterable[Found]]) -> tuple[Found, ...]:
    """Return what was found of several as one: each place once, in the order of the first."""
    sums: dict[Place, Found] = {}
    for one in (found for part in parts for found in part):
        before = sums.get(one.place) or Found(place=one.place, going=0)
        sums[one.place] = Found(
            place=one.place,
            going=before.going + one.going,
            staying=before.staying + one.staying,
        )
    return tuple(sums.values())


def _lines(found: Found, *, held: bool) -> Iterator[ErasureLine]:
    place, line = found.place, partial(ErasureLine, data_class=found.place.data_class)
    if found.going and held:
        yield line(
            where=place.table, count=found.going, outcome="later", reason="privacy.later.held"
        )
    elif found.going:
        yield line(where=place.table, count=found.going, outcome="erased")
        if place.table == "uploads":
            yield line(
                where="files", count=found.going, outcome="later", reason="privacy.later.files"
            )
    if found.staying and place.stays:
        yield line(where=place.table, count=found.staying, outcome="kept", reason=place.stays)
