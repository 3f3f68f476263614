"""The words of notices: templates by locale with named blanks, and what may stand in them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from string import Template as _Blanks

import attrs

from saasops.errors import Problem
from saasops.values import Text


@attrs.frozen(kw_only=True)
class Template:
    """A subject and a body in several languages, with blanks such as `$theme`."""

    id: str
    subject: Text
    body: Text


def render(template: Template, values: Mapping[str, str], *, locale: str) -> tuple[str, str]:
    """Fill the blanks; raise `KeyError` for one that *values* does not name."""
    subject = _Blanks(template.subject.to(locale)).substitute(values)
    return " ".join(subject.split()), _Blanks(template.body.to(locale)).substitute(values)


def names_in(template: Template, *, locale: str) -> tuple[str, ...]:
    """Return the names of the blanks that the texts for *locale* have."""
    words = f"{template.subject.to(locale)}\n{template.body.to(locale)}"
    return tuple(_Blanks(words).get_identifiers())


def mistakes(
    templates: Collection[Template], *, locales: Sequence[str], blanks: Collection[str]
) -> Iterator[Problem]:
    """Find ids used twice, languages that are missing, blanks that nothing fills."""
    seen: set[str] = set()
    for template in templates:
        where = f"templates.{template.id}"
        if template.id in seen:
            yield Problem(where, "template.duplicate", {"template": template.id})
        seen.add(template.id)
        for part, text in (("subject", template.subject), ("body", template.body)):
            for locale in locales:
                if text.lacks(locale):
                    context = {"template": template.id, "locale": locale}
                    yield Problem(f"{where}.{part}", "template.missing_locale", context)
            for locale, words in text.by_locale.items():
                yield from _unfilled(words, f"{where}.{part}.{locale}", blanks)


def _unfilled(words: str, where: str, blanks: Collection[str]) -> Iterator[Problem]:
    template = _Blanks(words)
    if not template.is_valid():
        yield Problem(where, "template.stray_dollar", {})
    for name in template.get_identifiers():
        if name not in blanks:
            context = {"value": name, "allowed": sorted(blanks)}
            yield Problem(where, "value.not_allowed", context)
