"""Answers that are not submitted yet: kept field by field, merged by the instant of each edit.

A draft may hold anything that JSON can, within bounds; what of it would not be accepted is
told and kept. Where drafts are stored, and when they are submitted, is left to the shell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any, cast

import attrs

from saasops.errors import Problem
from saasops.surveys.answers import Known
from saasops.surveys.forms import Form
from saasops.surveys.kinds import Reading
from saasops.surveys.losses import Loss, Losses
from saasops.surveys.migration import Route

LARGEST = 16_384
"""Bytes that a field may take as JSON, besides four for each character of its longest text."""
DEEPEST = 4
_WHOLE = 2**63
_NOTHING: Mapping[str, Any] = {}
# NUL and lone surrogates cannot be stored in a database.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@attrs.frozen(kw_only=True)
class Field:
    """What was last typed into one field, and when; None where it was cleared."""

    value: Any = attrs.field(repr=False)
    at: datetime


@attrs.frozen(kw_only=True)
class Draft:
    """What one person has typed of one version of a survey; *page* is where he was last.

    A field that was cleared stays, so that an earlier edit that comes late does not fill it.
    *prefilled* is what was known and shown when the draft was begun.
    """

    campaign: str
    user: str
    survey: str
    version: int
    begun_at: datetime
    fields: Mapping[str, Field] = attrs.field(factory=dict[str, Field], repr=False)
    page: Field | None = None
    prefilled: Mapping[str, Known] = attrs.field(factory=dict[str, Known], repr=False)

    @property
    def values(self) -> dict[str, Any]:
        """Return what stands in the fields, without those that were cleared."""
        return {key: one.value for key, one in self.fields.items() if one.value is not None}


@attrs.frozen(kw_only=True)
class Resumed:
    """A draft as its form is to be shown again.

    *problems* would refuse it now: what is *missing* is not among them. *question* is the first
    that is open, missing or wrong, and *page* the one to go on with. *losses* did not come
    along from an older version.
    """

    version: int
    values: Mapping[str, Any] = attrs.field(repr=False)
    problems: tuple[Problem, ...] = ()
    missing: tuple[str, ...] = ()
    question: str | None = None
    page: str | None = None
    losses: Losses = ()


def edit(
    draft: Draft,
    changes: Mapping[Any, Any],
    form: Form,
    *,
    at: datetime,
    page: str | None = None,
) -> tuple[Draft, tuple[Problem, ...]]:
    """Put *changes*, made at the instant *at*, into *draft*, and tell which cannot be kept.

    Of each field the latest edit stands, in whatever order they arrive; None clears it. What
    no question of *form* asks, what is no plain JSON and what is too large is not kept. The
    draft has to be one of the version that *form* asks. Linear in the changes.
    """
    fields: dict[str, Field] = {}
    problems: list[Problem] = []
    longest: dict[str, int] = {}
    for question in form.survey.questions:
        longest[question.id] = question.longest
        if question.other is not None:
            longest[question.other_key] = question.longest
    unknown = 0
    for key, value in changes.items():
        if key not in longest:
            unknown += 1
        elif problem := _unkept(key, value, most=LARGEST + 4 * longest[key]):
            problems.append(problem)
        else:
            fields[key] = Field(value=_settled(value), at=at)
    if unknown:
        context = {"survey": draft.survey, "version": draft.version, "count": unknown}
        problems.append(Problem("", "draft.unknown_questions", context))
    known = {one.id for one in form.survey.pages}
    seen = Field(value=page, at=at) if page in known else None
    return merge(draft, attrs.evolve(draft, fields=fields, page=seen)), tuple(problems)


def merge(draft: Draft, other: Draft) -> Draft:
    """Put two drafts of one version together: of each field the latest edit stands.

    The order makes no difference, and merging again changes nothing.
    """
    fields = dict(draft.fields)
    for key, field in other.fields.items():
        fields[key] = _later(fields.get(key), field)
    pages = [one for one in (draft.page, other.page) if one is not None]
    return attrs.evolve(
        draft,
        begun_at=min(draft.begun_at, other.begun_at),
        fields={key: fields[key] for key in sorted(fields)},
        page=max(pages, key=_order, default=None),
    )


def resume(
    draft: Draft,
    form: Form,
    reading: Reading,
    *,
    filed: Mapping[str, Any] = _NOTHING,
    losses: Losses = (),
) -> Resumed:
    """Return *draft* as it is to be shown, with what is wrong, and where to go on.

    What is *filed*, by question, needs no answer unless its field was cleared.
    """
    values = draft.values
    checked = form.check(with_filed(values, filed, draft), reading)
    open = {"survey.missing_required"}
    missing = tuple(one.where for one in checked.problems if one.code in open)
    problems = tuple(one for one in checked.problems if one.code not in open)
    waiting = {one.where for one in checked.problems}
    questions = form.survey.questions
    first = next((q for q in questions if waiting & {q.id, q.other_key}), None)
    left = draft.page.value if draft.page else None
    page = left if any(left == one.id for one in form.survey.pages) else None
    return Resumed(
        version=form.survey.version,
        values=values,
        problems=problems,
        missing=missing,
        question=first.id if first else None,
        page=page or (first.page if first else None),
        losses=losses,
    )


def with_filed(
    answers: Mapping[Any, Any], filed: Mapping[str, Any], draft: Draft
) -> dict[Any, Any]:
    """Return *answers* with what is *filed*, where nobody answered and no field was cleared."""
    unasked = {key: value for key, value in filed.items() if key not in draft.fields}
    return {**unasked, **answers}


def carried(draft: Draft, route: Route, form: Form, reading: Reading) -> tuple[Draft, Losses]:
    """Return *draft* of the version that *form* asks as one of the version *route* leads to.

    Every field keeps its instant. What its own version would not accept comes along only to a
    question that takes anything that it took.
    """
    fields: dict[str, Field] = {}
    losses: list[Loss] = []
    for key, field in draft.fields.items():
        targets = route.targets(key)
        read = None if field.value is None else form.read(key, field.value, reading)
        found: dict[str, Any] = {}
        lost: Losses = ()
        if read is None:
            found = dict.fromkeys(targets)
        elif not isinstance(read, Problem):
            found, lost = route.carry(key, read)
        elif targets == (key,):
            found = {key: field.value}
        else:
            lost = (Loss(version=draft.version, question=key, code="survey.loss.unfit"),)
        losses += lost
        for target, value in found.items():
            moved = attrs.evolve(field, value=_settled(value))
            fields[target] = _later(fields.get(target), moved)
    survey = route.form.survey
    new = attrs.evolve(
        draft,
        survey=survey.id,
        version=survey.version,
        fields=fields,
        prefilled=route.known(draft.prefilled),
    )
    return new, tuple(losses)


def _unkept(key: str, value: Any, *, most: int) -> Problem | None:
    if not _is_plain(value, DEEPEST):
        return Problem(key, "draft.not_plain", {"question": key})
    size = len(_written(value).encode())
    if size > most:
        return Problem(key, "draft.too_large", {"question": key, "size": size, "most": most})
    return None


def _is_plain(value: Any, deepest: int) -> bool:
    if isinstance(value, str):
        return not _UNSTORABLE.search(value)
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, int):
        return -_WHOLE <= value < _WHOLE
    if isinstance(value, float):
        return isfinite(value)
    if deepest == 0:
        return False
    if isinstance(value, list | tuple):
        return all(_is_plain(one, deepest - 1) for one in cast("list[Any]", value))
    if isinstance(value, dict):
        pairs = cast("dict[Any, Any]", value).items()
        return all(
            isinstance(key, str) and _is_plain(key, 0) and _is_plain(one, deepest - 1)
            for key, one in pairs
        )
    return False


def _settled(value: Any) -> Any:
    # What comes back from a database has to equal what went in.
    if isinstance(value, list | tuple):
        return [_settled(one) for one in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: _settled(one) for key, one in cast("dict[str, Any]", value).items()}
    return value


def _later(held: Field | None, other: Field) -> Field:
    return other if held is None or _order(other) > _order(held) else held


def _order(field: Field) -> tuple[datetime, str]:
    # Two edits of one instant have to come out alike whichever came first.
    return field.at, _written(field.value)


def _written(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
