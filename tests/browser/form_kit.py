"""Surveys to look at in a browser: the reference survey, and one with every kind of question."""

import json
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from saasops import Problem, Text, serial
from saasops.predicates import Test as Is
from saasops.reports.forms import Filled
from saasops.surveys.answers import Known
from saasops.surveys.definition import Option, Page, Personal, Question, Survey
from saasops.surveys.uploads import Upload

ROOT = Path(__file__).parents[2]
AXE = ROOT / "tests" / "node" / "node_modules" / "axe-core" / "axe.min.js"
SLOTS = {
    "week-2020-02-03": "3–7 Feb 2020",
    "week-2020-02-10": "10–14 Feb 2020",
    "sat-2020-02-08": "Sat 8 Feb 2020",
}
AT = datetime(2020, 1, 3, 2, tzinfo=UTC)


def both(english: str, chinese: str) -> Text:
    return Text.of({"en": english, "zh-CN": chinese})


def reference() -> Survey:
    """Read the survey of the reference campaign."""
    text = (ROOT / "examples" / "reference_campaign" / "survey.toml").read_text("utf-8")
    return serial.load(tomllib.loads(text), Survey)


def _options(*ids: str) -> tuple[Option, ...]:
    return tuple(Option(id=id, text=both(id.title(), f"选项 {id}")) for id in ids)


def every_kind() -> Survey:
    """Return a survey of two pages that has every kind of question, and conditions."""
    ask = Text.of
    private = Personal(category="mail", purpose="support")
    return Survey(
        id="every",
        version=1,
        title=both("Everything that can be asked", "所有题型"),
        text=both("It takes three minutes.", "大约需要三分钟。"),
        pages=(
            Page(id="one", title=both("You", "您的信息"), text=both("About you.", "关于您。")),
            Page(id="two", title=both("Your system", "您的系统")),
        ),
        questions=(
            Question(id="os", kind="single", page="one", text=both("System", "系统"), options=_options("linux", "windows", "else"), other="else"),
            Question(id="reasons", kind="multiple", page="one", text=both("Reasons", "原因"), options=_options("a", "b", "c", "d"), fewest=2, most=3, other="d"),
            Question(id="sure", kind="yes-no", page="one", required=False, text=both("Sure?", "确定吗？"), when=Is("os", "eq", "linux")),
            Question(id="mail", kind="text", page="one", text=both("Mail", "邮箱"), personal=private, longest=100),
            Question(id="note", kind="note", page="one", text=both("Now the rest.", "以下为其余部分。"), hint=both("It is short.", "很短。")),
            Question(id="hosts", kind="number", page="two", text=both("Hosts", "主机数"), unit=both("hosts", "台"), low=0, high=5000),
            Question(id="load", kind="decimal", page="two", text=both("Load", "负载"), required=False),
            Question(id="band", kind="band", page="two", text=both("Apps", "应用数"), options=(Option(id="few", text=ask("0-3"), low=0, high=3), Option(id="many", text=ask("4+"), low=4))),
            Question(id="score", kind="rating", page="two", text=both("Score", "评分"), required=False),
            Question(id="day", kind="date", page="two", text=both("Day", "日期"), earliest=date(2020, 2, 1), latest=date(2020, 3, 1)),
            Question(id="version", kind="version", page="two", text=both("Version", "版本")),
            Question(id="slot", kind="slot", page="two", text=both("Slot", "时段")),
            Question(id="address", kind="address", page="two", required=False, text=both("Address", "地址"), hint=both("With postcode.", "含邮编。")),
            Question(id="story", kind="text", page="two", required=False, text=both("Tell us", "请说明"), when=Is("os", "ne", "linux")),
            Question(id="shot", kind="file", page="two", required=False, most=2, accepts=("image/png", "image/*"), text=both("Screenshot", "截图")),
        ),
    )  # fmt: skip


def known(survey: Survey) -> Filled:
    """Return what was known before: a version from the download record, an address on file."""
    facts = {
        "version": Known(value="5.0.4", provenance="recorded", at=AT),
        "address": Known(value="1 Main Street\nTown", provenance="on file", at=AT),
        "hosts": Known(value="50-99", provenance="answered", at=AT),
    }
    asked = {question.id: question.kind for question in survey.questions}
    facts = {
        id: fact for id, fact in facts.items() if asked.get(id) in {"version", "address", "band"}
    }
    return Filled(known=facts, slots=SLOTS, releases=("5.1", "5.0.4", "4.1.16"))


def wrong(survey: Survey) -> Filled:
    """Return a form that came back with something wrong at every question."""
    values: dict[str, Any] = {
        "shot": ("0" * 32,),
        "os": "else",
        "customisation": ["login", "other"],
    }
    problems: list[Problem] = []
    for question in survey.questions:
        if question.kind != "note":
            problems.append(
                Problem(question.id, "survey.missing_required", {"question": question.id})
            )
        if question.other is not None:
            context = {"question": question.id, "longest": 500, "length": 600}
            problems.append(Problem(question.other_key, "survey.too_long", context))
    upload = Upload(
        id="0" * 32,
        media_type="image/png",
        size=3 * 2**20,
        sha256="",
        at=AT,
        by="u",
        name="desk.png",
    )
    return Filled(
        values=values,
        problems=problems,
        slots=SLOTS,
        uploads={"0" * 32: upload},
        carried={"_token": "t"},
    )


def findings(report: dict[str, Any]) -> str:
    return json.dumps(
        [(one["id"], one["impact"], [n["html"][:200] for n in one["nodes"][:3]], [n["failureSummary"][:300] for n in one["nodes"][:1]]) for one in report["violations"]],
        indent=1,
    )  # fmt: skip
