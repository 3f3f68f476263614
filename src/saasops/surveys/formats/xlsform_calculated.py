"""Calculated values as XLSForm has them, and back; their conditions are left to the XPath file."""

from collections.abc import Mapping

from saasops.errors import Invalid
from saasops.predicates import Field
from saasops.surveys.definition import Calculated, Survey
from saasops.surveys.formats.calculations import said, worth
from saasops.surveys.formats.plain import Taker
from saasops.surveys.formats.xlsform_sheets import Line
from saasops.surveys.formats.xlsform_xpath import cases, written
from saasops.values import Text


def expression(one: Calculated, survey: Survey, known: Mapping[str, Field]) -> str:
    """Return the calculated value *one* as XPath; raise `Invalid` where there is none."""
    where = f"calculated.{one.id}"
    if one.method == "cases":
        text = "0"
        for case in reversed(one.cases):
            text = f"if({written(case.when, known, where)}, {case.value}, {text})"
        return text
    parts = [
        f"if({written(test, known, where)}, {f'${{{question.id}}}' if value is None else value}, 0)"
        for question in survey.questions
        if question.id in one.of
        for test, value in worth(one, question)
    ]
    return " + ".join(parts) or "0"


def calculated(
    line: Line, mark: Taker, survey: Survey, known: Mapping[str, Field]
) -> Calculated | None:
    """Return the calculated value of a *line*: nested cases, or what its *mark* says it is.

    None where it is neither, or where the mark says something else than the expression.
    """
    name, text = line.get("name"), line.get("calculation")
    try:
        if mark.plain:
            one = said({**mark.plain, "id": name}, mark)
            return one if one and expression(one, survey, known) == text else None
        title = line.text("label") or Text.of(name)
        found = cases(text, known)
        return Calculated(id=name, title=title, method="cases", cases=found) if found else None
    except Invalid:
        return None
