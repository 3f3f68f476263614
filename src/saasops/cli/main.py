"""The command and its parts; what each does stands in the file of its group."""

import typer

from saasops.cli import (
    calendars,
    campaigns,
    demo,
    imports,
    init,
    keys,
    outbox,
    people,
    plan,
    plugins,
    reports,
    storage,
    surveys,
    tick,
    versions,
)

app = typer.Typer(
    name="saasops",
    help="Run upgrade campaigns from the command line. 在命令行运行升级活动。",
    no_args_is_help=True,
    add_completion=False,
    # A traceback with values of variables could show personal data.
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("demo")(demo.demo)
app.command("init")(init.init)
app.add_typer(campaigns.app, name="campaign")
app.add_typer(calendars.app, name="calendar")
app.command("import")(imports.import_)
app.command("tick")(tick.tick)
app.add_typer(people.app, name="people")
app.add_typer(plan.app, name="plan")
app.add_typer(surveys.app, name="survey")
app.add_typer(versions.app, name="versions")
app.add_typer(reports.app, name="report")
app.add_typer(outbox.app, name="outbox")
app.add_typer(storage.app, name="storage")
app.add_typer(keys.app, name="keys")
app.command("plugins")(plugins.plugins)
