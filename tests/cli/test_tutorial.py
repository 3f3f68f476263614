"""Every command of the tutorial runs, in order, and prints what the page shows.

A line `…` stands for any lines, and `…` within a line for anything.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from source import ROOT

PAGE = ROOT / "docs" / "tutorial" / "run-an-upgrade-campaign.md"


@attrs.frozen
class Step:
    """A command and what it is to print; or a file and what stands in it."""

    command: str
    shown: str
    file: str = ""


def steps(page: str) -> Iterator[Step]:
    for block in re.finditer(r"^```(console|python)\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        if block[1] == "python":
            (name,) = re.findall(r"Save it as `([\w.]+)`:\s*\Z", page[: block.start()])
            yield Step("", block[2], file=name)
            continue
        for part in re.split(r"^\$ ", block[2], flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            yield Step(command, shown)


def pattern(shown: str) -> str:
    """Blanks at the ends of lines, and how many there are within one, do not count."""
    lines: list[str] = []
    for line in shown.rstrip("\n").split("\n"):
        parts = [re.escape(" ".join(part.split())) for part in line.split("…")]
        lines.append("(?:.*\n)*?" if line == "…" else f"{' ?.*? ?'.join(parts)}\n")
    return "".join(lines)


def plain(text: str) -> str:
    return "".join(f"{' '.join(line.split())}\n" for line in text.rstrip("\n").split("\n"))


@pytest.mark.skipif(sys.platform == "win32", reason="the page is written for a POSIX shell")
def test_the_tutorial_runs_as_it_is_written(tmp_path: Path) -> None:
    scripts = Path(sys.executable).parent
    assert shutil.which("saasops", path=str(scripts)), "saasops is not installed"
    env = {
        **os.environ,
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "LC_ALL": "en_US.UTF-8",
        "COLUMNS": "80",
    }
    folder, done = tmp_path, list[str]()
    for step in steps(PAGE.read_text("utf-8")):
        if step.file:
            (folder / step.file).write_text(step.shown, "utf-8")
            continue
        if step.command.startswith("cd "):
            folder /= step.command.removeprefix("cd ")
            continue
        run = subprocess.run(
            step.command, shell=True, cwd=folder, env=env, capture_output=True, check=False
        )
        printed = plain((run.stdout + run.stderr).decode())
        assert re.fullmatch(pattern(step.shown), printed), f"$ {step.command}\n{printed}"
        assert run.returncode == ("responses" in step.command and "wrong" in step.shown)
        done.append(step.command.split()[0])
    assert done.count("saasops") == len(done) - 4 > 10


def test_a_step_that_prints_something_else_would_be_found() -> None:
    assert re.fullmatch(pattern("a  b…\n…\nc\n"), plain("a b c\nx\ny\nc\n"))
    assert re.fullmatch(pattern("a\n…\n"), plain("a\n"))
    assert not re.fullmatch(pattern("a\n"), plain("a\nb\n"))
    assert not re.fullmatch(pattern("a…\nc\n"), plain("a\nb\nc\n"))
    assert not re.fullmatch(pattern(" sent 5\n"), plain(" sent 50\n"))
