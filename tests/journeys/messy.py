"""Tables as offices have them: a title above the headings, dates in five notations, full-width digits, blank rows."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl
import xlsxwriter
from stdnum.cn import ric, uscc

HEADINGS = (
    "序号",
    "统一社会信用代码",
    "企业名称",
    "法定代表人身份证号",
    "成立日期",
    "注册资本",
    "联系电话",
    "行政区划代码",
    "备注",
)
DATES = ("2019-03-05", "2019/3/5", "2019年3月5日", "20190305", "2019.03.05")
CAPITALS = ("500万元", "１，２００万元", "3000000", "0.5亿元", "80 万元")
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
ROWS = 400


def firms(rows: int = ROWS) -> Iterator[tuple[str, ...]]:
    """Firms of Lanzhou, each of them invented; some with a wrong check character, a date that is none, no phone."""
    for n in range(1, rows + 1):
        code, person = f"91620102MA{n:07}", f"620102{1980 + n % 10}0{1 + n % 9}{10 + n % 18}{n % 1000:03}"
        code += _other(uscc.calc_check_digit(code)) if n % 33 == 0 else uscc.calc_check_digit(code)
        person += _other(ric.calc_check_digit(person + "0")) if n % 43 == 0 else ric.calc_check_digit(person + "0")
        phone = f"139{n:08}"
        yield (
            str(n),
            f" {code} " if n % 17 == 0 else code,
            f"兰州市第{n}机械有限公司",
            person,
            "2019年2月30日" if n % 90 == 0 else DATES[n % 5],
            "面议" if n % 80 == 0 else CAPITALS[n % 5],
            phone.translate(WIDE) if n % 7 == 0 else phone,
            ("620102", "620103", "620104")[n % 3],
            "" if n % 4 else "年报已公示",
        )


def workbook(path: Path) -> Path:
    """The firms in a workbook."""
    return book(path, firms())


def book(path: Path, rows: Iterable[tuple[str, ...]]) -> Path:
    """Rows in a workbook: a title that spans all columns, then the headings, with blank rows between."""
    with xlsxwriter.Workbook(path) as written:
        sheet = written.add_worksheet("企业名录")
        sheet.merge_range(0, 0, 0, len(HEADINGS) - 1, "兰州市企业名录（2026年11月）")
        sheet.write_row(1, 0, HEADINGS)
        at = 2
        for n, row in enumerate(rows):
            # A blank row now and then, as where somebody sorted by hand.
            at += n % 100 == 99
            sheet.write_row(at, 0, row)
            at += 1
    return path


def table(rows: int = 60) -> pl.DataFrame:
    """Some of the firms, clean enough to be of any format."""
    return pl.DataFrame(list(firms(rows)), schema=list(HEADINGS), orient="row")


def gbk(path: Path) -> Path:
    """The firms in a CSV file as a Chinese Excel writes it."""
    path.write_text("".join(",".join(f'"{cell}"' for cell in row) + "\r\n" for row in (HEADINGS, *firms())), "gb18030")
    return path


def documents(path: Path) -> Path:
    """The firms as JSON."""
    path.write_text(json.dumps({"data": table().to_dicts()}, ensure_ascii=False), "utf-8")
    return path


def points(path: Path) -> Path:
    """Bus stops as GeoJSON."""
    stops = [
        {
            "type": "Feature",
            "properties": {"编号": f"S{n:03}", "站点名称": f"西站{n}", "启用日期": DATES[n % 5]},
            "geometry": {"type": "Point", "coordinates": [103.7 + n / 1000, 36.05 + n / 2000]},
        }
        for n in range(40)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": stops}, ensure_ascii=False), "utf-8")
    return path


def parquet(path: Path) -> Path:
    """The firms as Parquet."""
    table().write_parquet(path)
    return path


def archive(path: Path) -> Path:
    """Two tables in one ZIP file."""
    one = io.StringIO()
    table().write_csv(one)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("企业/名录.csv", one.getvalue())
        packed.writestr("说明.csv", "项目,内容\n口径,在册企业\n")
    return path


def _other(character: str) -> str:
    return "1" if character == "0" else "0"
