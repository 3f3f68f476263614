"""What a login reads and writes, in transactions of others: counters, attempts, users, sessions.

What is decided of it is decided in `saasops.logins`.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import attrs

from saasops.app.people import (
    ADDRESSES,
    end_session,
    login_route,
    owner_of,
    owner_of_union,
    register,
)
from saasops.app.persons import goes_on_in, merged_into
from saasops.app.work import PAGE, Work
from saasops.errors import LoginFailed
from saasops.logins.attempts import Attempt, is_spent, resume
from saasops.logins.identities import (
    Found,
    KnownUser,
    ProvenContact,
    check_proof,
    check_voucher,
    linking,
    nickname,
    proven,
    whom,
)
from saasops.logins.policy import (
    Counted,
    Limits,
    LoginPolicy,
    Whom,
    too_many,
    windows,
    windows_of_all,
)
from saasops.logins.provider import Assurance, Delivery, Proof
from saasops.logins.sessions import Ending, Session, UserLoggedIn, is_live, open_session
from saasops.logins.tokens import Entropy, digest, is_token
from saasops.people.contacts import Contact
from saasops.people.users import User
from saasops.storage.shelves import Shelf
from saasops.storage.tables import (
    ATTEMPTS,
    CONTACTS,
    ERASURES,
    LOGIN_COUNTS,
    PROVEN_CONTACTS,
    SESSIONS,
    USERS,
)

_PAGES = 20
"""Pages of one table that a tick forgets at most."""
_MEANS = {"sms": "phone", "mail": "mail"}


@attrs.frozen(kw_only=True)
class LoggedIn:
    """Who was logged in, and the token of his session, which goes into a cookie.

    *linked* tells that the identity is new to him, *also* who is the same person by the word of
    the provider, and would have to be merged by an operator. *next* is where he wanted to go.
    """

    user: str
    session: str = attrs.field(repr=False)
    expires_at: datetime
    provider: str
    assurance: Assurance
    created: bool = False
    linked: bool = False
    also: str | None = None
    next: str | None = attrs.field(default=None, repr=False)


def count(
    work: Work,
    limits: Limits,
    *,
    step: str,
    browser: str | None = None,
    client: str | None = None,
) -> None:
    """Count one more *step* of all who are known; raise `LoginFailed` login.too_many."""
    for who, index in _counted(work, browser, client):
        _count(work, windows(limits, who, index, step=step, at=work.at))


def count_delivery(work: Work, policy: LoginPolicy, delivery: Delivery) -> None:
    """Count a code that is going to leave: for its address, and for all; raise login.too_many."""
    means = _MEANS[delivery.medium]
    address = ADDRESSES[means](delivery.address) or delivery.address
    index = work.sealing.vault.index(login_route(means), address)
    _count(work, windows(policy.most_begun, "address", index, step="begin", at=work.at))
    _count(work, windows_of_all(policy, delivery.medium, at=work.at))


def consume(work: Work, state: str, policy: LoginPolicy, *, browser: str | None) -> Attempt:
    """Return the attempt of *state* for one try; what may not be tried again is gone."""
    attempt = resume(work.load(ATTEMPTS, digest(state)), browser=browser, at=work.at)
    if is_spent(attempt, policy):
        work.tx.delete(ATTEMPTS.table, (attempt.id,))
    else:
        work.save(ATTEMPTS, attempt)
    return attempt


def conclude(
    work: Work,
    attempt: Attempt,
    proof: Proof,
    policy: LoginPolicy,
    *,
    session: str | None,
    entropy: Entropy,
) -> LoggedIn:
    """Log in who *proof* proves to be, in a session of his own; the one before is closed."""
    check_proof(proof, attempt.provider, at=work.at)
    check_voucher(proof, attempt.provider)
    again = attempt.prompted and not is_spent(attempt, policy)
    if again and not work.tx.delete(ATTEMPTS.table, (attempt.id,)):
        raise LoginFailed("login.state_unknown")
    if attempt.link is not None:
        require_linkable(work, attempt.link, attempt.provider)
    found = _found(work, proof)
    if attempt.link is None:
        decided = whom(proof, found, policy)
    else:
        current = session_of(work, session, policy)
        now = current.user if current else "" if attempt.by_session else None
        decided = linking(attempt.link, proof, found, session=now)
    known = decided if isinstance(decided, KnownUser) else None
    if known:
        _require_unmerged(work, known.user, attempt.provider)
    user = known.user if known else f"u-{entropy(10).hex()}"
    _keep(work, user, proof, known, attempt)
    close_session(work, session, "rotated")
    opened, token = open_session(
        user,
        policy,
        provider=attempt.provider,
        assurance=proof.assurance,
        entropy=entropy,
        at=work.at,
    )
    work.save(SESSIONS, opened)
    work.record(
        UserLoggedIn(at=work.at, user=user, provider=attempt.provider, assurance=proof.assurance)
    )
    return LoggedIn(
        user=user,
        session=token,
        expires_at=opened.expires_at,
        provider=attempt.provider,
        assurance=proof.assurance,
        created=known is None,
        linked=known is None or known.link,
        also=known.also if known else None,
        next=attempt.next,
    )


def session_of(work: Work, token: str | None, policy: LoginPolicy) -> Session | None:
    """Return the session of *token* if it still holds."""
    found = work.load(SESSIONS, digest(token)) if token is not None else None
    return found if found is not None and is_live(found, policy, at=work.at) else None


def close_session(work: Work, token: str | None, ending: Ending) -> bool:
    """End the session of *token*; tell whether there was one."""
    found = work.load(SESSIONS, digest(token)) if token is not None else None
    if found is None:
        return False
    end_session(work, found, ending)
    return True


def require_linkable(work: Work, user: str, provider: str) -> None:
    """Raise `LoginFailed` where *user* gets no more identities.

    login.state_unknown for one who was forgotten, login.merged_user for one who goes on in another.
    """
    if work.load(USERS, user) is None or _is_kept(work, ERASURES, user):
        raise LoginFailed("login.state_unknown")
    _require_unmerged(work, user, provider)


def _require_unmerged(work: Work, user: str, provider: str) -> None:
    if merged_into(work, user) is not None:
        raise LoginFailed("login.merged_user", provider=provider)


def forget_logins(work: Work) -> None:
    """Forget attempts, sessions and counters that are over; of very many, the rest next time."""
    for table, column in (
        (ATTEMPTS.table, "expires_at"),
        (SESSIONS.table, "expires_at"),
        (LOGIN_COUNTS, "until"),
    ):
        for _ in range(_PAGES):
            rows = work.tx.find(table, {}, order=(column,), limit=PAGE)
            over = [row for row in rows if row[column] <= work.at]
            for row in over:
                work.tx.delete(table, tuple(row[name] for name in table.key))
            if len(over) < PAGE:
                break


def _count(work: Work, counters: tuple[Counted, ...]) -> None:
    for window in counters:
        key = (window.key,)
        if work.tx.get(LOGIN_COUNTS, key) is None:
            row = {"key": window.key, "until": window.until, "used": 1, "most": window.most}
            work.tx.insert(LOGIN_COUNTS, [row])
        elif not work.tx.add(LOGIN_COUNTS, key, "used", 1, le="most"):
            raise too_many(window, at=work.at)


def _counted(work: Work, browser: str | None, client: str | None) -> Iterator[tuple[Whom, str]]:
    index = work.sealing.vault.index
    if client is not None:
        yield "client", index("login client", digest(client))
    if browser is not None and is_token(browser):
        yield "browser", digest(browser)


def _addresses(given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for means, read in ADDRESSES.items():
        address = read(given.get(means, ""))
        if address is not None:
            yield means, address


def _found(work: Work, proof: Proof) -> Found:
    identity = proof.identity
    union = identity.union
    united = owner_of_union(work, identity.provider, union) if union else None
    return Found(
        union=_there(work, united),
        identity=_there(work, owner_of(work, identity)),
        contact=tuple(_who_proved(work, proof)) if proof.assurance == "code" else (),
    )


def _there(work: Work, user: str | None) -> str | None:
    return user if user is not None and work.load(USERS, user) is not None else None


def _who_proved(work: Work, proof: Proof) -> Iterator[str]:
    """Walk over those who proved the address before and have it on file to this day.

    What somebody proved who goes on in another is the other's, for as long as he does.
    """
    for means, address in _addresses(proven(proof)):
        for index in work.sealing.vault.indexes(login_route(means), address):
            where = {"means": means, "digest": index}
            for row in work.tx.find(PROVEN_CONTACTS.table, where, limit=PAGE):
                user = goes_on_in(work, row["user"]) or row["user"]
                if _on_file(work, user, means) == address:
                    yield user


def _on_file(work: Work, user: str, means: str) -> str | None:
    held = work.load(CONTACTS, user)
    return ADDRESSES[means](getattr(held, means) or "") if held is not None else None


def _keep(work: Work, user: str, proof: Proof, known: KnownUser | None, attempt: Attempt) -> None:
    """Keep who it is, and which addresses he proved; what is on file already stays.

    What an outside party says of an address goes on file, and proves nothing: the party may be
    wrong, and whom the address belongs to would be led into an account of somebody else.
    """
    held = work.need(USERS, user) if known else None
    person = held or User(
        id=user,
        nickname=nickname(proof),
        registered_on=work.at.date(),
        locale=attempt.locale,
    )
    said = dict(_addresses(proven(proof)))
    new: dict[str, Any] = {m: a for m, a in said.items() if _on_file(work, user, m) is None}
    register(
        work,
        person,
        account=None,
        identities=() if known and known.also else (proof.identity,),
        contact=Contact(user=user, **new) if new else None,
    )
    for means, address in said.items() if proof.assurance in ("code", "host") else ():
        if _on_file(work, user, means) == address:
            _prove(work, user, means, address, attempt.provider)


def _prove(work: Work, user: str, means: str, address: str, provider: str) -> None:
    index = work.sealing.vault.index(login_route(means), address)
    if _is_kept(work, PROVEN_CONTACTS, means, index, user):
        return
    work.save(
        PROVEN_CONTACTS,
        ProvenContact(means=means, digest=index, user=user, provider=provider, proven_at=work.at),
    )


def reindex_proven(work: Work, user: str) -> None:
    """Find what *user* proved by the newest secret; what is no longer on file is not needed."""
    vault = work.sealing.vault
    for kept in tuple(work.each(PROVEN_CONTACTS, {"user": user})):
        address = _on_file(work, goes_on_in(work, user) or user, kept.means)
        route = login_route(kept.means)
        newest = vault.index(route, address) if address else ""
        if kept.digest == newest:
            continue
        work.tx.delete(PROVEN_CONTACTS.table, (kept.means, kept.digest, user))
        proven = address is not None and kept.digest in vault.indexes(route, address)
        if proven and not _is_kept(work, PROVEN_CONTACTS, kept.means, newest, user):
            work.save(PROVEN_CONTACTS, attrs.evolve(kept, digest=newest))


def _is_kept(work: Work, shelf: Shelf[Any], *key: str) -> bool:
    return work.tx.get(shelf.table, key) is not None
