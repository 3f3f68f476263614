"""Bottom layer: which texts a spreadsheet would calculate, and how each export disarms them.

Every file that people open in a spreadsheet goes through here; writing it is left to `reports`.
"""

_SIGNS = tuple("=+-@\t\r\n＝＋－＠﹦﹢﹣﹫")
"""What a formula may begin with; some read the full-width and small signs alike."""


def dangerous(text: str) -> bool:
    """Tell whether a spreadsheet might calculate *text*; leading apostrophes are looked behind."""
    return text.lstrip("'").startswith(_SIGNS)


def guard(text: str) -> str:
    """Put an apostrophe before *text* if a spreadsheet might calculate it."""
    return f"'{text}" if dangerous(text) else text


def unguard(text: str) -> str:
    """Take off the apostrophe that `guard` put before *text*; leave every other text alone."""
    return text[1:] if text.startswith("'") and dangerous(text) else text
