"""What is filled into a notice: the blanks of its template, for one recipient and language."""

from collections.abc import Callable, Collection

import attrs

from saasops.app.definitions import Running
from saasops.app.work import Work
from saasops.calendars.wording import describe
from saasops.campaigns.participants import Participant
from saasops.campaigns.risk import steps_for
from saasops.notices.notice import Notice
from saasops.rewards.grants import Grant
from saasops.scheduling.bookings import Booking
from saasops.storage.tables import ASSISTANTS, GRANTS, POSTS, USERS
from saasops.versions.claims import counting


@attrs.frozen(kw_only=True)
class Recipient:
    """Everything that the blanks of one notice are filled from."""

    work: Work
    opened: Running
    notice: Notice
    participant: Participant | None
    booking: Booking | None


def blanks(recipient: Recipient, names: Collection[str]) -> dict[str, str]:
    """Return the blanks *names*; what does not apply is empty."""
    return {name: _FILL[name](recipient) for name in names}


def _theme(to: Recipient) -> str:
    return to.opened.campaign.theme.to(to.notice.locale)


def _campaign(to: Recipient) -> str:
    return to.opened.campaign.title.to(to.notice.locale)


def _name(to: Recipient) -> str:
    user = to.work.load(USERS, to.notice.recipient)
    return (user.nickname or user.id) if user else ""


def _version(to: Recipient) -> str:
    claim = counting(to.participant.claims) if to.participant else None
    return claim.value if claim else ""


def _target(to: Recipient) -> str:
    return to.opened.campaign.target


def _slot(to: Recipient) -> str:
    slot = to.opened.by_id.get(to.booking.slot) if to.booking else None
    if slot is None:
        return _day(to)
    return describe(slot.opens, slot.closes, locale=to.notice.locale)


def _day(to: Recipient) -> str:
    booking = to.booking
    return describe(booking.day, booking.day, locale=to.notice.locale) if booking else ""


def _assistant(to: Recipient) -> str:
    if to.booking is None:
        return ""
    assistant = to.work.load(ASSISTANTS, to.booking.assistant)
    return assistant.name if assistant else to.booking.assistant


def _risk(to: Recipient) -> str:
    if to.participant is None or to.participant.risk is None:
        return ""
    levels = {level.id: level for level in to.opened.campaign.risk.levels}
    level = levels.get(to.participant.risk.level)
    return level.title.to(to.notice.locale) if level else ""


def _steps(to: Recipient) -> str:
    if to.participant is None or to.participant.risk is None:
        return ""
    steps = steps_for(to.opened.campaign.risk, to.participant.risk, locale=to.notice.locale)
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))


def _closes(to: Recipient) -> str:
    day = to.opened.campaign.closes
    return describe(day, day, locale=to.notice.locale)


def _unsupported(to: Recipient) -> str:
    day = to.opened.campaign.unsupported_from
    return describe(day, day, locale=to.notice.locale) if day else ""


def _grant(to: Recipient) -> Grant | None:
    return to.work.load(GRANTS, to.notice.campaign, to.notice.recipient, to.notice.occurrence)


def _points(to: Recipient) -> str:
    given = _grant(to)
    return str(given.points) if given else ""


def _prize(to: Recipient) -> str:
    given = _grant(to)
    if given is None or given.prize is None:
        return ""
    prizes = {prize.id: prize for prize in to.opened.campaign.rewards.prizes}
    prize = prizes.get(given.prize)
    return prize.title.to(to.notice.locale) if prize else given.prize


def _reason(to: Recipient) -> str:
    post = to.work.load(POSTS, to.notice.campaign, to.notice.occurrence)
    return (post.reason or "") if post else ""


def _thread(to: Recipient) -> str:
    return to.opened.campaign.evidence.title.to(to.notice.locale)


_FILL: dict[str, Callable[[Recipient], str]] = {
    "theme": _theme,
    "campaign": _campaign,
    "name": _name,
    "version": _version,
    "target": _target,
    "slot": _slot,
    "day": _day,
    "assistant": _assistant,
    "risk": _risk,
    "steps": _steps,
    "closes": _closes,
    "unsupported": _unsupported,
    "points": _points,
    "prize": _prize,
    "reason": _reason,
    "thread": _thread,
}
"""How each blank of `saasops.campaigns.definition.BLANKS` is filled."""
