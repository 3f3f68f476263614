"""What counts now: the policy that the host adopted, and what a person agreed to."""

from saasops import serial
from saasops.app.work import Work
from saasops.people.privacy.consents import Consent
from saasops.people.privacy.retention import STANDARD, Policy
from saasops.storage.tables import CONSENTS, PRIVACY_POLICY

POLICY = "policy"
"""The key of the one row that holds it."""


def policy_of(work: Work) -> tuple[Policy, bool]:
    """Return the policy, and whether the host adopted it; `STANDARD` before it did."""
    row = work.tx.get(PRIVACY_POLICY, (POLICY,))
    return (STANDARD, False) if row is None else (serial.load_trusted(row["body"], Policy), True)


def adopt(work: Work, policy: Policy) -> bool:
    """Let *policy* count from now on; tell whether it is news."""
    row = work.tx.get(PRIVACY_POLICY, (POLICY,))
    new = {"body": serial.dump(policy), "adopted_at": work.at, "run_on": None, "after": None}
    if row is None:
        work.tx.insert(PRIVACY_POLICY, [{"id": POLICY, **new}])
    elif row["body"] != new["body"]:
        work.tx.update(PRIVACY_POLICY, (POLICY,), new, expect=row["rev"])
    else:
        return False
    return True


def consents_of(work: Work, user: str) -> tuple[Consent, ...]:
    """Return every consent of *user*, by purpose and instant."""
    return tuple(work.each(CONSENTS, {"user": user}))
