"""Calculated values beside their expression: written as plain data, and read back.

How an expression is written is left to the formats.
"""

from typing import Any

from saasops import predicates
from saasops.errors import Invalid, Problem
from saasops.predicates import Test
from saasops.surveys.definition import CHOICES, Calculated, Case, Question
from saasops.surveys.formats.document import is_table, is_whole
from saasops.surveys.formats.plain import Taker, spoken
from saasops.values import Text

_METHODS = ("score", "count", "sum", "cases")


def aside(one: Calculated) -> dict[str, Any]:
    """Return the calculated value *one* as plain data."""
    cases = [{"when": predicates.written(case.when), "value": case.value} for case in one.cases]
    plain = {"id": one.id, "title": spoken(one.title), "method": one.method, "of": list(one.of)}
    return plain | ({"cases": cases} if cases else {})


def said(plain: Any, taker: Taker) -> Calculated | None:
    """Return the calculated value that `aside` wrote as *plain*, None where it is none."""
    if not is_table(plain) or plain.get("method") not in _METHODS:
        return None
    inner = Taker(plain, taker.where, taker.findings)
    cases: list[Case] = []
    for case in inner.items("cases"):
        if not is_table(case) or not is_whole(case.get("value")):
            return None
        when, problems = predicates.parse(case.get("when"))
        if problems:
            return None
        cases.append(Case(when=when, value=case["value"]))
    of = tuple(one for one in inner.items("of") if isinstance(one, str))
    id = str(plain["id"])
    title = inner.text("title", Text.of(id))
    return Calculated(id=id, title=title, method=plain["method"], of=of, cases=tuple(cases))


def worth(one: Calculated, question: Question) -> list[tuple[Test, int | None]]:
    """Return what the answer to *question* adds to *one*, test by test; None is the answer itself.

    Raise `Invalid` for a number of files, which no test can ask for.
    """
    several = question.kind == "multiple"
    options = [
        (Test(question.id, "has" if several else "eq", option.id), option.score)
        for option in question.options
    ]
    if one.method == "score":
        return [(test, score) for test, score in options if score and question.kind in CHOICES]
    if one.method == "count" and several:
        return [(test, 1) for test, _ in options]
    if one.method == "count" and question.kind == "file":
        context = {"calculated": one.id, "question": question.id}
        raise Invalid([Problem(f"calculated.{one.id}", "interchange.file_count", context)])
    return [(Test(question.id, "answered", True), 1 if one.method == "count" else None)]
