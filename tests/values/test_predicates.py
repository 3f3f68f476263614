"""Conditions are data: read and written without loss, decided, explained and checked (A5, A13)."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from predicate_oracle import oracle

from saasops import predicates
from saasops.predicates import ALWAYS, All, Any_, Not, check, holds, parse, reasons, written
from saasops.testing.strategies import values
from saasops.testing.strategies.values import FIELDS, conditions, facts, met_conditions

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(("field", "all", "any", "not", *predicates.OPERATORS, "x")), inner
        )
    ),
    max_leaves=8,
)
Compare = predicates.Test
modest = settings(max_examples=60)


@modest
@given(conditions())
def test_what_is_written_is_read_back(condition):
    assert parse(written(condition)) == (condition, ())
    assert parse(json.loads(json.dumps(written(condition)))) == (condition, ())


@modest
@given(conditions(), facts())
def test_a5_a_condition_holds_when_its_written_form_says_so(condition, known):
    assert holds(condition, known) is oracle(written(condition), known)


@modest
@given(conditions(), st.dictionaries(st.sampled_from(sorted(FIELDS)), ANYTHING))
def test_no_answer_whatever_makes_a_condition_fail(condition, known):
    assert holds(condition, known) is not holds(Not(condition), known)


@modest
@given(conditions(), facts())
def test_an_unanswered_field_is_the_same_as_a_missing_one(condition, known):
    kept = {name: value for name, value in known.items() if value not in (None, "", ())}
    assert holds(condition, known) is holds(condition, kept)


@modest
@given(met_conditions())
def test_a5_the_answers_that_are_the_reason_are_reason_enough(drawn):
    condition, known = drawn
    why = {reason.field for reason in reasons(condition, known)}
    assert holds(condition, {name: value for name, value in known.items() if name in why})


@modest
@given(values.positive_conditions(), facts())
def test_a5_reasons_are_true_and_stand_in_the_condition(condition, known):
    found = reasons(condition, known)
    assert bool(found) is holds(condition, known)
    assert all(holds(reason, known) for reason in found)
    order = list(predicates.tests(condition))
    assert all(reason in order for reason in found)


@modest
@given(conditions(), facts())
def test_a_condition_that_does_not_hold_has_no_reason(condition, known):
    never = condition if not holds(condition, known) else Not(condition)
    assert reasons(never, known) == ()


def test_an_empty_condition_always_holds_and_needs_no_reason():
    assert holds(ALWAYS, {})
    assert reasons(ALWAYS, {}) == ()
    assert not holds(Any_(()), {})


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ("os", "when"),
        ([], "when"),
        (None, "when"),
        ({}, "when"),
        ({"field": "os"}, "when"),
        ({"eq": "linux"}, "when"),
        ({"field": None, "eq": "linux"}, "when"),
        ({"field": True, "eq": "linux"}, "when"),
        ({"field": "os", "eq": "linux", "ne": "windows"}, "when"),
        ({"field": "os", "like": "lin"}, "when"),
        ({"all": {"field": "os", "eq": "linux"}}, "when"),
        ({"all": [], "any": []}, "when"),
        ({"not": "os"}, "when.not"),
        ({"any": [{"field": "os", "eq": "linux"}, {"x": 1}]}, "when.any[1]"),
        ({"all": [{"not": {"all": [7]}}]}, "when.all[0].not.all[0]"),
    ],
)
def test_a1_a_mistake_in_a_condition_is_named_by_its_place(data, where):
    _, problems = parse(data)
    assert [(p.where, p.code) for p in problems] == [(where, "value.wrong_type")]


@modest
@given(ANYTHING)
def test_what_is_read_without_a_mistake_can_be_written_again(data):
    condition, problems = parse(data)
    if not problems:
        assert written(parse(written(condition))[0]) == written(condition)


@modest
@given(conditions())
def test_a1_a_right_condition_passes_the_check(condition):
    unfit = [t for t in predicates.tests(condition) if not _suits(t)]
    assert bool(list(check(condition, FIELDS, "when"))) is bool(unfit)


def _suits(one):
    possible = FIELDS[one.field]
    several = one.value if isinstance(one.value, tuple) else (one.value,)
    return one.operator == "answered" or possible is None or all(v in possible for v in several)


@modest
@given(conditions(), st.sampled_from(sorted(FIELDS)))
def test_a1_the_check_finds_every_test_of_an_unknown_field(condition, gone):
    known = {name: None for name in FIELDS if name != gone}
    asked = [one for one in predicates.tests(condition) if one.field == gone]
    found = list(check(condition, known, "when"))
    assert [(p.where, p.code) for p in found] == [("when", "value.not_allowed")] * len(asked)
    assert all(p.context == {"value": gone, "allowed": sorted(known)} for p in found)


@modest
@given(conditions(), st.sampled_from(("linux", "login", True)))
def test_a1_the_check_finds_every_value_that_never_comes(condition, gone):
    left = {
        name: possible and tuple(value for value in possible if value != gone)
        for name, possible in FIELDS.items()
    }
    asked = [
        one
        for one in predicates.tests(condition)
        if FIELDS[one.field] is not None and one.operator != "answered"
        for value in (one.value if isinstance(one.value, tuple) else (one.value,))
        if value == gone
    ]
    found = list(check(condition, left, "when"))
    assert [p.where for p in found] == [f"when.{one.field}" for one in asked]
    assert {p.code for p in found} <= {"value.not_allowed"}


@pytest.mark.parametrize(
    "unfit",
    [
        Compare("os", "in", "linux-2.6"),
        Compare("customisation", "any", "login"),
        Compare("os", "eq", ("linux",)),
        Compare("os", "answered", 1),
        Compare("os", "like", "lin"),
        Compare("hosts", "ge", None),
        Compare("hosts", "eq", {"low": 1}),
    ],
    ids=lambda one: one.operator,
)
def test_a1_the_check_finds_values_that_do_not_suit_their_operator(unfit):
    found = list(check(All((Not(unfit),)), FIELDS, "when"))
    assert [(p.where, p.code) for p in found] == [(f"when.{unfit.field}", "value.wrong_type")]


def test_a_list_and_a_tuple_are_the_same_condition():
    assert Compare("os", "in", ["linux", "aix"]) == Compare("os", "in", ("linux", "aix"))


def test_part_of_a_word_is_not_the_word():
    assert not holds(Compare("os", "has", "lin"), {"os": "linux"})
    assert not holds(Compare("os", "in", "linux-2.6"), {"os": "linux"})
