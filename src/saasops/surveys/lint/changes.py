"""What means something else under the same id in a later version of a survey, or is gone there.

What becomes of answers to the version before is declared by migrations; whether those can be
carried out is found by `migration`, which is asked here.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from saasops.errors import Problem
from saasops.predicates import ALWAYS, All, Predicate, written
from saasops.surveys import migration, structure
from saasops.surveys.definition import Option, Question, Step, Survey
from saasops.surveys.kinds import BUILT_IN, QuestionKind


def changed_meaning(
    before: Survey, after: Survey, kinds: Mapping[str, QuestionKind] = BUILT_IN
) -> tuple[Problem, ...]:
    """Find what changed its meaning from *before* to *after*, in the order asked now.

    That is: the kind, unit or condition of a question; options that were dropped, whose id now
    stands for another text, or that count other numbers or other scores; what is calculated.
    A text in other words and another score are advice: only people can tell whether they are
    meant. Then come questions that are gone, and the mistakes of the migration from *before*,
    if *after* is put together right of *kinds*. What is gone is right where a step names it.
    """
    steps = [
        step for one in after.migrations if one.version == before.version for step in one.steps
    ]
    asked = {question.id: question for question in before.questions}
    found: list[Problem] = []
    for question in after.questions:
        if question.id in asked:
            found += _question(asked[question.id], question, steps)
            found += _condition(question, _when(before, asked[question.id]), _when(after, question))
    numbers = {one.id: one for one in before.calculated}
    for one in after.calculated:
        was = numbers.get(one.id)
        if was is not None and (was.method, was.of, was.cases) != (one.method, one.of, one.cases):
            context = {"id": one.id}
            found.append(Problem(f"calculated.{one.id}", "survey.change.calculated", context))
    return (*found, *_carried(before, after, steps, kinds))


def _carried(
    before: Survey, after: Survey, steps: Sequence[Step], kinds: Mapping[str, QuestionKind]
) -> Iterator[Problem]:
    kept = {question.id for question in after.questions} | {step.was for step in steps}
    for question in before.questions:
        if question.id not in kept and question.kind != "note":
            context = {"question": question.id, "version": before.version}
            yield Problem(f"questions.{question.id}", "survey.change.question_dropped", context)
    declared = [one for one in after.migrations if one.version == before.version]
    if declared and not any(structure.mistakes(after, kinds)):
        yield from migration.mistakes(declared[0], before, after, kinds)


def _question(was: Question, now: Question, steps: Sequence[Step]) -> Iterator[Problem]:
    where, here = f"questions.{now.id}", {"question": now.id}
    if was.kind != now.kind:
        context = {**here, "was": was.kind, "now": now.kind}
        yield Problem(f"{where}.kind", "survey.change.kind", context)
    if was.unit != now.unit:
        yield Problem(f"{where}.unit", "survey.change.unit", here)
    if was.settings != now.settings:
        yield Problem(f"{where}.settings", "survey.change.settings", here)
    if was.text != now.text:
        yield Problem(f"{where}.text", "survey.change.reworded", here)
    declared = {
        id for step in steps if (step.was or step.question) == was.id for id in step.options
    }
    yield from _options(was, now, f"{where}.options", declared)


def _condition(question: Question, was: Predicate, now: Predicate) -> Iterator[Problem]:
    if written(was) != written(now):
        where = f"questions.{question.id}.when"
        yield Problem(where, "survey.change.when", {"question": question.id})


def _options(
    was: Question, now: Question, place: str, declared: Collection[str]
) -> Iterator[Problem]:
    kept = {option.id: option for option in now.options}
    said = {option.text: option.id for option in was.options}
    says = {option.text: option.id for option in now.options}
    for option in was.options:
        where, here = f"{place}.{option.id}", {"question": now.id, "option": option.id}
        same = kept.get(option.id)
        if same is None:
            if option.id not in declared:
                yield Problem(where, "survey.change.option_dropped", here)
            continue
        if same.text != option.text:
            others = {said.get(same.text, option.id), says.get(option.text, option.id)}
            moved = others != {option.id}
            code = "survey.change.option_reused" if moved else "survey.change.option_reworded"
            yield Problem(where, code, here)
        if (option.low, option.high) != (same.low, same.high):
            context = {**here, "was": _bounds(option), "now": _bounds(same)}
            yield Problem(where, "survey.change.bounds", context)
        if option.score != same.score:
            scores = {**here, "was": str(option.score), "now": str(same.score)}
            yield Problem(where, "survey.change.score", scores)


def _bounds(option: Option) -> str:
    low = "…" if option.low is None else option.low
    return f"{low}–{'…' if option.high is None else option.high}"


def _when(survey: Survey, question: Question) -> Predicate:
    pages = {page.id: page.when for page in survey.pages}
    both = (pages.get(question.page or "", ALWAYS), question.when)
    return All(tuple(part for part in both if part != ALWAYS))
