"""The `hexi.*` custom properties: everything that Hexi adds to the standard.

The reader checks contracts against these tables and the reference page is printed from them.
"""

from __future__ import annotations

from collections.abc import Mapping

from hexi.data.contracts.cataloguing import CATALOGUE_PROPERTIES
from hexi.data.contracts.elements import ELEMENTS
from hexi.data.contracts.shapes import Property, Shape, choices, text
from hexi.data.contracts.source_words import SOURCE
from hexi.kernel.names import Text

UPDATE_CYCLES = choices(
    static=("不更新", "never"),
    yearly=("每年", "every year"),
    quarterly=("每季度", "every quarter"),
    monthly=("每月", "every month"),
    weekly=("每周", "every week"),
    daily=("每日", "every day"),
    realtime=("实时", "at once"),
)
"""Promises of freshness (更新周期)."""


def _titles(zh: str, en: str, *, is_required: bool = False) -> Shape:
    return Shape(kind="titles", doc=Text(zh, en), is_required=is_required)


def _field(zh: str, en: str, *, is_required: bool = False) -> Shape:
    return Shape(kind="field", doc=Text(zh, en), is_required=is_required)


_SHARING = Shape(
    kind="mapping",
    doc=Text(
        "共享类型（国发〔2016〕51号）。",
        "Sharing class (国发〔2016〕51号): sharing is the rule; a refusal needs a legal basis.",
    ),
    keys={
        "class": Shape(
            kind="choice",
            is_required=True,
            doc=Text("共享类型", "the class"),
            choices=choices(
                unconditional=("无条件共享", "shared with every office"),
                conditional=("有条件共享", "shared under a condition"),
                none=("不予共享", "not shared"),
            ),
        ),
        "condition": _titles("共享条件；有条件共享时必填", "the condition; required for conditional"),
        "basis": _titles("法律依据；不予共享时必填", "the legal basis; required for none"),
    },
)
_CHART = Shape(
    kind="mapping",
    doc=Text("一张图", "one picture"),
    keys={
        "kind": Shape(
            kind="choice",
            is_required=True,
            doc=Text("图的种类", "kind of picture"),
            choices=choices(
                bars=("条形图", "bars: y (or the number of rows) by x"),
                histogram=("直方图", "how the values of x are spread"),
                targets=("目标图", "targets: y by x, one line for each series"),
            ),
        ),
        "title": _titles("标题", "title", is_required=True),
        "x": _field("横轴字段", "field along the axis", is_required=True),
        "y": _field("数值字段", "field with the number"),
        "series": _field("分组字段", "field that groups"),
        "where": text("只画满足条件的行（表达式）", "only rows for which this expression is true"),
    },
)

_OF_CONTRACTS = (
    Property(
        name="hexi.title",
        shape=_titles("数据集的标题。", "Title of the dataset.", is_required=True),
        example="{zh: 甘肃机场, en: Airports of Gansu}",
    ),
    Property(
        name="hexi.summary",
        shape=_titles(
            "一句话说明；没写时用 description.purpose。", "One sentence; without it description.purpose is shown."
        ),
        example='{zh: 九个机场的代码和位置。, en: "Codes and positions of nine airports."}',
    ),
    Property(
        name="hexi.publisher",
        shape=Shape(
            kind="mapping",
            is_required=True,
            doc=Text("数源单位。", "The organisation that promises."),
            keys={
                "zh": text("名称", "its Chinese name", is_required=True),
                "en": text("英文名称", "its English name", is_required=True),
                "code": text("统一社会信用代码", "its unified social credit code"),
            },
        ),
        example="{zh: 甘肃省统计局, en: Gansu Bureau of Statistics}",
    ),
    Property(name="hexi.theme", shape=_titles("主题分类。", "Theme."), example="{zh: 交通运输, en: Transport}"),
    Property(
        name="hexi.sharing",
        shape=_SHARING,
        example="{class: conditional, condition: {zh: 用于执法, en: For enforcement}}",
    ),
    Property(
        name="hexi.openness",
        shape=Shape(
            kind="choice",
            doc=Text("开放属性；没写时不予开放。", "Openness; without it, closed."),
            choices=choices(
                open=("无条件开放", "open to everyone"),
                on_application=("依申请开放", "open on application"),
                closed=("不予开放", "closed"),
            ),
        ),
        example="open",
    ),
    Property(
        name="hexi.licence",
        shape=text("许可协议：SPDX 标识或名称。", "Licence: SPDX expression or name."),
        example="CC-BY-4.0",
    ),
    Property(
        name="hexi.provenance",
        shape=_titles("数据的来历。", "Where the data comes from."),
        example="{zh: 国家统计局 2023 年公布, en: Published by the National Bureau of Statistics in 2023}",
    ),
    Property(
        name="hexi.updates",
        shape=Shape(
            kind="choice",
            doc=Text("更新周期。", "How often it is updated."),
            choices=UPDATE_CYCLES,
        ),
        example="yearly",
    ),
    Property(name="hexi.source", shape=SOURCE, example="{path: airports.csv, format: csv, encoding: gb18030}"),
    Property(
        name="hexi.geometry",
        shape=Shape(
            kind="mapping",
            doc=Text(
                "哪些字段表示位置：经度和纬度两个字段，或一个几何字段。",
                "Which fields place a row on the map: longitude and latitude, or one geometry.",
            ),
            keys={
                "longitude": _field("经度字段", "field of the longitude"),
                "latitude": _field("纬度字段", "field of the latitude"),
                "field": _field("几何字段", "field of the geometry"),
                "crs": text(
                    "坐标参考系，默认 EPSG:4490（CGCS2000）",
                    "coordinate reference system; EPSG:4490 (CGCS2000) by default",
                ),
            },
        ),
        example='{longitude: longitude, latitude: latitude, crs: "EPSG:4490"}',
    ),
    Property(
        name="hexi.charts",
        shape=Shape(kind="list", item=_CHART, doc=Text("值得画的图。", "Pictures worth drawing.")),
        example="[{kind: bars, title: {zh: 各市机场, en: Airports by city}, x: city}]",
    ),
    Property(
        name="hexi.place",
        shape=_field(
            "区划代码所在字段，地图和区划页由此找到数据。",
            "Field that holds a division code, so that places lead to rows.",
        ),
        example="city",
    ),
    Property(
        name="hexi.synthetic",
        shape=Shape(
            kind="boolean",
            doc=Text("是否虚构数据；各页都会注明。", "Whether the rows are made up; every page then says so."),
        ),
        example="true",
    ),
)

_OF_FIELDS = (
    Property(
        name="hexi.title",
        shape=_titles("字段标题；没写时用 businessName。", "Title of the field; without it businessName is shown."),
        example="{zh: 机场代码, en: Airport code}",
    ),
    Property(
        name="hexi.description",
        shape=_titles("字段含义；没写时用 description。", "What it means; without it description is shown."),
        example="{zh: 四个字母。, en: Four letters.}",
    ),
    Property(
        name="hexi.source",
        shape=text(
            "来源中的列名或路径；没写时与字段同名。",
            "Column, or path of the value, in the source; without it the field's name.",
        ),
        example="机场代码",
    ),
    Property(
        name="hexi.clean",
        shape=Shape(
            kind="cleaners",
            doc=Text(
                "清洗规则，依次执行；带参数的写作 {词: {参数: 值}}。",
                "Cleaners, in order; one with arguments is written {word: {argument: value}}.",
            ),
        ),
        example="[trim, {pad: {length: 12}}]",
    ),
    Property(name="hexi.unit", shape=text("计量单位。", "Unit of measurement."), example="m"),
    Property(
        name="hexi.authority",
        shape=_titles(
            "权威来源（一数一源），当本字段由其他单位负责时写。",
            "The authoritative source, where another office answers for this field.",
        ),
        example="{zh: 市场监督管理局, en: Market regulation bureau}",
    ),
    Property(
        name="hexi.element",
        shape=Shape(
            kind="choice",
            doc=Text(
                "数据元：本字段是哪一项标准数据元，见《数据元》。",
                "The standard data element that this field holds; see the reference of data elements.",
            ),
            choices={name: each.title for name, each in ELEMENTS.items()},
        ),
        example="credit_code",
    ),
    Property(
        name="hexi.source_of",
        shape=Shape(
            kind="boolean",
            doc=Text(
                "本数据集是该数据元的权威来源（一数一源）；按主键字段的数据元区分范围，如企业的电话。",
                "This dataset is the authoritative source of the element, within the elements of its key: "
                "the phone numbers of firms are another claim than those of schools.",
            ),
        ),
        example="true",
    ),
)

_OF_RULES = (
    Property(
        name="hexi.description",
        shape=_titles(
            "规则的说明；没写时用 description，再没有则自动生成。",
            "The rule in words; without it description, or else a sentence is made.",
        ),
        example="{zh: 新增不超过累计, en: New ones are at most the total}",
    ),
)

CONTRACT_PROPERTIES: Mapping[str, Property] = {each.name: each for each in (*_OF_CONTRACTS, *CATALOGUE_PROPERTIES)}
FIELD_PROPERTIES: Mapping[str, Property] = {each.name: each for each in _OF_FIELDS}
RULE_PROPERTIES: Mapping[str, Property] = {each.name: each for each in _OF_RULES}
