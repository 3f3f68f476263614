import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from export_judge import ExportReport, read_export
from saasops import serial
from saasops.surveys.definition import Survey
from saasops.surveys.profiles import ExportProfile, SlotDays

CAMPAIGN = Path(__file__).parents[2] / "examples" / "reference_campaign"


def load(name: str, kind: type[Any]) -> Any:
    return serial.load(serial.parse_toml((CAMPAIGN / name).read_text(encoding="utf-8")), kind)


@pytest.fixture(scope="session")
def survey() -> Survey:
    return load("survey.toml", Survey)


@pytest.fixture(scope="session")
def profile() -> ExportProfile:
    return load("survey_export.profile.toml", ExportProfile)


@pytest.fixture(scope="session")
def expected() -> dict[str, Any]:
    return json.loads((CAMPAIGN / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def slots(expected) -> dict[str, SlotDays]:
    return {
        slot: (
            date.fromisoformat(first),
            date.fromisoformat(last),
            "week" if slot.startswith("week") else "saturday",
        )
        for slot, (first, last) in expected["slots"].items()
    }


@pytest.fixture(scope="session")
def recognise(expected):
    return expected["versions"]["forms"].get


@pytest.fixture(scope="session")
def site() -> dict[str, Any]:
    return json.loads((CAMPAIGN / "survey_responses.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def export_text() -> str:
    return (CAMPAIGN / "survey_export.csv").read_bytes().decode("utf-8-sig")


@pytest.fixture(scope="session")
def export(export_text) -> list[tuple[int, dict[str, str]]]:
    return list(enumerate(csv.DictReader(io.StringIO(export_text, newline="")), 1))


@pytest.fixture(scope="session")
def read(survey, profile, slots, recognise):
    """Read rows of the reference survey; the user of QQ 900… is looked up in users.csv."""
    with (CAMPAIGN / "users.csv").open(encoding="utf-8", newline="") as file:
        users = {("qq", row["qq"]): row["user"] for row in csv.DictReader(file)}

    def read(rows, held=None, **changes) -> ExportReport:
        values = {
            "campaign": "up-5.1",
            "find_user": lambda provider, subject: users.get((provider, subject)),
            "slots": slots,
            "recognise": recognise,
            "held": (held or {}).get,
        } | changes
        return read_export(rows, survey, values.pop("profile", profile), **values)

    return read
