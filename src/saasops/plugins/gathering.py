"""What the hooks of one plugin give, asked once. Who may offer what is left to the loader."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, TypeAlias, TypeGuard

import attrs
from pluggy import HookImpl, PluginManager

from saasops.plugins.checks import HOOKS, hooks_of
from saasops.plugins.extension import Extension
from saasops.plugins.foreign import Origin, attempt

OBSERVER = "saasops_domain_event"
Offer: TypeAlias = tuple[str, Extension[Any]]
Listener: TypeAlias = Callable[[Mapping[str, Any]], object]


@attrs.frozen
class Given:
    """The offers of one plugin with the hooks they came from, and its observers."""

    offers: tuple[Offer, ...]
    observers: tuple[Listener, ...] = ()


def gather(manager: PluginManager, plugin: object, origin: Origin) -> Given:
    """Register *plugin* and ask its hooks; raise `PluginError` for what cannot be used."""
    hooks = hooks_of(manager, plugin, origin)
    manager.register(hooks, f"{origin.name} ({origin.provider})")
    offers: list[Offer] = []
    observers: list[Listener] = []
    for hook in HOOKS:
        for implementation in getattr(manager.hook, hook).get_hookimpls():
            if implementation.plugin is not hooks:
                continue
            if hook == OBSERVER:
                observers.append(partial(_tell, implementation))
            else:
                offers += [(hook, extension) for extension in _ask(implementation, hook, origin)]
    if not offers and not observers:
        raise origin.fault("plugin.nothing_offered")
    return Given(tuple(offers), tuple(observers))


def _ask(implementation: HookImpl, hook: str, origin: Origin) -> Iterator[Extension[Any]]:
    function: Callable[..., object] = implementation.function
    given = attempt(function, origin, "plugin.hook_failed", hook=hook)
    if not _is_iterable(given):
        raise origin.fault("plugin.wrong_offer", hook=hook, got=type(given).__name__)
    for one in attempt(lambda: list(given), origin, "plugin.hook_failed", hook=hook):
        if not isinstance(one, Extension):
            raise origin.fault("plugin.wrong_offer", hook=hook, got=type(one).__name__)
        yield one


def _is_iterable(value: object) -> TypeGuard[Iterable[object]]:
    return isinstance(value, Iterable)


def _tell(implementation: HookImpl, event: Mapping[str, Any]) -> None:
    implementation.function(*[event for _ in implementation.argnames])
