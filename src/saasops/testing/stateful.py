"""One campaign under random commands, checked after every step against what must never break.

`CampaignMachine` runs on any storage: override `make_storage`, or call
`run_campaign_machine`.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from saasops.app.ops import SaasOps
from saasops.app.work import Work
from saasops.clock import instant
from saasops.errors import ProviderError, Refused
from saasops.people.contacts import Contact
from saasops.people.users import Identity, User
from saasops.plugins import Plugins
from saasops.ports import Storage
from saasops.scheduling.assistants import Absence, Assistant
from saasops.scheduling.outcomes import RESULTS, Outcome, Result
from saasops.storage.memory import MemoryStorage
from saasops.storage.tables import ASSISTANTS, TABLES
from saasops.testing.fakes import KEYS, FixedClock, RecordingChannel
from saasops.testing.host_plugin import ChannelPlugin
from saasops.testing.invariants import check_campaign
from saasops.testing.samples import sample_campaign
from saasops.threads.posts import Post, Thread, Verdict
from saasops.versions.releases import Release

USERS = tuple(f"u{n}" for n in range(6))
ASSISTANT_IDS = ("asst-1", "asst-2", "depl-1")
MEDIA = ("mail", "sms", "inbox", "post")
_OPENS = date(2020, 2, 3)
_TIGHT: dict[str, Any] = {
    "slots": {
        "calendar": "weekends",
        "duty_saturdays": False,
        "least_days": 9,
        "fixed": [
            {"id": "monday", "opens": _OPENS, "closes": _OPENS},
            {"id": "rest", "opens": _OPENS + timedelta(1), "closes": _OPENS + timedelta(2)},
        ],
    },
    "capacity_rules": [
        {"id": "general", "team": "general", "limit": 1},
        {"id": "deployment", "team": "deployment", "limit": 1},
    ],
}
users = st.sampled_from(USERS)


class CampaignMachine(RuleBasedStateMachine):
    """Random commands by users, assistants and operators; the clock only moves forward."""

    def make_storage(self) -> Storage:
        """Return an empty storage; a subclass may bring its own."""
        return MemoryStorage()

    def __init__(self) -> None:
        super().__init__()
        campaign = sample_campaign(**_TIGHT)
        self.clock = FixedClock(instant(date(2020, 1, 20), campaign.notices[0].at, campaign.where))
        self.channel = RecordingChannel(idempotent=False)
        storage = self.make_storage()
        storage.migrate(TABLES)
        self.ops = SaasOps(
            storage,
            plugins=Plugins({"recording": ChannelPlugin(self.channel)}),
            channels=dict.fromkeys(MEDIA, "recording"),
            keys=KEYS,
            clock=self.clock,
        )
        for name in ("4.1.16", "5.1"):
            self.ops.versions.publish(Release(product="bkce", name=name))
        self.campaign = self.ops.launch(campaign)
        self.ops.run(_staff, actor="operator")
        self.campaign.schedule.refresh()
        self.slots = [slot.id for slot in self.campaign.schedule.slots()]
        for n, user in enumerate(USERS):
            self.ops.people.register(
                User(id=user, nickname=user),
                identities=(Identity("qq", f"90000000000{n}"),),
                contact=Contact(
                    user=user, mail=f"{user}@example.org" if n else None, postal_address="x"
                ),
            )
            self.campaign.invite(user, via="mail")
        self.campaign.threads.open(
            Thread(
                campaign="sample", id="t1", title="t", author="operator", created_at=self.clock()
            )
        )
        self.posts = 0
        self._fill()

    def _fill(self) -> None:
        """Begin in the middle: from an empty start, few runs come to a full slot or a reward."""
        for n, user in enumerate(USERS):
            os = "windows-2003" if n == 5 else "linux"
            self.answer(user, os, n % 2)
        for user in USERS[:4]:
            self._try(partial(self.campaign.schedule.book, user, "monday"))
        for user in USERS[1:4]:
            self._try(partial(self.campaign.schedule.book, user, "rest"))
        self.report(USERS[0], "succeeded", skip=False)
        self.ops.tick()

    @rule(user=users, os=st.sampled_from(["linux", "windows-2003"]), pick=st.integers(0, 1))
    def answer(self, user: str, os: str, pick: int) -> None:
        """Answer or answer otherwise."""
        answers = {"version": "4.1.16", "os": os, "slot": self.slots[pick]}
        self.campaign.survey.submit(user, answers)

    @rule(user=users, pick=st.integers(0, 1))
    def book(self, user: str, pick: int) -> None:
        """Book, again or anew."""
        self._try(partial(self.campaign.schedule.book, user, self.slots[pick]))

    @rule(user=users, pick=st.integers(0, 1))
    def reschedule(self, user: str, pick: int) -> None:
        """Move to a slot."""
        self._try(partial(self.campaign.schedule.reschedule, user, self.slots[pick]))

    @rule(user=users)
    def cancel(self, user: str) -> None:
        """Give a place back."""
        self._try(partial(self.campaign.schedule.cancel, user))

    @rule(user=users)
    def withdraw(self, user: str) -> None:
        """Leave."""
        self._try(partial(self.campaign.withdraw, user))

    @rule(who=st.sampled_from(ASSISTANT_IDS), first=st.integers(0, 2), days=st.integers(0, 1))
    def absent(self, who: str, first: int, days: int) -> None:
        """Send an assistant away; whoever is moved or not is found by the invariants."""
        opens = _OPENS + timedelta(first)
        absence = Absence(
            assistant=who, opens=opens, closes=opens + timedelta(days), known_at=self.clock()
        )
        self.campaign.schedule.absent(absence)

    @rule(user=users, result=st.sampled_from(RESULTS), skip=st.booleans())
    def report(self, user: str, result: Result, skip: bool) -> None:  # noqa: FBT001 -- drawn
        """Report a visit, sometimes one too early."""
        booking = self.campaign.schedule.booking(user)
        attempts = len(self.campaign.schedule.outcomes(user))
        outcome = Outcome(
            campaign="sample",
            user=user,
            attempt=attempts + 1 + skip,
            result=result,
            slot=booking.slot if booking else self.slots[0],
            day=booking.day if booking else _OPENS,
            assistant=booking.assistant if booking else "asst-1",
            version_reached="V5.1" if result == "succeeded" else None,
            reported_at=self.clock(),
        )
        self._try(partial(self.campaign.schedule.report_outcome, outcome))

    @rule(user=users, picture=st.booleans(), accept=st.booleans())
    def check_in(self, user: str, picture: bool, accept: bool) -> None:  # noqa: FBT001 -- drawn
        """Post a check-in and judge it at once."""
        self.posts += 1
        post = Post(
            campaign="sample",
            thread="t1",
            id=f"p{self.posts:04d}",
            author=user,
            text="done",
            images=("shot.png",) if picture else (),
            check_in=True,
            posted_at=self.clock(),
        )
        self.campaign.threads.post(post)
        verdict: Verdict = "accepted" if accept else "refused"
        self._try(partial(self.campaign.threads.verify, post.id, verdict, reason="look"))

    @rule(hours=st.sampled_from([1, 12, 24, 24 * 7]))
    def wait(self, hours: int) -> None:
        """Let time pass."""
        self.clock.tick(timedelta(hours=hours))

    @rule(times=st.integers(1, 3), fails=st.booleans())
    def tick(self, times: int, fails: bool) -> None:  # noqa: FBT001 -- drawn
        """Send what is due, several times over; now and then the channel fails at first."""
        if fails:
            self.channel.fail_next(ProviderError("notice.failed.refused", retry=True))
        for _ in range(times):
            self.ops.tick()

    @rule()
    def launch_again(self) -> None:
        """Launch the same campaign."""
        self.ops.launch(sample_campaign(**_TIGHT))

    @invariant()
    def everything_holds(self) -> None:
        """Look at places, states, books, counters and notices; and that nobody is paid twice."""
        check_campaign(self.campaign, sent=self.channel.sent)
        for user in USERS:
            assert self.campaign.rewards.points(user) <= 300

    def teardown(self) -> None:
        """Close the storage."""
        self.ops.close()

    def _try(self, command: Callable[[], object]) -> None:
        with suppress(Refused):
            command()


def run_campaign_machine(
    make_storage: Callable[[], Storage] = MemoryStorage,
    *,
    examples: int = 100,
    steps: int = 20,
    shrink: bool = True,
) -> None:
    """Run the machine *examples* times with up to *steps* commands each.

    Without *shrink* a failure is reported as it was found, at once.
    """

    class Machine(CampaignMachine):
        def make_storage(self) -> Storage:
            return make_storage()

    run_machine(Machine, examples=examples, steps=steps, shrink=shrink)


def run_machine(
    machine: type[RuleBasedStateMachine], *, examples: int, steps: int, shrink: bool
) -> None:
    """Run *machine* as often and as long as it is said, however slow it is."""
    options = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        phases=tuple(Phase) if shrink else (Phase.generate,),
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.filter_too_much),
    )
    run_state_machine_as_test(machine, settings=options)


def _staff(work: Work) -> None:
    for id in ASSISTANT_IDS:
        team = "deployment" if id.startswith("depl") else "general"
        work.save(ASSISTANTS, Assistant(id=id, name=id, team=team))
