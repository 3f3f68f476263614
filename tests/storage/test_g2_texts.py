"""Every code that the stores raise has words, and every word has a code."""

import re
import string
from pathlib import Path

from saasops import storage
from saasops.texts.storage import TEXTS

SOURCES = [path.read_text() for path in Path(storage.__file__).parent.glob("*.py")]
RAISED = {code for text in SOURCES for code in re.findall(r'"(storage\.[a-z_]+)"', text)}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_code_that_is_raised_has_words() -> None:
    assert set(TEXTS) >= RAISED


def test_both_languages_name_the_same_facts() -> None:
    assert {code for code, (en, zh) in TEXTS.items() if fields(en) != fields(zh)} == set()
