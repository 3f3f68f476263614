"""Users, their identities and contact data, and who took part in earlier campaigns."""

from collections.abc import Iterator
from datetime import datetime

import attrs

from saasops.app.imports import ImportReport, Progress, Result, take_in
from saasops.app.work import Handle, Work, command, query
from saasops.errors import NotFound
from saasops.logins.identities import may_vouch
from saasops.logins.sessions import Ending, Session, close
from saasops.people.contacts import Contact, MaskedContact, masked, normal_mail, normal_phone
from saasops.people.importing import UserRow, read_priors, read_users
from saasops.people.matching import Prior, keys, keys_of_user
from saasops.people.users import (
    Account,
    Identity,
    IdentityUnlinked,
    LinkedIdentity,
    Union,
    User,
    link,
    unlink,
)
from saasops.rows import Rows
from saasops.storage.tables import (
    ACCOUNTS,
    CONTACTS,
    IDENTITIES,
    MASKED_CONTACTS,
    MATCH_KEYS,
    PRIORS,
    PROVEN_CONTACTS,
    SESSIONS,
    USERS,
)

ADDRESSES = {"phone": normal_phone, "mail": normal_mail}
"""What a code may be sent to, and how it is read."""


class People(Handle):
    """Register people, link their identities, find them again."""

    @command
    def register(
        self,
        work: Work,
        user: User,
        *,
        account: Account | None = None,
        identities: tuple[Identity, ...] = (),
        contact: Contact | None = None,
    ) -> Result:
        """Add or update *user* with all that is given; tell whether anything changed.

        Raise `Refused` identity.taken when an identity belongs to another user.
        """
        return register(work, user, account=account, identities=identities, contact=contact)

    @query
    def user(self, work: Work, user: str) -> User:
        """Return the user; raise `NotFound`."""
        return work.need(USERS, user)

    @query
    def identify(self, work: Work, provider: str, subject: str, *, realm: str = "") -> User:
        """Return the user whom *provider* knows as *subject* in *realm*; raise `NotFound`."""
        owner = owner_of(work, Identity(provider, subject, realm))
        if owner is None:
            raise NotFound("identity", provider)
        return work.need(USERS, owner)

    @command
    def link(self, work: Work, user: str, identity: Identity) -> None:
        """Let *user* log in by *identity* too; refuse one that another user holds."""
        work.need(USERS, user)
        _link(work, user, identity)
        index_person(work, user)

    @command
    def unlink(self, work: Work, user: str, identity: Identity) -> None:
        """Take *identity* from *user*; refuse to take the last one.

        A phone or mail is no longer proven then, and who may have logged in by it is logged out.
        """
        event = unlink(user, identity, held=identities_of(work, user), at=work.at)
        _take(work, event)
        for session in tuple(work.each(SESSIONS, {"user": user})):
            if may_vouch(session.provider, identity):
                end_session(work, session, "unlinked")
        index_person(work, user)

    @query
    def identities(self, work: Work, user: str) -> tuple[Identity, ...]:
        """Return the identities of *user* by provider and subject."""
        return identities_of(work, user)

    @query
    def contact(self, work: Work, user: str) -> MaskedContact:
        """Return how *user* can be reached, masked; what is not on file is None."""
        return work.load(MASKED_CONTACTS, user) or MaskedContact(user=user)

    @query
    def contacts(
        self, work: Work, *, after: str | None = None, limit: int = 100
    ) -> tuple[MaskedContact, ...]:
        """Return up to *limit* of those who can be reached, by user from behind *after*, masked."""
        last = None if after is None else {"user": after}
        return tuple(work.find(MASKED_CONTACTS, {}, after=last, limit=limit))

    def import_users(
        self, rows: Rows, *, dry_run: bool = False, progress: Progress | None = None
    ) -> ImportReport:
        """Take in users.csv: user, account, identities, contact data. Again changes nothing."""

        def keep(work: Work, row: UserRow) -> Result:
            return register(
                work,
                _completed(row.user, work.load(USERS, row.user.id)),
                account=row.account,
                identities=row.identities,
                contact=row.contact,
            )

        return take_in(self, "users", rows, read_users, keep, dry_run=dry_run, progress=progress)

    def import_priors(
        self, rows: Rows, *, dry_run: bool = False, progress: Progress | None = None
    ) -> ImportReport:
        """Take in who was rewarded for what in an earlier campaign."""

        def keep(work: Work, prior: Prior) -> Result:
            held = work.load(PRIORS, prior.id)
            if held == prior:
                return "unchanged"
            work.save(PRIORS, prior)
            _reindex(work, "prior", prior.id, keys(prior))
            return "changed" if held else "accepted"

        return take_in(self, "priors", rows, read_priors, keep, dry_run=dry_run, progress=progress)

    @query
    def prior_matches(self, work: Work) -> tuple[tuple[str, str, str], ...]:
        """Return (prior, user, route) for every earlier entry that leads to a user, by prior."""
        found: list[tuple[str, str, str]] = []
        for prior in work.each(PRIORS, {}):
            for route, value in keys(prior):
                if users := owners_of(work, "user", route, value):
                    found.append((prior.id, users[0], route))
                    break
        return tuple(found)


def register(
    work: Work,
    user: User,
    *,
    account: Account | None,
    identities: tuple[Identity, ...],
    contact: Contact | None,
) -> Result:
    """Add or update a user in an open transaction."""
    held = work.load(USERS, user.id)
    changed = held != user
    known = work.load(ACCOUNTS, account.id) if account is not None else None
    if account is not None and account != known and (account.name or known is None):
        work.save(ACCOUNTS, account)
        changed = True
    if changed:
        work.save(USERS, user)
    linked = [_link(work, user.id, identity) for identity in identities]
    if contact is not None:
        changed |= merge_contact(work, contact)
    if any(linked) or changed:
        index_person(work, user.id)
    if held is None:
        return "accepted"
    return "changed" if changed or any(linked) else "unchanged"


def merge_contact(work: Work, contact: Contact) -> bool:
    """Keep what *contact* says and what it leaves out; tell whether anything is new."""
    held = work.load(CONTACTS, contact.user)
    merged = contact if held is None else _merged(held, contact)
    if merged == held:
        return False
    keep_contact(work, merged)
    index_person(work, contact.user)
    return True


def keep_contact(work: Work, contact: Contact) -> None:
    """Keep *contact* in place of what was on file, and what lists show of it.

    A phone or mail that another takes the place of leads to the user no more, even where nothing
    else does: by now it may be somebody else's.
    """
    held = work.load(CONTACTS, contact.user)
    work.save(CONTACTS, contact)
    for means, read in ADDRESSES.items():
        old, new = (read(getattr(one, means, None) or "") for one in (held, contact))
        if old is not None and new is not None and old != new:
            _take(
                work, IdentityUnlinked(user=contact.user, identity=Identity(means, old), at=work.at)
            )
    work.load(MASKED_CONTACTS, contact.user)
    work.save(MASKED_CONTACTS, masked(contact))


def end_session(work: Work, session: Session, ending: Ending) -> None:
    """End *session*."""
    work.tx.delete(SESSIONS.table, (session.id,))
    work.record(close(session, ending, at=work.at))


def login_route(means: str) -> str:
    """Return the route by which a phone or mail that was proven is found."""
    return f"login {means}"


def priors_of(work: Work, user: str) -> Iterator[tuple[Prior, str]]:
    """Walk over the earlier participations of *user* with the route that led to each."""
    seen: set[str] = set()
    for route, value in _keys_of(work, user):
        for owner in owners_of(work, "prior", route, value):
            if owner not in seen:
                seen.add(owner)
                yield work.need(PRIORS, owner), route


def owners_of(work: Work, kind: str, route: str, value: str) -> list[str]:
    """Return the users or priors (*kind*) to whom the normalised *value* leads, in order."""
    found: set[str] = set()
    for digest in work.sealing.vault.indexes(route, value):
        where = {"route": route, "value": digest, "kind": kind}
        found |= {row["owner"] for row in work.rows(MATCH_KEYS, where)}
    return sorted(found)


def owner_of(work: Work, identity: Identity) -> str | None:
    """Return the user who holds *identity*, or None."""
    for digest in work.sealing.vault.indexes(*_named(identity)):
        # Opened, because the seal proves to whom it belongs and a column proves nothing.
        kept = work.load(IDENTITIES, identity.provider, identity.realm, digest)
        if kept is not None:
            return kept.user
    return None


def owner_of_union(work: Work, provider: str, union: Union) -> str | None:
    """Return the user who holds an identity of *provider* in this *union*, or None."""
    for digest in work.sealing.vault.indexes(*_united(provider, union)):
        found = work.find(IDENTITIES, {"union": digest}, order=("provider",), limit=1)
        if found:
            return found[0].user
    return None


def identities_of(work: Work, user: str) -> tuple[Identity, ...]:
    """Return the identities of *user* by provider, realm and subject."""
    kept = (one.identity for one in work.each(IDENTITIES, {"user": user}))
    return tuple(sorted(kept, key=lambda one: (one.provider, one.realm, one.subject)))


def _link(work: Work, user: str, identity: Identity) -> bool:
    event = link(user, identity, owner=owner_of(work, identity), at=work.at)
    if event is None:
        _unite(work, user, identity)
        return False
    work.save(IDENTITIES, _kept(work, user, identity, at=work.at))
    work.record(event)
    return True


def _take(work: Work, event: IdentityUnlinked) -> None:
    """Take an identity from its user where he has it, and what proved it if it is an address."""
    user, identity = event.user, event.identity
    for kept in tuple(work.each(IDENTITIES, {"user": user})):
        if kept.identity == identity:
            work.tx.delete(IDENTITIES.table, (kept.provider, kept.realm, kept.digest))
            work.record(event)
    means = identity.provider
    if means in ADDRESSES:
        for digest in work.sealing.vault.indexes(login_route(means), identity.subject):
            work.tx.delete(PROVEN_CONTACTS.table, (means, digest, user))


def _unite(work: Work, user: str, identity: Identity) -> None:
    """Note the union of an identity that was linked before the provider told this one."""
    for kept in tuple(work.each(IDENTITIES, {"user": user}) if identity.union else ()):
        if kept.identity == identity and kept.identity.union != identity.union:
            united = _kept(work, user, identity, at=kept.linked_at)
            work.save(IDENTITIES, attrs.evolve(united, digest=kept.digest))


def _kept(work: Work, user: str, identity: Identity, *, at: datetime) -> LinkedIdentity:
    vault, union = work.sealing.vault, identity.union
    return LinkedIdentity(
        provider=identity.provider,
        realm=identity.realm,
        digest=vault.index(*_named(identity)),
        union=vault.index(*_united(identity.provider, union)) if union else None,
        user=user,
        identity=identity,
        linked_at=at,
    )


def _named(identity: Identity) -> tuple[str, str]:
    return f"identity {identity.provider} {identity.realm}", identity.subject


def _united(provider: str, union: Union) -> tuple[str, str]:
    return f"union {provider} {union.scope}", union.id


def _completed(news: User, held: User | None) -> User:
    """Fill in what a table leaves out; it has no column for a language at all."""
    if held is None:
        return news
    return attrs.evolve(
        news,
        account=news.account or held.account,
        nickname=news.nickname or held.nickname,
        registered_on=news.registered_on or held.registered_on,
        locale=held.locale,
    )


def _merged(held: Contact, news: Contact) -> Contact:
    fields = ("mail", "phone", "postal_address")
    return attrs.evolve(
        held, **{name: getattr(news, name) for name in fields if getattr(news, name) is not None}
    )


def _keys_of(work: Work, user: str) -> tuple[tuple[str, str], ...]:
    return keys_of_user(identities_of(work, user), work.load(CONTACTS, user))


def index_person(work: Work, user: str) -> None:
    """Make what leads to *user* anew, from what is known of him."""
    _reindex(work, "user", user, _keys_of(work, user))


def index_prior(work: Work, prior: str) -> None:
    """Make what leads to an earlier participation anew."""
    _reindex(work, "prior", prior, keys(work.need(PRIORS, prior)))


def reindexed(work: Work, user: str) -> Iterator[tuple[str, str]]:
    """Find the identities of *user* by the newest secret from now on.

    Yield (provider, other) where another user has been given one of them meanwhile, by a
    process that did not know of the rotation: both entries stay as they are.
    """
    for kept in tuple(work.each(IDENTITIES, {"user": user})):
        again = _kept(work, user, kept.identity, at=kept.linked_at)
        other = work.load(IDENTITIES, again.provider, again.realm, again.digest)
        if other is not None and other.user != user:
            yield kept.provider, other.user
        elif (again.digest, again.union) != (kept.digest, kept.union):
            work.tx.delete(IDENTITIES.table, (kept.provider, kept.realm, kept.digest))
            work.save(IDENTITIES, again)


def _reindex(work: Work, kind: str, owner: str, wanted: tuple[tuple[str, str], ...]) -> None:
    rows = work.tx.find(MATCH_KEYS, {"kind": kind, "owner": owner})
    known = {(row["route"], row["value"]) for row in rows}
    index = work.sealing.vault.index
    digests = [(route, index(route, value)) for route, value in wanted]
    for route, value in known - set(digests):
        work.tx.delete(MATCH_KEYS, (route, value, kind, owner))
    new = [key for key in dict.fromkeys(digests) if key not in known]
    if new:
        work.tx.insert(
            MATCH_KEYS,
            [
                {"route": route, "value": value, "kind": kind, "owner": owner}
                for route, value in new
            ],
        )
