"""Which responses from outside count, and what is wrong with the others.

Each wrong one gives the first reason that applies, in this order: what its format found, unknown
user, unreadable or future time, missing required, unknown option or other wrong value, impossible
slot.
Reading formats is left to `formats`, opening files and storing responses to the shell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

import attrs

from saasops.errors import Problem
from saasops.predicates import Key
from saasops.rows import Rows
from saasops.surveys.answers import Response, standing
from saasops.surveys.definition import Survey
from saasops.surveys.entries import Entry, Found, Places, reason
from saasops.surveys.formats.tables import entries
from saasops.surveys.forms import Form
from saasops.surveys.kinds import Reading, Recognise
from saasops.surveys.profiles import ExportProfile, SlotDays

FindUser: TypeAlias = Callable[[str, str], str | None]
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


@attrs.frozen(kw_only=True)
class ExportReport:
    """What became of every row of an export. All row numbers rise.

    *accepted* holds what is new or changed, one response a person. *superseded* rows gave
    way to a newer answer, *unchanged* ones say what is held already. In *repaired* rows
    full-width digits were read as plain ones. *problems* name the rows that were refused.
    """

    rows: int
    accepted: tuple[tuple[int, Response], ...]
    superseded: tuple[int, ...]
    unchanged: tuple[int, ...]
    repaired: tuple[int, ...]
    problems: tuple[Problem, ...]

    @property
    def refused(self) -> dict[str, tuple[int, ...]]:
        """Return the numbers of the refused rows by the code of their reason."""
        rows: dict[str, dict[int, None]] = {}
        for problem in self.problems:
            rows.setdefault(problem.code, {})[problem.context["row"]] = None
        return {code: tuple(numbers) for code, numbers in rows.items()}


def read_export(
    rows: Rows,
    survey: Survey,
    profile: ExportProfile,
    *,
    campaign: str,
    find_user: FindUser,
    slots: Mapping[str, SlotDays],
    recognise: Recognise,
    held: Callable[[str], Response | None],
    order: Key | None = None,
    at: datetime | None = None,
) -> ExportReport:
    """Read *rows*, (row number, cell by header), and decide which of them count.

    For hosts that keep responses themselves; the rows are gathered in memory. *slots* gives
    first day, last day and kind by id, *order* sorts versions as in `Form.of`, *at* is now, see
    `Intake`. Raise `Invalid` where profile, survey and header do not belong together. See `decide`.
    """
    listed = sorted(rows, key=lambda row: row[0])
    reading = Reading(slots=slots, recognise=recognise)
    form = Form.of(survey, order=order)
    intake = Intake(campaign=campaign, form=form, reading=reading, at=at)
    found = list(entries(listed, survey, profile, slots=slots))
    return decide(found, intake, find_user=find_user, held=held)


def decide(
    found: Sequence[Found],
    intake: Intake,
    *,
    find_user: FindUser,
    held: Callable[[str], Response | None],
) -> ExportReport:
    """Decide which of the entries *found* count, whatever tool they come from.

    Of the right entries of one person the one submitted last counts, of two at one instant
    that with the higher number; it is then compared with the response that is *held* of
    that person. No cell is ever quoted. Linear, but for sorting.
    """
    right, refused = list[tuple[Entry, Response]](), list[Problem]()
    for one in found:
        if isinstance(one, tuple):
            refused += one
            continue
        taken = intake.take(one, find_user(one.provider, one.subject) if one.subject else None)
        if isinstance(taken, Response):
            right.append((one, taken))
        else:
            refused += taken
    right.sort(key=lambda pair: (pair[1].submitted_at, pair[0].number))
    latest = {response.user: entry.number for entry, response in right}
    right.sort(key=lambda pair: pair[0].number)
    stands = {
        entry.number: standing(response, held(response.user))
        if latest[response.user] == entry.number
        else "superseded"
        for entry, response in right
    }
    return ExportReport(
        rows=len(found),
        accepted=tuple(
            (entry.number, response)
            for entry, response in right
            if stands[entry.number] in ("new", "changed")
        ),
        superseded=tuple(n for n, stand in stands.items() if stand == "superseded"),
        unchanged=tuple(n for n, stand in stands.items() if stand == "unchanged"),
        repaired=tuple(entry.number for entry, _ in right if entry.mended),
        problems=tuple(refused),
    )
