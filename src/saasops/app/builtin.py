"""What saasops itself offers through its own hooks: storages, channels, keys, report formats."""

from collections.abc import Iterable

import attrs

from saasops.logins.code import CodeSettings
from saasops.plugins import Extension, NoSettings, hookimpl, offer
from saasops.ports import Channel, Keyring, LoginProvider, ReportFormat, Storage


@attrs.frozen
class SqliteSettings:
    """Where the database file lies; *durable* waits for the disk at every commit.

    The names of the tables begin with *prefix*.
    """

    path: str
    durable: bool = False
    prefix: str = ""


@attrs.frozen
class FolderSettings:
    """The folder to write into; it is made where it is missing."""

    folder: str


@attrs.frozen
class KeyFileSettings:
    """The file that holds the keys; it has to be there, and `saasops keys new` makes one."""

    path: str


@hookimpl
def saasops_storages() -> Iterable[Extension[Storage]]:
    """Offer the two storages that need no server."""
    yield offer("memory", _memory, settings=NoSettings, summary="in this process, kept nowhere")
    yield offer("sqlite", _sqlite, settings=SqliteSettings, summary="one SQLite file")


@hookimpl
def saasops_channels() -> Iterable[Extension[Channel]]:
    """Offer channels for demonstrations and hand-made delivery."""
    yield offer("console", _console, settings=NoSettings, summary="print on the terminal")
    yield offer("file", _file, settings=FolderSettings, summary="one text file by recipient")


@hookimpl
def saasops_keyrings() -> Iterable[Extension[Keyring]]:
    """Offer the keyring that needs no key management system."""
    yield offer("keyfile", _keyfile, settings=KeyFileSettings, summary="keys in one file")


@hookimpl
def saasops_login_providers() -> Iterable[Extension[LoginProvider]]:
    """Offer the login that needs no outside party but a channel."""
    yield offer("code", _code, settings=CodeSettings, summary="a code by text message or mail")


@hookimpl
def saasops_report_formats() -> Iterable[Extension[ReportFormat]]:
    """Offer every way a report is written down."""
    yield offer("html", _html, settings=NoSettings, summary="one page with pictures")
    yield offer("csv", _csv, settings=NoSettings, summary="one CSV file by section")
    yield offer("json", _json, settings=NoSettings, summary="one JSON document")
    yield offer("text", _text, settings=NoSettings, summary="tables for a terminal")
    yield offer("xlsx", _xlsx, settings=NoSettings, summary="one workbook; needs saasops[xlsx]")


# Imports stand inside: a host pays only for what it uses.
def _memory(_: NoSettings) -> Storage:
    from saasops.storage.memory import MemoryStorage

    return MemoryStorage()


def _sqlite(settings: SqliteSettings) -> Storage:
    from saasops.storage.sqlite import SqliteStorage

    return SqliteStorage(settings.path, durable=settings.durable, prefix=settings.prefix)


def _console(_: NoSettings) -> Channel:
    from saasops.channels.console import ConsoleChannel

    return ConsoleChannel()


def _file(settings: FolderSettings) -> Channel:
    from saasops.channels.files import FileChannel

    return FileChannel(settings.folder)


def _keyfile(settings: KeyFileSettings) -> Keyring:
    from saasops.vault.keys import Keys

    return Keys.load(settings.path)


def _code(settings: CodeSettings) -> LoginProvider:
    import secrets

    from saasops.logins.code import CodeProvider

    return CodeProvider(settings, entropy=secrets.token_bytes)


def _html(_: NoSettings) -> ReportFormat:
    from saasops.reports.html import HtmlFormat

    return HtmlFormat()


def _csv(_: NoSettings) -> ReportFormat:
    from saasops.reports.csv_format import CsvFormat

    return CsvFormat()


def _json(_: NoSettings) -> ReportFormat:
    from saasops.reports.json_format import JsonFormat

    return JsonFormat()


def _text(_: NoSettings) -> ReportFormat:
    from saasops.reports.terminal import TerminalFormat

    return TerminalFormat()


def _xlsx(_: NoSettings) -> ReportFormat:
    from saasops.reports.xlsx import XlsxFormat

    return XlsxFormat()
