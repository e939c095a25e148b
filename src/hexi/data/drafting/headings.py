"""What columns of Chinese offices are called, and what they are called in files and in English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that is known."""

    name: str
    """Of the field."""
    english: str
    meaning: str | None = None
    """What such a column mostly means; its values have the last word."""


_KNOWN = """
统一社会信用代码 credit_code credit_code
社会信用代码 credit_code credit_code
信用代码 credit_code credit_code
组织机构代码 organisation_code code
纳税人识别号 taxpayer_code code
身份证号 resident_id resident_id
身份证号码 resident_id resident_id
公民身份号码 resident_id resident_id
证件号码 document_number code
法定代表人身份证号 representative_id resident_id
姓名 name person
负责人 person_in_charge person
联系人 contact person
法定代表人 representative person
法人代表 representative person
经办人 handler person
户主 householder person
网格员 grid_worker person
联络员 liaison person
填报人 reporter person
填表人 reporter person
监护人 guardian person
驾驶员 driver person
企业名称 name title
单位名称 organisation title
机构名称 organisation title
主体名称 name title
名称 name title
标题 title title
项目名称 project title
产品名称 product title
部门 department title
单位 organisation title
部门名称 department title
所属单位 organisation title
主管部门 authority title
登记机关 registry title
发证机关 issuer title
联系电话 phone phone
电话 phone phone
手机 mobile phone
手机号 mobile phone
手机号码 mobile phone
办公电话 office_phone phone
传真 fax phone
邮箱 email text
电子邮箱 email text
邮政编码 postal_code code
邮编 postal_code code
地址 address title
住所 address title
注册地址 address title
经营场所 premises title
详细地址 address title
通讯地址 postal_address title
行政区划代码 division_code division_code
区划代码 division_code division_code
行政区划 division title
行政区划名称 division title
地区 region title
省 province title
省份 province title
市 city title
市州 prefecture title
城市 city title
区县 county title
县 county title
县区 county title
县市区 county title
所在县 county title
所在地 location title
村名 village title
乡镇 township title
街道 township title
村 village title
社区 community title
经度 longitude longitude
纬度 latitude latitude
成立日期 founded_on date
注册日期 registered_on date
登记日期 registered_on date
核准日期 approved_on date
发证日期 issued_on date
有效期至 valid_until date
截止日期 ends_on date
开始日期 starts_on date
结束日期 ends_on date
出生日期 born_on date
开工时间 started_on date
竣工时间 completed_on date
开工日期 started_on date
竣工日期 completed_on date
更新日期 updated_on date
发布日期 published_on date
日期 date date
时间 time timestamp
更新时间 updated_at timestamp
创建时间 created_at timestamp
年份 year integer
年度 year integer
年 year integer
月份 month integer
季度 quarter text
注册资本 registered_capital money
注册资金 registered_capital money
投资额 investment money
投资总额 investment money
总投资 investment money
金额 amount money
合同金额 contract_amount money
预算 budget money
单价 unit_price money
价格 price money
收入 income money
营业收入 revenue money
产值 output_value money
资产总额 assets money
税额 tax money
数量 quantity integer
人数 people integer
从业人数 employees integer
职工人数 employees integer
户数 households integer
人口 population integer
面积 area number
建筑面积 floor_area number
占地面积 site_area number
长度 length number
宽度 width number
高度 height number
重量 weight number
比例 share number
增长率 growth number
序号 number integer
编号 code code
代码 code code
编码 code code
证号 licence_number code
账号 account code
帐号 account code
银行账号 bank_account code
银行卡号 bank_account code
网格编码 grid_code code
许可证号 licence_number code
证书编号 certificate_number code
合同编号 contract_number code
项目编号 project_code code
行业代码 industry_code code
行业 industry text
行业门类 industry text
所属行业 industry text
登记状态 status text
经营状态 status text
状态 status text
类型 type text
企业类型 firm_type text
类别 category text
分类 category text
等级 grade text
级别 level text
性别 sex text
民族 ethnic_group text
学历 education text
职务 post text
职称 professional_title text
经营范围 scope title
备注 remark text
说明 note text
描述 description text
内容 content text
原因 reason text
结果 result text
来源 source text
是否 is_so boolean
是否有效 is_valid boolean
是否公开 is_open boolean
床位数 beds integer
车牌号 plate code
网址 website text
id id code
code code code
number number code
no number code
uscc credit_code credit_code
name name title
title title title
phone phone phone
tel phone phone
mobile mobile phone
email email text
address address title
lat latitude latitude
latitude latitude latitude
lon longitude longitude
lng longitude longitude
longitude longitude longitude
date date date
time time timestamp
year year integer
month month integer
population population integer
amount amount money
price price money
status status text
type type text
remark remark text
description description text
"""
"""Heading, name, meaning."""

_ENGLISH = {
    "credit_code": "Credit code",
    "resident_id": "Resident id",
    "representative_id": "Resident id of the representative",
    "is_so": "Is it so",
    "email": "E-mail",
}


def _known() -> Mapping[str, Heading]:
    found = {}
    for line in _KNOWN.split("\n"):
        parts = line.split()
        if len(parts) == 3:
            zh, name, meaning = parts
            found[zh] = Heading(name, _ENGLISH.get(name) or name.replace("_", " ").capitalize(), meaning)
    return found


KNOWN = _known()
_NOTE = re.compile(r"[(（\[【].*?[)）\]】]|[*＊:：\s]")
_UNIT = re.compile(r"[(（\[【]\s*(?:单位[:：]?)?\s*([^)）\]】]{1,8}?)\s*[)）\]】]")
UNITS = {
    "元",
    "万元",
    "亿元",
    "平方米",
    "㎡",
    "公顷",
    "亩",
    "公里",
    "千米",
    "米",
    "吨",
    "千克",
    "人",
    "户",
    "个",
    "家",
    "%",
    "度",
    "天",
    "年",
}


def heading_of(text: str) -> Heading | None:
    """Return what is known of a heading, its notes and units left aside; None for one that nobody foresaw."""
    plain = _NOTE.sub("", unicodedata.normalize("NFKC", text))
    if plain in KNOWN:
        return KNOWN[plain]
    if plain.isascii():
        return _english(text)
    if plain.startswith("是否"):
        return Heading(name_of(plain), plain, "boolean")
    # 企业成立日期 is a 成立日期: the longest known ending says what it is.
    for start in range(1, max(len(plain) - 1, 1)):
        if (found := KNOWN.get(plain[start:])) is not None and len(plain) - start >= 2:
            return Heading(name_of(plain), plain, found.meaning)
    return None


def is_known(text: str) -> bool:
    """Whether a text is, its notes and units left aside, exactly what columns are called."""
    return _NOTE.sub("", unicodedata.normalize("NFKC", text)).lower() in KNOWN


def _english(text: str) -> Heading | None:
    name = name_of(text)
    found = KNOWN.get(name) or KNOWN.get(name.rpartition("_")[2])
    if found is None and name.startswith(("is_", "has_")):
        return Heading(name, name.replace("_", " ").capitalize(), "boolean")
    return Heading(name, name.replace("_", " ").capitalize(), found.meaning) if found else None


def unit_of(text: str) -> str | None:
    """Return the unit that a heading names in brackets, such as 万元 in 注册资本（万元）."""
    found = _UNIT.search(text)
    return found[1] if found and found[1] in UNITS else None


def name_of(text: str) -> str:
    """Return a field's name for a heading: Latin letters, digits and “_”; Chinese by its sound."""
    plain = _NOTE.sub(" ", unicodedata.normalize("NFKC", text)).strip()
    if plain in KNOWN:
        return KNOWN[plain].name
    from pypinyin import lazy_pinyin  # a dictionary of 57 MiB, for the few commands that draft

    spelt = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain)
    sounds = "_".join(lazy_pinyin(spelt))
    name = re.sub(r"[^0-9a-z]+", "_", sounds.lower()).strip("_")[:60].strip("_")
    return name if name and name[0].isalpha() else f"field_{name}".rstrip("_")
