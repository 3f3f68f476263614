"""Conditions and calculated values in the names of SurveyJS, and back.

The expressions themselves are those of `predicates.surveyjs`; here the option that takes free
text becomes `other`, and its text `NAME-Comment`.
"""

from collections.abc import Callable, Iterable, Mapping

import attrs

from saasops.errors import Invalid
from saasops.predicates import All, Any_, Field, Not, Predicate, Test, surveyjs
from saasops.surveys.definition import Calculated, Question, Survey
from saasops.surveys.formats.calculations import worth
from saasops.surveys.formats.document import OTHER
from saasops.surveys.formats.surveyjs_elements import COMMENT


@attrs.frozen
class Names:
    """The names of *questions* as SurveyJS has them."""

    known: Mapping[str, Field]
    theirs: Mapping[str, str]
    others: Mapping[str, str]

    @classmethod
    def of(cls, questions: Iterable[Question], known: Mapping[str, Field]) -> "Names":
        """Return the names of *questions*; conditions ask for the fields *known*."""
        marked = [question for question in questions if question.other is not None]
        return cls(
            known,
            {question.other_key: question.id + COMMENT for question in marked},
            {question.id: str(question.other) for question in marked},
        )

    def written(self, predicate: Predicate, where: str) -> str:
        """Return *predicate* as an expression; raise `Invalid` with what cannot be said."""
        try:
            return surveyjs.written(changed(predicate, self._out), self._fields())
        except Invalid as error:
            problems = [attrs.evolve(one, where=f"{where}.{one.where}") for one in error.problems]
        raise Invalid(problems)

    def parsed(self, expression: str) -> Predicate:
        """Return the condition that *expression* states; raise `Invalid` where we have none."""
        return changed(surveyjs.parsed(expression, self._fields()), self._in)

    def _fields(self) -> dict[str, Field]:
        return {
            self.theirs.get(name, name): self._renamed(name, field)
            for name, field in self.known.items()
        }

    def _renamed(self, name: str, field: Field) -> Field:
        if name not in self.others or field.values is None:
            return field
        values = tuple(OTHER if one == self.others[name] else one for one in field.values)
        return attrs.evolve(field, values=values)

    def _out(self, test: Test) -> Test:
        field = self.theirs.get(test.field, test.field)
        return _swapped(test, field, self.others.get(test.field), OTHER)

    def _in(self, test: Test) -> Test:
        ours = {theirs: ours for ours, theirs in self.theirs.items()}
        return _swapped(test, ours.get(test.field, test.field), OTHER, self.others.get(test.field))


def _swapped(test: Test, field: str, was: str | None, now: str | None) -> Test:
    if was is None or now is None:
        return Test(field, test.operator, test.value)
    if isinstance(test.value, tuple):
        value = tuple(now if one == was else one for one in test.value)
        return Test(field, test.operator, value)
    return Test(field, test.operator, now if test.value == was else test.value)


def changed(predicate: Predicate, change: Callable[[Test], Test]) -> Predicate:
    """Return *predicate* with every comparison changed by *change*."""
    match predicate:
        case Test():
            return change(predicate)
        case All(parts):
            return All(tuple(changed(part, change) for part in parts))
        case Any_(parts):
            return Any_(tuple(changed(part, change) for part in parts))
        case Not(part):
            return Not(changed(part, change))


def expression(one: Calculated, survey: Survey, names: Names) -> str:
    """Return the calculated value *one* as an expression; raise `Invalid` where there is none."""
    where = f"calculated.{one.id}"
    if one.method == "cases":
        cases = [(names.written(case.when, where), case.value) for case in one.cases]
        text = "0"
        for when, value in reversed(cases):
            text = f"iif({when}, {value}, {text})"
        return text
    parts = [
        f"iif({names.written(test, where)}, {value}, 0)"
        for question in survey.questions
        if question.id in one.of
        for test, worth_ in worth(one, question)
        for value in (f"{{{question.id}}}" if worth_ is None else worth_,)
    ]
    return " + ".join(parts) or "0"
