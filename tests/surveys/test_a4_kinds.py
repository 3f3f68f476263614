"""The contract of question kinds: ours keep it, and what is broken on purpose does not (A4)."""

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.errors import Problem
from saasops.surveys.definition import Option, Question
from saasops.surveys.kinds import BUILT_IN
from saasops.testing.contracts.question_kind_mutants import DEFECTS, found
from saasops.testing.contracts.question_kinds import QuestionKindContract
from saasops.testing.strategies import questions as kit
from saasops.values import Text

OPTIONS = tuple(Option(id=f"o{number}", text=Text.of("o"), low=number) for number in range(4))


def asked(kind: str, id: str = "q", **more) -> Question:
    if kind in ("single", "multiple", "band"):
        more = {"options": OPTIONS, **more}
    return Question(id=id, kind=kind, text=Text.of("?"), **more)


MORE = {
    "single": {"other": "o1"},
    "multiple": {"fewest": 2, "most": 3},
    "number": {"low": -3, "high": 9},
    "decimal": {"low": 0, "high": 1},
    "rating": {"low": 1, "high": 5},
    "text": {"longest": 5},
    "address": {"longest": 1000},
    "date": {"earliest": date(2020, 1, 1), "latest": date(2020, 3, 1)},
    "file": {"fewest": 2, "most": 2, "accepts": ("image/*",)},
}
WRONG = {
    "multiple": [{"fewest": 3, "most": 2}, {"fewest": -1}, {"most": 0}, {"fewest": 5}],
    "number": [{"low": 3, "high": 2}, {"low": -(2**60)}, {"high": 2**53}],
    "decimal": [{"low": 3, "high": 2}, {"high": 2**70}],
    "rating": [{"low": -1}, {"high": 11}, {"low": 7, "high": 6}],
    "text": [{"longest": 0}],
    "address": [{"longest": -1}],
    "date": [{"earliest": date(2020, 3, 1), "latest": date(2020, 1, 1)}],
    "file": [
        {"most": 0},
        {"fewest": 3, "most": 2},
        {"largest": 0},
        {"accepts": ()},
        {"accepts": ("png",)},
    ],
}


def suite(kind: str) -> type[QuestionKindContract]:
    class Suite(QuestionKindContract):
        def make_kind(self):
            return BUILT_IN[kind]

        def make_questions(self) -> Sequence[Question]:
            return [asked(kind), asked(kind, "more", **MORE.get(kind, {}))]

        def make_answers(self, question: Question):
            return None if kind == "note" else kit.right(question)

        def make_wrong_questions(self) -> Sequence[Question]:
            return [asked(kind, **one) for one in WRONG.get(kind, [])]

    return Suite


SUITES = {kind: suite(kind) for kind in BUILT_IN}
TestSingle, TestMultiple, TestBand, TestNumber, TestDecimal, TestRating, TestText = (
    SUITES[kind] for kind in ("single", "multiple", "band", "number", "decimal", "rating", "text")
)
TestAddress, TestDate, TestYesNo, TestVersion, TestSlot, TestFile, TestNote = (
    SUITES[kind] for kind in ("address", "date", "yes-no", "version", "slot", "file", "note")
)


@pytest.mark.parametrize("defect", DEFECTS)
@pytest.mark.parametrize("kind", ["text", "multiple", "rating"])
def test_a4_the_contract_finds_what_is_broken(kind: str, defect: str) -> None:
    assert found(SUITES[kind], defect)


@pytest.mark.parametrize("kind", BUILT_IN)
@given(st.data())
def test_a4_every_mistake_has_its_code(kind: str, data: st.DataObject) -> None:
    question = data.draw(kit.questions(kind))
    read = BUILT_IN[kind].read(question)
    for given_, code in kit.mistakes(question):
        if code == "missing_required":
            continue
        found = read(given_, kit.READING)
        assert isinstance(found, Problem), (given_, found)
        assert found.code in (code, f"survey.{code}")


@pytest.mark.parametrize("kind", BUILT_IN)
@given(st.data())
def test_a4_a_question_of_the_strategy_is_right(kind: str, data: st.DataObject) -> None:
    question = data.draw(kit.questions(kind))
    assert list(BUILT_IN[kind].problems(question)) == []


@pytest.mark.parametrize(
    ("kind", "more", "given_", "answer"),
    [
        ("number", {}, " １２ ", 12),
        ("number", {}, "-0", 0),
        ("number", {}, 2**53 - 1, 2**53 - 1),
        ("decimal", {}, "1.50", 1.5),
        ("decimal", {}, ".5", 0.5),
        ("decimal", {}, "5e-1", 0.5),
        ("decimal", {}, 3, 3.0),
        ("rating", {}, "10", 10),
        ("yes-no", {}, " yes ", True),
        ("yes-no", {}, False, False),
        ("date", {}, " 2020-02-29 ", "2020-02-29"),
        ("multiple", {}, [" o2", "o0", "o2", ""], ("o0", "o2")),
        ("multiple", {}, ("o3",), ("o3",)),
        ("single", {}, " o1 ", "o1"),
        ("file", {}, "front", ("front",)),
        ("file", {}, ["log", "", "front", "log"], ("log", "front")),
        ("version", {}, " none ", "none"),
        ("slot", {}, kit.SLOTS[0], kit.SLOTS[0]),
        ("text", {}, "\t两行\n字 ", "两行\n字"),
    ],
)
def test_a4_what_a_web_form_sends_is_read(kind, more, given_, answer) -> None:
    read = BUILT_IN[kind].read(asked(kind, **more))(given_, kit.READING)
    assert (type(read), read) == (type(answer), answer)


def test_a4_minus_nothing_is_written_as_nothing() -> None:
    assert str(BUILT_IN["decimal"].read(asked("decimal"))(-0.0, kit.READING)) == "0.0"


def test_a4_a_file_is_measured_again_when_it_answers() -> None:
    read = BUILT_IN["file"].read(asked("file", accepts=("image/*",), largest=999))
    problem = read(["front"], kit.READING)
    assert isinstance(problem, Problem)
    assert problem.code == "upload.too_large"


def test_a4_files_are_not_looked_up_where_there_are_too_many() -> None:
    looked: list[str] = []
    reading = kit.Reading(files=looked.append)
    problem = BUILT_IN["file"].read(asked("file"))([str(n) for n in range(99)], reading)
    assert isinstance(problem, Problem)
    assert (problem.code, looked) == ("survey.too_many", [])
