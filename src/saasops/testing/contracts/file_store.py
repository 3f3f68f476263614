"""What every `saasops.ports.FileStore` must keep.

Inherit, make a store, and let pytest run it:

    class TestBucket(FileStoreContract):
        def make_store(self) -> FileStore:
            return Bucket(Settings(name="test"))

Whether it is quick, and what it costs, is left to the store's own tests.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saasops.errors import Invalid, NotFound, Refused
from saasops.ports import FileStore

KEY, OTHER = "0123456789abcdef", "fedcba9876543210"
WRONG_KEYS = (
    "",
    "short",
    "A" * 16,
    "../../../etc/x",
    "a/b/c/d/e/f",
    "x" * 65,
    "文件文件文件文件",
    "aaaaaaaa\n",
)
TENANTS = ("default", "Default", "../x", "con", "", "客户", "\ud800")
examples = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.differing_executors]
)


class Broken(Exception):
    """What the tests raise in the middle of a file."""


class FileStoreContract:
    """Tests for one store; `reopen` lets one more of them tell something."""

    def make_store(self) -> FileStore:
        """Return a store in which nothing is kept yet."""
        raise NotImplementedError

    def reopen(self, store: FileStore, /) -> FileStore:
        """Return what a host that was started again would use to reach the same files."""
        return store

    def test_it_is_a_file_store(self) -> None:
        assert isinstance(self.make_store(), FileStore)

    @examples
    @given(st.lists(st.binary(max_size=200), max_size=8))
    def test_what_was_put_is_what_is_read(self, chunks: list[bytes]) -> None:
        store = self.make_store()
        content = b"".join(chunks)
        assert store.put("t", KEY, iter(chunks)) == len(content)
        assert store.exists("t", KEY)
        for _ in range(2):
            with store.open("t", KEY) as file:
                assert file.read(3) + file.read() == content

    def test_a_host_that_is_started_again_finds_its_files(self) -> None:
        store = self.make_store()
        store.put("t", KEY, [b"kept"])
        assert _read(self.reopen(store), "t", KEY) == b"kept"

    def test_a_large_file_comes_back_whole(self) -> None:
        store = self.make_store()
        assert store.put("t", KEY, (bytes([n]) * 70_000 for n in range(40))) == 40 * 70_000
        assert _read(store, "t", KEY) == b"".join(bytes([n]) * 70_000 for n in range(40))

    def test_what_breaks_off_leaves_nothing_and_may_be_put_again(self) -> None:
        store = self.make_store()

        def cut() -> Iterator[bytes]:
            yield b"half of it"
            raise Broken

        with pytest.raises(Broken):
            store.put("t", KEY, cut())
        assert not store.exists("t", KEY)
        assert store.keys("t") == []
        with pytest.raises(NotFound):
            store.open("t", KEY)
        store.put("t", KEY, [b"whole"])
        assert _read(store, "t", KEY) == b"whole"

    def test_what_breaks_off_leaves_what_was_there(self) -> None:
        store = self.make_store()
        store.put("t", KEY, [b"whole"])

        def cut() -> Iterator[bytes]:
            yield b"whole"
            raise Broken

        with pytest.raises(Broken):
            store.put("t", KEY, cut())
        assert _read(store, "t", KEY) == b"whole"

    def test_the_same_again_is_fine_and_other_content_is_refused(self) -> None:
        store = self.make_store()
        store.put("t", KEY, [b"first"])
        assert store.put("t", KEY, [b"fi", b"rst"]) == 5
        for other in (b"other", b"firs", b"first one", b""):
            with pytest.raises(Refused) as caught:
                store.put("t", KEY, [other])
            assert caught.value.code == "upload.taken"
        assert _read(store, "t", KEY) == b"first"

    def test_a_key_is_one_of_its_tenant(self) -> None:
        store = self.make_store()
        for number, tenant in enumerate(TENANTS):
            store.put(tenant, KEY, [bytes([number])])
        for number, tenant in enumerate(TENANTS):
            assert _read(store, tenant, KEY) == bytes([number])
            assert store.keys(tenant) == [KEY]
        assert store.delete("default", KEY)
        assert [store.exists(tenant, KEY) for tenant in TENANTS] == [False] + [True] * 6
        assert store.keys("nobody") == []

    def test_what_is_deleted_is_gone(self) -> None:
        store = self.make_store()
        assert store.delete("t", KEY) is False
        store.put("t", KEY, [b"x"])
        store.put("t", OTHER, [b"y"])
        assert store.delete("t", KEY) is True
        assert store.delete("t", KEY) is False
        assert not store.exists("t", KEY)
        assert store.keys("t") == [OTHER]
        store.put("t", KEY, [b"another"])
        assert _read(store, "t", KEY) == b"another"

    def test_what_is_not_there_is_not_found(self) -> None:
        store = self.make_store()
        assert store.exists("t", KEY) is False
        with pytest.raises(NotFound):
            store.open("t", KEY)

    @pytest.mark.parametrize("key", WRONG_KEYS)
    def test_what_is_no_key_is_invalid(self, key: str) -> None:
        store = self.make_store()
        calls: tuple[Callable[[], object], ...] = (
            lambda: store.put("t", key, [b"x"]),
            lambda: store.open("t", key),
            lambda: store.exists("t", key),
            lambda: store.delete("t", key),
        )
        for call in calls:
            with pytest.raises(Invalid) as caught:
                call()
            assert [problem.code for problem in caught.value.problems] == ["upload.wrong_key"]
        assert store.keys("t") == []

    @examples
    @given(st.sets(st.text("019az", min_size=8, max_size=12), max_size=12), st.integers(1, 5))
    def test_keys_come_in_their_order_page_by_page(self, keys: set[str], limit: int) -> None:
        store = self.make_store()
        for key in keys:
            store.put("t", key, [key.encode()])
        found: list[str] = []
        while page := store.keys("t", after=found[-1] if found else "", limit=limit):
            assert len(page) <= limit
            assert not set(page) & set(found)
            found += page
        assert found == sorted(keys)

    def test_threads_do_not_get_into_each_others_way(self) -> None:
        store = self.make_store()
        together = Barrier(8)

        def put(number: int) -> int:
            return store.put("t", f"{number % 4:08}", iter([b"part"] * (number % 4 + 1)))

        with ThreadPoolExecutor(8, initializer=together.wait) as pool:
            assert list(pool.map(put, range(32))) == [4 * (n % 4 + 1) for n in range(32)]
        assert [_read(store, "t", key) for key in store.keys("t")] == [
            b"part" * (n + 1) for n in range(4)
        ]


def _read(store: FileStore, tenant: str, key: str) -> bytes:
    with store.open(tenant, key) as file:
        return file.read()
