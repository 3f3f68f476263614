"""The words of notices: filled in, complete in every language, found wrong before they go out (A11, A13)."""

import re
from pathlib import Path
from string import Template as Blanks

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.app.definitions import read_campaign
from saasops.campaigns.definition import BLANKS
from saasops.notices.templates import Template, mistakes, render
from saasops.testing.strategies import notices
from saasops.values import Text

modest = settings(max_examples=30)
LOCALES = ("zh-CN", "en")
FOLDER = Path(__file__).parents[2] / "examples" / "reference_campaign"


def found(*templates: Template, blanks=notices.BLANKS) -> list[tuple[str, str]]:
    problems = mistakes(templates, locales=LOCALES, blanks=blanks)
    return [(problem.where, problem.code) for problem in problems]


@modest
@given(notices.templates(), notices.filled(), st.sampled_from(LOCALES))
def test_a13_every_blank_is_filled_in_the_language_that_is_asked(template, values, locale):
    assert found(template) == []
    subject, body = render(template, values, locale=locale)
    written = template.body.to(locale)
    for name in notices.BLANKS:
        written = written.replace(f"${{{name}}}", f"\0{name}\0")
    parts = written.replace("$$", "$").split("\0")
    assert body == "".join(values.get(part, part) for part in parts)
    assert "\n" not in subject
    assert subject == subject.strip()


@modest
@given(notices.templates(), notices.filled())
def test_a13_what_is_filled_in_is_not_filled_again(template, values):
    asking = attrs.evolve(template, body=Text.of("$name"))
    assert render(asking, values | {"name": "$theme ${slot}"}, locale="en")[1] == "$theme ${slot}"


@modest
@given(notices.filled().filter(lambda values: "\n" in "".join(values.values())))
def test_a13_a_subject_is_one_line_whatever_is_filled_in(values):
    every = " ".join(f"${name}" for name in values)
    template = Template(id="t", subject=Text.of(every), body=Text.of(""))
    assert render(template, values, locale="en")[0] == " ".join(
        " ".join(values[name] for name in values).split()
    )


@modest
@given(notices.templates())
def test_a13_a_blank_that_nobody_names_is_an_error(template):
    asking = attrs.evolve(template, body=Text.of("$reason"))
    with pytest.raises(KeyError, match="reason"):
        render(asking, dict.fromkeys(notices.BLANKS, ""), locale="en")
    assert found(asking) == [("templates.words-1.body.*", "value.not_allowed")]


@modest
@given(notices.templates(), st.sampled_from(LOCALES))
def test_a11_a_missing_language_is_found(template, locale):
    lacking = Text({key: words for key, words in template.body.by_locale.items() if key != locale})
    problems = [
        problem
        for problem in mistakes(
            [attrs.evolve(template, body=lacking)], locales=LOCALES, blanks=notices.BLANKS
        )
        if problem.code == "template.missing_locale"
    ]
    assert [(p.where, p.context) for p in problems] == [
        ("templates.words-1.body", {"template": "words-1", "locale": locale})
    ]


@modest
@given(st.text(st.sampled_from("$ {}nametheslotday1中"), max_size=12))
def test_a13_words_without_a_mistake_can_always_be_filled_in(words):
    template = Template(id="t", subject=Text.of("s"), body=Text.of(words))
    filled = dict.fromkeys(notices.BLANKS, "x")
    if not found(template):
        assert "name" not in Blanks(render(template, filled, locale="en")[1]).get_identifiers()
    else:
        with pytest.raises((KeyError, ValueError)):
            render(template, filled, locale="en")


@pytest.mark.parametrize("words", ["5 $ each", "$", "100$%", "${name", "$名字", "$1"])
def test_a13_a_stray_dollar_is_found(words):
    template = Template(id="t", subject=Text.of(words), body=Text.of({"en": words, "zh-CN": "$$"}))
    assert found(template) == [
        ("templates.t.subject.*", "template.stray_dollar"),
        ("templates.t.body.en", "template.stray_dollar"),
    ]


@modest
@given(notices.templates())
def test_a13_templates_with_the_same_id_are_found(template):
    assert found(template, template) == [("templates.words-1", "template.duplicate")]


def test_a11_the_risk_notice_of_the_reference_campaign_says_what_it_owes():
    template = read_campaign(FOLDER / "campaign.toml").template("risk-notice")
    assert found(template, blanks=BLANKS) == []
    for locale, given_up in (("zh-CN", "放弃"), ("en", "given up")):
        body = template.body.to(locale)
        assert {"risk", "version", "steps"} <= set(Blanks(body).get_identifiers())
        assert given_up in body
        assert bool(re.search(r"[\u4e00-\u9fff]", body)) is (locale == "zh-CN")
