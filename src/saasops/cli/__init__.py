"""The command `saasops`. Typer and rich are loaded when it runs, never by `import saasops`."""

import sys

_MISSING = """\
The command needs two more packages: pip install 'saasops[cli]'
命令行还需要两个依赖包，请运行：pip install 'saasops[cli]'
"""


def main() -> None:
    """Run the command; without the extra `cli`, say how to get it and exit with 2."""
    try:
        from saasops.cli.main import app
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("rich", "typer"):
            raise
        sys.stderr.write(_MISSING)
        raise SystemExit(2) from None
    app()
