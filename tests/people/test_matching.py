"""Whether a user took part before (A17)."""

from datetime import date

import attrs
from hypothesis import given
from hypothesis import strategies as st

from saasops.people.contacts import Contact
from saasops.people.matching import Prior, keys, keys_of_user, matched_by
from saasops.people.users import Identity
from saasops.testing.strategies.people import contacts, identities, phone_spellings, priors

LINKED = st.lists(identities(), max_size=3, unique=True)


@given(priors(), LINKED, contacts())
def test_a17_a_prior_matches_where_a_key_is_shared_and_by_the_strongest_route(
    prior: Prior, linked: list[Identity], contact: Contact
) -> None:
    shared = [key for key in keys(prior) if key in keys_of_user(linked, contact)]
    assert matched_by(prior, linked, contact) == (shared[0][0] if shared else None)


@given(contacts(), LINKED, st.data())
def test_a17_every_single_trace_leads_back_by_its_own_route(
    contact: Contact, linked: list[Identity], data: st.DataObject
) -> None:
    blank = Prior(id="jan-01", thing="article", rewarded_on=date(2020, 1, 9))
    assert matched_by(blank, linked, contact) is None
    for identity in linked:
        prior = attrs.evolve(blank, identity=identity)
        assert matched_by(prior, linked, contact) == identity.provider
    if contact.phone:
        prior = attrs.evolve(blank, phone=data.draw(phone_spellings(contact.phone)))
        assert matched_by(prior, (), contact) == "phone"
    if contact.mail:
        prior = attrs.evolve(blank, mail=contact.mail.upper())
        assert matched_by(prior, (), contact) == "mail"
    if contact.postal_address:
        prior = attrs.evolve(blank, postal_address=f" {contact.postal_address} ")
        assert matched_by(prior, (), contact) == "address"


@given(priors(), contacts(), LINKED)
def test_a17_the_routes_stand_in_their_order(
    prior: Prior, contact: Contact, linked: list[Identity]
) -> None:
    order = ["phone", "mail", "address"]
    for found in (keys(prior), keys_of_user(linked, contact)):
        contact_routes = [route for route, _ in found if route in order]
        assert contact_routes == sorted(contact_routes, key=order.index)
        assert [route for route, _ in found][-len(contact_routes) or len(found) :] == contact_routes


def test_a17_the_same_subject_at_another_provider_is_somebody_else() -> None:
    prior = Prior(
        id="jan-01", identity=Identity("qq", "1"), thing="article", rewarded_on=date(2020, 1, 9)
    )
    assert matched_by(prior, [Identity("wechat", "1")], Contact(user="u0001")) is None
    assert matched_by(prior, [Identity("qq", "1")], None) == "qq"


@given(priors())
def test_personal_fields_of_a_prior_stay_out_of_its_repr(prior: Prior) -> None:
    for value in (prior.phone, prior.mail, prior.postal_address):
        assert value is None or value not in repr(prior)
    assert prior.identity is None or prior.identity.subject not in repr(prior)
