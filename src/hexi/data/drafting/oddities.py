"""What is odd about a file, said so that its owner can mend it or know what was made of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from hexi.data.drafting.headings import heading_of
from hexi.data.drafting.proposals import Proposal
from hexi.data.drafting.readings import plain
from hexi.data.engines.polars_compile import LINE
from hexi.data.engines.profiles import ColumnProfile, Profile, totals
from hexi.kernel.names import Text

TAIL = 20
"""Last rows of the sample that may be notes below the table."""
_ROUNDED = re.compile(r"[1-9](?:\.\d+)?E\+1\d", re.IGNORECASE)
"""How Excel writes a number of more than eleven digits, having forgotten those after the fifteenth."""
_NUMBERED = re.compile(r"(?:号|码|账号|帐号|id)$", re.IGNORECASE)
_NOTE = r"^\s*(?:注\s*[:：]|注释|备注\s*[:：]|说明\s*[:：]|填表|制表|填报|审核人|数据来源|资料来源|来源\s*[:：])"
_NUMBER = re.compile(r"-?[\d,]*\.?\d+%?")
MOSTLY = 0.9
"""Share of the numbers in a column whose first value is none, for that to be a second name."""


def oddities(found: Profile, proposals: Sequence[Proposal]) -> list[Text]:
    """Return what is odd, the columns first in their order; may be empty."""
    said: list[Text] = []
    for column, proposal in zip(found.columns, proposals, strict=True):
        said += _of_column(found, column, proposal)
    said += _swapped(proposals)
    said += _second_names(found)
    said += [
        Text(
            f"第{line}行像是“{word}”行，不是一条记录。",
            f"Line {line} looks like a row of totals (“{word}”), not like a record.",
        )
        for line, word in totals(found.sample)
    ]
    said += _notes(found.sample)
    if not any(each.is_key for each in proposals):
        said.append(
            Text(
                "没有一列的值都不重复，几列合起来也不行，无法确定主键；请指定哪一列标识一行。",
                "Neither one column nor a few together have only different values, so there is no key; "
                "say what tells one row from another.",
            )
        )
    return said


def _of_column(found: Profile, column: ColumnProfile, proposal: Proposal) -> list[Text]:
    name, said = column.source, []
    if name.startswith("#"):
        said.append(Text(f"第{name[1:]}列没有列名。", f"Column {name[1:]} has no name."))
    if column.empty == found.rows:
        said.append(Text(f"“{name}”整列没有值。", f"“{name}” has no value at all."))
    heading = heading_of(name)
    is_number_of = heading is not None and heading.meaning in {"code", "resident_id", "credit_code", "phone"}
    rounded = [text for text, _ in column.top if _ROUNDED.fullmatch(plain(text))]
    if rounded and (is_number_of or _NUMBERED.search(plain(name))):
        said.append(
            Text(
                f"“{name}”中有{rounded[0]}这样的科学计数法：Excel已丢掉后面的数字，无法还原；"
                "请从原系统重新导出，并把该列设为文本。",
                f"“{name}” holds {rounded[0]}, as Excel writes long numbers: the digits that follow are lost; "
                "export it again with that column as text.",
            )
        )
    return said


def _swapped(proposals: Sequence[Proposal]) -> list[Text]:
    names = [each.source for each in proposals if each.is_swapped]
    if not names:
        return []
    zh, en = "、".join(f"“{each}”" for each in names), " and ".join(f"“{each}”" for each in names)
    return [
        Text(
            f"经度、纬度与列名相反：{zh}，草稿已按取值对调，请核对。",
            f"Longitude and latitude stand under each other's name: {en}. The draft follows the values; look at them.",
        )
    ]


def _second_names(found: Profile) -> list[Text]:
    """A first row that names columns of numbers, below names that several columns share."""
    if found.sample.height < 3 or not any(each.source.startswith("#") for each in found.columns):
        return []
    names = []
    for column in found.columns:
        first, *rest = [text for text in found.sample[column.source].head(200).to_list() if text is not None] or [""]
        numbers = sum(1 for text in rest if _NUMBER.fullmatch(plain(text)))
        if rest and not _NUMBER.fullmatch(plain(first)) and numbers >= MOSTLY * len(rest):
            names.append(first)
    if not names:
        return []
    line, shown = found.sample[LINE][0], "、".join(names[:4])
    return [
        Text(
            f"第{line}行（{shown}）像是列名的第二行；请把两行列名合为一行后重新上传。",
            f"Line {line} ({', '.join(names[:4])}) looks like a second row of names; "
            "make one row of both and upload the file again.",
        )
    ]


def _notes(sample: pl.DataFrame) -> list[Text]:
    names = [name for name in sample.columns if name != LINE]
    if len(names) < 3:
        return []
    filled = pl.sum_horizontal(pl.col(name).is_not_null().cast(pl.Int64) for name in names)
    first = pl.coalesce(names)
    rows = sample.tail(TAIL).filter((filled <= 2) & first.str.contains(_NOTE)).select(LINE, first.alias("said")).head(3)
    return [
        Text(
            f"第{line}行像是表后的说明（{said[:20]}），不是一条记录。",
            f"Line {line} looks like a note below the table (“{said[:20]}”), not like a record.",
        )
        for line, said in rows.iter_rows()
    ]
