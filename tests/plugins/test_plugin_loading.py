"""What the host may rely on: named is loaded, failures have a name, nothing is shared."""

import json
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from plugin_samples import HEAD, Install, module, offering, statuses

from saasops.errors import PluginError
from saasops.plugins import Plugins
from saasops.testing.contracts.channel import MESSAGE

# --- named is loaded ---------------------------------------------------------------------


def test_only_the_named_plugin_is_imported(install: Install) -> None:
    install("pager", offering("pager"))
    install("chatter", offering("chatter"))
    install("boom", "import not_there")
    plugins = Plugins({"pager": {"app_id": "7"}})
    assert statuses(plugins.reports()) == {
        "pager": "active",
        "chatter": "available",
        "boom": "available",
    }
    assert "saasops_pager" in sys.modules
    assert not {"saasops_chatter", "saasops_boom"} & sys.modules.keys()
    assert list(plugins.channels) == ["pager"]
    assert plugins.channel("pager").send(MESSAGE).reference == "app 7"


def test_the_list_of_what_is_installed_imports_nothing(install: Install) -> None:
    install("pager", offering("pager"))
    (row,) = Plugins.diagnose({})
    assert (row.name, row.provider, row.status) == ("pager", "saasops-pager 1.0", "available")
    assert "saasops_pager" not in sys.modules


def test_nothing_is_imported_in_a_fresh_process_until_it_is_named(
    install: Install, tmp_path: Path
) -> None:
    install("pager", f"open({str(tmp_path / 'imported')!r}, 'w').close()\n{offering('pager')}")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from saasops.plugins import Plugins; "
    )
    for named, imported in (("{}", False), ("{'pager': {}}", True)):
        subprocess.run([sys.executable, "-c", f"{code}Plugins({named})"], check=True)
        assert (tmp_path / "imported").exists() is imported


def test_a_name_that_is_not_installed_lists_what_is(install: Install) -> None:
    install("pager", offering("pager"))
    builtin = {"own": module(offering("console"))}
    with pytest.raises(PluginError) as caught:
        Plugins({"pagerr": {}}, builtin=builtin)
    assert caught.value.code == "plugin.not_found"
    assert caught.value.context == {"plugin": "pagerr", "known": ["console", "pager"]}


def test_what_was_not_named_cannot_be_used(install: Install) -> None:
    install("pager", offering("pager"))
    with pytest.raises(PluginError) as caught:
        Plugins({}).channel("pager")
    assert caught.value.code == "plugin.not_loaded"
    assert "name it in plugins={…}" in str(caught.value)


def test_a_plugin_may_offer_several_things_under_its_own_name(install: Install) -> None:
    install("pager", offering("pager", "pager.work", "pager"))
    plugins = Plugins({"pager": {"app_id": "7"}})
    assert list(plugins.channels) == ["pager", "pager.work"]
    assert plugins.channel("pager.work").send(MESSAGE).reference == "app 7"
    (row,) = plugins.reports()
    assert row.offers == ("saasops_channels: pager", "saasops_channels: pager.work")


# --- failures have a name ----------------------------------------------------------------

MARKED = "from saasops.plugins import hookimpl, offer\n@hookimpl\n"
BROKEN = {
    "import_error": ("import not_there", "plugin.not_imported", "ModuleNotFoundError (not_there)"),
    "syntax": ("x = = 1", "plugin.not_imported", "SyntaxError, line 1"),
    "raising": ("\nraise ValueError('x')", "plugin.not_imported", "in saasops_raising, line 2"),
    "exiting": ("raise SystemExit(3)", "plugin.not_imported", "SystemExit"),
    "typo": (
        MARKED + "def saasops_chanels(): return []",
        "plugin.unknown_hook",
        "saasops_chanels; did you mean saasops_channels?",
    ),
    "typo_in_prefix": (
        MARKED + "def sasops_channels(): return []",
        "plugin.unknown_hook",
        "sasops_channels; did you mean saasops_channels?",
    ),
    "typo_unmarked": ("def saasops_chanels(): return []", "plugin.unknown_hook", "saasops_chanels"),
    "far_off": (MARKED + "def xyz(): return []", "plugin.unknown_hook", "saasops_storages"),
    "unmarked": ("def saasops_channels(): return []", "plugin.unmarked_hook", "@hookimpl"),
    "no_function": ("saasops_channels = ['sms']", "plugin.unmarked_hook", "@hookimpl"),
    "wrong_argument": (
        MARKED + "def saasops_channels(app, *, why): return []",
        "plugin.unknown_argument",
        "asks for app, why",
    ),
    "observer_argument": (
        MARKED + "def saasops_domain_event(evnt): pass",
        "plugin.unknown_argument",
        "asks for evnt; it may ask for: event",
    ),
    "asynchronous": (
        MARKED + "async def saasops_domain_event(event): pass",
        "plugin.async_hook",
        "plain function",
    ),
    "async_generator": (
        MARKED + "async def saasops_channels(): yield 1",
        "plugin.async_hook",
        "plain function",
    ),
    "wrapping": (
        MARKED.replace("@hookimpl", "@hookimpl(wrapper=True)")
        + "def saasops_channels(): return (yield)",
        "plugin.wrapping_hook",
        "wrapper",
    ),
    "hook_raises": (
        MARKED + "def saasops_channels(): 1 / 0",
        "plugin.hook_failed",
        "ZeroDivisionError",
    ),
    "hook_raises_late": (
        MARKED + "def saasops_channels():\n    yield from []\n    1 / 0",
        "plugin.hook_failed",
        "line 5",
    ),
    "hook_raises_ours": (
        MARKED + "def saasops_channels():\n"
        "    from saasops.errors import Refused\n    raise Refused('x')",
        "plugin.hook_failed",
        "Refused",
    ),
    "wrong_offer": (
        MARKED + "def saasops_channels(): return ['sms']",
        "plugin.wrong_offer",
        "gave str",
    ),
    "forgotten_return": (
        MARKED + "def saasops_channels(): pass",
        "plugin.wrong_offer",
        "gave NoneType",
    ),
    "lone_offer": (
        MARKED + "def saasops_channels(): return offer('lone_offer', int, settings=int)",
        "plugin.wrong_offer",
        "gave Extension",
    ),
    "empty": ("", "plugin.nothing_offered", "offers nothing"),
    "empty_list": (
        MARKED + "def saasops_channels(): return []",
        "plugin.nothing_offered",
        "nothing",
    ),
    "greedy": (
        offering("greedy", "pager"),
        "plugin.foreign_name",
        "may offer greedy or greedy.something, not pager",
    ),
    "greedy_prefix": (
        offering("greedy_prefix", "greedy_prefixed"),
        "plugin.foreign_name",
        "prefixed",
    ),
    "twice": (offering("twice", "twice", "twice"), "plugin.taken", "by twice and by twice"),
    "no_attrs": (
        HEAD
        + "@hookimpl\ndef saasops_channels(): return [offer('no_attrs', Sender, settings=dict)]",
        "plugin.settings_class",
        "dict is no attrs class",
    ),
    "two_settings": (
        HEAD + "@attrs.frozen\nclass Other:\n    x: int = 0\n\n@hookimpl\ndef saasops_channels():\n"
        "    yield offer('two_settings', Sender, settings=Settings)\n"
        "    yield offer('two_settings.b', Sender, settings=Other)",
        "plugin.many_settings",
        "Other, Settings",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_plugin_is_reported_and_leaves_the_others_alone(
    install: Install, name: str
) -> None:
    source, code, words = BROKEN[name]
    install(name, source)
    install("pager", offering("pager"))
    rows = Plugins.diagnose({name: {}, "pager": {}})
    assert statuses(rows) == {name: "failed", "pager": "active"}
    with pytest.raises(PluginError) as caught:
        Plugins({name: {}, "pager": {}})
    assert caught.value.code == code
    assert caught.value.context["plugin"] == name
    assert words in str(caught.value)
    assert f"saasops-{name} 1.0" in str(caught.value)
    assert name in caught.value.explain("zh-CN")


def test_every_problem_is_told_at_once(install: Install) -> None:
    install("boom", "import not_there")
    with pytest.raises(PluginError) as caught:
        Plugins({"missing": {}, "boom": {}, "absent": {}})
    assert caught.value.context["plugin"] == "absent"
    notes = caught.value.__notes__
    assert [note.split()[0] for note in notes] == ["boom", "no"]
    assert "no plugin missing" in "".join(traceback.format_exception(caught.value))


def test_a_half_valid_plugin_offers_nothing(install: Install) -> None:
    install("half", offering("half") + "\n@hookimpl\ndef saasops_storages(app): return []")
    builtin = {"own": module(offering("console"))}
    half = next(
        row for row in Plugins.diagnose({"half": {}}, builtin=builtin) if row.name == "half"
    )
    assert (half.status, half.offers) == ("failed", ())


def test_a_module_that_imports_itself_is_not_taken_for_a_hook(install: Install) -> None:
    install("pager", "import saasops_pager.client\n" + offering("pager"))
    assert statuses(Plugins.diagnose({"pager": {}})) == {"pager": "active"}


def test_what_is_built_must_fit_the_port(install: Install) -> None:
    install("pager", offering("pager").replace("def send", "def post"))
    plugins = Plugins({"pager": {}})
    with pytest.raises(PluginError) as caught:
        plugins.channel("pager")
    assert caught.value.code == "plugin.misfit"
    assert "built Sender, which is no Channel; it lacks send" in str(caught.value)


# --- conflicts ---------------------------------------------------------------------------


def test_two_distributions_with_one_name_conflict_before_either_is_imported(
    install: Install,
) -> None:
    install("pager", offering("pager"))
    install("pager", offering("pager"), distribution="other-pager")
    with pytest.raises(PluginError) as caught:
        Plugins({"pager": {}})
    assert caught.value.code == "plugin.claimed_twice"
    assert {"saasops-pager 1.0", "other-pager 1.0"} == set(
        caught.value.context["provider"].split(", ")
    )
    assert not {"saasops_pager", "other_qq"} & sys.modules.keys()


def test_unused_conflicts_are_listed_and_harm_nobody(install: Install) -> None:
    install("pager", offering("pager"))
    install("pager", offering("pager"), distribution="other-pager")
    rows = Plugins({}).reports()
    assert [(row.name, row.provider, row.status) for row in rows] == [
        ("pager", "other-pager 1.0", "available"),
        ("pager", "saasops-pager 1.0", "available"),
    ]


def test_a_plugin_cannot_take_the_name_of_a_built_in_one(install: Install) -> None:
    install("console", offering("console"))
    builtin = {"own": module(offering("console"))}
    assert list(Plugins({}, builtin=builtin).channels) == ["console"]
    with pytest.raises(PluginError) as caught:
        Plugins({"console": {}}, builtin=builtin)
    assert caught.value.code == "plugin.claimed_twice"
    assert caught.value.context["provider"].startswith("saasops-console 1.0, saasops")


def test_a_name_of_another_plugin_cannot_be_taken_by_a_dot(install: Install) -> None:
    install("pager", offering("pager", "pager.work"))
    install("pager.work", offering("pager.work"))
    with pytest.raises(PluginError) as caught:
        Plugins({"pager": {}, "pager.work": {}})
    assert caught.value.code == "plugin.taken"
    assert caught.value.context["first"] == "pager"


def test_a_distribution_that_is_on_the_path_twice_is_one(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("pager", offering("pager"))
    twin = tmp_path / "twin"
    copy = twin / "SaasOps_Pager-1.0.dist-info"
    copy.mkdir(parents=True)
    for file in ("METADATA", "entry_points.txt"):
        text = (tmp_path / "saasops_pager-1.0.dist-info" / file).read_text()
        (copy / file).write_text(text.replace("saasops-pager", "SaasOps_Pager"))
    monkeypatch.syspath_prepend(twin)
    assert statuses(Plugins.diagnose({"pager": {}})) == {"pager": "active"}


def test_an_unreadable_distribution_hides_nothing_but_itself(
    install: Install, tmp_path: Path
) -> None:
    install("pager", offering("pager"))
    install("bad", offering("bad"))
    (tmp_path / "saasops_bad-1.0.dist-info" / "entry_points.txt").write_text("[saasops]\nno sign")
    left = tmp_path / "left-1.0.dist-info"
    left.mkdir()
    (left / "entry_points.txt").write_text("[saasops]\nleft = left")
    assert statuses(Plugins.diagnose({"pager": {}})) == {"pager": "active"}


# --- nothing is shared, nothing is called later ------------------------------------------


def test_two_hosts_do_not_share_plugins_or_settings(install: Install) -> None:
    install("pager", offering("pager"))
    one, two = Plugins({"pager": {"app_id": "1"}}), Plugins({"pager": {"app_id": "2"}})
    assert one.channel("pager").send(MESSAGE).reference == "app 1"
    assert two.channel("pager").send(MESSAGE).reference == "app 2"
    assert not Plugins({}).channels


def test_a_name_is_built_once_and_only_when_used() -> None:
    source = offering("crm").replace(
        "self.settings = settings", "built.append(self)\n        self.settings = settings"
    )
    crm = module("built = []\n" + source)
    plugins = Plugins({"crm": crm})
    assert crm.built == []
    assert plugins.channel("crm") is plugins.channel("crm")
    assert len(crm.built) == 1


def test_a_hook_is_asked_once_and_never_after_construction() -> None:
    crm = module(
        "asked = []\n" + offering("crm").replace("    yield", "    asked.append(1)\n    yield")
    )
    plugins = Plugins({"crm": crm})
    assert crm.asked == [1]
    plugins.channel("crm").send(MESSAGE)
    plugins.observe({"name": "SlotBooked"})
    plugins.reports()
    assert crm.asked == [1]


def test_a_report_can_be_written_down(install: Install) -> None:
    install("boom", "import not_there")
    (row,) = Plugins.diagnose({"boom": {}})
    assert row.error
    assert json.loads(json.dumps(row.error.context))["provider"] == "saasops-boom 1.0"
