"""`saasops versions`: releases, paths, readiness, who is on what, and files of endoflife.date."""

import json
from pathlib import Path

import pytest
from command import saasops as command

from source import ROOT

EXAMPLE = ROOT / "examples" / "requirements" / "bkce-6.0.3.toml"
HAN_SUPPORT = "已停止支持"
CYCLES = """product,cycle,release_date,eol,eoas,lts,latest,latest_release_date
python,3.9,2020-10-05,2025-10-31,2022-05-17,,3.9.25,2025-10-31
python,3.10,2021-10-04,2026-10-31,2023-04-05,,3.10.21,2026-08-13
python,latest,2021-10-04,,,,,
"""


@pytest.fixture
def kept(started: Path) -> Path:
    """The folder of a campaign with releases, paths and requirements of two products."""
    (started / "cycles.csv").write_text(CYCLES, "utf-8")
    (started / "paths.csv").write_text(
        "product,from_release,to_release,source,compulsory\n"
        "bkce,5.1,6.0.3,guide,no\nitsm,<2.6.0,2.6.0,guide,yes\nitsm,2.x,2.6.1,,no\n",
        "utf-8",
    )
    (started / "more.csv").write_text(
        "product,release\nbkce,5.1\nbkce,6.0.3\nbkce,6.0.5\nitsm,2.5.0\nitsm,2.6.0\nitsm,2.6.1\n",
        "utf-8",
    )
    for words in (("import", "releases", "more.csv"), ("import", "paths", "paths.csv")):
        assert command(*words).code == 0
    assert command("versions", "require", EXAMPLE).code == 0
    return started


def test_a3_cycles_are_taken_in_listed_and_written(kept: Path) -> None:
    tried = command("versions", "import", "cycles.csv", "--dry-run", "--json")
    assert (tried.code, tried.json["dry_run"], tried.json["accepted"]) == (1, True, [1, 2])
    assert command("versions", "list", "python", "--json").json["error"]["code"] == "not_found"
    done = command("versions", "import", "cycles.csv", "--json")
    assert [one["code"] for one in done.json["problems"]] == ["release.kept_out"]
    again = command("versions", "import", "cycles.csv", "--json").json
    assert (again["accepted"], again["unchanged"]) == ([], [1, 2])
    run = command("versions", "list", "python", "--on", "2026-01-01", "--json")
    assert [(one["name"], one["isEol"], one["eolFrom"], one["phase"]) for one in
            run.json["releases"]] == [
        ("3.9", True, "2025-10-31", "ended"), ("3.10", False, "2026-10-31", "security"),
    ]  # fmt: skip
    shown = command("versions", "list", "python", "--by", "date", "--limit", "1",
                    "--on", "2026-01-01", "--locale", "zh-CN")  # fmt: skip
    assert HAN_SUPPORT in shown.out
    assert "3.10" not in shown.out
    assert command("versions", "export", "python", "python.json").code == 0
    back = command("versions", "import", "python.json", "--json").json
    assert (back["rows"], back["unchanged"], back["problems"]) == (2, [1, 2], [])


def test_a3_cycles_without_a_product_get_theirs_from_the_option(kept: Path) -> None:
    (kept / "cycles.json").write_text(json.dumps([{"cycle": "1", "eol": False}]), "utf-8")
    nobodys = command("versions", "import", "cycles.json", "--json")
    assert nobodys.code == 1
    assert [one["code"] for one in nobodys.json["error"]["problems"]] == ["endoflife.no_product"]
    assert "--product" in nobodys.json["error"]["problems"][0]["message"]
    run = command("versions", "import", "cycles.json", "--product", "wiki", "--json")
    assert (run.code, run.json["accepted"]) == (0, [1])


def test_a3_another_scheme_takes_in_what_was_kept_out(kept: Path) -> None:
    (kept / "w.csv").write_text("product,cycle\nwiki,2020-02-30x\nwiki,2020-02-01\n", "utf-8")
    words = ("versions", "import", "w.csv", "--scheme", "dated")
    shown = command(*words, "--locale", "en").out
    assert "kept out" in shown
    assert "dated" in shown
    assert command(*words, "--json").json["unchanged"] == [2]
    assert command("versions", "list", "wiki", "--json").json["releases"][0]["name"] == "2020-02-01"
    wrong = command("versions", "import", "w.csv", "--scheme", "acme", "--json")
    assert (wrong.code, wrong.json["error"]["code"]) == (1, "version.no_scheme")


@pytest.mark.parametrize(
    "words",
    [
        ("list", "foo"),
        ("users", "foo"),
        ("users", "foo", "--release", "9"),
        ("users", "bkce", "--release", "9"),
        ("export", "foo", "foo.json"),
    ],
)
def test_a3_a_mistyped_product_or_release_is_told(kept: Path, words: tuple[str, ...]) -> None:
    run = command("versions", *words, "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "not_found")
    assert not (kept / "foo.json").exists()


@pytest.mark.parametrize(
    ("name", "usage"),
    [
        ("list", "{PRODUCT}"),
        ("path", "{PRODUCT} {FROM} {TO}"),
        ("import", "{FILE}"),
        ("require", "{FILE}"),
        ("export", "{PRODUCT} {FILE}"),
    ],
)
def test_a3_help_names_arguments_as_the_reference_does(name: str, usage: str) -> None:
    assert f"versions {name} [OPTIONS] {usage}" in command("versions", name, "--help").out


@pytest.mark.parametrize(
    ("content", "code"), [(b"{", "endoflife.unreadable"), (b"\xff[]", "file.encoding")]
)
def test_a_file_that_cannot_be_read_is_told(kept: Path, content: bytes, code: str) -> None:
    (kept / "x.json").write_bytes(content)
    run = command("versions", "import", "x.json", "--json")
    assert run.code == 1
    assert [one["code"] for one in run.json["error"]["problems"]] == [code]
    assert command("versions", "import", "no.json", "--json").json["error"]["code"] == "not_found"


def test_a3_a_path_names_stops_and_reasons(kept: Path) -> None:
    run = command("versions", "path", "itsm", "2.5.0", "2.6.1", "--json")
    assert [(one["from"], one["to"], one["source"], one["compulsory"]) for one in
            run.json["steps"]] == [
        ("2.5.0", "2.6.0", "guide", True), ("2.6.0", "2.6.1", "", False),
    ]  # fmt: skip
    assert "compulsory" in command("versions", "path", "itsm", "2.5.0", "2.6.1").out


def test_a3_without_a_path_the_nearest_release_with_one_is_named(kept: Path) -> None:
    run = command("versions", "path", "bkce", "6.0.5", "6.0.3", "--json")
    assert (run.code, run.json["steps"], run.json["nearest"]) == (1, None, ["5.1"])
    assert "5.1" in command("versions", "path", "bkce", "6.0.5", "6.0.3").out
    assert command("versions", "path", "bkce", "9", "6.0.3", "--json").json["error"]


def test_a3_what_is_not_ready_is_told_item_by_item(kept: Path) -> None:
    words = ("versions", "ready", "bkce", "V5.1", "6.0.3")
    run = command(*words, "--json")
    assert (run.code, run.json["verdict"], len(run.json["steps"][0]["items"])) == (
        1, "unknown", 10,
    )  # fmt: skip
    ready = {"customised": "no", "third_party_saas": 0, "official_saas": "offline",
             "backup_room": "yes", "monitoring_data": "none"}  # fmt: skip

    def write(**facts: object) -> None:
        lines = [
            f'[[facts]]\nfield = "{name}"\nvalue = {json.dumps(value)}\nprovenance = "verified"\n'
            'by = "asst-1"\nat = 2020-02-03T09:00:00+08:00\n'
            for name, value in facts.items()
        ]
        (kept / "facts.toml").write_text("\n".join(lines), "utf-8")

    write(**ready)
    assert command(*words, "--facts", "facts.toml", "--json").json["verdict"] == "ready"
    write(**{**ready, "customised": "secret-login"})
    blocked = command(*words, "--facts", "facts.toml", "--json")
    assert (blocked.code, blocked.json["verdict"]) == (1, "blocked")
    states = {one["id"]: one["state"] for one in blocked.json["steps"][0]["items"]}
    assert states["plain-installation"] == "unmet"
    assert "secret" not in blocked.out
    shown = command(*words, "--facts", "facts.toml", "--locale", "zh-CN").out
    assert "未做定制" in shown
    assert "未满足" in shown
    none = command("versions", "ready", "bkce", "6.0.5", "6.0.3", "--json")
    assert (none.code, none.json["verdict"], none.json["nearest"]) == (1, "blocked", ["5.1"])


def test_a3_requirements_are_taken_in_once(kept: Path) -> None:
    again = command("versions", "require", EXAMPLE, "--json").json["requirements"]
    assert (len(again), set(again.values())) == (10, {"unchanged"})


def test_a3_users_are_counted_and_listed(filled: Path) -> None:
    run = command("versions", "users", "suite", "--on", "2999-12-31", "--limit", "2", "--json")
    assert run.code == 0
    found = run.json
    assert (
        found["users"] == sum(found["by_release"].values()) + found["none"] + found["unrecognised"]
    )
    assert len(found["listed"]) == 2
    none = command("versions", "users", "suite", "--on", "2000-01-01", "--json").json
    assert (none["none"], none["by_release"]) == (none["users"], {})
    some = command("versions", "users", "suite", "--phase", "none", "--on", "2000-01-01",
                   "--zone", "Asia/Shanghai", "--after", "u01", "--json").json  # fmt: skip
    assert {one["release"] for one in some["listed"]} == {"none"}
    assert "u01" not in {one["user"] for one in some["listed"]}
    assert command("versions", "users", "suite", "--zone", "Mars", "--json").json["error"]
    assert "users" in command("versions", "users", "suite").out
