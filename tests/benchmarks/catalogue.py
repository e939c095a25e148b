"""A catalogue of made-up datasets with titles and fields as Chinese offices write them, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from hexi.kernel.names import Text, new_id
from hexi.registry.catalog.finding import KIND, OPENNESS, SHARING
from hexi.registry.catalog.models import Dataset, Version
from hexi.registry.parties.models import Organisation
from hexi.registry.search import actions as search
from hexi.registry.search.records import Entry
from tests.nodes import contract, field

SEED = 20261124
SINCE = datetime(2020, 1, 1, tzinfo=UTC)


def _each(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())


REGIONS = _each("""
甘肃省, 兰州市, 嘉峪关市, 金昌市, 白银市, 天水市, 武威市, 张掖市, 平凉市, 酒泉市, 庆阳市, 定西市,
陇南市, 临夏州, 甘南州, 城关区, 七里河区, 西固区, 安宁区, 红古区, 永登县, 皋兰县, 榆中县, 永昌县,
靖远县, 会宁县, 景泰县, 秦州区, 麦积区, 清水县, 秦安县, 甘谷县, 武山县, 凉州区, 民勤县, 古浪县,
天祝县, 甘州区, 肃南县, 民乐县, 临泽县, 高台县, 山丹县, 崆峒区, 泾川县, 灵台县, 崇信县, 庄浪县,
静宁县, 肃州区, 金塔县, 瓜州县, 玉门市, 敦煌市, 西峰区, 庆城县, 环县, 华池县, 合水县, 镇原县, 安定区,
通渭县, 陇西县, 渭源县, 临洮县, 漳县, 岷县, 武都区, 成县, 文县, 宕昌县, 康县, 西和县
""")
BODIES = {
    "市场监督管理局": (
        "Market Regulation",
        "企业 个体工商户 食品经营单位 特种设备 计量器具 广告发布 消费投诉",
    ),
    "卫生健康委员会": ("Health", "医疗机构 执业医师 传染病监测 疫苗接种 出生人口 公共场所卫生 献血 医院床位"),
    "教育局": ("Education", "中小学校 幼儿园 教师 学生资助 校外培训机构 高考报名 校车"),
    "交通运输局": ("Transport", "公交线路 道路运输企业 出租汽车 机场航班 公路桥梁 客运班线 网约车 货运车辆"),
    "人力资源和社会保障局": ("Human Resources", "就业岗位 职业技能培训 社会保险参保 劳动合同 人才引进 失业登记"),
    "自然资源局": ("Natural Resources", "不动产登记 土地出让 矿业权 地质灾害点 建设用地 耕地保护"),
    "生态环境局": ("Ecology", "空气质量监测 排污许可 污染源 饮用水源地 危险废物 环境影响评价"),
    "水务局": ("Water", "水库 河道 取水许可 供水企业 灌区 农村饮水 防汛物资"),
    "农业农村局": ("Agriculture", "农民合作社 家庭农场 粮食产量 农药经营 畜禽养殖 高标准农田 农产品价格"),
    "文化和旅游局": ("Culture and Tourism", "旅游景区 星级酒店 旅行社 文物保护单位 非物质文化遗产 图书馆 导游"),
    "民政局": ("Civil Affairs", "养老机构 社会组织 低保对象 婚姻登记 救助站 地名 殡葬服务"),
    "住房和城乡建设局": ("Housing", "商品房预售 建筑施工企业 公租房 燃气企业 物业服务 城市道路 供热"),
    "财政局": ("Finance", "部门预算 部门决算 政府采购 专项资金 非税收入 国有资产"),
    "统计局": ("Statistics", "地区生产总值 人口普查 居民消费价格 工业增加值 固定资产投资 城镇居民收入"),
    "应急管理局": ("Emergency", "危险化学品企业 应急物资 安全生产处罚 避难场所 地震台站"),
    "科学技术局": ("Science", "高新技术企业 科技成果 科研项目 技术合同"),
}
KINDS = _each("""
名录, 台账, 统计表, 基本信息, 登记信息, 年度报告, 月度汇总, 监测数据, 行政许可, 行政处罚, 检查结果,
目录, 明细, 清单
""")
COMMON = (
    ("region_code", "行政区划代码", "Division code"),
    ("address", "地址", "Address"),
    ("updated_on", "更新日期", "Updated on"),
    ("remark", "备注", "Remark"),
    ("phone", "联系电话", "Phone"),
    ("longitude", "经度", "Longitude"),
    ("latitude", "纬度", "Latitude"),
    ("status", "状态", "Status"),
)
SPECIAL = (
    ("credit_code", "统一社会信用代码", "Unified social credit code"),
    ("legal_person", "法定代表人", "Legal representative"),
    ("capital", "注册资本", "Registered capital"),
    ("scope", "经营范围", "Business scope"),
    ("licence_no", "许可证编号", "Licence number"),
    ("valid_until", "有效期至", "Valid until"),
    ("industry", "行业代码", "Industry code"),
    ("amount", "金额（万元）", "Amount in 10,000 yuan"),
    ("area", "面积（平方米）", "Area in square metres"),
    ("count", "数量", "Count"),
    ("grade", "等级", "Grade"),
    ("staff", "从业人员数", "Employees"),
    ("value", "指标值", "Value"),
    ("unit", "计量单位", "Unit"),
    ("period", "统计期", "Period"),
    ("case_no", "案件编号", "Case number"),
    ("decision", "处罚决定", "Decision"),
    ("organ", "登记机关", "Registering body"),
    ("established_on", "成立日期", "Established on"),
    ("owner", "权利人", "Right holder"),
)
THEMES = (
    *(("经济建设", "Economy"), ("资源环境", "Environment"), ("教育科技", "Education and science")),
    *(("道路交通", "Transport"), ("社会发展", "Society"), ("公共安全", "Safety"), ("文化休闲", "Culture")),
    *(("卫生健康", "Health"), ("民生服务", "Public services"), ("机构团体", "Organisations")),
)
QUESTIONS = _each("""
企业, 公司, 统一社会信用代码, 信用代码, 兰州市企业, 敦煌, 机场航班, 甘肃省, 旅游景区, 水库, 养老机构,
空气质量, 排污许可, 医院, gongyeqiye, qiye, tyshxydm, dunhuang, lanzhou, shuiku, enterprise,
hospital, airport, address, 行政处罚, 政府采购, 高新技术企业名录, 天水市教育局, 幼儿园, 教师, 河道,
注册资本, 法定代表人, 许可证编号, 经度, 人口普查, 生产总值, gdp, 社会保险参保, 酒泉市公交线路,
凉州区, 低保对象, 2023年, 施工企业, 民政局婚姻登记, 地质灾害, 月度汇总, 学, 房, tourism, 农民合作社,
粮食产量, 兰州 企业 名录, 敦煌市 旅游, credit code, tongyi shehui, 张掖 水库 监测, industry code,
公交 车辆
""")


def fill(count: int, *, progress: bool = False) -> None:
    """Enter `count` datasets and their publishers, without any rows in the lake."""
    rest = enumerate(datasets(count))
    while batch := list(islice(rest, 2_000)):
        Organisation.objects.bulk_create({each[0].id: each[0] for _, each in batch}.values(), ignore_conflicts=True)
        Dataset.objects.bulk_create(each[1] for _, each in batch)
        Version.objects.bulk_create(each[2] for _, each in batch)
        search.put(each[3] for _, each in batch)
        if progress:
            print(f"\r{batch[-1][0] + 1:,} datasets", end="", flush=True)


def datasets(count: int, seed: int = SEED) -> Iterator[tuple[Organisation, Dataset, Version, Entry]]:
    """Yield made-up datasets, each with its publisher, its version and what search is told of it."""
    chance = random.Random(seed)
    publishers: dict[str, Organisation] = {}
    bodies = list(BODIES)
    for number in range(count):
        region, body = chance.choice(REGIONS), chance.choice(bodies)
        english, subjects = BODIES[body]
        subject, kind, year = chance.choice(subjects.split()), chance.choice(KINDS), chance.randint(2015, 2026)
        at = SINCE + timedelta(minutes=number * 30)
        organisation = publishers.setdefault(
            region + body,
            Organisation(id=new_id(at), title_zh=region + body, title_en=f"{english} of {region}", code=None),
        )
        title = Text(f"{region}{subject}{kind}（{year}年）", f"{english}: {subject} of {region} {year}")
        fields = tuple(chance.sample(SPECIAL, chance.randint(3, 8)) + chance.sample(COMMON, chance.randint(2, 5)))
        theme = Text(*chance.choice(THEMES))
        rows = chance.randint(50, 200_000)
        accepted = rows - chance.randint(0, rows // 20)
        sharing, openness = chance.choice(list(SHARING)), chance.choice(list(OPENNESS))
        summary = Text(f"{organisation.title_zh}归集的{subject}{kind}，按月更新。", f"{subject}, collected monthly.")
        name = f"made.d{number}"
        dataset = Dataset(
            id=new_id(at),
            name=name,
            publisher=organisation.id,
            newest=0,
            certified_at=at,
            rows=rows,
            accepted=accepted,
            quarantined=0,
            certificate_sha256="0" * 64,
            entry={
                "title": {"zh": title.zh, "en": title.en},
                "summary": {"zh": summary.zh, "en": summary.en},
                "theme": {"zh": theme.zh, "en": theme.en},
                "sharing": sharing,
                "openness": openness,
                "licence": None,
                "is_synthetic": False,
                "has_geometry": False,
                "format": "csv",
            },
        )
        yield (
            organisation,
            dataset,
            _version(dataset, title),
            Entry(
                kind=KIND,
                key=name,
                title=title,
                fields=fields,
                parts={"other": "\n".join((summary.zh, summary.en, organisation.title_zh, theme.zh, theme.en))},
                facets={
                    "publisher": ((organisation.id, Text(organisation.title_zh, organisation.title_en)),),
                    "sharing": ((sharing, SHARING[sharing]),),
                    "openness": ((openness, OPENNESS[openness]),),
                    "theme": ((theme.zh, theme),),
                    "format": (("csv", Text("CSV", "CSV")),),
                },
                boosts={"certified": accepted / rows, "fresh": at.timestamp(), "used": chance.randint(0, 50)},
                numbers={"rows": accepted, "quality": accepted / rows},
            ),
        )


def _version(dataset: Dataset, title: Text) -> Version:
    text = contract(dataset.name, field("code", "编号"), zh=title.zh, en=f'"{title.en}"')
    facts = {
        "rows": dataset.rows,
        "accepted": dataset.accepted,
        "quarantined": 0,
        "run_key": "0" * 64,
        "contract_version": "1.0.0",
        "seconds": {},
        "failed": {},
        "sources": [],
        "inputs": [],
    }
    return Version(
        dataset=dataset,
        version=0,
        quarantine_version=0,
        certified_at=dataset.certified_at,
        certificate_sha256="0" * 64,
        contract_sha256="0" * 64,
        contract_text=text,
        facts=facts,
    )
