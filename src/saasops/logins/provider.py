"""What passes between saasops and a login provider. Checking it is left to `attempts`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

import attrs

from saasops import texts
from saasops.logins.http import HttpTransport
from saasops.people.users import Identity
from saasops.values import Text

Device: TypeAlias = Literal["desktop", "phone", "wechat", "qq", "mini_program"]
"""Where the person is: `wechat` and `qq` are the browsers inside those apps."""
Assurance: TypeAlias = Literal["host", "code", "federated"]
"""Who vouches: the host's own session, a one-time code just received, an outside party."""


@attrs.frozen(kw_only=True)
class Claim:
    """One thing that a provider says of a person; only a *verified* one may find or link him."""

    value: str = attrs.field(repr=False)
    verified: bool = False


@attrs.frozen(kw_only=True)
class Proof:
    """What a provider vouches for: this *identity* was here at *proven_at*.

    *claims* are `phone` (E.164), `mail`, `nickname`, `picture`; all may be missing, none is a key.
    """

    identity: Identity
    claims: Mapping[str, Claim] = attrs.field(factory=dict[str, Claim], repr=False)
    assurance: Assurance = "federated"
    proven_at: datetime


@attrs.frozen(kw_only=True)
class LoginContext:
    """What one login is given. All secrets are fresh, made here, and the same in both steps.

    *redirect_uri* is on the host's list. *principal* is whom the host's own session names, as
    the host vouches for it. *given* is what the person typed before the first step, for
    providers that prompt: `phone` or `mail`.
    """

    at: datetime
    http: HttpTransport = attrs.field(repr=False)
    state: str = attrs.field(repr=False)
    nonce: str = attrs.field(repr=False)
    verifier: str = attrs.field(repr=False)
    redirect_uri: str
    device: Device = "desktop"
    locale: str = "zh-CN"
    principal: Mapping[str, str] | None = attrs.field(default=None, repr=False)
    given: Mapping[str, str] = attrs.field(factory=dict[str, str], repr=False)


@attrs.frozen(kw_only=True)
class Redirect:
    """Send the browser to *url*; what comes back goes to `finish`.

    Whatever is in *keep* comes back in `Pending.kept`; it is sealed meanwhile.
    """

    url: str = attrs.field(repr=False)
    keep: Mapping[str, str] = attrs.field(factory=dict[str, str], repr=False)


@attrs.frozen(kw_only=True)
class Field:
    """One thing to ask of the person, by the kind of keyboard it wants."""

    name: str
    label: Text
    kind: Literal["text", "phone", "mail", "code"] = "text"


@attrs.frozen(kw_only=True)
class Delivery:
    """A text that has to reach the person before he can go on; saasops sends it by a channel."""

    medium: Literal["sms", "mail"]
    address: str = attrs.field(repr=False)
    text: Text = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Prompt:
    """Ask for *fields*. With *next* `begin` they go into `given`, with `finish` into `params`."""

    fields: tuple[Field, ...]
    next: Literal["begin", "finish"] = "finish"
    send: Delivery | None = None
    keep: Mapping[str, str] = attrs.field(factory=dict[str, str], repr=False)


@attrs.frozen(kw_only=True)
class Done:
    """No step is needed: the person is known already."""

    proof: Proof


@attrs.frozen(kw_only=True)
class Unavailable:
    """This provider is no use here, for a reason that has words: a code and its context."""

    code: str
    context: Mapping[str, Any] = attrs.field(factory=dict[str, Any])

    def explain(self, locale: str = "en") -> str:
        """Say why, in *locale* (zh-CN or en)."""
        return texts.explain(self.code, self.context, locale=locale)


Begun: TypeAlias = Redirect | Prompt | Done | Unavailable


@attrs.frozen(kw_only=True)
class Pending:
    """A login that was begun: when, and what its provider asked to *keep*."""

    begun_at: datetime
    kept: Mapping[str, str] = attrs.field(factory=dict[str, str], repr=False)


@runtime_checkable
class LoginProvider(Protocol):
    """Somebody who vouches for people.

    Safe to call from several threads; keeps nothing of a login. It names only identities of its
    own name: `wechat.in_app` those of `wechat`, `social` those of `social` and `social.github`,
    with the assurance "federated". Phones, mails, a code received and the host's word are left
    to `code` and `host`.
    """

    def begin(self, context: LoginContext, /) -> Begun:
        """Return the first step. It may ask the network only for what can be kept for all logins.

        Raise `LoginFailed` where the outside party cannot be used now.
        """
        ...

    def finish(
        self, context: LoginContext, params: Mapping[str, str], pending: Pending, /
    ) -> Proof:
        """Return whom *params*, which came back from the browser, prove; raise `LoginFailed`.

        The core has looked at the state, the browser, the age and the number of tries before.
        What remains is what only the provider knows: the code, the signature, the issuer.
        """
        ...
