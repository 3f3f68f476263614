"""The steps of one login, as a contract plays them: begun, consented to, finished, spoiled."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias
from urllib.parse import parse_qs, urlsplit

import attrs
import pytest

from saasops.errors import LoginFailed
from saasops.logins.http import HttpTransport
from saasops.logins.provider import Begun, Done, LoginContext, Pending, Prompt, Proof, Redirect
from saasops.testing.contracts.login_stage import (
    LoginStage,
    Shown,
    Spoil,
    Wire,
    require_words,
)

Tab: TypeAlias = tuple[LoginContext, Begun, Mapping[str, str]]
"""A login that was begun and consented to."""


def wired(stage: LoginStage, http: HttpTransport | None = None) -> tuple[LoginContext, Wire]:
    """Return a context with a wire that writes down what is asked."""
    wire = Wire(http or stage.http)
    return stage.context(http=wire), wire


def log_in(stage: LoginStage, context: LoginContext) -> Proof:
    """Begin, consent and finish."""
    return finish(stage, context, stage.provider.begin(context))


def finish(
    stage: LoginStage,
    context: LoginContext,
    begun: Begun,
    params: Mapping[str, str] | None = None,
) -> Proof:
    """Return whom the login proves; without *params* the person consents now."""
    if isinstance(begun, Done):
        return begun.proof
    came = consented(stage, context, begun) if params is None else params
    return stage.provider.finish(context, came, pending(context, begun))


def consented(stage: LoginStage, context: LoginContext, begun: Begun) -> dict[str, str]:
    """Return what comes back where the person says yes; nothing where he was never asked."""
    return dict[str, str]() if isinstance(begun, Done) else dict(stage.consent(begun, context))


def pending(context: LoginContext, begun: Begun) -> Pending:
    """Return what the provider gets back of its first step."""
    if isinstance(begun, Redirect | Prompt):
        return Pending(begun_at=context.at, kept=dict(begun.keep))
    return Pending(begun_at=context.at)


def fails(
    stage: LoginStage, context: LoginContext, params: Mapping[str, str], begun: Begun
) -> LoginFailed:
    """Return how *params* are refused; fail where they are not, or without words."""
    with pytest.raises(LoginFailed) as caught:
        stage.provider.finish(context, params, pending(context, begun))
    require_words(caught.value.code, caught.value.context)
    return caught.value


def query(begun: Begun) -> dict[str, list[str]]:
    """Return what the address of a redirect asks for."""
    assert isinstance(begun, Redirect)
    return parse_qs(urlsplit(begun.url).query, keep_blank_values=True)


def parts(wire: Wire) -> list[str]:
    """Return the forms and queries that were sent."""
    bodies = [(request.body or b"").decode("utf-8", "replace") for request in wire.requests]
    return [*bodies, *(urlsplit(request.url).query for request in wire.requests)]


def requests_of_finish(stage: LoginStage) -> int:
    """Count what `finish` asks of the far end."""
    context, wire = wired(stage)
    begun = stage.provider.begin(context)
    before = len(wire.requests)
    finish(stage, context, begun)
    return len(wire.requests) - before


def spoiled(stage: LoginStage, spoil: Spoil, number: int) -> type[Proof | LoginFailed]:
    """Log in while the far end's reply *number* is spoiled; return how it ended."""
    context = stage.context()
    begun = stage.provider.begin(context)
    params = stage.consent(begun, context)
    broken = attrs.evolve(context, http=Wire(stage.http, spoil=spoil, number=number))
    try:
        proof = finish(stage, broken, begun, params)
    except LoginFailed as error:
        require_words(error.code, error.context)
        return LoginFailed
    assert proof.identity == stage.identity
    assert proof.identity.union in (None, stage.identity.union)
    return Proof


def attempt(
    stage: LoginStage,
    context: LoginContext,
    begun: Begun,
    params: Mapping[str, str],
    shown: Shown,
) -> None:
    """Finish, and show how it ended."""
    try:
        shown.add(stage.provider.finish(context, params, pending(context, begun)))
    except LoginFailed as error:
        shown.add(error)


def marked(stage: LoginStage, context: LoginContext, params: Mapping[str, str]) -> set[str]:
    """Return all of a login that nobody may see."""
    came = {value for key, value in params.items() if key != "iss" and len(value) > 3}
    given = {*context.given.values(), *(context.principal or {}).values()}
    return {context.state, context.nonce, context.verifier, *stage.marked(), *came, *given}


def tabs(stage: LoginStage, many: int) -> Iterator[Tab]:
    """Begin *many* logins at different moments, and let the person consent to all of them."""
    for later in range(many):
        context = stage.context(later=later)
        begun = stage.provider.begin(context)
        yield context, begun, consented(stage, context, begun)


def finish_tab(stage: LoginStage, http: HttpTransport, tab: Tab) -> Proof:
    """Finish a login that was consented to."""
    context, begun, params = tab
    return finish(stage, attrs.evolve(context, http=http), begun, params)
