"""A provider that does as it is told, and a stage on which people log in by it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import attrs

from saasops import SaasOps
from saasops.app.logins import LoginStep
from saasops.logins.http import HttpReply, HttpRequest
from saasops.logins.policy import LoginPolicy
from saasops.logins.provider import Begun, Claim, LoginContext, Pending, Proof, Redirect
from saasops.people.users import Identity, Union
from saasops.plugins import Extension, NoSettings, hookimpl, offer
from saasops.ports import Channel, LoginProvider, Message
from saasops.testing.fakes import FixedClock, RecordingChannel

AT = datetime(2020, 3, 2, 2, tzinfo=UTC)
CB = "https://example.org/cb"
POLICY = LoginPolicy(providers=("gate", "host", "code"), redirects=(CB,))


class NoNetwork:
    """A network that nobody may ask here."""

    def send(self, request: HttpRequest, /) -> HttpReply:
        raise AssertionError(request)


class Gate:
    """Send everybody away; who comes back with `code=x` is whoever `people` says."""

    def __init__(self) -> None:
        self.people: dict[str, Proof] = {}
        self.on_begin: Callable[[LoginContext], Begun | None] = lambda _: None
        self.on_finish: Callable[[LoginContext], None] = lambda _: None
        self.seen: list[LoginContext] = []

    def knows(self, code: str, subject: str, *, union: str = "", **claims: Any) -> None:
        found = Union("company", union) if union else None
        self.people[code] = Proof(
            identity=Identity("gate", subject, realm="app", union=found),
            claims={
                name: claim if isinstance(claim, Claim) else Claim(value=claim, verified=True)
                for name, claim in claims.items()
            },
            proven_at=AT,
        )

    def begin(self, context: LoginContext, /) -> Begun:
        self.seen.append(context)
        step = self.on_begin(context)
        return step or Redirect(
            url=f"https://gate.example/?state={context.state}", keep={"verifier": context.verifier}
        )

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        self.seen.append(context)
        self.on_finish(context)
        assert pending.kept == {"verifier": context.verifier}
        return attrs.evolve(self.people[params["code"]], proven_at=context.at)


class GatePlugin:
    def __init__(self, gate: Gate, channel: Channel) -> None:
        self.gate, self.channel = gate, channel

    @hookimpl
    def saasops_login_providers(self) -> Iterable[Extension[LoginProvider]]:
        yield offer("gate", lambda _: self.gate, settings=NoSettings)

    @hookimpl
    def saasops_channels(self) -> Iterable[Extension[Channel]]:
        yield offer("gate.out", lambda _: self.channel, settings=NoSettings)


@attrs.define
class Doors:
    """A `SaasOps` where people log in, and the browser of one of them."""

    ops: SaasOps
    clock: FixedClock
    gate: Gate
    channel: RecordingChannel
    browser: str | None = None
    session: str | None = None

    def begin(self, provider: str = "gate", **more: Any) -> LoginStep:
        given = {"redirect_uri": CB, "browser": self.browser} | more
        step = self.ops.logins.begin(provider, **given)
        self.browser = step.browser
        return step

    def finish(self, step: LoginStep, **params: str) -> Any:
        done = self.ops.logins.finish(
            {"state": str(step.attempt), **params}, browser=self.browser, session=self.session
        )
        self.session = done.session
        return done

    def log_in(self, code: str, **more: Any) -> Any:
        return self.finish(self.begin(**more), code=code)

    def new_browser(self) -> None:
        self.browser = self.session = None

    def by_code(self, *, link: str | None = None, **given: str) -> Any:
        step = self.begin("code", given=given, link=link)
        return self.finish(step, code=code_in(self.channel.sent[-1]))


def code_in(message: Message) -> str:
    return "".join(sign for sign in message.body if sign.isdigit())


def doors(where: Any = "memory", *, policy: LoginPolicy | None = POLICY) -> Doors:
    clock, gate, channel = FixedClock(AT), Gate(), RecordingChannel()
    ops = SaasOps.open(
        where,
        plugins={"gate": GatePlugin(gate, channel)},
        channels={"sms": "gate.out", "mail": "gate.out"},
        clock=clock,
        logins=policy,
        transport=NoNetwork(),
    )
    gate.knows("a", "subject-a", nickname="Owl")
    gate.knows("b", "subject-b")
    return Doors(ops, clock, gate, channel)
