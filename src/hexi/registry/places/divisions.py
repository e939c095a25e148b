"""Division codes: their levels, and what lies inside what (GB/T 2260, GB/T 10114)."""

from __future__ import annotations

from hexi.kernel.names import Text
from hexi.registry.places.errors import BadGridCode

LENGTH = 12
ENDS = (2, 4, 6, 9, 12)
"""A code is read in steps: province, prefecture, county, township, village."""
LEVELS = {
    2: Text("省级", "province"),
    4: Text("市州", "prefecture"),
    6: Text("县区", "county"),
    9: Text("乡镇", "township"),
    12: Text("村居", "village"),
}
LEVEL_NAMES = {"province": 2, "prefecture": 4, "county": 6, "township": 9, "village": 12}
"""Levels as declarations name them."""
GRID_LENGTH = 15
"""A grid code is a village's code and three digits more (GB/T 34300)."""


def full(code: str) -> str:
    """Return the code filled with zeros to twelve digits."""
    return code.ljust(LENGTH, "0")


def stem(code: str) -> str:
    """Return the digits that say something: `6201` of `620100000000`."""
    code = full(code)
    for end in ENDS:
        if not code[end:].strip("0"):
            return code[:end]
    return code


def level(code: str) -> int:
    """Return the length of the code's stem, a key of `LEVELS`."""
    return len(stem(code))


def parents(code: str) -> tuple[str, ...]:
    """Return the places that this one lies in, from the province down, each in twelve digits."""
    own = stem(code)
    return tuple(full(own[:end]) for end in ENDS if end < len(own))


def check_grid(code: str) -> tuple[str, str]:
    """Return the division and the number of a 15-digit grid code. Raises `BadGridCode`."""
    if not (code.isascii() and code.isdigit() and len(code) == GRID_LENGTH):
        raise BadGridCode(
            "“{code}” is no grid code: it has 15 digits, 12 of the division and 3 of the grid.", code=code
        )
    division, number = code[:LENGTH], code[LENGTH:]
    if not division[9:].strip("0") or not number.strip("0"):
        raise BadGridCode("“{code}” names no grid: neither the village nor the number may be all zeros.", code=code)
    return division, number


PROVINCES = {
    code: Text(zh, en)
    for code, zh, en in (
        ("11", "北京市", "Beijing"),
        ("12", "天津市", "Tianjin"),
        ("13", "河北省", "Hebei"),
        ("14", "山西省", "Shanxi"),
        ("15", "内蒙古自治区", "Inner Mongolia"),
        ("21", "辽宁省", "Liaoning"),
        ("22", "吉林省", "Jilin"),
        ("23", "黑龙江省", "Heilongjiang"),
        ("31", "上海市", "Shanghai"),
        ("32", "江苏省", "Jiangsu"),
        ("33", "浙江省", "Zhejiang"),
        ("34", "安徽省", "Anhui"),
        ("35", "福建省", "Fujian"),
        ("36", "江西省", "Jiangxi"),
        ("37", "山东省", "Shandong"),
        ("41", "河南省", "Henan"),
        ("42", "湖北省", "Hubei"),
        ("43", "湖南省", "Hunan"),
        ("44", "广东省", "Guangdong"),
        ("45", "广西壮族自治区", "Guangxi"),
        ("46", "海南省", "Hainan"),
        ("50", "重庆市", "Chongqing"),
        ("51", "四川省", "Sichuan"),
        ("52", "贵州省", "Guizhou"),
        ("53", "云南省", "Yunnan"),
        ("54", "西藏自治区", "Tibet"),
        ("61", "陕西省", "Shaanxi"),
        ("62", "甘肃省", "Gansu"),
        ("63", "青海省", "Qinghai"),
        ("64", "宁夏回族自治区", "Ningxia"),
        ("65", "新疆维吾尔自治区", "Xinjiang"),
        ("71", "台湾省", "Taiwan"),
        ("81", "香港特别行政区", "Hong Kong"),
        ("82", "澳门特别行政区", "Macao"),
    )
}
"""GB/T 2260: lists of a province do not name the province itself."""
