"""Releases, paths and downloads are read from rows."""

import json
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from saasops.errors import Invalid, Problem
from saasops.testing.strategies.versions import PRODUCT, texts
from saasops.versions.downloads import Download, Source
from saasops.versions.endoflife import read_cycles, read_document, read_json
from saasops.versions.importing import read_downloads, read_paths, read_releases
from saasops.versions.releases import Release, Releases, UpgradePath
from saasops.versions.schemes import Pep440Scheme

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
    schemes = {"lesscode": Pep440Scheme(prefixes=("lesscode-", "v"))}
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


# Whatever comes in: nothing but values and problems

CELLS = (
    st.none()
    | st.text(max_size=8)
    | texts()
    | st.sampled_from(
        (
            "2020-01-01",
            "True",
            "False",
            "9999-12-31",
            "yes",
            "semver",
            "<5",
            "4.x",
            "\ud800",
            "9" * 5000,
        )
    )
)


def tables(*columns: str) -> SearchStrategy[list[tuple[int, dict[str, str | None]]]]:
    row = st.fixed_dictionaries({}, optional=dict.fromkeys((*columns, "\x00extra", "other"), CELLS))
    return st.lists(row, max_size=4).map(lambda rows: list(enumerate(rows, 1)))


READERS: list[tuple[Any, tuple[str, ...]]] = [
    (read_releases, ("product", "release", "released_on", "end_of_support", "scheme")),
    (read_paths, ("product", "from_release", "to_release", "source", "compulsory")),
    (lambda rows: read_downloads(rows, RELEASES),
     ("user", "product", "version", "downloaded_at", "channel", "utm_term")),
    (read_cycles, ("product", "cycle", "release_date", "eol", "eoas", "eoes", "lts", "latest")),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(READERS)))
@given(st.data())
def test_a3_any_table_gives_values_and_problems(number: int, data: st.DataObject) -> None:
    read, columns = READERS[number]
    rows = data.draw(tables(*columns))
    found, problems = read(rows)
    numbers = [number for number, _ in found]
    assert numbers == sorted(set(numbers))
    assert all(isinstance(problem, Problem) and str(problem) for problem in problems)
    wrong = {
        int(p.where.split(",")[0].removeprefix("row ")) for p in problems if p.where[:3] == "row"
    }
    assert not wrong & set(numbers)
    if not any(problem.where[:6] == "column" for problem in problems):
        assert wrong | set(numbers) == {number for number, _ in rows}


KEYS = st.sampled_from(
    ("result", "releases", "name", "cycle", "eol", "isEol", "eolFrom", "latest", "date", "lts",
     "support", "releaseDate", "isEoas", "product")
)  # fmt: skip
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4)
    | st.sampled_from(("2020-01-01", "5.1", "1e400"))
)  # fmt: skip
DOCUMENTS = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5)
)


@given(DOCUMENTS, st.none() | st.just("p"))
def test_a3_any_document_gives_releases_and_problems(data: object, product: str | None) -> None:
    try:
        found, problems = read_document(data, product=product)
    except Invalid as error:
        found, problems = [], list(error.problems)
    assert found or problems
    assert all(isinstance(release, Release) for _, release in found)
    assert all(str(problem) for problem in problems)


@given(st.text() | DOCUMENTS.map(json.dumps))
def test_a3_any_text_is_json_or_invalid(text: str) -> None:
    with suppress(Invalid):
        read_document(read_json(text))
