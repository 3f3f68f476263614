"""Both built-in stores keep the contract, and the contract finds stores that do not."""

import io
import os
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from saasops.errors import Invalid, NotFound, Refused, StorageError
from saasops.ports import FileStore
from saasops.storage.files import FolderFiles, MemoryFiles
from saasops.testing.contracts.file_store import KEY, OTHER, FileStoreContract

COUNT = iter(range(10**9))


class TestMemoryFiles(FileStoreContract):
    def make_store(self) -> FileStore:
        return MemoryFiles()


class TestFolderFiles(FileStoreContract):
    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path) -> None:
        self.path = tmp_path

    def make_store(self) -> FileStore:
        self.last = self.path / f"store-{next(COUNT)}"
        return FolderFiles(self.last, durable=next(COUNT) % 2 == 0)

    def reopen(self, store: FileStore, /) -> FileStore:
        return FolderFiles(self.last)


# The folder itself


def files_in(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_a4_a_store_that_nobody_used_makes_no_folder(tmp_path: Path) -> None:
    store = FolderFiles(tmp_path / "files")
    assert not store.exists("t", KEY)
    assert store.keys("t") == []
    assert not (tmp_path / "files").exists()


def test_a4_names_are_lower_case_and_none_is_a_device(tmp_path: Path) -> None:
    store = FolderFiles(tmp_path)
    for tenant in ("CON", "con", "../../x", "\u202egpj.exe", "😀"):
        store.put(tenant, KEY, [tenant.encode()])
    names = [part for name in files_in(tmp_path) for part in Path(name).parts]
    assert len(files_in(tmp_path)) == 5
    assert all(name == name.lower() and name.isascii() and name != "con" for name in names)


def test_a4_a_put_that_fails_leaves_no_file_at_all(tmp_path: Path) -> None:
    def cut() -> Iterator[bytes]:
        yield b"half"
        raise OSError(5, "the network went away")

    with pytest.raises(OSError, match="network"):
        FolderFiles(tmp_path).put("t", KEY, cut())
    with pytest.raises(TypeError):
        FolderFiles(tmp_path).put("t", KEY, ["text"])  # type: ignore[list-item]  # on purpose
    assert files_in(tmp_path) == []


def test_a4_what_a_dead_writer_left_is_removed_after_a_day(tmp_path: Path) -> None:
    store = FolderFiles(tmp_path)
    store.put("t", KEY, [b"x"])
    old, young = tmp_path / "partial" / "old", tmp_path / "partial" / "young"
    old.write_bytes(b"half")
    young.write_bytes(b"half")
    os.utime(old, (1, 1))
    store.put("t", OTHER, [b"y"])
    assert not old.exists()
    assert young.exists()
    assert store.keys("t") == sorted([KEY, OTHER])


def test_a4_a_link_in_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    store = FolderFiles(tmp_path / "files")
    store.put("t", KEY, [b"x"])
    (place,) = (tmp_path / "files").rglob(KEY)
    outside = tmp_path / "secret"
    outside.write_bytes(b"x")
    place.unlink()
    try:
        place.symlink_to(outside)
    except OSError as reason:
        pytest.skip(f"links cannot be made here: {reason}")
    assert not store.exists("t", KEY)
    assert store.keys("t") == []
    with pytest.raises(NotFound):
        store.open("t", KEY)
    with pytest.raises(Refused):
        store.put("t", KEY, [b"x"])
    assert store.delete("t", KEY)
    assert outside.read_bytes() == b"x"


def test_a4_what_the_system_refuses_is_told_without_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"in the way")
    with pytest.raises(StorageError) as caught:
        FolderFiles(tmp_path / "file" / "below").put("t", KEY, [b"x"])
    assert caught.value.code == "upload.store_failed"
    assert str(tmp_path) not in f"{caught.value} {caught.value.context}"


def test_a4_a_huge_file_takes_no_memory(tmp_path: Path) -> None:
    store = FolderFiles(tmp_path)
    tracemalloc.start()
    try:
        assert store.put("t", KEY, (b"x" * 2**16 for _ in range(512))) == 2**25
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 2**20


# Stores that are broken on purpose


class Passing(MemoryFiles):
    """Do what memory does."""


class KeepsHalves(Passing):
    def put(self, tenant: str, key: str, chunks: Iterable[bytes], /) -> int:
        taken: list[bytes] = []
        try:
            taken.extend(chunks)
        finally:
            size = super().put(tenant, key, taken)
        return size


class Overwrites(Passing):
    def put(self, tenant: str, key: str, chunks: Iterable[bytes], /) -> int:
        content = b"".join(chunks)
        self.delete(tenant, key)
        return super().put(tenant, key, [content])


class KeepsTheFirst(Passing):
    def put(self, tenant: str, key: str, chunks: Iterable[bytes], /) -> int:
        content = b"".join(chunks)
        return len(content) if self.exists(tenant, key) else super().put(tenant, key, [content])


class RefusesTheSameAgain(Passing):
    def put(self, tenant: str, key: str, chunks: Iterable[bytes], /) -> int:
        content = b"".join(chunks)
        if self.exists(tenant, key):
            raise Refused("upload.taken", key=key)
        return super().put(tenant, key, [content])


class ComparesLengths(Passing):
    def put(self, tenant: str, key: str, chunks: Iterable[bytes], /) -> int:
        content = b"".join(chunks)
        if self.exists(tenant, key) and len(self.open(tenant, key).read()) == len(content):
            return len(content)
        return super().put(tenant, key, [content])


class LosesTheLastChunk(Passing):
    def put(self, tenant: str, key: str, chunks: Iterable[bytes], /) -> int:
        whole = list(chunks)
        super().put(tenant, key, whole[:-1])
        return sum(map(len, whole))


class CountsChunks(Passing):
    def put(self, tenant: str, key: str, chunks: Iterable[bytes], /) -> int:
        whole = list(chunks)
        super().put(tenant, key, whole)
        return len(whole)


class SharesTenants(Passing):
    def put(self, tenant: str, key: str, chunks: Iterable[bytes], /) -> int:
        return super().put("all", key, chunks)

    def open(self, tenant: str, key: str, /) -> BinaryIO:
        return super().open("all", key)


class FoldsTenants(Passing):
    def put(self, tenant: str, key: str, chunks: Iterable[bytes], /) -> int:
        return super().put(tenant.lower(), key, chunks)


class OpensNothing(Passing):
    def open(self, tenant: str, key: str, /) -> BinaryIO:
        return super().open(tenant, key) if self.exists(tenant, key) else io.BytesIO()


class OpensOnce(Passing):
    def __init__(self) -> None:
        super().__init__()
        self.opened: dict[tuple[str, str], BinaryIO] = {}

    def open(self, tenant: str, key: str, /) -> BinaryIO:
        return self.opened.setdefault((tenant, key), super().open(tenant, key))


class DeletesSilently(Passing):
    def delete(self, tenant: str, key: str, /) -> bool:
        super().delete(tenant, key)
        return True


class NeverDeletes(Passing):
    def delete(self, tenant: str, key: str, /) -> bool:
        return self.exists(tenant, key)


class TakesAnyKey(Passing):
    def exists(self, tenant: str, key: str, /) -> bool:
        try:
            return super().exists(tenant, key)
        except Invalid:
            return False


class ListsAsTheyCame(Passing):
    def keys(self, tenant: str, /, *, after: str = "", limit: int = 100) -> list[str]:
        known = [key for owner, key in self._kept if owner == tenant]
        return known[known.index(after) + 1 if after else 0 :][:limit]


class ListsAll(Passing):
    def keys(self, tenant: str, /, *, after: str = "", limit: int = 100) -> list[str]:
        return super().keys(tenant, after=after, limit=limit + 1)


class ListsTheLastAgain(Passing):
    def keys(self, tenant: str, /, *, after: str = "", limit: int = 100) -> list[str]:
        again = [after] if after else []
        found = super().keys(tenant, after=after, limit=limit)
        return (again + found)[:limit] if found else []


class ForgetsAfterARestart(Passing):
    pass


def every_test(contract: FileStoreContract) -> Iterator[Callable[[], object]]:
    for name in dir(contract):
        if name.startswith("test_") and "no_key" not in name:
            yield getattr(contract, name)
    yield lambda: contract.test_what_is_no_key_is_invalid("short")


def passes(kind: type[Passing]) -> bool:
    class Contract(FileStoreContract):
        def make_store(self) -> FileStore:
            return kind()

        def reopen(self, store: FileStore, /) -> FileStore:
            return kind() if kind is ForgetsAfterARestart else store

    for test in every_test(Contract()):
        try:
            test()
        except (
            AssertionError,
            ExceptionGroup,
            NotFound,
            Refused,
            pytest.fail.Exception,
            ValueError,
        ):
            return False
    return True


def test_the_contract_lets_a_right_store_pass() -> None:
    assert passes(Passing)


@pytest.mark.parametrize("kind", Passing.__subclasses__(), ids=lambda kind: kind.__name__)
def test_the_contract_finds_what_is_broken(kind: type[Passing]) -> None:
    assert not passes(kind)
