"""A process that books until it is killed: `python fault_writer.py ADDRESS ACKNOWLEDGED NAME HOW`.

It writes a user into the file ACKNOWLEDGED only after the booking was kept. HOW is `whole`, one
transaction for each booking, or `torn`, one for each statement.
"""

import itertools
import os
import random
import sys

from fault_site import CAPS, book, book_torn, opened

from saasops.errors import Busy

if __name__ == "__main__":
    address, acknowledged, name, how = sys.argv[1:]
    booking = {"whole": book, "torn": book_torn}[how]
    store, chance = opened(address), random.Random(name)
    told = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in itertools.count():
        try:
            if booking(store, chance.randrange(len(CAPS)), f"{name}-{number}"):
                os.write(told, f"{name}-{number}\n".encode())
        except Busy:
            continue
