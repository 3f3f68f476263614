"""Manners that every room keeps: light imports, errors with words, small files, nothing private.

`python tests/test_manners.py` freezes the codes of a release in released_codes.txt.
"""

import ast
import io
import re
import statistics
import string
import subprocess
import sys
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

import source
from saasops import errors, texts
from source import PACKAGE, ROOT

RELEASED = Path(__file__).parent / "released_codes.txt"
HEAVY = {
    "alembic", "django", "duckdb", "hypothesis", "openpyxl", "psycopg", "pytest", "rich",
    "sqlalchemy", "sqlite3", "starlette", "typer",
}  # fmt: skip
UNSAID = {
    # code: why no line of the source names it
    **dict.fromkeys(
        [
            "survey.import.impossible_slot",
            "survey.import.missing_required",
            "survey.import.out_of_range",
            "survey.import.too_long",
            "survey.import.unknown_option",
            "survey.import.unrecognised_version",
            "survey.import.wrong_type",
        ],
        "an import reports the survey's own code with the row before it",
    ),
}
PRINTING = {PACKAGE / "channels" / "console.py"}
CLOCKS = {
    "app", "channels", "cli", "plugins", "reports", "storage", "testing", "transports", "vault",
    "clock.py",
}  # fmt: skip
PASSING = {".git", ".hypothesis", "__pycache__", "build", "dist", "node_modules"}


# What an import loads


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [("saasops", HEAVY), ("_saasops_pytest", HEAVY - {"pytest"} | {"saasops"})],
)
def test_an_import_is_light(module: str, unwanted: set[str]) -> None:
    script = f"import sys, {module}; print(*sys.modules)"
    run = [sys.executable, "-c", script]
    loaded = subprocess.run(run, check=True, capture_output=True, text=True).stdout.split()
    nothing(unwanted & {name.partition(".")[0] for name in loaded})


# Errors and their words


def test_the_tree_in_the_docstring_of_errors_is_the_tree_of_classes() -> None:
    lines = (errors.__doc__ or "").splitlines()
    rows = [re.match(r"([│├└─ ]*)(\w+)  +.*?( \d{3})?$", line) for line in lines]
    drawn = [(len(row[1]) // 4, row[2], row[3]) for row in rows if row]

    def tree(kind: type[errors.SaasOpsError], depth: int) -> Iterator[tuple[int, type]]:
        yield depth, kind
        for child in kind.__subclasses__():
            if child.__module__ == errors.__name__:
                yield from tree(child, depth + 1)

    classes = list(tree(errors.SaasOpsError, 0))
    assert [row[:2] for row in drawn] == [(depth, kind.__name__) for depth, kind in classes]
    for (_, kind), (_, _, status) in zip(classes, drawn, strict=True):
        assert status is None or int(status) == kind.status


def test_errors_are_defined_in_one_place() -> None:
    nothing(
        f"{file.relative_to(ROOT)}: {node.name}"
        for file, tree in source.trees().items()
        if file != PACKAGE / "errors.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and source.error_names() & {source.name(base) for base in node.bases}
    )


def test_every_code_that_is_raised_has_words() -> None:
    known = texts.catalogue()
    nothing(
        f"{use.where} {use.code or 'needs a literal code'}"
        for use in source.uses()
        if use.code not in known
    )


def test_every_context_has_the_names_that_its_words_use() -> None:
    nothing(
        f"{use.where} {use.code} lacks {sorted(lacks)}"
        for use in source.uses()
        if use.code in texts.catalogue() and use.names is not None
        if (lacks := names(texts.catalogue()[use.code][0]) - use.names)
    )


def test_all_words_are_used() -> None:
    codes = set(texts.catalogue())
    nothing(codes - source.strings() - set(UNSAID))
    nothing(set(UNSAID) - codes)


def test_words_stand_once_and_in_a_known_context() -> None:
    files = {file.stem for file in (PACKAGE / "texts").glob("*.py")} - {"__init__"}
    assert set(texts.CONTEXTS) == files
    modules = [import_module(f"saasops.texts.{context}") for context in texts.CONTEXTS]
    times = Counter(code for module in modules for code in module.TEXTS)
    nothing(code for code, count in times.items() if count > 1)


@pytest.mark.parametrize("code", sorted(texts.catalogue()))
def test_words_say_the_same_in_both_languages(code: str) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*", code)
    english, chinese = texts.catalogue()[code]
    assert names(english) == names(chinese)
    han = re.compile(r"[\u4e00-\u9fff]")
    assert han.search(chinese)
    assert not han.search(english)


def test_a_released_code_never_goes_away() -> None:
    released = [line for line in RELEASED.read_text("utf-8").splitlines() if line[:1] != "#"]
    assert released == sorted(set(released))
    nothing(set(released) - set(texts.catalogue()))


# Files


def test_files_are_small() -> None:
    lengths = {file: len(file.read_text("utf-8").splitlines()) for file in source.trees()}
    nothing(f"{file}: {lines} lines" for file, lines in lengths.items() if lines > 400)
    assert statistics.median(lengths.values()) <= 150


def test_no_two_test_files_have_one_name() -> None:
    """pytest imports both under it, and finds the wrong one."""
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, times in names.items() if times > 1] == []


def test_comments_are_rare() -> None:
    lines, comments = 0, 0
    for file in source.trees():
        text = file.read_text("utf-8")
        lines += sum(bool(line.strip()) for line in text.splitlines())
        found = tokenize.generate_tokens(io.StringIO(text).readline)
        comments += sum(token.type == tokenize.COMMENT for token in found)
    assert comments <= 0.05 * lines


def test_every_module_says_what_it_decides() -> None:
    nothing(file for file, tree in source.trees().items() if not ast.get_docstring(tree))


def test_only_the_command_line_and_the_console_print() -> None:
    nothing(
        f"{file.relative_to(ROOT)}:{call.lineno}"
        for file, call, _ in source.calls()
        if isinstance(call.func, ast.Name)
        and call.func.id == "print"
        and "cli" not in file.relative_to(PACKAGE.parent).parts
        and file not in PRINTING
    )


def test_the_core_reads_no_clock() -> None:
    readers = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}
    readers |= {("pendulum", "now"), ("pendulum", "today"), ("datetime", "today")}
    nothing(
        f"{file.relative_to(ROOT)}:{call.lineno}"
        for file, call, _ in source.calls()
        if isinstance(call.func, ast.Attribute)
        and (source.name(call.func.value), call.func.attr) in readers
        and file.is_relative_to(PACKAGE)
        and file.relative_to(PACKAGE).parts[0] not in CLOCKS
    )


def test_every_exception_to_a_check_has_its_reason_beside_it() -> None:
    exception = re.compile(
        r"#\s*(?:noqa(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?|(?:type|pyright): ignore(?:\[[\w, -]+\])?"
        r"|pragma: no cover)(.*)$"
    )
    nothing(
        f"{file.relative_to(ROOT)}:{number}"
        for file in files(".py")
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if (found := exception.search(line)) and not re.search(r"[a-z]{3}", found[1])
        if file != Path(__file__)
    )


# Nothing private


def test_no_file_names_a_package_registry() -> None:
    registry = re.compile(r"\b(?:pypi|pythonhosted|npmjs|yarnpkg|debian)\.(?:org|com|io)\b")
    assert [str(f) for f in files() if registry.search(f.read_text("utf-8", "replace"))] == []
    assert [
        str(f) for f in files(".txt", ".in", within="requirements") if "://" in f.read_text()
    ] == []


def test_no_file_names_a_path_of_a_machine() -> None:
    private = re.compile(r"(?:^|[^A-Za-z0-9_.])/(?:work|farm|root|home|Users)/", re.MULTILINE)
    written = files(
        ".py", ".md", ".toml", ".txt", ".in", ".po", ".html", ".js", ".css", "run", "file"
    )
    nothing(file for file in written if private.search(file.read_text("utf-8", "replace")))


def test_pins_carry_hashes_and_no_lock_file_stands_beside_them() -> None:
    for file in files(".txt", within="requirements"):
        pins = re.split(r"\n(?=\S)", file.read_text("utf-8").strip())
        nothing(f"{file}: {pin}" for pin in pins if "--hash=sha256:" not in pin)
    locks = {"Pipfile.lock", "package-lock.json", "pdm.lock", "poetry.lock", "uv.lock", "yarn.lock"}
    nothing(file for file in files() if file.name in locks)


@cache
def everything() -> tuple[Path, ...]:
    def walk(folder: Path) -> Iterator[Path]:
        for entry in sorted(folder.iterdir()):
            if entry.name in PASSING or entry.name.endswith(("_cache", ".egg-info")):
                continue
            if entry.is_dir() and not (entry / "pyvenv.cfg").exists():
                yield from walk(entry)
            elif entry.is_file() and entry.stat().st_size < 1_000_000:
                yield entry

    return tuple(walk(ROOT))


def files(*endings: str, within: str = "") -> list[Path]:
    found = [file for file in everything() if file.name.endswith(endings or "")]
    return [file for file in found if file.is_relative_to(ROOT / within)]


def nothing(found: Iterable[object]) -> None:
    """Fail with a list of all that was *found*."""
    listed = sorted(map(str, found))
    assert not listed, "\n".join(["found:", *listed])


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


if __name__ == "__main__":
    title = "# Codes of released versions: they never go away. Written by tests/test_manners.py.\n"
    RELEASED.write_text(title + "".join(f"{code}\n" for code in sorted(texts.catalogue())), "utf-8")
