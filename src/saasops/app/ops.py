"""The one object that a host makes: it holds a storage, plugins and a clock, and no state."""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from os import PathLike
from types import TracebackType
from typing import Any, Self, TypeVar

from saasops.app.calendars import Calendars
from saasops.app.campaigns import Campaigns
from saasops.app.definitions import Definitions
from saasops.app.dispatch import Dispatch, TickReport
from saasops.app.notices import follow, plan_recurring
from saasops.app.opening import BUILTIN, find_files, find_storage
from saasops.app.outbox import Outbox
from saasops.app.people import People
from saasops.app.places import refresh_places
from saasops.app.requests import Command, forget_requests, once
from saasops.app.rewards import open_counters
from saasops.app.survey_definitions import SurveyDefinitions
from saasops.app.versions import Versions, announce_endings, looked_today
from saasops.app.work import Work, attempt
from saasops.campaigns.definition import Campaign
from saasops.clock import Clock, system_clock
from saasops.errors import PluginError, Refused, StorageError
from saasops.figures import Report
from saasops.plugins import PluginReport, Plugins
from saasops.ports import Channel, Document, FileStore, Storage, Transaction
from saasops.scheduling.kinds import BUILT_IN
from saasops.scheduling.rules import RuleKind
from saasops.storage.files import TenantFiles
from saasops.storage.migrations import bring_up_to_date, status
from saasops.storage.tables import CAMPAIGNS
from saasops.surveys import kinds
from saasops.surveys.kinds import QuestionKind
from saasops.values import DEFAULT_TENANT, SYSTEM
from saasops.versions.schemes import BUILT_IN as SCHEMES
from saasops.versions.version import VersionScheme

R = TypeVar("R")
_LAUNCH = Command("launch", type(None))


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
        files: FileStore | None = None,
        clock: Clock = system_clock,
        tenant: str = DEFAULT_TENANT,
        actor: str = SYSTEM,
    ) -> None:
        """Use *storage* as it is; `open` is the ordinary way in.

        *channels* names the channel that delivers each medium: `{"mail": "file"}`. Without
        *files*, nobody can upload any.
        """
        self._storage = storage
        self._files = files
        self._plugins = plugins or Plugins({}, builtin=BUILTIN)
        self._channels = dict(channels or {})
        self._clock = clock
        self._tenant = tenant
        self._actor = actor
        self._definitions = Definitions(self._rule_kind, self._question_kinds)
        self._join: Any = None
        self._key: str | None = None

    @classmethod
    def open(
        cls,
        where: str | PathLike[str] = "memory",
        *,
        plugins: Mapping[str, Any] | None = None,
        channels: Mapping[str, str] | None = None,
        files: FileStore | None = None,
        clock: Clock = system_clock,
        tenant: str = DEFAULT_TENANT,
        migrate: bool = True,
    ) -> "SaasOps":
        """Open the storage *where* and bring its tables up to date.

        *where* is `memory`, the path of a SQLite file, or a URL whose scheme names a storage
        plugin, which gets it as its setting `dsn`. *plugins* maps the name of each plugin to
        its settings, or to a module or object of the host. *files* keeps what people upload;
        without it they lie in memory, or in a folder beside the SQLite file, its name with
        `.files` behind it; a server needs its own. Raise `PluginError` for a plugin
        that cannot be used, `StorageError` storage.newer for a database of a newer saasops and,
        without *migrate*, storage.behind for one that is not up to date.
        """
        storage, loaded = find_storage(where, plugins)
        for medium, channel in (channels or {}).items():
            if channel not in loaded.channels:
                raise PluginError("notice.no_channel", medium=medium)
        opened = loaded.storage(storage)
        if migrate:
            bring_up_to_date(opened, tenant=tenant, at=clock())
        elif pending := status(opened, tenant=tenant).pending:
            raise StorageError("storage.behind", pending=list(pending))
        kept = files or find_files(where)
        return cls(
            opened, plugins=loaded, channels=channels, files=kept, clock=clock, tenant=tenant
        )

    @property
    def files(self) -> TenantFiles:
        """Return where the files lie that people send. What they are, campaigns know."""
        return TenantFiles(self._files, self._tenant)

    @property
    def people(self) -> People:
        """Return a handle on users, accounts and how they are reached."""
        return People(self, actor=self._actor)

    @property
    def versions(self) -> Versions:
        """Return a handle on releases, upgrade paths and downloads."""
        return Versions(self, actor=self._actor)

    @property
    def surveys(self) -> SurveyDefinitions:
        """Return a handle on surveys while they are written, and on their published versions."""
        return SurveyDefinitions(self, self._question_kinds, actor=self._actor)

    @property
    def calendars(self) -> Calendars:
        """Return a handle on calendars: what is known of days, and what the host says."""
        return Calendars(self, self._definitions, actor=self._actor)

    @property
    def outbox(self) -> Outbox:
        """Return a handle on what waits to be sent, and on what was given up."""
        return Outbox(self, actor=self._actor)

    def acting(self, actor: str) -> "SaasOps":
        """Return the same operations on behalf of *actor*, who stands in every record."""
        return self._with(_actor=actor)

    def joining(self, connection: Any) -> "SaasOps":
        """Return the same operations inside the host's own transaction on *connection*.

        *connection* is what the storage joins: a SQLAlchemy Session or Connection, Django's
        connection inside `atomic`, a connection of the driver. Each command is all or nothing by
        itself, and all of them are kept or lost with the host's transaction. A command that
        others were in the way of is not repeated: that is the host's to do, with its own part.
        """
        return self._with(_join=connection)

    def once(self, key: str) -> "SaasOps":
        """Return the same operations for one command that is done once, however often it is sent.

        Repeated with the same *key*, the command returns what it returned at first and does
        nothing; after a commit of unknown fate it is repeated by itself. Keys are remembered
        for 30 days. Raise `Refused` request.reused when *key* belongs to another command.
        """
        return self._with(_key=key)

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

        self.run(step, actor=self._actor, command=_LAUNCH)
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
        if self._join is not None or self._key is not None:
            raise Refused("request.tick")
        planned = 0
        self.run(forget_requests, actor=SYSTEM)
        ids = self.run(self._ready, actor=SYSTEM, write=False)
        for id in ids:
            planned += plan_recurring(self, self._definitions, id, actor=SYSTEM)
        if not self.run(looked_today, actor=SYSTEM, write=False):
            self.run(announce_endings, actor=SYSTEM)
        observe = self._plugins.observe if self._plugins.observed else None
        dispatch = Dispatch(self, self._definitions, channel=self._channel, observe=observe)
        return dispatch.drain(most=most) + TickReport(planned=planned)

    def render(self, report: Report, format: str, *, locale: str = "zh-CN") -> Iterable[Document]:
        """Write *report* down as html, csv, json, text, xlsx, or what a plugin offers."""
        return self._plugins.report_format(format).render(report, locale=locale)

    def plugins(self) -> tuple[PluginReport, ...]:
        """Return a row for each plugin that is active or could be."""
        return self._plugins.reports()

    def run(
        self,
        step: Callable[[Work], R],
        *,
        actor: str,
        write: bool = True,
        command: Command | None = None,
    ) -> R:
        """Run *step* in one transaction, again when others were in the way.

        For handles, and for hosts that put several steps into one transaction.
        """
        keyed = write and self._key is not None
        whole = once(str(self._key), command, step) if keyed else step

        def within(tx: Transaction) -> R:
            work = Work(tx, at=self._clock(), actor=actor, heard=self._heard, schemes=self._scheme)
            return whole(work)

        return attempt(
            self._storage, self._tenant, within, write=write, join=self._join, keyed=keyed
        )

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

    def _with(self, **changes: Any) -> "SaasOps":
        other = copy(self)
        vars(other).update(changes)
        return other

    def _heard(self, work: Work, name: str, event: Any) -> None:
        follow(work, self._definitions, name, event)

    def _ready(self, work: Work) -> tuple[str, ...]:
        """Return the ids of all campaigns; raise `PluginError` where a channel is missing."""
        ids = tuple(row["id"] for row in work.rows(CAMPAIGNS, {}))
        for id in ids:
            for rule in self._definitions.need(work, id).campaign.notices:
                self._delivering(rule.medium)
        return ids

    def _rule_kind(self, name: str) -> RuleKind | None:
        if name in self._plugins.capacity_rule_kinds:
            return self._plugins.capacity_rule_kind(name)
        return BUILT_IN.get(name)

    def _question_kinds(self) -> Mapping[str, QuestionKind]:
        offered = self._plugins.question_kinds
        return {**kinds.BUILT_IN, **{name: self._plugins.question_kind(name) for name in offered}}

    def _scheme(self, name: str) -> VersionScheme | None:
        if name in self._plugins.version_schemes:
            return self._plugins.version_scheme(name)
        return SCHEMES.get(name)

    def _channel(self, medium: str) -> Channel:
        return self._plugins.channel(self._delivering(medium))

    def _delivering(self, medium: str) -> str:
        if medium not in self._channels:
            raise PluginError("notice.no_channel", medium=medium)
        return self._channels[medium]
