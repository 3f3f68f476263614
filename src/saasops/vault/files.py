"""How a file is written that must not be lost, or seen in half. Its content is left to `keys`."""

import logging
import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from saasops.errors import Refused

_TRIES = 500
_PAUSE = 0.02
_STALE = 60.0
"""Seconds after which whoever makes a `.part` is taken to be gone: it is a matter of moments."""
_OF_OTHERS = 0o077
_log = logging.getLogger("saasops.vault")


def read(path: str | os.PathLike[str]) -> bytes:
    """Return what the file *path* holds; log a warning if others may read it, too.

    Raise `OSError`. Where the system has no such permissions nothing is said of them.
    """
    with Path(path).open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode & 0o777
        if os.name == "posix" and mode & _OF_OTHERS:
            _log.warning("%s may be read by others; chmod 600 it (%o)", Path(path).name, mode)
        return file.read()


def amend(path: str | os.PathLike[str], change: Callable[[bytes | None], bytes | None]) -> None:
    """Replace what the file *path* holds by what *change* makes of it: all of it or nothing.

    *change* gets None where there is no file, and gives None to leave everything as it is. One
    at a time does this to a file: whoever makes the one that ends in .part, which is moved to
    its place whole. Others wait up to ten seconds; one that is older than a minute is of
    somebody who broke off, and is taken over. A new file is for its owner alone, where the
    system knows that; an old one keeps its permissions. Raise `Refused` keys.in_hand after the
    wait, or when it took so long that another took over.
    """
    place = Path(path).resolve()
    part = place.with_name(f"{place.name}.part")
    file = _taken(part)
    own = os.fstat(file.fileno())
    try:
        with file:
            old = read(place) if place.exists() else None
            new = change(old)
            if new is not None:
                file.write(new)
                file.flush()
                os.fsync(file.fileno())
            _insist(part, own)  # while it is open nothing else can have its number
        if new is not None:
            if old is not None:
                shutil.copymode(place, part)
            part.replace(place)
    except BaseException:
        if _is(part, own):
            part.unlink()
        raise
    if new is None:
        part.unlink()
    else:
        _settle(place.parent)


def _taken(part: Path) -> BinaryIO:
    for _ in range(_TRIES):
        with suppress(FileExistsError):
            return _new(part)
        if _take_over(part):
            return part.open("r+b")
        time.sleep(_PAUSE)
    raise Refused("keys.in_hand", name=part.name)


def _new(part: Path) -> BinaryIO:
    return open(part, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))


def _take_over(part: Path) -> bool:
    """Put a new .part file in the place of one that is too old; tell whether that was done.

    Of several who see the same old one, one makes the file that takes its place, which is named
    by it. Who comes later finds that the old one is gone, and waits on.
    """
    seen = _seen(part)
    if seen is None or time.time() - seen.st_mtime <= _STALE:
        return False
    claim = part.with_name(f"{part.name}.{seen.st_ino}.{seen.st_mtime_ns}")
    try:
        _new(claim).close()
    except FileExistsError:
        return False
    now = _seen(part)
    if now is None or not os.path.samestat(now, seen) or now.st_mtime_ns != seen.st_mtime_ns:
        claim.unlink()
        return False
    claim.replace(part)
    return True


def _seen(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except FileNotFoundError:
        return None


def _insist(part: Path, own: os.stat_result) -> None:
    if not _is(part, own):
        raise Refused("keys.in_hand", name=part.name)


def _is(file: Path, one: os.stat_result) -> bool:
    """Tell whether *file* is still that *one*."""
    now = _seen(file)
    return now is not None and os.path.samestat(now, one)


def _settle(folder: Path) -> None:
    """Have the system keep that a file was moved, where it lets a folder be opened for that."""
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
