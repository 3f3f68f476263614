"""`saasops storage`: up to date, copied whole, and whatever is wrong with it found."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from command import process, saasops

from postgres_server import PostgresServer
from saasops.storage.migrations import MIGRATIONS
from saasops.storage.tables import TABLES
from saasops.testing.fakes import KEYS

KNOWN = MIGRATIONS[-1].number


def run_sql(file: str, statement: str, *values: object) -> int:
    """Do what nobody should do; return how many rows it changed."""
    with closing(sqlite3.connect(file)) as tool, tool:
        return tool.execute(statement, values).rowcount


def settings(storage: str) -> None:
    Path("saasops.toml").write_text(f'storage = "{storage}"\n', "utf-8")


@pytest.fixture
def old(tmp_path: Path) -> None:
    """A database that has no table of ours yet, and settings that name it."""
    settings("ops.db")
    run_sql("ops.db", "create table old (x)")


# status and migrate


def test_looking_makes_no_database(tmp_path: Path) -> None:
    settings("ops.db")
    for words in (("status",), ("check",), ("backup", "copy.db")):
        run = saasops("storage", *words, "--json")
        assert (run.code, run.json["error"]["code"]) == (1, "cli.no_database")
    assert [file.name for file in Path().iterdir()] == ["saasops.toml"]
    assert saasops("storage", "migrate").code == 0
    assert saasops("storage", "check").code == 0


@pytest.mark.usefixtures("old")
def test_a_storage_is_behind_until_it_is_migrated() -> None:
    for _ in range(2):
        run = saasops("storage", "status", "--json")
        assert (run.code, run.json["storage"]) == (1, "sqlite")
        assert run.json["schema"]["recorded"] == 0
        assert {"outbox", MIGRATIONS[0].name} <= set(run.json["schema"]["pending"])
        assert run.json["counts"] == {}
    assert "saasops storage migrate" in saasops("storage", "status").out
    done = saasops("storage", "migrate", "--json").json
    assert len(done["done"]) == len(TABLES) + len(MIGRATIONS)
    assert done["schema"] == {"recorded": KNOWN, "known": KNOWN, "pending": []}
    assert saasops("storage", "migrate", "--json").json["done"] == []
    assert "Up to date" in saasops("storage", "migrate").out
    assert saasops("storage", "status").code == 0


def test_the_status_says_what_the_storage_can_and_holds(filled: Path) -> None:
    saasops("import", "responses", "responses.csv")
    found = saasops("storage", "status", "--json").json
    assert {"backup", "check", "join"} <= set(found["capabilities"])
    assert found["counts"]["campaigns"] == 1
    assert found["counts"]["due"] > 4
    assert found["counts"]["dead"] == 0
    saasops("tick")
    assert saasops("storage", "status", "--json").json["counts"]["due"] == 0
    told = saasops("storage", "status").out
    assert "sqlite" in told
    assert "backup" in told


def test_a_storage_of_a_newer_saasops_is_left_alone(started: Path) -> None:
    statement = "update migrations set number = 99 where number = ? and tenant = 'saasops:schema'"
    assert run_sql("ops.db", statement, KNOWN) == 1
    for words in (("status",), ("migrate",), ("check",)):
        run = saasops("storage", *words, "--json")
        assert (run.code, run.json["error"]["code"]) == (1, "storage.newer")
    assert saasops("storage", "backup", "copy.db").code == 0


def test_the_address_of_a_server_is_never_shown(tmp_path: Path) -> None:
    settings("postgresql://somebody:secret@localhost:1/none")
    for words in (("status",), ("check",), ("migrate",), ("backup", "copy.db")):
        run = saasops("storage", *words)
        assert run.code == 1
        assert "secret" not in run.out + run.err


# backup


def test_a_backup_is_a_storage_of_its_own_and_restores_what_was(filled: Path) -> None:
    run = saasops("storage", "backup", "copy.db", "--json")
    assert (run.code, run.json["file"]) == (0, "copy.db")
    assert run.json["bytes"] == Path("copy.db").stat().st_size
    saasops("import", "responses", "responses.csv")
    assert saasops("campaign", "show", "--json").json["stages"]["answered"] == 4
    keys = Path("ops.db.keys").rename("kept.keys")
    for left in Path().glob("ops.db*"):
        left.unlink()
    shutil.copy("copy.db", "ops.db")
    assert saasops("storage", "check", "--json").json["error"]["code"] == "keys.lost"
    keys.rename("ops.db.keys")
    assert saasops("storage", "check").code == 0
    assert saasops("campaign", "show", "--json").json["stages"]["answered"] == 0
    saasops("import", "responses", "responses.csv")
    assert saasops("tick", "--json").json["sent"] == 4


def test_a_backup_overwrites_nothing(started: Path) -> None:
    for file in ("saasops.toml", "ops.db"):
        before = Path(file).read_bytes()
        run = saasops("storage", "backup", file, "--json")
        assert (run.code, run.json["error"]["code"]) == (1, "storage.backup_exists")
        assert Path(file).read_bytes() == before
    run = saasops("storage", "backup", "none/copy.db")
    assert run.code == 1
    assert "check the folder" in run.err


@pytest.mark.usefixtures("old")
def test_a_backup_before_an_update_leaves_the_tables_as_they_are() -> None:
    assert saasops("storage", "backup", "copy.db").code == 0
    for file in ("ops.db", "copy.db"):
        with closing(sqlite3.connect(file)) as tool:
            assert tool.execute("select name from sqlite_master").fetchall() == [("old",)]


def test_a_backup_in_a_process_of_its_own_writes_one_file(started: Path) -> None:
    before = set(Path().iterdir())
    run = process("storage", "backup", "copy.db")
    assert (run.code, run.err) == (0, "")
    assert set(Path().iterdir()) - before == {Path("copy.db")}


def test_what_has_tools_of_its_own_is_copied_by_these(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    for storage, name in ((postgres.url(), "postgresql"), ("memory", "memory")):
        settings(storage)
        run = saasops("storage", "backup", "copy.db")
        assert run.code == 1
        assert f"{name} is copied by" in run.err
        assert "pg_dump" in run.err
        assert not Path("copy.db").exists()


def test_a_postgresql_storage_is_migrated_and_checked(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    settings(postgres.url())
    assert saasops("storage", "status").code == 1
    assert saasops("storage", "migrate").code == 0
    run = saasops("storage", "status", "--json")
    assert (run.code, run.json["storage"]) == (0, "postgresql")
    assert "backup" not in run.json["capabilities"]
    assert saasops("storage", "check", "--json").json["error"]["code"] == "keys.missing"
    KEYS.save("our.keys")
    text = Path("saasops.toml").read_text("utf-8")
    Path("saasops.toml").write_text(
        f'keys = "keyfile"\n{text}[plugins.keyfile]\npath = "our.keys"\n', "utf-8"
    )
    assert saasops("storage", "check", "--json").json["findings"] == []


# check


def findings() -> list[dict[str, object]]:
    run = saasops("storage", "check", "--json")
    assert run.code == (1 if run.json["findings"] else 0)
    found: list[dict[str, object]] = run.json["findings"]
    return found


def test_nothing_is_wrong_with_a_campaign_that_runs(filled: Path) -> None:
    saasops("import", "responses", "responses.csv")
    saasops("tick")
    assert findings() == []
    assert "Nothing is wrong" in saasops("storage", "check").out


def test_a_counter_that_was_changed_by_hand_is_found(filled: Path) -> None:
    assert run_sql("ops.db", "update counters set used = 3 where id = 'stock/mug'") == 1
    (one,) = findings()
    assert (one["code"], one["where"]) == ("audit.counter", "campaign suite-2.0, counter stock/mug")
    assert one["context"] == {"used": 3, "counted": 0}
    run = saasops("storage", "check")
    assert run.code == 1
    assert "audit.counter" in run.out
    assert "stock/mug" in run.out


def test_a_message_that_was_taken_out_by_hand_is_missed(filled: Path) -> None:
    saasops("import", "responses", "responses.csv")
    assert run_sql("ops.db", "delete from outbox where topic = 'notice'") == 4
    assert [one["code"] for one in findings()] == ["audit.waits_for_nothing"] * 4


def test_a_place_that_was_changed_by_hand_is_found(filled: Path) -> None:
    statement = "update places set used = 1 where rowid = (select min(rowid) from places)"
    assert run_sql("ops.db", statement) == 1
    (one,) = findings()
    assert one["code"] == "audit.place"


@pytest.mark.usefixtures("old")
def test_a_storage_that_is_behind_is_not_looked_into() -> None:
    (one,) = findings()
    assert one["code"] == "storage.behind"


def test_a_damaged_file_is_found_and_not_looked_into(filled: Path) -> None:
    for left in ("ops.db-wal", "ops.db-shm"):
        assert not Path(left).exists()
    whole = Path("ops.db").read_bytes()
    size = int.from_bytes(whole[16:18], "big")
    page = next(start for start in range(size * 40, len(whole), size) if whole[start] == 13)
    for at in (page, page + 3):
        flipped = bytearray(whole)
        flipped[at] ^= 0b100
        Path("ops.db").write_bytes(flipped)
        found = findings()
        assert {one["code"] for one in found} == {"storage.damaged"}
    run = saasops("storage", "check")
    assert (run.code, run.err) == (1, "")
    Path("ops.db").write_bytes(whole)
    assert findings() == []


def test_findings_hold_nothing_personal(filled: Path) -> None:
    saasops("import", "responses", "responses.csv")
    run_sql("ops.db", "delete from events")
    run_sql("ops.db", "update balances set points = 1")
    said = saasops("storage", "check", "--json").out
    assert len(said) > 500
    for secret in ("@example", "Ada", "138"):
        assert secret not in said


def test_the_settings_may_lie_elsewhere(
    started: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    where = ("--config", "started/saasops.toml")
    assert saasops("storage", "status", *where).code == 0
    assert saasops("storage", "backup", "here.db", *where).code == 0
    assert (tmp_path / "here.db").exists()
