"""The XLSForm files of pyxform: every bind that it makes is taken, or declined by cell and reason."""

import re
from pathlib import Path

import pytest
from comparing import DATA, opened
from pyxform.xls2xform import convert  # type: ignore[import-untyped]  # it has no types

from saasops.errors import Invalid
from saasops.surveys.formats.definitions import Imported, read

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
FILES: dict[str, tuple[int, int, dict[str, str]]] = {
    # file: binds that pyxform makes, those of them that we take, those declined and why
    "bug_bad_calc.xlsx": (2, 0, {"badcalc": "interchange.calculation"}),
    "bug_xl_date_ambiguous.xlsx": (6, 3, {"name3": "interchange.condition"}),
    "choice_filter_test.xlsx": (4, 3, {}),
    "field-list.xlsx": (2, 1, {}),
    "flat_xlsform_test.xlsx": (
        51,
        32,
        {
            "email_note": "interchange.condition",
            "acknowledge_test": "interchange.unknown_kind",
            "time_test": "interchange.unknown_kind",
            "datetime_test": "interchange.unknown_kind",
            "geopoint_test": "interchange.unknown_kind",
            "barcode_test": "interchange.unknown_kind",
            "audio_test": "interchange.unknown_kind",
            "video_test": "interchange.unknown_kind",
            "calculate_test": "interchange.calculation",
            "start": "interchange.metadata",
            "end": "interchange.metadata",
            "today": "interchange.metadata",
            "deviceid": "interchange.metadata",
            "uri_deviceid": "interchange.metadata",
            "simserial": "interchange.metadata",
            "phonenumber": "interchange.metadata",
        },
    ),
    "group.csv": (4, 3, {}),
    "loop.csv": (7, 2, {"number": "interchange.several_times"}),
    "or_other.xlsx": (4, 3, {}),
    "pull_data.xlsx": (3, 1, {"fruit": "interchange.calculation"}),
    "specify_other.csv": (3, 2, {}),
    "survey_no_name.xlsx": (2, 1, {}),
    "text_and_integer.csv": (3, 2, {}),
    "widgets.csv": (
        21,
        12,
        {
            "my_time": "interchange.unknown_kind",
            "my_output": "interchange.read_only",
            "my_geopoint": "interchange.unknown_kind",
            "my_barcode": "interchange.unknown_kind",
            "my_audio": "interchange.unknown_kind",
            "my_video": "interchange.unknown_kind",
            "locationMap": "interchange.unknown_kind",
            "dateTime": "interchange.unknown_kind",
        },
    ),
    "yes_or_no_question.csv": (2, 1, {}),
}
ELEMENTS: dict[str, dict[str, str]] = {
    # file: what is declined of questions that are taken, by cell
    "bug_xl_date_ambiguous.xlsx": {
        "choices!C2": "interchange.reference",
        "choices!C3": "interchange.reference",
        "choices!C4": "interchange.reference",
        "survey!L5": "interchange.unknown_keyword",
    },
    "choice_filter_test.xlsx": dict.fromkeys(
        ("survey!D3", "survey!D4"), "interchange.unknown_keyword"
    ),
    "flat_xlsform_test.xlsx": {
        "survey!G14": "interchange.constraint",
        "survey!G18": "interchange.constraint",
        **dict.fromkeys(
            [f"survey!E{row}" for row in (7, 41, 43, 45, 47, 49, 51, 53, 55)],
            "interchange.reference",
        ),
    },
    "loop.csv": {"survey!B4": "interchange.unknown_kind"},
    "or_other.xlsx": {"survey!D3": "interchange.unknown_keyword"},
    "pull_data.xlsx": {"survey!C3": "interchange.reference"},
    "widgets.csv": {
        **dict.fromkeys(("survey!F5", "survey!F6", "survey!F8"), "interchange.constraint"),
        "survey!B10": "interchange.unknown_kind",
        "survey!D11": "interchange.reference",
    },
}
MADE = {"instanceID", "instanceName", "reserved_name_for_field_list_labels_25"}
"""Binds that pyxform makes for itself."""


def file(name: str) -> Path:
    return DATA / "xlsform" / name


def binds(name: str) -> list[str]:
    """Return the last part of the path of every bind that pyxform makes of a file."""
    form = convert(xlsform=str(file(name))).xform
    return [path.rpartition("/")[2] for path in re.findall(r'<bind [^>]*?nodeset="([^"]+)"', form)]


@pytest.mark.parametrize("name", FILES)
def test_a4_every_bind_of_every_file_is_taken_or_declined_by_name(name: str) -> None:
    count, taken, declined = FILES[name]
    found, theirs = read(opened(file(name)), "xlsform"), binds(name)
    asked = {one.id for one in found.survey.questions}
    asked |= {one.other_key for one in found.survey.questions if one.other}
    asked |= {one.id for one in found.survey.calculated}
    assert len(theirs) == count
    assert len([one for one in theirs if one in asked]) == len(asked) == taken
    said = {str(one.context.get("question")): one.code for one in found.declined}
    assert {one: said.get(one) for one in set(theirs) - asked - MADE} == declined
    of_taken = {one.where: one.code for one in found.declined}
    rest = {
        where: code
        for where, code in of_taken.items()
        if code.startswith("interchange.") and where not in _places(found, set(declined))
    }
    assert rest == ELEMENTS.get(name, {})


def _places(found: Imported, names: set[str]) -> set[str]:
    last = {str(one.context.get("question")): one.where for one in found.declined}
    return {last[name] for name in names}


def test_a4_a_header_that_stands_twice_is_refused_by_both() -> None:
    name = "bug_duplicate_columns.xlsx"
    with pytest.raises(Exception, match="Duplicate column header: label"):
        convert(xlsform=str(file(name)))
    with pytest.raises(Invalid) as caught:
        read(opened(file(name)), "xlsform")
    (problem,) = caught.value.problems
    assert (problem.where, problem.code) == ("survey!E1", "interchange.repeated_header")
    assert problem.context["header"] == "label"


def test_a4_all_files_of_the_set_are_judged() -> None:
    names = {one.name for one in (DATA / "xlsform").iterdir()}
    assert names == {*FILES, "bug_duplicate_columns.xlsx"}
