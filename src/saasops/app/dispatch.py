"""Work off the outbox: hand notices to channels and events to observers, batch by batch.

A message is leased while it is worked on; a worker that dies leaves it to the next one. An
idempotent channel may be given the same message again. Any other channel is marked before
and after: a message found marked was perhaps sent, and is settled as unknown instead of
being repeated. Observers hear events in their order: nobody hears one while another worker
still holds an earlier one.
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import attrs

from saasops.app.definitions import Definitions, Running
from saasops.app.wording import Recipient, blanks
from saasops.app.work import Host, Work
from saasops.campaigns.participants import facts
from saasops.errors import ProviderError
from saasops.notices.notice import ATTEMPTS, FINAL, Notice, Stage, back_off, hand_over, settle
from saasops.notices.rules import NoticeRule
from saasops.notices.templates import names_in, render
from saasops.ports import Channel, Message, Row
from saasops.predicates import holds
from saasops.storage.tables import CONTACTS, EVENTS, NOTICES, OUTBOX
from saasops.values import SYSTEM

BATCH = 50
LEASE = timedelta(minutes=5)
_TURN = timedelta(minutes=1)
_log = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class TickReport:
    """What one tick did. *retried* messages come again later."""

    planned: int = 0
    sent: int = 0
    suppressed: int = 0
    failed: int = 0
    unknown: int = 0
    retried: int = 0
    events: int = 0

    def __add__(self, other: "TickReport") -> "TickReport":
        pairs = zip(attrs.astuple(self), attrs.astuple(other), strict=True)
        names = [field.name for field in attrs.fields(TickReport)]
        return TickReport(**dict(zip(names, (a + b for a, b in pairs), strict=True)))


@attrs.frozen
class _Settled:
    """How a leased message ends: its new stage, or None to come again."""

    row: Row
    stage: Stage | None
    reason: str | None = None
    reference: str = ""


class Dispatch:
    """Send what is due, for one tenant."""

    def __init__(
        self,
        host: Host,
        definitions: Definitions,
        *,
        channel: Callable[[str], Channel],
        observe: Callable[[Mapping[str, Any]], None] | None,
    ) -> None:
        self._host = host
        self._definitions = definitions
        self._channel = channel
        self._observe = observe

    def drain(self, *, most: int) -> TickReport:
        """Work off up to *most* messages that are due."""
        report, left = TickReport(), most
        ordered = self._observe is not None
        while left > 0:
            claim = partial(_claim, limit=min(BATCH, left), ordered=ordered)
            claimed, number = self._host.run(claim, actor=SYSTEM)
            if not number:
                break
            left -= number
            report += self._batch(claimed)
        return report

    def _batch(self, claimed: list[Row]) -> TickReport:
        events = [row for row in claimed if row["topic"] == "event"]
        notices = [row for row in claimed if row["topic"] == "notice"]
        if self._observe is not None and events:
            for event in self._host.run(partial(_events, rows=events), actor=SYSTEM, write=False):
                self._observe(event)
        tried = [self._send(row, prepared) for row, prepared in self._prepared(notices)]
        settled = [one for one in tried if one is not None]
        self._host.run(lambda work: _close(work, events, settled), actor=SYSTEM)
        counts = Counter(one.stage for one in settled)
        return TickReport(
            sent=counts["sent"],
            suppressed=counts["suppressed"],
            failed=counts["failed"],
            unknown=counts["unknown"],
            retried=counts[None],
            events=len(events),
        )

    def _prepared(self, rows: list[Row]) -> list[tuple[Row, "Message | _Settled"]]:
        def prepare(work: Work) -> list[tuple[Row, Message | _Settled]]:
            return [(row, self._prepare(work, row)) for row in rows]

        return self._host.run(prepare, actor=SYSTEM, write=False)

    def _prepare(self, work: Work, row: Row) -> "Message | _Settled":
        """Look at everything again, at the moment of sending."""
        notice = work.need(NOTICES, *row["payload"]["key"])
        if notice.stage in FINAL:
            return _Settled(row, notice.stage, notice.reason, notice.reference or "")
        if notice.stage == "sending" and not self._channel(notice.medium).idempotent:
            return _Settled(row, "unknown", "notice.unknown.interrupted")
        opened = self._definitions.need(work, notice.campaign)
        rule = next((r for r in opened.campaign.notices if r.id == notice.rule), None)
        recipient = _recipient(work, opened, rule, notice)
        if rule is None or not _still_due(rule, recipient):
            return _Settled(row, "suppressed", "notice.suppressed.no_longer_due")
        address = _address(work, notice)
        if not address:
            return _Settled(row, "suppressed", "notice.suppressed.no_address")
        template = opened.campaign.template(rule.template)
        needed = names_in(template, locale=notice.locale)
        subject, body = render(template, blanks(recipient, needed), locale=notice.locale)
        return Message(
            id=notice.id,
            recipient=notice.recipient,
            address=address,
            medium=notice.medium,
            locale=notice.locale,
            subject=subject,
            body=body,
            at=work.at,
        )

    def _send(self, row: Row, prepared: "Message | _Settled") -> _Settled | None:
        """Hand a message over; None where another worker has done so meanwhile."""
        if isinstance(prepared, _Settled):
            return prepared
        channel = self._channel(prepared.medium)
        if not channel.idempotent and not self._host.run(
            lambda work: _mark(work, row), actor=SYSTEM
        ):
            return None
        again: Stage | None = None if row["attempts"] < ATTEMPTS else "failed"
        try:
            receipt = channel.send(prepared)
        except ProviderError as error:
            return _Settled(row, again if error.retry else "failed", error.code)
        except Exception as error:  # noqa: BLE001 -- other people's code
            _log.warning("channel for %s failed: %s", prepared.medium, type(error).__name__)
            if channel.idempotent:
                return _Settled(row, again, "notice.failed.refused")
            return _Settled(row, "unknown", "notice.unknown.interrupted")
        return _Settled(row, "sent", None, receipt.reference)


def _claim(work: Work, *, limit: int, ordered: bool) -> tuple[list[Row], int]:
    """Lease what is due and tell how much; put back events that others are still before."""
    claimed = work.tx.claim(OUTBOX, now=work.at, lease=LEASE, limit=limit)
    events = sorted(row["id"] for row in claimed if row["topic"] == "event")
    if not ordered or not events:
        return claimed, len(claimed)
    first = work.tx.find(OUTBOX, {"topic": "event"}, limit=len(events))
    missing = next((row for row in first if row["id"] not in events), None)
    if missing is None:
        return claimed, len(claimed)
    early = {id for id in events if id > missing["id"]}
    for id in early:
        work.tx.update(OUTBOX, (id,), {"due": min(missing["due"], work.at + _TURN)})
    return [row for row in claimed if row["id"] not in early], len(claimed)


def _events(work: Work, *, rows: list[Row]) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for row in rows:
        event = work.tx.get(EVENTS, (row["payload"]["event"],))
        if event is not None:
            found.append({name: value for name, value in event.items() if name != "rev"})
    return found


def _recipient(work: Work, opened: Running, rule: NoticeRule | None, notice: Notice) -> Recipient:
    public = rule is None or rule.audience == "public"
    return Recipient(
        work=work,
        opened=opened,
        notice=notice,
        participant=None if public else opened.participant(work, notice.recipient),
        booking=None if public else opened.booking(work, notice.recipient),
    )


def _still_due(rule: NoticeRule, to: Recipient) -> bool:
    if to.participant is None:
        return True
    slot = to.booking.slot if to.booking else None
    if rule.before_slot is not None and slot != to.notice.occurrence:
        return False
    return holds(rule.when, facts(to.participant, to.booking))


def _address(work: Work, notice: Notice) -> str | None:
    if notice.medium in ("inbox", "post"):
        return notice.recipient
    contact = work.load(CONTACTS, notice.recipient)
    if contact is None:
        return None
    return contact.mail if notice.medium == "mail" else contact.phone


def _mark(work: Work, row: Row) -> bool:
    notice = work.need(NOTICES, *row["payload"]["key"])
    if notice.stage != "planned":
        return False
    work.save(NOTICES, hand_over(notice))
    return True


def _close(work: Work, events: list[Row], settled: list[_Settled]) -> None:
    for row in events:
        work.tx.delete(OUTBOX, (row["id"],))
    for one in settled:
        _settle(work, one)


def _settle(work: Work, one: _Settled) -> None:
    notice = work.need(NOTICES, *one.row["payload"]["key"])
    if one.stage is None and notice.stage not in FINAL:
        due: datetime = work.at + back_off(one.row["attempts"])
        if notice.stage == "sending":
            work.save(NOTICES, attrs.evolve(notice, stage="planned"))
        work.tx.update(OUTBOX, (one.row["id"],), {"due": due})
        return
    if one.stage is not None and notice.stage not in FINAL:
        after = settle(notice, one.stage, at=work.at, reason=one.reason, reference=one.reference)
        work.save(NOTICES, after)
    work.tx.delete(OUTBOX, (one.row["id"],))
