"""Texts fall back by language; sections of reports are as wide as their columns."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.figures import Column, Report, Section
from saasops.testing.strategies import figures, values
from saasops.values import Text

modest = settings(max_examples=30)
LOCALES = st.sampled_from(("en", "en-GB", "zh", "zh-CN", "zh-TW", "de"))
MANY = st.dictionaries(LOCALES | st.just("*"), values.words(), min_size=1).map(Text)


@modest
@given(MANY, LOCALES)
def test_a_text_is_shown_in_the_nearest_language_there_is(text, locale):
    shown, texts = text.to(locale), text.by_locale
    language = locale.partition("-")[0]
    same = [words for key, words in texts.items() if key.partition("-")[0] == language]
    if locale in texts:
        assert shown == texts[locale]
    elif same:
        assert shown in same
    else:
        assert shown == texts.get("*", next(iter(texts.values())))


@modest
@given(MANY, LOCALES)
def test_a_text_that_lacks_nothing_is_shown_in_its_language(text, locale):
    if not text.lacks(locale):
        texts, language = text.by_locale, locale.partition("-")[0]
        fit = [key for key in texts if key == "*" or key.partition("-")[0] == language]
        assert text.to(locale) in [texts[key] for key in fit]


@modest
@given(values.words(), LOCALES)
def test_a_plain_text_is_for_everybody(words, locale):
    assert Text.of(words).to(locale) == words
    assert not Text.of(words).lacks(locale)
    assert str(Text.of({"de": "x", "en": words})) == words


@modest
@given(MANY)
def test_equal_texts_are_one_in_a_set(text):
    assert len({text, Text(dict(text.by_locale))}) == 1


@modest
@given(figures.sections())
def test_a_column_is_found_by_the_first_cell(section):
    for number, column in enumerate(section.columns):
        cells = {row[0]: row[number] for row in section.rows}
        first = [one.id for one in section.columns].index(column.id)
        assert first != number or section.column(column.id) == cells


def test_a_row_of_another_width_is_a_defect():
    columns = (Column(id="a", title=Text.of("a")), Column(id="b", title=Text.of("b")))
    with pytest.raises(ValueError, match="another width"):
        Section(id="s", title=Text.of("s"), columns=columns, rows=((1, 2), (1,)))


def test_a_section_is_found_by_its_id():
    section = Section(id="s", title=Text.of("s"), columns=(), rows=())
    at = datetime(2020, 2, 1, tzinfo=UTC)
    report = Report(id="r", title=Text.of("r"), as_of=at, zone="UTC", sections=(section,))
    assert report.section("s") is section
    with pytest.raises(KeyError):
        report.section("no such")
