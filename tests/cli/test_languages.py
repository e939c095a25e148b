"""The command line speaks the language of the run, in the width of the terminal."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len

from .conftest import Node


@pytest.mark.parametrize(
    ("env", "words"),
    [
        pytest.param({"HEXI_LANG": "zh", "LC_ALL": "en_GB.UTF-8"}, "命令：", id="said-for-hexi"),
        pytest.param({"HEXI_LANG": "", "LC_ALL": "zh_CN.UTF-8"}, "命令：", id="said-by-the-locale"),
        pytest.param({"HEXI_LANG": "en", "LC_ALL": "zh_CN.UTF-8"}, "Commands:", id="hexi-before-the-locale"),
    ],
)
def test_help_speaks_the_language_of_the_run(node: Node, env: dict[str, str], words: str) -> None:
    assert words in node.hexi("--help", env=env).out


def test_the_option_goes_before_everything_else(node: Node) -> None:
    assert "命令：" in node.hexi("--lang", "zh", "--help", env={"HEXI_LANG": "en"}).out


@pytest.mark.parametrize("width", [80, 100, 132])
@pytest.mark.parametrize(("language", "heading"), [("en", "quarantined"), ("zh", "待治理")])
def test_the_table_of_datasets_fits_the_terminal(published: Node, width: int, language: str, heading: str) -> None:
    lines = published.hexi("--lang", language, "status", env={"COLUMNS": str(width)}).out.splitlines()

    assert heading in lines[0]
    assert max(cell_len(line.rstrip()) for line in lines[:-1]) <= width


RULE = '    quality:\n      - {{type: custom, engine: hexi, implementation: {{check: sql, expression: "{rule}"}}}}\n'


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        pytest.param("kind: DataContract", "\tkind: DataContract", id="a tab"),
        pytest.param("logicalType: string", "logicalType: [", id="no YAML"),
        pytest.param("    quality:\n", RULE.format(rule="code > 1"), id="no comparison"),
        pytest.param("    quality:\n", RULE.format(rule="code > ; drop"), id="no SQL"),
        pytest.param("mustBeGreaterOrEqualTo: 1", "mustBeGreaterOrEqualTo: 1000", id="a broken promise"),
    ],
)
def test_a_refusal_in_chinese_is_chinese_to_its_end(published: Node, right: str, wrong: str) -> None:
    written = published.contract.read_text("utf-8")
    assert right in written
    published.contract.write_text(written.replace(right, wrong, 1), "utf-8")

    ended = published.hexi("--lang", "zh", "publish", published.contract)

    assert ended.code in {3, 5}
    assert not re.search(r"[a-z]+ [a-z]+ [a-z]+", ended.err)


def test_a_refused_pack_is_refused_in_chinese(published: Node) -> None:
    folder = published.home.parent / "p"
    folder.mkdir()
    (folder / "pack.yaml").write_text("id: other\nprovides: {contracts: [../a.yaml]}\n", "utf-8")

    ended = published.hexi("--lang", "zh", "pack", "install", folder)

    assert ended.code == 3
    assert not re.search(r"[a-z]+ [a-z]+ [a-z]+", ended.err)


def test_a_port_that_there_is_not_is_refused_with_the_range(published: Node) -> None:
    ended = published.hexi("serve", "--port", "99999")

    assert (ended.code, "65535" in ended.err) == (2, True)
