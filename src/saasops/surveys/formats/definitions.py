"""The formats that definitions of surveys go out to and come in from, by name.

Our own format is that of the definitions files; it and the files belong to the shell.
"""

from collections.abc import Mapping
from typing import Any

from saasops.errors import NotFound
from saasops.surveys.definition import Survey
from saasops.surveys.formats import (
    json_schema,
    surveyjs,
    surveyjs_reading,
    xlsform,
    xlsform_reading,
)
from saasops.surveys.formats.document import Choices, Document, Format, Imported

__all__ = ["FORMATS", "Choices", "Document", "Format", "Imported", "read", "written"]


def _surveyjs(survey: Survey, _: str, choices: Choices) -> Document:
    return surveyjs.written(survey, choices)


def _xlsform(survey: Survey, _: str, choices: Choices) -> Document:
    return xlsform.written(survey, choices)


FORMATS: Mapping[str, Format] = {
    "surveyjs": Format(
        name="surveyjs", suffixes=(".json",), write=_surveyjs, read=surveyjs_reading.read
    ),
    "jsonschema": Format(name="jsonschema", suffixes=(".json",), write=json_schema.written),
    "xlsform": Format(
        name="xlsform",
        suffixes=(".xlsx", ".csv"),
        write=_xlsform,
        read=xlsform_reading.read,
        tabular=True,
    ),
}


def written(
    survey: Survey, name: str, *, locale: str = "en", choices: Choices | None = None
) -> Document:
    """Return *survey* in the format *name*; raise `NotFound` where there is none.

    *locale* is that of a format that holds one. *choices* is what slots and versions offer.
    Raise `Invalid` for what the format cannot say and would therefore ask or decide otherwise.
    """
    return _format(name).write(survey, locale, choices or Choices())


def read(data: Any, name: str, *, id: str = "survey", version: int = 1) -> Imported:
    """Return the survey that *data* in the format *name* ask; see `Format.read`."""
    reader = _format(name).read
    if reader is None:
        raise NotFound("format", name)
    return reader(data, id, version)


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise NotFound("format", name)
    return FORMATS[name]
