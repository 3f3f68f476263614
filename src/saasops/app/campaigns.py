"""One campaign: launch it, look at it, invite, and reach its parts."""

from collections.abc import Mapping
from typing import Any

import attrs

from saasops.app.definitions import CampaignHandle, Definitions
from saasops.app.imports import ImportReport, Progress, Result, keep_in, take_in
from saasops.app.notices import Notices
from saasops.app.planning import Planning
from saasops.app.reports import Reports
from saasops.app.rewards import Rewards
from saasops.app.scheduling import Scheduling
from saasops.app.surveys import Surveys
from saasops.app.threads import Threads
from saasops.app.uploads import Uploads
from saasops.app.work import Host, Work, command, query
from saasops.campaigns.definition import Campaign, advise
from saasops.campaigns.importing import Invitation, read_channels, read_invitations
from saasops.campaigns.participants import (
    Participant,
    ParticipantReached,
    acknowledge,
    invite,
    withdraw,
)
from saasops.errors import NotFound, Problem, Refused
from saasops.rows import Rows
from saasops.storage.tables import (
    CHANNEL_COUNTS,
    DOWNLOADS,
    EVENTS,
    PARTICIPANTS,
    SEGMENT_SNAPSHOTS,
    USERS,
)
from saasops.values import SYSTEM
from saasops.versions.downloads import latest_channel


class Campaigns(CampaignHandle):
    """A handle on one campaign. It holds no state: any number of them may be made."""

    def __init__(
        self, host: Host, id: str, definitions: Definitions, *, actor: str = SYSTEM
    ) -> None:
        super().__init__(host, id, definitions, actor=actor)
        self.survey = Surveys(host, id, definitions, actor=actor)
        self.uploads = Uploads(host, id, definitions, actor=actor)
        self.schedule = Scheduling(host, id, definitions, actor=actor)
        self.plan = Planning(host, id, definitions, actor=actor)
        self.notices = Notices(host, id, definitions, actor=actor)
        self.threads = Threads(host, id, definitions, actor=actor)
        self.rewards = Rewards(host, id, definitions, actor=actor)
        self.reports = Reports(host, id, definitions, actor=actor)

    @query
    def definition(self, work: Work) -> Campaign:
        """Return the definition as it runs now."""
        return self._open(work).campaign

    @query
    def advice(self, work: Work) -> tuple[Problem, ...]:
        """Tell of slots on days that the calendar does not know for certain."""
        opened = self._open(work)
        return advise(opened.campaign, lambda _: opened.calendar)

    @query
    def participant(self, work: Work, user: str) -> Participant:
        """Return the part of *user*; raise `NotFound`."""
        return work.need(PARTICIPANTS, self.id, user)

    @query
    def participants(
        self, work: Work, *, after: str | None = None, limit: int = 100
    ) -> tuple[Participant, ...]:
        """Return up to *limit* participants by user id, from behind *after*."""
        last = {"campaign": self.id, "user": after} if after is not None else None
        return tuple(work.find(PARTICIPANTS, {"campaign": self.id}, after=last, limit=limit))

    @query
    def history(self, work: Work, user: str) -> tuple[Mapping[str, Any], ...]:
        """Return all that happened to *user* here, oldest first: name, at, actor, body."""
        rows = work.rows(EVENTS, {"campaign": self.id, "user": user})
        return tuple({k: v for k, v in row.items() if k != "rev"} for row in rows)

    @command
    def invite(self, work: Work, user: str, *, via: str) -> Participant:
        """Ask *user* to take part; asking again changes nothing."""
        return self._invite(work, user, via)

    @command
    def invite_audience(
        self, work: Work, *, via: str, after: str = "", limit: int = 500
    ) -> str | None:
        """Invite up to *limit* people of the audience, by user from behind *after*.

        Return the last of them, None when all are invited. Raise `Refused` campaign.no_audience
        where the definition names none.
        """
        audience = self._open(work).campaign.audience
        if audience is None:
            raise Refused("campaign.no_audience", campaign=self.id)
        members = work.need(SEGMENT_SNAPSHOTS, audience, self.id).members
        chosen = sorted(user for user in members if user > after)[:limit]
        for user in chosen:
            if work.tx.get(USERS.table, (user,)) is not None:
                self._invite(work, user, via)
        return chosen[-1] if len(chosen) == limit else None

    @command
    def reach(self, work: Work, user: str) -> Participant:
        """Note that *user* opened the invitation, or came by himself."""
        return self._reach(work, self._open(work).participant(work, user))

    @command
    def acknowledge(self, work: Work, user: str) -> Participant:
        """Note that *user* has read the risk notice."""
        participant = self._open(work).participant(work, user)
        event = acknowledge(participant, at=work.at)
        if event is None:
            return participant
        work.record(event)
        return _saved(work, attrs.evolve(participant, acknowledged_at=work.at))

    @command
    def withdraw(self, work: Work, user: str) -> Participant:
        """Let *user* go. A booking is to be cancelled first, by the schedule."""
        participant = self._open(work).participant(work, user)
        event = withdraw(participant, at=work.at)
        if event is None:
            return participant
        work.record(event)
        return _saved(work, attrs.evolve(participant, withdrawn_at=work.at))

    def import_invitations(
        self, rows: Rows, *, dry_run: bool = False, progress: Progress | None = None
    ) -> ImportReport:
        """Take in invitations.csv: user, channel, sent_at, status (`opened` means reached)."""

        def keep(work: Work, one: Invitation) -> Result:
            if work.tx.get(USERS.table, (one.user,)) is None:
                raise NotFound("user", one.user)
            before = work.load(PARTICIPANTS, self.id, one.user)
            after = self._invite(work, one.user, one.via, at=one.sent_at)
            if one.opened:
                after = self._reach(work, after, at=one.sent_at)
            if before == after:
                return "unchanged"
            return "changed" if before else "accepted"

        return take_in(
            self, "invitations", rows, read_invitations, keep, dry_run=dry_run, progress=progress
        )

    def import_channels(self, rows: Rows, *, dry_run: bool = False) -> ImportReport:
        """Take in channels.csv: channel, name, audience, downloads, deployed, used."""
        return take_in(
            self, "channels", rows, read_channels, keep_in(CHANNEL_COUNTS), dry_run=dry_run
        )

    def _invite(self, work: Work, user: str, via: str, *, at: Any = None) -> Participant:
        opened = self._open(work)
        participant = opened.participant(work, user)
        event = invite(participant, via, at=at or work.at)
        if event is None:
            return participant
        work.record(event)
        where = {"user": user, "product": opened.campaign.product}
        channel = latest_channel(work.each(DOWNLOADS, where), before=event.at)
        invited = attrs.evolve(
            participant,
            invited_at=event.at,
            invited_via=via,
            channel=participant.channel or channel,
        )
        return _saved(work, invited)

    def _reach(self, work: Work, participant: Participant, *, at: Any = None) -> Participant:
        if participant.reached_at is not None:
            return participant
        event = ParticipantReached(
            at=at or work.at, campaign=participant.campaign, user=participant.user
        )
        work.record(event)
        return _saved(work, attrs.evolve(participant, reached_at=event.at))


def _saved(work: Work, participant: Participant) -> Participant:
    work.save(PARTICIPANTS, participant)
    return participant
