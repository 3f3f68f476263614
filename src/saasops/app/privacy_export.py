"""Everything that is kept of one person, as he may have it: JSON, a CSV for each table, files.

Access and portability (PIPL art. 45; GDPR art. 15 and 20). Which tables there are is decided by
`saasops.people.privacy.classes`: what stands there is exported, or named in `COPIES`.
"""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any, cast

from saasops import serial
from saasops.app.privacy_finding import campaigns_of, find
from saasops.app.survey_definitions import survey_version
from saasops.app.work import Work
from saasops.errors import NotFound
from saasops.events import WIRE_NAMES
from saasops.people.privacy.classes import PLACES
from saasops.people.privacy.holds import HoldLifted, HoldPlaced, LegalHold
from saasops.ports import Document, Row
from saasops.reports.csv_format import write
from saasops.storage.files import TenantFiles
from saasops.storage.tables import LEGAL_HOLDS
from saasops.surveys.answers import Response
from saasops.surveys.history import Former

_HOLD_EVENTS = frozenset({WIRE_NAMES[HoldPlaced], WIRE_NAMES[HoldLifted]})
COPIES: Mapping[str, str] = {
    "match_keys": "indexes of contact data and identities, which are exported themselves",
    "outbox": "what is about to happen to rows that are exported",
    "dead_letters": "what did not happen to rows that are exported",
    "requests": "results of commands, whose rows are exported",
    "login_attempts": "secrets of a login that has begun, for minutes",
    "subject_keys": "the key that the rest is sealed under",
    "import_profiles": "the shape of an outside tool's export; only its author is named",
}
"""Tables that hold something of a person and are not exported, and why."""
INDEXES: Mapping[str, tuple[str, ...]] = {
    "identities": ("digest", "union"),
    "proven_contacts": ("digest",),
}
"""Fields by table that are blind indexes: they tell the person nothing, and an attacker much."""


def gather(work: Work, user: str, *, locale: str) -> dict[str, list[dict[str, Any]]]:
    """Return what every table holds of *user*, as plain data by its name; empty ones left out."""
    campaigns = campaigns_of(work)
    places = {place.table: place for place in PLACES if place.table not in COPIES}
    holds = work.each(LEGAL_HOLDS, {"user": user})
    secret = frozenset(one.id for one in holds if not one.disclosed)
    found: dict[str, list[dict[str, Any]]] = {}
    for table, place in places.items():
        left_out = INDEXES.get(table, ())
        rows = [
            _plain(work, value, locale, left_out)
            for value in find(work, place, user, campaigns)
            if not _hidden(value, secret)
        ]
        if rows:
            found[table] = rows
    return found


def documents(
    user: str, at: datetime, found: Mapping[str, list[dict[str, Any]]], files: TenantFiles
) -> tuple[Document, ...]:
    """Write what `gather` *found*, and the files that were uploaded."""
    whole = {"user": user, "exported_at": at.isoformat(), "tables": found}
    text = json.dumps(whole, ensure_ascii=False, indent=1)
    made = [Document(name="person.json", media_type="application/json", content=text.encode())]
    made += [_table(name, rows) for name, rows in found.items()]
    for upload in found.get("uploads", ()):
        name = f"upload-{upload['id']}"
        with suppress(NotFound), files.open(upload["id"]) as stream:
            made.append(Document(name=name, media_type=upload["media_type"], content=stream.read()))
    return tuple(made)


def _hidden(value: Any, secret: frozenset[str]) -> bool:
    """Tell whether *value* is a hold that the person may not know of, or an event of one."""
    if isinstance(value, LegalHold):
        return value.id in secret
    if not isinstance(value, dict):
        return False
    row = cast("Row", value)
    return row.get("name") in _HOLD_EVENTS and row["body"]["hold"] in secret


def _plain(work: Work, value: Any, locale: str, left_out: tuple[str, ...]) -> dict[str, Any]:
    if isinstance(value, dict):
        row = cast("Row", value)
        return {name: _cell(one) for name, one in row.items() if name != "rev"}
    dumped: dict[str, Any] = serial.dump(value)
    plain = {name: one for name, one in dumped.items() if name not in left_out}
    response: Any = value.response if isinstance(value, Former) else value
    if isinstance(response, Response):
        plain["questions"] = _questions(work, response, locale)
    return plain


def _questions(work: Work, response: Response, locale: str) -> dict[str, str]:
    """Return what the person was asked, by the id that his answer stands under."""
    survey = survey_version(work, response.survey, response.version)
    asked = survey.questions if survey is not None else ()
    given = {*response.answers, *response.hidden}
    return {
        id: one.text.to(locale) for one in asked for id in (one.id, one.other_key) if id in given
    }


def _cell(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _table(name: str, rows: Iterable[Mapping[str, Any]]) -> Document:
    """Write *rows* as CSV; what is no plain value stands in its cell as JSON."""
    listed = list(rows)
    header = list(dict.fromkeys(key for row in listed for key in row))
    cells = [[_text(row.get(key)) for key in header] for row in listed]
    return Document(
        name=f"{name}.csv",
        media_type="text/csv; charset=utf-8; header=present",
        content=write(header, cells),
    )


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
