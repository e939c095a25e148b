"""Standard data elements: what a field holds, named once for every dataset, with the standard that fixes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hexi.kernel.names import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One data element (数据元)."""

    name: str
    title: Text
    standard: str | None = None
    """The standard that fixes its form, where there is one."""


def _of(name: str, zh: str, en: str, standard: str | None = None) -> Element:
    return Element(name=name, title=Text(zh, en), standard=standard)


_ALL = (
    _of("credit_code", "统一社会信用代码", "unified social credit code", "GB 32100-2015"),
    _of("organisation_name", "法人和其他组织名称", "name of a legal person or other organisation"),
    _of("organisation_code", "组织机构代码", "organisation code", "GB 11714-1997"),
    _of("registration_status", "登记状态", "status of registration"),
    _of("establishment_date", "成立日期", "date of establishment", "GB/T 7408"),
    _of("registered_capital", "注册资本", "registered capital"),
    _of("legal_representative", "法定代表人姓名", "name of the legal representative"),
    _of("industry_code", "国民经济行业代码", "industry code", "GB/T 4754"),
    _of("resident_id", "公民身份号码", "citizen identity number", "GB 11643-1999"),
    _of("person_name", "姓名", "name of a person"),
    _of("sex_code", "性别代码", "sex code", "GB/T 2261.1"),
    _of("ethnic_group_code", "民族代码", "ethnic group code", "GB/T 3304"),
    _of("birth_date", "出生日期", "date of birth", "GB/T 7408"),
    _of("education_code", "学历代码", "educational attainment code", "GB/T 4658"),
    _of("phone", "联系电话", "telephone number"),
    _of("address", "地址", "address"),
    _of("postcode", "邮政编码", "postcode"),
    _of("country_code", "国家和地区代码", "country or region code", "GB/T 2659"),
    _of("division_code", "县级以上行政区划代码", "division code, county and above", "GB/T 2260"),
    _of("township_code", "县级以下行政区划代码", "division code, below the county", "GB/T 10114"),
    _of("division_name", "行政区划名称", "name of a division", "GB/T 2260"),
    _of("longitude", "经度", "longitude", "GB/T 16831"),
    _of("latitude", "纬度", "latitude", "GB/T 16831"),
    _of("date", "日期", "date", "GB/T 7408"),
    _of("time", "日期时间", "date and time", "GB/T 7408"),
    _of("year", "年份", "year", "GB/T 7408"),
    _of("currency_code", "货币代码", "currency code", "GB/T 12406"),
    _of("population", "人口数", "number of people"),
    _of("area_km2", "面积（平方千米）", "area in square kilometres"),
)

ELEMENTS: Mapping[str, Element] = {each.name: each for each in _ALL}
"""Every element by its name, in the order in which a list shows them."""
