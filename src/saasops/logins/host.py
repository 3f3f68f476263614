"""The provider `host`: whom the host's own session names is logged in. It decides nothing else."""

from collections.abc import Mapping

from saasops.errors import LoginFailed
from saasops.logins.provider import (
    Begun,
    Claim,
    Done,
    LoginContext,
    Pending,
    Proof,
    Unavailable,
)
from saasops.people.contacts import normal_mail, normal_phone
from saasops.people.users import Identity


class HostProvider:
    """Take the host's word: `subject`, and perhaps `phone`, `mail` and `nickname`.

    What the host says is verified; a phone or mail that is none is left out.
    """

    def begin(self, context: LoginContext, /) -> Begun:
        """Return `Done`, or `Unavailable` login.no_principal where the host names nobody."""
        principal = context.principal or {}
        subject = principal.get("subject", "")
        if not subject:
            return Unavailable(code="login.no_principal")
        read = {
            "phone": normal_phone(principal.get("phone", "")),
            "mail": normal_mail(principal.get("mail", "")),
            "nickname": principal.get("nickname", ""),
        }
        proof = Proof(
            identity=Identity("host", subject),
            claims={name: Claim(value=text, verified=True) for name, text in read.items() if text},
            assurance="host",
            proven_at=context.at,
        )
        return Done(proof=proof)

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        """Raise `LoginFailed` login.no_second_step: nobody is ever sent away."""
        del context, params, pending
        raise LoginFailed("login.no_second_step", provider="host")
