"""Releases, paths and downloads are read from rows."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from saasops.errors import Problem
from saasops.testing.strategies.versions import PRODUCT, texts
from saasops.versions.downloads import Download, Source
from saasops.versions.importing import read_downloads, read_paths, read_releases
from saasops.versions.releases import Release, Releases, UpgradePath
from saasops.versions.version import Scheme

RELEASES = Releases(releases=(Release(product=PRODUCT, name="5.1"),))
DOWNLOAD = {"user": "u1", "product": PRODUCT, "version": " V5.1", "channel": "QQ-Group"}
DOWNLOAD |= {"downloaded_at": "2020-02-03T09:00:00+08:00", "utm_source": " QQ"}


def numbered(*rows: dict[str, str]) -> list[tuple[int, dict[str, str]]]:
    return list(enumerate(rows, 1))


def codes(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(problem.where, problem.code) for problem in problems]


def release(name: str, released_on: str = "", end_of_support: str = "") -> dict[str, str]:
    row = {"product": PRODUCT, "release": name}
    return {**row, "released_on": released_on, "end_of_support": end_of_support}


def test_releases_are_read_with_and_without_dates() -> None:
    found, problems = read_releases(numbered(release("5.1", "2020-01-06"), release("6.0.2")))
    assert problems == []
    assert [one for _, one in found] == [
        Release(product=PRODUCT, name="5.1", released_on=date(2020, 1, 6)),
        Release(product=PRODUCT, name="6.0.2"),
    ]


def test_wrong_releases_are_listed() -> None:
    found, problems = read_releases(
        numbered(
            release("5.1"),
            release("latest"),
            release("V5.1.0"),
            release("5.2", "2020-02-01", "2020-01-01"),
            release("", "2020-13-01"),
        )
    )
    assert [one.name for _, one in found] == ["5.1"]
    assert codes(problems) == [
        ("row 2, column release", "release.unrecognised"),
        ("row 3", "row.duplicate"),
        ("row 4, column end_of_support", "release.ends_before_release"),
        ("row 5, column release", "row.missing_value"),
        ("row 5, column released_on", "row.wrong_date"),
    ]


def test_a_scheme_of_the_product_is_used() -> None:
    rows = numbered({**release("lesscode-v0.3.4"), "product": "lesscode"})
    schemes = {"lesscode": Scheme(prefixes=("lesscode-", "v"))}
    assert read_releases(rows)[0] == []
    assert len(read_releases(rows, schemes=schemes)[0]) == 1


def test_paths_are_read() -> None:
    row = {"product": PRODUCT, "from_release": "5.0.4", "to_release": "5.1"}
    found, problems = read_paths(numbered(row, row))
    assert [one for _, one in found] == [UpgradePath(product=PRODUCT, from_="5.0.4", to="5.1")]
    assert codes(problems) == [("row 2", "row.duplicate")]


def test_a_download_is_read_into_utc_and_keeps_the_text_that_was_recorded() -> None:
    found, problems = read_downloads(numbered(DOWNLOAD), RELEASES)
    assert problems == []
    assert [one for _, one in found] == [
        Download(
            user="u1",
            product=PRODUCT,
            text=" V5.1",
            release="5.1",
            downloaded_at=datetime(2020, 2, 3, 1, tzinfo=UTC),
            source=Source(channel="qq-group", utm_source="qq"),
        )
    ]


def test_wrong_downloads_are_listed_and_a_repeated_one_counts_once() -> None:
    found, problems = read_downloads(
        numbered(
            DOWNLOAD,
            {**DOWNLOAD, "downloaded_at": "2020-02-03 09:00"},
            {**DOWNLOAD, "downloaded_at": "2020-02-03T01:00:00Z"},
            {**DOWNLOAD, "user": "", "version": ""},
        ),
        RELEASES,
    )
    assert len(found) == 1
    assert codes(problems) == [
        ("row 2, column downloaded_at", "row.wrong_instant"),
        ("row 3", "row.duplicate"),
        ("row 4, column user", "row.missing_value"),
        ("row 4, column version", "row.missing_value"),
    ]


@given(st.lists(texts().filter(str.strip), max_size=5, unique=True))
def test_a3_no_record_is_lost_for_its_version_text(found: list[str]) -> None:
    rows = numbered(*({**DOWNLOAD, "version": text} for text in found))
    downloads, problems = read_downloads(rows, RELEASES)
    assert problems == []
    assert [download.text for _, download in downloads] == found
