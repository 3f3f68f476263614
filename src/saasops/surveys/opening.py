"""Whether a survey takes answers now: between its opening and its close, and within its quota.

How many have answered is counted by the store; that is left to the shell.
"""

from collections.abc import Iterator
from datetime import datetime

from saasops.errors import Problem, Refused
from saasops.surveys.definition import Opening, Survey


def admit(survey: Survey, *, given_at: datetime) -> None:
    """Let in answers that were given at the instant *given_at*, whenever they arrive.

    Raise `Refused` survey.not_open_yet or survey.closed with the instant that decides.
    """
    opening = survey.opening
    if opening.opens_at is not None and given_at < opening.opens_at:
        raise Refused("survey.not_open_yet", survey=survey.id, opens_at=_iso(opening.opens_at))
    if opening.closes_at is not None and given_at >= opening.closes_at:
        raise Refused("survey.closed", survey=survey.id, closes_at=_iso(opening.closes_at))


def full(survey: Survey) -> Refused:
    """Return the refusal of one person more than the quota of *survey*."""
    return Refused("survey.full", survey=survey.id, quota=survey.opening.quota)


def mistakes(opening: Opening) -> Iterator[Problem]:
    """Find instants without a zone, a close before the opening, and a quota below 1."""
    for name in ("opens_at", "closes_at"):
        at: datetime | None = getattr(opening, name)
        if at is not None and at.tzinfo is None:
            yield Problem(f"opening.{name}", "value.wrong_instant", {"value": at.isoformat()})
    opens, closes = opening.opens_at, opening.closes_at
    aware = opens and closes and opens.tzinfo and closes.tzinfo
    if opens and closes and aware and closes <= opens:
        context = {"opens_at": _iso(opens), "closes_at": _iso(closes)}
        yield Problem("opening.closes_at", "survey.opening.never_open", context)
    if opening.quota is not None and opening.quota < 1:
        yield Problem("opening.quota", "survey.opening.no_place", {"quota": opening.quota})


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="minutes")
