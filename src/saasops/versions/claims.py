"""Decides which version a user runs, when the record, his own word and an assistant differ.

Every claim is kept with its provenance; a correction adds one and overwrites none.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, TypeAlias

import attrs

from saasops.errors import Refused
from saasops.values import SYSTEM
from saasops.versions.downloads import Download
from saasops.versions.releases import Release, Releases

NONE = "none"
UNRECOGNISED = "unrecognised"
Provenance: TypeAlias = Literal["recorded", "self-reported", "verified"]
_WEIGHT: dict[Provenance, int] = {"recorded": 0, "self-reported": 1, "verified": 2}


@attrs.frozen(kw_only=True)
class VersionClaim:
    """That a user runs the release *value*, or `none`, or one that is `unrecognised`.

    *by* is who says so: the system for what was recorded, the user, or an assistant.
    """

    value: str
    provenance: Provenance
    at: datetime
    by: str


@attrs.frozen(kw_only=True)
class VersionCorrected:
    """A user or an assistant said which version runs; *counts* is the one that counts now."""

    claims: tuple[VersionClaim, ...]
    counts: VersionClaim
    at: datetime


def guess(
    downloads: Iterable[Download], *, product: str, before: datetime, releases: Releases
) -> VersionClaim:
    """Take the newest download of *product* strictly before the instant *before*.

    *downloads* are those of one user. The claim is dated like the download, and *before*
    where there is none.
    """
    found = _until(downloads, product, before)
    if not found:
        return VersionClaim(value=NONE, provenance="recorded", at=before, by=SYSTEM)
    newest = max(found, key=lambda d: (d.downloaded_at, d.text))
    release = releases.recognise(product, newest.text)
    value = release.name if isinstance(release, Release) else UNRECOGNISED
    return VersionClaim(value=value, provenance="recorded", at=newest.downloaded_at, by=SYSTEM)


def counting(claims: Iterable[VersionClaim]) -> VersionClaim | None:
    """Return the claim that counts, None where there is none.

    What was verified beats what was self-reported, and that beats the record; then the
    latest, and of two at the same instant the one that stands last.
    """
    best: VersionClaim | None = None
    for claim in claims:
        if best is None or _strength(claim) >= _strength(best):
            best = claim
    return best


def correct(
    claims: Sequence[VersionClaim], claim: VersionClaim, *, at: datetime
) -> VersionCorrected:
    """Add a user's or an assistant's *claim* to the *claims* there are.

    Raise `Refused` for a claim that calls itself recorded: only downloads are the record.
    """
    if claim.provenance == "recorded":
        raise Refused("version.not_a_correction", provenance=claim.provenance)
    known = (*claims, claim)
    return VersionCorrected(claims=known, counts=counting(known) or claim, at=at)


def is_upgrader(
    downloads: Iterable[Download],
    *,
    product: str,
    target: str,
    before: datetime,
    releases: Releases,
) -> bool:
    """Tell whether a user had a release older than *target* before the instant *before*.

    *downloads* are his; unrecognised ones prove nothing. Anybody else is a new
    installation. Raise `NotFound` where *target* is no release of *product*.
    """
    goal = releases.named(product, target)
    had = (releases.recognise(product, d.text) for d in _until(downloads, product, before))
    return any(isinstance(r, Release) and releases.is_older(r, than=goal) for r in had)


def _until(downloads: Iterable[Download], product: str, before: datetime) -> list[Download]:
    return [d for d in downloads if d.product == product and d.downloaded_at < before]


def _strength(claim: VersionClaim) -> tuple[int, datetime]:
    return _WEIGHT[claim.provenance], claim.at
