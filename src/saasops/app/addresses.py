"""Postal addresses: who still has to be asked for one, and those that are known from earlier."""

from saasops.app.imports import ImportReport, Progress, Result, take_in
from saasops.app.people import merge_contact, owner_of, owners_of
from saasops.app.work import Handle, Work, command, query
from saasops.errors import Invalid, Problem
from saasops.people.address_rows import AddressRow, read_addresses
from saasops.people.contacts import Contact, normal_address
from saasops.rows import Rows
from saasops.storage.tables import CONTACTS, USERS


class Addresses(Handle):
    """Keep postal addresses, and ask for one only where none is on file."""

    @query
    def needed(self, work: Work, user: str) -> bool:
        """Tell whether *user* has to be asked where to send something; raise `NotFound`."""
        work.need(USERS, user)
        return not on_file(work, user)

    @command
    def fill(self, work: Work, user: str, postal_address: str) -> bool:
        """Keep the address of *user* where none is on file; tell whether it was kept."""
        work.need(USERS, user)
        if on_file(work, user) or normal_address(postal_address) is None:
            return False
        return merge_contact(work, Contact(user=user, postal_address=postal_address.strip()))

    def import_addresses(
        self, rows: Rows, *, dry_run: bool = False, progress: Progress | None = None
    ) -> ImportReport:
        """Take in earlier addresses of people on file, each found by any trace in the row.

        What is on file stays: a row with another address counts as superseded. Whom nothing
        leads to, and what leads to several, is a problem of its row.
        """
        return take_in(
            self,
            "addresses",
            rows,
            read_addresses,
            _keep,
            dry_run=dry_run,
            progress=progress,
            together=True,
        )


def on_file(work: Work, user: str) -> str | None:
    """Return the postal address of *user*, or None."""
    contact = work.load(CONTACTS, user)
    return contact.postal_address if contact else None


def _keep(work: Work, row: AddressRow) -> Result:
    user = _owner(work, row)
    held = on_file(work, user)
    if held is None:
        merge_contact(work, Contact(user=user, postal_address=row.postal_address))
        return "accepted"
    same = normal_address(held) == normal_address(row.postal_address)
    return "unchanged" if same else "superseded"


def _owner(work: Work, row: AddressRow) -> str:
    """Return whose row it is, by its strongest trace; raise `Invalid` where that is not one."""
    if row.user is not None:
        return work.need(USERS, row.user).id
    if row.identity is not None and (owner := owner_of(work, row.identity)) is not None:
        return owner
    for route, value in (("phone", row.phone), ("mail", row.mail)):
        found = owners_of(work, "user", route, value) if value else []
        if len(found) > 1:
            context = {"route": route, "count": len(found)}
            raise Invalid([Problem("", "address.several", context)])
        if found:
            return found[0]
    raise Invalid([Problem("", "address.nobody")])
