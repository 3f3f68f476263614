"""Login providers that are broken on purpose: a contract that passes all proves nothing.

Each defect wraps a provider that keeps the contract, and breaks one promise of it. Prove that the
contract would notice with your provider and your stage:

    @pytest.mark.parametrize("defect", DEFECTS)
    def test_the_contract_finds_what_is_broken(defect: str) -> None:
        assert found(TestCorp, defect)
"""

import logging
import re
import warnings
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import ClassVar

import attrs
import pytest

from saasops.errors import LoginFailed
from saasops.logins.http import HttpReply, HttpRequest, HttpTransport
from saasops.logins.provider import (
    Begun,
    Claim,
    Done,
    LoginContext,
    Pending,
    Proof,
    Redirect,
    Unavailable,
)
from saasops.people.users import Identity, Union
from saasops.ports import LoginProvider
from saasops.testing.contracts.login_provider import LoginProviderContract
from saasops.testing.contracts.login_provider_defects import Passing, TrustsEveryIssuer
from saasops.testing.contracts.login_reference import swapped
from saasops.testing.contracts.login_stage import LoginStage


class AsksBeforehand(Passing):
    """Tell the far end of the login before the person agrees to go there."""

    test, breaks = "test_begin_tells_nothing_of_the_person_and_asks_once", "far_end"

    def begin(self, context: LoginContext, /) -> Begun:
        with suppress(LoginFailed):
            told = f"http://127.0.0.1:9/?s={context.state}"
            context.http.send(HttpRequest(url=told, timeout=0.2))
        return super().begin(context)


class _Rewired(Passing):
    """Ask the network through something of its own."""

    wire: ClassVar[type["_Tap"]]

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        tapped = attrs.evolve(context, http=self.wire(context.http))
        return super().finish(tapped, params, pending)


class _Tap:
    def __init__(self, behind: HttpTransport) -> None:
        self.behind = behind

    def send(self, request: HttpRequest, /) -> HttpReply:
        return self.behind.send(request)


class _Patient(_Tap):
    def send(self, request: HttpRequest, /) -> HttpReply:
        return self.behind.send(attrs.evolve(request, timeout=600.0))


class _Brittle(_Tap):
    def send(self, request: HttpRequest, /) -> HttpReply:
        reply = self.behind.send(request)
        if reply.status >= 500:
            raise OSError(reply.status)
        return reply


class _Latin(_Tap):
    def send(self, request: HttpRequest, /) -> HttpReply:
        reply = self.behind.send(request)
        if "iso-8859-1" not in reply.headers.get("content-type", ""):
            return reply
        return attrs.evolve(reply, body=reply.body.decode("latin-1").encode())


class _Talkative(_Tap):
    def send(self, request: HttpRequest, /) -> HttpReply:
        logging.getLogger("corp").debug("asking %s %r", request.url, request.body)
        return self.behind.send(request)


class WaitsForEver(_Rewired):
    """Wait ten minutes for a far end that does not answer."""

    test, breaks, wire = "test_every_request_is_secure_and_ends", "far_end", _Patient


class PassesErrorsOn(_Rewired):
    """Raise an error of the network as it is."""

    test = "test_whatever_the_far_end_answers_nobody_else_is_logged_in"
    breaks, wire = "far_end", _Brittle


class BelievesTheHeader(_Rewired):
    """Decode by the charset of the header."""

    test, breaks, wire = "test_letters_are_utf8_whatever_the_header_says", "claims", _Latin


class LogsItsRequests(_Rewired):
    """Write addresses and bodies to a log."""

    test, breaks, wire = "test_nothing_is_shown_that_nobody_may_see", "far_end", _Talkative


class LogsAnybodyIn(Passing):
    """Take an error of the far end for a person."""

    test, breaks = "test_whatever_the_far_end_answers_nobody_else_is_logged_in", "far_end"

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        try:
            return super().finish(context, params, pending)
        except LoginFailed:
            return Proof(identity=Identity("corp", "None"), proven_at=context.at)


class NeverRecovers(Passing):
    """Stay broken once the far end did not answer."""

    test, breaks = "test_begin_recovers_from_whatever_the_far_end_answers", "far_end"

    def __init__(self, provider: LoginProvider) -> None:
        super().__init__(provider)
        self.broken: LoginFailed | None = None

    def begin(self, context: LoginContext, /) -> Begun:
        if self.broken:
            raise self.broken
        try:
            context.http.send(HttpRequest(url="http://127.0.0.1:9/keys", timeout=0.2))
        except LoginFailed as error:
            self.broken = error
        return super().begin(context)


class LosesTheCode(Passing):
    """Say that something went wrong, and not what."""

    test, breaks = "test_the_far_ends_own_code_is_kept", "refusals"

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        try:
            return super().finish(context, params, pending)
        except LoginFailed:
            raise LoginFailed("login.provider_said", provider="corp", said="-") from None


class QuotesWhatCame(Passing):
    """Put into an error what the browser sent."""

    test = "test_no_failure_shows_what_nobody_may_see"

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        try:
            return super().finish(context, params, pending)
        except LoginFailed as error:
            raise LoginFailed(error.code, **{**error.context, "params": dict(params)}) from None


class LeavesATrail(Passing):
    """Raise while another error, which quotes what came, is still at hand."""

    test = "test_no_failure_shows_what_nobody_may_see"

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        try:
            return super().finish(context, params, pending)
        except LoginFailed as error:
            raise error from ValueError(str(dict(params)))


class WarnsOfThePerson(Passing):
    """Tell a warning whom it logged in."""

    test = "test_nothing_is_shown_that_nobody_may_see"

    def proof(self, proof: Proof) -> Proof:
        warnings.warn(f"hello {proof.identity.subject}", stacklevel=2)
        return proof


class ShowsItself(Passing):
    """Have a repr with all that it was given."""

    test = "test_nothing_is_shown_that_nobody_may_see"
    seen = ""

    def begin(self, context: LoginContext, /) -> Begun:
        self.seen = context.verifier
        return super().begin(context)

    def __repr__(self) -> str:
        return f"<Corp {self.seen}>"


class MixesThreads(Passing):
    """Keep the login at hand on itself."""

    test, breaks = "test_many_threads_do_not_mix", "far_end"
    context: LoginContext

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        self.context = context
        proof = super().finish(context, params, pending)
        return attrs.evolve(proof, proven_at=self.context.at)


class MixesTabs(Passing):
    """Finish the login that was begun last."""

    test = "test_two_tabs_do_not_mix"
    context: LoginContext

    def begin(self, context: LoginContext, /) -> Begun:
        self.context = context
        return super().begin(context)

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        proof = super().finish(context, params, pending)
        return attrs.evolve(proof, proven_at=self.context.at)

    def begun(self, begun: Begun, context: LoginContext) -> Begun:
        late = attrs.evolve(context, at=context.at + timedelta(seconds=1))
        return self.provider.begin(late) if isinstance(begun, Done) else begun


class HasAnotherClock(Passing):
    """Say that the person was here at another time."""

    test = "test_it_finds_the_person"

    def proof(self, proof: Proof) -> Proof:
        return attrs.evolve(proof, proven_at=proof.proven_at - timedelta(days=1))


class VouchesForEverything(Passing):
    """Call verified what nobody looked at."""

    test = "test_claims_are_known_and_marked_as_what_they_are"

    def proof(self, proof: Proof) -> Proof:
        claims = {"nickname": Claim(value="Ann", verified=False), **proof.claims}
        turned = {k: Claim(value=one.value, verified=not one.verified) for k, one in claims.items()}
        return attrs.evolve(proof, claims=turned)


class LosesTheScope(Passing):
    """Leave out for whom the union id is the same."""

    test, breaks = "test_a_union_id_has_its_scope", "union"

    def proof(self, proof: Proof) -> Proof:
        union = Union("", proof.identity.union.id if proof.identity.union else "")
        return attrs.evolve(proof, identity=attrs.evolve(proof.identity, union=union))


class IsSilentlyUnavailable(Passing):
    """Be of no use for a reason that has no words."""

    test = "test_it_says_where_it_is_of_no_use"

    def begin(self, context: LoginContext, /) -> Begun:
        return Unavailable(code="corp.no") if context.device == "qq" else super().begin(context)


class HidesWhatItLacks(Passing):
    """Do without the network, without a word, what it should ask."""

    test, breaks = "test_what_it_is_said_to_lack_it_lacks", "redirect"

    def begin(self, context: LoginContext, /) -> Begun:
        begun = super().begin(context)
        assert isinstance(begun, Redirect)
        return swapped(begun, nonce=None if "nonce=" in begun.url else "1")


def _name(defect: type[Passing]) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", defect.__name__).lower()


def _defects(kind: type[Passing]) -> Iterator[type[Passing]]:
    for one in kind.__subclasses__():
        yield from [one] if hasattr(one, "test") else _defects(one)


DEFECTS: Mapping[str, type[Passing]] = {_name(kind): kind for kind in _defects(Passing)}
"""Every defect by its name, such as `forgets the state`."""


def found(contract: type[LoginProviderContract], defect: str) -> bool:
    """Tell whether the test that *defect* breaks fails once the provider of *contract* has it.

    Where the stage lacks what is broken, nobody can tell.
    """
    broken = DEFECTS[defect]
    lacking: list[bool] = []

    @contextmanager
    def make_stage(self: LoginProviderContract) -> Generator[LoginStage]:
        with contract.make_stage(self) as stage:
            provider = broken(stage.provider)
            if isinstance(provider, TrustsEveryIssuer):
                provider.issuer = stage.issuer
            lacking.append(broken.breaks in stage.lacks)
            yield attrs.evolve(stage, provider=provider)

    suite = type("Broken", (contract,), {"make_stage": make_stage})()
    try:
        getattr(suite, broken.test)()
    except (Exception, pytest.fail.Exception, pytest.skip.Exception):  # noqa: BLE001 -- found, or declared to be missing
        return True
    return lacking[-1]
