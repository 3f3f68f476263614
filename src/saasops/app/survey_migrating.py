"""All responses of a campaign carried over to the version that it asks now, in chunks.

How one is carried over is decided by `saasops.surveys.migration`. A run that was cut short is
begun again: what was done is not done twice.
"""

import attrs

from saasops.app.definitions import Running
from saasops.app.imports import Progress, Result, run_import
from saasops.app.survey_keeping import migrate_response
from saasops.app.work import Host, Work
from saasops.errors import Problem, Refused
from saasops.storage.tables import RESPONSES
from saasops.surveys.losses import Loss, Losses, summed
from saasops.surveys.migration import Route
from saasops.versions.releases import Releases

CHUNK = 50
"""So many are carried over in one transaction: people who answer wait no longer than that."""


@attrs.frozen(kw_only=True)
class MigrationReport:
    """What a migration of responses did, or with *dry_run* would do. No answer stands here.

    *found* are of older versions, *migrated* were carried over; *losses* of each person, by
    user, and *summed* up, the most frequent first. *problems* name those who stay behind.
    """

    survey: str
    version: int
    found: int
    migrated: int
    losses: tuple[tuple[str, Losses], ...] = ()
    summed: tuple[tuple[Loss, int], ...] = ()
    problems: tuple[Problem, ...] = ()
    dry_run: bool = False


def older_responses(work: Work, opened: Running) -> list[str]:
    """Return who holds a response to another version than the one asked now, by user."""
    survey = opened.campaign.survey
    rows = work.rows(RESPONSES.table, {"campaign": opened.campaign.id})
    asked = (survey.id, survey.version)
    return [r["user"] for r in rows if (r["body"]["survey"], r["body"]["version"]) != asked]


def migrate_responses(
    host: Host,
    opened: Running,
    releases: Releases,
    users: list[str],
    *,
    actor: str,
    dry_run: bool,
    progress: Progress | None,
) -> MigrationReport:
    """Carry the responses of *users* over, and tell what is lost of each."""
    routes: dict[tuple[str, int], Route | None] = {}
    losses: dict[str, Losses] = {}
    problems: dict[str, Problem] = {}

    def carry(work: Work, user: str) -> Result:
        try:
            event = migrate_response(work, opened, releases, user, routes)
        except Refused as no:
            problems[user] = Problem(f"user {user}", no.code, no.context)
            return "superseded"
        if event is None:  # he answered anew in the meantime
            return "unchanged"
        losses[user] = event.losses
        return "changed"

    report = run_import(
        host,
        "responses",
        list(enumerate(users, 1)),
        carry,
        actor=actor,
        total=len(users),
        dry_run=dry_run,
        progress=progress,
        most=CHUNK,
    )
    return MigrationReport(
        survey=opened.campaign.survey.id,
        version=opened.campaign.survey.version,
        found=len(users),
        migrated=len(report.changed),
        losses=tuple((user, losses[user]) for user in users if losses.get(user)),
        summed=summed(loss for user in users for loss in losses.get(user, ())),
        problems=tuple(problems[user] for user in users if user in problems),
        dry_run=dry_run,
    )
