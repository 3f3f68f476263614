"""Read invitations and channel counts from operators' tables, row by row."""

from datetime import datetime

import attrs

from saasops.campaigns.channels import ChannelCount
from saasops.errors import Problem
from saasops.rows import Row, Rows, read_rows


@attrs.frozen(kw_only=True)
class Invitation:
    """That a user was invited, and whether he opened it."""

    user: str
    via: str
    sent_at: datetime
    opened: bool


def read_invitations(rows: Rows) -> tuple[list[tuple[int, Invitation]], list[Problem]]:
    """Read user, channel, sent_at, status (opened, delivered or bounced)."""

    def build(row: Row) -> Invitation | None:
        sent_at = row.instant("sent_at")
        status = row.choice("status", ("opened", "delivered", "bounced"))
        if sent_at is None:
            return None
        return Invitation(
            user=row.required("user"),
            via=row.required("channel"),
            sent_at=sent_at,
            opened=status == "opened",
        )

    required = ("user", "channel", "sent_at", "status")
    return read_rows(rows, build, required=required, key=lambda one: one.user)


def read_channels(rows: Rows) -> tuple[list[tuple[int, ChannelCount]], list[Problem]]:
    """Read channel, name, audience, downloads, deployed, used."""
    steps = ("audience", "downloads", "deployed", "used")

    def build(row: Row) -> ChannelCount | None:
        numbers = [row.integer(step) for step in steps]
        for step, number in zip(steps, numbers, strict=True):
            if number is not None and number < 0:
                row.wrong(step, "value.negative", value=number)
        audience, downloads, deployed, used = (number or 0 for number in numbers)
        return ChannelCount(
            channel=row.required("channel"),
            name=row.required("name"),
            audience=audience,
            downloads=downloads,
            deployed=deployed,
            used=used,
        )

    required = ("channel", "name", *steps)
    return read_rows(rows, build, required=required, key=lambda one: (one.channel, one.name))
