"""Outcomes are back-filled attempt by attempt and kept as history (A12)."""

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.errors import Refused
from saasops.scheduling.bookings import TRANSITIONS
from saasops.scheduling.outcomes import RESULTS, STATE_AFTER, record, state_after
from saasops.scheduling.policy import BookingPolicy
from saasops.testing.strategies import scheduling, values

modest = settings(max_examples=30)


@modest
@given(scheduling.outcomes())
def test_a12_attempts_are_reported_one_after_the_other(outcomes):
    for number, outcome in enumerate(outcomes):
        event = record(outcome, earlier=outcomes[:number], at=outcome.reported_at)
        assert event is not None
        assert (event.outcome, event.result) == (outcome, outcome.result)


@modest
@given(scheduling.outcomes(), st.data())
def test_a12_the_same_report_again_changes_nothing(outcomes, data):
    again = data.draw(st.sampled_from(outcomes))
    shuffled = data.draw(st.permutations(outcomes))
    assert record(again, earlier=shuffled, at=again.reported_at) is None


@modest
@given(scheduling.outcomes(), st.data())
def test_a12_an_attempt_is_never_reported_otherwise(outcomes, data):
    known = data.draw(st.sampled_from(outcomes))
    changes = data.draw(
        st.sampled_from(
            (
                {"result": next(one for one in RESULTS if one != known.result)},
                {"version_reached": "6.0"},
                {"assistant": "somebody else"},
                {"special_operations": f"{known.special_operations}!"},
            )
        )
    )
    with pytest.raises(Refused) as caught:
        record(attrs.evolve(known, **changes), earlier=outcomes, at=known.reported_at)
    assert caught.value.code == "outcome.differs"
    assert caught.value.context == {"user": known.user, "attempt": known.attempt}


@modest
@given(scheduling.outcomes(), st.integers(-3, 9), values.instants())
def test_a12_a_missing_attempt_is_named(outcomes, attempt, at):
    outcome = attrs.evolve(outcomes[-1], attempt=attempt)
    expected = len(outcomes) + 1
    if attempt in range(1, expected):
        return
    if attempt == expected:
        assert record(outcome, earlier=outcomes, at=at) is not None
        return
    with pytest.raises(Refused) as caught:
        record(outcome, earlier=outcomes, at=at)
    assert caught.value.code == "outcome.gap"
    assert caught.value.context["expected"] == expected


@modest
@given(scheduling.outcomes(most=4), st.data())
def test_a12_only_the_order_of_the_attempts_is_taken(outcomes, data):
    taken = []
    for outcome in data.draw(st.permutations(outcomes)):
        if outcome.attempt == len(taken) + 1:
            assert record(outcome, earlier=taken, at=outcome.reported_at) is not None
            taken.append(outcome)
        else:
            with pytest.raises(Refused, match="expected attempt"):
                record(outcome, earlier=taken, at=outcome.reported_at)
    assert [one.attempt for one in taken] == list(range(1, len(taken) + 1))


def test_a12_a_missed_visit_forfeits_the_support_unless_the_policy_is_milder():
    strict, mild = BookingPolicy(), BookingPolicy(no_show="may-rebook")
    for result in RESULTS:
        missed = result == "no-show"
        assert state_after(result, mild) == STATE_AFTER[result]
        assert state_after(result, strict) == ("forfeited" if missed else STATE_AFTER[result])


def test_a12_every_result_closes_a_booking():
    assert set(STATE_AFTER) == set(RESULTS)
    for result, state in STATE_AFTER.items():
        assert state in TRANSITIONS["confirmed"]
        assert bool(TRANSITIONS[state]) is (result != "succeeded")


@modest
@given(scheduling.outcomes())
def test_a12_what_the_assistant_wrote_stays_out_of_reprs(outcomes):
    noted = attrs.evolve(outcomes[0], special_operations="换了管理员手机 164-0000-0000")
    assert "164-0000-0000" not in repr(noted)
