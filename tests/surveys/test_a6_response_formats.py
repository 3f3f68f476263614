"""Answers as SurveyJS, Typeform and wj.qq.com send them; the shapes follow their documentation."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from export_judge import ExportReport, decide
from saasops.surveys.answers import Response
from saasops.surveys.definition import CHOICES
from saasops.surveys.formats import surveyjs_data, tencent, typeform
from saasops.surveys.formats.json_documents import documents
from saasops.surveys.formats.mapped import entries
from saasops.surveys.forms import Form
from saasops.surveys.importing import Intake
from saasops.surveys.kinds import Reading
from saasops.surveys.profiles import ExportProfile, IdentityColumn
from saasops.testing.strategies import surveys as kit

AT = datetime(2020, 1, 15, 1, tzinfo=UTC)
READERS = {"surveyjs": surveyjs_data.read, "typeform": typeform.read, "wj": tencent.read}
RIGHT: dict[str, Any] = {
    "version": "4.1.16",
    "customisation": ("login", "other"),
    "customisation_other": "改过４处",
    "hosts": "1-49",
    "os": "linux",
    "saas_apps": "0",
    "scenarios": ("automation", "logs"),
    "infrastructure": "public",
    "slot": "week-2020-02-03",
    "address": "示例路１号",
    "recommend": 9,
}
PROFILE = ExportProfile(
    survey="upgrade-5.1-risk",
    locale="zh-CN",
    zone="Asia/Shanghai",
    identity=IdentityColumn(column="qq", provider="qq"),
    ended="submitted_at",
)


def surveyjs(survey, answers, *, user: str, at: datetime) -> dict[str, Any]:
    data = {"qq": user, "submitted_at": at.isoformat()}
    for question in survey.questions:
        if question.id in answers:
            value = answers[question.id]
            data[question.id] = list(value) if isinstance(value, tuple) else value
        if question.other_key in answers:
            data[f"{question.id}-Comment"] = answers[question.other_key]
    return data


def typeform_body(survey, answers, *, user: str, at: datetime) -> dict[str, Any]:
    given = []
    for question in survey.questions:
        if question.id not in answers:
            continue
        value, field = answers[question.id], {"id": "x", "ref": question.id, "type": "any"}
        labels = {option.id: option.text.to("zh-CN") for option in question.options}
        other = answers.get(question.other_key)
        more = {"other": other} if other is not None else {}
        if question.kind == "multiple":
            chosen = [one for one in value if one != question.other or other is None]
            body = {"labels": [labels[one] for one in chosen], **more}
            given.append({"type": "choices", "choices": body, "field": field})
        elif question.kind in CHOICES:
            body = more or {"label": labels[value], "ref": value}
            given.append({"type": "choice", "choice": body, "field": field})
        else:
            kind = {bool: "boolean", int: "number"}.get(type(value), "text")
            given.append({"type": kind, kind: value, "field": field})
    response = {"submitted_at": at.isoformat(), "hidden": {"qq": user}, "answers": given}
    return {"event_id": "1", "event_type": "form_response", "form_response": response}


def wj(survey, answers, *, user: str, at: datetime) -> dict[str, Any]:
    questions = []
    for question in survey.questions:
        if question.id not in answers:
            continue
        value = answers[question.id]
        chosen = value if isinstance(value, tuple) else (value,)
        one: dict[str, Any] = {"id": f"q-{question.id}", "title": question.id, "blanks": []}
        if question.options:
            one["type"] = "checkbox" if question.kind == "multiple" else "radio"
            one["options"] = [
                {"id": "o", "checked": int(o.id in chosen), "text": o.text.to("zh-CN")}
                for o in question.options
            ]
            one["blanks"] = [answers.get(question.other_key, "")]
        else:
            one |= {"type": "text", "text": str(value)}
        questions.append(one)
    china = at + timedelta(hours=8)
    payload = {
        "survey_id": 1,
        "answer_id": 7,
        "qq": int(user),
        "submitted_at": f"{china:%Y-%m-%d %H:%M:%S}",
        "answer": [{"id": "p-1", "questions": questions}],
    }
    return {"id": "u", "object": "Answer", "action": "answer.create", "payload": payload}


WRITERS = {"surveyjs": surveyjs, "typeform": typeform_body, "wj": wj}


@pytest.fixture(scope="session")
def take(survey, slots, recognise):
    """Decide on documents of a tool; the user of QQ n is u<n>."""

    def take(tool: str, *found: Any, held=None, profile=PROFILE, text: str = "", asked=survey):
        lines = (text or "\n".join(map(json.dumps, found))).splitlines(keepends=True)
        reading = Reading(slots=slots, recognise=recognise)
        intake = Intake(campaign="up-5.1", form=Form.of(asked), reading=reading, source=tool)
        read = list(entries(documents(lines), asked, profile, read=READERS[tool]))
        users = {f"{n}": f"u{n}" for n in range(4)}
        return decide(read, intake, find_user=lambda _, who: users.get(who), held=(held or {}).get)

    return take


def only(report: ExportReport) -> Response:
    assert report.problems == ()
    ((_, response),) = report.accepted
    return response


def codes(report: ExportReport) -> list[tuple[str, str]]:
    return [(one.where, one.code.removeprefix("survey.import.")) for one in report.problems]


@pytest.mark.parametrize("tool", READERS)
@given(data=st.data())
def test_a6_what_a_tool_sent_is_what_was_answered(take, survey, tool, data):
    answers = data.draw(kit.right_answers(survey))
    texts = [answers[key] for key in ("customisation_other", "address") if key in answers]
    if tool == "wj":  # it sends single spaces for what a person typed
        answers |= {
            key: " ".join(str(answers[key]).split()) or "x"
            for key in ("customisation_other", "address")
            if key in answers
        }
    report = take(tool, WRITERS[tool](survey, answers, user="1", at=AT))
    response = only(report)
    assert (response.user, response.submitted_at, response.source) == ("u1", AT, tool)
    assert response.answers == answers
    assert not any(text in repr(report) for text in texts if len(text) > 8)


@pytest.mark.parametrize("tool", READERS)
def test_a6_the_later_answer_counts_and_the_same_again_changes_nothing(take, survey, tool):
    def sent(os: str, hours: int) -> Any:
        at = AT + timedelta(hours=hours)
        return WRITERS[tool](survey, RIGHT | {"os": os}, user="2", at=at)

    found = [sent("linux", 1), sent("windows-2003", 3), sent("linux", 2)]
    first = take(tool, *found)
    assert [(n, r.answers["os"]) for n, r in first.accepted] == [(2, "windows-2003")]
    assert first.superseded == (1, 3)
    again = take(tool, *found, held={r.user: r for _, r in first.accepted})
    assert (again.accepted, again.unchanged) == ((), (2,))


def test_a6_one_object_a_list_and_one_a_line_are_the_same(take, survey):
    data = [surveyjs(survey, RIGHT, user=str(n), at=AT) for n in range(3)]
    lines = take("surveyjs", *data)
    assert len(lines.accepted) == 3
    assert take("surveyjs", text=json.dumps(data, indent=2)) == lines
    one = take("surveyjs", text=json.dumps(data[0], indent=2))
    assert one.accepted == lines.accepted[:1]
    assert take("surveyjs", text="\n \n").rows == 0


@pytest.mark.parametrize(
    "line", ["{", "[]", "7", '{"os": 1, "os": 2}', '{"recommend": NaN}', "[" * 100_000]
)
def test_a6_a_line_that_is_no_object_is_named_and_the_others_go_in(take, survey, line):
    right = json.dumps(surveyjs(survey, RIGHT, user="1", at=AT))
    report = take("surveyjs", text=f"{right}\n{line}\n")
    assert codes(report) == [("row 2", "not_json")]
    assert [n for n, _ in report.accepted] == [1]


@pytest.mark.parametrize(
    ("changes", "where", "code"),
    [
        # The form dropped the choice, and kept its text.
        ({"customisation": None, "customisation-Comment": "x"}, "customisation-Comment", "comment_alone"),
        ({"customisation": ["login"], "customisation-Comment": "x"}, "customisation-Comment", "comment_alone"),
        # It keeps what does not fit.
        ({"recommend": "9"}, "recommend", "wrong_type"),
        ({"recommend": True}, "recommend", "wrong_type"),
        ({"scenarios": "logs"}, "scenarios", "wrong_type"),
        ({"os": 1}, "os", "wrong_type"),
        ({"scenarios": ["logs", 7]}, "scenarios", "unknown_option"),
        ({"os": "beos"}, "os", "unknown_option"),
        ({"os": ["linux"]}, "os", "wrong_type"),
        # An unknown choice that it dropped leaves the question without an answer.
        ({"os": None}, "os", "missing_required"),
        ({"qq": "1x"}, "qq", "unreadable_digits"),
        ({"qq": "7"}, "qq", "unknown_user"),
        ({"submitted_at": "soon"}, "submitted_at", "unreadable_time"),
    ],
)  # fmt: skip
def test_a6_surveyjs_data_are_read_strictly(take, survey, changes, where, code):
    data = surveyjs(survey, RIGHT, user="1", at=AT) | changes
    report = take("surveyjs", {key: value for key, value in data.items() if value is not None})
    assert codes(report) == [(f"row 1, key {where}", code)]


def test_a6_a_field_that_nobody_asked_is_named_without_quoting_it(take, survey):
    data = surveyjs(survey, RIGHT, user="1", at=AT)
    report = take("surveyjs", data | {"secret": "x"}, data | {"os-Comment": "secret"})
    assert codes(report) == [("row 1", "unknown_field"), ("row 2", "unknown_field")]
    assert "secret" not in repr(report)
    ignoring = attrs.evolve(PROFILE, ignored=("secret",))
    assert only(take("surveyjs", data | {"secret": "x"}, profile=ignoring))


def test_a6_what_the_form_left_out_is_not_taken_as_not_chosen(take, survey):
    data = surveyjs(survey, RIGHT, user="1", at=AT)
    for key in ("customisation", "customisation-Comment", "recommend"):
        del data[key]
    answers = only(take("surveyjs", data)).answers
    assert answers.keys() == RIGHT.keys() - {"customisation", "customisation_other", "recommend"}


def test_a6_the_forms_own_word_for_other_and_aliases(take, survey):
    data = surveyjs(survey, RIGHT, user="1", at=AT) | {"os": 'Linux "x"'}
    aliases = {"os": {'Linux "x"': "linux"}}
    assert only(take("surveyjs", data, profile=attrs.evolve(PROFILE, aliases=aliases)))


def answered(body: dict[str, Any], ref: str) -> dict[str, Any]:
    return next(a for a in body["form_response"]["answers"] if a["field"]["ref"] == ref)


def test_a6_typeform_files_and_other_events_are_declined_by_name(take, survey):
    body = typeform_body(survey, RIGHT, user="1", at=AT)
    file = answered(body, "address")
    file |= {"type": "file_url", "file_url": "https://example.org/secret"}
    twice = typeform_body(survey, RIGHT, user="1", at=AT)
    twice["form_response"]["answers"].append(answered(twice, "os"))
    odd = typeform_body(survey, RIGHT, user="1", at=AT)
    answered(odd, "os")["type"] = "matrix"
    report = take("typeform", body, {"event_type": "form_response_partial"}, twice, odd)
    assert codes(report) == [
        ("row 1, key address", "file_declined"),
        ("row 2", "other_event"),
        ("row 3, key os", "answered_twice"),
        ("row 4, key os", "wrong_type"),
    ]
    assert "secret" not in repr(report)


def test_a6_typeform_takes_the_response_alone_and_who_from_a_field(take, survey):
    body = typeform_body(survey, RIGHT, user="1", at=AT)["form_response"]
    del body["hidden"]
    body["answers"].append({"type": "text", "text": "３", "field": {"ref": "qq"}})
    assert only(take("typeform", body)).user == "u3"


@given(st.binary(), st.text(), st.binary(max_size=8))
def test_a6_a_typeform_signature_is_checked_on_the_bytes_as_they_came(body, secret, more):
    secret = secret.encode("utf-8", "ignore").decode()
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    signature = "sha256=" + base64.b64encode(digest).decode()
    assert typeform.signed(body, signature, secret=secret)
    assert not typeform.signed(body + b" " + more, signature, secret=secret)
    assert not typeform.signed(body, signature, secret=secret + "x")
    assert not typeform.signed(body, signature[:-1] + "é\ud800", secret=secret)


def test_a6_wj_updates_count_and_deletions_are_named(take, survey):
    made = wj(survey, RIGHT, user="1", at=AT)
    changed = wj(survey, RIGHT | {"os": "windows-2003"}, user="1", at=AT + timedelta(hours=1))
    changed["action"] = "answer.update"
    gone = {**made, "action": "answer.delete"}
    report = take("wj", made, changed, gone, {"action": "survey.created"})
    assert [(n, r.answers["os"]) for n, r in report.accepted] == [(2, "windows-2003")]
    assert codes(report) == [("row 3", "deleted_there"), ("row 4", "other_event")]


def test_a6_wj_questions_go_by_id_or_title_and_who_by_a_custom_field(take, survey):
    body = wj(survey, RIGHT, user="1", at=AT)
    del body["payload"]["qq"]
    custom = {"id": "custom-arg-01", "type": "text", "text": "3", "title": "qq"}
    body["payload"]["answer"].append({"id": "custom_args", "questions": [custom]})
    assert only(take("wj", body)).user == "u3"
    third = wj(survey, RIGHT, user="1", at=AT)
    third["payload"] |= {"qq": None, "third_party_user": {"qq": "2"}}
    assert only(take("wj", third)).user == "u2"
    by_id = attrs.evolve(PROFILE, columns={f"q-{q.id}": q.id for q in survey.questions})
    assert only(take("wj", body, profile=by_id)).answers == RIGHT


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)
KEYS = ("qq", "submitted_at", "action", "payload", "answer", "answers", "questions", "options",
        "form_response", "hidden", "field", "ref", "type", "choice", "choices", "label", "labels",
        "checked", "blanks", "text", "title", "id", "os", "scenarios", "customisation-Comment")  # fmt: skip
NEARLY = st.recursive(
    PLAIN | st.sampled_from([*READERS, "choice", "choices", "answer.create", "os", "1"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
    ),
    max_leaves=25,
)


@pytest.mark.parametrize("tool", READERS)
@given(NEARLY)
def test_a6_whatever_comes_is_an_answer_or_a_problem_of_its_row(take, tool, found):
    for whole in (found, {"action": "answer.create", "payload": found}):
        report = take(tool, text=json.dumps(whole))
        assert all(one.context["row"] >= 1 for one in report.problems)
        assert len(report.accepted) + len({p.context["row"] for p in report.problems}) == (
            report.rows
        )
