"""What the hooks of one plugin give, asked once. Who may offer what is left to the loader."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, TypeAlias, TypeGuard

import attrs
from pluggy import HookImpl, PluginManager

from saasops.plugins.checks import check_hooks
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
    check_hooks(manager, plugin, origin)
    label = f"{origin.name} ({origin.provider})"
    attempt(lambda: manager.register(plugin, label), origin, "plugin.not_registered")
    offers: list[Offer] = []
    observers: list[Listener] = []
    for caller in manager.get_hookcallers(plugin) or ():
        for implementation in caller.get_hookimpls():
            if implementation.plugin is not plugin:
                continue
            if caller.name == OBSERVER:
                observers.append(partial(_tell, implementation))
            else:
                asked = _ask(implementation, caller.name, origin)
                offers += [(caller.name, extension) for extension in asked]
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
