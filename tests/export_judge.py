"""Decides which rows of an export count, in memory and without a database: a judge of the shell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

import attrs

from saasops.errors import Problem
from saasops.predicates import Key
from saasops.rows import Rows
from saasops.surveys.answers import Response, standing
from saasops.surveys.definition import Survey
from saasops.surveys.entries import Entry, Found
from saasops.surveys.formats.tables import entries
from saasops.surveys.forms import Form
from saasops.surveys.importing import Intake
from saasops.surveys.kinds import Reading, Recognise
from saasops.surveys.profiles import ExportProfile, SlotDays

FindUser: TypeAlias = Callable[[str, str], str | None]


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

    The rows are gathered in memory. *slots* gives first day, last day and kind by id, *order* sorts versions as in `Form.of`, *at* is now, see
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
