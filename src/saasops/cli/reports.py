"""`saasops report`: the weekly report, the funnels, and the parcels to ship."""

import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Annotated

import attrs
import typer

from saasops.app.campaigns import Campaigns
from saasops.app.ops import SaasOps
from saasops.cli.options import (
    SETTINGS,
    CampaignOption,
    ConfigOption,
    JsonOption,
    LocaleOption,
    day,
    moment,
)
from saasops.cli.settings import read_settings, the_campaign
from saasops.cli.terminal import Terminal, terminal
from saasops.clock import day_of, instant, monday_of, system_clock
from saasops.errors import Problem, Refused
from saasops.figures import Report
from saasops.ports import Document
from saasops.reports.csv_format import write as csv
from saasops.values import both

app = typer.Typer(help="Report on a campaign.", no_args_is_help=True)
FormatOption = Annotated[
    str, typer.Option("--format", help="text, html, csv, json, xlsx, or what a plugin offers.")
]
OutOption = Annotated[
    Path | None, typer.Option("--out", help="The file, or the folder for several.")
]
WeekOption = Annotated[
    date | None,
    typer.Option("--week", parser=day, metavar="DATE", help="Any day of the week meant."),
]
AtOption = Annotated[
    datetime | None,
    typer.Option("--at", parser=moment, metavar="INSTANT", help="As of 2020-02-29T09:00:00+08:00."),
]
_ON_A_TERMINAL = ("text", "json")


@app.command()
def weekly(
    *,
    campaign: CampaignOption = None,
    format: FormatOption = "text",
    out: OutOption = None,
    week: WeekOption = None,
    at: AtOption = None,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Report how the campaign stands: now, at an instant, or at the end of a week."""
    with terminal(locale, as_json=as_json) as shown, read_settings(config).open() as ops:
        handle = ops.campaign(the_campaign(ops, campaign))
        report = handle.reports.weekly(at=_as_of(handle, week, at))
        deliver(shown, ops, report, format, out)


@app.command()
def funnel(
    *,
    campaign: CampaignOption = None,
    format: FormatOption = "text",
    out: OutOption = None,
    week: WeekOption = None,
    at: AtOption = None,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Report the two funnels: from invitation to parcel, and channel by channel."""
    with terminal(locale, as_json=as_json) as shown, read_settings(config).open() as ops:
        handle = ops.campaign(the_campaign(ops, campaign))
        standing = handle.reports.weekly(at=_as_of(handle, week, at))
        sections = (standing.section("funnel"), *handle.reports.channels().sections)
        report = attrs.evolve(
            standing,
            id=f"{handle.id}-funnel",
            title=both("Funnels", "漏斗"),
            sections=sections,
        )
        deliver(shown, ops, report, format, out)


@app.command()
def shipping(
    *,
    out: Annotated[Path, typer.Option("--out", help="The CSV file. It holds names and addresses.")],
    purpose: Annotated[str, typer.Option("--purpose", help="What it is needed for; recorded.")],
    campaign: CampaignOption = None,
    week: WeekOption = None,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the parcels of a week, by default the last one, into a file and nowhere else.

    Exits with 1 if an address is missing.
    """
    with terminal(locale, as_json=as_json) as shown, read_settings(config).open() as ops:
        handle = ops.campaign(the_campaign(ops, campaign))
        where = handle.definition().where
        monday = monday_of(week or day_of(system_clock(), where) - timedelta(7))
        parcels = handle.rewards.shipping(monday, purpose=purpose)
        heads = (
            both("user", "用户"),
            both("name", "姓名"),
            both("phone", "电话"),
            both("postal address", "收货地址"),
            both("prizes", "奖品"),
            both("shipped", "已寄出"),
        )
        words = {True: both("yes", "是"), False: both("no", "否")}
        rows = [
            (p.user, p.name, p.phone, p.postal_address, "; ".join(p.prizes), words[p.shipped])
            for p in parcels
        ]
        header = [head.to(shown.locale) for head in heads]
        with private_file(out) as file:
            file.write(csv(header, rows, locale=shown.locale))
        lacking = [
            Problem(f"user {p.user}", "grant.no_address", {"user": p.user})
            for p in parcels
            if not p.postal_address
        ]
        shown.result(
            {
                "campaign": handle.id,
                "week": str(monday),
                "parcels": len(parcels),
                "out": str(out),
                "problems": [shown.problem(one) for one in lacking],
            }
        )
        shown.say(
            both(
                "{count} parcel(s) of the week of {week}: {out}",
                "{week} 当周共 {count} 个包裹：{out}",
            ),
            count=len(parcels),
            week=monday,
            out=out,
        )
        shown.list_problems(lacking)
        if lacking:
            raise typer.Exit(1)


def _as_of(handle: Campaigns, week: date | None, at: datetime | None) -> datetime | None:
    if week is None:
        return at
    if at is not None:
        raise Refused("cli.usage.one_time")
    return instant(monday_of(week) + timedelta(7), time(0), handle.definition().where)


def deliver(shown: Terminal, ops: SaasOps, report: Report, format: str, out: Path | None) -> None:
    """Print *report*, or write it in *format* to the file or folder *out*."""
    if out is None and shown.as_json:
        format = "json"
    documents = tuple(ops.render(report, format, locale=shown.locale))
    if out is None and format not in _ON_A_TERMINAL:
        raise Refused("cli.usage.needs_out", format=format)
    if out is None:
        for document in documents:
            typer.echo(document.content.decode(errors="backslashreplace"), nl=False)
        return
    written = _write(documents, format, out)
    shown.result({"report": report.id, "written": written})
    for name in written:
        shown.say(both("Written: {name}", "已写入：{name}"), name=name)


def _write(documents: Sequence[Document], format: str, out: Path) -> list[str]:
    several = len(documents) > 1
    folder = out.is_dir() or several
    if several and Path(documents[0].name).suffix == out.suffix and not out.is_dir():
        raise Refused("cli.usage.needs_folder", format=format, count=len(documents))
    if folder:
        out.mkdir(parents=True, exist_ok=True)
    names: list[str] = []
    for document in documents:
        path = out / document.name if folder else out
        path.write_bytes(document.content)
        names.append(str(path))
    return names


@contextmanager
def private_file(path: Path) -> Generator[IO[bytes]]:
    """Write *path*, whole or not at all, for its owner alone where the system knows that."""
    part = path.parent / f"{path.name}.part"
    part.unlink(missing_ok=True)
    try:
        with open(part, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
