"""Idempotency keys: a command that is sent again returns what it returned the first time.

The key is kept in the transaction of the command, so that both are there or neither. When a
command is sent again is left to the caller, and to `saasops.app.work.attempt`.
"""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar, cast

from saasops import serial
from saasops.app.work import PAGE, Command, Work
from saasops.errors import Refused
from saasops.storage.tables import REQUESTS
from saasops.vault.sealing import place

R = TypeVar("R")
REMEMBERED_FOR = timedelta(days=30)

__all__ = ["REMEMBERED_FOR", "Command", "forget_requests", "once"]


def once(
    key: str,
    command: Command | None,
    step: Callable[[Work], R],
    *,
    told: Callable[[], Mapping[str, Any]] | None,
) -> Callable[[Work], R]:
    """Make of *step* one that runs once for *key*; raise `Refused` for anything but a command.

    *told* returns what the command was told. The key belongs to whoever acts and to that:
    nobody gets what another was answered.
    """
    if command is None:
        raise Refused("request.no_command")

    def run(work: Work) -> R:
        done = work.tx.get(REQUESTS, (key,))
        arguments: Mapping[str, Any] = told() if told else {}
        asked = {name: _written(one) for name, one in arguments.items()}
        digests = work.sealing.vault.indexes("request", _written([work.actor, asked]))
        if done is None:
            result = step(work)
            row = {"key": key, "command": command.name, "digest": digests[0], "at": work.at}
            dumped = serial.dump(result)
            kept = None if dumped is None else work.sealing.seal(dumped, at=_place(key))
            work.tx.insert(REQUESTS, [{**row, "result": kept}])
            return result
        if done["command"] != command.name or done["digest"] not in digests:
            raise Refused("request.reused", first=done["command"], now=command.name)
        if done["result"] is None:
            return cast("R", None)
        result = work.sealing.open(done["result"], at=_place(key))
        return cast("R", serial.load_trusted(result, command.returns))

    return run


def _written(value: Any) -> str:
    """Return *value* as JSON in one order; of a stream or the like only what it is."""
    try:
        return json.dumps(serial.dump(value), sort_keys=True, default=_named)
    except (TypeError, ValueError):
        return _named(value)


def _named(value: object) -> str:
    return type(value).__name__


def _place(key: str) -> str:
    return place(REQUESTS.name, [key])


def forget_requests(work: Work) -> None:
    """Forget some keys that are older than `REMEMBERED_FOR`; the next tick forgets more."""
    for row in work.tx.find(REQUESTS, {}, order=("at",), limit=PAGE):
        if row["at"] >= work.at - REMEMBERED_FOR:
            return
        work.tx.delete(REQUESTS, (row["key"],))
