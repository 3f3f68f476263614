"""Ways to call the command."""

import json
import os
import subprocess
import sys
from typing import Any

import attrs
from typer.testing import CliRunner

from saasops.cli.main import app
from source import ROOT

REFERENCE = ROOT / "examples" / "reference_campaign"


@attrs.frozen(kw_only=True)
class Run:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Everything on stdout has to be one JSON object."""
        return json.loads(self.out)


def saasops(*words: object) -> Run:
    """Call the command in this process."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Run(code=done.exit_code, out=done.stdout, err=done.stderr)


def process(*words: object, **env: str) -> Run:
    """Call the command in a process of its own, as a user does."""
    done = subprocess.run(
        [sys.executable, "-c", "from saasops.cli import main; main()", *map(str, words)],
        env=os.environ | env,
        capture_output=True,
        check=False,
    )
    return Run(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())
