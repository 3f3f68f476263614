"""The calendars of an open transaction, and what tells their states apart.

How they are changed, and what that does to campaigns, is left to `calendars`.
"""

import hashlib
import json

from saasops import serial
from saasops.app.work import Work
from saasops.calendars.keeping import KeptCalendar, lineage, resolve
from saasops.calendars.working_days import FindCalendar
from saasops.storage.tables import CALENDARS


def calendars_of(work: Work) -> FindCalendar:
    """Return what finds a calendar by name, with all that the host has added to it."""
    return lambda name: resolve(name, lambda wanted: find(work, wanted))


def find(work: Work, name: str) -> KeptCalendar | None:
    """Return what is kept of the calendar *name*, or None."""
    return work.load(CALENDARS, name)


def fingerprint(work: Work, name: str) -> str | None:
    """Digest what is kept of *name* and of what it stands on; None where nothing is."""
    kept = lineage(name, lambda wanted: find(work, wanted))
    if not kept:
        return None
    text = json.dumps([serial.dump(one) for one in kept], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
