"""Whether answers can make a condition hold is found exactly, or given up and said so (A4)."""

from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.predicates import ALWAYS, NEVER, All, Any_, Field, Not, compiled, holds, keys
from saasops.predicates import Test as Compare
from saasops.predicates.reach import MOST_ASKED, Asked, Witness, witness
from saasops.testing.strategies.conditions import conditions

FIELDS = {
    "os": Field(type="choice", values=("linux", "aix", "hp-ux")),
    "cloud": Field(type="choices", values=("public", "private", "edge")),
    "hosts": Field(type="number", low=-2, high=4, whole=True),
    "agreed": Field(type="flag"),
    "version": Field(type="version", values=("5.9", "5.10"), key={"5.9": 1, "5.10": 2}.get),
}
CLOUD = FIELDS["cloud"].values
EVERY = {
    "os": FIELDS["os"].values,
    "cloud": [some for size in (1, 2, 3) for some in combinations(CLOUD, size)],
    "hosts": range(-2, 5),
    "agreed": (True, False),
    "version": FIELDS["version"].values,
}


@st.composite
def questionnaires(draw):
    names = draw(st.lists(st.sampled_from(sorted(FIELDS)), min_size=1, max_size=3, unique=True))
    asked = []
    for place, name in enumerate(names):
        earlier = {before: FIELDS[before] for before in names[:place]}
        when = draw(conditions(earlier, levels=1)) if earlier else ALWAYS
        asked.append(Asked(id=name, field=FIELDS[name], when=when, required=draw(st.booleans())))
    goal = draw(conditions({name: FIELDS[name] for name in names}))
    return goal, asked


def responses(asked):
    """Every response there can be, one question after the other."""
    if not asked:
        yield {}
        return
    one = asked[-1]
    for before in responses(asked[:-1]):
        if not holds_with_keys(one.when, before):
            yield before
            continue
        if not one.required:
            yield before
        for value in EVERY[one.id]:
            yield {**before, one.id: value}


def holds_with_keys(condition, answers):
    return compiled(condition, keys(FIELDS))(answers)


@settings(max_examples=300)
@given(questionnaires())
def test_a4_a_witness_is_found_if_and_only_if_there_is_one(drawn):
    goal, asked = drawn
    found = witness(goal, asked)
    there_is = any(holds_with_keys(goal, answers) for answers in responses(asked))
    assert found.sure
    assert (found.answers is not None) is there_is
    assert found.never is not there_is
    if found.answers is not None:
        assert holds_with_keys(goal, found.answers)
        extended = [r for r in responses(asked) if found.answers.items() <= r.items()]
        assert any(holds_with_keys(goal, response) for response in extended)


@given(
    st.lists(st.tuples(st.sampled_from(("gt", "ge", "lt", "le", "eq", "ne")), st.integers(-4, 4))),
    st.booleans(),
)
def test_a4_numbers_are_told_apart_by_their_thresholds(tests, whole):
    """A quarter apart, every number that thresholds of whole numbers tell apart is tried."""
    parts = [Compare("n", operator, value) for operator, value in tests]
    goal = All((Compare("n", "answered", value=True), *parts))
    field = Field(type="number", whole=whole)
    numbers = range(-6, 7) if whole else [n / 4 for n in range(-24, 25)]
    found = witness(goal, [Asked(id="n", field=field)])
    assert found.sure
    assert (found.answers is not None) is any(holds(goal, {"n": n}) for n in numbers)


@pytest.mark.parametrize(
    ("field", "parts", "there_is"),
    [
        (Field(type="number"), [("gt", 3), ("lt", 4)], True),
        (Field(type="number", whole=True), [("gt", 3), ("lt", 4)], False),
        (Field(type="number", whole=True), [("gt", 2.5), ("lt", 3.5)], True),
        (Field(type="number", low=5), [("lt", 5)], False),
        (Field(type="number", high=5), [("ge", 5)], True),
        (Field(type="number", low=5, high=4), [("answered", True)], False),
        (Field(type="number", values=(1, 5)), [("gt", 1), ("lt", 5)], False),
        (Field(type="date"), [("gt", "2020-02-28"), ("lt", "2020-03-01")], True),
        (Field(type="date"), [("gt", "2020-02-28"), ("lt", "2020-02-29")], False),
        (Field(type="date"), [("gt", "9999-12-31")], False),
        (Field(type="date"), [("lt", "0001-01-01")], False),
        (Field(type="text"), [("ne", "a"), ("ne", "b"), ("answered", True)], True),
        (Field(type="choice", values=("a", "b")), [("ne", "a"), ("ne", "b"), ("answered", True)], False),
        (Field(type="choice"), [("ne", "a"), ("answered", True)], True),
        (Field(type="choices"), [("has", "a"), ("has", "b")], True),
        (Field(type="version"), [("ne", "5.1"), ("answered", True)], True),
    ],
)  # fmt: skip
def test_a4_one_field_can_or_cannot(field, parts, there_is):
    goal = All(tuple(Compare("x", *part) for part in parts))
    found = witness(goal, [Asked(id="x", field=field)])
    assert (found.sure, found.answers is not None) == (True, there_is)


def test_a4_a_field_that_is_not_asked_has_no_answer():
    assert witness(Compare("x", "answered", value=True), []).never
    assert witness(Compare("x", "ne", 1), []) == Witness(answers={}, sure=True)
    hidden = Asked(id="x", field=Field(type="flag"), when=NEVER, required=True)
    assert witness(Compare("x", "answered", value=True), [hidden]).never


def test_a4_what_a_condition_rests_on_is_searched_too():
    chain = [Asked(id="q0", field=Field(type="flag"), required=True)]
    for number in range(1, 30):
        when = Compare(f"q{number - 1}", "eq", value=True)
        chain.append(Asked(id=f"q{number}", field=Field(type="flag"), when=when, required=True))
    found = witness(Compare("q29", "eq", value=False), chain)
    assert found.answers == {f"q{number}": True for number in range(29)} | {"q29": False}
    excluded = All((Compare("q29", "answered", value=True), Compare("q0", "eq", value=False)))
    assert witness(excluded, chain).never


def test_a4_a_search_that_is_too_long_is_given_up_and_says_so():
    """A clause for every way to answer, each excluding it: nothing is left, and nothing shows it."""
    asked = [Asked(id=f"q{n}", field=Field(type="flag"), required=True) for n in range(6)]
    excluded = [
        Any_(tuple(Compare(f"q{n}", "eq", value=not way) for n, way in enumerate(ways)))
        for ways in product((True, False), repeat=6)
    ]
    goal = All(tuple(excluded))
    assert witness(goal, asked).never
    given_up = witness(goal, asked, most=1000)
    assert (given_up.answers, given_up.sure, given_up.never) == (None, False, False)
    assert witness(Not(goal), asked).answers is not None
    many = [Asked(id=f"q{n}", field=Field(type="flag")) for n in range(MOST_ASKED + 1)]
    every = All(tuple(Compare(one.id, "eq", value=True) for one in many))
    assert not witness(every, many).sure


def test_a4_open_versions_with_an_order_are_never_said_to_be_impossible():
    known = ("5.9", "5.10", "5.10.1")
    field = Field(type="version", key=lambda text: known.index(text) if text in known else None)
    between = All((Compare("v", "gt", "5.9"), Compare("v", "lt", "5.10.1")))
    found = witness(between, [Asked(id="v", field=field)])
    assert (found.answers, found.sure) == (None, False)
    assert witness(Compare("v", "ge", "5.9"), [Asked(id="v", field=field)]).answers == {"v": "5.9"}
