"""Answer a survey from a process of its own: survey_worker.py FILE GATE USER…

It waits until the file GATE is there, lets every user answer, and prints who was let in.
"""

import sys
import time
from pathlib import Path

from kit import opened, tried


def main(file: str, gate: str, *users: str) -> None:
    stage = opened(file)
    print("ready", flush=True)
    while not Path(gate).exists():
        time.sleep(0.002)
    for user in users:
        no = tried(lambda one=user: stage.answer(one))
        assert no is None or no.code == "survey.full"
        if no is None:
            print(user, flush=True)
    stage.ops.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
