import json
from datetime import UTC, datetime

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops import serial
from saasops.errors import NotFound, Refused
from saasops.surveys.definition import Migration, Opening, Option, Question, Step, Survey
from saasops.surveys.publishing import publish
from saasops.testing.strategies.surveys import surveys
from saasops.values import Text

AT = datetime(2020, 1, 13, tzinfo=UTC)
SMALL = Survey(
    id="small",
    version=1,
    title=Text.of("small"),
    questions=(
        Question(
            id="os",
            kind="single",
            text=Text.of({"en": "system", "zh-CN": "系统"}),
            options=(Option(id="linux", text=Text.of("Linux")),),
        ),
    ),
)


def reworded(survey: Survey) -> Survey:
    return attrs.evolve(survey, title=Text.of("reworded"))


def test_publishing_the_same_content_again_is_no_change():
    first = publish(SMALL, None, at=AT)
    assert first is not None
    assert first.survey == SMALL
    assert not first.amended
    assert publish(attrs.evolve(SMALL), SMALL, at=AT) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"opening": Opening(closes_at=AT, quota=3)},
        {"migrations": (Migration(version=0, steps=(Step(was="cpu", reason="not asked"),)),)},
    ],
)
def test_a4_opening_and_migrations_may_change_under_a_published_version(changes):
    amended = attrs.evolve(SMALL, **changes)
    assert amended.fingerprint == SMALL.fingerprint
    found = publish(amended, SMALL, at=AT)
    assert found is not None
    assert found.amended
    assert found.survey == amended


def test_a_published_version_never_takes_other_content():
    with pytest.raises(Refused) as no:
        publish(reworded(SMALL), SMALL, at=AT)
    assert no.value.code == "survey.version_taken"
    assert no.value.context == {"survey": "small", "version": 1, "published": 1}


@given(surveys(), st.integers(0, 20))
def test_a_version_has_to_rise(survey, version):
    other = attrs.evolve(reworded(survey), version=version)
    if version > survey.version:
        found = publish(other, survey, at=AT)
        assert found is not None
        assert found.survey == other
        assert not found.amended
    else:
        with pytest.raises(Refused) as no:
            publish(other, survey, at=AT)
        lower = version < survey.version
        assert no.value.code == f"survey.version_{'not_rising' if lower else 'taken'}"


@given(surveys(), surveys())
def test_fingerprints_are_equal_exactly_when_the_content_is(one, other):
    assert (one.fingerprint == other.fingerprint) is (one == other)


@given(surveys())
def test_a_survey_comes_back_from_json_with_the_same_fingerprint(survey):
    kept = json.loads(json.dumps(serial.dump(survey)))
    assert serial.load(kept, Survey) == survey
    assert serial.load(kept, Survey).fingerprint == survey.fingerprint


def test_a_fingerprint_does_not_change_with_a_release_of_the_library():
    assert SMALL.fingerprint == "88b060603ae401212b9919f4d731d6287b7ba12ad0d5563f6f56e87a7e6bfe46"


def test_the_order_of_locales_is_no_content():
    (question,) = SMALL.questions
    turned = attrs.evolve(question, text=Text.of({"zh-CN": "系统", "en": "system"}))
    assert attrs.evolve(SMALL, questions=(turned,)).fingerprint == SMALL.fingerprint


def test_a_question_is_found_by_its_id():
    assert SMALL.question("os").kind == "single"
    with pytest.raises(NotFound, match="question disk"):
        SMALL.question("disk")
