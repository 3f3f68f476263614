"""`saasops survey import|export|migrate`: surveys and answers in other forms and versions."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from saasops.app.ops import SaasOps
from saasops.app.survey_files import NAMES, OWN, read_definition, write_definition
from saasops.cli.options import SETTINGS, CampaignOption, ConfigOption, JsonOption, LocaleOption
from saasops.cli.reports import private_file
from saasops.cli.settings import read_settings, the_campaign
from saasops.cli.terminal import Terminal, terminal
from saasops.errors import Problem, Refused
from saasops.figures import Section, column
from saasops.surveys.definition import Survey
from saasops.surveys.exporting import Export
from saasops.surveys.formats.definitions import FORMATS, Choices
from saasops.values import Text, both

ANSWERS = ("csv", "xlsx", "jsonl")
READABLE = tuple(name for name in NAMES if name == OWN or FORMATS[name].read is not None)
_MOST_SHOWN = 40


def import_(
    file: Annotated[Path, typer.Argument(help="A survey of another tool.")],
    *,
    format: Annotated[
        str | None, typer.Option("--as", help=f"{', '.join(READABLE)}; else what it looks like.")
    ] = None,
    partly: Annotated[
        bool, typer.Option("--partly", help="Take the rest where something is declined.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write it to this .json; else keep it as a draft.")
    ] = None,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in the definition of a survey, and name what of it cannot be asked here."""
    with terminal(locale, as_json=as_json) as shown:
        if format is not None:
            _known(format, READABLE)
        if out is not None and out.suffix.lower() != ".json":
            raise Refused("cli.usage.needs_json", name=out.name)
        found = read_definition(file, format)
        survey = found.survey if partly else found.whole()
        if out is None:
            with read_settings(config).open() as ops:
                ops.surveys.save(survey)
        else:
            out.write_bytes(write_definition(survey, OWN).content)
        shown.result(
            {
                "survey": survey.id,
                "version": survey.version,
                "questions": len(survey.questions),
                "written": str(out) if out else None,
                "declined": [shown.problem(one) for one in found.declined],
                "notes": [shown.problem(one) for one in found.notes],
            }
        )
        kept = both(
            "Draft of {id} {version}: {questions} questions; publish it: saasops survey publish"
            " {id}",
            "已存为 {id} {version} 的草稿，共 {questions} 题；发布：saasops survey publish {id}",
        )
        words = kept if out is None else both("Written: {name}", "已写入：{name}")
        shown.say(
            words,
            id=survey.id,
            version=survey.version,
            questions=len(survey.questions),
            name=str(out),
        )
        _list(shown, both("Declined:", "未接受："), found.declined)
        _list(
            shown, both("Left out, without effect on answers:", "已略去，不影响作答："), found.notes
        )


def export(
    source: Annotated[
        str | None,
        typer.Argument(help="A file or a published survey; answers: not needed.", metavar="SURVEY"),
    ] = None,
    *,
    format: Annotated[str, typer.Option("--as", help=f"{', '.join((*NAMES, *ANSWERS))}.")],
    out: Annotated[Path, typer.Option("--out", help="The file.")],
    version: Annotated[int | None, typer.Option(help="The version, else the newest.")] = None,
    campaign: CampaignOption = None,
    words: Annotated[
        bool, typer.Option("--words", help="Answers: the words of choices, not their ids.")
    ] = False,
    single: Annotated[
        bool, typer.Option("--single", help="Answers: a column for each option.")
    ] = False,
    purpose: Annotated[
        str | None, typer.Option(help="Answers: what personal ones are needed for, to have them.")
    ] = None,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a survey in the form of another tool, or the answers to it as a table.

    Answers are those of the campaign; with --purpose the file holds personal data.
    """
    with terminal(locale, as_json=as_json) as shown:
        _known(format, (*NAMES, *ANSWERS))
        if format in ANSWERS:
            shape = Export(locale=shown.locale if words else None, single=single, purpose=purpose)
            with read_settings(config).open() as ops:
                handle = ops.campaign(the_campaign(ops, campaign))
                asked = handle.definition().survey.id
                if source not in (None, asked):
                    context = {"survey": source, "asked": asked, "campaign": handle.id}
                    raise Refused("cli.other_survey", **context)
                with private_file(out) as file:
                    done = handle.survey.export_responses(
                        file, format=format, version=version, export=shape
                    )
            shown.result(
                {"responses": done.responses, "other_versions": done.other, "written": str(out)}
            )
            shown.say(
                both(
                    "{count} response(s): {name}; not written, to other versions: {other}",
                    "已写入 {count} 份答卷：{name}；其他版本 {other} 份，未写入",
                ),
                count=done.responses,
                name=str(out),
                other=done.other,
            )
            return
        if words or single or purpose is not None:
            answers = {"options": "--words, --single, --purpose", "formats": ANSWERS}
            raise Refused("cli.usage.answers_only", **answers)
        survey, choices = _survey(source, version, config)
        written = write_definition(survey, format, locale=shown.locale, choices=choices)
        out.write_bytes(written.content)
        shown.result(
            {
                "survey": survey.id,
                "version": survey.version,
                "written": str(out),
                "lost": [shown.problem(one) for one in written.lost],
            }
        )
        shown.say(both("Written: {name}", "已写入：{name}"), name=str(out))
        _list(shown, both("Not said in this form:", "该格式无法表达："), written.lost)


def migrate(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Decide everything and change nothing.")
    ] = False,
    campaign: CampaignOption = None,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Carry responses of older versions over to the one asked now, and tell what is lost.

    Exits with 1 if somebody's response stays behind.
    """
    with (
        terminal(locale, as_json=as_json) as shown,
        read_settings(config).open() as ops,
        shown.progress() as told,
    ):
        survey = ops.campaign(the_campaign(ops, campaign)).survey
        report = survey.migrate(dry_run=dry_run, progress=told)
        summed = [
            {
                "version": loss.version,
                "question": loss.question,
                "option": loss.option,
                "code": loss.code,
                "reason": loss.explain(shown.locale),
                "people": people,
            }
            for loss, people in report.summed
        ]
        shown.result(
            {
                "survey": report.survey,
                "version": report.version,
                "found": report.found,
                "migrated": report.migrated,
                "dry_run": report.dry_run,
                "losses": summed,
                "problems": [shown.problem(one) for one in report.problems],
            }
        )
        shown.say(
            both(
                "{migrated} of {found} older response(s) carried over to {id} {version}",
                "旧版本答卷共 {found} 份，已迁移 {migrated} 份到 {id} {version}",
            ),
            migrated=report.migrated,
            found=report.found,
            id=report.survey,
            version=report.version,
        )
        if summed:
            shown.show(_losses(summed))
        shown.list_problems(report.problems)
        if report.problems:
            raise typer.Exit(1)


def _survey(source: str | None, version: int | None, config: Path) -> tuple[Survey, Choices]:
    if source is None:
        raise Refused("cli.usage.needs_survey")
    read = read_definition(source).whole() if Path(source).is_file() else None
    if read is not None and not config.is_file():
        return read, Choices()
    with read_settings(config).open() as ops:
        survey = read or ops.surveys.published(source, version).survey
        return survey, _choices(ops, survey.id)


def _choices(ops: SaasOps, survey: str) -> Choices:
    """Return the slots and releases of the first campaign that asks *survey*, none without one."""
    for id in ops.campaigns():
        handle = ops.campaign(id)
        campaign = handle.definition()
        if campaign.survey.id == survey:
            releases = ops.versions.releases(campaign.product).releases
            return Choices(
                slots=tuple(slot.id for slot in handle.schedule.slots()),
                releases=tuple(one.name for one in releases),
            )
    return Choices()


def _known(format: str, allowed: Sequence[str]) -> None:
    if format not in allowed:
        raise Refused("cli.usage.unknown_format", format=format, allowed=allowed)


def _list(shown: Terminal, words: Text, problems: Sequence[Problem]) -> None:
    if problems:
        shown.say(words)
        shown.list_problems(problems[:_MOST_SHOWN])


def _losses(summed: Sequence[dict[str, Any]]) -> Section:
    shown = ("version", "question", "option", "reason", "people")
    columns = (
        column("version", both("version", "版本")),
        column("question", both("question", "题目")),
        column("option", both("option", "选项")),
        column("reason", both("reason", "原因")),
        column("people", both("people", "人数"), "count"),
    )
    rows = tuple(tuple(one[name] for name in shown) for one in summed)
    return Section(id="losses", title=both("Lost", "损失"), columns=columns, rows=rows)
