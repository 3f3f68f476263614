import statistics
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.errors import Invalid, NotFound
from saasops.predicates import Test as Compared
from saasops.surveys.analysis import Nps, counts, cross, nps, summaries, tallies, texts
from saasops.surveys.answers import Response, answers_to
from saasops.surveys.calculated import personal_numbers
from saasops.surveys.definition import Calculated, Case, Option, Personal, Question, Survey
from saasops.surveys.exporting import Export, columns, document
from saasops.testing.strategies import surveys as kit
from saasops.values import Text

AT = datetime(2020, 1, 15, 9, tzinfo=UTC)
ASKED = Text.of("asked")


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
        if question.kind in ("text", "address", "number", "decimal", "date", "file", "note"):
            assert question.id not in found
        elif question.kind == "multiple":
            assert sum(found[question.id].values()) == sum(map(len, answers))
        else:
            assert sum(found[question.id].values()) == len(answers)


def split(response):
    return response.user[-1] if response.user != "u4" else None


@given(st.data())
def test_a4_segments_share_out_exactly_what_is_counted(data):
    survey = data.draw(kit.surveys())
    given = data.draw(st.lists(kit.responses(survey), max_size=8))
    kept = [one for one in given if split(one) is not None]
    whole = {one.question: one for one in tallies(survey, kept)}
    for tally in tallies(survey, given, by=split):
        all_of_it = whole[tally.question]
        assert set(tally.answers) == set(all_of_it.answers)
        assert sum(tally.answered.values()) == all_of_it.answered.get("", 0)
        for word in tally.answers:
            shared = sum(counts[word] for counts in tally.counts.values())
            assert shared == all_of_it.counts[""][word]


@given(st.data())
def test_a4_a_cross_table_adds_up_to_those_who_answered_both(data):
    survey = data.draw(kit.surveys(kinds=("single", "band", "yes-no", "rating")))
    given = data.draw(st.lists(kit.responses(survey), max_size=8))
    one, other = (data.draw(st.sampled_from(survey.questions)).id for _ in range(2))
    table = cross(survey, given, one, other)
    both = [r for r in given if one in r.answers and other in r.answers]
    assert table.both == len(both) == sum(table.counts.values())
    turned = cross(survey, given, other, one)
    assert {(a, b): n for (b, a), n in turned.counts.items()} == dict(table.counts)


def test_a4_what_has_no_closed_set_of_answers_is_not_crossed():
    survey = Survey(
        id="s", version=1, title=ASKED, questions=(Question(id="t", kind="text", text=ASKED),)
    )
    with pytest.raises(Invalid) as no:
        cross(survey, (), "t", "t")
    assert {one.code for one in no.value.problems} == {"survey.not_counted"}
    with pytest.raises(NotFound):
        cross(survey, (), "t", "u")


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=9))
def test_a4_a_summary_is_that_of_the_standard_library(numbers):
    question = Question(id="n", kind="number", text=ASKED)
    survey = Survey(id="s", version=1, title=ASKED, questions=(question,))
    given = [answered(f"u{i}", n=number) for i, number in enumerate(numbers)]
    found = summaries(survey, given)["n"][""]
    assert (found.answers, found.least, found.most) == (len(numbers), min(numbers), max(numbers))
    assert found.median == statistics.median(numbers)
    assert abs(found.mean - Decimal(sum(numbers)) / len(numbers)) < Decimal("1e-20")


def test_a4_texts_come_latest_first_and_never_personal_ones():
    questions = (
        Question(id="why", kind="text", text=ASKED),
        Question(
            id="home",
            kind="address",
            text=ASKED,
            personal=Personal(category="address", purpose="shipping"),
        ),
        Question(
            id="os",
            kind="single",
            text=ASKED,
            other="other",
            options=(Option(id="other", text=ASKED),),
        ),
        Question(id="n", kind="number", text=ASKED),
    )
    survey = Survey(id="s", version=1, title=ASKED, questions=questions)
    given = [
        answered("u1", why="first", os="other", os_other="BSD"),
        attrs.evolve(answered("u2", why="second", home="a road"), submitted_at=AT + timedelta(1)),
    ]
    assert [(one.user, one.text) for one in texts(survey, given, "why")] == [
        ("u2", "second"),
        ("u1", "first"),
    ]
    assert [one.text for one in texts(survey, given, "os_other")] == ["BSD"]
    assert "second" not in repr(texts(survey, given, "why"))
    for id in ("home", "n"):
        with pytest.raises(Invalid) as no:
            texts(survey, given, id)
        assert no.value.problems[0].code == "survey.no_texts"


def answered(user: str, **answers: object) -> Response:
    return Response(
        campaign="c",
        user=user,
        survey="s",
        version=1,
        answers=answers,
        submitted_at=AT,
        source="site",
    )


def test_a4_nobody_said_what_a_migration_filled_in_or_another_survey_was_told():
    survey = Survey(
        id="s", version=2, title=ASKED, questions=(Question(id="n", kind="number", text=ASKED),)
    )
    said = attrs.evolve(answered("u1", n=3), version=2)
    given = [
        said,
        attrs.evolve(answered("u2", n=10), version=2, filled=("n",)),
        answered("u3", n=4),
        attrs.evolve(answered("u4", n=5), survey="other", version=2),
    ]
    kept = list(answers_to(survey, given))
    assert [(one.user, dict(one.answers)) for one in kept] == [("u1", {"n": 3}), ("u2", {})]


def test_a4_a_number_that_tells_of_a_personal_answer_is_personal():
    age = Question(
        id="age", kind="number", text=ASKED, personal=Personal(category="age", purpose="support")
    )
    numbers = (
        Calculated(id="sum", title=ASKED, method="sum", of=("age",)),
        Calculated(
            id="old",
            title=ASKED,
            method="cases",
            cases=(Case(when=Compared("sum", "ge", 60), value=1),),
        ),
        Calculated(id="count", title=ASKED, method="count", of=("n",)),
    )
    survey = Survey(
        id="s",
        version=1,
        title=ASKED,
        questions=(age, Question(id="n", kind="number", text=ASKED)),
        calculated=numbers,
    )
    assert personal_numbers(survey) == {"sum", "old"}
    response = attrs.evolve(
        answered("u1", age=61, n=1), calculated={"sum": 61, "old": 1, "count": 1}
    )
    assert "61" not in repr(response)
    assert set(summaries(survey, [response])) == {"n", "count"}
    assert document(response, survey, Export())["calculated"] == {"count": 1}
    names = [column.name for column in columns(survey, Export())]
    assert [name for name in names if name.startswith("calculated:")] == ["calculated:count"]
    told = document(response, survey, Export(purpose="support"))
    assert told["calculated"] == response.calculated
