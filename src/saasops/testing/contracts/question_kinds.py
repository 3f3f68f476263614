"""What every `saasops.ports.QuestionKind` must keep.

Inherit, make a kind, some of its questions and answers to each, and let pytest run it:

    class TestPhone(QuestionKindContract):
        def make_kind(self) -> QuestionKind:
            return Phone(NoSettings())

        def make_questions(self) -> Sequence[Question]:
            return [Question(id="phone", kind="phone", text=Text.of("Phone"))]

        def make_answers(self, question: Question) -> SearchStrategy[Any]:
            return st.from_regex(r"1[0-9]{10}", fullmatch=True)

Whether the right answers are taken for right is left to the kind's own tests.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, cast, get_args

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from saasops import serial
from saasops.errors import Problem
from saasops.ports import QuestionKind
from saasops.predicates import Field
from saasops.predicates.fields import Type
from saasops.surveys.definition import Question
from saasops.surveys.kinds import Answer, Reading, is_blank
from saasops.testing.strategies.questions import READING
from saasops.testing.strategies.surveys import json_values

examples = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.filter_too_much],
)
CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
SECRET = "kept-to-himself"  # noqa: S105 -- something that an answer may not be quoted from
JUNK: tuple[Any, ...] = (
    True, -1, 10**5000, 1.5, -0.0, float("nan"), float("inf"), b"bytes", "\0", "\ud800", "１２",
    "x" * 100_000, SECRET, SECRET * 200, [SECRET], [SECRET] * 10_000, {SECRET: [SECRET]},
    [[]], [None], [{"a": []}], {"a": 1}, object(), {1, 2},
)  # fmt: skip
MOST_TOLD = 20_000
"""Letters that a problem may have, whatever was given."""


class QuestionKindContract:
    """Tests for one kind of question; `make_wrong_questions` lets more of them run."""

    reading: Reading = READING
    """The campaign that answers are read in."""

    def make_kind(self) -> QuestionKind:
        """Return a new kind."""
        raise NotImplementedError

    def make_questions(self) -> Sequence[Question]:
        """Return right questions of the kind, one at least for everything that it can do."""
        raise NotImplementedError

    def make_answers(self, question: Question) -> SearchStrategy[Any] | None:
        """Return a strategy of answers to *question* as it reads them; None if it asks nothing."""
        raise NotImplementedError

    def make_wrong_questions(self) -> Sequence[Question]:
        """Return questions in which the kind finds something wrong."""
        return ()

    def test_it_is_a_kind_with_questions_of_its_own(self) -> None:
        assert isinstance(self.make_kind(), QuestionKind)
        questions = self.make_questions()
        assert questions
        assert len({question.id for question in questions}) == len(questions)

    def test_it_finds_nothing_wrong_with_right_questions(self) -> None:
        for question in self.make_questions():
            assert list(self.make_kind().problems(question)) == []

    def test_what_it_finds_wrong_is_told_with_its_place(self) -> None:
        for question in self.make_wrong_questions():
            problems = list(self.make_kind().problems(question))
            assert problems
            for problem in problems:
                assert f"{problem.where}.".startswith(f"questions.{question.id}.")
                assert CODE.fullmatch(problem.code)

    def test_conditions_may_ask_what_there_is(self) -> None:
        for question in self.make_questions():
            field = self.make_kind().field(question)
            assert field is None or isinstance(field, Field)
            assert field is None or field.type in get_args(Type)

    @examples
    @given(st.data())
    def test_it_takes_its_own_answers_as_they_are(self, data: st.DataObject) -> None:
        for question, answers in self._asking():
            answer = data.draw(answers)
            assert _same(self._read(question, answer), answer)

    @examples
    @given(st.data())
    def test_an_answer_that_json_has_kept_is_read_as_it_was(self, data: st.DataObject) -> None:
        for question, answers in self._asking():
            answer = data.draw(answers)
            kept = json.loads(json.dumps(serial.dump(answer)))
            assert _same(self._read(question, kept), answer)

    @examples
    @given(st.data())
    def test_an_answer_is_of_the_type_that_conditions_are_told(self, data: st.DataObject) -> None:
        types: Mapping[str, type] = {"choices": tuple, "flag": bool}
        for question, answers in self._asking():
            read = self._read(question, data.draw(answers))
            field = self.make_kind().field(question)
            assert field is not None
            if field.type == "number":
                assert type(read) is int or (type(read) is float and not field.whole)
                assert not isinstance(read, str | tuple)
                assert field.low is None or field.low <= read
                assert field.high is None or read <= field.high
            else:
                assert type(read) is types.get(field.type, str)
            several = read if isinstance(read, tuple) else (read,)
            assert field.values is None or set(several) <= set(field.values)

    @examples
    @given(st.data())
    def test_whatever_comes_it_answers_or_tells_what_is_wrong(self, data: st.DataObject) -> None:
        for question, anything in self._with_anything():
            given = data.draw(anything)
            read = self._read(question, given)
            if isinstance(read, Problem):
                assert read.where == question.id
                assert CODE.fullmatch(read.code)
            else:
                assert _is_plain(read)
                assert not is_blank(read)
                assert _same(self._read(question, read), read)

    def test_a_problem_is_short_and_quotes_nothing_given(self) -> None:
        for question in self.make_questions():
            for junk in JUNK:
                read = self._read(question, junk)
                if isinstance(read, Problem):
                    told = f"{read!r} {read} {json.dumps(serial.dump(dict(read.context)))}"
                    assert SECRET not in told
                    assert len(told) <= MOST_TOLD

    @examples
    @given(st.data())
    def test_the_same_gives_the_same_whatever_came_before(self, data: st.DataObject) -> None:
        for question, anything in self._with_anything():
            read = self.make_kind().read(question)
            first, other = data.draw(anything), data.draw(anything)
            expected = read(first, self.reading)
            read(other, self.reading)
            assert _same(read(first, self.reading), expected)
            assert _same(self._read(question, first), expected)

    @examples
    @given(st.data())
    def test_reading_changes_nothing_that_was_given(self, data: st.DataObject) -> None:
        given = data.draw(json_values)
        for question in self.make_questions():
            before = repr(given), repr(question)
            self._read(question, given)
            self.make_kind().schema(question)
            assert (repr(given), repr(question)) == before

    def test_its_schemas_are_schemas(self) -> None:
        for question in self.make_questions():
            _validator(json.loads(json.dumps(self.make_kind().schema(question))))

    @examples
    @given(st.data())
    def test_its_schema_takes_its_answers(self, data: st.DataObject) -> None:
        for question, answers in self._asking():
            answer = data.draw(answers)
            assert self._fits(question, answer)

    @examples
    @given(st.data())
    def test_its_schema_takes_what_it_takes_without_a_change(self, data: st.DataObject) -> None:
        for question, anything in self._with_anything():
            given = data.draw(anything)
            read = self._read(question, given)
            if not isinstance(read, Problem) and _same(_listed(read), given):
                assert self._fits(question, given)

    @examples
    @given(st.data())
    def test_its_schema_takes_nothing_of_another_type(self, data: st.DataObject) -> None:
        given = data.draw(json_values)
        for question, answers in self._asking():
            answer = data.draw(answers)
            if _type(given) is not _type(answer):
                assert not self._fits(question, given)

    def _asking(self) -> Iterator[tuple[Question, SearchStrategy[Any]]]:
        for question in self.make_questions():
            answers = self.make_answers(question)
            if answers is not None:
                yield question, answers

    def _with_anything(self) -> Iterator[tuple[Question, SearchStrategy[Any]]]:
        values = json_values.filter(lambda one: not is_blank(one)) | st.sampled_from(JUNK)
        for question in self.make_questions():
            answers = self.make_answers(question)
            yield question, values if answers is None else values | answers

    def _read(self, question: Question, given: Any) -> Answer | Problem:
        return self.make_kind().read(question)(given, self.reading)

    def _fits(self, question: Question, given: Any) -> bool:
        schema = json.loads(json.dumps(self.make_kind().schema(question)))
        return bool(_validator(schema).is_valid(_listed(given)))


def _validator(schema: Any) -> Any:
    jsonschema: Any = import_module("jsonschema")
    kind = jsonschema.Draft202012Validator
    assert kind(kind.META_SCHEMA).is_valid(schema)
    return kind(schema)


def _listed(value: Any) -> Any:
    return list(cast("tuple[Any, ...]", value)) if isinstance(value, tuple) else value


def _type(value: Any) -> type:
    # JSON does not tell 1 from 1.0.
    listed = cast("object", _listed(value))
    return float if type(listed) is int else type(listed)


def _same(one: Any, other: Any) -> bool:
    # True equals 1 and 1.0, and is another answer.
    return type(one) is type(other) and one == other


def _is_plain(answer: object) -> bool:
    """Tell whether *answer* is exactly of one of the plain types, or a tuple of texts."""
    if type(answer) is tuple:
        return all(type(one) is str for one in cast("tuple[object, ...]", answer))
    return type(answer) in (str, int, float, bool)
