"""Responses that were replaced: what a person said before stays, with what took its place.

Which response stands is decided by `answers`, how one is carried to another version by
`migration`.
"""

from collections.abc import Iterable
from datetime import datetime

import attrs

from saasops.surveys.answers import Response

MIGRATION = "migration"
"""What replaced a response that was carried over to another version."""


@attrs.frozen(kw_only=True)
class Former:
    """A *response* that stood until *replaced_at*; *number* counts those of one person from 1.

    *replaced_by* is the source of the response that took its place, or `MIGRATION`, and
    *version* the version which that one is of.
    """

    campaign: str
    user: str
    number: int
    response: Response
    replaced_at: datetime
    replaced_by: str
    version: int


def said_last(held: Response | None, former: Iterable[Former]) -> Response | None:
    """Return what a person last said himself; *former* are his, the latest first.

    A response that was carried over is not his own words: the one it came from is.
    """
    if held is None or held.migrated_from is None:
        return held
    return next((one.response for one in former if one.response.migrated_from is None), held)
