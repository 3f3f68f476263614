"""The part of the storage contract about copies of a store that is at work."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from saasops.errors import StorageError
from saasops.ports import Backup, Storage
from saasops.testing.contracts.storage_kit import Kit, elsewhere, together
from saasops.testing.contracts.storage_tables import ACCOUNT, account, check_filled, fill

WRITERS = 2
ROUNDS = 20


class BackupContract(Kit):
    """A copy is whole, of one moment, and takes nobody's place."""

    def open_copy(self, path: Path, /) -> Storage | None:  # noqa: ARG002 -- for those who can
        """Open what `backup` wrote at *path*, or return None if that takes other means."""
        return None

    def test_a_copy_holds_what_was_kept_and_lives_on_its_own(self) -> None:
        with self._copying() as (storage, backup, path):
            fill(storage)
            backup.backup(path)
            _add(storage, "later")
            with self._copy(path) as copy:
                check_filled(copy)
                _add(copy, "elsewhere")
            with storage.begin("one") as tx:
                assert [row["id"] for row in tx.find(ACCOUNT, {})] == ["a", "later"]

    def test_a_copy_leaves_out_what_is_unfinished(self) -> None:
        with self._copying() as (storage, backup, path):
            fill(storage)
            with storage.begin("one") as tx:
                tx.insert(ACCOUNT, [account("b")])
                elsewhere(lambda: backup.backup(path))
            with self._copy(path) as copy:
                check_filled(copy)

    def test_a_copy_made_among_writers_has_their_work_whole_or_not_at_all(self) -> None:
        with self._copying() as (storage, backup, path):

            def work(number: int) -> None:
                if number == WRITERS:
                    backup.backup(path)
                    return
                for turn in range(ROUNDS):
                    with storage.begin("one") as tx:
                        tx.insert(ACCOUNT, [account(f"{number}-{turn}-{n}") for n in "ab"])

            together(work, threads=WRITERS + 1)
            with self._copy(path) as copy, copy.begin("one", write=False) as tx:
                ids = {row["id"] for row in tx.find(ACCOUNT, {}, limit=1000)}
        assert {id[:-1] + "b" for id in ids} <= ids
        for number in range(WRITERS):
            turns = {int(id.split("-")[1]) for id in ids if id.startswith(f"{number}-")}
            assert turns == set(range(len(turns)))

    def test_a_copy_replaces_nothing(self) -> None:
        with self._copying() as (storage, backup, path):
            fill(storage)
            path.write_bytes(b"something else")
            with pytest.raises((StorageError, FileExistsError)):
                backup.backup(path)
            assert path.read_bytes() == b"something else"
            check_filled(storage)

    @contextmanager
    def _copying(self) -> Generator[tuple[Storage, Backup, Path], None, None]:
        with self.alone() as storage, TemporaryDirectory() as folder:
            if not isinstance(storage, Backup):
                pytest.skip("this store makes no copies")
            yield storage, storage, Path(folder, "copy")

    @contextmanager
    def _copy(self, path: Path) -> Generator[Storage, None, None]:
        copy = self.open_copy(path)
        if copy is None:
            pytest.skip("nobody says how to open a copy: write open_copy")
        try:
            yield copy
        finally:
            copy.close()


def _add(storage: Storage, id: str) -> None:
    with storage.begin("one") as tx:
        tx.insert(ACCOUNT, [account(id)])
