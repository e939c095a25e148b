"""The same job in pandas and pandera: the same cleaning and rules, accepted rows and rejects with their reasons.

Runs in an environment of its own (requirements/bench.txt), so that nothing of Hexi's is imported. Written to be
fast where pandas can be: Arrow's strings, whole columns, work only on rows that need it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow
import pyarrow.compute as pc

RAW = {
    "credit_code": "统一社会信用代码",
    "name": "企业名称",
    "division_code": "行政区划代码",
    "address": "住所",
    "founded_on": "成立日期",
    "registered_capital": "注册资本",
    "phone": "联系电话",
    "representative_id": "法定代表人身份证号",
    "industry_code": "行业代码",
    "status": "登记状态",
    "longitude": "经度",
    "latitude": "纬度",
}
HALF = {0xFF01 + place: 0x21 + place for place in range(94)} | {0x3000: 0x20}
BLANKS = "[\\s\u0085\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff]+"
UNFIT = "[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd\x00-\x1f\x7f-\x9f\ufffd]"
UNITS = {"": 1, "百": 10**2, "千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12}
CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = np.array([3**place % 31 for place in range(17)])
RESIDENT_WEIGHTS = np.array([2 ** (17 - place) % 11 for place in range(17)])
PHONE = "^(?:1[3-9][0-9]{9}|0(?:10|2[0-9])-[0-9]{8}|0[3-9][0-9]{2}-[0-9]{7,8}|[48]00[0-9]{7}|1[0-9]{4})$"
STATES = ["存续", "在业", "注销", "吊销", "迁出"]


def mended(column: pd.Series, dirty: str, clean: Callable[[str], str]) -> pd.Series:
    """The column with only those texts cleaned that match `dirty`."""
    rows = column.str.contains(dirty, regex=True, na=False)
    if not rows.any():
        return column
    column = column.copy()
    column[rows] = column[rows].map(clean)
    return column


def half_width(text: str) -> str:
    return text.translate(HALF)


def none_where_empty(column: pd.Series) -> pd.Series:
    return column.mask(column == "")


def code(column: pd.Series) -> pd.Series:
    text = mended(column, "[^0-9A-Z]", half_width).str.replace(BLANKS, "", regex=True)
    return none_where_empty(text.str.replace("-", "", regex=False).str.upper())


def division(column: pd.Series) -> pd.Series:
    text = mended(column, "[^0-9]", half_width).str.replace("[^0-9]", "", regex=True)
    return none_where_empty(text).str.pad(6, side="right", fillchar="0").str.slice(0, 6)


def day(column: pd.Series) -> pd.Series:
    text = mended(column.str.strip(), "[０-９]", half_width)
    text = text.str.replace("[年月/.]", "-", regex=True).str.replace("日", "", regex=False)
    found = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
    return found.where(found.dt.year.between(1000, 2999))


def money(column: pd.Series) -> pd.Series:
    text = mended(column, "[０-９．，]", half_width).str.replace(BLANKS, "", regex=True)
    text = text.str.replace("人民币|RMB|CNY|元|圆|整|[￥¥,]", "", regex=True)
    parts = text.str.extract("^(-?[0-9]{1,12}(?:\\.[0-9]{1,6})?)([百千万亿]*)$")
    unit = parts[1].map(UNITS)
    figure = pc.cast(pyarrow.array(parts[0].where(unit.notna()), pyarrow.string()), pyarrow.decimal128(18, 6))
    factor = pc.cast(pyarrow.array(unit.fillna(1).astype("int64")), pyarrow.decimal128(19, 0))
    amount = pc.round(pc.multiply(figure, factor), 2)
    return pd.Series(pc.cast(amount, pyarrow.decimal128(18, 2)), dtype=pd.ArrowDtype(pyarrow.decimal128(18, 2)))


def phone(column: pd.Series) -> pd.Series:
    text = mended(column, "[^0-9+ -]", half_width).str.replace(BLANKS, "", regex=True)
    text = text.str.replace("[()./-]", "", regex=True).str.replace("^(?:\\+|00)86", "", regex=True)
    landline = "^(0(?:10|2[0-9]|[3-9][0-9]{2}))([0-9]{7,8})$"
    rows = text.str.match(landline, na=False)
    text[rows] = text[rows].str.replace(landline, "\\1-\\2", regex=True)
    return none_where_empty(text)


def degrees(column: pd.Series) -> pd.Series:
    found = pd.to_numeric(mended(column, "[^0-9.]", half_width), errors="coerce")
    return found.where(np.isfinite(found))


CLEANERS: dict[str, Callable[[pd.Series], pd.Series]] = {
    "credit_code": code,
    "name": lambda column: mended(column, "[！-～\u3000]", half_width).str.replace(BLANKS, "", regex=True),
    "division_code": division,
    "address": lambda column: (
        mended(column, "[！-～\u3000]", half_width).str.replace(BLANKS, " ", regex=True).str.strip()
    ),
    "founded_on": day,
    "registered_capital": money,
    "phone": phone,
    "representative_id": lambda column: (
        mended(column, "[^0-9X]", half_width).str.replace(BLANKS, "", regex=True).str.upper()
    ),
    "industry_code": lambda column: column.str.strip().str.upper(),
    "status": lambda column: column.str.strip(),
    "longitude": degrees,
    "latitude": degrees,
}
READ = ("credit_code", "division_code", "founded_on", "registered_capital", "phone", "longitude", "latitude")
"""Fields of which something that was written may be unreadable."""


def characters(column: pd.Series, width: int) -> tuple[pd.Series, np.ndarray]:
    """Which texts have so many bytes, and these as rows × bytes."""
    data = column.fillna("").astype(object).map(str.encode)
    fits = data.map(len) == width
    return fits, np.frombuffer(b"".join(data[fits]), dtype=np.uint8).reshape(-1, width)


def right_credit_code(column: pd.Series) -> pd.Series:
    fits, data = characters(column, 18)
    table = np.full(256, -1, dtype=np.int64)
    table[np.frombuffer(CREDIT.encode(), dtype=np.uint8)] = np.arange(31)
    values = table[data]
    good = (values >= 0).all(axis=1) & (values[:, 2:8] < 10).all(axis=1)
    good &= (31 - values[:, :17] @ CREDIT_WEIGHTS % 31) % 31 == values[:, 17]
    fits[fits] = good
    return fits


def right_resident_id(column: pd.Series) -> pd.Series:
    fits, data = characters(column, 18)
    values = data.astype(np.int64) - 48
    digits = values[:, :17]
    checks = np.frombuffer(b"10X98765432", dtype=np.uint8)
    good = ((digits >= 0) & (digits <= 9)).all(axis=1) & (checks[digits @ RESIDENT_WEIGHTS % 11] == data[:, 17])
    born = column[fits].str.slice(6, 14)
    fits[fits] = good & pd.to_datetime(born, format="%Y%m%d", errors="coerce").notna().to_numpy()
    return fits


def clean_text(column: pd.Series) -> pd.Series:
    return ~column.str.contains(UNFIT, regex=True, na=False)


def schema(divisions: set[str]) -> pa.DataFrameSchema:
    """Every rule of the contract as a check named by the rule's id."""

    def text(field: str, *checks: pa.Check, required: bool = False, unique: bool = False) -> pa.Column:
        fit = pa.Check(clean_text, name=f"{field}.characters")
        return pa.Column(checks=[fit, *checks], nullable=not required, unique=unique)

    def span(field: str, low: object, high: object) -> list[pa.Check]:
        inside = pa.Check(lambda column: (column >= low) & (column <= high), name=f"{field}.range")
        return [inside]

    def matches(field: str, rule: str, pattern: str) -> pa.Check:
        return pa.Check(lambda column: column.str.match(pattern), name=f"{field}.{rule}")

    code_shape = "^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$"
    columns = {
        "credit_code": text(
            "credit_code",
            matches("credit_code", "credit_code_format", code_shape),
            pa.Check(right_credit_code, name="credit_code.credit_code"),
            required=True,
        ),
        "name": text(
            "name", pa.Check(lambda column: column.str.len().between(4, 60), name="name.length"), required=True
        ),
        "division_code": text(
            "division_code",
            pa.Check(lambda column: column.isin(divisions), name="division_code.reference"),
            required=True,
        ),
        "address": text("address"),
        "founded_on": pa.Column(
            checks=span("founded_on", pd.Timestamp("1949-10-01"), pd.Timestamp("2026-12-31")), nullable=False
        ),
        "registered_capital": pa.Column(
            checks=[
                pa.Check(
                    lambda column: (column > Decimal(0)) & (column <= Decimal(10**12)), name="registered_capital.range"
                )
            ],
            nullable=True,
        ),
        "phone": text("phone", matches("phone", "phone", PHONE)),
        "representative_id": text(
            "representative_id",
            matches("representative_id", "resident_id_format", "^[0-9]{17}[0-9X]$"),
            pa.Check(right_resident_id, name="representative_id.resident_id"),
        ),
        "industry_code": text("industry_code", matches("industry_code", "pattern", "^[A-T][0-9]{4}$")),
        "status": text("status", pa.Check(lambda column: column.isin(STATES), name="status.allowed")),
        "longitude": pa.Column(checks=span("longitude", 73.0, 136.0), nullable=True),
        "latitude": pa.Column(checks=span("latitude", 3.0, 54.0), nullable=True),
        "credit_code.unique": pa.Column(bool, pa.Check(lambda column: column, name="credit_code.unique")),
    }
    columns |= {
        f"{field}.type": pa.Column(bool, pa.Check(lambda column: column, name=f"{field}.type")) for field in READ
    }
    return pa.DataFrameSchema(columns)


def publish(source: Path, divisions: Path, target: Path) -> dict[str, object]:
    """Clean, test and split; return the counts."""
    raw = pd.read_csv(source, engine="pyarrow", dtype="str", dtype_backend="numpy_nullable", encoding="utf-8")
    known = set(pd.read_csv(divisions, dtype="str")["code"])
    raw = raw.astype("str")
    table = pd.DataFrame({field: clean(raw[RAW[field]]) for field, clean in CLEANERS.items()})
    for field in READ:
        table[f"{field}.type"] = table[field].notna() | raw[RAW[field]].isna() | (raw[RAW[field]].str.strip() == "")
    table["credit_code.unique"] = ~table["credit_code"].duplicated() | table["credit_code"].isna()
    counts: dict[str, int] = {}
    reasons = pd.Series(dtype=object)
    try:
        schema(known).validate(table, lazy=True)
    except pa.errors.SchemaErrors as broken:
        cases = broken.failure_cases
        cases["rule"] = cases["check"].where(cases["check"] != "not_nullable", cases["column"] + ".required")
        counts = cases["rule"].value_counts().to_dict()
        reasons = cases.groupby("index")["rule"].agg(list)
    rejected = table.index.isin(reasons.index)
    table.loc[~rejected, list(CLEANERS)].to_parquet(target / "accepted.parquet", compression="zstd")
    rejects = raw[rejected]
    rejects.assign(_line=rejects.index + 2, _reasons=reasons.reindex(rejects.index)).to_parquet(
        target / "rejected.parquet", compression="zstd"
    )
    return {
        "rows": len(table),
        "accepted": int((~rejected).sum()),
        "quarantined": int(rejected.sum()),
        "rules": counts,
        "versions": {name: version(name) for name in ("pandas", "pandera", "pyarrow")},
    }


if __name__ == "__main__":
    began = time.perf_counter()
    said = publish(*(Path(each) for each in sys.argv[1:4]))
    print(json.dumps({**said, "work_s": time.perf_counter() - began}, ensure_ascii=False))
