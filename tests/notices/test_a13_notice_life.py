"""A notice is planned once, settled once, and keeps its name through every retry (A13)."""

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.errors import Refused
from saasops.notices.notice import FINAL, GIVEN_UP, hand_over, requeue, settle
from saasops.testing.strategies import notices, values
from saasops.texts import catalogue

modest = settings(max_examples=30)
KEY = ("campaign", "rule", "recipient", "occurrence")


@modest
@given(notices.notices(), notices.notices())
def test_a13_notices_have_the_same_id_only_with_the_same_key(one, other):
    same = all(getattr(one, name) == getattr(other, name) for name in KEY)
    assert (one.id == other.id) is same


@modest
@given(notices.notices(), st.sampled_from(sorted(FINAL)), values.instants())
def test_a13_a_notice_keeps_its_id_to_the_end(notice, stage, at):
    handed = hand_over(notice)
    settled = settle(handed, stage, at=at, reason="r", reference="x")
    assert notice.id == handed.id == settled.id
    assert (settled.stage, settled.settled_at) == (stage, at)
    assert settled.due == notice.due


@modest
@given(notices.notices())
def test_a13_a_notice_says_what_became_of_it(notice):
    assert (notice.settled_at is not None) is (notice.stage in FINAL)
    assert (notice.reference is not None) is (notice.stage == "sent")
    assert (notice.reason is not None) is (notice.stage in FINAL - {"sent"})


@modest
@given(notices.notices(), values.instants())
def test_a13_an_empty_reference_is_none(notice, at):
    assert settle(notice, "sent", at=at).reference is None
    assert settle(notice, "failed", at=at, reason="r").reason == "r"


@pytest.mark.parametrize(
    "reason",
    [code for code in catalogue() if code.startswith(("notice.suppr", "notice.f", "notice.unk"))],
)
def test_a13_reasons_have_words_in_both_languages(reason):
    english, chinese = catalogue()[reason]
    assert english != chinese


@modest
@given(notices.notices(), values.instants())
def test_a13_a_notice_that_was_given_up_is_planned_anew_under_its_name(notice, at):
    if notice.stage not in GIVEN_UP:
        with pytest.raises(Refused) as refused:
            requeue(notice, at=at)
        assert refused.value.context == {"notice": notice.id, "stage": notice.stage}
        return
    again = requeue(notice, at=at)
    assert (again.id, again.stage, again.due) == (notice.id, "planned", at)
    assert (again.settled_at, again.reason, again.reference) == (None, None, None)
    assert again.planned_at == notice.planned_at


@modest
@given(notices.notices())
def test_a13_a_notice_never_changes(notice):
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        notice.stage = "sent"
