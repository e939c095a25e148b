"""What an operator sets reaches the portal."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from hexi.kernel.errors import HexiError
from hexi.web import home


def settings(monkeypatch, **variables: str) -> dict[str, object]:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(Path(home.__file__).with_name("settings.py")))


def test_the_portal_answers_to_the_names_that_are_set(monkeypatch) -> None:
    said = settings(monkeypatch, HEXI_HOSTS="data.example.cn, 127.0.0.1")

    assert said["ALLOWED_HOSTS"] == ["data.example.cn", "127.0.0.1"]


def test_the_database_is_a_file_in_the_home_unless_another_is_set(monkeypatch, tmp_path) -> None:
    inside = settings(monkeypatch, HEXI_HOME=str(tmp_path), HEXI_DATABASE="")["DATABASES"]["default"]
    server = settings(monkeypatch, HEXI_DATABASE="postgresql://hexi:p%40ss@db.example.cn:5433/gansu?sslmode=require")

    assert (inside["ENGINE"], inside["NAME"]) == ("django.db.backends.sqlite3", tmp_path / home.DATABASE)
    told = server["DATABASES"]["default"]
    assert (told["HOST"], told["PORT"], told["NAME"]) == ("db.example.cn", "5433", "gansu")
    assert (told["USER"], told["PASSWORD"], told["OPTIONS"]["sslmode"]) == ("hexi", "p@ss", "require")


@pytest.mark.parametrize("said", ["mysql://x/y", "postgresql://host:port/x", "postgresql://host", "db.sqlite3"])
def test_what_is_no_address_of_a_database_is_refused_without_repeating_it(monkeypatch, said) -> None:
    with pytest.raises(HexiError, match="HEXI_DATABASE is no address") as refused:
        settings(monkeypatch, HEXI_DATABASE=said)

    assert said not in str(refused.value)


@pytest.mark.parametrize(("said", "believed"), [("1", ("HTTP_X_FORWARDED_PROTO", "https")), ("0", None), ("", None)])
def test_a_proxy_is_believed_only_where_the_operator_says_that_there_is_one(monkeypatch, said, believed) -> None:
    assert settings(monkeypatch, HEXI_HTTPS=said)["SECURE_PROXY_SSL_HEADER"] == believed
