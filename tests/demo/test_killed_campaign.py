"""Kill the process anywhere and run again: same end state, no notice twice, no point twice."""

import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from playing import REFERENCE, play

from saasops.testing.invariants import check_campaign

_PROGRAM = """
import sys
from pathlib import Path
from playing import open_run
run = open_run(Path(sys.argv[1]), Path(sys.argv[2]))
print("ready", flush=True)
run.play(monday=lambda week: None)
print("done", flush=True)
"""
_ROUNDS = 8


def test_a_killed_campaign_ends_like_an_undisturbed_one(tmp_path: Path) -> None:
    out, killed, chance = tmp_path / "out", 0, random.Random(5)
    for _ in range(_ROUNDS):
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(REFERENCE), str(out)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parent,
        )
        assert process.stdout is not None
        with process, process.stdout:
            assert process.stdout.readline() == "ready\n"
            time.sleep(chance.uniform(0.05, 1.2))
            process.kill()
            process.wait()
        killed += process.returncode == -signal.SIGKILL
    assert killed >= _ROUNDS // 2
    played = play(REFERENCE, out)
    assert [one for one in played.compared if one.outcome == "different"] == []
    campaign = played.rehearsal.campaign
    check_campaign(campaign)
    ids = [
        id
        for file in (out / "notices").glob("*.txt")
        for id in re.findall(r"(?m)^id: (.+)$", file.read_text("utf-8"))
    ]
    assert sorted(ids) == sorted(one.id for one in campaign.notices.all() if one.stage == "sent")
    played.rehearsal.ops.close()
