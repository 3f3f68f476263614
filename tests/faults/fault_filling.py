"""Book until there is no room, and look at what is left: `python fault_filling.py FILE HOW`.

As a process it limits the size of its files, fills one, and prints what is wrong before and after
the limit is lifted. HOW is `whole` or `torn`, see `fault_site`.
"""

import signal
import sys
from collections.abc import Callable

from fault_site import book, book_torn, kept, prepared, wrong

from saasops.errors import StorageError
from saasops.ports import Storage

MOST = 100_000
"""So many bookings need more room than there is."""


def filled(
    storage: Storage, booking: Callable[[Storage, int, str], bool] = book
) -> tuple[set[str], StorageError]:
    """Book until the storage fails; return who was told that he is in, and what it said."""
    told = set[str]()
    for number in range(MOST):
        try:
            if booking(storage, 2 + number % 6, f"u{number}"):
                told.add(f"u{number}")
        except StorageError as error:
            return told, error
    raise AssertionError("there is no end of the room")


def still_fine(storage: Storage, address: str, told: set[str], *, room: bool = False) -> list[str]:
    """Try to book twenty times, with *room* or without; return what is not as it should be."""
    found, again, before = list[str](), set[str](), len(kept(address))
    for number in range(20):
        user = f"{'room' if room else 'full'}-{number}"
        try:
            if book(storage, 2 + number % 6, user):
                again.add(user)
        except StorageError as error:
            if room:
                found.append(f"with room: {error.code}")
    if room and len(kept(address)) != before + 20:
        found.append("writing does not go on")
    return found + wrong(address, told | again)


def main(path: str, how: str) -> None:
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    storage = prepared(path)
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, most))
    told, error = filled(storage, {"whole": book, "torn": book_torn}[how])
    print(f"limited files: {len(told)} acknowledged, then {error.code} {dict(error.context)}")
    print("full:", still_fine(storage, path, told))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    print("room:", still_fine(storage, path, told, room=True))
    storage.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
