"""The version schemes that are built in: PEP 440, Semantic Versions, dates, a vendor's tags.

Which of them a product uses is left to `releases`; others come from plugins.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache

import attrs
from packaging.version import Version as Pep440

from saasops.versions.version import Unrecognised, Version, VersionScheme

DEFAULT_SCHEME = "pep440"
PREFIXES = ("bkce_", "CE", "V", "release-", "社区版", "=")
EDITIONS = ("CE", "EE", "社区版", "企业版", "bkofficial")
_GAPS = re.compile(r"\s+(?=[a-z])|(?<=[a-z])\s+", re.IGNORECASE)
_NUMBER = "(0|[1-9][0-9]*)"
_SEMVER = re.compile(
    rf"[vV=\s]*{_NUMBER}\.{_NUMBER}\.{_NUMBER}"
    r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)
_DATED = re.compile(
    r"[vV]?(?:([0-9]{4})([-./])([0-9]{1,2})(?:\2([0-9]{1,2}))?|([0-9]{4})([0-9]{2})([0-9]{2}))"
    r"(?:[-._+]([0-9]{1,9}))?"
)


@attrs.frozen
class Pep440Scheme:
    """PEP 440 behind any of *prefixes* and before any of *suffixes*, in any case and width.

    Declined by design, because people mean something else by these texts than Semantic
    Versioning does: `5.1-4` is a fourth patch of 5.1, after it and not before; a suffix
    with a free word (`5.1-foo`, `5.1-feature-x`) is unrecognised; numbers behind dots in a
    pre-release (`beta.2.1`) are too; and builds (`5.1+a`, `5.1+b`) differ.
    """

    prefixes: tuple[str, ...] = PREFIXES
    suffixes: tuple[str, ...] = ()
    name: str = DEFAULT_SCHEME

    def parse(self, text: str, /) -> Version | Unrecognised:
        """Read *text*, whatever its width, case and blanks; never raise."""
        return _pep440(self, text)


@attrs.frozen
class SemverScheme:
    """Semantic Versioning 2.0 in the order of its item 11; a `v` or `=` in front is tolerated.

    Builds (`1.2.3+a`, `1.2.3+b`) have no place in that order: such versions are equal.
    """

    def parse(self, text: str, /) -> Version | Unrecognised:
        """Read three numbers, perhaps with a pre-release and a build; never raise."""
        found = _SEMVER.fullmatch(_plain(text))
        parts = found[4].split(".") if found and found[4] else []
        if found is None or any(part.isdigit() and part[0] == "0" < part for part in parts):
            return Unrecognised(text)
        try:
            numbers = tuple(int(found[group]) for group in (1, 2, 3))
            before = tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in parts)
        except ValueError:
            return Unrecognised(text)
        canonical = ".".join(found.group(1, 2, 3)) + (f"-{found[4]}" if parts else "")
        place = (numbers, not parts, before)
        return Version(raw=text, place=place, canonical=canonical, scheme="semver")


@attrs.frozen
class DatedScheme:
    """Versions that are dates: 2020.02, 2020-02-01, 20200201, with a number behind if need be.

    A month comes before its days, and a date before the same date with a number: 2020.02,
    2020.02.01, 2020.02.01-2. What stands like a day has to be one.
    """

    def parse(self, text: str, /) -> Version | Unrecognised:
        """Read a month or a day, perhaps with a number behind; never raise."""
        found = _DATED.fullmatch(_plain(text))
        if found is None:
            return Unrecognised(text)
        year, month = int(found[1] or found[5]), int(found[3] or found[6])
        day, number = found[4] or found[7], int(found[8] or 0)
        try:
            date(year, month, int(day or 1))
        except ValueError:
            return Unrecognised(text)
        place = (year, month, int(day or 0), number)
        canonical = f"{year:04}.{month:02}" + (f".{int(day):02}" if day else "")
        canonical += f"-{number}" if number else ""
        return Version(raw=text, place=place, canonical=canonical, scheme="dated")


BUILT_IN: Mapping[str, VersionScheme] = {
    DEFAULT_SCHEME: Pep440Scheme(),
    "semver": SemverScheme(),
    "dated": DatedScheme(),
    "vendor": Pep440Scheme((*PREFIXES, *EDITIONS, "bk-"), EDITIONS, name="vendor"),
}
"""The schemes that are always there, by name.

`vendor` reads the tags of BlueKing: PEP 440 with an edition before or behind (`5.1-ce`,
`5.1（企业版）`), which says who may use it and nothing about the order.
"""


@lru_cache(maxsize=4096)
def _pep440(scheme: Pep440Scheme, text: str) -> Version | Unrecognised:
    rest = _plain(text).replace("。", ".")
    while suffix := next((s for s in scheme.suffixes if s and _ends(rest, s)), ""):
        rest = rest.rstrip(")")[: -len(suffix)].rstrip(" (-_")
    while prefix := next((p for p in scheme.prefixes if p and _starts(rest, p)), ""):
        rest = rest[len(prefix) :].lstrip()
    try:
        place = Pep440(_GAPS.sub("", rest))
        return Version(raw=text, place=place, canonical=str(place), scheme=scheme.name)
    except ValueError:
        return Unrecognised(text)


def order_by(scheme: VersionScheme) -> Callable[[str], Version | None]:
    """Return what sorts the versions of *scheme* for conditions; None for what is no version."""

    def order(text: str) -> Version | None:
        found = scheme.parse(text)
        return found if isinstance(found, Version) else None

    return order


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _starts(text: str, prefix: str) -> bool:
    return text[: len(prefix)].casefold() == prefix.casefold()


def _ends(text: str, suffix: str) -> bool:
    before, found = text.rstrip(")")[: -len(suffix)], text.rstrip(")")[-len(suffix) :]
    letter = before[-1:].isascii() and before[-1:].isalpha()
    return found.casefold() == suffix.casefold() and not letter
