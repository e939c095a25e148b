"""The cleaners' native forms in Polars: expressions that stream.

Each takes the text so far and the cleaner's arguments. Text stays text; a cleaner that gives a type
returns that type, NULL where nothing can be read. No form raises on any text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

import polars as pl

from hexi.data.contracts.cleaners import PLACEHOLDERS
from hexi.data.contracts.model import Field, FieldType

Arguments = Mapping[str, object]
Form = Callable[[pl.Expr, Arguments, Field], pl.Expr]

SPACES = " \t\n\r\f\v\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
"""Zero-width characters and the byte order mark."""
BLANK = SPACES + INVISIBLE
FULL_WIDTH = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {"\u3000": " ", "￥": "¥"}
FULL_DIGITS = {full: half for full, half in FULL_WIDTH.items() if half in "0123456789.,-+()/:"} | {"\u3000": " "}
_ONES = "一二三四五六七八九"
CHINESE_DAYS = (
    {"〇": "0", "零": "0", "○": "0", "十": "10", "廿": "20", "卅": "30", "元年": "1年"}
    | {ones: str(i) for i, ones in enumerate(_ONES, 1)}
    | {f"十{ones}": f"1{i}" for i, ones in enumerate(_ONES, 1)}
    | {f"{tens}十": f"{i}0" for i, tens in enumerate("二三", 2)}
    | {f"{tens}十{ones}": f"{i}{j}" for i, tens in enumerate("二三", 2) for j, ones in enumerate(_ONES, 1)}
)
CAPITALS = "零壹贰叁肆伍陆柒捌玖〇一二三四五六七八九"
UNITS = {"拾": 10, "十": 10, "佰": 100, "百": 100, "仟": 1000, "千": 1000}


def _many(text: pl.Expr, table: Mapping[str, str]) -> pl.Expr:
    """Replace in one pass; where several begin at one place, the longest wins."""
    old = sorted(table, key=len, reverse=True)
    return text.str.replace_many(old, [table[each] for each in old], leftmost=True)


def _without(text: pl.Expr, *characters: str) -> pl.Expr:
    return text.str.replace_many(list(characters), [""] * len(characters))


def _trim(text: pl.Expr) -> pl.Expr:
    return text.str.strip_chars(BLANK)


def _digits(text: pl.Expr) -> pl.Expr:
    """Text of a number: half width, without white space."""
    return _many(text, FULL_DIGITS | dict.fromkeys(BLANK, ""))


def _plain_number(text: pl.Expr) -> pl.Expr:
    """Without thousands separators where they stand right, and with brackets read as minus."""
    text = _digits(text)
    grouped = text.str.contains(r"^[-+(]?\d{1,3}(?:,\d{3})+(?:\.\d*)?\)?$")
    text = pl.when(grouped).then(text.str.replace_all(",", "", literal=True)).otherwise(text)
    return text.str.replace(r"^\(([^-+()]+)\)$", "-$1")


def _date(text: pl.Expr, arguments: Arguments, field: Field) -> pl.Expr:
    separators = {"年": "-", "月": "-", "/": "-", ".": "-", "日": "", "号": "", "．": "-", "／": "-"}
    text = _many(text, CHINESE_DAYS | FULL_DIGITS | separators | dict.fromkeys(SPACES[1:], " "))
    text = text.str.strip_chars(BLANK).str.replace(r"[ T]0{1,2}:00(?::00(?:\.0+)?)?$", "")
    spelt = pl.when(text.str.contains(r"^\d{4}-")).then(text).str.to_date("%Y-%m-%d", strict=False)
    packed = pl.when(text.str.len_bytes() == 8).then(text).str.to_date("%Y%m%d", strict=False)
    found = pl.coalesce(spelt, packed)
    if arguments.get("excel_serial"):
        # Day 60 is Excel's 29 February 1900, which never was; before it the numbers are one off.
        day = pl.when(text.str.contains(r"^\d{5}(?:\.0+)?$")).then(text.str.head(5)).cast(pl.Int32)
        found = pl.coalesce(found, (day - 25569).cast(pl.Date))
    return bounded(found)


def bounded(day: pl.Expr) -> pl.Expr:
    """A date or time of the years 1000 to 2999; others make readers of the table stumble."""
    return pl.when(day.dt.year().is_between(1000, 2999)).then(day)


def _timestamp(text: pl.Expr, arguments: Arguments, field: Field) -> pl.Expr:
    text = _many(_trim(text), FULL_DIGITS).str.replace_all("/", "-", literal=True)
    text = text.str.replace(r"^(\d{4}-\d{1,2}-\d{1,2})[ T]+", "${1}T").str.replace(r"[zZ]$", "+00:00")
    text = text.str.replace(r"(T\d{1,2}:\d{2})($|[+-])", "${1}:00${2}")
    text = text.str.replace(r"([+-]\d{2})(\d{2})$", "${1}:${2}")
    zoned = text.str.contains(r"[+-]\d{2}:\d{2}$")
    whole = pl.when(zoned).then(text).otherwise(text + "+08:00")
    found = whole.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%:z", time_unit="us", time_zone="UTC", strict=False)
    return bounded(found)


def _integer(text: pl.Expr, arguments: Arguments, field: Field) -> pl.Expr:
    plain = _plain_number(text).str.replace(r"\.0*$", "")
    return pl.when(plain.str.contains(r"^[-+]?\d+$")).then(plain).cast(pl.Int64, strict=False)


def decimal_type(field: Field) -> pl.Decimal:
    """The Polars type of a decimal field."""
    return pl.Decimal(field.precision or 18, field.scale if field.scale is not None else 2)


def exact(value: pl.Expr, field: Field) -> pl.Expr:
    """A decimal as the field's type; NULL instead of a rounded one."""
    kind = decimal_type(field)
    narrow = value.cast(kind, strict=False)
    return pl.when(narrow.cast(pl.Decimal(38, 12), strict=False) == value).then(narrow)


def _decimal(text: pl.Expr, arguments: Arguments, field: Field) -> pl.Expr:
    return exact(_plain_decimal(_plain_number(text)), field)


def _plain_decimal(plain: pl.Expr) -> pl.Expr:
    """Plain text of a number, exponents allowed, as a decimal with twelve places; NULL for more places."""
    shaped = plain.str.contains(r"^[-+]?(?:\d+\.?\d{0,12}|\.\d{1,12})0*(?:[eE][-+]?\d{1,2})?$")
    return pl.when(shaped).then(plain).cast(pl.Decimal(38, 12), strict=False)


def _number(text: pl.Expr, arguments: Arguments, field: Field) -> pl.Expr:
    return finite(_plain_number(text).cast(pl.Float64, strict=False))


def finite(value: pl.Expr) -> pl.Expr:
    """A double that is a number."""
    return pl.when(value.is_finite()).then(value)


def _money_cny(text: pl.Expr, arguments: Arguments, field: Field) -> pl.Expr:
    dropped = ["人民币", "RMB", "CNY", "rmb", "cny", "元", "圆", "整", "￥", "¥", ",", "，", *BLANK]
    plain = _many(text, {"万元": "万", "亿元": "亿"} | dict.fromkeys(dropped, "") | FULL_DIGITS | {"，": ""})
    figure = plain.str.strip_chars_end("百千万亿")
    shaped = figure.str.contains(r"^-?\d{1,18}(?:\.\d{1,12})?$")
    unit = plain.str.slice(figure.str.len_chars())
    factor = unit.replace_strict(
        ["", "百", "千", "万", "百万", "千万", "亿", "十亿", "百亿", "千亿", "万亿"],
        [1, 100, 1000, 10_000, 10**6, 10**7, 10**8, 10**9, 10**10, 10**11, 10**12],
        default=None,
        return_dtype=pl.Int64,
    )
    amount = pl.when(shaped).then(figure).cast(pl.Decimal(38, 12), strict=False)
    amount = pl.when(factor == 1).then(amount).otherwise(amount * factor)
    spelt = text.map_batches(_spelt_money, return_dtype=pl.Decimal(38, 12), is_elementwise=True)
    return exact(pl.coalesce(amount, spelt), field)


def _spelt_money(column: pl.Series) -> pl.Series:
    """Amounts in capitals (伍佰万元整): few, so each is read on its own."""
    spelt = column.str.contains(r"[壹贰叁肆伍陆柒捌玖拾佰仟]").fill_null(value=False)
    if not spelt.any():
        return pl.repeat(None, len(column), dtype=pl.Decimal(38, 12), eager=True).alias(column.name)
    values = [read_capitals(text) if is_spelt else None for text, is_spelt in zip(column, spelt, strict=True)]
    return pl.Series(column.name, values, dtype=pl.Decimal(38, 12))


def read_capitals(text: str) -> Decimal | None:
    """Return the amount that financial capitals spell, or None. Sections of 万 and 亿, then 元, 角, 分."""
    for word in ("人民币", "整", "正", "￥", "¥", *BLANK):
        text = text.replace(word, "")
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


def _boolean(text: pl.Expr, arguments: Arguments, field: Field) -> pl.Expr:
    yes = ["是", "有", "真", "对", "√", "✓", "y", "yes", "true", "t", "1"]
    no = ["否", "无", "假", "错", "×", "✗", "没有", "不是", "n", "no", "false", "f", "0"]
    plain = _many(_trim(text), FULL_WIDTH).str.to_lowercase()
    return plain.replace_strict(yes + no, [True] * len(yes) + [False] * len(no), default=None, return_dtype=pl.Boolean)


def _degrees(text: pl.Expr, arguments: Arguments, field: Field) -> pl.Expr:
    plain = _digits(text)
    direct = finite(plain.cast(pl.Float64, strict=False))
    spelt = text.map_batches(_spelt_degrees, return_dtype=pl.Float64, is_elementwise=True)
    return pl.coalesce(direct, spelt)


def _spelt_degrees(column: pl.Series) -> pl.Series:
    """Degrees with a sign, a side of the world, minutes or seconds."""
    marked = column.str.contains(r"[°º度′'″\"分秒东西南北EWNSewns]").fill_null(value=False)
    if not marked.any():
        return pl.repeat(None, len(column), dtype=pl.Float64, eager=True).alias(column.name)
    text = pl.col("text")
    plain = _many(
        text,
        FULL_DIGITS | {"º": "°", "度": "°", "分": "′", "秒": "″", "'": "′", "’": "′", '"': "″", "”": "″"},
    )
    plain = _without(plain, "经", "纬", *BLANK).str.to_uppercase()
    side = plain.str.extract(r"([东西南北EWNS])")
    bare = plain.str.replace_all(r"[东西南北EWNS]", "")
    parts = bare.str.extract_groups(r"^(\d+(?:\.\d+)?)°?(?:(\d+(?:\.\d+)?)′)?(?:(\d+(?:\.\d+)?)″)?$")
    whole, minutes, seconds = (parts.struct.field(str(i)).cast(pl.Float64, strict=False) for i in (1, 2, 3))
    value = whole + minutes.fill_null(0) / 60 + seconds.fill_null(0) / 3600
    is_negative = side.is_in(["西", "南", "W", "S"]).fill_null(value=False)
    signed = pl.when(minutes.fill_null(0) < 60, seconds.fill_null(0) < 60).then(
        pl.when(is_negative).then(-value).otherwise(value)
    )
    return column.alias("text").to_frame().select(signed).to_series().alias(column.name)


def _phone(text: pl.Expr, arguments: Arguments, field: Field) -> pl.Expr:
    plain = _without(_many(text, FULL_WIDTH), "-", "(", ")", "—", "－", ".", "/", *BLANK)
    plain = plain.str.replace(r"^(?:\+|00)86", "")
    return plain.str.replace(r"^(0(?:10|2\d|[3-9]\d{2}))(\d{7,8})$", "${1}-${2}")


def _division_code(text: pl.Expr, arguments: Arguments, field: Field) -> pl.Expr:
    length = int(str(arguments.get("length", 12)))
    digits = _digits_only(text)
    return pl.when(digits != "").then(digits.str.pad_end(length, "0").str.head(length))


def _digits_only(text: pl.Expr) -> pl.Expr:
    return _many(text, FULL_DIGITS).str.replace_all(r"[^0-9]", "")


def _empty_to_null(text: pl.Expr, arguments: Arguments, field: Field) -> pl.Expr:
    values = _texts(arguments.get("values", PLACEHOLDERS))
    return pl.when(~_trim(text).is_in(values)).then(text)


def _replace(text: pl.Expr, arguments: Arguments, field: Field) -> pl.Expr:
    table = arguments["values"]
    if not isinstance(table, Mapping):
        raise TypeError("values is no mapping")
    return text.replace([str(each) for each in table], [str(each) for each in table.values()])


def _pad(text: pl.Expr, arguments: Arguments, field: Field) -> pl.Expr:
    length, fill = int(str(arguments["length"])), str(arguments.get("with", "0"))
    return text.str.pad_start(length, fill) if arguments.get("side") == "left" else text.str.pad_end(length, fill)


def _code(text: pl.Expr, arguments: Arguments, field: Field) -> pl.Expr:
    return _without(_many(text, FULL_WIDTH), "-", *BLANK).str.to_uppercase()


def _resident_id(text: pl.Expr, arguments: Arguments, field: Field) -> pl.Expr:
    return _without(_many(text, FULL_WIDTH), *BLANK).str.to_uppercase()


def _texts(values: object) -> list[str]:
    if not isinstance(values, list | tuple):
        raise TypeError("values are no list")
    return [str(each) for each in values]


FORMS: Mapping[str, Form] = {
    "trim": lambda text, arguments, field: _trim(text),
    "collapse_spaces": lambda text, arguments, field: _trim(
        text.str.replace_all(r"[\s\u{85}\u{a0}\u{200b}\u{3000}\u{feff}]+", " ")
    ),
    "remove_spaces": lambda text, arguments, field: _without(text, *BLANK),
    "half_width": lambda text, arguments, field: _many(text, FULL_WIDTH),
    "nfkc": lambda text, arguments, field: text.str.normalize("NFKC"),
    "upper": lambda text, arguments, field: text.str.to_uppercase(),
    "lower": lambda text, arguments, field: text.str.to_lowercase(),
    "empty_to_null": _empty_to_null,
    "replace": _replace,
    "digits_only": lambda text, arguments, field: _digits_only(text),
    "pad": _pad,
    "truncate": lambda text, arguments, field: text.str.head(int(str(arguments["length"]))),
    "strip_prefix": lambda text, arguments, field: text.str.strip_prefix(str(arguments["prefix"])),
    "credit_code": _code,
    "resident_id": _resident_id,
    "phone": _phone,
    "division_code": _division_code,
    "date": _date,
    "timestamp": _timestamp,
    "integer": _integer,
    "decimal": _decimal,
    "number": _number,
    "money_cny": _money_cny,
    "boolean": _boolean,
    "longitude": _degrees,
    "latitude": _degrees,
}
"""Every cleaner's form by its name."""

POLARS_TYPES: Mapping[FieldType, pl.DataType] = {
    FieldType.STRING: pl.String(),
    FieldType.INTEGER: pl.Int64(),
    FieldType.NUMBER: pl.Float64(),
    FieldType.DATE: pl.Date(),
    FieldType.TIMESTAMP: pl.Datetime("us", "UTC"),
    FieldType.BOOLEAN: pl.Boolean(),
    FieldType.GEOMETRY: pl.Binary(),
}
"""Column types of all fields but decimals, whose digits the field says."""
