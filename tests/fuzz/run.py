"""Fuzz the importers: `python tests/fuzz/run.py [--seconds N] [NAME ...]`, all of them by default.

With atheris, where it is installed, guided by coverage; else by hypothesis. The time is shared
among the importers. What breaks one is printed, with the input that did. Exit status: 0 if
nothing but `SaasOpsError` was raised, 1 if something was, 2 for an unknown name.
"""

import argparse
import importlib.util
import subprocess
import sys
import time
import traceback
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from fuzz.importers import Target, targets, tried  # noqa: E402 -- behind the path
from fuzz.inputs import inputs  # noqa: E402 -- behind the path

ROUND = 200


def by_hypothesis(target: Target, seconds: float) -> tuple[int, int]:
    """Return how many inputs were tried until the time was over, and how many were taken."""
    until, seen, taken = time.monotonic() + seconds, 0, 0

    @settings(
        max_examples=ROUND,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(inputs(target.seed))
    def once(content: bytes) -> None:
        nonlocal seen, taken
        if time.monotonic() < until:
            seen += 1
            taken += tried(target.run, content)

    while time.monotonic() < until:
        once()
    return seen, taken


def by_atheris(name: str, seconds: float) -> int:
    """Run one importer under atheris in a process of its own; return its exit status."""
    script = (
        "import sys, atheris\n"
        "with atheris.instrument_imports(include=['saasops']):\n"
        "    from fuzz.importers import targets, tried\n"
        f"run = targets()[{name!r}].run\n"
        "atheris.Setup(sys.argv, lambda content: tried(run, content) and None)\n"
        "atheris.Fuzz()\n"
    )
    limit = f"-max_total_time={max(1, int(seconds))}"
    run = [sys.executable, "-c", script, limit]
    return subprocess.run(run, check=False, cwd=HERE.parent).returncode


def main(arguments: list[str] | None = None) -> int:
    """Fuzz what the command line names."""
    parser = argparse.ArgumentParser(description="Fuzz the importers of saasops.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="an importer")
    parser.add_argument("--seconds", type=float, default=600, help="for all of them together")
    options = parser.parse_args(arguments)
    every = targets()
    if unknown := set(options.names) - set(every):
        print(f"no importer {', '.join(sorted(unknown))}; there are {', '.join(every)}")
        return 2
    names = options.names or list(every)
    each, broken = options.seconds / len(names), 0
    guided = importlib.util.find_spec("atheris") is not None
    for name in names:
        if not tried(every[name].run, every[name].seed):
            print(f"{name}: its own seed is refused")
        if guided:
            broken += by_atheris(name, each) != 0
            continue
        try:
            seen, taken = by_hypothesis(every[name], each)
            print(f"{name}: {seen} inputs, {taken} taken", flush=True)
        except Exception:  # noqa: BLE001 -- this is what is looked for
            broken += 1
            print(f"{name}: BROKEN", flush=True)
            traceback.print_exc()
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
