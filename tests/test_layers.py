"""The contracts of pyproject.toml are kept, and each is broken by what it forbids."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from source import ROOT

IO = "The core does no input or output and writes no log"
DAYS_OFF = "Only solvers know OR-Tools, only ics knows icalendar, only almanacs know days off"
PLANTED = {
    ("money.py", "import sqlite3"): IO,
    ("events.py", "import logging"): IO,
    ("rewards/grants.py", "import urllib.request"): IO,
    ("values.py", "from saasops import serial"): "Layers",
    ("surveys/lint.py", "from saasops.rewards import ledger"): "Layers",
    ("campaigns/definition.py", "from saasops import app"): "Layers",
    ("storage/sqlite.py", "from saasops import plugins"): "Layers",
    ("app/ops.py", "import cattrs"): "Only serial knows cattrs",
    ("storage/memory.py", "import pluggy"): "Only plugins know pluggy",
    ("ports.py", "import pytest"): "Only testing knows hypothesis and pytest",
    ("people/users.py", "import pendulum"): "Only calendars and clock know pendulum",
    ("calendars/working_days.py", "import packaging"): "Only versions know packaging",
    ("app/definitions.py", "import typer"): "Only the command line knows typer",
    ("calendars/keeping.py", "import holidays"): DAYS_OFF,
    ("app/calendars.py", "import chinese_calendar"): DAYS_OFF,
    ("storage/hosts.py", "import sqlalchemy"): "Only the adapter knows SQLAlchemy",
    ("notices/rules.py", "import saasops"): "No room looks into the public face",
}


def lint(folder: Path) -> tuple[int, str]:
    script = "from importlinter.cli import lint_imports_command as lint; lint()"
    run = subprocess.run(
        [sys.executable, "-c", script, "--no-cache", "--config", str(ROOT / "pyproject.toml")],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder / "src"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return run.returncode, run.stdout + run.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_the_contracts_are_kept() -> None:
    code, output = lint(ROOT)
    assert code == 0, output
    assert " 0 broken." in output


def test_each_planted_import_is_found(copy: Path) -> None:
    for file, line in PLANTED:
        with (copy / "src/saasops" / file).open("a", encoding="utf-8") as source:
            source.write(f"{line}\n")
    code, output = lint(copy)
    assert code == 1, output
    for (file, line), contract in PLANTED.items():
        assert f"{contract} BROKEN" in output
        module = f"saasops.{file.removesuffix('.py').replace('/', '.')}"
        assert f"{module} -> {imported(line)}" in output, output


def test_a_room_without_a_row_is_found(copy: Path) -> None:
    (copy / "src/saasops/helpers.py").write_text('"""Decide nothing."""\n', encoding="utf-8")
    code, output = lint(copy)
    assert code == 1
    assert "- saasops.helpers" in output, output


def imported(line: str) -> str:
    match line.split():
        case ["import", name]:
            return name.partition(".")[0]
        case [_, package, _, name]:
            return f"{package}.{name}"
    raise ValueError(line)
