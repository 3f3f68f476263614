"""The one object that a host makes: it holds a storage, plugins and a clock, and no state."""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from functools import partial
from os import PathLike
from types import TracebackType
from typing import Any, Self, TypeVar

from saasops.app.addresses import Addresses
from saasops.app.calendars import Calendars
from saasops.app.campaigns import Campaigns
from saasops.app.definitions import Definitions
from saasops.app.dispatch import Dispatch, TickReport
from saasops.app.guarding import Admission, Doorkeeper
from saasops.app.keys import Keyrings
from saasops.app.login_keeping import forget_logins
from saasops.app.logins import LoginMeans, Logins
from saasops.app.notices import follow, plan_recurring
from saasops.app.offers import Offers
from saasops.app.opening import BUILTIN, NoKeys, find_files, find_keys, find_storage
from saasops.app.outbox import Outbox
from saasops.app.people import People
from saasops.app.persons import Persons
from saasops.app.places import refresh_places
from saasops.app.privacy import Privacy
from saasops.app.privacy_retaining import retain_today
from saasops.app.requests import Command, forget_requests, once
from saasops.app.rewards import open_counters
from saasops.app.roles import Roles
from saasops.app.segments import Segments, take_snapshot
from saasops.app.survey_definitions import SurveyDefinitions
from saasops.app.versions import Versions, announce_endings, looked_today
from saasops.app.work import Work, attempt
from saasops.campaigns.definition import Campaign
from saasops.clock import Clock, system_clock
from saasops.errors import PluginError, Refused, StorageError
from saasops.figures import Report
from saasops.logins.http import HttpTransport
from saasops.logins.policy import LoginPolicy
from saasops.people.roles import Role, known_role, with_roles
from saasops.plugins import PluginReport, Plugins
from saasops.ports import Document, FileStore, Keyring, Storage, Transaction, Wiping
from saasops.storage.files import TenantFiles
from saasops.storage.migrations import bring_up_to_date, status
from saasops.storage.tables import CAMPAIGNS
from saasops.values import DEFAULT_TENANT, SYSTEM
from saasops.vault.sealing import Vault

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
        keys: Keyring | None = None,
        logins: LoginPolicy | None = None,
        transport: HttpTransport | None = None,
        clock: Clock = system_clock,
        tenant: str = DEFAULT_TENANT,
        actor: str = SYSTEM,
        roles: Iterable[Role] = (),
    ) -> None:
        """Use *storage* as it is; `open` is the ordinary way in.

        *channels* names the channel that delivers each medium: `{"mail": "file"}`. Without *files*
        nobody can upload any, without *keys* nothing personal is kept, or *logins* used.
        """
        self._storage = storage
        self._files = files
        self._vault = Vault(keys or NoKeys(), tenant)
        self._plugins = plugins or Plugins({}, builtin=BUILTIN)
        self._channels = dict(channels or {})
        self._logins = logins
        self._transport = transport
        self._clock = clock
        self._tenant = tenant
        self._actor = actor
        self._roles = with_roles(roles)
        self.guard: Doorkeeper | None = None
        self._offers = Offers(self._plugins, self._channels)
        self._definitions = Definitions(self._offers.rule_kind, self._offers.question_kinds)
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
        keys: Keyring | str | None = None,
        logins: LoginPolicy | None = None,
        transport: HttpTransport | None = None,
        clock: Clock = system_clock,
        tenant: str = DEFAULT_TENANT,
        roles: Iterable[Role] = (),
        migrate: bool = True,
    ) -> "SaasOps":
        """Open the storage *where* and bring its tables up to date.

        *where* is `memory`, the path of a SQLite file, or a URL whose scheme names a storage
        plugin, which gets it as its setting `dsn`. *plugins* maps the name of each plugin to
        its settings, or to a module or object of the host. *files* keeps what people upload;
        without it they lie in memory, or in a folder beside the SQLite file, its name with
        `.files` behind it; a server needs its own. *keys* are those that personal data is
        sealed under, or the name of a plugin's; without them, a SQLite file has its own beside
        it, its name with `.keys` behind it. *logins* says how people log in, *transport* how
        providers ask the network. *roles* are the host's, beside the built-in ones.

        Raise `Invalid` role.invalid for a wrong role, `PluginError` for a plugin that cannot be
        used, `SaasOpsError` keys.missing for a server without *keys*, keys.lost and
        keys.wrong_secret for a storage kept under others, `StorageError` storage.newer for one
        of a newer saasops and, without *migrate*, storage.behind for one not up to date.
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
        given = loaded.keyring(keys) if isinstance(keys, str) else keys
        keyring = find_keys(where, opened, given=given, tenant=tenant)
        kept = files or find_files(where)
        return cls(
            opened,
            plugins=loaded,
            channels=channels,
            files=kept,
            keys=keyring,
            logins=logins,
            transport=transport,
            clock=clock,
            tenant=tenant,
            roles=roles,
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
    def logins(self) -> Logins:
        """Return a handle on logins and sessions."""
        means = LoginMeans(
            policy=self._logins,
            http=self._transport,
            provider=self._offers.login_provider,
            channel=self._offers.channel,
            alone=self._join is None,
        )
        return Logins(self, means, actor=self._actor)

    @property
    def privacy(self) -> Privacy:
        """Return a handle on consent, retention, erasure and what is known of a person."""
        return Privacy(self, self._definitions, actor=self._actor)

    @property
    def roles(self) -> Roles:
        """Return a handle on who has which role."""
        return Roles(self, self._roles, actor=self._actor)

    @property
    def addresses(self) -> Addresses:
        """Return a handle on postal addresses, and on who has to be asked for one."""
        return Addresses(self, actor=self._actor)

    @property
    def persons(self) -> Persons:
        """Return a handle on people who are known twice, and on joining them."""
        return Persons(self, actor=self._actor)

    @property
    def segments(self) -> Segments:
        """Return a handle on groups of people by rule."""
        return Segments(self, actor=self._actor)

    @property
    def versions(self) -> Versions:
        """Return a handle on releases, upgrade paths and downloads."""
        return Versions(self, actor=self._actor)

    @property
    def surveys(self) -> SurveyDefinitions:
        """Return a handle on surveys while they are written, and on their published versions."""
        return SurveyDefinitions(self, self._offers.question_kinds, actor=self._actor)

    @property
    def calendars(self) -> Calendars:
        """Return a handle on calendars: what is known of days, and what the host says."""
        return Calendars(self, self._definitions, actor=self._actor)

    @property
    def keys(self) -> Keyrings:
        """Return a handle on the keys that personal data lies under."""
        return Keyrings(self, actor=self._actor)

    @property
    def outbox(self) -> Outbox:
        """Return a handle on what waits to be sent, and on what was given up."""
        return Outbox(self, actor=self._actor)

    def acting(self, actor: str, *, roles: Iterable[str] | None = None) -> "SaasOps":
        """Return the same operations on behalf of *actor*, who stands in every record.

        He may what his *roles* may; without them, those are looked up that he was given, and
        who was given none is a `user`. What is about himself names *actor* as its user. Raise
        `Refused` role.unknown, and role.denied from operations that are on somebody's behalf.
        """
        self._admit("acting", now=True)
        given = None if roles is None else tuple(roles)
        for name in given or ():
            known_role(name, self._roles)
        guard = Doorkeeper(actor=actor, known=self._roles, given=given)
        return self._with(_actor=actor, guard=guard)

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
        for 30 days. Raise `Refused` request.reused for another command, actor or argument.
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
                if opened.campaign.audience is not None:
                    take_snapshot(work, opened.campaign.audience, name=campaign.id)
                open_counters(work, opened)
                refresh_places(work, opened)

        told, admit = {"campaign": campaign}, self._admit("launch")
        self.run(step, actor=self._actor, command=_LAUNCH, told=lambda: told, admit=admit)
        return self.campaign(campaign.id)

    def campaign(self, id: str) -> Campaigns:
        """Return a handle on the campaign *id*; whether there is one shows at the first call."""
        return Campaigns(self, id, self._definitions, actor=self._actor)

    def campaigns(self, *, limit: int = 100) -> tuple[str, ...]:
        """Return the ids of up to *limit* campaigns, in order."""

        def step(work: Work) -> tuple[str, ...]:
            return tuple(row["id"] for row in work.tx.find(CAMPAIGNS, {}, limit=limit))

        return self.run(step, actor=self._actor, write=False, admit=self._admit("campaigns"))

    def tick(self, *, most: int = 100_000) -> TickReport:
        """Plan what has come due and send up to *most* messages; safe to call at any time.

        However often it runs or is cut short, a notice is sent once: see `saasops.app.dispatch`.
        """
        if self._join is not None or self._key is not None:
            raise Refused("request.tick")
        planned = 0
        self.run(forget_requests, actor=SYSTEM, admit=self._admit("tick"))
        self.run(forget_logins, actor=SYSTEM)
        self.run(partial(retain_today, definitions=self._definitions), actor=SYSTEM)
        ids = self.run(self._ready, actor=SYSTEM, write=False)
        for id in ids:
            planned += plan_recurring(self, self._definitions, id, actor=SYSTEM)
        if not self.run(looked_today, actor=SYSTEM, write=False):
            self.run(announce_endings, actor=SYSTEM)
        observe = self._plugins.observe if self._plugins.observed else None
        dispatch = Dispatch(self, self._definitions, channel=self._offers.channel, observe=observe)
        return dispatch.drain(most=most) + TickReport(planned=planned)

    def render(self, report: Report, format: str, *, locale: str = "zh-CN") -> Iterable[Document]:
        """Write *report* down as html, csv, json, text, xlsx, or what a plugin offers."""
        self._admit("render", now=True)
        return self._plugins.report_format(format).render(report, locale=locale)

    def plugins(self) -> tuple[PluginReport, ...]:
        """Return a row for each plugin that is active or could be."""
        self._admit("plugins", now=True)
        return self._plugins.reports()

    def run(
        self,
        step: Callable[[Work], R],
        *,
        actor: str,
        write: bool = True,
        command: Command | None = None,
        told: Callable[[], Mapping[str, Any]] | None = None,
        admit: Admission | None = None,
    ) -> R:
        """Run *step* in one transaction, again when others were in the way.

        For handles, and for hosts that put several steps into one transaction. No role is asked
        for but by *admit*, before anything else: a step is the host's own code.
        """
        keyed = write and self._key is not None
        whole = once(str(self._key), command, step, told=told) if keyed else step

        def within(tx: Transaction) -> R:
            if admit is not None:
                admit(tx)
            work = Work(
                tx,
                at=self._clock(),
                actor=actor,
                vault=self._vault,
                heard=self._heard,
                schemes=self._offers.scheme,
            )
            return whole(work)

        return attempt(
            self._storage, self._tenant, within, write=write, join=self._join, keyed=keyed
        )

    def wipe(self) -> None:
        """Let the storage overwrite what it no longer keeps, where it can; see `ports.Wiping`.

        Inside the host's own transaction that has to wait for its end: call it then.
        """
        self._admit("wipe", now=True)
        if isinstance(self._storage, Wiping) and self._join is None:
            self._storage.wipe()

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

    def _admit(self, name: str, *, now: bool = False) -> Admission | None:
        """Ask whether the actor may; return what has to ask in a transaction, if not *now*."""
        admit = self.guard.check(f"SaasOps.{name}", {}) if self.guard is not None else None
        if not now or admit is None:
            return admit
        return self.run(lambda _: None, actor=self._actor, write=False, admit=admit)

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
                self._offers.delivering(rule.medium)
        return ids
