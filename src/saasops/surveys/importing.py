"""Which responses from outside count, and what is wrong with the others.

Each wrong one gives the first reason that applies, in this order: what its format found, unknown
user, unreadable or future time, missing required, unknown option or other wrong value, impossible
slot.
Reading formats is left to `formats`, opening files and storing responses to the shell.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from saasops.errors import Problem
from saasops.surveys.answers import Response
from saasops.surveys.definition import Survey
from saasops.surveys.entries import Entry, Places, reason
from saasops.surveys.forms import Form
from saasops.surveys.kinds import Reading

_FAST = timedelta(minutes=1)
"""How much the clock of a tool may be ahead."""
_RANKS = {"missing_required": 0, "impossible_slot": 2}
_REWORDED = frozenset(
    f"survey.{name}"
    for name in (
        "missing_required",
        "unknown_option",
        "impossible_slot",
        "unrecognised_version",
        "wrong_type",
        "out_of_range",
        "too_long",
    )
)
"""What an import says in words of its own, with the row in them."""


@attrs.frozen(kw_only=True)
class Intake:
    """What every response from outside is held against.

    *at* is now; without it no time of submission is in the future.
    """

    campaign: str
    form: Form
    reading: Reading
    source: str = "import"
    at: datetime | None = None

    def take(self, entry: Entry, user: str | None) -> Response | tuple[Problem, ...]:
        """Return the response of *user*, who gave *entry*, or why it does not count."""
        number, places = entry.number, entry.places
        when = f"{places.word} {places.when}"
        if user is None:
            place, who = f"{places.word} {places.who}", entry.provider
            return reason(number, place, "survey.import.unknown_user", provider=who)
        if entry.at is None:
            return reason(number, when, "survey.import.unreadable_time")
        if self.at is not None and entry.at > self.at + _FAST:  # no later answer would count
            return reason(number, when, "survey.import.future_time")
        survey, checked = self.form.survey, self.form.check(entry.raw, self.reading)
        if checked.problems:
            return _refusal(number, places, survey, checked.problems)
        return Response(
            campaign=self.campaign,
            user=user,
            survey=survey.id,
            version=survey.version,
            answers=checked.answers,
            hidden=checked.hidden,
            calculated=checked.calculated,
            submitted_at=entry.at,
            source=self.source,
        )


def _refusal(
    number: int, places: Places, survey: Survey, found: Sequence[Problem]
) -> tuple[Problem, ...]:
    """Return what of *found* counts first, with its row."""
    ranked = [(_RANKS.get(one.code.rpartition(".")[2], 1), one) for one in found]
    first = min(rank for rank, _ in ranked)
    questions = {question.other_key: question.id for question in survey.questions}

    def where(problem: Problem) -> str:
        key = problem.where
        place = places.questions.get(key) or places.questions.get(questions.get(key, key), key)
        return f"row {number}, {places.word} {place}"

    return tuple(
        Problem(
            where(problem),
            problem.code.replace("survey.", "survey.import.", 1)
            if problem.code in _REWORDED
            else problem.code,
            {**problem.context, "row": number},
        )
        for rank, problem in ranked
        if rank == first
    )
