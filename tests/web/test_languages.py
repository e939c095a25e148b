"""A third language is one file: with a catalogue in the node's folder the portal has pages in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

ASKED = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.test import Client
from hexi.kernel.names import Text
from hexi.web.wording import say
from django.utils import translation
for address in ("/", "/LANG/about/", "/LANG/datasets/"):
    answer = Client(headers={"host": "localhost"}).get(address)
    print(answer.status_code, answer.content.decode())
with translation.override("LANG"):
    print(say(Text("甘肃省机场", "Airports of Gansu")))
"""


@pytest.mark.parametrize(("code", "name", "direction"), [("bo", "བོད་ཡིག", ""), ("ug", "ئۇيغۇرچە", ' dir="rtl"')])
def test_one_file_makes_a_language(code: str, name: str, direction: str, tmp_path: Path) -> None:
    catalogue = Catalog(locale=code, domain="django")
    catalogue.add("Skip to content", f"{code}: skip")
    file = tmp_path / "locale" / code / "LC_MESSAGES" / "django.mo"
    file.parent.mkdir(parents=True)
    with file.open("wb") as to:
        write_mo(to, catalogue)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HEXI_")}
    env = {**kept, "HEXI_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "hexi.web.settings"}
    done = subprocess.run(
        [sys.executable, "-c", ASKED.replace("LANG", code)], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    chinese, about, datasets = done.stdout.split("<!doctype html>")[1:]

    # The Chinese page leads to the language by its own name; its pages are in it.
    assert f'href="/{code}/" lang="{code}"' in chinese
    assert name in chinese
    for page in (about, datasets):
        assert f'<html lang="{code}"{direction}>' in page
        assert f"{code}: skip" in page
        # What nobody translated is said in Chinese, and so is what the data say.
        assert "数据集" in page
    assert done.stdout.rstrip().endswith("甘肃省机场")
