"""What the report says of the survey, on the reference campaign and a handful of people."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import attrs
import pytest

from saasops.campaigns.participants import Participant
from saasops.campaigns.survey_report import (
    SEGMENTS,
    Answered,
    cross_report,
    survey_report,
    text_report,
)
from saasops.errors import Invalid
from saasops.surveys.answers import Response

AT = datetime(2020, 1, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def answered(reference, everybody) -> Answered:
    responses = tuple(
        Response(
            campaign=reference.id,
            user=user,
            survey=reference.survey.id,
            version=reference.survey.version,
            answers=answers,
            submitted_at=AT - timedelta(days=number % 3),
            source="site",
        )
        for number, (user, answers) in enumerate(sorted(everybody.items()))
    )
    people = tuple(
        Participant(
            campaign=reference.id,
            user=one.user,
            channel="qq" if number % 2 else "wechat",
            invited_at=AT - timedelta(9),
            answered_at=one.submitted_at,
        )
        for number, one in enumerate(responses)
    )
    silent = Participant(campaign=reference.id, user="silent", invited_at=AT - timedelta(9))
    uninvited = Participant(campaign=reference.id, user="guest", channel="qq", answered_at=AT)
    return Answered(participants=(*people, silent, uninvited), responses=responses)


def test_a18_response_rates_count_those_who_were_invited(reference, answered):
    section = survey_report(reference, answered, at=AT).section("response-rate")
    assert section.column("invited") == {"qq": 165, "wechat": 165, "–": 1}
    assert section.column("answered") == {"qq": 165, "wechat": 165, "–": 0}
    assert section.column("rate") == {"qq": 100, "wechat": 100, "–": 0}
    assert section.column("uninvited") == {"qq": 1, "wechat": 0, "–": 0}


def test_a18_days_add_up(reference, answered):
    rows = survey_report(reference, answered, at=AT).section("response-days").rows
    assert [row[1] for row in rows] == [110, 110, 111]
    assert [row[2] for row in rows] == [110, 220, 331]


def test_a18_the_nps_is_that_of_the_campaign(reference, answered, expected):
    nps = expected["survey"]["nps"]
    row = survey_report(reference, answered, at=AT).section("nps-recommend").rows[0]
    assert row[1:4] == (nps["answers"], nps["promoters"], nps["detractors"])
    assert row[4] == Decimal(str(nps["score"]))


@pytest.mark.parametrize("by", [*SEGMENTS, "os", "infrastructure"])
def test_a18_segments_add_up_to_the_count(reference, answered, by):
    for section in survey_report(reference, answered, at=AT, by=by).sections:
        if section.id.startswith("question-"):
            assert all(row[1] == sum(row[3:]) for row in section.rows)


@pytest.mark.parametrize("by", ["nobody", "address", "scenarios", ""])
def test_a18_what_no_segment_follows_from_is_refused_by_name(reference, answered, by):
    with pytest.raises(Invalid) as no:
        survey_report(reference, answered, at=AT, by=by)
    assert no.value.problems[0].where == "by"


def test_a18_responses_to_another_version_are_said_and_not_counted(reference, answered):
    older = tuple(attrs.evolve(one, version=1) for one in answered.responses[:5])
    mixed = attrs.evolve(answered, responses=(*older, *answered.responses[5:]))
    report = survey_report(reference, mixed, at=AT)
    assert "5 response(s)" in report.section("response-rate").note.to("en")
    assert "325 answered" in report.section("question-os").note.to("en")


def test_a18_a_cross_table_says_both_questions(reference, answered):
    section = cross_report(reference, answered, "os", "infrastructure", at=AT).sections[0]
    assert sum(sum(row[1:]) for row in section.rows) == 330
    assert section.columns[0].title == reference.survey.question("os").text


def test_a18_texts_are_listed_up_to_the_limit(reference, answered):
    section = text_report(reference, answered, "customisation_other", limit=2, at=AT).sections[0]
    assert len(section.rows) == 2
    assert [row[1] for row in section.rows] == sorted((r[1] for r in section.rows), reverse=True)
