"""How one answer goes from one version of a survey to the next: what means the same, what is lost.

Which versions it passes, and what conditions hide in the end, is left to `migration`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import attrs

from saasops.errors import Problem
from saasops.surveys.definition import Option, Question, Step, Survey
from saasops.surveys.forms import Form
from saasops.surveys.kinds import Reading
from saasops.surveys.losses import Loss
from saasops.values import Text

POINTING = frozenset({"slot", "version", "file"})
"""Kinds whose answers name something outside the survey: they only move between like kinds."""
_FITTING = ("kind", "low", "high", "earliest", "latest", "fewest", "most", "longest", "settings")


class Move:
    """The answer to *source* is the answer to *target*; *step* says so, where one does."""

    def __init__(self, source: Question, target: Question, step: Step | None, form: Form) -> None:
        self.source = source
        self.target = target
        self._form = form
        self._mapped: Mapping[str, str] = step.options if step else {}
        self._reason = step.reason if step else ""
        self._unchanged = all(getattr(source, name) == getattr(target, name) for name in _FITTING)
        self._had = {option.id: option for option in source.options}
        self._has = {option.id: option for option in target.options}

    def option(self, id: str) -> str | None:
        """Return what the choice *id* is now, or None where it is lost."""
        if id in self._mapped:
            return self._mapped[id] if self._mapped[id] in self._has else None
        old, new = self._had.get(id), self._has.get(id)
        return id if old and new and _same_choice(old, new) else None

    def carry(self, value: Any, version: int) -> tuple[Any, list[Loss]]:
        """Return what *value* is now, None where nothing is left of it, and what is lost."""
        here = Loss(version=version, question=self.source.id, code="survey.loss.unfit")
        losses: list[Loss] = []
        if not may_carry(self.source, self.target):
            return None, [here]
        if self.source.options:
            value, losses = self._chosen(value, here)
            if value is None:
                return None, losses
        elif self._unchanged or self.target.kind in POINTING:
            return value, []
        read = read_into(self._form, self.target.id, value)
        return (None, [*losses, here]) if read is None else (read, losses)

    def _chosen(self, value: Any, here: Loss) -> tuple[Any, list[Loss]]:
        several = _listed(value)
        named = not self.source.personal
        chosen, losses = list[str](), list[Loss]()
        for id in (value,) if several is None else several:
            new = self.option(id) if isinstance(id, str) else None
            if new is None:
                code = self._why(id)
                reason = self._reason if code == "survey.loss.option_dropped" else ""
                known = id if named and isinstance(id, str) and id in self._had else None
                losses.append(attrs.evolve(here, option=known, code=code, reason=reason))
            elif new not in chosen:
                chosen.append(new)
        if not chosen:
            return None, losses
        if self.target.kind == "multiple" or (several and self.source.kind == self.target.kind):
            return tuple(chosen), losses
        # One of several choices that happens to be left is not what was answered.
        alone = several is None or len(several) == 1
        return (chosen[0], losses) if alone else (None, [here])

    def _why(self, id: Any) -> str:
        if not isinstance(id, str) or id not in self._had:
            return "survey.loss.unfit"
        if self._mapped.get(id) == "":
            return "survey.loss.option_dropped"
        return "survey.loss.option_changed" if id in self._has else "survey.loss.option_gone"


class Hop:
    """From one version to the next."""

    def __init__(self, old: Survey, form: Form) -> None:
        self._version = old.version
        new = form.survey
        steps = next((m.steps for m in new.migrations if m.version == old.version), ())
        self._asked = {question.id: question for question in asked(old)}
        wanted = {question.id: question for question in new.questions}
        self._dropped = {step.was: step for step in steps if step.question is None and step.was}
        self._moves: dict[str, list[Move]] = {}
        named = {step.question for step in steps if moves(step, self._asked)}
        for step in steps:
            target = wanted.get(step.question or "")
            source = self._asked.get(step.was or step.question or "")
            if target and source and moves(step, self._asked):
                self._moves.setdefault(source.id, []).append(Move(source, target, step, form))
        self._changed: set[str] = set()
        for question in old.questions:
            same = wanted.get(question.id)
            moved = question.id in self._moves or question.id in self._dropped
            if same is None or moved or same.id in named:
                continue
            if same_question(question, same):
                self._moves[question.id] = [Move(question, same, None, form)]
            else:
                self._changed.add(question.id)
        self._form = form
        self._others = {q.other_key: q for q in old.questions if q.other is not None}
        self.defaults = {
            target.id: default
            for step in steps
            if (target := wanted.get(step.question or "")) is not None
            and (default := default_of(step, target, form)) is not None
        }

    def targets(self, key: str) -> list[str]:
        """Return the keys that an answer to *key* may go to."""
        if key in self._others and key not in self._moves:
            return [move.target.other_key for move in self._texts(key)]
        return [move.target.id for move in self._moves.get(key, ())]

    def carry(self, key: str, value: Any, *, into: dict[str, Any]) -> list[Loss]:
        """Put what *value* is now into *into* and return what is lost of it."""
        here = Loss(version=self._version, question=key, code="survey.loss.not_asked")
        if key in self._dropped:
            reason = self._dropped[key].reason
            return [attrs.evolve(here, code="survey.loss.dropped", reason=reason)]
        if key in self._changed:
            return [attrs.evolve(here, code="survey.loss.changed")]
        if key in self._others and key not in self._moves:
            return self._carry_text(key, value, here, into)
        found = self._moves.get(key)
        if not found:
            return [here]
        losses: list[Loss] = []
        for move in found:
            now, lost = move.carry(value, self._version)
            losses += lost
            if now is not None:
                into[move.target.id] = now
        return losses

    def _texts(self, key: str) -> list[Move]:
        question = self._others[key]
        return [
            move
            for move in self._moves.get(question.id, ())
            if move.target.other is not None
            and move.option(question.other or "") == move.target.other
        ]

    def _carry_text(self, key: str, value: Any, here: Loss, into: dict[str, Any]) -> list[Loss]:
        losses: list[Loss] = []
        found = self._texts(key)
        for move in found:
            text = read_into(self._form, move.target.other_key, value)
            if text is None:
                losses.append(attrs.evolve(here, code="survey.loss.unfit"))
            else:
                into[move.target.other_key] = text
        return losses if found else [here]


def asked(survey: Survey) -> Iterator[Question]:
    """Walk over all that *survey* asks; the free text of an "other" is a question of its own."""
    for question in survey.questions:
        yield question
        if question.other is not None:
            changes: dict[str, Any] = {"kind": "text", "options": (), "other": None}
            yield attrs.evolve(question, id=question.other_key, **changes)


def may_carry(source: Question, target: Question) -> bool:
    """Tell whether any answer to *source* can be one to *target*: choices stay choices."""
    if source.options or target.options:
        return bool(source.options) and bool(target.options)
    return target.kind not in POINTING or source.kind == target.kind


def moves(step: Step, had: Mapping[str, Question]) -> bool:
    """Tell whether *step* carries an answer over; one with a default alone does not."""
    if step.question is None:
        return False
    if step.was is None and step.default is not None and not step.options:
        return False
    return (step.was or step.question) in had


def read_into(form: Form, key: str, value: Any) -> Any:
    """Return *value* as the answer to *key* of *form*, or None where it is none."""
    read = form.read(key, value, Reading())
    return None if isinstance(read, Problem) else read


def default_of(step: Step, question: Question, form: Form) -> Any:
    """Return the default that *step* answers *question* with; None where the kind refuses it."""
    if question.kind in POINTING:
        return step.default if isinstance(step.default, str) and step.default.strip() else None
    given = (step.default,) if question.kind == "multiple" else step.default
    return read_into(form, question.id, given)


def same_question(old: Question, new: Question) -> bool:
    """Tell whether *new* asks what *old* asked; more translations and other bounds are the same."""
    rated = old.kind != "rating" or (old.low, old.high) == (new.low, new.high)
    units = old.unit == new.unit or bool(old.unit and new.unit and _same_words(old.unit, new.unit))
    return (
        (old.kind, old.settings) == (new.kind, new.settings)
        and rated
        and units
        and _same_words(old.text, new.text)
    )


def _same_choice(old: Option, new: Option) -> bool:
    return (old.low, old.high) == (new.low, new.high) and _same_words(old.text, new.text)


def _same_words(old: Text, new: Text) -> bool:
    shared = old.by_locale.keys() & new.by_locale.keys()
    return bool(shared) and all(old.by_locale[one] == new.by_locale[one] for one in shared)


def _listed(value: Any) -> Sequence[Any] | None:
    return cast("Sequence[Any]", value) if isinstance(value, list | tuple) else None
