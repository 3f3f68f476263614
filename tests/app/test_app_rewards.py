"""Check-ins and rewards: once, from what is there, and written in the books."""

from collections import Counter
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit import (
    REWARDS,
    SMALL,
    Stage,
    at,
    both,
    everything,
    nothing_changes,
    on,
    problems_of,
    refusal,
    rows,
    staged,
)
from saasops import Money
from saasops.people.contacts import Contact
from saasops.people.users import Identity
from saasops.rewards.ledger import balanced, holder, issuer
from saasops.rewards.rules import Prize, RewardRule

WEEK = on("02-24")


def giving(**changes: Any) -> Stage:
    return staged(campaign=attrs.evolve(SMALL, rewards=attrs.evolve(REWARDS, **changes)))


def grants(stage: Stage, user: str) -> dict[str, str | None]:
    return {one.rule: one.prize for one in stage.campaign.rewards.grants() if one.user == user}


def test_a16_who_was_rewarded_before_there_was_a_limit_counts_for_it() -> None:
    upgrade, first, article = REWARDS.rules
    stage = giving(rules=(upgrade, attrs.evolve(first, first=None), article))
    for user in ("u1", "u2"):
        stage.rewarded(user)
    stage.ops.launch(attrs.evolve(SMALL, rewards=REWARDS))
    assert stage.campaign.rewards.stock()["first/first"] == (2, 2)
    stage.rewarded("u3")
    assert "bank" not in grants(stage, "u3").values()


def test_a14_an_accepted_check_in_rewards_who_upgraded(stage: Stage) -> None:
    stage.upgraded("u1")
    post = stage.check_in("u1")
    assert [one.id for one in stage.campaign.threads.to_verify()] == [post.id]
    judge = stage.ops.acting("operator", roles=("operator",)).campaign("small")
    judged = judge.threads.verify(post.id, "accepted")
    assert (judged.verdict, judged.verified_by, judged.verified_at) == (
        "accepted",
        "operator",
        at("02-24"),
    )
    assert stage.campaign.threads.to_verify() == ()
    assert stage.campaign.threads.check_ins() == (judged,)
    assert grants(stage, "u1") == {"upgrade": "doll", "first": "bank"}
    assert stage.campaign.rewards.points("u1") == stage.campaign.rewards.points_given() == 300
    one = stage.campaign.participant("u1")
    assert one.checked_in_at == one.rewarded_at == at("02-24")
    assert stage.campaign.rewards.stock() == {
        "budget": (5_000, 20_000),
        "first/first": (1, 2),
        "stock/bank": (1, 5),
        "stock/doll": (1, 3),
    }


def test_a14_a_refused_check_in_rewards_nobody_and_needs_a_reason(stage: Stage) -> None:
    stage.upgraded("u1")
    post = stage.check_in("u1")
    verify = stage.campaign.threads.verify
    assert refusal(lambda: verify(post.id, "refused")).code == "check_in.no_reason"
    assert verify(post.id, "refused", reason="no version to be seen").reason is not None
    assert grants(stage, "u1") == {}
    with nothing_changes(stage.ops):
        assert refusal(lambda: verify(post.id, "accepted")).code == "check_in.judged"
        verify(post.id, "refused", reason="again")
    stage.checked_in("u1")
    assert stage.campaign.rewards.points("u1") == 300


def test_a14_no_picture_no_acceptance(stage: Stage) -> None:
    stage.upgraded("u1")
    post = stage.check_in("u1", images=())
    with nothing_changes(stage.ops):
        no = refusal(lambda: stage.campaign.threads.verify(post.id, "accepted"))
    assert no.code == "check_in.no_evidence"


def test_a17_nobody_is_rewarded_twice_for_the_same_thing(stage: Stage) -> None:
    stage.rewarded("u1")
    before = stage.campaign.rewards.grants()
    with nothing_changes(stage.ops):
        stage.campaign.threads.verify("p001", "accepted")
        assert stage.campaign.rewards.award("u1", "upgrade") == ()
    more = RewardRule(id="more", thing="upgrade", points=200)
    rewards = attrs.evolve(REWARDS, rules=(*REWARDS.rules, more))
    stage.ops.launch(attrs.evolve(SMALL, rewards=rewards))
    stage.until("02-25")
    stage.checked_in("u1")  # once more, after a lever was pulled
    assert stage.campaign.rewards.grants() == before
    assert stage.campaign.rewards.points("u1") == 300
    assert stage.campaign.participant("u1").checked_in_at == at("02-24")


def test_a14_a_check_in_before_the_upgrade_is_reported_is_rewarded_when_it_is(
    stage: Stage,
) -> None:
    stage.booked("u1")
    stage.checked_in("u1")
    one = stage.campaign.participant("u1")
    assert (one.checked_in_at, one.rewarded_at, grants(stage, "u1")) == (at("02-24"), None, {})
    stage.until("02-25")
    stage.report("u1")
    assert grants(stage, "u1") == {"upgrade": "doll", "first": "bank"}
    assert stage.campaign.participant("u1").rewarded_at == at("02-25")
    stage.until("03-09")
    stage.ops.tick()
    assert stage.sent("refused") == []  # nobody was told that it was not accepted
    assert stage.sent("reward") == ["u1", "u1"]


def test_a14_a_check_in_without_an_upgrade_is_not_rewarded(stage: Stage) -> None:
    stage.booked("u1")
    stage.checked_in("u1")
    stage.report("u1", version_reached="5.0")
    stage.booked("u2")
    stage.checked_in("u2")
    stage.report("u2", "failed")
    assert stage.campaign.rewards.grants() == ()


def test_a14_the_check_in_of_somebody_unknown_is_judged_and_rewards_nobody(stage: Stage) -> None:
    assert stage.checked_in("ghost").verdict == "accepted"
    assert stage.campaign.rewards.grants() == ()
    assert stage.campaign.participants() == ()


@pytest.mark.parametrize("route", ["qq", "wechat", "phone", "mail", "address"])
def test_a17_who_was_rewarded_in_january_gets_nothing_again(stage: Stage, route: str) -> None:
    header = "entry,identity_provider,identity,phone,mail,postal_address,thing,rewarded_on\n"
    trace = {
        "qq": "qq,9000u1,,,",
        "wechat": "wechat,wx-1,,,",
        "phone": ",,164 0000 0000,,",
        "mail": ",,,U1@example.org,",
        "address": ",,,,1 long road",
    }[route]
    stage.ops.people.import_priors(rows(f"{header}j1,{trace},upgrade,2020-01-09\n"))
    stage.upgraded("u1")
    stage.ops.people.register(
        stage.ops.people.user("u1"),
        contact=Contact(user="u1", phone="+8616400000000", postal_address="1 Long Road"),
    )
    stage.ops.people.link("u1", Identity("wechat", "wx-1"))
    stage.checked_in("u1")
    one = stage.campaign.participant("u1")
    assert (one.withheld, one.rewarded_at, grants(stage, "u1")) == ("j1", None, {})
    withheld = [e for e in stage.campaign.history("u1") if e["name"] == "reward.withheld"]
    assert [(e["body"]["prior"], e["body"]["route"]) for e in withheld] == [("j1", route)]
    with nothing_changes(stage.ops):
        assert stage.campaign.rewards.award("u1", "upgrade") == ()
    assert stage.campaign.rewards.award("u1", "article")[0].points == 50  # that is another thing


def test_a16_the_first_come_get_more(stage: Stage) -> None:
    for user in ("u1", "u2", "u3"):
        stage.rewarded(user)
    assert [len(grants(stage, user)) for user in ("u1", "u2", "u3")] == [2, 2, 1]
    assert stage.campaign.rewards.stock()["first/first"] == (2, 2)


def test_a16_when_the_stock_runs_out_the_points_are_given_and_it_is_said(stage: Stage) -> None:
    for n in range(4):
        stage.rewarded(f"u{n}")
    assert grants(stage, "u3") == {"upgrade": None}
    last = next(one for one in stage.campaign.rewards.grants() if one.user == "u3")
    assert (last.lacking, last.points, last.cost) == ("stock", 300, Money.zero("CNY"))
    assert stage.campaign.rewards.points("u3") == 300
    stock = stage.campaign.reports.weekly().section("stock")
    assert stock.note is not None
    assert "1 participants came after the stock ran out" in stock.note.to("en")


def test_a16_when_the_budget_runs_out_the_prize_stays_in_stock() -> None:
    stage = giving(budget=Decimal("99.99"))
    stage.rewarded("u1")
    stage.rewarded("u2")
    (second,) = (
        o for o in stage.campaign.rewards.grants() if (o.user, o.rule) == ("u2", "upgrade")
    )
    assert (second.lacking, second.prize, second.points) == ("budget", None, 300)
    assert stage.campaign.rewards.stock()["stock/doll"] == (1, 3)
    assert stage.campaign.rewards.stock()["budget"] == (5_000, 9_999)


def test_a16_a_lever_counts_on_its_days_only() -> None:
    lever = RewardRule(
        id="more", thing="upgrade", points=200, opens=on("03-03"), closes=on("03-04")
    )
    stage = giving(rules=(*REWARDS.rules, lever))
    for user, day, hour in (
        ("early", "03-02", "23:59"),
        ("first", "03-03", "00:00"),
        ("last", "03-04", "23:59"),
        ("late", "03-05", "00:00"),
    ):
        stage.until(day, hour)
        stage.rewarded(user)
    points = {
        user: stage.campaign.rewards.points(user) for user in ("early", "first", "last", "late")
    }
    assert points == {"early": 300, "first": 500, "last": 500, "late": 300}


def test_a16_an_article_is_rewarded_once_and_an_unknown_thing_is_refused(stage: Stage) -> None:
    stage.user("u1")
    (grant,) = stage.campaign.rewards.award("u1", "article")
    assert (grant.points, grant.prize) == (50, None)
    with nothing_changes(stage.ops):
        assert stage.campaign.rewards.award("u1", "article") == ()
        no = refusal(lambda: stage.campaign.rewards.award("u1", "cake"))
    assert (no.code, no.context["allowed"]) == ("reward.unknown_thing", ["article", "upgrade"])


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["u1", "u2", "u3", "u4"]), st.sampled_from(["upgrade", "article"])
        ),
        max_size=10,
    )
)
def test_a16_the_books_balance_and_nothing_is_overdrawn(asked: list[tuple[str, str]]) -> None:
    stage = staged()
    for user in ("u1", "u2", "u3", "u4"):
        stage.user(user)
    for user, thing in asked:
        stage.campaign.rewards.award(user, thing)
    rewards = stage.campaign.rewards
    sums: Counter[str] = Counter()
    for line in rewards.postings():
        sums[line.account] += line.points
    held = {row["account"]: row["points"] for row in everything(stage.ops)["balances"]}
    assert balanced(rewards.postings())
    assert sums == held
    assert sum(held.values()) == 0
    assert rewards.points_given() == -held.get(issuer("small"), 0)
    for user in {user for user, _ in asked}:
        wanted = {"upgrade": 300, "article": 50}
        assert rewards.points(user) == sum(wanted[t] for u, t in {*asked} if u == user)
        assert rewards.points(user) == held.get(holder(user), 0)
    for used, limit in rewards.stock().values():
        assert 0 <= used <= limit
    assert rewards.stock()["budget"][0] == sum(one.cost.minor for one in rewards.grants())


def test_a16_the_shipping_list_of_a_week_has_one_parcel_for_each_person(stage: Stage) -> None:
    stage.user("u1", postal_address="1 Long Road")
    stage.answer("u1")
    stage.campaign.schedule.book("u1", "early")
    stage.report("u1")
    stage.checked_in("u1")
    stage.rewarded("u2")
    stage.until("03-02")
    stage.rewarded("u3")
    first, second = stage.campaign.rewards.shipping(WEEK, purpose="shipping")
    assert (first.user, first.prizes, first.name) == ("u1", ("bank", "doll"), "nick-u1")
    assert (first.postal_address, first.shipped) == ("1 Long Road", False)
    assert (second.user, second.postal_address) == ("u2", None)
    assert "Long Road" not in repr(first)
    assert "nick" not in repr(first)
    assert [
        one.user for one in stage.campaign.rewards.shipping(on("03-02"), purpose="shipping")
    ] == ["u3"]
    assert stage.campaign.rewards.shipping(on("02-25"), purpose="shipping") == ()


def test_a16_parcels_leave_once_and_whoever_lacks_an_address_is_named(stage: Stage) -> None:
    stage.user("u1", postal_address="1 Long Road")
    stage.answer("u1")
    stage.campaign.schedule.book("u1", "early")
    stage.report("u1")
    stage.checked_in("u1")
    stage.rewarded("u2")
    assert set(problems_of(stage.campaign.rewards.ship(WEEK))) == {("user u2", "grant.no_address")}
    assert stage.campaign.participant("u1").shipped_at == at("02-24")
    assert stage.campaign.participant("u2").shipped_at is None
    stage.until("03-02")
    with nothing_changes(stage.ops):
        stage.campaign.rewards.ship(WEEK)
    stage.ops.people.register(
        stage.ops.people.user("u2"), contact=Contact(user="u2", postal_address="2 Short Street")
    )
    assert stage.campaign.rewards.ship(WEEK) == ()
    assert stage.campaign.participant("u1").shipped_at == at("02-24")
    assert stage.campaign.participant("u2").shipped_at == at("03-02")
    assert [one.shipped for one in stage.campaign.rewards.shipping(WEEK, purpose="shipping")] == [
        True,
        True,
    ]


def test_a16_what_does_not_travel_is_on_no_shipping_list() -> None:
    coupon = Prize(id="coupon", title=both("coupon"), stock=9, shipped=False)
    rule = RewardRule(id="coupon", thing="upgrade", prize="coupon")
    stage = giving(prizes=(coupon,), rules=(rule,))
    stage.rewarded("u1")
    assert grants(stage, "u1") == {"coupon": "coupon"}
    assert stage.campaign.rewards.shipping(WEEK, purpose="shipping") == ()
    assert stage.campaign.rewards.ship(WEEK) == ()
    assert stage.campaign.participant("u1").shipped_at is None
