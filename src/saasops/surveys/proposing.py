"""Guess from a header how an outside tool writes the answers to a survey.

What cannot be known is an open point, never a guess; whether the profile fits is left to
`profiles`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import attrs

from saasops.errors import Problem
from saasops.surveys.definition import Question, Survey
from saasops.surveys.profiles import ExportProfile, IdentityColumn, mismatches
from saasops.surveys.wordings import folded
from saasops.values import Text

_ENDED = ("结束答题时间", "提交答卷时间", "提交时间", "submitted_at", "submitted at", "submit date",
          "end time", "ended_at")  # fmt: skip
_OURS = frozenset(
    (
        *("编号", "序号", "答卷编号", "开始答题时间", "结束答题时间", "提交答卷时间", "提交时间"),
        *("所用时间", "答题时长", "来源", "来源详情", "来源渠道", "来自ip", "ip", "自定义字段"),
        *("总分", "id", "submitted_at", "started_at"),
    )
)
"""What tools write about an answer itself."""
_WHO = (("qq", IdentityColumn(column="", provider="qq")),
        ("微信", IdentityColumn(column="", provider="wechat", form="text")),
        ("wechat", IdentityColumn(column="", provider="wechat", form="text")))  # fmt: skip
_NUMBERING = re.compile(r"(?:q|第)?\d{1,3}(?:题)?[、.:)\]]?\s*|\*\s*")
_MARKS = re.compile(r"[(\[【](?:多选|单选|必填|必答|可多选|multiple|required)[^)\]】]*[)\]】]")
_END = " ?:。.*"
_SPLITS = (re.compile(r"(.+):(.+)"), re.compile(r"(.+)[(\[](.+)[)\]]"), re.compile(r"(.+)[-—](.+)"))


@attrs.frozen(kw_only=True)
class Proposal:
    """A profile, and what has to be said before it can be used; `where` is a key of it."""

    profile: ExportProfile
    open: tuple[Problem, ...]


def propose(header: Sequence[str], survey: Survey, *, zone: str, locale: str = "zh-CN") -> Proposal:
    """Guess the profile of an export of *survey* from its *header*.

    Headers are compared with the texts of questions and options in every language, without
    numbering, marks such as `（多选）`, and the difference between full-width signs and plain
    ones. No header is quoted: a file without one begins with somebody's row.
    """
    ended = next((column for name in _ENDED for column in header if folded(column) == name), "")
    who = next(_identities(header), IdentityColumn(column=""))
    columns, options = dict[str, str](), dict[str, dict[str, str]]()
    ignored, open_ = list[str](), list[Problem]()
    for place, column in enumerate(header, 1):
        if column in (ended, who.column):
            continue
        if folded(column) in _OURS:
            ignored.append(column)
            continue
        found = _asked(column, survey)
        split = _one_option(column, survey) if not found else None
        if split is not None:
            options.setdefault(split[0], {})[column] = split[1]
        elif len(found) == 1 and found[0] not in columns.values():
            columns[column] = found[0]
        elif found:
            context = {"column": place, "questions": found}
            open_.append(Problem("columns", "survey.profile.ambiguous", context))
        else:
            open_.append(Problem("columns", "survey.profile.unmatched", {"column": place}))
    profile = ExportProfile(
        survey=survey.id,
        locale=locale,
        zone=zone,
        identity=who,
        ended=ended,
        columns=columns,
        options=options,
        ignored=tuple(ignored),
    )
    if not who.column:
        open_.insert(0, Problem("identity", "survey.profile.no_identity"))
    if not ended:
        open_.insert(0, Problem("ended", "survey.profile.no_end"))
    for question in survey.questions:
        if question.kind == "slot" and question.id in columns.values():
            context = {"question": question.id}
            open_.append(Problem("slots", "survey.profile.no_slot_labels", context))
    return Proposal(profile=profile, open=(*open_, *mismatches(profile, survey)))


def _identities(header: Sequence[str]) -> Iterator[IdentityColumn]:
    for sign, identity in _WHO:
        for column in header:
            if sign in folded(column):
                yield attrs.evolve(identity, column=column)


def _asked(column: str, survey: Survey) -> list[str]:
    """Return the questions that *column* may answer."""
    name = _key(column)
    return [q.id for q in survey.questions if q.kind != "note" and name in _names(q.id, q.text)]


def _one_option(column: str, survey: Survey) -> tuple[str, str] | None:
    """Return the question and the option of a column of its own; None where it is not one."""
    plain = folded(column)
    for parts in filter(None, (pattern.fullmatch(plain) for pattern in _SPLITS)):
        asked = [id for id in _asked(parts[1], survey) if _offers(survey.question(id))]
        for id in asked:
            offered: Mapping[str, Text] = {o.id: o.text for o in survey.question(id).options}
            for option, text in offered.items():
                if _key(parts[2]) in _names(option, text):
                    return id, option
    return None


def _offers(question: Question) -> bool:
    return question.kind in ("multiple", "single")


def _names(id: str, text: Text) -> set[str]:
    return {_key(id), *map(_key, text.by_locale.values())}


def _key(text: str) -> str:
    """Return *text* as it is compared: without numbering, marks, and the sign at its end."""
    plain = _MARKS.sub("", folded(text)).strip()
    bare = _NUMBERING.sub("", plain, count=1) if _NUMBERING.match(plain) else plain
    return (bare or plain).strip(_END)
