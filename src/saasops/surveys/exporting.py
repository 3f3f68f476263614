"""Answers out: which columns an export of one version has, and what stands in each cell.

The columns follow from the definition alone, so that two exports of a version always fit
together. How a file is written is left to the shell and `reports`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, TypeAlias, cast

import attrs

from saasops.errors import Refused
from saasops.surveys.answers import Response
from saasops.surveys.calculated import personal_numbers
from saasops.surveys.definition import Option, Question, Survey
from saasops.surveys.profiles import ExportProfile, IdentityColumn
from saasops.surveys.wordings import plain_digits

Cell: TypeAlias = str | int | Decimal | None
WHO, WHEN = "response:user", "response:submitted_at"
_FIXED = ("user", "submitted_at", "source", "version", "migrated_from")
_SEPARATORS = ("┋", "|", ";", "¦", "\x1f")


@attrs.frozen(kw_only=True)
class Export:
    """How answers are written out.

    Choices stand as their ids, or as their words in *locale*. With *single* every option of a
    multiple choice has a column of its own, 1 or empty where it was not chosen. Personal answers
    are written only for a *purpose*.
    """

    locale: str | None = None
    single: bool = False
    purpose: str | None = None


@attrs.frozen(kw_only=True)
class Column:
    """One column: its *name*, and how its cell is taken from a response."""

    name: str
    cell: Callable[[Response], Cell]


def columns(survey: Survey, export: Export) -> tuple[Column, ...]:
    """Return the columns of an export of *survey*, in the order asked.

    Under `response:` stand who, when and where from; then each question with its free text; then,
    under `hidden:`, `calculated:` and `prefilled:`, what stands beside the answers; and at last
    which answers a migration filled in by its default. Raise `Refused` survey.export.no_purpose
    for a *purpose* that is blank.
    """
    if export.purpose is not None and not export.purpose.strip():
        raise Refused("survey.export.no_purpose")
    shown = [q for q in survey.questions if q.kind != "note" and _open(q, export)]
    answers = [one for q in shown for one in _answers(survey, q, export)]
    beside: list[Column] = []
    if survey.hidden == "keep":
        for question in shown:
            beside.append(_beside("hidden", question, survey, export))
            if question.other is not None:
                key = question.other_key
                beside.append(Column(name=f"hidden:{key}", cell=partial(_hidden, key)))
    beside += [
        Column(name=f"calculated:{id}", cell=partial(_number, id))
        for id in _numbers(survey, export)
    ]
    beside += [_beside("prefilled", q, survey, export) for q in shown]
    if survey.migrations:
        beside.append(Column(name="response:filled", cell=lambda r: "; ".join(r.filled) or None))
    return (*map(_fixed, _FIXED), *answers, *beside)


def own_profile(survey: Survey, export: Export, *, guarded: bool = True) -> ExportProfile:
    """Return the profile that reads what an *export* of *survey* wrote as a table.

    The texts of a CSV file are *guarded*, those of a workbook are not.
    """
    shown = [q for q in survey.questions if q.kind != "note" and _open(q, export)]
    split = [q for q in shown if export.single and q.kind == "multiple"]
    names = {q.id: q.id for q in shown if q not in split}
    names |= {q.other_key: q.other_key for q in shown if q.other is not None}
    read = {WHO, WHEN, *names, *(f"{q.id}:{option.id}" for q in split for option in q.options)}
    return ExportProfile(
        survey=survey.id,
        survey_version=survey.version,
        locale=export.locale or "",
        zone="UTC",
        identity=IdentityColumn(column=WHO, form="user"),
        ended=WHEN,
        columns=names,
        options={q.id: {f"{q.id}:{option.id}": option.id for option in q.options} for q in split},
        ignored=tuple(one.name for one in columns(survey, export) if one.name not in read),
        separator=separator(survey, export),
        other="{option}\x1f{text}\x1f",
        skipped=(),
        aliases={q.id: _words(q, export) for q in shown if q.options},
        guarded=guarded,
    )


def separator(survey: Survey, export: Export) -> str:
    """Return the first sign that stands in no option of *survey*, to stand between choices."""
    words = [word for q in survey.questions for word in _words(q, export)]
    free = (one for one in _SEPARATORS if not any(one in word for word in words))
    return next(free, _SEPARATORS[-1])


def document(response: Response, survey: Survey, export: Export) -> dict[str, Any]:
    """Return *response* as one object of JSON Lines: answers by id, personal ones for a purpose."""
    shown = {q.id: q for q in survey.questions if _open(q, export)}
    keys = {*shown, *(q.other_key for q in shown.values())}
    answers = {key: value for key, value in response.answers.items() if key in keys}
    found: dict[str, Any] = {
        "user": response.user,
        "submitted_at": response.submitted_at.isoformat(),
        "source": response.source,
        "survey": response.survey,
        "version": response.version,
        "answers": answers,
    }
    if response.migrated_from is not None:
        found["migrated_from"] = response.migrated_from
    hidden = {key: value for key, value in response.hidden.items() if key in keys}
    before = {key: one.value for key, one in response.prefilled.items() if key in keys}
    shown_numbers = _numbers(survey, export)
    numbers = {id: one for id, one in response.calculated.items() if id in shown_numbers}
    beside: dict[str, Any] = {"hidden": hidden, "calculated": numbers, "prefilled": before}
    beside["filled"] = list(response.filled)
    return found | {key: value for key, value in beside.items() if value}


def _open(question: Question, export: Export) -> bool:
    return question.personal is None or export.purpose is not None


def _numbers(survey: Survey, export: Export) -> tuple[str, ...]:
    private = frozenset[str]() if export.purpose is not None else personal_numbers(survey)
    return tuple(one.id for one in survey.calculated if one.id not in private)


def _fixed(name: str) -> Column:
    def cell(response: Response) -> Cell:
        value: Any = getattr(response, name)
        return value.isoformat() if name == "submitted_at" else cast("Cell", value)

    return Column(name=f"response:{name}", cell=cell)


def _number(id: str, response: Response) -> Cell:
    return response.calculated.get(id)


def _hidden(key: str, response: Response) -> Cell:
    return cast("Cell", response.hidden.get(key))


def _ticked(id: str, option: str, response: Response) -> Cell:
    return 1 if option in response.answers.get(id, ()) else None


def _answers(survey: Survey, question: Question, export: Export) -> Iterator[Column]:
    id, key = question.id, question.other_key
    if export.single and question.kind == "multiple":
        for option in question.options:
            yield Column(
                name=f"{id}:{option.id}",
                cell=partial(_ticked, id, option.id),
            )
    else:
        write = _writer(survey, question, export)
        yield Column(name=id, cell=lambda r: write(r.answers.get(id)))
    if question.other is not None:
        yield Column(name=key, cell=lambda r: r.answers.get(key))


def _beside(where: str, question: Question, survey: Survey, export: Export) -> Column:
    write = _writer(survey, question, export)

    def cell(response: Response) -> Cell:
        held: Mapping[str, Any] = getattr(response, where)
        found = held.get(question.id)
        return write(found.value if where == "prefilled" and found is not None else found)

    return Column(name=f"{where}:{question.id}", cell=cell)


def _writer(survey: Survey, question: Question, export: Export) -> Callable[[Any], Cell]:
    words = {id: word for word, id in _words(question, export).items()}
    between = separator(survey, export)

    def write(value: Any) -> Cell:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, float):
            return Decimal(str(value))
        if isinstance(value, list | tuple):
            several = cast("Sequence[str]", value)
            return between.join(words.get(one, one) for one in several)
        return words.get(value, value) if isinstance(value, str) else value

    return write


def _words(question: Question, export: Export) -> dict[str, str]:
    """Return the option of each word; the ids where words would not tell them apart."""
    spoken = {plain_digits(_word(one, export)): one.id for one in question.options}
    return (
        spoken if len(spoken) == len(question.options) else {o.id: o.id for o in question.options}
    )


def _word(option: Option, export: Export) -> str:
    return option.text.to(export.locale).strip() if export.locale else option.id
