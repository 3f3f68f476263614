"""What version texts mean (A3)."""

import csv
import json
import operator
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.testing.strategies.versions import DIRTY, NAMES, names, spellings, texts
from saasops.versions.schemes import Pep440Scheme
from saasops.versions.version import Unrecognised, Version

HERE = Path(__file__).parents[1]
DATA = HERE / "data" / "versions"
SEMVER = json.loads((DATA / "semver.json").read_text("utf-8"))
FORMS = json.loads(
    (HERE.parent / "examples" / "reference_campaign" / "expected.json").read_text("utf-8")
)["versions"]["forms"]
parse = Pep440Scheme().parse

FREE_WORD = "a free word behind the number says nothing about the order: unrecognised"
PATCH = "a number behind a dash is a patch (PEP 440), which comes after, not before"
BUILD = "texts that differ in the build are different versions"
DECLINED = {
    ("0.0.0", "0.0.0-foo"): FREE_WORD,
    ("v0.0.0", "0.0.0-foo"): FREE_WORD,
    ("0.0.0", "v0.0.0-foo"): FREE_WORD,
    ("1.2.3", "1.2.3-asdf"): FREE_WORD,
    ("1.2.3", "1.2.3-4"): PATCH,
    ("1.2.3", "1.2.3-4-foo"): FREE_WORD,
    ("1.2.3-5-foo", "1.2.3-5"): FREE_WORD,
    ("1.2.3-5-foo", "1.2.3-5-Foo"): FREE_WORD,
    ("1.2.3-a.b", "1.2.3-a.5"): FREE_WORD,
    ("1.2.3-a.b", "1.2.3-a"): FREE_WORD,
    ("1.2.3-a.b.c.10.d.5", "1.2.3-a.b.c.5.d.100"): FREE_WORD,
    ("1.2.3-r2", "1.2.3-r100"): "r stands for revision (PEP 440): 2 is before 100",
    ("1.2.3-beta+build", " = 1.2.3-beta+otherbuild"): BUILD,
    ("1.2.3+build", " = 1.2.3+otherbuild"): BUILD,
    ("1.2.3-beta+build", "1.2.3-beta+otherbuild"): BUILD,
    ("1.2.3+build", "1.2.3+otherbuild"): BUILD,
    ("  v1.2.3+build", "1.2.3+otherbuild"): BUILD,
}


def tags() -> Iterator[str]:
    for path in sorted((DATA / "blueking").glob("tags-*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            yield from (row["tag"] for row in csv.DictReader(file))


def test_a3_the_tags_that_follow_no_scheme_are_unrecognised_exactly() -> None:
    read = [parse(tag) for tag in tags()]
    assert sum(isinstance(version, Version) for version in read) == 636
    assert sum(isinstance(version, Unrecognised) for version in read) == 85


@pytest.mark.parametrize(("text", "release"), [*FORMS.items()])
def test_a3_every_form_in_the_download_records_means_its_release(
    text: str, release: str | None
) -> None:
    if release is None:
        assert parse(text) == Unrecognised(text)
    else:
        assert parse(text) == parse(release)


def test_pep_440_versions_ascend() -> None:
    ascending = json.loads((DATA / "pep440.json").read_text("utf-8"))["ascending"]
    assert len(ascending) == 46
    assert all(lower < higher for lower, higher in pairwise(map(parse, ascending)))


@pytest.mark.parametrize("pair", [tuple(case[:2]) for case in SEMVER["comparisons"]])
def test_semantic_versions_are_ordered_unless_declined(pair: tuple[str, str]) -> None:
    greater, lesser = map(parse, pair)
    if pair not in DECLINED:
        assert greater > lesser
    elif DECLINED[pair] is FREE_WORD:
        assert isinstance(greater, Unrecognised) or isinstance(lesser, Unrecognised)
    else:
        assert greater < lesser


@pytest.mark.parametrize("pair", [tuple(case[:2]) for case in SEMVER["equality"]])
def test_semantic_versions_are_equal_unless_declined(pair: tuple[str, str]) -> None:
    one, other = map(parse, pair)
    assert isinstance(one, Version)
    assert isinstance(other, Version)
    assert (one == other) is (pair not in DECLINED)


def test_17_of_the_semantic_cases_are_declined() -> None:
    cases = [tuple(case[:2]) for case in SEMVER["comparisons"] + SEMVER["equality"]]
    assert len(cases) == 31 + 37
    assert sum(case in DECLINED for case in cases) == len(DECLINED) == 17


def test_the_order_of_semver_org_holds_but_for_the_free_word() -> None:
    read = [parse(text) for text in SEMVER["_semver_org_precedence"]]
    known = [version for version in read if isinstance(version, Version)]
    assert all(lower < higher for lower, higher in pairwise(known))
    assert [v.raw for v in read if isinstance(v, Unrecognised)] == ["1.0.0-alpha.beta"]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("5.1.0", "5.1"),
        ("CE V5.1", "5.1"),
        ("社区版5.0.4-beta", "5.0.4b0"),
        ("release-vv3.9.1-alpha2", "3.9.1a2"),
        ("5。1", "5.1"),
        ("5.1 RC 2", "5.1rc2"),
    ],
)
def test_what_people_write_is_read(text: str, same: str) -> None:
    assert parse(text) == parse(same)


@pytest.mark.parametrize("text", [*DIRTY, "5.1 1", "5.1, 5.2", "9" * 5000, ">=5.1", "bk-5.1"])
def test_what_is_no_version_is_a_value(text: str) -> None:
    assert parse(text) == Unrecognised(text)


@given(names(), st.data())
def test_a3_every_spelling_of_a_version_is_equal_and_keeps_its_text(
    name: str, data: st.DataObject
) -> None:
    text = data.draw(spellings(name))
    assert parse(text) == parse(name)
    assert hash(parse(text)) == hash(parse(name))
    assert parse(text).raw == text


@given(names(), names())
def test_the_order_is_that_of_the_numbers(one: str, other: str) -> None:
    assert (parse(one) < parse(other)) is (NAMES.index(one) < NAMES.index(other))
    assert (parse(one) == parse(other)) is (one == other)


@given(st.text(max_size=20) | texts())
def test_any_text_is_a_version_or_typed_unrecognised(text: str) -> None:
    read = parse(text)
    assert isinstance(read, Version | Unrecognised)
    assert read.raw == text


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
def test_an_unrecognised_text_is_never_sorted(compare: Callable[[Any, Any], bool]) -> None:
    for pair in ((parse("5.1"), parse("latest")), (parse("latest"), parse("latest"))):
        with pytest.raises(TypeError):
            compare(*pair)
        with pytest.raises(TypeError):
            sorted(pair)


def test_a_product_may_have_its_own_prefixes() -> None:
    lesscode = Pep440Scheme(prefixes=("lesscode-", "v"))
    assert lesscode.parse("lesscode-v0.3.4") == lesscode.parse("0.3.4")
    assert isinstance(lesscode.parse("CE 0.3.4"), Unrecognised)
    assert isinstance(Pep440Scheme(prefixes=("",)).parse("5.1"), Version)
