"""Decides how a host lets people in: by whom, back to where, for how long and how often.

Counting is left to the shell: a fixed window is a counter that may go up to its limit.
"""

from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias

import attrs

from saasops.errors import Invalid, LoginFailed, Problem
from saasops.logins.redirects import check_redirects

Whom: TypeAlias = Literal["browser", "address", "client"]
"""Who is counted: a browser, the phone or mail that gets a code, whom the host names."""
Medium: TypeAlias = Literal["sms", "mail"]
_MINUTES = timedelta(minutes=10)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@attrs.frozen
class Limit:
    """At most so many times in each window of this length; windows stand side by side."""

    most: int
    within: timedelta


@attrs.frozen(kw_only=True)
class Limits:
    """How often one browser, one address and one client may do something; all limits hold."""

    browser: tuple[Limit, ...] = ()
    address: tuple[Limit, ...] = ()
    client: tuple[Limit, ...] = ()

    def of(self, whom: Whom) -> tuple[Limit, ...]:
        """Return the limits of one of the three."""
        found: tuple[Limit, ...] = getattr(self, whom)
        return found


@attrs.frozen
class Counted:
    """One counter: its *key* tells nothing of whom it counts; it may be forgotten at *until*."""

    key: str
    most: int
    until: datetime


_BEGUN = Limits(
    browser=(Limit(30, _MINUTES),),
    address=(Limit(5, _HOUR), Limit(10, _DAY)),
    client=(Limit(200, _MINUTES),),
)
_FINISHED = Limits(browser=(Limit(60, _MINUTES),), client=(Limit(400, _MINUTES),))


@attrs.frozen(kw_only=True)
class LoginPolicy:
    """How people log in at one host.

    *providers* are on, in the order in which they are shown; no other is. *redirects* are where
    an outside party may send people back to, letter by letter. Whom nobody knows yet is
    registered, or refused. A session ends *session_for* after the login, and when it was not
    seen *idle_for*. An attempt has to be finished *attempt_for* after it began; a prompt takes
    so many *tries*. *most_sms* and *most_mail* are how many codes leave the host in all, whoever
    asks for them: they bound what a flood costs. Raise `Invalid` for a policy that makes no sense.
    """

    providers: tuple[str, ...]
    redirects: tuple[str, ...] = ()
    register: Literal["automatic", "refuse"] = "automatic"
    session_for: timedelta = timedelta(days=30)
    idle_for: timedelta = timedelta(days=7)
    attempt_for: timedelta = _MINUTES
    tries: int = 5
    most_begun: Limits = _BEGUN
    most_finished: Limits = _FINISHED
    most_sms: tuple[Limit, ...] = (Limit(600, _HOUR),)
    most_mail: tuple[Limit, ...] = (Limit(6000, _HOUR),)

    def __attrs_post_init__(self) -> None:
        problems = [*check_redirects(self.redirects)]
        spans = ("session_for", "idle_for", "attempt_for")
        wrong = [name for name in spans if getattr(self, name) <= timedelta(0)]
        wrong += ["tries"] if self.tries < 1 else []
        limits = {
            name: (*whole.browser, *whole.address, *whole.client)
            for name, whole in (
                ("most_begun", self.most_begun),
                ("most_finished", self.most_finished),
            )
        } | {"most_sms": self.most_sms, "most_mail": self.most_mail}
        for name, all_ in limits.items():
            if any(one.most < 1 or one.within < timedelta(seconds=1) for one in all_):
                wrong.append(name)
        problems += [Problem(name, "login.wrong_limit") for name in wrong]
        if problems:
            raise Invalid(problems)


def windows(
    limits: Limits, whom: Whom, index: str, *, step: str, at: datetime
) -> tuple[Counted, ...]:
    """Return the counters that go up when one who is known by *index* does *step* now.

    *index* is a digest or a blind index, never an address itself.
    """
    return tuple(_window(limit, f"{step}/{whom}/{index}", at) for limit in limits.of(whom))


def windows_of_all(policy: LoginPolicy, medium: Medium, *, at: datetime) -> tuple[Counted, ...]:
    """Return the counters that go up when a code leaves by *medium* now, to whomever."""
    limits = policy.most_sms if medium == "sms" else policy.most_mail
    return tuple(_window(limit, f"send/{medium}", at) for limit in limits)


def too_many(window: Counted, *, at: datetime) -> LoginFailed:
    """Return the refusal for a *window* that is full: it tells when the next one begins."""
    seconds = max(1, round((window.until - at).total_seconds()))
    return LoginFailed("login.too_many", again_at=window.until.isoformat(), seconds=seconds)


def _window(limit: Limit, key: str, at: datetime) -> Counted:
    number = (at - _EPOCH) // limit.within
    seconds = int(limit.within.total_seconds())
    until = _EPOCH + (number + 1) * limit.within
    return Counted(f"{key}/{seconds}/{number}", limit.most, until)
