"""The options that commands share, and how their values are read."""

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from saasops.clock import parse_instant

SETTINGS = Path("saasops.toml")
_YEARS = (1970, 2999)


class Locale(StrEnum):
    """A language that every message is written in."""

    CHINESE = "zh-CN"
    ENGLISH = "en"


ConfigOption: TypeAlias = Annotated[
    Path, typer.Option("--config", help="The settings, as `saasops init` writes them.")
]
LocaleOption: TypeAlias = Annotated[
    Locale | None,
    typer.Option(
        "--locale", case_sensitive=False, help="The language; by default that of LC_ALL or LANG."
    ),
]
JsonOption: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print one JSON object and nothing else.")
]
CampaignOption: TypeAlias = Annotated[
    str | None, typer.Option("--campaign", help="The campaign's id; not needed if there is one.")
]


def day(text: str) -> date:
    """Read 2020-02-29; raise `ValueError` for anything else."""
    found = date.fromisoformat(text)
    if not _YEARS[0] <= found.year <= _YEARS[1]:
        raise ValueError("a year from {} to {} is meant".format(*_YEARS))
    return found


def moment(text: str) -> datetime:
    """Read 2020-02-29T09:00:00+08:00; raise `ValueError` without an offset."""
    day(text[:10])
    return parse_instant(text)
