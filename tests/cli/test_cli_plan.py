"""`saasops plan`: what is proposed, shown, written down, edited and carried out."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from command import saasops

Edit = Callable[[str, str, str], None]


@pytest.fixture
def answered(filled: Path) -> Path:
    """Everybody of the example has answered, one of them wrongly, and nobody has booked."""
    saasops("import", "responses", "responses.csv", "--profile", "responses.profile.toml")
    return filled


def test_a10_a_plan_is_proposed_and_carried_out_when_it_is_said(answered: Path) -> None:
    proposed = saasops("plan", "solve", "--json")
    assert proposed.code == 0
    changes = proposed.json["changes"]
    assert changes
    assert {one["why"] for one in changes} == {"newly-served"}
    assert saasops("plan", "solve", "--json").json["changes"] == changes
    applied = saasops("plan", "solve", "--apply", "--json").json["applied"]
    assert sorted(applied["booked"]) == sorted(one["request"] for one in changes)
    assert saasops("plan", "solve", "--json").json["changes"] == []


def test_a10_a_proposal_is_written_edited_and_carried_out_once(answered: Path) -> None:
    assert saasops("plan", "solve", "--out", "plan.json").code == 0
    file = answered / "plan.json"
    data = json.loads(file.read_text("utf-8"))
    data["changes"] = data["changes"][:1]
    file.write_text(json.dumps(data), "utf-8")
    user = data["changes"][0]["request"]
    assert saasops("plan", "apply", "plan.json", "--json").json["applied"]["booked"] == [user]
    again = saasops("plan", "apply", "plan.json", "--json").json["applied"]
    assert (again["booked"], again["unchanged"]) == ([], [user])


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"changes": [{"request": 1}]}'])
def test_a_file_that_is_no_proposal_is_refused(answered: Path, text: str) -> None:
    (answered / "plan.json").write_text(text, "utf-8")
    run = saasops("plan", "apply", "plan.json")
    assert run.code in (1, 2)
    assert "Traceback" not in run.err
    assert saasops("plan", "apply", "missing.json").code == 2


def test_a10_a_new_rule_is_planned_for_and_nobody_is_told_before(
    answered: Path, edit: Edit
) -> None:
    (first, *_) = saasops("plan", "solve", "--apply", "--json").json["changes"]
    day = first["now"]["day"]
    rule = f'[[capacity_rules]]\nid = "closed"\nlimit = 0\ndates = [{day}]\n\n[rewards]\n'
    edit("campaign.toml", "[rewards]\n", rule)
    assert saasops("campaign", "launch", "campaign.toml").code == 0
    proposed = saasops("plan", "replan", "--json").json
    assert {one["why"] for one in proposed["changes"]} == {"absent"}
    assert all(one["was"]["day"] == day for one in proposed["changes"])
    applied = saasops("plan", "replan", "--apply", "--json").json["applied"]
    assert len(applied["moved"]) == len(proposed["changes"])
    assert saasops("plan", "replan", "--json").json["changes"] == []


def test_a10_what_if_answers_in_words_and_figures(answered: Path) -> None:
    full = saasops("plan", "whatif", "--json")
    assert (full.code, "full" in full.json) == (0, True)
    closes = saasops("campaign", "show", "--json").json["closes"]
    needed = saasops("plan", "whatif", "--by", closes, "--json").json["needed"]
    assert needed["added"] >= 0
    assert "more assistants" in saasops("plan", "whatif", "--by", closes).out
    more = saasops("plan", "whatif", "--more", "1", "--curve", "2", "--weeks", "--json").json
    assert more["effect"]["gained"] >= 0
    assert [one["added"] for one in more["curve"]] == [0, 1, 2]
    assert more["weeks"]
    assert saasops("plan", "whatif", "--more", "1", "--like", "nobody").code == 1
    played = saasops("plan", "whatif", "--simulate", "3", "--json").json["simulated"]
    assert played == saasops("plan", "whatif", "--simulate", "3", "--json").json["simulated"]
    assert played["runs"] == 3


def test_a8_a_day_and_a_refusal_are_explained(answered: Path) -> None:
    (change, *_) = saasops("plan", "solve", "--json").json["changes"]
    told = saasops("plan", "explain", change["request"], "--json")
    assert told.json["free"] is True
    day = saasops("plan", "explain", "--day", change["now"]["day"], "--json").json["day"]
    assert day["capacity"] > 0
    assert day["binding"]
    assert saasops("plan", "explain", "--day", change["now"]["day"]).code == 0
    assert saasops("plan", "explain").code == 0
    assert saasops("plan", "explain", "nobody-at-all").code == 1


def test_a10_the_load_is_shown_drawn_and_counted(answered: Path) -> None:
    assert saasops("plan", "solve", "--apply").code == 0
    shown = saasops("plan", "load", "--svg", "load.svg")
    assert shown.code == 0
    assert "asst-1" in shown.out
    assert (answered / "load.svg").read_text("utf-8").startswith("<svg")
    counted = saasops("plan", "load", "--json").json
    booked = sum(cell["booked"] for cell in counted["cells"])
    team = saasops("plan", "load", "--by", "team", "--json").json
    assert set(team["rows"]) == {"general", "deployment"}
    assert sum(cell["booked"] for cell in team["cells"]) == booked > 0


def test_a8_a_calendar_feed_becomes_absences_and_moves_whom_they_hit(answered: Path) -> None:
    changes = saasops("plan", "solve", "--apply", "--json").json["changes"]
    hit = changes[0]
    who, day = hit["now"]["assistant"], hit["now"]["day"].replace("-", "")
    feed = f"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:test
BEGIN:VEVENT
UID:1
DTSTAMP:20200101T000000Z
DTSTART;VALUE=DATE:{day}
SUMMARY:private words
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")
    (answered / "away.ics").write_text(feed, "utf-8")
    dry = saasops("plan", "calendar", who, "away.ics", "--dry-run", "--json")
    assert (dry.code, dry.json["new"]) == (0, 1)
    told = saasops("plan", "calendar", who, "away.ics")
    assert told.code == 0
    assert "private" not in told.out
    assert saasops("plan", "calendar", who, "away.ics", "--json").json["new"] == 0
    load = saasops("plan", "load", "--json").json["cells"]
    assert not [c for c in load if c["who"] == who and c["day"] == hit["now"]["day"]]
    assert saasops("plan", "calendar", "nobody", "away.ics").code == 1
    assert saasops("plan", "calendar", who, "missing.ics").code == 1


def test_a9_a_visit_is_written_as_an_invitation(answered: Path) -> None:
    (change, *_) = saasops("plan", "solve", "--apply", "--json").json["changes"]
    assert saasops("plan", "invite", change["request"], "visit.ics").code == 0
    written = (answered / "visit.ics").read_text("utf-8")
    assert "METHOD:REQUEST" in written
    assert change["now"]["day"].replace("-", "") in written
    assert saasops("plan", "invite", "nobody", "visit.ics").code == 1
