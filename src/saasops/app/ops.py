"""The one object that a host makes: it holds a storage, plugins and a clock, and no state."""

from collections.abc import Callable, Iterable, Mapping
from os import PathLike
from types import TracebackType
from typing import Any, Self, TypeVar

from saasops.app import builtin
from saasops.app.campaigns import Campaigns
from saasops.app.definitions import Definitions
from saasops.app.dispatch import Dispatch, TickReport
from saasops.app.notices import follow, plan_recurring
from saasops.app.people import People
from saasops.app.places import refresh_places
from saasops.app.rewards import open_counters
from saasops.app.versions import Versions
from saasops.app.work import Work, attempt
from saasops.campaigns.definition import Campaign
from saasops.clock import Clock, system_clock
from saasops.errors import PluginError
from saasops.figures import Report
from saasops.plugins import PluginReport, Plugins
from saasops.ports import Channel, Document, Storage, Transaction
from saasops.storage.tables import CAMPAIGNS, TABLES
from saasops.values import DEFAULT_TENANT, SYSTEM

R = TypeVar("R")
_BUILTIN = {"saasops": builtin}


class SaasOps:
    """Run campaigns on a storage. Thread-safe and unchanged after construction.

    Nothing happens by itself: a host calls `tick` every minute or so, from cron or a worker.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        plugins: Plugins | None = None,
        channels: Mapping[str, str] | None = None,
        clock: Clock = system_clock,
        tenant: str = DEFAULT_TENANT,
        actor: str = SYSTEM,
        definitions: Definitions | None = None,
    ) -> None:
        """Use *storage* as it is; `open` is the ordinary way in.

        *channels* names the channel that delivers each medium: `{"mail": "file"}`.
        """
        self._storage = storage
        self._plugins = plugins or Plugins({}, builtin=_BUILTIN)
        self._channels = dict(channels or {})
        self._clock = clock
        self._tenant = tenant
        self._actor = actor
        self._definitions = definitions or Definitions()
        self.people = People(self, actor=actor)
        self.versions = Versions(self, actor=actor)

    @classmethod
    def open(
        cls,
        where: str | PathLike[str] = "memory",
        *,
        plugins: Mapping[str, Any] | None = None,
        channels: Mapping[str, str] | None = None,
        clock: Clock = system_clock,
        tenant: str = DEFAULT_TENANT,
    ) -> "SaasOps":
        """Open the storage *where* and bring its tables up to date.

        *where* is `memory`, the path of a SQLite file, or a URL whose scheme names a storage
        plugin. *plugins* maps the name of each plugin to its settings, or to a module or
        object of the host. Raise `PluginError` for a plugin that cannot be used.
        """
        named = dict(plugins or {})
        storage = _storage_name(where)
        if storage == "sqlite":
            named["sqlite"] = {**named.get("sqlite", {}), "path": str(where)}
        loaded = Plugins(named, builtin=_BUILTIN)
        for medium, channel in (channels or {}).items():
            if channel not in loaded.channels:
                raise PluginError("notice.no_channel", medium=medium)
        opened = loaded.storage(storage)
        opened.migrate(TABLES)
        return cls(opened, plugins=loaded, channels=channels, clock=clock, tenant=tenant)

    def acting(self, actor: str) -> "SaasOps":
        """Return the same operations on behalf of *actor*, who stands in every record."""
        return SaasOps(
            self._storage,
            plugins=self._plugins,
            channels=self._channels,
            clock=self._clock,
            tenant=self._tenant,
            actor=actor,
            definitions=self._definitions,
        )

    def launch(self, campaign: Campaign) -> Campaigns:
        """Put *campaign* to work, or amend the one that runs; launching it again changes nothing.

        Raise `Invalid` campaign.invalid with every mistake, `Refused` for a change that
        would rewrite what was answered.
        """

        def step(work: Work) -> None:
            if self._definitions.launch(work, campaign):
                opened = self._definitions.need(work, campaign.id)
                open_counters(work, opened)
                refresh_places(work, opened)

        self.run(step, actor=self._actor)
        return self.campaign(campaign.id)

    def campaign(self, id: str) -> Campaigns:
        """Return a handle on the campaign *id*; whether there is one shows at the first call."""
        return Campaigns(self, id, self._definitions, actor=self._actor)

    def campaigns(self, *, limit: int = 100) -> tuple[str, ...]:
        """Return the ids of up to *limit* campaigns, in order."""

        def step(work: Work) -> tuple[str, ...]:
            return tuple(row["id"] for row in work.tx.find(CAMPAIGNS, {}, limit=limit))

        return self.run(step, actor=self._actor, write=False)

    def tick(self, *, most: int = 100_000) -> TickReport:
        """Plan what has come due and send up to *most* messages; safe to call at any time.

        However often it runs or is cut short, a notice is sent once: see `saasops.app.dispatch`.
        """
        planned = 0
        ids = self.run(self._ready, actor=SYSTEM, write=False)
        for id in ids:
            planned += plan_recurring(self, self._definitions, id, actor=SYSTEM)
        observe = self._plugins.observe if self._plugins.observed else None
        dispatch = Dispatch(self, self._definitions, channel=self._channel, observe=observe)
        return dispatch.drain(most=most) + TickReport(planned=planned)

    def render(self, report: Report, format: str, *, locale: str = "zh-CN") -> Iterable[Document]:
        """Write *report* down as html, csv, json, text, xlsx, or what a plugin offers."""
        return self._plugins.report_format(format).render(report, locale=locale)

    def plugins(self) -> tuple[PluginReport, ...]:
        """Return a row for each plugin that is active or could be."""
        return self._plugins.reports()

    def run(self, step: Callable[[Work], R], *, actor: str, write: bool = True) -> R:
        """Run *step* in one transaction, again when others were in the way.

        For handles, and for hosts that put several steps into one transaction.
        """

        def within(tx: Transaction) -> R:
            return step(Work(tx, at=self._clock(), actor=actor, heard=self._heard))

        return attempt(self._storage, self._tenant, within, write=write)

    def close(self) -> None:
        """Let go of the storage."""
        self._storage.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _heard(self, work: Work, name: str, event: Any) -> None:
        follow(work, self._definitions, name, event)

    def _ready(self, work: Work) -> tuple[str, ...]:
        """Return the ids of all campaigns; raise `PluginError` where a channel is missing."""
        ids = tuple(row["id"] for row in work.rows(CAMPAIGNS, {}))
        for id in ids:
            for rule in self._definitions.need(work, id).campaign.notices:
                self._delivering(rule.medium)
        return ids

    def _channel(self, medium: str) -> Channel:
        return self._plugins.channel(self._delivering(medium))

    def _delivering(self, medium: str) -> str:
        if medium not in self._channels:
            raise PluginError("notice.no_channel", medium=medium)
        return self._channels[medium]


def _storage_name(where: str | PathLike[str]) -> str:
    text = str(where)
    if text == "memory":
        return "memory"
    scheme, separator, _ = text.partition("://")
    return scheme if separator else "sqlite"
