"""Campaign definitions as they run: kept by content, read once. And reading them from TOML."""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import attrs

from saasops import serial
from saasops.app.survey_definitions import keep_published
from saasops.app.work import Handle, Host, Work
from saasops.campaigns.definition import Campaign, launch, slots_of, validate
from saasops.campaigns.participants import Participant, facts
from saasops.errors import Invalid, NotFound, Problem
from saasops.events import WIRE_NAMES
from saasops.scheduling.bookings import Booking
from saasops.scheduling.kinds import BUILT_IN
from saasops.scheduling.rules import RuleKind
from saasops.scheduling.slots import Slot
from saasops.storage.tables import BOOKINGS, CAMPAIGNS, DEFINITIONS, PARTICIPANTS, USERS
from saasops.values import SYSTEM

Kinds: TypeAlias = Callable[[str], RuleKind | None]
"""Find the kind of capacity rules of a name."""
_INCLUDED = ("survey", "templates", "notices", "risk", "rewards", "capacity_rules")


@attrs.frozen(kw_only=True)
class Running:
    """A launched campaign, what follows from its definition, and who takes part in it."""

    campaign: Campaign
    slots: tuple[Slot, ...]
    by_id: Mapping[str, Slot]
    kinds: Mapping[str, RuleKind]

    @classmethod
    def of(cls, campaign: Campaign, kinds: Mapping[str, RuleKind]) -> "Running":
        """Work out the slots of *campaign*; *kinds* compile its capacity rules."""
        slots = slots_of(campaign)
        by_id = {slot.id: slot for slot in slots}
        return cls(campaign=campaign, slots=slots, by_id=by_id, kinds=kinds)

    def participant(self, work: Work, user: str) -> Participant:
        """Return the part of *user*, a fresh one where there is none yet."""
        found = work.load(PARTICIPANTS, self.campaign.id, user)
        if found is not None:
            return found
        locale = work.need(USERS, user).locale
        return Participant(campaign=self.campaign.id, user=user, locale=locale)

    def booking(self, work: Work, user: str) -> Booking | None:
        """Return the booking of *user*, or None."""
        return work.load(BOOKINGS, self.campaign.id, user)

    def facts(self, work: Work, user: str) -> dict[str, Any]:
        """Return what conditions may ask about *user*."""
        return facts(self.participant(work, user), self.booking(work, user))


class Definitions:
    """Parsed definitions of one `SaasOps`, by digest; they never change, so they never go stale."""

    def __init__(self, kinds: Kinds = BUILT_IN.get) -> None:
        self._kinds = kinds
        self._parsed: dict[str, Running] = {}

    def find(self, work: Work, id: str) -> Running | None:
        """Return the campaign *id* as it runs now, or None."""
        row = work.tx.get(CAMPAIGNS, (id,))
        if row is None:
            return None
        digest = row["definition"]
        if digest not in self._parsed:
            kept = work.tx.get(DEFINITIONS, (digest,))
            assert kept is not None
            campaign = serial.load_trusted(kept["body"], Campaign)
            self._parsed[digest] = Running.of(campaign, self._kinds_of(campaign))
        return self._parsed[digest]

    def need(self, work: Work, id: str) -> Running:
        """Return the campaign *id* as it runs now; raise `NotFound` where there is none."""
        found = self.find(work, id)
        if found is None:
            raise NotFound("campaign", id)
        return found

    def launch(self, work: Work, campaign: Campaign) -> bool:
        """Put *campaign* to work or amend it; tell whether anything changed."""
        running = self.find(work, campaign.id)
        before = running.campaign if running else None
        kinds = self._kinds_of(campaign)
        event = launch(campaign, before, events=WIRE_NAMES.values(), at=work.at, kinds=kinds)
        if event is None:
            return False
        body = serial.dump(campaign)
        canonical = json.dumps(body, sort_keys=True, ensure_ascii=False)
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        if work.tx.get(DEFINITIONS, (digest,)) is None:
            work.tx.insert(DEFINITIONS, [{"digest": digest, "body": body}])
        if running is None:
            row = {"id": campaign.id, "definition": digest, "launched_at": work.at}
            work.tx.insert(CAMPAIGNS, [row])
        else:
            work.tx.update(CAMPAIGNS, (campaign.id,), {"definition": digest})
        keep_published(work, campaign.survey)
        work.record(event)
        return True

    def _kinds_of(self, campaign: Campaign) -> Mapping[str, RuleKind]:
        names = {rule.kind for rule in campaign.capacity_rules}
        found = {name: self._kinds(name) for name in sorted(names)}
        return {**BUILT_IN} | {name: kind for name, kind in found.items() if kind is not None}


def read_campaign(path: str | Path) -> Campaign:
    """Read a campaign from a TOML file.

    `survey`, `templates`, `notices`, `risk`, `rewards` and `capacity_rules` may name
    another TOML file beside it, whose content stands in their place. Raise `Invalid` with
    the key of every mistake, `NotFound` where there is no such file.
    """
    file = Path(path)
    if not file.is_file():
        raise NotFound("file", file.name)
    data = serial.parse_toml(_text(file))
    problems: list[Problem] = []
    for key in _INCLUDED:
        name = data.get(key)
        if isinstance(name, str):
            beside = file.parent / Path(name).name
            if not beside.is_file():
                problems.append(Problem(key, "campaign.no_file", {"key": key, "name": name}))
                continue
            included = serial.parse_toml(_text(beside))
            data[key] = included.get(key, included) if set(included) == {key} else included
    if problems:
        raise Invalid(problems, "campaign.invalid")
    return campaign_from(data)


def campaign_from(data: Mapping[str, Any]) -> Campaign:
    """Build a campaign from plain data, as TOML gives it; raise `Invalid` with every mistake."""
    campaign = serial.load(dict(data), Campaign)
    check(campaign)
    return campaign


def check(campaign: Campaign) -> None:
    """Raise `Invalid` with every mistake in *campaign*.

    Whether a plugin brings the kind of a capacity rule is seen when it is launched.
    """
    found = validate(campaign, events=WIRE_NAMES.values())
    if problems := [one for one in found if one.code != "capacity.no_kind"]:
        raise Invalid(problems, "campaign.invalid")


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        context = {"line": file.read_bytes()[: error.start].count(b"\n") + 1}
        raise Invalid([Problem(file.name, "file.encoding", context)]) from None


class CampaignHandle(Handle):
    """A view of one part of the campaign *id*, on behalf of *actor*."""

    def __init__(
        self, host: Host, id: str, definitions: Definitions, *, actor: str = SYSTEM
    ) -> None:
        super().__init__(host, actor=actor)
        self.id = id
        self._definitions = definitions

    def _open(self, work: Work) -> Running:
        return self._definitions.need(work, self.id)
