"""Questions of every built-in kind, right answers to each, and every mistake that it may find."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from saasops.predicates import ALWAYS, Predicate
from saasops.surveys.definition import CHOICES, FREE_TEXTS, Option, Personal, Question
from saasops.surveys.kinds import BUILT_IN, NOTHING_INSTALLED, Reading
from saasops.surveys.kinds.files import MOST_FILES
from saasops.surveys.kinds.kind import LARGEST
from saasops.surveys.uploads import Upload
from saasops.values import Text

SLOTS = ("week-2020-02-03", "week-2020-02-10", "sat-2020-02-08")
RELEASES = ("4.1.16", "5.0.4-beta", "5.1")
EVERY_KIND = tuple(BUILT_IN)
KINDS = tuple(kind for kind in EVERY_KIND if kind != "file")
"""The kinds whose answers can be read without a place for files."""
_NO_NUMBERS = ("many", True, float("nan"), float("inf"), "1e999", "9" * 5000, "--1", "1_0")
_NO_TEXTS = (1, "\0", "\ud800", ["a"])
PRIVATE = Personal(category="contact", purpose="support")


def _upload(id: str, media_type: str = "image/png", size: int = 1000) -> Upload:
    at = datetime(2020, 1, 15, tzinfo=UTC)
    return Upload(id=id, media_type=media_type, size=size, sha256="0" * 64, at=at, by="u1")


UPLOADS: Mapping[str, Upload] = {
    **{id: _upload(id) for id in ("front", "back", "log")},
    "film": _upload("film", "video/mp4"),
    "poster": _upload("poster", size=2**40),
}
"""Files that are there; nobody asks for the film, and the poster is too large."""


def recognise(text: str) -> str | None:
    """Return *text* where it is one of `RELEASES`."""
    return text if text in RELEASES else None


READING = Reading(slots=SLOTS, recognise=recognise, files=UPLOADS.get)
"""A campaign that offers `SLOTS`, knows `RELEASES` and holds `UPLOADS`."""


def free_texts(*, longest: int = 20) -> st.SearchStrategy[str]:
    """Make texts as people type them: never blank, any script, no blanks at the ends."""
    signs = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    return st.text(signs, min_size=1, max_size=longest).map(str.strip).filter(bool)


def text(english: str, chinese: str) -> Text:
    """Say it in both languages."""
    return Text.of({"en": english, "zh-CN": chinese})


@st.composite
def questions(
    draw: st.DrawFn,
    kind: str,
    *,
    id: str = "q",
    when: Predicate = ALWAYS,
    page: str | None = None,
    conditional: bool = False,
) -> Question:
    """Make a question of *kind* that nothing is wrong with; a *conditional* one is optional."""
    options = draw(_options(kind))
    settings: dict[str, Any] = draw(_settings(kind, options))
    other = options[-1].id if kind in ("single", "multiple") and draw(st.booleans()) else None
    return Question(
        id=id,
        kind=kind,
        text=text(f"question {id}", f"题目 {id}"),
        page=page,
        options=options,
        required=not conditional and draw(st.booleans()),
        when=when,
        other=other,
        personal=PRIVATE if kind in FREE_TEXTS and draw(st.booleans()) else None,
        **settings,
    )


def right(question: Question) -> st.SearchStrategy[Any]:
    """Make typed answers to *question*, as it reads them; a note has none."""
    ids = [option.id for option in question.options]
    low, high = _bounds(question)
    match question.kind:
        case "single" | "band":
            return st.sampled_from(ids)
        case "multiple":
            most = len(ids) if question.most is None else question.most
            chosen = st.sets(
                st.sampled_from(ids), min_size=max(1, question.fewest or 0), max_size=most
            )
            return chosen.map(lambda some: tuple(one for one in ids if one in some))
        case "number" | "rating":
            return st.integers(low, high)
        case "decimal":
            return st.floats(low, high, allow_nan=False).map(lambda number: number + 0.0)
        case "date":
            earliest = question.earliest or date(1990, 1, 1)
            return st.dates(earliest, question.latest or date(2030, 1, 1)).map(date.isoformat)
        case "yes-no":
            return st.booleans()
        case "version":
            return st.sampled_from([*RELEASES, NOTHING_INSTALLED])
        case "slot":
            return st.sampled_from(SLOTS)
        case "file":
            files = st.sampled_from(["front", "back", "log"])
            most = min(3, question.most or 3)
            return st.lists(files, min_size=question.fewest or 1, max_size=most, unique=True).map(
                tuple
            )
        case "note":
            return st.nothing()
        case _:
            return free_texts(longest=min(20, question.longest))


def mistakes(question: Question) -> list[tuple[Any, str]]:
    """List wrong answers to *question*, each with the code of what is wrong, without `survey.`."""
    ids = [option.id for option in question.options]
    fewest, most = question.fewest or 0, question.most
    low, high = _bounds(question)
    wrong: dict[str, list[Any]] = {
        "single": [7, ids],
        "band": [7, ids],
        "multiple": ["o0", True],
        "number": [*_NO_NUMBERS, 1.5, "1.5"],
        "rating": [*_NO_NUMBERS, 1.5, "1.5"],
        "decimal": list(_NO_NUMBERS),
        "date": ["2020-02-30", "20200229", "2020-W05-1", "２０２０-02-29", 7],
        "yes-no": ["maybe", 1, 0.0],
        "version": [5.1],
        "slot": [1],
        "file": [7, ["front", 7], [[]]],
        "note": ["anything", True],
    }
    found = [(value, "wrong_type") for value in wrong.get(question.kind, _NO_TEXTS)]
    found += [({"a": [1]}, "wrong_type")]
    if question.required and question.kind != "note":
        found += [(blank, "missing_required") for blank in ("  ", None, [], ["", " "])]
    match question.kind:
        case "single" | "band":
            found.append(("no such", "unknown_option"))
        case "multiple":
            unknown: list[Any] = [["no such"], ["o0", 1], [[]], [None]]
            found += [(one, "unknown_option") for one in unknown]
            found += [(ids[:1], "too_few")] if fewest > 1 else []
            found += [(ids, "too_many")] if most is not None and most < len(ids) else []
        case "number" | "rating" | "decimal":
            found += [(one, "out_of_range") for one in (low - 1, str(high + 1), 10**5000)]
        case "date" if question.latest is not None:
            found.append(((question.latest + timedelta(1)).isoformat(), "out_of_period"))
        case "version":
            found += [(one, "unrecognised_version") for one in ("no such", "5" * 9999)]
        case "slot":
            found.append(("no such", "impossible_slot"))
        case "file":
            found += [(["no such"], "unknown_file"), ("x" * 9999, "unknown_file")]
            found += [("film", "unwanted_file"), (["poster"], "upload.too_large")]
            found.append(([str(n) for n in range((most or MOST_FILES) + 1)], "too_many"))
        case "text" | "address":
            found.append(("x" * (question.longest + 1), "too_long"))
        case _:
            pass
    return found


def _bounds(question: Question) -> tuple[int, int]:
    low, high = (0, 10) if question.kind == "rating" else (-LARGEST, LARGEST)
    return (
        low if question.low is None else question.low,
        high if question.high is None else question.high,
    )


@st.composite
def _options(draw: st.DrawFn, kind: str) -> tuple[Option, ...]:
    if kind not in CHOICES:
        return ()
    sizes = draw(st.lists(st.integers(1, 50), min_size=1, max_size=4))
    lows = [sum(sizes[:number]) for number in range(len(sizes))]
    return tuple(
        Option(
            id=f"o{number}",
            text=text(f"option {number}", f"选项 {number}"),
            low=low if kind == "band" else None,
            high=low + size - 1 if kind == "band" and number < len(sizes) - 1 else None,
            score=draw(st.integers(-5, 5)),
        )
        for number, (low, size) in enumerate(zip(lows, sizes, strict=True))
    )


def _settings(kind: str, options: tuple[Option, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Make what bounds the answers to a question of *kind*, or nothing."""
    some: dict[str, st.SearchStrategy[Any]] = {}
    match kind:
        case "number" | "decimal":
            some = {"low": st.integers(-10, 0), "high": st.integers(1, 1000)}
        case "rating":
            some = {"low": st.integers(0, 3), "high": st.integers(5, 10)}
        case "date":
            begun = date(2020, 1, 1)
            some = {
                "earliest": st.dates(date(2019, 1, 1), begun),
                "latest": st.dates(begun, date(2021, 1, 1)),
            }
        case "multiple":
            some = {
                "fewest": st.integers(0, (len(options) + 1) // 2),
                "most": st.integers(max(1, (len(options) + 1) // 2), len(options)),
            }
        case "file":
            some = {"fewest": st.integers(0, 1), "most": st.integers(1, 3)}
        case "text" | "address":
            some = {"longest": st.integers(1, 600)}
        case _:
            pass
    return st.fixed_dictionaries({}, optional=some)
