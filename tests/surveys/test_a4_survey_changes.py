"""What means something else under the same id in a later version is found (A4)."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.predicates import All
from saasops.predicates import Test as Compared
from saasops.surveys.definition import (
    Calculated,
    Migration,
    Option,
    Page,
    Question,
    Step,
    Survey,
)
from saasops.surveys.lint import ADVICE, changed_meaning
from saasops.testing.strategies.surveys import surveys
from saasops.values import Text

FEW = Option(id="few", text=Text.of("few"), low=0, high=3)
MANY = Option(id="many", text=Text.of("many"), low=4, score=2)
APPS = Question(id="apps", kind="band", text=Text.of("Apps?"), options=(FEW, MANY))
RUNS = Compared("apps", "eq", "many")
HOSTS = Question(id="hosts", kind="number", text=Text.of("Hosts?"), when=RUNS)
SCORE = Calculated(id="score", title=Text.of("Score"), method="score", of=("apps",))
SURVEY = Survey(id="s", version=1, title=Text.of("S"), questions=(APPS, HOSTS), calculated=(SCORE,))


def found(apps=APPS, hosts=HOSTS, **more):
    after = attrs.evolve(SURVEY, version=2, **{"questions": (apps, hosts), **more})
    return [(problem.where, problem.code) for problem in changed_meaning(SURVEY, after)]


def with_options(*options):
    return attrs.evolve(APPS, options=options)


PLACE = "questions.apps.options"


@pytest.mark.parametrize(
    ("after", "where", "code"),
    [
        ({"hosts": attrs.evolve(HOSTS, kind="text")}, "questions.hosts.kind", "kind"),
        ({"hosts": attrs.evolve(HOSTS, unit=Text.of("GB"))}, "questions.hosts.unit", "unit"),
        ({"hosts": attrs.evolve(HOSTS, settings={"a": 1})}, "questions.hosts.settings", "settings"),
        ({"hosts": attrs.evolve(HOSTS, text=Text.of("?"))}, "questions.hosts.text", "reworded"),
        ({"hosts": attrs.evolve(HOSTS, when=All(()))}, "questions.hosts.when", "when"),
        ({"apps": with_options(FEW)}, f"{PLACE}.many", "option_dropped"),
        (
            {"apps": with_options(attrs.evolve(FEW, text=Text.of("a few")), MANY)},
            f"{PLACE}.few",
            "option_reworded",
        ),
        ({"apps": with_options(attrs.evolve(FEW, high=4), MANY)}, f"{PLACE}.few", "bounds"),
        ({"apps": with_options(FEW, attrs.evolve(MANY, score=3))}, f"{PLACE}.many", "score"),
        ({"calculated": (attrs.evolve(SCORE, method="count"),)}, "calculated.score", "calculated"),
    ],
)
def test_a4_each_change_of_meaning_is_found_at_its_place(after, where, code):
    assert found(**after) == [(where, f"survey.change.{code}")]


def test_a4_words_that_moved_to_another_id_are_no_rewording():
    swapped = with_options(attrs.evolve(FEW, text=MANY.text), attrs.evolve(MANY, text=FEW.text))
    assert found(swapped) == [
        (f"{PLACE}.few", "survey.change.option_reused"),
        (f"{PLACE}.many", "survey.change.option_reused"),
    ]
    taken = with_options(attrs.evolve(FEW, text=MANY.text))
    assert found(taken) == [
        (f"{PLACE}.few", "survey.change.option_reused"),
        (f"{PLACE}.many", "survey.change.option_dropped"),
    ]


def test_a4_the_condition_of_the_page_counts_as_the_questions_own():
    page = Page(id="more", title=Text.of("More"), when=RUNS)
    moved = attrs.evolve(HOSTS, page="more", when=All(()))
    assert found(hosts=moved, pages=(page,)) == []
    assert found(hosts=moved, pages=(attrs.evolve(page, when=All(())),)) == [
        ("questions.hosts.when", "survey.change.when")
    ]


def test_a4_what_is_new_means_nothing_else():
    third = Option(id="none", text=Text.of("none"), low=-1, high=-1)
    disks = attrs.evolve(HOSTS, id="disks")
    assert found(with_options(FEW, MANY, third), calculated=()) == []
    assert found(questions=(APPS, HOSTS, disks)) == []


DISKS = attrs.evolve(HOSTS, id="disks")
GONE = ("questions.hosts", "survey.change.question_dropped")


def declared(*steps, version=1):
    return (Migration(version=version, steps=steps),)


def test_a4_a_question_that_is_gone_is_told_unless_the_migration_names_it():
    assert found(hosts=DISKS) == [GONE]
    assert found(hosts=DISKS, migrations=declared(Step(question="disks", was="hosts"))) == []
    assert found(hosts=DISKS, migrations=declared(Step(was="hosts", reason="unused"))) == []
    other = Step(question="apps", options={"few": "many"})
    assert found(hosts=DISKS, migrations=declared(other)) == [GONE]
    early = declared(Step(was="hosts", reason="unused"), version=0)
    assert found(hosts=DISKS, migrations=early) == [GONE]


def test_a4_a_note_that_is_gone_loses_no_answer():
    note = Question(id="hello", kind="note", text=Text.of("Hello"))
    before = attrs.evolve(SURVEY, questions=(note, APPS, HOSTS))
    assert changed_meaning(before, SURVEY) == ()


def test_a4_an_option_that_is_gone_is_told_unless_the_migration_names_it():
    for options in ({"many": "few"}, {"many": ""}):
        step = Step(question="apps", options=options)
        assert found(with_options(FEW), migrations=declared(step)) == []
    other = Step(question="hosts", was="hosts", options={"many": ""})
    told = found(with_options(FEW), migrations=declared(other))
    assert (f"{PLACE}.many", "survey.change.option_dropped") in told


def test_a4_the_mistakes_of_the_migration_are_told():
    step = Step(question="apps", options={"few": "none"})
    wrong = ("migrations.1.steps[0]", "survey.migration.unknown_option")
    assert found(migrations=declared(step)) == [wrong]
    assert found(migrations=declared(step, version=0)) == []
    # What is not put together right is told by lint, and nothing can be carried into it.
    odd = attrs.evolve(HOSTS, kind="odd")
    codes = [code for _, code in found(hosts=odd, migrations=declared(step))]
    assert codes == ["survey.change.kind"]


def test_a4_another_score_is_advice():
    assert "survey.change.score" in ADVICE


@given(surveys())
def test_a4_a_survey_means_what_it_means(survey):
    assert changed_meaning(survey, attrs.evolve(survey, version=99)) == ()


@given(surveys(), st.data())
def test_a4_other_words_are_advice_only(survey, data):
    some = data.draw(st.sampled_from(survey.questions))
    said = attrs.evolve(some, text=Text.of("in other words"))
    after = attrs.evolve(
        survey, questions=tuple(said if one == some else one for one in survey.questions)
    )
    codes = {problem.code for problem in changed_meaning(survey, after)}
    assert codes == {"survey.change.reworded"}
    assert codes <= ADVICE
