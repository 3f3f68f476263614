"""What a host hands in itself, what is built in, and the settings of both."""

import traceback
from collections.abc import Callable
from functools import cached_property
from types import MappingProxyType
from typing import Any

import attrs
import pytest
from plugin_samples import HEAD, Install, module, offering, statuses

from saasops.channels import ConsoleChannel, FileChannel
from saasops.errors import Busy, PluginError
from saasops.plugins import Extension, NoSettings, Plugins, hookimpl, offer
from saasops.ports import Channel
from saasops.testing.contracts.channel import MESSAGE


@attrs.frozen
class Folder:
    folder: str


class Own:
    """What the app layer hands over: offers of any name, built when they are used."""

    @hookimpl
    def saasops_channels(self) -> list[Extension[Channel]]:
        return [
            offer("console", lambda _: ConsoleChannel(), settings=NoSettings),
            offer("file", lambda settings: FileChannel(settings.folder), settings=Folder),
        ]


@attrs.frozen
class Token:
    token: str = attrs.field(repr=False, validator=attrs.validators.min_len(3))
    mode: str = "fast"


class Crm:
    """A host's own object, which has seen the world before it was handed in."""

    def __init__(self, build: Callable[[Token], Any]) -> None:
        self.build = build

    @property
    def costly(self) -> None:
        raise AssertionError("a property was read")

    @cached_property
    def costlier(self) -> None:
        raise AssertionError("a property was read")

    @hookimpl
    def saasops_channels(self) -> list[Extension[Channel]]:
        return [offer("crm", self.build, settings=Token)]


BUILTIN = {"own": Own()}


# --- built in ----------------------------------------------------------------------------


def test_a_built_in_offer_takes_its_settings_from_what_is_named(tmp_path: Any) -> None:
    plugins = Plugins({"file": {"folder": str(tmp_path / "out")}}, builtin=BUILTIN)
    plugins.channel("file").send(MESSAGE)
    assert list((tmp_path / "out").glob("u-1-*.txt"))
    assert statuses(plugins.reports()) == {"console": "active", "file": "active"}


def test_a_built_in_offer_without_settings_needs_no_name() -> None:
    plugins = Plugins({}, builtin=BUILTIN)
    assert isinstance(plugins.channel("console"), ConsoleChannel)
    assert plugins.channels["console"].name == "console"


def test_a_built_in_offer_waits_for_its_settings_and_says_which() -> None:
    plugins = Plugins({}, builtin=BUILTIN)
    assert statuses(plugins.reports()) == {"console": "active", "file": "available"}
    with pytest.raises(PluginError) as caught:
        plugins.channel("file")
    assert caught.value.code == "plugin.wrong_settings"
    assert "file.folder: the key folder is missing" in str(caught.value)


def test_wrong_settings_of_a_built_in_offer_stop_the_start() -> None:
    with pytest.raises(PluginError) as caught:
        Plugins({"file": {"foldr": "out"}}, builtin=BUILTIN)
    assert caught.value.context["plugin"] == "file"
    assert "unknown key foldr; did you mean folder?" in str(caught.value)


def test_a_built_in_plugin_names_its_provider_and_its_offers() -> None:
    row = Plugins({}, builtin=BUILTIN).reports()[0]
    assert row.provider.startswith("saasops")
    assert row.offers == ("saasops_channels: console",)


@pytest.mark.parametrize("source", ["", offering("a", "a", "a"), "saasops_channels = 1"])
def test_a_broken_built_in_plugin_is_a_failure_too(source: str) -> None:
    with pytest.raises(PluginError):
        Plugins({}, builtin={"own": module(source)})


# --- handed in by the host ---------------------------------------------------------------


def test_a_host_may_hand_in_a_module_without_packaging_it() -> None:
    plugins = Plugins({"crm": module(offering("crm"), name="my_app.crm")})
    assert plugins.channel("crm").send(MESSAGE).reference == "app 1"
    assert plugins.reports()[0].provider == "host (my_app.crm)"


@pytest.mark.parametrize("table", [dict, MappingProxyType])
def test_a_host_may_hand_in_an_object_with_its_settings(table: Any) -> None:
    got: list[Token] = []
    crm = Crm(lambda token: got.append(token) or ConsoleChannel())
    plugins = Plugins({"crm": (crm, table({"token": "abc"}))})
    plugins.channel("crm")
    assert got == [Token(token="abc")]
    assert plugins.reports()[0].provider == f"host ({__name__}.Crm)"


def test_a_host_module_is_held_to_the_same_rules() -> None:
    for source, code in (
        (offering("pager"), "plugin.foreign_name"),
        ("", "plugin.nothing_offered"),
        ("def saasops_channels(): ...", "plugin.unmarked_hook"),
    ):
        with pytest.raises(PluginError) as caught:
            Plugins({"crm": module(source)})
        assert caught.value.code == code


def test_a_host_cannot_take_a_name_that_is_installed_or_built_in(install: Install) -> None:
    install("pager", offering("pager"))
    for name in ("pager", "console"):
        with pytest.raises(PluginError) as caught:
            Plugins({name: module(offering(name))}, builtin=BUILTIN)
        assert caught.value.code == "plugin.claimed_twice"
        assert "host (inline)" in str(caught.value)


def test_one_object_cannot_be_two_plugins() -> None:
    crm = module(offering("crm"))
    with pytest.raises(PluginError, match="may offer crm2"):
        Plugins({"crm": crm, "crm2": crm})


def test_a_hook_may_be_a_static_or_a_class_method_or_have_another_name() -> None:
    class Many:
        @staticmethod
        @hookimpl
        def saasops_domain_event(event: Any) -> None:
            heard.append("static")

        @classmethod
        @hookimpl(specname="saasops_domain_event")
        def hear(cls) -> None:
            heard.append("class")

    heard: list[str] = []
    many = Many()
    many.own = hookimpl(specname="saasops_domain_event")(lambda event: heard.append("own"))  # type: ignore[attr-defined] -- as a script would
    Plugins({"crm": many}).observe({})
    assert sorted(heard) == ["class", "own", "static"]


def test_objects_that_are_equal_are_still_two() -> None:
    @attrs.frozen
    class Silent:
        @hookimpl
        def saasops_domain_event(self) -> None:
            pass

    assert statuses(Plugins({"a": Silent(), "b": Silent()}).reports()) == {
        "a": "active",
        "b": "active",
    }


@pytest.mark.parametrize(
    "value", [None, "x", 1, True, [], (), ({}, 1), (1, 2, 3), {1, 2}, (None, {})]
)
def test_what_is_neither_settings_nor_plugin_is_refused(install: Install, value: object) -> None:
    install("pager", offering("pager"))
    with pytest.raises(PluginError) as caught:
        Plugins({"pager": value})
    assert caught.value.code == "plugin.wrong_value"


def test_a_class_is_refused_where_its_object_is_needed() -> None:
    with pytest.raises(PluginError, match="asks for self"):
        Plugins({"crm": Crm})


# --- settings and secrets ----------------------------------------------------------------

WRONG_SETTINGS: dict[str, tuple[dict[Any, object], str]] = {
    "misspelt": ({"ap_id": "hunter2"}, "pager.ap_id: unknown key ap_id; did you mean app_id?"),
    "none": ({"app_id": None}, "pager.app_id: expected text, got nothing"),
    "text for a number": ({"port": "hunter2"}, "pager.port: expected a number, got text"),
    "true for a number": ({"port": True}, "pager.port: expected a number"),
    "no text": ({3: "hunter2"}, "pager.3: unknown key"),
}


@pytest.mark.parametrize("case", WRONG_SETTINGS)
def test_wrong_settings_are_named_by_key(install: Install, case: str) -> None:
    raw, words = WRONG_SETTINGS[case]
    install("pager", offering("pager"))
    with pytest.raises(PluginError) as caught:
        Plugins({"pager": raw})
    assert caught.value.code == "plugin.wrong_settings"
    assert words in str(caught.value)
    assert_silent(caught.value)


FIELDS = (
    "Decimal",
    "date",
    "datetime",
    "timedelta",
    "Literal['a']",
    "tuple[int, ...]",
    "Mapping[str, int]",
    "Inner",
)
VALUES = ("hunter2", ["hunter2"], {"y": "hunter2"}, {3: "hunter2"})


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", VALUES, ids=("text", "list", "table", "numbered"))
def test_no_kind_of_setting_is_quoted(field: str, value: object) -> None:
    head = HEAD.replace(
        "import attrs\n",
        "import attrs\nfrom collections.abc import Mapping\nfrom decimal import Decimal\n"
        "from datetime import date, datetime, timedelta\nfrom typing import Literal\n"
        "@attrs.frozen\nclass Inner:\n    x: int = 1\n",
    )
    source = head.replace("    port: int = 0", f"    port: {field} = None") + offering(
        "crm"
    ).removeprefix(HEAD)
    with pytest.raises(PluginError) as caught:
        Plugins({"crm": (module(source), {"port": value})})
    assert caught.value.code == "plugin.wrong_settings"
    assert_silent(caught.value)


def fails(token: Token) -> Channel:
    raise ValueError(f"no such token: {token.token}")


def fails_in_a_chain(token: Token) -> Channel:
    try:
        return fails(token)
    except ValueError as error:
        raise Busy("storage.busy") from error


def leaves(token: Token) -> Channel:
    raise SystemExit(token.token)


@pytest.mark.parametrize(
    ("build", "raised", "code"),
    [
        (fails, PluginError, "plugin.not_built"),
        (leaves, PluginError, "plugin.not_built"),
        (fails_in_a_chain, Busy, "storage.busy"),
    ],
)
def test_what_fails_while_building_does_not_tell_the_secret(
    build: Any, raised: type[Exception], code: str
) -> None:
    plugins = Plugins({"crm": (Crm(build), {"token": "hunter2"})})
    with pytest.raises(raised) as caught:
        plugins.channel("crm")
    assert caught.value.code == code
    assert_silent(caught.value)


def test_what_failed_once_may_be_built_later() -> None:
    tries: list[int] = []

    def build(_: Token) -> Channel:
        tries.append(1)
        if len(tries) == 1:
            raise OSError
        return ConsoleChannel()

    plugins = Plugins({"crm": (Crm(build), {"token": "hunter2"})})
    with pytest.raises(PluginError, match=f"OSError in {__name__}, line"):
        plugins.channel("crm")
    assert isinstance(plugins.channel("crm"), ConsoleChannel)


def test_the_validators_of_the_author_are_heard_but_not_quoted() -> None:
    with pytest.raises(PluginError, match="crm: expected another value") as caught:
        Plugins({"crm": (Crm(fails), {"token": "hu"})})
    assert_silent(caught.value, secret="'hu'")


def test_nothing_that_is_kept_shows_a_setting() -> None:
    plugins = Plugins({"crm": (Crm(fails), {"token": "hunter2"})})
    shown = f"{plugins!r} {plugins.reports()!r} {plugins.channels['crm']!r} {vars(plugins)!r}"
    shown += repr(plugins._loaded.channels.entries)
    assert "hunter2" not in shown


def assert_silent(error: BaseException, *, secret: str = "hunter2") -> None:
    """Look everywhere an error may carry a value."""
    assert error.__cause__ is None
    assert error.__context__ is None
    shown = "".join(traceback.format_exception(error)) + repr(error.args)
    shown += repr(getattr(error, "context", "")) + error.explain("zh-CN")
    assert secret not in shown


class Everything:
    """A thing for every port, and something that fits none."""

    capabilities = frozenset[str]()

    def migrate(self, tables: Any) -> None: ...
    def close(self) -> None: ...
    def render(self, report: Any, /, *, locale: str) -> Any: ...
    def compile(self, rule: Any, context: Any, /) -> Any: ...
    def problems(self, rule: Any, context: Any, /) -> Any: ...
    def parse(self, text: Any, /) -> Any: ...
    def read(self, question: Any, /) -> Any: ...
    def field(self, question: Any, /) -> Any: ...
    def schema(self, question: Any, /) -> Any: ...

    current = "1"
    index = ("2",)

    def secret(self, id: Any, /) -> Any: ...
    def begin(self, *given: Any, **more: Any) -> Any: ...
    def finish(self, context: Any, params: Any, pending: Any, /) -> Any: ...


class Offers:
    @hookimpl
    def saasops_storages(self) -> Any:
        yield offer("crm", lambda _: Everything(), settings=NoSettings, summary="a store")
        yield offer("crm.wrong", lambda _: 3, settings=NoSettings)

    @hookimpl
    def saasops_report_formats(self) -> Any:
        yield offer("crm", lambda _: Everything(), settings=NoSettings, summary="a format")
        yield offer("crm.wrong", lambda _: 3, settings=NoSettings)

    @hookimpl
    def saasops_capacity_rule_kinds(self) -> Any:
        yield offer("crm", lambda _: Everything(), settings=NoSettings, summary="a kind")
        yield offer("crm.wrong", lambda _: 3, settings=NoSettings)

    @hookimpl
    def saasops_question_kinds(self) -> Any:
        yield offer("crm", lambda _: Everything(), settings=NoSettings, summary="a question")
        yield offer("crm.wrong", lambda _: 3, settings=NoSettings)

    @hookimpl
    def saasops_version_schemes(self) -> Any:
        yield offer("crm", lambda _: Everything(), settings=NoSettings, summary="a scheme")
        yield offer("crm.wrong", lambda _: 3, settings=NoSettings)

    @hookimpl
    def saasops_keyrings(self) -> Any:
        yield offer("crm", lambda _: Everything(), settings=NoSettings, summary="keys")
        yield offer("crm.wrong", lambda _: 3, settings=NoSettings)

    @hookimpl
    def saasops_login_providers(self) -> Any:
        yield offer("crm", lambda _: Everything(), settings=NoSettings, summary="a provider")
        yield offer("crm.wrong", lambda _: 3, settings=NoSettings)


def test_one_name_may_stand_in_several_registries() -> None:
    plugins = Plugins({"crm": Offers()})
    assert isinstance(plugins.storage("crm"), Everything)
    assert isinstance(plugins.report_format("crm"), Everything)
    assert plugins.storages["crm"].summary == "a store"
    assert isinstance(plugins.capacity_rule_kind("crm"), Everything)
    assert plugins.report_formats["crm"].summary == "a format"
    assert plugins.capacity_rule_kinds["crm"].summary == "a kind"
    assert plugins.question_kinds["crm"].summary == "a question"
    assert isinstance(plugins.question_kind("crm"), Everything)
    with pytest.raises(
        PluginError, match="no QuestionKind; it lacks read, problems, field, schema"
    ):
        plugins.question_kind("crm.wrong")
    assert plugins.version_schemes["crm"].summary == "a scheme"
    assert isinstance(plugins.version_scheme("crm"), Everything)
    with pytest.raises(PluginError, match="no VersionScheme; it lacks parse"):
        plugins.version_scheme("crm.wrong")
    assert plugins.keyrings["crm"].summary == "keys"
    assert isinstance(plugins.keyring("crm"), Everything)
    with pytest.raises(PluginError, match="no Keyring; it lacks current, index, secret"):
        plugins.keyring("crm.wrong")
    assert plugins.login_providers["crm"].summary == "a provider"
    assert isinstance(plugins.login_provider("crm"), Everything)
    with pytest.raises(PluginError, match="no LoginProvider; it lacks begin, finish"):
        plugins.login_provider("crm.wrong")
    with pytest.raises(PluginError, match="no CapacityRuleKind; it lacks compile, problems"):
        plugins.capacity_rule_kind("crm.wrong")
    for get, port in ((plugins.storage, "Storage"), (plugins.report_format, "ReportFormat")):
        with pytest.raises(PluginError, match=f"built int, which is no {port}; it lacks"):
            get("crm.wrong")
