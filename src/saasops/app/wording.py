"""What is filled into a notice: the blanks of its template, for one recipient and language."""

from saasops.app.definitions import Running
from saasops.app.work import Work
from saasops.calendars.wording import describe
from saasops.campaigns.definition import BLANKS
from saasops.campaigns.risk import steps_for
from saasops.notices.notice import Notice
from saasops.storage.tables import ASSISTANTS, GRANTS, POSTS, USERS


def blanks(work: Work, opened: Running, notice: Notice) -> dict[str, str]:
    """Return every blank of `BLANKS`; what does not apply is empty."""
    campaign, locale = opened.campaign, notice.locale
    values = dict.fromkeys(BLANKS, "")
    values |= {
        "theme": campaign.theme.to(locale),
        "campaign": campaign.title.to(locale),
        "target": campaign.target,
        "closes": describe(campaign.closes, campaign.closes, locale=locale),
        "thread": campaign.evidence.title.to(locale),
    }
    if campaign.unsupported_from is not None:
        day = campaign.unsupported_from
        values["unsupported"] = describe(day, day, locale=locale)
    user = work.load(USERS, notice.recipient)
    if user is None:
        return values
    values["name"] = user.nickname or user.id
    participant, booking = opened.participant(work, user.id), opened.booking(work, user.id)
    if participant.claims:
        values["version"] = participant.claims[-1].value
    if participant.risk is not None:
        values["risk"] = campaign.risk.level(participant.risk.level).title.to(locale)
        steps = steps_for(campaign.risk, participant.risk, locale=locale)
        values["steps"] = "\n".join(f"{n}. {step}" for n, step in enumerate(steps, 1))
    if booking is not None:
        slot = opened.by_id[booking.slot]
        assistant = work.load(ASSISTANTS, booking.assistant)
        values["slot"] = describe(slot.opens, slot.closes, locale=locale)
        values["day"] = describe(booking.day, booking.day, locale=locale)
        values["assistant"] = assistant.name if assistant else booking.assistant
    _fill_granted(work, opened, notice, values)
    post = work.load(POSTS, campaign.id, notice.occurrence)
    if post is not None and post.reason:
        values["reason"] = post.reason
    return values


def _fill_granted(work: Work, opened: Running, notice: Notice, values: dict[str, str]) -> None:
    given = work.load(GRANTS, opened.campaign.id, notice.recipient, notice.occurrence)
    if given is not None:
        values["points"] = str(given.points)
        prize = opened.campaign.rewards.prize(given.prize) if given.prize else None
        values["prize"] = prize.title.to(notice.locale) if prize else ""
