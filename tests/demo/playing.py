"""Play the reference campaign, or one of another seed, in a folder of its own."""

import json
import logging
import re
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs

from saasops.cli.comparison import Figure, compare, figures
from saasops.cli.rehearsal import Rehearsal

REFERENCE = Path(__file__).parents[2] / "examples" / "reference_campaign"
DATA = Path(__file__).parents[1] / "data"


@attrs.frozen(kw_only=True)
class Played:
    """A finished run: what was expected, what came out, and the rehearsal, still open."""

    rehearsal: Rehearsal
    out: Path
    expected: dict[str, Any]
    actual: dict[str, Any]
    logged: list[str]

    @property
    def compared(self) -> tuple[Figure, ...]:
        return compare(self.expected, self.actual)


def open_run(folder: Path, out: Path) -> Rehearsal:
    out.mkdir(parents=True, exist_ok=True)
    definition = REFERENCE / "campaign.toml"
    return Rehearsal.open(
        folder, definition=definition, storage=str(out / "ops.db"), notices=out / "notices"
    )


def play(folder: Path, out: Path) -> Played:
    run = open_run(folder, out)
    with listening() as logged:
        run.play(monday=lambda week: None)
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    actual = figures(run, expected)
    return Played(rehearsal=run, out=out, expected=expected, actual=actual, logged=logged)


@contextmanager
def listening() -> Generator[list[str]]:
    """Collect everything that anybody logs, as it would be written."""
    logged, root = list[str](), logging.getLogger()
    handler = logging.Handler()
    handler.emit = lambda record: logged.append(logging.Formatter().format(record))
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield logged
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def generate(seed: int, folder: Path) -> Path:
    """Write a campaign of another seed, as the generator beside the data does."""
    source = folder / "source"
    shutil.copytree(DATA, source)
    script = source / "campaign" / "make_campaign.py"
    text = re.sub(r"(?m)^SEED = \d+$", f"SEED = {seed}", script.read_text("utf-8"))
    script.write_text(text, "utf-8")
    target = folder / f"seed-{seed}"
    target.mkdir()
    subprocess.run([sys.executable, str(script), str(target)], check=True)
    return target
