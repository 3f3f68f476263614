"""Campaign definitions as they run: kept by content, read once. And reading them from TOML."""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import attrs

from saasops import serial
from saasops.app.files import read_utf8
from saasops.app.kept_calendars import calendars_of, fingerprint
from saasops.app.survey_definitions import QuestionKinds, keep_published
from saasops.app.version_keeping import schemes_of
from saasops.app.work import Handle, Host, Work
from saasops.calendars.working_days import FindCalendar, WorkCalendar
from saasops.campaigns.definition import Campaign, launch, slots_of, validate
from saasops.campaigns.participants import Participant, facts
from saasops.errors import Invalid, NotFound, Problem
from saasops.events import WIRE_NAMES
from saasops.scheduling.bookings import Booking
from saasops.scheduling.kinds import BUILT_IN
from saasops.scheduling.rules import RuleKind
from saasops.scheduling.slots import Slot
from saasops.storage.tables import BOOKINGS, CAMPAIGNS, DEFINITIONS, PARTICIPANTS, USERS
from saasops.surveys import kinds as questions
from saasops.surveys.forms import Form
from saasops.surveys.kinds import QuestionKind
from saasops.values import SYSTEM
from saasops.versions.releases import Releases

Kinds: TypeAlias = Callable[[str], RuleKind | None]
"""Find the kind of capacity rules of a name."""
_SEEN_LATER = ("capacity.no_kind", "calendar.unknown", "survey.lint.no_kind")
_INCLUDED = ("survey", "templates", "notices", "risk", "rewards", "capacity_rules")


@attrs.frozen(kw_only=True)
class Running:
    """A launched campaign, what follows from its definition, and who takes part in it."""

    campaign: Campaign
    calendar: WorkCalendar
    slots: tuple[Slot, ...]
    by_id: Mapping[str, Slot]
    kinds: Mapping[str, RuleKind]
    question_kinds: Mapping[str, QuestionKind]
    forms: list[tuple[Any, Form]] = attrs.field(
        factory=list[tuple[Any, Form]], init=False, eq=False
    )
    """The survey made ready for the releases that were known last, and which those were."""

    @classmethod
    def of(
        cls,
        campaign: Campaign,
        kinds: Mapping[str, RuleKind],
        calendars: FindCalendar,
        question_kinds: Mapping[str, QuestionKind],
    ) -> "Running":
        """Work out the slots of *campaign*; *kinds* compile its capacity rules."""
        slots = slots_of(campaign, calendars)
        return cls(
            campaign=campaign,
            calendar=calendars(campaign.slots.calendar),
            slots=slots,
            by_id={slot.id: slot for slot in slots},
            kinds=kinds,
            question_kinds=question_kinds,
        )

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
    """Parsed definitions of one `SaasOps`, by digest of their content and of their calendar's.

    Neither ever changes, so they never go stale.
    """

    def __init__(
        self,
        kinds: Kinds = BUILT_IN.get,
        question_kinds: QuestionKinds = lambda: questions.BUILT_IN,
    ) -> None:
        self._kinds = kinds
        self._question_kinds = question_kinds
        self._parsed: dict[tuple[str, str | None], Running] = {}

    def find(self, work: Work, id: str) -> Running | None:
        """Return the campaign *id* as it runs now, or None."""
        row = work.tx.get(CAMPAIGNS, (id,))
        if row is None:
            return None
        key = (row["definition"], row["calendar"])
        if key not in self._parsed:
            kept = work.tx.get(DEFINITIONS, (row["definition"],))
            assert kept is not None
            campaign = serial.load_trusted(kept["body"], Campaign)
            kinds = self._kinds_of(campaign)
            asked = self._question_kinds()
            self._parsed[key] = Running.of(campaign, kinds, calendars_of(work), asked)
        return self._parsed[key]

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
        event = launch(
            campaign,
            before,
            events=WIRE_NAMES.values(),
            at=work.at,
            kinds=kinds,
            calendars=calendars_of(work),
            question_kinds=self._question_kinds(),
            scheme=Releases(schemes=schemes_of(work, campaign.product)).scheme(campaign.product),
        )
        if event is None:
            return False
        body = serial.dump(campaign)
        canonical = json.dumps(body, sort_keys=True, ensure_ascii=False)
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        if work.tx.get(DEFINITIONS, (digest,)) is None:
            work.tx.insert(DEFINITIONS, [{"digest": digest, "body": body}])
        row = {"definition": digest, "calendar": fingerprint(work, campaign.slots.calendar)}
        if running is None:
            work.tx.insert(CAMPAIGNS, [{"id": campaign.id, "launched_at": work.at, **row}])
        else:
            work.tx.update(CAMPAIGNS, (campaign.id,), row)
        keep_published(work, campaign.survey, self._question_kinds())
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
    data = serial.parse_toml(read_utf8(file))
    problems: list[Problem] = []
    for key in _INCLUDED:
        name = data.get(key)
        if isinstance(name, str):
            beside = file.parent / Path(name).name
            if not beside.is_file():
                problems.append(Problem(key, "campaign.no_file", {"key": key, "name": name}))
                continue
            included = serial.parse_toml(read_utf8(beside))
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

    Whether a plugin brings the kind of a capacity rule or a question, and whether a calendar
    that is not shipped was imported, is seen when it is launched.
    """
    found = validate(campaign, events=WIRE_NAMES.values())
    if problems := [one for one in found if one.code not in _SEEN_LATER]:
        raise Invalid(problems, "campaign.invalid")


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
