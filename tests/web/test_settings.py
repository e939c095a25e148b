"""What an operator sets reaches the portal."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from hexi.web import home


def settings(monkeypatch, **variables: str) -> dict[str, object]:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(Path(home.__file__).with_name("settings.py")))


def test_the_portal_answers_to_the_names_that_are_set(monkeypatch) -> None:
    said = settings(monkeypatch, HEXI_HOSTS="data.example.cn, 127.0.0.1")

    assert said["ALLOWED_HOSTS"] == ["data.example.cn", "127.0.0.1"]


@pytest.mark.parametrize(("said", "believed"), [("1", ("HTTP_X_FORWARDED_PROTO", "https")), ("0", None), ("", None)])
def test_a_proxy_is_believed_only_where_the_operator_says_that_there_is_one(monkeypatch, said, believed) -> None:
    assert settings(monkeypatch, HEXI_HTTPS=said)["SECURE_PROXY_SSL_HEADER"] == believed
