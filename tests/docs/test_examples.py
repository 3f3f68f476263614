"""Every Python example of the README, the pages and the docstrings runs, one test for a file."""

import re
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers import myst, rest

from source import ROOT, SRC

PAGES = Sybil(parsers=[myst.PythonCodeBlockParser(), myst.SkipParser()])
MODULES = Sybil(parsers=[rest.DocTestParser()])


def with_examples() -> list[str]:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    found = [
        file for file in pages if re.search(r"^```\{?python", file.read_text("utf-8"), re.MULTILINE)
    ]
    found += [file for file in SRC.rglob("*.py") if ">>> " in file.read_text("utf-8")]
    return sorted(file.relative_to(ROOT).as_posix() for file in found)


@pytest.mark.parametrize("file", with_examples())
def test_the_examples_run(file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sybil = MODULES if file.endswith(".py") else PAGES
    examples = list(sybil.parse(ROOT / file))
    assert examples
    for example in examples:
        example.evaluate()


def test_both_readmes_show_the_same_examples() -> None:
    def blocks(file: str) -> list[str]:
        return re.findall(
            r"^```.*?^```", (ROOT / file).read_text("utf-8"), re.MULTILINE | re.DOTALL
        )

    assert blocks("README.md") == blocks("README.zh-CN.md") != []
