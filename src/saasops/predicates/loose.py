"""What SurveyJS takes for the same though it is not: for its expressions, read and written."""

import unicodedata

PATCHED = ("=>", "=<", "<>", "equals")
"""What SurveyJS replaces in the whole expression before it reads it, also within quotes."""
UNWRAPPED = "-unwrapped"
"""What SurveyJS takes off the end of a name."""
RESERVED = frozenset(
    {
        "correctanswers", "correctedanswercount", "correctedanswers", "incorrectanswers",
        "incorrectedanswercount", "incorrectedanswers", "locale", "pagecount", "pageno",
        "questioncount",
    }
)  # fmt: skip
"""Names that SurveyJS answers itself, in any case, whatever a question of that name says."""
_BLANKS = "\ufeff\u180e\u200b"


def are_alike(one: object, other: object) -> bool:
    """Tell whether SurveyJS may take *one* for *other*; rather yes than no.

    It ignores case, blanks and quotes around a text, and whether a number stands as text.
    """
    left, right = _bare(one), _bare(other)
    if left == right:
        return True
    numbers = number(left), number(right)
    return numbers[0] is not None and numbers[0] == numbers[1]


def number(text: str) -> float | None:
    """Return the number that *text* looks like to JavaScript, or None."""
    try:
        if text[:2] in ("0x", "0o", "0b"):
            return float(int(text, 0))
        return float(text.replace(",", ".").replace("_", "?"))
    except (ValueError, OverflowError):
        return None


def _bare(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    text = unicodedata.normalize("NFKC", text).casefold().strip().strip(_BLANKS).strip()
    if len(text) > 1 and text[0] in "'\"" and text[-1] in "'\"":
        text = text[1:-1].strip()
    return text
