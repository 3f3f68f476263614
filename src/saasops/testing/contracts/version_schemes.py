"""What every `saasops.ports.VersionScheme` must keep.

Inherit, make a scheme and texts for it, and let pytest run it:

    class TestBuilds(VersionSchemeContract):
        def make_scheme(self) -> VersionScheme:
            return Builds(NoSettings())

        def make_ascending(self) -> Sequence[str]:
            return ["build 9", "build 10"]

Whether the order is the one that the vendor means is left to the texts.
"""

from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

from saasops.ports import VersionScheme
from saasops.versions.version import Unrecognised, Version

_LETTERS = "0123456789..--+_ vVabcrx*<>=()（）年月。５．\0\ud800😀"
examples = settings(
    max_examples=60,
    deadline=None,
    # No shrinking: what fails says why by itself.
    report_multiple_bugs=False,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
)


class VersionSchemeContract:
    """Tests for one scheme; `make_same` and `make_unrecognised` let more of them run."""

    def make_scheme(self) -> VersionScheme:
        """Return a new scheme."""
        raise NotImplementedError

    def make_ascending(self) -> Sequence[str]:
        """Return at least two version texts, oldest first, no two of them for one place."""
        raise NotImplementedError

    def make_same(self) -> Sequence[tuple[str, str]]:
        """Return pairs of texts for one place."""
        return ()

    def make_unrecognised(self) -> Sequence[str]:
        """Return texts that have no place."""
        return ()

    def test_it_is_a_scheme_with_texts_of_its_own(self) -> None:
        assert isinstance(self.make_scheme(), VersionScheme)
        assert len(self.make_ascending()) > 1

    def test_versions_ascend(self) -> None:
        read = self._versions(self.make_ascending())
        assert all(one < other and not other < one for one, other in combinations(read, 2))

    def test_two_texts_for_one_place_are_equal(self) -> None:
        for pair in self.make_same():
            one, other = self._versions(pair)
            assert one == other
            assert hash(one) == hash(other)
            assert not one < other
            assert not other < one

    def test_what_has_no_place_is_a_value_and_never_sorted(self) -> None:
        parse, texts = self.make_scheme().parse, self.make_ascending()
        for text in self.make_unrecognised():
            assert parse(text) == Unrecognised(text)
            several: list[Any] = [parse(text), parse(texts[0])]
            with pytest.raises(TypeError):
                sorted(several)

    def test_all_versions_are_of_one_scheme(self) -> None:
        assert len({version.scheme for version in self._versions(self.make_ascending())}) == 1

    @examples
    @given(st.data())
    def test_any_text_is_read_and_kept(self, data: DataObject) -> None:
        text = data.draw(self._texts())
        read = self.make_scheme().parse(text)
        assert isinstance(read, Version | Unrecognised)
        assert read.raw == text

    @examples
    @given(st.data())
    def test_the_same_text_has_the_same_place_whatever_came_before(self, data: DataObject) -> None:
        text, others = data.draw(self._texts()), data.draw(st.lists(self._texts(), max_size=3))
        scheme = self.make_scheme()
        for other in others:
            scheme.parse(other)
        assert scheme.parse(text) == scheme.parse(text) == self.make_scheme().parse(text)

    @examples
    @given(st.data())
    def test_the_order_is_total_and_agrees_with_equality(self, data: DataObject) -> None:
        one, other, third = (data.draw(self._recognised()) for _ in range(3))
        assert (one < other) + (other < one) + (one == other) == 1
        assert one != other or hash(one) == hash(other)
        assert not (one < other < third) or one < third
        in_order = sorted([one, other, third])
        assert all(not later < earlier for earlier, later in pairwise(in_order))

    @examples
    @given(st.data())
    def test_the_canonical_text_has_the_same_place(self, data: DataObject) -> None:
        version = data.draw(self._recognised())
        again = self.make_scheme().parse(version.canonical)
        assert again == version
        assert isinstance(again, Version)
        assert again.canonical == version.canonical

    def _texts(self) -> SearchStrategy[str]:
        """Draw texts: right ones, right ones with a slip, and any."""
        right = st.sampled_from([*self.make_ascending(), *sum(self.make_same(), ())])
        signs = st.text(st.sampled_from(_LETTERS), max_size=4)

        def slip(text: str, sign: str, place: int, cut: int) -> str:
            place %= len(text) + 1
            return text[:place] + sign + text[place + cut :]

        slipped = st.builds(slip, right, signs, st.integers(0, 40), st.integers(0, 3))
        return right | slipped | signs | st.text(max_size=20)

    def _recognised(self) -> SearchStrategy[Version]:
        right = st.sampled_from(self.make_ascending())
        scheme = self.make_scheme()
        found = (right | self._texts()).map(scheme.parse)
        return found.filter(lambda read: isinstance(read, Version)).map(_version)

    def _versions(self, texts: Sequence[str]) -> list[Version]:
        return [_version(self.make_scheme().parse(text)) for text in texts]


def _version(read: Version | Unrecognised) -> Version:
    assert isinstance(read, Version)
    return read
