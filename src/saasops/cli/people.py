"""`saasops people`: what is kept of a person, shown for a purpose, held, exported, forgotten."""

import json
import zipfile
from pathlib import Path
from typing import Annotated, get_args

import attrs
import typer

from saasops import serial, texts
from saasops.app.privacy_retaining import RetentionReport
from saasops.cli.options import SETTINGS, ConfigOption, JsonOption, LocaleOption
from saasops.cli.reports import private_file
from saasops.cli.settings import read_settings, read_toml
from saasops.cli.terminal import Terminal, terminal
from saasops.errors import Invalid, Problem
from saasops.figures import Section, column
from saasops.people.privacy.classes import CLASSES, family
from saasops.people.privacy.erasure import ErasureReport, Ground
from saasops.people.privacy.retention import Policy, lint
from saasops.values import Text, both

app = typer.Typer(
    help="What is kept of people: show, hold, export and forget it.", no_args_is_help=True
)
UserArgument = Annotated[str, typer.Argument(help="The user's id.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only tell what it would do.")]
_OUTCOMES = {
    "erased": both("erased", "已删除"),
    "kept": both("kept", "保留"),
    "later": both("later", "稍后"),
}
_PAGE = 500


@app.command()
def export(
    user: UserArgument,
    *,
    out: Annotated[Path, typer.Option("--out", help="The zip file. It holds personal data.")],
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write everything about a person into a zip: JSON, a CSV for each table, and files."""
    with terminal(locale, as_json=as_json) as shown:
        with read_settings(config).open() as ops:
            made = ops.privacy.export(user, locale=shown.locale)
        with private_file(out) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as whole:
            for one in made:
                whole.writestr(one.name, one.content)
        shown.result({"user": user, "out": str(out), "documents": [one.name for one in made]})
        shown.say(
            both("{count} document(s) about {user}: {out}", "{user} 的 {count} 份文件：{out}"),
            count=len(made),
            user=user,
            out=out,
        )


@app.command()
def erase(
    user: Annotated[str | None, typer.Argument(help="The user's id.")] = None,
    *,
    reason: Annotated[
        str, typer.Option("--reason", help=f"One of {', '.join(get_args(Ground))}.")
    ] = "requested",
    again: Annotated[
        Path | None,
        typer.Option("--again", help="Forget everybody in this list that a backup brought back."),
    ] = None,
    dry_run: DryRunOption = False,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Forget a person for good, and tell what went, what stays and why. Again changes nothing."""
    with terminal(locale, as_json=as_json) as shown:
        if (user is None) == (again is None):
            raise typer.BadParameter("USER or --again FILE; 请指定 USER 或 --again FILE")
        with read_settings(config).open() as ops:
            if again is not None:
                done = ops.privacy.repeat(_listed(again))
                shown.result({"again": [one.user for one in done]})
                words = both("{count} forgotten again.", "已重新删除 {count} 人。")
                shown.say(words, count=len(done))
                return
            ground = serial.load({"reason": reason}, _Reason).reason
            report = ops.privacy.erase(str(user), reason=ground, dry_run=dry_run)
        shown.result(serial.dump(report) | {"lines": serial.dump(report.lines)})
        _show_report(shown, report)


@app.command()
def erasures(
    *,
    out: Annotated[
        Path | None, typer.Option("--out", help="A file to keep beside the backups.")
    ] = None,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """List who was forgotten and when: the list to work through after restoring a backup."""
    with terminal(locale, as_json=as_json) as shown:
        listed: list[ErasureReport] = []
        with read_settings(config).open() as ops:
            last: str | None = None
            while page := ops.privacy.erasures(after=last, limit=_PAGE):
                listed += page
                last = page[-1].user
        if out is not None:
            lines = (json.dumps(serial.dump(one), ensure_ascii=False) for one in listed)
            out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        shown.result({"erasures": [serial.dump(one) for one in listed]})
        shown.show(
            Section(
                id="erasures",
                title=both("Forgotten", "已删除的人"),
                columns=(
                    column("user", both("user", "用户")),
                    column("at", both("at (UTC)", "时间（UTC）")),
                    column("by", both("by", "操作者")),
                    column("reason", both("reason", "依据")),
                ),
                rows=tuple((one.user, one.at, one.by, one.reason) for one in listed),
            )
        )


@app.command()
def reveal(
    user: UserArgument,
    field: Annotated[str, typer.Argument(help="mail, phone or postal_address.")],
    *,
    purpose: Annotated[str, typer.Option("--purpose", help="What it is needed for.")],
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show contact data of a person in clear, and record that it was shown, and for what."""
    with terminal(locale, as_json=as_json) as shown:
        with read_settings(config).open() as ops:
            found = ops.privacy.reveal(user, field, purpose=purpose)
        shown.result({"user": user, "field": field, "value": found})
        words = both("{field} of {user}: {value}", "{user} 的 {field}：{value}")
        shown.say(words, user=user, field=field, value=found)


@app.command()
def hold(
    user: UserArgument,
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why everything has to stay.")],
    disclosed: Annotated[
        bool, typer.Option("--disclosed", help="The person may know of it.")
    ] = False,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep everything of a person until the hold is lifted, whatever rules and requests say."""
    with terminal(locale, as_json=as_json) as shown:
        with read_settings(config).open() as ops:
            made = ops.privacy.hold(user, reason, disclosed=disclosed)
        shown.result({"user": user, "hold": made.id})
        shown.say(
            both("Hold {id} on {user}.", "已保留 {user} 的数据：{id}。"), id=made.id, user=user
        )


@app.command()
def lift(
    user: UserArgument,
    id: Annotated[str, typer.Argument(help="The hold's id, such as h1.")],
    *,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a hold; ending it again changes nothing."""
    with terminal(locale, as_json=as_json) as shown:
        with read_settings(config).open() as ops:
            ended = ops.privacy.lift_hold(user, id)
        shown.result({"user": user, "hold": ended.id, "lifted": str(ended.lifted)})
        shown.say(both("Hold {id} is lifted.", "已解除保留 {id}。"), id=id)


@app.command()
def policy(
    file: Annotated[Path | None, typer.Argument(help="A TOML file to adopt.")] = None,
    *,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what data is needed for and how long, or adopt a policy; then ticks follow it."""
    with terminal(locale, as_json=as_json) as shown:
        wanted = None if file is None else read_toml(file, Policy)
        if wanted is not None and (problems := lint(wanted)):
            raise Invalid(problems, "privacy.invalid")
        with read_settings(config).open() as ops:
            news = wanted is not None and ops.privacy.adopt(wanted)
            counts = ops.privacy.policy()
        shown.result({"adopted": news, "policy": serial.dump(counts)})
        shown.show(
            Section(
                id="retention",
                title=both("How long data is kept", "数据保存期限"),
                columns=(
                    column("class", both("class", "类别")),
                    column("purpose", both("purpose", "用途")),
                    column("after", both("after", "起算")),
                    column("days", both("days", "天数"), "count"),
                ),
                rows=tuple(
                    (_class(rule.data_class), rule.purpose, rule.after, rule.keep_for.days)
                    for rule in counts.retention
                ),
            )
        )


@app.command()
def retain(
    *,
    dry_run: DryRunOption = False,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take away what no purpose needs any longer, of everybody. Ticks do the same once a day."""
    with terminal(locale, as_json=as_json) as shown:
        parts: list[RetentionReport] = []
        with read_settings(config).open() as ops:
            after: str | None = ""
            while after is not None:
                parts.append(ops.privacy.retain(after=after, limit=_PAGE, dry_run=dry_run))
                after = parts[-1].after
        due = [one for part in parts for one in part.due]
        held = [user for part in parts for user in part.held]
        shown.result(
            {
                "dry_run": dry_run,
                "people": sum(part.people for part in parts),
                "rows": sum(part.rows for part in parts),
                "due": serial.dump(due),
                "held": held,
            }
        )
        shown.show(
            Section(
                id="due",
                title=both("Time is over", "已到期"),
                columns=(
                    column("user", both("user", "用户")),
                    column("class", both("class", "类别")),
                    column("by", both("by (UTC)", "期限（UTC）")),
                    column("purpose", both("last purpose", "最后用途")),
                    column("after", both("after", "起算")),
                ),
                rows=tuple(
                    (one.user, _class(one.data_class), one.by, one.purpose, one.after)
                    for one in due
                ),
                note=both(f"{len(held)} held.", f"依法保留 {len(held)} 人。"),
            )
        )


@attrs.frozen
class _Reason:
    reason: Ground


def _class(id: str) -> Text:
    known = CLASSES.get(family(id))
    return Text.of(id) if known is None or "." in id else known.title


def _listed(path: Path) -> list[ErasureReport]:
    """Read the list that `erasures` wrote; raise `Invalid` with the line that is none."""
    found: list[ErasureReport] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            found.append(serial.load(json.loads(line), ErasureReport))
        except (ValueError, Invalid):
            problem = Problem(path.name, "privacy.not_a_list", {"line": number})
            raise Invalid([problem]) from None
    return found


def _show_report(shown: Terminal, report: ErasureReport) -> None:
    shown.show(
        Section(
            id="erasure",
            title=both("What becomes of the data", "数据处理结果"),
            columns=(
                column("class", both("class", "类别")),
                column("where", both("where", "位置")),
                column("count", both("rows", "行数"), "count"),
                column("outcome", both("outcome", "结果")),
                column("why", both("why", "原因")),
            ),
            rows=tuple(
                (
                    CLASSES[line.data_class].title,
                    line.where,
                    line.count,
                    _OUTCOMES[line.outcome],
                    texts.explain(line.reason, {}, locale=shown.locale) if line.reason else None,
                )
                for line in report.lines
            ),
        )
    )
