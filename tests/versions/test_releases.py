"""Which releases there are, how long each is supported, and the way between two (A3)."""

import csv
import itertools
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.errors import Invalid, NotFound, Refused
from saasops.testing.strategies.versions import NAMES, PRODUCT, names, releases, spellings, texts
from saasops.versions.releases import ENDING_WITHIN, Release, Releases, UpgradePath
from saasops.versions.version import Scheme, Unrecognised

DATA = Path(__file__).parents[1] / "data" / "versions"
DAYS = st.dates(date(2016, 1, 1), date(2023, 1, 1))


def known(*names: str, paths: Sequence[tuple[str, str]] = ()) -> Releases:
    return Releases(
        releases=tuple(Release(product=PRODUCT, name=name) for name in names),
        paths=tuple(UpgradePath(product=PRODUCT, from_=a, to=b) for a, b in paths),
    )


def names_of(route: tuple[Release, ...] | None) -> list[str] | None:
    return [release.name for release in route] if route else None


def codes(raised: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str]]:
    return [(problem.where, problem.code) for problem in raised.value.problems]


@given(releases(), st.data())
def test_a3_a_release_is_recognised_however_it_is_written(
    releases: Releases, data: st.DataObject
) -> None:
    release = data.draw(st.sampled_from(releases.releases))
    assert releases.recognise(PRODUCT, data.draw(spellings(release.name))) == release
    assert releases.named(PRODUCT, release.name) is release


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


@given(releases(), DAYS)
def test_a3_support_follows_from_the_dates(releases: Releases, day: date) -> None:
    for release in releases.releases:
        phase = releases.phase(release, on=day)
        end, begin = release.ends_on, release.released_on
        assert releases.supported(release, on=day) is (phase in ("supported", "ending"))
        assert (phase == "ended") is (end is not None and end <= day)
        if begin is not None and day < begin:
            assert phase == "unknown"
        if phase == "ending":
            assert timedelta() < end - day <= ENDING_WITHIN
        if phase == "supported":
            assert (begin or end) is not None
            assert end is None or end - day > ENDING_WITHIN


@given(releases(), DAYS, st.integers(0, 1000))
def test_a_release_that_ended_never_comes_back(releases: Releases, day: date, later: int) -> None:
    for release in releases.releases:
        if releases.phase(release, on=day) == "ended":
            assert releases.phase(release, on=day + timedelta(later)) == "ended"


def test_support_ends_on_the_first_day_without() -> None:
    release = Release(product=PRODUCT, name="4.1.16", ends_on=date(2020, 4, 1))
    phases = [
        Releases().phase(release, on=day)
        for day in (date(2020, 1, 1), date(2020, 1, 2), date(2020, 3, 31), date(2020, 4, 1))
    ]
    assert phases == ["supported", "ending", "ending", "ended"]
    assert (
        Releases().phase(Release(product=PRODUCT, name="6.0.2"), on=date(2020, 1, 1)) == "unknown"
    )


def test_a3_support_of_696_real_release_cycles() -> None:
    with (DATA / "endoflife" / "releases.csv").open(encoding="utf-8", newline="") as file:
        cycles = list(csv.DictReader(file))
    assert len(cycles) == 696
    # Ended on a day that nobody knows: no release can say that yet.
    declined = [cycle for cycle in cycles if cycle["eol"] == "True"]
    assert len(declined) == 3
    for cycle in cycles:
        if cycle in declined:
            continue
        end = None if cycle["eol"] == "False" else date.fromisoformat(cycle["eol"])
        begin = date.fromisoformat(cycle["release_date"])
        release = Release(product=cycle["product"], name="1", released_on=begin, ends_on=end)
        for day in (begin, date(2020, 2, 1), date(2026, 11, 1), end or begin):
            expected = begin <= day and (end is None or day < end)
            assert Releases().supported(release, on=day) is expected


@given(releases(), st.data())
def test_a3_a_route_takes_allowed_steps_only_and_none_shorter_exists(
    releases: Releases, data: st.DataObject
) -> None:
    start, goal = (data.draw(st.sampled_from(releases.releases)) for _ in range(2))
    steps = {(path.from_, path.to) for path in releases.paths}
    reached, length = {start.name}, 0
    while goal.name not in reached and length < len(NAMES):
        reached |= {to for from_, to in steps if from_ in reached}
        length += 1
    route = names_of(releases.route(PRODUCT, start.name, goal.name))
    if route is None:
        assert goal.name not in reached
    else:
        assert (route[0], route[-1]) == (start.name, goal.name)
        assert set(itertools.pairwise(route)) <= steps
        assert len(route) - 1 == length


def test_of_two_ways_of_one_length_the_first_written_counts() -> None:
    releases = known(
        "4.1.16", "5.0.3", "5.0.4", "5.1",
        paths=[("4.1.16", "5.0.4"), ("4.1.16", "5.0.3"), ("5.0.3", "5.1"), ("5.0.4", "5.1")],
    )  # fmt: skip
    assert names_of(releases.route(PRODUCT, "V4.1.16", "5.1.0")) == ["4.1.16", "5.0.4", "5.1"]


def test_a_route_between_unknown_releases_is_not_found() -> None:
    with pytest.raises(NotFound):
        known("5.1").route(PRODUCT, "5.1", "7.0")


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
            ),
        )
    assert codes(raised) == [
        ("releases[1]", "release.unrecognised"),
        ("releases[2]", "release.same_version"),
        ("releases[3]", "release.ends_before_release"),
        ("paths[0]", "path.unknown_release"),
        ("paths[1]", "path.not_upwards"),
    ]
    assert "{" not in str(raised.value)


def test_a_product_is_read_with_its_own_scheme() -> None:
    releases = Releases(
        releases=(Release(product="lesscode", name="lesscode-v0.3.4"),),
        schemes={"lesscode": Scheme(prefixes=("lesscode-", "v"))},
    )
    assert releases.recognise("lesscode", "0.3.4") == releases.releases[0]
    with pytest.raises(Invalid):
        Releases().version(releases.releases[0])
