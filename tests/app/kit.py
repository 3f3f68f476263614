"""A small campaign in Python, and a stage that plays people, assistants and operators in it."""

import csv
import io
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from saasops import Campaign, Problem, Refused, SaasOps, Text
from saasops.app.campaigns import Campaigns
from saasops.campaigns.definition import Evidence, Goal
from saasops.campaigns.risk import Level, RiskPolicy, RiskRule
from saasops.notices.notice import Notice
from saasops.notices.rules import NoticeRule, Recurring
from saasops.notices.templates import Template
from saasops.people.contacts import Contact
from saasops.people.users import Identity, User
from saasops.plugins import Extension, NoSettings, hookimpl, offer
from saasops.ports import Channel, Message, Receipt
from saasops.predicates import All, Test
from saasops.rewards.rules import Prize, RewardRule, Rewards
from saasops.scheduling.bookings import Booking
from saasops.scheduling.capacity import CapacityRule
from saasops.scheduling.outcomes import Outcome, Result
from saasops.scheduling.slots import FixedSlot, SlotRules
from saasops.storage.tables import CONTACTS, DECLARATIONS, MIGRATIONS, RESPONSES, TABLES
from saasops.surveys.answers import Response
from saasops.surveys.definition import Option, Personal, Question, Survey
from saasops.testing.fakes import KEYS, FixedClock, RecordingChannel
from saasops.threads.posts import Post, Thread
from saasops.versions.releases import Release

REFERENCE = Path(__file__).parents[2] / "examples" / "reference_campaign"
SHANGHAI = ZoneInfo("Asia/Shanghai")
MEDIA = ("mail", "sms", "inbox", "post")
Rows = list[tuple[int, Mapping[str, str | None]]]


def at(day: str, hour: str = "10:00") -> datetime:
    """Return the instant of *hour* on *day* of 2020, as `03-09`, in Shanghai."""
    local = datetime.combine(date.fromisoformat(f"2020-{day}"), time.fromisoformat(hour), SHANGHAI)
    return local.astimezone(UTC)


def on(day: str) -> date:
    return date.fromisoformat(f"2020-{day}")


def both(text: str) -> Text:
    return Text.of({"en": text, "zh-CN": f"{text}（中）"})


def rows(text: str) -> Rows:
    """Read comma-separated *text* into numbered rows."""
    return list(enumerate(csv.DictReader(io.StringIO(text.strip())), 1))


def refusal(command: Callable[[], object]) -> Refused:
    """Run *command*, which must be refused, and return the refusal."""
    with pytest.raises(Refused) as refused:
        command()
    return refused.value


def tried(command: Callable[[], object]) -> Refused | None:
    """Run *command* and return its refusal, or None where it was done."""
    try:
        command()
    except Refused as no:
        return no
    return None


SURVEY = Survey(
    id="small-risk",
    version=1,
    title=both("Risks"),
    questions=(
        Question(id="version", kind="version", text=both("Version")),
        Question(
            id="os",
            kind="single",
            text=both("System"),
            options=tuple(Option(id=id, text=both(id)) for id in ("linux", "windows-2003")),
        ),
        Question(
            id="uses",
            kind="multiple",
            text=both("Uses"),
            required=False,
            other="other",
            options=tuple(Option(id=id, text=both(id)) for id in ("jobs", "logs", "other")),
        ),
        Question(id="slot", kind="slot", text=both("Slot")),
        Question(
            id="address",
            kind="address",
            text=both("Address"),
            required=False,
            personal=Personal(category="address", purpose="shipping"),
        ),
        Question(id="recommend", kind="rating", text=both("Recommend"), required=False),
    ),
)
RISK = RiskPolicy(
    rules=(
        RiskRule(
            id="windows",
            title=both("Windows 2003"),
            when=Test("os", "eq", "windows-2003"),
            tags=("windows",),
            skill="windows",
            steps=(both("Have an administrator ready"),),
        ),
        RiskRule(
            id="logs", title=both("logs"), when=Test("uses", "has", "logs"), hazard=False, depth=1
        ),
    ),
    levels=(
        Level(id="low", title=both("low"), least=0),
        Level(id="high", title=both("high"), least=1, team="deployment"),
    ),
    depths=(
        Level(id="light", title=both("light"), least=0),
        Level(id="deep", title=both("deep"), least=1),
    ),
)
TEMPLATE_BODIES = {
    "risk": "$name: $risk, $version. $steps $unsupported",
    "soon": "$slot, $day, $assistant",
    "changed": "$assistant, $day",
    "reminder": "$name: $theme until $closes",
    "completed": "$name: $target, $thread",
    "refused": "$reason",
    "reward": "$points $prize",
    "reply": "$campaign",
    "public": "$theme",
    "next": "$version",
}
BOOKED = Test("state", "eq", "confirmed")
NOTICES = (
    NoticeRule(id="risk", medium="mail", template="risk", after=("risk.assessed",)),
    NoticeRule(
        id="soon",
        medium="sms",
        template="soon",
        after=("slot.booked", "booking.rescheduled"),
        before_slot=timedelta(7),
        when=BOOKED,
    ),
    NoticeRule(
        id="changed", medium="sms", template="changed", after=("booking.reassigned",), when=BOOKED
    ),
    NoticeRule(
        id="reminder",
        medium="mail",
        template="reminder",
        every=Recurring(opens=on("03-02"), closes=on("03-30")),
        when=All((Test("invited", "eq", value=True), Test("upgraded", "eq", value=False))),
    ),
    NoticeRule(id="completed", medium="mail", template="completed", after=("upgrade.completed",)),
    NoticeRule(
        id="refused",
        medium="mail",
        template="refused",
        after=("check_in.verified",),
        when=Test("checked_in", "eq", value=False),
    ),
    NoticeRule(id="reward", medium="mail", template="reward", after=("reward.granted",)),
    NoticeRule(id="reply", medium="inbox", template="reply", after=("reply.published",)),
    NoticeRule(
        id="public",
        medium="post",
        template="public",
        audience="public",
        every=Recurring(opens=on("03-02"), closes=on("03-30"), days=14),
    ),
    NoticeRule(
        id="next",
        medium="mail",
        template="next",
        after=("outcome.recorded",),
        when=All((Test("state", "eq", "served"), Test("upgraded", "eq", value=False))),
    ),
)
REWARDS = Rewards(
    budget=Decimal("200.00"),
    shipping=Decimal("15.00"),
    completed="upgrade",
    prizes=(
        Prize(id="doll", title=both("doll"), stock=3, cost=Decimal("35.00")),
        Prize(id="bank", title=both("power bank"), stock=5),
    ),
    rules=(
        RewardRule(id="upgrade", thing="upgrade", points=300, prize="doll"),
        RewardRule(id="first", thing="upgrade", prize="bank", first=2),
        RewardRule(id="article", thing="article", points=50),
    ),
)
SMALL = Campaign(
    id="small",
    title=both("Small campaign"),
    theme=both("Upgrade"),
    product="core",
    target="5.1",
    opens=on("03-02"),
    closes=on("03-31"),
    unsupported_from=on("04-01"),
    goal=Goal(participants=5),
    survey=SURVEY,
    risk=RISK,
    evidence=Evidence(thread="t1", title=both("Check in")),
    # Three slots and no generated weeks: 8, 8 and 4 places of the general team.
    slots=SlotRules(
        calendar="weekends",
        duty_saturdays=False,
        least_days=9,
        fixed=(
            FixedSlot(id="early", opens=on("03-09"), closes=on("03-10")),
            FixedSlot(id="middle", opens=on("03-11"), closes=on("03-12")),
            FixedSlot(id="late", opens=on("03-13"), closes=on("03-13")),
        ),
    ),
    capacity_rules=(
        CapacityRule(id="general", team="general", limit=2),
        CapacityRule(id="deployment", team="deployment", limit=1),
    ),
    notices=NOTICES,
    templates=tuple(
        Template(id=id, subject=both(id), body=both(body)) for id, body in TEMPLATE_BODIES.items()
    ),
    rewards=REWARDS,
)
ASSISTANTS = """assistant,name,team,limit_a_day,working_days
a1,Ada,general,,mon-fri
a2,Bob,general,,mon-fri
d1,Cid,deployment,,mon-fri
"""
SLOTS = ("early", "middle", "late")


class HostPlugin:
    """A host's own plugin object: its channels, as `host.<name>`, and an ear for events."""

    def __init__(self, **channels: Channel) -> None:
        self.heard: list[Mapping[str, Any]] = []
        self.on_event: Callable[[Mapping[str, Any]], None] = lambda _: None
        self._channels = channels

    @hookimpl
    def saasops_channels(self) -> Iterable[Extension[Channel]]:
        for name, channel in self._channels.items():
            yield offer(f"host.{name}", lambda _, c=channel: c, settings=NoSettings)

    @hookimpl
    def saasops_domain_event(self, event: Mapping[str, Any]) -> None:
        self.on_event(event)
        self.heard.append(event)


class Crash(BaseException):
    """The process dies here: nothing in the library may catch it."""


class DyingChannel(RecordingChannel):
    """Take a message and die, once for each time it is told to."""

    def __init__(self, *, idempotent: bool = True, deaths: int = 0) -> None:
        super().__init__(idempotent=idempotent)
        self.deaths = deaths
        self.times = 0

    def send(self, message: Message, /) -> Receipt:
        self.times += 1
        receipt = super().send(message)
        if self.deaths:
            self.deaths -= 1
            raise Crash
        return receipt


@attrs.define
class Stage:
    """A `SaasOps` with the small campaign, and short names for what people do in it."""

    ops: SaasOps
    clock: FixedClock
    channel: RecordingChannel
    host: HostPlugin
    id: str = "small"
    posts: int = 0

    @property
    def campaign(self) -> Campaigns:
        return self.ops.campaign(self.id)

    def user(self, id: str, **contact: str | None) -> str:
        """Register *id* with a mail and a phone unless *contact* says otherwise."""
        number = sum(map(ord, id)) % 10_000
        known = {"mail": f"{id}@example.org", "phone": f"+861640000{number:04d}"} | contact
        self.ops.people.register(
            User(id=id, nickname=f"nick-{id}"),
            identities=(Identity("qq", f"9000{id}"),),
            contact=Contact(user=id, **known),
        )
        return id

    def answer(self, id: str, *, slot: str = "early", **answers: Any) -> None:
        given = {"version": "5.0", "os": "linux", "slot": slot} | answers
        self.campaign.survey.submit(id, given)

    def answered(self, id: str, *, slot: str = "early", **answers: Any) -> str:
        self.user(id)
        self.answer(id, slot=slot, **answers)
        return id

    def booked(self, id: str, slot: str = "early", **answers: Any) -> Booking:
        self.answered(id, slot=slot, **answers)
        return self.campaign.schedule.book(id, slot)

    def outcome(self, id: str, result: Result = "succeeded", **changes: Any) -> Outcome:
        booking = self.campaign.schedule.booking(id)
        values: dict[str, Any] = {
            "campaign": self.id,
            "user": id,
            "attempt": len(self.campaign.schedule.outcomes(id)) + 1,
            "result": result,
            "slot": booking.slot if booking else "early",
            "day": booking.day if booking else on("03-09"),
            "assistant": booking.assistant if booking else "a1",
            "version_before": "5.0",
            "version_reached": "5.1" if result == "succeeded" else None,
            "reported_at": self.clock(),
        }
        return Outcome(**values | changes)

    def report(self, id: str, result: Result = "succeeded", **changes: Any) -> str:
        return self.campaign.schedule.report_outcome(self.outcome(id, result, **changes))

    def upgraded(self, id: str, slot: str = "early") -> str:
        self.booked(id, slot)
        self.report(id)
        return id

    def check_in(self, id: str, **changes: Any) -> Post:
        self.campaign.threads.open(
            Thread(campaign=self.id, id="t1", title="t", author="operator", created_at=self.clock())
        )
        self.posts += 1
        values: dict[str, Any] = {
            "campaign": self.id,
            "thread": "t1",
            "id": f"p{self.posts:03d}",
            "author": id,
            "text": "done",
            "images": ("shot.png",),
            "check_in": True,
            "posted_at": self.clock(),
        }
        post = Post(**values | changes)
        self.campaign.threads.post(post)
        return post

    def checked_in(self, id: str) -> Post:
        return self.campaign.threads.verify(self.check_in(id).id, "accepted")

    def rewarded(self, id: str) -> str:
        self.upgraded(id)
        self.checked_in(id)
        return id

    def notices(self, id: str, rule: str) -> list[Notice]:
        return [one for one in self.campaign.notices.of(id) if one.rule == rule]

    def sent(self, rule: str) -> list[str]:
        """Return who was sent a notice of *rule*, in order."""
        return [m.recipient for m in self.channel.sent if m.id.split("/")[1] == rule]

    def until(self, day: str, hour: str = "10:00") -> None:
        self.clock.set(at(day, hour))


def staged(
    where: str | Path = "memory",
    *,
    campaign: Campaign = SMALL,
    channel: RecordingChannel | None = None,
    clock: FixedClock | None = None,
    tenant: str = "default",
) -> Stage:
    """Open *where*, launch *campaign* and bring in releases and assistants."""
    stage = opened(where, channel=channel, clock=clock, tenant=tenant)
    stage.id = campaign.id
    for number, name in enumerate(("4.1", "5.0", "5.1")):
        released = date(2018 + number, 1, 1) if number else None
        stage.ops.versions.publish(Release(product="core", name=name, released_on=released))
    stage.ops.launch(campaign)
    stage.campaign.schedule.import_assistants(rows(ASSISTANTS))
    return stage


def opened(
    where: str | Path = "memory",
    *,
    channel: RecordingChannel | None = None,
    clock: FixedClock | None = None,
    tenant: str = "default",
) -> Stage:
    """Open *where* as it is."""
    sender = channel if channel is not None else RecordingChannel()
    host, time = HostPlugin(out=sender), clock or FixedClock(at("02-24"))
    ops = SaasOps.open(
        where,
        plugins={"host": host},
        channels=dict.fromkeys(MEDIA, "host.out"),
        keys=KEYS,
        clock=time,
        tenant=tenant,
    )
    return Stage(ops=ops, clock=time, channel=sender, host=host)


def contact_of(ops: SaasOps, user: str) -> Contact:
    """Return the contact data of *user* as they are, unmasked."""
    return ops.run(
        lambda work: work.load(CONTACTS, user) or Contact(user=user), actor="test", write=False
    )


def responses_of(ops: SaasOps) -> list[Response]:
    """Return all responses as they are."""
    return ops.run(lambda work: list(work.each(RESPONSES, {})), actor="test", write=False)


def everything(ops: SaasOps) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of all tables but the schema's own, with their revisions.

    That `tick` looked for ends of support is no news: that row, without a product, is left out.
    """
    tables = [table for table in TABLES if table not in (DECLARATIONS, MIGRATIONS)]
    return ops.run(
        lambda work: {
            table.name: [row for row in work.rows(table, {}) if row.get("product") != ""]
            for table in tables
        },
        actor="test",
        write=False,
    )


@contextmanager
def nothing_changes(ops: SaasOps) -> Generator[None, None, None]:
    """Fail if anything at all is written inside."""
    before = everything(ops)
    yield
    assert everything(ops) == before


def counters(stage: Stage) -> dict[tuple[str, str], tuple[int, int]]:
    """Return (used, limit) of every place, by assistant and day as `03-09`."""
    return {
        (place.assistant, f"{place.day:%m-%d}"): (used, place.cap)
        for place, used in stage.campaign.schedule.load()
    }


def problems_of(found: Iterable[Problem]) -> list[tuple[str, str]]:
    return [(one.where, one.code) for one in found]


def dying_at(stage: Stage, monkeypatch: pytest.MonkeyPatch, call: int, *, after: bool) -> bool:
    """Tick, and die at the *call*th transaction; tell whether the job got so far."""
    run, calls = stage.ops.run, 0

    def dying(step: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call and not after:
            raise Crash
        result = run(step, **more)
        if calls == call:
            raise Crash
        return result

    with monkeypatch.context() as patch:
        patch.setattr(stage.ops, "run", dying)
        with suppress(Crash):
            stage.ops.tick()
    return calls >= call
