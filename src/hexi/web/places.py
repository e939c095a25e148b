"""Division codes: their levels, and what lies inside what (GB/T 2260, GB/T 10114)."""

from __future__ import annotations

from hexi.kernel.names import Text

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
