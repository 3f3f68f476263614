"""Hooks are documented by plugins that work, and authors' mistakes are found by type checkers."""

import inspect
import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from textwrap import dedent
from typing import Any

import attrs
import pytest
from plugin_samples import module

import saasops
from saasops.errors import LoginFailed, PluginError, Refused
from saasops.plugins import Plugins, hookspecs
from saasops.plugins.checks import HOOKS
from saasops.texts.plugins import TEXTS
from saasops.versions.version import Unrecognised

HERE = Path(__file__).parent
SRC = Path(saasops.__file__).parent.parent


def example(hook: str) -> str:
    _, found, source = (getattr(hookspecs, hook).__doc__ or "").partition("For example:\n")
    assert found
    return dedent(source)


@pytest.mark.parametrize("hook", HOOKS)
def test_the_example_of_every_hook_is_a_plugin_that_loads(hook: str) -> None:
    made = module(example(hook), name="example_plugin")
    settings = {name: "x" for name in ("dsn", "token") if f"    {name}: str" in example(hook)}
    plugins = Plugins({"example": (made, settings)})
    assert plugins.reports()[0].status == "active"
    assert re.search(rf"@hookimpl\ndef {hook}\(", example(hook))
    plugins.observe({"name": "SlotBooked"})


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_typed_as_its_example_is(hook: str) -> None:
    signature = inspect.signature(getattr(hookspecs, hook))
    assert inspect.signature(getattr(module(example(hook)), hook)) == signature
    assert signature.return_annotation is not signature.empty


def test_the_example_of_a_channel_sends_and_that_of_a_report_renders() -> None:
    from saasops.testing.contracts.channel import MESSAGE

    made = module(example("saasops_channels"))
    channel = Plugins({"example": (made, {"token": "x"})}).channel("example")
    assert channel.send(MESSAGE).message == MESSAGE.id
    made = module(example("saasops_report_formats"))
    written = Plugins({"example": made}).report_format("example").render("report", locale="en")
    assert [document.content for document in written] == [b"report"]


def test_the_example_of_a_capacity_rule_kind_limits() -> None:
    from saasops.scheduling.assistants import Assistant
    from saasops.scheduling.rules import CapacityRule, RuleContext
    from saasops.scheduling.slots import Slot

    made = module(example("saasops_capacity_rule_kinds"))
    kind = Plugins({"example": made}).capacity_rule_kind("example")
    slot = Slot(id="s", kind="fixed", days=(date(2020, 2, 3),))
    context = RuleContext.of((Assistant(id="a", name="", team="t"),), (slot,), {})
    found = list(kind.compile(CapacityRule(id="r", kind="example"), context))
    assert {(one.rule, one.most) for one in found} == {("r", 0)}


def test_the_example_of_a_version_scheme_reads() -> None:
    made = module(example("saasops_version_schemes"))
    scheme = Plugins({"example": made}).version_scheme("example")
    assert scheme.parse("build 9") < scheme.parse("build10")
    assert scheme.parse("latest") == Unrecognised("latest")


def test_the_example_of_a_question_kind_reads() -> None:
    from saasops.surveys.definition import Question
    from saasops.surveys.kinds import Reading
    from saasops.values import Text

    made = module(example("saasops_question_kinds"))
    kind = Plugins({"example": made}).question_kind("example")
    read = kind.read(Question(id="q", kind="example", text=Text.of("Postcode")))
    assert read(" 518000 ", Reading()) == "518000"
    assert getattr(read("５１８０００", Reading()), "code", None) == "survey.wrong_type"


def test_the_example_of_a_keyring_has_secrets() -> None:
    from saasops.vault.sealing import Vault

    made = module(example("saasops_keyrings"))
    keys = Plugins({"example": (made, {"token": "x"})}).keyring("example")
    kept, key = Vault(keys, "default").make("user/u-1")
    assert kept.under == "2026"
    assert key.open(key.seal("x", place="p"), place="p") == "x"
    with pytest.raises(Refused):
        keys.secret("1999")


def test_the_example_of_a_login_provider_vouches() -> None:
    from saasops.logins.provider import Done, LoginContext, Pending, Unavailable

    made = module(example("saasops_login_providers"))
    provider = Plugins({"example": made}).login_provider("example")
    at = datetime(2026, 11, 22, tzinfo=UTC)
    nobody = LoginContext(
        at=at, http=Silent(), state="s", nonce="n", verifier="v", redirect_uri="https://a.example/"
    )
    ada = attrs.evolve(nobody, principal={"badge": "7"})
    assert provider.begin(nobody) == Unavailable(code="login.no_principal")
    begun = provider.begin(ada)
    assert isinstance(begun, Done)
    assert begun.proof.identity.subject == "7"
    with pytest.raises(LoginFailed):
        provider.finish(ada, {}, Pending(begun_at=at))


class Silent:
    """The network that nobody may ask."""

    def send(self, request: Any, /) -> Any:
        raise AssertionError(request)


def test_what_a_hook_may_say_is_said_in_both_languages() -> None:
    names = [[set(re.findall(r"{(\w+)}", text)) for text in pair] for pair in TEXTS.values()]
    assert all(english == chinese for english, chinese in names)


def test_every_code_that_is_raised_has_its_words() -> None:
    sources = [*(SRC / "saasops/plugins").glob("*.py"), *(SRC / "saasops/channels").glob("*.py")]
    used = {
        code
        for path in sources
        for code in re.findall(r'"((?:plugin|channel)\.\w+)"', path.read_text())
    }
    assert used == set(TEXTS)


def test_importing_the_room_imports_nothing_heavy() -> None:
    heavy = "{'hypothesis', 'pytest', 'sqlite3', 'duckdb', 'rich'}"
    code = "import sys, saasops.channels, saasops.plugins; "
    subprocess.run(
        [sys.executable, "-c", f"{code}assert not {heavy} & sys.modules.keys()"], check=True
    )


def test_an_unknown_name_has_an_error_of_plugins() -> None:
    none = Plugins({})
    for get in (
        none.storage,
        none.channel,
        none.report_format,
        none.capacity_rule_kind,
        none.version_scheme,
        none.question_kind,
        none.keyring,
        none.login_provider,
    ):
        with pytest.raises(PluginError) as caught:
            get("nowhere")
        assert caught.value.context["loaded"] == "-"


# --- type checkers -----------------------------------------------------------------------


def wrong_lines(path: Path) -> set[int]:
    lines = path.read_text().splitlines()
    return {number for number, line in enumerate(lines, 1) if line.endswith("# wrong")}


@pytest.fixture
def cache(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Keep a checker's cache between runs, where pytest has one."""
    kept: Any = getattr(request.config, "cache", None)
    return Path(kept.mkdir("mypy")) if kept else tmp_path


AUTHORS = (HERE / "authors" / "good_plugin.py", HERE / "authors" / "wrong_plugin.py")


def test_mypy_finds_wrong_offers_in_the_authors_own_file(cache: Path) -> None:
    run = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={cache}"]
    done = subprocess.run([*run, *AUTHORS], capture_output=True, text=True, check=False)
    good, wrong = AUTHORS
    assert good.name not in done.stdout
    found = {int(n) for n in re.findall(rf"{wrong.name}:(\d+): error", done.stdout)}
    assert found == wrong_lines(wrong), done.stdout + done.stderr


def test_pyright_finds_wrong_offers_in_the_authors_own_file(tmp_path: Path) -> None:
    if not shutil.which("pyright", path=Path(sys.executable).parent):
        pytest.skip("pyright is not installed")
    for author in AUTHORS:
        shutil.copy(author, tmp_path)
    config = {"include": ["."], "typeCheckingMode": "strict", "extraPaths": [str(SRC)]}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(config))
    run = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run([*run, "-p", tmp_path], capture_output=True, text=True, check=False)
    wrong = AUTHORS[1]
    found = [
        (Path(one["file"]).name, one["range"]["start"]["line"] + 1)
        for one in json.loads(done.stdout)["generalDiagnostics"]
        if one["severity"] == "error"
    ]
    assert set(found) == {(wrong.name, line) for line in wrong_lines(wrong)}, done.stdout
