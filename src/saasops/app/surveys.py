"""A campaign's survey: answered by people, corrected by them, carried over to newer versions.

What is typed before it is submitted stands in `survey_drafts`, what comes from outside tools
in `survey_exchange`; what one response changes, in `survey_keeping`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from saasops.app.definitions import Running
from saasops.app.imports import Progress
from saasops.app.survey_drafts import SurveyDrafts, current_draft, filed_of, given_at, record_of
from saasops.app.survey_exchange import SurveyExchange
from saasops.app.survey_keeping import form_of, keep_response, reading_of
from saasops.app.survey_migrating import MigrationReport, migrate_responses, older_responses
from saasops.app.versions import releases_of
from saasops.app.work import Work, command, query
from saasops.errors import Invalid, Refused
from saasops.storage.tables import RESPONSE_DRAFTS, RESPONSE_HISTORY, RESPONSES, USERS
from saasops.surveys.analysis import counts
from saasops.surveys.answers import Response, answers_to
from saasops.surveys.drafts import with_filed
from saasops.surveys.history import Former
from saasops.versions.releases import Releases


class Surveys(SurveyDrafts, SurveyExchange):
    """Answer the survey of one campaign."""

    @command
    def submit(
        self,
        work: Work,
        user: str,
        answers: Mapping[Any, Any] | None = None,
        *,
        version: int | None = None,
        at: datetime | None = None,
    ) -> Response:
        """Take the answers of *user*, or his draft, and return the response that stands.

        The same answers again change nothing; older ones (*at* is when they were given)
        never replace newer ones. *version* is the one that *answers* are to, where a page was
        left open: they are kept, and carried over to the version that is asked now, with what
        is lost in the response. A draft came over as it was edited: without *answers*, *version*
        says nothing. The draft is gone then. Raise `Invalid` survey.invalid with a problem for
        each question that is wrong, value.wrong_instant for *at* without an offset, `Refused`
        draft.none without a draft, survey.other_version for a version that no declared
        migration leads on from, and survey.not_open_yet, survey.closed, survey.full.
        """
        at = given_at(work, at)
        opened = self._open(work)
        work.need(USERS, user)
        releases = releases_of(work, opened.campaign.product)
        # Locked, because an edit that was acknowledged meanwhile must not go with the draft.
        typed = work.load(RESPONSE_DRAFTS, self.id, user, lock=True)
        draft, _ = current_draft(work, opened, releases, user)
        if answers is None:
            if not draft.fields:
                raise Refused("draft.none", user=user)
            answers, version = draft.values, draft.version
        asked = self._asked(work, opened, releases, version)
        form = form_of(opened, releases, asked)
        filed = filed_of(work, opened, releases, user, asked)
        reading = reading_of(work, opened, releases, user, lock=True)
        checked = form.check(with_filed(answers, filed, draft), reading)
        if checked.problems:
            raise Invalid(checked.problems, "survey.invalid")
        known = draft.prefilled if draft.fields else None
        if known is None or asked.version != draft.version:
            known = record_of(work, opened, releases, user, asked)
        response = Response(
            campaign=self.id,
            user=user,
            survey=asked.id,
            version=asked.version,
            answers=checked.answers,
            hidden=checked.hidden,
            calculated=checked.calculated,
            prefilled=known,
            submitted_at=at,
            source="site",
        )
        result = keep_response(work, opened, releases, response)
        if typed is not None and result != "superseded":
            work.tx.delete(RESPONSE_DRAFTS.table, (self.id, user))
        return work.need(RESPONSES, self.id, user)

    @query
    def response(self, work: Work, user: str) -> Response | None:
        """Return the response of *user* that stands, or None."""
        return work.load(RESPONSES, self.id, user)

    @query
    def history(self, work: Work, user: str, *, limit: int = 100) -> tuple[Former, ...]:
        """Return up to *limit* responses of *user* that were replaced, the latest first."""
        where = {"campaign": self.id, "user": user}
        found = work.find(RESPONSE_HISTORY, where, order=("number",), limit=limit, desc=True)
        return tuple(found)

    def migrate(
        self, *, dry_run: bool = False, progress: Progress | None = None
    ) -> MigrationReport:
        """Carry all responses of older versions over to the one that is asked now.

        It is done in chunks, and a run that was cut short is begun again by another; what was
        answered stays in the history. With *dry_run* everything is decided and nothing written.
        *progress* is told how many are done, of how many. Linear in the responses.
        """
        opened, releases, users = self._older()
        return migrate_responses(
            self.host,
            opened,
            releases,
            users,
            actor=self.actor,
            dry_run=dry_run,
            progress=progress,
        )

    @query
    def _older(self, work: Work) -> tuple[Running, Releases, list[str]]:
        opened = self._open(work)
        releases = releases_of(work, opened.campaign.product)
        return opened, releases, older_responses(work, opened)

    @query
    def counts(self, work: Work) -> Mapping[str, Mapping[str, int]]:
        """Count the answers to the version asked now, by question and option. Linear."""
        survey = self._open(work).campaign.survey
        return counts(survey, answers_to(survey, work.each(RESPONSES, {"campaign": self.id})))
