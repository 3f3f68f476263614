"""The tables of `saasops versions`, and the words for phases and states."""

from collections.abc import Iterable
from datetime import date

from saasops import texts
from saasops.figures import Section, column
from saasops.values import Text, both
from saasops.versions.installed import Census, Installation
from saasops.versions.readiness import Readiness
from saasops.versions.release import Release, day_of
from saasops.versions.upgrades import Step, Way

_PHASES = {
    "supported": both("supported", "支持中"),
    "security": both("security fixes only", "仅安全修复"),
    "ending": both("ending", "即将停止支持"),
    "extended": both("extended support", "延长支持"),
    "ended": both("ended", "已停止支持"),
    "unknown": both("unknown", "未知"),
    "none": both("no version", "没有版本"),
    "unrecognised": both("unrecognised", "无法识别"),
}
_STATES = {
    "met": both("met", "已满足"),
    "unmet": both("not met", "未满足"),
    "unproved": both("not proved", "证据不足"),
    "unknown": both("not known", "未知"),
    "not-needed": both("not needed", "不适用"),
}
_KINDS = {"blocker": both("blocker", "必须"), "advice": both("advice", "建议")}
_VERDICTS = {
    "ready": both("ready", "可以升级"),
    "blocked": both("blocked", "不能升级"),
    "unknown": both("not known yet", "尚不确定"),
}
_PROVENANCE = {
    "recorded": both("recorded", "下载记录"),
    "self-reported": both("self-reported", "用户自述"),
    "verified": both("verified", "助手核实"),
}


def releases(product: str, listed: Iterable[Release], *, on: date) -> Section:
    """Lay out releases with their dates and how they stand on the day *on*."""
    return Section(
        id="releases",
        title=both(f"Releases of {product} on {on}", f"{product} 的版本（{on}）"),
        columns=(
            column("release", both("release", "版本")),
            column("released_on", both("released", "发布日期"), "date"),
            column("ends_on", both("first day without support", "停止支持日期"), "date"),
            column("phase", both("support", "支持状态")),
            column("latest", both("latest", "最新版本")),
        ),
        rows=tuple(
            (
                one.name,
                one.released_on,
                day_of(one.ends_on),
                _PHASES[one.phase(on=on)],
                one.latest,
            )
            for one in listed
        ),
    )


def steps(product: str, way: Way) -> Section:
    """Lay out each step of *way* with its reason."""
    return Section(
        id="path",
        title=both(
            f"{product}: {way.start.name} to {way.goal.name}",
            f"{product}：{way.start.name} 升级到 {way.goal.name}",
        ),
        columns=(
            column("from", both("from", "从")),
            column("to", both("to", "到")),
            column("stop", both("stop", "必经")),
            column("source", both("who says so", "依据")),
        ),
        rows=tuple(
            (
                step.from_.name,
                step.to.name,
                both("compulsory", "是") if step.path.compulsory else None,
                step.path.source or None,
            )
            for step in way.steps
        ),
    )


def counts(census: Census) -> Section:
    """Lay out how many are on what."""
    rows: list[tuple[Text | str, int]] = [*census.by_release.items()]
    rows += [(_PHASES[phase], count) for phase, count in census.by_phase.items()]
    rows += [(_PHASES["none"], census.none), (_PHASES["unrecognised"], census.unrecognised)]
    return Section(
        id="census",
        title=both(
            f"{census.product} on {census.on}: {census.users} users",
            f"{census.product}（{census.on}）：共 {census.users} 位用户",
        ),
        columns=(
            column("what", both("release or support", "版本或支持状态")),
            column("users", both("users", "用户数"), "count"),
        ),
        rows=tuple(rows),
    )


def installations(found: Iterable[Installation]) -> Section:
    """Lay out users with what each runs."""
    return Section(
        id="users",
        title=both("Users", "用户"),
        columns=(
            column("user", both("user", "用户")),
            column("release", both("release", "版本")),
            column("phase", both("support", "支持状态")),
            column("provenance", both("by", "来源")),
            column("since", both("since", "自"), "date"),
        ),
        rows=tuple(
            (
                one.user,
                _PHASES.get(one.release, Text.of(one.release)),
                _PHASES[one.phase],
                _PROVENANCE[one.provenance] if one.provenance else None,
                one.since,
            )
            for one in found
        ),
    )


def verdicts(step: Step, found: Readiness) -> Section:
    """Lay out what has to be ready for *step*, item by item."""
    verdict, names = _VERDICTS[found.verdict], f"{step.from_.name} → {step.to.name}"
    return Section(
        id="ready",
        title=Text.of({locale: f"{names}: {verdict.to(locale)}" for locale in texts.LOCALES}),
        columns=(
            column("what", both("what", "要求")),
            column("kind", both("kind", "类型")),
            column("state", both("state", "状态")),
            column("missing", both("missing", "缺少")),
        ),
        rows=tuple(
            (
                item.requirement.title,
                _KINDS[item.requirement.kind],
                _STATES[item.state],
                ", ".join(item.missing) or None,
            )
            for item in found.items
        ),
    )
