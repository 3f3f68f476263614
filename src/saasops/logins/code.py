"""The provider `code`: who reads a one-time code proves that a phone or a mailbox is his.

Whether anybody is known there is not asked, so that nobody can find out. Sending the code, and
limits to tries and codes, are left to the shell.
"""

import hashlib
import unicodedata
from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

import attrs

from saasops.errors import Invalid, LoginFailed, Problem
from saasops.logins.provider import (
    Begun,
    Claim,
    Delivery,
    Field,
    LoginContext,
    Pending,
    Prompt,
    Proof,
)
from saasops.logins.tokens import Entropy, same
from saasops.people.contacts import normal_mail, normal_phone
from saasops.people.users import Identity
from saasops.values import Text, both

Means: TypeAlias = Literal["phone", "mail"]
DIGITS = 6
_ROUNDS = 10_000
_READERS: dict[Means, Callable[[str], str | None]] = {"phone": normal_phone, "mail": normal_mail}
_MEDIA: dict[Means, Literal["sms", "mail"]] = {"phone": "sms", "mail": "mail"}
_LABELS: dict[Means, Text] = {
    "phone": both("Phone number", "手机号"),
    "mail": both("Mail address", "邮箱"),
}
_CODE = Field(name="code", label=both("Code", "验证码"), kind="code")


@attrs.frozen
class CodeSettings:
    """What people may be reached by, and what the host is called in front of the code."""

    means: tuple[Means, ...] = ("phone", "mail")
    name: str = ""


class CodeProvider:
    """Send six digits to a phone or a mailbox and ask for them."""

    def __init__(self, settings: CodeSettings | None = None, *, entropy: Entropy) -> None:
        self._settings = settings or CodeSettings()
        self._entropy = entropy

    def begin(self, context: LoginContext, /) -> Begun:
        """Ask for an address; once it is given, have a code sent there and ask for that.

        Raise `Invalid` login.no_phone or login.no_mail for what is no address.
        """
        allowed = self._settings.means
        means: Means | None = next(
            (one for one in allowed if context.given.get(one, "").strip()), None
        )
        if means is None:
            fields = tuple(Field(name=one, label=_LABELS[one], kind=one) for one in allowed)
            return Prompt(fields=fields, next="begin")
        address = _READERS[means](context.given[means])
        if address is None:
            code = "login.no_phone" if means == "phone" else "login.no_mail"
            raise Invalid([Problem(f"given.{means}", code)])
        code = f"{int.from_bytes(self._entropy(16)) % 10**DIGITS:0{DIGITS}}"
        kept = {"means": means, "address": address, "digest": _digest(context, address, code)}
        send = Delivery(medium=_MEDIA[means], address=address, text=self._text(code))
        return Prompt(fields=(_CODE,), send=send, keep=kept)

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        """Return whose address it is; raise `LoginFailed` login.wrong_code."""
        kept = pending.kept
        typed = "".join(unicodedata.normalize("NFKC", params.get("code", "")).split())
        if not same(_digest(context, kept["address"], typed[: DIGITS + 1]), kept["digest"]):
            raise LoginFailed("login.wrong_code", provider="code")
        return Proof(
            identity=Identity(kept["means"], kept["address"]),
            claims={kept["means"]: Claim(value=kept["address"], verified=True)},
            assurance="code",
            proven_at=context.at,
        )

    def _text(self, code: str) -> Text:
        name = self._settings.name
        return both(
            f"{f'{name}: ' if name else ''}your login code is {code}. Nobody will ask you for it; "
            "it holds for ten minutes.",
            f"{f'【{name}】' if name else ''}登录验证码 {code}，十分钟内有效，请勿告诉他人。",
        )


def _digest(context: LoginContext, address: str, code: str) -> str:
    """Digest *code* under what only the browser has: the state is not kept anywhere."""
    salt = f"{context.state}\0{context.nonce}\0{address}".encode()
    typed = code.encode("utf-8", "surrogatepass")
    return hashlib.pbkdf2_hmac("sha256", typed, salt, _ROUNDS).hex()
