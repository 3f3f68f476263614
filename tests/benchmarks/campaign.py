"""The whole reference campaign, and the same many times over: does it scale?

`python tests/benchmarks/run.py campaign --size 10k --json`: `seconds` for the reference
campaign of 498 users, `seconds_at_size` for about *size* users made by repeating its files
with other ids, `scaling` = time a user at that size over time a user of the reference.
"""

import csv
import gzip
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from saasops.cli.rehearsal import Rehearsal

NAME = "campaign"
REFERENCE = Path(__file__).parents[2] / "examples" / "reference_campaign"
SIZES = {"1k": 2, "2k": 4, "5k": 10, "10k": 20, "20k": 40}
LIMIT_SECONDS = 20.0
GOAL = 1.3
_KEYS = {
    "users.csv": ("user",),
    "downloads.csv": ("user",),
    "invitations.csv": ("user",),
    "bookings.csv": ("user", "planned_assistant"),
    "outcomes.csv": ("user", "assistant"),
    "assistants.csv": ("assistant",),
    "absences.csv": ("assistant",),
    "posts.csv": ("post", "parent", "author"),
    "january_participants.csv": ("entry",),
}
_ONCE = ("products.csv", "upgrade_paths.csv", "threads.csv", "channels.csv")


def measure(size: str | None) -> dict[str, Any]:
    """Time both sizes in one run, on SQLite with one notice file by recipient."""
    copies = SIZES[size or "2k"]
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        small = _seconds(_repeated(1, root / "one"), root / "out-one")
        large = _seconds(_repeated(copies, root / "many"), root / "out-many")
    scaling = large / small / copies
    return {
        "name": NAME,
        "size": size or "2k",
        "users": 498 * copies,
        "ours": round(large, 2),
        "peer": round(small * copies, 2),
        "ratio": round(scaling, 3),
        "scaling": round(scaling, 3),
        "seconds": round(small, 2),
        "seconds_at_size": round(large, 2),
        "seconds_goal": LIMIT_SECONDS,
        "goal": GOAL,
        "met": scaling <= GOAL and small <= LIMIT_SECONDS,
    }


def _seconds(folder: Path, out: Path) -> float:
    begun = time.perf_counter()
    run = Rehearsal.open(
        folder,
        definition=folder / "campaign.toml",
        storage=str(out / "ops.db") if out.mkdir() is None else "",
        notices=out / "notices",
    )
    run.play(monday=lambda week: None)
    run.ops.close()
    return time.perf_counter() - begun


def _repeated(copies: int, folder: Path) -> Path:
    """Write the reference campaign *copies* times over into *folder*, each with own ids."""
    folder.mkdir()
    for name in _ONCE:
        shutil.copy(REFERENCE / name, folder)
    for name in REFERENCE.glob("*.toml"):
        text = name.read_text("utf-8").replace(
            'budget = "15000.00"', f'budget = "{15000 * copies}.00"'
        )
        text = text.replace("stock = 300", f"stock = {300 * copies}")
        (folder / name.name).write_text(text, "utf-8")
    for name, keys in _KEYS.items():
        _copy_table(name, folder, copies, lambda row, n, keys=keys: _other_ids(row, n, keys))
    _copy_table("survey_export.csv", folder, copies, _other_answer)
    source = json.loads((REFERENCE / "survey_responses.json").read_text("utf-8"))
    responses = [_other_response(one, n) for n in range(copies) for one in source["responses"]]
    text = json.dumps({**source, "responses": responses}, ensure_ascii=False)
    (folder / "survey_responses.json").write_text(text, "utf-8")
    return folder


def _copy_table(
    name: str, folder: Path, copies: int, other: Callable[[dict[str, str], int], dict[str, str]]
) -> None:
    rows = list(_read(REFERENCE / name))
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        for n in range(copies):
            writer.writerows(other(dict(row), n) for row in rows)


def _read(path: Path) -> Iterator[dict[str, str]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _other_ids(row: dict[str, str], n: int, keys: tuple[str, ...]) -> dict[str, str]:
    if n == 0:
        return row
    for key in keys:
        if row[key] and row[key] != "operator":
            row[key] = f"{row[key]}-{n}"
    for key in ("qq", "identity", "wechat"):
        if row.get(key):
            row[key] = _other_subject(row[key], n)
    if row.get("phone"):
        row["phone"] = f"164{n:02d}{''.join(c for c in row['phone'] if c.isdigit())[-6:]}"
    if row.get("mail"):
        row["mail"] = f"{n}.{row['mail']}"
    if row.get("postal_address"):
        row["postal_address"] += f" {n}号"
    return row


def _other_answer(row: dict[str, str], n: int) -> dict[str, str]:
    if n and row["您的QQ号"].isascii() and row["您的QQ号"].isdigit():
        row["您的QQ号"] = _other_subject(row["您的QQ号"], n)
    return row


def _other_response(response: dict[str, Any], n: int) -> dict[str, Any]:
    if n == 0:
        return response
    identity = response["identity"]
    subject = _other_subject(identity["subject"], n)
    return {
        **response,
        "user": f"{response['user']}-{n}",
        "identity": {**identity, "subject": subject},
    }


def _other_subject(subject: str, n: int) -> str:
    if n == 0:
        return subject
    return f"{subject}{n:02d}"
