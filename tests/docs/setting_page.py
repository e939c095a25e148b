"""The reference page of settings, printed from the table that the surfaces read by."""

from __future__ import annotations

from collections.abc import Iterator

from hexi.kernel.settings import SETTINGS
from tests.docs.contract_pages import NOTE


def setting_page() -> str:
    """`docs/reference/settings.md`: every environment variable."""
    return "\n".join([NOTE, *_lines(), ""])


def _lines() -> Iterator[str]:
    yield "# Settings"
    yield ""
    yield "A node is a folder, and nearly everything follows from it. What remains are these environment variables;"
    yield "there is no settings file. One that is empty counts as not set."
    yield ""
    yield "节点就是一个文件夹，几乎所有配置都由它决定；其余的用下列环境变量设置，没有另外的配置文件。"
    yield ""
    yield "| variable | value | default | meaning | 含义 |"
    yield "| --- | --- | --- | --- | --- |"
    for each in SETTINGS:
        default = f"`{each.default}`" if each.default else "none"
        yield f"| `{each.name}` | {each.kind} | {default} | {each.doc.en} | {each.doc.zh} |"
    yield ""
    yield "Address, port and number of web processes are options of [`hexi serve`](cli.md#hexi-serve). What holds for"
    yield "one dataset stands in its [contract](contract.md)."
