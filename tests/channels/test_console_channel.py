"""What the terminal shows, and what it must not obey."""

import io
from datetime import UTC, datetime

import attrs
import pytest

from saasops.channels import ConsoleChannel
from saasops.ports import Message, Receipt

MESSAGE = Message(
    id="n-1",
    recipient="ann",
    address="ann@mail.example",
    medium="mail",
    locale="zh-CN",
    subject="预约提醒",
    body="您好，\n\t您的升级安排在下周。",
    at=datetime(2020, 2, 29, 9, 0, tzinfo=UTC),
)
SHOWN = """\
n-1 · 2020-02-29T09:00:00+00:00 · mail · zh-CN
to ann: 预约提醒
您好，
\t您的升级安排在下周。

"""


def test_a_message_is_printed_without_its_address(capsys: pytest.CaptureFixture[str]) -> None:
    receipt = ConsoleChannel().send(MESSAGE)
    assert receipt == Receipt(message="n-1", reference="console")
    assert capsys.readouterr().out == SHOWN


def test_it_promises_nothing_about_repetition() -> None:
    assert not ConsoleChannel.idempotent


def test_a_message_cannot_command_the_terminal() -> None:
    stream = io.StringIO()
    ConsoleChannel(stream).send(attrs.evolve(MESSAGE, subject="\x1b[2J", body="a\x07\x9b2Kb\rc"))
    assert not {"\x1b", "\x07", "\x9b", "\r"} & set(stream.getvalue())


def test_a_terminal_without_chinese_shows_something() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    ConsoleChannel(stream).send(attrs.evolve(MESSAGE, body="\ud800"))
    assert b"n-1 ? 2020-02-29" in raw.getvalue()
