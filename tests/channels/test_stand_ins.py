"""The clock and the channel that tests hold in their hands."""

from datetime import UTC, datetime, timedelta, timezone

import attrs
import pytest

from saasops.errors import ProviderError
from saasops.testing.contracts.channel import MESSAGE
from saasops.testing.fakes import FixedClock, RecordingChannel

AT = datetime(2020, 2, 29, 9, 0, tzinfo=UTC)
FAILURE = ProviderError("channel.not_written", retry=True, message="m-1", reason="test")


def test_a_fixed_clock_stands_still_until_it_is_told_to_move() -> None:
    clock = FixedClock(AT)
    assert (clock(), clock()) == (AT, AT)
    assert clock.tick(timedelta(hours=1)) == clock() == AT + timedelta(hours=1)
    clock.set(AT)
    assert clock() == AT


def test_a_fixed_clock_tells_utc() -> None:
    shanghai = timezone(timedelta(hours=8))
    assert FixedClock(AT.astimezone(shanghai))().tzinfo is UTC
    with pytest.raises(ValueError, match="offset"):
        FixedClock(AT.replace(tzinfo=None))


def test_failures_come_one_for_each_sending_and_in_order() -> None:
    channel, other = RecordingChannel(), OSError("later")
    channel.fail_next(FAILURE)
    channel.fail_next(other)
    for failure in (FAILURE, other):
        with pytest.raises(type(failure)) as caught:
            channel.send(MESSAGE)
        assert caught.value is failure
    assert not channel.sent
    channel.send(MESSAGE)
    assert channel.sent == [MESSAGE]


@pytest.mark.parametrize(("idempotent", "arrives"), [(True, 1), (False, 2)])
def test_a_sending_cut_short_after_delivery_arrives_again_unless_idempotent(
    *, idempotent: bool, arrives: int
) -> None:
    channel = RecordingChannel(idempotent=idempotent)
    channel.fail_next(FAILURE, delivered=True)
    with pytest.raises(ProviderError):
        channel.send(MESSAGE)
    channel.send(attrs.evolve(MESSAGE, body="again"))
    assert len(channel.sent) == arrives
