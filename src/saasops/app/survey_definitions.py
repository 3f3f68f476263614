"""Surveys while they are written, and the versions that were published, which stay as they are.

Answering them is left to the campaign that asks them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from saasops import serial
from saasops.app.work import Handle, Host, Work, command, query
from saasops.errors import Invalid, NotFound, Problem
from saasops.ports import Row
from saasops.storage.tables import SURVEY_DRAFTS, SURVEYS
from saasops.surveys.definition import Survey
from saasops.surveys.kinds import BUILT_IN, QuestionKind
from saasops.surveys.lint import ADVICE, changed_meaning, lint
from saasops.surveys.migration import declared_mistakes
from saasops.surveys.opening import mistakes
from saasops.surveys.publishing import PublishedSurvey, SurveyDraft, publish
from saasops.values import SYSTEM

QuestionKinds: TypeAlias = Callable[[], Mapping[str, QuestionKind]]
"""Return every kind of questions by its name, also those of plugins."""


class SurveyDefinitions(Handle):
    """Write surveys and publish their versions."""

    def __init__(self, host: Host, kinds: QuestionKinds, *, actor: str = SYSTEM) -> None:
        super().__init__(host, actor=actor)
        self._kinds = kinds

    @command
    def save(self, work: Work, survey: Survey) -> SurveyDraft:
        """Keep *survey* as the draft of its id; it may still be wrong."""
        held = work.load(SURVEY_DRAFTS, survey.id)
        draft = SurveyDraft(id=survey.id, survey=survey, saved_at=work.at, by=work.actor)
        if held is not None and held.survey == survey:
            return held
        work.save(SURVEY_DRAFTS, draft)
        return draft

    @command
    def discard(self, work: Work, id: str) -> bool:
        """Throw the draft *id* away; tell whether there was one."""
        return work.tx.delete(SURVEY_DRAFTS.table, (id,))

    @command
    def publish(self, work: Work, survey: Survey | str) -> PublishedSurvey:
        """Publish *survey*, or the draft of that id; the same again changes nothing.

        The draft is gone where it is what was published; one of a later version stays.
        Raise `Invalid` survey.not_publishable with every mistake that is more than advice, in
        the languages of the title, and `Refused` for other content under a published version
        or a version that does not rise.
        """
        if isinstance(survey, str):
            survey = work.need(SURVEY_DRAFTS, survey).survey
        if wrong := [one for one in review(survey, self._kinds()) if one.code not in ADVICE]:
            raise Invalid(wrong, "survey.not_publishable")
        published = keep_published(work, survey, self._kinds())
        draft = work.load(SURVEY_DRAFTS, survey.id)
        if draft is not None and draft.survey == survey:
            work.tx.delete(SURVEY_DRAFTS.table, (survey.id,))
        return published

    def review(self, survey: Survey, *, against: Survey | None = None) -> tuple[Problem, ...]:
        """List what is wrong with *survey*, advice among it, in the languages of its title.

        *against* is the version before: what changed its meaning since is listed too.
        """
        return review(survey, self._kinds(), against=against)

    @query
    def draft(self, work: Work, id: str) -> SurveyDraft | None:
        """Return the draft *id*, or None."""
        return work.load(SURVEY_DRAFTS, id)

    @query
    def drafts(self, work: Work, *, limit: int = 100) -> tuple[SurveyDraft, ...]:
        """Return up to *limit* drafts, by id."""
        return tuple(work.find(SURVEY_DRAFTS, {}, limit=limit))

    @query
    def published(self, work: Work, id: str, version: int | None = None) -> PublishedSurvey:
        """Return a published version of *id*, the newest by default; raise `NotFound`."""
        found = _newest(work, id) if version is None else work.load(SURVEYS, id, version)
        if found is None:
            raise NotFound("survey", id if version is None else f"{id} {version}")
        return found

    @query
    def versions(self, work: Work, id: str, *, limit: int = 100) -> tuple[PublishedSurvey, ...]:
        """Return up to *limit* published versions of *id*, the newest first."""
        rows = work.tx.find(SURVEYS.table, {"id": id}, order=("version",), limit=limit, desc=True)
        return tuple(work.need(SURVEYS, id, row["version"]) for row in rows)

    @query
    def surveys(self, work: Work, *, limit: int = 100) -> tuple[str, ...]:
        """Return up to *limit* ids of surveys with a published version, in order."""
        ids: list[str] = []
        after: Row | None = None
        while len(ids) < limit and (page := work.tx.find(SURVEYS.table, {}, after=after, limit=1)):
            ids.append(page[0]["id"])
            newest = _newest(work, ids[-1])
            assert newest is not None
            after = {"id": newest.id, "version": newest.version}
        return tuple(ids)


def survey_from(data: Mapping[str, Any]) -> Survey:
    """Build a survey from plain data, as TOML or JSON gives it; it may be wrong, see `review`.

    Raise `Invalid` where the data is no survey.
    """
    return serial.load(dict(data), Survey)


def review(
    survey: Survey,
    kinds: Mapping[str, QuestionKind] = BUILT_IN,
    *,
    against: Survey | None = None,
) -> tuple[Problem, ...]:
    """Lint *survey* in all languages of its title, and what it changed since *against*."""
    found = lint(survey, locales=locales_of(survey), kinds=kinds)
    return found if against is None else (*found, *changed_meaning(against, survey, kinds))


def locales_of(survey: Survey) -> Sequence[str]:
    """Return the languages that the title of *survey* is written in, English if it is in none."""
    return [one for one in survey.title.by_locale if one != "*"] or ["en"]


def keep_published(
    work: Work, survey: Survey, kinds: Mapping[str, QuestionKind] = BUILT_IN
) -> PublishedSurvey:
    """Publish *survey* in an open transaction, or leave what is published as it is.

    Raise `Invalid` survey.not_publishable for an opening or migrations that cannot be meant.
    """
    held = work.load(SURVEYS, survey.id, survey.version) or _newest(work, survey.id)
    event = publish(survey, held.survey if held else None, at=work.at)
    if event is None:
        assert held is not None
        return held
    before = declared_mistakes(survey, lambda one: survey_version(work, survey.id, one), kinds)
    if problems := (*mistakes(survey.opening), *before):
        raise Invalid(problems, "survey.not_publishable")
    kept = PublishedSurvey(
        id=survey.id,
        version=survey.version,
        fingerprint=survey.fingerprint,
        published_at=held.published_at if held and event.amended else work.at,
        survey=survey,
    )
    work.save(SURVEYS, kept)
    work.record(event)
    return kept


def survey_version(work: Work, id: str, version: int) -> Survey | None:
    """Return what the published *version* of *id* asks, or None."""
    found = work.load(SURVEYS, id, version)
    return found.survey if found else None


def _newest(work: Work, id: str) -> PublishedSurvey | None:
    rows = work.tx.find(SURVEYS.table, {"id": id}, order=("version",), limit=1, desc=True)
    return work.load(SURVEYS, id, rows[0]["version"]) if rows else None
