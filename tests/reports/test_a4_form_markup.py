"""The plain form as markup: well formed whatever stands in it, escaped, light, and read back right."""

import gzip
import html
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops import NotFound, Problem, Text
from saasops.predicates import ALWAYS, NEVER, All, Any_, Not, Predicate
from saasops.predicates import Test as Is
from saasops.reports.form_style import POLICY, STYLE, STYLE_HASH
from saasops.reports.form_words import WORDS, source
from saasops.reports.forms import Filled, file_field, form, parsed, parts
from saasops.reports.markup import escape
from saasops.surveys.answers import Known
from saasops.surveys.definition import Option, Page, Question, Survey
from saasops.surveys.forms import Form
from saasops.surveys.kinds import BUILT_IN, Reading
from saasops.surveys.saying import said
from saasops.testing.strategies.surveys import RELEASES, SLOTS, recognise, right_answers, surveys

VOID = {"input", "meta"}
AT = datetime(2020, 1, 3, 20, tzinfo=UTC)
EVIL = "\"'><script>alert(1)</script>&amp;\0\ud800\u202e{value}"


class Read(HTMLParser):
    """Read a page strictly, and collect what a browser would post of it."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.posted: dict[str, list[str]] = {}
        self.inside = ""
        assert page.startswith("<!DOCTYPE html>\n")
        self.feed(page)
        self.close()
        assert self.stack == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        assert len(found) == len(attrs)
        assert not any(name.startswith("on") or name in ("style", "src") for name in found)
        self.tags.append((tag, found))
        if tag not in VOID:
            self.stack.append(tag)
        if tag == "textarea":
            self.inside = ""
        kind = found.get("type")
        if (tag == "input" and kind not in ("file", "radio", "checkbox")) or "checked" in found:
            self.posted.setdefault(found["name"], []).append(found["value"])
        if tag == "select":
            self.select = found["name"]
        if tag == "option" and "selected" in found:
            self.posted.setdefault(self.select, []).append(found["value"])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag
        if tag == "textarea":
            name = [found["name"] for one, found in self.tags if one == "textarea"][-1]
            self.posted.setdefault(name, []).append(self.inside.removeprefix("\n"))

    def handle_data(self, data: str) -> None:
        self.inside += data


def ask(id: str, kind: str = "text", **more: Any) -> Question:
    return Question(
        id=id, kind=kind, text=Text.of({"en": f"Ask {id}", "zh-CN": f"问 {id}"}), **more
    )


def survey(*questions: Question, **more: Any) -> Survey:
    return Survey(id="s", version=1, title=Text.of("Title"), questions=questions, **more)


PAGED = survey(
    ask("os", "single", page="one", options=(Option(id="linux", text=Text.of("Linux")), Option(id="win", text=Text.of("Windows")))),
    ask("kernel", page="two", when=Is("os", "eq", "linux")),
    ask("licence", "yes-no", page="two", when=Is("os", "eq", "win")),
    ask("key", page="two", when=Is("licence", "eq", True)),
    ask("end", page="three"),
    pages=tuple(Page(id=id, title=Text.of(id)) for id in ("one", "two", "three")),
)  # fmt: skip

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(EVIL),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


# Whatever stands in it


@settings(max_examples=25)
@given(surveys(), st.data(), st.sampled_from(["en", "zh-CN"]))
def test_a4_any_values_give_a_page_that_is_well_formed(
    one: Survey, data: st.DataObject, locale: str
) -> None:
    keys = [key for q in one.questions for key in (q.id, q.other_key)]
    values = data.draw(st.dictionaries(st.sampled_from(keys), anything))
    problems = [
        Problem(key, "survey.missing_required", {"question": key})
        for key in data.draw(st.sets(st.sampled_from(keys)))
    ]
    filled = Filled(
        values=values,
        problems=problems,
        slots=dict.fromkeys(SLOTS, EVIL),
        releases=data.draw(st.sampled_from([(), RELEASES])),
    )
    read = Read(form(one, filled, locale=locale, action=EVIL))
    ids = [found["id"] for _, found in read.tags if "id" in found]
    assert len(ids) == len(set(ids))
    for tag, found in read.tags:
        assert tag != "script"
        for name in ("for", "aria-describedby", "aria-labelledby"):
            assert set(found.get(name, "").split()) <= set(ids)
        if found.get("href"):
            assert found["href"].removeprefix("#") in ids
    labelled = {found["for"] for tag, found in read.tags if tag == "label" and "for" in found}
    for tag, found in read.tags:
        bare = tag in ("select", "textarea") or (
            tag == "input" and found.get("type") not in ("hidden", "radio", "checkbox")
        )
        assert not bare or found["id"] in labelled


@pytest.mark.parametrize("kind", [*BUILT_IN, "of-a-plugin"])
def test_a4_no_text_of_others_is_ever_markup(kind: str) -> None:
    evil = Text.of(EVIL)
    one = Survey(
        id="s",
        version=1,
        title=evil,
        text=evil,
        pages=(Page(id=EVIL, title=evil, text=evil),),
        questions=(
            Question(id=EVIL, kind=kind, text=evil, hint=evil, unit=evil, page=EVIL, options=(Option(id=EVIL, text=evil),), other=EVIL, accepts=(EVIL,)),
            Question(id="b", kind=kind, text=evil, page=EVIL, when=Is(EVIL, "eq", EVIL)),
        ),
    )  # fmt: skip
    filled = Filled(
        values={EVIL: EVIL, f"{EVIL}_other": EVIL},
        known={"b": Known(value=EVIL, provenance=EVIL, at=AT)},
        problems=(Problem(EVIL, "survey.unknown_option", {"question": EVIL, "allowed": [EVIL]}),),
        slots={EVIL: EVIL},
        releases=(EVIL,),
        carried={EVIL: EVIL},
    )
    page = form(one, filled, locale=EVIL, action=EVIL, page=EVIL, nonce=EVIL)
    assert "<script" not in page
    assert "alert(1)" in html.unescape(page)
    Read(page)


def test_a4_the_form_weighs_little() -> None:

    options = tuple(Option(id=f"o{n}", text=Text.of(f"Option number {n}")) for n in range(5))
    one = survey(*(ask(f"q{n}", "single", options=options) for n in range(12)))
    assert len(gzip.compress(form(one).encode())) < 418 * 1024 / 50


def test_a4_nothing_is_asked_of_anybody_else() -> None:
    page = form(PAGED)
    assert not re.search(r"url\(|@import|https?:", page)
    assert f"'{STYLE_HASH}'" in POLICY
    assert STYLE in page
    assert html.escape(POLICY) in page
    named = form(PAGED, nonce="n0")
    assert '<style nonce="n0">' in named
    assert "Content-Security-Policy" not in named


# What is shown


def test_a4_what_earlier_pages_hide_is_left_out() -> None:
    def shown(**values: Any) -> list[list[str]]:
        return [[q.id for q in part.questions] for part in parts(PAGED, values)]

    assert shown(os="linux") == [["os"], ["kernel", "key"], ["end"]]
    assert shown(os="win") == [["os"], ["licence", "key"], ["end"]]
    assert shown() == [["os"], ["key"], ["end"]]
    closed = attrs.evolve(PAGED, pages=(PAGED.pages[0], attrs.evolve(PAGED.pages[1], when=Is("os", "eq", "win")), PAGED.pages[2]))  # fmt: skip
    assert [part.id for part in parts(closed, {"os": "linux"})] == ["one", "three"]
    with pytest.raises(NotFound):
        form(closed, Filled(values={"os": "linux"}), page="two")


def test_a4_what_the_same_page_may_hide_is_said_in_words() -> None:
    filled = Filled(values={"os": "win"})
    assert "Only if “Ask licence” is yes." in form(PAGED, filled, page="two", locale="en")
    assert "仅当“问 licence”为是时填写。" in form(PAGED, filled, page="two", locale="zh-CN")
    assert "Only if “Ask os” is “Linux”." not in form(
        PAGED, Filled(values={"os": "linux"}), page="two", locale="en"
    )
    assert "Only if “Ask os” is “Linux”." in form(PAGED, locale="en")
    hidden = attrs.evolve(PAGED, pages=(*PAGED.pages[:2], attrs.evolve(PAGED.pages[2], when=NEVER)))
    assert "Only if never." in form(hidden, locale="en")


def test_a4_a_long_list_of_choices_is_opened_and_has_its_free_text() -> None:
    options = tuple(Option(id=f"o{n}", text=Text.of(f"Option {n}")) for n in range(13))
    one = survey(ask("q", "single", options=options, other="o3"))
    read = Read(form(one, Filled(values={"q": "o3", "q_other": "why"})))
    assert [tag for tag, _ in read.tags].count("option") == 14
    assert parsed(one, read.posted) == {"q": "o3", "q_other": "why"}


@pytest.mark.parametrize(
    ("page", "buttons", "step"),
    [
        ("one", ["next", "save"], "Page 1 of 3"),
        ("two", ["next", "save", "previous"], "Page 2 of 3"),
        ("three", ["submit", "save", "previous"], "Page 3 of 3"),
        (None, ["submit", "save"], None),
    ],
)
def test_a4_buttons_lead_on_and_back(
    page: str | None, buttons: list[str], step: str | None
) -> None:
    shown = form(PAGED, page=page, locale="en")
    read = Read(shown)
    assert [found["value"] for tag, found in read.tags if tag == "button"] == buttons
    assert read.posted["_page"] == [page or ""]
    assert step is None or step in shown
    assert ("Page 1" in shown) is (page == "one")


def test_a4_what_was_known_says_where_it_comes_from() -> None:
    one = survey(ask("v"), ask("a"))
    known = {id: Known(value="5.0", provenance="recorded", at=AT) for id in ("v", "a")}
    filled = Filled(known=known, values={"a": "5.1"}, zone=ZoneInfo("Asia/Shanghai"))
    shown = form(one, filled, locale="en")
    assert shown.count("From the download record of 4 Jan 2020; please correct it") == 1
    assert Read(shown).posted == {"v": ["5.0"], "a": ["5.1"], "_page": [""]}
    assert "2020 年 1 月 4 日" in form(one, filled, locale="zh-CN")
    days = [datetime(2020, month, 1, tzinfo=UTC).date() for month in (1, 5, 12)]
    told = " ".join(source("on a list", day, "en") for day in days)
    assert re.findall(r"\d+ \w+ 2020", told) == ["1 Jan 2020", "1 May 2020", "1 Dec 2020"]


def test_a4_words_stand_in_both_languages() -> None:
    for english, chinese in WORDS.values():
        assert re.findall(r"{(\w+)}", english).sort() == re.findall(r"{(\w+)}", chinese).sort()
        assert re.search("[\u4e00-\u9fff]", chinese)
        assert not re.search("[\u4e00-\u9fff]", english)


@pytest.mark.parametrize(
    ("predicate", "english", "chinese"),
    [
        (Is("os", "eq", "linux"), "“Ask os” is “Linux”", "“问 os”为“Linux”"),
        (Is("os", "in", ("linux", "win")), "“Ask os” is “Linux” or “Windows”", "“问 os”为“Linux”或“Windows”"),
        (Is("n", "ge", 5), "“Ask n” is at least 5", "“问 n”不小于5"),
        (Is("d", "gt", "2020-01-01"), "“Ask d” is after 2020-01-01", "“问 d”晚于2020-01-01"),
        (Is("n", "answered", value=False), "“Ask n” is not answered", "未回答“问 n”"),
        (Is("gone", "has", "x"), "“gone” includes x", "“gone”包含x"),
        (All((Is("n", "lt", 1), Any_((Is("n", "gt", 5), Is("n", "eq", 3))))), "“Ask n” is less than 1 and (“Ask n” is more than 5 or “Ask n” is 3)", "“问 n”小于1，且（“问 n”大于5，或“问 n”为3）"),
        (Not(Is("n", "le", 1)), "it is not so that “Ask n” is at most 1", "并非“问 n”不大于1"),
        (ALWAYS, "always", "始终"),
        (NEVER, "never", "从不"),
    ],
)  # fmt: skip
def test_a4_conditions_are_said_in_words(predicate: Predicate, english: str, chinese: str) -> None:
    one = survey(PAGED.questions[0], ask("n", "number"), ask("d", "date"))
    assert said(predicate, one, locale="en") == english
    assert said(predicate, one, locale="zh-CN") == chinese


# What comes back


@settings(max_examples=25)
@given(st.data())
def test_a4_right_answers_come_back_as_they_were_shown(data: st.DataObject) -> None:
    one = data.draw(surveys())
    answers = data.draw(right_answers(one))
    filled = Filled(values=answers, slots={id: id for id in SLOTS}, releases=RELEASES)
    raw = parsed(one, Read(form(one, filled)).posted)
    checked = Form.of(one).check(raw, Reading(slots=SLOTS, recognise=recognise))

    def plain(values: dict[str, Any]) -> dict[str, Any]:
        # A page cannot hold control characters, and a browser has its own line breaks.
        return {
            key: " ".join(html.unescape(escape(one)).split()) if isinstance(one, str) else one
            for key, one in values.items()
        }

    assert checked.problems == ()
    assert plain(checked.answers) == plain(answers)


@given(
    st.dictionaries(
        st.sampled_from(["os", "kernel", "x", "_go", ""]), st.lists(st.text(max_size=5), max_size=3)
    )
)
def test_a4_whatever_is_posted_is_read(fields: dict[str, list[str]]) -> None:
    raw = parsed(PAGED, fields)
    assert set(raw) == set(fields) & {"os", "kernel"}
    Form.of(PAGED).check(raw, Reading())


def test_a4_what_is_posted_twice_is_not_chosen_for_the_user() -> None:
    assert parsed(PAGED, {"os": ["", "linux"], "end": ["a\r\nb"]}) == {"os": "linux", "end": "a\nb"}
    twice = parsed(PAGED, {"os": ["linux", "win"]})
    assert [p.code for p in Form.of(PAGED).check(twice, Reading()).problems][:1] == [
        "survey.wrong_type"
    ]
    assert file_field("shot") == "_file:shot"
