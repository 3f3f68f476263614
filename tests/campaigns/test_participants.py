"""What is known about a participant, and what he may still do (A9, A11, A13, A17)."""

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.campaigns.participants import (
    FACTS,
    STAGES,
    Participant,
    acknowledge,
    facts,
    final_state,
    invite,
    withdraw,
)
from saasops.errors import Refused
from saasops.predicates import Test as Compare
from saasops.predicates import holds
from saasops.testing.strategies import campaigns, scheduling, values
from saasops.versions.claims import counting

modest = settings(max_examples=30)
AT = datetime(2020, 2, 3, 9, tzinfo=UTC)
TYPES = {"flag": bool, "choice": str, "text": str, "version": str, "choices": tuple}
BOOKINGS = st.none() | scheduling.bookings()


@modest
@given(campaigns.participants(), BOOKINGS)
def test_a13_the_facts_are_those_that_conditions_may_ask(participant, booking):
    known = facts(participant, booking)
    assert set(known) == set(FACTS)
    for name, field in FACTS.items():
        value = known[name]
        assert value is None or isinstance(value, TYPES[field.type])
        assert value is None or field.values is None or value in field.values


@modest
@given(campaigns.participants(), BOOKINGS)
def test_a13_who_has_upgraded_is_left_out_of_reminders(participant, booking):
    reminded = holds(Compare("upgraded", "eq", False), facts(participant, booking))
    assert reminded is (participant.upgraded_at is None)


@modest
@given(campaigns.participants(), BOOKINGS)
def test_a3_the_version_among_the_facts_is_the_one_that_counts(participant, booking):
    claim = counting(participant.claims)
    expected = participant.version_reached or (claim and claim.value)
    assert facts(participant, booking)["version"] == expected


@modest
@given(campaigns.participants(), BOOKINGS)
def test_a12_a_participant_stands_where_the_booking_does_unless_he_left(participant, booking):
    state = final_state(participant, booking)
    if participant.withdrawn_at:
        assert state == "withdrawn"
    elif booking:
        assert state == booking.state
    else:
        assert state == ("answered" if participant.answered_at else "invited")


@modest
@given(campaigns.participants(), st.sampled_from(STAGES), values.instants())
def test_a18_a_stage_is_reached_from_its_instant_on(participant, stage, at):
    reached = getattr(participant, f"{stage}_at")
    assert participant.reached_stage(stage, by=at) is (reached is not None and reached <= at)
    if reached is not None:
        assert participant.reached_stage(stage, by=reached)
        assert not participant.reached_stage(stage, by=reached - timedelta(seconds=1))


@modest
@given(campaigns.participants(), values.instants())
def test_a1_a_participant_is_invited_once(participant, at):
    event = invite(participant, "mail", at=at)
    assert (event is None) is (participant.invited_at is not None)
    if event:
        assert (event.user, event.via, event.at) == (participant.user, "mail", at)


@modest
@given(campaigns.participants(), values.instants())
def test_a11_a_risk_notice_is_acknowledged_once_and_not_before_there_is_one(participant, at):
    if participant.risk is None:
        with pytest.raises(Refused) as caught:
            acknowledge(participant, at=at)
        assert caught.value.code == "participant.not_answered"
    else:
        event = acknowledge(participant, at=at)
        assert (event is None) is (participant.acknowledged_at is not None)


@modest
@given(campaigns.participants(), values.instants())
def test_a9_nobody_withdraws_after_the_upgrade(participant, at):
    if participant.upgraded_at is not None:
        with pytest.raises(Refused) as caught:
            withdraw(participant, at=at)
        assert caught.value.code == "participant.upgraded"
        assert caught.value.context == {"user": participant.user}
    else:
        event = withdraw(participant, at=at)
        assert (event is None) is (participant.withdrawn_at is not None)


def test_a17_who_is_new_is_told_from_who_upgrades():
    new = Participant(campaign="c", user="u", kind="new")
    assert holds(Compare("kind", "eq", "new"), facts(new, None))
    assert not holds(Compare("kind", "eq", "upgrader"), facts(new, None))
    unknown = attrs.evolve(new, kind=None)
    assert not holds(Compare("kind", "eq", "new"), facts(unknown, None))
    assert withdraw(unknown, at=AT) is not None
