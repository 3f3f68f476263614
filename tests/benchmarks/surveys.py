"""Surveys: conditions against JSONLogic, validation against pydantic, imports against raw reading.

`--size` is the number of rows that are imported: 100k by default, or 10k.
"""

from typing import Any

from benchmarks.surveys_import import measure_import
from benchmarks.surveys_predicates import measure_predicates
from benchmarks.surveys_validation import measure_validation

NAME = "surveys"
SIZES = {"10k": 10_000, "100k": 100_000}


def measure(size: str | None) -> dict[str, Any]:
    """Measure all three; the ratio that misses its goal by most stands for the whole."""
    rows = SIZES[size or "100k"]
    parts = {
        "predicate_vs_jsonlogic": measure_predicates(),
        "validate_vs_pydantic": measure_validation(),
        "import_vs_raw": measure_import(rows),
    }
    worst = max(parts.values(), key=lambda one: one["ratio"] / one["goal"])
    return {
        "name": NAME,
        "size": size or "100k",
        **{key: worst[key] for key in ("ours", "peer", "ratio", "unit")},
        "goal": f"<= {worst['goal']}",
        "met": all(one["met"] for one in parts.values()),
        **{name: one["ratio"] for name, one in parts.items()},
        "parts": parts,
    }
