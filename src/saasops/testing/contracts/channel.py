"""What every `saasops.ports.Channel` must keep.

Inherit, make a channel, and let pytest run it:

    class TestPager(ChannelContract):
        def make_channel(self) -> Channel:
            return Pager(Settings(token="test"))

Whether people can read what arrives is left to the channel's own tests.
"""

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import attrs
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from saasops.errors import ProviderError
from saasops.ports import Channel, Message, Receipt

MESSAGE = Message(
    id="m-1",
    recipient="u-1",
    address="ann@mail.example",
    medium="mail",
    locale="zh-CN",
    subject="预约提醒 sub-ject",
    body="Dear Ann,\nyour upgrade is due. 升级将于下周开始。",
    at=datetime(2020, 2, 29, 9, 0, tzinfo=UTC),
)
PERSONAL = (MESSAGE.address, MESSAGE.subject, "Dear Ann")
ODD = st.sampled_from(
    ("u-1", "U-1", "../u-1", "/etc/u", "con", "a/b\\c:d", "é", "e\u0301", "客户", " ")
) | st.text(min_size=1, max_size=200)
WORDS = st.text(max_size=60) | st.sampled_from(("", "\n", "id: m-1", "\r\n.\r\n", "x" * 20_000))


def _message(id: str, recipient: str, subject: str, body: str) -> Message:
    return attrs.evolve(MESSAGE, id=id, recipient=recipient, subject=subject, body=body)


def _id(message: Message) -> str:
    return message.id


MESSAGES = st.lists(
    st.builds(
        _message,
        id=st.sampled_from(("m-1", "m-2", "m-3", "M-1", "m-11")),
        recipient=ODD,
        subject=WORDS,
        body=WORDS,
    ),
    max_size=5,
    unique_by=_id,
)
examples = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.differing_executors]
)


class ChannelContract:
    """Tests for one channel; `arrived`, `reopen` and `make_failing` let more of them run."""

    def make_channel(self) -> Channel:
        """Return a new channel at whose far end nothing has arrived yet."""
        raise NotImplementedError

    def arrived(self, channel: Channel, /) -> list[str] | None:  # noqa: ARG002 -- for those who can tell
        """Return the ids of the messages that arrived, with repetitions, or None if unknown."""
        return None

    def reopen(self, channel: Channel, /) -> Channel:
        """Return what a host that was started again would use to reach the same far end."""
        return channel

    def make_failing(self) -> Channel | None:
        """Return a channel whose far end takes nothing, or None if there is no such."""
        return None

    def test_it_is_a_channel(self) -> None:
        assert isinstance(self.make_channel(), Channel)

    def test_whether_it_is_idempotent_is_said_plainly_and_for_good(self) -> None:
        channel = self.make_channel()
        before = channel.idempotent
        channel.send(MESSAGE)
        assert type(before) is bool
        assert channel.idempotent is before

    def test_a_receipt_names_its_message(self) -> None:
        receipt = self.make_channel().send(MESSAGE)
        assert isinstance(receipt, Receipt)
        assert receipt.message == MESSAGE.id
        assert receipt.reference

    def test_an_idempotent_channel_delivers_an_id_once(self) -> None:
        channel = self._idempotent()
        again = attrs.evolve(MESSAGE, subject="other", body="other", locale="en")
        receipts = [channel.send(MESSAGE), channel.send(MESSAGE), channel.send(again)]
        assert {receipt.message for receipt in receipts} == {MESSAGE.id}
        self._check_arrived(channel, ["m-1"])

    def test_an_idempotent_channel_remembers_after_a_restart(self) -> None:
        channel = self._idempotent()
        channel.send(MESSAGE)
        channel = self.reopen(channel)
        assert channel.send(MESSAGE).message == MESSAGE.id
        self._check_arrived(channel, ["m-1"])

    def test_an_idempotent_channel_delivers_an_id_once_from_many_threads(self) -> None:
        channel = self._idempotent()
        _send_at_once(channel, [MESSAGE] * 24)
        self._check_arrived(channel, ["m-1"])

    def test_two_messages_with_the_same_words_both_arrive(self) -> None:
        channel = self.make_channel()
        channel.send(MESSAGE)
        channel.send(attrs.evolve(MESSAGE, id="m-2"))
        self._check_arrived(channel, ["m-1", "m-2"])

    def test_nothing_is_lost_between_threads(self) -> None:
        channel = self.make_channel()
        messages = [attrs.evolve(MESSAGE, id=f"m-{n}", recipient=f"u-{n % 3}") for n in range(24)]
        _send_at_once(channel, messages)
        self._check_arrived(channel, [message.id for message in messages])

    @examples
    @given(MESSAGES)
    @example([attrs.evolve(MESSAGE, body="\nid: m-2\n"), attrs.evolve(MESSAGE, id="m-2")])
    @example([attrs.evolve(MESSAGE, subject="a\nid: m-2\n"), attrs.evolve(MESSAGE, id="m-2")])
    @example([attrs.evolve(MESSAGE, id="m-2"), attrs.evolve(MESSAGE, id="M-2")])
    @example([attrs.evolve(MESSAGE, body="long " * 20_000, subject="\U0001f600 é \u202e")])
    @example(
        [attrs.evolve(MESSAGE, id=f"m-{n}", recipient=r) for n, r in enumerate(("../u", "U", "u"))]
    )
    def test_whatever_is_written_to_whomever_arrives(self, messages: list[Message]) -> None:
        channel = self.make_channel()
        for message in messages:
            assert channel.send(message).message == message.id
        self._check_arrived(channel, [message.id for message in messages])

    def test_it_shows_nothing_personal(self) -> None:
        channel = self.make_channel()
        receipt = channel.send(MESSAGE)
        shown = f"{channel!r} {channel} {receipt!r}"
        assert not [words for words in PERSONAL if words in shown]

    def test_a_failure_is_a_provider_error_that_shows_nothing_personal(self) -> None:
        channel = self.make_failing()
        if channel is None:
            pytest.skip("no failing far end")
        with pytest.raises(ProviderError) as caught:
            channel.send(MESSAGE)
        shown = f"{caught.value} {caught.value.context}"
        assert not [words for words in PERSONAL if words in shown]

    def _idempotent(self) -> Channel:
        channel = self.make_channel()
        if not channel.idempotent:
            pytest.skip("not idempotent")
        return channel

    def _check_arrived(self, channel: Channel, ids: Iterable[str]) -> None:
        arrived = self.arrived(channel)
        if arrived is not None:
            assert Counter(arrived) == Counter(ids)


def _send_at_once(channel: Channel, messages: list[Message]) -> None:
    together = Barrier(8)
    with ThreadPoolExecutor(8, initializer=together.wait) as pool:
        list(pool.map(channel.send, messages))
