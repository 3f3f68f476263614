"""What a person has typed of a campaign's survey and not submitted, and what is known of him.

How edits are merged is decided by `saasops.surveys.drafts`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from saasops.app.definitions import CampaignHandle, Running
from saasops.app.survey_definitions import survey_version
from saasops.app.survey_keeping import form_of, order_of, reading_of, recorded, route_from
from saasops.app.versions import releases_of
from saasops.app.work import Work, command, query
from saasops.errors import Invalid, Problem, Refused
from saasops.storage.tables import CONTACTS, RESPONSE_DRAFTS, RESPONSES, USERS
from saasops.surveys.answers import Known, Response
from saasops.surveys.definition import Survey
from saasops.surveys.drafts import Draft, Resumed, carried, edit, merge, resume
from saasops.surveys.losses import Loss, Losses
from saasops.surveys.migration import Route
from saasops.surveys.opening import admit
from saasops.surveys.prefill import ANSWERED, prefill
from saasops.versions.releases import Releases

ON_FILE = "on file"
"""The provenance of what is in the contact data."""


class SurveyDrafts(CampaignHandle):
    """Fill in the survey of one campaign, field by field, on any device."""

    @query
    def prefill(self, work: Work, user: str) -> dict[str, Known]:
        """Return what is known of *user* by question: earlier answers, download record, address.

        The address question needs no answer where an address is on file.
        """
        opened = self._open(work)
        releases = releases_of(work, opened.campaign.product)
        return known_of(work, opened, releases, user, opened.campaign.survey)

    @query
    def draft(self, work: Work, user: str) -> Resumed:
        """Return what *user* has typed, what is wrong with it, and where to go on.

        A draft of an older version comes as one of the version that is asked now, with what
        did not come along. Who has no draft begins an empty one.
        """
        opened = self._open(work)
        releases = releases_of(work, opened.campaign.product)
        draft, losses = current_draft(work, opened, releases, user)
        form = form_of(opened, releases, opened.campaign.survey)
        filed = filed_of(work, opened, releases, user, opened.campaign.survey)
        reading = reading_of(work, opened, releases, user)
        return resume(draft, form, reading, filed=filed, losses=losses)

    @command
    def edit(
        self,
        work: Work,
        user: str,
        changes: Mapping[Any, Any],
        *,
        page: str | None = None,
        version: int | None = None,
        at: datetime | None = None,
    ) -> Resumed:
        """Keep what *user* typed: *changes* by question, None where a field was cleared.

        *at* is when it was typed: of each field the latest edit stands, however late others
        arrive. *version* is the one that the page shows, where it was left open. What would
        not be accepted is told and kept; what no question asks, or is too large, is told only.
        Edits of before the last submission change nothing. Raise `Invalid` value.wrong_instant
        for *at* without an offset, `Refused` survey.other_version, survey.not_open_yet and
        survey.closed.
        """
        at = given_at(work, at)
        opened = self._open(work)
        work.need(USERS, user)
        releases = releases_of(work, opened.campaign.product)
        survey = opened.campaign.survey
        admit(survey, given_at=at)
        reading = reading_of(work, opened, releases, user, lock=True)
        asked = self._asked(work, opened, releases, version)
        form = form_of(opened, releases, survey)
        draft, losses = current_draft(work, opened, releases, user)
        held = work.load(RESPONSES, self.id, user)
        if held is not None and at < held.submitted_at:
            filed = filed_of(work, opened, releases, user, survey)
            return resume(draft, form, reading, filed=filed, losses=losses)
        page_form = form if asked is survey else form_of(opened, releases, asked)
        blank = attrs.evolve(draft, version=asked.version, fields={}, page=None)
        typed, unkept = edit(blank, changes, page_form, at=at, page=page)
        route = route_from(work, opened, releases, asked.id, asked.version)
        if route is not None:
            typed, lost = carried(typed, route, page_form, reading)
            losses = (*losses, *lost)
        if not draft.fields:
            known = record_of(work, opened, releases, user, survey)
            draft = attrs.evolve(draft, prefilled=known)
        merged = merge(draft, attrs.evolve(typed, prefilled=draft.prefilled))
        before = work.load(RESPONSE_DRAFTS, self.id, user)
        if merged != before and (merged.fields or merged.page):
            work.save(RESPONSE_DRAFTS, merged)
        filed = filed_of(work, opened, releases, user, survey)
        found = resume(merged, form, reading, filed=filed, losses=losses)
        return attrs.evolve(found, problems=(*unkept, *found.problems))

    @command
    def discard(self, work: Work, user: str) -> bool:
        """Throw the draft of *user* away; tell whether there was one."""
        return work.tx.delete(RESPONSE_DRAFTS.table, (self.id, user))

    def _asked(
        self, work: Work, opened: Running, releases: Releases, version: int | None
    ) -> Survey:
        """Return the *version* that a page shows, the one that is asked now by default."""
        survey = opened.campaign.survey
        if version is None or version == survey.version:
            return survey
        route = route_from(work, opened, releases, survey.id, version)
        if route is None:
            raise Refused(
                "survey.other_version",
                survey=survey.id,
                version=survey.version,
                answered=f"{survey.id} {version}",
            )
        return route.old


def given_at(work: Work, at: datetime | None) -> datetime:
    """Return when something was said: *at*, but never in the future; now without it.

    Raise `Invalid` for an instant without an offset.
    """
    if at is None:
        return work.at
    if at.utcoffset() is None:
        raise Invalid([Problem("at", "value.wrong_instant", {"value": at.isoformat()})])
    return min(at, work.at)


def record_of(
    work: Work, opened: Running, releases: Releases, user: str, survey: Survey
) -> dict[str, Known]:
    """Return what others know of *user*, by question of *survey*: what he corrects."""
    known: dict[str, Known] = {}
    contact = work.load(CONTACTS, user)
    for question in survey.questions:
        if question.kind == "version":
            claim = recorded(work, opened, releases, user, work.at)
            known[question.id] = Known(value=claim.value, provenance="recorded", at=claim.at)
        if question.kind == "address" and contact and contact.postal_address:
            known[question.id] = Known(value=contact.postal_address, provenance=ON_FILE, at=work.at)
    return prefill(survey, known, opened.question_kinds)


def filed_of(
    work: Work, opened: Running, releases: Releases, user: str, survey: Survey
) -> dict[str, Any]:
    """Return what is on file of *user* by required question of *survey*: it need not be asked.

    Where no answer is needed, saying nothing is one.
    """
    record = record_of(work, opened, releases, user, survey)
    required = {one.id for one in survey.questions if one.required}
    return {
        key: one.value
        for key, one in record.items()
        if one.provenance == ON_FILE and key in required
    }


def known_of(
    work: Work, opened: Running, releases: Releases, user: str, survey: Survey
) -> dict[str, Known]:
    """Return what is known of *user* by question of *survey*; what he said himself comes first."""
    known = record_of(work, opened, releases, user, survey)
    held = work.load(RESPONSES, opened.campaign.id, user)
    if held is not None:
        answers: Mapping[str, Any] = held.answers
        if (held.survey, held.version) != (survey.id, survey.version):
            route = _route(work, opened, releases, held, survey)
            answers = route.migrate(answers).answers if route else {}
        for name, value in answers.items():
            known[name] = Known(value=value, provenance=ANSWERED, at=held.submitted_at)
    return prefill(survey, known, opened.question_kinds)


def current_draft(
    work: Work, opened: Running, releases: Releases, user: str
) -> tuple[Draft, Losses]:
    """Return the draft of *user* as one of the version that is asked now, and what was lost.

    It comes over by the declared migration, and without one where it means the same.
    """
    survey, campaign = opened.campaign.survey, opened.campaign.id
    fresh = Draft(
        campaign=campaign,
        user=user,
        survey=survey.id,
        version=survey.version,
        begun_at=work.at,
    )
    held = work.load(RESPONSE_DRAFTS, campaign, user)
    if held is None:
        return fresh, ()
    if (held.survey, held.version) == (survey.id, survey.version):
        return held, ()
    route = _route(work, opened, releases, held, survey)
    if route is None:
        losses = tuple(
            Loss(version=held.version, question=key, code="survey.loss.not_asked")
            for key in sorted(held.values)
        )
        return fresh, losses
    reading = reading_of(work, opened, releases, user)
    return carried(held, route, form_of(opened, releases, route.old), reading)


def _route(
    work: Work, opened: Running, releases: Releases, held: Draft | Response, survey: Survey
) -> Route | None:
    """Return the declared way to *survey*, else the one on which the same meaning carries over."""
    if held.survey != survey.id:
        return None
    declared: Route | None = None
    if survey.version == opened.campaign.survey.version:
        declared = route_from(work, opened, releases, held.survey, held.version)
    old = survey_version(work, held.survey, held.version)
    if declared is not None or old is None:
        return declared
    return Route((old, survey), opened.question_kinds, order=order_of(opened, releases))
