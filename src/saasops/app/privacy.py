"""What people may ask about their data, and what operators do for them: consent to erasure.

Decisions are those of `saasops.people.privacy`. Whatever shows personal data in clear is put on
record, is given a purpose, and is not kept for an idempotency key.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import cast

import attrs

from saasops.app.definitions import Definitions
from saasops.app.persons import goes_on_in
from saasops.app.privacy_erasing import erase
from saasops.app.privacy_export import documents, gather
from saasops.app.privacy_policy import adopt, consents_of, policy_of
from saasops.app.privacy_retaining import RetentionReport, retain
from saasops.app.work import Handle, Host, Work, command, query
from saasops.errors import Invalid, NotFound, Refused
from saasops.people.privacy import consents, holds
from saasops.people.privacy.consents import Consent
from saasops.people.privacy.disclosure import PersonExported, may_use, purpose_of, reveal
from saasops.people.privacy.erasure import ErasureReport, Ground
from saasops.people.privacy.holds import LegalHold
from saasops.people.privacy.retention import Policy, lint
from saasops.ports import Document
from saasops.storage.tables import CONSENTS, CONTACTS, ERASURES, LEGAL_HOLDS, USERS
from saasops.values import SYSTEM


class Privacy(Handle):
    """Keep and forget what is personal, as people and the law want it."""

    def __init__(self, host: Host, definitions: Definitions, *, actor: str = SYSTEM) -> None:
        super().__init__(host, actor=actor)
        self._definitions = definitions

    @query
    def policy(self, work: Work) -> Policy:
        """Return what data is needed for and how long; `STANDARD` until one is adopted."""
        return policy_of(work)[0]

    @query
    def in_force(self, work: Work) -> bool:
        """Tell whether a policy was adopted; until then, `policy` is a proposal."""
        return policy_of(work)[1]

    @command
    def adopt(self, work: Work, policy: Policy) -> bool:
        """Let *policy* count from now on, also for `tick`; tell whether it is news.

        Raise `Invalid` privacy.invalid with everything that `lint` finds.
        """
        if problems := lint(policy):
            raise Invalid(problems, "privacy.invalid")
        return adopt(work, policy)

    @command
    def consent(
        self,
        work: Work,
        user: str,
        purpose: str,
        *,
        text_version: str | None = None,
        via: str = "",
    ) -> Consent:
        """Keep that *user* agrees to *purpose* and return the consent that stands.

        *text_version* is the wording that he saw, by default the one shown now; *via* the way,
        such as `site`. Agreeing again to the same wording changes nothing. Raise `NotFound` for
        an unknown user, `Refused` privacy.unknown_purpose or privacy.other_text.
        """
        work.need(USERS, user)
        known = purpose_of(policy_of(work)[0], purpose)
        held = consents_of(work, user)
        event = consents.give(
            held, user=user, purpose=known, text_version=text_version, via=via, at=work.at
        )
        if event is None:
            shown = known.text_version
            return next(
                one
                for one in held
                if (one.purpose, one.text_version) == (known.id, shown) and one.stands(work.at)
            )
        work.save(CONSENTS, event.consent)
        work.record(event)
        return event.consent

    @command
    def withdraw_consent(self, work: Work, user: str, purpose: str) -> bool:
        """End the consent of *user* to *purpose*, whatever its wording; tell whether it stood.

        What was done before stays lawful and on record.
        """
        work.need(USERS, user)
        ended = consents.withdraw(consents_of(work, user), purpose, user=user, at=work.at)
        if ended is None:
            return False
        for one in ended[0]:
            work.save(CONSENTS, one)
        work.record(ended[1])
        return True

    @query
    def consents(self, work: Work, user: str) -> tuple[Consent, ...]:
        """Return every consent of *user*, ended ones too, by purpose and instant."""
        return consents_of(work, user)

    @query
    def allowed(self, work: Work, user: str, purpose: str, *, at: datetime | None = None) -> bool:
        """Tell whether *user* agreed to *purpose* at the instant *at*, now by default."""
        return consents.allowed(consents_of(work, user), purpose, at=at or work.at)

    @command
    def hold(self, work: Work, user: str, reason: str, *, disclosed: bool = False) -> LegalHold:
        """Keep everything of *user* for a dispute or an authority until the hold is lifted.

        With *disclosed* it stands in his export. Raise `NotFound`, `Refused` privacy.no_reason.
        """
        work.need(USERS, user)
        number = len(work.find(LEGAL_HOLDS, {"user": user})) + 1
        made, event = holds.hold(
            f"h{number}",
            user=user,
            reason=reason,
            by=work.actor,
            disclosed=disclosed,
            at=work.at,
        )
        work.save(LEGAL_HOLDS, made)
        work.record(event)
        return made

    @command
    def lift_hold(self, work: Work, user: str, id: str) -> LegalHold:
        """End the hold *id* of *user*; ending it again changes nothing. Raise `NotFound`."""
        held = work.load(LEGAL_HOLDS, user, id)
        if held is None:
            raise NotFound("hold", f"{user}/{id}")
        ended = holds.lift(held, by=work.actor, at=work.at)
        if ended is None:
            return held
        work.save(LEGAL_HOLDS, ended[0])
        work.record(ended[1])
        return ended[0]

    @query
    def holds(
        self,
        work: Work,
        user: str | None = None,
        *,
        after: tuple[str, str] | None = None,
        limit: int = 100,
    ) -> tuple[LegalHold, ...]:
        """Return up to *limit* holds on the data of *user*, or of everybody, lifted ones too.

        By user and id, from behind *after*, which is both.
        """
        where = {} if user is None else {"user": user}
        last = None if after is None else {"user": after[0], "id": after[1]}
        return tuple(work.find(LEGAL_HOLDS, where, order=("user", "id"), after=last, limit=limit))

    def retain(
        self, *, after: str = "", limit: int = 1000, dry_run: bool = False
    ) -> RetentionReport:
        """Take away what no purpose needs any longer, of up to *limit* people behind *after*.

        `tick` does the same once a day. Raise `Refused` privacy.no_policy before a policy was
        adopted, unless it is a *dry_run*.
        """

        def step(work: Work) -> RetentionReport:
            if not dry_run and not policy_of(work)[1]:
                raise Refused("privacy.no_policy")
            return retain(work, self._definitions, after=after, limit=limit, dry_run=dry_run)

        report = self.host.run(step, actor=self.actor, write=not dry_run)
        if report.rows and not dry_run:
            self.host.wipe()
        return report

    def erase(self, user: str, *, reason: Ground, dry_run: bool = False) -> ErasureReport:
        """Forget *user* in one transaction, and tell what went, what stays, and why.

        Those merged into him go, too. Forgetting him again changes nothing. His files go with
        the next tick. Without his key, nobody can read what still lies in free pages or copies.
        Raise `NotFound`, `Refused` privacy.merged_into for one who goes on in another, and
        privacy.held while a legal hold stands.
        """

        def step(work: Work) -> ErasureReport:
            return erase(work, user, reason=reason, dry_run=dry_run)

        report = self.host.run(step, actor=self.actor, write=not dry_run)
        if not dry_run:
            self.host.wipe()
        return report

    @query
    def erasures(
        self, work: Work, *, after: str | None = None, limit: int = 100
    ) -> tuple[ErasureReport, ...]:
        """Return up to *limit* reports of who was forgotten, by user from behind *after*."""
        last = None if after is None else {"user": after}
        return tuple(work.find(ERASURES, {}, after=last, limit=limit))

    def repeat(
        self, erasures: Iterable[ErasureReport], *, dry_run: bool = False
    ) -> tuple[ErasureReport, ...]:
        """Forget those again whom an older backup brought back; return what was done anew.

        With *dry_run*, return what would be done, and change nothing.
        Who is not there is left out; who is merged into another of them goes with him. Raise
        `Refused` as `erase` does, after those before him.
        """
        listed = {one.user: one for one in erasures}
        done: list[ErasureReport] = []

        def step(work: Work, wanted: ErasureReport) -> ErasureReport | None:
            user = wanted.user
            if work.tx.get(USERS.table, (user,)) is None or goes_on_in(work, user) in listed:
                return None
            before = work.load(ERASURES, user)
            report = erase(work, user, reason=wanted.reason, dry_run=dry_run)
            same = before is not None and report == attrs.evolve(before, dry_run=dry_run)
            return None if same else report

        try:
            for one in listed.values():
                report = self.host.run(
                    partial(step, wanted=one), actor=self.actor, write=not dry_run
                )
                if report is not None:
                    done.append(report)
        finally:
            if done and not dry_run:
                self.host.wipe()
        return tuple(done)

    def export(self, user: str, *, locale: str = "zh-CN") -> tuple[Document, ...]:
        """Return everything about *user*: `person.json`, a CSV for each table, and his files.

        That it was exported is recorded. Raise `NotFound`.
        """

        def step(work: Work) -> tuple[Document, ...]:
            work.need(USERS, user)
            found = gather(work, user, locale=locale)
            rows = sum(map(len, found.values()))
            work.record(PersonExported(at=work.at, user=user, rows=rows))
            return documents(user, work.at, found, self.host.files)

        return self.host.run(step, actor=self.actor)

    def reveal(self, user: str, field: str, *, purpose: str) -> str:
        """Return mail, phone or postal_address of *user* in clear, and record who saw it why.

        *purpose* is the id of one of the policy's. Raise `NotFound` for an unknown user and where
        it is not on file, `Invalid` for another field, `Refused` privacy.unknown_purpose, and
        privacy.withdrawn for a purpose that he withdrew his consent to.
        """

        def step(work: Work) -> str:
            work.need(USERS, user)
            meant = purpose_of(policy_of(work)[0], purpose)
            event = reveal(user, field, purpose=meant, at=work.at)
            if not may_use(meant, consents_of(work, user), at=work.at):
                raise Refused("privacy.withdrawn", user=user, purpose=meant.id)
            contact = work.load(CONTACTS, user)
            found = cast("str | None", getattr(contact, field, None))
            if found is None:
                raise NotFound("contact", f"{user}/{field}")
            work.record(event)
            return found

        return self.host.run(step, actor=self.actor)
