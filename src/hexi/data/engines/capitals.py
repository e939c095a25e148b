"""Amounts of money spelt in financial capitals: 伍佰万元整."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

CAPITALS = "零壹贰叁肆伍陆柒捌玖〇一二三四五六七八九"
UNITS = {"拾": 10, "十": 10, "佰": 100, "百": 100, "仟": 1000, "千": 1000}


def read_capitals(text: str) -> Decimal | None:
    """Return the amount that financial capitals spell, or None. Sections of 万 and 亿, then 元, 角, 分."""
    for word in ("人民币", "整", "正", "￥", "¥"):
        text = text.replace(word, "")
    text = "".join(text.translate(dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))).split())
    yuan, _, rest = text.replace("圆", "元").partition("元")
    cents = 0
    for unit, worth in (("角", 10), ("分", 1)):
        if unit in rest:
            digit, _, rest = rest.partition(unit)
            digit = digit.lstrip("零")
            if len(digit) != 1 or digit not in CAPITALS:
                return None
            cents += CAPITALS.index(digit) % 10 * worth
    total = _section(yuan)
    if rest or total is None:
        return None
    try:
        return Decimal(total) + Decimal(cents) / 100
    except InvalidOperation:
        return None


def _section(text: str) -> int | None:
    for unit, worth in (("亿", 10**8), ("万", 10**4)):
        if unit in text:
            high, _, low = text.rpartition(unit)
            left, right = _section(high), _section(low) if low else 0
            return None if left is None or right is None else left * worth + right
    total, digit, seen = 0, 0, False
    for character in text:
        if character in CAPITALS:
            digit, seen = CAPITALS.index(character) % 10, True
        elif character in UNITS:
            total, digit, seen = total + (digit or 1) * UNITS[character], 0, True
        else:
            return None
    return total + digit if seen and len(text) <= 16 else None
