"""The shapes of outside tools' exports that a campaign knows, kept under a name."""

from collections.abc import Sequence

import attrs

from saasops.app.definitions import CampaignHandle, Running
from saasops.app.survey_definitions import survey_version
from saasops.app.work import Work, command, query
from saasops.errors import Invalid, NotFound
from saasops.storage.tables import IMPORT_PROFILES
from saasops.surveys.definition import Survey
from saasops.surveys.profiles import ExportProfile, SavedProfile, mismatches
from saasops.surveys.proposing import Proposal, propose


class SurveyProfiles(CampaignHandle):
    """Keep the profiles of one campaign's survey, and guess new ones."""

    @query
    def propose(self, work: Work, header: Sequence[str], *, locale: str = "zh-CN") -> Proposal:
        """Guess the profile of an export from its *header*, in the zone of the campaign."""
        campaign = self._open(work).campaign
        return propose(header, campaign.survey, zone=campaign.zone, locale=locale)

    @command
    def save(self, work: Work, name: str, profile: ExportProfile) -> SavedProfile:
        """Keep *profile* under *name*, in place of what was there; the same changes nothing.

        It is kept for the version that it names, by default the one asked now. Raise `Invalid`
        where it does not fit that version, `NotFound` where there is no such version.
        """
        survey = version_of(work, self._open(work), profile.survey_version)
        if problems := tuple(mismatches(profile, survey)):
            raise Invalid(problems)
        profile = attrs.evolve(profile, survey_version=survey.version)
        held = work.load(IMPORT_PROFILES, self.id, name)
        if held is not None and held.profile == profile:
            return held
        saved = SavedProfile(
            campaign=self.id, name=name, profile=profile, saved_at=work.at, by=work.actor
        )
        work.save(IMPORT_PROFILES, saved)
        return saved

    @query
    def get(self, work: Work, name: str) -> SavedProfile:
        """Return the profile kept under *name*; raise `NotFound`."""
        found = work.load(IMPORT_PROFILES, self.id, name)
        if found is None:
            raise NotFound("profile", name)
        return found

    @query
    def all(
        self, work: Work, *, after: str | None = None, limit: int = 100
    ) -> tuple[SavedProfile, ...]:
        """Return up to *limit* profiles by name, from behind *after*."""
        last = {"campaign": self.id, "name": after} if after is not None else None
        return tuple(work.find(IMPORT_PROFILES, {"campaign": self.id}, after=last, limit=limit))

    @command
    def remove(self, work: Work, name: str) -> bool:
        """Forget the profile *name*; tell whether there was one."""
        return work.tx.delete(IMPORT_PROFILES.table, (self.id, name))


def version_of(work: Work, opened: Running, version: int | None) -> Survey:
    """Return that *version* of the campaign's survey, by default the one that is asked now.

    Raise `NotFound` for an unknown version.
    """
    asked = opened.campaign.survey
    if version is None or version == asked.version:
        return asked
    found = survey_version(work, asked.id, version)
    if found is None:
        raise NotFound("survey", f"{asked.id} {version}")
    return found
