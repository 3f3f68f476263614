"""Decides when two phones, mails or addresses are the same, and how much of one is shown.

Whether a number is given out or a mailbox exists is not asked. Encryption and erasure are
left to the store.
"""

import re
import unicodedata

import attrs

from saasops.people.addresses import masked_address
from saasops.people.numbering import PLANS

_EXTENSION = re.compile(r"(ext\.?|x|#|转|分机).*")
_SEPARATORS = re.compile(r"[\s\-‐-―().·/]+")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_MAIL = re.compile(r"[^\s@]+@[^\s@]+")
_HIDDEN = "****"


@attrs.frozen(kw_only=True)
class Contact:
    """How to reach a user: mail, phone in E.164, postal address; None where not on file."""

    user: str
    mail: str | None = attrs.field(default=None, repr=False)
    phone: str | None = attrs.field(default=None, repr=False)
    postal_address: str | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class MaskedContact:
    """What may be shown of a `Contact` to somebody who need not use it; it is kept beside it."""

    user: str
    mail: str | None = attrs.field(default=None, repr=False)
    phone: str | None = attrs.field(default=None, repr=False)
    postal_address: str | None = attrs.field(default=None, repr=False)


def masked(contact: Contact) -> MaskedContact:
    """Return *contact* with everything masked."""
    mail, phone, address = contact.mail, contact.phone, contact.postal_address
    e164 = phone and (normal_phone(phone) or phone)
    return MaskedContact(
        user=contact.user,
        mail=mail and mask_mail(mail),
        phone=e164 and mask_phone(e164),
        postal_address=address and masked_address(address),
    )


def normal_phone(text: str, *, region: str = "CN") -> str | None:
    """Return the number in E.164, or None where *text* cannot be one.

    A number without a country code is read as one of *region*. Width, blanks, brackets, a
    leading `tel:`, `00` or trunk prefix and an extension make no difference.
    """
    digits = unicodedata.normalize("NFKC", text).strip().lower().removeprefix("tel:")
    digits = _SEPARATORS.sub("", _EXTENSION.sub("", digits))
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    if not digits.startswith("+"):
        plan = PLANS.get(region)
        return (plan.read(digits) or plan.read(digits.removeprefix(plan.code))) if plan else None
    plan = next((plan for plan in PLANS.values() if digits.startswith(f"+{plan.code}")), None)
    if plan is not None:
        return plan.read(digits.removeprefix(f"+{plan.code}"))
    return digits if _E164.fullmatch(digits) else None


def normal_mail(text: str) -> str | None:
    """Return the address without blanks around it and in lower case, or None for no address."""
    mail = unicodedata.normalize("NFKC", text).strip().casefold()
    return mail if _MAIL.fullmatch(mail) else None


def normal_address(text: str) -> str | None:
    """Return the address in one width and case, without any blanks; None for a blank one."""
    closed = "".join(unicodedata.normalize("NFKC", text).split())
    return unicodedata.normalize("NFKC", closed.casefold()) or None


def mask_phone(phone: str) -> str:
    """Show an E.164 number as 164****0361; at least four digits stay hidden."""
    if not _E164.fullmatch(phone):
        return _HIDDEN
    shown = phone.removeprefix("+86")
    return f"{shown[:3]}{_HIDDEN}{shown[-4:] if len(shown) > 10 else shown[-2:]}"


def mask_mail(mail: str) -> str:
    """Show a mail address as u***@example.com."""
    if normal_mail(mail) is None or not _MAIL.fullmatch(mail.strip()):
        return _HIDDEN
    local, _, domain = mail.strip().partition("@")
    return f"{local[0] if len(local) > 2 else ''}***@{domain}"
