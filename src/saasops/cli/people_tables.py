"""How `saasops people` lays out what it found: tables, with words for classes and outcomes."""

from collections.abc import Iterable, Sequence

from saasops import serial, texts
from saasops.figures import Section, column
from saasops.people.privacy.classes import CLASSES, family
from saasops.people.privacy.erasure import ErasureReport
from saasops.people.privacy.holds import LegalHold
from saasops.people.privacy.retention import Expiry, Policy
from saasops.values import Text, both

_OUTCOMES = {
    "erased": both("erased", "已删除"),
    "kept": both("kept", "保留"),
    "later": both("later", "稍后"),
}


def report(made: ErasureReport, locale: str) -> Section:
    """Lay out what became of the data of one person."""
    return Section(
        id="erasure",
        title=both("What becomes of the data", "数据处理结果"),
        columns=(
            column("class", both("class", "类别")),
            column("where", both("where", "位置")),
            column("count", both("rows", "行数"), "count"),
            column("outcome", both("outcome", "结果")),
            column("why", both("why", "原因")),
        ),
        rows=tuple(
            (
                _class(line.data_class),
                line.where,
                line.count,
                _OUTCOMES[line.outcome],
                texts.explain(line.reason, {}, locale=locale) if line.reason else None,
            )
            for line in made.lines
        ),
    )


def erasures(listed: Iterable[ErasureReport]) -> Section:
    """Lay out who was forgotten."""
    return Section(
        id="erasures",
        title=both("Forgotten", "已删除资料的人员"),
        columns=(
            column("user", both("user", "用户")),
            column("at", both("at (UTC)", "时间（UTC）")),
            column("by", both("by", "操作者")),
            column("reason", both("reason", "依据")),
        ),
        rows=tuple((one.user, one.at, one.by, one.reason) for one in listed),
    )


def holds(listed: Iterable[LegalHold]) -> Section:
    """Lay out legal holds, without why: that may be personal."""
    return Section(
        id="holds",
        title=both("Legal holds", "法律保留"),
        columns=(
            column("user", both("user", "用户")),
            column("hold", both("hold", "保留编号")),
            column("since", both("since (UTC)", "起始（UTC）")),
            column("by", both("by", "操作者")),
            column("lifted", both("lifted (UTC)", "解除（UTC）")),
        ),
        rows=tuple((one.user, one.id, one.opens, one.by, one.lifted) for one in listed),
    )


def retention(policy: Policy, *, in_force: bool) -> Section:
    """Lay out how long each class is kept, and say where that is only a proposal."""
    proposal = both("Not adopted: a proposal.", "尚未启用，仅为建议。")
    return Section(
        id="retention",
        title=both("How long data is kept", "数据保存期限"),
        columns=(
            column("class", both("class", "类别")),
            column("purpose", both("purpose", "用途")),
            column("after", both("after", "起算")),
            column("keep_for", both("keep for", "保存")),
        ),
        rows=tuple(
            (_class(rule.data_class), rule.purpose, rule.after, serial.dump(rule.keep_for))
            for rule in policy.retention
        ),
        note=None if in_force else proposal,
    )


def due(listed: Iterable[Expiry], held: Sequence[str]) -> Section:
    """Lay out what no purpose needs any longer, and how many *held* people it leaves out."""
    return Section(
        id="due",
        title=both("Due for deletion", "到期应删除"),
        columns=(
            column("user", both("user", "用户")),
            column("class", both("class", "类别")),
            column("by", both("by (UTC)", "期限（UTC）")),
            column("purpose", both("last purpose", "最后用途")),
            column("after", both("after", "起算")),
        ),
        rows=tuple(
            (one.user, _class(one.data_class), one.by, one.purpose, one.after) for one in listed
        ),
        note=both(f"{len(held)} people under legal hold.", f"因法律保留而未处理：{len(held)} 人"),
    )


def _class(id: str) -> Text:
    known = CLASSES.get(family(id))
    return Text.of(id) if known is None or "." in id else known.title
