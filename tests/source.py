"""The source read as syntax trees: which codes it names, and with which context.

A code is named by a call of an error class, of Problem, or of a function that passes its own
parameter `code` on to one of these. Whether the codes are right is left to test_manners.
"""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TypeAlias

import attrs

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src"
PACKAGE = SRC / "saasops"

Scope: TypeAlias = ast.FunctionDef | ast.Module


@attrs.frozen
class Use:
    """One call that names a code; None where it, or the names of its context, cannot be read."""

    where: str
    code: str | None
    names: frozenset[str] | None


@cache
def trees() -> Mapping[Path, ast.Module]:
    return {file: ast.parse(file.read_text("utf-8")) for file in sorted(SRC.rglob("*.py"))}


def calls() -> Iterator[tuple[Path, ast.Call, Scope]]:
    for file, tree in trees().items():
        for scope in ast.walk(tree):
            if isinstance(scope, Scope):
                yield from ((file, n, scope) for n in _own(scope) if isinstance(n, ast.Call))


@cache
def strings() -> frozenset[str]:
    """Every text constant outside the catalogues, of the plugins too."""
    plugins = (ast.parse(file.read_text("utf-8")) for file in ROOT.glob("plugins/*/src/**/*.py"))
    ours = (tree for file, tree in trees().items() if file.parent.name != "texts")
    return frozenset(
        node.value
        for tree in (*ours, *plugins)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


@cache
def error_names() -> frozenset[str]:
    tree = trees()[PACKAGE / "errors.py"]
    return frozenset(n.name for n in tree.body if isinstance(n, ast.ClassDef)) - {"Problem"}


def name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


@cache
def uses() -> tuple[Use, ...]:
    found: list[Use] = []
    for file, call, scope in calls():
        code = _code(call, file)
        if code is None or _passed_on(code, scope):
            continue
        names = _context(call, scope) if _is_ours(call) else None
        where = f"{file.relative_to(ROOT)}:{call.lineno}"
        found += [Use(where, one, names) for one in _literals(code, scope) or [None]]
    return tuple(found)


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """Walk over *scope* without the functions inside it, which are scopes of their own."""
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, ast.FunctionDef):
            yield child
            yield from _own(child)


def _is_ours(call: ast.Call) -> bool:
    return name(call.func) in error_names() | {"Problem"}


def _code(call: ast.Call, file: Path) -> ast.expr | None:
    """Return the expression that gives the code in *call*, if it names one."""
    called = name(call.func)
    if called == "NotFound" or (file.name == "errors.py" and called == "__init__"):
        return None
    places = dict.fromkeys(error_names(), 0) | {"Problem": 1, "Invalid": 1}
    place = places.get(called, _helper(call, file))
    if place is None:
        return None
    given = [keyword.value for keyword in call.keywords if keyword.arg == "code"]
    given += call.args[place : place + 1]
    return given[0] if given and not isinstance(given[0], ast.Starred) else None


def _helper(call: ast.Call, file: Path) -> int | None:
    """Return where a helper takes its code; private ones are known in their own file."""
    called = name(call.func)
    for home, method, place in _helpers().get(called, ()):
        shared = method == isinstance(call.func, ast.Attribute) and not called.startswith("_")
        if home == file or (shared and (method or _imports(file, called, home))):
            return place
    return None


@cache
def _helpers() -> Mapping[str, list[tuple[Path, bool, int]]]:
    found: dict[str, list[tuple[Path, bool, int]]] = {}
    known = set(error_names()) | {"Problem"}
    for file, tree in [*trees().items()] * 2:  # twice: a helper may call a later one
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef) or file.name == "errors.py":
                continue
            arguments = [arg.arg for arg in node.args.posonlyargs + node.args.args]
            method = arguments[:1] in (["self"], ["cls"])
            passes = any(
                isinstance(inner, ast.Call)
                and name(inner.func) in known
                and any(isinstance(arg, ast.Name) and arg.id == "code" for arg in inner.args)
                for inner in ast.walk(node)
            )
            if "code" in arguments and passes:
                known.add(node.name)
                place = (file, method, arguments.index("code") - method)
                if place not in found.setdefault(node.name, []):
                    found[node.name].append(place)
    return found


@cache
def _imports(file: Path, called: str, home: Path) -> bool:
    module = ".".join(home.relative_to(SRC).with_suffix("").parts)
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == module
        and called in {alias.asname or alias.name for alias in node.names}
        for node in ast.walk(trees()[file])
    )


def _passed_on(code: ast.expr, scope: Scope) -> bool:
    """Tell whether the code comes from elsewhere: a parameter, or another error's `code`."""
    arguments = scope.args.posonlyargs + scope.args.args if hasattr(scope, "args") else []
    if isinstance(code, ast.Name):
        return code.id in {arg.arg for arg in arguments}
    return any(isinstance(part, ast.Attribute) and part.attr == "code" for part in ast.walk(code))


def _literals(code: ast.expr, scope: Scope) -> list[str | None]:
    if isinstance(code, ast.Name):
        code = _assigned(code, scope) or code
    if isinstance(code, ast.IfExp):
        return _literals(code.body, scope) + _literals(code.orelse, scope)
    if isinstance(code, ast.Constant) and isinstance(code.value, str):
        return [code.value]
    return []


def _context(call: ast.Call, scope: Scope) -> frozenset[str] | None:
    """Return the names of the context, if they are written out."""
    if name(call.func) == "Invalid":
        return frozenset({"count", "shown"})
    keywords = {keyword.arg for keyword in call.keywords}
    if name(call.func) != "Problem":
        return None if None in keywords else frozenset(key for key in keywords if key)
    if len(call.args) < 3:
        return None if "context" in keywords else frozenset()
    written: ast.expr | None = call.args[2]
    if isinstance(written, ast.Name):
        written = _assigned(written, scope)
    keys = written.keys if isinstance(written, ast.Dict) else [None]
    named = frozenset(key.value for key in keys if isinstance(key, ast.Constant))
    return named if len(named) == len(keys) else None


def _assigned(used: ast.Name, scope: Scope) -> ast.expr | None:
    """Return what was last assigned to a name above its use."""
    above = [
        node
        for node in _own(scope)
        if isinstance(node, ast.Assign)
        and node.lineno <= used.lineno
        and [name(target) for target in node.targets] == [used.id]
    ]
    return max(above, key=lambda node: node.lineno).value if above else None
