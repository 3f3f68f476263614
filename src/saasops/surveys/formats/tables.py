"""Answers in from tables: one row of an outside tool's CSV or XLSX export becomes an entry.

What a cell means is left to `wordings`, opening the file to the shell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from saasops.clock import zone
from saasops.errors import Invalid, Problem
from saasops.formulas import unguard
from saasops.rows import EXTRA, Rows
from saasops.surveys.definition import Survey
from saasops.surveys.entries import Entry, Found, Places, reason
from saasops.surveys.profiles import ExportProfile, SlotDays, mismatches
from saasops.surveys.wordings import Wording, instant, plain_digits, wording


@attrs.frozen(kw_only=True)
class TableReader:
    """All that reading one row needs; it is made once for a file."""

    profile: ExportProfile
    width: int
    wordings: tuple[tuple[str, Wording], ...]
    texts: tuple[tuple[str, str], ...]
    options: tuple[tuple[Wording, tuple[tuple[str, str], ...]], ...]
    places: Places
    where: ZoneInfo

    @classmethod
    def of(
        cls,
        header: Sequence[str],
        survey: Survey,
        profile: ExportProfile,
        *,
        slots: Mapping[str, SlotDays],
    ) -> TableReader:
        """Make the reader of a table with *header*.

        Raise `Invalid` where profile, survey and header do not belong together.
        """
        if problems := tuple(mismatches(profile, survey)):
            raise Invalid(problems)
        check_header(header, profile)
        asked = {question.id: question for question in survey.questions}
        free = {q.other_key for q in survey.questions} - asked.keys()
        columns = {name: header for header, name in profile.columns.items()}
        columns |= {name: next(iter(split)) for name, split in profile.options.items() if split}
        return cls(
            profile=profile,
            width=len(header),
            wordings=tuple(
                (column, wording(asked[name], profile, slots))
                for column, name in profile.columns.items()
                if name in asked
            ),
            texts=tuple((column, name) for column, name in profile.columns.items() if name in free),
            options=tuple(
                (wording(asked[name], profile, slots), tuple(split.items()))
                for name, split in profile.options.items()
            ),
            places=Places(
                word="column",
                who=profile.identity.column,
                when=profile.ended,
                questions=columns,
            ),
            where=zone(profile.zone),
        )

    def read(self, number: int, cells: Mapping[str, str | None]) -> Found:
        """Return what row *number* says, or why it says nothing. No cell is ever quoted."""
        width = sum(cell is not None for cell in cells.values())
        if width != self.width:
            code = "row.too_short" if width < self.width else "row.too_long"
            return reason(number, "", code, cells=width, columns=self.width)
        who = self.profile.identity
        written = self._cell(cells, who.column)
        subject = plain_digits(written) if who.form == "digits" else written
        if who.form == "digits" and not (subject.isascii() and subject.isdecimal()):
            return reason(number, f"column {who.column}", "survey.import.unreadable_digits")
        ended = self._cell(cells, self.profile.ended)
        mended = subject != written or plain_digits(ended) != ended
        raw: dict[str, Any] = {}
        for column, words in self.wordings:
            if cell := self._cell(cells, column):
                said, repaired = words.read(cell)
                raw |= said
                mended = mended or repaired
        for column, key in self.texts:
            if cell := self._cell(cells, column):
                raw[key] = cell
        for words, split in self.options:
            raw |= self._ticked(cells, words, split)
        return Entry(
            number=number,
            provider=who.provider if who.form != "user" else "",
            subject=subject,
            at=instant(ended, self.where),
            raw=raw,
            places=self.places,
            mended=mended,
        )

    def _cell(self, cells: Mapping[str, str | None], column: str) -> str:
        written = (cells.get(column) or "").strip()
        return unguard(written) if self.profile.guarded else written

    def _ticked(
        self, cells: Mapping[str, str | None], words: Wording, split: Sequence[tuple[str, str]]
    ) -> dict[str, Any]:
        """Gather the options that have a column each; none ticked is no answer."""
        chosen, text = list[str](), ""
        for column, option in split:
            found, said = words.ticked(self._cell(cells, column), option)
            chosen += [found] if found is not None else []
            text = said or text
        if not chosen:
            return {}
        question = words.question
        several = question.kind == "multiple" or len(chosen) > 1
        raw: dict[str, Any] = {question.id: chosen if several else chosen[0]}
        return raw | {question.other_key: text} if text.strip() else raw


def header_of(cells: Mapping[str, Any]) -> list[str]:
    """Return the columns of a row as the reader of a file gives it."""
    return [column for column in cells if column not in ("", None, EXTRA)]


def check_header(header: Sequence[str], profile: ExportProfile) -> None:
    """Raise `Invalid` unless *header* has what *profile* expects, each name once.

    Only names of the profile are quoted: a file without a header begins with somebody's row.
    """
    expected = profile.expected
    known = [*expected, *profile.ignored]
    if missing := [column for column in expected if column not in header]:
        lacking = {"missing": missing, "expected": expected}
        raise Invalid([Problem("header", "survey.import.missing_column", lacking)])
    if unknown := [place for place, column in enumerate(header, 1) if column not in known]:
        context = {"unknown": unknown, "expected": known}
        raise Invalid([Problem("header", "survey.import.unknown_column", context)])
    if twice := [column for column, times in Counter(header).items() if times > 1]:
        raise Invalid([Problem("header", "survey.import.repeated_column", {"columns": twice})])


def entries(
    rows: Rows, survey: Survey, profile: ExportProfile, *, slots: Mapping[str, SlotDays]
) -> Iterator[Found]:
    """Yield what each of *rows* says, (row number, cell by header); the first gives the header.

    Raise `Invalid` where profile, survey and header do not belong together.
    """
    reader: TableReader | None = None
    for number, cells in rows:
        if reader is None:
            reader = TableReader.of(header_of(cells), survey, profile, slots=slots)
        yield reader.read(number, cells)
    if reader is None:
        TableReader.of(profile.expected, survey, profile, slots=slots)
