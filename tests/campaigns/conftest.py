"""The reference campaign, and what its 330 people answered."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from export_judge import read_export
from saasops import serial
from saasops.app.definitions import read_campaign
from saasops.campaigns.definition import Campaign, slots_of
from saasops.surveys.answers import check
from saasops.surveys.profiles import ExportProfile

FOLDER = Path(__file__).parents[2] / "examples" / "reference_campaign"


@pytest.fixture(scope="session")
def folder() -> Path:
    return FOLDER


@pytest.fixture(scope="session")
def rows_of():
    def read(name: str) -> list[tuple[int, dict[str, str]]]:
        with (FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
            return list(enumerate(csv.DictReader(file), 1))

    return read


@pytest.fixture(scope="session")
def expected() -> dict[str, Any]:
    return json.loads((FOLDER / "expected.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def reference() -> Campaign:
    return read_campaign(FOLDER / "campaign.toml")


@pytest.fixture(scope="session")
def everybody(reference, rows_of, expected) -> dict[str, dict[str, Any]]:
    """What each of the 330 answered, on the site or in the export of the outside tool."""
    slots = {slot.id: (slot.opens, slot.closes, slot.kind) for slot in slots_of(reference)}
    recognise = expected["versions"]["forms"].get
    users = {("qq", row["qq"]): row["user"] for _, row in rows_of("users.csv")}
    written = serial.parse_toml((FOLDER / "survey_export.profile.toml").read_text("utf-8"))
    export = read_export(
        rows_of("survey_export.csv"),
        reference.survey,
        serial.load(written, ExportProfile),
        campaign=reference.id,
        find_user=lambda provider, subject: users.get((provider, subject)),
        slots=slots,
        recognise=recognise,
        held=lambda user: None,
    )
    site = json.loads((FOLDER / "survey_responses.json").read_text("utf-8"))["responses"]
    answers = {response.user: dict(response.answers) for _, response in export.accepted}
    for one in site:
        typed, problems = check(reference.survey, one["answers"], slots=slots, recognise=recognise)
        assert problems == ()
        answers[one["user"]] = typed
    return answers
