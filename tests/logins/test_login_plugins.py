"""The plugins for OpenID Connect and social-core among the others: names, settings, whole logins."""

from typing import Any

import pytest
from oidc_issuers import CALLBACK, NOW, OwnIssuer

import saasops_login_social
import saasops_oidc
from saasops import SaasOps
from saasops.errors import LoginFailed, PluginError
from saasops.logins.policy import LoginPolicy
from saasops.plugins import Plugins

SETTINGS = {"issuer": "https://id.example.com", "client_id": "saasops", "client_secret": "hidden"}


def opened(own: OwnIssuer, plugins: dict[str, Any]) -> SaasOps:
    policy = LoginPolicy(providers=tuple(plugins), redirects=(CALLBACK,))
    return SaasOps.open("memory", plugins=plugins, logins=policy, transport=own, clock=lambda: NOW)


def test_several_issuers_are_several_providers_and_one_realm_is_one_person() -> None:
    own = OwnIssuer()
    other = {**SETTINGS, "issuer": "https://other.example.com"}
    issuers = {"corp": SETTINGS, "again": SETTINGS, "other": other}
    ops = opened(own, dict(saasops_oidc.several(issuers)))
    assert ops.logins.providers() == ("oidc.corp", "oidc.again", "oidc.other")
    users: list[str] = []
    for name in ("oidc.corp", "oidc.again"):
        step = ops.logins.begin(name, redirect_uri=CALLBACK)
        users.append(ops.logins.finish(own.login(step.step), browser=step.browser).user)
    own.issuer = other["issuer"]
    step = ops.logins.begin("oidc.other", redirect_uri=CALLBACK)
    users.append(ops.logins.finish(own.login(step.step), browser=step.browser).user)
    assert users[0] == users[1] != users[2]


def test_a_login_that_fails_names_the_provider_as_the_host_does() -> None:
    own = OwnIssuer(claims={"aud": "another"})
    ops = opened(own, dict(saasops_oidc.several({"corp": SETTINGS}, under="sso")))
    step = ops.logins.begin("sso.corp", redirect_uri=CALLBACK)
    with pytest.raises(LoginFailed) as refused:
        ops.logins.finish(own.login(step.step), browser=step.browser)
    assert refused.value.context == {"provider": "sso.corp", "reason": "aud"}


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"issuer": "http://id.example.com"}, "issuer"),
        ({"algorithms": ["RS256", "HS256"]}, "algorithms"),
        ({"algorithms": ["none"]}, "algorithms"),
        ({"skew": 60}, "skew"),
        ({"secret": "hidden"}, "secret"),
        ({"claims": {"phone": "mobile"}}, "claims.phone"),
    ],
)
def test_wrong_settings_are_named_and_not_quoted(changes: dict[str, Any], key: str) -> None:
    with pytest.raises(PluginError) as refused:
        Plugins(dict(saasops_oidc.several({"corp": {**SETTINGS, **changes}})))
    (problem,) = refused.value.context["problems"]
    assert problem.startswith(f"oidc.corp.{key}")
    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize("plugin", [saasops_oidc, saasops_login_social])
def test_one_is_offered_under_the_name_of_the_plugin(plugin: Any) -> None:
    (offered,) = plugin.saasops_login_providers()
    assert (
        offered.name == {"saasops_oidc": "oidc", "saasops_login_social": "social"}[plugin.__name__]
    )
    assert offered.settings is plugin.Settings
    assert offered.summary
