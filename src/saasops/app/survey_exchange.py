"""Responses to a campaign's survey in from outside tools, and out to files.

What a tool's words mean, which response counts and what a column holds is decided in `surveys`;
what a response changes, in `survey_keeping`. Any number of rows is read in constant memory: right
ones are set aside on disk until the latest of each person is known.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import IO

import attrs

from saasops.app.definitions import CampaignHandle, Running
from saasops.app.imports import MOST_LISTED, ImportReport, Progress, chunks, run_import
from saasops.app.people import owner_of
from saasops.app.survey_keeping import form_of, keep_response, recogniser
from saasops.app.survey_profiles import SurveyProfiles, version_of
from saasops.app.versions import releases_of
from saasops.app.work import Work, query
from saasops.errors import Invalid, Problem
from saasops.people.users import Identity
from saasops.reports import csv_format, xlsx
from saasops.rows import Rows
from saasops.storage.spool import Spool, Waiting
from saasops.storage.tables import RESPONSES, USERS
from saasops.surveys.answers import Response
from saasops.surveys.definition import Survey
from saasops.surveys.entries import Entry, Found
from saasops.surveys.exporting import Export, columns, document
from saasops.surveys.formats import json_documents, mapped, surveyjs_data, tables, tencent, typeform
from saasops.surveys.importing import Intake
from saasops.surveys.kinds import Reading
from saasops.surveys.profiles import ExportProfile, SlotDays
from saasops.versions.releases import Releases

_CODES = Export()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


_READERS: Mapping[str, mapped.Read] = {
    "surveyjs": surveyjs_data.read,
    "typeform": typeform.read,
    "wj": tencent.read,
}
"""The formats of answers in JSON, by name."""
FORMATS = ("csv", "xlsx", "jsonl")
_MOST_COLUMNS = 16_384


@attrs.frozen(kw_only=True)
class Exported:
    """How many responses were written out, and how many to *other* versions were not."""

    responses: int
    other: int


class SurveyExchange(CampaignHandle):
    """Take in what people answered elsewhere, and write out what they answered."""

    @property
    def profiles(self) -> SurveyProfiles:
        """Return a handle on the shapes of exports that this campaign knows."""
        return SurveyProfiles(self.host, self.id, self._definitions, actor=self.actor)

    def import_responses(
        self,
        rows: Rows,
        profile: ExportProfile | str,
        *,
        version: int | None = None,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> ImportReport:
        """Take in an outside tool's table as *profile*, or the one kept under that name, says.

        Right rows go in, wrong ones are listed with row and reason, the latest answer of a
        person counts wherever its row stands, and a second import changes nothing. *rows* are
        taken once, as they come: 36 bytes a row, for the numbers in the report, is all that
        grows with them. They answer *version* of the survey, by default the one that *profile*
        is for, and are carried over to the one asked now. Raise `Invalid` where profile, survey
        and header do not belong together, `NotFound` for an unknown profile or version.
        """
        shape = self._shape(profile, version)
        opened, intake = self._intake(shape.survey_version)
        found = tables.entries(rows, intake.form.survey, shape, slots=_days(opened))
        return self._take(found, intake, dry_run=dry_run, progress=progress)

    def import_documents(
        self,
        lines: Iterable[str],
        profile: ExportProfile | str,
        *,
        format: str,
        version: int | None = None,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> ImportReport:
        """Take in what a tool sent as JSON: one object, a list of them, or one a line.

        *format* is `surveyjs` (the data of a finished form), `typeform` or `wj` (the bodies of
        their webhooks). Everything else is as for a table; without columns in *profile* each
        question stands under its own id. Raise also `Invalid` for an unknown format.
        """
        if format not in _READERS:
            context = {"format": format, "allowed": sorted(_READERS)}
            raise Invalid([Problem("format", "survey.import.unknown_format", context)])
        shape = self._shape(profile, version)
        _, intake = self._intake(shape.survey_version, source=format)
        found = mapped.entries(
            json_documents.documents(lines), intake.form.survey, shape, read=_READERS[format]
        )
        return self._take(found, intake, dry_run=dry_run, progress=progress)

    def export_responses(
        self,
        to: IO[bytes],
        *,
        format: str = "csv",
        version: int | None = None,
        export: Export = _CODES,
    ) -> Exported:
        """Write the responses to one *version* of the survey, by default the one asked now.

        *format* is `csv`, `xlsx` or `jsonl`; responses stand by user. They are read and written
        page by page, so that their number costs no memory; one that comes meanwhile may be in or
        not. What a spreadsheet might calculate is disarmed. Raise `Invalid` for an unknown
        format, `NotFound` for an unknown version, `Refused` survey.export.no_purpose.
        """
        if format not in FORMATS:
            context = {"format": format, "allowed": list(FORMATS)}
            raise Invalid([Problem("format", "survey.import.unknown_format", context)])
        survey = self._version(version)
        shown = columns(survey, export)
        if format == "xlsx" and len(shown) > _MOST_COLUMNS:
            wide = {"columns": len(shown), "most": _MOST_COLUMNS}
            raise Invalid([Problem("", "survey.export.too_many_columns", wide)])
        told = _Told()
        kept = told.only(survey, self._responses())
        if format == "jsonl":
            for response in kept:
                to.write(_written(document(response, survey, export)).encode() + b"\n")
        else:
            header = [column.name for column in shown]
            cells = ([column.cell(response) for column in shown] for response in kept)
            if format == "csv":
                to.writelines(csv_format.stream(header, cells))
            else:
                xlsx.stream(to, f"{survey.id} {survey.version}", header, cells)
        return Exported(responses=told.responses, other=told.other)

    def _responses(self) -> Iterator[Response]:
        """Walk over all responses, a page to a transaction."""
        after: str | None = None
        while page := self._page(after):
            yield from page
            after = page[-1].user

    @query
    def _page(self, work: Work, after: str | None) -> list[Response]:
        last = None if after is None else {"campaign": self.id, "user": after}
        return work.find(RESPONSES, {"campaign": self.id}, after=last)

    @query
    def _version(self, work: Work, version: int | None) -> Survey:
        return version_of(work, self._open(work), version)

    def _shape(self, profile: ExportProfile | str, version: int | None) -> ExportProfile:
        shape = self.profiles.get(profile).profile if isinstance(profile, str) else profile
        return shape if version is None else attrs.evolve(shape, survey_version=version)

    def _take(
        self,
        found: Iterable[Found],
        intake: Intake,
        *,
        dry_run: bool,
        progress: Progress | None,
    ) -> ImportReport:
        @lru_cache(maxsize=1)  # another version may be launched between two transactions
        def running(work: Work) -> tuple[Running, Releases]:
            opened = self._open(work)
            return opened, releases_of(work, opened.campaign.product)

        with Spool() as spool:
            sifted = _Sifted()
            for chunk in chunks(found):
                at, users = self._users(chunk)
                sifted.sift(chunk, users, attrs.evolve(intake, at=at), spool)
            superseded, right = spool.settle()
            report = run_import(
                self.host,
                "responses",
                map(partial(_response, intake), spool.each()),
                lambda work, response: keep_response(work, *running(work), response),
                actor=self.actor,
                total=sifted.rows,
                right=right,
                problems=sorted(sifted.problems, key=lambda one: int(one.context["row"])),
                unlisted=sifted.unlisted,
                dry_run=dry_run,
                progress=progress,
            )
        return attrs.evolve(
            report,
            superseded=tuple(sorted((*report.superseded, *superseded))),
            repaired=tuple(sorted(sifted.repaired)),
        )

    @query
    def _intake(
        self, work: Work, version: int | None, *, source: str = "import"
    ) -> tuple[Running, Intake]:
        opened = self._open(work)
        releases = releases_of(work, opened.campaign.product)
        return opened, Intake(
            campaign=self.id,
            form=form_of(opened, releases, version_of(work, opened, version)),
            reading=Reading(slots=opened.by_id, recognise=recogniser(releases, opened)),
            source=source,
        )

    @query
    def _users(
        self, work: Work, chunk: Iterable[Found]
    ) -> tuple[datetime, Mapping[tuple[str, str], str | None]]:
        """Return now, and the user of each subject; where no provider is asked, the id itself."""
        named = {(e.provider, e.subject) for e in chunk if isinstance(e, Entry) and e.subject}
        return work.at, {one: _user(work, *one) for one in named}


@attrs.define
class _Told:
    """Count the responses that are written out, and those to other versions."""

    responses: int = 0
    other: int = 0

    def only(self, survey: Survey, responses: Iterable[Response]) -> Iterator[Response]:
        """Yield those of *responses* that answer *survey*."""
        for response in responses:
            if (response.survey, response.version) == (survey.id, survey.version):
                self.responses += 1
                yield response
            else:
                self.other += 1


@attrs.define
class _Sifted:
    """What was found while the right rows were set aside."""

    rows: int = 0
    problems: list[Problem] = attrs.field(factory=list[Problem])
    unlisted: list[int] = attrs.field(factory=list[int])
    repaired: list[int] = attrs.field(factory=list[int])

    def sift(
        self,
        chunk: Iterable[Found],
        users: Mapping[tuple[str, str], str | None],
        intake: Intake,
        spool: Spool,
    ) -> None:
        """Set the right responses of *chunk* aside in *spool*, and note what is wrong."""
        right: list[Waiting] = []
        for one in chunk:
            self.rows += 1
            if isinstance(one, tuple):
                self._refuse(one)
                continue
            taken = intake.take(one, users.get((one.provider, one.subject)))
            if isinstance(taken, tuple):
                self._refuse(taken)
                continue
            if one.mended:
                self.repaired.append(one.number)
            body = _written([taken.answers, taken.hidden, taken.calculated])
            at = (taken.submitted_at - _EPOCH) // _MICROSECOND
            right.append((taken.user, at, one.number, body))
        spool.add(right)

    def _refuse(self, problems: tuple[Problem, ...]) -> None:
        if len(self.problems) < MOST_LISTED:
            self.problems += problems
        else:
            self.unlisted.append(problems[0].context["row"])


def _user(work: Work, provider: str, subject: str) -> str | None:
    if provider:
        return owner_of(work, Identity(provider, subject))
    return None if work.tx.get(USERS.table, (subject,)) is None else subject


def _response(intake: Intake, row: Waiting) -> tuple[int, Response]:
    survey, (user, at, number, body) = intake.form.survey, row
    answers, hidden, calculated = json.loads(body)
    return number, Response(
        campaign=intake.campaign,
        user=user,
        survey=survey.id,
        version=survey.version,
        answers=answers,
        hidden=hidden,
        calculated=calculated,
        submitted_at=_EPOCH + at * _MICROSECOND,
        source=intake.source,
    )


def _days(opened: Running) -> dict[str, SlotDays]:
    return {slot.id: (slot.opens, slot.closes, slot.kind) for slot in opened.slots}
