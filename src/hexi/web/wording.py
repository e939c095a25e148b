"""How numbers, dates and values are written, in the language of the page."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import PurePath
from tempfile import gettempdir

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

from hexi.data.contracts import cataloguing, elements, source_words
from hexi.data.contracts.model import Field, FieldType
from hexi.kernel.names import Text
from hexi.registry.registrations.records import STATES

NUMBERS = {FieldType.INTEGER, FieldType.DECIMAL, FieldType.NUMBER}
GROUPED_FROM = 10_000
"""Below this a number may be a year; nobody writes 2,015."""


def say(text: Text | None) -> str:
    """Return the text in the language of the page; nothing for nothing."""
    return "" if text is None else text.in_language(get_language() or "zh")


def told(template: str, facts: Mapping[str, object]) -> str:
    """Return what a room raised, or noted of an error, without saying where on this machine anything lies.

    A file or folder is told by its name. Some facts are words of ours, such as “none yet”: what the catalogue of
    translations holds is said in its words.
    """
    said = {name: _without_place(name, fact) for name, fact in facts.items()}
    return gettext(template).format(**said) if said else gettext(template)


def _without_place(name: str, fact: object) -> object:
    if isinstance(fact, PurePath) or (name in {"file", "folder"} and str(fact).startswith("/")):
        return PurePath(str(fact)).name
    if not isinstance(fact, str):
        return fact
    for folder in (settings.HEXI_HOME, gettempdir()):
        fact = fact.replace(f"{folder}/", "…/")
    return gettext(fact) if " " in fact else fact


def period(every_s: int) -> str:
    """Return how often something is done, in the largest whole unit."""
    for size, one, many in (
        (604_800, gettext("every week"), gettext("every {count} weeks")),
        (86_400, gettext("every day"), gettext("every {count} days")),
        (3600, gettext("every hour"), gettext("every {count} hours")),
        (60, gettext("every minute"), gettext("every {count} minutes")),
    ):
        if every_s % size == 0:
            return one if every_s == size else many.format(count=every_s // size)
    return gettext("every {count} seconds").format(count=every_s)


def is_english() -> bool:
    """Whether the page is in English."""
    return (get_language() or "zh").startswith("en")


def count(value: float | Decimal) -> str:
    """Return a number with thousands separated, at most two decimals."""
    if isinstance(value, int) or value == int(value):
        return f"{int(value):,}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def round_count(value: int) -> str:
    """Return a number as a sentence says it: 2.1 万 in Chinese, 21,000 in English."""
    if is_english() or value < GROUPED_FROM:
        return count(value)
    divisor, word = (100_000_000, "亿") if value >= 100_000_000 else (10_000, "万")
    # Truncated, so that no page ever shows more than there is.
    return f"{math.floor(value / divisor * 10) / 10:g} {word}"


def percent(share: float, *, digits: int = 1) -> str:
    """Return a share as a percentage. 100% is said only of all, 0% only of none."""
    if share in {0.0, 1.0}:
        return f"{share:.0%}"
    step = 10.0**-digits
    shown = min(max(math.floor(share * 100 / step) * step, step), 100 - step)
    return f"{shown:.{digits}f}%"


def size(size_bytes: int) -> str:
    """Return a number of bytes in the largest unit that leaves it above one."""
    value = float(size_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def day(at: datetime | date | None) -> str:
    """Return the date in the node's time zone, as 2026-11-23."""
    if isinstance(at, datetime):
        return timezone.localtime(at).date().isoformat()
    return at.isoformat() if at else ""


def moment(at: datetime | None) -> str:
    """Return date and time in the node's time zone, to the second."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S") if at else ""


def seconds(value: float) -> str:
    """Return a duration: milliseconds below a second."""
    if value < 1:
        return gettext("%(value)s ms") % {"value": f"{value * 1000:.0f}"}
    if value < 100:
        return gettext("%(value)s s") % {"value": f"{value:.1f}"}
    return gettext("%(value)s min") % {"value": f"{value / 60:.1f}"}


def rows(value: int) -> str:
    """Return a number of rows with its noun."""
    return ngettext("%(count)s row", "%(count)s rows", value) % {"count": count(value)}


def cell(value: object, field: Field | None = None) -> str:
    """Return a value of a table as text; the empty text for nothing."""
    if value is None:
        return ""
    if field is not None and field.type is FieldType.GEOMETRY:
        return gettext("geometry, %(size)s") % {"size": size(int(str(value)))}
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, datetime):
        return moment(value if value.tzinfo else value.replace(tzinfo=UTC))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:,}" if abs(value) >= GROUPED_FROM else str(value)
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= GROUPED_FROM else str(value)
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value)


def edge(value: object, field: Field) -> str:
    """Return one end of a histogram's interval, which came as a number (of days, for dates)."""
    at = float(str(value))
    if field.type in {FieldType.DATE, FieldType.TIMESTAMP}:
        return datetime.fromtimestamp(at * 86_400, tz=UTC).date().isoformat()
    if abs(at) >= 100_000_000 and not is_english():
        return f"{at / 100_000_000:g} 亿"
    if abs(at) >= GROUPED_FROM and not is_english():
        return f"{at / 10_000:g} 万"
    if abs(at) >= 1_000_000:
        return f"{at / 1_000_000:g}M" if abs(at) < 1_000_000_000 else f"{at / 1_000_000_000:g}B"
    return f"{at:,.10g}" if abs(at) >= GROUPED_FROM else f"{at:.6g}"


TYPES = {
    FieldType.STRING: Text("文本", "text"),
    FieldType.INTEGER: Text("整数", "whole number"),
    FieldType.DECIMAL: Text("定点小数", "decimal"),
    FieldType.NUMBER: Text("数值", "number"),
    FieldType.DATE: Text("日期", "date"),
    FieldType.TIMESTAMP: Text("时间", "time"),
    FieldType.BOOLEAN: Text("是/否", "yes or no"),
    FieldType.GEOMETRY: Text("几何", "geometry"),
}
SHARING = {
    "unconditional": Text("无条件共享", "Shared without conditions"),
    "conditional": Text("有条件共享", "Shared under conditions"),
    "none": Text("不予共享", "Not shared"),
}
OPENNESS = {
    "open": Text("无条件开放", "Open"),
    "on_application": Text("依申请开放", "Open on application"),
    "closed": Text("不予开放", "Not open"),
}
UPDATES = {
    "static": Text("不更新", "never"),
    "yearly": Text("每年", "yearly"),
    "quarterly": Text("每季度", "quarterly"),
    "monthly": Text("每月", "monthly"),
    "weekly": Text("每周", "weekly"),
    "daily": Text("每日", "daily"),
    "realtime": Text("实时", "in real time"),
}
SOURCE_FORMATS = {name: meaning for name, (meaning, _) in source_words.FORMATS.items()}
METHODS = cataloguing.METHODS
ELEMENTS = {name: each.title for name, each in elements.ELEMENTS.items()}
GAPS = {
    "theme": Text("主题分类", "theme"),
    "updates": Text("更新周期", "update cycle"),
    "licence": Text("许可协议", "licence"),
    "methods": Text("共享方式", "way of sharing"),
    "category": Text("资源分类", "classification"),
    "contact": Text("联系方式", "contact"),
    "code": Text("数源单位代码", "code of the publisher"),
}
CLASSES = {
    "open": Text("公开", "open"),
    "internal": Text("内部", "internal"),
    "personal": Text("个人信息", "personal"),
    "sensitive": Text("敏感个人信息", "sensitive"),
}
DIMENSIONS = {
    "accuracy": Text("准确性", "accuracy"),
    "completeness": Text("完整性", "completeness"),
    "conformity": Text("规范性", "conformity"),
    "consistency": Text("一致性", "consistency"),
    "coverage": Text("覆盖度", "coverage"),
    "timeliness": Text("时效性", "timeliness"),
    "uniqueness": Text("唯一性", "uniqueness"),
}
STEPS = {
    "collect": Text("采集", "Collect"),
    "clean": Text("清洗质检", "Clean and test"),
    "split": Text("分流", "Split"),
    "commit": Text("入库", "Commit"),
    "certify": Text("出证", "Certify"),
}
DRAFT_STATES = {
    "drafting": Text("识别中", "being looked at"),
    "editing": Text("编辑中", "being edited"),
    "submitted": Text("待审核", "waiting for review"),
    "returned": Text("已退回", "returned"),
    "publishing": Text("发布中", "being published"),
    "published": Text("已发布", "published"),
    "discarded": Text("已放弃", "discarded"),
}
REMARK_KINDS = {
    "submit": Text("提交审核", "handed it in"),
    "withdraw": Text("撤回", "took it back"),
    "return": Text("退回", "returned it"),
    "approve": Text("审核通过", "approved it"),
    "publish": Text("已发布", "published it"),
    "fail": Text("未能完成", "could not go on"),
}
CORRECTION_STATES = {
    "open": Text("待答复", "waits for an answer"),
    "reopened": Text("再次提出，待答复", "reopened, waits for an answer"),
    "accepted": Text("属实，将更正", "right, will be corrected"),
    "declined": Text("数据无误", "the data is right"),
}
REQUEST_STATES = {
    "open": Text("待答复", "waits for an answer"),
    "reopened": Text("再次提出，待答复", "reopened, waits for an answer"),
    "accepted": Text("同意提供", "granted"),
    "declined": Text("不予提供", "refused"),
}
WISH_STATES = {
    "open": Text("待答复", "waits for an answer"),
    "declined": Text("已答复", "answered"),
    "fulfilled": Text("已有数据", "fulfilled"),
    "closed": Text("已办结", "closed"),
    "withdrawn": Text("已撤回", "taken back"),
}
REGISTRATION_STATES = STATES
REGISTRATION_KINDS = {
    "first": Text("首次登记", "First registration"),
    "change": Text("变更登记", "Change"),
    "correction": Text("更正登记", "Correction"),
    "cancellation": Text("注销登记", "Cancellation"),
}
RUN_STATES = {
    "queued": Text("排队中", "waiting"),
    "cancelled": Text("已取消", "cancelled"),
    "running": Text("进行中", "running"),
    "done": Text("已完成", "done"),
    "unchanged": Text("无变化", "unchanged"),
    "failed": Text("失败", "failed"),
    "lost": Text("中断", "lost"),
}
FRESHNESS = {
    "kept": Text("按期更新", "kept"),
    "late": Text("逾期未更新", "late"),
    "none": Text("未承诺更新", "no promise"),
}
FORMATS = {
    "csv": Text("CSV", "CSV"),
    "xlsx": Text("Excel", "Excel"),
    "parquet": Text("Parquet", "Parquet"),
    "geojson": Text("GeoJSON", "GeoJSON"),
}
UPLOAD_FORMATS = {
    **FORMATS,
    "dbf": Text("DBF（dBASE、FoxPro）", "DBF (dBASE, FoxPro)"),
    "xml": Text("XML", "XML"),
    "excel": Text("Excel", "Excel"),
    "json": Text("JSON", "JSON"),
    "zip": Text("ZIP", "ZIP"),
}
FORMAT_NOTES = {
    "csv": Text("UTF-8，任何表格软件都能打开", "UTF-8, for every program that reads tables"),
    "xlsx": Text("附字段说明和出处", "with the meaning of each field and the origin"),
    "parquet": Text("带类型，供分析软件使用", "typed, for analysis"),
    "geojson": Text("带坐标，供地图软件使用", "with positions, for maps"),
}


def visible(text: str) -> str:
    """Return text in which every character can be seen: private-use ones as U+…, controls as pictures."""
    shown = []
    for each in text:
        code = ord(each)
        if 0xE000 <= code <= 0xF8FF:
            shown.append(f"⟨U+{code:04X}⟩")
        elif code < 0x20:
            shown.append(chr(0x2400 + code))
        else:
            shown.append(each)
    return "".join(shown)


def map_line(provenance: str) -> str:
    """Return the part of a provenance that says what its borders are good for."""
    for mark in ("审图号", "map number"):
        if mark in provenance:
            parts = [each.strip() for each in provenance.replace(". ", "。").split("。")]
            return next(each for each in parts if mark in each).rstrip(".") + ("." if mark == "map number" else "。")
    return provenance


STANDINGS = {
    "in_force": Text("有效", "in force"),
    "not_yet": Text("尚未生效", "not yet in force"),
    "ended": Text("已到期停用", "ended"),
    "revoked": Text("已吊销", "revoked"),
    "unknown": Text("信任文件中没有此密钥", "not in the trust file"),
}
KINDS = {
    "stock": Text("存量", "stock"),
    "flow": Text("增量", "flow"),
    "annual": Text("年度", "annual"),
}
