"""`saasops people`: shown for a purpose, exported into a file, held, forgotten, and again."""

import json
import shutil
import zipfile
from pathlib import Path

from command import saasops

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
    assert "Ada" not in run.out
    with zipfile.ZipFile("u01.zip") as whole:
        tables = json.loads(whole.read("person.json"))["tables"]
        assert tables["users"][0]["nickname"] == "Ada"
        assert {f"{name}.csv" for name in tables} < set(whole.namelist())
    assert Path("u01.zip").stat().st_mode & 0o077 == 0
    assert saasops("people", "export", "nobody", "--out", "x.zip").code == 1
    assert not Path("x.zip").exists()


def test_contact_data_needs_a_purpose(filled: Path) -> None:
    assert saasops("people", "reveal", "u01", "mail").code == 2
    blank = saasops("people", "reveal", "u01", "mail", "--purpose", " ", "--json")
    assert (blank.code, blank.json["error"]["code"]) == (1, "privacy.no_purpose")
    shown = saasops("people", "reveal", "u01", "mail", "--purpose", "a parcel", "--json")
    assert "@" in shown.json["value"]
    assert saasops("people", "reveal", "u01", "nickname", "--purpose", "x").code == 1


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
    assert saasops("people", "policy", "policy.toml", "--json").json["adopted"] is True
    assert saasops("people", "policy", "policy.toml", "--json").json["adopted"] is False
    assert "365" in saasops("people", "policy").out
    run = saasops("people", "retain", "--json")
    assert (run.code, run.json["rows"]) == (0, 0)
    assert run.json["people"] > 0
