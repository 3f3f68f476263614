"""A campaign's reports, counted from what is stored."""

from datetime import datetime

from saasops.app.definitions import CampaignHandle, Running
from saasops.app.places import load_of
from saasops.app.work import Work, query
from saasops.campaigns.channels import ChannelCount, channel_funnel
from saasops.campaigns.report import Standing, weekly
from saasops.figures import Report
from saasops.storage.tables import (
    BOOKINGS,
    CHANNEL_COUNTS,
    GRANTS,
    OUTCOMES,
    PARTICIPANTS,
    RESPONSES,
)


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
        return weekly(opened.campaign, _standing(work, opened), at=at or work.at)

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


def _standing(work: Work, opened: Running) -> Standing:
    where = {"campaign": opened.campaign.id}
    ratings = [q.id for q in opened.campaign.survey.questions if q.kind == "rating"]
    scores = {
        response.user: int(response.answers[ratings[0]])
        for response in work.each(RESPONSES, where)
        if ratings and ratings[0] in response.answers
    }
    return Standing(
        participants=tuple(work.each(PARTICIPANTS, where)),
        bookings={one.user: one for one in work.each(BOOKINGS, where)},
        outcomes=tuple(work.each(OUTCOMES, where)),
        load=load_of(work, opened.campaign.id),
        grants=tuple(work.each(GRANTS, where)),
        scores=scores,
    )
