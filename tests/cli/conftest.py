"""A folder in which a campaign runs, and the reference campaign with few people."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from command import REFERENCE, saasops


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as `init` writes it, its campaign launched; commands run in it."""
    folder = tmp_path / "started"
    assert saasops("init", folder).code == 0
    monkeypatch.chdir(folder)
    assert saasops("campaign", "launch", "campaign.toml").code == 0
    return folder


@pytest.fixture
def filled(started: Path) -> Path:
    """The same, with its files taken in but for the responses."""
    files = {"users": "users", "releases": "products", "downloads": "downloads"}
    for kind, name in {**files, "assistants": "assistants"}.items():
        assert saasops("import", kind, f"{name}.csv").code == 0
    return started


@pytest.fixture
def edit(started: Path) -> Callable[[str, str, str], None]:
    def replace(name: str, old: str, new: str) -> None:
        text = (started / name).read_text("utf-8")
        assert old in text
        (started / name).write_text(text.replace(old, new), "utf-8")

    return replace


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference campaign with six of its people, without campaign.toml and expected.json."""
    people = {"u0005", "u0010", "u0046", "u0052", "u0146", "u0305"}
    folder = tmp_path_factory.mktemp("few")
    logins = {
        row["qq"]
        for row in csv.DictReader((REFERENCE / "users.csv").read_text("utf-8-sig").splitlines())
        if row["user"] in people
    }
    owners = {"user": people, "author": people, "您的QQ号": logins}
    for file in REFERENCE.glob("*.csv"):
        with file.open(encoding="utf-8-sig", newline="") as source:
            head, *rows = csv.reader(source)
        column = next((name for name in owners if name in head), None)
        if column is not None and file.name != "threads.csv":
            rows = [row for row in rows if row[head.index(column)] in owners[column]]
        if "parent" in head:
            rows = [row for row in rows if not row[head.index("parent")]]
        with (folder / file.name).open("w", encoding="utf-8", newline="") as target:
            csv.writer(target).writerows([head, *rows])
    answers = json.loads((REFERENCE / "survey_responses.json").read_bytes())
    answers["responses"] = [one for one in answers["responses"] if one["user"] in people]
    (folder / "survey_responses.json").write_text(json.dumps(answers), "utf-8")
    return folder
