"""Keys are made, rotated and shown by the command, and no secret is printed but by `new`."""

import json
import os
from pathlib import Path

import pytest
from command import Run
from command import saasops as command

from saasops.testing.contracts.keyring import spellings
from saasops.vault.keys import Keys


def silent(run: Run, path: Path) -> None:
    written = [w for secret in Keys.load(path).secrets.values() for w in spellings(secret)]
    assert not [one for one in written if one in run.out + run.err]


def test_new_keys_without_a_file_are_printed_to_be_kept_elsewhere() -> None:
    for words in (("--json",), ()):
        run = command("keys", "new", *words)
        assert (run.code, run.err) == (0, "")
        assert Keys.parse(run.out).current == "1"


def test_new_keys_in_a_file_are_not_printed(tmp_path: Path) -> None:
    path = tmp_path / "ops.keys"
    run = command("keys", "new", "--out", path, "--json")
    assert run.json == {"file": str(path), "current": "1", "index": ["index-1"], "old": []}
    silent(run, path)
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600
    before = path.read_bytes()
    run = command("keys", "new", "--out", path, "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "keys.exists")
    assert path.read_bytes() == before


def test_keys_are_rotated_and_shown(tmp_path: Path) -> None:
    path = tmp_path / "ops.keys"
    command("keys", "new", "--out", path)
    first = Keys.load(path)
    run = command("keys", "rotate", path, "--json")
    silent(run, path)
    assert {key: run.json[key] for key in ("made", "current", "old")} == {
        "made": "2", "current": "2", "old": ["1"],
    }  # fmt: skip
    run = command("keys", "rotate", path, "--index", "--json")
    assert (run.json["made"], run.json["index"]) == ("index-2", ["index-2", "index-1"])
    assert first.secrets.items() <= Keys.load(path).secrets.items()
    run = command("keys", "show", path, "--json")
    silent(run, path)
    assert run.json == {
        "file": str(path), "current": "2", "index": ["index-2", "index-1"], "old": ["1"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("locale", "written", "made", "uses"),
    [
        ("en", "keep a copy", "2 is for everything new", "for older people"),
        ("zh-CN", "另存一份", "新数据将使用 2", "用于已有人员"),
    ],
)
def test_people_are_told_in_their_language(
    tmp_path: Path, locale: str, written: str, made: str, uses: str
) -> None:
    path = tmp_path / "ops.keys"
    assert written in command("keys", "new", "--out", path, "--locale", locale).out
    assert made in command("keys", "rotate", path, "--locale", locale).out
    run = command("keys", "show", path, "--locale", locale)
    assert uses in run.out
    silent(run, path)


@pytest.mark.parametrize("words", [("rotate",), ("rotate", "--index"), ("show",)])
def test_what_is_no_file_of_keys_is_refused_and_left_alone(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    path = tmp_path / "ops.keys"
    run = command("keys", words[0], path, *words[1:], "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "keys.unreadable")
    assert list(tmp_path.iterdir()) == []
    path.write_text(json.dumps({"secret": "hunter2"}), "utf-8")
    run = command("keys", words[0], path, *words[1:], "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "keys.wrong_form")
    assert "hunter2" not in run.out
    assert "hunter2" in path.read_text("utf-8")


def test_a_storage_is_brought_under_rotated_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command("init", ".").code == 0
    assert command("import", "users", "users.csv").code == 0
    before = command("keys", "apply", "--json").json
    assert before["wrapped"] == 0
    assert [one["id"] for one in before["in_use"]] == ["1", "index-1"]
    assert command("keys", "rotate", "ops.db.keys").code == 0
    assert command("keys", "rotate", "ops.db.keys", "--index").code == 0
    after = command("keys", "apply", "--json").json
    assert after["wrapped"] == before["in_use"][0]["people"] > 0
    assert [one["id"] for one in after["in_use"]] == ["2", "index-2"]
    assert after["clashes"] == []
    shown = command("keys", "apply", "--locale", "zh-CN")
    assert "正在使用的密钥" in shown.out
