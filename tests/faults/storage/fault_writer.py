"""A process that books until it is killed: `python fault_writer.py DATABASE ACKNOWLEDGED NAME HOW`.

It writes a user into the file ACKNOWLEDGED only after the booking was kept. HOW is `whole`, one
transaction for each booking, or `torn`, one for each statement: what nobody should do.
"""

import itertools
import os
import random
import sys
from datetime import date

from saasops.errors import Busy
from saasops.ports import Storage, Transaction
from saasops.storage.sqlite import SqliteStorage
from saasops.testing.contracts.storage_tables import BOOKING, OUTBOX, SLOT, message

DAY = date(2020, 2, 8)


def take(tx: Transaction, assistant: int) -> bool:
    return tx.add(SLOT, (assistant, DAY), "used", 1, le="cap")


def note(tx: Transaction, assistant: int, user: str) -> None:
    tx.insert(BOOKING, [{"user": user, "assistant": assistant, "day": DAY}])


def send(tx: Transaction, user: str) -> None:
    tx.insert(OUTBOX, [message(user=user)])


def whole(storage: Storage, assistant: int, user: str) -> bool:
    with storage.begin("one") as tx:
        if not take(tx, assistant):
            return False
        note(tx, assistant, user)
        send(tx, user)
    return True


def torn(storage: Storage, assistant: int, user: str) -> bool:
    with storage.begin("one") as tx:
        if not take(tx, assistant):
            return False
    with storage.begin("one") as tx:
        note(tx, assistant, user)
    with storage.begin("one") as tx:
        send(tx, user)
    return True


if __name__ == "__main__":
    database, acknowledged, name, how = sys.argv[1:]
    book = {"whole": whole, "torn": torn}[how]
    store, chance = SqliteStorage(database), random.Random(name)
    told = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in itertools.count():
        try:
            if book(store, chance.randrange(5), f"{name}-{number}"):
                os.write(told, f"{name}-{number}\n".encode())
        except Busy:
            continue
