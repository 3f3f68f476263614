"""When a version of a survey may be answered: once published, what it asks never changes.

What is wrong with a survey is found by `lint`; where versions are kept is left to others.
"""

from datetime import datetime

import attrs

from saasops.errors import Refused
from saasops.surveys.definition import Survey


@attrs.frozen(kw_only=True)
class SurveyDraft:
    """A survey that is being written: it may be wrong, and nobody answers it."""

    id: str
    survey: Survey
    saved_at: datetime
    by: str


@attrs.frozen(kw_only=True)
class PublishedSurvey:
    """A version of a survey as it may be answered, from *published_at* on."""

    id: str
    version: int
    fingerprint: str
    published_at: datetime
    survey: Survey


@attrs.frozen(kw_only=True)
class SurveyPublished:
    """A version of a survey may be answered from now on, and what it asks will never change.

    With *amended* it was published before, and its opening or its migrations are others now.
    """

    at: datetime
    survey: Survey
    amended: bool = False


def publish(survey: Survey, held: Survey | None, *, at: datetime) -> SurveyPublished | None:
    """Decide that *survey* may be answered; *held* is this version, or else the highest, so far.

    The same again is no change: None. Raise `Refused` for other content under a published
    version (`survey.version_taken`) and for a version that does not rise
    (`survey.version_not_rising`).
    """
    if held is None:
        return SurveyPublished(at=at, survey=survey)
    context = {"survey": survey.id, "version": survey.version, "published": held.version}
    if survey.version < held.version:
        raise Refused("survey.version_not_rising", **context)
    if survey.version > held.version:
        return SurveyPublished(at=at, survey=survey)
    if survey.fingerprint != held.fingerprint:
        raise Refused("survey.version_taken", **context)
    return None if survey == held else SurveyPublished(at=at, survey=survey, amended=True)
