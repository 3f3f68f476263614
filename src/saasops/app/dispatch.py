"""Work off the outbox: hand notices to channels and events to observers, batch by batch.

A message is leased while it is worked on; a worker that dies leaves it to the next one. An
idempotent channel may be given the same message again. For any other channel it is marked before
and after: a message found marked was perhaps sent, and is settled as unknown instead of being
repeated. What comes again is sent alone, so that a message that ends every worker is found out.
What failed for good or is unknown is buried, for somebody to look at. Observers hear events in
their order: nobody hears one while another worker still holds an earlier one.
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import attrs

from saasops.app.definitions import Definitions, Running
from saasops.app.uploads import UPLOAD, forget
from saasops.app.waiting import TOPICS, come_due
from saasops.app.wording import Recipient, blanks
from saasops.app.work import Host, Work
from saasops.campaigns.participants import facts
from saasops.errors import ProviderError
from saasops.notices.notice import (
    ATTEMPTS,
    FINAL,
    GIVEN_UP,
    Notice,
    Stage,
    hand_over,
    settle,
)
from saasops.notices.rules import NoticeRule
from saasops.notices.templates import names_in, render
from saasops.ports import Channel, Message
from saasops.predicates import holds
from saasops.storage import outbox
from saasops.storage.outbox import Letter
from saasops.storage.tables import CONTACTS, EVENTS, NOTICES, OUTBOX
from saasops.values import SYSTEM

BATCH = 50
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
    """How a leased letter ends: the new stage of its notice, or None to come again."""

    letter: Letter
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

    def _batch(self, claimed: list[Letter]) -> TickReport:
        events = [letter for letter in claimed if letter.topic == "event"]
        notices = [letter for letter in claimed if letter.topic == "notice"]
        if self._observe is not None and events:
            read = partial(_events, letters=events)
            for event in self._host.run(read, actor=SYSTEM, write=False):
                self._observe(event)
        fresh = [letter for letter in notices if letter.attempts == 1]
        for letter in claimed:
            if letter.topic in TOPICS:
                self._host.run(partial(_come_due, self._definitions, letter), actor=SYSTEM)
            elif letter.topic == UPLOAD:
                self._forget(letter)
        ended = self._deliver(fresh, events)
        for letter in notices:
            if letter.attempts > 1:  # alone: one that ends its worker takes no other along
                ended += self._deliver([letter], [])
        counts = Counter(one.stage for one in ended)
        return TickReport(
            sent=counts["sent"],
            suppressed=counts["suppressed"],
            failed=counts["failed"],
            unknown=counts["unknown"],
            retried=counts[None],
            events=len(events),
        )

    def _forget(self, letter: Letter) -> None:
        """Forget an upload; what cannot be done now is tried again, and given up in the end."""
        try:
            forget(self._host, letter)
        except Exception as error:  # noqa: BLE001 -- other people's code
            name = type(error).__name__
            _log.warning("upload %s is not forgotten yet: %s", letter.message, name)
            self._host.run(partial(_try_again, letter), actor=SYSTEM)

    def _deliver(self, letters: list[Letter], events: list[Letter]) -> list[_Settled]:
        """Send *letters* and close them, and the *events* that were told."""
        tried = [self._send(letter, prepared) for letter, prepared in self._prepared(letters)]
        settled = [one for one in tried if one is not None]
        if not settled and not events:
            return []
        return self._host.run(lambda work: _close(work, events, settled), actor=SYSTEM)

    def _prepared(self, letters: list[Letter]) -> list[tuple[Letter, "Message | _Settled"]]:
        def prepare(work: Work) -> list[tuple[Letter, Message | _Settled]]:
            return [(letter, self._prepare(work, letter)) for letter in letters]

        return self._host.run(prepare, actor=SYSTEM, write=False)

    def _prepare(self, work: Work, letter: Letter) -> "Message | _Settled":
        """Look at everything again, at the moment of sending."""
        notice = work.load(NOTICES, *letter.payload["key"])
        if notice is None:
            return _Settled(letter, "failed", "outbox.no_notice")
        if notice.stage in FINAL:
            return _Settled(letter, notice.stage, notice.reason, notice.reference or "")
        if notice.stage == "sending" and not self._channel(notice.medium).idempotent:
            return _Settled(letter, "unknown", "notice.unknown.interrupted")
        if (
            notice.stage == "sending" and letter.attempts > ATTEMPTS
        ):  # each attempt ended its worker
            return _Settled(letter, "failed", "notice.failed.exhausted")
        opened = self._definitions.need(work, notice.campaign)
        rule = next((r for r in opened.campaign.notices if r.id == notice.rule), None)
        recipient = _recipient(work, opened, rule, notice)
        if rule is None or not _still_due(rule, recipient):
            return _Settled(letter, "suppressed", "notice.suppressed.no_longer_due")
        address = _address(work, notice)
        if not address:
            return _Settled(letter, "suppressed", "notice.suppressed.no_address")
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

    def _send(self, letter: Letter, prepared: "Message | _Settled") -> _Settled | None:
        """Hand a message over; None where another worker has done so meanwhile."""
        if isinstance(prepared, _Settled):
            return prepared
        channel = self._channel(prepared.medium)
        marked = not channel.idempotent or letter.attempts > 1
        if marked and not self._host.run(
            lambda work: _mark(work, letter, again=channel.idempotent), actor=SYSTEM
        ):
            return None
        again: Stage | None = None if letter.attempts < ATTEMPTS else "failed"
        try:
            receipt = channel.send(prepared)
        except ProviderError as error:
            return _Settled(letter, again if error.retry else "failed", error.code)
        except Exception as error:  # noqa: BLE001 -- other people's code
            _log.warning("channel for %s failed: %s", prepared.medium, type(error).__name__)
            if channel.idempotent:
                return _Settled(letter, again, "notice.failed.refused")
            return _Settled(letter, "unknown", "notice.unknown.interrupted")
        return _Settled(letter, "sent", None, receipt.reference)


def _claim(work: Work, *, limit: int, ordered: bool) -> tuple[list[Letter], int]:
    """Lease what is due and tell how much; put back events that others are still before."""
    claimed = outbox.lease(work.tx, at=work.at, limit=limit)
    events = sorted(letter.id for letter in claimed if letter.topic == "event")
    if not ordered or not events:
        return claimed, len(claimed)
    first = work.tx.find(OUTBOX, {"topic": "event"}, limit=len(events))
    missing = next((row for row in first if row["id"] not in events), None)
    if missing is None:
        return claimed, len(claimed)
    ready: list[Letter] = []
    for letter in claimed:
        if letter.topic == "event" and letter.id > missing["id"]:
            outbox.put_off(work.tx, letter, until=min(missing["due"], work.at + _TURN))
        else:
            ready.append(letter)
    return ready, len(claimed)


def _come_due(definitions: Definitions, letter: Letter, work: Work) -> None:
    come_due(work, definitions, letter)
    outbox.done(work.tx, [letter])


def _try_again(letter: Letter, work: Work) -> None:
    if letter.attempts < ATTEMPTS:
        outbox.retry(work.tx, letter, at=work.at)
    else:
        outbox.bury(work.tx, letter, reason="upload.not_forgotten", at=work.at)


def _events(work: Work, *, letters: list[Letter]) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for letter in letters:
        event = work.tx.get(EVENTS, (letter.payload["event"],))
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


def _mark(work: Work, letter: Letter, *, again: bool) -> bool:
    """Note that the message is about to be sent, *again* if it may; tell whether that is right."""
    notice = work.need(NOTICES, *letter.payload["key"])
    if notice.stage == "sending" and again:
        return True
    if notice.stage != "planned":
        return False
    work.save(NOTICES, hand_over(notice))
    return True


def _close(work: Work, events: list[Letter], settled: list[_Settled]) -> list[_Settled]:
    outbox.done(work.tx, events)
    return [one for one in settled if _settle(work, one)]


def _settle(work: Work, one: _Settled) -> bool:
    """Write down how *one* ended; False where another worker has leased it since.

    Who knows that it was sent has the last word all the same.
    """
    letter, sent = one.letter, one.stage == "sent"
    if not sent and not outbox.held(work.tx, letter):
        return False
    notice = work.load(NOTICES, *letter.payload["key"])
    if notice is None:
        outbox.bury(work.tx, letter, reason=one.reason or "", at=work.at)
    elif notice.stage == "sent" or (notice.stage in FINAL and not sent):
        outbox.done(work.tx, [letter])
    elif one.stage is None:
        if notice.stage == "sending":
            work.save(NOTICES, attrs.evolve(notice, stage="planned"))
        outbox.retry(work.tx, letter, at=work.at)
    else:
        after = settle(notice, one.stage, at=work.at, reason=one.reason, reference=one.reference)
        work.save(NOTICES, after)
        if one.stage in GIVEN_UP:
            outbox.bury(work.tx, letter, reason=one.reason or "", at=work.at)
        else:
            outbox.done(work.tx, [letter])
    return True
