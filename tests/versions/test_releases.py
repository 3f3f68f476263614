"""Which releases there are, in which order, and which paths are sound (A3)."""

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.errors import Invalid, NotFound, Refused
from saasops.testing.strategies.versions import NAMES, PRODUCT, names, releases, spellings, texts
from saasops.versions.releases import Release, Releases, UpgradePath
from saasops.versions.schemes import Pep440Scheme
from saasops.versions.version import Unrecognised


def known(*names: str, paths: Sequence[tuple[str, str]] = ()) -> Releases:
    return Releases(
        releases=tuple(Release(product=PRODUCT, name=name) for name in names),
        paths=tuple(UpgradePath(product=PRODUCT, from_=a, to=b) for a, b in paths),
    )


def codes(raised: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str]]:
    return [(problem.where, problem.code) for problem in raised.value.problems]


@settings(max_examples=30)
@given(releases(), st.data())
def test_a3_a_release_is_recognised_however_it_is_written(
    releases: Releases, data: st.DataObject
) -> None:
    release = data.draw(st.sampled_from(releases.releases))
    assert releases.recognise(PRODUCT, data.draw(spellings(release.name))) == release
    assert releases.named(PRODUCT, release.name) is release


@settings(max_examples=30)
@given(releases(), texts())
def test_a3_what_is_no_release_is_unrecognised_and_not_found(releases: Releases, text: str) -> None:
    found = releases.recognise(PRODUCT, text)
    if isinstance(found, Unrecognised):
        assert found.raw == text
        with pytest.raises(NotFound):
            releases.named(PRODUCT, text)
    else:
        assert found in releases.releases
    assert isinstance(releases.recognise("other", text), Unrecognised)


@given(names(), names())
def test_age_is_by_version(one: str, other: str) -> None:
    releases = known(*NAMES)
    older = releases.is_older(releases.named(PRODUCT, one), than=releases.named(PRODUCT, other))
    assert older is (NAMES.index(one) < NAMES.index(other))


def test_age_is_not_by_date() -> None:
    older = Release(product="bk-cmdb", name="release-v3.2.22", released_on=date(2020, 2, 26))
    newer = Release(product="bk-cmdb", name="release-v3.7.2", released_on=date(2020, 1, 14))
    assert Releases(releases=(older, newer)).is_older(older, than=newer)


def test_releases_of_two_products_have_no_order() -> None:
    with pytest.raises(Refused) as raised:
        Releases().is_older(Release(product="a", name="1"), than=Release(product="b", name="2"))
    assert raised.value.code == "release.other_product"


def test_a_catalogue_is_checked_as_a_whole() -> None:
    dated = Release(
        product=PRODUCT, name="5.2", released_on=date(2020, 2, 1), ends_on=date(2020, 1, 1)
    )
    with pytest.raises(Invalid) as raised:
        Releases(
            releases=(
                Release(product=PRODUCT, name="5.1"),
                Release(product=PRODUCT, name="latest"),
                Release(product=PRODUCT, name="V5.1.0"),
                dated,
                Release(product="other", name="5.1"),
            ),
            paths=(
                UpgradePath(product=PRODUCT, from_="5.1", to="6.0"),
                UpgradePath(product=PRODUCT, from_="5.2", to="5.1"),
                UpgradePath(product=PRODUCT, from_="5.1", to="5.2"),
                UpgradePath(product=PRODUCT, from_="4.x", to="anything"),
            ),
        )
    assert codes(raised) == [
        ("releases[1]", "release.unrecognised"),
        ("releases[2]", "release.same_version"),
        ("releases[3]", "release.ends_before_release"),
        ("paths[0]", "path.unknown_release"),
        ("paths[1]", "path.not_upwards"),
        ("paths[3]", "path.wrong_range"),
    ]
    assert "{" not in str(raised.value)


@settings(max_examples=30)
@given(releases())
def test_a3_releases_of_a_product_stand_oldest_first(releases: Releases) -> None:
    listed = [NAMES.index(release.name) for release in releases.of(PRODUCT)]
    assert listed == sorted(listed)
    assert set(releases.of(PRODUCT)) == set(releases.releases)


@given(names(), st.data())
def test_a3_two_spellings_are_the_same(name: str, data: st.DataObject) -> None:
    one, other = data.draw(spellings(name)), data.draw(spellings(name))
    assert Releases().same(PRODUCT, one, other)
    assert Releases().same(PRODUCT, "latest", "latest")
    assert not Releases().same(PRODUCT, "latest", one)


def test_a_product_is_read_with_its_own_scheme() -> None:
    releases = Releases(
        releases=(Release(product="lesscode", name="lesscode-v0.3.4"),),
        schemes={"lesscode": Pep440Scheme(prefixes=("lesscode-", "v"))},
    )
    assert releases.recognise("lesscode", "0.3.4") == releases.releases[0]
    with pytest.raises(Invalid):
        Releases().version(releases.releases[0])
