"""`saasops init`: a folder with settings, a small campaign, and files to import.

The files lie in `example/`; blanks such as {{opens+7}} are filled with dates.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from saasops.calendars.working_days import by_name
from saasops.cli.options import JsonOption, LocaleOption, day
from saasops.cli.terminal import terminal
from saasops.clock import day_of, monday_of, system_clock, zone
from saasops.errors import Refused
from saasops.scheduling.slots import SlotRules, generate
from saasops.values import both

_LENGTH = timedelta(27)
_BLANK = re.compile(r"\{\{([\w.]+)([+-]\d+)?\}\}")


def init(
    folder: Annotated[Path, typer.Argument(help="A folder; it is made where it is missing.")],
    *,
    opens: Annotated[
        date | None,
        typer.Option(
            "--opens",
            parser=day,
            metavar="DATE",
            help="The first day of the campaign; by default next Monday.",
        ),
    ] = None,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write settings, a small campaign and example files into a folder, to start from.

    Nothing is overwritten: where a file is in the way, nothing is written.
    """
    with terminal(locale, as_json=as_json) as shown:
        today = day_of(system_clock(), zone("Asia/Shanghai"))
        first = opens or monday_of(today) + timedelta(7)
        texts = written(first, today=min(today, first))
        if taken := [name for name in texts if (folder / name).exists()]:
            raise Refused("cli.in_the_way", names=taken)
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            with (folder / name).open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        shown.result({"folder": str(folder), "written": list(texts)})
        shown.say(
            both("Written into {folder}: {names}", "已写入 {folder}：{names}"),
            folder=folder,
            names=", ".join(texts),
        )
        shown.say(
            both(
                "Next: cd {folder}; saasops campaign check campaign.toml",
                "下一步：cd {folder}，然后运行 saasops campaign check campaign.toml",
            ),
            folder=folder,
        )


def written(opens: date, *, today: date) -> dict[str, str]:
    """Return the text of every file by its name, for a campaign from *opens* on."""
    dates, words = _dates(opens, today), _slots(opens)

    def fill(blank: re.Match[str]) -> str:
        name, days = blank[1], int(blank[2] or 0)
        return str(dates[name] + timedelta(days)) if name in dates else words[name]

    example = files("saasops.cli").joinpath("example")
    texts = {one.name: one.read_text(encoding="utf-8") for one in example.iterdir()}
    return {name: _BLANK.sub(fill, text) for name, text in sorted(texts.items())}


def _dates(opens: date, today: date) -> dict[str, date]:
    return {
        "opens": opens,
        "closes": opens + _LENGTH,
        "saturday": opens + timedelta(5 - opens.weekday() + 7 * (opens.weekday() > 5)),
        "today": today,
    }


def _slots(opens: date) -> Mapping[str, str]:
    """Name the first two weeks that the campaign offers, whatever holidays there are."""
    rules = SlotRules(duty_saturdays=False)
    weeks = generate(rules, by_name(rules.calendar), opens=opens, closes=opens + _LENGTH)
    words: dict[str, str] = {}
    for name, slot in zip(("slot1", "slot2"), weeks, strict=False):
        words[name] = f"{slot.opens} to {slot.closes}"
        words |= {f"{name}.id": slot.id}
        words |= {f"{name}.first": str(slot.opens), f"{name}.last": str(slot.closes)}
    return words
