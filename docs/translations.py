"""Whether the Chinese pages still say what the English ones do.

`check` fails when a translated page has a sentence that is new or changed; `update` puts such
sentences into the catalogues. A page counts as translated once docs/locales holds its
catalogue, which `update PAGE` starts. What a sentence means is left to the translator.
"""

import shutil
import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).parent
BUILD = DOCS.parent / "build" / "gettext"
CATALOGUES = DOCS / "locales"
LANGUAGE = "zh_CN"


def main(task: str, *pages: str) -> int:
    """Run *task*, check or update; *pages* are to be translated from now on."""
    shutil.rmtree(BUILD, ignore_errors=True)
    without_api = ["-D", "exclude_patterns=locales,reference/api"]
    _run("sphinx", "-q", "-b", "gettext", *without_api, str(DOCS), str(BUILD / "all"))
    catalogues = CATALOGUES
    if task == "check":
        catalogues = BUILD / "locales"
        shutil.copytree(CATALOGUES, catalogues, ignore=shutil.ignore_patterns("*.mo"))
    for page in _translated() | set(pages):
        template = BUILD / "wanted" / f"{page}.pot"
        template.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(BUILD / "all" / f"{page}.pot", template)
    where = ["-d", str(catalogues), "-l", LANGUAGE]
    _run("sphinx_intl", "update", "-p", str(BUILD / "wanted"), *where)
    stale = [line for line in _run("sphinx_intl", "stat", *where) if not _complete(line)]
    print(*stale, sep="\n", end="\n" if stale else "")
    if task == "check" and stale:
        print("The words above are missing or stale: `make translations`, then edit docs/locales.")
        return 1
    return 0


def _translated() -> set[str]:
    folder = CATALOGUES / LANGUAGE / "LC_MESSAGES"
    return {file.relative_to(folder).with_suffix("").as_posix() for file in folder.rglob("*.po")}


def _complete(line: str) -> bool:
    return line.endswith(" 0 fuzzy, 0 untranslated.")


def _run(*command: str) -> list[str]:
    """Return what *command* printed; it may fail only where words are missing."""
    done = subprocess.run(  # noqa: S603 -- the tools of requirements/docs.txt
        [sys.executable, "-m", *command], check=False, capture_output=True, text=True
    )
    if done.returncode and "stat" not in command:
        raise SystemExit(done.stdout + done.stderr)
    return done.stdout.splitlines()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
