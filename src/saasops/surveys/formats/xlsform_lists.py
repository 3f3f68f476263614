"""The lists of choices and the settings of an XLSForm, and the cells that mean the same everywhere.

What the rows of the survey ask is left to `xlsform_reading`.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from saasops.errors import Problem
from saasops.surveys.definition import Option, Survey
from saasops.surveys.formats.document import Findings, is_table
from saasops.surveys.formats.plain import Taker, is_id
from saasops.surveys.formats.xlsform_sheets import Line
from saasops.values import Text

MARK = "saasops"
"""The column of what XLSForm cannot say."""
_SETTINGS = {"form_title", "form_id", "version", "default_language", MARK}


def settled(survey: Survey, line: Line, findings: Findings) -> Survey:
    """Return *survey* with what the *line* of settings says of it as a whole."""
    for column, _ in line.filled():
        if column.name not in _SETTINGS:
            note(findings, line.at(column.name), column.name, "settings")
    id, title, version = line.get("form_id"), line.get("form_title"), line.get("version")
    if id and not is_id(id):
        note(findings, line.at("form_id"), "form_id", "settings")
        title, id = title or id, ""
    mark = Taker(mark_of(line, findings), line.at(MARK), findings)
    mark.others({"title", "text", "hidden"}, looks=frozenset())
    if version and not (version.isascii() and version.isdecimal() and 0 < len(version) < 16):
        findings.declined.append(
            Problem(
                line.at("version"),
                "interchange.wrong_value",
                {"keyword": "version", "expected": "a whole number"},
            )
        )
        version = ""
    hidden = mark.plain.get("hidden", "drop")
    if hidden not in ("drop", "keep", "refuse"):
        mark.decline("hidden", "drop, keep or refuse")
        hidden = "drop"
    return attrs.evolve(
        survey,
        id=id or survey.id,
        version=int(version) if version else survey.version,
        title=mark.text("title", Text.of(title or id or survey.id)),
        text=mark.text("text"),
        hidden=hidden,
    )


def choices(rows: Iterable[Line], findings: Findings) -> dict[str, list[Option]]:
    """Return the options of each list, by the name of the list."""
    found: dict[str, list[Option]] = {}
    for line in rows:
        options, name = found.setdefault(line.get("list_name"), []), line.get("name")
        text = line.text("label")
        for column, _ in line.filled():
            if column.name not in ("list_name", "name", "label"):
                note(findings, line.at(column.name), column.name, name)
        if not name:
            context = {"keyword": "name", "expected": "the id of the option"}
            findings.declined.append(Problem(line.at("name"), "interchange.wrong_value", context))
            continue
        refer(line, text, name, findings)
        option = Option(id=name, text=text or Text.of(name))
        if option in options:
            context = {"option": name}
            findings.notes.append(Problem(line.at("name"), "interchange.option_repeated", context))
        elif any(one.id == name for one in options):
            context = {"keyword": "name", "expected": "another name than the options before it"}
            findings.declined.append(Problem(line.at("name"), "interchange.wrong_value", context))
        else:
            options.append(option)
    return found


def note(findings: Findings, where: str, keyword: str, element: str) -> None:
    """Note that *keyword* is left out."""
    context = {"keyword": keyword, "element": element}
    findings.notes.append(Problem(where, "interchange.left_out", context))


def refer(line: Line, text: Text | None, name: str, findings: Findings) -> None:
    """Decline that the *text* of *name* quotes an answer."""
    if text is not None and any("${" in one for one in text.by_locale.values()):
        context = {"question": name}
        findings.declined.append(Problem(line.at("label"), "interchange.reference", context))


def mark_of(line: Line, findings: Findings) -> Mapping[str, Any]:
    """Return what the column `saasops` of *line* holds; decline what is no table."""
    cell = line.get(MARK)
    if not cell:
        return {}
    try:
        mark = json.loads(cell)
    except (ValueError, RecursionError):
        mark = None
    if is_table(mark):
        return mark
    context = {"keyword": MARK, "expected": "a table as JSON"}
    findings.declined.append(Problem(line.at(MARK), "interchange.wrong_value", context))
    return {}
