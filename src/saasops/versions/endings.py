"""Decides when to say that the support of a release ends: 12, 6 and 3 months before.

Whom to tell, and how, is left to notices; who runs the release, to `installed`.
"""

from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from typing import TypeAlias

import attrs

from saasops.versions.release import Release, day_of

MONTHS = (12, 6, 3)
EndingKey: TypeAlias = tuple[str, str, int, date]


@attrs.frozen(kw_only=True)
class SupportEnding:
    """The support of a release ends on the day *ends_on*, in *months* months or less."""

    at: datetime
    product: str
    release: str
    months: int
    ends_on: date

    @property
    def key(self) -> EndingKey:
        """Return what is told once: release, months, and the day, which may be put off."""
        return self.product, self.release, self.months, self.ends_on


def months_before(day: date, months: int) -> date:
    """Return the same day *months* earlier, or the last of that month where it is shorter."""
    count = day.year * 12 + day.month - 1 - months
    year, month = count // 12, count % 12 + 1
    if year < 1:
        return date.min
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def due(
    releases: Iterable[Release],
    *,
    on: date,
    at: datetime,
    told: Collection[EndingKey] = (),
    months: Collection[int] = MONTHS,
) -> Iterator[SupportEnding]:
    """Walk over what is to be told on the day *on* and has not been *told*.

    Of several notices that are due for one release only the latest is given. Nothing is said
    from the end on, before the release, or where no day is known. Linear in the releases.
    """
    for release in releases:
        end = day_of(release.ends_on)
        if end is None or on >= end or (release.released_on and on < release.released_on):
            continue
        reached = [number for number in months if months_before(end, number) <= on]
        if reached:
            event = SupportEnding(
                at=at,
                product=release.product,
                release=release.name,
                months=min(reached),
                ends_on=end,
            )
            if event.key not in told:
                yield event
