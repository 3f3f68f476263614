"""A campaign's notices: planned with the event that calls for them, or when their day comes.

Sending is the business of `dispatch`.
"""

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from typing import Any

from saasops.app.definitions import CampaignHandle, Definitions, Running
from saasops.app.work import Host, Work, query
from saasops.campaigns.participants import Participant, facts
from saasops.notices.notice import Notice, plan
from saasops.notices.rules import NoticeRule, due_after, occurrences
from saasops.ports import Row
from saasops.predicates import holds
from saasops.scheduling.bookings import Booking
from saasops.storage.tables import BOOKINGS, NOTICES, OCCURRENCES, PARTICIPANTS, USERS

CHUNK = 500


class Notices(CampaignHandle):
    """Look at what was and will be sent."""

    @query
    def of(self, work: Work, recipient: str) -> tuple[Notice, ...]:
        """Return the notices to *recipient*, by rule and occurrence."""
        return tuple(work.each(NOTICES, {"campaign": self.id, "recipient": recipient}))

    @query
    def all(self, work: Work) -> tuple[Notice, ...]:
        """Return every notice, by rule, recipient and occurrence. Linear in their number."""
        return tuple(work.each(NOTICES, {"campaign": self.id}))

    @query
    def counts(self, work: Work) -> dict[tuple[str, str, str], int]:
        """Count notices by rule, occurrence and stage. Linear in their number."""
        counted: dict[tuple[str, str, str], int] = {}
        for notice in work.each(NOTICES, {"campaign": self.id}):
            key = (notice.rule, notice.occurrence, notice.stage)
            counted[key] = counted.get(key, 0) + 1
        return counted


def follow(work: Work, definitions: Definitions, name: str, event: Any) -> None:
    """Plan the notices that *event* calls for, in its own transaction."""
    campaign, user = getattr(event, "campaign", ""), getattr(event, "user", "")
    if not campaign or not user or getattr(event, "author", None) == user:
        return
    opened = definitions.find(work, campaign)
    rules = [rule for rule in opened.campaign.notices if name in rule.after] if opened else []
    if opened is None or not rules or work.tx.get(USERS.table, (user,)) is None:
        return
    participant, booking = opened.participant(work, user), opened.booking(work, user)
    known = facts(participant, booking)
    for rule in rules:
        if holds(rule.when, known):
            _plan_after(work, opened, rule, event=event, participant=participant, booking=booking)


def _plan_after(
    work: Work,
    opened: Running,
    rule: NoticeRule,
    *,
    event: Any,
    participant: Participant,
    booking: Booking | None,
) -> None:
    slot = opened.by_id.get(booking.slot) if booking else None
    occurrence = slot.id if rule.before_slot and slot else _occurrence(event)
    key = (opened.campaign.id, rule.id, participant.user, occurrence)
    held = work.load(NOTICES, *key)
    # Who goes away and comes back is told again: what was suppressed never reached him.
    if held is not None and held.stage != "suppressed":
        return
    due = due_after(
        rule, slot_opens=slot.opens if slot else None, where=opened.campaign.where, at=work.at
    )
    _keep(
        work,
        opened,
        rule,
        recipient=participant.user,
        locale=participant.locale,
        occurrence=occurrence,
        due=due,
    )


def plan_recurring(host: Host, definitions: Definitions, campaign: str, *, actor: str) -> int:
    """Plan every recurring notice that has come due; return how many were planned.

    Of several occurrences that were missed only the latest is sent. Work goes in chunks,
    each in a transaction that also notes how far it got.
    """
    planned = 0
    for rule, day in host.run(
        lambda work: tuple(_open_days(work, definitions.need(work, campaign))), actor=actor
    ):
        more = True
        while more:
            count, more = host.run(
                partial(
                    _plan_chunk, definitions=definitions, campaign=campaign, rule=rule, day=day
                ),
                actor=actor,
            )
            planned += count
    return planned


def _open_days(work: Work, opened: Running) -> Iterator[tuple[NoticeRule, date]]:
    """Walk over the occurrences to be planned now; close those that are too late."""
    for rule in opened.campaign.notices:
        if rule.every is None:
            continue
        days = list(occurrences(rule.every, where=opened.campaign.where, until=work.at))
        for day in days:
            row = work.tx.get(OCCURRENCES, (opened.campaign.id, rule.id, day))
            if row is not None and row["done"]:
                continue
            if row is None and day != days[-1]:
                work.tx.insert(OCCURRENCES, [_progress(opened, rule, day, "", done=True)])
            else:
                yield rule, day


def _plan_chunk(
    work: Work, *, definitions: Definitions, campaign: str, rule: NoticeRule, day: date
) -> tuple[int, bool]:
    opened = definitions.need(work, campaign)
    key = (opened.campaign.id, rule.id, day)
    row = work.tx.get(OCCURRENCES, key)
    if row is not None and row["done"]:
        return 0, False
    reached = row["reached"] if row else ""
    if rule.audience == "public":
        page: list[Participant] = []
        _keep(
            work,
            opened,
            rule,
            recipient="public",
            locale=opened.campaign.locales[0],
            occurrence=str(day),
            due=work.at,
        )
        planned = 1
    else:
        page = _page(work, opened, reached)
        planned = sum(_plan_one(work, opened, rule, one, day) for one in page)
    done = len(page) < CHUNK
    reached = page[-1].user if page else reached
    if row is None:
        work.tx.insert(OCCURRENCES, [_progress(opened, rule, day, reached, done=done)])
    else:
        work.tx.update(OCCURRENCES, key, {"reached": reached, "done": done})
    return planned, not done


def _page(work: Work, opened: Running, reached: str) -> list[Participant]:
    where = {"campaign": opened.campaign.id}
    after: Row | None = {"campaign": opened.campaign.id, "user": reached} if reached else None
    return work.find(PARTICIPANTS, where, after=after, limit=CHUNK)


def _plan_one(
    work: Work, opened: Running, rule: NoticeRule, participant: Participant, day: date
) -> bool:
    booking = work.load(BOOKINGS, participant.campaign, participant.user)
    if not holds(rule.when, facts(participant, booking)):
        return False
    _keep(
        work,
        opened,
        rule,
        recipient=participant.user,
        locale=participant.locale,
        occurrence=str(day),
        due=work.at,
    )
    return True


def _keep(
    work: Work,
    opened: Running,
    rule: NoticeRule,
    *,
    recipient: str,
    locale: str,
    occurrence: str,
    due: datetime,
) -> None:
    notice = plan(
        campaign=opened.campaign.id,
        rule=rule.id,
        recipient=recipient,
        occurrence=occurrence,
        medium=rule.medium,
        locale=locale,
        due=due,
        at=work.at,
    )
    work.save(NOTICES, notice)
    payload = {"key": [notice.campaign, notice.rule, notice.recipient, notice.occurrence]}
    work.post("notice", notice.id, payload, due=due)


def _occurrence(event: Any) -> str:
    """Tell apart the times that the same thing happens to the same user."""
    booking = getattr(event, "booking", None)
    if isinstance(booking, Booking):
        return f"{booking.slot}.{booking.day}.{booking.assistant}.{len(booking.moves)}"
    for name in ("post", "attempt", "thing", "rule"):
        if hasattr(event, name):
            return str(getattr(event, name))
    for name in ("outcome", "grant"):
        if hasattr(event, name):
            inner = getattr(event, name)
            return str(getattr(inner, "attempt", None) or inner.rule)
    return str(event.at.isoformat())


def _progress(opened: Running, rule: NoticeRule, day: date, reached: str, *, done: bool) -> Row:
    return {
        "campaign": opened.campaign.id,
        "rule": rule.id,
        "day": day,
        "reached": reached,
        "done": done,
    }
