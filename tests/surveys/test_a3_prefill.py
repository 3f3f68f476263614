"""What was known and what was said stand beside each other."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from saasops.surveys.answers import Known, Response
from saasops.surveys.prefill import Correction, corrections, prefill
from saasops.testing.strategies import surveys as kit

AT = datetime(2020, 2, 3, tzinfo=UTC)


def response(survey, answers, prefilled):
    return Response(
        campaign="c", user="u", survey=survey.id, version=survey.version, answers=answers,
        submitted_at=AT, source="site", prefilled=prefilled,
    )  # fmt: skip


@given(st.data())
def test_a3_corrections_are_the_answers_that_differ_from_what_was_shown(data):
    survey = data.draw(kit.surveys())
    said, recorded = data.draw(kit.right_answers(survey)), data.draw(kit.right_answers(survey))
    known = {key: Known(value=one, provenance="recorded", at=AT) for key, one in recorded.items()}
    filled = prefill(survey, known)
    found = corrections(response(survey, said, filled))
    assert found == tuple(
        Correction(question=key, known=filled[key], answer=said[key])
        for key in sorted(filled)
        if key in said and said[key] != recorded[key]
    )
    assert all(one.known.provenance == "recorded" for one in found)


def test_a3_a_correction_names_the_record_and_keeps_both(survey):
    known = {"version": Known(value="5.0", provenance="recorded", at=AT)}
    (found,) = corrections(response(survey, {"version": "4.1.16"}, known))
    assert (found.question, found.known.value, found.answer) == ("version", "5.0", "4.1.16")
    assert "4.1.16" not in repr(found)
    assert corrections(response(survey, {"version": "5.0"}, known)) == ()
    assert corrections(response(survey, {}, known)) == ()


def test_a4_a_list_from_a_database_is_no_correction(survey):
    known = {"customisation": Known(value=["login"], provenance="recorded", at=AT)}
    assert corrections(response(survey, {"customisation": ("login",)}, known)) == ()
