"""The campaign of the little shops: one assistant, one place on Monday, two on the days behind."""

from datetime import UTC, date, datetime, timedelta

from saasops import SaasOps
from saasops.campaigns.definition import Campaign
from saasops.people.contacts import Contact
from saasops.people.users import User
from saasops.testing.fakes import KEYS, FixedClock, RecordingChannel
from saasops.testing.host_plugin import ChannelPlugin
from saasops.testing.samples import sample_campaign
from saasops.versions.releases import Release

OPENS = date(2020, 2, 3)
MEDIA = ("mail", "sms", "inbox", "post")
BUYERS = tuple(f"u{n}" for n in range(4))


def campaign() -> Campaign:
    return sample_campaign(
        opens=OPENS,
        slots={
            "calendar": "weekends",
            "duty_saturdays": False,
            "least_days": 9,
            "fixed": [
                {"id": "monday", "opens": OPENS, "closes": OPENS},
                {"id": "rest", "opens": OPENS + timedelta(1), "closes": OPENS + timedelta(2)},
            ],
        },
        capacity_rules=[{"id": "general", "team": "general", "limit": 1}],
    )


def opened(where: str, **plugins: object) -> tuple[SaasOps, RecordingChannel]:
    """Open saasops at *where*, some days before the campaign, sending into a list."""
    channel = RecordingChannel()
    ops = SaasOps.open(
        where,
        plugins={"recording": ChannelPlugin(channel), **plugins},
        channels=dict.fromkeys(MEDIA, "recording"),
        keys=KEYS,
        clock=FixedClock(datetime(2020, 1, 20, 1, tzinfo=UTC)),
    )
    return ops, channel


def launched(ops: SaasOps) -> None:
    """Launch the campaign, and let every buyer answer the survey."""
    for name in ("4.1.16", "5.1"):
        ops.versions.publish(Release(product="bkce", name=name))
    running = ops.launch(campaign())
    for user in BUYERS:
        contact = Contact(user=user, mail=f"{user}@example.org")
        ops.people.register(User(id=user, nickname=user), contact=contact)
        answers = {"version": "4.1.16", "os": "linux", "slot": "monday"}
        running.survey.submit(user, answers)
    running.schedule.import_assistants([(1, {"assistant": "ada", "team": "general"})])
