"""What a plugin author and a host write. Clean under mypy --strict and pyright strict."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from saasops.errors import LoginFailed, Problem, Refused
from saasops.logins.provider import LoginContext, Pending, Proof, Redirect
from saasops.plugins import Extension, NoSettings, Plugins, hookimpl, offer
from saasops.ports import (
    CapacityRuleKind,
    Channel,
    Document,
    Keyring,
    LoginProvider,
    Message,
    Receipt,
    ReportFormat,
    VersionScheme,
)
from saasops.scheduling.planner.instance import Limit
from saasops.scheduling.rules import CapacityRule, RuleContext
from saasops.versions.version import Unrecognised, Version


@attrs.frozen
class Settings:
    corp_id: str
    secret: str = attrs.field(repr=False)


class WeCom:
    idempotent = False

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def send(self, message: Message, /) -> Receipt:
        return Receipt(message=message.id, reference=f"{self._settings.corp_id}:1")


class Plain:
    def __init__(self, settings: NoSettings) -> None:
        pass

    def render(self, report: Any, /, *, locale: str) -> Iterable[Document]:
        return []


class Quota:
    def __init__(self, settings: NoSettings) -> None:
        pass

    def compile(self, rule: CapacityRule, context: RuleContext, /) -> Iterable[Limit]:
        return []

    def problems(self, rule: CapacityRule, context: RuleContext, /) -> Iterable[Problem]:
        return []


class Never:
    def __init__(self, settings: NoSettings) -> None:
        pass

    def parse(self, text: str, /) -> Version | Unrecognised:
        return Unrecognised(text)


class Nothing:
    current = "1"
    index: Sequence[str] = ("index-1",)

    def __init__(self, settings: NoSettings) -> None:
        pass

    def secret(self, id: str, /) -> bytes:
        raise Refused("keys.unknown", id=id)


class Closed:
    def __init__(self, settings: NoSettings) -> None:
        pass

    def begin(self, context: LoginContext, /) -> Redirect:
        return Redirect(url=context.redirect_uri)

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        raise LoginFailed("login.no_session")


def connect(settings: Settings) -> WeCom:
    return WeCom(settings)


@hookimpl
def saasops_channels() -> Iterable[Extension[Channel]]:
    yield offer("wecom", WeCom, settings=Settings, summary="WeCom messages")
    yield offer("wecom.again", connect, settings=Settings)


@hookimpl
def saasops_report_formats() -> list[Extension[ReportFormat]]:
    return [offer("wecom", Plain, settings=NoSettings)]


@hookimpl
def saasops_capacity_rule_kinds() -> Iterable[Extension[CapacityRuleKind]]:
    yield offer("wecom.quota", Quota, settings=NoSettings)


@hookimpl
def saasops_version_schemes() -> Iterable[Extension[VersionScheme]]:
    yield offer("wecom.never", Never, settings=NoSettings)


@hookimpl
def saasops_keyrings() -> Iterable[Extension[Keyring]]:
    yield offer("wecom.nothing", Nothing, settings=NoSettings)


@hookimpl
def saasops_login_providers() -> Iterable[Extension[LoginProvider]]:
    yield offer("wecom.closed", Closed, settings=NoSettings)


@hookimpl
def saasops_domain_event(event: Mapping[str, Any]) -> None:
    print(event["name"])


def host(message: Message) -> Receipt:
    plugins = Plugins({"wecom": {"corp_id": "c", "secret": "s"}, "crm": connect})
    return plugins.channel("wecom").send(message)
