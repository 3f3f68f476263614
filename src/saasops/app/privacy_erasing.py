"""Forgets one person: everything personal goes in one transaction, and the books stay right.

What goes and what stays is decided by `saasops.people.privacy`, where it lies by
`privacy_finding`.
"""

import attrs

from saasops.app.privacy_finding import (
    campaigns_of,
    find,
    has_key_of,
    keep_apart,
    left_of,
    take_away,
)
from saasops.app.work import Work
from saasops.errors import Refused
from saasops.people.privacy.classes import PLACES
from saasops.people.privacy.erasure import (
    ErasureReport,
    Found,
    Ground,
    PersonErased,
    plan,
)
from saasops.people.privacy.holds import standing
from saasops.storage.tables import ERASURES, LEGAL_HOLDS, MERGES, USERS


def erase(work: Work, user: str, *, reason: Ground, dry_run: bool) -> ErasureReport:
    """Forget *user*, or with *dry_run* tell what that would do; again changes nothing.

    Those whom operators merged into him are forgotten, too, each with a report of his own.
    Raise `NotFound`, and `Refused` privacy.held while a legal hold stands.
    """
    work.need(USERS, user)
    holds = standing(work.each(LEGAL_HOLDS, {"user": user}), at=work.at)
    if holds and not dry_run:
        raise Refused("privacy.held", user=user, holds=list(holds))
    for merged in list(work.each(MERGES, {"into": user, "stands": True})):
        erase(work, merged.user, reason=reason, dry_run=dry_run)
    found = _found(work, user, dry_run=dry_run)
    before = work.load(ERASURES, user)
    if before is not None and not any(one.going for one in found):
        return attrs.evolve(before, dry_run=dry_run)
    report = ErasureReport(
        user=user,
        at=work.at,
        by=work.actor,
        reason=reason,
        lines=plan(found, held=bool(holds)),
        dry_run=dry_run,
    )
    if not dry_run:
        work.save(ERASURES, report)
        work.record(PersonErased(at=work.at, user=user, reason=reason))
    return report


def _found(work: Work, user: str, *, dry_run: bool) -> list[Found]:
    """Look through all places, and take away what goes unless it is a *dry_run*."""
    campaigns, counted = campaigns_of(work), list[Found]()
    has_key = has_key_of(work, user)
    for place in PLACES:
        values = find(work, place, user, campaigns)
        going = staying = 0
        for value in values:
            left = left_of(work, place, value)
            staying += left is not None
            if left != value:
                going += 1
                if not dry_run:
                    take_away(work, place, value, left, shared=True)
            elif has_key and not dry_run:
                keep_apart(work, place, value)
        counted.append(Found(place=place, going=going, staying=staying))
    return counted
