"""Decides who is on which release on a day, and counts it by release and by support phase.

Which of a user's claims counts is left to `claims`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Literal, TypeAlias

import attrs

from saasops.versions.claims import NONE, UNRECOGNISED, Provenance, VersionClaim, counting, guess
from saasops.versions.downloads import Download
from saasops.versions.release import Phase, Release
from saasops.versions.releases import Releases
from saasops.versions.version import Unrecognised

Standing: TypeAlias = Phase | Literal["none", "unrecognised"]


@attrs.frozen(kw_only=True)
class Installation:
    """What a *user* runs of a product, how that is supported, and who says so since when.

    *release* is its name, `none` for a user without a version, or `unrecognised`; *phase* is
    the same then. Of whom nothing is known, *provenance* and *since* are None.
    """

    user: str
    product: str
    release: str
    phase: Standing
    provenance: Provenance | None = None
    since: datetime | None = None


@attrs.frozen(kw_only=True)
class Census:
    """How many *users* there are, by release and by phase; releases oldest first.

    Users without a version and unrecognised ones are counted apart, in both.
    """

    product: str
    on: date
    users: int
    by_release: Mapping[str, int]
    by_phase: Mapping[str, int]
    none: int
    unrecognised: int


def installations(
    users: Iterable[str],
    downloads: Iterable[Download],
    claims: Iterable[tuple[str, VersionClaim]],
    *,
    product: str,
    releases: Releases,
    on: date,
    before: datetime,
) -> Iterator[Installation]:
    """Tell for each of *users*, in their order, what he ran on the day *on*.

    *claims* are (user, claim) about *product*; *before* is the end of that day, and what was
    said or fetched then or later does not count. Only *downloads* are the record. Linear.
    """
    fetched, said = dict[str, list[Download]](), dict[str, list[VersionClaim]]()
    for download in downloads:
        if download.product == product and download.downloaded_at < before:
            fetched.setdefault(download.user, []).append(download)
    for user, claim in claims:
        if claim.at < before and claim.provenance != "recorded":
            said.setdefault(user, []).append(claim)
    for user in users:
        known = said.get(user, [])
        if mine := fetched.get(user):
            known = [guess(mine, product=product, before=before, releases=releases), *known]
        yield _installed(user, counting(known), product=product, releases=releases, on=on)


def census(found: Iterable[Installation], *, releases: Releases, product: str, on: date) -> Census:
    """Count what was *found*. Linear."""
    by_release, by_phase = Counter[str](), Counter[str]()
    for one in found:
        by_release[one.release] += 1
        by_phase[one.phase] += 1
    none, unrecognised = by_release[NONE], by_release[UNRECOGNISED]
    named = [one.name for one in releases.of(product)]
    return Census(
        product=product,
        on=on,
        users=by_phase.total(),
        by_release={name: by_release[name] for name in named if by_release[name]},
        by_phase={
            name: count
            for name, count in sorted(by_phase.items())
            if name not in (NONE, UNRECOGNISED)
        },
        none=none,
        unrecognised=unrecognised,
    )


def _installed(
    user: str, claim: VersionClaim | None, *, product: str, releases: Releases, on: date
) -> Installation:
    if claim is None:
        return Installation(user=user, product=product, release=NONE, phase="none")
    found = releases.recognise(product, claim.value)
    release, phase = _stands(found, claim.value, on=on)
    return Installation(
        user=user,
        product=product,
        release=release,
        phase=phase,
        provenance=claim.provenance,
        since=claim.at,
    )


def _stands(found: Release | Unrecognised, value: str, *, on: date) -> tuple[str, Standing]:
    if value == NONE:
        return NONE, "none"
    if isinstance(found, Unrecognised):
        return UNRECOGNISED, "unrecognised"
    return found.name, found.phase(on=on)
