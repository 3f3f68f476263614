"""`saasops plugins`: what is installed, what is used, and what failed."""

import typer

from saasops.cli.options import SETTINGS, ConfigOption, JsonOption, LocaleOption
from saasops.cli.settings import read_settings
from saasops.cli.terminal import terminal
from saasops.figures import Section, column
from saasops.values import both

_STATUS = {
    "active": both("active", "使用中"),
    "available": both("available", "可用"),
    "failed": both("failed", "失败"),
}


def plugins(
    *, config: ConfigOption = SETTINGS, locale: LocaleOption = None, as_json: JsonOption = False
) -> None:
    """List the plugins: who provides them, what they offer, and why one failed.

    Exits with 1 if a plugin that the settings name cannot be used.
    """
    with terminal(locale, as_json=as_json) as shown:
        rows = read_settings(config).diagnose()
        why = [row.error.explain(shown.locale) if row.error else None for row in rows]
        shown.result(
            {
                "plugins": [
                    {
                        "name": row.name,
                        "provider": row.provider,
                        "status": row.status,
                        "offers": list(row.offers),
                        "error": reason,
                    }
                    for row, reason in zip(rows, why, strict=True)
                ]
            }
        )
        shown.show(
            Section(
                id="plugins",
                title=both("Plugins", "插件"),
                columns=(
                    column("name", both("name", "名称")),
                    column("provider", both("provider", "提供方")),
                    column("status", both("status", "状态")),
                    column("offers", both("offers", "提供")),
                ),
                rows=tuple(
                    (row.name, row.provider, _STATUS[row.status], ", ".join(row.offers))
                    for row in rows
                ),
            )
        )
        for reason in filter(None, why):
            shown.say(both("{reason}", "{reason}"), reason=reason)
        if any(why):
            raise typer.Exit(1)
