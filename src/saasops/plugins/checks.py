"""Whether the hooks of a plugin may be registered: their names, marks and arguments.

pluggy would overlook a misspelt or unmarked hook. What the hooks give is left to
`saasops.plugins.loader`.
"""

import difflib
import inspect
from collections.abc import Callable
from typing import Any

from pluggy import PluginManager

from saasops.plugins import hookspecs
from saasops.plugins.foreign import Origin
from saasops.plugins.marks import PROJECT

PREFIX = PROJECT + "_"
HOOKS = tuple(sorted(name for name in vars(hookspecs) if name.startswith(PREFIX)))


def check_hooks(manager: PluginManager, plugin: object, origin: Origin) -> None:
    """Raise `PluginError` for the first hook of *plugin* that could not be called."""
    for name, static in inspect.getmembers_static(plugin):
        # Functions only, or known names: a module that imports itself holds `saasops_qq`.
        if name not in HOOKS and not inspect.isroutine(static):
            continue
        mark = manager.parse_hookimpl_opts(plugin, name)
        hook = (mark and mark["specname"]) or name
        if hook not in HOOKS and (mark or name.startswith(PREFIX)):
            close = difflib.get_close_matches(hook, HOOKS, n=1)
            raise origin.fault("plugin.unknown_hook", hook=hook, hint=close or HOOKS)
        if mark is None:
            if name in HOOKS:
                raise origin.fault("plugin.unmarked_hook", hook=name)
            continue
        if mark["wrapper"] or mark["hookwrapper"]:
            raise origin.fault("plugin.wrapping_hook", hook=hook)
        _check_function(getattr(plugin, name), hook, origin)


def _check_function(function: Callable[..., Any], hook: str, origin: Origin) -> None:
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise origin.fault("plugin.async_hook", hook=hook)
    given = inspect.signature(getattr(hookspecs, hook)).parameters
    unknown = [
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if name not in given
        and parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    if unknown:
        raise origin.fault(
            "plugin.unknown_argument", hook=hook, arguments=unknown, given=list(given) or "-"
        )
