"""The channel contract catches broken channels, and our own channels keep it."""

import io
import itertools
import re
import time
from pathlib import Path

import attrs
import pytest

from saasops.channels import ConsoleChannel, FileChannel
from saasops.errors import ProviderError
from saasops.ports import Channel, Message, Receipt
from saasops.testing.contracts.channel import ChannelContract
from saasops.testing.fakes import RecordingChannel


class TestRecordingChannel(ChannelContract):
    def make_channel(self) -> RecordingChannel:
        return RecordingChannel()

    def make_failing(self) -> RecordingChannel:
        channel = RecordingChannel()
        channel.fail_next(ProviderError("conflict", retry=True, table="x"))
        return channel

    def arrived(self, channel: Channel) -> list[str]:
        assert isinstance(channel, RecordingChannel)
        return [message.id for message in channel.sent]


class TestRecordingChannelThatForgets(TestRecordingChannel):
    def make_channel(self) -> RecordingChannel:
        return RecordingChannel(idempotent=False)


class TestConsoleChannel(ChannelContract):
    def make_channel(self) -> ConsoleChannel:
        return ConsoleChannel(io.StringIO())


class TestFileChannel(ChannelContract):
    @pytest.fixture(autouse=True)
    def _folders(self, tmp_path: Path) -> None:
        self.tmp_path = tmp_path
        self.folders = (tmp_path / str(number) for number in itertools.count())

    def make_channel(self) -> FileChannel:
        return FileChannel(next(self.folders))

    def make_failing(self) -> FileChannel:
        blocked = self.tmp_path / "file"
        blocked.touch()
        return FileChannel(blocked / "folder")

    def arrived(self, channel: Channel) -> list[str]:
        assert isinstance(channel, FileChannel)
        files = channel._folder.glob("*.txt")
        return [
            i for f in files for i in re.findall(r"^id: (.*)$", f.read_text("utf-8"), re.MULTILINE)
        ]

    def reopen(self, channel: Channel) -> FileChannel:
        assert isinstance(channel, FileChannel)
        return FileChannel(channel._folder)


# --- mutants: each breaks one promise ----------------------------------------------------


class Good:
    """Right, and slow enough between its check and its write for a race to show."""

    idempotent = True

    def __init__(self) -> None:
        self.kept = RecordingChannel()

    def __repr__(self) -> str:
        return "channel"

    def send(self, message: Message, /) -> Receipt:
        return self.kept.send(message)


class WrongReceipt(Good):
    def send(self, message: Message, /) -> Receipt:
        return attrs.evolve(self.kept.send(message), message="m-0")


class NoReceipt(Good):
    def send(self, message: Message, /) -> Receipt:
        self.kept.send(message)
        return None  # type: ignore[return-value] -- the mistake


class EmptyReference(Good):
    def send(self, message: Message, /) -> Receipt:
        return attrs.evolve(self.kept.send(message), reference="")


class Repeats(Good):
    def __init__(self) -> None:
        self.kept = RecordingChannel(idempotent=False)


class RepeatsWhenReworded(Repeats):
    def send(self, message: Message, /) -> Receipt:
        if message not in self.kept.sent:
            self.kept.send(message)
        return Receipt(message=message.id, reference="1")


class ChecksThenActs(Repeats):
    def send(self, message: Message, /) -> Receipt:
        known = any(one.id == message.id for one in self.kept.sent)
        time.sleep(0.02)
        if not known:
            self.kept.send(message)
        return Receipt(message=message.id, reference="1")


class ForgetsAtRestart(Good):
    """Counts what arrived in `far`, and remembers ids in itself only."""

    def __init__(self, far: RecordingChannel | None = None) -> None:
        self.kept = far or RecordingChannel(idempotent=False)
        self.known: set[str] = set()

    def send(self, message: Message, /) -> Receipt:
        if message.id not in self.known:
            self.known.add(message.id)
            self.kept.send(message)
        return Receipt(message=message.id, reference="1")


class DropsRepeatedWords(Good):
    def send(self, message: Message, /) -> Receipt:
        if message.body not in [one.body for one in self.kept.sent]:
            self.kept.send(message)
        return Receipt(message=message.id, reference="1")


class LosesInThreads(Good):
    def send(self, message: Message, /) -> Receipt:
        seen = list(self.kept.sent)
        time.sleep(0.02)
        self.kept.sent = [*seen, message]
        return Receipt(message=message.id, reference="1")


class IgnoresCase(Good):
    def send(self, message: Message, /) -> Receipt:
        self.kept.send(attrs.evolve(message, id=message.id.lower()))
        return Receipt(message=message.id, reference="1")


class SearchesForIds(Good):
    """Keeps one text and looks for the id anywhere in it."""

    text = ""

    def send(self, message: Message, /) -> Receipt:
        if f"\nid: {message.id}\n" not in self.text:
            self.kept.send(message)
        self.text += f"\nid: {message.id}\n{message.subject}\n{message.body}"
        return Receipt(message=message.id, reference="1")


class AsciiOnly(Good):
    def send(self, message: Message, /) -> Receipt:
        return (
            self.kept.send(message)
            if message.body.isascii()
            else Receipt(message=message.id, reference="1")
        )


class Truncates(Good):
    def send(self, message: Message, /) -> Receipt:
        if len(message.body) > 70_000:
            return Receipt(message=message.id, reference="1")
        return self.kept.send(message)


class FollowsTheRecipient(Good):
    def send(self, message: Message, /) -> Receipt:
        if "/" in message.recipient:
            return Receipt(message=message.id, reference="1")
        return self.kept.send(message)


class ShowsMessages(Good):
    def __repr__(self) -> str:
        return f"channel of {[one.subject for one in self.kept.sent]}"


class ReceiptWithAddress(Good):
    def send(self, message: Message, /) -> Receipt:
        return attrs.evolve(self.kept.send(message), reference=message.address)


class SaysYes(Good):
    idempotent = "yes"  # type: ignore[assignment] -- the mistake


class Fickle(Good):
    @property
    def idempotent(self) -> bool:  # type: ignore[override] -- the mistake
        return not self.kept.sent


class NoChannel(Good):
    send = None  # type: ignore[assignment] -- the mistake


class RaisesSomethingElse(Good):
    broken = True

    def send(self, message: Message, /) -> Receipt:
        raise OSError("no route")


class FailureWithAddress(Good):
    broken = True

    def send(self, message: Message, /) -> Receipt:
        raise ProviderError(
            "channel.not_written", retry=True, message=message.id, reason=message.address
        )


MUTANTS = {
    WrongReceipt: "test_a_receipt_names_its_message",
    NoReceipt: "test_a_receipt_names_its_message",
    EmptyReference: "test_a_receipt_names_its_message",
    Repeats: "test_an_idempotent_channel_delivers_an_id_once",
    RepeatsWhenReworded: "test_an_idempotent_channel_delivers_an_id_once",
    ChecksThenActs: "test_an_idempotent_channel_delivers_an_id_once_from_many_threads",
    ForgetsAtRestart: "test_an_idempotent_channel_remembers_after_a_restart",
    DropsRepeatedWords: "test_two_messages_with_the_same_words_both_arrive",
    LosesInThreads: "test_nothing_is_lost_between_threads",
    IgnoresCase: "test_whatever_is_written_to_whomever_arrives",
    SearchesForIds: "test_whatever_is_written_to_whomever_arrives",
    AsciiOnly: "test_whatever_is_written_to_whomever_arrives",
    Truncates: "test_whatever_is_written_to_whomever_arrives",
    FollowsTheRecipient: "test_whatever_is_written_to_whomever_arrives",
    ShowsMessages: "test_it_shows_nothing_personal",
    ReceiptWithAddress: "test_it_shows_nothing_personal",
    SaysYes: "test_whether_it_is_idempotent_is_said_plainly_and_for_good",
    Fickle: "test_whether_it_is_idempotent_is_said_plainly_and_for_good",
    NoChannel: "test_it_is_a_channel",
    RaisesSomethingElse: "test_a_failure_is_a_provider_error_that_shows_nothing_personal",
    FailureWithAddress: "test_a_failure_is_a_provider_error_that_shows_nothing_personal",
}


def contract_of(kind: type[Good]) -> ChannelContract:
    class Contract(ChannelContract):
        def make_channel(self) -> Channel:
            return kind()

        def make_failing(self) -> Channel | None:
            return kind() if hasattr(kind, "broken") else None

        def arrived(self, channel: Channel) -> list[str]:
            assert isinstance(channel, Good)
            return [message.id for message in channel.kept.sent]

        def reopen(self, channel: Channel) -> Channel:
            return (
                ForgetsAtRestart(channel.kept) if isinstance(channel, ForgetsAtRestart) else channel
            )

    return Contract()


@pytest.mark.parametrize("kind", MUTANTS, ids=lambda kind: kind.__name__)
def test_a_broken_channel_is_caught_by_the_test_made_for_it(kind: type[Good]) -> None:
    test = getattr(contract_of(kind), MUTANTS[kind])
    expected = OSError if kind is RaisesSomethingElse else AssertionError
    with pytest.raises(expected):
        test()


CONTRACT = [name for name in vars(ChannelContract) if name.startswith("test_")]


def test_every_test_of_the_contract_catches_somebody() -> None:
    assert set(MUTANTS.values()) == set(CONTRACT)


@pytest.mark.parametrize("name", CONTRACT)
def test_a_good_channel_passes(name: str) -> None:
    try:
        getattr(contract_of(Good), name)()
    except pytest.skip.Exception:
        assert "failure" in name
