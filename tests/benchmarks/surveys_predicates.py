"""One condition asked of one person's answers: ours against every JSONLogic package there is.

The same (condition, answers) pairs for all, in one process, the best of some rounds for each. All
begin with the answers as Python values; what can be compiled before is compiled before, and ours
is what `holds` costs. Packages that are not installed are left out.
"""

import random
import time
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, TypeAlias

from saasops.predicates import All, Any_, Field, Not, Predicate, Test, holds, jsonlogic

GOAL = 0.3
PAIRS, ROUNDS = 4000, 7
FIELDS = {
    "os": Field(type="choice", values=("linux", "windows-2003", "other")),
    "cloud": Field(type="choice", values=("public", "private")),
    "scenes": Field(type="choices", values=("automation", "monitoring", "data")),
    "hosts": Field(type="number", low=0, high=5, whole=True),
    "custom_login": Field(type="flag"),
}


def measure_predicates(pairs: int = PAIRS) -> dict[str, Any]:
    """Return microseconds for one evaluation, ours and each peer's, and the ratio to the fastest."""
    drawn = random.Random(7)
    cases = [(_condition(drawn), _answers(drawn)) for _ in range(pairs)]
    expected = [holds(condition, answers) for condition, answers in cases]
    rules = [
        (jsonlogic.written(condition, FIELDS), {k: _plain(v) for k, v in answers.items()})
        for condition, answers in cases
    ]
    peers = {name: _peer(name, rules) for name in _PEERS}
    runs: dict[str, list[Run]] = {"saasops": [(holds, one) for one in cases]}
    runs |= {name: made for name, made in peers.items() if made is not None}
    for name, made in runs.items():
        wrong = sum(bool(f(*one)) is not w for (f, one), w in zip(made, expected, strict=True))
        assert wrong == 0, f"{name} decides {wrong} of {pairs} otherwise"
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(ROUNDS):
        for name, made in runs.items():
            best[name] = min(best[name], _microseconds(made))
    ours = best.pop("saasops")
    fastest = min(best, key=best.__getitem__, default=None)
    ratio = None if fastest is None else ours / best[fastest]
    return {
        "ours": ours,
        "peers": best,
        "missing": sorted(name for name, made in peers.items() if made is None),
        "fastest": fastest,
        "ratio": ratio,
        "goal": GOAL,
        "met": ratio is not None and ratio <= GOAL and ours <= 2,
        "unit": "us",
        "pairs": pairs,
    }


Run: TypeAlias = tuple[Callable[..., Any], tuple[Any, ...]]
_PEERS: dict[str, tuple[str, Callable[[Any, Any, Any], Run]]] = {
    "datalogic-py": (
        "datalogic_py",
        lambda rule, answers, m: (_engine(m).compile(rule).evaluate, (answers,)),
    ),
    "jsonlogic-rs": ("jsonlogic_rs", lambda rule, answers, m: (m.apply, (rule, answers))),
    "json-logic-qubit": ("json_logic", lambda rule, answers, m: (m.jsonLogic, (rule, answers))),
}
"""How each package is asked. Rules are compiled before the clock starts, where that is possible."""


@cache
def _engine(module: Any) -> Any:
    return module.Engine()


def _peer(name: str, rules: list[tuple[Any, Any]]) -> list[Run] | None:
    module_name, run = _PEERS[name]
    try:
        module = import_module(module_name)
    except ImportError:
        return None
    return [run(rule, answers, module) for rule, answers in rules]


def _microseconds(made: list[Run]) -> float:
    begun = time.perf_counter()
    for function, arguments in made:
        function(*arguments)
    return (time.perf_counter() - begun) / len(made) * 1e6


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _answers(drawn: random.Random) -> dict[str, Any]:
    return {name: _value(drawn, field) for name, field in FIELDS.items() if drawn.random() < 0.7}


def _value(drawn: random.Random, field: Field) -> Any:
    if field.type == "number":
        return drawn.randint(0, 5)
    if field.type == "flag":
        return drawn.random() < 0.5
    values = field.values or ()
    if field.type == "choices":
        return tuple(drawn.sample(values, drawn.randint(1, len(values))))
    return drawn.choice(values)


def _condition(drawn: random.Random, levels: int = 3) -> Predicate:
    """Make a condition as those of the prototype: each operator and each joint equally often."""
    joints = ("all", "any", "not") if levels else ()
    operators = ("eq", "ne", "in", "has", "any of", "gt", "ge", "lt", "le", "answered")
    shape = drawn.choice((*operators, *joints))
    if shape == "not":
        return Not(_condition(drawn, levels - 1))
    if shape in joints:
        parts = tuple(_condition(drawn, levels - 1) for _ in range(drawn.randint(1, 3)))
        return All(parts) if shape == "all" else Any_(parts)
    operator = "any" if shape == "any of" else shape
    several = operator in ("in", "any")
    closed = ("choice",) if operator == "in" else ("choice", "flag", "number", "choices")
    name = drawn.choice(
        [n for n, f in FIELDS.items() if operator in f.operators and f.type in closed]
    )
    field = FIELDS[name]
    if operator == "answered":
        return Test(name, operator, value=True)
    values = field.values or (_value(drawn, field),)
    if several:
        return Test(name, operator, tuple(drawn.sample(values, drawn.randint(1, 2))))
    return Test(name, operator, drawn.choice(values))


if __name__ == "__main__":
    print(measure_predicates())
