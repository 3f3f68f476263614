"""Decides which classes of personal data there are, where they lie, and what stays and why.

Tables are meant by name; finding and cleaning their rows is left to the shell. A host's own
data is its own to erase.
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias

import attrs

from saasops.values import Text, both

Event: TypeAlias = Literal[
    "registered",
    "active",
    "answered",
    "posted",
    "shipped",
    "withdrawn",
    "campaign_closed",
    "consent_withdrawn",
]
"""What may set a period going. `active` is the last thing that a person did himself, `withdrawn`
that he left the campaign, `campaign_closed` the end of its last day."""
_LIFE: frozenset[Event] = frozenset({"registered", "active", "consent_withdrawn"})
_CLOSED: frozenset[Event] = frozenset({"campaign_closed"})
_POSTED: frozenset[Event] = frozenset({"posted"})
_PART: frozenset[Event] = frozenset({"answered", "shipped", "withdrawn"})
_CAMPAIGN = _LIFE | _PART | _CLOSED


@attrs.frozen(kw_only=True)
class DataClass:
    """A class of personal data, and the *events* after which it may have to go."""

    id: str
    title: Text
    events: frozenset[Event]


@attrs.frozen(kw_only=True)
class Place:
    """What one table holds of a person: the *fields* that go, "*" for whole rows, none for none.

    *owner* is the field that names him. *stays* is the code that says why the rest is kept, ""
    where nothing is.
    """

    table: str
    data_class: str
    owner: str = "user"
    fields: tuple[str, ...] = ()
    stays: str = ""


CLASSES: Mapping[str, DataClass] = {
    one.id: one
    for one in (
        DataClass(
            id="identity",
            title=both("login identities", "登录身份"),
            events=_LIFE | _CLOSED,
        ),
        DataClass(id="contact", title=both("mail and phone", "邮箱和电话"), events=_CAMPAIGN),
        DataClass(id="postal_address", title=both("postal address", "收货地址"), events=_CAMPAIGN),
        DataClass(id="profile", title=both("nickname and company", "昵称和所属公司"), events=_LIFE),
        DataClass(
            id="answers",
            title=both("personal answers and free texts", "个人回答和自由文本"),
            events=_CAMPAIGN,
        ),
        DataClass(id="uploads", title=both("uploaded files", "上传文件"), events=_CAMPAIGN),
        DataClass(
            id="posts",
            title=both("posts and check-ins", "发帖和打卡"),
            events=_CAMPAIGN | _POSTED,
        ),
        DataClass(id="visits", title=both("notes on visits", "服务记录备注"), events=_CAMPAIGN),
        DataClass(id="shipping", title=both("parcels", "邮寄记录"), events=_CAMPAIGN),
        DataClass(id="notices", title=both("notices", "通知"), events=_CAMPAIGN),
        DataClass(
            id="earlier", title=both("earlier participations", "以往参与记录"), events=_CAMPAIGN
        ),
        DataClass(id="participation", title=both("participation", "参与记录"), events=frozenset()),
        DataClass(id="records", title=both("books and proofs", "账目与凭证"), events=frozenset()),
    )
}
"""Every class by its id. `answers.address` means the answers of that personal category alone."""

CAMPAIGN_CLASSES = frozenset({"answers", "uploads", "posts", "visits", "notices"})
"""The classes that every campaign has for itself; the others are the person's own."""

PLACES: tuple[Place, ...] = (
    Place(table="requests", data_class="records", fields=("*",)),
    Place(table="resemblance_decisions", data_class="identity", fields=("*",)),
    Place(
        table="priors",
        data_class="earlier",
        fields=("identity", "phone", "mail", "postal_address"),
        stays="privacy.stays.ledger",
    ),
    Place(table="identities", data_class="identity", fields=("*",)),
    Place(table="match_keys", data_class="identity", fields=("*",)),
    Place(table="merges", data_class="identity", fields=("*",)),
    Place(table="segment_stays", data_class="participation", stays="privacy.stays.counted"),
    Place(table="segment_snapshots", data_class="participation", stays="privacy.stays.counted"),
    Place(table="proven_contacts", data_class="identity", fields=("*",)),
    Place(table="sessions", data_class="identity", fields=("*",)),
    Place(table="login_attempts", data_class="identity", owner="link", fields=("*",)),
    Place(table="contacts", data_class="contact", fields=("mail", "phone")),
    Place(table="contacts", data_class="postal_address", fields=("postal_address",)),
    Place(table="masked_contacts", data_class="contact", fields=("mail", "phone")),
    Place(table="masked_contacts", data_class="postal_address", fields=("postal_address",)),
    Place(
        table="users",
        data_class="profile",
        owner="id",
        fields=("nickname", "account"),
        stays="privacy.stays.opaque",
    ),
    Place(table="import_profiles", data_class="profile", owner="by", fields=("by",)),
    Place(
        table="responses",
        data_class="answers",
        fields=("answers", "hidden", "calculated", "prefilled"),
        stays="privacy.stays.public_answers",
    ),
    Place(
        table="response_history",
        data_class="answers",
        fields=("response",),
        stays="privacy.stays.public_answers",
    ),
    Place(table="response_drafts", data_class="answers", fields=("*",)),
    Place(table="uploads", data_class="uploads", owner="by", fields=("*",)),
    Place(
        table="posts",
        data_class="posts",
        owner="author",
        fields=("text", "images"),
        stays="privacy.stays.verdict",
    ),
    Place(
        table="threads",
        data_class="posts",
        owner="author",
        fields=("title",),
        stays="privacy.stays.opaque",
    ),
    Place(
        table="outcomes",
        data_class="visits",
        fields=("special_operations",),
        stays="privacy.stays.counted",
    ),
    Place(table="waitlist", data_class="visits", fields=("*",)),
    Place(table="bookings", data_class="participation", stays="privacy.stays.place_used"),
    Place(table="participants", data_class="participation", stays="privacy.stays.counted"),
    Place(table="downloads", data_class="participation", stays="privacy.stays.counted"),
    Place(table="grants", data_class="shipping", stays="privacy.stays.ledger"),
    Place(
        table="notices",
        data_class="notices",
        owner="recipient",
        fields=("stage",),
        stays="privacy.stays.sent",
    ),
    Place(table="outbox", data_class="notices", fields=("*",)),
    Place(table="dead_letters", data_class="notices", fields=("*",)),
    Place(table="postings", data_class="records", stays="privacy.stays.ledger"),
    Place(table="balances", data_class="records", stays="privacy.stays.ledger"),
    Place(table="events", data_class="records", stays="privacy.stays.journal"),
    Place(table="consents", data_class="records", stays="privacy.stays.proof"),
    Place(
        table="legal_holds", data_class="records", fields=("reason",), stays="privacy.stays.proof"
    ),
    Place(table="erasures", data_class="records"),
    Place(table="roles", data_class="records", fields=("*",)),
    Place(table="subject_keys", data_class="records", fields=("*",)),
)
"""What lies where, in the order in which it goes: what leads to a person first, his key last.

What names his earlier participations goes before what leads to them. Planned notices are called
off; those that went out stay, without contents.
"""

NOBODYS: Mapping[str, str] = {
    **dict.fromkeys(("accounts", "products", "releases", "upgrade_paths"), "of no person"),
    **dict.fromkeys(("requirements", "support_endings", "calendars"), "of no person"),
    **dict.fromkeys(("campaigns", "definitions", "surveys", "survey_drafts"), "of no person"),
    **dict.fromkeys(("channel_counts", "occurrences", "places", "counters"), "counts"),
    **dict.fromkeys(("assistants", "absences"), "of staff, kept by whoever employs them"),
    "login_counts": "gone within a day, under digests",
    "segments": "of no person",
    **dict.fromkeys(("declarations", "migrations", "privacy_policy"), "of no person"),
}
"""Tables that hold nothing of a person, and why."""


def family(id: str) -> str:
    """Return the class that *id* is part of: `answers` of `answers.address`."""
    return id.partition(".")[0]
