"""`saasops tick`: plan what has come due and send it."""

import attrs
import typer

from saasops.cli.options import SETTINGS, ConfigOption, JsonOption, LocaleOption
from saasops.cli.settings import read_settings
from saasops.cli.terminal import terminal
from saasops.figures import Section, column
from saasops.values import both

_WORDS = {
    "planned": both("planned", "新增计划"),
    "sent": both("sent", "已发送"),
    "suppressed": both("not needed or no address", "无需发送或无地址"),
    "failed": both("failed for good", "发送失败"),
    "unknown": both("cut short, perhaps sent", "发送中断，可能已送达"),
    "retried": both("to be tried again", "稍后重试"),
    "events": both("events passed on", "已处理事件"),
}


def tick(
    *, config: ConfigOption = SETTINGS, locale: LocaleOption = None, as_json: JsonOption = False
) -> None:
    """Plan notices that have come due and send them; let cron call it every minute or so.

    However often it runs or is cut short, a notice is sent once. Exits with 1 if one could
    not be delivered.
    """
    with terminal(locale, as_json=as_json) as shown:
        with read_settings(config).open() as ops:
            report = ops.tick()
        counts = attrs.asdict(report)
        shown.result(counts)
        shown.show(
            Section(
                id="tick",
                title=both("Notices", "通知"),
                columns=(
                    column("what", both("what", "项目")),
                    column("count", both("count", "数量"), "count"),
                ),
                rows=tuple((words, counts[name]) for name, words in _WORDS.items()),
            )
        )
        if report.failed or report.unknown:
            raise typer.Exit(1)
