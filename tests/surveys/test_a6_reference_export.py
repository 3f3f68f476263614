import csv
import io
from collections import Counter
from datetime import datetime

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.surveys.analysis import counts, nps
from saasops.surveys.answers import Response, check, submit


@pytest.fixture(scope="module")
def report(read, export):
    return read(export)


@pytest.fixture(scope="module")
def on_site(survey, site, slots, recognise) -> dict[str, Response]:
    """Submit the answers that were given on the site."""
    held = {}
    for one in site["responses"]:
        answers, problems = check(survey, one["answers"], slots=slots, recognise=recognise)
        assert problems == ()
        at = datetime.fromisoformat(one["submitted_at"])
        response = Response(
            campaign="up-5.1",
            user=one["user"],
            survey=site["questionnaire"],
            version=site["version"],
            answers=answers,
            submitted_at=at,
            source="site",
        )
        event = submit(response, held.get(response.user), survey=survey, at=at)
        assert event is not None
        held[event.user] = event.response
    return held


@pytest.fixture(scope="module")
def everybody(read, export, on_site) -> list[Response]:
    imported = read(export, on_site)
    return list((on_site | {r.user: r for _, r in imported.accepted}).values())


def test_every_row_is_accepted_superseded_or_refused(report, expected):
    figures = expected["survey"]
    assert report.rows == figures["export_rows"]
    assert len(report.accepted) == figures["export_people_accepted"]
    assert len({response.user for _, response in report.accepted}) == len(report.accepted)
    assert list(report.superseded) == figures["superseded_rows"]
    assert list(report.repaired) == figures["repaired_rows"]
    assert report.unchanged == ()


def test_refused_rows_give_their_reason(report, expected):
    reasons = {
        f"survey.import.{reason.replace('-', '_')}": tuple(rows)
        for reason, rows in expected["survey"]["refused_rows_by_reason"].items()
    }
    assert report.refused == reasons
    assert len(report.problems) == expected["survey"]["refused_total"]
    assert report.problems[0].where == "row 37, column 2.主机数量"


def test_a_second_import_changes_nothing(read, export, report):
    again = read(export, {response.user: response for _, response in report.accepted})
    rows = tuple(number for number, _ in report.accepted)
    assert again == attrs.evolve(report, accepted=(), unchanged=rows)


def test_answers_of_the_site_stand_beside_the_import(read, export, on_site, everybody, expected):
    figures = expected["survey"]
    assert len(on_site) == figures["site_answers"]
    both = read(export, on_site)
    assert len(both.unchanged) == figures["answered_both_ways_with_the_same_content"]
    assert len(everybody) == figures["people_with_a_valid_answer"]


def test_what_people_answered_is_counted(survey, everybody, expected):
    found, figures = counts(survey, everybody), expected["survey"]
    assert found["slot"] == dict(sorted(figures["wishes_by_slot"].items()))
    for question in ("hosts", "os", "saas_apps", "infrastructure", "customisation", "scenarios"):
        assert found[question] == figures[question]
        assert list(found[question]) == [option.id for option in survey.question(question).options]
    reported = Counter[str]()
    for pair, people in expected["versions"]["guess_and_self_reported"].items():
        reported[pair.partition(" > ")[2]] += people
    assert found["version"] == reported
    assert "address" not in found


def test_the_nps_of_question_9(survey, everybody, expected):
    scores = [r.answers["recommend"] for r in everybody if "recommend" in r.answers]
    found = nps(scores)
    assert attrs.asdict(found) | {"score": float(str(found.score))} == expected["survey"]["nps"]
    by_score = counts(survey, everybody)["recommend"]
    assert sum(by_score.values()) == found.answers
    assert by_score["9"] + by_score["10"] == found.promoters


@given(st.randoms(use_true_random=False))
@settings(max_examples=5, deadline=None)
def test_rows_in_any_order_give_the_same_people(read, export, report, random):
    assert read(random.sample(export, len(export))) == report


@given(st.integers(500, 77_000))
@settings(max_examples=10, deadline=None)
def test_a_file_that_ends_in_the_middle_gives_the_rows_before(read, export_text, report, end):
    rows = list(enumerate(csv.DictReader(io.StringIO(export_text[:end], newline="")), 1))
    cut, last = read(rows), len(rows)
    assert cut.rows == last
    before = [p for p in report.problems if p.context["row"] < last]
    assert [p for p in cut.problems if p.context["row"] < last] == before
    taken = (
        {n for n, _ in cut.accepted}
        | set(cut.superseded)
        | {p.context["row"] for p in cut.problems}
    )
    assert taken == set(range(1, last + 1))
