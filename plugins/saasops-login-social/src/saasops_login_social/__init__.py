"""Offers a backend of social-core as a way to log in; how it is driven is left to `provider`."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import attrs

from saasops.plugins import Extension, hookimpl, offer
from saasops.ports import LoginProvider

__all__ = ["Named", "Settings", "saasops_login_providers", "several"]

SUMMARY = "a backend of social-core, such as GitHub or Gitee"


@attrs.frozen(kw_only=True)
class Settings:
    """One backend, and what this host is to it.

    *backend* is the place of its class, such as `social_core.backends.github.GithubOAuth2`.
    *options* are its own settings by their short names, such as `OIDC_ENDPOINT`. *realm* is what
    its ids belong to: the app, by default, as some providers call a person otherwise in each. It
    has to be given where options may lead to another party, or to other ids of the same.
    *timeout* is in seconds, for each request.
    """

    backend: str
    key: str
    secret: str = attrs.field(repr=False)
    scopes: tuple[str, ...] = ()
    options: Mapping[str, Any] = attrs.field(factory=dict[str, Any], repr=False)
    realm: str | None = None
    timeout: int = 5


@hookimpl
def saasops_login_providers() -> Iterable[Extension[LoginProvider]]:
    """Offer one backend, as `social`."""
    yield offer("social", partial(_provider, "social"), settings=Settings, summary=SUMMARY)


@attrs.frozen
class Named:
    """A plugin that offers one more backend, under the name that the host names the plugin by."""

    name: str

    @hookimpl
    def saasops_login_providers(self) -> Iterable[Extension[LoginProvider]]:
        """Offer one backend."""
        yield offer(self.name, partial(_provider, self.name), settings=Settings, summary=SUMMARY)


def several(
    backends: Mapping[str, Mapping[str, Any]], *, under: str = "social"
) -> dict[str, tuple[Named, Mapping[str, Any]]]:
    """Return plugins for `SaasOps.open`, one for each of *backends*: name → settings.

    The providers are called *under*, a dot and the name: `social.github`, `social.gitee`.
    """
    names = {f"{under}.{name}": settings for name, settings in backends.items()}
    return {name: (Named(name), settings) for name, settings in names.items()}


def _provider(name: str, settings: Settings) -> LoginProvider:
    from saasops_login_social.provider import SocialProvider

    return SocialProvider(settings, name=name)
