"""Assistants, absences and outcomes are read from operators' tables, row by row (A8, A12)."""

import json
from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasops.scheduling.importing import read_absences, read_assistants, read_outcomes
from saasops.testing.strategies import scheduling, values

modest = settings(max_examples=30)
ASSISTANT = {
    "assistant": "asst-1",
    "name": "甲",
    "team": "general",
    "skills": "upgrade; windows-2003",
    "working_days": "mon-wed;fri",
    "duty_saturdays": "2020-02-08;2020-02-29",
    "limit_a_day": "8",
    "limit_a_day_busy_weeks": "5",
}
ABSENCE = {
    "assistant": "asst-1",
    "first_day": "2020-02-19",
    "last_day": "2020-02-21",
    "kind": "unexpected",
    "known_at": "2020-02-18T21:40:00+08:00",
}
OUTCOME = {
    "user": "u0306",
    "slot": "week-2020-02-03",
    "day": "2020-02-03",
    "assistant": "depl-2",
    "attempt": "1",
    "outcome": "succeeded",
    "version_before": "4.1.16",
    "version_reached": "5.1",
    "special_operations": "加了虚拟机",
    "reported_at": "2020-02-03T17:02:19+08:00",
}


def test_a8_the_roster_of_the_reference_campaign_is_read(roster, away):
    assert [one.id for one in roster] == ["asst-1", "asst-2", "asst-3", "depl-1", "depl-2"]
    assert Counter(one.team for one in roster) == {"general": 3, "deployment": 2}
    assert [one.kind for one in away] == ["unexpected", "planned", "planned"]
    assert sum(len(one.duty_saturdays) for one in roster) == 8


def test_a12_the_outcomes_of_the_reference_campaign_are_read(rows_of, campaign):
    rows = rows_of("outcomes.csv")
    found, problems = read_outcomes(rows, campaign=campaign.id)
    assert problems == []
    assert [number for number, _ in found] == [number for number, _ in rows]
    assert Counter(outcome.result for _, outcome in found) == {
        "succeeded": 316,
        "failed": 19,
        "postponed": 13,
        "no-show": 7,
    }


def test_a8_an_assistant_is_read_cell_by_cell():
    ((number, one),), problems = read_assistants([(4, ASSISTANT)])
    assert (number, problems) == (4, [])
    assert one.skills == ("upgrade", "windows-2003")
    assert one.weekdays == (1, 2, 3, 5)
    assert one.duty_saturdays == (date(2020, 2, 8), date(2020, 2, 29))
    assert (one.limit, one.limit_busy) == (8, 5)
    ((_, bare),), problems = read_assistants([(1, {"assistant": "asst-9"})])
    assert problems == []
    assert (bare.team, bare.weekdays, bare.limit) == ("general", (1, 2, 3, 4, 5), None)


@pytest.mark.parametrize(
    ("read", "row", "column", "cell", "code"),
    [
        ("assistants", ASSISTANT, "limit_a_day", "-1", "value.negative"),
        ("assistants", ASSISTANT, "limit_a_day", "many", "row.wrong_number"),
        ("assistants", ASSISTANT, "working_days", "fri-mon", "roster.wrong_weekdays"),
        ("assistants", ASSISTANT, "working_days", "monday", "roster.wrong_weekdays"),
        ("assistants", ASSISTANT, "duty_saturdays", "2020-02-30", "value.wrong_date"),
        ("assistants", ASSISTANT, "assistant", "", "row.missing_value"),
        ("absences", ABSENCE, "last_day", "2020-02-18", "absence.backwards"),
        ("absences", ABSENCE, "first_day", "19.2.", "row.wrong_date"),
        ("absences", ABSENCE, "known_at", "2020-02-18", "row.wrong_instant"),
        ("absences", ABSENCE, "kind", "sick", "row.not_allowed"),
        ("outcomes", OUTCOME, "outcome", "done", "row.not_allowed"),
        ("outcomes", OUTCOME, "attempt", "first", "row.wrong_number"),
        ("outcomes", OUTCOME, "day", "Monday", "row.wrong_date"),
        ("outcomes", OUTCOME, "user", " ", "row.missing_value"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(read, row, column, cell, code):
    readers = {
        "assistants": read_assistants,
        "absences": read_absences,
        "outcomes": lambda rows: read_outcomes(rows, campaign="up-5.1"),
    }
    key = {"assistants": "assistant", "absences": "assistant", "outcomes": "user"}[read]
    right = row | {key: "another"}
    found, problems = readers[read]([(7, row | {column: cell}), (8, right)])
    assert [number for number, _ in found] == [8]
    assert [(p.where, p.code) for p in problems] == [(f"row 7, column {column}", code)]
    assert all(str(problem) for problem in problems)


@modest
@given(st.lists(scheduling.absences(), max_size=4, unique_by=lambda a: (a.assistant, a.opens)))
def test_a8_absences_are_read_as_they_were_written(absences):
    rows = [
        (
            number,
            {
                "assistant": one.assistant,
                "first_day": str(one.opens),
                "last_day": str(one.closes),
                "kind": one.kind,
                "known_at": one.known_at.isoformat(),
            },
        )
        for number, one in enumerate(absences, 2)
    ]
    found, problems = read_absences(rows)
    assert problems == []
    assert found == list(enumerate(absences, 2))


@modest
@given(scheduling.outcomes(), values.words())
def test_a12_outcomes_are_read_as_they_were_written(outcomes, words):
    rows = [
        (
            number,
            {
                "user": one.user,
                "slot": one.slot,
                "day": str(one.day),
                "assistant": one.assistant,
                "attempt": str(one.attempt),
                "outcome": one.result,
                "version_before": one.version_before or "",
                "version_reached": one.version_reached or "",
                "special_operations": one.special_operations,
                "reported_at": one.reported_at.isoformat(),
            },
        )
        for number, one in enumerate(outcomes, 2)
    ]
    found, problems = read_outcomes(rows, campaign=scheduling.CAMPAIGN)
    assert problems == []
    assert found == list(enumerate(outcomes, 2))


def test_what_people_wrote_is_in_no_message():
    private = OUTCOME | {"special_operations": "管理员 164", "outcome": "164-0000", "day": "164"}
    _, problems = read_outcomes([(1, private)], campaign="up-5.1")
    told = json.dumps([[p.where, p.code, str(p), str(p.context)] for p in problems])
    assert len(problems) == 2
    assert "164" not in told
