"""Version schemes that are broken on purpose: a contract that passes all proves nothing.

Each defect wraps a scheme that keeps the contract, and breaks one promise of it. Prove that the
contract would notice with your scheme and your texts:

    @pytest.mark.parametrize("defect", DEFECTS)
    def test_the_contract_finds_what_is_broken(defect: str) -> None:
        assert found(TestBuilds, defect)
"""

import re
from collections.abc import Mapping
from functools import total_ordering
from typing import Any, ClassVar

import attrs
from hypothesis.errors import HypothesisException

from saasops.ports import VersionScheme
from saasops.testing.contracts.version_schemes import VersionSchemeContract
from saasops.versions.version import Unrecognised, Version


class Passing:
    """Do what the scheme behind it does. A defect names the test that has to find it."""

    test: ClassVar[str]

    def __init__(self, scheme: VersionScheme) -> None:
        self.scheme = scheme

    def parse(self, text: str, /) -> Version | Unrecognised:
        read = self.scheme.parse(text)
        return self.broken(read) if isinstance(read, Version) else read

    def broken(self, version: Version) -> Version:
        """Return what is made of *version*."""
        return version


class Raises(Passing):
    """Raise where a text is no version."""

    test = "test_any_text_is_read_and_kept"

    def parse(self, text: str, /) -> Version | Unrecognised:
        read = self.scheme.parse(text)
        if read == Unrecognised(text):
            raise LookupError
        return read


class GivesNothing(Passing):
    """Give None where a text is no version."""

    test = "test_any_text_is_read_and_kept"

    def parse(self, text: str, /) -> Any:
        read = self.scheme.parse(text)
        return None if isinstance(read, Unrecognised) else read


class ForgetsTheText(Passing):
    """Keep a cleaned text instead of the one that was written."""

    test = "test_any_text_is_read_and_kept"

    def broken(self, version: Version) -> Version:
        return attrs.evolve(version, raw=f"{version.canonical} ")


class TurnsTheOrder(Passing):
    """Put the newest first."""

    test = "test_versions_ascend"

    def broken(self, version: Version) -> Version:
        return attrs.evolve(version, place=_Turned(version.place))


class CallsEverythingEqual(Passing):
    """Give every version the same place."""

    test = "test_versions_ascend"

    def broken(self, version: Version) -> Version:
        return attrs.evolve(version, place=0)


class OrdersInPart(Passing):
    """Leave versions without an order that are no equals either."""

    test = "test_the_order_is_total_and_agrees_with_equality"

    def broken(self, version: Version) -> Version:
        return attrs.evolve(version, place=frozenset({version.place}))


class CountsItsCalls(Passing):
    """Give a text another place each time."""

    test = "test_the_same_text_has_the_same_place_whatever_came_before"
    calls = 0

    def broken(self, version: Version) -> Version:
        self.calls += 1
        return attrs.evolve(version, place=(self.calls, version.place))


class CannotBeHashed(Passing):
    """Give places that no table takes."""

    test = "test_the_order_is_total_and_agrees_with_equality"

    def broken(self, version: Version) -> Version:
        return attrs.evolve(version, place=[version.place])


class TellsTextsApart(Passing):
    """Let two texts for one place differ."""

    test = "test_two_texts_for_one_place_are_equal"

    def broken(self, version: Version) -> Version:
        return attrs.evolve(version, place=(version.place, version.raw))


class WritesSomethingElse(Passing):
    """Write a canonical text that it cannot read."""

    test = "test_the_canonical_text_has_the_same_place"

    def broken(self, version: Version) -> Version:
        return attrs.evolve(version, canonical=f"?{version.canonical}?")


class ChangesItsName(Passing):
    """Call itself by the text, so that nothing can be compared."""

    test = "test_all_versions_are_of_one_scheme"

    def broken(self, version: Version) -> Version:
        return attrs.evolve(version, scheme=version.raw)


class GuessesAPlace(Passing):
    """Put what it does not know before everything else."""

    test = "test_what_has_no_place_is_a_value_and_never_sorted"

    def parse(self, text: str, /) -> Version | Unrecognised:
        read = self.scheme.parse(text)
        if isinstance(read, Version):
            return read
        return Version(raw=text, place=0, canonical=text, scheme="guess")


@total_ordering
@attrs.frozen
class _Turned:
    place: Any

    def __lt__(self, other: "_Turned") -> bool:
        return bool(other.place < self.place)


def _name(defect: type[Passing]) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", defect.__name__).lower()


DEFECTS: Mapping[str, type[Passing]] = {_name(kind): kind for kind in Passing.__subclasses__()}
"""Every defect by its name, such as `turns the order`."""


def found(contract: type[VersionSchemeContract], defect: str) -> bool:
    """Tell whether the test that *defect* breaks fails once the scheme of *contract* has it.

    Nobody can tell of a scheme without texts of a kind whether it treats them rightly.
    """
    broken = DEFECTS[defect]

    def make_scheme(self: VersionSchemeContract) -> VersionScheme:
        return broken(contract.make_scheme(self))

    suite: VersionSchemeContract = type("Broken", (contract,), {"make_scheme": make_scheme})()
    try:
        getattr(suite, broken.test)()
    except (AssertionError, LookupError, TypeError, ExceptionGroup, HypothesisException):
        return True
    if broken is TellsTextsApart:
        return not suite.make_same()
    return broken is GuessesAPlace and not suite.make_unrecognised()
