"""Whether `NotFound` names what is not there in the reader's language."""

import re

import pytest

from saasops.errors import Invalid, NotFound, Problem
from saasops.storage import tables
from saasops.texts import explain
from saasops.texts.general import KINDS
from source import ROOT

_NAMED = re.compile(r'NotFound\(\s*"([^"]+)"')
_NEEDED = re.compile(r"work\.need\(\s*([A-Z_]+)")


def sources() -> str:
    return "\n".join(file.read_text("utf-8") for file in (ROOT / "src").rglob("*.py"))


@pytest.mark.parametrize(
    ("kind", "english", "chinese"),
    [
        ("file", "there is no file x.toml", "找不到文件 x.toml"),
        ("surveydraft", "there is no draft x.toml", "找不到问卷草稿 x.toml"),
        ("gadget", "there is no gadget x.toml", "找不到gadget x.toml"),
    ],
)
def test_what_is_not_there_is_named_in_both_languages(
    kind: str, english: str, chinese: str
) -> None:
    error = NotFound(kind, "x.toml")
    assert (error.explain("en"), error.explain("zh-CN")) == (english, chinese)
    assert error.context["kind"] == kind


def test_every_kind_that_is_named_has_its_words() -> None:
    text = sources()
    shelves = {getattr(tables, name).kind.__name__.lower() for name in _NEEDED.findall(text)}
    named = set(_NAMED.findall(text)) | shelves
    assert {"file", "user", "surveydraft"} <= named
    assert named - KINDS.keys() == set()


def test_a_code_without_its_context_is_still_explained() -> None:
    assert explain("not_found", {}, locale="en") == "there is no {kind} {id}"


def test_many_problems_are_said_in_the_language_asked_for() -> None:
    error = Invalid([Problem("row 2", "phone.unreadable"), Problem("", "row.missing_value")])
    assert str(error) == error.explain("en")
    chinese = error.explain("zh-CN")
    assert "row 2：单元格不是电话号码" in chinese
    assert not re.search("[a-z]{4,}", chinese.replace("row 2", ""))
