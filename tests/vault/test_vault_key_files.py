"""Key files appear whole, once, for their owner alone, and change one writer at a time."""

import os
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from saasops.errors import Refused, SaasOpsError
from saasops.vault import files
from saasops.vault.keys import Keys

POSIX = pytest.mark.skipif(os.name != "posix", reason="permissions and links are of POSIX here")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "ops.db.keys"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_TRIES", 2)
    monkeypatch.setattr(files, "_PAUSE", 0)


def test_the_first_one_makes_the_file_and_the_others_read_it(place: Path) -> None:
    first = Keys.beside(place)
    assert Keys.beside(str(place)) == Keys.load(place) == first
    assert place.read_text("utf-8") == first.written()
    assert [file.name for file in place.parent.iterdir()] == [place.name]


def test_of_many_threads_that_start_at_once_one_makes_the_file(place: Path) -> None:
    start = Barrier(8)

    def open_keys(_: int) -> Keys:
        start.wait(timeout=30)
        return Keys.beside(place)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(open_keys, range(8)))
    assert found == [Keys.load(place)] * 8
    assert [file.name for file in place.parent.iterdir()] == [place.name]


OPEN = """
import sys
from saasops.vault.keys import Keys
print("ready", flush=True)
sys.stdin.readline()
print(Keys.beside(sys.argv[1]).secret("1").hex())
"""


def test_of_several_processes_that_start_at_once_one_makes_the_file(place: Path) -> None:
    run = [sys.executable, "-c", OPEN, str(place)]
    several = [
        subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    try:
        assert [one.stdout.readline() for one in several if one.stdout] == ["ready\n"] * 4
        for one in several:
            assert one.stdin
            one.stdin.write("go\n")
            one.stdin.flush()
        told = [one.communicate(timeout=60)[0] for one in several]
    finally:
        for one in several:
            one.kill()
            one.wait()
    assert told == [Keys.load(place).secret("1").hex() + "\n"] * 4
    assert [file.name for file in place.parent.iterdir()] == [place.name]


def test_no_hard_link_is_asked_for(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(os, "symlink", refuse)
    assert Keys.beside(place) == Keys.load(place)


def test_what_is_half_written_is_never_read(
    place: Path, monkeypatch: pytest.MonkeyPatch, impatient: None
) -> None:
    """Look from outside at every moment between the first byte and the last."""
    seen: list[bool] = []
    flush = os.fsync

    def look(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            return
        seen.append(place.exists())
        with pytest.raises(Refused) as caught:
            Keys.beside(place)
        assert caught.value.code == "keys.in_hand"
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", look)
    Keys.beside(place)
    assert seen == [False]


def test_who_comes_late_does_not_overwrite(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between looking for the file and taking the turn, another one made it."""
    made: list[Keys] = []
    take = files._taken

    def late(part: Path) -> Any:
        monkeypatch.setattr(files, "_taken", take)
        made.append(Keys.beside(place))
        return take(part)

    monkeypatch.setattr(files, "_taken", late)
    assert [Keys.beside(place)] == made == [Keys.load(place)]
    assert [file.name for file in place.parent.iterdir()] == [place.name]


def test_who_is_done_does_not_end_the_turn_of_the_next(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As soon as the file is in its place, somebody else may begin to write."""
    replace, part = Path.replace, place.parent / f"{place.name}.part"

    def replaced(path: Path, target: Path) -> Path:
        done = replace(path, target)
        part.write_text("of the next", "utf-8")
        return done

    monkeypatch.setattr(Path, "replace", replaced)
    Keys.beside(place)
    assert part.read_text("utf-8") == "of the next"


def test_what_a_writer_who_broke_off_left_is_named(place: Path, impatient: None) -> None:
    (place.parent / f"{place.name}.part").write_text('{"current"', "utf-8")
    for write in (Keys.beside, Keys.new().save, lambda path: Keys.change(path, Keys.rotated)):
        with pytest.raises(Refused) as caught:
            write(place)
        assert (caught.value.code, caught.value.context) == (
            "keys.in_hand",
            {"name": f"{place.name}.part"},
        )
    assert not place.exists()


def left_behind(place: Path, seconds: float) -> Path:
    """Leave what a writer leaves that broke off *seconds* ago."""
    part = place.parent / f"{place.name}.part"
    part.write_text('{"current"' + " " * 4096, "utf-8")
    ago = time.time() - seconds
    os.utime(part, (ago, ago))
    return part


def test_what_a_writer_left_who_broke_off_long_ago_is_taken_over(place: Path) -> None:
    part = left_behind(place, 61)
    first = Keys.beside(place)
    assert place.read_text("utf-8") == first.written()
    left_behind(place, 3600)
    assert Keys.change(place, Keys.rotated) == Keys.load(place) != first
    assert not part.exists()
    assert [file.name for file in place.parent.iterdir()] == [place.name]


def test_what_may_still_be_written_is_not_taken_over(place: Path, impatient: None) -> None:
    part = left_behind(place, 50)
    with pytest.raises(Refused):
        Keys.beside(place)
    assert part.read_text("utf-8").startswith('{"current"')


@pytest.mark.parametrize("_", range(5))
def test_of_many_threads_that_see_an_old_part_one_takes_it_over(place: Path, _: int) -> None:
    Keys.beside(place)
    left_behind(place, 61)
    start = Barrier(8)

    def rotate(_: int) -> Keys:
        start.wait(timeout=30)
        return Keys.change(place, Keys.rotated)

    with ThreadPoolExecutor(8) as pool:
        changed = list(pool.map(rotate, range(8)))
    kept = Keys.load(place)
    assert len(kept.secrets) == 10
    assert all(one.secrets.items() <= kept.secrets.items() for one in changed)
    assert [file.name for file in place.parent.iterdir()] == [place.name]


def test_who_saw_an_old_part_does_not_take_over_the_new_one(
    place: Path, monkeypatch: pytest.MonkeyPatch, impatient: None
) -> None:
    """Between seeing it and making a claim to it, another one took it over."""
    part, new = left_behind(place, 61), files._new

    def late(path: Path) -> Any:
        if path != part:
            part.unlink()
            part.write_text("of another", "utf-8")
        return new(path)

    monkeypatch.setattr(files, "_new", late)
    with pytest.raises(Refused):
        Keys.beside(place)
    assert part.read_text("utf-8") == "of another"
    assert [file.name for file in place.parent.iterdir()] == [part.name]


def test_who_was_away_so_long_that_another_took_over_writes_nothing(place: Path) -> None:
    first, part = Keys.beside(place), place.parent / f"{place.name}.part"
    taken: list[Keys] = []

    def slow(keys: Keys) -> Keys:
        ago = time.time() - 61
        os.utime(part, (ago, ago))
        taken.append(Keys.change(place, Keys.index_rotated))
        part.write_text("of a third", "utf-8")
        return keys.rotated()

    with pytest.raises(Refused) as caught:
        Keys.change(place, slow)
    assert caught.value.code == "keys.in_hand"
    assert [Keys.load(place)] == taken != [first]
    assert part.read_text("utf-8") == "of a third"


@POSIX
def test_the_folder_is_told_to_keep_what_was_moved(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[bool] = []
    flush = os.fsync

    def look(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            kept.append(place.exists())
            raise OSError(22, "not here")
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", look)
    assert Keys.beside(place) == Keys.load(place)
    assert kept == [True]


@POSIX
@pytest.mark.parametrize("mode", [0o600, 0o400, 0o640, 0o604, 0o610])
def test_a_file_that_others_may_read_is_warned_of_by_its_name_alone(
    place: Path, caplog: pytest.LogCaptureFixture, mode: int
) -> None:
    keys = Keys.beside(place)
    place.chmod(mode)
    assert files.read(place).decode() == keys.written()
    Keys.change(place, Keys.rotated)
    told = f"{place.name} may be read by others; chmod 600 it ({mode:o})"
    assert set(caplog.messages) == ({told} if mode & 0o077 else set())
    assert {record.name for record in caplog.records} <= {"saasops.vault"}


def test_what_cannot_be_written_leaves_all_as_it_was(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Keys.beside(place)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for write in (lambda: Keys.change(place, Keys.rotated), lambda: Keys.beside(f"{place}2")):
        with pytest.raises(SaasOpsError) as caught:
            write()
        assert caught.value.code == "keys.unreadable"
        assert caught.value.context["reason"] == "No space left on device"
    assert Keys.load(place) == first
    assert [file.name for file in place.parent.iterdir()] == [place.name]


def test_a_new_file_is_never_written_over_an_old_one(place: Path) -> None:
    keys = Keys.new()
    keys.save(place)
    with pytest.raises(Refused) as caught:
        Keys.new().save(place)
    assert (caught.value.code, caught.value.context) == ("keys.exists", {"name": place.name})
    assert Keys.load(place) == keys
    assert [file.name for file in place.parent.iterdir()] == [place.name]


def test_changes_of_many_threads_are_all_kept(place: Path) -> None:
    Keys.beside(place)
    start = Barrier(6)

    def rotate(number: int) -> Keys:
        start.wait(timeout=30)
        return Keys.change(place, Keys.rotated if number % 2 else Keys.index_rotated)

    with ThreadPoolExecutor(6) as pool:
        changed = list(pool.map(rotate, range(6)))
    kept = Keys.load(place)
    assert (len(kept.secrets), len(kept.index)) == (8, 4)
    assert all(one.secrets.items() <= kept.secrets.items() for one in changed)


def test_a_change_that_is_refused_changes_nothing(place: Path) -> None:
    first = Keys.beside(place)
    with pytest.raises(Refused) as caught:
        Keys.change(place, lambda keys: keys.without("1"))
    assert caught.value.code == "keys.in_use"
    assert Keys.load(place) == first
    assert [file.name for file in place.parent.iterdir()] == [place.name]


@pytest.mark.parametrize("missing", ["nowhere.keys", "no_folder/ops.keys"])
def test_a_file_that_is_not_there_is_not_changed_and_not_made(tmp_path: Path, missing: str) -> None:
    for read in (Keys.load, lambda path: Keys.change(path, Keys.rotated)):
        with pytest.raises(SaasOpsError) as caught:
            read(tmp_path / missing)
        assert caught.value.code == "keys.unreadable"
        assert caught.value.context["name"] == Path(missing).name
        assert str(tmp_path) not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(SaasOpsError) as caught:
        Keys.beside(tmp_path / "no_folder" / "ops.keys")
    assert caught.value.code == "keys.unreadable"


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe secret", b"[]"])
def test_what_is_no_keyring_is_left_alone_and_not_quoted(place: Path, content: bytes) -> None:
    place.write_bytes(content)
    for read in (Keys.load, Keys.beside, lambda path: Keys.change(path, Keys.rotated)):
        with pytest.raises(SaasOpsError) as caught:
            read(place)
        assert caught.value.code == "keys.wrong_form"
        assert caught.value.__context__ is None
    assert place.read_bytes() == content


@POSIX
def test_a_new_file_is_for_its_owner_alone_and_an_old_one_keeps_its_permissions(
    place: Path,
) -> None:
    before = os.umask(0)
    try:
        Keys.beside(place)
        assert place.stat().st_mode & 0o777 == 0o600
        place.chmod(0o640)
        Keys.change(place, Keys.rotated)
        assert place.stat().st_mode & 0o777 == 0o640
    finally:
        os.umask(before)


@POSIX
def test_a_link_stays_a_link(place: Path) -> None:
    mounted = place.parent / "mounted"
    mounted.mkdir()
    first = Keys.beside(mounted / "real.keys")
    place.symlink_to(mounted / "real.keys")
    changed = Keys.change(place, Keys.rotated)
    assert place.is_symlink()
    assert Keys.load(mounted / "real.keys") == changed != first
