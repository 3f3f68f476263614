"""Who is on what on a day, by release and support phase (A3)."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.testing.strategies.versions import NAMES, PRODUCT, claims, downloads, instants
from saasops.versions.claims import NONE, UNRECOGNISED, VersionClaim, counting, guess
from saasops.versions.downloads import Download
from saasops.versions.installed import Installation, census, installations
from saasops.versions.releases import Release, Releases

RELEASES = Releases(
    releases=tuple(
        Release(
            product=PRODUCT,
            name=name,
            released_on=date(2018, 1, 1),
            ends_on=date(2020, 4, 1) if number < NAMES.index("5.1") else False,
        )
        for number, name in enumerate(NAMES)
    )
)
USERS = [f"u{number}" for number in range(1, 5)]
WORLDS = st.fixed_dictionaries({user: st.tuples(downloads(user), claims()) for user in USERS[:3]})


def seen(world: dict[str, Any], before: datetime) -> list[Installation]:
    """Ask who is on what just before the instant *before*."""
    return list(
        installations(
            USERS,
            [one for fetched, _ in world.values() for one in fetched],
            [(user, claim) for user, (_, said) in world.items() for claim in said],
            product=PRODUCT,
            releases=RELEASES,
            on=(before - timedelta(seconds=1)).date(),
            before=before,
        )
    )


@settings(max_examples=30)
@given(WORLDS, instants())
def test_a3_everybody_stands_once_with_the_claim_that_counts(
    world: dict[str, Any], before: datetime
) -> None:
    found = seen(world, before)
    assert [one.user for one in found] == USERS
    for one in found:
        fetched, said = world.get(one.user, ([], []))
        known = [c for c in said if c.at < before and c.provenance != "recorded"]
        if any(d.downloaded_at < before for d in fetched):
            known = [guess(fetched, product=PRODUCT, before=before, releases=RELEASES), *known]
        claim = counting(known)
        if claim is None:
            assert (one.release, one.phase, one.provenance, one.since) == (NONE, "none", None, None)
        else:
            assert one.release == claim.value
            assert (one.provenance, one.since) == (claim.provenance, claim.at)
            on = (before - timedelta(seconds=1)).date()
            known_ = claim.value in NAMES
            phase = RELEASES.named(PRODUCT, claim.value).phase(on=on) if known_ else claim.value
            assert one.phase == phase


@settings(max_examples=30)
@given(WORLDS, instants(), instants())
def test_a3_what_comes_later_changes_nothing_before(
    world: dict[str, Any], one: datetime, other: datetime
) -> None:
    before, cut = min(one, other), max(one, other)
    earlier = {
        user: ([d for d in fetched if d.downloaded_at < cut], [c for c in said if c.at < cut])
        for user, (fetched, said) in world.items()
    }
    assert seen(earlier, before) == seen(world, before)


@settings(max_examples=30)
@given(WORLDS, instants())
def test_a3_counts_are_those_of_the_list(world: dict[str, Any], before: datetime) -> None:
    found = seen(world, before)
    counts = census(found, releases=RELEASES, product=PRODUCT, on=before.date())
    assert counts.users == len(USERS)
    assert counts.none == sum(one.release == NONE for one in found)
    assert counts.unrecognised == sum(one.release == UNRECOGNISED for one in found)
    apart = counts.none + counts.unrecognised
    for mapping in (counts.by_release, counts.by_phase):
        assert sum(mapping.values()) + apart == counts.users
        assert not {NONE, UNRECOGNISED} & set(mapping)
    named = Counter(one.release for one in found if one.release in NAMES)
    assert dict(counts.by_release) == dict(named)
    assert list(counts.by_release) == sorted(counts.by_release, key=NAMES.index)


def test_a3_a_version_that_somebody_names_and_nobody_knows_is_unrecognised() -> None:
    at = datetime(2020, 2, 1, tzinfo=UTC)
    claim = VersionClaim(value="7.7", provenance="self-reported", at=at, by="u1")
    told = installations(
        ["u1"], [], [("u1", claim)], product=PRODUCT, releases=RELEASES,
        on=date(2020, 2, 2), before=at + timedelta(1),
    )  # fmt: skip
    assert [(one.release, one.phase) for one in told] == [(UNRECOGNISED, "unrecognised")]


def test_a3_a_record_made_at_the_answer_does_not_hide_an_older_download() -> None:
    at = datetime(2020, 2, 1, tzinfo=UTC)
    none = VersionClaim(value=NONE, provenance="recorded", at=at, by="system")
    fetched = Download(
        user="u1", product=PRODUCT, text="V5.1", release=None, downloaded_at=at - timedelta(9)
    )
    (one,) = installations(
        ["u1"], [fetched], [("u1", none)], product=PRODUCT, releases=RELEASES,
        on=date(2020, 2, 2), before=at + timedelta(1),
    )  # fmt: skip
    assert (one.release, one.phase) == ("5.1", "supported")
