"""A real Django site passes its own tests, in a process of its own: settings are for ever."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from postgres_server import PostgresServer

HERE = Path(__file__).parent


def run_tests(databases: dict[str, Any], **settings: str) -> None:
    here = {"PYTHONPATH": str(HERE), "SHOP_DATABASES": json.dumps(databases)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "manage.py", "test", "--noinput"],
        cwd=HERE / "django_site",
        env={**os.environ, **here, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "OK" in done.stderr


def test_the_site_works_on_sqlite(tmp_path: Path) -> None:
    def database(name: str, **options: Any) -> dict[str, Any]:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(tmp_path / f"{name}.db"),
            "TEST": {"NAME": str(tmp_path / f"{name}_test.db")},
            "OPTIONS": options,
        }

    immediate = database("default", transaction_mode="IMMEDIATE", timeout=20)
    run_tests({"default": immediate, "other": database("other", timeout=20)})


def test_the_site_works_on_postgres(postgres: PostgresServer) -> None:
    """By a pool on one database, and on the other at another level."""
    known = conninfo_to_dict(postgres.dsn)

    def database(name: str, **options: Any) -> dict[str, Any]:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": known["dbname"],
            "HOST": known["host"],
            "PORT": known.get("port", ""),
            "USER": known["user"],
            "PASSWORD": known.get("password", ""),
            "TEST": {"NAME": f"{name}_{os.getpid()}"},
            "OPTIONS": options,
        }

    default = database("default", pool={"max_size": 4})
    other = database("other", isolation_level=psycopg.IsolationLevel.REPEATABLE_READ.value)
    run_tests({"default": default, "other": other}, SHOP_SAASOPS_SCHEMA="saasops")
