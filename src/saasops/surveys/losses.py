"""What of an answer did not come along to another version of its survey, and why.

What is carried over is decided by `migration`.
"""

from collections import Counter
from collections.abc import Iterable
from typing import TypeAlias

import attrs

from saasops import texts


@attrs.frozen(kw_only=True)
class Loss:
    """One answer to *version*, or one *option* of it, that the newer version does not have.

    *code* says why; *reason* is the author's own, where he dropped it. No answer stands here:
    the choice of a personal question is not named.
    """

    version: int
    question: str
    code: str
    option: str | None = None
    reason: str = ""

    def explain(self, locale: str = "en") -> str:
        """Say to a person what was lost and why, in *locale* (zh-CN or en)."""
        return texts.explain(self.code, attrs.asdict(self), locale=locale)


Losses: TypeAlias = tuple[Loss, ...]


def summed(losses: Iterable[Loss]) -> tuple[tuple[Loss, int], ...]:
    """Count equal *losses*, the most frequent first, then by version, question and option."""
    counted = Counter(losses)
    return tuple(sorted(counted.items(), key=lambda one: (-one[1], *_order(one[0]))))


def _order(loss: Loss) -> tuple[int, str, str, str, str]:
    return loss.version, loss.question, loss.option or "", loss.code, loss.reason
