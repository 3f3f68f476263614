"""By when personal data has to go: periods, purposes, and policies that cannot be meant."""

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops import serial
from saasops.errors import Invalid
from saasops.people.privacy.classes import CLASSES, PLACES, Event
from saasops.people.privacy.consents import Consent, Purpose
from saasops.people.privacy.retention import (
    STANDARD,
    Expiry,
    Policy,
    RetentionRule,
    due,
    expiry,
    lint,
)
from saasops.testing.strategies.privacy import PURPOSES, consents, happenings, instants, policies
from saasops.values import Text

DAY = timedelta(1)
SHIPPED = datetime(2020, 3, 1, tzinfo=UTC)
CLASS_IDS = st.sampled_from([id for id, one in CLASSES.items() if one.events])


def rule(after: Event, days: int, purpose: str = "shipping") -> RetentionRule:
    return RetentionRule(
        data_class="postal_address", purpose=purpose, after=after, keep_for=days * DAY
    )


def policy(*rules: RetentionRule) -> Policy:
    shipping = Purpose(id="shipping", title=Text.of("x"), basis="consent")
    service = Purpose(id="service", title=Text.of("x"), basis="contract")
    return Policy(purposes=(shipping, service), retention=rules)


def address(
    of: Policy, happened: dict[Event, datetime], *held: Consent, at: datetime = SHIPPED + 99 * DAY
) -> Expiry | None:
    return expiry(of, "postal_address", happened, held, user="u1", at=at)


def test_the_shortest_period_of_one_purpose_counts() -> None:
    of = policy(rule("shipped", 30), rule("campaign_closed", 10), rule("active", 400))
    found = address(of, {"shipped": SHIPPED, "campaign_closed": SHIPPED + 5 * DAY})
    assert found is not None
    assert (found.by, found.after) == (SHIPPED + 15 * DAY, "campaign_closed")


def test_what_another_purpose_still_needs_stays_until_that_is_over() -> None:
    of = policy(rule("shipped", 30), rule("active", 100, "service"))
    assert address(of, {"shipped": SHIPPED}) is None
    found = address(of, {"shipped": SHIPPED, "active": SHIPPED})
    assert found is not None
    assert (found.by, found.purpose) == (SHIPPED + 100 * DAY, "service")


def test_a_withdrawn_consent_ends_its_purpose_at_once_and_not_the_others() -> None:
    gone = Consent(
        user="u1",
        purpose="shipping",
        text_version="1",
        given_at=SHIPPED,
        withdrawn_at=SHIPPED + DAY,
    )
    of = policy(rule("shipped", 30))
    found = address(of, {}, gone)
    assert found is not None
    assert (found.by, found.after, found.keep_for) == (
        SHIPPED + DAY,
        "consent_withdrawn",
        timedelta(),
    )
    given_time = policy(rule("shipped", 30), rule("consent_withdrawn", 7))
    later = address(given_time, {}, gone)
    assert later is not None
    assert later.by == SHIPPED + 8 * DAY
    assert address(policy(rule("shipped", 30), rule("active", 9, "service")), {}, gone) is None
    assert address(of, {}) is None  # never asked for is not withdrawn
    assert address(of, {"consent_withdrawn": SHIPPED}) is None  # only the consents can say so


@given(policies(), CLASS_IDS, happenings(), st.lists(consents(), max_size=4), instants())
def test_it_goes_when_every_purpose_is_over_and_each_is_over_at_its_shortest(
    of: Policy,
    id: str,
    happened: dict[Event, datetime],
    held: list[Consent],
    at: datetime,
) -> None:
    found = expiry(of, id, happened, held, user="u0001", at=at)
    alone = {
        purpose: expiry(
            attrs.evolve(
                of, retention=tuple(one for one in of.retention if one.purpose == purpose)
            ),
            id,
            happened,
            held,
            user="u0001",
            at=at,
        )
        for purpose in PURPOSES
        if any((one.data_class, one.purpose) == (id, purpose) for one in of.retention)
    }
    ends = list(alone.values())
    if not ends or None in ends:
        assert found is None
        return
    assert found is not None
    assert found.by == max(one.by for one in ends if one is not None)
    assert alone[found.purpose] == found
    for one in of.retention:
        if (one.data_class, one.purpose) == (id, found.purpose) and one.after in happened:
            assert found.by <= happened[one.after] + one.keep_for


@given(policies(), CLASS_IDS, happenings(), instants(), st.integers(0, 99))
def test_a_shorter_period_never_keeps_longer(
    of: Policy, id: str, happened: dict[Event, datetime], at: datetime, days: int
) -> None:
    before = expiry(of, id, happened, (), user="u1", at=at)
    shorter = tuple(
        attrs.evolve(one, keep_for=max(timedelta(), one.keep_for - days * DAY))
        for one in of.retention
    )
    now = expiry(attrs.evolve(of, retention=shorter), id, happened, (), user="u1", at=at)
    assert (before is None) == (now is None)
    if before is not None and now is not None:
        assert now.by <= before.by


def test_what_is_due_comes_in_order_and_the_rest_does_not() -> None:
    of = policy(rule("shipped", 30))
    one = address(of, {"shipped": SHIPPED})
    assert one is not None
    first = attrs.evolve(one, user="u0", by=one.by - DAY)
    assert due([one, None, first], at=one.by) == (first, one)
    assert due([one, first], at=one.by - DAY) == (first,)


def codes(of: Policy) -> set[tuple[str, str]]:
    return {(one.where, one.code) for one in lint(of) if one.code != "privacy.lint.no_rule"}


def test_the_standard_policy_can_be_meant_and_survives_being_written() -> None:
    assert lint(STANDARD) == ()
    assert serial.load(serial.dump(STANDARD), Policy) == STANDARD
    assert serial.load_trusted(serial.dump(STANDARD), Policy) == STANDARD


@given(policies())
def test_whoever_has_no_rule_is_named(of: Policy) -> None:
    named = {one.context["data_class"] for one in lint(of) if one.code == "privacy.lint.no_rule"}
    erasable = {one.data_class for one in PLACES if one.fields} - {"records"}
    assert named == erasable - {one.data_class for one in of.retention}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"data_class": "weather"}, ("retention[0].data_class", "privacy.lint.no_class")),
        ({"data_class": "contact.mail"}, ("retention[0].data_class", "privacy.lint.no_class")),
        ({"after": "posted"}, ("retention[0].after", "privacy.lint.never_fires")),
        (
            {"after": "consent_withdrawn", "purpose": "service"},
            ("retention[0].after", "privacy.lint.never_fires"),
        ),
        ({"purpose": "fun"}, ("retention[0].purpose", "privacy.lint.no_purpose")),
        ({"keep_for": -DAY}, ("retention[0].keep_for", "value.negative")),
    ],
)
def test_a_rule_that_cannot_be_meant_is_named(
    wrong: dict[str, object], code: tuple[str, str]
) -> None:
    right = rule("shipped", 30)
    assert codes(policy(right)) == set()
    assert codes(policy(attrs.evolve(right, **wrong))) == {code}


def test_two_periods_for_one_event_and_two_purposes_of_one_name_are_named() -> None:
    assert codes(policy(rule("shipped", 30), rule("shipped", 60))) == {
        ("retention[1]", "privacy.lint.two_periods")
    }
    twice = policy()
    twice = attrs.evolve(twice, purposes=(*twice.purposes, twice.purposes[0]))
    assert codes(twice) == {("purposes[2].id", "privacy.lint.repeated")}


def test_a_policy_is_read_from_toml_with_days() -> None:
    text = """
    [[purposes]]
    id = "shipping"
    title = "Sending prizes"
    basis = "consent"
    [[retention]]
    data_class = "answers.address"
    purpose = "shipping"
    after = "shipped"
    keep_for = "30d"
    """
    read = serial.load(serial.parse_toml(text), Policy)
    assert read.retention[0].keep_for == 30 * DAY
    assert codes(read) == set()
    with pytest.raises(Invalid) as wrong:
        serial.load(serial.parse_toml(text.replace('"shipped"', '"someday"')), Policy)
    assert [one.where for one in wrong.value.problems] == ["retention[0].after"]


@pytest.mark.parametrize("id", ["", "Mr. Miller", "a/b", "A", "x" * 65, "a\n"])
def test_the_id_of_a_purpose_is_no_free_text(id: str) -> None:
    more = Purpose(id=id, title=Text.of("x"), basis="law")
    policy = attrs.evolve(STANDARD, purposes=(*STANDARD.purposes, more))
    assert [(one.where, one.code) for one in lint(policy)] == [
        ("purposes[3].id", "privacy.lint.bad_id")
    ]


def test_what_is_kept_of_a_participation_never_goes_by_itself() -> None:
    rule = attrs.evolve(STANDARD.retention[0], data_class="participation", purpose="campaign")
    policy = attrs.evolve(STANDARD, retention=(*STANDARD.retention, rule))
    assert [one.code for one in lint(policy)] == ["privacy.lint.never_fires"]
