"""What other languages are told means the same there: the real engines are the judges (A4)."""

import re

import pytest
from condition_cases import HARD_NAMES, Cases, seed

from node_judge import node_run
from saasops.errors import Invalid
from saasops.predicates import All, Any_, Field, Not, holds, jsonlogic, surveyjs
from saasops.predicates import Test as Compare
from saasops.testing.strategies.conditions import CHOICES

WANTED, PER_FIELDS = 4000, 16
ELEMENTS = {
    "choice": "radiogroup",
    "choices": "checkbox",
    "number": "text",
    "date": "text",
    "flag": "boolean",
    "text": "comment",
    "version": "text",
}


def element(name, field):
    made = {"type": ELEMENTS[field.type], "name": name}
    if field.type in ("choice", "choices"):
        made["choices"] = list(field.values or CHOICES)
    if field.type in ("number", "date"):
        made["inputType"] = field.type
    return made


def plain(answers):
    return {k: list(v) if isinstance(v, tuple) else v for k, v in answers.items()}


def pairs(write, number):
    """Make pairs until enough of them can be written; count why others cannot."""
    cases, written, refused = Cases(number), [], {}
    while len(written) < WANTED:
        fields = cases.fields()
        for _ in range(PER_FIELDS):
            condition, answers = cases.condition(fields), cases.answers(fields)
            try:
                written.append((fields, condition, answers, write(condition, fields)))
            except Invalid as error:
                for problem in error.problems:
                    refused[problem.code] = refused.get(problem.code, 0) + 1
    return written, refused


def wrong(made, found):
    return [
        (rule, plain(answers), shown)
        for (_, condition, answers, rule), shown in zip(made, found, strict=True)
        if shown is not holds(condition, answers)
    ]


def test_a4_surveyjs_shows_what_our_conditions_show():
    number = seed()
    made, refused = pairs(surveyjs.written, number)
    groups = {}
    for place, (fields, _, answers, expression) in enumerate(made):
        case = {"expression": expression, "answers": plain(answers)}
        groups.setdefault(id(fields), (fields, [], []))[1].append(case)
        groups[id(fields)][2].append(place)
    payload = [
        {"elements": [element(*item) for item in fields.items()], "cases": cases}
        for fields, cases, _ in groups.values()
    ]
    found = [None] * len(made)
    for (_, _, places), group in zip(
        groups.values(), node_run("surveyjs_conditions.cjs", payload), strict=True
    ):
        for place, shown in zip(places, group, strict=True):
            found[place] = shown
    assert wrong(made, found) == [], f"seed {number}"
    assert {True, False} == set(found)
    assert set(refused) == {
        "condition.export.alike",
        "condition.export.name",
        "condition.export.text",
        "condition.export.value",
    }


def test_a4_jsonlogic_decides_as_our_conditions_do():
    number = seed()
    made, refused = pairs(jsonlogic.written, number)
    payload = [{"rule": rule, "answers": plain(answers)} for _, _, answers, rule in made]
    found = node_run("jsonlogic_conditions.cjs", payload)
    assert wrong(made, found) == [], f"seed {number}"
    assert {True, False} == set(found)
    assert set(refused) == {"condition.export.name"}


def test_a4_an_exported_expression_is_read_back_with_the_same_meaning():
    cases, kinds = Cases(seed()), set()
    for fields, condition, answers, expression in pairs(surveyjs.written, 3)[0][:1000]:
        try:
            again = surveyjs.parsed(expression, fields)
        except Invalid as declined:
            # Reading does not rest on `#` and quotes, as writing can.
            kinds.update(problem.code for problem in declined.problems)
            continue
        assert holds(again, answers) is holds(condition, answers)
        for _ in range(3):
            others = cases.answers(fields)
            assert holds(again, others) is holds(condition, others)
    assert kinds <= {"condition.import.loose"}


OS = Field(type="choice", values=("linux", "aix", "it's"))
FIELDS = {
    "os": OS,
    "on": Field(type="date"),
    "hosts": Field(type="number"),
    "cloud": Field(type="choices", values=("public", "private")),
    "agreed": Field(type="flag"),
}


@pytest.mark.parametrize(
    ("condition", "expression", "rule"),
    [
        (Compare("os", "eq", "linux"), "{os} = 'linux'", {"===": [{"var": "os"}, "linux"]}),
        (Compare("os", "ne", "it's"), r"{#os} <> 'it\'s'", {"!==": [{"var": "os"}, "it's"]}),
        (Compare("agreed", "eq", True), "{agreed} = true", {"===": [{"var": "agreed"}, True]}),
        (Compare("hosts", "in", (1, -2.5)), "{hosts} anyof [1, -2.5]", {"in": [{"var": "hosts"}, [1, -2.5]]}),
        (Compare("hosts", "eq", 1e-7), "{hosts} = 0.0000001", {"===": [{"var": "hosts"}, 1e-7]}),
        (Compare("os", "in", ()), "false", False),
        (Compare("cloud", "any", ()), "false", False),
        (All(()), "true", True),
        (Any_(()), "false", False),
        (
            Compare("cloud", "has", "public"),
            "{cloud} contains 'public'",
            {"and": [{"!!": [{"var": "cloud"}]}, {"or": [{"in": ["public", {"var": "cloud"}]}]}]},
        ),
        (
            Compare("cloud", "answered", value=False),
            "{cloud} empty",
            {"!": [{"!!": [{"var": "cloud"}]}]},
        ),
        (
            Not(Any_((Compare("agreed", "answered", value=True), All((Compare("agreed", "eq", True),))))),
            "!({agreed} notempty or {agreed} = true)",
            None,
        ),
    ],
)  # fmt: skip
def test_a4_how_conditions_are_written(condition, expression, rule):
    fields = FIELDS if "#" in expression or "os" not in expression else {**FIELDS, "os": PLAIN}
    assert surveyjs.written(condition, fields) == expression
    if rule is not None:
        assert jsonlogic.written(condition, fields) == rule


PLAIN = Field(type="choice", values=("linux", "aix"))
ORDERED = Field(
    type="version", values=("5.9", "5.10"), key=lambda text: tuple(map(int, text.split(".")))
)
SAME = Field(type="version", values=("5.9", "5.09"), key=ORDERED.key)


@pytest.mark.parametrize(
    ("write", "name", "field", "test", "code"),
    [
        (surveyjs, "v", ORDERED, ("ge", "5.10"), "version_order"),
        (jsonlogic, "v", ORDERED, ("ge", "5.10"), "version_order"),
        (surveyjs, "v", SAME, ("eq", "5.9"), "version_order"),
        (jsonlogic, "v", SAME, ("in", ("5.9",)), "version_order"),
        (surveyjs, "v", Field(type="version"), ("eq", "5.1"), "alike"),
        (surveyjs, "t", Field(type="text"), ("eq", "x"), "text"),
        (surveyjs, "o", Field(type="choice", values=("a", "A")), ("eq", "a"), "alike"),
        (surveyjs, "o", Field(type="choices", values=("1", "01")), ("has", "1"), "alike"),
        (surveyjs, "o", Field(type="choice", values=("a\\",)), ("eq", "a\\"), "value"),
        (surveyjs, "o", Field(type="choice", values=("<>",)), ("eq", "<>"), "value"),
        (surveyjs, "o", Field(type="choice", values=("undefined",)), ("eq", "undefined"), "value"),
        (surveyjs, "o", Field(type="choice", values=("\ud800",)), ("eq", "\ud800"), "value"),
        *((surveyjs, name, OS, ("eq", "aix"), "name") for name in ("{x}", "a.b", "a[0]", "", " a")),
        *((jsonlogic, name, OS, ("eq", "aix"), "name") for name in ("a.b", "", "toString")),
    ],
)
def test_a4_what_cannot_be_said_there_is_refused_by_name(write, name, field, test, code):
    with pytest.raises(Invalid) as caught:
        write.written(Not(Compare(name, *test)), {name: field})
    (problem,) = caught.value.problems
    assert (problem.where, problem.code) == (f"when.{name}", f"condition.export.{code}")
    assert not re.search(r"[{}]", str(problem).replace(name, ""))


def test_a4_versions_that_no_two_names_share_can_be_compared_there():
    test = Compare("v", "in", ("5.9",))
    assert surveyjs.written(test, {"v": ORDERED}) == "{#v} anyof ['5.9']"
    assert jsonlogic.written(test, {"v": ORDERED}) == {"in": [{"var": "v"}, ["5.9"]]}


def test_a4_names_that_differ_by_case_are_one_name_there():
    fields = {"Hosts": FIELDS["hosts"], "hosts": FIELDS["hosts"]}
    with pytest.raises(Invalid):
        surveyjs.written(Compare("hosts", "eq", 1), fields)


@pytest.mark.parametrize("write", [surveyjs, jsonlogic])
def test_a4_what_does_not_suit_its_fields_is_not_written(write):
    with pytest.raises(Invalid) as caught:
        write.written(Compare("hosts", "eq", "1"), FIELDS)
    assert [problem.code for problem in caught.value.problems] == ["value.wrong_type"]


def test_hard_names_are_tried_too():
    assert {"a.b", "toString", "locale"} <= set(HARD_NAMES)
