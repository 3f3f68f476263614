"""A survey is open from one instant until before another."""

from datetime import UTC, datetime, timedelta, timezone

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops import texts
from saasops.errors import Refused
from saasops.surveys.definition import Opening, Survey
from saasops.surveys.opening import admit, full, mistakes
from saasops.values import Text

AT = datetime(2020, 2, 3, tzinfo=UTC)
SURVEY = Survey(id="s", version=1, title=Text.of("s"), questions=())
minutes = st.none() | st.integers(-5, 5).map(lambda n: AT + timedelta(minutes=n))
zones = st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-5))])


@given(minutes, minutes, st.integers(-6, 6), zones)
def test_a4_answers_are_let_in_from_the_opening_until_before_the_close(opens, closes, given, zone):
    survey = attrs.evolve(SURVEY, opening=Opening(opens_at=opens, closes_at=closes))
    at = (AT + timedelta(minutes=given)).astimezone(zone)
    early, late = opens is not None and at < opens, closes is not None and at >= closes
    if not early and not late:
        admit(survey, given_at=at)
        return
    with pytest.raises(Refused) as no:
        admit(survey, given_at=at)
    assert no.value.code == ("survey.not_open_yet" if early else "survey.closed")
    for locale in texts.LOCALES:
        assert "{" not in no.value.explain(locale)


@pytest.mark.parametrize(
    ("opening", "found"),
    [
        (Opening(), []),
        (Opening(opens_at=AT, closes_at=AT + timedelta(1), quota=1), []),
        (Opening(quota=0), [("opening.quota", "survey.opening.no_place")]),
        (
            Opening(opens_at=AT, closes_at=AT),
            [("opening.closes_at", "survey.opening.never_open")],
        ),
        (
            Opening(opens_at=AT.replace(tzinfo=None), closes_at=AT),
            [("opening.opens_at", "value.wrong_instant")],
        ),
        (
            Opening(closes_at=AT.replace(tzinfo=None)),
            [("opening.closes_at", "value.wrong_instant")],
        ),
    ],
)
def test_a4_what_is_wrong_with_an_opening_is_named(opening, found):
    assert [(one.where, one.code) for one in mistakes(opening)] == found


def test_a4_a_full_survey_says_how_many_it_takes():
    no = full(attrs.evolve(SURVEY, opening=Opening(quota=7)))
    assert (no.code, no.context["quota"]) == ("survey.full", 7)
