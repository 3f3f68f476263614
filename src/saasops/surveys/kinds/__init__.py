"""The kinds of questions, each in the file of its family; `kind` says what a kind has to do.

Which questions are asked is left to `forms`; a plugin may add kinds of its own.
"""

from collections.abc import Mapping

from saasops.surveys.kinds.choices import Choices, OneChoice
from saasops.surveys.kinds.dates import Day
from saasops.surveys.kinds.files import UploadedFiles
from saasops.surveys.kinds.flags import Note, YesNo
from saasops.surveys.kinds.kind import Answer, QuestionKind, Read, Reading, Recognise, is_blank
from saasops.surveys.kinds.numbers import AnyNumber, WholeNumber
from saasops.surveys.kinds.references import NOTHING_INSTALLED, ReleaseName, SlotOnOffer
from saasops.surveys.kinds.texts import FreeText

__all__ = [
    "BUILT_IN",
    "NOTHING_INSTALLED",
    "Answer",
    "QuestionKind",
    "Read",
    "Reading",
    "Recognise",
    "is_blank",
]

BUILT_IN: Mapping[str, QuestionKind] = {
    "single": OneChoice(),
    "multiple": Choices(),
    "band": OneChoice(),
    "number": WholeNumber(),
    "decimal": AnyNumber(),
    "rating": WholeNumber(low=0, high=10),
    "text": FreeText(),
    "address": FreeText(),
    "date": Day(),
    "yes-no": YesNo(),
    "version": ReleaseName(),
    "slot": SlotOnOffer(),
    "file": UploadedFiles(),
    "note": Note(),
}
"""The kinds that are always there, by name."""
