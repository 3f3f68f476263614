"""The tables of people: who they are, how they log in, what they agreed to, what leads to them.

How a person's fields are sealed is left to the shell; see `shelves`.
"""

from saasops.campaigns.segments import Segment, Snapshot, Stay
from saasops.logins.attempts import Attempt
from saasops.logins.identities import ProvenContact
from saasops.logins.sessions import Session
from saasops.people.contacts import Contact, MaskedContact
from saasops.people.matching import Prior
from saasops.people.merging import Merge
from saasops.people.privacy.consents import Consent
from saasops.people.privacy.erasure import ErasureReport
from saasops.people.privacy.holds import LegalHold
from saasops.people.resemblance import Decision
from saasops.people.users import Account, LinkedIdentity, User
from saasops.ports import Table
from saasops.storage.shelves import USER, Shelf, Subject, table_of

ACCOUNTS = Shelf(table_of("accounts", ("id",), {"id": "str"}), Account)
USERS = Shelf(
    table_of("users", ("id",), {"id": "str", "account": "str?"}, ("account", "id")),
    User,
    Subject("user", "id"),
)
CONTACTS = Shelf(table_of("contacts", ("user",), {"user": "str"}), Contact, USER)
MASKED_CONTACTS = Shelf(table_of("masked_contacts", ("user",), {"user": "str"}), MaskedContact)
"""What lists show of contacts: ready, and under the tenant's key, so that a list needs no other."""
IDENTITIES = Shelf(
    table_of(
        "identities",
        ("provider", "realm", "digest"),
        {"provider": "str", "realm": "str", "digest": "str", "union": "str?", "user": "str"},
        ("user", "provider", "realm", "digest"),
        ("union", "provider", "realm", "digest"),
    ),
    LinkedIdentity,
    USER,
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
PRIORS = Shelf(table_of("priors", ("id",), {"id": "str"}), Prior, Subject("prior", "id"))
ATTEMPTS = Shelf(
    table_of(
        "login_attempts",
        ("id",),
        {"id": "str", "expires_at": "time"},
        ("expires_at", "id"),
    ),
    Attempt,
)
SESSIONS = Shelf(
    table_of(
        "sessions",
        ("id",),
        {"id": "str", "user": "str", "expires_at": "time"},
        ("user", "id"),
        ("expires_at", "id"),
    ),
    Session,
    USER,
)
PROVEN_CONTACTS = Shelf(
    table_of(
        "proven_contacts",
        ("means", "digest", "user"),
        {"means": "str", "digest": "str", "user": "str"},
        ("user", "means", "digest"),
    ),
    ProvenContact,
    USER,
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
    table_of(
        "consents",
        ("user", "purpose", "given_at"),
        {"user": "str", "purpose": "str", "given_at": "time"},
    ),
    Consent,
)
LEGAL_HOLDS = Shelf(
    table_of("legal_holds", ("user", "id"), {"user": "str", "id": "str"}), LegalHold, USER
)
ERASURES = Shelf(
    table_of("erasures", ("user",), {"user": "str", "at": "time"}, ("at", "user")), ErasureReport
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
    table_of(
        "merges",
        ("user", "at"),
        {"user": "str", "at": "time", "into": "str", "stands": "bool"},
        ("user", "stands", "at"),
        ("into", "at", "user"),
    ),
    Merge,
    USER,
)
RESEMBLANCE_DECISIONS = Shelf(
    table_of(
        "resemblance_decisions",
        ("one", "other", "at"),
        {"one": "str", "other": "str", "at": "time"},
    ),
    Decision,
)
SEGMENTS = Shelf(table_of("segments", ("id",), {"id": "str"}), Segment)
SEGMENT_STAYS = Shelf(
    table_of(
        "segment_stays",
        ("segment", "user", "entered_at"),
        {"segment": "str", "user": "str", "entered_at": "time", "inside": "bool"},
        ("segment", "inside", "user", "entered_at"),
        ("user", "entered_at", "segment"),
    ),
    Stay,
)
SEGMENT_SNAPSHOTS = Shelf(
    table_of("segment_snapshots", ("segment", "name"), {"segment": "str", "name": "str"}), Snapshot
)
