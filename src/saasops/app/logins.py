"""Log people in. A provider is asked between two transactions, never within one.

What a provider cannot forget is decided in `saasops.logins`; cookies are left to the host.
"""

import logging
import secrets
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import TypeVar

import attrs

from saasops.app.login_keeping import (
    LoggedIn,
    close_session,
    conclude,
    consume,
    count,
    count_delivery,
    require_linkable,
    session_of,
)
from saasops.app.people import end_session
from saasops.app.work import Handle, Host, Work, command, query
from saasops.errors import Invalid, LoginFailed, Refused
from saasops.logins import attempts
from saasops.logins.attempts import Attempt, Start, context, readable
from saasops.logins.http import HttpTransport
from saasops.logins.identities import is_proof
from saasops.logins.policy import LoginPolicy
from saasops.logins.provider import (
    Begun,
    Delivery,
    Device,
    Done,
    LoginProvider,
    Prompt,
    Proof,
    Redirect,
    Unavailable,
)
from saasops.logins.sessions import Session, see
from saasops.logins.tokens import digest, is_token
from saasops.ports import Channel, Message
from saasops.storage.tables import ATTEMPTS, SESSIONS, USERS
from saasops.values import SYSTEM, both

R = TypeVar("R")
_SUBJECT = both("Your login code", "登录验证码")
_RECIPIENT = "login"
_log = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class LoginMeans:
    """What logins rest on: a policy, the network, providers and channels by name.

    *alone* tells that no transaction of the host is joined.
    """

    policy: LoginPolicy | None
    http: HttpTransport | None
    provider: Callable[[str], LoginProvider | None]
    channel: Callable[[str], Channel]
    alone: bool


@attrs.frozen(kw_only=True)
class LoginStep:
    """What comes first: a redirect, a prompt, nothing (*logged_in*), or no use here.

    *browser* belongs into a cookie; *attempt*, for a prompt, into a hidden field `state` of its
    form. A redirect carries it already.
    """

    step: Begun
    browser: str = attrs.field(repr=False)
    attempt: str | None = attrs.field(default=None, repr=False)
    logged_in: LoggedIn | None = None


class Logins(Handle):
    """Begin and finish logins, look sessions up and end them."""

    def __init__(self, host: Host, means: LoginMeans, *, actor: str = SYSTEM) -> None:
        super().__init__(host, actor=actor)
        self._means = means

    def providers(self) -> tuple[str, ...]:
        """Return who may log people in, in the order in which to show them."""
        return self._policy.providers

    def begin(
        self,
        provider: str,
        *,
        redirect_uri: str = "",
        browser: str | None = None,
        client: str | None = None,
        device: Device = "desktop",
        locale: str = "zh-CN",
        given: Mapping[str, str] | None = None,
        principal: Mapping[str, str] | None = None,
        next: str | None = None,
        link: str | None = None,
        session: str | None = None,
    ) -> LoginStep:
        """Begin a login by *provider*; with *link* it adds an identity to that user.

        *browser* and *session* are what the cookies hold, *client* is what the host tells its
        visitors apart by, as an address; *given* is what was typed, *next* where to go after.
        *redirect_uri* may be left out for providers that send nobody away. Raise `LoginFailed`,
        and `Invalid` for a redirect, a target or an address that may not be used.
        """
        policy, typed = self._policy, readable(given or {}, most=8, longest=512)

        def start(work: Work) -> Start:
            if link is not None:
                work.need(USERS, link)
                require_linkable(work, link, provider)
                current = session_of(work, session, policy)
                if session is not None and (current is None or current.user != link):
                    raise LoginFailed("login.other_user", provider=provider)
            begun = attempts.begin(
                provider,
                policy,
                redirect_uri=redirect_uri,
                browser=browser,
                next=next,
                link=link,
                by_session=session is not None,
                device=device,
                locale=locale,
                entropy=secrets.token_bytes,
                at=work.at,
            )
            count(work, policy.most_begun, step="begin", browser=browser, client=client)
            return begun

        begun = self._run(start)
        attempt, built = begun.attempt, self._provider(provider)
        told = context(
            attempt,
            begun.state,
            http=self._http,
            principal=principal,
            given=typed,
            at=attempt.begun_at,
        )
        step = _asked(provider, lambda: _step(provider, built.begin(told)))
        done = partial(LoginStep, step=step, browser=begun.browser)
        match step:
            case Redirect() | Prompt(next="finish"):
                kept = attempts.keep(attempt, step)
                send = step.send if isinstance(step, Prompt) else None

                def put(work: Work) -> None:
                    if send is not None:
                        count_delivery(work, policy, send)
                    work.save(ATTEMPTS, kept)

                self._run(put)
                if send is not None:
                    self._send(send, kept)
                return done(attempt=begun.state)
            case Done(proof=proof):
                return done(logged_in=self._concluded(attempt, proof, session))
            case Prompt() | Unavailable():
                return done()

    def finish(
        self,
        params: Mapping[str, str],
        *,
        browser: str | None,
        session: str | None = None,
        client: str | None = None,
    ) -> LoggedIn:
        """Log in who comes back with *params*: the query or the form, `state` among them.

        The attempt is used up before the provider is asked. *session* is the token of a session
        that the browser holds, if any: it is closed, and the new one has another. Raise
        `LoginFailed`; after a prompt the person may try again, a few times.
        """
        policy, read = self._policy, readable(params, most=64, longest=65_536)
        self._run(
            lambda work: count(
                work, policy.most_finished, step="finish", browser=browser, client=client
            )
        )
        state = read.get("state", "")
        attempt, at = self._run(
            lambda work: (consume(work, state, policy, browser=browser), work.at)
        )
        built = self._provider(attempt.provider)
        told = context(attempt, state, http=self._http, at=at)
        proof = _asked(
            attempt.provider,
            lambda: _proof(attempt.provider, built.finish(told, read, attempt.pending)),
        )
        return self._concluded(attempt, proof, session)

    def session(self, token: str) -> Session:
        """Return who is logged in by *token*; raise `LoginFailed` login.no_session.

        It is a read, but for once in five minutes, when it is written down that he was seen.
        """
        policy = self._policy
        if not is_token(token):
            raise LoginFailed("login.no_session")

        def look(work: Work, *, write: bool) -> tuple[Session, bool]:
            held = work.load(SESSIONS, digest(token))
            seen = see(held, policy, at=work.at)
            if write and seen is not held:
                work.save(SESSIONS, seen)
            return seen, seen is not held

        seen, news = self._run(partial(look, write=False), write=False)
        return self._run(partial(look, write=True))[0] if news else seen

    @query
    def sessions(self, work: Work, user: str, *, limit: int = 100) -> tuple[Session, ...]:
        """Return up to *limit* sessions of *user*, by id; some may have ended already."""
        return tuple(work.find(SESSIONS, {"user": user}, limit=limit))

    @command
    def logout(self, work: Work, token: str) -> bool:
        """End the session of *token*; tell whether there was one."""
        return close_session(work, token, "logout")

    @command
    def logout_everywhere(self, work: Work, user: str) -> int:
        """End every session of *user*; return how many there were."""
        held = list(work.each(SESSIONS, {"user": user}))
        for session in held:
            end_session(work, session, "everywhere")
        return len(held)

    @property
    def _policy(self) -> LoginPolicy:
        if self._means.policy is None:
            raise Refused("login.no_policy")
        if not self._means.alone:
            raise Refused("login.joined")
        return self._means.policy

    @property
    def _http(self) -> HttpTransport:
        return self._means.http or _standard()

    def _provider(self, name: str) -> LoginProvider:
        found = self._means.provider(name) if name in self._policy.providers else None
        if found is None:
            raise LoginFailed("login.no_provider", known=list(self._policy.providers) or "-")
        return found

    def _run(self, step: Callable[[Work], R], *, write: bool = True) -> R:
        return self.host.run(step, actor=self.actor, write=write)

    def _concluded(self, attempt: Attempt, proof: Proof, session: str | None) -> LoggedIn:
        policy = self._policy
        return self._run(
            lambda work: conclude(
                work, attempt, proof, policy, session=session, entropy=secrets.token_bytes
            )
        )

    def _send(self, delivery: Delivery, attempt: Attempt) -> None:
        """Have the channel of its medium deliver a code; nothing of it is kept or logged."""
        message = Message(
            id=f"login/{attempt.id}",
            recipient=_RECIPIENT,
            address=delivery.address,
            medium=delivery.medium,
            locale=attempt.locale,
            subject=_SUBJECT.to(attempt.locale),
            body=delivery.text.to(attempt.locale),
            at=attempt.begun_at,
        )
        try:
            self._means.channel(delivery.medium).send(message)
        except Exception as error:  # noqa: BLE001 -- other people's code
            _log.warning("no code by %s: %s", delivery.medium, type(error).__name__)
        else:
            return
        # Raised outside the except block: the first error may hold the address.
        raise LoginFailed("login.not_sent", medium=delivery.medium)


def _asked(provider: str, ask: Callable[[], R]) -> R:
    """Return what a provider answers; what it raises but should not is said by its kind only."""
    failure: LoginFailed | Invalid
    try:
        return ask()
    except (LoginFailed, Invalid) as refusal:
        failure = refusal
        _log.info("login by %s refused: %s", provider, refusal.code)
    except Exception as error:  # noqa: BLE001 -- other people's code
        kind = type(error).__name__
        failure = LoginFailed("login.provider_failed", provider=provider, error=kind)
        _log.warning("login by %s failed: %s", provider, kind)
    # Raised out here, with nothing that led to it: any of that may hold a token.
    failure.__context__ = None
    raise failure.with_traceback(None) from None


def _step(provider: str, found: Begun) -> Begun:
    """Return a first step that is one; raise `LoginFailed`, of login.insecure too."""
    if not attempts.is_step(found):
        raise LoginFailed("login.provider_failed", provider=provider, error="TypeError")
    match found:
        case Done(proof=proof):
            return Done(proof=_proof(provider, proof))
        case Redirect(url=url):
            from saasops.transports.standard import require_secure

            require_secure(url)
            return found
        case _:
            return found


def _proof(provider: str, found: Proof) -> Proof:
    """Return a proof that is one, with claims that nobody changes any more."""
    if not is_proof(found):
        raise LoginFailed("login.unusable_proof", provider=provider)
    return attrs.evolve(found, claims=dict(found.claims))


@cache
def _standard() -> HttpTransport:
    from saasops.transports.standard import StandardTransport

    return StandardTransport()
