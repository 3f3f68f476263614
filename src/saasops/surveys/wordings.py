"""What one cell of an outside tool's export means: its words, digits, dates and free text.

Whether the answer counts is left to `answers`, which columns there are to `profiles`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from unicodedata import normalize
from zoneinfo import ZoneInfo

import attrs

from saasops.clock import parse_instant
from saasops.errors import Invalid, Problem
from saasops.surveys.definition import CHOICES, FREE_TEXTS, Question
from saasops.surveys.kinds import NOTHING_INSTALLED
from saasops.surveys.profiles import ExportProfile, SlotDays

Said: TypeAlias = tuple[Mapping[str, Any], bool]
"""What a cell answers, unchecked, and whether full-width digits were read as plain ones."""

_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_YES_NO: Mapping[str, str] = {
    **dict.fromkeys(("是", "对", "有", "yes", "true", "1"), "yes"),
    **dict.fromkeys(("否", "错", "无", "no", "false", "0"), "no"),
}
_TICKED = frozenset(("1", "是", "√", "✓", "✔", "yes", "true", "x"))
_NOT_TICKED = frozenset(("", "0", "否", "×", "no", "false"))
_NUMBERING = re.compile(r"[(\[]?(?:\d{1,2}|[a-z])[)\]、.:]\s*")
_SCORE = re.compile(r"\s*[(\[]\s*-?\d+(?:\.\d+)?\s*(?:分|points?)?\s*[)\]]")
_SINGLE_DIGIT = re.compile(r"(?<![\d.])\d(?!\d)")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]0?0:00(?::00)?)?")
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?")
_FIRST_SERIAL = datetime(1899, 12, 30)  # noqa: DTZ001 -- a civil date of spreadsheets, no instant
_MOST_KEPT = 4096
_LONGEST_MARK = 20
"""A cell that says it was skipped is short; a long text need not be looked at."""


@attrs.frozen(kw_only=True, eq=False)
class Wording:
    """The words of one question: option or slot by its word, and the pattern of free text."""

    question: Question
    words: Mapping[str, str]
    separator: str
    strip: tuple[str, ...]
    free: re.Pattern[str] | None
    skipped: frozenset[str]
    _alike: Mapping[str, str] = attrs.field(init=False, repr=False)
    _kept: dict[str, Said] = attrs.field(factory=dict[str, Said], init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_alike", _alike(self.words))

    def read(self, cell: str) -> Said:
        """Return what *cell* answers; a word that nobody knows stays as it is."""
        found = self._kept.get(cell)
        if found is None:
            found = self._said(cell)
            if len(self._kept) < _MOST_KEPT and self.question.kind not in FREE_TEXTS:
                self._kept[cell] = found
        return found

    def ticked(self, cell: str, option: str) -> tuple[str | None, str]:
        """Return what a cell of the column of *option* says: the option or None, and free text."""
        mark = folded(cell)
        if mark in _NOT_TICKED or mark in self.skipped:
            return None, ""
        if mark in _TICKED or self.word(cell) == option:
            return option, ""
        if option != self.question.other:
            return cell, ""
        if self.free is not None and (found := self.free.search(cell)):
            return option, found["text"]
        return option, cell

    def word(self, text: str) -> str:
        """Return what the word *text* stands for, or the word where nobody knows it."""
        word, kind = text.strip(), self.question.kind
        known = self.words.get(word)
        if known is None and self._alike and kind != "version":
            known = next((self._alike[one] for one in _bare(word) if one in self._alike), None)
        if known is not None:
            return known
        match kind:
            case "version":
                beginning = next((b for b in self.strip if word.startswith(b)), "")
                return word.removeprefix(beginning).strip()
            case "date":
                return _day(word)
            case "number" | "rating":
                return re.sub(r"\.0+\Z", "", word)
            case _:
                return word

    def _said(self, cell: str) -> Said:
        if len(cell) < _LONGEST_MARK and folded(cell) in self.skipped:
            return {}, False
        text, mended = "", self._mend(cell)
        left = mended
        if self.free is not None and (found := self.free.search(mended)):
            text = found["text"]
            head = mended[: found.start()]
            left = f"{head}{found['begin']}{found['option']}{mended[found.end() :]}"
        raw: dict[str, Any] = {self.question.id: self.word(left)}
        if self.question.kind in ("multiple", "file"):
            parts = left.split(self.separator)
            raw[self.question.id] = [self.word(one) for one in parts if one.strip()]
        if text.strip():
            raw[self.question.other_key] = text
        return raw, mended != cell

    def _mend(self, cell: str) -> str:
        """Return *cell* with full-width digits made plain, but free text as it was typed."""
        if self.question.kind in FREE_TEXTS:
            return cell
        if self.free is not None and (found := self.free.search(cell)):
            first, last = found.span("text")
            return plain_digits(cell[:first]) + cell[first:last] + plain_digits(cell[last:])
        return plain_digits(cell)


def wording(question: Question, profile: ExportProfile, slots: Mapping[str, SlotDays]) -> Wording:
    """Gather the words of *question*; raise `Invalid` where a slot has no label of its own."""
    aliases = profile.aliases.get(question.id, {})
    words = {option.text.to(profile.locale): option.id for option in question.options}
    if question.kind == "slot" and profile.slots:
        words = _labels(profile, slots, spoken=aliases.values())
    if question.kind == "version":
        words = dict.fromkeys(profile.version.nothing, NOTHING_INSTALLED)
    if question.kind == "yes-no":
        words = dict(_YES_NO)
    spoken = {**words, **aliases}
    words = {plain_digits(word).strip(): means for word, means in spoken.items()}
    return Wording(
        question=question,
        words=words,
        separator=profile.separator,
        strip=profile.version.strip,
        free=_free(question, profile, words),
        skipped=frozenset(map(folded, profile.skipped)) | {""},
    )


def plain_digits(text: str) -> str:
    """Return *text* with full-width digits as plain ones."""
    return text if text.isascii() else text.translate(_DIGITS)


def folded(text: str) -> str:
    """Return *text* as it is compared: NFKC, lower case, no blanks around or in a row."""
    lower = normalize("NFKC", text).casefold()
    return " ".join(normalize("NFKC", lower).split())


def instant(text: str, where: ZoneInfo) -> datetime | None:
    """Read the instant that an export writes, in the zone *where* unless it has an offset.

    `2020/1/5 9:30`, `2020年1月5日 9:30` and the number of days of a spreadsheet are read too;
    None where it is no instant.
    """
    plain = plain_digits(text).strip()
    try:
        if _SERIAL.fullmatch(plain):
            seconds = round(float(plain) * 86_400)
            at = _FIRST_SERIAL + timedelta(seconds=seconds)
            return at.replace(tzinfo=where).astimezone(UTC)
        if "年" in plain:
            plain = plain.replace("年", "-").replace("月", "-").replace("日", " ", 1)
            plain = " ".join(plain.split())
        return parse_instant(_SINGLE_DIGIT.sub(r"0\g<0>", plain), default=where)
    except (ValueError, OverflowError):
        return None


def _free(
    question: Question, profile: ExportProfile, words: Mapping[str, str]
) -> re.Pattern[str] | None:
    """Return the pattern of free text behind its option."""
    spelled = [re.escape(word) for word, means in words.items() if means == question.other]
    if question.other is None or question.kind not in CHOICES or not spelled:
        return None
    before, _, after = profile.other.partition("{text}")
    option = re.escape(before).replace(re.escape("{option}"), f"(?P<option>{'|'.join(spelled)})")
    edge, end = re.escape(profile.separator), re.escape(after)
    # Behind a closing sign the text may hold separators; without one it ends at the first.
    text = ".*" if end else ".*?"
    pattern = rf"(?P<begin>\A|{edge}){option}(?P<text>{text}){end}(?={edge}|\Z)"
    return re.compile(pattern, re.DOTALL)


def _labels(
    profile: ExportProfile, slots: Mapping[str, SlotDays], *, spoken: Collection[str]
) -> dict[str, str]:
    """Label each slot that no alias speaks of."""
    labels: dict[str, str] = {}
    for slot, (first, last, kind) in slots.items():
        if slot in spoken:
            continue
        if kind not in profile.slots:
            context = {"slot": slot, "kind": kind}
            raise Invalid([Problem("slots", "survey.import.no_label", context)])
        label = profile.slots[kind].format(first=first, last=last)
        other = labels.setdefault(label, slot)
        if other != slot:
            context = {"slot": slot, "other": other}
            raise Invalid([Problem(f"slots.{kind}", "survey.import.same_label", context)])
    return labels


def _alike(words: Mapping[str, str]) -> dict[str, str]:
    """Return what each folded word stands for, without those that would stand for two things."""
    means: dict[str, set[str]] = {}
    for word, meaning in words.items():
        means.setdefault(folded(word), set()).add(meaning)
    return {word: meaning.pop() for word, meaning in means.items() if len(meaning) == 1}


def _bare(word: str) -> Iterator[str]:
    """Yield *word* folded; then without the numbering before it and the score behind it."""
    whole = folded(word)
    yield whole
    unnumbered = _NUMBERING.sub("", whole, count=1) if _NUMBERING.match(whole) else whole
    scored = list(_SCORE.finditer(whole))
    tail = scored[-1].start() if scored and scored[-1].end() == len(whole) else len(whole)
    yield unnumbered
    yield whole[:tail]
    yield unnumbered[: len(unnumbered) - (len(whole) - tail)]


def _day(word: str) -> str:
    """Return the ISO text of a day as tools and spreadsheets write it, else *word*."""
    if found := _DAY.fullmatch(word):
        return f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}"
    if _SERIAL.fullmatch(word):
        return (_FIRST_SERIAL + timedelta(days=int(float(word)))).date().isoformat()
    return word
