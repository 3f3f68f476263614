"""Conditions are data: read and written without loss, decided and explained (A5, A13)."""

import copy
import json
import pickle
from math import inf, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from predicate_oracle import ORDER, oracle

from saasops import predicates
from saasops.predicates import (
    ALWAYS,
    MOST_LEVELS,
    MOST_TESTS,
    All,
    Any_,
    Not,
    check,
    compiled,
    holds,
    parse,
    reasons,
    written,
)
from saasops.testing.strategies.conditions import (
    FIELDS,
    answers_to,
    conditions,
    facts,
    met_conditions,
    positive_conditions,
    typed_fields,
)

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


WEIRD = st.sampled_from((True, False, 0, 1, 0.0, 1.0, -0.0, nan, inf, 2**53, float(2**53), 10**400))
PLAIN = WEIRD | st.text(max_size=2) | st.sampled_from(("linux", "5.9", "5.10"))
CONSTANTS = PLAIN | st.lists(PLAIN, max_size=3).map(tuple)
GIVEN = PLAIN | st.none() | st.lists(PLAIN, max_size=3) | st.lists(PLAIN, max_size=3).map(tuple)


@given(
    st.sampled_from([one for one in predicates.OPERATORS if one != "answered"]), CONSTANTS, GIVEN
)
def test_a5_nothing_is_converted_whatever_is_compared(operator, constant, known):
    one = Compare("x", operator, constant)
    found = holds(one, {"x": known})
    assert found is oracle(written(one), {"x": known})
    assert type(found) is bool


@given(st.data())
def test_a5_conditions_on_any_field_hold_when_their_written_form_says_so(data):
    fields = data.draw(typed_fields())
    condition, known = data.draw(conditions(fields)), data.draw(answers_to(fields))
    assert holds(condition, known) is oracle(written(condition), known)


def test_a_condition_that_was_asked_before_is_still_a_plain_value():
    asked = Not(All((Compare("os", "eq", "linux"),)))
    assert not holds(asked, {"os": "linux"})
    again = pickle.loads(pickle.dumps(asked))
    assert again == asked == copy.deepcopy(asked)
    assert hash(again) == hash(asked)
    assert repr(asked) == "Not(part=All(parts=(Test(field='os', operator='eq', value='linux'),)))"


def versions(text):
    parts = text.split(".")
    return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else None


VERSIONS = st.sampled_from(("5.9", "5.10", "05.9", "5.1", "master", "", None, 5.9))


@given(
    st.sampled_from(("eq", "ne", "gt", "ge", "lt", "le")),
    st.sampled_from(("5.9", "5.10", "05.9", "master")),
    VERSIONS,
)
def test_a4_versions_are_compared_by_their_key(operator, constant, known):
    one = Compare("v", operator, constant)
    left = versions(known) if isinstance(known, str) else None
    right = versions(constant)
    if left is None or right is None:
        expected = operator == "ne"
    else:
        expected = {"eq": left == right, "ne": left != right}.get(operator)
        if expected is None:
            expected = ORDER[operator](left, right)
    assert compiled(one, {"v": versions})({"v": known}) is expected
    assert compiled(Not(one), {"v": versions})({"v": known}) is not expected


def test_a4_versions_of_two_schemes_are_not_before_each_other():
    mixed = {"v": lambda text: text if text.startswith("v") else float(text)}
    one = Compare("v", "gt", "5.9")
    assert not compiled(one, mixed)({"v": "v6"})
    assert compiled(one, mixed)({"v": "6"})
    among = Compare("v", "in", ("5.9", "v6"))
    assert compiled(among, mixed)({"v": "5.90"})
    assert reasons(among, {"v": "5.90"}, mixed) == (among,)
    assert reasons(among, {"v": "5.90"}) == ()


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
@given(positive_conditions(), facts())
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


def nested(levels):
    return {"field": "os", "eq": "linux"} if levels == 1 else {"not": nested(levels - 1)}


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (nested(MOST_LEVELS + 1), "when" + ".not" * MOST_LEVELS),
        (nested(400), "when" + ".not" * MOST_LEVELS),
        ({"all": [{"field": "os", "eq": "x"}] * MOST_TESTS}, "when"),
        ({"all": [{"any": []}] * MOST_TESTS}, "when"),
    ],
)
def test_a_condition_is_neither_too_deep_nor_too_large(data, where):
    condition, problems = parse(data)
    assert (condition, [(p.where, p.code) for p in problems]) == (
        ALWAYS,
        [(where, "condition.too_large")],
    )


def test_a_condition_up_to_the_limit_is_read():
    for data in (nested(MOST_LEVELS), {"all": [{"field": "os", "eq": "x"}] * (MOST_TESTS - 1)}):
        assert parse(data)[1] == ()


def test_a_condition_that_grew_too_large_in_code_is_found_by_the_check():
    deep = Compare("os", "eq", "linux")
    for _ in range(10_000):
        deep = Not(deep)
    assert [p.code for p in check(deep, FIELDS, "when")] == ["condition.too_large"]


@modest
@given(ANYTHING)
def test_what_is_read_without_a_mistake_can_be_written_again(data):
    condition, problems = parse(data)
    if not problems:
        assert written(parse(written(condition))[0]) == written(condition)


def test_a_list_and_a_tuple_are_the_same_condition():
    assert Compare("os", "in", ["linux", "aix"]) == Compare("os", "in", ("linux", "aix"))


def test_part_of_a_word_is_not_the_word():
    assert not holds(Compare("os", "has", "lin"), {"os": "linux"})
    assert not holds(Compare("os", "in", "linux-2.6"), {"os": "linux"})
