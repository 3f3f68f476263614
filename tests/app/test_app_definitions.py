"""Campaigns as data: read from TOML, checked as a whole, launched, and amended while they run."""

import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest

from kit import (
    REFERENCE,
    SMALL,
    SURVEY,
    Stage,
    both,
    counters,
    everything,
    nothing_changes,
    on,
    opened,
    problems_of,
    refusal,
    staged,
)
from saasops import Campaign, Invalid, NotFound, Problem, campaign_from, read_campaign, serial
from saasops.rewards.rules import Prize, RewardRule
from saasops.scheduling.capacity import CapacityRule
from saasops.scheduling.slots import SlotRules


def amended(**changes: Any) -> Campaign:
    return attrs.evolve(SMALL, **changes)


def wrong(command: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as invalid:
        command()
    return problems_of(invalid.value.problems)


def test_a1_the_same_campaign_is_written_in_toml_and_in_python() -> None:
    assert campaign_from(serial.dump(SMALL)) == SMALL
    reference = read_campaign(REFERENCE / "campaign.toml")
    assert reference.id == "ce-5.1"
    assert campaign_from(serial.dump(reference)) == reference


def test_a1_launching_again_changes_nothing(stage: Stage) -> None:
    with nothing_changes(stage.ops):
        assert stage.ops.launch(SMALL).definition() == SMALL
        stage.ops.launch(campaign_from(serial.dump(SMALL)))
    assert stage.ops.campaigns() == ("small",)


def test_a1_a_handle_on_no_campaign_says_so_at_its_first_call(stage: Stage) -> None:
    ghost = stage.ops.campaign("ghost")
    for call in (ghost.definition, ghost.schedule.slots, ghost.reports.weekly):
        with pytest.raises(NotFound):
            call()


def test_a1_an_amendment_is_seen_by_everybody_on_the_store(file: Path) -> None:
    one, other = staged(file), opened(file)
    assert other.campaign.definition() == SMALL
    one.ops.launch(amended(title=both("Another")))
    assert other.campaign.definition().title.to("en") == "Another"
    events = everything(other.ops)["events"]
    launched = [row["body"] for row in events if row["name"] == "campaign.launched"]
    assert [body["amended"] for body in launched] == [False, True]


def test_a1_a_published_survey_keeps_its_content(stage: Stage) -> None:
    text = attrs.evolve(SURVEY, title=both("Other words"))
    with nothing_changes(stage.ops):
        no = refusal(lambda: stage.ops.launch(amended(survey=text)))
        assert (no.code, no.context["version"]) == ("survey.version_taken", 1)
    stage.ops.launch(amended(survey=attrs.evolve(text, version=2)))
    with nothing_changes(stage.ops):
        assert refusal(lambda: stage.ops.launch(SMALL)).code == "survey.version_not_rising"


@pytest.mark.parametrize(
    "change", [{"opens": on("03-03")}, {"zone": "Europe/Berlin"}], ids=["opens", "zone"]
)
def test_a1_the_opening_day_of_a_running_campaign_stays(
    stage: Stage, change: dict[str, Any]
) -> None:
    with nothing_changes(stage.ops):
        assert refusal(lambda: stage.ops.launch(amended(**change))).code == "campaign.begun"


def test_a8_raising_and_lowering_a_rule_moves_the_limits_but_never_below_what_is_taken(
    stage: Stage,
) -> None:
    for user in ("u1", "u2", "u3", "u4"):
        stage.booked(user, "late")
    stage.answered("u5")
    assert counters(stage)["a1", "03-13"] == counters(stage)["a2", "03-13"] == (2, 2)

    def limit(number: int) -> None:
        rules = tuple(attrs.evolve(rule, limit=number) for rule in SMALL.capacity_rules)
        stage.ops.launch(amended(capacity_rules=rules))

    limit(1)
    assert counters(stage)["a1", "03-13"] == (2, 2)
    assert counters(stage)["a1", "03-09"] == (0, 1)
    assert refusal(lambda: stage.campaign.schedule.book("u5", "late")).context["booked"] == 4
    stage.campaign.schedule.cancel("u1")
    limit(1)
    limit(3)
    assert counters(stage)["a1", "03-09"] == (0, 3)
    assert stage.campaign.schedule.book("u5", "late").assistant == "a1"
    assert stage.campaign.schedule.book("u1", "late").assistant in ("a1", "a2")


def test_a16_levers_move_stock_and_budget_but_never_below_what_is_used(stage: Stage) -> None:
    for user in ("u1", "u2"):
        stage.rewarded(user)
    less = attrs.evolve(
        SMALL.rewards,
        budget=Decimal("60.00"),
        prizes=tuple(attrs.evolve(prize, stock=1) for prize in SMALL.rewards.prizes),
    )
    stage.ops.launch(amended(rewards=less))
    stock = stage.campaign.rewards.stock()
    assert stock["stock/doll"] == stock["stock/bank"] == (2, 2)
    assert stock["budget"] == (10_000, 10_000)
    more = attrs.evolve(
        SMALL.rewards,
        prizes=(*SMALL.rewards.prizes, Prize(id="shirt", title=both("shirt"), stock=9)),
        rules=(*SMALL.rewards.rules, RewardRule(id="shirt", thing="upgrade", prize="shirt")),
    )
    stage.ops.launch(amended(rewards=more))
    stock = stage.campaign.rewards.stock()
    assert stock["stock/doll"] == (2, 3)
    assert stock["budget"] == (10_000, 20_000)
    assert stock["stock/shirt"] == (0, 9)
    before = stage.campaign.rewards.grants()
    stage.rewarded("u3")
    after = stage.campaign.rewards.grants()
    assert [one.rule for one in after if one.user == "u3"] == ["shirt", "upgrade"]
    assert [one for one in after if one.user != "u3"] == list(before)


def test_a9_a_booking_outlives_its_slot(stage: Stage) -> None:
    stage.booked("u1", "late")
    fixed = tuple(one for one in SMALL.slots.fixed if one.id != "late")
    stage.ops.launch(amended(slots=attrs.evolve(SMALL.slots, fixed=fixed)))
    assert ("a1", "03-13") in counters(stage)  # somebody is booked there
    stage.until("03-06")
    assert stage.ops.tick().sent  # the notice a week before names the day
    assert stage.campaign.schedule.booking("u1").slot == "late"
    stage.answered("u2")
    no = refusal(lambda: stage.campaign.schedule.book("u2", "late"))
    assert (no.code, no.context["allowed"]) == ("slot.unknown", ["early", "middle"])
    assert stage.campaign.schedule.reschedule("u1", "early").slot == "early"
    assert ("a1", "03-13") not in counters(stage)
    assert stage.campaign.schedule.cancel("u1").state == "cancelled"


def test_a1_a_wrong_campaign_is_refused_as_a_whole_and_every_key_is_named(stage: Stage) -> None:
    data = serial.dump(SMALL)
    data |= {"closes": "2020-02-01", "zone": "Mars/Olympus", "goal": {"participants": -1}}
    data["rewards"]["rules"][0]["prize"] = "unicorn"
    data["notices"][0]["template"] = "nowhere"
    data["notices"][1]["after"] = ["slot.eaten"]
    data["risk"]["rules"][0]["when"] = {"field": "os", "eq": "beos"}
    data["capacity_rules"][0]["limit"] = -2
    data["templates"][0]["body"] = {"en": "$surprise"}
    found = wrong(lambda: campaign_from(data))
    named = {
        ("closes", "campaign.backwards"),
        ("zone", "campaign.no_zone"),
        ("goal.participants", "value.negative"),
        ("rewards.rules.upgrade.prize", "value.not_allowed"),
        ("notices.risk.template", "value.not_allowed"),
        ("notices.soon.after", "value.not_allowed"),
        ("risk.rules.windows.when.os", "value.not_allowed"),
        ("capacity_rules.general.limit", "value.negative"),
        ("templates.risk.body", "template.missing_locale"),
        ("templates.risk.body.en", "value.not_allowed"),
    }
    assert named <= set(found)
    broken = amended(
        closes=on("03-01"), capacity_rules=(CapacityRule(id="x", limit=-1),), slots=SlotRules()
    )
    with nothing_changes(stage.ops):
        assert len(wrong(lambda: stage.ops.launch(broken))) > 2
    with nothing_changes(stage.ops), pytest.raises(Invalid):
        stage.ops.launch(attrs.evolve(broken, id="fresh"))


def test_a1_an_unknown_key_is_answered_with_the_one_that_was_meant() -> None:
    data = serial.dump(SMALL)
    data["titel"] = data.pop("title")
    data["goal"] = {"participant": 3}
    with pytest.raises(Invalid) as invalid:
        campaign_from(data)
    found = {(one.where, one.code): one for one in invalid.value.problems}
    assert found["titel", "value.unknown_key"].context["hint"] == "title"
    assert found["goal.participant", "value.unknown_key"].context["hint"] == "participants"
    assert ("title", "value.missing_key") in found
    assert ("goal.participants", "value.missing_key") in found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The TOML files of the reference campaign, to be spoilt."""
    for file in REFERENCE.glob("*.toml"):
        shutil.copy(file, tmp_path)
    return tmp_path


def test_a1_included_files_that_are_missing_are_all_named(folder: Path) -> None:
    (folder / "survey.toml").unlink()
    (folder / "templates.toml").unlink()
    assert wrong(lambda: read_campaign(folder / "campaign.toml")) == [
        ("survey", "campaign.no_file"),
        ("templates", "campaign.no_file"),
    ]
    with pytest.raises(NotFound):
        read_campaign(folder / "nowhere.toml")
    with pytest.raises(NotFound):
        read_campaign(folder)


@pytest.mark.parametrize("name", ["campaign.toml", "risk.toml"])
def test_a1_a_file_in_another_encoding_is_named_with_its_line(folder: Path, name: str) -> None:
    lines = (folder / name).read_text("utf-8").splitlines()
    first = next(n for n, line in enumerate(lines, 1) if not line.isascii())
    (folder / name).write_bytes("\n".join(lines).encode("gbk", errors="replace"))
    with pytest.raises(Invalid) as invalid:
        read_campaign(folder / "campaign.toml")
    assert invalid.value.problems == (Problem(name, "file.encoding", {"line": first}),)


def test_a1_a_byte_order_mark_does_no_harm(folder: Path) -> None:
    for file in folder.glob("*.toml"):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert read_campaign(folder / "campaign.toml").id == "ce-5.1"


def test_a1_toml_that_cannot_be_read_is_named_with_its_line(folder: Path) -> None:
    (folder / "campaign.toml").write_text('id = "a"\nid = "b"\n')
    with pytest.raises(Invalid) as invalid:
        read_campaign(folder / "campaign.toml")
    (problem,) = invalid.value.problems
    assert problem.code == "toml.unreadable"
    assert "line 2" in str(problem)


def test_a1_a_mistake_in_an_included_file_is_named_by_its_key(folder: Path) -> None:
    text = (folder / "risk.toml").read_text("utf-8")
    (folder / "risk.toml").write_text(text.replace("least = 0", 'least = "0"', 1), "utf-8")
    assert wrong(lambda: read_campaign(folder / "campaign.toml")) == [
        ("risk.levels[0].least", "value.wrong_type")
    ]


def test_a1_an_included_list_may_stand_alone_under_its_name(folder: Path) -> None:
    rules = 'capacity_rules = "rules.toml"\n'
    text = (folder / "campaign.toml").read_text("utf-8")
    head, _, rest = text.partition("[[capacity_rules]]")
    rewards = rest[rest.index("[rewards]") :]
    tables = "[[capacity_rules]]" + rest[: rest.index("[rewards]")]
    (folder / "rules.toml").write_text(tables, "utf-8")
    table = head.index("[goal]")
    (folder / "campaign.toml").write_text(head[:table] + rules + head[table:] + rewards, "utf-8")
    assert read_campaign(folder / "campaign.toml") == read_campaign(REFERENCE / "campaign.toml")
