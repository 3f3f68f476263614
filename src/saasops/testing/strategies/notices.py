"""Strategies for notice rules, templates and notices."""

from collections.abc import Sequence
from datetime import time, timedelta
from functools import cache
from typing import get_args

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from saasops.notices.notice import FINAL, Notice, hand_over, plan, settle
from saasops.notices.rules import Medium, NoticeRule, Recurring
from saasops.notices.templates import Template
from saasops.predicates import ALWAYS, All, Predicate, Test
from saasops.testing.strategies.scheduling import CAMPAIGN, periods
from saasops.testing.strategies.values import ids, instants, users, words
from saasops.values import Text

BLANKS = ("name", "theme", "slot", "day")
"""The blanks that the templates drawn here use."""
EVENTS = ("slot.booked", "risk.assessed", "upgrade.completed")
MEDIA: tuple[Medium, ...] = get_args(Medium)


@cache
def hours() -> SearchStrategy[time]:
    """Draw wall-clock hours, to the minute."""
    return st.builds(time, st.integers(0, 23), st.integers(0, 59))


@st.composite
def recurring(draw: st.DrawFn) -> Recurring:
    """Draw rhythms that come due at least once within the reference campaign."""
    opens, closes = draw(periods())
    return Recurring(opens=opens, closes=closes, days=draw(st.integers(1, 21)), at=draw(hours()))


def conditions() -> SearchStrategy[Predicate]:
    """Draw conditions on the facts about a participant."""
    tests = st.sampled_from(
        (
            Test("upgraded", "eq", False),
            Test("state", "eq", "confirmed"),
            Test("tags", "has", "many-apps"),
            Test("version", "answered", True),
        )
    )
    return st.just(ALWAYS) | tests | st.lists(tests, max_size=2).map(lambda some: All(tuple(some)))


def notice_rules(
    templates: Sequence[str] = ("words-1",), *, number: int = 1
) -> SearchStrategy[NoticeRule]:
    """Draw right rules that use *templates*, after an event or every so often."""
    after = st.lists(st.sampled_from(EVENTS), min_size=1, max_size=2, unique=True).map(tuple)
    both = {
        "id": st.just(f"notice-{number}"),
        "medium": st.sampled_from(MEDIA),
        "template": st.sampled_from(templates),
        "at": hours(),
        "when": conditions(),
    }
    waiting = st.none() | st.integers(0, 14).map(timedelta)
    following = st.builds(NoticeRule, after=after, before_slot=waiting, **both)
    audience = st.sampled_from(("participants", "public"))
    return following | st.builds(NoticeRule, every=recurring(), audience=audience, **both)


@st.composite
def templates(draw: st.DrawFn, id: str = "words-1") -> Template:
    """Draw templates in zh-CN and en, with blanks and dollar signs among their words."""

    def text() -> Text:
        return Text.of({"zh-CN": draw(_written()), "en": draw(_written())})

    return Template(id=id, subject=text(), body=text())


def filled() -> SearchStrategy[dict[str, str]]:
    """Draw something for every blank; it may look like a blank itself."""
    any_words = words() | st.sampled_from(("", "$name", "a\nb", "$$"))
    return st.fixed_dictionaries(dict.fromkeys(BLANKS, any_words))


@st.composite
def notices(draw: st.DrawFn) -> Notice:
    """Draw notices in every stage of their life."""
    at = draw(instants())
    notice = plan(
        campaign=CAMPAIGN,
        rule=draw(ids("notice")),
        recipient=draw(users()),
        occurrence=draw(ids("week")),
        medium=draw(st.sampled_from(MEDIA)),
        locale=draw(st.sampled_from(("zh-CN", "en"))),
        due=at + timedelta(hours=draw(st.integers(0, 200))),
        at=at,
    )
    match draw(st.sampled_from(("planned", "sending", *sorted(FINAL)))):
        case "planned":
            return notice
        case "sending":
            return hand_over(notice)
        case "sent":
            return settle(notice, "sent", at=notice.due, reference=draw(ids("receipt")))
        case stage:
            return settle(notice, stage, at=notice.due, reason=f"notice.{stage}.drawn")


@cache
def _written() -> SearchStrategy[str]:
    blanks = st.sampled_from([*(f"${{{name}}}" for name in BLANKS), "$$", "\n"])
    return st.lists(blanks | words(), min_size=1, max_size=5).map("".join)
