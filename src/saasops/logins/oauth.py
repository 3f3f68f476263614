"""Decides what OAuth 2 replies mean that keep no standard: three shapes, and errors with HTTP 200.

Which addresses are asked, and what a person is called there, are left to the providers. What
they say is never quoted: it may repeat a secret. Only their own short code is kept.
"""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any, Literal, TypeAlias, cast

from saasops.errors import Invalid, LoginFailed, Problem
from saasops.logins.http import HttpReply, HttpRequest, HttpTransport
from saasops.logins.provider import Claim, Device, LoginContext, Unavailable

Reason: TypeAlias = Literal[
    "login.denied",
    "login.no_code",
    "login.preview",
    "login.provider_said",
    "login.replayed",
    "login.unreadable",
]
"""Why a provider logs nobody in; each has words."""
LONGEST_CODE = 4096
LONGEST_CLAIM = 2048

_NAME = re.compile(r"[\w$.]+")
_FORM = re.compile(r"[\w.-]+=[^\s<>&=]*(?:&[\w.-]+=[^\s<>&=]*)*", re.ASCII)
_CODED = re.compile(rb"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SAID = re.compile(r"-?[A-Za-z0-9][A-Za-z0-9_.:-]{0,39}")
_SUBJECT = re.compile(r"[!-~]{1,255}")
_ERRORS = ("error", "errcode", "ret")
_CALLBACK_ERRORS = frozenset(
    {
        "invalid_request", "unauthorized_client", "unsupported_response_type", "invalid_scope",
        "server_error", "temporarily_unavailable", "interaction_required", "login_required",
        "account_selection_required", "consent_required",
    }
)  # fmt: skip
_ENDPOINT = re.compile(
    r"(?:https://[A-Za-z0-9][A-Za-z0-9.-]*(?::\d{1,5})?"
    r"|http://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?)(?:/[A-Za-z0-9._~/-]*)?"
)


def failed(code: Reason, provider: str, *, said: object = "-") -> LoginFailed:
    """Return the error to raise; *said* is the provider's own code, and left out if it is none."""
    told = str(said) if type(said) in (str, int) else "?"
    return LoginFailed(code, provider=provider, said=told if _SAID.fullmatch(told) else "?")


def address(endpoint: str, query: Mapping[str, str], *, fragment: str = "") -> str:
    """Return *endpoint* with *query*, coded as RFC 3986 has it, and *fragment*."""
    return f"{endpoint}?{_form(query)}" + (f"#{fragment}" if fragment else "")


def callback_code(params: Mapping[str, str], provider: str) -> str:
    """Return the code that came back from the browser; raise `LoginFailed`.

    login.denied where the person said no, login.provider_said for another error of RFC 6749,
    login.no_code where there is none. Anybody may send *params*, so no other word of them is kept.
    """
    error = params.get("error", "")
    if error == "access_denied":
        raise failed("login.denied", provider)
    if error:
        said = error if error in _CALLBACK_ERRORS else "another error"
        raise failed("login.provider_said", provider, said=said)
    code = params.get("code", "")
    if not 0 < len(code) <= LONGEST_CODE or not re.fullmatch(r"[!-~]+", code):
        raise failed("login.no_code", provider)
    return code


def ask(
    http: HttpTransport,
    endpoint: str,
    query: Mapping[str, str],
    *,
    provider: str,
    post: bool = False,
    headers: Mapping[str, str] | None = None,
    used: Collection[str] = (),
    timeout: float = 5.0,
) -> dict[str, Any]:
    """Send *query* to *endpoint*, in the address or with *post* as a form, and read the reply."""
    sent = {"accept": "application/json", **(headers or {})}
    if post:
        sent["content-type"] = "application/x-www-form-urlencoded"
    request = HttpRequest(
        method="POST" if post else "GET",
        url=endpoint if post else address(endpoint, query),
        headers=sent,
        body=_form(query).encode() if post else None,
        timeout=timeout,
    )
    return read_reply(http.send(request), provider=provider, used=used)


def read_reply(reply: HttpReply, *, provider: str, used: Collection[str] = ()) -> dict[str, Any]:
    """Read JSON, JSONP or a form as UTF-8, whatever the headers say; raise `LoginFailed`.

    login.replayed for an error whose code is one of *used*, login.provider_said for any other,
    whatever the status; login.unreadable for what is no table, or an error that has no code.
    """
    read = _table(reply.body.decode("utf-8-sig", "replace"))
    if read is None:
        raise failed("login.unreadable", provider, said=reply.status)
    for key in _ERRORS:
        said = read.get(key)
        if said not in (None, 0, "0", ""):
            replayed = str(said) in used
            raise failed(
                "login.replayed" if replayed else "login.provider_said", provider, said=said
            )
    if not 200 <= reply.status < 300:
        raise failed("login.unreadable", provider, said=reply.status)
    return read


def text_of(reply: Mapping[str, Any], key: str, *, provider: str) -> str:
    """Return an id or a token of *reply*; raise `LoginFailed` login.unreadable if it is none."""
    value = reply.get(key)
    if isinstance(value, str) and 0 < len(value) <= LONGEST_CLAIM and value.isprintable():
        return value
    raise failed("login.unreadable", provider, said=key)


def subject_of(reply: Mapping[str, Any], key: str, *, provider: str) -> str:
    """Return what the provider calls the person; raise `LoginFailed` login.unreadable.

    It is 1 to 255 visible ASCII characters: nothing that two people could share by a mistake.
    """
    value = reply.get(key)
    if isinstance(value, str) and _SUBJECT.fullmatch(value):
        return value
    raise failed("login.unreadable", provider, said=key)


def claims_of(reply: Mapping[str, Any], **keys: str) -> dict[str, Claim]:
    """Return unverified claims by the *keys* that they have in *reply*, without empty ones."""
    found = {claim: reply.get(key) for claim, key in keys.items()}
    return {
        claim: Claim(value=value.strip())
        for claim, value in found.items()
        if isinstance(value, str) and value.strip() and len(value) <= LONGEST_CLAIM
    }


def elsewhere(
    context: LoginContext, provider: str, devices: Collection[Device]
) -> Unavailable | None:
    """Tell why *provider* is no use where the person is; None where it is one of *devices*."""
    if context.device in devices:
        return None
    told = {"provider": provider, "device": context.device, "devices": sorted(devices)}
    return Unavailable(code="login.other_device", context=told)


def not_set_up(provider: str) -> Unavailable:
    """Tell that the host gave no app for *provider*."""
    return Unavailable(code="login.not_set_up", context={"provider": provider})


def endpoint(_settings: Any, field: Any, value: str) -> None:
    """Validate a field of settings: raise `Invalid` unless it is https, or http on loopback."""
    if not _ENDPOINT.fullmatch(value):
        raise Invalid([Problem(str(field.name), "login.wrong_endpoint")])


def _table(text: str) -> dict[str, Any] | None:
    """Return what *text* holds by key, or None."""
    text = _unwrapped(text.strip())
    try:
        read: object = json.loads(_without_trailing_comma(text))
    except (ValueError, RecursionError):
        return dict(map(_pair, text.split("&"))) if _FORM.fullmatch(text) else None
    return cast("dict[str, Any]", read) if isinstance(read, dict) and read else None


# By hand and not by patterns: these would go through a body of blanks again for each of them.
def _unwrapped(text: str) -> str:
    """Return the object in the brackets of JSONP, or *text* if it is none."""
    name, bracket, rest = text.partition("(")
    rest = rest.removesuffix(";").rstrip()
    inner = rest.removesuffix(")").strip()
    wraps = bracket and rest.endswith(")") and _NAME.fullmatch(name.rstrip())
    return inner if wraps and inner.startswith("{") and inner.endswith("}") else text


def _without_trailing_comma(text: str) -> str:
    head = text.removesuffix("}").rstrip()
    return f"{head[:-1]}}}" if text.endswith("}") and head.endswith(",") else text


def _pair(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return key, _CODED.sub(
        lambda found: bytes([int(found[1], 16)]), value.replace("+", " ").encode()
    ).decode("utf-8", "replace")


def _form(query: Mapping[str, str]) -> str:
    return "&".join(f"{_coded(key)}={_coded(value)}" for key, value in query.items())


def _coded(text: str) -> str:
    raw = text.encode("utf-8", "replace")
    return "".join(chr(one) if one in _UNRESERVED else f"%{one:02X}" for one in raw)
