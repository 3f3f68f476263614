"""Logs in by one backend of social-core; the backend says who it is, we make a proof of that.

How the backend is bound to a login is left to `binding`.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any, TypeVar

from social_core.backends.oauth import BaseOAuth2
from social_core.exceptions import SocialAuthBaseException

from saasops.errors import Invalid, LoginFailed, Problem
from saasops.logins.oauth import callback_code, failed
from saasops.logins.provider import Begun, Claim, LoginContext, Pending, Proof, Redirect
from saasops.people.contacts import normal_mail
from saasops.people.users import Identity
from saasops_login_social import Settings
from saasops_login_social.binding import OneLogin, bound

T = TypeVar("T")
_SESSION = "session"
_HARMLESS = frozenset(
    {
        "API_LOCALE", "AUTH_EXTRA_ARGUMENTS", "DISPLAY", "FIRST_NAME_KEY", "FULLNAME_KEY",
        "IGNORE_DEFAULT_SCOPE", "JWT_LEEWAY", "KEY", "LAST_NAME_KEY", "PKCE_CODE_CHALLENGE_METHOD",
        "PKCE_CODE_VERIFIER_LENGTH", "PROMPT", "SCOPE", "SECRET", "UI_LOCALES", "USE_PKCE",
        "WHITELISTED_DOMAINS", "WHITELISTED_EMAILS",
    }
)  # fmt: skip
"""Options that change neither which party is asked nor which of its ids is taken."""


class SocialProvider:
    """One backend as a login provider. It vouches for an id and for no address.

    Raise `Invalid` where the backend is no OAuth 2 backend, or one that logs nobody in, and where
    options may change whom its ids mean, and no realm tells these people from others.
    """

    def __init__(self, settings: Settings, *, name: str = "social") -> None:
        self._settings, self._name = settings, name
        self._kind = bound(_found(settings.backend))
        if settings.realm is None and not settings.options.keys() <= _HARMLESS:
            raise Invalid([_without_realm(settings.options.keys() - _HARMLESS)])

    def begin(self, context: LoginContext, /) -> Begun:
        """Send the browser where the backend wants it."""
        strategy = OneLogin(self._settings, context)
        url = self._attempt(self._backend(strategy).auth_url)
        return Redirect(url=url, keep={_SESSION: self._attempt(lambda: _kept(strategy))})

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        """Return whom the backend finds; raise `LoginFailed`."""
        callback_code(params, self._name)
        session = json.loads(pending.kept.get(_SESSION, "{}"))
        strategy = OneLogin(self._settings, context, params=params, session=session)
        backend = self._backend(strategy)
        subject, claims = self._attempt(lambda: _asked(backend))
        if subject is None or not 0 < len(subject) <= 255 or not subject.isprintable():
            raise failed("login.unreadable", self._name, said="id")
        realm = self._settings.key if self._settings.realm is None else self._settings.realm
        return Proof(
            identity=Identity(f"social.{backend.name}", subject, realm=realm),
            claims=claims,
            proven_at=context.at,
        )

    def _backend(self, strategy: OneLogin) -> Any:
        return self._kind(strategy, redirect_uri=strategy.context.redirect_uri)

    def _attempt(self, call: Callable[[], T]) -> T:
        """Return what *call* returns; whatever a backend raises becomes `LoginFailed`."""
        try:
            return call()
        except LoginFailed:
            raise
        except SocialAuthBaseException as error:
            failure = self._meant(error)
        except Exception as error:  # noqa: BLE001 -- backends read other people's data unseen
            failure = failed("login.unreadable", self._name, said=type(error).__name__)
        # Raised out here: what the first error says, or holds on to, may be a secret.
        raise failure

    def _meant(self, error: SocialAuthBaseException) -> LoginFailed:
        if error.code == "authorization_declined":
            return failed("login.denied", self._name)
        if error.code == "authorization_code_rejected":
            return failed("login.replayed", self._name, said=error.code)
        return failed("login.provider_said", self._name, said=error.code)


def _found(place: str) -> Any:
    module, _, name = place.rpartition(".")
    kind: Any
    try:
        kind = getattr(import_module(module), name, None)
    except (ImportError, TypeError, ValueError):
        kind = None
    if not _is_backend(kind) or kind.ASSOCIATION_ONLY:
        context = {"expected": "the place of an OAuth 2 backend that logs people in", "got": place}
        raise Invalid([Problem("backend", "value.wrong_type", context)])
    return kind


def _without_realm(options: Iterable[str]) -> Problem:
    given = ", ".join(sorted(options))
    context = {"expected": f"a name of your own for whose ids these are, as {given} may change it"}
    return Problem("realm", "value.wrong_type", {**context, "got": "nothing"})


def _is_backend(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseOAuth2)


def _asked(backend: Any) -> tuple[str | None, dict[str, Claim]]:
    """Let *backend* redeem the code; return the id it gives and the claims, all unverified."""
    response: Any = backend.auth_complete()
    details: Any = backend.get_user_details(response)
    if not backend.auth_allowed(response, details):
        raise failed("login.provider_said", backend.name, said="not_allowed")
    given: Any = backend.get_user_id(details, response)
    subject = str(given) if isinstance(given, str | int) and not isinstance(given, bool) else None
    claims = {"mail": _mail(details.get("email"))}
    claims["nickname"] = _nickname(details.get("fullname")) or _nickname(details.get("username"))
    return subject, {name: Claim(value=text) for name, text in claims.items() if text}


def _mail(value: object) -> str | None:
    return normal_mail(value) if isinstance(value, str) else None


def _nickname(value: object) -> str | None:
    text = value.strip()[:200] if isinstance(value, str) else ""
    clean = not any(ord(sign) < 32 or 0xD800 <= ord(sign) < 0xE000 for sign in text)
    return text if text and clean else None


def _kept(strategy: OneLogin) -> str:
    """Write what the backend keeps for its second step; our own secrets are not among it."""
    ours = f"_oauth2_state_{strategy.context.state}"
    kept = {name: value for name, value in strategy.session.items() if not name.endswith(ours)}
    return json.dumps(kept)
