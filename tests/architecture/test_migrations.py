"""The tables and their migrations say the same, and an empty database gets every one of them."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

ROOMS = sorted(each.label for each in apps.get_app_configs() if each.name.startswith("hexi.") and each.models_module)


@pytest.mark.django_db
def test_no_model_is_ahead_of_its_migrations(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        call_command("makemigrations", "--check", "--dry-run", verbosity=1)
    except SystemExit:
        pytest.fail(f"A migration is missing:\n{capsys.readouterr().out}")


def test_an_empty_sqlite_file_gets_every_migration(tmp_path: Path) -> None:
    environment = {**os.environ, "HEXI_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "hexi.web.settings"}
    migrated = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--no-input", "--verbosity", "0"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert migrated.returncode == 0, migrated.stderr
    with sqlite3.connect(tmp_path / "db.sqlite3") as database:
        applied = {f"{app}.{name}" for app, name in database.execute("select app, name from django_migrations")}
        tables = {name for (name,) in database.execute("select name from sqlite_master where type = 'table'")}
    assert {f"{room}.{name}" for room in ROOMS for name in migrations_of(room)} <= applied
    assert {model._meta.db_table for room in ROOMS for model in apps.get_app_config(room).get_models()} <= tables


def migrations_of(room: str) -> list[str]:
    folder = Path(apps.get_app_config(room).path) / "migrations"
    return [each.stem for each in folder.glob("[0-9]*.py")]
