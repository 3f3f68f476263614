"""What all commands share: options, exit codes, languages, and no personal data on the way."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
import typer
from command import process
from command import saasops as command

import saasops.cli
from saasops.cli.main import app
from source import ROOT

HAN = re.compile(r"[\u4e00-\u9fff]")
COMMANDS = {
    "demo", "init", "import", "tick", "plugins", "campaign check", "campaign launch",
    "campaign show", "report weekly", "report funnel", "report shipping",
    "storage status", "storage migrate", "storage backup", "storage check",
    "outbox waiting", "outbox dead", "outbox requeue",
    "people export", "people erase", "people erasures", "people reveal", "people hold",
    "people holds", "people lift", "people policy", "people retain",
    "plan solve", "plan replan", "plan apply", "plan whatif", "plan explain", "plan load",
    "plan calendar", "plan invite",
    "survey lint", "survey publish", "survey list", "survey preview", "survey import",
    "survey export", "survey migrate", "survey stats",
    "versions list", "versions path", "versions users", "versions ready", "versions require",
    "versions import", "versions export",
    "keys apply", "keys new", "keys rotate", "keys show",
    "calendar show", "calendar import", "calendar override", "calendar define", "calendar diff",
}  # fmt: skip


def leaves(group: object = None, path: str = "") -> Iterator[tuple[str, object]]:
    found = typer.main.get_command(app) if group is None else group
    for name, inner in getattr(found, "commands", {}).items():
        here = f"{path} {name}".strip()
        if getattr(inner, "commands", None):
            yield from leaves(inner, here)
        else:
            yield here, inner


def options(leaf: object) -> set[str]:
    return {name for one in leaf.params for name in one.opts if name.startswith("--")}


def test_every_command_speaks_json_and_both_languages_and_has_help() -> None:
    assert {path for path, _ in leaves()} == COMMANDS
    for path, leaf in leaves():
        assert {"--json", "--locale"} <= options(leaf), path
        run = command(*path.split(), "--help")
        assert run.code == 0
        assert "--json" in run.out


def test_the_page_of_commands_has_every_command_and_every_option() -> None:
    page = (ROOT / "docs" / "reference" / "cli.md").read_text("utf-8")
    parts = dict(
        re.findall(r"^## `saasops ([^`]+)`\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE)
    )
    assert set(parts) == COMMANDS
    shared = set(re.findall(r"--[\w-]+", page.partition("\n## `")[0]))
    for path, leaf in leaves():
        documented = set(re.findall(r"--[a-z][\w-]*", parts[path]))
        assert options(leaf) - {"--help"} - shared == documented - shared, path


def test_the_kinds_of_an_import_stand_on_the_page() -> None:
    from saasops.cli.imports import Kind

    page = (ROOT / "docs" / "reference" / "cli.md").read_text("utf-8")
    assert {kind for kind in Kind if f"| `{kind}` |" not in page} == set()


EACH = [
    ("campaign", "check", "campaign.toml"),
    ("campaign", "launch", "campaign.toml"),
    ("campaign", "show"),
    ("import", "users", "users.csv"),
    ("import", "responses", "responses.csv"),
    ("survey", "publish", "survey.toml"),
    ("survey", "list"),
    ("survey", "export", "--as", "jsonl", "--out", "answers.jsonl"),
    ("survey", "migrate"),
    ("survey", "stats"),
    ("tick",),
    ("people", "export", "u01", "--out", "u01.zip"),
    ("people", "erase", "u01", "--dry-run"),
    ("people", "erasures"),
    ("people", "reveal", "u01", "mail", "--purpose", "shipping"),
    ("people", "hold", "u01", "--reason", "dispute"),
    ("people", "holds"),
    ("people", "policy"),
    ("people", "retain", "--dry-run"),
    ("report", "weekly"),
    ("report", "funnel"),
    ("report", "shipping", "--out", "s.csv", "--purpose", "shipping"),
    ("plugins",),
    ("storage", "status"),
    ("storage", "migrate"),
    ("storage", "backup", "copy.db"),
    ("storage", "check"),
    ("outbox", "waiting"),
    ("outbox", "dead"),
    ("outbox", "requeue", "--all"),
    ("init", "other"),
    ("versions", "list", "suite"),
    ("versions", "path", "suite", "1.8", "2.0"),
    ("versions", "users", "suite"),
    ("versions", "ready", "suite", "1.8", "2.0"),
    ("versions", "import", "products.csv"),
    ("versions", "export", "suite", "suite.json"),
    ("calendar", "show", "2020-01", "2020-03"),
    ("calendar", "import", "--from", "chinesecalendar", "--years", "2026"),
    ("calendar", "override", "2026-11-23", "--kind", "restday", "--reason", "x"),
    ("calendar", "define", "south"),
    ("calendar", "diff", "2020-01-01", "2020-02-01"),
]


@pytest.mark.parametrize("words", EACH, ids=" ".join)
def test_with_json_there_is_one_object_on_stdout_and_nothing_else(
    filled: Path, words: tuple[str, ...]
) -> None:
    run = command(*words, "--json")
    assert isinstance(run.json, dict)
    assert run.err == ""


@pytest.mark.parametrize("words", EACH, ids=" ".join)
def test_what_is_said_is_said_in_the_language_asked_for(
    filled: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert HAN.search(command(*words, "--locale", "zh-CN").out)
    english = command(*words, "--locale", "en").out
    assert not HAN.search(english)
    monkeypatch.setenv("LC_ALL", "")
    monkeypatch.setenv("LC_MESSAGES", "")
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    again = words if words[0] != "init" else ("init", "third")
    assert HAN.search(command(*again).out + command(*again).err)


@pytest.mark.parametrize("words", [one for one in EACH if one[:2] != ("campaign", "check")])
def test_without_settings_a_command_says_how_to_get_them(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    if words[0] == "init":
        return
    run = command(*words, "--json")
    if words[1:2] == ("responses",):
        assert run.code == 2
        return
    assert (run.code, run.json["error"]["code"]) == (1, "cli.no_settings")
    assert "saasops init" in command(*words, "--locale", "en").err
    assert "saasops init" in command(*words, "--locale", "zh-CN").err


@pytest.mark.parametrize(
    "words",
    [
        ("tick", "--nonsense"),
        ("nonsense",),
        ("import", "users"),
        ("campaign", "check"),
        ("tick", "--locale", "fr"),
        ("report", "weekly", "--week", "soon"),
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2_and_says_nothing_on_stdout(words: tuple[str, ...]) -> None:
    run = command(*words)
    assert (run.code, run.out) == (2, "")
    assert run.err


def test_settings_elsewhere_are_named_and_paths_start_at_them(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    command("import", "responses", "started/responses.csv", "--config", "started/saasops.toml")
    run = command("tick", "--config", "started/saasops.toml", "--json")
    assert (run.code, run.json["sent"]) == (0, 4)
    assert len(list((filled / "notices").glob("*.txt"))) == 4
    assert not (tmp_path / "ops.db").exists()
    assert not (tmp_path / "notices").exists()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "value.missing_key"),
        ('storage = "ops.db"\ncolour = 1', "value.unknown_key"),
        ("storage = 3", "value.wrong_type"),
        ("storage = ", "toml.unreadable"),
    ],
)
def test_mistakes_in_the_settings_name_the_file_and_the_key(
    tmp_path: Path, text: str, code: str
) -> None:
    (tmp_path / "saasops.toml").write_text(text, "utf-8")
    run = command("tick", "--json")
    assert run.code == 1
    (problem,) = run.json["error"]["problems"]
    assert problem["code"] == code
    assert problem["where"].startswith("saasops.toml")


def test_a_storage_that_cannot_be_opened_is_explained(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text(
        "no database, but long enough to be looked at" * 20, "utf-8"
    )
    for storage in ("nowhere/ops.db", "notes.txt", "oracle://x"):
        (tmp_path / "saasops.toml").write_text(f'storage = "{storage}"', "utf-8")
        run = command("campaign", "show", "--json")
        assert (run.code, set(run.json)) == (1, {"error"})


# tick and plugins


def test_a_tick_sends_what_is_due_once(filled: Path) -> None:
    command("import", "responses", "responses.csv")
    assert command("tick", "--json").json["sent"] == 4
    assert command("tick", "--json").json["sent"] == 0
    assert "Dear Ada" in next((filled / "notices").glob("u01-*.txt")).read_text("utf-8")


def test_a_tick_that_cannot_deliver_exits_with_1(filled: Path) -> None:
    settings = (filled / "saasops.toml").read_text("utf-8")
    (filled / "saasops.toml").write_text(settings.replace('mail = "file"\n', ""), "utf-8")
    run = command("tick", "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "notice.no_channel")


def test_plugins_are_listed_with_what_they_offer_and_why_one_failed(started: Path) -> None:
    listed = {one["name"]: one for one in command("plugins", "--json").json["plugins"]}
    assert {listed[name]["status"] for name in ("file", "sqlite", "html")} == {"active"}
    assert listed["file"]["offers"] == ["saasops_channels: file"]
    with (started / "saasops.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[plugins.nonsense]\n[plugins.console]\ncolour = 'red'\n")
    run = command("plugins", "--json")
    assert run.code == 1
    listed = {one["name"]: one for one in run.json["plugins"]}
    assert listed["nonsense"]["status"] == listed["console"]["status"] == "failed"
    told = command("plugins")
    assert told.code == 1
    assert "no plugin nonsense" in told.out
    assert "red" not in told.out


# In a process of its own


def test_a_process_ends_with_the_same_codes_and_streams(started: Path) -> None:
    run = process("campaign", "show", "--json")
    assert (run.code, run.json["campaign"], run.err) == (0, "suite-2.0", "")
    assert process("import", "users", "no.csv").code == 1
    assert process("tick", "--nonsense").code == 2
    assert process("--help").code == 0


def test_a_terminal_that_speaks_no_chinese_gets_what_it_can(started: Path) -> None:
    run = process("campaign", "show", "--locale", "zh-CN", PYTHONIOENCODING="ascii")
    assert (run.code, run.err) == (0, "")
    shown = process("campaign", "check", "no.toml", "--json", "--locale", "zh-CN",
                    PYTHONIOENCODING="ascii")  # fmt: skip
    assert HAN.search(json.loads(shown.out)["error"]["message"])


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX pipe")
def test_a_reader_that_goes_away_is_no_error(filled: Path) -> None:
    run = subprocess.run(
        f'"{sys.executable}" -c "from saasops.cli import main; main()" report weekly | head -n 1',
        shell=True,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.startswith("Weekly report")
    assert run.stderr == ""


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_without_the_extra_it_says_in_both_languages_what_is_missing(missing: str) -> None:
    script = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "import saasops; from saasops.cli import main; main()"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    said = run.stderr.decode()
    assert (run.returncode, run.stdout) == (2, b"")
    assert said.count("pip install 'saasops[cli]'") == 2
    assert HAN.search(said)
    assert "Traceback" not in said


def test_a_defect_inside_is_not_taken_for_a_missing_extra() -> None:
    script = (
        "import sys; sys.modules['saasops.cli.init'] = None\nfrom saasops.cli import main; main()"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert run.returncode == 1
    assert b"saasops.cli.init" in run.stderr


# The words themselves


def spoken() -> Iterator[tuple[str, str, str]]:
    for file in Path(saasops.cli.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "both":
                english, chinese = (ast.unparse(one) for one in node.args)
                yield (
                    f"{file.name}:{node.lineno}",
                    ast.literal_eval(english.lstrip("f")),
                    (ast.literal_eval(chinese.lstrip("f"))),
                )


def test_words_say_the_same_in_both_languages() -> None:
    found = list(spoken())
    assert len(found) > 30
    for where, english, chinese in found:
        names = [
            {name for _, name, _, _ in Formatter().parse(t) if name} for t in (english, chinese)
        ]
        assert names[0] == names[1], where
        assert not HAN.search(english), where
        assert HAN.search(chinese) or english == chinese, where
