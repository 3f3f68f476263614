"""What a campaign is: one value, checked as a whole. Reading it from a file: `app`."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from saasops import clock
from saasops.calendars.working_days import FindCalendar, by_name
from saasops.campaigns import participants, risk
from saasops.campaigns.risk import RiskPolicy
from saasops.errors import Invalid, Problem, Refused
from saasops.notices import rules as notice_rules
from saasops.notices import templates
from saasops.notices.rules import NoticeRule
from saasops.notices.templates import Template
from saasops.predicates import Key, check
from saasops.rewards import rules as reward_rules
from saasops.rewards.rules import Rewards
from saasops.scheduling import capacity, policy, slots
from saasops.scheduling.capacity import CapacityRule
from saasops.scheduling.kinds import BUILT_IN
from saasops.scheduling.policy import BookingPolicy
from saasops.scheduling.rules import RuleKind
from saasops.scheduling.slots import Slot, SlotRules
from saasops.surveys import fields
from saasops.surveys import kinds as questions
from saasops.surveys.definition import Survey
from saasops.surveys.kinds import QuestionKind
from saasops.surveys.lint import ADVICE, lint
from saasops.values import Text
from saasops.versions import schemes
from saasops.versions.schemes import order_by
from saasops.versions.version import VersionScheme

_SCHEME = schemes.BUILT_IN[schemes.DEFAULT_SCHEME]
BLANKS = (
    "theme", "campaign", "name", "version", "target", "slot", "day", "assistant", "risk",
    "steps", "closes", "unsupported", "points", "prize", "reason", "thread",
)  # fmt: skip
"""The blanks that a notice template may use."""


@attrs.frozen(kw_only=True)
class Goal:
    """How many participants are wanted, and what is said about it in public."""

    participants: int
    promoted: Text | None = None


@attrs.frozen(kw_only=True)
class Evidence:
    """Where participants check in."""

    thread: str
    title: Text


@attrs.frozen(kw_only=True)
class Campaign:
    """An upgrade campaign. Dates are civil dates in *zone*; both ends are included.

    It moves installations of *product* to the release *target*. *unsupported_from* is the
    first day without support for older releases. *audience* is the segment of people whom it
    is for, as it was at the launch; without it nobody is named beforehand.
    """

    id: str
    title: Text
    theme: Text
    product: str
    target: str
    opens: date
    closes: date
    goal: Goal
    survey: Survey
    risk: RiskPolicy
    evidence: Evidence
    zone: str = "Asia/Shanghai"
    locales: tuple[str, ...] = ("zh-CN", "en")
    unsupported_from: date | None = None
    audience: str | None = None
    slots: SlotRules = SlotRules()
    capacity_rules: tuple[CapacityRule, ...] = ()
    booking: BookingPolicy = BookingPolicy()
    notices: tuple[NoticeRule, ...] = ()
    templates: tuple[Template, ...] = ()
    rewards: Rewards = Rewards()

    @property
    def where(self) -> ZoneInfo:
        """Return the time zone of the campaign."""
        return clock.zone(self.zone)

    def template(self, id: str) -> Template:
        """Return the template *id*; raise `KeyError` where there is none."""
        return {template.id: template for template in self.templates}[id]


@attrs.frozen(kw_only=True)
class CampaignLaunched:
    """A campaign was put to work, or its definition was changed while it runs."""

    at: datetime
    campaign: str
    amended: bool


def slots_of(campaign: Campaign, calendars: FindCalendar = by_name) -> tuple[Slot, ...]:
    """List the slots of *campaign* by first day; *calendars* are those that it may name."""
    calendar = calendars(campaign.slots.calendar)
    return slots.generate(campaign.slots, calendar, opens=campaign.opens, closes=campaign.closes)


def advise(campaign: Campaign, calendars: FindCalendar = by_name) -> tuple[Problem, ...]:
    """Tell what is right about *campaign* but uncertain: its calendar, or slots that it gives."""
    try:
        calendar = calendars(campaign.slots.calendar)
    except Invalid as error:
        return tuple(attrs.evolve(one, where="slots.calendar") for one in error.problems)
    return tuple(slots.advice(slots_of(campaign, calendars), calendar))


def validate(
    campaign: Campaign,
    *,
    events: Collection[str],
    kinds: Mapping[str, RuleKind] = BUILT_IN,
    calendars: FindCalendar = by_name,
    question_kinds: Mapping[str, QuestionKind] = questions.BUILT_IN,
    scheme: VersionScheme = _SCHEME,
) -> tuple[Problem, ...]:
    """List every mistake in *campaign*; *events* are the wire names that notices may follow.

    *kinds* are those that capacity rules may have, *calendars* those that slots may follow,
    *question_kinds* those of the questions of the survey. *scheme* reads the versions that
    conditions compare with.
    """
    found = _mistakes(
        campaign,
        events=events,
        kinds=kinds,
        calendars=calendars,
        question_kinds=question_kinds,
        order=order_by(scheme),
    )
    return tuple(found)


def launch(
    campaign: Campaign,
    running: Campaign | None,
    *,
    events: Collection[str],
    at: datetime,
    kinds: Mapping[str, RuleKind] = BUILT_IN,
    calendars: FindCalendar = by_name,
    question_kinds: Mapping[str, QuestionKind] = questions.BUILT_IN,
    scheme: VersionScheme = _SCHEME,
) -> CampaignLaunched | None:
    """Put *campaign* to work, or change the *running* one; None when nothing changes.

    Raise `Invalid` with every mistake, and `Refused` for a change that would rewrite what
    was answered or booked: other survey content under the same version, or another period.
    """
    if campaign == running:
        return None
    problems = validate(
        campaign,
        events=events,
        kinds=kinds,
        calendars=calendars,
        question_kinds=question_kinds,
        scheme=scheme,
    )
    if problems:
        raise Invalid(problems, "campaign.invalid")
    if running is not None:
        survey, before = campaign.survey, running.survey
        if survey.id == before.id and survey.version < before.version:
            context = {"survey": survey.id, "version": survey.version}
            raise Refused("survey.version_not_rising", **context, published=before.version)
        same = (survey.id, survey.version) == (before.id, before.version)
        if same and survey.fingerprint != before.fingerprint:
            raise Refused("survey.version_taken", survey=survey.id, version=survey.version)
        if (campaign.opens, campaign.zone) != (running.opens, running.zone):
            raise Refused("campaign.begun", campaign=campaign.id, opens=str(running.opens))
    return CampaignLaunched(at=at, campaign=campaign.id, amended=running is not None)


def _mistakes(
    campaign: Campaign,
    *,
    events: Collection[str],
    kinds: Mapping[str, RuleKind],
    calendars: FindCalendar,
    question_kinds: Mapping[str, QuestionKind],
    order: Key,
) -> Iterator[Problem]:
    opens, closes = campaign.opens, campaign.closes
    if closes < opens:
        context = {"opens": str(opens), "closes": str(closes)}
        yield Problem("closes", "campaign.backwards", context)
    if (wanted := campaign.goal.participants) < 0:
        yield Problem("goal.participants", "value.negative", {"value": wanted})
    try:
        clock.zone(campaign.zone)
    except ValueError:
        yield Problem("zone", "campaign.no_zone", {"value": campaign.zone})
    yield from _slot_mistakes(campaign, calendars)
    yield from capacity.mistakes(campaign.capacity_rules, opens=opens, closes=closes, kinds=kinds)
    yield from policy.mistakes(campaign.booking)
    yield from _segment_mistakes(campaign)
    for segment in campaign.booking.segments:
        where = f"booking.segments.{segment.id}.when"
        yield from check(segment.when, participants.FACTS, where)
    survey = campaign.survey
    for problem in lint(survey, locales=campaign.locales, kinds=question_kinds, order=order):
        if problem.code not in ADVICE:
            yield attrs.evolve(problem, where=f"survey.{problem.where}")
    asked = fields.answered(survey, question_kinds, order=order)
    yield from risk.mistakes(campaign.risk, asked)
    yield from reward_rules.mistakes(campaign.rewards)
    ids = [template.id for template in campaign.templates]
    yield from notice_rules.mistakes(campaign.notices, templates=ids, events=events)
    for rule in campaign.notices:
        yield from check(rule.when, participants.FACTS, f"notices.{rule.id}.when")
    yield from templates.mistakes(campaign.templates, locales=campaign.locales, blanks=BLANKS)


def _segment_mistakes(campaign: Campaign) -> Iterator[Problem]:
    known = [segment.id for segment in campaign.booking.segments]
    for rule in campaign.capacity_rules:
        for name in (rule.spares, rule.reserve.segment if rule.reserve else None):
            if name is not None and name not in known:
                context: dict[str, Any] = {"rule": rule.id, "segment": name}
                context["known"] = known or ["-"]
                yield Problem(f"capacity_rules.{rule.id}", "capacity.no_segment", context)


def _slot_mistakes(campaign: Campaign, calendars: FindCalendar) -> Iterator[Problem]:
    for one in campaign.slots.fixed:
        if one.closes < one.opens:
            yield Problem(f"slots.fixed.{one.id}", "slot.backwards", {"slot": one.id})
    try:
        generated = slots_of(campaign, calendars)
    except Invalid as error:
        yield from (attrs.evolve(p, where=f"slots.{p.where}") for p in error.problems)
        return
    if not generated:
        yield Problem("slots", "slot.none", {})
    yield from slots.mistakes(generated, opens=campaign.opens, closes=campaign.closes)
