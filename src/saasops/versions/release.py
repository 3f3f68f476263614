"""Says what one release is, and how it stands on any day; the names are those of endoflife.date.

Which releases a product has, and in which order, is left to `releases`.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Literal, TypeAlias

import attrs

End: TypeAlias = date | bool | None
"""When something ends or begins: from a day on, True on a day that nobody knows, False not as
far as is set, None unknown."""
Phase: TypeAlias = Literal["supported", "security", "ending", "extended", "ended", "unknown"]
ENDING_WITHIN = timedelta(days=90)


@attrs.frozen(kw_only=True)
class Support:
    """How a release stands on one day, as endoflife.date tells it; None is unknown."""

    is_lts: bool | None
    lts_from: date | None
    is_eoas: bool | None
    eoas_from: date | None
    is_eol: bool | None
    eol_from: date | None
    is_eoes: bool | None
    eoes_from: date | None
    is_maintained: bool | None
    latest: str | None


@attrs.frozen(kw_only=True)
class Release:
    """A named version of a product; *ends_on*, their eolFrom, is the first day without support.

    Active support ends before it (*eoas_from*: security fixes only from then on), extended
    support after it (*eoes_from*). *latest* is the newest version of this release, and *more*
    what its source said besides.
    """

    product: str
    name: str
    released_on: date | None = None
    ends_on: End = None
    eoas_from: End = None
    eoes_from: End = None
    lts_from: End = None
    latest: str | None = None
    latest_on: date | None = None
    more: Mapping[str, Any] = attrs.field(factory=dict[str, Any], hash=False)

    def phase(self, *, on: date) -> Phase:
        """Say how this release stands on the day *on*; *ending* in the last 90 days of support.

        It is unknown before the release and where neither its date nor its end is known.
        """
        if self.released_on is not None and on < self.released_on:
            return "unknown"
        if reached(self.ends_on, on):
            return "extended" if reached(self.eoes_from, on) is False else "ended"
        if self.released_on is None and self.ends_on is None:
            return "unknown"
        if isinstance(self.ends_on, date) and self.ends_on - on <= ENDING_WITHIN:
            return "ending"
        return "security" if reached(self.eoas_from, on) else "supported"

    def supported(self, *, on: date) -> bool:
        """Tell whether this release is known to have ordinary support on the day *on*."""
        return self.phase(on=on) in ("supported", "security", "ending")

    def support(self, *, on: date) -> Support:
        """Tell each phase apart on the day *on*; maintained is what has any support left."""
        over, extended = reached(self.ends_on, on), reached(self.eoes_from, on)
        return Support(
            is_lts=reached(self.lts_from, on),
            lts_from=day_of(self.lts_from),
            is_eoas=reached(self.eoas_from, on),
            eoas_from=day_of(self.eoas_from),
            is_eol=over,
            eol_from=day_of(self.ends_on),
            is_eoes=extended,
            eoes_from=day_of(self.eoes_from),
            is_maintained=None if over is None else not over or extended is False,
            latest=self.latest,
        )


def reached(end: End, on: date) -> bool | None:
    """Tell whether *end* has come on the day *on*; None where that is unknown."""
    return on >= end if isinstance(end, date) else end


def day_of(end: End) -> date | None:
    """Return the day of *end* where one is known."""
    return end if isinstance(end, date) else None
