"""`saasops plan`: propose places for many, carry proposals out, ask what if, show the load."""

import json
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import attrs
import typer

from saasops import serial, texts
from saasops.app.ops import SaasOps
from saasops.app.planning import AppliedPlan, Planning, Proposal
from saasops.cli.options import SETTINGS, ConfigOption, JsonOption, LocaleOption, day
from saasops.cli.settings import read_settings, the_campaign
from saasops.cli.terminal import Terminal, terminal
from saasops.cli.whatif import whatif
from saasops.errors import NotFound, Refused
from saasops.figures import Section, column
from saasops.reports import load as pictures
from saasops.scheduling.effective import Effective
from saasops.scheduling.online.refusal import Refusal
from saasops.scheduling.planner.changes import Change
from saasops.scheduling.planner.instance import Seat, Unserved
from saasops.values import both

app = typer.Typer(help="Plan a campaign: places, absences, what if.", no_args_is_help=True)


class By(StrEnum):
    """What a row of the load picture stands for."""

    assistant = "assistant"
    team = "team"


IdArgument = Annotated[str | None, typer.Argument(help="Not needed if there is one.")]
ApplyOption = Annotated[bool, typer.Option("--apply", help="Carry it out at once.")]
OutOption = Annotated[Path | None, typer.Option(help="Write the changes to this file.")]
_SHOWN = 40
app.command("whatif")(whatif)


@app.command()
def solve(
    id: IdArgument = None,
    *,
    apply: ApplyOption = False,
    out: OutOption = None,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Propose places for everybody who waits; change nothing without --apply."""
    with terminal(locale, as_json=as_json) as shown, read_settings(config).open() as ops:
        plan = _plan(ops, id)
        _offer(shown, plan, plan.solve(), apply=apply, out=out)


@app.command()
def replan(
    id: IdArgument = None,
    *,
    loosen: Annotated[
        bool, typer.Option("--loosen", help="Also move those whom only the policy keeps.")
    ] = False,
    apply: ApplyOption = False,
    out: OutOption = None,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Propose who moves so that rules and absences hold again; change nothing without --apply."""
    with terminal(locale, as_json=as_json) as shown, read_settings(config).open() as ops:
        plan = _plan(ops, id)
        _offer(shown, plan, plan.replan(loosen=loosen), apply=apply, out=out)


@app.command()
def explain(
    user: Annotated[str | None, typer.Argument(help="Why does this user find no place?")] = None,
    *,
    slot: Annotated[str | None, typer.Option(help="In this slot; else in the wished one.")] = None,
    on: Annotated[
        date | None, typer.Option("--day", parser=day, help="How many fit on this day, and why?")
    ] = None,
    assistant: Annotated[str | None, typer.Option(help="With this assistant alone.")] = None,
    campaign: Annotated[str | None, typer.Option(help="Not needed if there is one.")] = None,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Explain a refusal, a day's capacity, or what is odd about the rules."""
    with terminal(locale, as_json=as_json) as shown, read_settings(config).open() as ops:
        plan = _plan(ops, campaign)
        if user is not None:
            _explain_user(shown, user, plan.explain(user, slot))
        elif on is not None:
            told = plan.on(on, assistant)
            shown.result({"day": serial.dump(told)})
            shown.show(_rules(told))
        else:
            problems = plan.advice()
            shown.result({"advice": [shown.problem(one) for one in problems]})
            shown.list_problems(problems)
            if not problems:
                shown.say(both("Nothing is odd about the rules.", "规则没有可疑之处。"))


@app.command()
def load(
    id: IdArgument = None,
    *,
    by: Annotated[By, typer.Option(help="A row for each of these.")] = By.assistant,
    svg: Annotated[Path | None, typer.Option(help="Draw it into this file.")] = None,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how full every day is: booked and held, of how many; `*` marks a full day."""
    with terminal(locale, as_json=as_json) as shown:
        with read_settings(config).open() as ops:
            picture = _plan(ops, id).load(by=by.value)
        if svg is not None:
            svg.write_bytes(pictures.svg(picture, locale=shown.locale).content)
        shown.result(json.loads(pictures.to_json(picture).content))
        text = pictures.text(picture, locale=shown.locale).content.decode()
        shown.say(both("{text}", "{text}"), text=text)


@app.command()
def calendar(
    assistant: Annotated[str, typer.Argument(help="Whose calendar it is.")],
    file: Annotated[Path, typer.Argument(help="A calendar file (.ics).")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look.")] = False,
    campaign: Annotated[str | None, typer.Option(help="Not needed if there is one.")] = None,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in an assistant's absences from a calendar file, and move whom they hit."""
    with terminal(locale, as_json=as_json) as shown, read_settings(config).open() as ops:
        if not file.is_file():
            raise NotFound("file", file.name)
        schedule = ops.campaign(the_campaign(ops, campaign)).schedule
        report = schedule.import_calendar(assistant, file.read_bytes(), dry_run=dry_run)
        new = len(report.accepted) + len(report.changed)
        problems = [shown.problem(one) for one in report.problems]
        shown.result({"absences": report.rows, "new": new, "problems": problems})
        shown.say(
            both("{rows} absences, {new} of them new.", "共 {rows} 段缺勤，其中 {new} 段为新增。"),
            rows=report.rows,
            new=new,
        )
        shown.list_problems(report.problems)
        if report.problems:
            raise typer.Exit(1)


@app.command()
def invite(
    user: Annotated[str, typer.Argument(help="Whose visit it is.")],
    out: Annotated[Path, typer.Argument(help="The calendar file to write (.ics).")],
    *,
    to_assistant: Annotated[
        bool, typer.Option("--to-assistant", help="In the words for the assistant.")
    ] = False,
    campaign: Annotated[str | None, typer.Option(help="Not needed if there is one.")] = None,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a visit as a calendar file, or its withdrawal where it is off."""
    with terminal(locale, as_json=as_json) as shown, read_settings(config).open() as ops:
        schedule = ops.campaign(the_campaign(ops, campaign)).schedule
        to: Literal["user", "assistant"] = "assistant" if to_assistant else "user"
        out.write_bytes(schedule.invitation(user, to=to, locale=shown.locale))
        shown.result({"file": out.name})
        shown.say(both("Written: {file}", "已写出：{file}"), file=out.name)


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(help="Written by solve or replan, perhaps edited.")],
    id: IdArgument = None,
    *,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Carry out the changes in FILE, all or none. Again changes nothing."""
    with terminal(locale, as_json=as_json) as shown, read_settings(config).open() as ops:
        applied = _plan(ops, id).apply(_read(file))
        shown.result({"applied": attrs.asdict(applied)})
        _said(shown, applied)


def _plan(ops: SaasOps, id: str | None) -> Planning:
    return ops.campaign(the_campaign(ops, id)).plan


def _offer(
    shown: Terminal, plan: Planning, proposal: Proposal, *, apply: bool, out: Path | None
) -> None:
    """Show *proposal*; write it down or carry it out if that is asked."""
    result: dict[str, object] = {
        "campaign": proposal.campaign,
        "changes": [serial.dump(one) for one in proposal.changes],
        "unserved": [
            {
                **serial.dump(one),
                "message": texts.explain(one.code, one.context, locale=shown.locale),
            }
            for one in proposal.unserved
        ],
        "gap": proposal.gap,
        "crossing": list(proposal.crossing),
        "engine": proposal.engine,
    }
    if out is not None:
        out.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    applied = plan.apply(proposal.changes) if apply else None
    if applied is not None:
        result["applied"] = attrs.asdict(applied)
    shown.result(result)
    shown.show(_changes(shown, proposal.changes))
    if proposal.unserved:
        shown.show(_unserved(shown, proposal.unserved))
    if proposal.crossing:
        shown.say(
            both(
                "The rules {rules} cross: a better plan may exist. Install saasops[ortools].",
                "规则 {rules} 相互交叉，可能存在更优方案；请安装 saasops[ortools]。",
            ),
            rules=", ".join(proposal.crossing),
        )
    if applied is not None:
        _said(shown, applied)
    elif proposal.changes:
        shown.say(
            both("Nothing is changed yet: see --apply, --out.", "尚未更改：见 --apply 与 --out。")
        )


def _explain_user(shown: Terminal, user: str, why: Refusal | None) -> None:
    if why is None:
        shown.result({"user": user, "free": True})
        shown.say(both("There is a place for {user}.", "{user} 有可用名额。"), user=user)
        return
    message = texts.explain(why.code, why.context, locale=shown.locale)
    shown.result({"user": user, "free": False, "message": message, **serial.dump(why)})
    shown.say(both("{message}", "{message}"), message=message)
    if why.full:
        shown.show(
            Section(
                id="full",
                title=both("In the way", "受限于"),
                columns=(
                    column("rules", both("rule", "规则")),
                    column("days", both("days", "日期")),
                    column("assistants", both("assistants", "助手")),
                    column("booked", both("booked", "已约"), "count"),
                    column("capacity", both("capacity", "名额"), "count"),
                ),
                rows=tuple(
                    (
                        ", ".join(one.rules),
                        ", ".join(map(str, one.days)),
                        ", ".join(one.assistants),
                        one.booked,
                        one.capacity,
                    )
                    for one in why.full[:_SHOWN]
                ),
            )
        )


def _rules(told: Effective) -> Section:
    return Section(
        id="capacity",
        title=both(
            f"{told.day}: {told.capacity} places, {told.working} at work",
            f"{told.day}：{told.capacity} 个名额，{told.working} 人在岗",
        ),
        columns=(
            column("rule", both("rule", "规则")),
            column("scope", both("limit for each", "限制对象")),
            column("limit", both("limit", "上限"), "count"),
            column("binds", both("decides", "起作用")),
        ),
        rows=tuple(
            (
                one.rule,
                one.scope,
                one.most,
                both("yes", "是") if one.rule in told.binding else both("no", "否"),
            )
            for one in told.applied
        ),
    )


def _said(shown: Terminal, applied: AppliedPlan) -> None:
    shown.say(
        both(
            "{booked} booked, {moved} moved, {same} were there already.",
            "新预约 {booked} 人，调整 {moved} 人，{same} 人无需更改。",
        ),
        booked=len(applied.booked),
        moved=len(applied.moved),
        same=len(applied.unchanged),
    )


def _changes(shown: Terminal, changes: tuple[Change, ...]) -> Section:
    more = len(changes) - _SHOWN
    return Section(
        id="changes",
        title=both("Changes", "调整"),
        columns=(
            column("user", both("user", "用户")),
            column("was", both("from", "原名额")),
            column("now", both("to", "新名额")),
            column("why", both("why", "原因")),
        ),
        rows=tuple(
            (
                one.request,
                _seat(one.was),
                _seat(one.now),
                texts.explain(one.code, {}, locale=shown.locale),
            )
            for one in changes[:_SHOWN]
        ),
        note=both(f"{more} more: see --json or --out.", f"另有 {more} 项：见 --json 或 --out。")
        if more > 0
        else None,
    )


def _unserved(shown: Terminal, unserved: tuple[Unserved, ...]) -> Section:
    return Section(
        id="unserved",
        title=both("Without a place", "无法安排"),
        columns=(column("user", both("user", "用户")), column("why", both("why", "原因"))),
        rows=tuple(
            (one.request, texts.explain(one.code, one.context, locale=shown.locale))
            for one in unserved[:_SHOWN]
        ),
    )


def _seat(seat: Seat | None) -> str:
    return f"{seat.day} {seat.assistant}" if seat else "-"


def _read(file: Path) -> tuple[Change, ...]:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise Refused("cli.usage.no_plan", name=file.name) from None
    changes = data.get("changes") if serial.is_table(data) else None
    return serial.load({"changes": changes}, _File).changes


@attrs.frozen(kw_only=True)
class _File:
    """What `apply` reads of a proposal."""

    changes: tuple[Change, ...]
