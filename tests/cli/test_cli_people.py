"""`saasops people`: shown for a purpose, exported into a file, held, forgotten, and again."""

import json
import shutil
import zipfile
from pathlib import Path

import attrs
from command import saasops
from hypothesis import given
from hypothesis import strategies as st

from saasops import serial
from saasops.cli.policy_file import written
from saasops.people.privacy.consents import Purpose
from saasops.people.privacy.retention import STANDARD, Policy
from saasops.testing.strategies.privacy import policies
from saasops.values import both

POLICY = """
[[purposes]]
id = "shipping"
title = "Sending prizes"
basis = "consent"

[[purposes]]
id = "campaign"
title = "The campaign"
basis = "contract"

[[retention]]
data_class = "{data_class}"
purpose = "shipping"
after = "shipped"
keep_for = "30d"
"""
CLASSES = (
    "identity", "contact", "profile", "answers", "uploads", "posts", "visits", "notices",
    "earlier",
)  # fmt: skip
RULE = """
[[retention]]
data_class = "{}"
purpose = "campaign"
after = "active"
keep_for = "365d"
"""


def test_an_export_goes_into_a_file_of_its_owner_and_nowhere_else(filled: Path) -> None:
    run = saasops("people", "export", "u01", "--out", "u01.zip")
    assert run.code == 0
    assert "Written: u01.zip, with" in run.out
    assert "Ada" not in run.out
    with zipfile.ZipFile("u01.zip") as whole:
        tables = json.loads(whole.read("person.json"))["tables"]
        assert tables["users"][0]["nickname"] == "Ada"
        assert {f"{name}.csv" for name in tables} < set(whole.namelist())
    assert Path("u01.zip").stat().st_mode & 0o077 == 0
    assert saasops("people", "export", "nobody", "--out", "x.zip").code == 1
    assert not Path("x.zip").exists()
    before = Path("u01.zip").read_bytes()
    again = saasops("people", "export", "u01", "--out", "u01.zip", "--json")
    assert (again.code, again.json["error"]["code"]) == (1, "cli.in_the_way")
    assert Path("u01.zip").read_bytes() == before


def test_contact_data_needs_a_purpose(filled: Path) -> None:
    assert saasops("people", "reveal", "u01", "mail").code == 2
    blank = saasops("people", "reveal", "u01", "mail", "--purpose", " ", "--json")
    assert (blank.code, blank.json["error"]["code"]) == (1, "privacy.no_purpose")
    shown = saasops("people", "reveal", "u01", "mail", "--purpose", "shipping", "--json")
    assert "@" in shown.json["value"]
    assert saasops("people", "reveal", "u01", "nickname", "--purpose", "shipping").code == 1
    free = saasops("people", "reveal", "u01", "mail", "--purpose", "Mr. Miller asked")
    assert free.code == 1
    assert "campaign, shipping, service" in free.err
    assert "Miller" not in free.out + free.err
    nobody = saasops("people", "reveal", "nobody", "mail", "--purpose", "shipping")
    assert nobody.err == "Error: there is no user nobody\n"


def test_who_is_held_is_not_forgotten(filled: Path) -> None:
    assert saasops("people", "hold", "u01", "--reason", "dispute", "--json").json["hold"] == "h1"
    refused = saasops("people", "erase", "u01", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (1, "privacy.held")
    dry = saasops("people", "erase", "u01", "--dry-run", "--json").json
    assert {line["outcome"] for line in dry["lines"]} <= {"later", "kept"}
    assert saasops("people", "lift", "u01", "h1").code == 0
    assert saasops("people", "lift", "u01", "h2").code == 1
    run = saasops("people", "erase", "u01", "--json").json
    assert run["reason"] == "requested"
    assert {line["outcome"] for line in run["lines"]} == {"erased", "kept"}


def test_a_restored_copy_is_cleaned_by_the_list(filled: Path) -> None:
    assert saasops("storage", "backup", "copy.db").code == 0
    table = saasops("people", "erase", "u01", "--reason", "law")
    assert "login identities" in table.out
    assert saasops("people", "erasures", "--out", "gone.jsonl").code == 0
    for file in Path().glob("ops.db-*"):
        file.unlink()
    shutil.copy("copy.db", "ops.db")
    assert saasops("people", "erasures", "--json").json["erasures"] == []
    tried = ("people", "erase", "--again", "gone.jsonl", "--dry-run")
    assert saasops(*tried, "--json").json == {"dry_run": True, "again": ["u01"], "held": []}
    assert "1 would be forgotten again: u01" in saasops(*tried).out
    assert saasops("people", "erasures", "--json").json["erasures"] == []
    assert saasops("people", "hold", "u01", "--reason", "dispute").code == 0
    assert saasops(*tried, "--json").json == {"dry_run": True, "again": [], "held": ["u01"]}
    assert "u01" in saasops(*tried).out
    assert saasops("people", "lift", "u01", "h1").code == 0
    again = saasops("people", "erase", "--again", "gone.jsonl", "--json")
    assert again.json == {"again": ["u01"]}
    assert saasops("people", "erase", "--again", "gone.jsonl", "--json").json == {"again": []}
    (one,) = saasops("people", "erasures", "--json").json["erasures"]
    assert (one["user"], one["reason"]) == ("u01", "law")
    Path("gone.jsonl").write_text("{}\n", "utf-8")
    wrong = saasops("people", "erase", "--again", "gone.jsonl", "--json")
    assert wrong.json["error"]["problems"][0]["code"] == "privacy.not_a_list"


def test_one_person_or_a_list_and_a_ground_that_there_is(filled: Path) -> None:
    assert saasops("people", "erase").code == 2
    assert saasops("people", "erase", "u01", "--again", "x").code == 2
    assert saasops("people", "erase", "u01", "--reason", "because").code == 1


def test_a_policy_is_checked_adopted_and_followed(filled: Path) -> None:
    refused = saasops("people", "retain", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (1, "privacy.no_policy")
    text = POLICY.format(data_class="weather") + "".join(map(RULE.format, CLASSES))
    Path("policy.toml").write_text(text, "utf-8")
    wrong = saasops("people", "policy", "policy.toml", "--json")
    codes = [one["code"] for one in wrong.json["error"]["problems"]]
    assert codes == ["privacy.lint.no_class", "privacy.lint.no_rule"]
    Path("policy.toml").write_text(text.replace("weather", "postal_address"), "utf-8")
    for changed in (True, False):
        told = saasops("people", "policy", "policy.toml", "--json").json
        assert (told["in_force"], told["changed"]) == (True, changed)
    shown = saasops("people", "policy").out
    assert "365d" in shown
    assert "Not adopted" not in shown
    run = saasops("people", "retain", "--json")
    assert (run.code, run.json["rows"]) == (0, 0)
    assert run.json["people"] > 0


def test_a_period_is_shown_as_it_was_written(filled: Path) -> None:
    text = POLICY.format(data_class="postal_address") + "".join(map(RULE.format, CLASSES))
    Path("policy.toml").write_text(text.replace("30d", "1h"), "utf-8")
    assert " 1h" in saasops("people", "policy", "policy.toml").out


def test_a_policy_is_a_proposal_until_the_file_of_it_is_adopted(filled: Path) -> None:
    told = saasops("people", "policy", "--json").json
    assert (told["in_force"], told["changed"]) == (False, False)
    proposal = saasops("people", "policy", "--locale", "zh-CN").out
    assert "尚未启用，仅为建议" in proposal
    written = saasops("people", "policy", "--out", "policy.toml")
    assert "Not adopted: a proposal" in written.out
    assert "Written: policy.toml" in written.out
    assert (
        serial.load(serial.parse_toml(Path("policy.toml").read_text("utf-8")), Policy) == STANDARD
    )
    taken = saasops("people", "policy", "--out", "policy.toml", "--json")
    assert taken.json["error"]["code"] == "cli.in_the_way"
    adopted = saasops("people", "policy", "policy.toml", "--json").json
    assert (adopted["in_force"], adopted["changed"]) == (True, True)
    assert adopted["policy"] == told["policy"]


@given(policies(), st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_a_policy_says_its_file_says_the_same(policy: Policy, said: str) -> None:
    more = Purpose(id="more", title=both(said, f"{said}。"), basis="law", text_version=said or "1")
    meant = attrs.evolve(policy, purposes=(*policy.purposes, more))
    assert serial.load(serial.parse_toml(written(meant)), Policy) == meant


def test_holds_are_listed_without_why(filled: Path) -> None:
    assert saasops("people", "holds").out == "No legal holds.\n"
    for user in ("u01", "u02"):
        saasops("people", "hold", user, "--reason", "a dispute about a mug")
    saasops("people", "lift", "u01", "h1")
    run = saasops("people", "holds", "--json")
    assert "mug" not in run.out
    assert [(one["user"], "lifted" in one) for one in run.json["holds"]] == [
        ("u01", True),
        ("u02", False),
    ]
    for words, users in (
        (["u02"], ["u02"]),
        (["u03"], []),
        (["--limit", "1"], ["u01"]),
        (["--after", "u01/h1"], ["u02"]),
    ):
        listed = saasops("people", "holds", *words, "--json").json["holds"]
        assert [one["user"] for one in listed] == users
    assert saasops("people", "holds", "nobody").code == 1
    assert saasops("people", "holds", "--after", "u01").code == 1
    shown = saasops("people", "holds").out
    assert "u02" in shown
    assert "mug" not in shown


def test_erasures_are_shown_in_parts_and_written_whole(filled: Path) -> None:
    assert saasops("people", "erasures").out == "Nobody was forgotten.\n"
    for user in ("u01", "u02", "u03"):
        assert saasops("people", "erase", user).code == 0
    run = saasops("people", "erasures", "--limit", "1", "--after", "u01", "--out", "a", "--json")
    assert [one["user"] for one in run.json["erasures"]] == ["u02"]
    assert (run.json["out"], run.json["written"]) == ("a", 3)
    assert len(Path("a").read_text("utf-8").splitlines()) == 3
    taken = saasops("people", "erasures", "--out", "a")
    assert taken.code == 1
    assert "a would be overwritten" in taken.err
    assert "Written: b, with 3 erasure(s)" in saasops("people", "erasures", "--out", "b").out


def test_a_run_looks_at_as_many_people_as_it_is_told(filled: Path) -> None:
    run = saasops("people", "retain", "--dry-run")
    assert run.out == "Nothing due.\n0 people under legal hold.\n"
    chinese = saasops("people", "retain", "--dry-run", "--locale", "zh-CN")
    assert chinese.out == "没有到期数据。\n因法律保留而未处理：0 人\n"
    whole = saasops("people", "retain", "--dry-run", "--json").json
    assert whole["after"] is None
    part = saasops("people", "retain", "--dry-run", "--limit", "2", "--json").json
    assert (part["people"], part["after"]) == (2, "u02")
    rest = saasops("people", "retain", "--dry-run", "--after", "u02", "--json").json
    assert (rest["people"], rest["after"]) == (whole["people"] - 2, None)
