"""Two surveys that ask the same, and the texts of Sheets as files: for the tests of formats."""

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import attrs
import openpyxl
from hypothesis import strategies as st

from saasops.predicates import ALWAYS, Predicate, holds
from saasops.surveys.definition import Survey
from saasops.surveys.formats.definitions import Choices
from saasops.surveys.formats.xlsform_sheets import Sheets, of_csv
from saasops.testing.strategies.questions import RELEASES, SLOTS, free_texts, right

DATA = Path(__file__).parents[2] / "data" / "surveys"
CHOICES = Choices(slots=SLOTS, releases=RELEASES)


def same(survey: Survey, other: Survey, given: Iterable[Mapping[str, Any]]) -> None:
    """Assert that both ask the same, with conditions that agree on all answers *given*."""
    assert _bare(survey) == _bare(other)
    for answers in given:
        for one, two in zip(_conditions(survey), _conditions(other), strict=True):
            assert holds(one, answers) == holds(two, answers), (one, two, answers)


def _bare(survey: Survey) -> Survey:
    return attrs.evolve(
        survey,
        questions=tuple(attrs.evolve(one, when=ALWAYS) for one in survey.questions),
        pages=tuple(attrs.evolve(one, when=ALWAYS) for one in survey.pages),
        calculated=tuple(
            attrs.evolve(one, cases=tuple(attrs.evolve(case, when=ALWAYS) for case in one.cases))
            for one in survey.calculated
        ),
    )


def _conditions(survey: Survey) -> list[Predicate]:
    found = [one.when for one in survey.questions] + [one.when for one in survey.pages]
    return found + [case.when for one in survey.calculated for case in one.cases]


@st.composite
def any_answers(draw: st.DrawFn, survey: Survey) -> dict[str, Any]:
    """Make right answers to any questions of *survey*, whether they show or not."""
    answers: dict[str, Any] = {}
    for question in survey.questions:
        if question.kind not in ("note", "file") and draw(st.booleans()):
            answers[question.id] = draw(right(question))
            chosen = answers[question.id]
            several = chosen if isinstance(chosen, tuple) else (chosen,)
            if question.other in several:
                answers[question.other_key] = draw(free_texts())
    return answers


def asked_once(survey: Survey) -> Survey:
    """Return *survey* as formats can say it: a note asks nothing, so nobody has to answer it."""
    questions = (
        attrs.evolve(one, required=False) if one.kind == "note" else one for one in survey.questions
    )
    return attrs.evolve(survey, questions=tuple(questions))


def book(sheets: Sheets) -> bytes:
    """Return *sheets* as a workbook."""
    made = openpyxl.Workbook()
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    del made["Sheet"]
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def opened(file: Path) -> Sheets:
    """Return the sheets of *file*."""
    if file.suffix == ".csv":
        with file.open(encoding="utf-8-sig", newline="") as text:
            return of_csv(list(csv.reader(text)))
    made = openpyxl.load_workbook(file, data_only=True)
    return {one.title: [list(row) for row in one.iter_rows(values_only=True)] for one in made}
