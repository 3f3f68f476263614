"""Conditions are checked against the types of what they ask (A4, A5)."""

from math import inf, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops import predicates
from saasops.predicates import BY_TYPE, LARGEST, OPERATORS, All, Field, Not, check, keys
from saasops.predicates import Test as Compare
from saasops.testing.strategies.conditions import FIELDS, comparisons, conditions, typed_fields

modest = settings(max_examples=60)
VALUES = ("linux", 3, 2.5, True, "2020-02-29", "", None, nan, inf, 10**400, -(2**53), {"a": 1}, [1])
EXAMPLES = {
    "choice": ("linux", "2020-02-29"),
    "choices": ("linux", "2020-02-29"),
    "number": (3, 2.5),
    "date": ("2020-02-29",),
    "flag": (True,),
    "text": ("linux", "2020-02-29"),
    "version": ("linux", "2020-02-29"),
}


def found(test, field):
    return [(p.where, p.code) for p in check(All((Not(test),)), {"x": field}, "when")]


@modest
@given(st.data())
def test_a4_a_condition_that_suits_its_fields_has_no_mistake(data):
    fields = data.draw(typed_fields())
    assert list(check(data.draw(conditions(fields)), fields, "when")) == []


@pytest.mark.parametrize("type", BY_TYPE)
@pytest.mark.parametrize("operator", [*OPERATORS, "like"])
@pytest.mark.parametrize("value", VALUES, ids=lambda one: repr(one)[:12])
def test_a4_each_type_takes_its_operators_and_its_values(type, operator, value):
    several = operator in ("in", "any")
    expected = []
    if operator not in BY_TYPE[type] or (
        type == "version" and operator in ("gt", "ge", "lt", "le")
    ):
        expected = [("when.x", "condition.unfit")]
    elif operator == "answered":
        expected = [] if value is True else [("when.x", "value.wrong_type")]
    elif not any(value is one for one in EXAMPLES[type]):
        expected = [("when.x", "value.wrong_type")]
    constant = (value,) if several else value
    assert found(Compare("x", operator, constant), Field(type=type)) == expected


@pytest.mark.parametrize("operator", ["eq", "ne", "gt", "in", "any", "has"])
def test_a4_one_value_is_no_list_and_a_list_is_not_one_value(operator):
    field = Field(type="choices") if operator in ("any", "has") else Field(type="number")
    one = "a" if operator in ("any", "has") else 1
    wrong = one if operator in ("in", "any") else (one,)
    assert found(Compare("x", operator, wrong), field) == [("when.x", "value.wrong_type")]


NEVER = [("when.x", "value.not_allowed")]


@pytest.mark.parametrize(
    ("test", "field", "expected"),
    [
        (("eq", "aix"), Field(type="choice", values=("linux",)), NEVER),
        (("in", ("linux", "aix")), Field(type="choice", values=("linux",)), NEVER),
        (("has", "aix"), Field(type="choices", values=()), NEVER),
        (("eq", 11), Field(type="number", low=0, high=10), NEVER),
        (("ge", 11), Field(type="number", low=0, high=10), NEVER),
        (("lt", -1), Field(type="number", low=0, high=10), NEVER),
        (("eq", 2.5), Field(type="number", whole=True), NEVER),
        (("ge", 2.5), Field(type="number", whole=True), []),
        (("eq", 2.0), Field(type="number", whole=True), []),
        (("eq", LARGEST), Field(type="number"), []),
        (("eq", 7), Field(type="number", values=(1, 2)), NEVER),
        (("eq", "20200229"), Field(type="date"), [("when.x", "value.wrong_type")]),
        (("eq", "2020-02-30"), Field(type="date"), [("when.x", "value.wrong_type")]),
    ],
)
def test_a4_values_that_never_come_are_found(test, field, expected):
    assert found(Compare("x", *test), field) == expected


def test_a4_versions_that_nobody_recognises_are_found():
    known = Field(type="version", key={"5.1": 1, "5.10": 2}.get)
    assert found(Compare("x", "ge", "5.10"), known) == []
    assert found(Compare("x", "in", ("5.1", "6")), known) == [
        ("when.x", "condition.unknown_version")
    ]
    assert list(keys({"x": known, "y": Field(type="version")})) == ["x"]


@modest
@given(conditions(), st.sampled_from(sorted(FIELDS)))
def test_a1_the_check_finds_every_test_of_an_unknown_field(condition, gone):
    known = {name: field for name, field in FIELDS.items() if name != gone}
    asked = [one for one in predicates.tests(condition) if one.field == gone]
    problems = list(check(condition, known, "when"))
    assert [(p.where, p.code) for p in problems] == [("when", "value.not_allowed")] * len(asked)
    assert all(p.context == {"value": gone, "allowed": sorted(known)} for p in problems)


@modest
@given(comparisons())
def test_a1_every_problem_of_a_test_says_what_suits(test):
    others = {name: Field(type="text") for name in FIELDS}
    for problem in check(test, others, "when"):
        assert str(problem)
        assert "{" not in str(problem)
