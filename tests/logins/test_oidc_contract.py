"""The plugin saasops-oidc keeps the contract of login providers: at a real issuer, and at our own."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from oidc_issuers import SECRET, OwnIssuer, browse, real_issuers, reply

from node_judge import node_missing
from saasops.logins.provider import Begun, LoginContext, Redirect
from saasops.people.users import Identity
from saasops.testing.contracts.login_provider import LoginProviderContract
from saasops.testing.contracts.login_provider_mutants import DEFECTS, found
from saasops.testing.contracts.login_stage import AT, LoginStage
from saasops_oidc import Settings
from saasops_oidc.provider import OidcProvider

NO_UNION = "OpenID Connect has a subject for each client, and no id beyond that"
SCOPES = ("openid", "profile", "phone", "email")


class TestOwnIssuer(LoginProviderContract):
    @contextmanager
    def make_stage(self) -> Iterator[LoginStage]:
        own = OwnIssuer(
            client_id="basic client",
            now=AT,
            told={
                "name": "小明", "email": "ming@example.com", "email_verified": True,
                "phone_number": "+8616400040361", "phone_number_verified": True,
                "picture": "https://example.com/ming.png",
            },
        )  # fmt: skip
        settings = Settings(
            issuer=own.issuer, client_id=own.client_id, client_secret=SECRET, scopes=SCOPES
        )

        def refuse(path: str, code: str) -> None:
            own.replies[path] = reply({"error": code}, status=401)

        yield LoginStage(
            provider=OidcProvider(settings),
            identity=Identity("oidc", "ming", realm=own.issuer),
            consent=lambda begun, _: own.login(begun),
            denials=lambda context: [
                {"error": "access_denied", "state": context.state, "iss": own.issuer}
            ],
            marked=lambda: (SECRET, "access-1", "小明", "ming", "+8616400040361"),
            refusals={
                "invalid_client": lambda: refuse("/token", "invalid_client"),
                "insufficient_scope": lambda: refuse("/me", "insufficient_scope"),
            },
            verified=frozenset({"phone", "mail"}),
            issuer=own.issuer,
            http=own,
            lacks={"union": NO_UNION},
        )


@pytest.fixture(scope="module")
def issuers() -> Iterator[dict[str, str]]:
    if (missing := node_missing()) is not None:
        pytest.skip(missing)
    with real_issuers("one") as running:
        yield running


@pytest.mark.xdist_group("oidc-provider")
class TestRealIssuer(LoginProviderContract):
    @pytest.fixture(autouse=True)
    def _at(self, issuers: dict[str, str]) -> None:
        self.issuer = issuers["one"]

    @contextmanager
    def make_stage(self) -> Iterator[LoginStage]:
        settings = Settings(
            issuer=self.issuer, client_id="basic client", client_secret=SECRET, scopes=SCOPES
        )

        def consent(begun: Begun, context: LoginContext) -> dict[str, str]:
            assert isinstance(begun, Redirect)
            return browse(begun.url, "ming", back=context.redirect_uri)

        yield LoginStage(
            provider=OidcProvider(settings),
            identity=Identity("oidc", "ming", realm=self.issuer),
            consent=consent,
            denials=lambda context: [
                {"error": "access_denied", "state": context.state, "iss": self.issuer}
            ],
            marked=lambda: (SECRET, "小明", "+8616400040361", "ming@example.com"),
            verified=frozenset({"phone"}),
            issuer=self.issuer,
            at=lambda: datetime.now(UTC),
            lacks={"union": NO_UNION, "refusals": "it refuses nothing that is right"},
        )


@pytest.mark.parametrize("defect", DEFECTS)
def test_the_contract_finds_what_is_broken(defect: str) -> None:
    assert found(TestOwnIssuer, defect)
