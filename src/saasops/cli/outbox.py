"""`saasops outbox`: what waits to be sent, what was given up, and trying that again."""

from collections.abc import Iterator
from typing import Annotated

import attrs
import typer

from saasops import texts
from saasops.app.ops import SaasOps
from saasops.cli.options import SETTINGS, ConfigOption, JsonOption, LocaleOption
from saasops.cli.settings import read_settings
from saasops.cli.terminal import Terminal, terminal
from saasops.errors import Problem, Refused
from saasops.figures import Section, column
from saasops.storage.outbox import DeadLetter
from saasops.values import both

app = typer.Typer(help="See what waits to be sent, and what was given up.", no_args_is_help=True)
_PAGE = 500


@app.command()
def waiting(
    *, config: ConfigOption = SETTINGS, locale: LocaleOption = None, as_json: JsonOption = False
) -> None:
    """Count the messages that are due, come later or are being sent, and lie dead, by topic."""
    with terminal(locale, as_json=as_json) as shown:
        with read_settings(config).open() as ops:
            counts = ops.outbox.waiting()
        shown.result({"waiting": [attrs.asdict(one) for one in counts]})
        shown.show(
            Section(
                id="waiting",
                title=both("Outbox", "发件箱"),
                columns=(
                    column("topic", both("topic", "主题")),
                    column("due", both("due", "已到期"), "count"),
                    column("later", both("later", "稍后"), "count"),
                    column("dead", both("dead", "死信"), "count"),
                ),
                rows=tuple(attrs.astuple(one) for one in counts),
            )
        )


@app.command()
def dead(
    *,
    topic: Annotated[str | None, typer.Option(help="Only those of one topic.")] = None,
    after: Annotated[int | None, typer.Option(help="From behind this id.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the dead letters in the order of their burial, and why each was given up."""
    with terminal(locale, as_json=as_json) as shown:
        with read_settings(config).open() as ops:
            letters = ops.outbox.dead(topic=topic, after=after, limit=limit)
        shown.result({"letters": [_plain(shown, one) for one in letters]})
        shown.show(
            Section(
                id="dead",
                title=both("Dead letters", "死信"),
                columns=(
                    column("letter", both("letter", "编号")),
                    column("message", both("message", "消息")),
                    column("attempts", both("attempts", "尝试次数"), "count"),
                    column("buried_at", both("given up at (UTC)", "放弃时间（UTC）")),
                    column("reason", both("reason", "原因")),
                ),
                rows=tuple(
                    (one.id, one.message, one.attempts, one.buried_at, _words(shown, one))
                    for one in letters
                ),
            )
        )


@app.command()
def requeue(
    ids: Annotated[list[int] | None, typer.Argument(help="Ids of dead letters.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All there are.")] = False,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let dead letters be tried again by the next tick. Exits with 1 if one cannot be."""
    with terminal(locale, as_json=as_json) as shown:
        if bool(ids) == everything:
            raise Refused("cli.usage.which_letters")
        with read_settings(config).open() as ops:
            chosen = (
                [one.id for one in _each(ops)] if everything else list(dict.fromkeys(ids or ()))
            )
            problems: list[Problem] = []
            for start in range(0, len(chosen), _PAGE):
                problems += ops.outbox.requeue(*chosen[start : start + _PAGE])
        count = len(chosen) - len(problems)
        shown.result({"requeued": count, "problems": [shown.problem(one) for one in problems]})
        shown.say(
            both("{count} to be tried again by the next tick.", "下次 tick 将重试 {count} 条。"),
            count=count,
        )
        shown.list_problems(problems)
        if problems:
            raise typer.Exit(1)


def _each(ops: SaasOps) -> Iterator[DeadLetter]:
    """Walk over the dead letters that there are now."""
    page = ops.outbox.dead(limit=_PAGE)
    while page:
        yield from page
        page = ops.outbox.dead(after=page[-1].id, limit=_PAGE)


def _plain(shown: Terminal, letter: DeadLetter) -> dict[str, object]:
    return {
        "id": letter.id,
        "topic": letter.topic,
        "message": letter.message,
        "attempts": letter.attempts,
        "buried_at": letter.buried_at.isoformat(),
        "reason": letter.reason,
        "words": _words(shown, letter),
    }


def _words(shown: Terminal, letter: DeadLetter) -> str:
    """Explain the reason; a channel's own code, or one with blanks to fill, is shown as it is."""
    said = texts.explain(letter.reason, {}, locale=shown.locale)
    return letter.reason if "{" in said else said
