"""Forgets one person: everything personal goes in one transaction, and the books stay right.

What goes and what stays is decided by `saasops.people.privacy`, where it lies by
`privacy_finding`.
"""

from collections.abc import Iterator
from typing import Any

import attrs

from saasops.app.persons import goes_on_in
from saasops.app.privacy_finding import (
    BY_NAME,
    campaigns_of,
    find,
    has_key_of,
    keep_apart,
    key_of,
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
    together,
)
from saasops.people.privacy.holds import standing
from saasops.storage.tables import ERASURES, LEGAL_HOLDS, MERGES, USERS


def erase(work: Work, user: str, *, reason: Ground, dry_run: bool) -> ErasureReport:
    """Forget *user*, or with *dry_run* tell what that would do; again changes nothing.

    Those whom operators merged into him are forgotten, too, each with a report of his own.
    Raise `NotFound`, `Refused` privacy.merged_into for one who goes on in another, and
    privacy.held while a legal hold stands.
    """
    work.need(USERS, user)
    if (into := goes_on_in(work, user)) is not None:
        raise Refused("privacy.merged_into", user=user, into=into)
    people = (*_merged(work, user), user)
    held = {one: standing(work.each(LEGAL_HOLDS, {"user": one}), at=work.at) for one in people}
    for one, holds in held.items():
        if holds and not dry_run:
            raise Refused("privacy.held", user=one, holds=list(holds))
    found = _found(work, people, dry_run=dry_run)
    before = work.load(ERASURES, user)
    whole = together(found.values())
    if before is not None and not any(one.going for one in whole):
        return attrs.evolve(before, dry_run=dry_run)
    reports = [
        ErasureReport(
            user=one,
            at=work.at,
            by=work.actor,
            reason=reason,
            lines=plan(whole if one == user else found[one], held=any(held.values())),
            merged=people[:-1] if one == user else (),
            dry_run=dry_run,
        )
        for one in people
    ]
    for report in () if dry_run else reports:
        work.load(ERASURES, report.user)
        work.save(ERASURES, report)
        work.record(PersonErased(at=work.at, user=report.user, reason=reason))
    return reports[-1]


def _merged(work: Work, user: str) -> Iterator[str]:
    """Walk over all who go on in *user*, those before whom they were merged into."""
    for one in list(work.each(MERGES, {"into": user, "stands": True})):
        yield from _merged(work, one.user)
        yield one.user


def _found(work: Work, people: tuple[str, ...], *, dry_run: bool) -> dict[str, list[Found]]:
    """Look through all places, and take away what goes unless it is a *dry_run*.

    What is of several of *people*, such as a merge, is counted with the first of them.
    """
    campaigns = campaigns_of(work)
    found: dict[str, list[Found]] = {user: [] for user in people}
    with_key = {user for user in people if has_key_of(work, user)}
    for place in PLACES:
        seen = set[tuple[Any, ...]]()
        for user in people:
            going = staying = 0
            for value in find(work, place, user, campaigns):
                key = key_of(BY_NAME[place.table], value)
                if key in seen:
                    continue
                seen.add(key)
                left = left_of(work, place, value)
                staying += left is not None
                if left != value:
                    going += 1
                    if not dry_run:
                        take_away(work, place, value, left, shared=True)
                elif user in with_key and not dry_run:
                    keep_apart(work, place, value)
            found[user].append(Found(place=place, going=going, staying=staying))
    return found
