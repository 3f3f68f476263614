"""Small values that every context shares: texts in several languages, and the tenant."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

DEFAULT_TENANT = "default"
SYSTEM = "system"
"""The actor of what nobody did: ticks, imports, timers."""


@attrs.frozen
class Text:
    """One text in several languages, by locale; `*` stands for every other locale."""

    by_locale: Mapping[str, str]

    @classmethod
    def of(cls, text: str | Mapping[str, str]) -> Text:
        """Take a plain *text* for every locale, or one for each."""
        return cls({"*": text} if isinstance(text, str) else dict(text))

    def to(self, locale: str) -> str:
        """Return the text for *locale*, else for its language, else `*`, else the first."""
        texts = self.by_locale
        language = locale.partition("-")[0]
        near = (key for key in texts if key.partition("-")[0] == language)
        for key in (locale, language, next(near, "*"), "*"):
            if key in texts:
                return texts[key]
        return next(iter(texts.values()), "")

    def lacks(self, locale: str) -> bool:
        """Tell whether *locale* would have to be shown in another language."""
        return not ({locale, locale.partition("-")[0], "*"} & set(self.by_locale))

    def __str__(self) -> str:
        return self.to("en")

    def __hash__(self) -> int:
        return hash(frozenset(self.by_locale.items()))


def both(english: str, chinese: str) -> Text:
    """Say the same in both languages."""
    return Text.of({"en": english, "zh-CN": chinese})
