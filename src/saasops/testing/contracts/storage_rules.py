"""The rules of the storage contract one by one, without pytest's runner.

For reports, and for the proof that a contract finds what is broken. Which rules there are is
left to `StorageContract`.
"""

import traceback
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any, Literal, TypeAlias

import attrs
import pytest

from saasops.ports import Storage
from saasops.testing.contracts.storage import StorageContract
from saasops.testing.contracts.storage_kit import Kit

MakeStorage: TypeAlias = Callable[[], Storage]


@attrs.frozen(kw_only=True)
class Verdict:
    """What became of one rule, and of how many of its cases; *reason* says why it is not kept."""

    rule: str
    state: Literal["kept", "broken", "skipped"]
    cases: int
    reason: str = attrs.field(default="", repr=False)


class Tried(StorageContract):
    """The contract for the stores that *make_storage* returns and the copies of *open_copy*."""

    def __init__(
        self, make_storage: MakeStorage, *, open_copy: Callable[[Path], Storage] | None = None
    ) -> None:
        self._make = make_storage
        self._open_copy = open_copy

    def make_storage(self) -> Storage:
        """Return an empty store."""
        return self._make()

    def open_copy(self, path: Path, /) -> Storage | None:
        """Open what `backup` wrote at *path*."""
        return self._open_copy(path) if self._open_copy else None


def rules(contract: type[Kit] = StorageContract) -> tuple[str, ...]:
    """Return the names of all rules of *contract*."""
    return tuple(name for name in dir(contract) if name.startswith("test_"))


def judge(contract: Kit, rule: str) -> Verdict:
    """Try *rule* on *contract* until one of its cases fails; raises nothing but what ends all."""
    test = getattr(contract, rule)
    cases = 0
    for parameters in _cases(test):
        cases += 1
        try:
            test(**parameters)
        except pytest.skip.Exception as skipped:
            return Verdict(rule=rule, state="skipped", cases=cases, reason=str(skipped))
        except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 -- any error breaks it
            return Verdict(rule=rule, state="broken", cases=cases, reason=_reason(error))
    return Verdict(rule=rule, state="kept", cases=cases)


def _reason(error: BaseException) -> str:
    """Quote *error*, or the line that it comes from: an assertion often has no words."""
    words = str(error)
    if not words:
        last = traceback.extract_tb(error.__traceback__)[-1]
        words = f"{last.line} ({Path(last.filename).name}:{last.lineno})"
    return f"{type(error).__name__}: {words}"


def _cases(test: Any) -> Iterator[dict[str, Any]]:
    """Spread out what `pytest.mark.parametrize` asked for."""
    sets: list[list[dict[str, Any]]] = []
    for mark in getattr(test, "pytestmark", ()):
        names, values = mark.args
        given = [(value,) if isinstance(names, str) else value for value in values]
        names = (names,) if isinstance(names, str) else names
        sets.append([dict(zip(names, value, strict=True)) for value in given])
    for chosen in product(*sets):
        yield {name: value for part in chosen for name, value in part.items()}
