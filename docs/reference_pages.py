"""The pages of the reference that are made from the code: errors, roles and API.

What the code says is decided there; here it is only laid out. `reference/errors.md` and
`reference/roles.md` name the places to fill, and `reference/api/` is written anew by each build.
"""

import pkgutil
from importlib import import_module
from pathlib import Path
from typing import Any

import saasops
from saasops import app, errors, texts
from saasops.people.rights import RIGHTS, Right
from saasops.people.roles import BUILT_IN

NOT_API = {"cli", "texts"}


def error_classes() -> str:
    """Return every error as a Markdown table, base classes first."""
    rows = ["| Error | HTTP status | Try again? | |", "|---|---|---|---|"]
    todo: list[type[errors.SaasOpsError]] = [errors.SaasOpsError]
    while todo:
        kind = todo.pop(0)
        todo = kind.__subclasses__() + todo
        summary = (kind.__doc__ or "").partition("\n")[0]
        again = "yes" if kind.retryable else "no"
        rows.append(f"| `{kind.__name__}` | {kind.status} | {again} | {summary} |")
    return "\n".join(rows)


def error_codes() -> str:
    """Return every code with its words, one Markdown table for each context."""
    tables: list[str] = []
    for context in texts.CONTEXTS:
        module = import_module(f"saasops.texts.{context}")
        rows = [f"## {context}", "", "| Code | English | 中文 |", "|---|---|---|"]
        rows += [
            f"| `{code}` | {_cell(english)} | {_cell(chinese)} |"
            for code, (english, chinese) in sorted(module.TEXTS.items())
        ]
        if module.TEXTS:
            tables.append("\n".join(rows))
    return "\n\n".join(tables)


def role_tables() -> str:
    """Return who may do what, one Markdown table for each handle, its entries in rows."""
    rooms = pkgutil.iter_modules(app.__path__, "saasops.app.")
    found = {name: kind for room in rooms for name, kind in vars(import_module(room.name)).items()}
    titles = [str(role.title) for role in BUILT_IN.values()]
    tables: dict[str, list[str]] = {}
    for entry, right in RIGHTS.items():
        handle, _, name = entry.partition(".")
        summary = " ".join(
            (getattr(found[handle], name).__doc__ or "").partition("\n\n")[0].split()
        )
        cells = [f"`{name}`", _cell(summary), *(_allowed(right, role) for role in BUILT_IN)]
        head = [f"### {handle}", "", f"| Entry | | {' | '.join(titles)} |", "|---" * 6 + "|"]
        tables.setdefault(handle, head).append(f"| {' | '.join(cells)} |")
    return "\n\n".join("\n".join(rows) for rows in tables.values())


def api_pages() -> dict[str, str]:
    """Return one Markdown page for each public room, by its name."""
    pages: dict[str, str] = {}
    for room in pkgutil.iter_modules(saasops.__path__):
        if room.name.startswith("_") or room.name in NOT_API:
            continue
        name = f"saasops.{room.name}"
        page = [f"# {room.name}", _automodule(name, members=not room.ispkg)]
        if room.ispkg:
            for module in pkgutil.walk_packages(import_module(name).__path__, f"{name}."):
                if "._" not in module.name:
                    page += [f"## {module.name.removeprefix(name)[1:]}", _automodule(module.name)]
        pages[room.name] = "\n\n".join(page) + "\n"
    return pages


def setup(app: Any) -> dict[str, bool]:
    """Tell Sphinx when to call what stands here."""
    app.connect("builder-inited", _write_api)
    app.connect("source-read", _fill)
    app.connect("autodoc-process-docstring", _keep_layout)
    return {"parallel_read_safe": True}


def _write_api(app: Any) -> None:
    folder = Path(app.srcdir, "reference", "api")
    folder.mkdir(exist_ok=True)
    pages = {f"{room}.md": page for room, page in api_pages().items()}
    for stale in {file.name for file in folder.iterdir()} - set(pages):
        (folder / stale).unlink()
    for name, page in pages.items():
        file = folder / name
        if not file.exists() or file.read_text(encoding="utf-8") != page:
            file.write_text(page, encoding="utf-8")


def _fill(app: Any, page: str, source: list[str]) -> None:  # noqa: ARG001 -- Sphinx passes it
    if page == "reference/errors":
        source[0] = source[0].replace("<!-- all classes -->", error_classes())
        source[0] = source[0].replace("<!-- all codes -->", error_codes())
    if page == "reference/roles":
        source[0] = source[0].replace("<!-- all roles -->", role_tables())


def _keep_layout(*event: Any) -> None:
    """Show a drawn tree, and an example that is set in after a colon, as they are written."""
    lines: list[str] = event[-1]
    for number, (line, blank, block) in enumerate(zip(lines, lines[1:], lines[2:], strict=False)):
        if line.endswith(":") and not blank and block.startswith("    "):
            lines[number] = f"{line}:"
    drawn = [number for number, line in enumerate(lines) if line.lstrip()[:1] in set("├└│")]
    if drawn:
        tree = range(drawn[0] - 1, drawn[-1] + 1)
        lines[:] = [f"   {line}" if n in tree else line for n, line in enumerate(lines)]
        lines[tree.start : tree.start] = ["::", ""]


def _automodule(name: str, *, members: bool = True) -> str:
    option = "" if members else "\n   :no-members:"
    return f"```{{eval-rst}}\n.. automodule:: {name}{option}\n```"


def _allowed(right: Right, role: str) -> str:
    if role in right.roles:
        return "yes"
    if role not in right.owners:
        return ""
    without = f" ({', '.join(f'`{name}`' for name in right.reserved)})" if right.reserved else ""
    return f"own `{right.own}`{without}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
