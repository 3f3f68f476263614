"""The fixtures that embedding apps get, and what loading their plugin costs."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

from saasops import SaasOps
from saasops.people.contacts import Contact
from saasops.people.users import User
from saasops.ports import Message
from saasops.testing.fakes import FixedClock
from saasops.testing.invariants import check_campaign
from saasops.testing.samples import sample_campaign


def test_the_fixtures_run_a_campaign(
    saasops_ops: SaasOps, saasops_clock: FixedClock, saasops_sent: list[Message]
) -> None:
    assert saasops_clock() == datetime(2020, 2, 3, 9, tzinfo=UTC)
    contact = Contact(user="u1", mail="u1@example.org")
    saasops_ops.people.register(User(id="u1", nickname="One"), contact=contact)
    campaign = saasops_ops.launch(sample_campaign())
    campaign.invite("u1", via="mail")
    saasops_ops.tick()
    assert [message.id for message in saasops_sent] == ["sample/reminder/u1/2020-02-03"]
    saasops_clock.tick(timedelta(days=7))
    saasops_ops.tick()
    assert len(saasops_sent) == 2
    check_campaign(campaign, sent=saasops_sent)


def test_every_test_gets_a_new_one(saasops_ops: SaasOps, saasops_sent: list[Message]) -> None:
    assert saasops_ops.campaigns() == ()
    assert saasops_sent == []


def test_loading_the_plugin_imports_nothing_of_saasops() -> None:
    code = "import sys, _saasops_pytest; print([m for m in sys.modules if m.startswith('saasops')])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
