"""The reference page of errors, printed from the classes that are raised.

The classes are read from the source and not imported: rooms with tables cannot be imported without a node.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from tests.docs.contract_pages import NOTE

SOURCE = Path(__file__).parents[2] / "src" / "hexi"
FIRST = "HexiError"
EXITS = {
    0: (
        "It worked. A run with nothing to do works too.",
        "成功；同样的来源再发布一次，什么也不做，也算成功。",
    ),
    1: ("A bug in Hexi. Please tell us, with what `--debug` shows.", "程序缺陷。请附上 `--debug` 的输出告诉我们。"),
    2: ("The command line cannot be read; the usage is shown.", "命令写法有误；会显示用法。"),
    3: ("Input is wrong: mend it, then try again.", "输入有误：改正后重试。"),
    4: ("The source cannot be read as what the contract says.", "数据来源无法按契约读取。"),
    5: ("The accepted rows as a whole are not as promised.", "合格记录整体不符合契约的承诺。"),
    6: ("No such thing, or not for you.", "没有这个对象，或者无权查看。"),
    7: ("You may not: ask for the authority.", "没有权限：请申请授权。"),
    8: ("Somebody else was faster or is at work: look, then decide.", "别人抢先或正在处理：看清现状再决定。"),
    9: ("A part is not there right now: try again later.", "某个部分暂时不可用：稍后重试。"),
    10: ("Data, certificate or log were changed after they were signed.", "数据、证书或日志在签名后被改动。"),
    11: ("Signed by a key that the trust file does not know.", "签名密钥不在信任文件中。"),
    12: ("Signed by a key that is revoked or was not in force.", "签名密钥已吊销，或当时不在有效期内。"),
    13: ("The signature does not fit.", "签名不符。"),
    130: ("Interrupted with Ctrl-C; every dataset is whole.", "被 Ctrl-C 中断；所有数据集都保持完整。"),
}
"""What the exit codes of the command line mean."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One class of errors."""

    code: str
    exit_code: int
    says: str


def kinds() -> list[Kind]:
    """Every class of errors that has a code, by exit code and code."""
    classes = {each.name: each for path in sorted(SOURCE.rglob("*.py")) for each in _classes(path)}
    found = []
    for each in classes.values():
        code, said = _value(each, "code"), ast.get_docstring(each) or ""
        if isinstance(code, str) and _is_error(each, classes):
            found.append(Kind(code, _exit_code(each, classes), said.split("\n\n", 1)[0].replace("\n", " ")))
    return sorted(found, key=lambda kind: (kind.exit_code, kind.code))


def error_page() -> str:
    """`docs/reference/errors.md`: exit codes, and the codes of errors."""
    return "\n".join([NOTE, *_lines(), ""])


def _lines() -> Iterator[str]:
    yield "# Errors"
    yield ""
    yield "An error is a sentence that says where it is and what to do, a code that never changes its meaning, and an"
    yield "exit code. Whatever the error, every dataset is whole: as it was, or as published."
    yield ""
    yield "每个错误都用一句话说明问题在哪里、怎么办，并带有固定的错误代码和退出码。"
    yield "无论出什么错，数据集都保持完整：要么和原来一样，要么已经发布。"
    yield ""
    yield "## Exit codes"
    yield ""
    yield "| exit code | meaning | 含义 |"
    yield "| --- | --- | --- |"
    yield from (f"| {number} | {english} | {chinese} |" for number, (english, chinese) in EXITS.items())
    for number, group in groupby(kinds(), key=lambda kind: kind.exit_code):
        yield ""
        yield f"## Exit code {number}"
        yield ""
        yield "| code | when |"
        yield "| --- | --- |"
        yield from (f"| `{kind.code}` | {kind.says} |" for kind in group)


def _classes(path: Path) -> list[ast.ClassDef]:
    return [each for each in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(each, ast.ClassDef)]


def _bases(each: ast.ClassDef) -> list[str]:
    return [base.id for base in each.bases if isinstance(base, ast.Name)]


def _is_error(each: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> bool:
    return FIRST in _bases(each) or any(_is_error(classes[base], classes) for base in _bases(each) if base in classes)


def _exit_code(each: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> int:
    said = _value(each, "exit_code")
    if isinstance(said, int):
        return said
    return next((_exit_code(classes[base], classes) for base in _bases(each) if base in classes), 1)


def _value(each: ast.ClassDef, name: str) -> object:
    for line in each.body:
        target = line.targets[0] if isinstance(line, ast.Assign) else getattr(line, "target", None)
        value = getattr(line, "value", None)
        if isinstance(target, ast.Name) and target.id == name and isinstance(value, ast.Constant):
            return value.value
    return None
