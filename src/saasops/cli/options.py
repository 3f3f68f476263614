"""The options that commands share, and how their values are read."""

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from saasops.clock import parse_instant
from saasops.texts import LOCALES
from saasops.values import both

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
    """Read 2020-02-29; raise `typer.BadParameter` for anything else."""
    try:
        return civil(text)
    except ValueError:
        raise _meant("2020-02-29") from None


def month_of(text: str) -> date:
    """Read 2020-02 as its first day; raise `typer.BadParameter` for anything else."""
    try:
        return civil(text + "-01" if len(text) == len("2020-02") else "")
    except ValueError:
        raise _meant("2020-02") from None


def moment(text: str) -> datetime:
    """Read 2020-02-29T09:00:00+08:00; raise `typer.BadParameter` also without an offset."""
    try:
        civil(text[:10])
        return parse_instant(text)
    except ValueError:
        raise _meant("2020-02-29T09:00:00+08:00") from None


def civil(text: str) -> date:
    """Read 2020-02-29; raise `ValueError` for anything else, and for years that nobody means."""
    found = date.fromisoformat(text)
    if not _YEARS[0] <= found.year <= _YEARS[1]:
        raise ValueError(text)
    return found


def _meant(example: str) -> typer.BadParameter:
    """Say it in both languages: which one is asked for is not read yet."""
    words = both(
        "write it as {example}, in a year from {first} to {last}",
        "请写成 {example}，年份在 {first} 至 {last} 之间",
    )
    values = {"example": example, "first": _YEARS[0], "last": _YEARS[1]}
    return typer.BadParameter("; ".join(words.to(one).format(**values) for one in LOCALES))
