"""Every table of saasops, declared once. How a store keeps them is left to the store.

A table with a `body` holds one value whole; its other columns repeat what is looked up,
sorted or kept unique. `Shelf` ties such a table to the class of its values, and to the person
under whose key their personal fields, those with `repr=False`, are sealed. Counters
(`used`, `points`) stand in columns only, because only the store may count. Those of people
stand in `people_tables`.
"""

from saasops.calendars.keeping import KeptCalendar
from saasops.campaigns.channels import ChannelCount
from saasops.campaigns.participants import Participant
from saasops.notices.notice import Notice
from saasops.ports import Table
from saasops.rewards.grants import Grant
from saasops.scheduling.assistants import Absence, Assistant
from saasops.scheduling.bookings import Booking
from saasops.scheduling.outcomes import Outcome
from saasops.scheduling.waitlist import Waiting
from saasops.storage.people_tables import *  # noqa: F403 -- every table is found in this room
from saasops.storage.shelves import USER, Shelf, Subject, table_of
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

PRODUCTS = Shelf(table_of("products", ("id",), {"id": "str"}), Product)
RELEASES = Shelf(
    table_of("releases", ("product", "name"), {"product": "str", "name": "str"}), Release
)
UPGRADE_PATHS = Shelf(
    table_of(
        "upgrade_paths",
        ("product", "from_", "to"),
        {"product": "str", "from_": "str", "to": "str"},
    ),
    UpgradePath,
)
DOWNLOADS = Shelf(
    table_of(
        "downloads",
        ("user", "product", "downloaded_at", "text"),
        {"user": "str", "product": "str", "downloaded_at": "time", "text": "str"},
    ),
    Download,
)

REQUIREMENTS = Shelf(
    table_of("requirements", ("product", "id"), {"product": "str", "id": "str"}), Requirement
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

CALENDARS = Shelf(table_of("calendars", ("name",), {"name": "str"}), KeptCalendar)
CAMPAIGNS = Table(
    name="campaigns",
    columns={"id": "str", "definition": "str", "launched_at": "time", "calendar": "str?"},
    key=("id",),
)
"""*calendar* tells what is kept of the campaign's calendar apart from what was; see `app`."""
DEFINITIONS = Table(name="definitions", columns={"digest": "str", "body": "json"}, key=("digest",))
SURVEYS = Shelf(
    table_of(
        "surveys",
        ("id", "version"),
        {"id": "str", "version": "int", "fingerprint": "str", "published_at": "time"},
    ),
    PublishedSurvey,
)
SURVEY_DRAFTS = Shelf(table_of("survey_drafts", ("id",), {"id": "str"}), SurveyDraft)
PARTICIPANTS = Shelf(
    table_of("participants", ("campaign", "user"), {"campaign": "str", "user": "str"}), Participant
)
RESPONSES = Shelf(
    table_of("responses", ("campaign", "user"), {"campaign": "str", "user": "str"}),
    Response,
    USER,
)
RESPONSE_HISTORY = Shelf(
    table_of(
        "response_history",
        ("campaign", "user", "number"),
        {"campaign": "str", "user": "str", "number": "int"},
    ),
    Former,
    USER,
)
RESPONSE_DRAFTS = Shelf(
    table_of("response_drafts", ("campaign", "user"), {"campaign": "str", "user": "str"}),
    Draft,
    USER,
)
IMPORT_PROFILES = Shelf(
    table_of("import_profiles", ("campaign", "name"), {"campaign": "str", "name": "str"}),
    SavedProfile,
)
UPLOADS = Shelf(
    table_of(
        "uploads",
        ("campaign", "id"),
        {"campaign": "str", "id": "str", "by": "str", "kept": "bool"},
        ("campaign", "by", "kept", "id"),
    ),
    Upload,
    Subject("user", "by"),
)
CHANNEL_COUNTS = Shelf(
    table_of("channel_counts", ("channel", "name"), {"channel": "str", "name": "str"}), ChannelCount
)

ASSISTANTS = Shelf(
    table_of("assistants", ("id",), {"id": "str"}), Assistant, Subject("assistant", "id")
)
ABSENCES = Shelf(
    table_of("absences", ("assistant", "opens"), {"assistant": "str", "opens": "date"}), Absence
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
    table_of(
        "bookings",
        ("campaign", "user"),
        {"campaign": "str", "user": "str", "assistant": "str", "day": "date", "slot": "str"},
        ("campaign", "assistant", "day", "user"),
        ("campaign", "slot", "user"),
    ),
    Booking,
)
WAITLIST = Shelf(
    table_of(
        "waitlist",
        ("campaign", "user"),
        {"campaign": "str", "user": "str", "priority": "int", "since": "time"},
        ("campaign", "priority", "since", "user"),
    ),
    Waiting,
)
OUTCOMES = Shelf(
    table_of(
        "outcomes",
        ("campaign", "user", "attempt"),
        {"campaign": "str", "user": "str", "attempt": "int"},
    ),
    Outcome,
    USER,
)

NOTICES = Shelf(
    table_of(
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
THREADS = Shelf(table_of("threads", ("campaign", "id"), {"campaign": "str", "id": "str"}), Thread)
POSTS = Shelf(
    table_of(
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
    table_of(
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
    columns={"key": "str", "command": "str", "digest": "str?", "at": "time", "result": "json?"},
    key=("key",),
    indexes=(("at", "key"),),
)
"""Commands that carried an idempotency key: of whom, told what (*digest*), what they returned."""
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
