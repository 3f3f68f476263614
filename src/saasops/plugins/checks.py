"""Whether the hooks of a plugin may be registered: their names, marks and arguments.

pluggy would overlook a misspelt or unmarked hook. What the hooks give is left to
`saasops.plugins.loader`.
"""

import difflib
import inspect
from collections.abc import Callable
from types import FunctionType, MethodType, ModuleType
from typing import Any

from pluggy import PluginManager

from saasops.plugins import hookspecs
from saasops.plugins.foreign import Origin
from saasops.plugins.marks import PROJECT

PREFIX = PROJECT + "_"
HOOKS = tuple(sorted(name for name in vars(hookspecs) if name.startswith(PREFIX)))
FUNCTIONS = (FunctionType, MethodType, classmethod, staticmethod)


def hooks_of(manager: PluginManager, plugin: object, origin: Origin) -> ModuleType:
    """Return the hooks of *plugin* alone; raise `PluginError` for one that cannot be called.

    They come in a namespace of their own: given an object, pluggy may read its properties.
    """
    hooks = ModuleType(origin.name)
    for name, static in inspect.getmembers_static(plugin):
        # Functions only, or known names: a module that imports itself holds `saasops_qq`.
        if name not in HOOKS and not isinstance(static, FUNCTIONS):
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
        function = getattr(plugin, name)
        _check_function(function, hook, origin)
        setattr(hooks, name, function)
    return hooks


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
