"""Values become plain data and come back the same; wrong data is named, never guessed (A1)."""

import json
import traceback
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saasops import clock
from saasops.campaigns.channels import ChannelCount
from saasops.campaigns.definition import Campaign, CampaignLaunched, Goal
from saasops.campaigns.participants import Participant
from saasops.campaigns.risk import Assessment, RiskPolicy
from saasops.errors import Invalid
from saasops.money import Money
from saasops.notices.notice import Notice
from saasops.notices.rules import NoticeRule, Recurring
from saasops.notices.templates import Template
from saasops.people.contacts import Contact
from saasops.people.users import User
from saasops.predicates import Predicate
from saasops.rewards.grants import Grant, RewardGranted
from saasops.rewards.ledger import Posting
from saasops.rewards.rules import Rewards
from saasops.scheduling.assistants import Absence, Assistant
from saasops.scheduling.bookings import Booking, SlotBooked
from saasops.scheduling.capacity import CapacityRule, Place
from saasops.scheduling.outcomes import Outcome
from saasops.scheduling.slots import Slot, SlotRules
from saasops.serial import dump, load, load_trusted, parse_toml, public
from saasops.surveys.definition import Survey
from saasops.testing.strategies import (
    campaigns,
    conditions,
    notices,
    people,
    rewards,
    scheduling,
    surveys,
    threads,
    values,
)
from saasops.threads.posts import Post, Thread
from saasops.values import Text

MODELS: dict[type, st.SearchStrategy[Any]] = {
    Money: values.money(),
    Slot: scheduling.slots().map(lambda some: some[0]),
    SlotRules: scheduling.slot_rules(),
    Assistant: scheduling.assistants(),
    Absence: scheduling.absences(),
    CapacityRule: scheduling.capacity_rules().filter(bool).map(lambda some: some[0]),
    Place: scheduling.places(),
    Booking: scheduling.bookings(),
    Outcome: scheduling.outcomes().map(lambda some: some[-1]),
    NoticeRule: notices.notice_rules(),
    Recurring: notices.recurring(),
    Template: notices.templates(),
    Notice: notices.notices(),
    Thread: threads.threads(),
    Post: threads.posts() | threads.judged_check_ins(),
    Rewards: rewards.all_rewards(),
    Grant: rewards.grants(),
    Posting: rewards.postings().filter(bool).map(lambda some: some[0]),
    RiskPolicy: campaigns.risk_policies(),
    Assessment: campaigns.assessments(),
    Participant: campaigns.participants(),
    ChannelCount: campaigns.channel_counts(),
    Survey: surveys.surveys(),
    Contact: people.contacts(),
    User: people.users(),
    Campaign: campaigns.campaigns(),
}
BY_NAME = {kind.__name__: kind for kind in MODELS}
every_model = pytest.mark.parametrize("name", BY_NAME)
few = settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow])
two = settings(max_examples=2, suppress_health_check=[HealthCheck.too_slow])
SECRET = "秘密-4711"
AT = datetime(2020, 2, 3, 9, tzinfo=UTC)


def problems_of(data: Any, kind: type) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        load(data, kind)
    return [(problem.where, problem.code) for problem in caught.value.problems]


def fields_of(kind: type, *types: Any) -> list[str]:
    return [f.name for f in attrs.fields(attrs.resolve_types(kind)) if f.type in types]


# What goes out comes back


@every_model
@few
@given(st.data())
def test_a1_what_is_dumped_is_loaded_again(name, data):
    kind = BY_NAME[name]
    value = data.draw(MODELS[kind])
    written = json.loads(json.dumps(dump(value)))
    assert load(written, kind) == value
    assert load_trusted(written, kind) == value


@given(st.timedeltas(timedelta(0), timedelta(900)).map(lambda s: timedelta(s.days, s.seconds)))
def test_a_duration_is_read_back_to_the_second(span):
    assert load(dump(span), timedelta) == span


@given(conditions.conditions())
def test_a_condition_is_read_back(condition):
    assert load(dump(condition), Predicate) == condition


@given(values.instants(), st.sampled_from(values.ZONES))
def test_an_instant_is_read_back_from_any_offset(at, zone):
    assert load(dump(at.astimezone(clock.zone(zone))), datetime) == at


# Unknown and missing keys


@every_model
@two
@given(st.data())
def test_a1_a_misspelt_key_is_named_and_the_right_one_is_offered(name, data):
    kind = BY_NAME[name]
    written = dump(data.draw(MODELS[kind]))
    key = data.draw(st.sampled_from(sorted(written)))
    wrong = {(f"{one}x" if one == key else one): inner for one, inner in written.items()}
    with pytest.raises(Invalid) as caught:
        load(wrong, kind)
    (unknown,) = (p for p in caught.value.problems if p.code == "value.unknown_key")
    assert (unknown.where, unknown.context) == (f"{key}x", {"key": f"{key}x", "hint": key})
    assert {(p.where, p.code) for p in caught.value.problems} - {
        (f"{key}x", "value.unknown_key")
    } <= {(key, "value.missing_key")}


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"goal": {"participant": 3}}, ("goal.participant", "participants")),
        ({"slots": {"fixed": [{"opened": 1}]}}, ("slots.fixed[0].opened", "opens")),
        ({"rewards": {"prizes": [{"costs": "1"}]}}, ("rewards.prizes[0].costs", "cost")),
        (
            {"notices": [{}, {"every": {"day": 7}}]},
            ("notices[1].every.day", "days"),
        ),
        ({"survey": {"questions": [{"kinds": "text"}]}}, ("survey.questions[0].kinds", "kind")),
    ],
    ids=lambda one: one[0] if isinstance(one, tuple) else None,
)
def test_a1_a_key_is_named_by_its_whole_path(wrong, expected):
    with pytest.raises(Invalid) as caught:
        load(wrong, Campaign)
    hints = {p.where: p.context["hint"] for p in caught.value.problems if "hint" in p.context}
    assert hints[expected[0]] == expected[1]
    assert expected[0] in " ".join(str(problem) for problem in caught.value.problems)


def test_a1_every_mistake_is_listed_at_once():
    rule = {"id": 1, "limit": "5", "opens": "2020-02-30", "scope": "planet", "teams": "general"}
    assert sorted(problems_of({"capacity_rules": [rule]}, Campaign))[:5] == [
        ("capacity_rules[0].id", "value.wrong_type"),
        ("capacity_rules[0].limit", "value.wrong_type"),
        ("capacity_rules[0].opens", "value.wrong_date"),
        ("capacity_rules[0].scope", "value.not_allowed"),
        ("capacity_rules[0].teams", "value.unknown_key"),
    ]
    assert ("title", "value.missing_key") in problems_of({}, Campaign)


@pytest.mark.parametrize("data", [None, [], "x", 3, True])
def test_what_is_no_table_is_no_value(data):
    assert problems_of(data, Goal) == [("", "value.wrong_type")]
    assert ("goal", "value.wrong_type") in problems_of({"goal": data}, Campaign)


# Nothing is taken for something else


@every_model
@two
@given(st.data())
def test_none_true_and_one_are_never_taken_for_each_other(name, data):
    kind = BY_NAME[name]
    written = dump(data.draw(MODELS[kind]))
    wrong: dict[Any, tuple[Any, ...]] = {
        str: (None, True, 1, 1.5, ["a"], {"a": 1}),
        int: (None, True, "1", 1.5, Decimal(1)),
        bool: (None, 0, 1, "true"),
    }
    wrong |= {type_ | None: confusions[1:] for type_, confusions in wrong.items()}
    for type_, confusions in wrong.items():
        for field in fields_of(kind, type_):
            for confused in confusions:
                found = problems_of(written | {field: confused}, kind)
                assert found == [(field, "value.wrong_type")]


@every_model
@two
@given(st.data())
def test_a_text_is_never_taken_for_a_list_of_letters(name, data):
    kind = BY_NAME[name]
    written = dump(data.draw(MODELS[kind]))
    for field in attrs.fields(attrs.resolve_types(kind)):
        if str(field.type).startswith("tuple["):
            for confused in ("abc", None, {"a": 1}):
                found = problems_of(written | {field.name: confused}, kind)
                assert found == [(field.name, "value.wrong_type")]


@pytest.mark.parametrize(
    ("data", "kind", "code"),
    [
        (1.5, Decimal, "value.wrong_amount"),
        (True, Decimal, "value.wrong_amount"),
        ("NaN", Decimal, "value.wrong_amount"),
        ("1e999999999", Decimal, None),
        (datetime(2020, 2, 3, tzinfo=UTC), date, "value.wrong_date"),
        ("2020-02-30", date, "value.wrong_date"),
        (20200203, date, "value.wrong_date"),
        (date(2020, 2, 3), datetime, "value.wrong_instant"),
        ("2020-02-03T09:00:00", datetime, "value.wrong_instant"),
        ("soon", datetime, "value.wrong_instant"),
        ("9 o'clock", time, "value.wrong_type"),
        (9, time, "value.wrong_type"),
        ("7", timedelta, "value.wrong_type"),
        ("-7d", timedelta, "value.wrong_type"),
        ("²d", timedelta, "value.wrong_type"),
        (7, timedelta, "value.wrong_type"),
        ({}, Text, "value.wrong_type"),
        ({"en": 1}, Text, "value.wrong_type"),
        (None, Text, "value.wrong_type"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_code(data, kind, code):
    if code is None:
        assert load(data, kind) == Decimal(data)
    else:
        assert problems_of(data, kind) == [("", code)]


# Nothing personal gets out


@every_model
@two
@given(st.data())
def test_what_stands_in_a_secret_field_is_never_quoted(name, data):
    kind = BY_NAME[name]
    written = dump(data.draw(MODELS[kind]))
    for field in attrs.fields(kind):
        if field.repr:
            continue
        for hidden in ([SECRET], {SECRET: SECRET}, {"a": [SECRET]}, SECRET.encode()):
            with pytest.raises(Invalid) as caught:
                load(written | {field.name: hidden}, kind)
            told = caught.value
            said = "".join(traceback.format_exception(told)) + repr(told.problems)
            assert SECRET not in said
            assert told.__context__ is None
            assert told.__cause__ is None


@pytest.mark.parametrize("kind", [Post, Assistant, Outcome, Contact, User])
def test_a_secret_is_not_quoted_for_the_mistake_of_its_neighbour(kind):
    personal = {f.name: SECRET for f in attrs.fields(kind) if not f.repr}
    assert personal
    with pytest.raises(Invalid) as caught:
        load({**personal, "nobody-knows": 1}, kind)
    assert SECRET not in repr(caught.value.problems) + str(caught.value)


@attrs.frozen(kw_only=True)
class Bundle:
    """An event as a plugin may write it, with people's words at every depth."""

    post: Post
    posts: tuple[Post, ...]
    by_user: Mapping[str, Post]
    told: dict[str, list[Post]]
    from_: str = "a"
    nothing: str | None = None
    note: str = attrs.field(default=SECRET, repr=False)


@given(threads.posts())
def test_what_is_public_holds_nothing_personal_at_any_depth(post):
    post = attrs.evolve(post, text=f"{SECRET}{post.text}")
    bundle = Bundle(post=post, posts=(post, post), by_user={"a": post}, told={"b": [post]})
    told = public(bundle)
    assert SECRET not in json.dumps(told, ensure_ascii=False)
    assert sorted(told) == ["by_user", "from", "post", "posts", "told"]
    for inner in (told["post"], *told["posts"], told["by_user"]["a"], told["told"]["b"][0]):
        assert inner["id"] == post.id
        assert "text" not in inner


@every_model
@two
@given(st.data())
def test_what_is_public_is_what_is_dumped_without_what_is_personal(name, data):
    kind = BY_NAME[name]
    value = data.draw(MODELS[kind])
    told, written = public(value), dump(value)
    shown = {f.name for f in attrs.fields(kind) if f.repr and getattr(value, f.name) is not None}
    assert set(told) == shown
    flat = [key for key in shown & set(written) if not isinstance(written[key], dict | list)]
    assert {key: told[key] for key in flat} == {key: written[key] for key in flat}
    json.dumps(told)


@given(campaigns.campaigns(), scheduling.bookings(), rewards.grants())
@few
def test_a18_events_show_texts_and_conditions_as_they_are_written(campaign, booking, given_):
    assert public(campaign)["title"] == dump(campaign.title)
    shown = [rule["when"] for rule in public(campaign)["risk"]["rules"]]
    assert shown == [dump(rule.when) for rule in campaign.risk.rules]
    at = {"at": AT, "campaign": "up-5.1", "user": booking.user}
    assert public(SlotBooked(booking=booking, **at))["booking"]["day"] == str(booking.day)
    assert public(RewardGranted(grant=given_, **at))["at"] == AT.isoformat()
    launched = CampaignLaunched(at=AT, campaign="up-5.1", amended=False)
    assert public(launched) == {"at": AT.isoformat(), "campaign": "up-5.1", "amended": False}


def test_a1_toml_that_cannot_be_read_says_in_which_line():
    with pytest.raises(Invalid) as caught:
        parse_toml('id = "a"\nid = "b"\n')
    (problem,) = caught.value.problems
    assert problem.code == "toml.unreadable"
    assert "line 2" in problem.context["reason"]
