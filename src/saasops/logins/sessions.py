"""Decides how long somebody stays logged in. The token is the browser's; its digest is kept.

Cookies are left to the host.
"""

from datetime import datetime, timedelta
from typing import Literal, TypeAlias

import attrs

from saasops.errors import LoginFailed
from saasops.logins.policy import LoginPolicy
from saasops.logins.provider import Assurance
from saasops.logins.tokens import Entropy, digest, token

SEEN_EVERY = timedelta(minutes=5)
"""A session is written down again when it was last seen so long ago."""
Ending: TypeAlias = Literal["logout", "everywhere", "rotated", "unlinked"]


@attrs.frozen(kw_only=True)
class Session:
    """Somebody who is logged in; *id* is the digest of his token, and no use as one."""

    id: str
    user: str
    provider: str
    assurance: Assurance
    opened_at: datetime
    seen_at: datetime
    expires_at: datetime


@attrs.frozen(kw_only=True)
class UserLoggedIn:
    """A user was logged in by *provider*."""

    at: datetime
    user: str
    provider: str
    assurance: Assurance


@attrs.frozen(kw_only=True)
class SessionClosed:
    """A session of a user ended.

    He left, here or everywhere, or logged in anew; or what he logged in by was taken from him.
    """

    at: datetime
    user: str
    ending: Ending


def open_session(
    user: str,
    policy: LoginPolicy,
    *,
    provider: str,
    assurance: Assurance,
    entropy: Entropy,
    at: datetime,
) -> tuple[Session, str]:
    """Return a session of *user* and its token, fresh at every login."""
    made = token(entropy)
    session = Session(
        id=digest(made),
        user=user,
        provider=provider,
        assurance=assurance,
        opened_at=at,
        seen_at=at,
        expires_at=at + policy.session_for,
    )
    return session, made


def is_live(session: Session, policy: LoginPolicy, *, at: datetime) -> bool:
    """Tell whether *session* still holds."""
    return at < session.expires_at and at < session.seen_at + policy.idle_for


def see(session: Session | None, policy: LoginPolicy, *, at: datetime) -> Session:
    """Return *session* as seen now, unchanged where that is no news.

    Raise `LoginFailed` login.no_session where there is none, or it ended.
    """
    if session is None or not is_live(session, policy, at=at):
        raise LoginFailed("login.no_session")
    return session if at < session.seen_at + SEEN_EVERY else attrs.evolve(session, seen_at=at)


def close(session: Session, ending: Ending, *, at: datetime) -> SessionClosed:
    """End *session*."""
    return SessionClosed(at=at, user=session.user, ending=ending)
