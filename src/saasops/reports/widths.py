"""How many columns a text takes on a screen of fixed-width letters, and how to make it fit.

Chinese letters and emoji take two, combining marks none. Ambiguous letters count as one.
"""

import unicodedata

_WIDE = frozenset("WF")
_WITHOUT_WIDTH = frozenset({"Mn", "Me", "Cf"})


def columns(text: str) -> int:
    """Return the columns that *text* takes."""
    return len(text) if text.isascii() else sum(map(_width, text))


def fit(text: str, room: int) -> str:
    """Cut *text* to at most *room* columns, with an ellipsis where something is missing."""
    if columns(text) <= room:
        return text
    taken = 1
    for place, letter in enumerate(text):
        taken += _width(letter)
        if taken > room:
            return text[:place].rstrip() + "…"
    return text


def pad(text: str, room: int, *, right: bool = False) -> str:
    """Fill *text* with spaces to *room* columns; with *right* it stands at the right end."""
    gap = " " * (room - columns(text))
    return gap + text if right else text + gap


def _width(letter: str) -> int:
    if unicodedata.category(letter) in _WITHOUT_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in _WIDE else 1
