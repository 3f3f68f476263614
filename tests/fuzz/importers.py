"""Every importer as (name, callable of bytes), with a right input of each to begin from.

None may raise anything but `SaasOpsError`, of which `Invalid` and `NotFound` are kinds.
"""

import gzip
import json
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import openpyxl

from export_judge import decide
from saasops import serial
from saasops.app.calendars import _parsed as calendar_json  # the bytes of a file come in here
from saasops.app.files import open_table, read_lines
from saasops.app.survey_files import definition_in
from saasops.calendars.tables import read_table
from saasops.campaigns.importing import read_channels, read_invitations
from saasops.errors import SaasOpsError
from saasops.ics.absences import read_absences as read_feed
from saasops.people.importing import read_priors, read_users
from saasops.predicates import surveyjs_reading
from saasops.scheduling.importing import read_absences, read_assistants, read_outcomes
from saasops.surveys.definition import Survey
from saasops.surveys.formats import mapped, surveyjs_data, tables, tencent, typeform
from saasops.surveys.formats.json_documents import documents
from saasops.surveys.forms import Form
from saasops.surveys.importing import Intake
from saasops.surveys.kinds import Reading
from saasops.surveys.profiles import ExportProfile
from saasops.surveys.proposing import propose
from saasops.threads.importing import read_posts, read_threads
from saasops.versions.endoflife import read_document, read_json
from saasops.versions.importing import read_downloads, read_paths, read_releases
from saasops.versions.releases import Releases

Importer = Callable[[bytes], object]
CAMPAIGN = Path(__file__).parents[2] / "examples" / "reference_campaign"
DATA = Path(__file__).parents[1] / "data"
SLOTS = {"week-2020-02-03": (date(2020, 2, 3), date(2020, 2, 7), "week")}


@attrs.frozen(kw_only=True)
class Target:
    """One importer: what it is given, and what a right input looks like."""

    run: Importer
    seed: bytes = attrs.field(repr=False)


@cache
def survey() -> Survey:
    return serial.load(serial.parse_toml(_text("survey.toml")), Survey)


@cache
def profile() -> ExportProfile:
    return serial.load(serial.parse_toml(_text("survey_export.profile.toml")), ExportProfile)


def _text(name: str) -> str:
    return (CAMPAIGN / name).read_text(encoding="utf-8")


def _start(name: str, lines: int = 6) -> bytes:
    return b"".join((CAMPAIGN / name).read_bytes().splitlines(keepends=True)[:lines])


def _file(content: bytes, suffix: str, read: Callable[[Path], Any]) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{suffix}"
        path.write_bytes(content)
        return read(path)


def _decided(found: Any) -> object:
    asked = survey()
    reading = Reading(slots=SLOTS, recognise=str)
    intake = Intake(campaign="c", form=Form.of(asked), reading=reading)
    report = decide(list(found), intake, find_user=lambda _, who: who, held=lambda _: None)
    rows = {one.context["row"] for one in report.problems}
    assert len(report.accepted) + len(report.superseded) + len(rows) == report.rows
    return report


def _responses(suffix: str) -> Importer:
    def read(path: Path) -> object:
        table = open_table(path)
        guessed = propose(table.header, survey(), zone="Asia/Shanghai")
        assert guessed.profile.survey == survey().id
        return _decided(tables.entries(table, survey(), profile(), slots=SLOTS))

    return lambda content: _file(content, suffix, read)


def _documents(read: mapped.Read) -> Importer:
    shape = attrs.evolve(
        profile(), columns={}, identity=attrs.evolve(profile().identity, column="qq"), ended="at"
    )

    def from_file(path: Path) -> object:
        found = documents(read_lines(path))
        return _decided(mapped.entries(found, survey(), shape, read=read))

    return lambda content: _file(content, ".json", from_file)


def _rows(read: Callable[[Any], object]) -> Importer:
    return lambda content: _file(content, ".csv", lambda path: read(open_table(path)))


def _toml(kind: type[Any]) -> Importer:
    return lambda content: serial.load(serial.parse_toml(_utf8(content)), kind)


def _utf8(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _feed(content: bytes) -> object:
    return read_feed(
        content,
        assistant="a",
        zone=ZoneInfo("Asia/Shanghai"),
        opens=date(2020, 2, 1),
        closes=date(2020, 3, 31),
        at=datetime(2020, 1, 1, tzinfo=UTC),
    )


def _workbook(sheets: Mapping[str, list[list[str]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


_ANSWERS = {"qq": "1", "at": "2020-02-01 10:00:00", "os": "linux", "customisation": ["other"],
            "customisation-Comment": "x", "version": "5.0", "recommend": 9}  # fmt: skip
_TYPEFORM = {"event_type": "form_response", "form_response": {"at": "2020-02-01", "hidden": {
    "qq": "1"}, "answers": [{"type": "choices", "choices": {"labels": ["Linux"], "other": "x"},
                             "field": {"ref": "os"}}]}}  # fmt: skip
_WJ = {"action": "answer.create", "payload": {"qq": 1, "at": "2020-02-01", "answer": [
    {"questions": [{"id": "os", "options": [{"checked": 1, "text": "Linux"}], "blanks": []}]}]}}  # fmt: skip
_SHEETS = {
    "survey": [["type", "name", "label"], ["select_one yn", "a", "A?"], ["integer", "b", "B?"]],
    "choices": [["list_name", "name", "label"], ["yn", "y", "Yes"], ["yn", "n", "No"]],
    "settings": [["form_id", "version"], ["f", "1"]],
}
_ICS = b"""BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20200210
DTEND;VALUE=DATE:20200212\r\nRRULE:FREQ=WEEKLY;COUNT=2\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"""


def targets() -> dict[str, Target]:
    """Return every importer by its name."""
    export = _start("survey_export.csv")
    sheet = [line.split(",") for line in export.decode("utf-8-sig").splitlines()]
    return {
        "responses-csv": Target(run=_responses(".csv"), seed=export),
        "responses-gz": Target(run=_responses(".csv.gz"), seed=gzip.compress(export)),
        "responses-xlsx": Target(run=_responses(".xlsx"), seed=_workbook({"answers": sheet})),
        "surveyjs-data": Target(run=_documents(surveyjs_data.read), seed=_json(_ANSWERS)),
        "typeform": Target(run=_documents(typeform.read), seed=_json(_TYPEFORM)),
        "wj": Target(run=_documents(tencent.read), seed=_json(_WJ)),
        "profile-toml": Target(
            run=_toml(ExportProfile), seed=(CAMPAIGN / "survey_export.profile.toml").read_bytes()
        ),
        "survey-toml": Target(run=_toml(Survey), seed=(CAMPAIGN / "survey.toml").read_bytes()),
        "definition-surveyjs": Target(
            run=lambda content: definition_in(content, "a.json", "surveyjs"),
            seed=(DATA / "surveys" / "surveyjs_example_survey.json").read_bytes(),
        ),
        "definition-xlsform": Target(
            run=lambda content: definition_in(content, "a.xlsx", "xlsform"), seed=_workbook(_SHEETS)
        ),
        "condition-surveyjs": Target(
            run=lambda content: surveyjs_reading.parsed(_utf8(content)),
            seed=b"{a} = 'x' and ({b} > 3 or {c} contains 'y') and !({d} empty)",
        ),
        "releases": Target(run=_rows(read_releases), seed=_start("products.csv")),
        "upgrade-paths": Target(run=_rows(read_paths), seed=_start("upgrade_paths.csv")),
        "downloads": Target(
            run=_rows(lambda rows: read_downloads(rows, Releases())), seed=_start("downloads.csv")
        ),
        "endoflife": Target(
            run=lambda content: read_document(read_json(_utf8(content)), product="p"),
            seed=b'[{"cycle": "5.1", "releaseDate": "2020-01-01", "eol": false, "lts": true}]',
        ),
        "calendar": Target(
            run=lambda content: read_table(calendar_json(content), known_on=date(2020, 1, 1)),
            seed=(DATA / "calendars" / "holiday-cn-2020.json").read_bytes(),
        ),
        "ics-absences": Target(run=_feed, seed=_ICS),
        "users": Target(run=_rows(read_users), seed=_start("users.csv")),
        "priors": Target(run=_rows(read_priors), seed=_start("january_participants.csv")),
        "assistants": Target(run=_rows(read_assistants), seed=_start("assistants.csv")),
        "absences": Target(run=_rows(read_absences), seed=_start("absences.csv")),
        "outcomes": Target(
            run=_rows(lambda rows: read_outcomes(rows, campaign="c")), seed=_start("outcomes.csv")
        ),
        "threads": Target(
            run=_rows(lambda rows: read_threads(rows, campaign="c")), seed=_start("threads.csv")
        ),
        "posts": Target(
            run=_rows(lambda rows: read_posts(rows, campaign="c")), seed=_start("posts.csv")
        ),
        "invitations": Target(run=_rows(read_invitations), seed=_start("invitations.csv")),
        "channels": Target(run=_rows(read_channels), seed=_start("channels.csv")),
    }


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def tried(run: Importer, content: bytes) -> bool:
    """Give *content* to an importer; tell whether it took it. Any other exception goes through."""
    try:
        run(content)
    except SaasOpsError:
        return False
    return True
