"""Strategies for campaigns, risk, participants and what a report counts."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from saasops.campaigns.channels import ChannelCount
from saasops.campaigns.definition import Campaign, Evidence, Goal
from saasops.campaigns.participants import Participant
from saasops.campaigns.report import Standing
from saasops.campaigns.risk import Assessment, Level, Reason, RiskPolicy, RiskRule
from saasops.notices.rules import NoticeRule, Recurring
from saasops.notices.templates import Template
from saasops.predicates import ALWAYS, Field, Not, Test
from saasops.rewards.rules import Prize, RewardRule
from saasops.scheduling.bookings import Booking
from saasops.scheduling.capacity import CapacityRule
from saasops.scheduling.slots import FixedSlot, SlotRules
from saasops.surveys.definition import Option, Question
from saasops.surveys.fields import answered
from saasops.testing.strategies import conditions, notices, rewards, scheduling, surveys, values
from saasops.values import Text
from saasops.versions.claims import Provenance, VersionClaim

_RELEASES = ("4.1.16", "5.0.4-beta", "5.1", "none")
_WAY = (
    "invited", "reached", "answered", "acknowledged", "booked", "upgraded", "checked_in",
    "rewarded", "shipped",
)  # fmt: skip
_LATEST_OPENS, _EARLIEST_CLOSES = date(2020, 2, 5), date(2020, 3, 20)


@st.composite
def risk_policies(draw: st.DrawFn, fields: Mapping[str, Field] = conditions.FIELDS) -> RiskPolicy:
    """Draw right policies on *fields*: one to four rules, and levels from 0 on."""
    rules = tuple(
        RiskRule(
            id=f"risk-{number}",
            title=draw(values.texts()),
            when=draw(conditions.conditions(fields)),
            hazard=draw(st.booleans()),
            depth=draw(st.integers(0, 2)),
            tags=tuple(draw(st.lists(values.ids("tag", 3), max_size=2))),
            skill=draw(st.none() | values.ids("skill", 3)),
            steps=tuple(draw(st.lists(values.texts(), max_size=2))),
        )
        for number in range(draw(st.integers(1, 4)))
    )
    return RiskPolicy(
        rules=rules,
        levels=draw(_levels(("low", "medium", "high"))),
        depths=draw(st.just(()) | _levels(("light", "deep"))),
    )


@st.composite
def assessments(draw: st.DrawFn) -> Assessment:
    """Draw what a policy may say of answers, with a reason for every hazard."""
    hazards = tuple(draw(st.lists(values.ids("risk", 4), max_size=2, unique=True)))
    tests = [draw(conditions.comparisons()) for _ in hazards]
    return Assessment(
        level=draw(st.sampled_from(("low", "medium", "high"))),
        depth=draw(st.sampled_from((None, "light", "deep"))),
        team=draw(st.sampled_from(scheduling.TEAMS)),
        hazards=hazards,
        tags=tuple(draw(st.lists(values.ids("tag", 3), max_size=2, unique=True))),
        skills=draw(st.sampled_from(((), ("skill-1",)))),
        steps=hazards[:1],
        trace=tuple(
            Reason(rule=rule, field=test.field, operator=test.operator, value=test.value)
            for rule, test in zip(hazards, tests, strict=True)
        ),
    )


@st.composite
def campaigns(draw: st.DrawFn) -> Campaign:
    """Draw right campaigns: small, about eight weeks long, in zh-CN and en."""
    survey = draw(surveys.surveys())
    words = ("words-1", "words-2")
    rules = [
        draw(notices.notice_rules(words, number=number))
        for number in range(draw(st.integers(1, 3)))
    ]
    return Campaign(
        id=draw(values.ids("up")),
        title=draw(values.texts()),
        theme=draw(values.texts()),
        product="bkce",
        target="5.1",
        opens=draw(scheduling.days(last=_LATEST_OPENS)),
        closes=draw(scheduling.days(first=_EARLIEST_CLOSES)),
        goal=Goal(
            participants=draw(st.integers(0, 300)), promoted=draw(st.none() | values.texts())
        ),
        survey=survey,
        risk=draw(risk_policies(answered(survey))),
        evidence=Evidence(thread="t1", title=draw(values.texts())),
        zone=draw(st.sampled_from(values.ZONES)),
        unsupported_from=draw(st.none() | st.just(date(2020, 4, 1))),
        slots=SlotRules(
            calendar=draw(st.sampled_from(("CN", "weekends"))),
            least_days=draw(st.integers(1, 5)),
            duty_saturdays=draw(st.booleans()),
            without=tuple(draw(st.lists(scheduling.days(), max_size=2))),
        ),
        capacity_rules=draw(scheduling.capacity_rules(_LATEST_OPENS, _EARLIEST_CLOSES)),
        notices=tuple(rules),
        templates=tuple(draw(notices.templates(id)) for id in words),
        rewards=draw(rewards.all_rewards()),
    )


@st.composite
def participants(draw: st.DrawFn, user: str | None = None) -> Participant:
    """Draw participants who got some way, stage after stage; some withdrew before the upgrade."""
    at = draw(values.instants(within=timedelta(days=20)))
    times: dict[str, datetime] = {}
    for stage in _WAY[: draw(st.integers(0, len(_WAY)))]:
        at += timedelta(hours=draw(st.integers(0, 90)))
        times[stage] = at
    answered, upgraded = "answered" in times, "upgraded" in times
    return Participant(
        campaign=scheduling.CAMPAIGN,
        user=draw(values.users()) if user is None else user,
        locale=draw(st.sampled_from(("zh-CN", "en"))),
        channel=draw(st.sampled_from((None, "qq-group", "website"))),
        invited_via="mail" if "invited" in times else None,
        wish=draw(st.none() | values.ids("week")) if answered else None,
        kind=draw(st.sampled_from(("upgrader", "new"))) if answered else None,
        claims=tuple(draw(st.lists(claims(), max_size=3))) if answered else (),
        risk=draw(assessments()) if answered else None,
        withdrawn_at=at if not upgraded and draw(st.booleans()) else None,
        version_reached="5.1" if upgraded else None,
        withheld=draw(st.sampled_from((None, "jan-01"))),
        invited_at=times.get("invited"),
        reached_at=times.get("reached"),
        answered_at=times.get("answered"),
        acknowledged_at=times.get("acknowledged"),
        booked_at=times.get("booked"),
        upgraded_at=times.get("upgraded"),
        checked_in_at=times.get("checked_in"),
        rewarded_at=times.get("rewarded"),
        shipped_at=times.get("shipped"),
    )


def claims() -> SearchStrategy[VersionClaim]:
    """Draw what was recorded, said or verified about a version."""
    provenances: tuple[Provenance, ...] = ("recorded", "self-reported", "verified")
    return st.builds(
        VersionClaim,
        value=st.sampled_from(_RELEASES),
        provenance=st.sampled_from(provenances),
        at=values.instants(),
        by=values.users(),
    )


@st.composite
def standings(draw: st.DrawFn, campaign: Campaign) -> Standing:
    """Draw all that a report on *campaign* counts; the bookings are those of its participants."""
    users = draw(st.lists(values.users(), unique=True, max_size=6))
    found = tuple(draw(participants(user)) for user in users)
    held: dict[str, Booking] = {
        one.user: draw(scheduling.bookings()) for one in found if one.booked_at is not None
    }
    places = draw(st.lists(scheduling.places(), max_size=4))
    reports = draw(st.lists(scheduling.outcomes(most=2), max_size=3))
    return Standing(
        participants=found,
        bookings=held,
        outcomes=[outcome for some in reports for outcome in some],
        load=[(place, draw(st.integers(0, place.cap))) for place in places],
        grants=draw(st.lists(rewards.grants(campaign.rewards), max_size=3)),
        scores={user: draw(st.integers(0, 10)) for user in users if draw(st.booleans())},
    )


@st.composite
def channel_counts(draw: st.DrawFn) -> ChannelCount:
    """Draw a group of a channel, in which every step loses people."""
    left, counts = draw(st.integers(0, 5_000)), list[int]()
    for _ in range(4):
        counts.append(left)
        left = draw(st.integers(0, left))
    return ChannelCount(
        channel=draw(st.sampled_from(("qq-group", "chat-group", "public-account"))),
        name=draw(values.ids("group", 30)),
        audience=counts[0],
        downloads=counts[1],
        deployed=counts[2],
        used=counts[3],
    )


@st.composite
def _levels(draw: st.DrawFn, names: tuple[str, ...]) -> tuple[Level, ...]:
    least, made = 0, list[Level]()
    for name in names[: draw(st.integers(1, len(names)))]:
        team = draw(st.sampled_from(scheduling.TEAMS))
        made.append(Level(id=name, title=draw(values.texts()), least=least, team=team))
        least += draw(st.integers(1, 2))
    return tuple(draw(st.permutations(made)))


@attrs.frozen(kw_only=True)
class WrongCampaign:
    """A campaign with one mistake: *where* its key stands and the *code* of it."""

    campaign: Campaign
    where: str
    code: str


@st.composite
def wrong_campaigns(draw: st.DrawFn) -> WrongCampaign:
    """Draw campaigns that are right but for one."""
    return draw(st.sampled_from(mistakes(draw(campaigns()))))


def mistakes(right: Campaign) -> tuple[WrongCampaign, ...]:
    """Make every mistake in the campaign *right*, one at a time."""
    parts = (_in_period, _in_slots, _in_capacity, _in_survey, _in_risk, _in_rewards)
    made = (one for part in (*parts, _in_notices, _in_templates) for one in part(right))
    return tuple(WrongCampaign(campaign=c, where=where, code=code) for c, where, code in made)


_Made: TypeAlias = Iterator[tuple[Campaign, str, str]]


def _in_period(right: Campaign) -> _Made:
    before = right.opens - timedelta(1)
    yield attrs.evolve(right, closes=before), "closes", "campaign.backwards"
    yield attrs.evolve(right, goal=Goal(participants=-1)), "goal.participants", "value.negative"
    yield attrs.evolve(right, zone="Nowhere/Land"), "zone", "campaign.no_zone"


def _in_slots(right: Campaign) -> _Made:
    def having(*fixed: FixedSlot) -> Campaign:
        return attrs.evolve(right, slots=attrs.evolve(right.slots, fixed=fixed))

    day = right.opens + timedelta(9)
    one = FixedSlot(id="one", opens=day, closes=day)
    none = attrs.evolve(right.slots, least_days=8, duty_saturdays=False)
    yield attrs.evolve(right, slots=none), "slots", "slot.none"
    calendar = attrs.evolve(right.slots, calendar="Mars")
    yield attrs.evolve(right, slots=calendar), "slots.calendar", "calendar.unknown"
    backwards = attrs.evolve(one, closes=day - timedelta(1))
    yield having(backwards), "slots.fixed.one", "slot.backwards"
    late = right.closes + timedelta(1)
    outside = attrs.evolve(one, opens=late, closes=late)
    yield having(outside), "slots.one", "slot.outside_period"
    yield having(one, one), "slots.one", "slot.duplicate"
    yield having(one, attrs.evolve(one, id="two")), "slots.two", "slot.overlap"


def _in_capacity(right: Campaign) -> _Made:
    def having(*rules: CapacityRule) -> Campaign:
        return attrs.evolve(right, capacity_rules=(*right.capacity_rules, *rules))

    one, at = CapacityRule(id="one", limit=1), "capacity_rules.one"
    yield having(attrs.evolve(one, limit=-1)), f"{at}.limit", "value.negative"
    yield having(one, one), at, "capacity.duplicate"
    backwards = attrs.evolve(one, opens=right.closes, closes=right.opens)
    yield having(backwards), at, "capacity.backwards"
    late, early = right.closes + timedelta(1), right.opens - timedelta(1)
    yield having(attrs.evolve(one, opens=late)), at, "capacity.never"
    yield having(attrs.evolve(one, closes=early)), at, "capacity.never"
    slot = attrs.evolve(one, scope="slot", team="general")
    yield having(slot), f"{at}.team", "value.wrong_type"


def _in_survey(right: Campaign) -> _Made:
    def asking(*questions: Question) -> Campaign:
        survey = attrs.evolve(right.survey, questions=(*right.survey.questions, *questions))
        return attrs.evolve(right, survey=survey)

    one = Question(id="one", kind="band", text=Text.of("one"))
    bands = (
        Option(id="low", text=Text.of("low"), low=0, high=3),
        Option(id="high", text=Text.of("high"), low=5),
    )
    text = attrs.evolve(one, kind="text")
    yield asking(text, text), "survey.questions", "survey.lint.duplicate_id"
    gap = attrs.evolve(one, options=bands)
    yield asking(gap), "survey.questions.one.options", "survey.lint.band_gap"
    german = attrs.evolve(text, text=Text.of({"de": "eins"}))
    yield asking(german), "survey.questions.one.text", "survey.lint.untranslated"


def _in_risk(right: Campaign) -> _Made:
    def having(*rules: RiskRule) -> Campaign:
        risk = attrs.evolve(right.risk, rules=(*right.risk.rules, *rules))
        return attrs.evolve(right, risk=risk)

    at = "risk.rules.one"
    fields = [one.id for one in right.survey.questions if one.kind != "note"]
    one = RiskRule(id="one", title=Text.of("one"), when=ALWAYS)
    yield having(one, one), at, "risk.duplicate"
    unknown = attrs.evolve(one, when=Test("nobody-asked", "eq", 1))
    yield having(unknown), f"{at}.when", "value.not_allowed"
    for operator, value, code in (
        ("answered", 1, "value.wrong_type"),
        ("answered", ("a", "b"), "value.wrong_type"),
        ("like", "a", "condition.unfit"),
    ):
        for field in fields[:1]:
            unfit = attrs.evolve(one, when=Not(Test(field, operator, value)))
            yield having(unfit), f"{at}.when.{field}", code
    unreached = attrs.evolve(right.risk, levels=())
    yield attrs.evolve(right, risk=unreached), "risk.levels", "risk.no_lowest"
    deep = Level(id="deep", title=Text.of("deep"), least=-1)
    below = attrs.evolve(right.risk, depths=(deep,))
    yield attrs.evolve(right, risk=below), "risk.depths.deep.least", "value.negative"
    twice = attrs.evolve(right.risk, levels=(*right.risk.levels, *right.risk.levels))
    yield attrs.evolve(right, risk=twice), f"risk.levels.{twice.levels[0].id}", "risk.duplicate"


def _in_rewards(right: Campaign) -> _Made:
    given, at = right.rewards, "rewards"

    def having(**changes: Any) -> Campaign:
        return attrs.evolve(right, rewards=attrs.evolve(given, **changes))

    def ruling(**changes: Any) -> Campaign:
        return having(rules=(*given.rules, attrs.evolve(rule, **changes)))

    prize = Prize(id="one", title=Text.of("one"), stock=1)
    rule = RewardRule(id="one", thing="article")
    yield having(currency="yuan"), f"{at}.currency", "value.wrong_type"
    yield having(budget=Decimal("0.001")), f"{at}.budget", "value.wrong_amount"
    yield having(shipping=Decimal(-1)), f"{at}.shipping", "value.negative"
    cheap = attrs.evolve(prize, cost=Decimal("-0.01"))
    yield having(prizes=(*given.prizes, cheap)), f"{at}.prizes.one.cost", "value.negative"
    none = attrs.evolve(prize, stock=-1)
    yield having(prizes=(*given.prizes, none)), f"{at}.prizes.one.stock", "value.negative"
    yield having(prizes=(*given.prizes, prize, prize)), f"{at}.prizes.one", "reward.duplicate"
    yield having(rules=(*given.rules, rule, rule)), f"{at}.rules.one", "reward.duplicate"
    yield ruling(points=-1), f"{at}.rules.one.points", "value.negative"
    yield ruling(first=-1), f"{at}.rules.one.first", "value.negative"
    yield ruling(prize="no such"), f"{at}.rules.one.prize", "value.not_allowed"
    backwards = ruling(opens=right.closes, closes=right.opens)
    yield backwards, f"{at}.rules.one.closes", "value.wrong_type"


def _in_notices(right: Campaign) -> _Made:
    def having(*rules: NoticeRule) -> Campaign:
        return attrs.evolve(right, notices=(*right.notices, *rules))

    rhythm = Recurring(opens=right.opens, closes=right.closes)
    once = NoticeRule(
        id="one", medium="mail", template=right.templates[0].id, after=("slot.booked",)
    )
    weekly, at = attrs.evolve(once, after=(), every=rhythm), "notices.one"
    yield having(once, once), at, "notice.duplicate"
    yield having(attrs.evolve(once, every=rhythm)), at, "notice.one_trigger"
    yield having(attrs.evolve(once, after=())), at, "notice.one_trigger"
    unheard = attrs.evolve(once, after=("slot.booked", "no.such"))
    yield having(unheard), f"{at}.after", "value.not_allowed"
    wordless = attrs.evolve(once, template="no such")
    yield having(wordless), f"{at}.template", "value.not_allowed"
    for wait in (timedelta(hours=36), timedelta(-1)):
        odd = attrs.evolve(once, before_slot=wait)
        yield having(odd), f"{at}.before_slot", "value.wrong_type"
    never = attrs.evolve(weekly, every=attrs.evolve(rhythm, days=0))
    yield having(never), f"{at}.every.days", "value.wrong_type"
    backwards = attrs.evolve(rhythm, closes=right.opens - timedelta(1))
    gone = attrs.evolve(weekly, every=backwards)
    yield having(gone), f"{at}.every.closes", "value.wrong_type"
    unknown = attrs.evolve(once, when=Test("upgarded", "eq", False))
    yield having(unknown), f"{at}.when", "value.not_allowed"
    impossible = attrs.evolve(once, when=Test("kind", "eq", "old"))
    yield having(impossible), f"{at}.when.kind", "value.not_allowed"


def _in_templates(right: Campaign) -> _Made:
    def having(*templates: Template) -> Campaign:
        return attrs.evolve(right, templates=(*right.templates, *templates))

    one = Template(id="one", subject=Text.of("$theme"), body=Text.of("$name"))
    yield having(one, one), "templates.one", "template.duplicate"
    english = attrs.evolve(one, body=Text.of({"en": "$name"}))
    yield having(english), "templates.one.body", "template.missing_locale"
    blank = attrs.evolve(one, subject=Text.of("$themes"))
    yield having(blank), "templates.one.subject.*", "value.not_allowed"
    stray = attrs.evolve(one, body=Text.of("$ 5"))
    yield having(stray), "templates.one.body.*", "template.stray_dollar"
