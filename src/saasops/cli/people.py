"""`saasops people`: what is kept of a person, shown for a purpose, held, exported, forgotten."""

import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, get_args

import attrs
import typer

from saasops import serial
from saasops.app.ops import SaasOps
from saasops.app.privacy_retaining import RetentionReport
from saasops.cli import people_tables, policy_file
from saasops.cli.options import SETTINGS, ConfigOption, JsonOption, LocaleOption
from saasops.cli.reports import private_file
from saasops.cli.settings import read_settings, read_toml
from saasops.cli.terminal import Terminal, terminal
from saasops.errors import Invalid, NotFound, Problem, Refused
from saasops.figures import Section
from saasops.people.privacy.erasure import ErasureReport, Ground
from saasops.people.privacy.retention import Policy, lint
from saasops.values import Text, both

app = typer.Typer(
    help="What is kept of people: show, hold, export and forget it.", no_args_is_help=True
)
UserArgument = Annotated[str, typer.Argument(help="The user's id.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only tell what it would do.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, help="At most so many.")]
AfterOption = Annotated[str, typer.Option("--after", help="From behind this user.")]
_PAGE = 500
_HELD = "privacy.later.held"


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
        _not_in_the_way(out)
        with read_settings(config).open() as ops:
            made = ops.privacy.export(user, locale=shown.locale)
        with private_file(out) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as whole:
            for one in made:
                whole.writestr(one.name, one.content)
        shown.result({"user": user, "out": str(out), "documents": [one.name for one in made]})
        shown.say(
            both(
                "Written: {out}, with {count} document(s) about {user}",
                "已写入：{out}，含 {user} 的 {count} 份文件",
            ),
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
                done = ops.privacy.repeat(_listed(again), dry_run=dry_run)
                _show_again(shown, done, dry_run=dry_run)
                return
            ground = serial.load({"reason": reason}, _Reason).reason
            report = ops.privacy.erase(str(user), reason=ground, dry_run=dry_run)
        shown.result(serial.dump(report) | {"lines": serial.dump(report.lines)})
        shown.show(people_tables.report(report, shown.locale))


@app.command()
def erasures(
    *,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="A new file to keep beside the backups: the whole list."),
    ] = None,
    limit: LimitOption = 100,
    after: AfterOption = "",
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """List who was forgotten and when: the list to work through after restoring a backup."""
    with terminal(locale, as_json=as_json) as shown:
        if out is not None:
            _not_in_the_way(out)
        with read_settings(config).open() as ops:
            listed = ops.privacy.erasures(after=after, limit=limit)
            whole = () if out is None else tuple(_every(ops))
        told: dict[str, Any] = {"erasures": [serial.dump(one) for one in listed]}
        if out is not None:
            lines = (json.dumps(serial.dump(one), ensure_ascii=False) for one in whole)
            out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            told |= {"out": str(out), "written": len(whole)}
        shown.result(told)
        nobody = both("Nobody was forgotten.", "没有已删除资料的人员。")
        _show(shown, people_tables.erasures(listed), nobody)
        if out is not None:
            words = both(
                "Written: {out}, with {count} erasure(s)", "已写入：{out}，含 {count} 条删除记录"
            )
            shown.say(words, out=out, count=len(whole))


@app.command()
def reveal(
    user: UserArgument,
    field: Annotated[str, typer.Argument(help="mail, phone or postal_address.")],
    *,
    purpose: Annotated[str, typer.Option("--purpose", help="The id of one of the policy's.")],
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
def holds(
    user: Annotated[str | None, typer.Argument(help="The user's id; else everybody.")] = None,
    *,
    limit: LimitOption = 100,
    after: Annotated[
        str, typer.Option("--after", help="From behind this hold, such as u1/h1.")
    ] = "",
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """List legal holds by user, lifted ones too. Why each was placed may be personal: left out."""
    with terminal(locale, as_json=as_json) as shown:
        owner, slash, id = after.rpartition("/")
        if after and not slash:
            raise NotFound("hold", after)
        last = (owner, id) if after else None
        with read_settings(config).open() as ops:
            if user is not None:
                ops.people.user(user)
            listed = ops.privacy.holds(user, after=last, limit=limit)
        plain = (serial.dump(one) for one in listed)
        shown.result({"holds": [{k: v for k, v in one.items() if k != "reason"} for one in plain]})
        none = both("No legal holds.", "没有法律保留。")
        _show(shown, people_tables.holds(listed), none)


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
    out: Annotated[
        Path | None,
        typer.Option("--out", help="A new TOML file for the policy, to edit and adopt."),
    ] = None,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what data is needed for and how long, or adopt a policy; then ticks follow it."""
    with terminal(locale, as_json=as_json) as shown:
        wanted = None if file is None else read_toml(file, Policy)
        if wanted is not None and (problems := lint(wanted)):
            raise Invalid(problems, "privacy.invalid")
        if out is not None:
            _not_in_the_way(out)
        with read_settings(config).open() as ops:
            changed = wanted is not None and ops.privacy.adopt(wanted)
            counts, in_force = ops.privacy.policy(), ops.privacy.in_force()
        if out is not None:
            out.write_text(policy_file.written(counts), encoding="utf-8")
        told = {"in_force": in_force, "changed": changed, "policy": serial.dump(counts)}
        shown.result(told if out is None else {**told, "out": str(out)})
        shown.show(people_tables.retention(counts, in_force=in_force))
        if out is not None:
            shown.say(both("Written: {out}", "已写入：{out}"), out=out)


@app.command()
def retain(
    *,
    dry_run: DryRunOption = False,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Look at so many people; else at all.")
    ] = None,
    after: AfterOption = "",
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take away what no purpose needs any longer, of everybody. Ticks do the same once a day."""
    with terminal(locale, as_json=as_json) as shown:
        parts: list[RetentionReport] = []
        last: str | None = after
        with read_settings(config).open() as ops:
            while last is not None and (limit is None or limit > 0):
                most = _PAGE if limit is None else min(_PAGE, limit)
                parts.append(ops.privacy.retain(after=last, limit=most, dry_run=dry_run))
                last, limit = parts[-1].after, limit and limit - most
        due = [one for part in parts for one in part.due]
        held = [user for part in parts for user in part.held]
        shown.result(
            {
                "dry_run": dry_run,
                "people": sum(part.people for part in parts),
                "rows": sum(part.rows for part in parts),
                "due": serial.dump(due),
                "held": held,
                "after": last,
            }
        )
        _show(shown, people_tables.due(due, held), both("Nothing due.", "没有到期数据。"))


@attrs.frozen
class _Reason:
    reason: Ground


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


def _every(ops: SaasOps) -> Iterator[ErasureReport]:
    last: str | None = None
    while page := ops.privacy.erasures(after=last, limit=_PAGE):
        yield from page
        last = page[-1].user


def _not_in_the_way(out: Path) -> None:
    if out.exists():
        raise Refused("cli.in_the_way", names=[str(out)])


def _show(shown: Terminal, section: Section, nothing: Text) -> None:
    """Print *section*, or that there is *nothing* in it."""
    if section.rows:
        shown.show(section)
        return
    for words in (nothing, section.note):
        if words is not None:
            shown.say(words)


def _show_again(shown: Terminal, done: Iterable[ErasureReport], *, dry_run: bool) -> None:
    """Tell who was forgotten again, or would be, but for whom a legal hold stands in the way."""
    held = [one.user for one in done if any(x.reason == _HELD for x in one.lines)]
    users = [one.user for one in done if one.user not in held]
    if not dry_run:
        shown.result({"again": users})
        shown.say(both("{count} forgotten again.", "已重新删除 {count} 人。"), count=len(users))
        return
    shown.result({"dry_run": True, "again": users, "held": held})
    words = both("{count} would be forgotten again: {users}", "将重新删除 {count} 人：{users}")
    shown.say(words, count=len(users), users=", ".join(users) or "-")
    if held:
        words = both("Under legal hold, which refuses it: {users}", "因法律保留而不能删除：{users}")
        shown.say(words, users=", ".join(held))
