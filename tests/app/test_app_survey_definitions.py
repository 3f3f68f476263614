"""Surveys are written as drafts, published as versions, and amended only in how they open."""

from datetime import timedelta

import attrs
import pytest

from kit import SMALL, SURVEY, Stage, at, both, nothing_changes, refusal
from saasops import Invalid, NotFound
from saasops.surveys.definition import Opening, Option

REWORDED = attrs.evolve(SURVEY, title=both("Risks, again"))


def second(**changes: object) -> object:
    return attrs.evolve(REWORDED, version=2, **changes)


def test_a4_a_draft_may_be_wrong_and_is_published_only_when_it_is_right(stage: Stage) -> None:
    surveys = stage.ops.acting("olga", roles=("operator",)).surveys
    wrong = second(questions=(attrs.evolve(SURVEY.questions[1], options=()),))
    assert surveys.save(wrong).by == "olga"
    assert surveys.draft(SURVEY.id).survey == wrong
    with nothing_changes(stage.ops):
        assert surveys.save(wrong) == surveys.draft(SURVEY.id)
        with pytest.raises(Invalid) as no:
            surveys.publish(SURVEY.id)
    assert no.value.code == "survey.not_publishable"
    assert [one.code for one in no.value.problems] == ["survey.lint.no_options"]
    surveys.save(second())
    assert [one.survey.version for one in surveys.drafts()] == [2]
    published = surveys.publish(SURVEY.id)
    assert (published.version, published.survey) == (2, second())
    assert surveys.draft(SURVEY.id) is None


def test_a4_a_draft_is_thrown_away(stage: Stage) -> None:
    surveys = stage.ops.surveys
    surveys.save(second())
    assert surveys.discard(SURVEY.id)
    assert not surveys.discard(SURVEY.id)
    with pytest.raises(NotFound):
        surveys.publish(SURVEY.id)


def test_a4_a_published_version_stays_as_it_is(stage: Stage) -> None:
    surveys = stage.ops.surveys
    first = surveys.published(SURVEY.id)
    assert first.survey == SMALL.survey
    assert refusal(lambda: surveys.publish(REWORDED)).code == "survey.version_taken"
    with nothing_changes(stage.ops):
        assert surveys.publish(SURVEY) == first
    surveys.publish(second())
    assert [one.version for one in surveys.versions(SURVEY.id)] == [2, 1]
    assert surveys.published(SURVEY.id, 1) == first
    assert surveys.published(SURVEY.id).survey == second()
    with pytest.raises(NotFound):
        surveys.published(SURVEY.id, 3)
    surveys.publish(attrs.evolve(REWORDED, version=5))
    low = attrs.evolve(REWORDED, version=4)
    assert refusal(lambda: surveys.publish(low)).code == "survey.version_not_rising"


def test_a4_how_a_published_version_opens_may_be_changed(stage: Stage) -> None:
    surveys = stage.ops.surveys
    before = surveys.published(SURVEY.id)
    later = attrs.evolve(SURVEY, opening=Opening(closes_at=at("03-01"), quota=300))
    stage.clock.tick(timedelta(days=1))
    amended = surveys.publish(later)
    assert amended.survey.opening.quota == 300
    assert (amended.fingerprint, amended.published_at) == (before.fingerprint, before.published_at)


def test_a4_a_campaign_that_asks_an_older_version_may_still_be_amended(stage: Stage) -> None:
    stage.ops.surveys.publish(second())
    stage.ops.launch(attrs.evolve(SMALL, title=both("Another title")))
    assert stage.ops.surveys.published(SURVEY.id).version == 2


def test_a4_surveys_are_listed_by_id(stage: Stage) -> None:
    surveys = stage.ops.surveys
    for name in ("b", "a"):
        surveys.publish(attrs.evolve(SURVEY, id=name))
        surveys.publish(second(id=name))
    assert surveys.surveys() == ("a", "b", SURVEY.id)
    assert surveys.surveys(limit=2) == ("a", "b")


def test_a4_an_option_that_means_something_else_needs_a_new_version(stage: Stage) -> None:
    os = SURVEY.questions[1]
    other = attrs.evolve(os, options=(Option(id="linux", text=both("Unix")), os.options[1]))
    questions = tuple(other if one.id == "os" else one for one in SURVEY.questions)
    changed = attrs.evolve(SURVEY, questions=questions)
    assert refusal(lambda: stage.ops.surveys.publish(changed)).code == "survey.version_taken"


def test_a4_the_draft_of_the_next_version_stays_when_this_one_is_published_again(
    stage: Stage,
) -> None:
    surveys = stage.ops.surveys
    surveys.save(second())
    with nothing_changes(stage.ops):
        surveys.publish(SURVEY)
    assert surveys.draft(SURVEY.id).survey == second()


def test_a4_a_campaign_may_ask_another_survey_of_the_same_number(stage: Stage) -> None:
    other = attrs.evolve(REWORDED, id="another")
    stage.ops.launch(attrs.evolve(SMALL, survey=other))
    assert stage.campaign.definition().survey == other
