"""`saasops init` writes files that work together, whatever the date, and overwrites none."""

import tomllib
from datetime import date, time, timedelta
from pathlib import Path

import attrs
import pytest
from command import saasops
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops import SaasOps, read_campaign, serial
from saasops.app.files import read_table
from saasops.cli.init import written
from saasops.cli.settings import Settings
from saasops.clock import instant, zone
from saasops.surveys.profiles import ExportProfile
from saasops.testing.fakes import FixedClock


def test_the_files_are_written_and_nothing_is_left_blank(tmp_path: Path) -> None:
    run = saasops("init", tmp_path / "a" / "b", "--opens", "2026-03-02", "--json")
    assert run.code == 0
    folder = Path(run.json["folder"])
    assert sorted(path.name for path in folder.iterdir()) == run.json["written"]
    for file in folder.iterdir():
        text = file.read_text("utf-8")
        assert "{{" not in text
        if file.suffix == ".toml":
            assert tomllib.loads(text)
            assert "\u4e00" <= max(text) <= "\uffff", f"{file.name} speaks no Chinese"
    assert tomllib.loads((folder / "campaign.toml").read_text("utf-8"))["opens"] == date(2026, 3, 2)


def test_it_opens_on_a_monday_to_come(tmp_path: Path) -> None:
    assert saasops("init", tmp_path).code == 0
    opens = read_campaign(tmp_path / "campaign.toml").opens
    assert opens.weekday() == 0


def test_a_file_in_the_way_stops_it_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("mine", "utf-8")
    (tmp_path / "saasops.toml").write_text("mine", "utf-8")
    run = saasops("init", tmp_path)
    assert run.code == 1
    assert "users.csv" in run.err
    assert "saasops.toml" in run.err
    assert {path.name for path in tmp_path.iterdir()} == {"users.csv", "saasops.toml"}
    assert (tmp_path / "users.csv").read_text("utf-8") == "mine"


def test_a_second_time_is_refused(tmp_path: Path) -> None:
    assert saasops("init", tmp_path).code == 0
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert saasops("init", tmp_path, "--opens", "2027-01-04").code == 1
    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


def test_a_file_where_the_folder_should_be_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    run = saasops("init", tmp_path / "file", "--json")
    assert (run.code, run.json["error"]["code"]) == (1, "cli.file_failed")


@pytest.mark.parametrize("wrong", ["tomorrow", "2026-02-30", "9999-12-31", ""])
def test_a_wrong_date_is_wrong_usage(tmp_path: Path, wrong: str) -> None:
    assert saasops("init", tmp_path, "--opens", wrong).code == 2


@settings(max_examples=25)
@given(
    opens=st.dates(date(2019, 1, 1), date(2030, 12, 31)),
    ahead=st.integers(0, 400).map(timedelta),
)
def test_the_files_work_together_whatever_the_date(
    tmp_path_factory: pytest.TempPathFactory, opens: date, ahead: timedelta
) -> None:
    folder = tmp_path_factory.mktemp("init")
    for name, text in written(opens, today=opens - ahead).items():
        (folder / name).write_text(text, "utf-8")

    def rows(name: str):
        sheet = read_table(folder / name)
        assert sheet.problems == ()
        return sheet.rows

    raw = tomllib.loads((folder / "saasops.toml").read_text("utf-8"))
    assert set(serial.load(raw, Settings).channels) == {"mail", "sms", "inbox", "post"}
    profile = serial.load(
        tomllib.loads((folder / "responses.profile.toml").read_text("utf-8")), ExportProfile
    )
    clock = FixedClock(instant(opens - ahead, time(9), zone("Asia/Shanghai")))
    with SaasOps.open("memory", clock=clock) as ops:
        campaign = ops.launch(read_campaign(folder / "campaign.toml"))
        reports = [
            ops.people.import_users(rows("users.csv")),
            ops.versions.import_releases(rows("products.csv")),
            ops.versions.import_downloads(rows("downloads.csv")),
            campaign.schedule.import_assistants(rows("assistants.csv")),
            campaign.survey.import_responses(rows("responses.csv"), profile),
        ]
        *right, responses = reports
        assert [attrs.evolve(one, accepted=()) for one in right] == [
            attrs.evolve(one, accepted=(), problems=()) for one in right
        ]
        assert [(p.where, p.code) for p in responses.problems] == [
            ("row 4, column Hosts", "survey.import.unknown_option")
        ]
        assert len(responses.accepted) == 4
        slots = {slot.id for slot in campaign.schedule.slots()}
        assert {one.wish for one in campaign.participants()} <= slots
        assert {row["slot"] for _, row in rows("outcomes.csv")} <= slots
