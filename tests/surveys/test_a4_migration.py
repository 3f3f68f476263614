"""Answers of one version in another: never lost without a word, never another answer."""

import json
from datetime import UTC, datetime

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops import predicates, serial, texts
from saasops.surveys.answers import Known, Response
from saasops.surveys.definition import Migration, Option, Page, Personal, Question, Step, Survey
from saasops.surveys.forms import Form
from saasops.surveys.kinds import is_blank
from saasops.surveys.losses import Loss, summed
from saasops.surveys.migration import Route, mistakes, way
from saasops.testing.strategies import surveys as kit
from saasops.testing.strategies.survey_versions import meanings, newer
from saasops.values import Text

AT = datetime(2020, 2, 3, tzinfo=UTC)


def both(words: str) -> Text:
    return Text.of({"en": words, "zh-CN": f"{words}（中）"})


def choices(*ids: str, **words: str) -> tuple[Option, ...]:
    return tuple(Option(id=id, text=both(words.get(id, id))) for id in ids)


def asking(*questions: Question, version: int = 1, **more) -> Survey:
    return Survey(id="s", version=version, title=both("s"), questions=questions, **more)


def single(id: str = "os", *ids: str, **more) -> Question:
    options = more.pop("options", None) or choices(*(ids or ("linux", "windows", "other")))
    return Question(
        id=id, kind="single", text=more.pop("text", both("System")), options=options, **more
    )


def multiple(id: str = "uses", *ids: str, **more) -> Question:
    options = more.pop("options", None) or choices(*(ids or ("jobs", "logs", "other")))
    return Question(id=id, kind="multiple", text=both("Uses"), options=options, **more)


def plain(id: str, kind: str = "text", **more) -> Question:
    return Question(id=id, kind=kind, text=more.pop("text", both(id)), **more)


def moved(answers, old, *questions, steps=(), **more):
    new = asking(*questions, version=2, migrations=(Migration(version=1, steps=steps),), **more)
    assert list(mistakes(new.migrations[0], asking(*old), new)) == []
    return Route((asking(*old), new)).migrate(answers)


def lost(migrated):
    return [(one.question, one.option, one.code.rpartition(".")[2]) for one in migrated.losses]


# What hypothesis makes


@given(st.data())
def test_a4_answers_to_the_same_questions_stay_as_they_are(data):
    survey = data.draw(kit.surveys())
    answers = data.draw(kit.right_answers(survey))
    new = attrs.evolve(survey, version=survey.version + 1)
    migrated = Route((survey, new)).migrate(answers)
    assert (migrated.answers, migrated.losses, migrated.filled) == (answers, (), ())


@given(st.data())
def test_a4_the_declared_migrations_that_are_made_have_no_mistakes(data):
    old = data.draw(kit.surveys())
    new = data.draw(newer(old))
    assert list(mistakes(new.migrations[-1], old, new)) == []


@given(st.data())
def test_a4_no_answer_is_relabelled_and_none_is_lost_without_a_word(data):
    versions = [data.draw(kit.surveys(hidden=("drop", "keep")))]
    for _ in range(data.draw(st.integers(1, 3))):
        versions.append(data.draw(newer(versions[-1])))
    answers = data.draw(kit.right_answers(versions[0]))
    migrated = Route(versions).migrate(answers)
    assert_same_meaning(versions[0], answers, versions[-1], migrated)


def assert_same_meaning(old, answers, new, migrated):
    said = dict(meanings(old, answers).values())
    found = meanings(new, {**migrated.answers, **migrated.hidden})
    for key, (asked, what) in found.items():
        assert key in migrated.filled or what <= said[asked]
    kept = dict(value for key, value in found.items() if key not in migrated.filled)
    missing = [asked for asked, what in said.items() if kept.get(asked) != what]
    assert bool(missing) == bool(migrated.losses)
    assert len(missing) <= len(migrated.losses)


@given(st.data())
def test_a4_what_is_carried_over_is_accepted_but_for_what_was_not_asked(data):
    old = data.draw(kit.surveys())
    new = data.draw(newer(old))
    migrated = Route((old, new)).migrate(data.draw(kit.right_answers(old)))
    checked = Form.of(new).check(migrated.answers, kit.READING)
    assert {one.code for one in checked.problems} <= {"survey.missing_required"}
    assert checked.answers == migrated.answers
    assert checked.calculated == migrated.calculated


@given(st.data())
def test_a4_one_answer_goes_where_all_of_them_go(data):
    old = data.draw(kit.surveys())
    new = data.draw(newer(old))
    route = Route((old, new))
    answers = data.draw(kit.right_answers(old))
    alone = {}
    for key, value in answers.items():
        carried, _ = route.carry(key, value)
        assert set(carried) <= set(route.targets(key))
        alone |= carried
    migrated = route.migrate(answers)
    shown = {key: value for key, value in migrated.answers.items() if key not in migrated.filled}
    assert shown.items() <= alone.items()


@given(st.data())
def test_a4_losses_name_no_answer_and_survive_json(data):
    old = data.draw(kit.surveys(kinds=("text", "address", "single")))
    old = attrs.evolve(
        old, questions=tuple(attrs.evolve(q, personal=kit.PRIVATE) for q in old.questions)
    )
    new = data.draw(newer(old))
    answers = data.draw(kit.right_answers(old))
    response = Response(
        campaign="c", user="u", survey=old.id, version=old.version, answers=answers,
        submitted_at=AT, source="site",
    )  # fmt: skip
    migrated = Route((old, new)).response(response)
    assert all(loss.option is None for loss in migrated.losses)
    assert serial.load_trusted(json.loads(json.dumps(serial.dump(migrated))), Response) == migrated
    assert migrated.migrated_from == old.version
    assert (migrated.user, migrated.submitted_at) == (response.user, AT)
    assert summed([*migrated.losses, *migrated.losses]) == tuple(
        (loss, 2 * count) for loss, count in summed(migrated.losses)
    )


@given(st.data(), kit.json_values)
def test_a4_whatever_an_answer_is_it_is_carried_or_lost_and_never_a_crash(data, value):
    old = data.draw(kit.surveys())
    new = data.draw(newer(old))
    route = Route((old, new))
    for question in old.questions:
        carried, losses = route.carry(question.id, value)
        assert carried or losses or is_blank(value)
        for key, answer in carried.items():
            assert new.question(key)
            assert answer is not None


# By hand


def test_a4_a_renamed_question_takes_its_answer_and_its_free_text_along():
    answers = {"os": "other", "os_other": "BeOS"}
    renamed = single("system", other="other")
    migrated = moved(
        answers, [single(other="other")], renamed, steps=(Step(question="system", was="os"),)
    )
    assert migrated.answers == {"system": "other", "system_other": "BeOS"}
    assert migrated.losses == ()


def test_a4_free_text_may_become_a_question_of_its_own():
    answers = {"os": "other", "os_other": "BeOS"}
    steps = (Step(question="which", was="os_other"),)
    migrated = moved(answers, [single(other="other")], single(), plain("which"), steps=steps)
    assert migrated.answers == {"os": "other", "which": "BeOS"}


def test_a4_free_text_is_lost_where_its_option_takes_none_any_more():
    migrated = moved({"os": "other", "os_other": "x"}, [single(other="other")], single())
    assert migrated.answers == {"os": "other"}
    assert lost(migrated) == [("os_other", None, "not_asked")]


def test_a4_an_option_that_stands_for_something_else_is_lost_unless_a_step_names_it():
    def band(*bounds):
        options = tuple(
            Option(id=f"{a}-{b}", text=both(f"{a}-{b}"), low=a, high=b) for a, b in bounds
        )
        return Question(id="apps", kind="band", text=both("Apps"), options=options)

    old = band((1, 3), (3, 10))
    wider = attrs.evolve(old, options=(old.options[0], attrs.evolve(old.options[1], low=4)))
    assert lost(moved({"apps": "3-10"}, [old], wider)) == [("apps", "3-10", "option_changed")]
    named = (Step(question="apps", options={"3-10": "3-10"}),)
    assert moved({"apps": "3-10"}, [old], wider, steps=named).answers == {"apps": "3-10"}
    assert moved({"apps": "1-3"}, [old], wider).answers == {"apps": "1-3"}


def test_a4_choices_are_lost_one_by_one_and_the_others_stay():
    new = multiple("uses", options=(*choices("jobs"), Option(id="tasks", text=both("logs"))))
    steps = (Step(question="uses", options={"logs": "tasks", "other": ""}, reason="too vague"),)
    migrated = moved({"uses": ("jobs", "logs", "other")}, [multiple()], new, steps=steps)
    assert migrated.answers == {"uses": ("jobs", "tasks")}
    (loss,) = migrated.losses
    assert (loss.option, loss.code, loss.reason) == (
        "other",
        "survey.loss.option_dropped",
        "too vague",
    )
    assert "too vague" in loss.explain()
    assert "too vague" in loss.explain("zh-CN")


def test_a4_several_choices_become_one_only_where_one_was_chosen():
    steps = (Step(question="main", was="uses"),)
    one = single("main", "jobs", "logs", "other")
    assert moved({"uses": ("logs",)}, [multiple()], one, steps=steps).answers == {"main": "logs"}
    assert lost(moved({"uses": ("jobs", "logs")}, [multiple()], one, steps=steps)) == [
        ("uses", None, "unfit")
    ]
    fewer = single("main", "jobs")
    assert lost(moved({"uses": ("jobs", "logs")}, [multiple()], fewer, steps=steps)) == [
        ("uses", None, "unfit")
    ]
    several = multiple("uses", "linux", "windows", "other")
    into = moved({"os": "linux"}, [single()], several, steps=(Step(question="uses", was="os"),))
    assert into.answers == {"uses": ("linux",)}


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({}, True),
        ({"hint": both("think")}, True),
        ({"required": False}, True),
        ({"high": 1000}, True),
        ({"high": 5}, False),
        ({"text": both("Hosts?")}, False),
        ({"text": Text.of({"en": "hosts", "zh-CN": "hosts（中）", "ja": "ホスト"})}, True),
        ({"text": Text.of({"ja": "ホスト"})}, False),
        ({"unit": both("racks")}, False),
        ({"kind": "decimal"}, False),
        ({"kind": "text"}, False),
        ({"settings": {"scale": 2}}, False),
    ],
)
def test_a4_what_carries_over_by_itself_means_the_same(changes, kept):
    old = plain("hosts", "number")
    migrated = moved({"hosts": 7}, [old], attrs.evolve(old, **changes))
    assert (migrated.answers == {"hosts": 7}) is kept
    assert bool(migrated.losses) is not kept


def test_a4_a_step_that_has_a_default_only_does_not_vouch_for_the_old_answer():
    old, new = plain("hosts", "number"), plain("hosts", "number", text=both("Racks"))
    migrated = moved({"hosts": 7}, [old], new, steps=(Step(question="hosts", default=1),))
    assert migrated.answers == {"hosts": 1}
    assert migrated.filled == ("hosts",)
    assert lost(migrated) == [("hosts", None, "changed")]


def test_a4_a_default_answers_only_where_nothing_else_does_and_is_told_apart():
    steps = (Step(question="rack", was="hosts", default=3),)
    old, new = plain("hosts", "number"), plain("rack", "number")
    assert moved({"hosts": 7}, [old], new, steps=steps).answers == {"rack": 7}
    filled = moved({}, [old], new, steps=steps)
    assert (filled.answers, filled.filled, filled.losses) == ({"rack": 3}, ("rack",), ())


def test_a4_slots_versions_and_files_move_between_like_kinds_only():
    for kind, value in (("slot", "w1"), ("version", "5.1"), ("file", ("a", "b"))):
        steps = (Step(question="new", was="old"),)
        old, new = plain("old", kind), plain("new", kind)
        assert moved({"old": value}, [old], new, steps=steps).answers == {"new": value}
        (mistake,) = mistakes(
            Migration(version=1, steps=steps),
            asking(plain("old")),
            asking(new, version=2, migrations=(Migration(version=1, steps=steps),)),
        )
        assert mistake.code == "survey.migration.kinds_differ"
        route = Route(
            (
                asking(plain("old")),
                asking(new, version=2, migrations=(Migration(version=1, steps=steps),)),
            )
        )
        assert route.migrate({"old": "w1"}).answers == {}


def test_a4_what_conditions_hide_in_the_newer_version_is_kept_apart_or_lost():
    old = [single(), plain("notes")]
    new = single(), plain("notes", when=predicates.Test("os", "eq", "other"))
    answers = {"os": "linux", "notes": "x"}
    dropped = moved(answers, old, *new)
    assert (dropped.answers, lost(dropped)) == ({"os": "linux"}, [("notes", None, "hidden")])
    apart = moved(answers, old, *new, hidden="keep")
    assert (apart.answers, apart.hidden, apart.losses) == ({"os": "linux"}, {"notes": "x"}, ())
    paged = attrs.evolve(new[1], when=old[1].when, page="p")
    page = Page(id="p", title=both("p"), when=predicates.Test("os", "eq", "other"))
    assert lost(moved(answers, old, new[0], paged, pages=(page,))) == [("notes", None, "hidden")]


def test_a4_what_was_hidden_stays_hidden_and_what_was_known_stands_beside_its_question():
    old, new = asking(plain("a"), plain("b")), asking(plain("c"), plain("b"), version=2)
    new = attrs.evolve(
        new, migrations=(Migration(version=1, steps=(Step(question="c", was="a"),)),)
    )
    known = Known(value="x", provenance="on file", at=AT)
    response = Response(
        campaign="c", user="u", survey="s", version=1, answers={"b": "said"}, submitted_at=AT,
        source="site", hidden={"a": "unseen"}, prefilled={"a": known, "b": known},
    )  # fmt: skip
    after = Route((old, new)).response(response)
    assert (after.answers, after.hidden) == ({"b": "said"}, {"c": "unseen"})
    assert after.prefilled == {"c": known, "b": known}
    twice = Route((new, attrs.evolve(new, version=3))).response(after)
    assert twice.migrated_from == 1


def test_a4_a_personal_choice_is_not_named_among_the_losses():
    private = single(personal=Personal(category="health", purpose="support"))
    fewer = single("os", "linux", personal=private.personal)
    assert lost(moved({"os": "windows"}, [private], fewer)) == [("os", None, "option_gone")]


def test_a4_the_shortest_declared_way_is_taken():
    def version(number, *before):
        return asking(
            plain("a"), version=number, migrations=tuple(Migration(version=one) for one in before)
        )

    versions = {
        n: version(n, *before) for n, before in ((1, ()), (2, (1,)), (3, (2,)), (4, (3, 2)))
    }
    assert [one.version for one in way(1, versions[4], versions.get)] == [1, 2, 4]
    assert [one.version for one in way(3, versions[4], versions.get)] == [3, 4]
    assert way(1, versions[4], {}.get) is None
    assert way(1, version(5), versions.get) is None
    circle = version(6, 6, 7)
    assert way(1, circle, {7: version(7, 6)}.get) is None


OLD = asking(single(), plain("notes"), plain("left"))
NEW = asking(single("system"), plain("notes"), plain("when", "date"), multiple(), version=2)


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (Step(question="system", was="colour"), "unknown_question"),
        (Step(question="colour", was="os"), "unknown_question"),
        (Step(was="colour", reason="gone"), "unknown_question"),
        (Step(question="system", was="os", options={"beos": "linux"}), "unknown_option"),
        (Step(question="system", was="os", options={"linux": "beos"}), "unknown_option"),
        (Step(was="left"), "no_reason"),
        (Step(reason="why not"), "empty_step"),
        (Step(), "empty_step"),
        (Step(question="when"), "empty_step"),
        (Step(question="when", default="yesterday"), "default_unfit"),
        (Step(question="system", was="os", default="beos"), "default_unfit"),
        (Step(question="uses", default="lego"), "default_unfit"),
        (Step(question="notes", was="os"), "kinds_differ"),
        (Step(question="system", was="notes"), "kinds_differ"),
    ],
)
def test_a4_a_mistake_in_a_step_is_named_at_its_place(step, code):
    migration = Migration(version=1, steps=(step,))
    (problem,) = mistakes(migration, OLD, attrs.evolve(NEW, migrations=(migration,)))
    assert (problem.where, problem.code) == ("migrations.1.steps[0]", f"survey.migration.{code}")
    for locale in texts.LOCALES:
        assert "{" not in texts.explain(problem.code, problem.context, locale=locale)


def test_a4_mistakes_in_a_migration_as_a_whole_are_named():
    double = Step(question="notes", was="left"), Step(question="notes", was="notes")
    both_ways = Step(was="notes", reason="gone"), Step(question="notes")
    for steps, code in ((double, "two_sources"), (both_ways, "dropped_and_kept")):
        migration = Migration(version=1, steps=steps)
        found = mistakes(migration, OLD, attrs.evolve(NEW, migrations=(migration,)))
        assert [(one.where, one.code) for one in found] == [
            ("migrations.1", f"survey.migration.{code}")
        ]
    later = Migration(version=2)
    found = mistakes(later, OLD, attrs.evolve(NEW, migrations=(later, later)))
    assert [one.code for one in found] == [
        "survey.migration.wrong_version",
        "survey.migration.repeated",
    ]


def test_a4_losses_are_summed_the_most_frequent_first():
    one = Loss(version=1, question="b", code="survey.loss.changed")
    other = Loss(version=1, question="a", code="survey.loss.option_gone", option="x")
    assert summed([one, other, one]) == ((one, 2), (other, 1))
    assert summed([other, one]) == ((other, 1), (one, 1))
