"""Everything saasops raises, and `Problem`, the same thing as a value.

SaasOpsError            base: code, context, retryable
├── Refused             the domain says no; the person can choose again       409
│   └── LoginFailed     nobody is logged in; the person can begin again       401
├── Invalid             bad input; carries problems                           422
├── NotFound            no such thing                                         404
├── Conflict            somebody else wrote first; try again                  409
├── ProviderError       an outside system failed                              502
├── PluginError         a plugin cannot be used; raised at start-up
└── StorageError        the store failed                                      503
    ├── Duplicate       a key or a unique set is taken
    ├── Violation       a check or a required column refused the row
    ├── Stale           the row changed or went away meanwhile
    ├── Busy            nothing was written; safe to try again
    └── InDoubt         lost while committing; it may have been written

Codes are dotted and never change once released. The words for people stand in
`saasops.texts`, in Chinese and English, and are looked up by code.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import attrs

from saasops import texts


@attrs.frozen
class Problem:
    """One thing that is wrong: where it stands, what it is, and the facts to explain it."""

    where: str
    code: str
    context: Mapping[str, Any] = attrs.field(factory=dict[str, Any])

    def explain(self, locale: str = "en") -> str:
        """Say what is wrong, and where, in *locale* (zh-CN or en)."""
        text = texts.explain(self.code, self.context, locale=locale)
        between = "：" if locale.startswith("zh") else ": "
        return f"{self.where}{between}{text}" if self.where else text

    def __str__(self) -> str:
        return self.explain()


def _shown(problems: Sequence[Problem], locale: str) -> str:
    between = "；" if locale.startswith("zh") else "; "
    return between.join(problem.explain(locale) for problem in problems[:5])


class SaasOpsError(Exception):
    """Carry a stable *code* and a *context* of ids and numbers, never personal data."""

    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(self, code: str, /, **context: Any) -> None:
        super().__init__(texts.explain(code, context, locale="en"))
        self.code = code
        self.context = context

    def explain(self, locale: str = "en") -> str:
        """Say to a person what happened and what to do, in *locale* (zh-CN or en)."""
        return texts.explain(self.code, self.context, locale=locale)


class Refused(SaasOpsError):
    """Say no: a rule of the domain forbids it. `context` names the rule and the alternatives."""

    status = 409


class LoginFailed(Refused):
    """Log nobody in. `context` names the provider and its own code, never what was sent."""

    status = 401


class Invalid(SaasOpsError):
    """Report bad input as a whole; `problems` has one entry for each thing that is wrong."""

    status = 422

    def __init__(self, problems: Sequence[Problem], /, code: str = "invalid") -> None:
        super().__init__(code, count=len(problems), shown=_shown(problems, "en"))
        self.problems = tuple(problems)

    def explain(self, locale: str = "en") -> str:
        """Say what is wrong, the first five of it one by one, in *locale* (zh-CN or en)."""
        context = {**self.context, "shown": _shown(self.problems, locale)}
        return texts.explain(self.code, context, locale=locale)


class NotFound(SaasOpsError):
    """Name the kind and the id of what is not there."""

    status = 404

    def __init__(self, kind: str, id: str, /) -> None:
        super().__init__("not_found", kind=kind, id=id)


class Conflict(SaasOpsError):
    """Tell that somebody else wrote first."""

    status = 409
    retryable = True


class ProviderError(SaasOpsError):
    """Tell that an outside system failed; `retry` says whether trying again may help."""

    status = 502

    def __init__(self, code: str, /, *, retry: bool, **context: Any) -> None:
        super().__init__(code, **context)
        self.retry = retry


class PluginError(SaasOpsError):
    """Tell which plugin cannot be used, and why."""


class StorageError(SaasOpsError):
    """Tell that the store refused or failed."""

    status = 503


class Duplicate(StorageError):
    """Tell that a key or a unique set is taken; the transaction is dead."""


class Violation(StorageError):
    """Tell that a check or a required column refused the row; the transaction is dead."""


class Stale(StorageError):
    """Tell that the row is not there at the expected revision; the transaction stays usable."""

    retryable = True


class Busy(StorageError):
    """Tell that nothing was written and that trying again is safe."""

    retryable = True


class InDoubt(StorageError):
    """Tell that the server was lost while committing; repeat only what may happen twice."""
