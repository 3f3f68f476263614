"""Says what one download was: who fetched which release, when, and where he came from.

What follows from it about the version in use is left to `claims`.
"""

from collections.abc import Iterable
from datetime import datetime

import attrs


def _normal(text: str | None) -> str | None:
    return (text or "").strip().lower() or None


@attrs.frozen(kw_only=True)
class Source:
    """Where somebody came from: the channel and the five UTM parameters.

    All are kept stripped and in lower case, so that `QQ` and `qq` are one source; a blank
    one is None.
    """

    channel: str | None = attrs.field(default=None, converter=_normal)
    utm_source: str | None = attrs.field(default=None, converter=_normal)
    utm_medium: str | None = attrs.field(default=None, converter=_normal)
    utm_campaign: str | None = attrs.field(default=None, converter=_normal)
    utm_term: str | None = attrs.field(default=None, converter=_normal)
    utm_content: str | None = attrs.field(default=None, converter=_normal)


@attrs.frozen(kw_only=True)
class Download:
    """One line of the site's record. *text* is the version as it was recorded.

    *release* is the name of the release that it was taken for, None where unrecognised.
    """

    user: str
    product: str
    text: str
    release: str | None
    downloaded_at: datetime
    source: Source = attrs.field(factory=Source)


def latest_channel(downloads: Iterable[Download], *, before: datetime) -> str | None:
    """Return the channel of the newest of *downloads* before the instant *before*, or None."""
    known = (one for one in downloads if one.downloaded_at < before)
    newest = max(known, key=lambda one: one.downloaded_at, default=None)
    return newest.source.channel if newest else None
