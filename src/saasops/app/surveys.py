"""A campaign's survey: what is known before, what is answered, what an outside tool exports."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import attrs

from saasops.app.definitions import CampaignHandle, Running
from saasops.app.imports import ImportReport, Progress, Result, run_import
from saasops.app.people import merge_contact, owner_of
from saasops.app.versions import releases_of
from saasops.app.work import Work, command, query
from saasops.campaigns.participants import Participant, RiskAssessed
from saasops.campaigns.risk import assess
from saasops.errors import Invalid
from saasops.people.contacts import Contact
from saasops.people.users import Identity
from saasops.rows import Rows
from saasops.storage.tables import CONTACTS, DOWNLOADS, PARTICIPANTS, RESPONSES, USERS
from saasops.surveys.analysis import counts
from saasops.surveys.answers import Known, Response, check, prefill, standing, submit
from saasops.surveys.importing import read_export
from saasops.surveys.profiles import ExportProfile
from saasops.versions.claims import NONE, VersionClaim, guess, is_upgrader
from saasops.versions.downloads import latest_channel
from saasops.versions.releases import Release, Releases


class Surveys(CampaignHandle):
    """Answer the survey of one campaign."""

    @query
    def prefill(self, work: Work, user: str) -> dict[str, Known]:
        """Return what is known of *user* by question: earlier answers, download record, address.

        The address question needs no answer where an address is on file.
        """
        opened = self._open(work)
        known: dict[str, Known] = {}
        claim = _guess(work, opened, releases_of(work, opened.campaign.product), user, work.at)
        known["version"] = Known(value=claim.value, provenance="recorded", at=claim.at)
        contact = work.load(CONTACTS, user)
        for question in opened.campaign.survey.questions:
            if question.kind == "address" and contact and contact.postal_address:
                known[question.id] = Known(
                    value=contact.postal_address, provenance="on file", at=work.at
                )
        held = work.load(RESPONSES, self.id, user)
        if held is not None:
            for name, value in held.answers.items():
                known[name] = Known(value=value, provenance="answered", at=held.submitted_at)
        return prefill(opened.campaign.survey, known)

    @command
    def submit(
        self, work: Work, user: str, answers: Mapping[str, Any], *, at: datetime | None = None
    ) -> Response:
        """Take the answers of *user*, assess the risk, and return the response that stands.

        The same answers again change nothing; older ones (*at* is when they were given)
        never replace newer ones. Raise `Invalid` survey.invalid with a problem for each
        question that is wrong.
        """
        opened = self._open(work)
        work.need(USERS, user)
        releases = releases_of(work, opened.campaign.product)
        survey = opened.campaign.survey
        clean, problems = check(
            survey, answers, slots=opened.by_id, recognise=_recogniser(releases, opened)
        )
        if problems:
            raise Invalid(problems, "survey.invalid")
        response = Response(
            campaign=self.id,
            user=user,
            survey=survey.id,
            version=survey.version,
            answers=clean,
            submitted_at=at or work.at,
            source="site",
        )
        keep_response(work, opened, releases, response)
        return work.need(RESPONSES, self.id, user)

    @query
    def response(self, work: Work, user: str) -> Response | None:
        """Return the response of *user* that stands, or None."""
        return work.load(RESPONSES, self.id, user)

    @query
    def counts(self, work: Work) -> Mapping[str, Mapping[str, int]]:
        """Count the answers by question and option. Linear in the responses."""
        return counts(self._open(work).campaign.survey, work.each(RESPONSES, {"campaign": self.id}))

    def import_responses(
        self,
        rows: Rows,
        profile: ExportProfile,
        *,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> ImportReport:
        """Take in an outside tool's export as *profile* describes it.

        Right rows go in, wrong ones are listed with row and reason, the latest answer of a
        person counts wherever its row stands, and a second import changes nothing.
        """
        export, opened, releases = self._read(tuple(rows), profile)

        def keep(work: Work, response: Response) -> Result:
            return keep_response(work, opened, releases, response)

        report = run_import(
            self.host,
            "responses",
            sorted(export.accepted, key=lambda one: (one[1].submitted_at, one[1].user)),
            keep,
            actor=self.actor,
            total=export.rows,
            problems=export.problems,
            dry_run=dry_run,
            progress=progress,
        )
        return attrs.evolve(
            report,
            accepted=tuple(sorted(report.accepted)),
            changed=tuple(sorted(report.changed)),
            unchanged=tuple(sorted((*report.unchanged, *export.unchanged))),
            superseded=export.superseded,
            repaired=export.repaired,
        )

    @query
    def _read(self, work: Work, rows: Any, profile: ExportProfile) -> Any:
        opened = self._open(work)
        releases = releases_of(work, opened.campaign.product)
        export = read_export(
            rows,
            opened.campaign.survey,
            profile,
            campaign=self.id,
            find_user=lambda provider, subject: owner_of(work, Identity(provider, subject)),
            slots={slot.id: (slot.opens, slot.closes, slot.kind) for slot in opened.slots},
            recognise=_recogniser(releases, opened),
            held=lambda user: work.load(RESPONSES, self.id, user),
        )
        return export, opened, releases


def keep_response(
    work: Work, opened: Running, releases: Releases, response: Response
) -> Literal["accepted", "changed", "unchanged", "superseded"]:
    """Store *response* with its tags, risk and wish, unless what is held already stands."""
    held = work.load(RESPONSES, response.campaign, response.user)
    event = submit(response, held, survey=opened.campaign.survey, at=work.at)
    if event is None:
        return "superseded" if standing(response, held) == "superseded" else "unchanged"
    work.save(RESPONSES, response)
    participant = opened.participant(work, response.user)
    answered = _answered(work, opened, releases, participant, response)
    work.save(PARTICIPANTS, answered)
    for question in opened.campaign.survey.questions:
        address = response.answers.get(question.id)
        if question.kind == "address" and address:
            merge_contact(work, Contact(user=response.user, postal_address=address))
    work.record(event)
    assert answered.risk is not None
    work.record(
        RiskAssessed(
            at=work.at, campaign=response.campaign, user=response.user, assessment=answered.risk
        )
    )
    return "accepted" if held is None else "changed"


def _answered(
    work: Work, opened: Running, releases: Releases, participant: Participant, response: Response
) -> Participant:
    campaign, answers, at = opened.campaign, response.answers, response.submitted_at
    downloads = tuple(work.each(DOWNLOADS, {"user": response.user, "product": campaign.product}))
    recorded = guess(downloads, product=campaign.product, before=at, releases=releases)
    told = VersionClaim(
        value=next((answers[q.id] for q in campaign.survey.questions if q.kind == "version"), NONE),
        provenance="self-reported",
        at=at,
        by=response.user,
    )
    verified = tuple(claim for claim in participant.claims if claim.provenance == "verified")
    older = is_upgrader(
        downloads, product=campaign.product, target=campaign.target, before=at, releases=releases
    )
    return attrs.evolve(
        participant,
        reached_at=participant.reached_at or at,
        answered_at=participant.answered_at or at,
        wish=next((answers[q.id] for q in campaign.survey.questions if q.kind == "slot"), None),
        kind="upgrader" if older else "new",
        claims=(recorded, told, *verified),
        risk=assess(campaign.risk, answers),
        channel=latest_channel(downloads, before=at) or participant.channel,
    )


def _guess(
    work: Work, opened: Running, releases: Releases, user: str, before: datetime
) -> VersionClaim:
    product = opened.campaign.product
    downloads = work.each(DOWNLOADS, {"user": user, "product": product})
    return guess(downloads, product=product, before=before, releases=releases)


def _recogniser(releases: Releases, opened: Running) -> Any:
    def recognise(text: str) -> str | None:
        found = releases.recognise(opened.campaign.product, text)
        return found.name if isinstance(found, Release) else None

    return recognise
