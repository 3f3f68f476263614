"""Importing an outside tool's export, against reading the CSV and inserting the same rows raw.

Both begin with one CSV of the reference survey, fifteen columns, and end with the same rows in
the same tables of a SQLite file: a response, a participant, two events and two messages for each
person. *raw* is `csv.DictReader`, `json` and `executemany` in one process: it looks nobody up,
checks nothing, assesses nothing, remembers nothing, cannot be repeated, and its texts are written
as they came. Ours does all that: it maps cells to options, finds the user, checks the answers,
keeps the latest of each person, assesses the risk. *narrow* is the same peer with the responses
alone. Memory is the greatest resident size of a process of its own.
"""

import csv
import json
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import attrs

from saasops import SaasOps, read_campaign, serial
from saasops.app.files import open_table
from saasops.people.users import User
from saasops.storage.sqlite import SqliteStorage
from saasops.storage.tables import EVENTS, OUTBOX, PARTICIPANTS, RESPONSES, TABLES
from saasops.surveys.profiles import ExportProfile

GOAL = 2.5
MEMORY = 1.2
ROUNDS = 3
REFERENCE = Path(__file__).parents[2] / "examples" / "reference_campaign"
WHO = "您的QQ号"
AT = "2020-02-01T00:00:00.000000+00:00"
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def measure_import(rows: int = 100_000) -> dict[str, Any]:
    """Return seconds of both for *rows*, in turn, and the memory of ours at a tenth and at all."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        export = folder / "export.csv"
        write_export(export, rows)
        taken: dict[str, list[float]] = {"ours": [], "raw": [], "narrow": []}
        for number in range(ROUNDS):
            taken["ours"].append(timed(ours(folder / f"ours{number}.db", export, rows)))
            taken["raw"].append(timed(raw(folder / f"raw{number}.db", export)))
            taken["narrow"].append(timed(raw(folder / f"narrow{number}.db", export, narrow=True)))
        small, large = memory(rows // 10), memory(rows)
    ratio = _ratio(taken, "raw")
    return {
        "rows": rows,
        "ours": statistics.median(taken["ours"]),
        "peer": statistics.median(taken["raw"]),
        "ratio": ratio,
        "goal": GOAL,
        "unit": "s",
        "met": ratio <= GOAL and large <= MEMORY * small,
        "ratio_to_responses_alone": _ratio(taken, "narrow"),
        "megabytes_at_a_tenth": small,
        "megabytes": large,
    }


def write_export(path: Path, rows: int) -> None:
    """Write an export of *rows* people: the right rows of the reference campaign again and again."""
    table = open_table(REFERENCE / "survey_export.csv")
    reasons = json.loads((REFERENCE / "expected.json").read_text(encoding="utf-8"))["survey"]
    refused = {row for rows in reasons["refused_rows_by_reason"].values() for row in rows}
    right = [row for number, row in table if number not in refused]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, table.header)
        writer.writeheader()
        for number in range(rows):
            writer.writerow({**right[number % len(right)], WHO: subject(number)})


def subject(number: int) -> str:
    """Return the QQ number of person *number*."""
    return str(900_100_000_000 + number)


def ours(path: Path, export: Path, rows: int) -> Callable[[], None]:
    """Get ready, and return what is to be timed."""
    ops = ready(path, rows)
    campaign = read_campaign(REFERENCE / "campaign.toml")
    text = (REFERENCE / "survey_export.profile.toml").read_text(encoding="utf-8")
    profile = serial.load(serial.parse_toml(text), ExportProfile)

    def work() -> None:
        report = ops.campaign(campaign.id).survey.import_responses(open_table(export), profile)
        assert len(report.accepted) == report.rows == rows, report.problems[:3]
        ops.close()

    return work


def ready(path: Path, rows: int) -> SaasOps:
    """Open *path* with the reference campaign, without its notices, and *rows* people."""
    campaign = attrs.evolve(read_campaign(REFERENCE / "campaign.toml"), notices=())
    ops = SaasOps.open(path)
    ops.versions.import_releases(open_table(REFERENCE / "products.csv"))
    ops.launch(campaign)
    ops.close()
    # Registered raw: people are not what is measured.
    with sqlite3.connect(path) as connection:
        users = (
            ("default", f"u{n}", None, _json(serial.dump(User(id=f"u{n}")))) for n in range(rows)
        )
        connection.executemany(
            "insert into users (tenant, id, account, body) values (?, ?, ?, ?)", users
        )
        linked = (("default", "qq", subject(n), f"u{n}", AT) for n in range(rows))
        connection.executemany(
            "insert into identities (tenant, provider, subject, user, linked_at)"
            " values (?, ?, ?, ?, ?)",
            linked,
        )
    connection.close()
    return SaasOps.open(path)


def raw(path: Path, export: Path, *, narrow: bool = False) -> Callable[[], None]:
    """Get ready, and return what is to be timed."""
    storage = SqliteStorage(path)
    storage.migrate(TABLES)
    storage.close()

    def work() -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("pragma synchronous = normal")
        with export.open(encoding="utf-8-sig", newline="") as file:
            numbered = enumerate(csv.DictReader(file))
            while chunk := list(islice(numbered, 500)):
                connection.execute("begin immediate")
                _insert(connection, chunk, narrow=narrow)
                connection.execute("commit")
        connection.close()

    return work


def _insert(
    connection: sqlite3.Connection, chunk: list[tuple[int, dict[str, Any]]], *, narrow: bool
) -> None:
    def many(table: str, columns: str, rows: Iterator[tuple[Any, ...]]) -> None:
        marks = ", ".join("?" * len(columns.split(",")))
        connection.executemany(f"insert into {table} ({columns}) values ({marks})", rows)

    def body(row: dict[str, Any], **more: Any) -> str:
        return _json({"campaign": "ce-5.1", "user": row[WHO], "at": AT, **more})

    keyed = "tenant, campaign, user, body"
    many(
        RESPONSES.table.name,
        keyed,
        (("default", "ce-5.1", row[WHO], body(row, answers=row)) for _, row in chunk),
    )
    if narrow:
        return
    claims = [{"value": "4.1.16", "provenance": "self-reported", "at": AT, "by": "system"}] * 2
    risk: dict[str, Any] = {
        "level": "low",
        "depth": "medium",
        "team": "general",
        "steps": ["always"],
    }
    risk |= {"trace": [{"rule": "some-hosts", "field": "hosts", "operator": "in", "value": "0"}]}
    many(
        PARTICIPANTS.table.name,
        keyed,
        (("default", "ce-5.1", row[WHO], body(row, claims=claims, risk=risk)) for _, row in chunk),
    )
    events = [
        (2 * number + place, name, row[WHO], told)
        for number, row in chunk
        for place, (name, told) in enumerate(
            (
                ("response.submitted", body(row, public=row)),
                ("risk.assessed", body(row, assessment=risk)),
            ),
            1,
        )
    ]
    many(
        EVENTS.name,
        "tenant, id, name, at, actor, campaign, user, body",
        (
            ("default", id, name, AT, "system", "ce-5.1", who, told)
            for id, name, who, told in events
        ),
    )
    many(
        OUTBOX.name,
        "tenant, id, topic, message, due, attempts, payload",
        (("default", id, "event", str(id), AT, 0, _json({"event": id})) for id, *_ in events),
    )


def timed(way: Callable[[], None]) -> float:
    """Return the processor seconds that *way* takes: on a busy machine a clock tells of others."""
    begun = time.process_time()
    way()
    return time.process_time() - begun


def memory(rows: int) -> float:
    """Return the megabytes that a process of its own needs to import *rows*."""
    run = [sys.executable, "-m", "benchmarks.surveys_import", str(rows)]
    folder = Path(__file__).parents[1]
    told = subprocess.run(run, check=True, capture_output=True, text=True, cwd=folder)
    return float(told.stdout)


def _ratio(taken: dict[str, list[float]], peer: str) -> float:
    pairs = zip(taken["ours"], taken[peer], strict=True)
    return round(statistics.median(mine / theirs for mine, theirs in pairs), 2)


def main(rows: int) -> None:
    """Import *rows* and print the megabytes that were needed."""
    with tempfile.TemporaryDirectory() as name:
        export, database = Path(name) / "export.csv", Path(name) / "ours.db"
        write_export(export, rows)
        ours(database, export, rows)()
        # The resource module would tell of the process that started this one, too.
        peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
        print(int(peak[1]) / 1024 if peak else 0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
