"""How a file is written that must not be lost, or seen in half. Its content is left to `keys`."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from saasops.errors import Refused

_TRIES = 500
_PAUSE = 0.02


def amend(path: str | os.PathLike[str], change: Callable[[bytes | None], bytes | None]) -> None:
    """Replace what the file *path* holds by what *change* makes of it: all of it or nothing.

    *change* gets None where there is no file, and gives None to leave everything as it is. One
    at a time does this to a file: whoever makes its `.part`, which is moved to its place whole.
    Others wait up to ten seconds. A new file is for its owner alone, where the system knows
    that; an old one keeps its permissions. Raise `Refused` keys.in_hand after the wait.
    """
    place = Path(path).resolve()
    part = place.with_name(f"{place.name}.part")
    file = _taken(part)
    try:
        with file:
            old = place.read_bytes() if place.exists() else None
            new = change(old)
            if new is not None:
                file.write(new)
                file.flush()
                os.fsync(file.fileno())
        if new is not None:
            if old is not None:
                shutil.copymode(place, part)
            part.replace(place)
            return
    except BaseException:
        part.unlink()
        raise
    part.unlink()


def _taken(part: Path) -> BinaryIO:
    for _ in range(_TRIES):
        try:
            return open(part, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))
        except FileExistsError:
            time.sleep(_PAUSE)
    raise Refused("keys.in_hand", name=part.name)
