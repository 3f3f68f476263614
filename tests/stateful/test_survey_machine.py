"""The survey machine holds, and surveys that are kept in a known wrong way do not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import attrs
import pytest

from saasops.app import survey_keeping
from saasops.app.survey_drafts import SurveyDrafts
from saasops.storage.sqlite import SqliteStorage
from saasops.surveys import carrying, drafts
from saasops.surveys.forms import Form
from saasops.surveys.migration import Route
from saasops.testing.surveys_machine import run_survey_machine


def test_surveys_hold_on_memory() -> None:
    run_survey_machine(examples=80, steps=20)


def test_surveys_hold_on_sqlite(tmp_path: Path) -> None:
    numbers = iter(range(10_000))
    run_survey_machine(lambda: SqliteStorage(tmp_path / f"{next(numbers)}.db"), examples=10)


def _yes(*_: object) -> bool:
    return True


def _nothing(*_: object, **__: object) -> None:
    return None


def _any_option(self: carrying.Move, id: str) -> str | None:
    return id if id in self._has else _OPTION(self, id)


def _unheard(self: Route, response: Any) -> Any:
    return attrs.evolve(_RESPONSE(self, response), losses=())


def _asked_now(self: SurveyDrafts, work: Any, opened: Any, releases: Any, version: Any) -> Any:
    return opened.campaign.survey


def _unchecked(self: Form, raw: Any, reading: Any) -> Any:
    return attrs.evolve(_CHECK(self, raw, reading), problems=())


def _defaults_are_answers(self: Route, response: Any) -> Any:
    return attrs.evolve(_RESPONSE(self, response), filled=())


def _what_was_carried(held: Any, former: Any) -> Any:
    return held


def _last_come(held: Any, other: Any) -> Any:
    return other


_OPTION, _RESPONSE, _CHECK = carrying.Move.option, Route.response, Form.check
MUTANTS: dict[str, Callable[[], Any]] = {
    "options relabelled": lambda: mock.patch.object(carrying.Move, "option", _any_option),
    "questions relabelled": lambda: mock.patch.object(carrying, "same_question", _yes),
    "losses not told": lambda: mock.patch.object(Route, "response", _unheard),
    "defaults taken for answers": lambda: mock.patch.object(
        Route, "response", _defaults_are_answers
    ),
    "what was replaced is forgotten": lambda: mock.patch.object(
        survey_keeping, "_remember", _nothing
    ),
    "an old page taken for a new one": lambda: mock.patch.object(
        SurveyDrafts, "_asked", _asked_now
    ),
    "what was carried over taken for said": lambda: mock.patch.object(
        survey_keeping, "said_last", _what_was_carried
    ),
    "nothing is wrong": lambda: mock.patch.object(Form, "check", _unchecked),
    "the last to arrive wins": lambda: mock.patch.object(drafts, "_later", _last_come),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_survey_kept_in_a_wrong_way_is_caught(name: str) -> None:
    with MUTANTS[name]():  # noqa: SIM117 -- it has to fit: else whatever it raises would count
        with pytest.raises(BaseException) as caught:  # noqa: PT011 -- whatever breaks first
            run_survey_machine(examples=200, steps=20, shrink=False)
    assert not isinstance(caught.value, KeyboardInterrupt | SystemExit)
