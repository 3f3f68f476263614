"""What pluggy and the metadata of Python do silently, and that `Plugins` does not.

Each test shows the trap first, so that it falls away when the trap does.
"""

from importlib.metadata import distributions, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy
import pytest
from plugin_samples import Install, module, offering, statuses

from saasops.errors import PluginError
from saasops.plugins import Plugins, hookimpl, hookspecs

MARK = "from saasops.plugins import hookimpl\n"


def manager(*plugins: object) -> Any:
    made = pluggy.PluginManager("saasops")
    made.add_hookspecs(hookspecs)
    for plugin in plugins:
        made.register(plugin)
    return made


def refused(plugin: object) -> str:
    with pytest.raises(PluginError) as caught:
        Plugins({"crm": plugin})
    return caught.value.code


def test_a_misspelt_hook_is_accepted_by_registration() -> None:
    misspelt = module(f"{MARK}@hookimpl\ndef saasops_chanels(): return []")
    with pytest.raises(pluggy.PluginValidationError):
        manager(misspelt).check_pending()
    assert refused(misspelt) == "plugin.unknown_hook"


def test_an_unmarked_hook_is_never_reported() -> None:
    unmarked = module("def saasops_channels(): return []")
    made = manager(unmarked)
    made.check_pending()
    assert made.hook.saasops_channels() == []
    assert refused(unmarked) == "plugin.unmarked_hook"


def test_what_gives_nothing_vanishes() -> None:
    forgetful = module(f"{MARK}@hookimpl\ndef saasops_channels(): pass")
    assert manager(forgetful).hook.saasops_channels() == []
    assert refused(forgetful) == "plugin.wrong_offer"


def test_a_generator_comes_back_unexhausted() -> None:
    late = module(f"{MARK}@hookimpl\ndef saasops_channels():\n    yield 1 / 0")
    assert len(manager(late).hook.saasops_channels()) == 1
    assert refused(late) == "plugin.hook_failed"


def test_a_wrong_call_passes() -> None:
    assert manager().hook.saasops_domain_event(event={}, extra=1) == []
    assert manager().hook.saasops_channels(event={}) == []


@pytest.mark.parametrize("names", ["abc", "cba"])
def test_the_last_one_registered_comes_first(names: str) -> None:
    plugins = {name: module(offering(name), name=name) for name in names}
    given = manager(*plugins.values()).hook.saasops_channels()
    assert [next(iter(offers)).name for offers in given] == list(reversed(names))
    assert list(Plugins(plugins).channels) == sorted(names)


def test_a_raising_observer_stops_those_after_it() -> None:
    heard: list[str] = []

    def observer(name: str) -> ModuleType:
        @hookimpl
        def saasops_domain_event(event: Any) -> None:
            heard.append(name)
            if name == "b":
                raise ValueError(name)

        made = ModuleType(name)
        made.saasops_domain_event = saasops_domain_event  # type: ignore[attr-defined] -- a module
        return made

    plugins = {name: observer(name) for name in "abc"}
    with pytest.raises(ValueError, match=r"^b$"):
        manager(*plugins.values()).hook.saasops_domain_event(event={})
    assert heard == ["c", "b"]
    heard.clear()
    Plugins(plugins).observe({})
    assert heard == ["a", "b", "c"]


def test_one_unreadable_distribution_takes_all_entry_points_along(
    install: Install, tmp_path: Path
) -> None:
    install("pager", offering("pager"))
    install("bad", "")
    (tmp_path / "saasops_bad-1.0.dist-info" / "entry_points.txt").write_text("[other]\nno sign")
    with pytest.raises(TypeError):
        list(entry_points(group="saasops"))
    assert statuses(Plugins.diagnose({"pager": {}})) == {"pager": "active"}


def test_a_distribution_is_listed_as_often_as_it_is_on_the_path(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("pager", offering("pager"))
    monkeypatch.syspath_prepend(f"{tmp_path}/../{tmp_path.name}")
    assert sum(one.name == "saasops-pager" for one in distributions()) == 2
    assert statuses(Plugins.diagnose({"pager": {}})) == {"pager": "active"}


def test_a_refused_plugin_is_not_asked_for_anything() -> None:
    half = module(
        f"asked = []\n{MARK}@hookimpl\ndef saasops_channels(): asked.append(1)\n"
        "@hookimpl\ndef saasops_storages(no_such_argument): asked.append(1)"
    )
    assert refused(half) == "plugin.unknown_argument"
    assert half.asked == []
