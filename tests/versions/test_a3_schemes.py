"""The built-in schemes keep the contract, broken ones do not, and real texts have their place (A3)."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
import semver
from hypothesis import given
from hypothesis import strategies as st

from saasops.ports import VersionScheme
from saasops.testing.contracts.version_scheme_mutants import DEFECTS, found
from saasops.testing.contracts.version_schemes import VersionSchemeContract
from saasops.testing.strategies.versions import semantic_versions, texts
from saasops.versions.ordering import Ordered, by_date, by_version
from saasops.versions.schemes import BUILT_IN
from saasops.versions.version import Unrecognised, Version

DATA = Path(__file__).parents[1] / "data" / "versions"
SEMVER = json.loads((DATA / "semver.json").read_text("utf-8"))


class TestPep440(VersionSchemeContract):
    def make_scheme(self) -> VersionScheme:
        return BUILT_IN["pep440"]

    def make_ascending(self) -> Sequence[str]:
        return json.loads((DATA / "pep440.json").read_text("utf-8"))["ascending"]

    def make_same(self) -> Sequence[tuple[str, str]]:
        return [("5.1", "CE V5.1.0"), ("5.1", "５.１"), ("5.0.4-beta", "社区版5.0.4b0")]

    def make_unrecognised(self) -> Sequence[str]:
        return ["4.x", "latest", "", "5.1-ce", "9" * 5000]


class TestSemver(VersionSchemeContract):
    def make_scheme(self) -> VersionScheme:
        return BUILT_IN["semver"]

    def make_ascending(self) -> Sequence[str]:
        return SEMVER["_semver_org_precedence"]

    def make_same(self) -> Sequence[tuple[str, str]]:
        return [(one, other) for one, other, *_ in SEMVER["equality"]]

    def make_unrecognised(self) -> Sequence[str]:
        return ["1.2", "01.2.3", "1.2.3-01", "1.2.3-", "1.2.3+", "1.2.3-a..b", "1.2.3.4", "latest",
                "9" * 5000 + ".0.0", "1.2.3-" + "9" * 5000]  # fmt: skip


class TestDated(VersionSchemeContract):
    def make_scheme(self) -> VersionScheme:
        return BUILT_IN["dated"]

    def make_ascending(self) -> Sequence[str]:
        return ["2019.12.31", "2020.02", "2020.02-2", "20200201", "2020-02-01.3", "2020-02-01.10",
                "2020/2/9", "2020.10", "2021-01"]  # fmt: skip

    def make_same(self) -> Sequence[tuple[str, str]]:
        return [("20200201", "2020-2-1"), ("2020.02", "v2020-2"), ("2020.02.01-2", "20200201_2")]

    def make_unrecognised(self) -> Sequence[str]:
        return ["2020.13", "2020-02-30", "2020", "202002", "5.1", "2020.02.45", "0000.01", "20.02"]


class TestVendor(VersionSchemeContract):
    def make_scheme(self) -> VersionScheme:
        return BUILT_IN["vendor"]

    def make_ascending(self) -> Sequence[str]:
        return ["4.1.16", "5.0.4-beta", "V5.0.4-ce", "bk-5.1", "5.2（企业版）", "release-v5.10"]

    def make_same(self) -> Sequence[tuple[str, str]]:
        return [("5.1", "5.1 CE"), ("5.1.13", "5.1.13-bkofficial"), ("5.1", "企业版 5.1-EE")]

    def make_unrecognised(self) -> Sequence[str]:
        return ["4.x", "5.1-ce1", "CE", "paas2_master_snapshot", "5.1rcEE"]


@pytest.mark.parametrize("defect", DEFECTS)
@pytest.mark.parametrize("contract", [TestSemver, TestVendor])
def test_the_contract_finds_what_is_broken(
    contract: type[VersionSchemeContract], defect: str
) -> None:
    assert found(contract, defect)


# Semantic versions: every case of node-semver and of semver.org, none declined


def places(scheme: str, texts: Sequence[str]) -> list[Version]:
    read = [BUILT_IN[scheme].parse(text) for text in texts]
    assert all(isinstance(one, Version) for one in read)
    return [one for one in read if isinstance(one, Version)]


def test_a3_all_31_comparisons_37_equalities_and_8_of_item_11_hold() -> None:
    comparisons, equalities = SEMVER["comparisons"], SEMVER["equality"]
    ascending = SEMVER["_semver_org_precedence"]
    assert (len(comparisons), len(equalities), len(ascending)) == (31, 37, 8)
    for case in comparisons:
        greater, lesser = places("semver", case[:2])
        assert greater > lesser
    for case in equalities:
        one, other = places("semver", case[:2])
        assert one == other
    assert all(one < other for one, other in pairwise(places("semver", ascending)))


@given(semantic_versions(), semantic_versions())
def test_a3_semver_orders_as_the_package_of_that_name_does(one: str, other: str) -> None:
    ours = places("semver", [one, other])
    theirs = [semver.Version.parse(text) for text in (one, other)]
    assert (ours[0] < ours[1]) is (theirs[0] < theirs[1])
    assert (ours[0] == ours[1]) is (theirs[0] == theirs[1])


@given(st.text(st.sampled_from("0123456789.-+av "), max_size=12))
def test_a3_semver_reads_what_the_package_of_that_name_reads(text: str) -> None:
    bare = text.strip().lstrip("v=").lstrip().lstrip("v ")
    assert isinstance(BUILT_IN["semver"].parse(text), Version) is semver.Version.is_valid(bare)


@given(st.dates(date(1000, 1, 1)), st.dates(date(1000, 1, 1)), st.sampled_from("-./"))
def test_a3_dated_versions_are_in_the_order_of_their_days(
    one: date, other: date, sign: str
) -> None:
    texts = [f"{one:%Y}{sign}{one:%m}{sign}{one:%d}", f"{other.year:04}{other:%m%d}"]
    read = places("dated", [text.zfill(8) for text in texts])
    assert (read[0] < read[1], read[0] == read[1]) == (one < other, one == other)


# The tags and change logs of BlueKing


Tag = tuple[str, datetime]


def tags(name: str = "*") -> Iterator[Tag]:
    for path in sorted((DATA / "blueking").glob(f"tags-{name}.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield row["tag"], datetime.fromisoformat(row["date_iso"])


def orders(
    tags: Iterable[tuple[str, Any]], scheme: str = "pep440"
) -> tuple[Ordered[Any], Ordered[Any]]:
    listed, read = list(tags), BUILT_IN[scheme]
    text, when = itemgetter(0), itemgetter(1)
    dates = by_date(listed, scheme=read, text=text, when=when)
    return by_version(listed, scheme=read, text=text), dates


@pytest.mark.parametrize("scheme", ["pep440", "vendor"])
def test_a3_636_tags_are_sorted_and_85_stand_apart(scheme: str) -> None:
    listed = list(tags())
    for order in orders(listed, scheme):
        assert (len(order.ordered), len(order.unrecognised), len(order.undated)) == (636, 85, 0)
        assert {*order.ordered, *order.unrecognised} == set(listed)
        assert [one for one in listed if one in set(order.unrecognised)] == [*order.unrecognised]


def test_a3_ten_comes_after_nine_and_a_later_tag_may_be_an_older_version() -> None:
    names, later = ([tag for tag, _ in found.ordered] for found in orders(tags("bk-cmdb")))
    assert names.index("release-v3.9.1") < names.index("release-v3.10.1")
    pair = ("release-v3.2.4", "release-v3.2.5")
    assert names.index(pair[0]) < names.index(pair[1])
    assert later.index(pair[0]) > later.index(pair[1])


def test_a3_a_slip_in_a_date_moves_a_release_by_date_and_not_by_version() -> None:
    names = (DATA / "blueking" / "bk-cmdb-changelog-names.txt").read_text("utf-8").split()
    logs = [name.removesuffix(".md").split("_") for name in names if "_" in name]
    versions, dates = orders((version, date.fromisoformat(day)) for version, day in logs)
    assert len(versions.ordered) == len(dates.ordered) == len(logs) == 51
    listed = [version for version, _ in versions.ordered]
    at = listed.index("v3.13.13")
    assert listed[at - 1 : at + 2] == ["v3.13.12", "v3.13.13", "v3.13.14-alpha1"]
    days = [str(day) for _, day in dates.ordered]
    at = [version for version, _ in dates.ordered].index("v3.13.13")
    assert days == sorted(days)
    assert days[at - 1 : at + 2] == ["2022-11-10", "2023-03-13", "2023-07-31"]


@given(st.lists(st.tuples(texts(), st.none() | st.dates()), max_size=8))
def test_a3_nothing_is_lost_or_sorted_by_guess(listed: list[tuple[str, date | None]]) -> None:
    for order in orders(listed):
        parts = (*order.ordered, *order.unrecognised, *order.undated)
        assert Counter(parts) == Counter(listed)
        read = [BUILT_IN["pep440"].parse(text) for text, _ in order.unrecognised]
        assert all(isinstance(one, Unrecognised) for one in read)
        assert all(day is None for _, day in order.undated)
    versions, dates = orders(listed)
    assert all(
        one <= other
        for one, other in pairwise(places("pep440", [*map(itemgetter(0), versions.ordered)]))
    )
    assert sorted(day for _, day in dates.ordered) == [day for _, day in dates.ordered]


def test_versions_of_two_schemes_have_no_order() -> None:
    one, other = (BUILT_IN[name].parse("1.2.3") for name in ("pep440", "semver"))
    assert one != other
    with pytest.raises(TypeError):
        sorted([one, other])


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("5.1.0.20200201", {"pep440", "vendor"}),
        ("2020.02", {"pep440", "vendor", "dated"}),
        ("6.0.0-alpha.3", {"pep440", "vendor", "semver"}),
        ("5.1 CE", {"vendor"}),
        ("5.1-1", {"pep440", "vendor"}),
        ("5.1-ce1", set()),
        ("4.x", set()),
    ],
)
def test_a3_what_people_write_is_read_by_the_schemes_that_know_it(
    text: str, reads: set[str]
) -> None:
    known = {name for name, scheme in BUILT_IN.items() if scheme.parse(text) != Unrecognised(text)}
    assert known == reads
