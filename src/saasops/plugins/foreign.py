"""Calls into other people's code: what fails there is told by its class and place.

The words of a foreign error may quote a setting, so they are never passed on, and nothing
is chained. What the failure means for the plugin is left to the callers.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

import attrs

from saasops.errors import PluginError, SaasOpsError

T = TypeVar("T")


@attrs.frozen
class Origin:
    """A plugin's name, and who provides it: a distribution with its version, or the host."""

    name: str
    provider: str

    def fault(self, code: str, **context: Any) -> PluginError:
        """Return the error *code* of this plugin."""
        return PluginError(code, plugin=self.name, provider=self.provider, **context)


def attempt(
    call: Callable[[], T],
    origin: Origin,
    code: str,
    *,
    passing: tuple[type[SaasOpsError], ...] = (),
    **context: Any,
) -> T:
    """Return what *call* returns; raise *code* with the cause when it fails.

    Errors of the classes *passing* are let through, without what they were raised from.
    """
    try:
        return call()
    except passing as error:
        error.__cause__ = error.__context__ = None
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 -- other people's code
        cause = _cause(error)
    # Raised outside the except block, so that not even __context__ holds the foreign error.
    raise origin.fault(code, cause=cause, **context)


def _cause(error: BaseException) -> str:
    kind = type(error).__name__
    if isinstance(error, SyntaxError):
        return f"{kind}, line {error.lineno}"
    missing = f" ({error.name})" if isinstance(error, ImportError) and error.name else ""
    return f"{kind}{missing}{_place(error.__traceback__)}"


def _place(trace: TracebackType | None) -> str:
    """Name the innermost line that is neither Python's import machinery nor ours."""
    place = ""
    while trace:
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        if not module.startswith(("importlib", "saasops.plugins")):
            place = f" in {module}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return place
