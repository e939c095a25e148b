"""Invented firms, as messy as real ones: each column with its kinds of dirt and their shares.

Nobody is meant: the resident ids name a province that does not exist, the credit codes an organisation
code that was never given out.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from hexi.data.contracts.identifiers import (
    CREDIT_CODE_ALPHABET,
    CREDIT_CODE_WEIGHTS,
    RESIDENT_ID_CHECKS,
    RESIDENT_ID_WEIGHTS,
)

COLUMNS = (
    "统一社会信用代码",
    "企业名称",
    "行政区划代码",
    "住所",
    "成立日期",
    "注册资本",
    "联系电话",
    "法定代表人身份证号",
    "行业代码",
    "登记状态",
    "经度",
    "纬度",
)
STATES = ("存续", "在业", "注销", "吊销", "迁出")
_CITIES = (
    "兰州",
    "嘉峪关",
    "金昌",
    "白银",
    "天水",
    "武威",
    "张掖",
    "平凉",
    "酒泉",
    "庆阳",
    "定西",
    "陇南",
    "临夏",
    "甘南",
    "敦煌",
    "玉门",
)
_MARKS = (
    "丝路",
    "河西",
    "祁连",
    "金城",
    "麦积",
    "鸣沙",
    "月牙",
    "陇原",
    "雪峰",
    "绿洲",
    "飞天",
    "阳关",
    "玉泉",
    "黄河",
    "大漠",
    "长城",
)
_TRADES = ("科技", "商贸", "农业", "物流", "旅游", "建材", "能源", "文化", "医药", "食品", "信息", "机电")
_ROADS = (
    "人民路",
    "解放路",
    "和平街",
    "中山路",
    "东风路",
    "张掖路",
    "天水路",
    "西津路",
    "南大街",
    "北环路",
    "团结巷",
    "建设路",
)
_FULL = str.maketrans("0123456789", "０１２３４５６７８９")


def firms(random: np.random.Generator, known: np.ndarray, *, start: int, rows: int) -> pl.DataFrame:
    """Return `rows` firms, numbered from `start`, registered in the divisions `known`; rows × `COLUMNS`."""
    number = np.arange(start, start + rows)
    division = known[random.integers(0, len(known), rows)]
    frame = pl.DataFrame(
        {
            COLUMNS[0]: _credit_codes(random, division, number),
            COLUMNS[1]: _names(random, number),
            COLUMNS[2]: _divisions(random, division),
            COLUMNS[3]: _addresses(random, rows),
            COLUMNS[4]: _dates(random, rows),
            COLUMNS[5]: _capital(random, rows),
            COLUMNS[6]: _phones(random, rows),
            COLUMNS[7]: _resident_ids(random, division),
            COLUMNS[8]: _industries(random, rows),
            COLUMNS[9]: _pick(random, STATES, rows, weights=(0.78, 0.1, 0.08, 0.03, 0.01)),
            **_places(random, rows),
        }
    )
    # Exact duplicates: a row repeats the one fifty rows before it.
    repeated = (random.random(rows) < 0.005) & (np.arange(rows) >= 50)
    index = np.where(repeated, np.arange(rows) - 50, np.arange(rows))
    return frame[index]


def _texts(characters: np.ndarray) -> pl.Series:
    """Rows × single characters (ASCII codes) as texts."""
    width = characters.shape[1]
    return pl.Series(np.ascontiguousarray(characters.astype(np.uint8)).view(f"S{width}").ravel()).cast(pl.String)


def _digits_of(codes: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(codes.astype("S6")).view(np.uint8).reshape(len(codes), 6).astype(np.int64) - 48


def _credit_codes(random: np.random.Generator, division: np.ndarray, number: np.ndarray) -> pl.Series:
    alphabet = np.frombuffer(CREDIT_CODE_ALPHABET.encode(), dtype=np.uint8)
    values = np.empty((len(number), 18), dtype=np.int64)
    values[:, 0], values[:, 1] = 9, random.integers(1, 4, len(number))
    values[:, 2:8] = _digits_of(division)
    # No office has ever given out an organisation code that begins with XX.
    values[:, 8:10] = CREDIT_CODE_ALPHABET.index("X")
    # The body is the running number in base 31, so that codes repeat only where rows do.
    left = number * 37 + 11
    for place in range(16, 9, -1):
        values[:, place] = left % 31
        left = left // 31
    check = (31 - values[:, :17] @ np.array(CREDIT_CODE_WEIGHTS) % 31) % 31
    wrong = random.random(len(number)) < 0.02
    values[:, 17] = np.where(wrong, (check + random.integers(1, 31, len(number))) % 31, check)
    codes = _texts(alphabet[values])
    dirt = random.random(len(number))
    messy = pl.DataFrame({"code": codes, "dirt": dirt})
    code = pl.col("code")
    return messy.select(
        pl.when(pl.col("dirt") < 0.003)
        .then(pl.lit(None))
        .when(pl.col("dirt") < 0.006)
        .then(code.str.head(17))
        .when(pl.col("dirt") < 0.02)
        .then(code.str.to_lowercase())
        .when(pl.col("dirt") < 0.03)
        .then(" " + code + " ")
        .otherwise(code)
    ).to_series()


def _names(random: np.random.Generator, number: np.ndarray) -> pl.Series:
    rows = len(number)
    dirt = random.random(rows)
    parts = pl.DataFrame(
        {
            "city": _pick(random, _CITIES, rows),
            "mark": _pick(random, _MARKS, rows),
            "trade": _pick(random, _TRADES, rows),
            "number": number,
            "dirt": dirt,
        }
    )
    base = pl.col("city") + pl.col("mark") + (pl.col("number") % 9973).cast(pl.String) + pl.col("trade")
    return parts.select(
        pl.when(pl.col("dirt") < 0.04)
        .then(pl.lit("甘肃（") + pl.col("city") + "）" + base + "有限公司")
        .when(pl.col("dirt") < 0.07)
        .then("　" + base + "有限责任公司 ")
        .when(pl.col("dirt") < 0.075)
        .then(pl.lit("店"))
        .when(pl.col("dirt") < 0.10)
        .then(base + " 有限公司")
        .otherwise(base + "有限公司")
    ).to_series()


def _divisions(random: np.random.Generator, division: np.ndarray) -> pl.Series:
    codes = pl.DataFrame({"code": division.astype(str), "dirt": random.random(len(division))})
    return codes.select(
        pl.when(pl.col("dirt") < 0.015)
        .then("99" + pl.col("code").str.tail(4))
        .when(pl.col("dirt") < 0.04)
        .then(_full_width(pl.col("code")))
        .otherwise(pl.col("code"))
    ).to_series()


def _addresses(random: np.random.Generator, rows: int) -> pl.Series:
    parts = pl.DataFrame(
        {
            "city": _pick(random, _CITIES, rows),
            "road": _pick(random, _ROADS, rows),
            "number": random.integers(1, 2000, rows),
            "dirt": random.random(rows),
        }
    )
    base = pl.lit("甘肃省") + pl.col("city") + "市" + pl.col("road") + pl.col("number").cast(pl.String) + "号"
    return parts.select(
        pl.when(pl.col("dirt") < 0.03)
        .then(base + "　2 单元")
        .when(pl.col("dirt") < 0.05)
        .then(pl.lit(None))
        .otherwise(base)
    ).to_series()


def _dates(random: np.random.Generator, rows: int) -> pl.Series:
    parts = pl.DataFrame(
        {
            "y": random.integers(1980, 2026, rows),
            "m": random.integers(1, 13, rows),
            "d": random.integers(1, 29, rows),
            "way": random.integers(0, 3, rows),
            "dirt": random.random(rows),
        }
    )
    year, month, day = (pl.col(name).cast(pl.String) for name in "ymd")
    return parts.select(
        pl.when(pl.col("dirt") < 0.01)
        .then(year + "-02-30")
        .when(pl.col("dirt") < 0.013)
        .then(pl.lit("2099-13-01"))
        .when(pl.col("dirt") < 0.018)
        .then("18" + year.str.tail(2) + "-" + month + "-" + day)
        .when(pl.col("way") == 0)
        .then(year + "-" + month.str.zfill(2) + "-" + day.str.zfill(2))
        .when(pl.col("way") == 1)
        .then(year + "/" + month + "/" + day)
        .otherwise(year + "年" + month + "月" + day + "日")
    ).to_series()


def _capital(random: np.random.Generator, rows: int) -> pl.Series:
    parts = pl.DataFrame(
        {"n": random.integers(1, 5000, rows), "way": random.integers(0, 7, rows), "dirt": random.random(rows)}
    )
    amount = pl.col("n").cast(pl.String)
    return parts.select(
        pl.when(pl.col("dirt") < 0.01)
        .then(pl.lit("面议"))
        .when(pl.col("dirt") < 0.012)
        .then(pl.lit("0"))
        .when(pl.col("way") == 0)
        .then(amount + "万元")
        .when(pl.col("way") == 1)
        .then(amount + "0000")
        .when(pl.col("way") == 2)
        .then(amount + "万元人民币")
        .when(pl.col("way") == 3)
        .then("￥" + amount + ",000.00")
        .when(pl.col("way") == 4)
        .then(_full_width(amount) + "万")
        .when(pl.col("way") == 5)
        .then((pl.col("n") % 90 / 10 + 1).round(1).cast(pl.String) + "亿元")
        .otherwise(amount + "000元整")
    ).to_series()


def _phones(random: np.random.Generator, rows: int) -> pl.Series:
    parts = pl.DataFrame(
        {"n": random.integers(10**8, 10**9, rows), "dirt": random.random(rows), "way": random.integers(0, 10, rows)}
    )
    number = pl.col("n").cast(pl.String)
    mobile = "13" + number
    return parts.select(
        pl.when(pl.col("dirt") < 0.02)
        .then(number.str.head(7))
        .when(pl.col("dirt") < 0.05)
        .then(pl.lit(None))
        .when(pl.col("way") == 0)
        .then("+86 " + mobile.str.head(3) + "-" + mobile.str.slice(3, 4) + "-" + mobile.str.tail(4))
        .when(pl.col("way") == 1)
        .then("（0931）" + number.str.head(7))
        .when(pl.col("way") == 2)
        .then(_full_width(mobile))
        .otherwise(mobile)
    ).to_series()


def _resident_ids(random: np.random.Generator, division: np.ndarray) -> pl.Series:
    rows = len(division)
    values = np.empty((rows, 17), dtype=np.int64)
    values[:, 0:6] = _digits_of(division)
    # GB/T 2260 has no province 99, so that nobody can have this number.
    values[:, 0:2] = 9
    born = (
        random.integers(1945, 2005, rows) * 10_000 + random.integers(1, 13, rows) * 100 + random.integers(1, 29, rows)
    )
    for place in range(8):
        values[:, 6 + place] = born // 10 ** (7 - place) % 10
    values[:, 14:17] = random.integers(0, 10, (rows, 3))
    remainder = values @ np.array(RESIDENT_ID_WEIGHTS) % 11
    wrong = random.random(rows) < 0.03
    remainder = np.where(wrong, (remainder + random.integers(1, 11, rows)) % 11, remainder)
    checks = np.frombuffer(RESIDENT_ID_CHECKS.encode(), dtype=np.uint8)
    ids = _texts(np.concatenate([values + 48, checks[remainder][:, None]], axis=1))
    messy = pl.DataFrame({"id": ids, "dirt": random.random(rows)})
    return messy.select(
        pl.when(pl.col("dirt") < 0.02)
        .then(_full_width(pl.col("id")))
        .when(pl.col("dirt") < 0.04)
        .then(pl.col("id").str.to_lowercase())
        .otherwise(pl.col("id"))
    ).to_series()


def _industries(random: np.random.Generator, rows: int) -> pl.Series:
    parts = pl.DataFrame(
        {
            "c": _pick(random, tuple("ABCDEFGHIJKLMNOPQRST"), rows),
            "n": random.integers(1000, 9999, rows),
            "dirt": random.random(rows),
        }
    )
    code = pl.col("c") + pl.col("n").cast(pl.String)
    return parts.select(
        pl.when(pl.col("dirt") < 0.01)
        .then(pl.col("n").cast(pl.String))
        .when(pl.col("dirt") < 0.03)
        .then(code.str.to_lowercase())
        .otherwise(code)
    ).to_series()


def _places(random: np.random.Generator, rows: int) -> dict[str, pl.Series]:
    longitude = pl.Series((random.random(rows) * 15.5 + 92.8).round(6)).cast(pl.String)
    latitude = pl.Series((random.random(rows) * 9.5 + 32.6).round(6)).cast(pl.String)
    swapped = pl.Series(random.random(rows) < 0.012)
    return {
        COLUMNS[10]: latitude.zip_with(swapped, longitude),
        COLUMNS[11]: longitude.zip_with(swapped, latitude),
    }


def _full_width(text: pl.Expr) -> pl.Expr:
    return text.str.replace_many(list("0123456789"), list("0123456789".translate(_FULL)))


def _pick(
    random: np.random.Generator, choices: tuple[str, ...], rows: int, *, weights: tuple[float, ...] | None = None
) -> pl.Series:
    return pl.Series(choices).gather(random.choice(len(choices), rows, p=weights))
