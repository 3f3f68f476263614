"""Whether two are one person: proposals, what operators say to them, and users that are joined.

Everything here is decided in `saasops.people`: `resemblance`, `linking`, `merging`.
"""

from collections.abc import Iterator

import attrs

from saasops.app.people import (
    end_session,
    identities_of,
    index_person,
    keep_contact,
    owner_of,
    priors_of,
    register,
)
from saasops.app.work import Handle, Work, command, query
from saasops.errors import NotFound
from saasops.people import linking, merging
from saasops.people.contacts import Contact
from saasops.people.matching import Prior
from saasops.people.merging import Holding, Merge
from saasops.people.resemblance import (
    ALIKE,
    Decision,
    Resemblance,
    Traces,
    Verdict,
    decide,
    resemblances,
    undecided,
)
from saasops.people.users import Identity
from saasops.storage.tables import (
    CAMPAIGNS,
    CONTACTS,
    GRANTS,
    IDENTITIES,
    LEGAL_HOLDS,
    MERGES,
    PARTICIPANTS,
    PRIORS,
    RESEMBLANCE_DECISIONS,
    SESSIONS,
    USERS,
)


class Persons(Handle):
    """Find people who are known twice, and join them if an operator says so."""

    @query
    def proposals(
        self, work: Work, *, alike: float = ALIKE, limit: int = 100
    ) -> tuple[Resemblance, ...]:
        """Return up to *limit* pairs that nobody decided on: users, and earlier entries.

        Ids are `user/…` and `prior/…`. The surest come first. Addresses count from *alike* on.
        """
        users = tuple(_traces(work))
        priors = tuple(map(_traces_of_prior, work.each(PRIORS, {})))
        found = (*resemblances(users, alike=alike), *resemblances(users, priors, alike=alike))
        open_ = undecided(found, work.each(RESEMBLANCE_DECISIONS, {}))
        order = ("certain", "strong", "weak")
        left = sorted(open_, key=lambda r: (order.index(r.strength), -r.likeness, r.one, r.other))
        return tuple(left[:limit])

    @command
    def decide(
        self, work: Work, one: str, other: str, *, verdict: Verdict, reason: str
    ) -> Decision:
        """Note that two of `proposals` are the same person, or different; they stay decided.

        Nothing else follows: `merge` joins two users. Raise `Refused` without a reason.
        """
        for id in (one, other):
            kind, _, name = id.partition("/")
            if kind == "prior":
                work.need(PRIORS, name)
            elif kind == "user":
                work.need(USERS, name)
            else:
                raise NotFound("user", id)
        event = decide(one, other, verdict, by=work.actor, reason=reason, at=work.at)
        decision = event.decision
        work.load(RESEMBLANCE_DECISIONS, decision.one, decision.other, decision.at)
        work.save(RESEMBLANCE_DECISIONS, decision)
        work.record(event)
        return decision

    @query
    def decisions(
        self, work: Work, *, after: Decision | None = None, limit: int = 100
    ) -> tuple[Decision, ...]:
        """Return up to *limit* of what operators said, by pair and time, from behind *after*."""
        key = RESEMBLANCE_DECISIONS.table.key
        last = None if after is None else {name: getattr(after, name) for name in key}
        return tuple(work.find(RESEMBLANCE_DECISIONS, {}, after=last, limit=limit))

    @command
    def link(self, work: Work, user: str, identity: Identity, *, reason: str) -> bool:
        """Link *identity* to *user* because an operator says so; tell whether it is news."""
        found = work.need(USERS, user)
        ground = linking.Ground(by="operator", who=work.actor, reason=reason)
        owner = owner_of(work, identity)
        if linking.link_on(user, identity, ground, owner=owner, at=work.at) is None:
            return False
        register(work, found, account=None, identities=(identity,), contact=None)
        return True

    @command
    def merge(self, work: Work, user: str, *, into: str, reason: str) -> Merge:
        """Let *user* go on in *into*, who gets his identities and what he had not on file.

        What both did in campaigns stays with each; *user* is logged out. Raise `Refused` as
        `saasops.people.merging` says, `NotFound`.
        """
        joining, staying = _holding(work, user), _holding(work, into)
        event = merging.merge(joining, staying, by=work.actor, reason=reason, at=work.at)
        joined = event.merge
        _move(work, joined.identities, of=user, to=into)
        _put_contact(work, Contact(user=user))
        _put_contact(work, merging.joint(joined, staying.contact))
        index_person(work, user)
        index_person(work, into)
        _log_out(work, user)
        work.load(MERGES, user, joined.at)
        work.save(MERGES, joined)
        work.record(event)
        return joined

    @command
    def undo_merge(self, work: Work, user: str) -> Merge:
        """Make *user* and whom he was joined into two again; what came since stays where it is.

        Whoever is logged in as the other is logged out: it may be either of them.
        Raise `NotFound` where he was not, `Refused` where what moved is not there any more.
        """
        found = work.find(MERGES, {"user": user, "stands": True}, order=("at",), limit=1)
        if not found:
            raise NotFound("merge", user)
        into, held = found[0].into, work.load(CONTACTS, found[0].into)
        contact = held or Contact(user=into)
        event = merging.undo(
            found[0],
            identities=identities_of(work, into),
            contact=contact,
            by=work.actor,
            at=work.at,
        )
        _move(work, event.merge.identities, of=into, to=user)
        _put_contact(work, merging.separated(event.merge, contact))
        _put_contact(work, event.merge.contact)
        index_person(work, into)
        index_person(work, user)
        _log_out(work, into)
        work.save(MERGES, event.merge)
        work.record(event)
        return event.merge

    @query
    def merges(self, work: Work, user: str, *, limit: int = 100) -> tuple[Merge, ...]:
        """Return up to *limit* merges of *user* into others, and of others into him, by time."""
        found = work.find(MERGES, {"user": user}, order=("at",), limit=limit)
        found += work.find(MERGES, {"into": user}, order=("at", "user"), limit=limit)
        return tuple(sorted(found, key=lambda one: (one.at, one.user))[:limit])


def merged_into(work: Work, user: str) -> str | None:
    """Return the user in whom *user* goes on, or None."""
    found = work.find(MERGES, {"user": user, "stands": True}, order=("at",), limit=1)
    return found[0].into if found else None


def goes_on_in(work: Work, user: str) -> str | None:
    """Return the user in whom *user* goes on in the end, or None."""
    into = last = merged_into(work, user)
    while into is not None:
        last, into = into, merged_into(work, into)
    return last


def _traces(work: Work) -> Iterator[Traces]:
    contacts = {one.user: one for one in work.each(CONTACTS, {})}
    identities: dict[str, list[Identity]] = {}
    for kept in work.each(IDENTITIES, {}):
        identities.setdefault(kept.user, []).append(kept.identity)
    for user in sorted({*contacts, *identities}):
        contact = contacts.get(user) or Contact(user=user)
        yield Traces(
            id=f"user/{user}",
            identities=tuple(identities.get(user, ())),
            phone=contact.phone,
            mail=contact.mail,
            postal_address=contact.postal_address,
        )


def _traces_of_prior(prior: Prior) -> Traces:
    return Traces(
        id=f"prior/{prior.id}",
        identities=(prior.identity,) if prior.identity else (),
        phone=prior.phone,
        mail=prior.mail,
        postal_address=prior.postal_address,
    )


def _holding(work: Work, user: str) -> Holding:
    work.need(USERS, user)
    campaigns, things = set[str](), {prior.thing for prior, _ in priors_of(work, user)}
    for row in work.rows(CAMPAIGNS, {}):
        campaign = row["id"]
        if work.load(PARTICIPANTS, campaign, user) is not None:
            campaigns.add(campaign)
        things |= {one.thing for one in work.each(GRANTS, {"campaign": campaign, "user": user})}
    return Holding(
        user=user,
        identities=identities_of(work, user),
        contact=work.load(CONTACTS, user) or Contact(user=user),
        campaigns=frozenset(campaigns),
        things=frozenset(things),
        held=any(one.stands(work.at) for one in work.each(LEGAL_HOLDS, {"user": user})),
        merged=merged_into(work, user),
    )


def _move(work: Work, identities: tuple[Identity, ...], *, of: str, to: str) -> None:
    for kept in list(work.each(IDENTITIES, {"user": of})):
        if kept.identity in identities:
            work.save(IDENTITIES, attrs.evolve(kept, user=to))


def _log_out(work: Work, user: str) -> None:
    for session in list(work.each(SESSIONS, {"user": user})):
        end_session(work, session, "everywhere")


def _put_contact(work: Work, contact: Contact) -> None:
    held = work.load(CONTACTS, contact.user)
    if held != contact and (held is not None or contact != Contact(user=contact.user)):
        keep_contact(work, contact)
