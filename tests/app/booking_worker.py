"""Book places from a process of its own: booking_worker.py FILE GATE USER…

It waits until the file GATE is there, lets every user ask for the late slot, and prints who
got a place.
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
        no = tried(lambda one=user: stage.campaign.schedule.book(one, "late"))
        assert no is None or no.code == "slot.full"
        if no is None:
            print(user, flush=True)
    stage.ops.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
