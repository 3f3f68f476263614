"""A campaign is a TOML file or Python: the same result, checked the same way (A1)."""

import re
from datetime import date
from decimal import Decimal

import attrs
import pytest
from hypothesis import HealthCheck, assume, given, settings
from toml_writer import to_toml

from saasops import serial
from saasops.app.definitions import campaign_from, read_campaign
from saasops.campaigns.definition import Evidence, Goal
from saasops.campaigns.risk import Level, RiskPolicy, RiskRule
from saasops.errors import Invalid, NotFound
from saasops.predicates import All
from saasops.predicates import Test as Compare
from saasops.rewards.rules import Prize, RewardRule, Rewards
from saasops.scheduling.capacity import CapacityRule
from saasops.scheduling.slots import SlotRules
from saasops.testing.strategies import campaigns
from saasops.values import Text

few = settings(
    max_examples=10,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def both(english: str, chinese: str) -> Text:
    return Text.of({"en": english, "zh-CN": chinese})


def problems_of(build, *arguments) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        build(*arguments)
    return [(problem.where, problem.code) for problem in caught.value.problems]


# The same result


def test_a1_the_reference_campaign_is_the_same_in_python(reference):
    assert reference.title == both("Upgrade to CE 5.1", "升级到社区版 5.1")
    assert reference.theme == both("Upgrade and be rewarded", "升级5.1，人人有奖")
    assert (reference.opens, reference.closes) == (date(2020, 2, 1), date(2020, 3, 31))
    assert (reference.zone, reference.target) == ("Asia/Shanghai", "5.1")
    assert reference.unsupported_from == date(2020, 4, 1)
    promoted = both("Top 100 get support", "前 100 名获得专属支持")
    assert reference.goal == Goal(participants=300, promoted=promoted)
    title = both("Upgrade to 5.1: check in here", "升级5.1，人人有奖：打卡专帖")
    assert reference.evidence == Evidence(thread="t1", title=title)
    assert reference.slots == SlotRules(calendar="CN", least_days=3, duty_saturdays=True)
    assert reference.capacity_rules == (
        CapacityRule(
            id="busy-weeks",
            team="general",
            opens=date(2020, 2, 3),
            closes=date(2020, 2, 15),
            limit=5,
            busy=True,
        ),
        CapacityRule(id="general", team="general", limit=8),
        CapacityRule(id="deployment", team="deployment", limit=3),
    )
    assert reference.rewards == Rewards(
        currency="CNY",
        budget=Decimal(15_000),
        shipping=Decimal(15),
        completed="upgrade-5.1",
        prizes=(
            Prize(id="doll", title=both("doll", "公仔"), stock=300, cost=Decimal(35)),
            Prize(id="power-bank", title=both("power bank", "充电宝"), stock=50),
        ),
        rules=(
            RewardRule(id="upgrade", thing="upgrade-5.1", points=300, prize="doll"),
            RewardRule(id="first-50", thing="upgrade-5.1", prize="power-bank", first=50),
            RewardRule(id="article", thing="article"),
        ),
    )


def test_a1_the_reference_risk_is_the_same_in_python(reference):
    plain = RiskPolicy(
        rules=tuple(attrs.evolve(r, title=Text.of(""), steps=()) for r in reference.risk.rules),
        levels=tuple(attrs.evolve(one, title=Text.of("")) for one in reference.risk.levels),
        depths=tuple(attrs.evolve(one, title=Text.of("")) for one in reference.risk.depths),
    )
    none = Text.of("")

    def hazard(id: str, when: Compare, skill: str) -> RiskRule:
        return RiskRule(id=id, title=none, when=when, tags=(id,), skill=skill)

    def deep(id: str, when: Compare) -> RiskRule:
        return RiskRule(id=id, title=none, when=when, hazard=False, depth=1)

    login = Compare("customisation", "has", "login")
    forked = Compare("customisation", "has", "forked")
    own = Compare("customisation", "has", "api")
    assert plain == RiskPolicy(
        rules=(
            hazard("customised-login", login, "customised-login"),
            hazard("forked-components", forked, "forked-components"),
            hazard("windows-2003", Compare("os", "eq", "windows-2003"), "windows-2003"),
            hazard("many-apps", Compare("saas_apps", "eq", "10+"), "self-built-apps"),
            RiskRule(id="own-apis", title=none, when=own, hazard=False, tags=("own-apis",)),
            RiskRule(id="always", title=none, when=All(()), hazard=False),
            deep("some-hosts", Compare("hosts", "in", ("100-499", "500-999", "1000+"))),
            deep("many-hosts", Compare("hosts", "in", ("500-999", "1000+"))),
            deep("several-scenarios", Compare("scenarios_count", "ge", 2)),
            deep("most-scenarios", Compare("scenarios_count", "ge", 4)),
            deep("own-apps", Compare("saas_apps", "ne", "0")),
        ),
        levels=(
            Level(id="low", title=none, least=0),
            Level(id="medium", title=none, least=1),
            Level(id="high", title=none, least=2, team="deployment"),
        ),
        depths=(
            Level(id="light", title=none, least=0),
            Level(id="medium", title=none, least=2),
            Level(id="deep", title=none, least=4),
        ),
    )


@few
@given(campaigns.campaigns())
def test_a1_any_campaign_is_the_same_after_it_was_written_as_toml(tmp_path, campaign):
    file = tmp_path / "campaign.toml"
    file.write_text(to_toml(serial.dump(campaign)), encoding="utf-8")
    assert read_campaign(file) == campaign


@few
@given(campaigns.wrong_campaigns())
def test_a1_a_mistake_is_the_same_in_toml_and_in_python(tmp_path, wrong):
    assume(wrong.code != "calendar.unknown")  # it may be kept where the campaign is launched
    file = tmp_path / "campaign.toml"
    file.write_text(to_toml(serial.dump(wrong.campaign)), encoding="utf-8")
    parts = {re.split(r"[.\[]", where)[0] for where, _ in problems_of(read_campaign, file)}
    assert wrong.where.split(".")[0] in parts


# Files beside it


def test_a1_a_part_may_stand_in_a_file_of_its_own(tmp_path, reference):
    data = serial.dump(reference)
    for key in ("survey", "risk", "rewards"):
        (tmp_path / f"{key}.toml").write_text(to_toml(data[key]), encoding="utf-8")
        data[key] = f"{key}.toml"
    for key in ("notices", "templates", "capacity_rules"):
        (tmp_path / f"{key}.toml").write_text(to_toml({key: data[key]}), encoding="utf-8")
        data[key] = f"{key}.toml"
    file = tmp_path / "campaign.toml"
    file.write_bytes(b"\xef\xbb\xbf" + to_toml(data).encode())
    assert read_campaign(file) == reference


def test_a1_files_that_are_missing_are_all_named(tmp_path, reference):
    file = tmp_path / "campaign.toml"
    data = serial.dump(reference) | {"survey": "no.toml", "risk": "no.toml"}
    file.write_text(to_toml(data), encoding="utf-8")
    assert problems_of(read_campaign, file) == [
        ("survey", "campaign.no_file"),
        ("risk", "campaign.no_file"),
    ]
    with pytest.raises(NotFound, match="there is no file nowhere"):
        read_campaign(tmp_path / "nowhere.toml")


def test_a1_a_file_outside_the_folder_is_never_read(tmp_path, reference):
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "risk.toml").write_text(to_toml(serial.dump(reference.risk)), encoding="utf-8")
    file = inside / "campaign.toml"
    data = serial.dump(reference) | {"risk": "../risk.toml"}
    file.write_text(to_toml(data), encoding="utf-8")
    assert problems_of(read_campaign, file) == [("risk", "campaign.no_file")]


def test_a1_a_file_that_is_no_toml_or_no_utf8_says_where(tmp_path):
    file = tmp_path / "campaign.toml"
    file.write_text('id = "a"\ntitle =\n', encoding="utf-8")
    assert problems_of(read_campaign, file) == [("", "toml.unreadable")]
    file.write_bytes('id = "a"\ntitle = "升级"\n'.encode("gb18030"))
    assert problems_of(read_campaign, file) == [("campaign.toml", "file.encoding")]


# Keys in the file


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"opens": "2020-02-30"}, ("opens", "value.wrong_date")),
        ({"goals": {"participants": 300}}, ("goals", "value.unknown_key")),
        ({"goal": {"participants": "300"}}, ("goal.participants", "value.wrong_type")),
        ({"goal": {"participants": True}}, ("goal.participants", "value.wrong_type")),
        ({"zone": None}, ("zone", "value.wrong_type")),
        ({"locales": "zh-CN"}, ("locales", "value.wrong_type")),
        ({"slots": {"least_day": 3}}, ("slots.least_day", "value.unknown_key")),
        ({"slots": {"without": [20200203]}}, ("slots.without[0]", "value.wrong_date")),
        ({"rewards": {"budget": 0.1}}, ("rewards.budget", "value.wrong_amount")),
        ({"rewards": {"budget": "0.001"}}, ("rewards.budget", "value.wrong_amount")),
        ({"rewards": {"currency": "yuan"}}, ("rewards.currency", "value.wrong_type")),
        ({"zone": "Nowhere/Land"}, ("zone", "campaign.no_zone")),
    ],
    ids=lambda one: one[0] if isinstance(one, tuple) else None,
)
def test_a1_a_wrong_key_is_named_with_its_path(reference, change, expected):
    assert problems_of(campaign_from, serial.dump(reference) | change) == [expected]


def test_a1_a_wrong_condition_is_named_with_its_path(reference):
    data = serial.dump(reference)
    data["risk"]["rules"][2]["when"] = {"all": [{"field": "os"}]}
    data["notices"][3]["when"] = {"not": "upgraded"}
    assert problems_of(campaign_from, data) == [
        ("risk.rules[2].when.all[0]", "value.wrong_type"),
        ("notices[3].when.not", "value.wrong_type"),
    ]
