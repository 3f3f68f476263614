from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.errors import Invalid
from saasops.surveys.analysis import Nps, counts, nps
from saasops.testing.strategies import surveys as kit


def scores(promoters: int, passives: int, detractors: int) -> list[int]:
    return [9] * promoters + [8] * passives + [6] * detractors


@pytest.mark.parametrize(
    ("given", "score"),
    [
        (scores(50, 30, 20), "30.0"),
        (scores(8, 9, 22), "-35.9"),
        (scores(119, 88, 60), "22.1"),
        (scores(0, 1, 0), "0.0"),
        # A half goes away from nought: 6.25 and -6.25.
        (scores(1, 15, 0), "6.3"),
        (scores(0, 15, 1), "-6.3"),
    ],
)
def test_d2_nps_is_promoters_less_detractors_in_points(given, score):
    assert nps(given).score == Decimal(score)


def test_without_answers_there_is_no_score():
    assert nps([]) == Nps(answers=0, promoters=0, detractors=0, score=None)


@given(st.lists(st.integers(0, 10), min_size=1))
def test_the_score_lies_between_minus_100_and_100_and_does_not_depend_on_the_order(given):
    found = nps(given)
    assert found.score is not None
    assert -100 <= found.score <= 100
    assert found == nps(sorted(given))


@pytest.mark.parametrize("score", [-1, 11])
def test_a_score_outside_0_to_10_is_refused(score):
    with pytest.raises(Invalid):
        nps([9, score])


@given(st.data())
def test_every_answer_is_counted_once_and_nothing_personal(data):
    survey = data.draw(kit.surveys())
    given = data.draw(st.lists(kit.responses(survey), max_size=5))
    found = counts(survey, given)
    for question in survey.questions:
        answers = [r.answers[question.id] for r in given if question.id in r.answers]
        if question.kind in ("text", "address", "number", "date"):
            assert question.id not in found
        elif question.kind == "multiple":
            assert sum(found[question.id].values()) == sum(map(len, answers))
        else:
            assert sum(found[question.id].values()) == len(answers)
