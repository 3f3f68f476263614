"""Names for files and sheets: safe on every system, and never the same twice."""

import re
from collections.abc import Iterable, Iterator


def file_name(stem: str, suffix: str) -> str:
    """Return a file name made of *stem*: no folder, no blank, at most 80 letters and *suffix*."""
    safe = re.sub(r"[^\w.-]+", "-", stem)[:80].strip(".-")
    return f"{safe or 'report'}.{suffix}"


def distinct(names: Iterable[str], longest: int) -> Iterator[str]:
    """Yield *names* within *longest* letters, numbered where two differ at most by case."""
    seen: set[str] = set()
    for name in names:
        free, number = name[:longest], 1
        while free.casefold() in seen:
            number += 1
            free = f"{name[: longest - len(str(number)) - 1]}-{number}"
        seen.add(free.casefold())
        yield free
