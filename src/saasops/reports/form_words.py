"""The words that a plain form adds to those of the survey, in English and Chinese."""

from collections.abc import Mapping
from datetime import date

from saasops.errors import Problem
from saasops.surveys.definition import Question
from saasops.surveys.uploads import spelled
from saasops.texts import explain

WORDS: Mapping[str, tuple[str, str]] = {
    "must": ("(required)", "（必填）"),
    "may": ("(optional)", "（选填）"),
    "only_if": ("Only if {when}.", "仅当{when}时填写。"),
    "several": ("Choose all that apply.", "可多选。"),
    "at_least": ("Choose at least {count}.", "至少选 {count} 项。"),
    "at_most": ("Choose at most {count}.", "最多选 {count} 项。"),
    "no_answer": ("No answer", "不作答"),
    "choose": ("Please choose", "请选择"),
    "yes": ("Yes", "是"),
    "no": ("No", "否"),
    "between": ("A number from {low} to {high}.", "请填 {low} 至 {high} 之间的数字。"),
    "from_on": ("A number of {low} or more.", "请填不小于 {low} 的数字。"),
    "up_to": ("A number of {high} or less.", "请填不大于 {high} 的数字。"),
    "whole": ("A whole number.", "请填整数。"),
    "decimal": ("Digits, with a point before the decimals.", "请填数字，可含小数点。"),
    "rate": ("{low} is the lowest, {high} the highest.", "{low} 为最低，{high} 为最高。"),
    "day": ("For example 2020-02-29.", "例如 2020-02-29。"),
    "days": ("From {earliest} to {latest}.", "{earliest} 至 {latest}。"),
    "days_from": ("{earliest} or later.", "不早于 {earliest}。"),
    "days_until": ("{latest} or earlier.", "不晚于 {latest}。"),
    "longest": ("Up to {count} characters.", "最多 {count} 个字。"),
    "version": ("As your system shows it, for example 5.0.4.", "按系统显示填写，例如 5.0.4。"),
    "none": ("Nothing is installed yet", "尚未安装"),
    "no_slots": ("No slot is free at the moment.", "目前没有可预约的时段。"),
    "other": ("Please describe: {option}", "请说明：{option}"),
    "files": ("{kinds}; up to {size} each.", "{kinds}；每个不超过 {size}。"),
    "some_files": (
        "{kinds}; up to {size} each, {count} files at most.",
        "{kinds}；每个不超过 {size}，最多 {count} 个。",
    ),
    "sent": ("Already sent: keep {name}", "已上传，保留 {name}"),
    "step": ("Page {number} of {count}", "第 {number} 页，共 {count} 页"),
    "next": ("Next", "下一页"),
    "submit": ("Submit", "提交"),
    "save": ("Save and go on later", "保存，稍后继续"),
    "previous": ("Back", "上一页"),
    "wrong": ("Please correct: {count}", "请更正以下 {count} 处"),
    "wrong_title": ("Error: {title}", "有误：{title}"),
    "here": ("Error: {text}", "有误：{text}"),
    "recorded": (
        "From the download record of {day}; please correct it if it is wrong.",
        "来自 {day} 的下载记录，如有误请更正。",
    ),
    "on file": (
        "On file; please correct it if it has changed.",
        "来自已登记的资料，如有变动请更正。",
    ),
    "answered": ("Your answer of {day}; you may change it.", "您 {day} 的回答，可以修改。"),
    "known": (
        "Known since {day}; please correct it if it is wrong.",
        "来自 {day} 的记录，如有误请更正。",
    ),
}
"""(English, Chinese) by key."""
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"


def word(key: str, locale: str, /, **names: object) -> str:
    """Return the words of *key* with *names* put in."""
    english, chinese = WORDS[key]
    return (chinese if locale.startswith("zh") else english).format(**names)


def source(provenance: str, at: date, locale: str) -> str:
    """Say where a value comes from that stands in the form before anything was typed."""
    key = provenance if provenance in ("recorded", "on file", "answered") else "known"
    zh = locale.startswith("zh")
    month = _MONTHS[3 * at.month - 3 : 3 * at.month]
    day = f"{at.year} 年 {at.month} 月 {at.day} 日" if zh else f"{at.day} {month} {at.year}"
    return word(key, locale, day=day)


def explained(problem: Problem, question: Question, locale: str) -> str:
    """Say what is wrong with the words of the question instead of its ids."""
    texts = {option.id: option.text.to(locale) for option in question.options}
    context = {**problem.context, "question": f"“{question.text.to(locale)}”"}
    if texts and isinstance(context.get("allowed"), list | tuple):
        context["allowed"] = [texts.get(id, id) for id in context["allowed"]]
    if "accepts" in context:
        context["accepts"] = kinds_of_files(question)
    text = explain(problem.code, context, locale=locale)
    return text[:1].upper() + text[1:]


def kinds_of_files(question: Question) -> str:
    """Spell the media types that *question* accepts: PNG, JPEG, image."""
    names = (one.partition("/") for one in question.accepts)
    return ", ".join(kind if rest == "*" else rest.upper() for kind, _, rest in names)


def file_hint(question: Question, locale: str, most: int) -> str:
    """Say which files *question* takes, how large and how many."""
    size, kinds = spelled(question.largest), kinds_of_files(question)
    key = "files" if most == 1 else "some_files"
    return word(key, locale, kinds=kinds, size=size, count=most)
