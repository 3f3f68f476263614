"""Newer versions of surveys, with the migrations that their authors declare.

What a question or an option stands for can be told from its words: `meaning` tells it. So a
test finds an answer that was given to something else without asking the code under test.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias, cast

import attrs
from hypothesis import strategies as st

from saasops import predicates
from saasops.predicates import ALWAYS
from saasops.surveys.definition import CHOICES, Migration, Option, Question, Step, Survey
from saasops.testing.strategies.questions import KINDS, questions, right, text
from saasops.values import Text

AGAIN = " again"
"""What is written behind words that were changed and stand for the same."""
Meaning: TypeAlias = tuple[str, frozenset[Any]]

_CHANGES = ("same", "renamed", "reworded", "named", "moved", "gone", "dropped")
_OPTION_CHANGES = ("reworded", "same", "reworded", "id", "named", "gone", "dropped")


@st.composite
def newer(draw: st.DrawFn, survey: Survey, kinds: tuple[str, ...] = KINDS) -> Survey:
    """Make the version after *survey*: asked alike, under other ids, of other options, or not.

    New questions are of *kinds*.
    It declares a migration in which nothing is wrong. Ids that were given up may be given to
    something else.
    """
    changer = _Changer(draw, survey)
    for question in survey.questions:
        changer.change(question)
    for number in range(draw(st.integers(0 if changer.asked else 1, 2))):
        changer.add(f"n{survey.version}-{number}", kinds)
    questions = tuple(
        question if _stands(question, changer.kept) else attrs.evolve(question, when=ALWAYS)
        for question in changer.asked
    )
    return attrs.evolve(
        survey,
        version=survey.version + 1,
        questions=questions,
        pages=(),
        calculated=(),
        migrations=(Migration(version=survey.version, steps=tuple(changer.steps)),),
    )


def meanings(survey: Survey, answers: Mapping[str, Any]) -> dict[str, Meaning]:
    """Return what *answers* to *survey* stand for, by question: its words, and what was said.

    The choices of a question are its options' words, and the free text behind one is a
    question of its own.
    """
    found: dict[str, Meaning] = {}
    for question in survey.questions:
        asked = meaning(question.text)
        if question.id in answers:
            said = _listed(answers[question.id])
            if question.options:
                words = {option.id: meaning(option.text) for option in question.options}
                said = tuple(words[id] for id in said)
            found[question.id] = asked, frozenset(said)
        if question.other_key in answers:
            found[question.other_key] = f"{asked}, other", frozenset({answers[question.other_key]})
    return found


def meaning(words: Text) -> str:
    """Return what *words* stand for."""
    return words.to("en").replace(AGAIN, "")


class _Changer:
    """Writes the next version, one question after the other."""

    def __init__(self, draw: st.DrawFn, survey: Survey) -> None:
        self._draw = draw
        self._version = survey.version
        self._free: list[str] = []
        self._taken = {question.id for question in survey.questions}
        self.asked: list[Question] = []
        self.kept: set[str] = set()
        self.steps: list[Step] = []

    def change(self, question: Question) -> None:
        """Ask *question* again, in one way or another, or not at all."""
        draw, id = self._draw, question.id
        more = ("options",) * 5 if question.kind in CHOICES else ()
        change = draw(st.sampled_from((*more, *_CHANGES)))
        if question.kind == "note":
            change = "same"
        question = attrs.evolve(question, page=None)
        match change:
            case "gone" | "dropped":
                self._free.append(id)
                if change == "dropped":
                    self.steps.append(Step(was=id, reason="nobody needs it"))
                return
            case "renamed":
                question = attrs.evolve(question, id=self._new_id(id))
                self.steps.append(Step(question=question.id, was=id))
            case "moved":
                question = attrs.evolve(question, id=self._new_id(id))
            case "reworded":
                question = attrs.evolve(question, text=self._words("question", id))
            case "named":
                question = attrs.evolve(question, text=_again(question.text))
                self.steps.append(Step(question=id, was=draw(st.sampled_from([None, id]))))
            case "options":
                question, step = self._other_options(question)
                self.steps.append(step)
            case _:
                self.kept.add(id)
        self.asked.append(question)

    def add(self, id: str, kinds: tuple[str, ...]) -> None:
        """Ask something new, with or without a default for those who were not asked."""
        kind = self._draw(st.sampled_from(kinds).filter(lambda one: one != "note"))
        question = self._draw(questions(kind, id=id))
        question = attrs.evolve(question, text=self._words("question", id))
        if self._free and self._either():
            question = attrs.evolve(question, id=self._free.pop())
        elif self._either():
            default = self._draw(right(question))
            if question.kind != "multiple" or (question.fewest or 0) <= 1:
                self.steps.append(Step(question=question.id, default=_listed(default)[0]))
        self.asked.append(question)

    def _either(self) -> bool:
        return self._draw(st.booleans())

    def _new_id(self, id: str) -> str:
        if self._free and self._either():
            return self._free.pop()
        self._free.append(id)
        return f"{id}-{self._version + 1}"

    def _words(self, what: str, id: str) -> Text:
        version = self._version + 1
        return text(f"{what} {id} of version {version}", f"{id}，版本 {version}")

    def _other_options(self, question: Question) -> tuple[Question, Step]:
        draw = self._draw
        options: list[Option] = []
        mapped: dict[str, str] = {}
        removable = question.kind != "band"
        for option in question.options:
            change = draw(st.sampled_from(_OPTION_CHANGES))
            match change:
                case "gone" | "dropped" if removable:
                    mapped |= {option.id: ""} if change == "dropped" else {}
                case "id" | "named":
                    id = f"{option.id}-{self._version + 1}" if change == "id" else option.id
                    mapped[option.id] = id
                    options.append(attrs.evolve(option, id=id, text=_again(option.text)))
                case "reworded":
                    words = self._words(f"option of {question.id}", option.id)
                    options.append(attrs.evolve(option, text=words))
                case _:
                    options.append(option)
        if not options:
            new = self._words(f"option of {question.id}", "new")
            options.append(Option(id=f"new-{self._version + 1}", text=new))
        ids = [option.id for option in options]
        other = mapped.get(question.other or "", question.other)
        changed = attrs.evolve(
            question,
            options=tuple(options),
            other=other if other in ids else None,
            fewest=None,
            most=None,
        )
        step = Step(question=question.id, was=question.id, options=mapped, reason="not offered")
        return changed, step


def _listed(value: Any) -> tuple[Any, ...]:
    return cast("tuple[Any, ...]", value) if isinstance(value, tuple) else (value,)


def _again(words: Text) -> Text:
    return Text.of({locale: f"{one}{AGAIN}" for locale, one in words.by_locale.items()})


def _stands(question: Question, kept: set[str]) -> bool:
    return all(test.field in kept for test in predicates.tests(question.when))
