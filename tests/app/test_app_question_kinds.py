"""A kind of question that a plugin brings, from the launch to the response (A4)."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from saasops import Invalid, SaasOps
from saasops.errors import Problem
from saasops.people.users import Identity, User
from saasops.plugins import Extension, NoSettings, hookimpl, offer
from saasops.ports import QuestionKind
from saasops.predicates import Field
from saasops.surveys.definition import Question, Survey
from saasops.surveys.kinds import Answer, Read, Reading
from saasops.testing.samples import sample_campaign
from saasops.values import Text
from saasops.versions.release import Release

PHONE = {"id": "phone", "kind": "phone", "text": "Your phone", "settings": {"digits": 11}}
SURVEY = {"id": "s", "version": 1, "title": "Survey", "questions": [PHONE]}


class Phone:
    def __init__(self, settings: NoSettings) -> None:
        pass

    def read(self, question: Question, /) -> Read:
        wanted = re.compile(f"1[0-9]{{{question.settings['digits'] - 1}}}")

        def read(given: Any, _: Reading) -> Answer | Problem:
            if isinstance(given, str) and wanted.fullmatch(given.strip()):
                return given.strip()
            return Problem(
                question.id,
                "survey.wrong_type",
                {"question": question.id, "expected": "a phone number"},
            )

        return read

    def problems(self, question: Question, /) -> Iterable[Problem]:
        if "digits" not in question.settings:
            yield Problem(
                f"questions.{question.id}.settings", "value.missing_key", {"key": "digits"}
            )

    def field(self, _: Question, /) -> Field:
        return Field(type="text")

    def schema(self, _: Question, /) -> Mapping[str, Any]:
        return {"type": "string"}


class Plugin:
    @hookimpl
    def saasops_question_kinds(self) -> Iterable[Extension[QuestionKind]]:
        yield offer("phone", Phone, settings=NoSettings, summary="phone numbers")


def campaign(survey=SURVEY):
    return sample_campaign(
        survey=survey, risk={"rules": [], "levels": [{"id": "low", "title": "Low", "least": 0}]}
    )


def test_a4_a_kind_of_a_plugin_is_linted_launched_and_answered():
    with SaasOps.open("memory", plugins={"phone": Plugin()}) as ops:
        ops.launch(campaign())
        ops.versions.publish(Release(product="bkce", name="5.1"))
        ops.people.register(User(id="u1"), identities=(Identity("qq", "90001"),))
        surveys = ops.campaign("sample").survey
        with pytest.raises(Invalid) as wrong:
            surveys.submit("u1", {"phone": "13800"})
        assert [(p.where, p.code) for p in wrong.value.problems] == [("phone", "survey.wrong_type")]
        assert surveys.submit("u1", {"phone": " 13800000000 "}).answers == {"phone": "13800000000"}


def test_a4_a_question_that_its_kind_finds_wrong_is_not_launched():
    bare = {**SURVEY, "questions": [{**PHONE, "settings": {}}]}
    with SaasOps.open("memory", plugins={"phone": Plugin()}) as ops:
        with pytest.raises(Invalid) as no:
            ops.launch(campaign(bare))
        assert [p.where for p in no.value.problems] == ["survey.questions.phone.settings"]


def test_a4_without_the_plugin_nothing_is_launched_or_published():
    text = Text.of("?")
    survey = Survey(
        id="s",
        version=1,
        title=Text.of("s"),
        questions=(Question(id="q", kind="phone", text=text, settings={"digits": 9}),),
    )
    with SaasOps.open("memory") as ops:
        for step in (lambda: ops.launch(campaign()), lambda: ops.surveys.publish(survey)):
            with pytest.raises(Invalid) as no:
                step()
            assert "survey.lint.no_kind" in [p.code for p in no.value.problems]
    with SaasOps.open("memory", plugins={"phone": Plugin()}) as ops:
        assert ops.surveys.publish(survey).version == 1
