r"""The regular expressions that a contract may hold: those which RE2 and Rust's regex read alike.

Both run without backtracking, so no pattern can hang a node. They disagree about `\d`, `\w`, `\s` and
`\b`, which here mean ASCII; an engine whose own form means Unicode translates them.
"""

from __future__ import annotations

import re
import warnings

from hexi.kernel.errors import Invalid

MAX_LENGTH = 1000
MAX_REPEAT = 1000
MAX_SIZE = 90_000
"""How large an engine's form of a pattern may get; Rust's regex gives up at 10 MiB, only once there are rows."""
CLASSES = {"Han": 40, "Latin": 60, "L": 430, "Lu": 270, "Ll": 270, "N": 100, "Nd": 100, "P": 120, "S": 160, "Z": 10}
"""What may stand in `\\p{…}`, and its size there, in hundreds of bytes."""
_ESCAPED = frozenset(r"dDwWsSbBnrtfv\.+*?()|[]{}^$-/#&~")
_ESCAPE = r"\\(?:[pP]\{[A-Za-z]+\}|x\{[0-9A-Fa-f]{1,6}\}|x[0-9A-Fa-f]{2}|.)"
_TOKEN = re.compile(
    rf"""(?P<escape>{_ESCAPE})
       | (?P<set>\[\^?\]?(?P<members>(?:{_ESCAPE}|[^\]\\])*)\])
       | (?P<group>\(\?(?::|[A-Za-z]+[:)]?|.{{0,2}}))
       | (?P<repeat>(?:[*+?]|\{{(?P<low>[0-9]+)(?:,(?P<high>[0-9]*))?\}})\??)(?P<more>[*+?{{]?)
       | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


class PatternInvalid(Invalid):
    """A regular expression that is none, or that engines would read differently."""

    code = "contract.pattern"


def check_pattern(pattern: str) -> str:
    """Return `pattern`. Raises `PatternInvalid`, which says what to write instead."""
    if len(pattern) > MAX_LENGTH:
        raise PatternInvalid(
            "The pattern has {length} characters; {limit} are allowed.", length=len(pattern), limit=MAX_LENGTH
        )
    plain = "".join(_plain(token, pattern) for token in _TOKEN.finditer(pattern))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(plain)
    except (re.error, OverflowError, RecursionError):
        raise PatternInvalid(
            "“{pattern}” is not a regular expression: look for a bracket, a range or a repetition that is wrong.",
            pattern=pattern,
        ) from None
    if _size(pattern) > MAX_SIZE:
        raise PatternInvalid(
            "“{pattern}” repeats so much that no engine can hold it; repeat less, or ask for a length beside it.",
            pattern=pattern,
        )
    return pattern


def _size(pattern: str) -> int:
    """About how large an engine's form of a sound pattern is, in hundreds of bytes."""
    groups: list[list[int]] = [[0]]
    for token in _TOKEN.finditer(pattern):
        text = token[0]
        if token["repeat"]:
            groups[-1].append(groups[-1].pop() * max(1, int(token["high"] or 0), int(token["low"] or 0)))
        elif text == "(" or (token["group"] and not text.endswith(")")):
            groups.append([0])
        elif text == ")" and len(groups) > 1:
            inside = sum(groups.pop())
            groups[-1].append(inside)
        elif not token["group"]:
            groups[-1].append(_size_of(text))
    return sum(sum(each) for each in groups)


def _size_of(text: str) -> int:
    if text.startswith("["):
        return 10 + sum(_size_of(each) for each in re.findall(rf"{_ESCAPE}|.", text[1:-1], re.DOTALL))
    if text.startswith(("\\p{", "\\P{")):
        return CLASSES.get(text[3:-1], 0)
    return 10 if text == "." or text.startswith("\\") else 4


def _plain(token: re.Match[str], pattern: str) -> str:
    """The token for Python's compiler, which finds unbalanced brackets and bad ranges; or a refusal."""
    text = token[0]
    if token["escape"]:
        return _escape(text, pattern)
    if token["set"]:
        if re.search(rf"(?:{_ESCAPE}|[^\[\\])*\[", token["members"], re.DOTALL) or re.search(r"&&|--|~~", text):
            # Sets within sets are Rust's alone.
            raise _refusal(text, pattern, "\\[ and \\& for the characters themselves inside [ … ]")
        return re.sub(_ESCAPE, lambda each: _escape(each[0], pattern), text, flags=re.DOTALL)
    if token["group"] and not re.fullmatch(r"\(\?(?::|[is]+[:)])", text):
        raise _refusal(text, pattern, "( … ), (?: … ) or (?i) (no look-around, no names)")
    if token["repeat"]:
        if token["more"]:
            raise _refusal(text, pattern, "one repetition sign")
        if max(int(token["low"] or 0), int(token["high"] or 0)) > MAX_REPEAT:
            raise _refusal(text, pattern, "at most 1000 repetitions")
    if text == "{":
        raise _refusal(text, pattern, "\\{ for the character itself")
    return text


def _escape(text: str, pattern: str) -> str:
    if text[1] in "pP" and len(text) > 2:
        if text[3:-1] not in CLASSES:
            raise _refusal(text, pattern, ", ".join(f"\\p{{{name}}}" for name in sorted(CLASSES)))
        return r"\w"
    if text[1] == "x" and len(text) > 2:
        code = int(text[2:].strip("{}"), 16)
        if code > 0x10FFFF or 0xD800 <= code < 0xE000:
            raise _refusal(text, pattern, "a character up to \\x{10FFFF}")
        return re.escape(chr(code))
    if text[1] not in _ESCAPED:
        raise _refusal(text, pattern, "\\d \\w \\s \\b, or the character itself (no back-references)")
    return text


def _refusal(part: str, pattern: str, instead: str) -> PatternInvalid:
    return PatternInvalid(
        "“{part}” in “{pattern}” is not allowed; write {instead}.", part=part, pattern=pattern, instead=instead
    )
