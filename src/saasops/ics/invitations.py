"""Invitations to a visit, for the user and the assistant, as calendar files (RFC 5546).

What is known of a visit, and how files reach anybody, is left to the callers.
"""

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import attrs

from saasops.ics.extra import icalendar
from saasops.values import Text

Method = Literal["REQUEST", "CANCEL"]
Recipient = Literal["user", "assistant"]

SUMMARIES: dict[Recipient, Text] = {
    "user": Text.of({"en": "Upgrade: {title}", "zh-CN": "升级：{title}"}),
    "assistant": Text.of({"en": "Upgrade of {user}: {title}", "zh-CN": "为 {user} 升级：{title}"}),
}
DESCRIPTIONS: dict[Recipient, Text] = {
    "user": Text.of(
        {
            "en": "Your upgrade assistant serves you on {day}. A missed visit gives up the place.",
            "zh-CN": "升级助手将于 {day} 为您服务。错过即视为放弃名额。",
        }
    ),
    "assistant": Text.of(
        {
            "en": "Campaign {campaign}, user {user}, {day}.",
            "zh-CN": "活动 {campaign}，用户 {user}，{day}。",
        }
    ),
}
WITHDRAWN = Text.of({"en": "This visit does not take place.", "zh-CN": "本次服务已取消。"})


@attrs.frozen(kw_only=True)
class Visit:
    """A booked visit: the whole *day*, or from *begins* to *ends* by the clock of *zone*.

    *moves* is how often it was changed, 0 at first. The addresses are for the calendars of
    those invited; mail programs want both.
    """

    campaign: str
    title: Text
    user: str
    day: date
    zone: ZoneInfo
    moves: int = 0
    begins: time | None = None
    ends: time | None = None
    organizer: str | None = attrs.field(default=None, repr=False)
    attendee: str | None = attrs.field(default=None, repr=False)


def invitation(
    visit: Visit, *, to: Recipient, at: datetime, method: Method = "REQUEST", locale: str = "en"
) -> bytes:
    """Write *visit* as an invitation, or as its withdrawal, stamped *at*.

    Its UID stays the same for a user of a campaign and tells neither. Raise `SaasOpsError`
    ics.extra_missing without icalendar.
    """
    ical = icalendar()
    calendar, event = ical.Calendar(), ical.Event()
    calendar.add("prodid", "-//saasops//visits//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    event.add("uid", uid(visit))
    event.add("sequence", visit.moves + (method == "CANCEL"))
    event.add("dtstamp", at.astimezone(UTC))
    _when(event, visit)
    blanks = {
        "title": visit.title.to(locale),
        "user": visit.user,
        "campaign": visit.campaign,
        "day": str(visit.day),
    }
    event.add("summary", SUMMARIES[to].to(locale).format_map(blanks))
    told = WITHDRAWN if method == "CANCEL" else DESCRIPTIONS[to]
    event.add("description", told.to(locale).format_map(blanks))
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    for name, address in (("organizer", visit.organizer), ("attendee", visit.attendee)):
        if address is not None:
            event.add(name, f"mailto:{address}")
    calendar.add_component(event)
    if visit.begins is not None and visit.zone.key != "UTC":
        calendar.add_missing_timezones()
    written: bytes = calendar.to_ical()
    return written


def uid(visit: Visit) -> str:
    """Return the UID of *visit*: of its campaign and user, who cannot be read from it."""
    named = f"{len(visit.campaign)}:{visit.campaign}:{visit.user}"
    return f"{hashlib.sha256(named.encode()).hexdigest()[:32]}@saasops"


def _when(event: Any, visit: Visit) -> None:
    if visit.begins is None:
        event.add("dtstart", visit.day)
        event.add("dtend", visit.day + timedelta(1))
        return
    begins = datetime.combine(visit.day, visit.begins, visit.zone)
    event.add("dtstart", begins)
    if visit.ends is not None:
        later = visit.day + timedelta(visit.ends <= visit.begins)
        event.add("dtend", datetime.combine(later, visit.ends, visit.zone))
