"""Every hook that saasops calls. A hook offers; it does not act.

What becomes of an offer is left to `saasops.plugins.loader`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from saasops.plugins.extension import Extension
from saasops.plugins.marks import hookspec
from saasops.ports import CapacityRuleKind, Channel, ReportFormat, Storage


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
