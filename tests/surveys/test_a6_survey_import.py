from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saasops.errors import Invalid
from saasops.surveys.definition import Survey
from saasops.surveys.formats.tables import check_header
from saasops.surveys.profiles import ExportProfile, IdentityColumn, SlotDays
from saasops.testing.strategies import surveys as kit
from saasops.texts.surveys import TEXTS

AT = datetime(2020, 1, 15, 1, tzinfo=UTC)
USERS = {("qq", f"90000000000{n}"): f"u{n}" for n in range(4)}
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
RIGHT = {
    "version": "4.1.16",
    "customisation": ("login", "other"),
    "customisation_other": "改过４处┋还有备份",
    "hosts": "1-49",
    "os": "linux",
    "saas_apps": "0",
    "scenarios": ("automation", "logs"),
    "infrastructure": "public",
    "slot": "week-2020-02-03",
    "address": "示例路１号",
    "recommend": 9,
}


@attrs.frozen
class Tool:
    """Write rows as the outside tool does."""

    survey: Survey
    profile: ExportProfile
    slots: dict[str, SlotDays]

    def row(self, answers, *, user: int = 0, ended: datetime = AT, **cells) -> dict[str, str]:
        china = ended + timedelta(hours=8)
        row = dict.fromkeys(self.profile.ignored, "微信群")
        row |= {"您的QQ号": f"90000000000{user}", "结束答题时间": f"{china:%Y/%m/%d %H:%M:%S}"}
        row |= {column: self.cell(name, answers) for column, name in self.profile.columns.items()}
        return row | {self.column(name): cell for name, cell in cells.items()}

    def column(self, id: str) -> str:
        columns = {question: column for column, question in self.profile.columns.items()}
        return (columns | {"who": "您的QQ号", "ended": "结束答题时间"})[id]

    def cell(self, id: str, answers) -> str:
        question, answer = self.survey.question(id), answers.get(id, "")
        if question.kind == "slot" and answer:
            first, last, kind = self.slots[answer]
            return self.profile.slots[kind].format(first=first, last=last)
        words = {option.id: option.text.to("zh-CN") for option in question.options}
        if free := answers.get(question.other_key):
            words["other"] = f"其他〖{free}〗"
        if isinstance(answer, tuple):
            return "┋".join(words[one] for one in answer)
        return words.get(answer, "未安装" if answer == "none" else str(answer))


@pytest.fixture(scope="session")
def tool(survey, profile, slots) -> Tool:
    return Tool(survey, profile, slots)


@pytest.fixture(scope="session")
def take(read):
    """Read a list of rows, numbered from 1."""

    def take(*rows, **more):
        return read(list(enumerate(rows, 1)), **({"find_user": lambda *who: USERS.get(who)} | more))

    return take


@st.composite
def entries(draw: st.DrawFn, survey: Survey) -> list[tuple[int, dict, datetime]]:
    one = st.tuples(
        st.integers(0, 3),
        kit.right_answers(survey),
        st.integers(0, 3).map(lambda hours: AT + timedelta(hours=hours)),
    )
    return draw(st.lists(one, min_size=1, max_size=6))


def written(tool: Tool, entries) -> list[tuple[int, dict[str, str]]]:
    rows = [tool.row(answers, user=user, ended=ended) for user, answers, ended in entries]
    return list(enumerate(rows, 1))


@given(st.data())
def test_what_the_tool_wrote_is_what_was_answered(take, tool, data):
    answers = data.draw(kit.right_answers(tool.survey))
    report = take(tool.row(answers))
    assert report.problems == ()
    ((number, response),) = report.accepted
    assert (number, response.user, response.submitted_at) == (1, "u0", AT)
    assert response.answers == answers
    assert response.source == "import"


@given(st.data())
def test_the_last_answer_of_each_person_counts_wherever_its_row_stands(read, tool, data):
    made = data.draw(entries(tool.survey))
    rows = written(tool, made)
    find = {"find_user": lambda *who: USERS.get(who)}
    report = read(rows, **find)
    assert read(data.draw(st.permutations(rows)), **find) == report

    last = {}
    for number, (user, answers, ended) in enumerate(made, 1):
        last[f"u{user}"] = max(
            last.get(f"u{user}", (AT, 0, {})), (ended, number, answers), key=lambda x: x[:2]
        )
    assert {r.user: (r.submitted_at, n, r.answers) for n, r in report.accepted} == last
    assert len(report.accepted) + len(report.superseded) == report.rows == len(rows)


@given(st.data())
def test_a_second_import_changes_nothing(read, tool, data):
    rows = written(tool, data.draw(entries(tool.survey)))
    find = {"find_user": lambda *who: USERS.get(who)}
    first = read(rows, **find)
    again = read(rows, {r.user: r for _, r in first.accepted}, **find)
    assert again == attrs.evolve(first, accepted=(), unchanged=tuple(n for n, _ in first.accepted))


def test_a_newer_answer_that_is_held_supersedes_the_row(take, tool):
    ((_, older),) = take(tool.row(RIGHT)).accepted
    newer = attrs.evolve(
        older, answers=older.answers | {"os": "windows-2003"}, submitted_at=AT + timedelta(1)
    )
    report = take(tool.row(RIGHT), held={"u0": newer})
    assert (report.accepted, report.superseded, report.unchanged) == ((), (1,), ())
    assert take(
        tool.row(RIGHT), held={"u0": attrs.evolve(newer, submitted_at=AT - timedelta(1))}
    ).accepted


FAULTS = {
    "unreadable_digits": ("who", "9.00E+11"),
    "unknown_user": ("who", "987000000001"),
    "unreadable_time": ("ended", "yesterday"),
    "missing_required": ("hosts", " "),
    "unknown_option": ("infrastructure", "自建机房"),
    "unrecognised_version": ("version", "社区版0.0"),
    "out_of_range": ("recommend", "11"),
    "wrong_type": ("recommend", "very"),
    "too_long": ("address", "长" * 201),
    "impossible_slot": ("slot", "2月9日（周日）"),
}


@given(st.data())
def test_wrong_rows_are_named_and_right_rows_go_in(read, tool, data):
    rows = written(tool, data.draw(entries(tool.survey)))
    wrong = {}
    for number, row in rows:
        reason = data.draw(st.sampled_from([None, *FAULTS]))
        if reason:
            name, cell = FAULTS[reason]
            row[tool.column(name)] = cell
            wrong[number] = (f"row {number}, column {tool.column(name)}", f"survey.import.{reason}")
    report = read(rows, find_user=lambda *who: USERS.get(who))
    assert {p.context["row"]: (p.where, p.code) for p in report.problems} == wrong
    right = {row["您的QQ号"] for number, row in rows if number not in wrong}
    assert len(report.accepted) == len(right)
    assert report.refused == {
        code: tuple(n for n in sorted(wrong) if wrong[n][1] == code)
        for code in dict.fromkeys(wrong[n][1] for n in sorted(wrong))
    }


def test_reasons_are_tested_in_the_order_of_the_definition(take, tool):
    order = [
        "unreadable_digits",
        "unknown_user",
        "missing_required",
        "unknown_option",
        "impossible_slot",
    ]
    for number, reason in enumerate(order):
        faults = [FAULTS[later] for later in reversed(order[number:])]
        (problem,) = take(tool.row(RIGHT, **dict(faults))).problems
        assert problem.code == f"survey.import.{reason}"


def test_all_cells_that_are_wrong_for_the_same_reason_are_named(take, tool):
    report = take(tool.row(RIGHT, hosts="", os="", slot="2月9日（周日）"))
    assert [p.where for p in report.problems] == [
        "row 1, column 2.主机数量",
        "row 1, column 3.主机操作系统",
    ]
    assert report.refused == {"survey.import.missing_required": (1,)}


def test_no_cell_is_ever_quoted(take, tool):
    rows = [
        tool.row(RIGHT) | {tool.column(name): f"secret {cell}"} for name, cell in FAULTS.values()
    ]
    report = take(*rows, tool.row(RIGHT, address="secret"))
    assert [number for number, _ in report.accepted] == [len(rows) + 1]
    assert "secret" not in repr(report)
    assert "90000000000" not in repr(report)
    assert not any("secret" in str(problem) for problem in report.problems)


def test_full_width_digits_are_repaired_and_listed_but_not_in_free_text(take, tool):
    wide = {column: cell.translate(WIDE) for column, cell in tool.row(RIGHT).items()}
    report = take(
        tool.row(RIGHT), wide | {tool.column("customisation"): tool.cell("customisation", RIGHT)}
    )
    assert report.problems == ()
    assert report.repaired == (2,)
    assert [response.answers for _, response in report.accepted] == [RIGHT]
    # Free text alone is no repair.
    assert take(tool.row(RIGHT)).repaired == ()


@pytest.mark.parametrize("id", ["who", "ended", "version", "hosts", "slot", "recommend"])
def test_one_repaired_cell_makes_a_repaired_row(take, tool, id):
    row = tool.row(RIGHT)
    row[tool.column(id)] = row[tool.column(id)].translate(WIDE)
    assert take(row).repaired == (1,)


def test_a_row_that_is_cut_or_too_long_is_named_and_the_others_go_in(take, tool):
    right = tool.row(RIGHT)
    cut = tool.row(RIGHT, user=1) | dict.fromkeys(list(right)[-3:])
    short = {
        column: cell for column, cell in tool.row(RIGHT, user=1).items() if column != "6.基础设施"
    }
    long = tool.row(RIGHT, user=2) | {"": "more"}
    report = take(right, cut, short, long)
    assert [number for number, _ in report.accepted] == [1]
    assert report.refused == {"row.too_short": (2, 3), "row.too_long": (4,)}
    assert [p.where for p in report.problems] == ["row 2", "row 3", "row 4"]


def test_a_file_without_rows_is_an_empty_report(take):
    report = take()
    assert (report.rows, report.accepted, report.problems) == (0, (), ())


def problem_of(call) -> tuple[str, str, dict]:
    with pytest.raises(Invalid) as no:
        call()
    (problem,) = no.value.problems
    return problem.where, problem.code, problem.context


def test_a_missing_column_is_one_clear_problem(take, tool):
    row = tool.row(RIGHT)
    del row["2.主机数量"]
    where, code, context = problem_of(lambda: take(row, row))
    assert (where, code) == ("header", "survey.import.missing_column")
    assert context["missing"] == ["2.主机数量"]
    assert "6.基础设施" in context["expected"]


def test_an_unknown_column_is_named_by_its_place(take, tool):
    where, code, context = problem_of(lambda: take({"new": "x", **tool.row(RIGHT)}))
    assert (where, code) == ("header", "survey.import.unknown_column")
    assert context["unknown"] == [1]


def test_a_file_without_a_header_shows_nobodys_answers(take, tool):
    cells = list(tool.row(RIGHT).values())
    with pytest.raises(Invalid) as no:
        take(dict(zip(cells, cells, strict=True)))
    assert "示例路" not in str(no.value)
    assert "900000000000" not in str(no.value)


def test_a_column_that_stands_twice_is_refused(tool):
    header = list(tool.row(RIGHT))
    check_header(header, tool.profile)
    where, code, context = problem_of(
        lambda: check_header([*header, "编号", "6.基础设施"], tool.profile)
    )
    assert (where, code) == ("header", "survey.import.repeated_column")
    assert context["columns"] == ["编号", "6.基础设施"]


def test_columns_that_are_ignored_need_not_be_there(take, tool):
    row = {c: cell for c, cell in tool.row(RIGHT).items() if c not in tool.profile.ignored}
    assert take(row).accepted


@pytest.mark.parametrize(
    "ended", ["2020/1/15 9:00", "2020-01-15T09:00:00+08:00", "2020-01-15T01:00:00Z"]
)
def test_end_times_are_read_as_spreadsheets_rewrite_them(take, tool, ended):
    ((_, response),) = take(tool.row(RIGHT, ended=AT) | {"结束答题时间": ended}).accepted
    assert response.submitted_at == AT


def test_aliases_are_as_good_as_the_texts_of_the_options(take, tool):
    aliases = {
        "os": {"红帽": "linux"},
        "slot": {"第一周": "week-2020-02-03"},
        "customisation": {"其它": "other"},
    }
    profile = attrs.evolve(tool.profile, aliases=aliases)
    row = tool.row(RIGHT, os="红帽", slot="第一周", customisation="其它〖很多〗┋修改过开源组件")
    ((_, response),) = take(row, profile=profile).accepted
    assert response.answers["os"] == "linux"
    assert response.answers["slot"] == "week-2020-02-03"
    assert response.answers["customisation"] == ("forked", "other")
    assert response.answers["customisation_other"] == "很多"


def test_free_text_without_a_closing_sign_ends_at_the_separator(take, tool):
    profile = attrs.evolve(tool.profile, other="{option}: {text}")
    ((_, response),) = take(
        tool.row(RIGHT, customisation="其他: 很多┋修改过开源组件"), profile=profile
    ).accepted
    assert response.answers["customisation"] == ("forked", "other")
    assert response.answers["customisation_other"] == "很多"


def test_another_provider_need_not_write_digits(take, tool):
    who = IdentityColumn(column="您的QQ号", provider="wechat", form="text")
    report = take(
        tool.row(RIGHT, who="wx-７"),
        tool.row(RIGHT, who=""),
        profile=attrs.evolve(tool.profile, identity=who),
        find_user=lambda provider, subject: f"{provider} {subject}",
    )
    assert [response.user for _, response in report.accepted] == ["wechat wx-７"]
    assert report.refused == {"survey.import.unknown_user": (2,)}


@pytest.mark.parametrize(
    ("changes", "where", "code"),
    [
        ({"zone": "Asia/Nowhere"}, "zone", "survey.import.no_zone"),
        ({"other": "{option}〖〗"}, "other", "survey.import.wrong_pattern"),
        ({"separator": ""}, "separator", "survey.import.wrong_pattern"),
        ({"slots": {"week": "{begin.month}月"}}, "slots.week", "survey.import.wrong_pattern"),
        ({"slots": {"week": "{first.moon}月"}}, "slots.week", "survey.import.wrong_pattern"),
        ({"slots": {"week": "{first.month"}}, "slots.week", "survey.import.wrong_pattern"),
        ({"slots": {"week": "{first}"}}, "slots", "survey.import.no_label"),
        (
            {"slots": {"week": "一周", "saturday": "{first}"}},
            "slots.week",
            "survey.import.same_label",
        ),
        ({"survey": "other"}, "survey", "value.not_allowed"),
        ({"aliases": {"disk": {}}}, "aliases.disk", "value.not_allowed"),
        ({"aliases": {"os": {"红帽": "redhat"}}}, "aliases.os.红帽", "value.not_allowed"),
    ],
)
def test_a_profile_that_does_not_fit_is_refused_by_its_key(take, tool, changes, where, code):
    row = tool.row(RIGHT)
    assert problem_of(lambda: take(row, profile=attrs.evolve(tool.profile, **changes)))[:2] == (
        where,
        code,
    )


def test_a_profile_reads_each_question_from_one_column(take, tool):
    def found(columns) -> list[tuple[str, str]]:
        with pytest.raises(Invalid) as no:
            take(profile=attrs.evolve(tool.profile, columns=columns))
        return [(problem.where, problem.code) for problem in no.value.problems]

    columns = dict(tool.profile.columns)
    assert found(columns | {"disk": "disk"}) == [("columns.disk", "value.not_allowed")]
    assert found(columns | {"os": "os"}) == [("columns", "survey.import.question_repeated")]
    del columns["3.主机操作系统"]
    assert found(columns) == [("columns", "survey.import.question_without_column")]


def test_options_are_read_in_the_language_of_the_profile(take, tool):
    english = {
        q.id: q.options[0].text.to("en")
        for q in tool.survey.questions
        if q.kind in ("single", "band")
    }
    profile = attrs.evolve(tool.profile, locale="en")
    row = tool.row(RIGHT | {"customisation": ()}, **english, scenarios="Log and data query")
    ((_, response),) = take(row, profile=profile).accepted
    assert response.answers["scenarios"] == ("logs",)


def test_every_reason_to_refuse_an_answer_has_words_for_a_row():
    answers = {"missing_required", "unknown_option", "impossible_slot", "unrecognised_version"}
    for reason in answers | {"wrong_type", "out_of_range", "too_long"}:
        assert f"survey.{reason}" in TEXTS
        assert "{row}" in TEXTS[f"survey.import.{reason}"][0]
