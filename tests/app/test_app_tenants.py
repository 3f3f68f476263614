"""Two tenants on one store, and who stands in the record for what."""

from pathlib import Path

import pytest

from kit import at, everything, opened, rows, staged
from saasops import NotFound, SaasOps
from saasops.app.people import register
from saasops.app.work import Work
from saasops.people.users import Identity, User
from saasops.storage.memory import MemoryStorage
from saasops.storage.tables import TABLES
from saasops.testing.fakes import KEYS


def test_g2_two_tenants_on_one_file_see_nothing_of_each_other(file: Path) -> None:
    one = staged(file, tenant="one")
    one.rewarded("u1")
    one.campaign.invite(one.user("u2"), via="mail")
    other = opened(file, tenant="other")
    assert not any(everything(other.ops).values())
    assert other.ops.campaigns() == ()
    with pytest.raises(NotFound):
        other.ops.people.user("u1")
    with pytest.raises(NotFound):
        other.campaign.definition()
    before = everything(one.ops)
    second = staged(file, tenant="other")
    second.booked("u1")  # the same names, another person
    second.ops.people.link("u1", Identity("wechat", "wx"))
    second.until("03-02")
    second.ops.tick()
    assert everything(one.ops) == before
    assert one.channel.sent == []
    assert {message.recipient for message in second.channel.sent} == {"u1", "public"}
    assert second.campaign.rewards.grants() == ()
    for stage in (one, other, second):
        stage.ops.close()


def test_g2_tenants_share_nothing_in_memory_either() -> None:
    storage = MemoryStorage()
    storage.migrate(TABLES)
    one, other = (SaasOps(storage, keys=KEYS, tenant=name) for name in ("one", "other"))
    one.people.import_users(rows("user,qq\nu1,900000000001\n"))
    assert other.people.import_users(rows("user,qq\nu2,900000000001\n")).accepted == (1,)
    assert one.people.identify("qq", "900000000001").id == "u1"
    assert other.people.identify("qq", "900000000001").id == "u2"


def test_a9_whoever_acts_stands_in_the_record_with_the_time() -> None:
    stage = staged()
    stage.user("u1")
    self_, operator = (
        stage.ops.acting(who, roles=("operator",)).campaign("small")
        for who in ("user:u1", "operator")
    )
    operator.invite("u1", via="mail")
    self_.survey.submit("u1", {"version": "5.0", "os": "linux", "slot": "early"})
    stage.until("02-25")
    self_.schedule.book("u1", "early")
    operator.schedule.cancel("u1")
    found = [(e["name"], e["actor"], e["at"]) for e in stage.campaign.history("u1")]
    assert found == [
        ("participant.invited", "operator", at("02-24")),
        ("response.submitted", "user:u1", at("02-24")),
        ("risk.assessed", "user:u1", at("02-24")),
        ("slot.booked", "user:u1", at("02-25")),
        ("booking.cancelled", "operator", at("02-25")),
    ]
    booking = stage.campaign.schedule.booking("u1")
    assert booking is not None
    assert [move.actor for move in booking.moves] == ["user:u1", "operator"]


def test_g2_acting_for_somebody_shares_the_store_and_the_clock() -> None:
    stage = staged()
    other = stage.ops.acting("operator", roles=("operator",))
    other.people.import_users(rows("user\nu1\n"))
    assert stage.ops.people.user("u1").id == "u1"
    assert other.campaign("small").definition() == stage.campaign.definition()
    events = everything(stage.ops)["events"]
    assert {row["actor"] for row in events} == {"system"}


def test_g2_what_a_step_of_the_host_wrote_before_it_failed_is_gone() -> None:
    stage = staged()
    stage.user("u1")
    before = everything(stage.ops)

    def step(work: Work) -> None:
        register(work, User(id="u2"), account=None, identities=(), contact=None)
        raise KeyError("the host's own mistake")

    with pytest.raises(KeyError):
        stage.ops.run(step, actor="host")
    assert everything(stage.ops) == before
