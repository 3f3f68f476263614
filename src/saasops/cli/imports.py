"""`saasops import`: take in operators' files, and say what is wrong row by row."""

import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import attrs
import typer

from saasops.app.files import open_table, read_lines
from saasops.app.imports import ImportReport
from saasops.app.ops import SaasOps
from saasops.cli.options import SETTINGS, CampaignOption, ConfigOption, JsonOption, LocaleOption
from saasops.cli.settings import read_settings, read_toml, the_campaign
from saasops.cli.terminal import Terminal, terminal
from saasops.errors import Problem, Refused
from saasops.figures import Section, column
from saasops.surveys.profiles import ExportProfile
from saasops.values import both

Take: TypeAlias = Callable[..., ImportReport]
_COUNTED = ("accepted", "changed", "unchanged", "superseded", "repaired")
_MOST_SHOWN = 20


class Shape(StrEnum):
    """What a file of responses is: a table, or what a tool sends as JSON."""

    TABLE = "table"
    SURVEYJS = "surveyjs"
    TYPEFORM = "typeform"
    WJ = "wj"


class Kind(StrEnum):
    """What the rows of a file are."""

    USERS = "users"
    RELEASES = "releases"
    PATHS = "paths"
    DOWNLOADS = "downloads"
    INVITATIONS = "invitations"
    ASSISTANTS = "assistants"
    ABSENCES = "absences"
    RESPONSES = "responses"
    OUTCOMES = "outcomes"
    PRIORS = "priors"
    CHANNELS = "channels"


_LONG = {Kind.USERS, Kind.DOWNLOADS, Kind.INVITATIONS, Kind.RESPONSES, Kind.PRIORS}
"""The kinds whose import tells how far it is."""


def import_(
    kind: Annotated[Kind, typer.Argument(help="What the rows are.", show_default=False)],
    file: Annotated[Path, typer.Argument(help="A CSV (UTF-8) or XLSX file.")],
    *,
    campaign: CampaignOption = None,
    profile: Annotated[
        Path | None,
        typer.Option(help="How to read responses; by default FILE with .profile.toml."),
    ] = None,
    format: Annotated[
        Shape,
        typer.Option(help="What a file of responses is: CSV or XLSX, or the JSON of a tool."),
    ] = Shape.TABLE,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything and keep nothing.")
    ] = False,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in a file. Right rows go in, wrong ones are listed; again changes nothing.

    Exits with 1 if a row is wrong, or the file breaks off.
    """
    with terminal(locale, as_json=as_json) as shown:
        _formatted(kind, format)
        extra = _profile(kind, file, profile)
        settings = read_settings(config)
        table = open_table(file) if format is Shape.TABLE else None
        with settings.open() as ops, shown.progress() as told:
            more: dict[str, Any] = {"progress": told} if kind in _LONG else {}
            if table is not None:
                report = _importer(ops, kind, campaign)(table, *extra, dry_run=dry_run, **more)
                report = attrs.evolve(report, problems=(*table.problems, *report.problems))
            else:
                answers = ops.campaign(the_campaign(ops, campaign)).survey
                more["format"] = format.value
                report = answers.import_documents(read_lines(file), *extra, dry_run=dry_run, **more)
        tell(shown, report, file)
        if report.problems:
            raise typer.Exit(1)


def _formatted(kind: Kind, format: Shape) -> None:
    if kind is not Kind.RESPONSES and format is not Shape.TABLE:
        raise Refused("cli.usage.no_format", kind=kind.value)


def _profile(kind: Kind, file: Path, profile: Path | None) -> tuple[ExportProfile, ...]:
    if kind is not Kind.RESPONSES:
        if profile is not None:
            raise Refused("cli.usage.no_profile", kind=kind.value)
        return ()
    beside = file.with_name(f"{Path(file.name.removesuffix('.gz')).stem}.profile.toml")
    if profile is None and not beside.is_file():
        raise Refused("cli.usage.needs_profile", name=beside.name)
    return (read_toml(profile or beside, ExportProfile),)


def _importer(ops: SaasOps, kind: Kind, campaign: str | None) -> Take:
    everywhere: dict[Kind, Take] = {
        Kind.USERS: ops.people.import_users,
        Kind.PRIORS: ops.people.import_priors,
        Kind.RELEASES: ops.versions.import_releases,
        Kind.PATHS: ops.versions.import_paths,
        Kind.DOWNLOADS: ops.versions.import_downloads,
    }
    if kind in everywhere:
        return everywhere[kind]
    here = ops.campaign(the_campaign(ops, campaign))
    within: dict[Kind, Take] = {
        Kind.INVITATIONS: here.import_invitations,
        Kind.CHANNELS: here.import_channels,
        Kind.ASSISTANTS: here.schedule.import_assistants,
        Kind.ABSENCES: here.schedule.import_absences,
        Kind.OUTCOMES: here.schedule.import_outcomes,
        Kind.RESPONSES: here.survey.import_responses,
    }
    return within[kind]


def tell(shown: Terminal, report: ImportReport, file: Path) -> None:
    """Say what an import did with *file*, and what is wrong row by row."""
    shown.result(
        {
            "kind": report.kind,
            "file": file.name,
            "dry_run": report.dry_run,
            "rows": report.rows,
            **{name: list(getattr(report, name)) for name in (*_COUNTED, "unlisted")},
            "problems": [shown.problem(one) for one in report.problems],
        }
    )
    words = {
        "accepted": both("accepted", "新增"),
        "changed": both("changed", "变更"),
        "unchanged": both("unchanged", "无变化"),
        "superseded": both("superseded by a later row", "已被更新的行取代"),
        "repaired": both("read after a repair", "自动修正后读取"),
    }
    rows = [(words[name], len(getattr(report, name)), _listed(report, name)) for name in _COUNTED]
    placed = {int(found[1]) for one in report.problems if (found := _place(one))}
    wrong = sorted(placed | set(report.unlisted))
    rows.append((both("wrong", "有误"), len(wrong), _some(wrong)))
    shown.show(
        Section(
            id="import",
            title=both(
                f"{file.name}: {report.rows} rows of {report.kind}",
                f"{file.name}：{report.kind} 共 {report.rows} 行",
            ),
            columns=(
                column("result", both("result", "结果")),
                column("rows", both("rows", "行数"), "count"),
                column("which", both("which", "行号")),
            ),
            rows=tuple(row for row in rows if row[1]) or (rows[0],),
        )
    )
    if report.problems:
        shown.show(_problems(shown, report.problems))
    if more := len(report.unlisted):
        shown.say(
            both(
                f"{more} more rows are wrong; correct these first, then import again.",
                f"另有 {more} 行有误，请先更正以上各行后重新导入。",
            )
        )
    if report.dry_run:
        shown.say(both("A dry run: nothing was kept.", "试运行：未保存任何内容。"))


def _listed(report: ImportReport, name: str) -> str:
    """List the numbers that are worth a look."""
    return _some(getattr(report, name)) if name in ("superseded", "repaired") else ""


def _some(numbers: Iterable[int]) -> str:
    listed = list(numbers)
    more = " …" if len(listed) > _MOST_SHOWN else ""
    return ", ".join(map(str, listed[:_MOST_SHOWN])) + more


def _problems(shown: Terminal, problems: Iterable[Problem]) -> Section:
    rows: list[tuple[str, str, str]] = []
    for one in problems:
        found = _place(one)
        number, rest = (found[1], found[2] or "") if found else ("", one.where)
        rows.append((number, rest.removeprefix("column "), shown.problem(one)["message"]))
    return Section(
        id="problems",
        title=both("What is wrong, and what to do", "问题与处理方法"),
        columns=(
            column("row", both("row", "行")),
            column("column", both("column", "列")),
            column("problem", both("problem", "问题")),
        ),
        rows=tuple(rows),
        note=both("Row 1 is the first below the header.", "表头下的第一行为第 1 行。"),
    )


def _place(problem: Problem) -> re.Match[str] | None:
    return re.match(r"row (\d+)(?:, (.*))?$", problem.where, re.DOTALL)
