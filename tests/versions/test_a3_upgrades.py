"""The way between two releases: allowed steps, compulsory stops, ranges, reasons (A3)."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.errors import Invalid, NotFound
from saasops.testing.strategies.versions import NAMES, PRODUCT, names, ranges, releases
from saasops.versions.ranges import Range, read_range
from saasops.versions.releases import Release, Releases, UpgradePath
from saasops.versions.schemes import BUILT_IN
from saasops.versions.upgrades import NoWay, Step, Way, allowed_steps, find_way
from saasops.versions.version import Unrecognised, Version

FACTS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "versions" / "blueking" / "upgrade_facts.json").read_text(
        "utf-8"
    )
)
READ = BUILT_IN["pep440"]


def named(way: Way | NoWay) -> list[str]:
    return [release.name for release in (way.releases if isinstance(way, Way) else way.nearest)]


def of(product: str, names: str, *paths: UpgradePath) -> Releases:
    found = tuple(Release(product=product, name=name) for name in names.split())
    return Releases(releases=found, paths=paths)


def place(text: str) -> Version:
    read = READ.parse(text)
    assert isinstance(read, Version)
    return read


# Ranges


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("<2.6.0", "0.1 2.5.9 2.6.0rc1", "2.6 2.6.1"),
        ("4.x", "4.0b1 4.1.16 4.10", "5.0 5.0b1 40.1 3.9"),
        ("5.0.X", "5.0 5.0.3 5.0.4b0", "5.1 5.10"),
        (">=4.1, <5.1", "4.1.16 5.0.4 5.1b1", "5.1 5.1.0.post1 4.0"),
        ("5.1", "5.1 5.1.0", "5.1.1 5.1b1"),
        ("＞５.0", "5.1", "5.0"),
    ],
)
def test_a3_a_range_goes_by_the_order_and_a_series_by_the_numbers(
    text: str, inside: str, outside: str
) -> None:
    found = read_range(text, READ)
    assert isinstance(found, Range)
    assert all(place(one) in found for one in inside.split())
    assert not any(place(one) in found for one in outside.split())


@pytest.mark.parametrize("text", ["", "x", "<", "<latest", "4.x.x", "4.x, <5", ">=4.1,,<5", "any"])
def test_what_is_no_range_is_unrecognised(text: str) -> None:
    assert read_range(text, READ) == Unrecognised(text)
    with pytest.raises(Invalid) as raised:
        of("p", "5.1").among("p", text)
    assert [one.code for one in raised.value.problems] == ["path.wrong_range"]


@given(st.text(max_size=12) | ranges(), st.sampled_from(sorted(BUILT_IN)))
def test_any_text_is_a_range_or_unrecognised(text: str, scheme: str) -> None:
    assert isinstance(read_range(text, BUILT_IN[scheme]), Range | Unrecognised)


@given(names(), names())
def test_a3_bounds_part_all_versions(bound: str, name: str) -> None:
    for one, other in (("<", ">="), ("<=", ">")):
        sides = [read_range(f"{sign}{bound}", READ) for sign in (one, other)]
        assert [isinstance(side, Range) and place(name) in side for side in sides].count(True) == 1


# Ways, against a search of all of them


def legal(known: Releases) -> set[tuple[str, str]]:
    """Tell the legal steps anew, from the words of the rule."""
    order = {release.name: place(release.name) for release in known.releases}

    def inside(text: str) -> set[str]:
        found = read_range(text, READ)
        assert isinstance(found, Range)
        return {name for name, version in order.items() if version in found}

    steps = set[tuple[str, str]]()
    for path in known.paths:
        steps |= {
            (a, b) for a in inside(path.from_) for b in inside(path.to) if order[a] < order[b]
        }
    for stop in (path for path in known.paths if path.compulsory):
        before, there = inside(stop.from_), inside(stop.to)
        if there:
            beyond = {name for name in order if all(order[name] > order[one] for one in there)}
            steps -= {(a, b) for a, b in steps if a in before - there and b in beyond}
    return steps


@settings(max_examples=60)
@given(releases())
def test_a3_exactly_the_legal_steps_are_allowed(known: Releases) -> None:
    found = allowed_steps(known, PRODUCT)
    assert {(step.from_.name, step.to.name) for step in found} == legal(known)
    for step in found:
        assert step.path in known.paths
        assert step.from_ in known.among(PRODUCT, step.path.from_)
        assert step.to in known.among(PRODUCT, step.path.to)


@settings(max_examples=60)
@given(releases(), st.data())
def test_a3_a_way_takes_legal_steps_only_and_none_shorter_exists(
    known: Releases, data: st.DataObject
) -> None:
    start, goal = (data.draw(st.sampled_from(known.releases)) for _ in range(2))
    steps = legal(known)
    reached, length = {start.name}, 0
    while goal.name not in reached and length < len(NAMES):
        reached |= {to for from_, to in steps if from_ in reached}
        length += 1
    way = find_way(known, PRODUCT, from_=start.name, to=goal.name)
    if goal.name in reached:
        assert isinstance(way, Way)
        assert (named(way)[0], named(way)[-1]) == (start.name, goal.name)
        assert set(pairwise(named(way))) <= steps
        assert len(way.steps) == length
        return
    assert isinstance(way, NoWay)
    leading = {goal.name}
    for _ in NAMES:
        leading |= {from_ for from_, to in steps if to in leading}
    older = [n for n in NAMES if n in leading - {goal.name} and place(n) < place(start.name)]
    newer = [n for n in NAMES if n in leading - {goal.name} and place(n) > place(start.name)]
    assert named(way) == [*older[-1:], *newer[:1]]


def test_of_two_ways_of_one_length_the_first_written_counts() -> None:
    pairs = (("4.1.16", "5.0.4"), ("4.1.16", "5.0.3"), ("5.0.3", "5.1"), ("5.0.4", "5.1"))
    paths = [UpgradePath(product="p", from_=a, to=b) for a, b in pairs]
    known = of("p", "4.1.16 5.0.3 5.0.4 5.1", *paths)
    way = find_way(known, "p", from_="V4.1.16", to="5.1.0")
    assert named(way) == ["4.1.16", "5.0.4", "5.1"]


def test_a_way_between_unknown_releases_is_not_found() -> None:
    with pytest.raises(NotFound):
        find_way(of("p", "5.1"), "p", from_="5.1", to="7.0")


# What the guides of BlueKing say


def bkce() -> Releases:
    source = "BKDocs upgrade guide"
    facts = [edge for edge in FACTS["upgrade_edges"] if edge.get("product") is None]
    paths = [
        UpgradePath(product="bkce", from_=edge["from"], to=edge["to"], source=source)
        for edge in facts
    ]
    listed = [one["version"] for one in FACTS["releases"]]
    guess = UpgradePath(product="bkce", from_="6.0.3", to="6.0.5", source="guess")
    return of("bkce", " ".join(listed), *paths, guess)


def test_a3_the_way_from_5_1_says_who_allows_each_step() -> None:
    way = find_way(bkce(), "bkce", from_="5.1", to="6.2.2")
    assert isinstance(way, Way)
    assert named(way) == ["5.1", "6.0.3", "6.0.5", "6.1.0", "6.2.0", "6.2.2"]
    assert [step.path.source == "guess" for step in way.steps] == [False, True, False, False, False]
    assert all(release.released_on is None for release in way.releases)


def test_a3_without_the_guess_there_is_no_way_and_the_next_one_is_named() -> None:
    known = bkce()
    sure = Releases(
        releases=known.releases, paths=tuple(p for p in known.paths if p.source != "guess")
    )
    none = find_way(sure, "bkce", from_="5.1", to="6.1.0")
    assert isinstance(none, NoWay)
    assert named(none) == ["6.0.5"]
    assert named(find_way(sure, "bkce", from_="6.0.4", to="6.2.0")) == ["6.0.5"]


def itsm(*, compulsory: bool) -> Releases:
    (fact,) = (edge for edge in FACTS["upgrade_edges"] if edge.get("product") == "itsm")
    stop = UpgradePath(
        product="itsm", from_=fact["from"], to=fact["to"], source=fact["note"],
        compulsory=compulsory,
    )  # fmt: skip
    then = UpgradePath(product="itsm", from_="2.x", to=fact["then"], source="guide")
    return of("itsm", "2.5.0 2.5.9 2.6.0 2.6.1", stop, then)


def test_a3_a_compulsory_stop_is_passed() -> None:
    free = find_way(itsm(compulsory=False), "itsm", from_="2.5.0", to="2.6.1")
    assert named(free) == ["2.5.0", "2.6.1"]
    way = find_way(itsm(compulsory=True), "itsm", from_="2.5.0", to="2.6.1")
    assert isinstance(way, Way)
    assert named(way) == ["2.5.0", "2.6.0", "2.6.1"]
    assert way.steps[0].path.source == "an intermediate version is compulsory"
    step = find_way(itsm(compulsory=True), "itsm", from_="2.6.0", to="2.6.1")
    assert isinstance(step, Way)
    assert [type(one) for one in step.steps] == [Step]


def test_a3_any_release_of_a_range_may_be_the_stop() -> None:
    stop = UpgradePath(product="p", from_="<2.0", to="2.x", compulsory=True)
    every = UpgradePath(product="p", from_=">=1.0", to="3.0")
    known = of("p", "1.0 2.0 2.5 3.0", stop, every)
    assert named(find_way(known, "p", from_="1.0", to="3.0")) == ["1.0", "2.0", "3.0"]
    assert named(find_way(known, "p", from_="2.5", to="3.0")) == ["2.5", "3.0"]


def test_a_stop_that_no_release_is_stops_nobody() -> None:
    stop = UpgradePath(product="p", from_="<2.0", to="2.x", compulsory=True)
    every = UpgradePath(product="p", from_=">=1.0", to="3.0")
    assert named(find_way(of("p", "1.0 3.0", stop, every), "p", from_="1.0", to="3.0")) == [
        "1.0", "3.0",
    ]  # fmt: skip
