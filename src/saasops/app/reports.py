"""A campaign's reports, counted from what is stored."""

from datetime import datetime

import attrs

from saasops.app.definitions import CampaignHandle, Running
from saasops.app.places import load_of
from saasops.app.versions import target_name
from saasops.app.work import Work, query
from saasops.campaigns.channels import ChannelCount, channel_funnel
from saasops.campaigns.report import Standing, weekly
from saasops.campaigns.survey_report import Answered, cross_report, survey_report, text_report
from saasops.figures import Report
from saasops.storage.tables import (
    BOOKINGS,
    CHANNEL_COUNTS,
    GRANTS,
    OUTCOMES,
    PARTICIPANTS,
    RESPONSES,
)
from saasops.surveys.answers import answers_to


class Reports(CampaignHandle):
    """Report on one campaign."""

    @query
    def standing(self, work: Work) -> Standing:
        """Gather all that reports count. Linear in the campaign."""
        return _standing(work, self._open(work))

    @query
    def weekly(self, work: Work, *, at: datetime | None = None) -> Report:
        """Report how the campaign stood at the instant *at*, now by default."""
        opened = self._open(work)
        target = target_name(work, opened.campaign.product, opened.campaign.target)
        campaign = attrs.evolve(opened.campaign, target=target)
        return weekly(campaign, _standing(work, opened), at=at or work.at)

    @query
    def survey(self, work: Work, *, by: str | None = None, at: datetime | None = None) -> Report:
        """Report who answered and what, by channel and day, broken down by the segment *by*.

        *by* is channel, risk, depth, team, kind, or a question with a closed set of answers.
        """
        campaign = self._open(work).campaign
        return survey_report(campaign, _answered(work, self.id), at=at or work.at, by=by)

    @query
    def cross(self, work: Work, rows: str, columns: str, *, at: datetime | None = None) -> Report:
        """Report which answers to the question *rows* come with which to *columns*."""
        campaign = self._open(work).campaign
        answered = _answered(work, self.id)
        return cross_report(campaign, answered, rows, columns, at=at or work.at)

    @query
    def texts(
        self, work: Work, question: str, *, limit: int = 1000, at: datetime | None = None
    ) -> Report:
        """Report up to *limit* texts that were typed in answer to *question*, the latest first."""
        campaign = self._open(work).campaign
        answered = _answered(work, self.id)
        return text_report(campaign, answered, question, limit=limit, at=at or work.at)

    @query
    def channel_counts(self, work: Work) -> tuple[ChannelCount, ...]:
        """Return the people counted at each step of each channel, by channel and name."""
        return tuple(work.each(CHANNEL_COUNTS, {}))

    @query
    def channels(self, work: Work) -> Report:
        """Report audience, downloads, deployed and used, by channel and in sum."""
        counts = work.each(CHANNEL_COUNTS, {})
        zone = self._open(work).campaign.zone
        return channel_funnel(counts, zone=zone, at=work.at)


def _answered(work: Work, campaign: str) -> Answered:
    where = {"campaign": campaign}
    participants = tuple(work.each(PARTICIPANTS, where))
    return Answered(participants=participants, responses=tuple(work.each(RESPONSES, where)))


def _standing(work: Work, opened: Running) -> Standing:
    where = {"campaign": opened.campaign.id}
    ratings = [q.id for q in opened.campaign.survey.questions if q.kind == "rating"]
    responses = tuple(work.each(RESPONSES, where))
    scores = {
        response.user: int(response.answers[ratings[0]])
        for response in answers_to(opened.campaign.survey, responses)
        if ratings and ratings[0] in response.answers
    }
    return Standing(
        participants=tuple(work.each(PARTICIPANTS, where)),
        bookings={one.user: one for one in work.each(BOOKINGS, where)},
        outcomes=tuple(work.each(OUTCOMES, where)),
        load=load_of(work, opened.campaign.id),
        grants=tuple(work.each(GRANTS, where)),
        scores=scores,
        responses=responses,
    )
