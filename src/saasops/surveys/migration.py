"""How answers to one version of a survey become answers to a newer one, as its author declares.

What means the same under the same id carries over by itself; everything else does so only
where a step names it. What does not fit is a loss, never another answer. Which responses are
migrated, and where the originals are kept, is left to the shell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from saasops.errors import Problem
from saasops.predicates import Key
from saasops.surveys.answers import Known, Response
from saasops.surveys.carrying import Hop, asked, default_of, may_carry, moves
from saasops.surveys.definition import Migration, Question, Step, Survey
from saasops.surveys.forms import Form
from saasops.surveys.kinds import BUILT_IN, QuestionKind
from saasops.surveys.losses import Loss, Losses


@attrs.frozen(kw_only=True)
class Migrated:
    """What became of answers: *filled* names the questions that a default answers now.

    *hidden* are answers that the newer version keeps apart, because its conditions hide them.
    """

    answers: Mapping[str, Any] = attrs.field(repr=False)
    hidden: Mapping[str, Any] = attrs.field(factory=dict[str, Any], repr=False)
    calculated: Mapping[str, int] = attrs.field(factory=dict[str, int], repr=False)
    losses: Losses = ()
    filled: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class ResponseMigrated:
    """A response to the version *before* was carried over to *after*; it stands beside it."""

    at: datetime
    campaign: str
    user: str
    before: int
    after: int
    losses: Losses


def way(
    version: int, survey: Survey, published: Callable[[int], Survey | None]
) -> tuple[Survey, ...] | None:
    """Return the versions from *version* up to *survey* that declared migrations lead over.

    The way with the fewest steps is taken; None where nobody declared one, or where
    *published* does not know a version on it.
    """
    ways: list[tuple[Survey, ...]] = [(survey,)]
    seen = {survey.version}
    for found in ways:
        if found[0].version == version:
            return found
        for migration in found[0].migrations:
            before = None if migration.version in seen else published(migration.version)
            if before is not None:
                seen.add(before.version)
                ways.append((before, *found))
    return None


class Route:
    """Carry answers over *versions* of one survey, each of which declares how.

    Where a version declares nothing for the one before it, what means the same carries over.
    Linear in the answers and the versions.
    """

    def __init__(
        self,
        versions: Sequence[Survey],
        kinds: Mapping[str, QuestionKind] = BUILT_IN,
        *,
        order: Key | None = None,
    ) -> None:
        """Make the way ready; *order* turns a version into something that sorts, see `Form.of`.

        Raise `Refused` survey.kind_missing for a question of none of *kinds*.
        """
        self.old = versions[0]
        forms = [Form.of(survey, kinds, order=order) for survey in versions[1:]]
        self.form = forms[-1]
        self._hops = [Hop(old, form) for old, form in zip(versions, forms, strict=False)]

    def response(self, response: Response) -> Response:
        """Return *response* as one to the newest version, with what was lost; it stays dated."""
        migrated = self.migrate(response.answers, hidden=response.hidden, filled=response.filled)
        return attrs.evolve(
            response,
            version=self.form.survey.version,
            answers=migrated.answers,
            hidden=migrated.hidden,
            calculated=migrated.calculated,
            prefilled=self.known(response.prefilled),
            migrated_from=response.migrated_from or response.version,
            losses=(*response.losses, *migrated.losses),
            filled=migrated.filled,
        )

    def migrate(
        self,
        answers: Mapping[str, Any],
        *,
        hidden: Mapping[str, Any] | None = None,
        filled: Iterable[str] = (),
    ) -> Migrated:
        """Return what typed *answers*, and those kept *hidden*, are in the newest version.

        *filled* names answers that a default of an earlier migration gave.
        """
        carried, filled, losses = self._carried(answers, filled)
        apart, _, apart_losses = self._carried(hidden or {}, defaults=False)
        survey = self.form.survey
        visible = set(self.form.visible(carried))
        shown: dict[str, Any] = {}
        dropped: list[Loss] = []
        for question in survey.questions:
            given = {k: carried[k] for k in (question.id, question.other_key) if k in carried}
            told = {key: value for key, value in given.items() if key not in filled}
            if question.id in visible:
                shown |= given
            elif survey.hidden == "keep":
                apart |= told
            else:
                loss = Loss(version=survey.version, question=question.id, code="survey.loss.hidden")
                dropped += [attrs.evolve(loss, question=key) for key in told]
        return Migrated(
            answers=shown,
            hidden=apart,
            calculated=self.form.calculate(shown),
            losses=(*losses, *apart_losses, *dropped),
            filled=tuple(key for key in shown if key in filled),
        )

    def known(self, prefilled: Mapping[str, Known]) -> dict[str, Known]:
        """Return what was known and shown beside the questions that it stands beside now."""
        return {
            target: attrs.evolve(known, value=value)
            for key, known in prefilled.items()
            for target, value in self.carry(key, known.value)[0].items()
        }

    def carry(self, key: str, value: Any) -> tuple[dict[str, Any], Losses]:
        """Return where the one answer *value* to *key* goes, whatever conditions say, or None."""
        carried, _, losses = self._carried({key: value}, defaults=False)
        return carried, losses

    def targets(self, key: str) -> tuple[str, ...]:
        """Return the questions that an answer to *key* goes to."""
        keys: tuple[str, ...] = (key,)
        for hop in self._hops:
            keys = tuple(target for one in keys for target in hop.targets(one))
        return keys

    def _carried(
        self,
        answers: Mapping[str, Any],
        defaulted: Iterable[str] = (),
        *,
        defaults: bool = True,
    ) -> tuple[dict[str, Any], set[str], Losses]:
        carried, filled = dict(answers), set(defaulted)
        losses: list[Loss] = []
        for hop in self._hops:
            after = dict[str, Any]()
            lost = list[Loss]()
            for key, value in carried.items():
                lost += hop.carry(key, value, into=after)
            losses += [loss for loss in lost if loss.question not in filled]
            filled = {target for key in filled for target in hop.targets(key)} & after.keys()
            if defaults:
                new = {key: value for key, value in hop.defaults.items() if key not in after}
                after |= new
                filled |= new.keys()
            carried = after
        return carried, filled, tuple(losses)


def declared_mistakes(
    survey: Survey,
    published: Callable[[int], Survey | None],
    kinds: Mapping[str, QuestionKind] = BUILT_IN,
) -> Iterator[Problem]:
    """Find what is wrong with the migrations that *survey* declares, see `mistakes`.

    A migration from a version that *published* does not know carries nothing over, and is
    passed by: where a survey begins with a later version, nobody answered that one.
    """
    for migration in survey.migrations:
        old = published(migration.version)
        if old is not None:
            yield from mistakes(migration, old, survey, kinds)


def mistakes(
    migration: Migration,
    old: Survey,
    new: Survey,
    kinds: Mapping[str, QuestionKind] = BUILT_IN,
) -> Iterator[Problem]:
    """Find what is wrong with a *migration* from *old* that *new* declares, step by step.

    `Problem.where` is `migrations.<version>` and the number of the step. Raise `Refused`
    survey.kind_missing for a question of none of *kinds*.
    """
    form = Form.of(new, kinds)
    place = f"migrations.{migration.version}"
    times = sum(one.version == migration.version for one in new.migrations)
    context: dict[str, Any] = {"version": migration.version, "survey": new.id}
    if migration.version != old.version or migration.version >= new.version:
        yield Problem(place, "survey.migration.wrong_version", {**context, "new": new.version})
    if times > 1:
        yield Problem(place, "survey.migration.repeated", {**context, "times": times})
    had = {question.id: question for question in asked(old)}
    wanted = {question.id: question for question in new.questions}
    for number, step in enumerate(migration.steps):
        yield from _step(step, had, wanted, form, f"{place}.steps[{number}]")
    sources: Counter[str] = Counter(
        step.question for step in migration.steps if step.question and moves(step, had)
    )
    for question, count in sources.items():
        if count > 1:
            yield Problem(
                place, "survey.migration.two_sources", {"question": question, "times": count}
            )
    kept = {step.was or step.question for step in migration.steps if moves(step, had)}
    for step in migration.steps:
        if step.question is None and step.was in kept:
            yield Problem(place, "survey.migration.dropped_and_kept", {"question": step.was})


def _step(
    step: Step,
    had: Mapping[str, Question],
    wanted: Mapping[str, Question],
    form: Form,
    where: str,
) -> Iterator[Problem]:
    for key, among in ((step.was, had), (step.question, wanted)):
        if key is not None and key not in among:
            context = {"question": key, "allowed": sorted(among)}
            yield Problem(where, "survey.migration.unknown_question", context)
    if step.question is None:
        code = "survey.migration.no_reason" if step.was else "survey.migration.empty_step"
        if not step.was or not step.reason.strip():
            yield Problem(where, code, {"question": step.was or ""})
        return
    target, source = wanted.get(step.question), had.get(step.was or step.question)
    if target is None:
        return
    if step.default is not None and default_of(step, target, form) is None:
        yield Problem(where, "survey.migration.default_unfit", {"question": target.id})
    if source is None:
        if step.was is None and step.default is None:
            yield Problem(where, "survey.migration.empty_step", {"question": target.id})
        return
    if moves(step, had) and not may_carry(source, target):
        context = {"was": source.id, "question": target.id, "had": source.kind, "now": target.kind}
        yield Problem(where, "survey.migration.kinds_differ", context)
    yield from _options(step, source, target, where)


def _options(step: Step, source: Question, target: Question, where: str) -> Iterator[Problem]:
    ids = [option.id for option in source.options], [option.id for option in target.options]
    for old, new in step.options.items():
        for option, among, question in ((old, ids[0], source.id), (new, ids[1], target.id)):
            if option not in among and option != "":
                context = {"question": question, "option": option, "allowed": among}
                yield Problem(where, "survey.migration.unknown_option", context)
