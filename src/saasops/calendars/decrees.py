"""What somebody said about days, and since when: the one thing that calendars are made of.

A paper of the State Council, a table of another package and an operator's freeze are the
same: a `Decree`. What they come to together is decided in `working_days`.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Literal, TypeAlias

import attrs

from saasops.errors import Invalid, Problem

Kind: TypeAlias = Literal["workday", "restday"]
Word: TypeAlias = Literal["workday", "restday", "ordinary"]
"""`ordinary` takes back what was said of the day before, on the same authority."""
Authority: TypeAlias = Literal["official", "provisional", "override"]
Basis: TypeAlias = Literal["official", "rule", "override", "provisional", "unknown"]
LONGEST = 366
"""How many days a span may have at most."""


@attrs.frozen(kw_only=True)
class Span:
    """What is said of the days from *first* to *last*, both included, and why."""

    kind: Word
    first: date
    last: date
    name: str = ""

    def dates(self) -> Iterator[date]:
        """Walk over the days."""
        for ahead in range((self.last - self.first).days + 1):
            yield self.first + timedelta(ahead)


@attrs.frozen(kw_only=True)
class Decree:
    """What *by* said on the day *published* about *days*; None: it was always known.

    With a *year* it settles that year: what an earlier decree with the same year named is
    forgotten, and the days that neither names follow the week.
    """

    basis: Authority = "official"
    published: date | None = None
    by: str = ""
    year: int | None = None
    days: tuple[Span, ...] = ()


@attrs.frozen(kw_only=True)
class DayStatus:
    """What a day is, on what basis, why (a holiday's name, a reason), on whose word, since when."""

    kind: Kind
    basis: Basis
    name: str = ""
    by: str = ""
    since: date | None = None


def override(
    first: date,
    last: date | None = None,
    *,
    kind: Word,
    reason: str,
    by: str = "",
    known_on: date | None = None,
) -> Decree:
    """Word a host's own decision on the days *first* to *last*, which wins over every table.

    A Saturday that is a `workday` is a duty Saturday; a weekday that is a `restday` is frozen.
    Raise `Invalid` calendar.reason_blank where nothing is said why.
    """
    if not reason.strip():
        raise Invalid([Problem("reason", "calendar.reason_blank")])
    span = Span(kind=kind, first=first, last=last or first, name=reason)
    return Decree(basis="override", published=known_on, by=by, days=(span,))


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Join spans that follow each other and say the same, in order, up to the longest."""
    found: list[Span] = []
    for one in sorted(spans, key=lambda span: span.first):
        last = found[-1] if found else None
        if (
            last is not None
            and (last.kind, last.name) == (one.kind, one.name)
            and (one.first - last.last).days == 1
            and (one.last - last.first).days < LONGEST
        ):
            found[-1] = attrs.evolve(last, last=one.last)
        else:
            found.append(one)
    return tuple(found)


def mistakes(decree: Decree, where: str) -> Iterator[Problem]:
    """Find what is wrong with the spans of *decree*, which are numbered as they stand."""
    return wrong_spans((f"{where}.days[{number}]", one) for number, one in enumerate(decree.days))


def wrong_spans(spans: Iterable[tuple[str, Span]]) -> Iterator[Problem]:
    """Find spans that end before they begin or are longer than a year, and words that differ.

    Each of *spans* comes with its place.
    """
    said: dict[date, Word] = {}
    for place, span in spans:
        context = {"first": str(span.first), "last": str(span.last)}
        if span.last < span.first:
            yield Problem(place, "calendar.span.backwards", context)
        elif (span.last - span.first).days >= LONGEST:
            yield Problem(place, "calendar.span.too_long", {**context, "most": LONGEST})
        else:
            twice = [day for day in span.dates() if said.setdefault(day, span.kind) != span.kind]
            if twice:
                yield Problem(place, "calendar.span.two_words", {"day": str(twice[0])})
