"""Whether an installation is ready for a step: blockers, advice, evidence (A3)."""

from datetime import UTC, datetime
from itertools import product as combinations
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops import serial
from saasops.errors import Invalid
from saasops.predicates import Field, holds
from saasops.predicates import Test as Compare
from saasops.predicates import tests as comparisons
from saasops.testing.strategies.versions import PRODUCT, facts, releases, requirements
from saasops.values import Text
from saasops.versions.readiness import (
    Fact,
    Item,
    Requirement,
    Requirements,
    assess,
    checklist,
    lint,
    required,
)
from saasops.versions.releases import Release, Releases, UpgradePath
from saasops.versions.upgrades import NoWay, allowed_steps, find_way

AT = datetime(2020, 2, 3, tzinfo=UTC)
FIELDS = st.sampled_from(("a", "b", "c"))
VALUES = ("yes", "no", 0, 1, "other")
WEIGHT = ("recorded", "self-reported", "verified")
FILE = Path(__file__).parents[2] / "examples" / "requirements" / "bkce-6.0.3.toml"
NEED = Requirement(
    id="disk", product="bkce", to="6.0.3", title=Text.of("room"), when=Compare("disk", "ge", 50)
)


def known(value: Any, *, field: str = "disk", provenance: Any = "self-reported") -> Fact:
    return Fact(field=field, value=value, provenance=provenance, by="u1", at=AT)


def example() -> tuple[Requirement, ...]:
    return serial.load(serial.parse_toml(FILE.read_text("utf-8")), Requirements).requirements


def stands(requirement: Requirement, *known: Fact) -> tuple[str, str]:
    found = assess([requirement], known)
    return found.items[0].state, found.verdict


@settings(max_examples=60)
@given(requirements(FIELDS), st.lists(facts(FIELDS), max_size=5))
def test_a3_a_state_that_is_told_holds_whatever_else_comes_out(
    requirement: Requirement, known: list[Fact]
) -> None:
    (item,) = assess([requirement], known).items
    held = {fact.field: fact for fact in item.facts}
    open_ = {test.field for test in comparisons(requirement.when)} | {
        test.field for test in comparisons(requirement.applies)
    }
    given_ = {fact.field: fact.value for fact in known if fact.value not in ("", None)}
    free = sorted(open_ - set(given_))
    worlds = []
    for values in combinations(VALUES, repeat=len(free)):
        world = {**_strongest(known), **dict(zip(free, values, strict=True))}
        needed = holds(requirement.applies, world)
        worlds.append((needed, holds(requirement.when, world)))
    match item.state:
        case "not-needed":
            assert not any(needed for needed, _ in worlds)
        case "met" | "unproved":
            assert all(met for _, met in worlds)
            weights = [WEIGHT.index(fact.provenance) for fact in held.values()]
            least = {"none": 0, "self-reported": 1, "verified": 2}[requirement.evidence]
            assert (item.state == "met") is (min(weights, default=2) >= least)
        case "unmet":
            assert all(needed and not met for needed, met in worlds)
        case _:
            assert set(item.missing) == set(free) != set()


def _strongest(known: list[Fact]) -> dict[str, Any]:
    best = dict[str, Fact]()
    for fact in known:
        if fact.value in ("", None) and fact.value != 0:
            continue
        held = best.get(fact.field)
        key = (WEIGHT.index(fact.provenance), fact.at)
        if held is None or key >= (WEIGHT.index(held.provenance), held.at):
            best[fact.field] = fact
    return {name: fact.value for name, fact in best.items()}


@settings(max_examples=60)
@given(st.lists(requirements(FIELDS), max_size=4), st.lists(facts(FIELDS), max_size=5))
def test_a3_advice_never_blocks_and_one_unmet_blocker_does(
    listed: list[Requirement], known: list[Fact]
) -> None:
    found = assess(listed, known)
    assert [item.requirement for item in found.items] == listed
    states = {item.state for item in found.items if item.requirement.kind == "blocker"}
    if "unmet" in states:
        assert found.verdict == "blocked"
    elif states & {"unknown", "unproved"}:
        assert found.verdict == "unknown"
    else:
        assert found.verdict == "ready"


@pytest.mark.parametrize(
    ("facts", "evidence", "expected"),
    [
        ([], "none", ("unknown", "unknown")),
        ([known(None)], "none", ("unknown", "unknown")),
        ([known(60)], "self-reported", ("met", "ready")),
        ([known(60, provenance="recorded")], "self-reported", ("unproved", "unknown")),
        ([known(60, provenance="recorded")], "none", ("met", "ready")),
        ([known(60)], "verified", ("unproved", "unknown")),
        ([known(60, provenance="verified")], "verified", ("met", "ready")),
        ([known(10, provenance="verified"), known(60)], "verified", ("unmet", "blocked")),
        ([known(10)], "verified", ("unmet", "blocked")),
    ],
)
def test_a3_evidence_decides_what_is_met(
    facts: list[Fact], evidence: Any, expected: tuple[str, str]
) -> None:
    assert stands(attrs.evolve(NEED, evidence=evidence), *facts) == expected


def test_what_is_known_of_an_installation_stays_out_of_a_repr() -> None:
    assert "secret" not in repr(assess([NEED], [known("secret")]))


@settings(max_examples=40)
@given(releases(), st.lists(requirements(FIELDS), max_size=4))
def test_a3_a_step_has_the_requirements_of_its_ends(
    catalogue: Releases, listed: list[Requirement]
) -> None:
    for step in allowed_steps(catalogue, PRODUCT)[:5]:
        found = required(listed, catalogue, step)
        for one in listed:
            ends = step.to in catalogue.among(PRODUCT, one.to) and (
                not one.from_ or step.from_ in catalogue.among(PRODUCT, one.from_)
            )
            assert (one in found) is ends


def test_a_requirement_of_no_release_is_invalid() -> None:
    catalogue = Releases(
        releases=tuple(Release(product="bkce", name=name) for name in ("5.1", "6.0.3")),
        paths=(UpgradePath(product="bkce", from_="5.1", to="6.0.3"),),
    )
    (step,) = allowed_steps(catalogue, "bkce")
    with pytest.raises(Invalid):
        required([attrs.evolve(NEED, to="soon")], catalogue, step)


def test_a3_every_step_of_a_way_is_assessed_and_no_way_is_blocked() -> None:
    catalogue = Releases(
        releases=tuple(Release(product="bkce", name=name) for name in ("5.1", "6.0.3", "6.0.5")),
        paths=(
            UpgradePath(product="bkce", from_="5.1", to="6.0.3"),
            UpgradePath(product="bkce", from_="6.0.3", to="6.0.5"),
        ),
    )
    way = find_way(catalogue, "bkce", from_="5.1", to="6.0.5")
    found = checklist(catalogue, [NEED], [known(60)], way=way)
    assert (found.verdict, [len(step.items) for step in found.steps]) == ("ready", [1, 0])
    assert checklist(catalogue, [NEED], [], way=way).verdict == "unknown"
    assert checklist(catalogue, [NEED], [known(1)], way=way).verdict == "blocked"
    none = find_way(catalogue, "bkce", from_="6.0.5", to="5.1")
    assert isinstance(none, NoWay)
    assert checklist(catalogue, [NEED], [known(60)], way=none).verdict == "blocked"


# The example: what the guide from 5.1 to 6.0.3 says


READY = {
    "customised": "no", "third_party_saas": 0, "official_saas": "offline", "backup_room": "yes",
    "monitoring_data": "may-go",
}  # fmt: skip


def told(**changes: Any) -> list[Fact]:
    return [known(v, field=f, provenance="verified") for f, v in {**READY, **changes}.items()]


def states(items: tuple[Item, ...]) -> dict[str, str]:
    return {item.requirement.id: item.state for item in items}


def test_a3_the_example_speaks_both_languages_and_reads_back() -> None:
    listed = example()
    assert len(listed) == len(FILE.read_text("utf-8").split("[[requirements]]")) - 1 == 10
    for one in listed:
        assert set(one.title.by_locale) == {"en", "zh-CN"}
        assert serial.load(serial.dump(one), Requirement) == one
        assert serial.load_trusted(serial.dump(one), Requirement) == one


def test_a3_the_example_tells_ready_blocked_and_unknown() -> None:
    assert assess(example(), told()).verdict == "ready"
    blocked = assess(example(), told(customised="login"))
    assert (blocked.verdict, states(blocked.items)["plain-installation"]) == ("blocked", "unmet")
    assert assess(example(), told()[1:]).verdict == "unknown"
    apps = assess(example(), told(own_apps=3, grants_planned="no", private_ip="usual"))
    assert apps.verdict == "ready"
    assert states(apps.items)["own-apps-grants"] == "unmet"
    assert states(apps.items)["private-addresses"] == "not-needed"


def test_a_condition_about_nothing_and_a_second_id_are_found() -> None:
    fields = {"disk": Field(type="number")}
    other = attrs.evolve(NEED, id="other", when=Compare("disc", "ge", 50))
    found = lint([NEED, NEED, other], fields)
    assert [(one.where, one.code) for one in found] == [
        ("requirements.disk", "requirement.duplicate"),
        ("requirements.other.when", "value.not_allowed"),
    ]
