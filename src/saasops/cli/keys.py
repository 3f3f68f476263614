"""`saasops keys`: make the keys of personal data, rotate them, tell which there are.

A secret is printed by `new` without a file, and never else.
"""

from pathlib import Path
from typing import Annotated, Any

import attrs
import typer

from saasops.app.keys import Clash
from saasops.cli.options import SETTINGS, ConfigOption, JsonOption, LocaleOption
from saasops.cli.settings import read_settings
from saasops.cli.terminal import terminal
from saasops.figures import Section, column
from saasops.values import both
from saasops.vault.keys import Keys

app = typer.Typer(help="Make and rotate the keys of personal data.", no_args_is_help=True)
FileArgument = Annotated[Path, typer.Argument(help="The file that holds the keys.")]
_USES = {
    "current": both("for new people", "用于新的人员"),
    "index": both("for new index entries", "用于新的索引"),
    "searched": both("for older index entries", "用于旧的索引"),
    "old": both("for older people", "用于已有人员"),
}


@app.command()
def new(
    *,
    out: Annotated[
        Path | None, typer.Option("--out", help="A new file, which only its owner may read.")
    ] = None,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make new keys in a file, or print them, which are secret, for a store of secrets."""
    with terminal(locale, as_json=as_json) as shown:
        keys = Keys.new()
        if out is None:
            typer.echo(keys.written(), nl=False)
            return
        keys.save(out)
        shown.result({"file": str(out), **_plain(keys)})
        shown.say(
            both(
                "Written: {file}. What is kept under these keys is lost without them: "
                "keep a copy apart from the data.",
                "已写入：{file}。丢失密钥即丢失用它保存的内容，请与数据分开另存一份。",
            ),
            file=out,
        )


@app.command()
def rotate(
    file: FileArgument,
    *,
    index: Annotated[
        bool, typer.Option("--index", help="The secret to search by, instead of that for people.")
    ] = False,
    locale: LocaleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a fresh secret into the file for everything new; the old ones stay in it."""
    with terminal(locale, as_json=as_json) as shown:
        keys = Keys.change(file, Keys.index_rotated if index else Keys.rotated)
        made = keys.index[0] if index else keys.current
        shown.result({"file": str(file), "made": made, **_plain(keys)})
        shown.say(
            both(
                "{made} is for everything new. Start again what uses these keys, "
                "and keep a new copy of them.",
                "新数据将使用 {made}。请重启使用这些密钥的程序，并重新备份密钥。",
            ),
            made=made,
        )


@app.command()
def apply(
    *, config: ConfigOption = SETTINGS, locale: LocaleOption = None, as_json: JsonOption = False
) -> None:
    """Bring the storage under the newest secrets, and tell which older ones nothing needs now.

    Again goes on where it was cut short. Nobody has to wait for it.
    """
    with terminal(locale, as_json=as_json) as shown, read_settings(config).open() as ops:
        wrapped = 0
        while some := ops.keys.rewrap():
            wrapped += some
        indexed: str | None = ""
        clashes: tuple[Clash, ...] = ()
        while indexed is not None:
            done = ops.keys.reindex(after=indexed)
            indexed, clashes = done.after, clashes + done.clashes
        used = ops.keys.in_use()
        shown.result(
            {
                "wrapped": wrapped,
                "in_use": [attrs.asdict(one) for one in used],
                "clashes": [attrs.asdict(one) for one in clashes],
            }
        )
        shown.show(
            Section(
                id="in_use",
                title=both("Secrets in use", "正在使用的密钥"),
                columns=(
                    column("id", both("id", "标识")),
                    column("people", both("people", "人员")),
                    column("entries", both("index entries", "索引条目")),
                ),
                rows=tuple((one.id, one.people, one.entries) for one in used),
            )
        )
        for one in clashes:
            shown.say(
                both(
                    "Users {user} and {other} hold the same {provider} identity: merge them.",
                    "用户 {user} 与 {other} 持有同一 {provider} 身份，请合并。",
                ),
                **attrs.asdict(one),
            )


@app.command()
def show(file: FileArgument, *, locale: LocaleOption = None, as_json: JsonOption = False) -> None:
    """Tell which secrets the file holds and what each is for, never the secrets."""
    with terminal(locale, as_json=as_json) as shown:
        keys = Keys.load(file)
        shown.result({"file": str(file), **_plain(keys)})
        shown.show(
            Section(
                id="keys",
                title=both("Keys", "密钥"),
                columns=(column("id", both("id", "标识")), column("use", both("use", "用途"))),
                rows=tuple((id, _USES[use]) for use, id in _used(keys)),
            )
        )


def _plain(keys: Keys) -> dict[str, Any]:
    old = [id for use, id in _used(keys) if use == "old"]
    return {"current": keys.current, "index": list(keys.index), "old": old}


def _used(keys: Keys) -> list[tuple[str, str]]:
    """Return every id behind what it is for."""
    named = [("current", keys.current), ("index", keys.index[0])]
    named += [("searched", id) for id in keys.index[1:]]
    rest = keys.secrets.keys() - {id for _, id in named}
    return [*named, *(("old", id) for id in sorted(rest))]
