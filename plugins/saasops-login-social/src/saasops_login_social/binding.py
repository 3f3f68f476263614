"""A backend of social-core bound to one login: our secrets, our network, nothing kept in between.

Which backend may be used, and what becomes of what it finds, is left to `provider`.
"""

import io
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import requests
from requests.structures import CaseInsensitiveDict
from social_core.backends.base import BaseAuth
from social_core.backends.oauth import BaseOAuth2
from social_core.strategy import BaseStrategy
from social_core.utils import http_error, redact_request_error

from saasops.logins.http import HttpRequest
from saasops.logins.provider import LoginContext
from saasops_login_social import Settings


class OneLogin(BaseStrategy[Any]):
    """What a backend asks its surroundings for, during one step of one login."""

    def __init__(
        self,
        settings: Settings,
        context: LoginContext,
        *,
        params: Mapping[str, str] | None = None,
        session: Mapping[str, Any] | None = None,
    ) -> None:
        self.settings, self.context = settings, context
        self.params, self.session = dict(params or {}), dict(session or {})
        super().__init__()

    def get_setting(self, name: str) -> Any:
        """Return a setting of the backend by its short name; raise KeyError."""
        own: dict[str, Any] = {"KEY": self.settings.key, "SECRET": self.settings.secret}
        if self.settings.scopes:
            own["SCOPE"] = list(self.settings.scopes)
        return {**self.settings.options, **own}[name]

    def request_data(self, merge: bool = True) -> dict[str, Any]:  # noqa: FBT001, FBT002 -- as the base has it
        """Return what came back from the browser."""
        del merge
        return self.params

    def build_absolute_uri(self, path: str | None = None) -> str:
        """Return the redirect as it is: the host has listed it whole."""
        return path or ""

    def session_get(self, name: str, default: Any = None) -> Any:
        """Return what the backend kept of this login."""
        return self.session.get(name, default)

    def session_set(self, name: str, value: Any) -> None:
        """Keep something for the second step."""
        self.session[name] = value

    def session_pop(self, name: str) -> Any:
        """Forget something."""
        return self.session.pop(name, None)

    def authenticate(self, backend: Any, *args: Any, **kwargs: Any) -> Any:
        """Return what the backend found, and run none of social-core's pipeline."""
        del backend, args
        return kwargs.get("response")


class _Secrets:
    """State, nonce and verifier are those of the core, which has looked at the state by now."""

    # Where it is off, social-core decodes the whole query again, and breaks what was coded in it.
    REDIRECT_STATE = True
    STATE_PARAMETER = True
    strategy: OneLogin
    transaction_key: Callable[[str], str]

    def get_or_create_state(self) -> str:
        state = self.strategy.context.state
        nonce, verifier = self.strategy.context.nonce, self.strategy.context.verifier
        whole = {"state": state, "oidc_nonce": nonce, "code_verifier": verifier}
        self._oauth2_transaction = whole
        self.strategy.session_set(self.transaction_key(state), {"state": state})
        return state

    validate_state = get_or_create_state

    def get_redirect_uri(self, state: str | None = None) -> str:
        del state
        return self.strategy.context.redirect_uri

    def create_code_verifier(self, state: str | None = None) -> str:
        del state
        return self.strategy.context.verifier

    def get_and_store_nonce(self, url: str, state: str) -> str:
        del url, state
        return self.strategy.context.nonce

    def get_nonce(self, nonce: str) -> Any:
        """Return what the backend compares the token's nonce with, once it was found right."""
        return SimpleNamespace(id=nonce, assoc_type=self.strategy.context.state)

    def remove_nonce(self, nonce_id: Any) -> None:
        """Forget nothing: nothing was kept."""


class _Network(BaseAuth[Any]):
    """Asks by the host's transport: loopback or https, no redirects, a limit to the answer."""

    def request(self, url: str, **asked: Any) -> requests.Response:
        """Return the answer; raise an error of social-core for a status of failure."""
        strategy: Any = self.strategy
        stage = asked.get("stage", "user_info")
        parts = {name: asked.get(name) for name in ("headers", "data", "json", "auth", "params")}
        prepared = requests.Request(asked.get("method", "GET"), url, **parts).prepare()
        sent: Any = prepared.body
        reply = strategy.context.http.send(
            HttpRequest(
                method=prepared.method or "GET",
                url=prepared.url or "",
                headers={name.lower(): _text(value) for name, value in prepared.headers.items()},
                body=sent.encode() if isinstance(sent, str) else sent,
                timeout=strategy.settings.timeout,
            )
        )
        response = requests.Response()
        response.status_code, response.url = reply.status, prepared.url or ""
        response.headers = CaseInsensitiveDict(reply.headers)
        response.encoding = "utf-8"  # whatever the headers say
        response.raw = io.BytesIO(reply.body)
        try:
            response.raise_for_status()
        except requests.HTTPError as error:
            redact_request_error(error, request_url=url)
            raise http_error(self, error, stage=stage) from None
        return response


def bound(kind: type[BaseOAuth2[Any]]) -> Callable[..., Any]:
    """Return *kind* with our secrets before it and our network behind it."""
    return type(kind.__name__, (_Secrets, kind, _Network), {})


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
