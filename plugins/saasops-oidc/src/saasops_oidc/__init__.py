"""Offers OpenID Connect as a way to log in; what is checked is left to `provider` and `tokens`."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import attrs

from saasops.plugins import Extension, hookimpl, offer
from saasops.ports import LoginProvider
from saasops_oidc.settings import Settings

__all__ = ["Named", "Settings", "saasops_login_providers", "several"]

SUMMARY = "OpenID Connect: an issuer of your company, or any other"


@hookimpl
def saasops_login_providers() -> Iterable[Extension[LoginProvider]]:
    """Offer one issuer, as `oidc`."""
    yield offer("oidc", partial(_provider, "oidc"), settings=Settings, summary=SUMMARY)


@attrs.frozen
class Named:
    """A plugin that offers one more issuer, under the name that the host names the plugin by."""

    name: str

    @hookimpl
    def saasops_login_providers(self) -> Iterable[Extension[LoginProvider]]:
        """Offer one issuer."""
        yield offer(self.name, partial(_provider, self.name), settings=Settings, summary=SUMMARY)


def several(
    issuers: Mapping[str, Mapping[str, Any]], *, under: str = "oidc"
) -> dict[str, tuple[Named, Mapping[str, Any]]]:
    """Return plugins for `SaasOps.open`, one for each of *issuers*: name → settings.

    The providers are called *under*, a dot and the name: `oidc.corp`, `oidc.partner`.
    """
    names = {f"{under}.{name}": settings for name, settings in issuers.items()}
    return {name: (Named(name), settings) for name, settings in names.items()}


def _provider(name: str, settings: Settings) -> LoginProvider:
    from saasops_oidc.provider import OidcProvider

    return OidcProvider(settings, name=name)
