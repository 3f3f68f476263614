"""A store is closed while threads use it: they are told, nothing is lost, and the process lives on."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

CLOSING = Path(__file__).with_name("fault_closing.py")


def test_a_store_that_is_closed_under_load_says_so_and_loses_nothing(
    address: str, rounds: Callable[[int], int]
) -> None:
    command = [sys.executable, CLOSING, address, str(rounds(20))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ended by {done.returncode}: {done.stderr}"
    assert done.stdout == "storage.closed\n\n"
