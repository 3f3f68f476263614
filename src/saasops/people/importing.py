"""Reads users and earlier participations from rows. Opening files is left to the callers."""

from collections.abc import Mapping, Sequence

import attrs

from saasops.errors import Problem
from saasops.people.contacts import Contact, normal_mail, normal_phone
from saasops.people.matching import Prior
from saasops.people.users import Account, Identity, User
from saasops.rows import Row, Rows, read_rows


@attrs.frozen(kw_only=True)
class UserRow:
    """All that one row says of a user."""

    row: int
    user: User
    account: Account | None
    identities: tuple[Identity, ...]
    contact: Contact


def read_users(
    rows: Rows, *, providers: Sequence[str] = ("qq", "wechat"), region: str = "CN"
) -> tuple[list[tuple[int, UserRow]], list[Problem]]:
    """Read user, account, account_name, nickname, locale, registered_on and contact data.

    Contact data are mail, phone and postal_address; without a locale it is zh-CN. Each of
    *providers* is a column too and gives an identity. Only `user` is required. Phones
    without a country code are of *region*. An identity that an earlier row has, or a second
    name for an account, is a problem. A blank account name is "": none was given.
    """

    def build(row: Row) -> UserRow:
        user, account = row.required("user"), row.text("account")
        return UserRow(
            row=row.number,
            user=User(
                id=user,
                account=account,
                nickname=row.text("nickname") or "",
                registered_on=row.date("registered_on"),
                locale=row.text("locale") or "zh-CN",
            ),
            account=Account(account, row.text("account_name") or "") if account else None,
            identities=tuple(Identity(p, s) for p in providers if (s := row.text(p))),
            contact=Contact(
                user=user,
                mail=_mail(row),
                phone=_phone(row, region),
                postal_address=row.text("postal_address"),
            ),
        )

    optional = ("account", "account_name", "nickname", "mail", "phone", "postal_address")
    found, problems = read_rows(
        rows,
        build,
        required=("user",),
        optional=(*providers, *optional, "registered_on", "locale"),
        key=lambda built: built.user.id,
    )
    owners, names = dict[Identity, int](), dict[str, UserRow]()
    right = list[tuple[int, UserRow]]()
    for number, built in found:
        clashes = _clashes(built, owners, names)
        problems += clashes
        if not clashes:
            right.append((number, built))
            owners.update(dict.fromkeys(built.identities, built.row))
            if built.account and built.account.name:
                names.setdefault(built.account.id, built)
    return right, problems


def read_priors(rows: Rows, *, region: str = "CN") -> tuple[list[tuple[int, Prior]], list[Problem]]:
    """Read entry, thing, prize, rewarded_on and the traces: what may lead back to a user.

    Traces are identity_provider with identity, phone, mail and postal_address; all of them
    and the prize may be blank. Nicknames are passed over: they prove nothing.
    """

    def build(row: Row) -> Prior | None:
        provider, subject = row.text("identity_provider"), row.text("identity")
        if (provider is None) is not (subject is None):
            row.wrong("identity" if provider else "identity_provider", "row.missing_value")
        phone, mail, on = _phone(row, region), _mail(row), row.date("rewarded_on")
        if on is None:
            return None
        return Prior(
            id=row.required("entry"),
            identity=Identity(provider, subject) if provider and subject else None,
            phone=phone,
            mail=mail,
            postal_address=row.text("postal_address"),
            thing=row.required("thing"),
            prize=row.text("prize"),
            rewarded_on=on,
        )

    traces = ("identity_provider", "identity", "nickname", "phone", "mail", "postal_address")
    return read_rows(
        rows,
        build,
        required=("entry", "thing", "rewarded_on"),
        optional=(*traces, "prize"),
        key=lambda prior: prior.id,
    )


def _clashes(
    built: UserRow, owners: Mapping[Identity, int], names: Mapping[str, UserRow]
) -> list[Problem]:
    """Compare a row with those before it: whose identities, and which names of accounts."""
    row = Row(number=built.row, cells={})
    for identity in built.identities:
        if identity in owners:
            row.wrong(identity.provider, "row.duplicate", first=owners[identity], row=row.number)
    account = built.account
    first = names.get(account.id, built) if account and account.name else built
    if account and first.account != account:
        row.wrong("account_name", "account.other_name", account=account.id, first=first.row)
    return row.problems


def _phone(row: Row, region: str) -> str | None:
    if (text := row.text("phone")) is None:
        return None
    if (phone := normal_phone(text, region=region)) is None:
        row.wrong("phone", "phone.unreadable")
    return phone


def _mail(row: Row) -> str | None:
    mail = row.text("mail")
    if mail is not None and normal_mail(mail) is None:
        row.wrong("mail", "mail.unreadable")
    return mail
