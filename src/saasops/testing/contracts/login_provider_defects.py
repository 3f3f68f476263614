"""Defects of login providers in what they send and what they take; how they are found is elsewhere.

See `login_provider_mutants`, which has the rest of them.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import attrs

from saasops.errors import LoginFailed
from saasops.logins.provider import Begun, Done, LoginContext, Pending, Proof
from saasops.ports import LoginProvider
from saasops.testing.contracts.login_reference import swapped
from saasops.testing.contracts.login_stage import Lack


class Passing:
    """Do what the provider behind it does. A defect names the test that has to find it.

    `breaks` is the row without which it cannot be seen.
    """

    test: ClassVar[str]
    breaks: ClassVar[Lack | None] = None

    def __init__(self, provider: LoginProvider) -> None:
        self.provider = provider

    def begin(self, context: LoginContext, /) -> Begun:
        begun = self.begun(self.provider.begin(context), context)
        return Done(proof=self.proof(begun.proof)) if isinstance(begun, Done) else begun

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        return self.proof(self.provider.finish(context, params, pending))

    def begun(self, begun: Begun, context: LoginContext) -> Begun:  # noqa: ARG002 -- for those who look at it
        """Return what is made of the first step."""
        return begun

    def proof(self, proof: Proof) -> Proof:
        """Return what is made of the proof."""
        return proof


class ForgetsTheState(Passing):
    """Send the person away without the state: anybody's code comes back."""

    test, breaks = "test_the_state_is_sent_once_as_it_was_given", "redirect"

    def begun(self, begun: Begun, context: LoginContext) -> Begun:
        return swapped(begun, state=context.state[:8])


class ChangesTheRedirect(Passing):
    """Come back to another place than the host's list has."""

    test, breaks = "test_the_redirect_is_the_one_that_was_given", "redirect"

    def begun(self, begun: Begun, context: LoginContext) -> Begun:
        return swapped(begun, redirect_uri=context.redirect_uri.partition("?")[0])


class SendsItsSecrets(Passing):
    """Put the verifier where the browser's history keeps it."""

    test, breaks = "test_the_address_is_secure_and_shows_no_secret", "redirect"

    def begun(self, begun: Begun, context: LoginContext) -> Begun:
        return swapped(begun, hint=context.verifier)


class ChallengesPlainly(Passing):
    """Send the verifier itself as its challenge."""

    test, breaks = "test_the_verifier_is_proven_by_s256", "pkce"

    def begun(self, begun: Begun, context: LoginContext) -> Begun:
        plain = {"code_challenge": context.verifier, "code_challenge_method": "plain"}
        return swapped(begun, **plain)


class _Remembers(Passing):
    """Keep the first step's context, and use its secret in place of the one that is given."""

    secret: ClassVar[str]

    def __init__(self, provider: LoginProvider) -> None:
        super().__init__(provider)
        self.secrets: dict[str, str] = {}

    def begin(self, context: LoginContext, /) -> Begun:
        self.secrets[context.state] = getattr(context, self.secret)
        return super().begin(context)

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        changed: dict[str, Any] = {self.secret: self.secrets[context.state]}
        return super().finish(attrs.evolve(context, **changed), params, pending)


class BringsItsOwnVerifier(_Remembers):
    """Prove a verifier that the core did not bring back."""

    test, breaks, secret = "test_another_verifier_is_refused", "pkce", "verifier"


class BringsItsOwnNonce(_Remembers):
    """Compare with a nonce that the core did not bring back."""

    test, breaks, secret = "test_another_nonce_is_refused", "nonce", "nonce"


class TrustsEveryIssuer(Passing):
    """Overlook who sent the person back."""

    test, breaks = "test_another_issuer_is_refused", "issuer"
    issuer = ""

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        return super().finish(context, {**params, "iss": self.issuer}, pending)


class HidesADenial(Passing):
    """Call it a failure when the person says no."""

    test, breaks = "test_a_denial_is_said_to_be_one", "denial"

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        try:
            return super().finish(context, params, pending)
        except LoginFailed as error:
            raise LoginFailed("login.unreadable", provider="corp", said="-") from error


class RemembersTheCode(Passing):
    """Log in again whoever sends what came before."""

    test, breaks = "test_what_comes_back_is_good_for_one_login", "single_use"

    def __init__(self, provider: LoginProvider) -> None:
        super().__init__(provider)
        self.proofs: dict[str, Proof] = {}

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        key = repr(sorted(params.items()))
        if key not in self.proofs:
            self.proofs[key] = super().finish(context, params, pending)
        return self.proofs[key]


class RaisesWhatItLikes(Passing):
    """Fail with an error of its own where something is missing."""

    test = "test_nothing_and_the_unknown_log_nobody_in"

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        if not params:
            raise LookupError
        return super().finish(context, params, pending)


class ChokesOnJunk(Passing):
    """Fail with an error of its own where something is strange."""

    test = "test_junk_only_fails"

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        if params.keys() - {"code", "state", "iss"}:
            raise LookupError
        return super().finish(context, params, pending)


class LooksAtTheState(Passing):
    """Check the state once more, by a rule of its own."""

    test, breaks = "test_the_state_is_left_to_the_core", "redirect"

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        if params.get("state") != context.state:
            raise LoginFailed("login.no_code", provider="corp")
        return super().finish(context, params, pending)
