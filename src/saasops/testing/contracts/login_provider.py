"""What every `saasops.ports.LoginProvider` must keep.

Inherit, make a stage for it, and let pytest run it:

    class TestCorp(LoginProviderContract):
        @contextmanager
        def make_stage(self) -> Generator[LoginStage]:
            with CorpServer() as far:
                yield LoginStage(
                    provider=Corp(Settings(…)),
                    identity=Identity("corp", "ann", "our-app"),
                    consent=lambda begun, _: far.consent(begun.url),
                    marked=far.secrets,
                )

What the core looks at for all providers, the state above all, is left to its own tests.
"""

from collections.abc import Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from threading import Barrier
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saasops.errors import Invalid, LoginFailed
from saasops.logins.identities import check_proof
from saasops.logins.provider import Done, Prompt, Redirect, Unavailable
from saasops.logins.tokens import challenge
from saasops.people.contacts import normal_mail, normal_phone
from saasops.ports import LoginProvider
from saasops.testing.contracts.login_stage import (
    DEVICES,
    SPOILS,
    Lack,
    LoginStage,
    NoWire,
    Spoil,
    Wire,
    mislabelled,
    overheard,
    require_words,
)
from saasops.testing.contracts.login_steps import (
    attempt,
    consented,
    fails,
    finish,
    finish_tab,
    log_in,
    marked,
    parts,
    pending,
    query,
    requests_of_finish,
    spoiled,
    tabs,
    wired,
)
from saasops.transports.standard import require_secure

THREADS = 8
LONGEST_WAIT = 30.0
CLAIMS = {"phone", "mail", "nickname", "picture"}
KEYS = ("code", "state", "error", "error_description", "iss", "id_token", "msg", "usercancel")
SIGNS = st.text(max_size=30) | st.sampled_from(
    ("", " ", "\0", "\ud800", "x" * 5000, "access_denied", "%00", "a b", "é", "[]", "{}", "1", "0")
)
JUNK = st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=8), SIGNS, max_size=5)
examples = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
)


class LoginProviderContract:
    """Tests for one login provider on the stage that `make_stage` sets."""

    def make_stage(self) -> AbstractContextManager[LoginStage]:
        """Return a new stage; its servers end with the block."""
        raise NotImplementedError

    def test_it_finds_the_person(self) -> None:
        with self.make_stage() as stage:
            assert isinstance(stage.provider, LoginProvider)
            context = stage.context()
            proof = log_in(stage, context)
            assert proof.identity == stage.identity
            assert proof.assurance == stage.assurance
            check_proof(proof, "contract", at=context.at)

    def test_a_union_id_has_its_scope(self) -> None:
        with self._having("union") as stage:
            union = log_in(stage, stage.context()).identity.union
            assert union is not None
            assert union.scope
            assert union == stage.identity.union

    def test_it_says_where_it_is_of_no_use(self) -> None:
        with self.make_stage() as stage:
            for device in DEVICES:
                begun = stage.provider.begin(attrs.evolve(stage.context(), device=device))
                assert isinstance(begun, Redirect | Prompt | Done | Unavailable)
                assert isinstance(begun, Unavailable) == (device not in stage.devices)
                if isinstance(begun, Unavailable):
                    require_words(begun.code, begun.context)

    def test_the_state_is_sent_once_as_it_was_given(self) -> None:
        with self._having("redirect") as stage:
            context = stage.context()
            assert query(stage.provider.begin(context))["state"] == [context.state]

    def test_the_redirect_is_the_one_that_was_given(self) -> None:
        with self._having("redirect") as stage:
            context, wire = wired(stage)
            begun = stage.provider.begin(context)
            assert query(begun)["redirect_uri"] == [context.redirect_uri]
            finish(stage, context, begun)
            sent = [dict(parse_qsl(text)) for text in parts(wire)]
            assert {one["redirect_uri"] for one in sent if "redirect_uri" in one} <= {
                context.redirect_uri
            }

    def test_the_address_is_secure_and_shows_no_secret(self) -> None:
        with self._having("redirect") as stage:
            context = stage.context()
            begun = stage.provider.begin(context)
            assert isinstance(begun, Redirect)
            require_secure(begun.url)
            for secret in (context.verifier, *stage.marked()):
                assert secret not in begun.url

    def test_the_verifier_is_proven_by_s256(self) -> None:
        with self._having("pkce") as stage:
            context, wire = wired(stage)
            begun = stage.provider.begin(context)
            sent = query(begun)
            assert sent["code_challenge"] == [challenge(context.verifier)]
            assert sent["code_challenge_method"] == ["S256"]
            finish(stage, context, begun)
            assert any(context.verifier in text for text in wire.sent())

    def test_another_verifier_is_refused(self) -> None:
        with self._having("pkce") as stage:
            self._refuses_another(stage, "verifier")

    def test_another_nonce_is_refused(self) -> None:
        with self._having("nonce") as stage:
            context = stage.context()
            assert query(stage.provider.begin(context))["nonce"] == [context.nonce]
            self._refuses_another(stage, "nonce")

    def test_another_issuer_is_refused(self) -> None:
        with self._having("issuer") as stage:
            for changed in ({"iss": "https://evil.example"}, {"iss": stage.issuer + "/"}, {}):
                context = stage.context()
                begun = stage.provider.begin(context)
                params = {**stage.consent(begun, context)}
                assert params.pop("iss") == stage.issuer
                fails(stage, context, {**params, **changed}, begun)

    def test_a_denial_is_said_to_be_one(self) -> None:
        with self._having("denial") as stage:
            context = stage.context()
            for params in stage.denials(context):
                begun = stage.provider.begin(context)
                assert fails(stage, context, params, begun).code == "login.denied"

    def test_what_comes_back_is_good_for_one_login(self) -> None:
        with self._having("single_use") as stage:
            context = stage.context()
            begun = stage.provider.begin(context)
            params = stage.consent(begun, context)
            assert finish(stage, context, begun, params).identity == stage.identity
            fails(stage, context, params, begun)

    def test_nothing_and_the_unknown_log_nobody_in(self) -> None:
        with self.make_stage() as stage:
            context = stage.context()
            begun = stage.provider.begin(context)
            params = consented(stage, context, begun)
            fails(stage, context, {}, begun)
            fails(stage, context, {"state": context.state}, begun)
            ours = dict(parse_qsl(urlsplit(context.redirect_uri).query))
            for key in params.keys() - {"state", "iss", *ours}:
                fails(stage, context, {**params, key: ""}, begun)
                fails(stage, context, {**params, key: "x" + params[key][1:]}, begun)

    def test_the_state_is_left_to_the_core(self) -> None:
        with self.make_stage() as stage:
            for state in ({}, {"state": "another"}):
                context = stage.context()
                begun = stage.provider.begin(context)
                if isinstance(begun, Done):
                    return
                params = {**stage.consent(begun, context)}
                params.pop("state", None)
                params |= state
                assert finish(stage, context, begun, params).identity == stage.identity

    def test_begin_tells_nothing_of_the_person_and_asks_once(self) -> None:
        with self.make_stage() as stage:
            context, wire = wired(stage)
            stage.provider.begin(context)
            secrets = [context.state, context.nonce, context.verifier, *context.given.values()]
            secrets += [*(context.principal or {}).values(), *stage.marked()]
            assert not [text for text in wire.sent() for secret in secrets if secret in text]
            again, wire = wired(stage)
            stage.provider.begin(again)
            assert wire.requests == []

    def test_every_request_is_secure_and_ends(self) -> None:
        with self.make_stage() as stage:
            context, wire = wired(stage)
            log_in(stage, context)
            for request in wire.requests:
                require_secure(request.url)
                assert 0 < request.timeout <= LONGEST_WAIT

    def test_whatever_the_far_end_answers_nobody_else_is_logged_in(self) -> None:
        with self._having("far_end") as stage:
            requests = requests_of_finish(stage)
            assert requests
            for spoil in SPOILS.values():
                outcomes = [spoiled(stage, spoil, number) for number in range(requests)]
                assert LoginFailed in outcomes

    def test_begin_recovers_from_whatever_the_far_end_answers(self) -> None:
        for spoil in SPOILS.values():
            with self.make_stage() as stage:
                context, wire = wired(stage)
                try:
                    stage.provider.begin(attrs.evolve(context, http=Wire(wire, spoil=spoil)))
                except LoginFailed as error:
                    require_words(error.code, error.context)
                assert log_in(stage, stage.context()).identity == stage.identity
            if not wire.requests:
                return

    def test_the_far_ends_own_code_is_kept(self) -> None:
        with self._having("refusals") as stage:
            codes = list(stage.refusals)
        for code in codes:
            with self.make_stage() as stage:
                context = stage.context()
                begun = stage.provider.begin(context)
                params = stage.consent(begun, context)
                stage.refusals[code]()
                error = fails(stage, context, params, begun)
                assert code in map(str, error.context.values())

    def test_letters_are_utf8_whatever_the_header_says(self) -> None:
        with self._having("far_end", "claims") as stage:
            right = log_in(stage, stage.context())
            wire = Wire(stage.http, spoil=mislabelled)
            proof = log_in(stage, stage.context(http=wire))
            assert (proof.identity, proof.claims) == (right.identity, right.claims)

    def test_nothing_is_shown_that_nobody_may_see(self) -> None:
        with self.make_stage() as stage, overheard() as shown:
            context = stage.context()
            begun = stage.provider.begin(context)
            shown.add(context, begun, stage.provider)
            params = consented(stage, context, begun)
            proof = finish(stage, context, begun, params)
            shown.add(proof, proof.identity, *proof.claims.values(), stage.provider)
        claims = [claim.value for claim in proof.claims.values()]
        shown.lacks(marked(stage, context, params) | {*claims, proof.identity.subject})

    def test_no_failure_shows_what_nobody_may_see(self) -> None:
        with self.make_stage() as stage:
            requests = 0 if "far_end" in stage.lacks else requests_of_finish(stage)
            plans: list[tuple[Spoil | None, int]] = [(None, 0)]
            plans += [(spoil, n) for spoil in SPOILS.values() for n in range(requests)]
            for spoil, number in plans:
                context = stage.context()
                with overheard() as shown:
                    begun = stage.provider.begin(context)
                    params = consented(stage, context, begun)
                    broken = attrs.evolve(
                        context, http=Wire(stage.http, spoil=spoil, number=number)
                    )
                    attempt(stage, broken, begun, params, shown)
                    again = {**params, "code": "wrong-" + params.get("code", "code")}
                    attempt(stage, context, begun, again, shown)
                    attempt(stage, context, begun, {"error": again["code"]}, shown)
                shown.lacks(marked(stage, context, params) | {again["code"]})

    def test_many_threads_do_not_mix(self) -> None:
        with self.make_stage() as stage:
            wire = Wire(stage.http, together=Barrier(THREADS))
            several = list(tabs(stage, THREADS))
            with ThreadPoolExecutor(THREADS) as pool:
                proofs = list(pool.map(partial(finish_tab, stage, wire), several))
            for (context, *_), proof in zip(several, proofs, strict=True):
                assert proof.identity == stage.identity
                assert proof.proven_at == context.at

    def test_two_tabs_do_not_mix(self) -> None:
        with self.make_stage() as stage:
            for tab in reversed(list(tabs(stage, 2))):
                proof = finish_tab(stage, stage.http, tab)
                assert proof.identity == stage.identity
                assert proof.proven_at == tab[0].at

    def test_claims_are_known_and_marked_as_what_they_are(self) -> None:
        with self.make_stage() as stage:
            claims = log_in(stage, stage.context()).claims
            assert claims.keys() <= CLAIMS
            for name, claim in claims.items():
                assert claim.value
                assert claim.verified == (name in stage.verified)
            for name, read in (("phone", normal_phone), ("mail", normal_mail)):
                assert name not in claims or read(claims[name].value) == claims[name].value

    def test_junk_only_fails(self) -> None:
        with self.make_stage() as stage:
            context = stage.context()
            begun = stage.provider.begin(context)

            @examples
            @given(JUNK)
            def check(params: Mapping[str, str]) -> None:
                with pytest.raises((LoginFailed, Invalid)):
                    stage.provider.finish(context, params, pending(context, begun))
                strange = attrs.evolve(context, given=params, principal=params)
                try:
                    stage.provider.begin(strange)
                except (LoginFailed, Invalid):
                    return

            check()

    def test_what_it_is_said_to_lack_it_lacks(self) -> None:
        with self.make_stage() as stage:
            assert all(stage.lacks.values()), "give the reason"
            lacks = stage.lacks.keys()
            context, wire = wired(stage, NoWire() if "far_end" in lacks else None)
            begun = stage.provider.begin(context)
            sent = query(begun) if isinstance(begun, Redirect) else {}
            params = consented(stage, context, begun)
            proof = finish(stage, context, begun, params)
            assert bool(wire.requests) == ("far_end" not in lacks)
            assert isinstance(begun, Redirect) == ("redirect" not in lacks)
            assert ("code_challenge" in sent) == ("pkce" not in lacks)
            assert ("nonce" in sent) == ("nonce" not in lacks)
            assert ("iss" in params) == ("issuer" not in lacks)
            assert (proof.identity.union is None) == ("union" in lacks)
            assert bool(proof.claims) == ("claims" not in lacks)
            assert bool(stage.refusals) == ("refusals" not in lacks)

    @contextmanager
    def _having(self, *rows: Lack) -> Generator[LoginStage]:
        with self.make_stage() as stage:
            for row in rows:
                if row in stage.lacks:
                    pytest.skip(f"declared: no {row}: {stage.lacks[row]}")
            yield stage

    def _refuses_another(self, stage: LoginStage, secret: str) -> None:
        context = stage.context()
        begun = stage.provider.begin(context)
        params = stage.consent(begun, context)
        other: dict[str, Any] = {secret: getattr(stage.context(), secret)}
        fails(stage, attrs.evolve(context, **other), params, begun)
