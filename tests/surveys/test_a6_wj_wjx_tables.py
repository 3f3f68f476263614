"""Tables as the Chinese survey tools write them: numbered headers, an option a column, skipped cells."""

from datetime import UTC, date, datetime

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from export_judge import read_export
from saasops.surveys.definition import Option, Question, Survey
from saasops.surveys.entries import Entry
from saasops.surveys.formats.tables import entries
from saasops.surveys.profiles import ExportProfile, IdentityColumn
from saasops.surveys.proposing import propose
from saasops.surveys.wordings import folded, instant, wording
from saasops.values import Text

AT = datetime(2020, 1, 14, 19, 11, 41, tzinfo=UTC)


def both(zh: str, en: str) -> Text:
    return Text.of({"zh-CN": zh, "en": en})


SURVEY = Survey(
    id="wjx",
    version=1,
    title=both("问卷", "survey"),
    questions=(
        Question(
            id="cloud",
            kind="single",
            text=both("您的基础设施？", "Infrastructure"),
            options=(
                Option(id="public", text=both("公有云（按量）", "Public")),
                Option(id="private", text=both("私有云", "Private")),
            ),
        ),
        Question(
            id="uses",
            kind="multiple",
            text=both("主要使用场景（多选）", "Uses"),
            required=False,
            other="other",
            options=(
                Option(id="jobs", text=both("作业", "Jobs")),
                Option(id="logs", text=both("日志", "Logs")),
                Option(id="other", text=both("其他", "Other")),
            ),
        ),
        Question(id="since", kind="date", text=both("上线日期", "Live since"), required=False),
        Question(id="hosts", kind="number", text=both("主机数", "Hosts"), required=False),
        Question(id="paid", kind="yes-no", text=both("是否付费", "Paid"), required=False),
        Question(id="note", kind="text", text=both("建议", "Advice"), required=False),
    ),
)
HEADER = ("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP", "1、您的QQ号：",
          "2、您的基础设施？", "3、主要使用场景（多选）:作业", "3、主要使用场景(多选):日志",
          "3、主要使用场景（多选）：其他", "4、上线日期", "5、主机数", "6、是否付费", "7、建议")  # fmt: skip
RIGHT = ("1", "2020/1/15 3:11:41", "125秒", "微信", "直接访问", "127.0.0.1", "900011729648",
         "私有云", "1", "0", "", "2019年3月5日", "12", "是", "多谢")  # fmt: skip


@pytest.fixture(scope="module")
def profile() -> ExportProfile:
    return propose(HEADER, SURVEY, zone="Asia/Shanghai").profile


def row(**changes: str) -> dict[str, str]:
    places = {"who": 6, "ended": 1, "cloud": 7, "jobs": 8, "logs": 9, "other": 10,
              "since": 11, "hosts": 12, "paid": 13, "note": 14}  # fmt: skip
    cells = list(RIGHT)
    for name, cell in changes.items():
        cells[places[name]] = cell
    return dict(zip(HEADER, cells, strict=True))


def read(profile: ExportProfile, *rows):
    return read_export(
        list(enumerate(rows, 1)),
        SURVEY,
        profile,
        campaign="c",
        find_user=lambda _, who: f"u{who}",
        slots={},
        recognise=str,
        held={}.get,
    )


def answers(profile: ExportProfile, **changes: str):
    report = read(profile, row(**changes))
    assert report.problems == ()
    return dict(report.accepted[0][1].answers)


def code(profile: ExportProfile, **changes: str) -> list[str]:
    return [one.code for one in read(profile, row(**changes)).problems]


def test_a6_a_profile_is_guessed_from_the_header(profile):
    found = propose(HEADER, SURVEY, zone="Asia/Shanghai")
    assert found.open == ()
    assert found.profile.ended == "提交答卷时间"
    assert found.profile.identity == IdentityColumn(column="1、您的QQ号：", provider="qq")
    assert set(found.profile.columns.values()) == {"cloud", "since", "hosts", "paid", "note"}
    assert list(found.profile.options["uses"].values()) == ["jobs", "logs", "other"]
    assert found.profile.ignored == HEADER[0:1] + HEADER[2:6]


@pytest.mark.parametrize("english", [True, False])
def test_a6_questions_are_known_by_their_text_in_either_language_or_their_id(english):
    name = "Q2. Infrastructure *" if english else "CLOUD"
    header = ["submitted_at", "qq", name, "ｕｓｅｓ", "secret"]
    found = propose(header, SURVEY, zone="UTC", locale="en")
    assert found.profile.columns == {name: "cloud", "ｕｓｅｓ": "uses"}
    assert [(one.where, one.code) for one in found.open] == [
        ("columns", "survey.profile.unmatched")
    ]
    assert "secret" not in str(found.open[0])


def test_a6_what_cannot_be_known_is_an_open_point(survey):
    twice = attrs.evolve(SURVEY.questions[4], id="again")
    odd = attrs.evolve(SURVEY, questions=(*SURVEY.questions, twice))
    found = propose(["是否付费", "建议", "7.建议"], odd, zone="UTC")
    assert [one.code.rpartition(".")[2] for one in found.open] == [
        "no_end", "no_identity", "ambiguous", "ambiguous", "question_without_column"
    ]  # fmt: skip
    slots = propose(["7.slot", "qq", "提交时间"], survey, zone="UTC").open
    assert "survey.profile.no_slot_labels" in {one.code for one in slots}


def test_a6_the_reference_export_is_guessed_but_for_its_slots(survey, profile, export):
    header = list(export[0][1])
    found = propose(header, survey, zone="Asia/Shanghai")
    left = {one.code.rpartition(".")[2] for one in found.open}
    assert found.profile.ended == "结束答题时间"
    assert left <= {"no_slot_labels", "unmatched", "question_without_column"}


def test_a6_an_option_a_column(profile):
    assert answers(profile)["uses"] == ("jobs",)
    assert answers(profile, logs="日志")["uses"] == ("jobs", "logs")
    assert answers(profile, logs="√")["uses"] == ("jobs", "logs")
    assert "uses" not in answers(profile, jobs="(跳过)", logs="（空）", other="")
    told = answers(profile, other="其他〖备份　〗")
    assert (told["uses"], told["uses_other"]) == (("jobs", "other"), "备份")
    told = answers(profile, jobs="", other="巡检")
    assert (told["uses"], told["uses_other"]) == (("other",), "巡检")
    assert "uses_other" not in answers(profile, other="1")
    assert code(profile, logs="maybe") == ["survey.import.unknown_option"]


@pytest.mark.parametrize(
    "cell", ["公有云（按量）", "公有云(按量)", " 1、公有云（按量）", "A. 公有云（按量） (5分)", "公有云(按量)（2.5 分）"]
)  # fmt: skip
def test_a6_signs_numbers_and_scores_around_an_option_do_not_matter(profile, cell):
    assert answers(profile, cloud=cell)["cloud"] == "public"


@pytest.mark.parametrize("cell", ["公有云", "1、", "(5分)", "2", "（按量）"])
def test_a6_what_is_no_option_stays_unknown(profile, cell):
    assert code(profile, cloud=cell) == ["survey.import.unknown_option"]


def test_a6_words_that_would_stand_for_two_options_are_read_exactly_only() -> None:
    options = (Option(id="a", text=both("（甲）", "A")), Option(id="b", text=both("(甲)", "B")))
    question = attrs.evolve(SURVEY.questions[0], options=options)
    profile = ExportProfile(
        survey="wjx", locale="zh-CN", zone="UTC", identity=IdentityColumn(column="q"), ended="e"
    )
    words = wording(question, profile, {})
    assert [words.word(one) for one in ("（甲）", "(甲)", "1.(甲)")] == ["a", "b", "1.(甲)"]


def test_a6_dates_and_numbers_as_spreadsheets_write_them(profile):
    for cell in (
        "2019-03-05",
        "2019/3/5",
        "2019.3.5",
        "2019年3月5日",
        "2019-03-05 00:00:00",
        "43529",
    ):
        assert answers(profile, since=cell)["since"] == "2019-03-05"
    assert answers(profile, hosts="１２")["hosts"] == answers(profile, hosts="12.0")["hosts"] == 12
    assert answers(profile, paid="否")["paid"] is False
    assert code(profile, since="5/3/2019") == ["survey.import.wrong_type"]
    for ended in (
        "2020/01/15 03:11:41",
        "2020年1月15日 3:11:41",
        "43845.1331134259",
        "２０２０/1/15 3:11:41",
    ):
        ((_, response),) = read(profile, row(ended=ended)).accepted
        assert response.submitted_at == AT


@pytest.mark.parametrize("text", ["", "12", "99999", "43845x", "2020", "2020-13-01", "年月日", "0000-00-00"])  # fmt: skip
def test_a6_what_is_no_instant_is_none(text):
    from zoneinfo import ZoneInfo

    assert instant(text, ZoneInfo("Asia/Shanghai")) is None


@given(st.dates(date(1955, 1, 1), date(2119, 1, 1)))
def test_a6_days_of_a_spreadsheet_are_civil_dates(day):
    number = (day - date(1899, 12, 30)).days
    words = wording(
        SURVEY.questions[2],
        ExportProfile(
            survey="wjx", locale="en", zone="UTC", identity=IdentityColumn(column="q"), ended="e"
        ),
        {},
    )
    assert words.word(str(number)) == day.isoformat()


@given(st.text())
def test_a6_a_folded_text_folds_to_itself(text):
    assert folded(folded(text)) == folded(text)


def test_a6_our_own_ids_may_stand_for_who_answered(profile):
    own = attrs.evolve(profile, identity=IdentityColumn(column="1、您的QQ号：", form="user"))
    (entry,) = entries([(1, row(who="u-１"))], SURVEY, own, slots={})
    assert isinstance(entry, Entry)
    assert (entry.provider, entry.subject) == ("", "u-１")
