"""The pages say what the code says: rooms and their rows, errors and their words, links."""

import re
import sys
import tomllib
from importlib import import_module
from types import ModuleType

import pytest

from saasops import texts
from source import PACKAGE, ROOT, error_names

DOCS = ROOT / "docs"


@pytest.fixture
def reference(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(DOCS))
    return import_module("reference_pages")


def test_the_page_of_errors_has_every_class_and_every_code(reference: ModuleType) -> None:
    page = (DOCS / "reference" / "errors.md").read_text("utf-8")
    assert "<!-- all classes -->" in page
    assert "<!-- all codes -->" in page
    classes = re.findall(r"^\| `(\w+)` \|", reference.error_classes(), re.MULTILINE)
    assert set(classes) == error_names()
    codes = re.findall(r"^\| `([\w.]+)` \| (.+) \| (.+) \|$", reference.error_codes(), re.MULTILINE)
    assert {code for code, *_ in codes} == set(texts.catalogue())
    for code, english, chinese in codes:
        assert (english, chinese) == tuple(
            text.replace("|", "\\|").replace("<", "&lt;") for text in texts.catalogue()[code]
        )


def test_the_api_has_a_page_for_every_public_room(reference: ModuleType) -> None:
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
    public = {room for room in rooms if not room.startswith("_")} - {"cli", "texts"}
    assert set(reference.api_pages()) == public


def test_the_architecture_shows_the_rows_that_the_contract_checks() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["name"] == "Layers")
    checked = [re.findall(r"\w+", row) for row in layers]
    page = (DOCS / "explanation" / "architecture.md").read_text("utf-8")
    shown = re.search(r"```text\n(testing.*?)```", page, re.DOTALL)
    assert shown
    assert [row.split() for row in shown[1].splitlines()] == checked


@pytest.mark.parametrize(
    "page",
    sorted(p.relative_to(ROOT).as_posix() for p in [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]),
)
def test_links_between_files_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[\w-]+)?\)", text)
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


def test_extras_that_exist_are_all_in_all() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    ours = [name for name in extras if name not in ("all", "holidays", "ortools", "sqlalchemy")]
    assert extras["all"] == [f"saasops[{','.join(ours)}]"]
    assert sys.version_info >= tuple(map(int, project["requires-python"].strip(">=").split(".")))
