"""Reads earlier postal addresses from rows, each with what leads to its owner."""

import attrs

from saasops.errors import Problem
from saasops.people.contacts import normal_mail, normal_phone
from saasops.people.users import Identity
from saasops.rows import Row, Rows, read_rows


@attrs.frozen(kw_only=True)
class AddressRow:
    """A postal address, and whose it is: a *user*, or traces of somebody."""

    user: str | None = None
    identity: Identity | None = None
    phone: str | None = attrs.field(default=None, repr=False)
    mail: str | None = attrs.field(default=None, repr=False)
    postal_address: str = attrs.field(repr=False)


def read_addresses(
    rows: Rows, *, region: str = "CN"
) -> tuple[list[tuple[int, AddressRow]], list[Problem]]:
    """Read postal_address with user, identity_provider and identity, phone or mail.

    One of these has to be there. Phones without a country code are of *region*. The address
    stays as it is written.
    """

    def build(row: Row) -> AddressRow:
        provider, subject = row.text("identity_provider"), row.text("identity")
        if (provider is None) is not (subject is None):
            row.wrong("identity" if provider else "identity_provider", "row.missing_value")
        phone, mail = row.text("phone"), row.text("mail")
        if phone is not None and normal_phone(phone, region=region) is None:
            row.wrong("phone", "phone.unreadable")
        if mail is not None and normal_mail(mail) is None:
            row.wrong("mail", "mail.unreadable")
        found = AddressRow(
            user=row.text("user"),
            identity=Identity(provider, subject) if provider and subject else None,
            phone=phone and normal_phone(phone, region=region),
            mail=mail and normal_mail(mail),
            postal_address=row.required("postal_address"),
        )
        if not row.problems and not (found.user or found.identity or phone or mail):
            row.wrong("", "address.nobody")
        return found

    traces = ("user", "identity_provider", "identity", "phone", "mail")
    return read_rows(rows, build, required=("postal_address",), optional=traces)
