"""Which version a user runs, when several claims differ (A3), and who upgrades (A17)."""

from datetime import UTC, datetime, timedelta
from random import Random

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.errors import NotFound, Refused
from saasops.testing.strategies.versions import (
    NAMES,
    PRODUCT,
    claims,
    downloads,
    instants,
    names,
    sources,
)
from saasops.versions.claims import (
    NONE,
    UNRECOGNISED,
    Provenance,
    VersionClaim,
    correct,
    counting,
    guess,
    is_upgrader,
)
from saasops.versions.downloads import Download, Source
from saasops.versions.releases import Release, Releases

AT = datetime(2020, 2, 3, 1, tzinfo=UTC)
RELEASES = Releases(releases=tuple(Release(product=PRODUCT, name=name) for name in NAMES))
ORDER = ("recorded", "self-reported", "verified")


def guessed(downloads: list[Download], before: datetime) -> VersionClaim:
    return guess(downloads, product=PRODUCT, before=before, releases=RELEASES)


@given(downloads(), instants())
def test_a3_the_guess_is_the_newest_download_before_the_answer(
    downloads: list[Download], before: datetime
) -> None:
    claim = guessed(downloads, before)
    earlier = [d for d in downloads if d.downloaded_at < before]
    assert (claim.provenance, claim.by) == ("recorded", "system")
    if not earlier:
        assert (claim.value, claim.at) == (NONE, before)
        return
    newest = max(d.downloaded_at for d in earlier)
    assert claim.at == newest < before
    meant = [RELEASES.recognise(PRODUCT, d.text) for d in earlier if d.downloaded_at == newest]
    assert claim.value in {getattr(release, "name", UNRECOGNISED) for release in meant}


@given(downloads(), instants(), st.randoms(use_true_random=False))
def test_the_order_of_the_records_makes_no_difference(
    downloads: list[Download], before: datetime, random: Random
) -> None:
    shuffled = downloads[:]
    random.shuffle(shuffled)
    assert guessed(shuffled, before) == guessed(downloads, before)


@given(downloads(), downloads(), instants())
def test_a3_what_came_at_the_answer_or_later_or_of_another_product_does_not_count(
    earlier: list[Download], later: list[Download], before: datetime
) -> None:
    late = [attrs.evolve(d, downloaded_at=max(d.downloaded_at, before)) for d in later]
    other = [attrs.evolve(d, product="bk-cmdb") for d in later]
    assert guessed([*earlier, *late, *other], before) == guessed(earlier, before)


@given(claims())
def test_a3_the_claim_that_counts_has_the_best_provenance_and_then_the_latest_date(
    claims: list[VersionClaim],
) -> None:
    counts = counting(claims)
    assert (counts is None) is (claims == [])
    for claim in claims:
        assert ORDER.index(claim.provenance) <= ORDER.index(counts.provenance)
        if claim.provenance == counts.provenance:
            assert claim.at <= counts.at


@given(claims(), names(), st.sampled_from(ORDER[1:]))
def test_a3_a_correction_never_removes_the_record(
    claims: list[VersionClaim], value: str, provenance: Provenance
) -> None:
    claim = VersionClaim(value=value, provenance=provenance, at=AT, by="u0001")
    event = correct(claims, claim, at=AT)
    assert event.claims == (*claims, claim)
    assert event.counts == counting(event.claims)
    assert event.at == AT


@given(claims())
def test_a3_an_assistants_word_today_counts(claims: list[VersionClaim]) -> None:
    at = AT + timedelta(days=365)
    claim = VersionClaim(value="5.1", provenance="verified", at=at, by="asst-1")
    assert correct(claims, claim, at=at).counts == claim


def test_a3_a_self_reported_version_does_not_beat_a_verified_one() -> None:
    verified = VersionClaim(value="5.0.4-beta", provenance="verified", at=AT, by="asst-1")
    later = AT + timedelta(days=1)
    told = VersionClaim(value="5.1", provenance="self-reported", at=later, by="u0001")
    assert correct([verified], told, at=later).counts == verified


def test_a_correction_cannot_call_itself_the_record() -> None:
    claim = VersionClaim(value="5.1", provenance="recorded", at=AT, by="u0001")
    with pytest.raises(Refused) as raised:
        correct([], claim, at=AT)
    assert raised.value.code == "version.not_a_correction"
    assert "{" not in raised.value.explain("zh-CN")


@given(downloads(), instants(), names())
def test_a17_an_upgrader_had_an_older_release_before_the_answer(
    downloads: list[Download], before: datetime, target: str
) -> None:
    had = {
        release.name
        for d in downloads
        if d.downloaded_at < before
        and isinstance(release := RELEASES.recognise(PRODUCT, d.text), Release)
    }
    expected = any(NAMES.index(name) < NAMES.index(target) for name in had)
    found = is_upgrader(downloads, product=PRODUCT, target=target, before=before, releases=RELEASES)
    assert found is expected


def test_an_unknown_target_is_not_found() -> None:
    with pytest.raises(NotFound):
        is_upgrader([], product=PRODUCT, target="7.0", before=AT, releases=RELEASES)


@given(sources())
def test_b1_a_source_is_kept_stripped_and_in_lower_case(source: Source) -> None:
    for value in attrs.astuple(source):
        assert value is None or (value == value.strip().lower() != "")
    assert attrs.evolve(source) == source
    assert Source(channel=" QQ ") == Source(channel="qq")
