"""Play the reference campaign, or one of another seed, in a folder of its own."""

import json
import re
import shutil
import subprocess
import sys
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
    run.play(monday=lambda week: None)
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    return Played(rehearsal=run, out=out, expected=expected, actual=figures(run, expected))


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
