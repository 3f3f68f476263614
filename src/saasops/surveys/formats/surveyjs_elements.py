"""One question as an element of SurveyJS, and back; its condition is left to others.

What an element cannot say of a question stands in a mark beside it.
"""

import html
from collections.abc import Callable, Mapping
from typing import Any

from saasops.errors import Invalid, Problem
from saasops.surveys.definition import Option, Question
from saasops.surveys.formats import marks as beside
from saasops.surveys.formats.document import (
    OTHER,
    OTHER_TEXT,
    Choices,
    Findings,
    is_table,
    is_whole,
)
from saasops.surveys.formats.plain import Taker, spoken
from saasops.surveys.formats.surveyjs_looks import OF_ELEMENTS
from saasops.values import Text

COMMENT = "-Comment"
ELEMENTS: Mapping[str, str] = {
    "single": "radiogroup",
    "band": "radiogroup",
    "multiple": "checkbox",
    "number": "text",
    "decimal": "text",
    "date": "text",
    "text": "text",
    "address": "comment",
    "yes-no": "boolean",
    "rating": "rating",
    "slot": "dropdown",
    "version": "dropdown",
    "file": "file",
    "note": "html",
}
_INPUTS: Mapping[str, str] = {"text": "text", "number": "number", "date": "date"}
_KINDS: Mapping[str, str] = {
    "radiogroup": "single",
    "dropdown": "single",
    "checkbox": "multiple",
    "tagbox": "multiple",
    "boolean": "yes-no",
    "rating": "rating",
    "comment": "text",
    "file": "file",
    "html": "note",
}
_COMMON = {"type", "name", "title", "description", "isRequired", "visibleIf"}
_OWN: Mapping[str, set[str]] = {
    "single": {"choices", "showOtherItem", "hasOther", "otherText"},
    "multiple": {
        *("choices", "showOtherItem", "hasOther", "otherText"),
        *("minSelectedChoices", "maxSelectedChoices"),
    },
    "number": {"inputType", "min", "max", "step"},
    "decimal": {"inputType", "min", "max", "step"},
    "date": {"inputType", "min", "max"},
    "text": {"inputType", "maxLength"},
    "rating": {"rateMin", "rateMax", "rateStep", "rateCount"},
    "file": {"acceptedTypes", "maxSize", "allowMultiple", "maxFiles"},
    "note": {"html"},
}


def element(question: Question, choices: Choices) -> dict[str, Any]:
    """Return *question* as an element, its condition left out; raise `Invalid` for other kinds."""
    kind = ELEMENTS.get(question.kind)
    if kind is None:
        context = {"question": question.id, "kind": question.kind, "format": "SurveyJS"}
        raise Invalid([Problem(f"questions.{question.id}", "interchange.no_such_kind", context)])
    plain: dict[str, Any] = {"type": kind, "name": question.id}
    if question.kind == "note":
        return plain | {"html": spoken(_each(question.text, _marked_up))}
    plain["title"] = spoken(question.text)
    if question.hint is not None:
        plain["description"] = spoken(question.hint)
    if question.required:
        plain["isRequired"] = True
    return plain | {
        key: value for key, value in _own(question, choices).items() if value is not None
    }


def _own(question: Question, choices: Choices) -> dict[str, Any]:
    match question.kind:
        case "single" | "band" | "multiple":
            return _choices(question)
        case "slot" | "version":
            return {"choices": list(choices.of(question.kind) or ())}
        case "number" | "decimal":
            step = 1 if question.kind == "number" else None
            bounds = {"min": question.low, "max": question.high, "step": step}
            return {"inputType": "number", **bounds}
        case "date":
            earliest = question.earliest and question.earliest.isoformat()
            latest = question.latest and question.latest.isoformat()
            return {"inputType": "date", "min": earliest, "max": latest}
        case "rating":
            return {"rateMin": 0, "rateMax": 10}
        case "file":
            several = None if question.most == 1 else True
            most = None if question.most == 1 else question.most
            accepts = ",".join(question.accepts)
            sizes = {"maxSize": question.largest, "allowMultiple": several, "maxFiles": most}
            return {"acceptedTypes": accepts, **sizes}
        case "yes-no":
            return {}
        case _:
            return {"maxLength": question.longest}


def _choices(question: Question) -> dict[str, Any]:
    ids = [option.id for option in question.options]
    if OTHER in ids and question.other != OTHER:
        context = {"question": question.id, "option": OTHER, "format": "SurveyJS"}
        raise Invalid([Problem(f"questions.{question.id}", "interchange.option_taken", context)])
    plain: dict[str, Any] = {
        "choices": [
            {"value": option.id, "text": spoken(option.text)}
            for option in question.options
            if option.id != question.other
        ]
    }
    if question.other in ids:
        text = question.options[ids.index(question.other)].text
        plain |= {"showOtherItem": True, "otherText": spoken(text)}
    if question.kind == "multiple":
        plain |= {"minSelectedChoices": question.fewest, "maxSelectedChoices": question.most}
    return plain


def kind_of(plain: Mapping[str, Any]) -> str | None:
    """Return the kind of question that the element *plain* asks, None where we have none."""
    if plain.get("type") != "text":
        return _KINDS.get(str(plain.get("type")))
    shown = plain.get("inputType", "text")
    kind = _INPUTS.get(shown) if isinstance(shown, str) else None
    return "decimal" if kind == "number" and not is_whole(plain.get("step")) else kind


def question(
    plain: Mapping[str, Any], kind: str, where: str, findings: Findings, mark: Mapping[str, Any]
) -> Question:
    """Return the element *plain* as a question of *kind*, its condition left out."""
    name = plain["name"]
    taker = Taker(plain, where, findings)
    sort = {"band": "single", "address": "text"}.get(kind, kind)
    known = _COMMON | _OWN.get(sort, set())
    if kind in ("slot", "version"):
        known = known | {"choices"}
    taker.others(known, looks=OF_ELEMENTS)
    asked: dict[str, Any] = {"id": name, "kind": kind, "text": taker.text("title", Text.of(name))}
    if kind == "note":
        asked["text"] = _each(taker.text("html", Text.of("")), taker.plain_text)
    asked |= {"hint": taker.text("description"), "required": taker.flag("isRequired")}
    match sort:
        case "single" | "multiple":
            asked["options"], asked["other"] = _options(taker, mark)
            if sort == "multiple":
                asked["fewest"] = taker.whole("minSelectedChoices") or None
                asked["most"] = taker.whole("maxSelectedChoices") or None
        case "number" | "decimal" | "date":
            asked |= _bounds(taker, sort)
        case "rating":
            _check_scale(taker)
        case "file":
            asked |= _file(taker)
        case "text":
            longest = taker.whole("maxLength")
            asked |= {"longest": longest} if longest and longest > 0 else {}
        case _:
            pass
    return Question(**asked)


def _bounds(taker: Taker, sort: str) -> dict[str, Any]:
    if sort == "date":
        return {"earliest": taker.day("min"), "latest": taker.day("max")}
    if sort == "number" and taker.plain.get("step") != 1:
        taker.decline("step", "1")
    return {"low": taker.whole("min"), "high": taker.whole("max")}


def _check_scale(taker: Taker) -> None:
    wanted = {"rateMin": 0, "rateMax": 10, "rateStep": 1, "rateCount": 11}
    found = {"rateMin": 1, "rateMax": 5, "rateStep": 1, "rateCount": 11, **taker.plain}
    for key, value in wanted.items():
        if found[key] != value:
            taker.decline(key, str(value))


def _file(taker: Taker) -> dict[str, Any]:
    accepts, largest = taker.words("acceptedTypes"), taker.whole("maxSize")
    asked: dict[str, Any] = {"accepts": accepts} if accepts else {}
    asked |= {"largest": largest} if largest else {}
    asked["most"] = taker.whole("maxFiles") if taker.flag("allowMultiple") else 1
    return asked


def _options(taker: Taker, mark: Mapping[str, Any]) -> tuple[tuple[Option, ...], str | None]:
    found: dict[str, Option] = {}
    for number, item in enumerate(taker.items("choices")):
        inner = Taker(
            item if is_table(item) else {"value": item},
            f"{taker.where}.choices[{number}]",
            taker.findings,
        )
        inner.others({"value", "text"}, looks=frozenset())
        value = inner.plain.get("value")
        if not isinstance(value, str | int | float) or value in ("", OTHER):
            inner.decline("value", "text, and not other")
            continue
        option = Option(id=_worded(value), text=inner.text("text", Text.of(_worded(value))))
        if option.id in found:
            inner.decline("value", "another value than the choices before it")
        found.setdefault(option.id, option)
    options = list(found.values())
    if not (taker.flag("showOtherItem") or taker.flag("hasOther")):
        return tuple(options), None
    other = mark.get("other", OTHER)
    if not isinstance(other, str) or not other or other in found:
        taker.decline("other", "the id of an option")
        other = OTHER
    place = mark.get("place")
    at = place if is_whole(place) and 0 <= place <= len(options) else len(options)
    options.insert(at, Option(id=other, text=taker.text("otherText", OTHER_TEXT)))
    return tuple(options), other


def _worded(value: str | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _each(text: Text, change: Callable[[str], str]) -> Text:
    return Text.of({locale: change(one) for locale, one in text.by_locale.items()})


def _marked_up(text: str) -> str:
    return html.escape(text, quote=False).replace("\n", "<br>")


def marks(asked: Question, plain: Mapping[str, Any]) -> dict[str, Any]:
    """Return the mark that makes the element *plain* the question *asked*."""
    found: dict[str, Any] = {}
    if kind_of(plain) != asked.kind:
        found["kind"] = asked.kind
    ids = [option.id for option in asked.options]
    if asked.other in ids and asked.other != OTHER:
        found["other"] = asked.other
    if asked.other in ids and asked.other != ids[-1]:
        found["place"] = ids.index(asked.other)
    return found | beside.marks(asked, question(plain, asked.kind, "", Findings(), found))
