"""Groups of people by rule: who belongs to them, and when each came and went.

What a rule may ask is decided in `saasops.campaigns.segments`, what is known collected by
`segment_facts`.
"""

import attrs

from saasops import serial
from saasops.app.imports import Result, keep_in
from saasops.app.segment_facts import fields_of, people_of
from saasops.app.work import Handle, Work, command, query
from saasops.campaigns.segments import (
    Change,
    Segment,
    Snapshot,
    Stay,
    changed,
    define,
    members,
    snapshot,
)
from saasops.storage.tables import SEGMENT_SNAPSHOTS, SEGMENT_STAYS, SEGMENTS


class Segments(Handle):
    """Define segments, and see who belongs to them. Members are ids, and nothing of a person."""

    @command
    def define(self, work: Work, segment: Segment) -> Result:
        """Keep *segment*, or change it; who belongs to it changes with the next `evaluate`.

        Raise `Invalid` segment.invalid with every mistake.
        """
        return keep_in(SEGMENTS)(work, define(segment, fields_of(work)))

    @query
    def get(self, work: Work, id: str) -> Segment:
        """Return the segment; raise `NotFound`."""
        return work.need(SEGMENTS, id)

    @query
    def all(self, work: Work, *, after: str = "", limit: int = 100) -> tuple[Segment, ...]:
        """Return up to *limit* segments by id, from behind *after*."""
        return tuple(work.find(SEGMENTS, {}, after={"id": after}, limit=limit))

    @command
    def evaluate(self, work: Work, id: str) -> tuple[Change, ...]:
        """Look who belongs to the segment now; keep and return who came and who went.

        Linear in all that is known of people. Raise `NotFound`, and `Invalid` where the rule
        asks for what there is no more.
        """
        segment, known = work.need(SEGMENTS, id), fields_of(work)
        stays = {one.user: one for one in work.each(SEGMENT_STAYS, {"segment": id, "inside": True})}
        now = members(define(segment, known), people_of(work, segment), known=known)
        found = changed(stays, now, at=work.at)
        for change in found:
            if change.entered:
                _enter(work, id, change)
            else:
                left = attrs.evolve(stays[change.user], left_at=change.at)
                work.save(SEGMENT_STAYS, left)
        return found

    @command
    def snapshot(self, work: Work, id: str, *, name: str) -> Snapshot:
        """Return who belongs to the segment now, and keep it under *name*, such as a campaign's.

        Under the same name it stays what it was. Raise `NotFound`, `Invalid` as `evaluate`.
        """
        return take_snapshot(work, id, name=name)

    @query
    def snapshots(
        self, work: Work, id: str, *, after: str = "", limit: int = 100
    ) -> tuple[Snapshot, ...]:
        """Return up to *limit* snapshots of the segment by name, from behind *after*."""
        last = {"segment": id, "name": after}
        return tuple(work.find(SEGMENT_SNAPSHOTS, {"segment": id}, after=last, limit=limit))

    @query
    def members(self, work: Work, id: str, *, after: str = "", limit: int = 100) -> tuple[str, ...]:
        """Return up to *limit* ids of those who belong to it since `evaluate`, in order."""
        work.need(SEGMENTS, id)
        where = {"segment": id, "inside": True}
        order, last = ("user", "entered_at"), {"user": after}
        found = work.find(SEGMENT_STAYS, where, order=order, after=last, limit=limit)
        return tuple(one.user for one in found)

    @query
    def history(self, work: Work, user: str, *, limit: int = 100) -> tuple[Stay, ...]:
        """Return up to *limit* stays of *user* in segments, the first ones first."""
        order = ("entered_at", "segment")
        return tuple(work.find(SEGMENT_STAYS, {"user": user}, order=order, limit=limit))


def segment_from(text: str) -> Segment:
    """Read a segment written in TOML; raise `Invalid` with the path of every mistake."""
    return serial.load(serial.parse_toml(text), Segment)


def take_snapshot(work: Work, id: str, *, name: str) -> Snapshot:
    """Return the snapshot *name* of a segment; take it where there is none. For launches."""
    held = work.load(SEGMENT_SNAPSHOTS, id, name)
    if held is not None:
        return held
    segment, known = work.need(SEGMENTS, id), fields_of(work)
    people = people_of(work, define(segment, known))
    taken = snapshot(segment, people, name=name, at=work.at, known=known)
    work.save(SEGMENT_SNAPSHOTS, taken)
    return taken


def _enter(work: Work, id: str, change: Change) -> None:
    """Begin a stay, or go on with one that ended at this very instant."""
    held = work.load(SEGMENT_STAYS, id, change.user, change.at)
    fresh = Stay(segment=id, user=change.user, entered_at=change.at)
    work.save(SEGMENT_STAYS, fresh if held is None else attrs.evolve(held, left_at=None))
