"""SQLite's log is torn or a bit of it turns, as in a power cut: what is left is an exact past."""

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import attrs
from fault_site import book, book_torn, kept, prepared, wrong

from saasops.errors import StorageError
from saasops.ports import Storage
from saasops.storage.sqlite import SqliteStorage

Rounds = Callable[[int], int]
BOOKED = 80
HEADER, FRAME = 32, 24 + 4096


@attrs.frozen(kw_only=True)
class Files:
    """A database as its files were, before a checkpoint and behind it, and who booked, in order."""

    database: bytes
    log: bytes
    settled: bytes
    users: list[str]


def written(folder: Path, booking: Callable[[Storage, int, str], bool]) -> Files:
    """Book by *booking*, with everything in the log and nothing in the database."""
    address, users = str(folder / "a.db"), [f"u{n}" for n in range(BOOKED)]
    with closing(prepared(address)) as storage, closing(sqlite3.connect(address)) as tool:
        tool.execute("pragma wal_checkpoint(truncate)")
        assert isinstance(storage, SqliteStorage)
        storage._connections.mine().execute("pragma wal_autocheckpoint = 0")
        for number, user in enumerate(users):
            assert booking(storage, 2 + number % 6, user)
        database, log = (Path(address + end).read_bytes() for end in ("", "-wal"))
        tool.execute("pragma wal_checkpoint(full)")
        settled = Path(address).read_bytes()
    return Files(database=database, log=log, settled=settled, users=users)


def torn(log: bytes, chance: random.Random) -> bytes:
    """Cut *log* off anywhere."""
    return log[: chance.randrange(len(log))]


def flipped(log: bytes, chance: random.Random) -> bytes:
    """Turn one bit of *log*, anywhere."""
    damaged = bytearray(log)
    damaged[chance.randrange(len(log))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def unwritten(log: bytes, chance: random.Random) -> bytes:
    """Leave out one page of *log*: the disk wrote those behind it first."""
    at = HEADER + FRAME * chance.randrange((len(log) - HEADER) // FRAME)
    return log[:at] + bytes(FRAME) + log[at + FRAME :]


def reopened(folder: Path, database: bytes, log: bytes) -> tuple[set[str], list[str]]:
    """Open what is left through the library; return who is there, and what is wrong."""
    address = folder / "left.db"
    for end in ("", "-wal", "-shm"):
        Path(f"{address}{end}").unlink(missing_ok=True)
    address.write_bytes(database)
    Path(f"{address}-wal").write_bytes(log)
    with closing(SqliteStorage(address)) as storage:
        assert book(storage, 2, "afterwards")
    return kept(str(address)) - {"afterwards"}, wrong(str(address), set())


def damaged(folder: Path, files: Files, chance: random.Random, *, cases: int) -> list[str]:
    """Damage the log in many ways; return what was found wrong."""
    found, lengths = list[str](), set[int]()
    for number in range(cases):
        damage = (torn, flipped, unwritten)[number % 3]
        users, problems = reopened(folder, files.database, damage(files.log, chance))
        lengths.add(len(users))
        found += [f"{damage.__name__}: {problem}" for problem in problems]
        if users != set(files.users[: len(users)]):
            found.append(f"{damage.__name__}: no beginning of what happened")
    print(
        f"damaged logs: {cases} cases, {len(found)} wrong,"
        f" {len(lengths)} different lengths from {min(lengths)} to {max(lengths)}"
    )
    return found


def test_a_damaged_log_leaves_an_exact_beginning_of_what_was_acknowledged(
    tmp_path: Path, chance: random.Random, rounds: Rounds
) -> None:
    files = written(tmp_path, book)
    assert damaged(tmp_path, files, chance, cases=rounds(200)) == []


def test_a_writer_that_splits_its_transaction_is_found_out(
    tmp_path: Path, chance: random.Random
) -> None:
    files = written(tmp_path, book_torn)
    found = damaged(tmp_path, files, chance, cases=30)
    assert "torn: bookings, messages and places differ" in found


def test_a_checkpoint_that_is_cut_short_loses_nothing(
    tmp_path: Path, chance: random.Random, rounds: Rounds
) -> None:
    """Any of its pages may have reached the database, as long as the log is whole."""
    files = written(tmp_path, book)
    pages = range(0, len(files.settled), 4096)
    for _ in range(rounds(30)):
        mixed = bytearray(files.database)
        for at in chance.sample(pages, chance.randrange(len(pages) + 1)):
            mixed += bytes(max(0, at - len(mixed)))
            mixed[at : at + 4096] = files.settled[at : at + 4096]
        assert reopened(tmp_path, bytes(mixed), files.log) == (set(files.users), [])


def test_a_checkpoint_without_its_log_is_found_out(tmp_path: Path, chance: random.Random) -> None:
    files = written(tmp_path, book)
    pages = range(0, len(files.settled), 4096)
    mixed = bytearray(files.settled)
    for at in chance.sample(pages, len(pages) // 2):
        mixed[at : at + 4096] = files.database[at : at + 4096].ljust(4096, b"\0")
    try:
        users, found = reopened(tmp_path, bytes(mixed), b"")
    except (StorageError, sqlite3.DatabaseError):
        return
    assert found or users != set(files.users)
