"""What `import saasops` costs, against importing the packages it stands on.

Each import is timed inside a fresh process, ours and the peer's in turn. *size* is the number of
pairs; the ratio is that of the medians. `import saasops` loads names when they are asked for;
`facade` is what the first `from saasops import SaasOps` costs, and `facade_ratio` compares it.
"""

import statistics
import subprocess
import sys
from typing import Any

NAME = "import"
GOAL = 1.3
TIMED = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"


def measure(size: str | None = None) -> dict[str, Any]:
    pairs = int(size or 15)
    for what in ("saasops", "attrs, cattrs, pluggy, pendulum"):
        _seconds(what)  # written byte code and a warm disk for both
    ours, peer, facade = [], [], []
    for _ in range(pairs):
        ours.append(_seconds("saasops"))
        peer.append(_seconds("attrs, cattrs, pluggy, pendulum"))
        facade.append(_seconds("saasops.app.ops"))
    mine, theirs = statistics.median(ours), statistics.median(peer)
    return {
        "name": NAME,
        "size": pairs,
        "ours": mine,
        "peer": theirs,
        "ratio": mine / theirs,
        "goal": f"<= {GOAL}",
        "met": mine / theirs <= GOAL,
        "unit": "s",
        "facade": statistics.median(facade),
        "facade_ratio": statistics.median(facade) / theirs,
    }


def _seconds(what: str) -> float:
    command = [sys.executable, "-c", TIMED.format(what)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
