"""The roster and the limits of the reference campaign."""

import csv
from pathlib import Path

import pytest

from saasops.app.definitions import read_campaign
from saasops.campaigns.definition import slots_of
from saasops.scheduling.importing import read_absences, read_assistants

FOLDER = Path(__file__).parents[2] / "examples" / "reference_campaign"


@pytest.fixture(scope="session")
def rows_of():
    def read(name: str) -> list[tuple[int, dict[str, str]]]:
        with (FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
            return list(enumerate(csv.DictReader(file), 1))

    return read


@pytest.fixture(scope="session")
def campaign():
    return read_campaign(FOLDER / "campaign.toml")


@pytest.fixture(scope="session")
def slots(campaign):
    return slots_of(campaign)


@pytest.fixture(scope="session")
def roster(rows_of):
    found, problems = read_assistants(rows_of("assistants.csv"))
    assert problems == []
    return tuple(assistant for _, assistant in found)


@pytest.fixture(scope="session")
def away(rows_of):
    found, problems = read_absences(rows_of("absences.csv"))
    assert problems == []
    return tuple(absence for _, absence in found)
