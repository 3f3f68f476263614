"""The storage on the page "Write a storage of your own" keeps the contract: its tests run here.

The blocks of the page that define it and its tests are run in this module, so that pytest collects
`TestDiary`, `TestDiaryRaces` and the test of broken storages.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from saasops.errors import InDoubt, StorageError
from saasops.testing.contracts.storage_tables import ACCOUNT, TABLES, account, check_filled, fill
from source import ROOT

PAGE = ROOT / "docs" / "how-to" / "write-a-storage.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
TESTED = re.compile(
    r"^(?:class (?:Diary|Entry|TestDiary|TestDiaryRaces)\b|def test_)", re.MULTILINE
)
WRITTEN = [block for block in BLOCKS if TESTED.search(block)]
exec(compile("\n".join(WRITTEN), PAGE, "exec"))
Diary: Any = globals()["Diary"]


def test_the_page_has_the_storage_and_three_ways_to_prove_it() -> None:
    assert len(WRITTEN) == 5
    assert {"TestDiary", "TestDiaryRaces", "test_the_contract_finds_what_is_broken"} <= set(
        globals()
    )


def test_a_diary_is_read_again_without_the_line_that_was_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "a.diary"
    first = Diary(path)
    first.migrate(TABLES)
    fill(first)
    with first.begin("two") as tx:
        tx.insert(ACCOUNT, [account("cut short")])
    first.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:-7])
    for _ in range(2):
        again = Diary(path)
        check_filled(again)
        with again.begin("two") as tx:
            assert tx.find(ACCOUNT, {}) == []
        again.close()
    assert whole.startswith(path.read_bytes())


def test_a_diary_that_cannot_be_written_says_so_and_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    diary = Diary(tmp_path / "a.diary")
    diary.migrate(TABLES)

    def full(descriptor: int) -> None:
        raise OSError(descriptor)

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InDoubt):
        fill(diary)
    with pytest.raises(StorageError, match="closed"):
        diary.begin("one").__enter__()
