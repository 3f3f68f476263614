"""A survey as the sheets of an XLSForm; they are read back by `xlsform_reading`.

What XLSForm has no word for stands in a column of its own, `saasops`, which other programs pass
over.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

import attrs

from saasops.errors import Invalid, Problem
from saasops.predicates import ALWAYS, Field, Predicate, Test
from saasops.surveys.definition import Opening, Option, Question, Survey
from saasops.surveys.formats import calculations
from saasops.surveys.formats.document import Choices, Document
from saasops.surveys.formats.fields import fields, numbers
from saasops.surveys.formats.marks import marks
from saasops.surveys.formats.plain import spoken
from saasops.surveys.formats.xlsform_calculated import expression
from saasops.surveys.formats.xlsform_lists import MARK
from saasops.surveys.formats.xlsform_reading import ASKED, BASE, read
from saasops.surveys.formats.xlsform_sheets import locale_out
from saasops.surveys.formats.xlsform_xpath import bounds_out
from saasops.surveys.formats.xlsform_xpath import written as condition
from saasops.values import Text

_TYPES = {
    "number": "integer",
    "decimal": "decimal",
    "date": "date",
    "rating": "range",
    "text": "text",
    "address": "text",
    "note": "note",
}
_YES_NO = (
    Option(id="yes", text=Text.of({"en": "Yes", "zh-CN": "是"})),
    Option(id="no", text=Text.of({"en": "No", "zh-CN": "否"})),
)
_SURVEY = (
    *("type", "name", "label", "hint", "relevant", "constraint", "required", "parameters"),
    *("appearance", "calculation", MARK),
)
_PIXELS = 2048
"""How wide or high a photo may be when it is sent."""
_UNFIT = re.compile(r"\s")
_NAME = re.compile(r"(?!xml)[A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u4e00-\u9fff][\w.-]*", re.IGNORECASE)

Row = dict[str, Any]


def written(survey: Survey, choices: Choices) -> Document:
    """Return *survey*, which lint finds nothing wrong with, as sheets of rows.

    Slots and versions become choices out of *choices*, the free text of an option becomes a
    question of its own, pages become groups. What an XLSForm does not check or show is named as
    lost, also where the column `saasops` keeps it. Raise `Invalid` for kinds of plugins, for
    conditions that it would decide otherwise, for ids that it cannot hold, and for what could not
    be read again, such as a text with `${`.
    """
    plain: dict[str, Mapping[str, Any]] = {
        question.id: _first(question) for question in survey.questions
    }
    asked = attrs.evolve(survey, calculated=())
    again = read(_sheets(asked, choices, plain)).whole()
    kept = {
        question.id: {**plain[question.id], **marks(question, again.question(question.id))}
        for question in survey.questions
    }
    return Document(data=_sheets(survey, choices, kept), lost=tuple(_lost(survey, kept)))


def _first(question: Question) -> dict[str, Any]:
    mark: dict[str, Any] = {"kind": question.kind} if question.kind in BASE else {}
    if question.kind == "file" and not _is_image(question):
        mark["accepts"] = list(question.accepts)
    return mark


def _sheets(
    survey: Survey, choices: Choices, kept: Mapping[str, Mapping[str, Any]]
) -> dict[str, list[list[str]]]:
    locales = _locales(survey)
    known = fields(survey.questions, choices.by_question(survey)) | numbers(survey)
    rows: list[Row] = []
    offered: list[Row] = []
    for id, run in groupby(survey.questions, key=lambda question: question.page):
        if id is not None:
            page = survey.page(id)
            mark = {"text": spoken(page.text)} if page.text else {}
            rows.append(
                {
                    "type": "begin_group",
                    "name": id,
                    "label": page.title,
                    "relevant": _when(page.when, known, f"pages.{id}"),
                    "appearance": "field-list",
                    MARK: mark,
                }
            )
        for question in run:
            rows += _rows(question, known, kept[question.id])
            offered += _offered(question, choices)
        if id is not None:
            rows.append({"type": "end_group"})
    for one in survey.calculated:
        calculation, mark = expression(one, survey, known), calculations.aside(one)
        del mark["id"]
        rows.append({"type": "calculate", "name": one.id, "calculation": calculation, MARK: mark})
    settings = _settings(survey, locales)
    for row in rows:
        if row.get("name") and not _NAME.fullmatch(row["name"]):
            context = {"question": row["name"], "format": "XLSForm"}
            where = f"questions.{row['name']}"
            raise Invalid([Problem(where, "interchange.question_name", context)])
    return {
        "survey": _table(rows, _SURVEY, locales),
        "choices": _table(offered, ("list_name", "name", "label"), locales),
        "settings": _table([settings], tuple(settings), ()),
    }


def _settings(survey: Survey, locales: tuple[str, ...]) -> Row:
    mark: dict[str, Any] = {}
    title = survey.title.to(locales[0]) if locales else str(survey.title)
    if survey.title != Text.of(title):
        mark["title"] = spoken(survey.title)
    if survey.text is not None:
        mark["text"] = spoken(survey.text)
    if survey.hidden != "drop":
        mark["hidden"] = survey.hidden
    settings: Row = {"form_title": title, "form_id": survey.id, "version": str(survey.version)}
    if locales:
        settings["default_language"] = locale_out(locales[0], whole=_are_whole(locales))
    return settings | ({MARK: mark} if mark else {})


def _rows(question: Question, known: Mapping[str, Field], kept: Mapping[str, Any]) -> Iterator[Row]:
    where = f"questions.{question.id}"
    row: Row = {
        "type": _type(question),
        "name": question.id,
        "label": question.text,
        "hint": question.hint,
        "relevant": _when(question.when, known, where),
        "constraint": bounds_out(question),
        "required": "yes" if question.required and question.kind != "note" else "",
        MARK: kept,
    }
    if question.kind == "rating":
        row["parameters"] = "start=0 end=10 step=1"
    if question.kind == "file" and _is_image(question):
        row["parameters"] = f"max-pixels={_PIXELS}"
    yield row
    chosen = [option for option in question.options if option.id == question.other]
    for option in chosen:
        operator = "has" if question.kind == "multiple" else "eq"
        yield {
            "type": "text",
            "name": question.other_key,
            "label": option.text,
            "relevant": _when(Test(question.id, operator, option.id), known, where),
            "constraint": f"string-length(.) <= {question.longest}",
        }


def _type(question: Question) -> str:
    if question.kind == "multiple":
        return f"select_multiple {question.id}"
    if BASE.get(question.kind, question.kind) == "single":
        return f"select_one {question.id}"
    if question.kind == "file":
        return "image" if _is_image(question) else "file"
    if question.kind not in _TYPES:
        context = {"question": question.id, "kind": question.kind, "format": "XLSForm"}
        raise Invalid([Problem(f"questions.{question.id}", "interchange.no_such_kind", context)])
    return _TYPES[question.kind]


def _is_image(question: Question) -> bool:
    return all(accepted.startswith("image/") for accepted in question.accepts)


def _offered(question: Question, choices: Choices) -> Iterator[Row]:
    options: Iterable[Option] = question.options if question.kind in (*ASKED, "band") else ()
    if question.kind == "yes-no":
        options = _YES_NO
    ids = choices.of(question.kind)
    if ids is not None:
        options = (Option(id=id, text=Text.of(id)) for id in ids)
    for option in options:
        if _UNFIT.search(option.id):
            context = {"question": question.id, "option": option.id, "format": "XLSForm"}
            where = f"questions.{question.id}.options.{option.id}"
            raise Invalid([Problem(where, "interchange.option_name", context)])
        yield {"list_name": question.id, "name": option.id, "label": option.text}


def _when(predicate: Predicate, known: Mapping[str, Field], where: str) -> str:
    return "" if predicate == ALWAYS else condition(predicate, known, where)


def _table(rows: list[Row], header: tuple[str, ...], locales: tuple[str, ...]) -> list[list[str]]:
    """Return *rows* under the columns in use; what is translated has a column for each locale."""
    used = [name for name in header if any(row.get(name) for row in rows) or name in header[:3]]
    whole = _are_whole(locales)
    columns = [
        (name, locale)
        for name in used
        for locale in ((locales or ("",)) if name in ("label", "hint") else ("",))
    ]
    titles = [
        f"{name}::{locale_out(locale, whole=whole)}" if locale else name for name, locale in columns
    ]
    return [titles, *([_cell(row.get(name), locale) for name, locale in columns] for row in rows)]


def _cell(value: Any, locale: str) -> str:
    if isinstance(value, Text):
        return value.to(locale or "*")
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return value or ""


def _locales(survey: Survey) -> tuple[str, ...]:
    """Return the locales of the texts that are shown, in the order of the survey; none for `*`."""
    texts = [survey.title, *(page.title for page in survey.pages)]
    for question in survey.questions:
        texts += [question.text, *([question.hint] if question.hint else [])]
        texts += [option.text for option in question.options]
    return tuple(
        dict.fromkeys(locale for text in texts for locale in text.by_locale if locale != "*")
    )


def _are_whole(locales: tuple[str, ...]) -> bool:
    languages = {locale.partition("-")[0] for locale in locales}
    return len(languages) < len(locales)


def _lost(survey: Survey, kept: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    for what, there in (
        ("opening", survey.opening != Opening()),
        ("migrations", bool(survey.migrations)),
    ):
        if there:
            yield Problem(what, "interchange.lost", {"what": what, "format": "XLSForm"})
    locales = _locales(survey)
    for question in survey.questions:
        if locales and "*" in question.text.by_locale:
            context = {"what": "texts for every other language", "format": "XLSForm"}
            yield Problem(f"questions.{question.id}.text", "interchange.lost", context)
    for id, mark in kept.items():
        if mark:
            kept_keys = {"question": id, "keys": sorted(mark), "format": "XLSForm"}
            yield Problem(f"questions.{id}", "interchange.kept_aside", kept_keys)
