"""One question as fields of a form: its label, hints, errors and what is filled in.

Every field is described by what stands beside it, by `aria-describedby`; an error is said in
words. In which order questions come and what is wrong with answers is left to `forms`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, tzinfo
from typing import Any, cast

import attrs

from saasops.reports.form_words import file_hint, source, word
from saasops.reports.markup import Markup, join, tag
from saasops.surveys.answers import Known
from saasops.surveys.definition import CHOICES, Question
from saasops.surveys.kinds import NOTHING_INSTALLED
from saasops.surveys.uploads import Upload, spelled

FILES = "_file:"
"""What stands before the id of a question in the name of its file field."""
_FEW = 12
"""So many choices are shown side by side; more are a list to open."""
_SHORT = 120
"""A text of so many characters fits into one line."""
_TOKENS = {
    "name": "name",
    "company": "organization",
    "phone": "tel",
    "mail": "email",
    "email": "email",
    "address": "street-address",
}
_KEYBOARDS = {"tel": "tel", "email": "email"}
_GROUPS = frozenset({"single", "multiple", "band", "yes-no", "rating", "slot"})


@attrs.frozen(kw_only=True)
class Asked:
    """A question on its way into a form, and what is said and filled in beside it."""

    anchor: str
    question: Question
    locale: str
    value: Any = attrs.field(repr=False)
    free: Any = attrs.field(repr=False)
    known: Known | None
    when: str
    error: str
    free_error: str
    slots: Mapping[str, str]
    releases: Sequence[str]
    uploads: Mapping[str, Upload]
    zone: tzinfo

    def word(self, key: str, **names: object) -> str:
        """Return the words of *key*."""
        return word(key, self.locale, **names)

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """Return value and label of all that may be chosen, in order."""
        question = self.question
        match question.kind:
            case "yes-no":
                return ("yes", self.word("yes")), ("no", self.word("no"))
            case "rating":
                low = 0 if question.low is None else max(0, question.low)
                high = 10 if question.high is None else min(10, question.high)
                return tuple((str(n), str(n)) for n in range(low, high + 1))
            case "slot":
                return tuple(self.slots.items())
            case "version":
                known = dict.fromkeys((*self.releases, *texts(self.value)))
                known.pop(NOTHING_INSTALLED, None)
                named = tuple((one, one) for one in known)
                return (*named, (NOTHING_INSTALLED, self.word("none")))
            case _:
                return tuple((one.id, one.text.to(self.locale)) for one in question.options)

    @property
    def grouped(self) -> bool:
        """Tell whether the answer is chosen among fields with a common legend."""
        kind = self.question.kind
        return kind in _GROUPS and (kind == "multiple" or 0 < len(self.choices) <= _FEW)

    @property
    def first(self) -> str:
        """Return the id of the field that an error leads to."""
        return f"{self.anchor}-1" if self.grouped else self.anchor

    @property
    def free_anchor(self) -> str:
        """Return the id of the field for the free text of an "other"."""
        return f"{self.anchor}-o"

    def described(self, *, error: bool = True) -> str | None:
        """Return the ids of all that is said about the field."""
        names = {"when": self.when, "hint": self.hint(), "from": self.known, "error": self.error}
        ids = [f"{self.anchor}-{name}" for name, there in names.items() if there]
        return " ".join(one for one in ids if error or not one.endswith("-error")) or None

    def hint(self) -> str:
        """Say what the field takes."""
        own = self.question.hint.to(self.locale) if self.question.hint else ""
        return " ".join(part for part in (own, *_hints(self)) if part)


def texts(value: Any) -> tuple[str, ...]:
    """Return *value*, typed or as it came, as a browser would send it."""
    if value is None or value == "":
        return ()
    if isinstance(value, bool):
        return ("yes" if value else "no",)
    if isinstance(value, list | tuple):
        return tuple(str(one) for one in cast("list[Any]", value))
    return (str(value),)


def takes_free_text(question: Question) -> bool:
    """Tell whether one of the options is an "other", with a field of its own."""
    return question.other is not None and question.kind in CHOICES


def block(asked: Asked) -> Markup:
    """Return one question with all that belongs to it."""
    question = asked.question
    title = question.text.to(asked.locale)
    bad = " bad" if asked.error or asked.free_error else ""
    if question.kind == "note":
        hint = question.hint
        return tag(
            "div",
            *_said(asked, "when"),
            tag("p", title),
            tag("p", hint.to(asked.locale), class_="hint") if hint else "",
            class_="q",
        )
    must = tag("span", asked.word("must" if question.required else "may"), class_="must")
    heading = join(title, " ", must)
    beside = tuple(_said(asked, "when", "hint", "from", "error"))
    if asked.grouped:
        several = question.kind == "multiple"
        inside = tag(
            "fieldset",
            tag("legend", heading),
            *beside,
            tag("input", type="hidden", name=question.id, value=""),
            *_grouped(asked),
            role=None if several else "radiogroup",
            aria_required=None if several or not _is_due(asked) else "true",
            aria_invalid="true" if asked.error and not several else None,
            aria_describedby=asked.described(),
        )
    else:
        label = tag("label", heading, class_="label", for_=asked.anchor)
        free = _free(asked) if takes_free_text(question) else ""
        inside = join(label, *beside, _field(asked), free)
    return tag("div", inside, class_=f"q{bad}")


def _day(known: Known, asked: Asked) -> date:
    at = known.at
    return at.astimezone(asked.zone).date() if at.tzinfo else at.date()


def _is_due(asked: Asked) -> bool:
    return asked.question.required and not asked.when


def _said(asked: Asked, *names: str) -> Iterator[Markup]:
    known = asked.known
    said = {
        "when": asked.when,
        "hint": asked.hint(),
        "from": source(known.provenance, _day(known, asked), asked.locale) if known else "",
        "error": asked.word("here", text=asked.error) if asked.error else "",
    }
    for name in names:
        if said[name]:
            yield tag("p", said[name], class_=name, id=f"{asked.anchor}-{name}")


def _grouped(asked: Asked) -> Iterator[Markup]:
    question, chosen = asked.question, set(texts(asked.value))
    several = question.kind == "multiple"
    choices = [
        *(
            _choice(asked, n, value, label, checked=value in chosen)
            for n, (value, label) in enumerate(asked.choices, start=1)
        )
    ]
    if not several and not question.required:
        number, label = len(choices) + 1, asked.word("no_answer")
        none = _choice(asked, number, "", label, checked=not chosen)
    else:
        none = Markup()
    if question.kind == "rating":
        yield tag("div", *choices, class_="scale")
    else:
        yield from choices
    if takes_free_text(question):
        yield _free(asked)
    yield none


def _choice(asked: Asked, number: int, value: str, label: str, *, checked: bool) -> Markup:
    several = asked.question.kind == "multiple"
    box = tag(
        "input",
        type="checkbox" if several else "radio",
        name=asked.question.id,
        value=value,
        id=f"{asked.anchor}-{number}",
        checked="" if checked else None,
        aria_invalid="true" if several and asked.error else None,
    )
    return tag("label", box, tag("span", label), class_="choice")


def _free(asked: Asked) -> Markup:
    named = dict(asked.choices)
    option = named.get(asked.question.other or "", "")
    error = f"{asked.free_anchor}-error" if asked.free_error else None
    said = asked.word("here", text=asked.free_error)
    return tag(
        "div",
        tag("label", asked.word("other", option=option), class_="label", for_=asked.free_anchor),
        tag("p", said, class_="error", id=error) if error else "",
        tag(
            "input",
            type="text",
            class_="text",
            id=asked.free_anchor,
            name=asked.question.other_key,
            value=" ".join(texts(asked.free)),
            aria_invalid="true" if error else None,
            aria_describedby=error,
        ),
        class_="free",
    )


def _field(asked: Asked) -> Markup:
    question, value = asked.question, "\n".join(texts(asked.value))
    common: dict[str, str | None] = {
        "id": asked.anchor,
        "name": question.id,
        "aria_describedby": asked.described(),
        "aria_invalid": "true" if asked.error else None,
        "aria_required": "true" if _is_due(asked) else None,
    }
    kind = question.kind
    if kind == "file":
        return _files(asked, common)
    if kind in _GROUPS or (kind == "version" and asked.releases):
        return _list(asked, common)
    token = _TOKENS.get(question.personal.category) if question.personal else None
    token = "street-address" if kind == "address" else token
    if kind == "address" or (kind == "text" and question.longest > _SHORT and not token):
        # A browser drops the first line break inside the element.
        return tag("textarea", "\n", value, class_="text", rows=4, autocomplete=token, **common)
    keyboard = {"number": "numeric", "decimal": "decimal"}.get(kind)
    if question.low is None or question.low < 0:
        keyboard = None if keyboard else keyboard
    box = tag(
        "input",
        type="date" if kind == "date" else _KEYBOARDS.get(token or "", "text"),
        inputmode=keyboard,
        autocomplete=token or ("off" if keyboard else None),
        min=question.earliest.isoformat() if kind == "date" and question.earliest else None,
        max=question.latest.isoformat() if kind == "date" and question.latest else None,
        class_="text" if kind == "text" else "text short",
        value=value,
        **common,
    )
    if question.unit is None:
        return box
    return tag("div", box, tag("span", question.unit.to(asked.locale)), class_="with")


def _list(asked: Asked, common: Mapping[str, str | None]) -> Markup:
    chosen = texts(asked.value)
    first = "no_slots" if not asked.choices else "choose" if _is_due(asked) else "no_answer"
    options = [tag("option", asked.word(first), value="")]
    options += [
        tag("option", label, value=value, selected="" if value in chosen else None)
        for value, label in asked.choices
    ]
    return tag("select", *options, class_="text", **common)


def _files(asked: Asked, common: Mapping[str, str | None]) -> Markup:
    question, most = asked.question, _most_files(asked.question)
    kept = [
        tag(
            "label",
            tag("input", type="checkbox", name=question.id, value=id, checked=""),
            tag("span", asked.word("sent", name=_named(asked.uploads.get(id)))),
            class_="choice",
        )
        for id in texts(asked.value)
    ]
    box = tag(
        "input",
        type="file",
        class_="text",
        accept=",".join(question.accepts),
        multiple="" if most > 1 else None,
        **{**common, "name": f"{FILES}{question.id}"},
    )
    return join(tag("input", type="hidden", name=question.id, value=""), *kept, box)


def _named(upload: Upload | None) -> str:
    if upload is None:
        return "?"
    return f"{upload.name or upload.media_type} ({spelled(upload.size)})"


def _most_files(question: Question) -> int:
    return 10 if question.most is None else question.most


def _hints(asked: Asked) -> Iterator[str]:
    question = asked.question
    match question.kind:
        case "multiple":
            yield asked.word("several")
            if (question.fewest or 0) > 1:
                yield asked.word("at_least", count=question.fewest)
            if question.most is not None and question.most < len(question.options):
                yield asked.word("at_most", count=question.most)
        case "number" | "decimal":
            yield asked.word("whole" if question.kind == "number" else "decimal")
            low, high = question.low, question.high
            if low is not None or high is not None:
                key = "up_to" if low is None else "from_on" if high is None else "between"
                yield asked.word(key, low=low, high=high)
        case "rating" if asked.choices:
            yield asked.word("rate", low=asked.choices[0][1], high=asked.choices[-1][1])
        case "date":
            first, last = question.earliest, question.latest
            yield asked.word("day")
            if first is not None or last is not None:
                key = "days_until" if first is None else "days_from" if last is None else "days"
                yield asked.word(key, earliest=first, latest=last)
        case "text" | "address":
            yield asked.word("longest", count=question.longest)
        case "version" if not asked.releases:
            yield asked.word("version")
        case "file":
            yield file_hint(question, asked.locale, _most_files(question))
        case _:
            pass
