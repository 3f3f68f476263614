"""The demo over a few people; over all of them it is tested elsewhere."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command import REFERENCE, saasops

from saasops.cli.demo import reference_campaign
from saasops.cli.demo_folder import DemoFolder, fingerprint
from saasops.errors import Refused


@pytest.fixture(scope="module")
def whole(few: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that nothing disturbed."""
    out = tmp_path_factory.mktemp("demo") / "out"
    assert saasops("demo", "--data", few, "--out", out, "--json").code == 0
    return out


def figures(out: Path) -> dict:
    return json.loads((out / "figures.json").read_bytes())


@pytest.fixture
def expecting(few: Path, whole: Path, tmp_path: Path):
    """The same data with an expected.json made of what came out, and changes to it."""

    def make(**changes: object) -> Path:
        folder = tmp_path / "expecting"
        shutil.copytree(few, folder)
        text = json.dumps({**figures(whole), **changes})
        (folder / "expected.json").write_text(text, "utf-8")
        return folder

    return make


# What comes out


def test_it_writes_the_report_in_every_format_each_monday_and_the_notices(whole: Path) -> None:
    assert {path.name for path in whole.iterdir()} == {
        "figures.json", "notices", "ops.db", "ops.db.keys", "report", "report.html", "report.json", "run.json",
        "weekly",
    }  # fmt: skip
    mondays = sorted(path.stem for path in (whole / "weekly").iterdir())
    assert mondays[0] == "2020-01-13"
    assert b"<html" in (whole / "weekly" / "2020-02-03.html").read_bytes()
    assert len(list((whole / "report").glob("*.csv"))) > 5
    assert len(list((whole / "notices").glob("u*.txt"))) == 6
    assert figures(whole)["rows"]["users"] == 6
    assert json.loads((whole / "report.json").read_bytes())["id"] == "ce-5.1-weekly"
    assert json.loads((whole / "run.json").read_bytes())["done"] is True


def test_it_is_content_when_every_figure_is_as_expected(expecting, tmp_path: Path) -> None:
    run = saasops("demo", "--data", expecting(), "--out", tmp_path / "out", "--locale", "zh-CN")
    assert run.code == 0
    assert "与预期比较" in run.out
    assert "升级" in (tmp_path / "out" / "report.html").read_text("utf-8")
    compared = json.loads((tmp_path / "out" / "comparison.json").read_bytes())
    assert compared["equal"] > 100
    assert compared["different"] == compared["not_covered"] == 0


def test_it_names_every_figure_that_differs_and_those_not_covered(
    expecting, whole: Path, tmp_path: Path
) -> None:
    rows = {**figures(whole)["rows"], "users": 7}
    data = expecting(rows=rows, usage={"events": 5})
    run = saasops("demo", "--data", data, "--out", tmp_path / "out")
    assert run.code == 1
    difference = run.out[run.out.index("Not as expected") :]
    assert [word for word in difference.split() if word in ("rows.users", "7", "6")][:3] == [
        "rows.users",
        "7",
        "6",
    ]
    assert "comes with the metrics" in run.out
    compared = json.loads((tmp_path / "out" / "comparison.json").read_bytes())
    one = {"path": "usage.events", "outcome": "not covered", "reason": "comes with the metrics"}
    assert [one.items() <= each.items() for each in compared["figures"]].count(True) == 1
    expected = json.loads((tmp_path / "out" / "expected.json").read_bytes())
    assert expected["rows"]["users"] == 7


def test_without_expected_figures_it_only_reports(few: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    run = saasops("demo", "--data", few, "--out", tmp_path / "out")
    assert run.code == 0
    assert "no expected.json" in run.out
    assert run.err == ""


def test_a_run_that_was_killed_goes_on_and_ends_the_same(
    few: Path, whole: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    first = out / "weekly" / "2020-02-03.html"
    command = "from saasops.cli import main; main()"
    words = [sys.executable, "-c", command, "demo", "--data", few, "--out", out]
    with subprocess.Popen([str(word) for word in words]) as running:
        while running.poll() is None and not first.exists():
            time.sleep(0.01)
        running.kill()
    assert json.loads((out / "run.json").read_bytes())["done"] is False
    written = first.stat().st_mtime_ns
    run = saasops("demo", "--data", few, "--out", out)
    assert run.code == 0
    assert "Going on" in run.out
    assert figures(out) == figures(whole)
    assert first.stat().st_mtime_ns == written


def test_data_that_is_not_there_is_refused(tmp_path: Path) -> None:
    run = saasops("demo", "--data", tmp_path / "nowhere", "--out", tmp_path / "out", "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "not_found")
    assert not (tmp_path / "out").exists()


def test_the_reference_campaign_comes_with_the_package() -> None:
    assert reference_campaign() == REFERENCE


# What it may do with its folder


def test_a_folder_with_other_things_is_refused_and_left_alone(few: Path, tmp_path: Path) -> None:
    letter = tmp_path / "out" / "letter.txt"
    letter.parent.mkdir()
    letter.write_text("dear", "utf-8")
    run = saasops("demo", "--data", few, "--out", letter.parent)
    assert run.code == 1
    assert str(letter.parent) in run.err
    assert [path.name for path in letter.parent.iterdir()] == ["letter.txt"]
    assert saasops("demo", "--data", few, "--out", letter).code == 1
    assert letter.read_text("utf-8") == "dear"


def test_a_folder_that_only_looks_like_a_demos_is_refused(tmp_path: Path) -> None:
    for number, text in enumerate(("", "[]", '{"done": true}', '{"made_by": "me"}')):
        folder = DemoFolder(tmp_path / str(number))
        folder.path.mkdir()
        (folder.path / "run.json").write_text(text, "utf-8")
        with pytest.raises(Refused):
            folder.begin("x", fresh=True)


@pytest.mark.parametrize("linked", ["notices", "weekly", "report"])
def test_nothing_behind_a_link_is_removed(tmp_path: Path, linked: str) -> None:
    folder = DemoFolder(tmp_path / "out")
    folder.begin("x", fresh=False)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.txt").write_text("mine", "utf-8")
    try:
        (folder.path / linked).symlink_to(tmp_path / "mine", target_is_directory=True)
    except OSError:
        pytest.skip("no links here")
    with pytest.raises(Refused):
        folder.begin("x", fresh=True)
    assert (tmp_path / "mine" / "a.txt").exists()


def test_only_an_unfinished_run_over_the_same_data_goes_on(tmp_path: Path) -> None:
    folder = DemoFolder(tmp_path / "out")
    assert not folder.begin("same", fresh=False)
    assert folder.begin("same", fresh=False)
    assert not folder.begin("other", fresh=False)
    assert folder.begin("other", fresh=False)
    assert not folder.begin("other", fresh=True)
    folder.finish("other")
    assert not folder.begin("other", fresh=False)


def test_starting_afresh_removes_what_the_demo_wrote_and_nothing_else(tmp_path: Path) -> None:
    folder = DemoFolder(tmp_path / "out")
    folder.begin("x", fresh=False)
    ours = ["ops.db", "ops.db-wal", "report.html", "weekly/2020-02-03.html", "report/a.csv",
            "notices/u1-0.txt", "notices/.lock", "figures.json.partial"]  # fmt: skip
    foreign = ["notes.md", "notices/photo.png", "weekly/own/a.html"]
    for name in ours + foreign:
        (folder.path / name).parent.mkdir(parents=True, exist_ok=True)
        (folder.path / name).write_text("x", "utf-8")
    folder.finish("x")
    folder.begin("x", fresh=False)
    left = {p.relative_to(folder.path).as_posix() for p in folder.path.rglob("*") if p.is_file()}
    assert left == {"run.json", *foreign}
    assert not (folder.path / "report").exists()


def test_the_fingerprint_changes_with_a_name_or_a_content(tmp_path: Path) -> None:
    def of(**texts: str) -> str:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        for name, text in texts.items():
            (folder / name).write_text(text, "utf-8")
        return fingerprint([folder])

    several = [of(), of(a=""), of(b=""), of(a="x"), of(a="x", b=""), of(a="", b="x")]
    assert len(set(several)) == len(several)
    assert of(a="x") == several[3]
