"""Every table of saasops, declared once. How a store keeps them is left to the store.

A table with a `body` holds one value whole; its other columns repeat what is looked up,
sorted or kept unique. `Shelf` ties such a table to the class of its values, and to the person
under whose key their personal fields, those with `repr=False`, are sealed. Counters
(`used`, `points`) stand in columns only, because only the store may count.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, Generic, TypeVar

import attrs

from saasops.calendars.keeping import KeptCalendar
from saasops.campaigns.channels import ChannelCount
from saasops.campaigns.participants import Participant
from saasops.campaigns.segments import Segment, Snapshot, Stay
from saasops.logins.attempts import Attempt
from saasops.logins.identities import ProvenContact
from saasops.logins.sessions import Session
from saasops.notices.notice import Notice
from saasops.people.contacts import Contact
from saasops.people.matching import Prior
from saasops.people.merging import Merge
from saasops.people.privacy.consents import Consent
from saasops.people.privacy.erasure import ErasureReport
from saasops.people.privacy.holds import LegalHold
from saasops.people.resemblance import Decision
from saasops.people.users import Account, LinkedIdentity, User
from saasops.ports import Table
from saasops.rewards.grants import Grant
from saasops.scheduling.assistants import Absence, Assistant
from saasops.scheduling.bookings import Booking
from saasops.scheduling.outcomes import Outcome
from saasops.scheduling.waitlist import Waiting
from saasops.surveys.answers import Response
from saasops.surveys.drafts import Draft
from saasops.surveys.history import Former
from saasops.surveys.profiles import SavedProfile
from saasops.surveys.publishing import PublishedSurvey, SurveyDraft
from saasops.surveys.uploads import Upload
from saasops.threads.posts import Post, Thread
from saasops.versions.downloads import Download
from saasops.versions.readiness import Requirement
from saasops.versions.releases import Product, Release, UpgradePath

T = TypeVar("T")


@attrs.frozen
class Subject:
    """Whose key seals a value: what he is (`user`, `prior`, …), and the field that names him."""

    sort: str
    field: str

    def of(self, value: Any) -> str:
        """Return the person of *value*, a value or a mapping of its fields, as one text."""
        read = value.get if isinstance(value, Mapping) else partial(getattr, value)
        return subject_of(self.sort, str(read(self.field)))


def subject_of(sort: str, id: str) -> str:
    """Return under which name the key of a person is kept."""
    return f"{sort}/{id}"


TENANT = ""
"""The subject of what is nobody's in particular."""


@attrs.frozen(eq=False)
class Shelf(Generic[T]):
    """Where the values of one class are kept, and whose they are; of nobody without *subject*."""

    table: Table
    kind: type[T]
    subject: Subject | None = None

    def subject_of(self, value: Any) -> str:
        """Return under whose key the personal fields of *value* are sealed."""
        return TENANT if self.subject is None else self.subject.of(value)


def _table(
    name: str,
    key: tuple[str, ...],
    columns: dict[str, str],
    *indexes: tuple[str, ...],
) -> Table:
    return Table(name=name, columns={**columns, "body": "json"}, key=key, indexes=indexes)


_USER = Subject("user", "user")

ACCOUNTS = Shelf(_table("accounts", ("id",), {"id": "str"}), Account)
USERS = Shelf(
    _table("users", ("id",), {"id": "str", "account": "str?"}, ("account", "id")),
    User,
    Subject("user", "id"),
)
CONTACTS = Shelf(_table("contacts", ("user",), {"user": "str"}), Contact, _USER)
IDENTITIES = Shelf(
    _table(
        "identities",
        ("provider", "realm", "digest"),
        {"provider": "str", "realm": "str", "digest": "str", "union": "str?", "user": "str"},
        ("user", "provider", "realm", "digest"),
        ("union", "provider", "realm", "digest"),
    ),
    LinkedIdentity,
    _USER,
)
"""*digest* and *union* are blind indexes of what the provider calls the person."""
ROLES = Table(
    name="roles",
    columns={"user": "str", "role": "str", "assigned_at": "time", "assigned_by": "str"},
    key=("user", "role"),
)
MATCH_KEYS = Table(
    name="match_keys",
    columns={"route": "str", "value": "str", "kind": "str", "owner": "str"},
    key=("route", "value", "kind", "owner"),
    indexes=(("kind", "owner", "route", "value"),),
)
"""What leads to somebody, as blind indexes: see `saasops.people.matching`."""
PRIORS = Shelf(_table("priors", ("id",), {"id": "str"}), Prior, Subject("prior", "id"))
ATTEMPTS = Shelf(
    _table(
        "login_attempts",
        ("id",),
        {"id": "str", "expires_at": "time"},
        ("expires_at", "id"),
    ),
    Attempt,
)
SESSIONS = Shelf(
    _table(
        "sessions",
        ("id",),
        {"id": "str", "user": "str", "expires_at": "time"},
        ("user", "id"),
        ("expires_at", "id"),
    ),
    Session,
    _USER,
)
PROVEN_CONTACTS = Shelf(
    _table(
        "proven_contacts",
        ("means", "digest", "user"),
        {"means": "str", "digest": "str", "user": "str"},
        ("user", "means", "digest"),
    ),
    ProvenContact,
    _USER,
)
LOGIN_COUNTS = Table(
    name="login_counts",
    columns={"key": "str", "until": "time", "used": "int", "most": "int"},
    key=("key",),
    indexes=(("until", "key"),),
    checks=(("used", "<=", "most"),),
)
"""How often who did what in one window: see `saasops.logins.policy`."""
SUBJECT_KEYS = Table(
    name="subject_keys",
    columns={"subject": "str", "under": "str", "wrapped": "str", "forgotten_at": "time?"},
    key=("subject",),
    indexes=(("under", "subject"),),
)
"""The key of each person, wrapped by the keyring; "" once he is forgotten. See `saasops.vault`."""

CONSENTS = Shelf(
    _table(
        "consents",
        ("user", "purpose", "given_at"),
        {"user": "str", "purpose": "str", "given_at": "time"},
    ),
    Consent,
)
LEGAL_HOLDS = Shelf(
    _table("legal_holds", ("user", "id"), {"user": "str", "id": "str"}), LegalHold, _USER
)
ERASURES = Shelf(
    _table("erasures", ("user",), {"user": "str", "at": "time"}, ("at", "user")), ErasureReport
)
"""Who was forgotten, as proof: nothing in it is personal."""
PRIVACY_POLICY = Table(
    name="privacy_policy",
    columns={
        "id": "str",
        "adopted_at": "time",
        "run_on": "date?",
        "after": "str?",
        "body": "json",
    },
    key=("id",),
)
"""What data is needed for and how long, and how far the run of the day *run_on* got."""

MERGES = Shelf(
    _table(
        "merges",
        ("user", "at"),
        {"user": "str", "at": "time", "into": "str", "stands": "bool"},
        ("user", "stands", "at"),
        ("into", "at", "user"),
    ),
    Merge,
    _USER,
)
RESEMBLANCE_DECISIONS = Shelf(
    _table(
        "resemblance_decisions",
        ("one", "other", "at"),
        {"one": "str", "other": "str", "at": "time"},
    ),
    Decision,
)
SEGMENTS = Shelf(_table("segments", ("id",), {"id": "str"}), Segment)
SEGMENT_STAYS = Shelf(
    _table(
        "segment_stays",
        ("segment", "user", "entered_at"),
        {"segment": "str", "user": "str", "entered_at": "time", "inside": "bool"},
        ("segment", "inside", "user", "entered_at"),
        ("user", "entered_at", "segment"),
    ),
    Stay,
)
SEGMENT_SNAPSHOTS = Shelf(
    _table("segment_snapshots", ("segment", "name"), {"segment": "str", "name": "str"}), Snapshot
)

PRODUCTS = Shelf(_table("products", ("id",), {"id": "str"}), Product)
RELEASES = Shelf(
    _table("releases", ("product", "name"), {"product": "str", "name": "str"}), Release
)
UPGRADE_PATHS = Shelf(
    _table(
        "upgrade_paths",
        ("product", "from_", "to"),
        {"product": "str", "from_": "str", "to": "str"},
    ),
    UpgradePath,
)
DOWNLOADS = Shelf(
    _table(
        "downloads",
        ("user", "product", "downloaded_at", "text"),
        {"user": "str", "product": "str", "downloaded_at": "time", "text": "str"},
    ),
    Download,
)

REQUIREMENTS = Shelf(
    _table("requirements", ("product", "id"), {"product": "str", "id": "str"}), Requirement
)
SUPPORT_ENDINGS = Table(
    name="support_endings",
    columns={
        "product": "str",
        "release": "str",
        "months": "int",
        "ends_on": "date",
        "told_at": "time",
    },
    key=("product", "release", "months", "ends_on"),
)
"""What was said of the end of support, once for each release, number of months and day."""

CALENDARS = Shelf(_table("calendars", ("name",), {"name": "str"}), KeptCalendar)
CAMPAIGNS = Table(
    name="campaigns",
    columns={"id": "str", "definition": "str", "launched_at": "time", "calendar": "str?"},
    key=("id",),
)
"""*calendar* tells what is kept of the campaign's calendar apart from what was; see `app`."""
DEFINITIONS = Table(name="definitions", columns={"digest": "str", "body": "json"}, key=("digest",))
SURVEYS = Shelf(
    _table(
        "surveys",
        ("id", "version"),
        {"id": "str", "version": "int", "fingerprint": "str", "published_at": "time"},
    ),
    PublishedSurvey,
)
SURVEY_DRAFTS = Shelf(_table("survey_drafts", ("id",), {"id": "str"}), SurveyDraft)
PARTICIPANTS = Shelf(
    _table("participants", ("campaign", "user"), {"campaign": "str", "user": "str"}), Participant
)
RESPONSES = Shelf(
    _table("responses", ("campaign", "user"), {"campaign": "str", "user": "str"}),
    Response,
    _USER,
)
RESPONSE_HISTORY = Shelf(
    _table(
        "response_history",
        ("campaign", "user", "number"),
        {"campaign": "str", "user": "str", "number": "int"},
    ),
    Former,
    _USER,
)
RESPONSE_DRAFTS = Shelf(
    _table("response_drafts", ("campaign", "user"), {"campaign": "str", "user": "str"}),
    Draft,
    _USER,
)
IMPORT_PROFILES = Shelf(
    _table("import_profiles", ("campaign", "name"), {"campaign": "str", "name": "str"}),
    SavedProfile,
)
UPLOADS = Shelf(
    _table(
        "uploads",
        ("campaign", "id"),
        {"campaign": "str", "id": "str", "by": "str", "kept": "bool"},
        ("campaign", "by", "kept", "id"),
    ),
    Upload,
    Subject("user", "by"),
)
CHANNEL_COUNTS = Shelf(
    _table("channel_counts", ("channel", "name"), {"channel": "str", "name": "str"}), ChannelCount
)

ASSISTANTS = Shelf(
    _table("assistants", ("id",), {"id": "str"}), Assistant, Subject("assistant", "id")
)
ABSENCES = Shelf(
    _table("absences", ("assistant", "opens"), {"assistant": "str", "opens": "date"}), Absence
)
PLACES = Table(
    name="places",
    columns={
        "campaign": "str",
        "assistant": "str",
        "day": "date",
        "slot": "str",
        "team": "str",
        "rule": "str",
        "limits": "json?",
        "open": "bool",
        "cap": "int",
        "used": "int",
    },
    key=("campaign", "assistant", "day"),
    indexes=(
        ("campaign", "slot", "team", "open", "used", "day", "assistant"),
        ("campaign", "day", "team", "open", "used", "assistant"),
    ),
    checks=(("used", "<=", "cap"), ("used", ">=", 0)),
)
COUNTERS = Table(
    name="counters",
    columns={"campaign": "str", "id": "str", "used": "int", "cap": "int"},
    key=("campaign", "id"),
    checks=(("used", "<=", "cap"), ("used", ">=", 0)),
)
"""Limits beside the places: `limit/<rule>/…`, `stock/<prize>`, `first/<rule>`, `budget`,
`quota/<survey>`."""
BOOKINGS = Shelf(
    _table(
        "bookings",
        ("campaign", "user"),
        {"campaign": "str", "user": "str", "assistant": "str", "day": "date", "slot": "str"},
        ("campaign", "assistant", "day", "user"),
        ("campaign", "slot", "user"),
    ),
    Booking,
)
WAITLIST = Shelf(
    _table(
        "waitlist",
        ("campaign", "user"),
        {"campaign": "str", "user": "str", "priority": "int", "since": "time"},
        ("campaign", "priority", "since", "user"),
    ),
    Waiting,
)
OUTCOMES = Shelf(
    _table(
        "outcomes",
        ("campaign", "user", "attempt"),
        {"campaign": "str", "user": "str", "attempt": "int"},
    ),
    Outcome,
    _USER,
)

NOTICES = Shelf(
    _table(
        "notices",
        ("campaign", "rule", "recipient", "occurrence"),
        {
            "campaign": "str",
            "rule": "str",
            "recipient": "str",
            "occurrence": "str",
            "stage": "str",
        },
        ("campaign", "stage", "rule", "recipient", "occurrence"),
        ("campaign", "recipient", "rule", "occurrence"),
    ),
    Notice,
)
OCCURRENCES = Table(
    name="occurrences",
    columns={"campaign": "str", "rule": "str", "day": "date", "reached": "str", "done": "bool"},
    key=("campaign", "rule", "day"),
)
THREADS = Shelf(_table("threads", ("campaign", "id"), {"campaign": "str", "id": "str"}), Thread)
POSTS = Shelf(
    _table(
        "posts",
        ("campaign", "id"),
        {
            "campaign": "str",
            "id": "str",
            "thread": "str",
            "parent": "str?",
            "check_in": "bool",
            "posted_at": "time",
        },
        ("campaign", "thread", "parent", "posted_at", "id"),
        ("campaign", "check_in", "posted_at", "id"),
    ),
    Post,
    Subject("user", "author"),
)
POSTINGS = Table(
    name="postings",
    columns={
        "id": "int",
        "campaign": "str",
        "transaction_": "str",
        "account": "str",
        "points": "int",
        "at": "time",
        "memo": "str",
    },
    key=("id",),
    unique=(("campaign", "transaction_", "account"),),
    indexes=(("campaign", "account", "id"),),
    auto=True,
)
BALANCES = Table(
    name="balances",
    columns={"campaign": "str", "account": "str", "points": "int"},
    key=("campaign", "account"),
)
GRANTS = Shelf(
    _table(
        "grants",
        ("campaign", "user", "rule"),
        {"campaign": "str", "user": "str", "rule": "str", "week": "date"},
        ("campaign", "week", "user", "rule"),
    ),
    Grant,
)

EVENTS = Table(
    name="events",
    columns={
        "id": "int",
        "name": "str",
        "at": "time",
        "actor": "str",
        "campaign": "str",
        "user": "str",
        "body": "json",
    },
    key=("id",),
    indexes=(("campaign", "user", "id"), ("campaign", "name", "id")),
    auto=True,
)
OUTBOX = Table(
    name="outbox",
    columns={
        "id": "int",
        "topic": "str",
        "message": "str",
        "due": "time",
        "attempts": "int",
        "payload": "json",
    },
    key=("id",),
    unique=(("topic", "message"),),
    indexes=(("due", "id"),),
    auto=True,
)
DEAD = Table(
    name="dead_letters",
    columns={
        "id": "int",
        "topic": "str",
        "message": "str",
        "payload": "json",
        "attempts": "int",
        "reason": "str",
        "buried_at": "time",
    },
    key=("id",),
    unique=(("topic", "message"),),
    indexes=(("topic", "id"),),
    auto=True,
)
"""What was given up: out of the outbox, with the code of its reason, until somebody looks."""

REQUESTS = Table(
    name="requests",
    columns={"key": "str", "command": "str", "at": "time", "result": "json?"},
    key=("key",),
    indexes=(("at", "key"),),
)
"""Commands that carried an idempotency key, with what they returned."""
DECLARATIONS = Table(name="declarations", columns={"name": "str", "body": "json"}, key=("name",))
MIGRATIONS = Table(
    name="migrations",
    columns={"number": "int", "name": "str", "library": "str", "done_at": "time"},
    key=("number",),
)

TABLES: tuple[Table, ...] = tuple(
    found.table if isinstance(found, Shelf) else found
    for found in list(globals().values())
    if isinstance(found, Table | Shelf)
)
