"""What one response changes, in one place: history, quota, tags, risk and wish, or nothing.

Who may answer, and how a response comes here, is left to the handles. What was said is never
lost: whatever takes the place of a response puts that one into the history.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

import attrs

from saasops import predicates
from saasops.app.definitions import Running
from saasops.app.people import merge_contact
from saasops.app.survey_definitions import survey_version
from saasops.app.uploads import files_of, keep
from saasops.app.work import PAGE, Work
from saasops.campaigns.participants import Participant, RiskAssessed
from saasops.campaigns.risk import assess
from saasops.errors import Refused
from saasops.people.contacts import Contact
from saasops.storage.tables import (
    COUNTERS,
    DOWNLOADS,
    PARTICIPANTS,
    RESPONSE_HISTORY,
    RESPONSES,
)
from saasops.surveys.answers import Response, standing, submit
from saasops.surveys.definition import Survey
from saasops.surveys.fields import answered
from saasops.surveys.forms import Form
from saasops.surveys.history import MIGRATION, Former, said_last
from saasops.surveys.kinds import Reading
from saasops.surveys.migration import ResponseMigrated, Route, way
from saasops.surveys.opening import admit, full
from saasops.versions.claims import VersionClaim, guess, is_upgrader
from saasops.versions.downloads import latest_channel
from saasops.versions.releases import Release, Releases
from saasops.versions.schemes import order_by

QUOTA = "quota/"
"""What the ids of counters of people who answered begin with."""
_NO_QUOTA = 2**53


def keep_response(
    work: Work, opened: Running, releases: Releases, response: Response
) -> Literal["accepted", "changed", "unchanged", "superseded"]:
    """Store *response* with its tags, risk and wish, unless what was said before stands.

    One to an older version is kept as it is and carried over to the one that is asked now.
    Raise `Refused` survey.other_version where no declared migration leads there,
    survey.not_open_yet, survey.closed and survey.full.
    """
    survey = opened.campaign.survey
    held = work.load(RESPONSES, response.campaign, response.user)
    route = route_from(work, opened, releases, response.survey, response.version)
    asked = route.old if route else survey
    carried = held is not None and held.migrated_from is not None
    said = said_last(held, _former(work, held)) if held and carried else held
    event = submit(response, said, survey=asked, at=work.at)
    if event is None:
        return "superseded" if standing(response, said) == "superseded" else "unchanged"
    admit(survey, given_at=response.submitted_at)
    if held is None or held.survey != survey.id:
        _count_in(work, survey, response.campaign, before=held)
    number = _replace(work, held, by=response.source, version=response.version)
    work.record(event)
    for question in asked.questions:
        if question.kind == "file":
            for given in (response.answers, response.hidden):
                keep(work, response.campaign, response.user, given.get(question.id, ()))
    if route:
        response, _ = _carried(work, response, route, number)
    work.save(RESPONSES, response)
    for question in survey.questions:
        answer = response.answers.get(question.id)
        if question.kind == "address" and answer:
            merge_contact(work, Contact(user=response.user, postal_address=answer))
    participant = _answered(work, opened, releases, response)
    work.save(PARTICIPANTS, participant)
    _record_risk(work, participant)
    return "accepted" if held is None else "changed"


def migrate_response(
    work: Work,
    opened: Running,
    releases: Releases,
    user: str,
    routes: dict[tuple[str, int], Route | None],
) -> ResponseMigrated | None:
    """Carry what is held of *user* over to the version that is asked now; None if it is of it.

    The original goes into the history. The risk is assessed anew, and told where it changed.
    *routes*, by survey and version, take in what a run has made ready, which is dear.
    Raise `Refused` survey.no_migration where no declared migration leads there.
    """
    held = work.need(RESPONSES, opened.campaign.id, user)
    survey = opened.campaign.survey
    if (held.survey, held.version) == (survey.id, survey.version):
        return None
    key = held.survey, held.version
    if key not in routes:
        routes[key] = route_from(work, opened, releases, *key)
    route = routes[key]
    if route is None:
        context = {"survey": held.survey, "version": held.version, "now": survey.version}
        raise Refused("survey.no_migration", **context)
    response, event = _carried(work, held, route, _number(work, held))
    work.save(RESPONSES, response)
    before = opened.participant(work, user)
    after = _answered(work, opened, releases, response)
    if after != before:
        work.save(PARTICIPANTS, after)
    if after.risk != before.risk:
        _record_risk(work, after)
    return event


def route_from(
    work: Work, opened: Running, releases: Releases, id: str, version: int
) -> Route | None:
    """Return the declared way from *version* of the survey *id* to the one that is asked now.

    None where there is none, and from the version itself.
    """
    survey = opened.campaign.survey
    if id != survey.id or version >= survey.version:
        return None
    versions = way(version, survey, lambda one: survey_version(work, id, one))
    if versions is None:
        return None
    return Route(versions, opened.question_kinds, order=order_of(opened, releases))


def form_of(opened: Running, releases: Releases, survey: Survey) -> Form:
    """Return *survey* made ready for the releases of the campaign's product.

    The one that is asked now is made ready once, until there are other releases.
    """
    names = tuple(one.name for one in releases.releases)
    known = releases.scheme(opened.campaign.product), names
    made = opened.forms if survey is opened.campaign.survey else []
    form = next((form for other, form in made if other == known), None)
    if form is None:
        form = Form.of(survey, opened.question_kinds, order=order_of(opened, releases))
        made[:] = [(known, form)]
    return form


def order_of(opened: Running, releases: Releases) -> Callable[[str], object]:
    """Return what sorts the names of releases of the campaign's product; None for others."""

    def order(name: str) -> object:
        found = releases.recognise(opened.campaign.product, name)
        return releases.version(found) if isinstance(found, Release) else None

    return order


def reading_of(
    work: Work, opened: Running, releases: Releases, user: str, *, lock: bool = False
) -> Reading:
    """Return what answers of *user* may name: slots, releases, and his own uploads.

    With *lock*, an upload that was read is not forgotten before the end of the transaction.
    """
    return Reading(
        slots=opened.by_id,
        recognise=recogniser(releases, opened),
        files=files_of(work, opened.campaign.id, user, lock=lock),
    )


def recorded(
    work: Work, opened: Running, releases: Releases, user: str, before: datetime
) -> VersionClaim:
    """Return the version of *user* that the download record tells at the instant *before*."""
    product = opened.campaign.product
    downloads = work.each(DOWNLOADS, {"user": user, "product": product})
    return guess(downloads, product=product, before=before, releases=releases)


def recogniser(releases: Releases, opened: Running) -> Callable[[str], str | None]:
    """Return what finds the canonical name of a release of the campaign's product."""

    def recognise(text: str) -> str | None:
        found = releases.recognise(opened.campaign.product, text)
        return found.name if isinstance(found, Release) else None

    return recognise


def _former(work: Work, held: Response) -> list[Former]:
    """Return what *held* replaced, the latest first."""
    where = {"campaign": held.campaign, "user": held.user}
    return work.find(RESPONSE_HISTORY, where, order=("number",), limit=PAGE, desc=True)


def _number(work: Work, held: Response) -> int:
    where = {"campaign": held.campaign, "user": held.user}
    last = work.find(RESPONSE_HISTORY, where, order=("number",), limit=1, desc=True)
    return last[0].number + 1 if last else 1


def _replace(work: Work, held: Response | None, *, by: str, version: int) -> int:
    """Put *held* into the history; return the number of the next that is replaced."""
    if held is None:
        return 1
    number = _number(work, held)
    _remember(work, held, number, by=by, version=version)
    return number + 1


def _remember(work: Work, held: Response, number: int, *, by: str, version: int) -> None:
    former = Former(
        campaign=held.campaign,
        user=held.user,
        number=number,
        response=held,
        replaced_at=work.at,
        replaced_by=by,
        version=version,
    )
    work.save(RESPONSE_HISTORY, former)


def _carried(
    work: Work, response: Response, route: Route, number: int
) -> tuple[Response, ResponseMigrated]:
    """Carry *response* over, and put it into the history as *number*."""
    after = route.response(response)
    _remember(work, response, number, by=MIGRATION, version=after.version)
    event = ResponseMigrated(
        at=work.at,
        campaign=response.campaign,
        user=response.user,
        before=response.version,
        after=after.version,
        losses=after.losses[len(response.losses) :],
    )
    work.record(event)
    return after, event


def _count_in(work: Work, survey: Survey, campaign: str, *, before: Response | None) -> None:
    """Count one more person who answers *survey*; raise `Refused` beyond its quota.

    He counts no more for the survey that he answered *before*. The counter is opened by the
    first answer, so that a quota may come later, and follows one that moves.
    """
    if before is not None:
        work.tx.add(COUNTERS, (campaign, f"{QUOTA}{before.survey}"), "used", -1, ge=0)
    quota = survey.opening.quota
    id = f"{QUOTA}{survey.id}"
    if work.tx.get(COUNTERS, (campaign, id)) is None:
        used = sum(one.survey == survey.id for one in work.each(RESPONSES, {"campaign": campaign}))
        new = {"campaign": campaign, "id": id, "used": used, "cap": used}
        work.tx.insert(COUNTERS, [new])
    row = work.tx.get(COUNTERS, (campaign, id))
    assert row is not None
    cap = max(row["used"], _NO_QUOTA if quota is None else quota)
    if cap != row["cap"]:
        work.tx.update(COUNTERS, (campaign, id), {"cap": cap}, expect=row["rev"])
    if not work.tx.add(COUNTERS, (campaign, id), "used", 1, le="cap"):
        raise full(survey)


def _record_risk(work: Work, participant: Participant) -> None:
    assert participant.risk is not None
    campaign, user = participant.campaign, participant.user
    event = RiskAssessed(at=work.at, campaign=campaign, user=user, assessment=participant.risk)
    work.record(event)


def _answered(work: Work, opened: Running, releases: Releases, response: Response) -> Participant:
    campaign, answers, at = opened.campaign, response.answers, response.submitted_at
    participant = opened.participant(work, response.user)
    downloads = tuple(work.each(DOWNLOADS, {"user": response.user, "product": campaign.product}))
    before = guess(downloads, product=campaign.product, before=at, releases=releases)
    told = [
        VersionClaim(
            value=answers[question.id], provenance="self-reported", at=at, by=response.user
        )
        for question in campaign.survey.questions
        if question.kind == "version" and question.id in answers
    ]
    if not told:  # it was not asked: what he said before still stands
        told = [claim for claim in participant.claims if claim.provenance == "self-reported"]
    verified = tuple(claim for claim in participant.claims if claim.provenance == "verified")
    older = is_upgrader(
        downloads, product=campaign.product, target=campaign.target, before=at, releases=releases
    )
    order = order_by(releases.scheme(campaign.product))
    keys = predicates.keys(answered(campaign.survey, opened.question_kinds, order=order))
    wishes = (answers.get(q.id) for q in campaign.survey.questions if q.kind == "slot")
    lost = participant.wish if response.migrated_from is not None else None
    return attrs.evolve(
        participant,
        reached_at=participant.reached_at or at,
        answered_at=participant.answered_at or at,
        wish=next(filter(None, wishes), lost),
        kind="upgrader" if older else "new",
        claims=(before, *told[:1], *verified),
        risk=assess(campaign.risk, answers, calculated=response.calculated, keys=keys),
        channel=latest_channel(downloads, before=at) or participant.channel,
    )
