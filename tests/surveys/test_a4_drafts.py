"""Drafts: every field has its instant, whatever comes in whatever order."""

import json
from datetime import UTC, datetime, timedelta
from itertools import permutations

import attrs
from hypothesis import given
from hypothesis import strategies as st

from saasops import predicates, serial, texts
from saasops.surveys.answers import Known
from saasops.surveys.definition import Migration, Option, Page, Question, Step, Survey
from saasops.surveys.drafts import LARGEST, Draft, Field, carried, edit, merge, resume
from saasops.surveys.forms import Form
from saasops.surveys.migration import Route
from saasops.testing.strategies import surveys as kit
from saasops.testing.strategies.survey_versions import newer
from saasops.values import Text

AT = datetime(2020, 2, 3, tzinfo=UTC)
WORDS = Text.of({"en": "words", "zh-CN": "文字"})
SURVEY = Survey(
    id="s",
    version=1,
    title=WORDS,
    pages=(Page(id="p1", title=WORDS), Page(id="p2", title=WORDS)),
    questions=(
        Question(
            id="os",
            kind="single",
            text=WORDS,
            page="p1",
            other="other",
            options=(Option(id="linux", text=WORDS), Option(id="other", text=WORDS)),
        ),
        Question(id="hosts", kind="number", text=WORDS, page="p1", required=False),
        Question(id="notes", kind="text", text=WORDS, page="p2", longest=10),
    ),
)
FORM = Form.of(SURVEY)


def blank(survey: Survey = SURVEY) -> Draft:
    return Draft(campaign="c", user="u", survey=survey.id, version=survey.version, begun_at=AT)


def typed(*edits, form=FORM):
    """Return a draft after *edits* (minute, changes), in this order of arrival."""
    draft = blank(form.survey)
    for minute, changes in edits:
        draft, _ = edit(draft, changes, form, at=AT + timedelta(minutes=minute))
    return draft


keys = st.sampled_from(["os", "os_other", "hosts", "notes"])
values = st.sampled_from([None, "linux", "other", 1, 1.0, True, "x", ["linux"], {"a": [1]}])
edits = st.lists(
    st.tuples(st.integers(0, 3), st.dictionaries(keys, values, max_size=3)), max_size=4
)


@given(edits)
def test_a4_of_each_field_the_latest_edit_stands_in_whatever_order_they_arrive(edits):
    found = {
        json.dumps(serial.dump(typed(*order)), sort_keys=True) for order in permutations(edits)
    }
    assert len(found) == 1
    latest = {}
    for minute, changes in edits:
        for key, value in changes.items():
            latest[key] = max(latest.get(key, (-1, "")), (minute, json.dumps(value)))
    expected = {key: json.loads(value) for key, (_, value) in latest.items() if value != "null"}
    assert typed(*edits).values == expected


@given(edits, edits)
def test_a4_two_devices_merge_and_the_same_again_changes_nothing(here, there):
    one, other = typed(*here), typed(*there)
    both = merge(one, other)
    assert both == merge(other, one) == merge(both, other) == merge(both, both)
    assert both == typed(*here, *there)
    assert typed(*here, *here) == one


@given(edits)
def test_a4_a_draft_survives_json(edits):
    draft = attrs.evolve(
        typed(*edits),
        page=Field(value="p2", at=AT),
        prefilled={"hosts": Known(value=7, provenance="recorded", at=AT)},
    )
    assert serial.load_trusted(json.loads(json.dumps(serial.dump(draft))), Draft) == draft


@given(
    st.dictionaries(
        keys | kit.json_values.filter(lambda one: isinstance(one, str)), kit.json_values
    )
)
def test_a4_what_can_be_kept_is_kept_and_what_cannot_is_told(changes):
    draft, problems = edit(blank(), changes, FORM, at=AT)
    json.dumps(serial.dump(draft), allow_nan=False).encode()
    told = {one.where for one in problems}
    for key in changes:
        assert (key in draft.fields) is not (key in told or key not in KEYS)
    assert all(str(one) for one in problems)
    assert resume(draft, FORM, kit.READING).values == draft.values


KEYS = ("os", "os_other", "hosts", "notes")


def test_a4_what_is_no_plain_value_or_too_large_or_never_asked_is_not_kept():
    deep: object = 1
    for _ in range(1000):
        deep = [deep]
    circle: list[object] = []
    circle.append(circle)
    wrong = (
        float("nan"), float("inf"), 2**63, 10**5000, "a\0", "\ud800", deep, circle, {1: 2},
        {"\0": 1}, b"x", {1, 2}, object(), AT,
    )  # fmt: skip
    for value in wrong:
        draft, (problem,) = edit(blank(), {"notes": value}, FORM, at=AT)
        assert (draft.fields, problem.where, problem.code) == ({}, "notes", "draft.not_plain")
    room = LARGEST + 4 * 10
    fits, problems = edit(blank(), {"notes": "x" * (room - 2)}, FORM, at=AT)
    assert (len(fits.fields), problems) == (1, ())
    _, (problem,) = edit(blank(), {"notes": "x" * (room - 1)}, FORM, at=AT)
    assert (problem.code, problem.context["most"]) == ("draft.too_large", room)
    many = {f"k{n}": n for n in range(10_000)} | {"hosts": 1, 7: 8}
    draft, (problem,) = edit(blank(), many, FORM, at=AT)
    assert list(draft.fields) == ["hosts"]
    assert (problem.code, problem.context["count"]) == ("draft.unknown_questions", 10_001)
    for locale in texts.LOCALES:
        assert "{" not in texts.explain(problem.code, problem.context, locale=locale)


def test_a4_no_personal_data_stands_in_the_repr_of_a_draft():
    assert "secret" not in repr(typed((0, {"notes": "secret"})))
    assert "secret" not in repr(resume(typed((0, {"notes": "secret"})), FORM, kit.READING))


def test_a4_a_form_goes_on_where_it_was_left_and_at_what_is_open():
    empty = resume(blank(), FORM, kit.READING)
    assert (empty.question, empty.page, empty.missing) == ("os", "p1", ("os", "notes"))
    half = resume(typed((0, {"os": "linux"})), FORM, kit.READING)
    assert (half.question, half.page, half.problems) == ("notes", "p2", ())
    wrong = resume(typed((0, {"os": "linux", "notes": "x" * 11})), FORM, kit.READING)
    assert [(one.where, one.code) for one in wrong.problems] == [("notes", "survey.too_long")]
    assert wrong.values["notes"] == "x" * 11
    done = resume(typed((0, {"os": "linux", "notes": "x"})), FORM, kit.READING)
    assert (done.question, done.missing, done.problems) == (None, (), ())


def test_a4_the_page_somebody_was_on_last_is_kept_by_its_instant():
    first, _ = edit(blank(), {}, FORM, at=AT + timedelta(1), page="p2")
    late, _ = edit(first, {}, FORM, at=AT, page="p1")
    unknown, _ = edit(late, {}, FORM, at=AT + timedelta(2), page="p9")
    assert late.page == unknown.page == Field(value="p2", at=AT + timedelta(1))
    assert resume(unknown, FORM, kit.READING).page == "p2"


# Another version


@given(st.data())
def test_a4_a_right_draft_comes_over_as_the_response_would(data):
    old = data.draw(kit.surveys())
    route = Route((old, data.draw(newer(old))))
    answers = data.draw(kit.right_answers(old))
    draft, problems = edit(blank(old), kit.sent(answers), Form.of(old), at=AT)
    assert problems == ()
    moved, losses = carried(draft, route, Form.of(old), kit.READING)
    migrated = route.migrate(answers)
    found = {key: value for key, value in migrated.answers.items() if key not in migrated.filled}
    plain = json.loads(json.dumps({**found}))
    assert plain.items() <= moved.values.items()
    unseen = {one.question for one in migrated.losses if one.code == "survey.loss.hidden"}
    assert set(losses) == {one for one in migrated.losses if one.question not in unseen} or unseen
    assert (moved.version, moved.begun_at) == (old.version + 1, AT)
    assert {one.at for one in moved.fields.values()} <= {AT}


@given(st.data())
def test_a4_whatever_was_typed_comes_over_or_is_told_and_never_a_crash(data):
    old = data.draw(kit.surveys())
    route = Route((old, data.draw(newer(old))))
    form = Form.of(old)
    draft, _ = edit(blank(old), data.draw(kit.drafts(old)), form, at=AT)
    moved, losses = carried(draft, route, form, kit.READING)
    left = {key for key, one in draft.fields.items() if form_reads(form, key, one.value)}
    told = {one.question for one in losses}
    for key in left - told:
        assert moved.fields.keys() & set(route.targets(key))
    resume(moved, route.form, kit.READING)


def form_reads(form: Form, key: str, value: object) -> bool:
    return form.read(key, value, kit.READING) is not None


def test_a4_a_field_keeps_its_instant_and_what_it_was_cleared_to_in_another_version():
    new = attrs.evolve(
        SURVEY,
        version=2,
        questions=(attrs.evolve(SURVEY.questions[1], id="racks"), *SURVEY.questions[2:]),
        migrations=(Migration(version=1, steps=(Step(question="racks", was="hosts"),)),),
    )
    route = Route((SURVEY, new))
    draft = typed((0, {"os": "linux", "hosts": "7", "notes": "x" * 11}), (1, {"hosts": None}))
    moved, losses = carried(draft, route, FORM, kit.READING)
    assert moved.fields["racks"] == Field(value=None, at=AT + timedelta(minutes=1))
    assert moved.values == {"notes": "x" * 11}
    assert [(one.question, one.code) for one in losses] == [("os", "survey.loss.not_asked")]
    wrong, losses = carried(typed((0, {"hosts": "many"})), route, FORM, kit.READING)
    assert (wrong.values, [one.code for one in losses]) == ({}, ["survey.loss.unfit"])


def test_a4_what_conditions_hide_stays_in_the_draft():
    hidden = attrs.evolve(
        SURVEY,
        questions=(
            *SURVEY.questions[:2],
            attrs.evolve(SURVEY.questions[2], when=predicates.Test("os", "eq", "other")),
        ),
    )
    draft = typed((0, {"os": "linux", "notes": "later"}), form=Form.of(hidden))
    shown = resume(draft, Form.of(hidden), kit.READING)
    assert (shown.values["notes"], shown.question) == ("later", None)
