"""Whether what a campaign's responses say of each other is so: originals, history, quota."""

from collections.abc import Iterator
from itertools import groupby

from saasops.app.survey_keeping import QUOTA
from saasops.app.work import Work
from saasops.errors import Problem
from saasops.storage.tables import RESPONSE_HISTORY, RESPONSES
from saasops.surveys.definition import Survey


def wrong_responses(work: Work, campaign: str) -> Iterator[Problem]:
    """Find histories with gaps, and responses carried over whose original is gone."""
    held = {one.user: one for one in work.each(RESPONSES, {"campaign": campaign})}
    originals: set[tuple[str, int]] = set()
    former = work.each(RESPONSE_HISTORY, {"campaign": campaign})
    for user, theirs in groupby(former, key=lambda one: one.user):
        listed = list(theirs)
        originals |= {
            (user, one.response.version) for one in listed if one.response.migrated_from is None
        }
        if [one.number for one in listed] != list(range(1, len(listed) + 1)):
            context = {"kept": len(listed), "last": listed[-1].number}
            yield Problem(f"user {user}", "audit.history", context)
    for user, one in held.items():
        if one.migrated_from is not None and (user, one.migrated_from) not in originals:
            context = {"version": one.version, "before": one.migrated_from}
            yield Problem(f"user {user}", "audit.no_original", context)


def answered(work: Work, campaign: str, survey: Survey) -> dict[str, int]:
    """Count the people who answered *survey*, by the counter of its quota."""
    responses = work.each(RESPONSES, {"campaign": campaign})
    return {f"{QUOTA}{survey.id}": sum(one.survey == survey.id for one in responses)}
