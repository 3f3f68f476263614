"""A survey made ready to be answered: what is asked, what an answer is, and what is wrong.

What one kind of question takes is left to `kinds`; whether a response counts, to `answers`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, TypeAlias

import attrs

from saasops import predicates
from saasops.errors import NotFound, Problem, Refused
from saasops.predicates import ALWAYS, All, Field, Key, Values, tests
from saasops.surveys.calculated import Calculate, calculator
from saasops.surveys.definition import Question, Survey
from saasops.surveys.fields import asked
from saasops.surveys.kinds import BUILT_IN, Answer, QuestionKind, Read, Reading, is_blank
from saasops.surveys.kinds.texts import FreeText

Shows: TypeAlias = Callable[[Values], bool]
MOST_UNKNOWN = 20
"""So many answers to questions that there are not are told, and no more."""
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")


@attrs.frozen(kw_only=True)
class Checked:
    """What became of given answers: those that count, those kept apart, and what is wrong.

    *hidden* is empty unless the survey keeps what its conditions hide. *problems* come in the
    order asked; the place of each is the id of a question, or the key of its free text.
    """

    answers: dict[str, Any] = attrs.field(repr=False)
    hidden: dict[str, Any] = attrs.field(repr=False)
    calculated: dict[str, int] = attrs.field(repr=False)
    problems: tuple[Problem, ...]


@attrs.frozen(kw_only=True)
class Asked:
    """One question made ready: whether it shows, and the readers of its answer and free text.

    *behind* are all fields that decide whether it shows, also through other questions.
    """

    question: Question
    id: str
    read: Read
    required: bool
    shows: Shows | None
    behind: frozenset[str]
    free: Read | None

    def take(
        self, given: Any, raw: Mapping[Any, Any], reading: Reading, answers: dict[str, Any]
    ) -> tuple[Problem, ...]:
        """Add to *answers* what *given* is, and the free text in *raw* if "other" is chosen."""
        read = self.read(given, reading)
        if isinstance(read, Problem):
            return (read,)
        answers[self.id] = read
        if self.free is None or not chose_other(self.question, read):
            return ()
        key = self.question.other_key
        given = raw.get(key)
        if is_blank(given):
            return ()
        text = self.free(given, reading)
        if isinstance(text, Problem):
            return (attrs.evolve(text, where=key),)
        answers[key] = text
        return ()

    def refuse(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Return that the question is not asked, unless one of *problems* may be all why."""
        mistaken = (one.where for one in problems if one.code != "survey.hidden_answer")
        if not self.behind.isdisjoint(mistaken):
            return ()
        return (Problem(self.id, "survey.hidden_answer", {"question": self.id}),)


@attrs.frozen(kw_only=True, eq=False)
class Form:
    """A survey made ready once, to check many answers.

    *fields* is what conditions may ask of each answer, by id, or key of free text.
    """

    survey: Survey
    fields: Mapping[str, Field]
    _pages: tuple[tuple[Shows | None, tuple[Asked, ...]], ...] = attrs.field(alias="pages")
    _readers: Mapping[str, Read] = attrs.field(alias="readers")
    _calculate: Calculate = attrs.field(alias="calculate")

    @classmethod
    def of(
        cls,
        survey: Survey,
        kinds: Mapping[str, QuestionKind] = BUILT_IN,
        *,
        order: Key | None = None,
    ) -> Form:
        """Make *survey* ready; linear in its questions and conditions.

        *order* turns a version into something that sorts, or into None where it does not know
        it; without it no version is before another. Raise `Refused` survey.kind_missing for a
        question of none of *kinds*.
        """
        for question in survey.questions:
            if question.kind not in kinds:
                context = {"question": question.id, "kind": question.kind, "known": sorted(kinds)}
                raise Refused("survey.kind_missing", **context)
        fields = asked(survey.questions, kinds, order=order or _unordered)
        ordered = predicates.keys(fields)
        whens = {page.id: page.when for page in survey.pages}
        behind: dict[str, frozenset[str]] = {}
        pages: list[tuple[Shows | None, tuple[Asked, ...]]] = []
        for page, questions in groupby(survey.questions, key=lambda question: question.page):
            when = whens.get(page or "", ALWAYS)
            shows = None if when == ALWAYS else predicates.compiled(when, ordered)
            ready: list[Asked] = []
            for question in questions:
                named = [test.field for test in tests(All((when, question.when)))]
                behind[question.id] = frozenset(named).union(
                    *(behind.get(name, ()) for name in named)
                )
                ready.append(_asked(question, kinds[question.kind], behind[question.id], ordered))
            pages.append((shows, tuple(ready)))
        every = [one for _, several in pages for one in several]
        readers = {one.id: one.read for one in every}
        readers |= {one.question.other_key: one.free for one in every if one.free is not None}
        return cls(
            survey=survey,
            fields=fields,
            pages=tuple(pages),
            readers=readers,
            calculate=calculator(survey, ordered),
        )

    def check(self, raw: Mapping[Any, Any], reading: Reading) -> Checked:
        """Return the typed answers in *raw* and everything that is wrong.

        What is not visible is dropped, kept apart or refused, as the survey says, and makes
        nothing else visible; the text of an "other" that was not chosen is dropped. Linear in
        the questions and their conditions, and in *raw*.
        """
        answers, hidden = dict[str, Any](), dict[str, Any]()
        problems = [] if self._readers.keys() >= raw.keys() else list(self._unknown(raw))
        for opens, several in self._pages:
            opened = opens is None or opens(answers)
            for one in several:
                given = raw.get(one.id)
                shown = opened and (one.shows is None or one.shows(answers))
                if is_blank(given):
                    if shown and one.required:
                        context = {"question": one.id}
                        problems.append(Problem(one.id, "survey.missing_required", context))
                elif shown:
                    problems += one.take(given, raw, reading, answers)
                elif self.survey.hidden == "keep":
                    one.take(given, raw, reading, hidden)
                elif self.survey.hidden == "refuse":
                    problems += one.refuse(problems)
        return Checked(
            answers=answers,
            hidden=hidden,
            calculated=self._calculate(answers),
            problems=tuple(problems),
        )

    def read(self, key: str, given: Any, reading: Reading) -> Answer | Problem | None:
        """Read one answer by itself, as a draft does; None where it is blank.

        *key* is the id of a question or the key of its free text; raise `NotFound` for another.
        """
        if key not in self._readers:
            raise NotFound("question", key)
        read = None if is_blank(given) else self._readers[key](given, reading)
        return attrs.evolve(read, where=key) if isinstance(read, Problem) else read

    def visible(self, answers: Values) -> tuple[str, ...]:
        """Return the ids of the questions that typed *answers* leave visible, in order.

        Answers to what is not visible make nothing else visible.
        """
        seen: dict[str, Any] = {}
        shown: list[str] = []
        for opens, several in self._pages:
            opened = opens is None or opens(seen)
            for one in several:
                if opened and (one.shows is None or one.shows(seen)):
                    shown.append(one.id)
                    keys = {one.id, one.question.other_key} & self._readers.keys()
                    seen |= {key: answers[key] for key in keys if key in answers}
        return tuple(shown)

    def calculate(self, answers: Values) -> dict[str, int]:
        """Return the numbers that follow from typed *answers*."""
        return self._calculate(answers)

    def _unknown(self, raw: Mapping[Any, Any]) -> Iterator[Problem]:
        context = {"survey": self.survey.id, "version": self.survey.version}
        told = 0
        for key in raw:
            if key not in self._readers and told < MOST_UNKNOWN:
                told += 1
                # What does not look like an id may be anything, an answer too.
                known = isinstance(key, str) and _ID.fullmatch(key)
                yield Problem(key if known else "", "survey.unknown_question", dict(context))


def chose_other(question: Question, answer: Answer) -> bool:
    """Tell whether *answer* to *question* is, or has among it, the option with free text."""
    if question.other is None:
        return False
    return question.other in answer if isinstance(answer, tuple) else answer == question.other


def _asked(
    question: Question, kind: QuestionKind, behind: frozenset[str], keys: Mapping[str, Key]
) -> Asked:
    own = question.when
    return Asked(
        question=question,
        id=question.id,
        read=kind.read(question),
        required=question.required and kind.field(question) is not None,
        shows=None if own == ALWAYS else predicates.compiled(own, keys),
        behind=behind,
        free=None if question.other is None else FreeText().read(question),
    )


def _unordered(version: str) -> frozenset[str]:
    # A set is above or below another only where one holds the other.
    return frozenset((version,))
