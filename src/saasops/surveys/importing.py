"""Which rows of an outside tool's export count, and what is wrong with the others.

Each wrong row gives the first reason that applies, in this order: cut or overlong row,
unreadable digits, unknown user, unreadable time, missing required, unknown option or other
wrong value, impossible slot. Opening the file and storing responses is left to others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import attrs

from saasops.clock import parse_instant, zone
from saasops.errors import Invalid, Problem
from saasops.rows import EXTRA, Rows
from saasops.surveys.answers import Response, check, standing
from saasops.surveys.definition import Survey
from saasops.surveys.kinds import Recognise
from saasops.surveys.profiles import (
    ExportProfile,
    SlotDays,
    Wording,
    mismatches,
    plain_digits,
    wording,
)

FindUser: TypeAlias = Callable[[str, str], str | None]
_RANKS = {"missing_required": 0, "impossible_slot": 2}
_SINGLE_DIGIT = re.compile(r"(?<![\d.])\d(?!\d)")


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


@attrs.frozen(kw_only=True)
class _Right:
    """A row that may count; *mended* tells whether full-width digits stood in it."""

    number: int
    response: Response
    mended: bool


@attrs.frozen(kw_only=True)
class _Reader:
    """All that reading one row needs."""

    survey: Survey
    profile: ExportProfile
    campaign: str
    width: int
    wordings: Mapping[str, Wording]
    slots: Mapping[str, SlotDays]
    find_user: FindUser
    recognise: Recognise

    def read(self, number: int, cells: Mapping[str, str | None]) -> _Right | tuple[Problem, ...]:
        """Return the response in a row, or why there is none."""
        profile, who = self.profile, self.profile.identity
        width = sum(cell is not None for cell in cells.values())
        if width != self.width:
            code = "row.too_short" if width < self.width else "row.too_long"
            return _reason(number, "", code, cells=width, columns=self.width)
        written = {column: (cells.get(column) or "").strip() for column in _expected(profile)}
        texts = dict(written)
        for column, words in self.wordings.items():
            texts[column] = words.mend(texts[column])
        texts[profile.ended] = plain_digits(texts[profile.ended])
        if who.form == "digits":
            texts[who.column] = plain_digits(texts[who.column])
            if not (texts[who.column].isascii() and texts[who.column].isdecimal()):
                return _reason(number, who.column, "survey.import.unreadable_digits")
        user = self.find_user(who.provider, texts[who.column]) if texts[who.column] else None
        if user is None:
            return _reason(number, who.column, "survey.import.unknown_user", provider=who.provider)
        try:
            padded = _SINGLE_DIGIT.sub(r"0\g<0>", texts[profile.ended])
            submitted_at = parse_instant(padded, default=zone(profile.zone))
        except (ValueError, OverflowError):
            return _reason(number, profile.ended, "survey.import.unreadable_time")
        raw: dict[str, Any] = {}
        for column, words in self.wordings.items():
            raw |= words.read(texts[column])
        answers, found = check(self.survey, raw, slots=self.slots, recognise=self.recognise)
        if found:
            return self._refusal(number, found)
        response = Response(
            campaign=self.campaign,
            user=user,
            survey=self.survey.id,
            version=self.survey.version,
            answers=answers,
            submitted_at=submitted_at,
            source="import",
        )
        return _Right(number=number, response=response, mended=texts != written)

    def _refusal(self, number: int, found: Sequence[Problem]) -> tuple[Problem, ...]:
        ranked = [(_RANKS.get(p.code.rpartition(".")[2], 1), p) for p in found]
        first = min(rank for rank, _ in ranked)
        asked = {column: words.question for column, words in self.wordings.items()}
        columns = {question.id: column for column, question in asked.items()}
        columns |= {question.other_key: column for column, question in asked.items()}
        return tuple(
            Problem(
                f"row {number}, column {columns[problem.where]}",
                problem.code.replace("survey.", "survey.import.", 1),
                {**problem.context, "row": number},
            )
            for rank, problem in ranked
            if rank == first
        )


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
) -> ExportReport:
    """Read *rows*, (row number, cell by header), and decide which of them count.

    Of the right rows of one person the one submitted last counts, of two at one instant
    that with the higher number; it is then compared with the response that is *held* of
    that person. The order of *rows* does not matter. *slots* gives first day, last day and
    kind by id. Raise `Invalid` where profile, survey and header do not belong together. No
    cell is ever quoted. Linear, but for sorting the rows.
    """
    if problems := tuple(mismatches(profile, survey)):
        raise Invalid(problems)
    listed = sorted(rows, key=lambda row: row[0])
    header = (
        [column for column in listed[0][1] if column not in ("", None, EXTRA)]
        if listed
        else _expected(profile)
    )
    check_header(header, profile)
    reader = _Reader(
        survey=survey,
        profile=profile,
        campaign=campaign,
        width=len(header),
        wordings={
            column: wording(survey.question(question), profile, slots)
            for column, question in profile.columns.items()
        },
        slots=slots,
        find_user=find_user,
        recognise=recognise,
    )
    right, refused = list[_Right](), list[Problem]()
    for number, cells in listed:
        read = reader.read(number, cells)
        if isinstance(read, _Right):
            right.append(read)
        else:
            refused += read
    latest = {
        row.response.user: row.number
        for row in sorted(right, key=lambda row: (row.response.submitted_at, row.number))
    }
    stands = {
        row.number: standing(row.response, held(row.response.user))
        if latest[row.response.user] == row.number
        else "superseded"
        for row in right
    }
    return ExportReport(
        rows=len(listed),
        accepted=tuple(
            (row.number, row.response) for row in right if stands[row.number] in ("new", "changed")
        ),
        superseded=tuple(n for n, stand in stands.items() if stand == "superseded"),
        unchanged=tuple(n for n, stand in stands.items() if stand == "unchanged"),
        repaired=tuple(row.number for row in right if row.mended),
        problems=tuple(refused),
    )


def check_header(header: Sequence[str], profile: ExportProfile) -> None:
    """Raise `Invalid` unless *header* has what *profile* expects, each name once.

    Only names of the profile are quoted: a file without a header begins with somebody's row.
    """
    expected = _expected(profile)
    known = [*expected, *profile.ignored]
    if missing := [column for column in expected if column not in header]:
        lacking = {"missing": missing, "expected": expected}
        raise Invalid([Problem("header", "survey.import.missing_column", lacking)])
    if unknown := [place for place, column in enumerate(header, 1) if column not in known]:
        context = {"unknown": unknown, "expected": known}
        raise Invalid([Problem("header", "survey.import.unknown_column", context)])
    if twice := [column for column, times in Counter(header).items() if times > 1]:
        raise Invalid([Problem("header", "survey.import.repeated_column", {"columns": twice})])


def _expected(profile: ExportProfile) -> list[str]:
    return [profile.identity.column, profile.ended, *profile.columns]


def _reason(number: int, column: str, code: str, **context: Any) -> tuple[Problem]:
    where = f"row {number}, column {column}" if column else f"row {number}"
    return (Problem(where, code, {**context, "row": number}),)
