"""The checks: what a contract may promise about a value, a row or the whole set.

Every check but `required` passes on NULL: whether something may be missing is a promise of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from hexi.data.contracts.model import FieldType
from hexi.data.contracts.words import Check, CheckExample, Parameter
from hexi.kernel.names import Text

ALL = frozenset(FieldType)
TEXT = frozenset({FieldType.STRING})
ORDERED = frozenset({FieldType.INTEGER, FieldType.DECIMAL, FieldType.NUMBER, FieldType.DATE, FieldType.TIMESTAMP})


def _cases(good: tuple[str, ...], bad: tuple[str, ...], **arguments: object) -> tuple[CheckExample, ...]:
    return tuple(
        CheckExample(value=value, passes=passes, arguments=arguments)
        for values, passes in ((good, True), (bad, False))
        for value in values
    )


_WORDS = (
    Check(
        name="required",
        title=Text("必填", "Required"),
        doc=Text("清洗后必须有值。", "There is a value after cleaning."),
        dimension="completeness",
        types=ALL,
        examples=(CheckExample(value="a", passes=True), CheckExample(value=None, passes=False)),
    ),
    Check(
        name="type",
        title=Text("类型", "Type"),
        doc=Text(
            "原文不空时，清洗后必须读得出该类型的值。",
            "Where the source has text, a value of the field's type can be read from it.",
        ),
        dimension="conformity",
        types=ALL,
    ),
    Check(
        name="characters",
        title=Text("字符", "Characters"),
        doc=Text(
            "不含私用区字符、控制字符和替换符 U+FFFD；每个文本字段默认检查。",
            "No private-use characters, no control characters, no U+FFFD. Every text field is checked by default.",
        ),
        dimension="accuracy",
        types=TEXT,
        parameters={
            "allow": Parameter(
                kind="texts",
                default=(),
                choices=("private_use", "control", "line_breaks", "replacement"),
                doc=Text("允许的类别", "Kinds that are allowed"),
            )
        },
        examples=(
            *_cases(("兰州", "a b", "𠮷"), ("2\ue0103", "a\x07b", "a\nb", "\ufffd", "\U000f0000")),
            *_cases(("a\nb",), ("a\x07",), allow=["line_breaks"]),
            *_cases(("2\ue0103",), ("\x00",), allow=["private_use"]),
        ),
    ),
    Check(
        name="length",
        title=Text("长度", "Length"),
        doc=Text("字符数在范围内。", "The number of characters lies in a range."),
        dimension="conformity",
        types=TEXT,
        parameters={
            "min": Parameter(kind="integer", doc=Text("最少", "At least")),
            "max": Parameter(kind="integer", doc=Text("最多", "At most")),
        },
        examples=_cases(("兰州", "嘉峪关"), ("州", "甘南藏族自治州"), min=2, max=5),
    ),
    Check(
        name="pattern",
        title=Text("格式", "Pattern"),
        doc=Text(
            "整个值符合正则表达式（RE2 语法：无回溯、无环视）。",
            "The whole value matches a regular expression (RE2 syntax: no back-references, no look-around).",
        ),
        dimension="conformity",
        types=TEXT,
        parameters={"pattern": Parameter(kind="text", is_required=True, doc=Text("正则表达式", "The expression"))},
        examples=_cases(("ZLLL",), ("ZLL", "xZLLLx", "zlll"), pattern="[A-Z]{4}"),
    ),
    Check(
        name="range",
        title=Text("范围", "Range"),
        doc=Text("数值、日期或时间在范围内。", "A number, date or time lies in a range."),
        dimension="accuracy",
        types=ORDERED,
        parameters={
            "min": Parameter(kind="value", doc=Text("下限（含）", "Least, itself allowed")),
            "max": Parameter(kind="value", doc=Text("上限（含）", "Greatest, itself allowed")),
            "above": Parameter(kind="value", doc=Text("大于", "Greater than")),
            "below": Parameter(kind="value", doc=Text("小于", "Less than")),
        },
        examples=(
            CheckExample(value="5", passes=True, arguments={"min": 1, "max": 5}, type=FieldType.INTEGER),
            CheckExample(value="5", passes=False, arguments={"below": 5}, type=FieldType.INTEGER),
            CheckExample(
                value="2015-08-19",
                passes=False,
                arguments={"min": "2016-01-01"},
                type=FieldType.DATE,
            ),
        ),
    ),
    Check(
        name="allowed",
        title=Text("取值", "Allowed values"),
        doc=Text("值在列出的取值之中。", "The value is one of those listed."),
        dimension="conformity",
        types=ALL - {FieldType.GEOMETRY},
        parameters={"values": Parameter(kind="values", is_required=True, doc=Text("允许的取值", "The values"))},
        examples=_cases(("存续",), ("开业",), values=["存续", "注销"]),
    ),
    Check(
        name="reference",
        title=Text("引用", "Reference"),
        doc=Text(
            "值见于另一数据集最新版本的某个字段。",
            "The value stands in a field of the newest version of another dataset.",
        ),
        dimension="consistency",
        types=ALL - {FieldType.GEOMETRY},
        parameters={
            "dataset": Parameter(kind="text", is_required=True, doc=Text("数据集名称", "Name of the dataset")),
            "field": Parameter(kind="text", is_required=True, doc=Text("字段", "Its field")),
        },
    ),
    Check(
        name="credit_code_format",
        title=Text("统一社会信用代码格式", "Credit code format"),
        doc=Text(
            "18 位：登记管理部门、机构类别、6 位区划、9 位主体标识、校验位；不用 I、O、S、V、Z（GB 32100-2015）。",
            "18 characters: authority, kind, six digits of a division, nine of the body, a check character; no I, O, S, V, Z (GB 32100-2015).",
        ),
        dimension="conformity",
        types=TEXT,
        examples=_cases(("91620100MA7111111X",), ("91620100MA711111", "91620100IA7111111X", "9162010XMA7111111X")),
    ),
    Check(
        name="credit_code",
        title=Text("统一社会信用代码校验", "Credit code"),
        doc=Text(
            "格式正确且校验位正确（GB 32100-2015，模 31）。",
            "Well formed and its check character is right (GB 32100-2015, modulus 31).",
        ),
        dimension="accuracy",
        types=TEXT,
        examples=_cases(("91110000600037341L",), ("91110000600037341A", "911100006000373")),
    ),
    Check(
        name="resident_id_format",
        title=Text("公民身份号码格式", "Resident id format"),
        doc=Text("17 位数字加一位数字或 X（GB 11643-1999）。", "17 digits and a digit or X (GB 11643-1999)."),
        dimension="conformity",
        types=TEXT,
        examples=_cases(("11010519491231002X",), ("11010519491231002", "1101051949123100XX")),
    ),
    Check(
        name="resident_id",
        title=Text("公民身份号码校验", "Resident id"),
        doc=Text(
            "格式、出生日期和校验位正确（GB 11643-1999，模 11-2）。",
            "Form, birth date and check character are right (GB 11643-1999, modulus 11-2).",
        ),
        dimension="accuracy",
        types=TEXT,
        examples=_cases(("11010519491231002X",), ("110105194912310021", "110105194913310028")),
    ),
    Check(
        name="phone",
        title=Text("电话号码", "Phone"),
        doc=Text(
            "手机号、带区号的固定电话（可带分机号）、400/800 号码或 5 位服务号码。",
            "A mobile number, a landline with its area code and perhaps an extension, a 400 or 800 number, or a five-digit service number.",
        ),
        dimension="conformity",
        types=TEXT,
        examples=_cases(
            ("13909371111", "0937-8821234", "0937-8821234-801", "4008001234", "12345"),
            ("12909371111", "8821234", "1390937111", "0937-8821234-"),
        ),
    ),
    Check(
        name="geometry",
        title=Text("几何有效", "Valid geometry"),
        doc=Text(
            "几何对象有效：环闭合、不自交、坐标有限（OGC 简单要素）。",
            "The geometry is valid: closed rings that do not cross themselves (OGC Simple Features).",
        ),
        dimension="accuracy",
        types=frozenset({FieldType.GEOMETRY}),
    ),
    Check(
        name="unique",
        title=Text("唯一", "Unique"),
        doc=Text(
            "字段（或几个字段的组合）不重复：第一次出现的留下，之后的进入待治理。",
            "A field, or several together, never repeats: the first occurrence stays, later ones fail.",
        ),
        dimension="uniqueness",
        types=ALL - {FieldType.GEOMETRY},
        is_set=True,
    ),
    Check(
        name="sql",
        title=Text("表达式", "Expression"),
        doc=Text(
            "SQL 表达式不为假；因缺值而不可知的算通过，与 SQL 的 CHECK 一致。",
            "A SQL expression is not false. Unknown, because something is missing, passes, as with SQL's CHECK.",
        ),
        dimension="consistency",
        types=ALL,
        parameters={"expression": Parameter(kind="text", is_required=True, doc=Text("SQL 表达式", "The expression"))},
    ),
)

CHECKS: Mapping[str, Check] = {word.name: word for word in _WORDS}
"""Every check of rows by its name."""

_SETS = (
    Check(
        name="row_count",
        title=Text("行数", "Row count"),
        doc=Text("合格行数在范围内。", "The number of accepted rows lies in a range."),
        dimension="coverage",
        types=ALL,
        is_set=True,
        parameters={
            "min": Parameter(kind="integer", doc=Text("最少", "At least")),
            "max": Parameter(kind="integer", doc=Text("最多", "At most")),
        },
    ),
    Check(
        name="accepted_share",
        title=Text("合格率", "Accepted share"),
        doc=Text(
            "合格行数占来源行数的百分比不低于下限。",
            "Accepted rows are at least so many percent of the source's.",
        ),
        dimension="completeness",
        types=ALL,
        is_set=True,
        parameters={"min": Parameter(kind="percent", is_required=True, doc=Text("下限（%）", "Least percent"))},
    ),
    Check(
        name="freshness",
        title=Text("时效", "Freshness"),
        doc=Text(
            "字段中最新的日期距处理时不超过若干天。",
            "The newest date in a field is at most so many days before the run.",
        ),
        dimension="timeliness",
        types=frozenset({FieldType.DATE, FieldType.TIMESTAMP}),
        is_set=True,
        parameters={"days": Parameter(kind="number", is_required=True, doc=Text("天数", "Days"))},
    ),
    Check(
        name="volume_change",
        title=Text("数量变动", "Change of volume"),
        doc=Text(
            "合格行数比上一版本增减不超过百分之几；首个版本没有可比。",
            "The number of accepted rows differs from that of the version before by at most so many percent.",
        ),
        dimension="consistency",
        types=ALL,
        is_set=True,
        parameters={"max": Parameter(kind="number", is_required=True, doc=Text("上限（%）", "Most percent"))},
    ),
    Check(
        name="distribution_change",
        title=Text("分布变动", "Change of distribution"),
        doc=Text(
            "字段取值的分布比上一版本变动不超过百分之几：两个分布各取值占比之差的绝对值之和的一半；数值和日期按上一版本的十分位分段。",
            "The values of a field are spread as in the version before, up to so many percent: half the sum of the "
            "differences between the shares of each value; numbers and dates are cut at the tenths of the version before.",
        ),
        dimension="consistency",
        types=ALL - {FieldType.GEOMETRY},
        is_set=True,
        parameters={"max": Parameter(kind="percent", is_required=True, doc=Text("上限（%）", "Most percent"))},
    ),
    Check(
        name="same_columns",
        title=Text("来源列不变", "Same columns"),
        doc=Text(
            "来源的列与上一版本相同：没有新增，也没有减少。",
            "The source has the columns that it had for the version before: none came, none went.",
        ),
        dimension="consistency",
        types=ALL,
        is_set=True,
    ),
    Check(
        name="metric",
        title=Text("指标", "Metric"),
        doc=Text(
            "标准中的指标（nullValues、missingValues、invalidValues、duplicateValues），在合格行中的行数或占比在范围内。",
            "A metric of the standard (`nullValues`, `missingValues`, `invalidValues`, `duplicateValues`), in rows or "
            "percent of the accepted rows, is in its bound. Written with `type: library`.",
        ),
        dimension="conformity",
        types=ALL,
        is_set=True,
    ),
    Check(
        name="query",
        title=Text("查询", "Query"),
        doc=Text(
            "对合格行的一个查询，其结果（一个数）在范围内。",
            "The one number that a query over the accepted rows gives is in its bound. Written with `type: sql`; the "
            "dataset is `{object}`, a field's entry may say `{property}`.",
        ),
        dimension="consistency",
        types=ALL,
        is_set=True,
    ),
)

SET_CHECKS: Mapping[str, Check] = {word.name: word for word in _SETS}
"""Every check of the whole set of accepted rows by its name."""
