"""The figures of decision 0001: one job on the engines that were considered, each in a process of its own.

`python -m tests.benchmarks.engines [ROWS]`. DuckDB does what a run does while it scans (clean, test, uniqueness,
split with raw text and reasons); it is spared digests, commits and the certificate.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.measuring import ROOT, Measurement, measured
from tests.benchmarks.rounds import Bench, rounds

HERE = Path(__file__).parent
BLANKS = "[\\s\u0085\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff]+"
WIDE, NARROW = "".join(map(chr, range(0xFF01, 0xFF5F))), "".join(map(chr, range(0x21, 0x7F)))
CREDIT, CREDIT_SHAPE = "0123456789ABCDEFGHJKLMNPQRTUWXY", "[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}"
PHONE = "1[3-9][0-9]{9}|0(?:10|2[0-9])-[0-9]{8}|0[3-9][0-9]{2}-[0-9]{7,8}|[48]00[0-9]{7}|1[0-9]{4}"
UNITS = {"": 1, "百": 10**2, "千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12}
UNFIT = "[\ue000-\uf8ff\x01-\x1f\x7f-\x9f\ufffd]"


def half(column: str) -> str:
    """Half width: the frequent characters first, the dear long table only over texts that need it."""
    plain = without(column, {"（": "(", "）": ")", "\u3000": " "})
    return f"""case when strlen({column}) = length({column}) then {column}
        when regexp_matches({plain}, '[！-～]') then translate({plain}, '{WIDE}', '{NARROW.replace("'", "''")}')
        else {plain} end"""


def without(column: str, table: dict[str, str]) -> str:
    for old, new in table.items():
        column = f"replace({column}, '{old}', '{new}')"
    return column


def spaced(column: str, filler: str) -> str:
    """White space as one filler; the regular expression runs only over texts that have some."""
    text = half(column)
    return f"""case when {column} = '' then null
        when not regexp_matches({column}, '[\\s\u3000\u00a0\u200b]') then {text}
        else nullif(trim(regexp_replace({text}, '{BLANKS}', '{filler}', 'g')), '') end"""


def bare(column: str) -> str:
    return spaced(column, "")


def checksum(values: str, weights: list[int], modulus: int) -> str:
    """A weighted sum over places; `values` has a place for the place."""
    terms = (f"{weight} * {values.format(place=place)}" for place, weight in enumerate(weights, 1))
    return f"(({' + '.join(terms)}) % {modulus})"


DEGREES = "case when isfinite(try_cast({0} as double)) then try_cast({0} as double) end"
CLEANED = {
    "credit_code": f"upper(replace({bare('统一社会信用代码')}, '-', ''))",
    "name": bare("企业名称"),
    "division_code": f"rpad(left(nullif(regexp_replace({half('行政区划代码')}, '[^0-9]', '', 'g'), ''), 6), 6, '0')",
    "address": spaced("住所", " "),
    "founded_on": "coalesce(try_strptime(成立日期, '%Y-%m-%d'), try_strptime(成立日期, '%Y/%m/%d'), "
    "try_strptime(成立日期, '%Y年%m月%d日'))::date",
    "money": without(bare("注册资本"), dict.fromkeys(["人民币", "RMB", "CNY", "元", "圆", "整", "￥", "¥", ","], "")),
    "phone": f"""case when 联系电话 = '' then null when regexp_full_match(联系电话, '1[0-9]{{10}}') then 联系电话
        else regexp_replace(regexp_replace(regexp_replace({half("联系电话")}, '[\\s()./-]', '', 'g'),
        '^(?:\\+|00)86', ''), '^(0(?:10|2[0-9]|[3-9][0-9]{{2}}))([0-9]{{7,8}})$', '\\1-\\2') end""",
    "representative_id": f"upper({bare('法定代表人身份证号')})",
    "industry_code": "upper(trim(行业代码))",
    "status": "trim(登记状态)",
    "longitude": DEGREES.format("经度"),
    "latitude": DEGREES.format("纬度"),
}
TEXTS = ("credit_code", "name", "division_code", "address", "phone", "representative_id", "industry_code", "status")
CREDIT_SUM = checksum(
    f"(strpos('{CREDIT}', substr(credit_code, {{place}}, 1)) - 1)", [3**place % 31 for place in range(17)], 31
)
RESIDENT_SUM = checksum(
    "(ascii(substr(representative_id, {place}, 1)) - 48)", [2 ** (17 - place) % 11 for place in range(17)], 11
)
RULES = {
    "credit_code.required": "credit_code is null",
    "credit_code.credit_code_format": f"not regexp_full_match(credit_code, '{CREDIT_SHAPE}')",
    "credit_code.credit_code": f"not (regexp_full_match(credit_code, '{CREDIT_SHAPE}') and "
    f"'{CREDIT}'[(31 - {CREDIT_SUM}) % 31 + 1] = credit_code[18])",
    "credit_code.unique": "_line > first_line",
    "name.required": "name is null",
    "name.length": "not length(name) between 4 and 60",
    "division_code.required": "division_code is null",
    "division_code.reference": "division_code is not null and known is null",
    "founded_on.required": "founded_on is null",
    "founded_on.type": "founded_on is null and 成立日期 <> ''",
    "founded_on.range": "not founded_on between date '1949-10-01' and date '2026-12-31'",
    "registered_capital.type": "registered_capital is null and 注册资本 <> ''",
    "registered_capital.range": "registered_capital <= 0 or registered_capital > 1000000000000",
    "phone.phone": f"not regexp_full_match(phone, '{PHONE}')",
    "representative_id.resident_id_format": "not regexp_full_match(representative_id, '[0-9]{17}[0-9X]')",
    "representative_id.resident_id": "not (regexp_full_match(representative_id, '[0-9]{17}[0-9X]') and "
    f"'10X98765432'[{RESIDENT_SUM} + 1] = representative_id[18] "
    "and try_strptime(representative_id[7:14], '%Y%m%d') is not null)",
    "industry_code.pattern": "not regexp_full_match(industry_code, '[A-T][0-9]{4}')",
    "status.allowed": "status not in ('存续', '在业', '注销', '吊销', '迁出')",
    "longitude.type": "longitude is null and 经度 <> ''",
    "longitude.range": "not longitude between 73 and 136",
    "latitude.type": "latitude is null and 纬度 <> ''",
    "latitude.range": "not latitude between 3 and 54",
    **{f"{name}.characters": f"regexp_matches({name}, '{UNFIT}')" for name in TEXTS},
}
RAW = [
    *("统一社会信用代码", "企业名称", "行政区划代码", "住所", "成立日期", "注册资本", "联系电话", "法定代表人身份证号"),
    *("行业代码", "登记状态", "经度", "纬度"),
]


def duckdb_copy(source: Path, target: Path) -> dict[str, object]:
    """DuckDB's plain copy of CSV to Parquet."""
    import duckdb

    duckdb.sql(
        f"copy (from read_csv('{source}', all_varchar=true)) to '{target}' (compression zstd, compression_level 1)"
    )
    return {}


def duckdb_whole(source: Path, divisions: Path, target: Path) -> dict[str, object]:
    """The job in tuned SQL, split through a table in memory; two copies out of it."""
    import duckdb

    with duckdb.connect() as engine:
        engine.execute("set preserve_insertion_order=false")
        cleaned = ", ".join(f"{expression} as {name}" for name, expression in CLEANED.items())
        unit = " ".join(f"when '{text}' then {factor}" for text, factor in UNITS.items())
        figure = "rtrim(money, '百千万亿')"
        # Read as decimal(18), which fits a machine word: anything longer is read thirty times slower.
        exact = f"try_cast({figure} as decimal(18,6))::decimal(38,6)"
        factor = f"case substr(money, length({figure}) + 1) {unit} end"
        capital = f"""case when regexp_full_match(money, '-?[0-9]{{1,12}}(?:\\.[0-9]{{1,6}})?[百千万亿]*')
            then try_cast({exact} * {factor} as decimal(18,2)) end"""
        mask = " | ".join(f"(case when {test} then {1 << bit} else 0 end)" for bit, test in enumerate(RULES.values()))
        # A window over the whole row would sort every column; a key that repeats is rare.
        # In two steps: below a window, the expressions would run on one core.
        engine.execute(f"""
            create table raw as select row_number() over () + 1 as _line, * from read_csv('{source}', all_varchar=true)
        """)
        engine.execute(f"create table cleaned as select *, {cleaned} from raw")
        engine.execute("drop table raw")
        engine.execute(f"create table amounts as select _line, {capital} as registered_capital from cleaned")
        engine.execute(f"""
            create table judged as
            select _line, registered_capital, ({mask})::bigint as mask from cleaned join amounts using (_line)
            left join (select code as known from read_csv('{divisions}', all_varchar=true)) on known = division_code
            left join (select credit_code as repeated, min(_line) as first_line from cleaned
                       where credit_code is not null group by all having count(*) > 1) on repeated = credit_code
        """)
        engine.execute("create view firms as select * from cleaned join judged using (_line)")
        published = ", ".join([*(name for name in CLEANED if name != "money"), "registered_capital"])
        rules = list(RULES)
        options = "(compression zstd, compression_level 1)"
        engine.execute(f"copy (select {published} from firms where mask = 0) to '{target}/accepted.parquet' {options}")
        engine.execute(f"""
            copy (select _line, list_filter({rules}, (rule, bit) -> (mask >> (bit - 1)) & 1 = 1) as _reasons,
                  {", ".join(RAW)} from firms where mask <> 0) to '{target}/rejected.parquet' {options}
        """)
        counts = ", ".join(f"count(*) filter ((mask >> {bit}) & 1 = 1)" for bit in range(len(rules)))
        row = engine.execute(f"select count(*), count(*) filter (mask = 0), {counts} from firms").fetchone()
    assert row is not None
    return {"rows": row[0], "accepted": row[1], "rules": dict(zip(rules, row[2:], strict=True))}


JOBS = {each.__name__: each for each in (duckdb_copy, duckdb_whole)}


def main(rows: int) -> None:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    bench = Bench(ROOT / "bench-data", tell=lambda line: console.print(f"[dim]{line}[/]"))
    bench.folder.mkdir(exist_ok=True)
    source, target = bench.source(rows), bench.folder / "engines"
    target.mkdir(exist_ok=True)

    def other(name: str, *arguments: Path) -> Measurement:
        return measured([sys.executable, "-m", "tests.benchmarks.engines", name, *arguments], warm=source)

    found = rounds(
        {
            "Polars, plain copy: the floor": lambda: bench.floor(source),
            "DuckDB, plain copy": lambda: other("duckdb_copy", source, target / "copy.parquet"),
            "Hexi on Polars, the whole run": lambda: bench.whole(source, rows),
            "DuckDB, tuned SQL, no digests, commits or certificate": lambda: other(
                "duckdb_whole", source, bench.divisions(), target
            ),
        },
        repeat=3,
        tell=bench.tell,
    )
    ours, theirs = (found[name].said for name in list(found)[2:])
    rules = {rule: failed for rule, failed in ours["rules"].items() if failed}
    assert ours["accepted"] == theirs["accepted"], (ours["accepted"], theirs["accepted"])
    assert rules == {rule: failed for rule, failed in theirs["rules"].items() if failed}, (rules, theirs["rules"])
    table = Table("way", "wall s", "CPU s", "peak MiB", "× wall", "× CPU", "× peak", title=f"{rows:,} rows")
    floor = next(iter(found.values()))
    for name, each in found.items():
        ratios = (f"{ratio:.2f}" for ratio in each.over(floor))
        table.add_row(name, f"{each.wall_s:.2f}", f"{each.cpu_s:.2f}", f"{each.peak_mib:,.0f}", *ratios)
    console.print(table)


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in JOBS:
        began = time.perf_counter()
        said = JOBS[sys.argv[1]](*(Path(each) for each in sys.argv[2:]))
        print(json.dumps({**said, "work_s": time.perf_counter() - began}, ensure_ascii=False))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
