"""The cleaners' native forms in Polars: expressions that stream.

Each takes the text so far and the cleaner's arguments. Text stays text; a cleaner that gives a type
returns that type, NULL where nothing can be read. No form raises on any text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import polars as pl

from hexi.data.contracts.cleaners import PLACEHOLDERS
from hexi.data.contracts.model import Field, FieldType
from hexi.data.engines.capitals import read_capitals

Arguments = Mapping[str, object]
Form = Callable[[pl.Expr, Arguments, Field], pl.Expr]
TEXT = pl.col("text")

ASCII_SPACES = " \t\n\r\f\v\x1c\x1d\x1e\x1f"
SPACES = ASCII_SPACES + "\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
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
WRITTEN_DATE = "^(?:[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}|[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日)$"
DATE_MARKS = {"年": "-", "月": "-", "/": "-", ".": "-", "日": "", "号": "", "．": "-", "／": "-"}
MONEY_MARKS = (
    FULL_DIGITS
    | dict.fromkeys(["人民币", "RMB", "CNY", "rmb", "cny", "元", "圆", "整", "￥", "¥", ",", "，", *BLANK], "")
    | {"万元": "万", "亿元": "亿"}
)
HYPHENS = {"—": "-", "－": "-", "−": "-"}
PHONE_MARKS = FULL_WIDTH | dict.fromkeys([*"-()./（）—－．／", *BLANK], "")
EXTENSION = (
    r"^(?:(?:\+|00)86-?)?(0(?:10|2[0-9]|[3-9][0-9]{2}))-?([0-9]{7,8})(?:-|转|分机|转分机|[eE][xX][tT]\.?)([0-9]{1,6})$"
)
"""A landline with an extension, half width and without white space and brackets."""
EXTENDED_BYTES = len("0931-8465000-1")
"""Bytes of the shortest one that has both of its hyphens; without any, the number alone cannot be told from it."""
CODE_MARKS = FULL_WIDTH | dict.fromkeys(["-", "－", *BLANK], "")
ID_MARKS = FULL_WIDTH | dict.fromkeys(BLANK, "")
MONEY_UNITS = {
    "": 1,
    "百": 100,
    "千": 1000,
    "万": 10**4,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
    "十亿": 10**9,
    "百亿": 10**10,
    "千亿": 10**11,
    "万亿": 10**12,
}


def _many(text: pl.Expr, table: Mapping[str, str]) -> pl.Expr:
    """Replace in one pass; where several begin at one place, the longest wins."""
    old = sorted(table, key=len, reverse=True)
    return text.str.replace_many(old, [table[each] for each in old], leftmost=True)


def _without(text: pl.Expr, *characters: str) -> pl.Expr:
    return text.str.replace_many(list(characters), [""] * len(characters))


def _trim(text: pl.Expr) -> pl.Expr:
    return text.str.strip_chars(BLANK)


def _plain_number(column: pl.Series) -> pl.Series:
    """Half width, without white space or well-placed thousands separators; brackets read as minus."""
    text = _over(column, _many(TEXT, FULL_DIGITS | dict.fromkeys(BLANK, "")))
    grouped = TEXT.str.contains(r"^[-+(]?\d{1,3}(?:,\d{3})+(?:\.\d*)?\)?$")
    text = _over(text, pl.when(grouped).then(TEXT.str.replace_all(",", "", literal=True)).otherwise(TEXT))
    return _over(text, TEXT.str.replace(r"^\(([^-+()]+)\)$", "-$1"))


def _in_batches(read: Callable[[pl.Series, Arguments, Field], pl.Series]) -> Form:
    """A form that works on whole batches: what is needed twice is worked out once, and what is rare only if there.

    Polars repeats a shared part of an expression at each place where it stands, so a long recipe is
    far slower as one expression than step by step.
    """

    def form(text: pl.Expr, arguments: Arguments, field: Field) -> pl.Expr:
        def batch(column: pl.Series) -> pl.Series:
            return read(column, arguments, field)

        return text.map_batches(batch, return_dtype=column_type(field), is_elementwise=True)

    return form


def _over(column: pl.Series, expression: pl.Expr) -> pl.Series:
    """Work out an expression over `pl.col("text")`."""
    return column.alias("text").to_frame().select(expression.alias("text")).to_series()


def _rest(found: pl.Series, column: pl.Series, read: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Read again, in another way, what had text and gave nothing: usually little."""
    left = (found.is_null() & column.is_not_null()).arg_true()
    if not len(left):
        return found
    return found.scatter(left, read(column.gather(left)).cast(found.dtype))


def _stepwise(read: Callable[[pl.Series, Arguments], pl.Series]) -> Form:
    """A form of text to text that works on whole batches."""

    def form(text: pl.Expr, arguments: Arguments, field: Field) -> pl.Expr:
        return text.map_batches(lambda column: read(column, arguments), return_dtype=pl.String, is_elementwise=True)

    return form


def _date(column: pl.Series, arguments: Arguments, field: Field) -> pl.Series:
    found = pl.Series(column.name, [None], dtype=pl.Date).new_from_index(0, len(column))
    # A text in another notation is dear to refuse, so each usual one is tried only where it may stand.
    is_long = column.str.len_bytes() > len("2015-12-31")
    short = (~is_long).arg_true()
    is_dashed = column.gather(short).str.contains("-", literal=True)
    for notation, places in (
        ("%Y年%m月%d日", is_long.arg_true()),
        ("%Y-%m-%d", short.filter(is_dashed)),
        ("%Y/%m/%d", short.filter(~is_dashed)),
    ):
        if len(places):
            found = found.scatter(places, column.gather(places).str.to_date(notation, strict=False, cache=False))
    left = (found.is_null() & column.is_not_null()).arg_true()
    if len(left):
        # What is well written and gave nothing is a day that does not exist: no other reading finds one.
        left = left.filter(~column.gather(left).str.contains(WRITTEN_DATE))
    if len(left):
        found = found.scatter(left, _slow_date(column.gather(left), arguments))
    return _over(found, bounded(TEXT))


def _slow_date(column: pl.Series, arguments: Arguments) -> pl.Series:
    """Chinese numerals, full-width digits, white space, a time of midnight, eight digits, Excel's day numbers."""
    text = _over(column, _many(TEXT, CHINESE_DAYS | FULL_DIGITS | DATE_MARKS | dict.fromkeys(SPACES[1:], " ")))
    text = _over(text, TEXT.str.strip_chars(BLANK).str.replace(r"[ T]0{1,2}:00(?::00(?:\.0+)?)?$", ""))
    found = _over(text, pl.when(TEXT.str.contains(r"^\d{4}-")).then(TEXT).str.to_date("%Y-%m-%d", strict=False))
    packed = _over(text, pl.when(TEXT.str.len_bytes() == 8).then(TEXT).str.to_date("%Y%m%d", strict=False))
    found = found.zip_with(found.is_not_null(), packed)
    if arguments.get("excel_serial"):
        # Day 60 is Excel's 29 February 1900, which never was; before it the numbers are one off.
        day = pl.when(TEXT.str.contains(r"^\d{5}(?:\.0+)?$")).then(TEXT.str.head(5)).cast(pl.Int32)
        found = found.zip_with(found.is_not_null(), _over(text, (day - 25569).cast(pl.Date)))
    return found


def bounded(day: pl.Expr) -> pl.Expr:
    """A date of the years 1000 to 2999; others make readers of the table stumble."""
    return pl.when(day.is_between(pl.lit(date(1000, 1, 1)), pl.lit(date(3000, 1, 1)), closed="left")).then(day)


def _timestamp(column: pl.Series, arguments: Arguments, field: Field) -> pl.Series:
    text = _over(column, _many(_trim(TEXT), FULL_DIGITS | {"/": "-"}))
    text = _over(text, TEXT.str.replace(r"^(\d{4}-\d{1,2}-\d{1,2})[ T]+", "${1}T").str.replace(r"[zZ]$", "+00:00"))
    text = _over(text, TEXT.str.replace(r"(T\d{1,2}:\d{2})($|[+-])", "${1}:00${2}"))
    text = _over(text, TEXT.str.replace(r"([+-]\d{2})(\d{2})$", "${1}:${2}"))
    zoned = TEXT.str.contains(r"[+-]\d{2}:\d{2}$")
    text = _over(text, pl.when(zoned).then(TEXT).otherwise(TEXT + "+08:00"))
    found = TEXT.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%:z", time_unit="us", time_zone="UTC", strict=False)
    return _over(_over(text, found), pl.when(TEXT.dt.year().is_between(1000, 2999)).then(TEXT))


def _integer(column: pl.Series, arguments: Arguments, field: Field) -> pl.Series:
    found = _over(column, pl.when(TEXT.str.contains(r"^[-+]?\d+$")).then(TEXT).cast(pl.Int64, strict=False))

    def spelt(left: pl.Series) -> pl.Series:
        plain = _over(_plain_number(left), TEXT.str.replace(r"\.0*$", ""))
        return _over(plain, pl.when(TEXT.str.contains(r"^[-+]?\d+$")).then(TEXT).cast(pl.Int64, strict=False))

    return _rest(found, column, spelt)


def decimal_type(field: Field) -> pl.Decimal:
    """The Polars type of a decimal field."""
    return pl.Decimal(field.precision or 18, field.scale if field.scale is not None else 2)


def column_type(field: Field) -> pl.DataType:
    """The Polars type of a field."""
    return decimal_type(field) if field.type is FieldType.DECIMAL else POLARS_TYPES[field.type]


def exact(value: pl.Series, field: Field) -> pl.Series:
    """A decimal as the field's type; NULL instead of a rounded one."""
    narrow = value.cast(decimal_type(field), strict=False)
    is_same = (narrow.cast(pl.Decimal(38, 12), strict=False) == value).fill_null(value=False)
    return (
        narrow
        if is_same.all()
        else _over(
            pl.DataFrame({"narrow": narrow, "same": is_same})
            .select(pl.when(pl.col("same")).then(pl.col("narrow")))
            .to_series(),
            TEXT,
        )
    )


def plain_decimal(column: pl.Series, field: Field) -> pl.Series:
    """Plain text of a number, exponents allowed, as the field's decimal; NULL for more digits than it holds."""
    shaped = TEXT.str.contains(r"^[-+]?(?:\d+\.?\d{0,12}|\.\d{1,12})0*(?:[eE][-+]?\d{1,2})?$")
    return exact(_over(column, pl.when(shaped).then(TEXT).cast(pl.Decimal(38, 12), strict=False)), field)


def _decimal(column: pl.Series, arguments: Arguments, field: Field) -> pl.Series:
    found = plain_decimal(column, field)
    return _rest(found, column, lambda left: plain_decimal(_plain_number(left), field))


def _number(column: pl.Series, arguments: Arguments, field: Field) -> pl.Series:
    found = _over(column, finite(TEXT.cast(pl.Float64, strict=False)))
    return _rest(found, column, lambda left: _over(_plain_number(left), finite(TEXT.cast(pl.Float64, strict=False))))


def finite(value: pl.Expr) -> pl.Expr:
    """A double that is a number."""
    return pl.when(value.is_finite()).then(value)


def _money_cny(column: pl.Series, arguments: Arguments, field: Field) -> pl.Series:
    plain = _over(column, _many(TEXT, MONEY_MARKS))
    figure = _over(plain, TEXT.str.strip_chars_end("百千万亿"))
    unit = _over(
        pl.DataFrame({"plain": plain, "figure": figure})
        .select(pl.col("plain").str.slice(pl.col("figure").str.len_chars()))
        .to_series(),
        TEXT.replace_strict(list(MONEY_UNITS), list(MONEY_UNITS.values()), default=None, return_dtype=pl.Int64),
    )
    shaped = TEXT.str.contains(r"^-?\d{1,18}(?:\.\d{1,12})?$")
    amount = _over(figure, pl.when(shaped).then(TEXT).cast(pl.Decimal(38, 12), strict=False))
    amount = pl.DataFrame({"a": amount, "u": unit}).select(pl.col("a") * pl.col("u")).to_series()
    found = exact(amount, field)
    return _rest(found, column, lambda left: exact(_spelt_money(left), field))


def _spelt_money(column: pl.Series) -> pl.Series:
    """Amounts in capitals (伍佰万元整): few, so each is read on its own."""
    spelt = column.str.contains(r"[壹贰叁肆伍陆柒捌玖拾佰仟]").fill_null(value=False)
    values = [read_capitals(text) if is_spelt else None for text, is_spelt in zip(column, spelt, strict=True)]
    return pl.Series(column.name, values, dtype=pl.Decimal(38, 12))


def _boolean(column: pl.Series, arguments: Arguments, field: Field) -> pl.Series:
    yes = ["是", "有", "真", "对", "√", "✓", "y", "yes", "true", "t", "1"]
    no = ["否", "无", "假", "错", "×", "✗", "没有", "不是", "n", "no", "false", "f", "0"]
    plain = _over(column, _many(_trim(TEXT), FULL_WIDTH).str.to_lowercase())
    truth = [True] * len(yes) + [False] * len(no)
    return _over(plain, TEXT.replace_strict(yes + no, truth, default=None, return_dtype=pl.Boolean))


def _degrees(column: pl.Series, arguments: Arguments, field: Field) -> pl.Series:
    found = _over(column, finite(TEXT.cast(pl.Float64, strict=False)))
    return _rest(found, column, _spelt_degrees)


def _spelt_degrees(column: pl.Series) -> pl.Series:
    """Degrees in full-width digits, or with a side of the world, minutes or seconds."""
    marks = {"º": "°", "度": "°", "分": "′", "秒": "″", "'": "′", "’": "′", '"': "″", "”": "″"}
    drop = dict.fromkeys(["经", "纬", *BLANK], "")
    plain = _over(column, _many(TEXT, FULL_DIGITS | marks | drop).str.to_uppercase())
    parts = _over(plain, TEXT.str.replace_all(r"[东西南北EWNS]", "")).str.extract_groups(
        r"^(-?\d+(?:\.\d+)?)°?(?:(\d+(?:\.\d+)?)′)?(?:(\d+(?:\.\d+)?)″)?$"
    )
    table = pl.DataFrame({"plain": plain, "parts": parts})
    part = pl.col("parts").struct
    whole, minutes, seconds = (part.field(str(i)).cast(pl.Float64, strict=False) for i in (1, 2, 3))
    table = table.select("plain", whole=whole, minutes=minutes.fill_null(0), seconds=seconds.fill_null(0))
    value = pl.col("whole") + pl.col("minutes") / 60 + pl.col("seconds") / 3600
    sign = pl.when(pl.col("plain").str.contains(r"[西南WS]")).then(-1.0).otherwise(1.0)
    is_sound = (pl.col("minutes") < 60) & (pl.col("seconds") < 60)
    return table.select(pl.when(is_sound).then(sign * value)).to_series()


def _phone(column: pl.Series, arguments: Arguments) -> pl.Series:
    plain = _over(column, _many(TEXT, PHONE_MARKS))
    plain = _over(plain, TEXT.str.replace(r"^(?:\+|00)86", ""))
    plain = _over(plain, TEXT.str.replace(r"^(0(?:10|2[0-9]|[3-9][0-9]{2}))([0-9]{7,8})$", "${1}-${2}"))
    # An extension shows only by the sign before it, which is gone by now.
    long = (column.str.len_bytes() >= EXTENDED_BYTES - 1).arg_true()
    spaced = _over(column.gather(long), _many(TEXT, FULL_WIDTH | dict.fromkeys([*"()（）", *BLANK], "") | HYPHENS))
    is_extended = spaced.str.contains(EXTENSION)
    if not is_extended.any():
        return plain
    extended = _over(spaced.filter(is_extended), TEXT.str.replace(EXTENSION, "${1}-${2}-${3}"))
    return plain.scatter(long.filter(is_extended), extended)


def _division_code(text: pl.Expr, arguments: Arguments, field: Field) -> pl.Expr:
    length = int(str(arguments.get("length", 12)))
    return _digits_only(text).replace("", None).str.pad_end(length, "0").str.head(length)


def _digits_only(text: pl.Expr) -> pl.Expr:
    return _many(text, FULL_DIGITS).str.replace_all(r"[^0-9]", "")


def _empty_to_null(column: pl.Series, arguments: Arguments) -> pl.Series:
    return _over(column, pl.when(~_trim(TEXT).is_in(_texts(arguments.get("values", PLACEHOLDERS)))).then(TEXT))


def _replace(text: pl.Expr, arguments: Arguments, field: Field) -> pl.Expr:
    table = arguments["values"]
    if not isinstance(table, Mapping):
        raise TypeError("values is no mapping")
    return text.replace([str(each) for each in table], [str(each) for each in table.values()])


def _pad(text: pl.Expr, arguments: Arguments, field: Field) -> pl.Expr:
    length, fill = int(str(arguments["length"])), str(arguments.get("with", "0"))
    return text.str.pad_start(length, fill) if arguments.get("side") == "left" else text.str.pad_end(length, fill)


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
    "empty_to_null": _stepwise(_empty_to_null),
    "replace": _replace,
    "digits_only": lambda text, arguments, field: _digits_only(text),
    "pad": _pad,
    "truncate": lambda text, arguments, field: text.str.head(int(str(arguments["length"]))),
    "strip_prefix": lambda text, arguments, field: text.str.strip_prefix(str(arguments["prefix"])),
    "credit_code": lambda text, arguments, field: _many(text, CODE_MARKS).str.to_uppercase(),
    "resident_id": lambda text, arguments, field: _many(text, ID_MARKS).str.to_uppercase(),
    "phone": _stepwise(_phone),
    "division_code": _division_code,
    "date": _in_batches(_date),
    "timestamp": _in_batches(_timestamp),
    "integer": _in_batches(_integer),
    "decimal": _in_batches(_decimal),
    "number": _in_batches(_number),
    "money_cny": _in_batches(_money_cny),
    "boolean": _in_batches(_boolean),
    "longitude": _in_batches(_degrees),
    "latitude": _in_batches(_degrees),
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
