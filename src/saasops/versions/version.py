"""Decides what a version text means: an ordered version, or a typed *unrecognised*.

Which releases a product has, and which version a user runs, is left to `releases` and
`claims`.
"""

import re
import unicodedata
from functools import lru_cache

import attrs
from packaging.version import Version as Pep440

_GAPS = re.compile(r"\s+(?=[a-z])|(?<=[a-z])\s+", re.IGNORECASE)


@attrs.frozen(order=True)
class Version:
    """A place in the order of one product's versions; *raw* is the text as it was written.

    5.1 and 5.1.0 are equal. Comparing the order with an `Unrecognised` is a `TypeError`.
    """

    raw: str = attrs.field(eq=False)
    place: Pep440 = attrs.field(repr=False)


@attrs.frozen
class Unrecognised:
    """A text that has no place in the order: it is kept, shown, and never sorted."""

    raw: str


@attrs.frozen
class Scheme:
    """How one product writes its versions: PEP 440 behind any of *prefixes*, in any case.

    Declined by design, because people mean something else by these texts than Semantic
    Versioning does: `5.1-4` is a fourth patch of 5.1, after it and not before; a suffix
    with a free word (`5.1-foo`, `5.1-feature-x`) is unrecognised; numbers behind dots in a
    pre-release (`beta.2.1`) are too; and builds (`5.1+a`, `5.1+b`) differ.
    """

    prefixes: tuple[str, ...] = ("bkce_", "CE", "V", "release-", "社区版", "=")

    def parse(self, text: str) -> Version | Unrecognised:
        """Read *text*, whatever its width, case and blanks; never raise."""
        return _parsed(self.prefixes, text)


@lru_cache(maxsize=4096)
def _parsed(prefixes: tuple[str, ...], text: str) -> Version | Unrecognised:
    rest = unicodedata.normalize("NFKC", text).replace("。", ".").strip()
    while prefix := next((p for p in prefixes if p and _starts(rest, p)), ""):
        rest = rest[len(prefix) :].lstrip()
    try:
        return Version(text, Pep440(_GAPS.sub("", rest)))
    except ValueError:
        return Unrecognised(text)


def _starts(text: str, prefix: str) -> bool:
    return text[: len(prefix)].casefold() == prefix.casefold()
