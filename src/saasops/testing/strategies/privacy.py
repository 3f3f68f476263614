"""Strategies for consents and retention policies; purposes from a small pool, so that they meet."""

from datetime import UTC, datetime, timedelta
from typing import get_args

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from saasops.people.privacy.classes import CLASSES, Event
from saasops.people.privacy.consents import Basis, Consent, Purpose
from saasops.people.privacy.retention import Policy, RetentionRule
from saasops.values import Text

PURPOSES = ("campaign", "service", "shipping")
_FIRST = datetime(2020, 1, 1, tzinfo=UTC)


def instants() -> SearchStrategy[datetime]:
    """Draw days of one year, at midnight in UTC."""
    return st.integers(0, 365).map(lambda days: _FIRST + timedelta(days))


@st.composite
def consents(draw: st.DrawFn, *, user: str = "u0001") -> Consent:
    """Draw a consent of *user*, withdrawn or not."""
    given = draw(instants())
    stood = draw(st.none() | st.integers(1, 100).map(timedelta))
    return Consent(
        user=user,
        purpose=draw(st.sampled_from(PURPOSES)),
        text_version=draw(st.sampled_from(("1", "2"))),
        given_at=given,
        withdrawn_at=None if stood is None else given + stood,
    )


def purposes(id: str) -> SearchStrategy[Purpose]:
    """Draw the purpose *id* on any basis."""
    bases = st.sampled_from(get_args(Basis))
    return bases.map(lambda basis: Purpose(id=id, title=Text.of(id), basis=basis))


@st.composite
def rules(draw: st.DrawFn) -> RetentionRule:
    """Draw a rule that can fire."""
    known = draw(st.sampled_from([one for one in CLASSES.values() if one.events]))
    return RetentionRule(
        data_class=known.id,
        purpose=draw(st.sampled_from(PURPOSES)),
        after=draw(st.sampled_from(sorted(known.events - {"consent_withdrawn"}))),
        keep_for=timedelta(draw(st.integers(0, 1000))),
    )


def policies() -> SearchStrategy[Policy]:
    """Draw policies with all `PURPOSES` and a few rules."""
    return st.builds(
        Policy,
        purposes=st.tuples(*map(purposes, PURPOSES)),
        retention=st.lists(rules(), max_size=8).map(tuple),
    )


def happenings() -> SearchStrategy[dict[Event, datetime]]:
    """Draw when some of the events happened."""
    events = sorted(frozenset[Event]().union(*(one.events for one in CLASSES.values())))
    return st.dictionaries(st.sampled_from(events), instants())
