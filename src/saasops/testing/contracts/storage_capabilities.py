"""What a store can beyond the rules that all keep, and whether it does as it says.

Print it with any report format, such as `saasops.reports.TerminalFormat`. The rules that are no
choice are left to `StorageContract`.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import attrs

from saasops.figures import Cell, Column, Report, Section
from saasops.ports import Storage
from saasops.testing.contracts.storage_rules import MakeStorage, Tried, Verdict, judge
from saasops.values import Text


def _say(english: str, chinese: str) -> Text:
    return Text.of({"en": english, "zh-CN": chinese})


@attrs.frozen
class Power:
    """An optional power: what it promises, and the rules that show it."""

    promise: Text
    rules: tuple[str, ...] = ()


POWERS: Mapping[str, Power] = {
    "join": Power(
        _say("works inside the host's own transaction", "可在宿主自己的事务中工作"),
        (
            "test_joined_work_is_part_of_the_hosts",
            "test_a_host_that_fails_undoes_what_joined",
            "test_joined_work_that_fails_leaves_the_host_as_it_was",
            "test_joined_work_that_swallows_a_failure_is_told",
            "test_a_reader_that_is_joined_stays_a_reader",
            "test_only_a_transaction_of_this_kind_of_store_is_joined",
        ),
    ),
    "check": Power(
        _say("declared checks hold whatever is written", "无论写入什么，声明的检查始终成立"),
        ("test_a_check_is_the_last_line",),
    ),
    "skip_locked": Power(
        _say("workers claim side by side", "多个工作者可同时领取消息"),
        ("test_workers_claim_side_by_side",),
    ),
    "backup": Power(
        _say("copies itself while others write", "可在他人写入时自我备份"),
        (
            "test_a_copy_holds_what_was_kept_and_lives_on_its_own",
            "test_a_copy_leaves_out_what_is_unfinished",
            "test_a_copy_made_among_writers_has_their_work_whole_or_not_at_all",
            "test_a_copy_replaces_nothing",
        ),
    ),
    "durable": Power(
        _say("what was committed outlives a power cut", "已提交的内容断电后仍在"),
    ),
}
"""The powers of `saasops.ports.Storage`."""

YES, NO, NONE = _say("yes", "是"), _say("no", "否"), Text.of("-")
UNTRIED = _say("not tried", "未测试")
UNKNOWN = _say("a name that saasops does not know", "saasops 不认识的名称")
TITLE = _say("Powers of a store", "存储的可选能力")
POWER_COLUMNS = (
    Column(id="power", title=_say("power", "能力")),
    Column(id="promise", title=_say("what it promises", "承诺")),
    Column(id="claimed", title=_say("claimed", "已声明")),
    Column(id="kept", title=_say("kept", "属实")),
)
REASON_COLUMNS = (
    Column(id="rule", title=_say("rule", "规则")),
    Column(id="reason", title=_say("what was seen", "所见")),
)


def capability_report(
    make_storage: MakeStorage, *, open_copy: Callable[[Path], Storage] | None = None
) -> Report:
    """Try every power that stores from *make_storage* claim, and report which they have.

    *open_copy* opens what `backup` wrote; without it copies are not tried. Whether a store is
    durable is never tried: only a power cut would show it.
    """
    storage = make_storage()
    claimed = storage.capabilities
    storage.close()
    tried = Tried(make_storage, open_copy=open_copy)
    verdicts = {
        name: [judge(tried, rule) for rule in power.rules]
        for name, power in POWERS.items()
        if name in claimed
    }
    rows = [(name, power.promise, *_cells(verdicts.get(name))) for name, power in POWERS.items()]
    rows += [(name, UNKNOWN, YES, NO) for name in sorted(claimed - POWERS.keys())]
    sections = [Section(id="powers", title=TITLE, columns=POWER_COLUMNS, rows=tuple(rows))]
    if missed := tuple(
        (verdict.rule.removeprefix("test_").replace("_", " "), verdict.reason)
        for judged in verdicts.values()
        for verdict in judged
        if verdict.state != "kept"
    ):
        title = _say("Rules that are broken or not tried", "被破坏或未测试的规则")
        sections.append(Section(id="missed", title=title, columns=REASON_COLUMNS, rows=missed))
    name = type(storage).__name__
    return Report(
        id="storage-capabilities",
        title=_say(f"What {name} can do", f"{name} 的能力"),
        as_of=datetime.now(UTC),
        zone="UTC",
        sections=tuple(sections),
    )


def _cells(verdicts: list[Verdict] | None) -> tuple[Cell, Cell]:
    """Say whether a power is claimed, and whether it is there."""
    if verdicts is None:
        return NO, NONE
    states = {verdict.state for verdict in verdicts}
    if "broken" in states:
        return YES, NO
    return YES, UNTRIED if "skipped" in states or not states else YES
