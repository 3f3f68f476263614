"""How a command speaks: tables and sentences for people, or one JSON object for programs.

What it says is left to the commands. Errors become sentences here, and exit codes.
"""

import io
import json
import os
import sys
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import attrs
import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from saasops import texts
from saasops.cli.options import Locale
from saasops.clock import zone
from saasops.errors import Invalid, Problem, SaasOpsError
from saasops.figures import Section
from saasops.reports.wording import NUMERIC, Wording
from saasops.values import Text, both

_USAGE = "cli.usage."
Told = Callable[..., None]
"""Takes how much is done, of how much, and perhaps what."""


@attrs.frozen(kw_only=True)
class Terminal:
    """Where one command speaks; with *as_json*, only `result` is heard."""

    locale: str
    as_json: bool
    out: Console
    err: Console

    def say(self, words: Text, **values: object) -> None:
        """Print a sentence with *values* put in."""
        if not self.as_json:
            self.out.print(_plain(words.to(self.locale).format(**values)), soft_wrap=True)

    def show(self, section: Section, *, where: str = "UTC") -> None:
        """Print *section* as a table, instants in the time zone *where*."""
        if self.as_json:
            return
        spelled = Wording(self.locale, zone(where))
        self.out.print(_plain(f"\n{spelled.text(section.title)}"), style="bold", soft_wrap=True)
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for head in section.columns:
            title = _plain(spelled.text(head.title))
            table.add_column(
                title, justify="right" if head.unit in NUMERIC else "left", overflow="fold"
            )
        for row in section.rows:
            cells = zip(row, section.columns, strict=True)
            table.add_row(*(_plain(spelled.cell(cell, head.unit)) for cell, head in cells))
        self.out.print(table)
        if section.note:
            self.out.print(_plain(spelled.text(section.note)), soft_wrap=True)

    def result(self, data: Mapping[str, Any]) -> None:
        """Print *data* if a program asked."""
        if self.as_json:
            encoding = (self.out.encoding or "").lower()
            typer.echo(json.dumps(data, ensure_ascii=not encoding.startswith("utf"), indent=1))

    def problem(self, problem: Problem) -> dict[str, str]:
        """Return *problem* in words, for `result`."""
        return {
            "where": problem.where,
            "code": problem.code,
            "message": texts.explain(problem.code, problem.context, locale=self.locale),
        }

    def list_problems(self, problems: Iterable[Problem], *, to: Console | None = None) -> None:
        """Print each of *problems* on a line of its own."""
        for one in () if self.as_json else problems:
            words = self.problem(one)
            line = ": ".join(part for part in (words["where"], words["message"]) if part)
            (to or self.out).print(_plain(f"  {line}"), soft_wrap=True)

    @contextmanager
    def progress(self) -> Generator[Told]:
        """Show a bar while people watch, and give what moves it."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        off = self.as_json or not self.err.is_terminal
        with Progress(*columns, console=self.err, transient=True, disable=off) as bar:
            task = bar.add_task("")

            def told(done: int, total: int, what: object = "") -> None:
                bar.update(task, completed=done, total=total, description=str(what))

            yield told

    def refuse(self, error: SaasOpsError) -> NoReturn:
        """Say why it was refused, and end the command."""
        problems = error.problems if isinstance(error, Invalid) else ()
        message = error.explain(self.locale)
        if problems:
            words = both("{count} problem(s)", "有 {count} 处问题").to(self.locale)
            message = words.format(count=len(problems))
        if self.as_json:
            said = {"code": error.code, "message": message}
            self.result({"error": {**said, "problems": [self.problem(one) for one in problems]}})
        else:
            word = both("Error", "错误").to(self.locale)
            self.err.print(_plain(f"{word}: {message}"), soft_wrap=True)
            self.list_problems(problems, to=self.err)
        raise typer.Exit(2 if error.code.startswith(_USAGE) else 1)


@contextmanager
def terminal(locale: Locale | None, *, as_json: bool) -> Generator[Terminal]:
    """Give a command its terminal; errors of ours end it with 1, wrong usage with 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    shown = Terminal(
        locale=locale.value if locale else _spoken(),
        as_json=as_json,
        out=_console(),
        err=_console(stderr=True),
    )
    try:
        yield shown
    except SaasOpsError as error:
        shown.refuse(error)
    except BrokenPipeError:
        raise
    except OSError as error:
        name = Path(str(error.filename or "")).name
        shown.refuse(SaasOpsError("cli.file_failed", name=name, reason=error.strerror or ""))


def _console(*, stderr: bool = False) -> Console:
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False)


def _spoken() -> str:
    said = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh-CN" if next(filter(None, said), "").startswith("zh") else "en"


def _plain(text: str) -> str:
    """Take out what could steer the terminal; files of others end up in messages."""
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)
