"""Words that public offices use for the same thing, and those that an operator adds.

An operator writes them into `synonyms.txt` in the node's folder: words of one meaning in a line, parted by
commas; a line that begins with “#” is a remark.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

FILE = "synonyms.txt"
GROUPS = """
企业, 公司, 法人, 市场主体, 经营主体, 商事主体, enterprise, firm, company, business, corporation
个体工商户, 个体户, sole trader, self-employed
区划, 行政区划, 地区, division, region, district
信用代码, 统一社会信用代码, 统一代码, uscc, credit code
身份证, 身份证号, 身份证号码, 公民身份号码, resident id, identity number
法定代表人, 法人代表, legal representative
注册资本, 注册资金, registered capital
经营范围, 业务范围, business scope
企业登记, 工商登记, 工商注册, 市场主体登记, 经营主体登记, business registration
地址, 住所, 住址, 经营场所, address
电话, 手机, 手机号, 联系电话, 联系方式, phone, telephone, mobile
机场, 飞机场, 航空港, airport
医院, 医疗机构, hospital
学校, 院校, school
养老院, 敬老院, 养老机构, nursing home, care home
老人, 老年人, 高龄, elderly
儿童, 未成年人, 少儿, child
残疾人, 残障, 残疾, disability, disabled
幼儿园, 托幼, 幼托, kindergarten, nursery
药店, 药房, pharmacy
人口, population
居民, 公民, 群众, resident, citizen
农村, 乡村, rural, village
贫困, poverty
低保, 最低生活保障, minimum living allowance
补贴, 补助, 资助, 津贴, subsidy, allowance
财政, finance
预算, budget
税务, 税收, 纳税, tax
许可, 行政许可, permit, licence, license
审批, approval
处罚, 行政处罚, penalty, sanction
招标, 投标, tender
采购, 政府采购, procurement
投诉, 举报, complaint
热线, 12345, hotline
停车场, 停车位, 车位, parking
充电桩, 充电站, charging station
公厕, 公共厕所, 厕所, toilet
铁路, 火车, railway, train
公交, 公共汽车, 公共交通, bus, public transport
道路, 公路, road, highway
水库, reservoir
气象, 天气, weather, meteorology
空气质量, 大气质量, pm25, air quality
污染, 排污, pollution, emission
景区, 景点, scenic spot
旅游, tourism, travel
酒店, 宾馆, 饭店, 旅馆, 住宿, hotel, lodging
不动产, 房产, 房屋, real estate, housing
土地, 地块, 宗地, land, parcel
车辆, 机动车, 汽车, vehicle
名录, 名单, 清单, list, register, directory
统计, statistics
指标, indicator
经纬度, 坐标, 经度, 纬度, 地理位置, coordinates, longitude, latitude
出生, 新生儿, birth
婚姻, 结婚, marriage
社保, 社会保险, social insurance, social security
医保, 医疗保险, 医疗保障, health insurance
公积金, 住房公积金, housing fund
国内生产总值, 地区生产总值, 生产总值, gdp
就业, employment, job
交通, transport, traffic
"""
PLURAL_FROM = 5
PARTS = re.compile("[,，、;；]")


class Synonyms:
    """Groups of words of one meaning. A word of several groups means what all of them mean."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._others: dict[str, dict[str, None]] = {}
        for line in lines:
            folded = unicodedata.normalize("NFKC", line).lower()
            group = [" ".join(word.split()) for word in PARTS.split(folded) if word.strip()]
            if line.lstrip().startswith("#"):
                continue
            for word in group:
                self._others.setdefault(word, {}).update(dict.fromkeys(group))

    def __contains__(self, word: str) -> bool:
        return word in self._others or singular(word) in self._others

    def of(self, word: str) -> tuple[str, ...]:
        """Return the words that mean the same as a folded word, without itself; may be empty."""
        found = self._others.get(word) or self._others.get(singular(word), {})
        return tuple(each for each in found if each != word)


def singular(word: str) -> str:
    """Return an English word without its plural's ending; what ends otherwise as it is."""
    if len(word) < PLURAL_FROM or not word.isascii():
        return word
    return word[:-3] + "y" if word.endswith("ies") else word.removesuffix("s")


def known(home: Path) -> Synonyms:
    """Return our synonyms and those of the node in `home`; what its operator writes counts from the next question."""
    try:
        changed = (home / FILE).stat().st_mtime_ns
    except OSError:
        changed = 0
    return _read(home, changed)


@lru_cache(maxsize=4)
def _read(home: Path, changed: int) -> Synonyms:
    lines = GROUPS.strip().splitlines()
    if changed:
        try:
            lines += (home / FILE).read_text("utf-8-sig", "replace").splitlines()
        except OSError:
            # Gone since: as if there were none.
            return Synonyms(lines)
    return Synonyms(lines)
