"""Segments through the shell: who belongs to them, since when, and what is frozen at a launch."""

from datetime import timedelta

import attrs
import pytest

from kit import Stage, both, nothing_changes, opened, refusal, rows, staged
from saasops import Invalid, NotFound
from saasops.app.segments import segment_from
from saasops.campaigns.segments import Segment
from saasops.people.contacts import Contact
from saasops.people.privacy.consents import Consent
from saasops.people.users import User
from saasops.predicates import Predicate
from saasops.predicates import Test as Compared
from saasops.storage.tables import CONSENTS
from saasops.versions.releases import Product

TOML = """
id = "reachable"
title = { zh-CN = "可短信触达", en = "Reachable by SMS" }
where = { all = [{ field = "has_phone", eq = true }, { field = "core_version", lt = "5.1" }] }
"""


def segment(where: Predicate, id: str = "s", purpose: str | None = None) -> Segment:
    return Segment(id=id, title=both("Some"), where=where, purpose=purpose)


def test_a_segment_is_written_in_toml_and_linted(stage: Stage) -> None:
    segments = stage.ops.segments
    stage.ops.versions.describe(Product(id="core"))
    assert segments.define(segment_from(TOML)) == "accepted"
    with nothing_changes(stage.ops):
        assert segments.define(segment_from(TOML)) == "unchanged"
        with pytest.raises(Invalid, match="nickname"):
            segments.define(segment(Compared("nickname", "eq", "x")))
        with pytest.raises(Invalid):
            segment_from(TOML.replace("has_phone", "x").replace("eq", "equals"))
        for call in (segments.get, segments.evaluate, segments.members):
            with pytest.raises(NotFound):
                call("nothing")
    assert segments.define(segment_from(TOML.replace("SMS", "phone"))) == "changed"
    assert [one.id for one in segments.all()] == ["reachable"]
    assert segments.all(after="reachable") == ()
    assert segments.get("reachable").title.to("en") == "Reachable by phone"


def test_members_come_and_go_with_their_instants() -> None:
    stage = opened()
    people, segments = stage.ops.people, stage.ops.segments
    for number in range(5):
        account = "acct-1" if number % 2 else None
        people.register(User(id=f"u{number}", account=account))
    segments.define(segment(Compared("account", "eq", "acct-1")))
    assert segments.members("s") == ()
    first = stage.clock()
    assert [(one.user, one.entered, one.at) for one in segments.evaluate("s")] == [
        ("u1", True, first),
        ("u3", True, first),
    ]
    assert segments.members("s") == ("u1", "u3")
    assert segments.members("s", limit=1) == ("u1",)
    assert segments.members("s", after="u1") == ("u3",)
    with nothing_changes(stage.ops):
        assert segments.evaluate("s") == ()
    later = first + timedelta(days=1)
    stage.clock.set(later)
    people.register(User(id="u1"))
    people.register(User(id="u2", account="acct-1"))
    assert [(one.user, one.entered) for one in segments.evaluate("s")] == [
        ("u1", False),
        ("u2", True),
    ]
    people.register(User(id="u2"))
    segments.evaluate("s")
    people.register(User(id="u2", account="acct-1"))
    segments.evaluate("s")
    assert segments.members("s") == ("u2", "u3")
    (stay,) = segments.history("u1")
    assert (stay.entered_at, stay.left_at) == (first, later)
    (again,) = segments.history("u2")
    assert (again.entered_at, again.left_at) == (later, None)


def test_a_snapshot_stays_what_it_was() -> None:
    stage = opened()
    segments = stage.ops.segments
    stage.ops.people.register(User(id="u1", account="acct-1"))
    segments.define(segment(Compared("account", "eq", "acct-1")))
    taken = segments.snapshot("s", name="spring")
    assert taken.members == ("u1",)
    stage.ops.people.register(User(id="u2", account="acct-1"))
    with nothing_changes(stage.ops):
        assert segments.snapshot("s", name="spring") == taken
    assert segments.snapshot("s", name="summer").members == ("u1", "u2")
    assert [one.name for one in segments.snapshots("s")] == ["spring", "summer"]
    assert [one.name for one in segments.snapshots("s", after="spring")] == ["summer"]


def test_rules_ask_what_happened_in_campaigns_and_before(stage: Stage) -> None:
    stage.rewarded("u1")
    stage.answered("u2", os="windows-2003")
    stage.user("u3", phone="+8616400040361")
    prior = "entry,phone,thing,rewarded_on\nj1,16400040361,article,2020-01-09\n"
    assert not stage.ops.people.import_priors(rows(prior)).problems
    downloads = "user,product,version,downloaded_at\nu3,core,5.0,2020-01-01T00:00:00+08:00\n"
    downloads += "u3,core,4.1,2019-01-01T00:00:00+08:00\n"
    assert not stage.ops.versions.import_downloads(rows(downloads)).problems
    stage.ops.versions.describe(Product(id="core"))
    asked = {
        "u1": [("upgraded", "has", "small"), ("rewarded", "has", "upgrade")],
        "u2": [("tags", "has", "windows"), ("risks", "has", "high")],
        "u3": [
            ("earlier", "has", "article"),
            ("products", "has", "core"),
            ("core_version", "gt", "4.9"),
        ],
    }
    for user, tests in asked.items():
        for number, (field, operator, value) in enumerate(tests):
            id = f"{user}-{number}"
            stage.ops.segments.define(segment(Compared(field, operator, value), id))
            stage.ops.segments.evaluate(id)
            assert stage.ops.segments.members(id) == (user,), field
    for field in ("campaigns", "answered"):
        stage.ops.segments.define(segment(Compared(field, "has", "small"), field))
        stage.ops.segments.evaluate(field)
        assert stage.ops.segments.members(field) == ("u1", "u2")


def test_joined_users_are_one_with_what_happened_to_both(stage: Stage) -> None:
    stage.answered("u1")
    stage.user("u2")
    stage.ops.segments.define(segment(Compared("answered", "has", "small")))
    stage.ops.segments.evaluate("s")
    assert stage.ops.segments.members("s") == ("u1",)
    stage.ops.persons.merge("u1", into="u2", reason="called us")
    stage.ops.segments.evaluate("s")
    assert stage.ops.segments.members("s") == ("u2",)
    stage.ops.persons.undo_merge("u1")
    stage.ops.segments.evaluate("s")
    assert stage.ops.segments.members("s") == ("u1",)


def test_where_somebody_lives_counts_only_while_he_agrees() -> None:
    stage = opened()
    for user in ("u1", "u2"):
        contact = Contact(user=user, postal_address="深圳南山区样板路1号")
        stage.ops.people.register(User(id=user), contact=contact)
    segments = stage.ops.segments
    segments.define(segment(Compared("city", "eq", "深圳市"), purpose="events"))
    assert segments.evaluate("s") == ()
    agreed = Consent(user="u1", purpose="events", text_version="1", given_at=stage.clock())
    stage.ops.run(lambda work: work.save(CONSENTS, agreed), actor="test")
    assert [one.user for one in segments.evaluate("s")] == ["u1"]
    shown = f"{segments.snapshot('s', name='x')}{segments.history('u1')}"
    assert "样板路" not in shown


def test_a_campaign_takes_its_audience_at_the_launch_and_invites_it_in_pages() -> None:
    stage = staged()
    for n in range(5):
        stage.ops.people.register(User(id=f"p{n}", account="acct-1"))
    where = Compared("account", "eq", "acct-1")
    stage.ops.segments.define(Segment(id="partners", title=both("Partners"), where=where))
    wanted = attrs.evolve(stage.campaign.definition(), audience="partners")
    assert refusal(lambda: stage.campaign.invite_audience(via="mail")).code == (
        "campaign.no_audience"
    )
    stage.ops.launch(wanted)
    stage.ops.people.register(User(id="p9", account="acct-1"))
    stage.ops.launch(attrs.evolve(wanted, goal=attrs.evolve(wanted.goal, participants=9)))
    last: str | None = ""
    pages = []
    while last is not None:
        last = stage.campaign.invite_audience(via="mail", after=last, limit=2)
        pages.append(last)
    assert pages == ["p1", "p3", None]
    invited = [one.user for one in stage.campaign.participants() if one.invited_at]
    assert invited == ["p0", "p1", "p2", "p3", "p4"]
    with nothing_changes(stage.ops):
        assert stage.campaign.invite_audience(via="mail") is None


def test_a_campaign_for_nobody_known_is_refused() -> None:
    stage = staged()
    wanted = attrs.evolve(stage.campaign.definition(), audience="nobody")
    with nothing_changes(stage.ops), pytest.raises(NotFound):
        stage.ops.launch(wanted)
