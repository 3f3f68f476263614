"""`saasops survey`: check a survey, publish it, see it as people do, and what it brought."""

from pathlib import Path
from typing import Annotated

import typer

from saasops import serial
from saasops.app.ops import SaasOps
from saasops.app.survey_definitions import review
from saasops.app.survey_files import read_definition
from saasops.cli.options import SETTINGS, CampaignOption, ConfigOption, JsonOption, LocaleOption
from saasops.cli.reports import FormatOption, OutOption, deliver
from saasops.cli.settings import read_settings, the_campaign
from saasops.cli.survey_files import export, import_, migrate
from saasops.cli.terminal import terminal
from saasops.clock import system_clock
from saasops.errors import NotFound, Problem, Refused
from saasops.figures import Section, column
from saasops.reports.forms import form
from saasops.surveys.definition import Survey
from saasops.surveys.lint import ADVICE
from saasops.values import both

app = typer.Typer(help="Write, publish and read surveys.", no_args_is_help=True)
app.command("import")(import_)
app.command("export")(export)
app.command("migrate")(migrate)
_PUBLISHED = {
    "published": both("{id} {version} is published.", "{id} {version} 已发布。"),
    "amended": both(
        "{id} {version} is published already; its opening or migrations changed.",
        "{id} {version} 此前已发布，本次更改了开放时间或迁移规则。",
    ),
    "unchanged": both("{id} {version} is published already.", "{id} {version} 已经发布过。"),
}
FileArgument = Annotated[Path, typer.Argument(help="A survey.toml, or a form of another tool.")]
FileOrDraft = Annotated[str, typer.Argument(help="A survey.toml, or the id of a draft.")]


@app.command()
def lint(
    file: FileArgument,
    *,
    against: Annotated[
        Path | None, typer.Option(help="The version before, to find what changed its meaning.")
    ] = None,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Name everything that is wrong with a survey; exits with 1 unless it is only advice.

    Kinds of questions that plugins bring are known where there are settings.
    """
    with terminal(locale, as_json=as_json) as shown:
        survey = read_definition(file).whole()
        before = None if against is None else read_definition(against).whole()
        found = _reviewed(survey, before, config)
        mistakes = tuple(one for one in found if one.code not in ADVICE)
        advice = tuple(one for one in found if one.code in ADVICE)
        shown.result(
            {
                "survey": survey.id,
                "version": survey.version,
                "problems": [shown.problem(one) for one in mistakes],
                "advice": [shown.problem(one) for one in advice],
            }
        )
        shown.say(
            both(
                "{id} {version}: questions: {questions}, problems: {mistakes}, advice: {advice}",
                "{id} {version}：题目 {questions}，问题 {mistakes}，建议 {advice}",
            ),
            id=survey.id,
            version=survey.version,
            questions=len(survey.questions),
            mistakes=len(mistakes),
            advice=len(advice),
        )
        shown.list_problems(mistakes)
        if advice:
            shown.say(both("Advice:", "建议："))
            shown.list_problems(advice)
        if mistakes:
            raise typer.Exit(1)


@app.command()
def publish(
    file: FileOrDraft,
    *,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish a survey: from then on its version never changes. Again changes nothing."""
    with terminal(locale, as_json=as_json) as shown, read_settings(config).open() as ops:
        survey = read_definition(file).whole() if Path(file).is_file() else _draft(ops, file)
        held = _held(ops, survey)
        published = ops.surveys.publish(survey)
        unchanged = "unchanged" if held == survey else "amended"
        result = "published" if held is None else unchanged
        opening = published.survey.opening
        shown.result(
            {
                "survey": published.id,
                "version": published.version,
                "fingerprint": published.fingerprint,
                "result": result,
                "opens_at": serial.dump(opening.opens_at),
                "closes_at": serial.dump(opening.closes_at),
            }
        )
        shown.say(_PUBLISHED[result], id=published.id, version=published.version)
        now = system_clock()
        if opening.opens_at is not None and now < opening.opens_at:
            words = both("It opens at {at}.", "将于 {at} 开放作答。")
            shown.say(words, at=opening.opens_at.isoformat(timespec="minutes"))
        if opening.closes_at is not None and now >= opening.closes_at:
            words = both("It closed at {at}.", "已于 {at} 截止作答。")
            shown.say(words, at=opening.closes_at.isoformat(timespec="minutes"))


@app.command()
def preview(
    file: FileArgument,
    *,
    out: Annotated[Path, typer.Option("--out", help="The HTML file.")],
    page: Annotated[str | None, typer.Option(help="The page, else all of them.")] = None,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a survey as the HTML form that people fill in: no script, nothing from elsewhere."""
    with terminal(locale, as_json=as_json) as shown:
        survey = read_definition(file).whole()
        content = form(survey, page=page, locale=shown.locale).encode()
        out.write_bytes(content)
        shown.result({"survey": survey.id, "written": str(out), "bytes": len(content)})
        shown.say(both("Written: {name}", "已写入：{name}"), name=str(out))


@app.command("list")
def list_(
    *,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the published surveys with their versions, the newest first."""
    with terminal(locale, as_json=as_json) as shown, read_settings(config).open() as ops:
        found = [one for id in ops.surveys.surveys() for one in ops.surveys.versions(id)]
        shown.result(
            {
                "surveys": [
                    {
                        "id": one.id,
                        "version": one.version,
                        "title": one.survey.title.to(shown.locale),
                        "questions": len(one.survey.questions),
                        "fingerprint": one.fingerprint,
                        "published_at": one.published_at.isoformat(),
                    }
                    for one in found
                ]
            }
        )
        columns = (
            column("survey", both("survey", "问卷")),
            column("version", both("version", "版本")),
            column("title", both("title", "标题")),
            column("questions", both("questions", "题数"), "count"),
            column("published", both("published", "发布时间"), "date"),
        )
        rows = tuple(
            (one.id, one.version, one.survey.title, len(one.survey.questions), one.published_at)
            for one in found
        )
        title = both("Published surveys", "已发布的问卷")
        shown.show(Section(id="surveys", title=title, columns=columns, rows=rows))


@app.command()
def stats(
    *,
    campaign: CampaignOption = None,
    by: Annotated[
        str | None,
        typer.Option(help="Break down by channel, risk, depth, team, kind, or a question."),
    ] = None,
    cross: Annotated[
        tuple[str, str] | None, typer.Option(help="Two questions to set against each other.")
    ] = None,
    texts: Annotated[
        str | None, typer.Option(help="The question whose free texts are listed.")
    ] = None,
    format: FormatOption = "text",
    out: OutOption = None,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Report what a survey brought: who answered, by channel and day, and what they said."""
    with terminal(locale, as_json=as_json) as shown, read_settings(config).open() as ops:
        if sum(one is not None for one in (by, cross, texts)) > 1:
            raise Refused("cli.usage.one_of", options="--by, --cross, --texts")
        reports = ops.campaign(the_campaign(ops, campaign)).reports
        if cross is not None:
            report = reports.cross(*cross)
        else:
            report = reports.survey(by=by) if texts is None else reports.texts(texts)
        deliver(shown, ops, report, format, out)


def _reviewed(survey: Survey, before: Survey | None, config: Path) -> tuple[Problem, ...]:
    if not config.is_file():
        return review(survey, against=before)
    with read_settings(config).open() as ops:
        return ops.surveys.review(survey, against=before)


def _draft(ops: SaasOps, id: str) -> Survey:
    draft = ops.surveys.draft(id)
    if draft is None:
        raise NotFound("draft", id)
    return draft.survey


def _held(ops: SaasOps, survey: Survey) -> Survey | None:
    try:
        return ops.surveys.published(survey.id, survey.version).survey
    except NotFound:
        return None
