"""Every hook that saasops calls. A hook offers; it does not act.

What becomes of an offer is left to `saasops.plugins.loader`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from saasops.plugins.extension import Extension
from saasops.plugins.marks import hookspec
from saasops.ports import (
    CapacityRuleKind,
    Channel,
    Keyring,
    LoginProvider,
    QuestionKind,
    ReportFormat,
    Storage,
    VersionScheme,
)


@hookspec
def saasops_storages() -> Iterable[Extension[Storage]]:
    """Offer places to keep the tables in.

    For example:

        import attrs
        from collections.abc import Iterable
        from saasops.plugins import Extension, hookimpl, offer
        from saasops.ports import Storage

        @attrs.frozen
        class Settings:
            dsn: str = attrs.field(repr=False)

        def connect(settings: Settings) -> Storage:
            raise NotImplementedError

        @hookimpl
        def saasops_storages() -> Iterable[Extension[Storage]]:
            yield offer("example", connect, settings=Settings, summary="our own database")

    """
    raise NotImplementedError


@hookspec
def saasops_channels() -> Iterable[Extension[Channel]]:
    """Offer ways to deliver messages.

    For example:

        import attrs
        from collections.abc import Iterable
        from saasops.plugins import Extension, hookimpl, offer
        from saasops.ports import Channel, Message, Receipt

        @attrs.frozen
        class Settings:
            token: str = attrs.field(repr=False)

        class Pager:
            idempotent = False

            def __init__(self, settings: Settings) -> None:
                self._settings = settings

            def send(self, message: Message, /) -> Receipt:
                return Receipt(message=message.id, reference="page-1")

        @hookimpl
        def saasops_channels() -> Iterable[Extension[Channel]]:
            yield offer("example", Pager, settings=Settings, summary="our own pagers")

    """
    raise NotImplementedError


@hookspec
def saasops_report_formats() -> Iterable[Extension[ReportFormat]]:
    """Offer ways to write a report down.

    For example:

        from collections.abc import Iterable
        from typing import Any
        from saasops.plugins import Extension, NoSettings, hookimpl, offer
        from saasops.ports import Document, ReportFormat

        class Plain:
            def __init__(self, settings: NoSettings) -> None:
                pass

            def render(self, report: Any, /, *, locale: str) -> Iterable[Document]:
                content = str(report).encode()
                yield Document(name="report.txt", media_type="text/plain", content=content)

        @hookimpl
        def saasops_report_formats() -> Iterable[Extension[ReportFormat]]:
            yield offer("example", Plain, settings=NoSettings, summary="plain text")

    """
    raise NotImplementedError


@hookspec
def saasops_capacity_rule_kinds() -> Iterable[Extension[CapacityRuleKind]]:
    """Offer kinds of capacity rules; a rule asks for one by its `kind`.

    For example:

        from collections.abc import Iterable
        from saasops.errors import Problem
        from saasops.plugins import Extension, NoSettings, hookimpl, offer
        from saasops.ports import CapacityRuleKind
        from saasops.scheduling.planner.instance import Limit
        from saasops.scheduling.rules import CapacityRule, RuleContext

        class Closed:
            def __init__(self, settings: NoSettings) -> None:
                pass

            def compile(self, rule: CapacityRule, context: RuleContext, /) -> Iterable[Limit]:
                for days in context.spans_of(rule):
                    for group in context.groups_of(rule):
                        yield Limit(rule=rule.id, most=0, assistants=group, days=days)

            def problems(self, rule: CapacityRule, context: RuleContext, /) -> Iterable[Problem]:
                return ()

        @hookimpl
        def saasops_capacity_rule_kinds() -> Iterable[Extension[CapacityRuleKind]]:
            yield offer("example", Closed, settings=NoSettings, summary="nobody is served")

    """
    raise NotImplementedError


@hookspec
def saasops_version_schemes() -> Iterable[Extension[VersionScheme]]:
    """Offer ways to read version texts; a product asks for one by its `scheme`.

    For example:

        from collections.abc import Iterable
        from saasops.plugins import Extension, NoSettings, hookimpl, offer
        from saasops.ports import VersionScheme
        from saasops.versions.version import Unrecognised, Version

        class Builds:
            def __init__(self, settings: NoSettings) -> None:
                pass

            def parse(self, text: str, /) -> Version | Unrecognised:
                number = text.strip().removeprefix("build").strip()
                if not (number.isascii() and number.isdigit()) or len(number) > 9:
                    return Unrecognised(text)
                place = int(number)
                canonical = f"build {place}"
                return Version(raw=text, place=place, canonical=canonical, scheme="example")

        @hookimpl
        def saasops_version_schemes() -> Iterable[Extension[VersionScheme]]:
            yield offer("example", Builds, settings=NoSettings, summary="numbers of builds")

    """
    raise NotImplementedError


@hookspec
def saasops_question_kinds() -> Iterable[Extension[QuestionKind]]:
    """Offer kinds of questions; a question asks for one by its `kind`.

    For example:

        import re
        from collections.abc import Iterable, Mapping
        from typing import Any
        from saasops.errors import Problem
        from saasops.plugins import Extension, NoSettings, hookimpl, offer
        from saasops.ports import QuestionKind
        from saasops.predicates import Field
        from saasops.surveys.definition import Question
        from saasops.surveys.kinds import Answer, Read, Reading

        class Postcode:
            def __init__(self, settings: NoSettings) -> None:
                pass

            def read(self, question: Question, /) -> Read:
                def read(given: Any, reading: Reading) -> Answer | Problem:
                    if isinstance(given, str) and re.fullmatch("[0-9]{6}", given.strip()):
                        return given.strip()
                    context = {"question": question.id, "expected": "six digits"}
                    return Problem(question.id, "survey.wrong_type", context)

                return read

            def problems(self, question: Question, /) -> Iterable[Problem]:
                return ()

            def field(self, question: Question, /) -> Field:
                return Field(type="text")

            def schema(self, question: Question, /) -> Mapping[str, Any]:
                return {"type": "string", "pattern": "^[0-9]{6}$"}

        @hookimpl
        def saasops_question_kinds() -> Iterable[Extension[QuestionKind]]:
            yield offer("example", Postcode, settings=NoSettings, summary="postcodes of China")

    """
    raise NotImplementedError


@hookspec
def saasops_keyrings() -> Iterable[Extension[Keyring]]:
    """Offer places to fetch the keys of personal data from, such as a key management system.

    For example:

        import attrs
        from collections.abc import Iterable, Sequence
        from saasops.errors import Refused
        from saasops.plugins import Extension, hookimpl, offer
        from saasops.ports import Keyring

        @attrs.frozen
        class Settings:
            token: str = attrs.field(repr=False)

        def fetched(token: str) -> dict[str, bytes]:
            return {"2026": bytes(range(32)), "index-1": bytes(range(32, 64))}

        class Fetched:
            current = "2026"
            index: Sequence[str] = ("index-1",)

            def __init__(self, settings: Settings) -> None:
                self._secrets = fetched(settings.token)

            def secret(self, id: str, /) -> bytes:
                if id not in self._secrets:
                    raise Refused("keys.unknown", id=id)
                return self._secrets[id]

        @hookimpl
        def saasops_keyrings() -> Iterable[Extension[Keyring]]:
            yield offer("example", Fetched, settings=Settings, summary="our own key store")

    """
    raise NotImplementedError


@hookspec
def saasops_login_providers() -> Iterable[Extension[LoginProvider]]:
    """Offer parties that vouch for people; a login asks for one by its name.

    For example:

        from collections.abc import Iterable, Mapping
        from saasops.errors import LoginFailed
        from saasops.logins.provider import Done, LoginContext, Pending, Proof, Unavailable
        from saasops.people.users import Identity
        from saasops.plugins import Extension, NoSettings, hookimpl, offer
        from saasops.ports import LoginProvider

        class Badge:
            def __init__(self, settings: NoSettings) -> None:
                pass

            def begin(self, context: LoginContext, /) -> Done | Unavailable:
                number = (context.principal or {}).get("badge")
                if number is None:
                    return Unavailable(code="login.no_principal")
                identity = Identity(provider="example", subject=number)
                return Done(proof=Proof(identity=identity, proven_at=context.at))

            def finish(
                self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
            ) -> Proof:
                raise LoginFailed("login.no_second_step", provider="example")

        @hookimpl
        def saasops_login_providers() -> Iterable[Extension[LoginProvider]]:
            yield offer("example", Badge, settings=NoSettings, summary="badges of our doors")

    """
    raise NotImplementedError


@hookspec
def saasops_domain_event(event: Mapping[str, Any]) -> None:
    """Hear of every domain event, after it was committed; the result is ignored.

    *event* has id, name, at, actor, campaign, user and body, and is the observer's own copy.
    What an observer raises is logged by its class and stops nobody else.

    For example:

        from collections.abc import Mapping
        from typing import Any
        from saasops.plugins import hookimpl

        heard: list[str] = []

        @hookimpl
        def saasops_domain_event(event: Mapping[str, Any]) -> None:
            heard.append(event["name"])

    """
    raise NotImplementedError
