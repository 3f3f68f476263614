"""Run benchmarks: `python tests/benchmarks/run.py NAME [--size S] [--json]`, NAME or `all`.

Exit status: 0 if every goal was met, 1 if not, 2 for an unknown name.
"""

import argparse
import importlib
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Measure = Callable[[str | None], dict[str, Any]]
HERE = Path(__file__).resolve().parent


def benchmarks() -> dict[str, Measure]:
    """Return every benchmark of this folder by its name."""
    if str(HERE.parent) not in sys.path:
        sys.path.insert(0, str(HERE.parent))
    found: dict[str, Measure] = {}
    for path in sorted(HERE.glob("*.py")):
        if path.stem in ("run", "__init__"):
            continue
        module = importlib.import_module(f"{HERE.name}.{path.stem}")
        if hasattr(module, "measure"):
            found[getattr(module, "NAME", path.stem.replace("_", "-"))] = module.measure
    return found


def line(result: Mapping[str, Any]) -> str:
    """Write one result for people."""
    unit = result.get("unit", "")
    met = "met" if result["met"] else "MISSED"
    return (
        f"{result['name']} ({result['size']}): ours {result['ours']:.4g} {unit},"
        f" peer {result['peer']:.4g} {unit}, ratio {result['ratio']:.2f},"
        f" goal {result['goal']}: {met}"
    )


def main(arguments: list[str] | None = None) -> int:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description="Compare saasops with its peers.")
    parser.add_argument("name", help="a benchmark, or all")
    parser.add_argument("--size", help="how much to measure; each benchmark says what it means")
    parser.add_argument("--json", action="store_true", help="print JSON, one object a benchmark")
    options = parser.parse_args(arguments)
    every = benchmarks()
    if options.name not in ("all", *every):
        print(f"no benchmark {options.name}; there are: all, {', '.join(every)}", file=sys.stderr)
        return 2
    met = True
    for name in every if options.name == "all" else (options.name,):
        result = every[name](options.size)
        met = met and result["met"]
        print(json.dumps(result) if options.json else line(result), flush=True)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
