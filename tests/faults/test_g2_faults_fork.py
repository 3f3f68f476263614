"""A process forks with a store in use: the child works by itself, the parent's session lives on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FORKS = Path(__file__).with_name("fault_forks.py")
POSTGRESQL = {
    # the case: what the child said, and the parent then, with whether its session is the same
    "idle": ["booked True", "booked True"],
    "closes": ["booked closed", "booked True"],
    "exits": ["0", "0", "booked True"],
    "inside": ["booked", "booked True"],
    "unwinds": ["0", "kept True"],
    "leaves": ["0", "not kept True"],
    "threads": ["30 0", "[] True"],
    "opening": ["booked", "booked"],
}
SQLITE = POSTGRESQL | {
    "inside": ["storage.forked", "booked True"],
    "threads": ["0 0", "[] True"],  # other threads hold connections, which a child may not touch
}

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def forked(address: str, case: str) -> list[str]:
    command = [sys.executable, FORKS, address, case]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("case", POSTGRESQL)
def test_a_fork_leaves_the_parents_work_and_session_alone(
    address: str, engine: str, case: str
) -> None:
    expected = {"sqlite": SQLITE, "postgresql": POSTGRESQL}[engine]
    assert forked(address, case) == expected[case]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_child_that_takes_over_the_connections_is_found_out(address: str) -> None:
    child, parent = forked(address, "shared")
    assert child == "booked False"
    assert parent != "booked True"
