"""Mistakes that both type checkers must find, on each marked line and nowhere else."""

from collections.abc import Iterable
from typing import Any

import attrs

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
    Storage,
    VersionScheme,
)


@attrs.frozen
class Settings:
    corp_id: str


@attrs.frozen
class OtherSettings:
    token: str


class Pager:
    idempotent = False

    def __init__(self, settings: Settings) -> None:
        pass

    def send(self, message: Message, /) -> Receipt:
        return Receipt(message=message.id, reference="1")


class WrongMethod(Pager):
    post = Pager.send
    send = None  # wrong


class PromisesNothing:
    def __init__(self, settings: Settings) -> None:
        pass

    def send(self, message: Message, /) -> Receipt:
        return Receipt(message=message.id, reference="1")


class GivesText(PromisesNothing):
    idempotent = True

    def send(self, message: Message, /) -> str:  # wrong
        return message.id


class WithoutLocale:
    def __init__(self, settings: NoSettings) -> None:
        pass

    def render(self, report: Any, /) -> Iterable[Document]:
        return []


@hookimpl
def saasops_storages() -> Iterable[Extension[Storage]]:
    yield offer("paging", Pager, settings=Settings)  # wrong


@hookimpl
def saasops_channels() -> Iterable[Extension[Channel]]:
    yield offer("paging", Pager, settings=OtherSettings)  # wrong
    yield offer("paging.a", PromisesNothing, settings=Settings)  # wrong
    yield offer("paging.b", Pager)  # wrong
    yield offer("paging.c", Pager(Settings("c")), settings=Settings)  # wrong
    yield Pager(Settings("c"))  # wrong


@hookimpl
def saasops_report_formats() -> Iterable[Extension[ReportFormat]]:
    yield offer("paging", WithoutLocale, settings=NoSettings)  # wrong


@hookimpl
def saasops_capacity_rule_kinds() -> Iterable[Extension[CapacityRuleKind]]:
    yield offer("paging", WithoutLocale, settings=NoSettings)  # wrong


@hookimpl
def saasops_version_schemes() -> Iterable[Extension[VersionScheme]]:
    yield offer("paging", WithoutLocale, settings=NoSettings)  # wrong


@hookimpl
def saasops_keyrings() -> Iterable[Extension[Keyring]]:
    yield offer("paging", WithoutLocale, settings=NoSettings)  # wrong


@hookimpl
def saasops_login_providers() -> Iterable[Extension[LoginProvider]]:
    yield offer("paging", WithoutLocale, settings=NoSettings)  # wrong


def host(plugins: Plugins) -> str:
    plugins.channel("paging").post("x")  # wrong
    return plugins.channel("paging").send("x").reference  # wrong
