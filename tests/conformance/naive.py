"""The readers of the vocabulary once more, from their documented meaning: plain Python, one text at a time."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

BLANK = "".join(chr(code) for code in range(0x110000) if chr(code).isspace()) + "\u200b\u200c\u200d\u2060\ufeff"
"""White space of every kind, and what takes no room at all."""
UNITS = {"": 0, "百": 2, "千": 3, "万": 4, "百万": 6, "千万": 7, "亿": 8, "百亿": 10, "千亿": 11, "万亿": 12}
GROUPED = r"(?:\d+|\d{1,3}(?:,\d{3})+)"
NUMERALS = "〇一二三四五六七八九"


def half_width(text: str) -> str:
    return "".join(chr(ord(each) - 0xFEE0) if "！" <= each <= "～" else each for each in text).replace("\u3000", " ")


def without_blanks(text: str) -> str:
    return "".join(each for each in half_width(text) if each not in BLANK)


def plain_number(text: str) -> str | None:
    """A number's text without separators, brackets turned into a minus."""
    text = without_blanks(text)
    if bracketed := re.fullmatch(r"\(([^-+()]+)\)", text):
        text = "-" + bracketed[1]
    if re.fullmatch(rf"[-+]?{GROUPED}(?:\.\d*)?", text, re.ASCII):
        return text.replace(",", "")
    return text if re.fullmatch(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", text, re.ASCII) else None


def integer(text: str) -> int | None:
    found = plain_number(text)
    if found is None or not re.fullmatch(r"[-+]?\d+(?:\.0*)?", found):
        return None
    value = int(found.split(".")[0])
    return value if -(2**63) <= value < 2**63 else None


def exact(value: Decimal) -> Decimal | None:
    """The amount with two digits of eighteen, if it has no more."""
    cents = value * 100
    return value if cents == cents.to_integral_value() and abs(cents) < 10**18 else None


def decimal(text: str) -> Decimal | None:
    found = plain_number(text)
    return None if found is None else exact(Decimal(found))


def number(text: str) -> float | None:
    found = plain_number(text)
    value = None if found is None else float(found)
    return value if value is not None and abs(value) != float("inf") else None


def money_cny(text: str) -> Decimal | None:
    text = without_blanks(text).replace("￥", "¥")
    text = re.sub(r"^(?:人民币|RMB|CNY)?¥?", "", text)
    text = re.sub(r"(?:人民币|RMB|CNY)?$", "", text)
    text = re.sub(r"(?:[元圆]整?)?$", "", text)
    said = re.fullmatch(rf"(-?{GROUPED}(?:\.\d+)?)([百千万十亿]*)", text, re.ASCII)
    if said is None or said[2] not in UNITS:
        return None
    return exact(Decimal(said[1].replace(",", "")).scaleb(UNITS[said[2]]))


def numeral(text: str) -> int | None:
    """A number below a hundred in Chinese numerals: 二十三, 十, 〇七."""
    if ten := re.fullmatch(rf"([二三])?十([{NUMERALS[1:]}])?", text):
        return 10 * NUMERALS.index(ten[1] or "一") + NUMERALS.index(ten[2] or "〇")
    return NUMERALS.index(text) if len(text) == 1 and text in NUMERALS else None


def day(text: str) -> date | None:
    text = half_width(text).strip(BLANK)
    text = re.sub(r"[ T]0?0:00(?::00(?:\.0+)?)?$", "", text)
    parts: list[int | None]
    if chinese := re.fullmatch(rf"([{NUMERALS}]{{4}})年([十{NUMERALS}]+)月([十{NUMERALS}]+)日", text):
        year = int("".join(str(NUMERALS.index(each)) for each in chinese[1]))
        parts = [year, numeral(chinese[2]), numeral(chinese[3])]
    else:
        shapes = [r"(\d{4})-(\d\d?)-(\d\d?)", r"(\d{4})/(\d\d?)/(\d\d?)", r"(\d{4})\.(\d\d?)\.(\d\d?)"]
        shapes += [r"(\d{4})年(\d\d?)月(\d\d?)日", r"(\d{4})(\d\d)(\d\d)"]
        said = next((found for shape in shapes if (found := re.fullmatch(shape, text, re.ASCII))), None)
        parts = [int(each) for each in said.groups()] if said else []
    try:
        found = date(*(each for each in parts if each is not None))
    except (TypeError, ValueError):
        return None
    return found if 1000 <= found.year <= 2999 else None


def timestamp(text: str) -> datetime | None:
    text = half_width(text).strip(BLANK).replace("/", "-")
    shape = r"(\d{4})-(\d\d?)-(\d\d?)[ T](\d\d?):(\d\d)(?::(\d\d))?(Z|[-+]\d\d:?\d\d)?"
    said = re.fullmatch(shape, text, re.ASCII)
    if said is None:
        return None
    zone = said[7] or "+08:00"
    shift = timedelta() if zone == "Z" else timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    try:
        year, month, date_, hour, minute, second = (int(each or 0) for each in said.groups()[:6])
        local = datetime(year, month, date_, hour, minute, second)
    except ValueError:
        return None
    found = local.replace(tzinfo=timezone(-shift if zone[0] == "-" else shift)).astimezone(UTC)
    return found if 1000 <= found.year <= 2999 else None


def boolean(text: str) -> bool | None:
    text = without_blanks(text).lower()
    yes, no = (
        {"是", "有", "真", "对", "√", "y", "yes", "true", "1"},
        {"否", "无", "假", "错", "×", "n", "no", "false", "0"},
    )
    return True if text in yes else False if text in no else None


def phone(text: str) -> str | None:
    area, number, sign = r"010|02\d|0[3-9]\d\d", r"\d{7,8}", r"-|转|分机|转分机|ext\.?"
    spoken = re.sub(r"[()]", "", without_blanks(text))
    extended = re.fullmatch(
        rf"(?:(?:\+|00)86-?)?({area})-?({number})(?:{sign})(\d{{1,6}})", spoken, re.ASCII | re.IGNORECASE
    )
    if extended:
        return "-".join(extended.groups())
    text = re.sub(r"[-()]", "", without_blanks(text)).removeprefix("+86")
    landline = re.fullmatch(r"(010|02\d|0[3-9]\d\d)(\d{7,8})", text, re.ASCII)
    return (f"{landline[1]}-{landline[2]}" if landline else text) or None


def degrees(text: str) -> float | None:
    text = without_blanks(text)
    sides = "东西南北EWNS"
    said = re.fullmatch(
        rf"([{sides}][经纬]?)?(-?\d+(?:\.\d+)?)(?:[°度](?:(\d+(?:\.\d+)?)[′分'])?(?:(\d+(?:\.\d+)?)[″秒\"])?)?([{sides}])?",
        text,
        re.ASCII,
    )
    if said is None:
        return None
    minutes, seconds = float(said[3] or 0), float(said[4] or 0)
    if minutes >= 60 or seconds >= 60:
        return None
    value = float(said[2]) + minutes / 60 + seconds / 3600
    return -value if re.search("[西南WS]", text) else value


READERS: dict[str, Callable[[str], object]] = {
    "integer": integer,
    "decimal": decimal,
    "number": number,
    "money_cny": money_cny,
    "date": day,
    "timestamp": timestamp,
    "boolean": boolean,
    "phone": phone,
    "longitude": degrees,
    "latitude": degrees,
}
