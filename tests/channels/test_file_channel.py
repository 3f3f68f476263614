"""A folder of messages: readable, each id once, whole after a crash, shared by processes."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from saasops.channels import FileChannel
from saasops.errors import ProviderError
from saasops.ports import Message

MESSAGE = Message(
    id="n-1",
    recipient="ann",
    address="ann@mail.example",
    medium="mail",
    locale="zh-CN",
    subject="预约提醒",
    body="您好，\n\n您的升级安排在下周。",
    at=datetime(2020, 2, 29, 9, 0, tzinfo=UTC),
)

READABLE = """\
to: ann

id: n-1
at: 2020-02-29T09:00:00+00:00
medium: mail
locale: zh-CN
subject: 预约提醒

    您好，

    您的升级安排在下周。

id: n-2
at: 2020-02-29T09:00:00+00:00
medium: sms
locale: en
subject: Reminder

    See you.
"""


def ids(path: Path) -> list[str]:
    return re.findall(r"^id: (.*)$", path.read_text("utf-8"), re.MULTILINE)


def test_a_file_reads_well_and_is_the_same_on_every_system(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path / "out")
    channel.send(attrs.evolve(MESSAGE, body=MESSAGE.body.replace("\n", "\r\n")))
    receipt = channel.send(
        attrs.evolve(
            MESSAGE, id="n-2", medium="sms", locale="en", subject="Reminder", body="See you."
        )
    )
    path = channel.path_of("ann")
    assert path.read_bytes() == READABLE.encode()
    assert receipt.reference == path.name
    assert re.fullmatch(r"ann-[0-9a-f]{16}\.txt", path.name)


def test_the_address_is_not_written_down(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path)
    channel.send(MESSAGE)
    assert MESSAGE.address not in channel.path_of("ann").read_text("utf-8")


@given(
    st.lists(
        st.text(st.characters(codec="utf-8") | st.sampled_from("\ud800/\\.:"), max_size=300),
        unique=True,
    )
)
@example(["Ann", "ann", "ANN", "an n", "../ann", "ann/", "..", ".", "", "con", "\u00e9", "e\u0301"])
@example(["ß", "ss", "SS", "ſs", "İ", "i̇", "\0", "a" * 300, "a" * 301])
def test_each_recipient_has_a_file_of_his_own_in_the_folder(recipients: list[str]) -> None:
    paths = [FileChannel("out").path_of(recipient) for recipient in recipients]
    assert {path.parent for path in paths} <= {Path("out")}
    assert len({path.name.casefold() for path in paths}) == len(recipients)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]{0,56}\.txt", path.name) for path in paths)


@settings(max_examples=40)
@given(
    st.lists(st.text(st.characters(codec="utf-8") | st.sampled_from("\n\r\\\ud800\u2028i:"))),
    st.text(st.sampled_from("\n\r\u2028id: n-12\\")),
)
@example(["n-1", "n-2"], "\nid: n-2\n")
@example(["n-1", "n-1\n", "n-1\\n", "n-1\\u000a"], "id: n-1")
@example(["\ud800", "\\ud800", "\\\\ud800"], "\ud800")
def test_whatever_stands_in_a_message_no_other_is_taken_for_it(names: list[str], text: str) -> None:
    with TemporaryDirectory() as folder:
        channel = FileChannel(folder)
        for name in [*names, *names]:
            channel.send(attrs.evolve(MESSAGE, id=name, subject=text, body=text, locale=text))
        written = channel.path_of("ann").read_bytes() if names else b""
    assert len(re.findall(rb"^id: ", written, re.MULTILINE)) == len(set(names))


def test_a_message_that_a_reader_marked_up_is_still_known(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path)
    channel.send(MESSAGE)
    path = channel.path_of("ann")
    path.write_bytes(path.read_bytes() + b"read by Bob, no newline")
    channel.send(attrs.evolve(MESSAGE, id="n-2"))
    channel.send(MESSAGE)
    assert ids(path) == ["n-1", "n-2"]


# --- crashes -----------------------------------------------------------------------------


@pytest.mark.parametrize("bytes_written", [0, 5, 10_000])
def test_a_crash_while_writing_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bytes_written: int
) -> None:
    channel, path, old = one_sent(tmp_path)
    opened = Path.open

    def crash(self: Path, mode: str) -> IO[bytes]:
        if mode == "rb":
            return opened(self, "rb")
        with opened(self, "wb") as file:
            file.write((old + b"\nid: n-2\n...")[:bytes_written])
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", crash)
        with pytest.raises(KeyboardInterrupt):
            channel.send(attrs.evolve(MESSAGE, id="n-2"))
    assert path.read_bytes() == old
    channel.send(attrs.evolve(MESSAGE, id="n-2"))
    assert ids(path) == ["n-1", "n-2"]


@pytest.mark.parametrize("replaced", [False, True])
def test_a_crash_while_replacing_leaves_the_old_or_the_new_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, replaced: bool
) -> None:
    channel, path, old = one_sent(tmp_path)
    rename = Path.replace

    def crash(self: Path, target: Path) -> None:
        if replaced:
            rename(self, target)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", crash)
        with pytest.raises(KeyboardInterrupt):
            channel.send(attrs.evolve(MESSAGE, id="n-2"))
    left = path.read_bytes()
    channel.send(attrs.evolve(MESSAGE, id="n-2"))
    assert left == (path.read_bytes() if replaced else old)
    assert ids(path) == ["n-1", "n-2"]


def one_sent(folder: Path) -> tuple[FileChannel, Path, bytes]:
    channel = FileChannel(folder)
    channel.send(MESSAGE)
    path = channel.path_of("ann")
    return channel, path, path.read_bytes()


def test_what_a_dead_writer_left_behind_is_ignored(tmp_path: Path) -> None:
    (tmp_path / ".partial").write_bytes(b"\nid: n-1\n")
    (tmp_path / ".lock").touch()
    channel = FileChannel(tmp_path)
    channel.send(MESSAGE)
    assert ids(channel.path_of("ann")) == ["n-1"]


def test_a_folder_that_cannot_be_written_is_told_and_may_be_tried_again(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ProviderError) as caught:
        FileChannel(tmp_path / "file" / "folder").send(MESSAGE)
    assert caught.value.retry
    assert (caught.value.code, caught.value.context["message"]) == ("channel.not_written", "n-1")


# --- several processes -------------------------------------------------------------------

WRITER = """\
import sys
from datetime import UTC, datetime
from saasops.channels import FileChannel
from saasops.ports import Message
channel = FileChannel(sys.argv[1])
print("ready", flush=True)
for n in range(int(sys.argv[2]), int(sys.argv[3])):
    channel.send(Message(
        id=f"n-{n}", recipient=f"u-{n % 2}", address="", medium="mail", locale="en",
        subject="s", body="b " * 500, at=datetime(2020, 2, 29, tzinfo=UTC),
    ))
"""


def writer(folder: Path, first: int, last: int) -> subprocess.Popen[bytes]:
    run = [sys.executable, "-c", WRITER, str(folder), str(first), str(last)]
    return subprocess.Popen(run, stdout=subprocess.PIPE)


def test_two_processes_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    writers = [writer(tmp_path, 0, 120), writer(tmp_path, 80, 200)]
    for one in writers:
        one.communicate()
        assert one.returncode == 0
    arrived = [one for path in tmp_path.glob("*.txt") for one in ids(path)]
    assert sorted(arrived) == sorted(f"n-{n}" for n in range(200))


def test_a_killed_process_leaves_whole_files_and_no_lock(tmp_path: Path) -> None:
    killed = writer(tmp_path, 0, 100_000)
    assert killed.stdout
    killed.stdout.readline()
    while killed.poll() is None and not list(tmp_path.glob("*.txt")):
        pass
    killed.kill()
    killed.communicate()
    for path in tmp_path.glob("*.txt"):
        blocks = path.read_text("utf-8").split("\nid: ")[1:]
        assert all(block.endswith("b " * 500 + "\n") for block in blocks)
    FileChannel(tmp_path).send(MESSAGE)
    assert ids(FileChannel(tmp_path).path_of("ann")) == ["n-1"]
