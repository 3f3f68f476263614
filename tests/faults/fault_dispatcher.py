"""A worker that sends what is due until it is killed: `python fault_dispatcher.py ADDRESS FOLDER AT HOW`.

Its clock stands at AT. It says `sent` behind each message. HOW is `leased`, or `taken`: messages
are taken out of the outbox before they are sent, which nobody should do.
"""

import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from fault_campaign import Letterbox, operations

from saasops.ports import Message, Row, Table
from saasops.storage.sql import SqlTransaction

CLAIM = SqlTransaction.claim


def taken(self: SqlTransaction, table: Table, **more: Any) -> list[Row]:
    rows = CLAIM(self, table, **more)
    for row in rows:
        self.delete(table, [row[name] for name in table.key])
    return rows


def said(message: Message) -> None:
    print("sent", flush=True)
    time.sleep(0.01)


if __name__ == "__main__":
    address, folder, at, how = sys.argv[1:]
    if how == "taken":
        SqlTransaction.claim = taken  # type: ignore[method-assign] # a mutant
    clock = datetime.fromisoformat(at)
    ops = operations(address, clock=lambda: clock, channel=Letterbox(Path(folder), said))
    while True:
        ops.tick()
        print("idle", flush=True)
        time.sleep(0.05)
