"""When a survey takes answers, and from how many; also by processes that ask at once."""

import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import attrs
import pytest

from kit import (
    SMALL,
    SURVEY,
    Stage,
    at,
    everything,
    nothing_changes,
    opened,
    problems_of,
    refusal,
    staged,
    tried,
)
from saasops import Campaign, Invalid
from saasops.app import survey_keeping
from saasops.storage.tables import COUNTERS
from saasops.surveys.definition import Opening
from saasops.testing.invariants import check_campaign

GIVEN = {"version": "5.0", "os": "linux", "slot": "early"}


def limited(**opening: Any) -> Campaign:
    return attrs.evolve(SMALL, survey=attrs.evolve(SURVEY, opening=Opening(**opening)))


def counter(stage: Stage) -> dict[str, tuple[int, int]]:
    rows = everything(stage.ops)["counters"]
    return {row["id"]: (row["used"], row["cap"]) for row in rows if row["id"].startswith("quota/")}


def test_a4_answers_count_from_the_opening_until_before_the_close() -> None:
    stage = staged(campaign=limited(opens_at=at("02-25"), closes_at=at("02-27")))
    stage.user("u1")
    with nothing_changes(stage.ops):
        assert refusal(lambda: stage.answer("u1")).code == "survey.not_open_yet"
        assert refusal(lambda: stage.campaign.survey.edit("u1", {})).code == "survey.not_open_yet"
    stage.until("02-26", "09:00")
    stage.answer("u1")
    stage.answer("u1", os="windows-2003")
    stage.until("02-27")
    with nothing_changes(stage.ops):
        stage.answer("u1", os="windows-2003")  # nothing new is said
        no = refusal(lambda: stage.answer("u1", os="linux"))
        assert refusal(lambda: stage.campaign.survey.edit("u1", {})).code == "survey.closed"
    assert (no.code, no.context["closes_at"]) == ("survey.closed", "2020-02-27T02:00+00:00")


def test_a6_what_was_said_before_the_close_is_taken_when_it_arrives_after_it() -> None:
    stage = staged(campaign=limited(closes_at=at("02-27")))
    stage.user("u1")
    stage.until("02-28")
    stage.campaign.survey.submit("u1", GIVEN, at=at("02-26"))
    response = stage.campaign.survey.response("u1")
    assert response is not None
    assert response.submitted_at == at("02-26")


def test_a4_nobody_says_anything_in_the_future(stage: Stage) -> None:
    stage.user("u1")
    stage.campaign.survey.submit("u1", GIVEN, at=at("03-20"))
    stage.clock.tick(timedelta(hours=1))
    stage.answer("u1", os="windows-2003")
    response = stage.campaign.survey.response("u1")
    assert response is not None
    assert response.answers["os"] == "windows-2003"


def test_a4_a_quota_counts_people_and_not_answers() -> None:
    stage = staged(campaign=limited(quota=2))
    for user in ("u1", "u2", "u1"):
        if user == "u1" and stage.campaign.survey.response(user):
            stage.clock.tick(timedelta(hours=1))
            stage.answer(user, os="windows-2003")
        else:
            stage.answered(user)
    stage.user("u3")
    with nothing_changes(stage.ops):
        no = refusal(lambda: stage.answer("u3"))
    assert (no.code, no.context["quota"]) == ("survey.full", 2)
    assert counter(stage) == {"quota/small-risk": (2, 2)}
    check_campaign(stage.campaign)
    assert not any(one.startswith("quota/") for one in stage.campaign.rewards.stock())


def test_a4_a_quota_may_come_rise_fall_and_go_while_the_survey_runs() -> None:
    stage = staged()
    for number in range(3):
        stage.answered(f"u{number}")
    assert counter(stage)["quota/small-risk"][0] == 3
    stage.ops.launch(limited(quota=4))
    stage.answered("u3")
    assert counter(stage) == {"quota/small-risk": (4, 4)}
    stage.ops.launch(limited(quota=1))
    stage.user("u4")
    assert refusal(lambda: stage.answer("u4")).code == "survey.full"
    stage.ops.launch(limited(quota=5))
    stage.answer("u4")
    stage.user("u5")
    assert refusal(lambda: stage.answer("u5")).code == "survey.full"
    stage.ops.launch(limited())
    stage.answer("u5")
    stage.ops.launch(limited(quota=6))
    stage.user("u6")
    assert refusal(lambda: stage.answer("u6")).code == "survey.full"
    assert counter(stage)["quota/small-risk"][0] == 6
    check_campaign(stage.campaign)


def test_a4_who_answers_another_survey_leaves_his_place_in_the_quota() -> None:
    stage = staged(campaign=limited(quota=1))
    stage.answered("u1")
    stage.ops.launch(attrs.evolve(SMALL, survey=attrs.evolve(SURVEY, id="other")))
    stage.clock.tick(timedelta(hours=1))
    stage.answer("u1")
    check_campaign(stage.campaign)
    stage.ops.launch(limited(quota=1))
    check_campaign(stage.campaign)
    stage.answered("u2")
    assert {id: used for id, (used, _) in counter(stage).items()} == {
        "quota/other": 1,
        "quota/small-risk": 1,
    }
    assert refusal(lambda: stage.answer("u1")).code == "survey.full"


def test_a4_responses_from_before_there_was_the_counter_are_counted() -> None:
    stage = staged()
    stage.answered("u1")
    stage.answered("u2")
    key = ("small", "quota/small-risk")
    stage.ops.run(lambda work: work.tx.delete(COUNTERS, key), actor="test")
    check_campaign(stage.campaign)
    stage.ops.launch(limited(quota=3))
    stage.answered("u3")
    assert counter(stage) == {"quota/small-risk": (3, 3)}
    check_campaign(stage.campaign)


def test_a4_a_quota_that_is_set_while_somebody_answers_is_kept_exactly(
    shared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = staged(shared)
    with closing(stage.ops), closing((other := opened(shared, clock=stage.clock)).ops):
        stage.answered("u0")
        for user in ("u1", "u2"):
            stage.user(user)
        count_in, refused = survey_keeping._count_in, list[str]()

        def second() -> None:
            other.ops.launch(limited(quota=2))
            no = tried(lambda: other.answer("u2"))
            refused.extend([no.code] if no else [])

        thread = Thread(target=second)

        def counting(*args: Any, **named: Any) -> None:
            count_in(*args, **named)
            if not thread.ident:
                thread.start()
                thread.join(1)  # it waits for this transaction, unless nothing keeps it

        monkeypatch.setattr(survey_keeping, "_count_in", counting)
        stage.answer("u1")
        thread.join()
        assert refused == ["survey.full"]
        assert counter(stage)["quota/small-risk"][0] == 2
        check_campaign(stage.campaign)


def test_a4_an_instant_without_an_offset_is_refused(stage: Stage) -> None:
    stage.user("u1")
    survey, naive = stage.campaign.survey, at("02-24").replace(tzinfo=None)
    for call in (partial(survey.submit, "u1", GIVEN), partial(survey.edit, "u1", GIVEN)):
        with nothing_changes(stage.ops), pytest.raises(Invalid) as caught:
            call(at=naive)
        assert problems_of(caught.value.problems) == [("at", "value.wrong_instant")]


def test_a4_processes_that_answer_at_once_fill_the_quota_exactly(
    shared: str, tmp_path: Path
) -> None:
    stage = staged(shared, campaign=limited(quota=4))
    with closing(stage.ops):
        crowd = [stage.user(f"u{n}") for n in range(12)]
        gate, worker = tmp_path / "gate", Path(__file__).with_name("survey_worker.py")
        processes = [
            subprocess.Popen(
                [sys.executable, str(worker), shared, str(gate), *crowd[n::2]],
                stdout=subprocess.PIPE,
                text=True,
            )
            for n in range(2)
        ]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        gate.touch()
        got = [user for one in processes for user in one.communicate(timeout=60)[0].split()]
        assert [process.returncode for process in processes] == [0, 0]
        assert len(got) == 4
        assert sorted(got) == sorted(u for u in crowd if stage.campaign.survey.response(u))
        assert counter(stage) == {"quota/small-risk": (4, 4)}
        check_campaign(stage.campaign)


@pytest.mark.parametrize("quota", [None, 1])
def test_a4_a_refused_answer_leaves_the_draft(quota: int | None) -> None:
    stage = staged(campaign=limited(quota=quota))
    stage.answered("u1")
    stage.user("u2")
    stage.campaign.survey.edit("u2", GIVEN)
    no = tried(lambda: stage.campaign.survey.submit("u2"))
    assert (no is None) is (quota is None)
    assert bool(stage.campaign.survey.draft("u2").values) is (quota is not None)
