import json
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops import predicates, serial
from saasops.errors import Refused
from saasops.surveys.answers import Known, Response, check, public, standing, submit
from saasops.surveys.definition import Option, Personal, Question, Survey
from saasops.surveys.prefill import prefill
from saasops.testing.strategies import surveys as kit
from saasops.values import Text

AT = datetime(2020, 1, 15, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


def checked(survey, raw):
    return check(survey, raw, slots=kit.SLOTS, recognise=kit.recognise)


@given(st.data())
def test_right_answers_pass_as_they_are(data):
    survey = data.draw(kit.surveys())
    answers = data.draw(kit.right_answers(survey))
    assert checked(survey, answers) == (answers, ())


@given(st.data())
def test_right_answers_pass_as_a_web_form_sends_them(data):
    survey = data.draw(kit.surveys())
    answers = data.draw(kit.right_answers(survey))
    sent = {
        key: list(value) if isinstance(value, tuple) else f" {value} "
        for key, value in answers.items()
        if not isinstance(value, bool)
    }
    sent |= {k: "yes" if v else "no" for k, v in answers.items() if isinstance(v, bool)}
    unanswered = {q.id: None for q in survey.questions if q.id not in answers}
    assert checked(survey, unanswered | sent) == (answers, ())


@given(st.data())
def test_a_wrong_answer_is_refused_at_its_place(data):
    survey = data.draw(kit.surveys())
    wrong = data.draw(kit.wrong_answers(survey))
    answers, problems = checked(survey, wrong.raw)
    assert (wrong.where, wrong.code) in [(p.where, p.code) for p in problems]
    assert wrong.where not in answers


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.data())
def test_whatever_comes_is_answered_by_problems_and_never_by_a_crash(data):
    survey = data.draw(kit.surveys())
    keys = st.sampled_from(
        [q.id for q in survey.questions] + [q.other_key for q in survey.questions]
    )
    raw = data.draw(st.dictionaries(keys | st.text(max_size=3), json_values, max_size=6))
    answers, problems = checked(survey, raw)
    assert all(str(problem) for problem in problems)
    again, _ = checked(survey, answers)
    assert set(again) <= set(answers)


@given(st.data())
def test_what_is_hidden_is_dropped(data):
    survey = data.draw(kit.surveys())
    answers = data.draw(kit.right_answers(survey))
    hidden = [q for q in survey.questions if not predicates.holds(q.when, answers)]
    assert checked(survey, answers | {q.id: "left over" for q in hidden}) == (answers, ())


def test_a_required_question_is_asked_only_where_it_is_visible():
    survey = small(when=predicates.Test("os", "eq", "other"))
    assert checked(survey, {"os": "linux"}) == ({"os": "linux"}, ())
    _, (problem,) = checked(survey, {"os": "other"})
    assert (problem.where, problem.code) == ("notes", "survey.missing_required")


def test_the_text_of_an_other_that_was_not_chosen_is_dropped():
    survey = small(required=False)
    chosen = checked(survey, {"os": "other", "os_other": " BeOS "})
    assert chosen == ({"os": "other", "os_other": "BeOS"}, ())
    assert checked(survey, {"os": "linux", "os_other": "BeOS"}) == ({"os": "linux"}, ())
    _, (problem,) = checked(survey, {"os": "other", "os_other": "x" * 501})
    assert (problem.where, problem.code) == ("os_other", "survey.too_long")


def test_several_choices_come_once_and_in_the_order_of_the_options(survey, slots, recognise):
    given = {"customisation": ["other", "login", "other"]}
    answers, _ = check(survey, given, slots=slots, recognise=recognise)
    assert answers["customisation"] == ("login", "other")


@pytest.mark.parametrize("left", [None, "", " ", [], [""], [" ", ""], ()])
def test_what_a_form_sends_for_nothing_is_no_answer(survey, left):
    answers, problems = check(survey, {"customisation": left}, slots=(), recognise=str)
    assert answers == {}
    assert "customisation" not in [problem.where for problem in problems]


@pytest.mark.parametrize(
    ("raw", "where", "code"),
    [
        ({"customisation": ["login", "colour"]}, "customisation", "survey.unknown_option"),
        ({"customisation": [["login"]]}, "customisation", "survey.unknown_option"),
        ({"customisation": "login"}, "customisation", "survey.wrong_type"),
        (
            {"customisation": ["other"], "customisation_other": 7},
            "customisation_other",
            "survey.wrong_type",
        ),
        ({"recommend": "１１"}, "recommend", "survey.out_of_range"),
        ({"recommend": "9" * 5000}, "recommend", "survey.wrong_type"),
        ({"address": "a\ud800"}, "address", "survey.wrong_type"),
    ],
)
def test_known_mistakes_are_named(survey, raw, where, code):
    _, problems = check(survey, raw, slots=(), recognise=str)
    found = [(p.where, p.code) for p in problems if p.code != "survey.missing_required"]
    assert found == [(where, code)]


def test_a_version_is_kept_under_its_canonical_name(survey, recognise):
    for told, kept in {"bkce_5.1": "5.1", "V4.1.16": "4.1.16", "none": "none"}.items():
        answers, _ = check(survey, {"version": told}, slots=(), recognise=recognise)
        assert answers["version"] == kept


def test_problems_hold_nothing_that_was_typed(survey, recognise):
    raw = {q.id: "13800000000 Example Road" for q in survey.questions} | {"address": "secret" * 99}
    _, problems = check(survey, raw, slots=(), recognise=recognise)
    shown = repr(problems) + " ".join(map(str, problems))
    assert len(problems) == len(survey.questions)
    assert "Example Road" not in shown
    assert "secret" not in shown


def test_the_reference_answers_of_the_site_are_right(survey, site, slots, recognise):
    assert (site["questionnaire"], site["version"]) == (survey.id, survey.version)
    for one in site["responses"]:
        answers, problems = check(survey, one["answers"], slots=slots, recognise=recognise)
        assert problems == ()
        assert answers == {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in one["answers"].items()
            if value not in (None, [], "")
        }


def response(at: datetime = AT, **answers) -> Response:
    return Response(
        campaign="up-5.1",
        user="u1",
        survey="small",
        version=1,
        answers=answers,
        submitted_at=at,
        source="site",
    )


def small(**notes) -> Survey:
    return Survey(
        id="small",
        version=1,
        title=Text.of("small"),
        questions=(
            Question(
                id="os",
                kind="single",
                text=Text.of("system"),
                options=(
                    Option(id="linux", text=Text.of("Linux")),
                    Option(id="other", text=Text.of("?")),
                ),
                other="other",
            ),
            Question(id="notes", kind="text", text=Text.of("notes"), **notes),
            Question(
                id="age",
                kind="number",
                text=Text.of("age"),
                required=False,
                personal=Personal(category="age", purpose="support"),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("held", "stands"),
    [
        (None, "new"),
        (response(LATER, os="linux"), "unchanged"),
        (response(os="other"), "changed"),
        (response(LATER, os="other"), "superseded"),
    ],
)
def test_a_response_is_taken_where_it_is_new_or_newer_and_other(held, stands):
    mine = response(os="linux")
    event = submit(mine, held, survey=small(), at=LATER)
    assert standing(mine, held) == stands
    if stands in ("new", "changed"):
        assert event is not None
        assert (event.at, event.standing, event.response) == (LATER, stands, mine)
    else:
        assert event is None


@given(st.data())
def test_submitting_again_changes_nothing_even_after_storing(data):
    survey = data.draw(kit.surveys())
    mine = data.draw(kit.responses(survey))
    stored = serial.load(json.loads(json.dumps(serial.dump(mine))), Response)
    assert stored == mine
    assert submit(attrs.evolve(mine, submitted_at=LATER), stored, survey=survey, at=LATER) is None


@given(st.data())
def test_the_last_of_different_responses_stands_in_whatever_order_they_come(data):
    survey = data.draw(kit.surveys())
    made = data.draw(
        st.lists(kit.responses(survey), min_size=1, max_size=5, unique_by=lambda r: repr(r.answers))
    )
    timed = [
        attrs.evolve(one, user="u1", submitted_at=AT + timedelta(number))
        for number, one in enumerate(made)
    ]
    held = None
    for one in data.draw(st.permutations(timed)):
        event = submit(one, held, survey=survey, at=LATER)
        held = event.response if event else held
    assert held == timed[-1]


def test_a_response_to_another_version_is_refused():
    with pytest.raises(Refused) as no:
        submit(response(os="linux"), None, survey=attrs.evolve(small(), version=2), at=AT)
    assert no.value.code == "survey.other_version"


@given(st.data())
def test_what_is_public_is_neither_personal_nor_typed_freely(data):
    survey = data.draw(kit.surveys())
    mine = data.draw(kit.responses(survey))
    event = submit(mine, None, survey=survey, at=AT)
    assert event is not None
    assert event.public == public(survey, mine.answers)
    for key, value in event.public.items():
        question = survey.question(key)
        assert not question.personal
        assert question.kind not in ("text", "address")
        assert value == mine.answers[key]


def test_no_answer_is_shown_in_a_repr():
    mine = response(os="other", os_other="secret", notes="secret", age=42)
    event = submit(mine, None, survey=small(), at=AT)
    assert "secret" not in repr(event)
    assert "secret" not in repr(Known(value="secret", provenance="recorded", at=AT))
    assert event is not None
    assert event.public == {"os": "other"}


def test_a_form_shows_what_is_known_and_where_from():
    def known(value, provenance="recorded"):
        return Known(value=value, provenance=provenance, at=AT)

    facts = {
        "age": known("42", "self-reported"),
        "os": known("other"),
        "os_other": known("BeOS"),
        "phone": known("not asked"),
        "notes": known(" "),
    }
    assert prefill(small(), facts) == {
        "os": known("other"),
        "os_other": known("BeOS"),
        "age": known(42, "self-reported"),
    }
    assert list(prefill(small(), facts)) == ["os", "os_other", "age"]
    assert prefill(small(), {"os": known("beos"), "os_other": known("x")}) == {}


@given(st.data())
def test_a_response_prefills_the_form_to_itself(data):
    survey = data.draw(kit.surveys())
    answers = data.draw(kit.right_answers(survey))
    known = {k: Known(value=v, provenance="response", at=AT) for k, v in answers.items()}
    assert prefill(survey, known) == known
