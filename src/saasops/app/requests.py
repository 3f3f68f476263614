"""Idempotency keys: a command that is sent again returns what it returned the first time.

The key is kept in the transaction of the command, so that both are there or neither. When a
command is sent again is left to the caller, and to `saasops.app.work.attempt`.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar, cast

from saasops import serial
from saasops.app.work import PAGE, Command, Work
from saasops.errors import Refused
from saasops.storage.tables import REQUESTS
from saasops.vault.sealing import place

R = TypeVar("R")
REMEMBERED_FOR = timedelta(days=30)

__all__ = ["REMEMBERED_FOR", "Command", "forget_requests", "once"]


def once(key: str, command: Command | None, step: Callable[[Work], R]) -> Callable[[Work], R]:
    """Make of *step* one that runs once for *key*; raise `Refused` for anything but a command."""
    if command is None:
        raise Refused("request.no_command")

    def run(work: Work) -> R:
        done = work.tx.get(REQUESTS, (key,))
        if done is None:
            result = step(work)
            row = {"key": key, "command": command.name, "at": work.at}
            dumped = serial.dump(result)
            kept = None if dumped is None else work.sealing.seal(dumped, at=_place(key))
            work.tx.insert(REQUESTS, [{**row, "result": kept}])
            return result
        if done["command"] != command.name:
            raise Refused("request.reused", first=done["command"], now=command.name)
        if done["result"] is None:
            return cast("R", None)
        result = work.sealing.open(done["result"], at=_place(key))
        return cast("R", serial.load_trusted(result, command.returns))

    return run


def _place(key: str) -> str:
    return place(REQUESTS.name, [key])


def forget_requests(work: Work) -> None:
    """Forget some keys that are older than `REMEMBERED_FOR`; the next tick forgets more."""
    for row in work.tx.find(REQUESTS, {}, order=("at",), limit=PAGE):
        if row["at"] >= work.at - REMEMBERED_FOR:
            return
        work.tx.delete(REQUESTS, (row["key"],))
