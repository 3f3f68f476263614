"""`saasops storage`: where the data lies, bring it up to date, copy it, look for what is wrong."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import attrs
import typer

from saasops.app.audit import Audit
from saasops.app.opening import find_keys, find_storage
from saasops.app.ops import SaasOps
from saasops.cli.options import SETTINGS, ConfigOption, JsonOption, LocaleOption
from saasops.cli.settings import Settings, read_settings
from saasops.cli.terminal import Terminal, terminal
from saasops.clock import system_clock
from saasops.errors import Problem, Refused
from saasops.figures import Cell, Section, column
from saasops.ports import Backup, Inspected, Storage
from saasops.storage.migrations import bring_up_to_date, status
from saasops.values import DEFAULT_TENANT, both

app = typer.Typer(
    help="Bring the storage up to date, copy it, look for damage.", no_args_is_help=True
)
_MOST = 1000
"""So many findings are listed for each campaign."""


@app.command("status")
def show(
    *, config: ConfigOption = SETTINGS, locale: LocaleOption = None, as_json: JsonOption = False
) -> None:
    """Show which storage it is, what it can do, whether it is up to date, and what it holds.

    Changes nothing. Exits with 1 if the storage is not up to date.
    """
    with terminal(locale, as_json=as_json) as shown, _opened(config) as (name, storage):
        schema = status(storage)
        counts = {} if schema.pending else _counts(storage)
        shown.result(
            {
                "storage": name,
                "capabilities": sorted(storage.capabilities),
                "schema": attrs.asdict(schema),
                "counts": counts,
            }
        )
        rows: list[tuple[Cell, ...]] = [
            (both("storage", "存储"), name),
            (both("can", "能力"), ", ".join(sorted(storage.capabilities))),
            (both("schema in the database", "数据库结构版本"), schema.recorded),
            (both("schema of this saasops", "本版本结构版本"), schema.known),
            (both("still to do", "待完成"), ", ".join(schema.pending) or None),
            *((_COUNTED[what], count) for what, count in counts.items()),
        ]
        columns = (column("what", both("what", "项目")), column("value", both("value", "值")))
        title = both("Storage", "存储")
        shown.show(Section(id="storage", title=title, columns=columns, rows=tuple(rows)))
        if schema.pending:
            shown.say(
                both(
                    "Run saasops storage migrate; copy the storage before.",
                    "请先备份，再运行 saasops storage migrate。",
                )
            )
            raise typer.Exit(1)


@app.command()
def migrate(
    *, config: ConfigOption = SETTINGS, locale: LocaleOption = None, as_json: JsonOption = False
) -> None:
    """Bring the storage up to date, or make it; again changes nothing."""
    with terminal(locale, as_json=as_json) as shown, _opened(config, make=True) as (_, storage):
        before = bring_up_to_date(storage, at=system_clock())
        shown.result({"schema": attrs.asdict(status(storage)), "done": list(before.pending)})
        if before.pending:
            shown.say(both("Done: {done}.", "已完成：{done}。"), done=", ".join(before.pending))
        else:
            shown.say(both("Up to date already.", "已是最新，无需变更。"))


@app.command()
def backup(
    path: Annotated[Path, typer.Argument(help="A new file, for a copy that is whole.")],
    *,
    config: ConfigOption = SETTINGS,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy the storage as of one moment, while others go on working. It holds personal data."""
    with terminal(locale, as_json=as_json) as shown, _opened(config) as (name, storage):
        if not isinstance(storage, Backup):
            raise Refused("cli.no_backup", storage=name)
        with shown.progress() as told:
            storage.backup(path, progress=told)
        shown.result({"storage": name, "file": path.name, "bytes": path.stat().st_size})
        shown.say(both("{file} is written.", "已写入 {file}。"), file=path.name)


@app.command()
def check(
    *, config: ConfigOption = SETTINGS, locale: LocaleOption = None, as_json: JsonOption = False
) -> None:
    """Look for damage, for a schema that is behind, and for books that do not fit together.

    Changes nothing, reads everything, and takes its time. Exits with 1 if anything is wrong.
    """
    with terminal(locale, as_json=as_json) as shown, _opened(config) as (name, storage):
        found = list(_wrong(storage, read_settings(config)))
        shown.result({"storage": name, "findings": [_plain(shown, one) for one in found]})
        if not found:
            shown.say(both("Nothing is wrong.", "未发现问题。"))
            return
        shown.show(
            Section(
                id="findings",
                title=both("What is wrong", "发现的问题"),
                columns=(
                    column("where", both("where", "位置")),
                    column("code", both("code", "代码")),
                    column("finding", both("finding", "问题")),
                ),
                rows=tuple((one.where, one.code, shown.problem(one)["message"]) for one in found),
            )
        )
        raise typer.Exit(1)


@contextmanager
def _opened(config: Path, *, make: bool = False) -> Generator[tuple[str, Storage]]:
    """Give the storage and its name as it is, however old its tables are."""
    settings = read_settings(config)
    name, plugins = find_storage(settings.storage, settings.plugins)
    if name == "sqlite" and not make and not Path(settings.storage).exists():
        raise Refused("cli.no_database", name=Path(settings.storage).name)
    storage = plugins.storage(name)
    try:
        yield name, storage
    finally:
        storage.close()


def _wrong(storage: Storage, settings: Settings) -> Iterator[Problem]:
    """Find what is wrong; of a damaged storage, and of one that is behind, nothing more."""
    damage = storage.damage() if isinstance(storage, Inspected) else ()
    yield from (Problem("", "storage.damaged", {"finding": one}) for one in damage)
    if damage:
        return
    schema = status(storage)
    if schema.pending:
        yield Problem("", "storage.behind", {"pending": list(schema.pending)})
        return
    _, plugins = find_storage(settings.storage, settings.plugins)
    given = plugins.keyring(settings.keys) if settings.keys else None
    keys = find_keys(settings.storage, storage, given=given, tenant=DEFAULT_TENANT)
    ops = SaasOps(storage, files=settings.file_store(), keys=keys)
    for id in _campaigns(ops):
        yield from Audit(ops).campaign(id, limit=_MOST)
    yield from Audit(ops).outbox(limit=_MOST)
    yield from Audit(ops).uploads(limit=_MOST)


def _campaigns(ops: SaasOps) -> tuple[str, ...]:
    return ops.campaigns(limit=10_000)


def _counts(storage: Storage) -> dict[str, int]:
    ops = SaasOps(storage)
    waiting = ops.outbox.waiting()
    return {
        "campaigns": len(_campaigns(ops)),
        "due": sum(one.due for one in waiting),
        "later": sum(one.later for one in waiting),
        "dead": sum(one.dead for one in waiting),
    }


_COUNTED = {
    "campaigns": both("campaigns", "活动"),
    "due": both("messages due", "到期消息"),
    "later": both("messages for later", "稍后消息"),
    "dead": both("dead letters", "死信"),
}


def _plain(shown: Terminal, one: Problem) -> dict[str, Any]:
    return {**shown.problem(one), "context": dict(one.context)}
