"""A campaign with people who book and notices to send, on a database that faults are made in."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from fault_site import opened

from saasops import SaasOps
from saasops.app.campaigns import Campaigns
from saasops.app.work import Work
from saasops.channels.files import FileChannel
from saasops.clock import Clock
from saasops.people.contacts import Contact
from saasops.people.users import User
from saasops.plugins import Plugins
from saasops.ports import Channel, Message, Receipt, Storage
from saasops.scheduling.assistants import Assistant
from saasops.storage.migrations import bring_up_to_date
from saasops.storage.tables import ASSISTANTS, OUTBOX
from saasops.testing.fakes import KEYS
from saasops.testing.host_plugin import ChannelPlugin
from saasops.testing.samples import sample_campaign
from saasops.versions.releases import Release

MEDIA = ("mail", "sms", "inbox", "post")
BEGUN = datetime(2020, 1, 20, 1, tzinfo=UTC)
"""Two weeks before the campaign; what is said then is sent at once, or a week before the slot."""


def operations(where: str | Storage, *, clock: Clock, channel: Channel) -> SaasOps:
    """Work with the database at *where* as it is, and send everything by *channel*."""
    return SaasOps(
        opened(where) if isinstance(where, str) else where,
        plugins=Plugins({"recording": ChannelPlugin(channel)}),
        channels=dict.fromkeys(MEDIA, "recording"),
        keys=KEYS,
        clock=clock,
    )


def launched(storage: Storage, ops: SaasOps, *, people: Iterable[str]) -> Campaigns:
    """Launch a campaign with room for everybody, and let *people* answer its survey."""
    bring_up_to_date(storage, at=BEGUN)
    rules = [{"id": team, "team": team, "limit": 10_000} for team in ("general", "deployment")]
    for name in ("5.0", "5.1"):
        ops.versions.publish(Release(product="bkce", name=name))
    campaign = ops.launch(sample_campaign(capacity_rules=rules))
    ops.run(_staff, actor="operator")
    campaign.schedule.refresh()
    for user in people:
        arrives(ops, campaign, user)
    return campaign


def arrives(ops: SaasOps, campaign: Campaigns, user: str) -> None:
    """Let *user* register and answer, wishing the first slot."""
    contact = Contact(user=user, mail=f"{user}@example.org", phone="+8616400000000")
    ops.people.register(User(id=user, nickname=user), contact=contact)
    answers = {"version": "5.0", "os": "linux", "slot": first_slot(campaign)}
    campaign.survey.submit(user, answers)


def first_slot(campaign: Campaigns) -> str:
    return campaign.schedule.slots()[0].id


def outbox(ops: SaasOps) -> list[datetime]:
    """Return when each message that waits is due, in order."""
    rows = ops.run(lambda work: list(work.rows(OUTBOX, {})), actor="test", write=False)
    return sorted(row["due"] for row in rows)


def arrivals(folder: Path) -> Counter[str]:
    """Count the messages in the files of a `FileChannel` by their ids."""
    return Counter(
        id
        for file in folder.glob("*.txt")
        for id in re.findall(r"(?m)^id: (.+)$", file.read_text("utf-8"))
    )


class Letterbox:
    """A `FileChannel` in *folder* that does something behind each message: dies, or lets time pass."""

    idempotent = True

    def __init__(self, folder: Path, behind: Callable[[Message], None]) -> None:
        self._files, self._behind = FileChannel(folder), behind

    def send(self, message: Message, /) -> Receipt:
        receipt = self._files.send(message)
        self._behind(message)
        return receipt


def _staff(work: Work) -> None:
    for id, team in (("asst-1", "general"), ("asst-2", "general"), ("depl-1", "deployment")):
        work.save(ASSISTANTS, Assistant(id=id, name=id, team=team))
