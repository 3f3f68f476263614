"""Kinds of questions that are broken on purpose: a contract that passes all proves nothing.

Each defect wraps a kind that keeps the contract, and breaks one promise of it. Prove that the
contract would notice with your kind and your questions:

    @pytest.mark.parametrize("defect", DEFECTS)
    def test_the_contract_finds_what_is_broken(defect: str) -> None:
        assert found(TestPhone, defect)
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, cast

import attrs

from saasops.errors import Problem
from saasops.ports import QuestionKind
from saasops.predicates import Field
from saasops.surveys.definition import Question
from saasops.surveys.kinds import Answer, Read, Reading
from saasops.surveys.kinds.kind import unfit
from saasops.testing.contracts.question_kinds import QuestionKindContract


class Passing:
    """Do what the kind behind it does. A defect names the test that has to find it."""

    test: ClassVar[str]

    def __init__(self, kind: QuestionKind) -> None:
        self.kind = kind

    def read(self, question: Question, /) -> Read:
        behind = self.kind.read(question)

        def read(given: Any, reading: Reading) -> Answer | Problem:
            return self.broken(behind(given, reading), given, question)

        return read

    def problems(self, question: Question, /) -> Iterable[Problem]:
        return self.kind.problems(question)

    def field(self, question: Question, /) -> Field | None:
        return self.kind.field(question)

    def schema(self, question: Question, /) -> Mapping[str, Any]:
        return self.kind.schema(question)

    def broken(self, read: Answer | Problem, _given: Any, _: Question, /) -> Answer | Problem:
        """Return what is made of what was *read*."""
        return read


class RaisesOnJunk(Passing):
    """Raise where something else comes than an answer."""

    test = "test_whatever_comes_it_answers_or_tells_what_is_wrong"

    def broken(self, read: Answer | Problem, _given: Any, _: Question, /) -> Answer | Problem:
        if not isinstance(read, Problem):
            return read
        raise LookupError(read.code)


class TakesEverything(Passing):
    """Take for an answer what is none."""

    test = "test_whatever_comes_it_answers_or_tells_what_is_wrong"

    def broken(self, read: Answer | Problem, given: Any, _: Question, /) -> Answer | Problem:
        return given if isinstance(read, Problem) else read


class GivesLists(Passing):
    """Give what can be changed afterwards."""

    test = "test_whatever_comes_it_answers_or_tells_what_is_wrong"

    def broken(self, read: Answer | Problem, _given: Any, _: Question, /) -> Answer | Problem:
        return read if isinstance(read, Problem) else cast("Answer", [read])


class BlamesAnother(Passing):
    """Say that another question is answered wrongly."""

    test = "test_whatever_comes_it_answers_or_tells_what_is_wrong"

    def broken(self, read: Answer | Problem, _given: Any, _: Question, /) -> Answer | Problem:
        return attrs.evolve(read, where="another") if isinstance(read, Problem) else read


class QuotesWhatWasGiven(Passing):
    """Repeat an answer where others read it."""

    test = "test_a_problem_is_short_and_quotes_nothing_given"

    def broken(self, read: Answer | Problem, given: Any, _: Question, /) -> Answer | Problem:
        if isinstance(read, Problem) and isinstance(given, str):
            return attrs.evolve(read, context={**read.context, "given": given[:20]})
        return read


class CountsItsCalls(Passing):
    """Refuse every answer but the first."""

    test = "test_the_same_gives_the_same_whatever_came_before"

    def read(self, question: Question, /) -> Read:
        behind, calls = self.kind.read(question), list[Any]()

        def read(given: Any, reading: Reading) -> Answer | Problem:
            calls.append(given)
            return unfit(question, "one") if len(calls) > 1 else behind(given, reading)

        return read


class RefusesItsOwn(Passing):
    """Read an answer, and refuse it the next time."""

    test = "test_it_takes_its_own_answers_as_they_are"

    def broken(self, read: Answer | Problem, _given: Any, _: Question, /) -> Answer | Problem:
        return f"read: {read}"


class ForgetsWhatJsonMakesOfIt(Passing):
    """Refuse text and lists as they come back from the store."""

    test = "test_an_answer_that_json_has_kept_is_read_as_it_was"

    def broken(self, read: Answer | Problem, given: Any, question: Question, /) -> Answer | Problem:
        kept = isinstance(given, list) or not isinstance(given, tuple)
        return unfit(question, "no JSON") if kept else read


class MisleadsConditions(Passing):
    """Tell conditions of another type."""

    test = "test_an_answer_is_of_the_type_that_conditions_are_told"

    def field(self, question: Question, /) -> Field:
        field = self.kind.field(question)
        return Field(type="flag" if field is None or field.type != "flag" else "text")


class AsksWithoutAField(Passing):
    """Take answers, and say that nothing is asked."""

    test = "test_an_answer_is_of_the_type_that_conditions_are_told"

    def field(self, _: Question, /) -> None:
        pass


class WritesNoSchema(Passing):
    """Give a schema of a type that there is not."""

    test = "test_its_schemas_are_schemas"

    def schema(self, question: Question, /) -> Mapping[str, Any]:
        return {**self.kind.schema(question), "type": "anything"}


class RefusesByItsSchema(Passing):
    """Give a schema that nothing keeps."""

    test = "test_its_schema_takes_its_answers"

    def schema(self, question: Question, /) -> Mapping[str, Any]:
        return {**self.kind.schema(question), "not": {}}


class TakesAnythingByItsSchema(Passing):
    """Give a schema that everything keeps."""

    test = "test_its_schema_takes_nothing_of_another_type"

    def schema(self, _: Question, /) -> Mapping[str, Any]:
        return {}


class FindsEverythingWrong(Passing):
    """Complain of right questions."""

    test = "test_it_finds_nothing_wrong_with_right_questions"

    def problems(self, question: Question, /) -> Iterator[Problem]:
        yield from self.kind.problems(question)
        yield attrs.evolve(unfit(question, "right"), where=f"questions.{question.id}")


class FindsNothingWrong(Passing):
    """Let wrong questions pass."""

    test = "test_what_it_finds_wrong_is_told_with_its_place"

    def problems(self, _: Question, /) -> Iterable[Problem]:
        return ()


def _name(defect: type[Passing]) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", defect.__name__).lower()


DEFECTS: Mapping[str, type[Passing]] = {_name(kind): kind for kind in Passing.__subclasses__()}
"""Every defect by its name, such as `counts its calls`."""


def found(contract: type[QuestionKindContract], defect: str) -> bool:
    """Tell whether the test that *defect* breaks fails once the kind of *contract* has it.

    Nobody can tell of a kind without wrong questions whether it finds them.
    """
    broken = DEFECTS[defect]

    def make_kind(self: QuestionKindContract) -> QuestionKind:
        return broken(contract.make_kind(self))

    suite: QuestionKindContract = type("Broken", (contract,), {"make_kind": make_kind})()
    try:
        getattr(suite, broken.test)()
    except (AssertionError, LookupError, ExceptionGroup):
        return True
    return broken is FindsNothingWrong and not suite.make_wrong_questions()
