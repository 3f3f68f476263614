"""Decides whether a login that comes back is the one that was begun here, in this browser.

What the provider makes of it, and keeping attempts, are left to others.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from saasops.errors import LoginFailed
from saasops.logins.http import HttpTransport
from saasops.logins.identities import are
from saasops.logins.policy import LoginPolicy
from saasops.logins.provider import (
    Delivery,
    Device,
    Done,
    Field,
    LoginContext,
    Pending,
    Prompt,
    Redirect,
    Unavailable,
)
from saasops.logins.redirects import require_listed, require_local
from saasops.logins.tokens import Entropy, digest, is_token, same, token
from saasops.values import Text

_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@attrs.frozen(kw_only=True)
class Attempt:
    """A login that was begun. *id* and *browser* are digests: the tokens are the browser's.

    With *link* it ends in one more identity of that user, who was logged in *by_session* where
    his session is one of ours. A *prompted* one may be tried again.
    """

    id: str
    provider: str
    browser: str
    begun_at: datetime
    expires_at: datetime
    redirect_uri: str
    device: Device
    locale: str
    link: str | None = None
    by_session: bool = False
    prompted: bool = False
    tries: int = 0
    next: str | None = attrs.field(default=None, repr=False)
    nonce: str = attrs.field(repr=False)
    verifier: str = attrs.field(repr=False)
    kept: Mapping[str, str] = attrs.field(factory=dict[str, str], repr=False)

    @property
    def pending(self) -> Pending:
        """Return what the provider gets back."""
        return Pending(begun_at=self.begun_at, kept=self.kept)


@attrs.frozen(kw_only=True)
class Start:
    """A fresh attempt with the two tokens that only the browser gets."""

    attempt: Attempt
    state: str = attrs.field(repr=False)
    browser: str = attrs.field(repr=False)


def begin(
    provider: str,
    policy: LoginPolicy,
    *,
    redirect_uri: str = "",
    browser: str | None = None,
    next: str | None = None,
    link: str | None = None,
    by_session: bool = False,
    device: Device = "desktop",
    locale: str = "zh-CN",
    entropy: Entropy,
    at: datetime,
) -> Start:
    """Begin a login with fresh secrets; a *browser* that has its token already keeps it.

    Raise `LoginFailed` login.no_provider for one that is not on, `Invalid` for a redirect that
    is not listed (it may be empty) or a target that is not local.
    """
    if provider not in policy.providers:
        raise LoginFailed("login.no_provider", known=list(policy.providers) or "-")
    if redirect_uri:
        require_listed(redirect_uri, policy.redirects)
    if next is not None:
        require_local(next)
    state = token(entropy)
    held = browser if browser is not None and is_token(browser) else token(entropy)
    attempt = Attempt(
        id=digest(state),
        provider=provider,
        browser=digest(held),
        begun_at=at,
        expires_at=at + policy.attempt_for,
        redirect_uri=redirect_uri,
        device=device,
        locale=locale,
        link=link,
        by_session=by_session,
        next=next,
        nonce=token(entropy),
        verifier=token(entropy),
    )
    return Start(attempt=attempt, state=state, browser=held)


def keep(attempt: Attempt, step: Redirect | Prompt) -> Attempt:
    """Return what is kept of *attempt* until it comes back; raise `LoginFailed` login.no_redirect.

    A provider that sends people away needs a place where they come back to.
    """
    if isinstance(step, Redirect) and not attempt.redirect_uri:
        raise LoginFailed("login.no_redirect", provider=attempt.provider)
    return attrs.evolve(attempt, kept=dict(step.keep), prompted=isinstance(step, Prompt))


def is_step(found: Any) -> bool:
    """Tell whether *found*, which somebody else's code made, is a first step through and through.

    Where a redirect leads, and the proof of what is done, are left to others.
    """
    match found:
        case Redirect():
            return are(str, found.url) and found.url.isprintable() and _keeps(found.keep)
        case Prompt():
            sends = found.send is None or _is_delivery(found.send)
            right = are(Field, *found.fields) and found.next in ("begin", "finish")
            return right and sends and _keeps(found.keep)
        case Done():
            return True
        case Unavailable():
            return are(str, found.code)
        case _:
            return False


def resume(attempt: Attempt | None, *, browser: str | None, at: datetime) -> Attempt:
    """Return *attempt* with one try more; raise `LoginFailed`.

    login.state_unknown: it was never begun, or is finished; login.expired; login.other_browser:
    somebody else began it, and would like this person to finish it for him.
    """
    if attempt is None:
        raise LoginFailed("login.state_unknown")
    if not same(digest(browser or ""), attempt.browser):
        raise LoginFailed("login.other_browser", provider=attempt.provider)
    if not attempt.begun_at <= at < attempt.expires_at:
        raise LoginFailed("login.expired", provider=attempt.provider)
    return attrs.evolve(attempt, tries=attempt.tries + 1)


def is_spent(attempt: Attempt, policy: LoginPolicy) -> bool:
    """Tell whether *attempt* may not come back: only a prompt may, and not for ever."""
    return not attempt.prompted or attempt.tries >= policy.tries


def readable(values: Mapping[str, str], *, most: int, longest: int) -> dict[str, str]:
    """Return *values*, which came from outside, if they are up to *most* texts of that length.

    Raise `LoginFailed` login.malformed for more, for longer ones and for what is no text.
    """
    held = dict(values)
    texts = [*held, *held.values()]
    if len(held) > most or not all(_is_text(text, longest) for text in texts):
        raise LoginFailed("login.malformed")
    return held


def context(
    attempt: Attempt,
    state: str,
    *,
    http: HttpTransport,
    principal: Mapping[str, str] | None = None,
    given: Mapping[str, str] | None = None,
    at: datetime,
) -> LoginContext:
    """Return what the provider is given."""
    return LoginContext(
        at=at,
        http=http,
        state=state,
        nonce=attempt.nonce,
        verifier=attempt.verifier,
        redirect_uri=attempt.redirect_uri,
        device=attempt.device,
        locale=attempt.locale,
        principal=principal,
        given=given or {},
    )


def _keeps(kept: Any) -> bool:
    return are(Mapping, kept) and are(str, *kept.keys(), *kept.values())


def _is_delivery(found: Any) -> bool:
    medium = isinstance(found, Delivery) and found.medium in ("sms", "mail")
    return medium and are(str, found.address) and are(Text, found.text)


def _is_text(text: object, longest: int) -> bool:
    return isinstance(text, str) and len(text) <= longest and _UNREADABLE.search(text) is None
