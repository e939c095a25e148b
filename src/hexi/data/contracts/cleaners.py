"""The cleaners: a small vocabulary, each word fixed by examples that run on every engine.

Their native forms stand in `data/engines`. A cleaner never fails: what it cannot read becomes NULL,
and the `type` rule of the field reports it with the raw text.
"""

from __future__ import annotations

from collections.abc import Mapping

from hexi.data.contracts.model import FieldType
from hexi.data.contracts.words import Cleaner, Example, Parameter
from hexi.kernel.names import Text


def _examples(pairs: Mapping[str, str | None], **arguments: object) -> tuple[Example, ...]:
    return tuple(Example(raw=raw, gives=gives, arguments=arguments) for raw, gives in pairs.items())


PLACEHOLDERS = (
    "无",
    "暂无",
    "不详",
    "未知",
    "空",
    "/",
    "\\",
    "-",
    "--",
    "—",
    "——",
    "N/A",
    "n/a",
    "NA",
    "null",
    "NULL",
    "None",
    "NaN",
    "nan",
)
"""What people write where they have nothing to write."""

_WORDS = (
    Cleaner(
        name="trim",
        title=Text("去首尾空白", "Trim"),
        doc=Text(
            "去掉首尾空白：半角与全角空格、不换行空格、零宽字符和字节序标记。",
            "Removes white space at both ends: also full-width and no-break spaces, zero-width characters and byte order marks.",
        ),
        examples=_examples({" 兰州 ": "兰州", "　敦煌　": "敦煌", "\ufeff金昌\u200b": "金昌", "   ": None}),
    ),
    Cleaner(
        name="collapse_spaces",
        title=Text("合并空白", "Collapse spaces"),
        doc=Text(
            "把连续空白（含换行、全角空格）合并为一个半角空格，并去首尾空白。",
            "Turns every run of white space, line breaks and full-width spaces included, into one space; trims.",
        ),
        examples=_examples({"a  b": "a b", "城关区　 张掖路\n1 号": "城关区 张掖路 1 号"}),
    ),
    Cleaner(
        name="remove_spaces",
        title=Text("去除空白", "Remove spaces"),
        doc=Text("去掉全部空白。", "Removes all white space."),
        examples=_examples({"敦 煌　市": "敦煌市"}),
    ),
    Cleaner(
        name="half_width",
        title=Text("全角转半角", "Half width"),
        doc=Text(
            "全角字母、数字、标点和空格转为半角；中文标点“，。、；：”等不变，但“，”“；”“：”“（）”等有半角形式的会转换。",
            "Full-width letters, digits, punctuation and spaces become ASCII; characters without a half-width form stay.",
        ),
        examples=_examples({"ＡＢ１２": "AB12", "（集团）": "(集团)", "甲　乙": "甲 乙", "。、": "。、"}),
    ),
    Cleaner(
        name="nfkc",
        title=Text("兼容规范化", "NFKC"),
        doc=Text(
            "Unicode NFKC 规范化：合并异形与兼容字符。",
            "Unicode normalization form NFKC (UAX #15): compatibility characters become their plain form.",
        ),
        examples=_examples({"①": "1", "㎡": "m2", "ｶﾞ": "ガ"}),
    ),
    Cleaner(
        name="upper",
        title=Text("转大写", "Upper case"),
        doc=Text("字母转大写。", "Letters become upper case."),
        examples=_examples({"zlll": "ZLLL", "兰x": "兰X"}),
    ),
    Cleaner(
        name="lower",
        title=Text("转小写", "Lower case"),
        doc=Text("字母转小写。", "Letters become lower case."),
        examples=_examples({"DNH": "dnh"}),
    ),
    Cleaner(
        name="empty_to_null",
        title=Text("占位词转空", "Placeholders to NULL"),
        doc=Text(
            "把“无”“/”“不详”“N/A”等占位词当作空值。",
            "Treats what people write where they have nothing to write (无, /, 不详, N/A …) as no value.",
        ),
        parameters={
            "values": Parameter(
                kind="texts",
                default=PLACEHOLDERS,
                doc=Text("占位词（整格比较）", "The placeholders, compared with the whole cell"),
            )
        },
        examples=(
            *_examples({"无": None, " / ": None, "N/A": None, "无锡": "无锡"}),
            *_examples({"待定": None, "无": "无"}, values=["待定"]),
        ),
    ),
    Cleaner(
        name="replace",
        title=Text("整值替换", "Replace values"),
        doc=Text(
            "按对照表替换整个单元格的值；表中没有的不变。",
            "Replaces whole cells by a table; what is not in the table stays.",
        ),
        parameters={
            "values": Parameter(kind="mapping", is_required=True, doc=Text("原值→新值", "Old value → new value"))
        },
        examples=_examples({"在业": "存续", "注销": "注销"}, values={"在业": "存续"}),
    ),
    Cleaner(
        name="digits_only",
        title=Text("仅留数字", "Digits only"),
        doc=Text("全角数字转半角，去掉其他字符。", "Full-width digits become ASCII; everything else goes."),
        examples=_examples({"邮编：730000": "730000", "１２-3": "123", "无": None}),
    ),
    Cleaner(
        name="pad",
        title=Text("补齐", "Pad"),
        doc=Text("用指定字符补足长度；更长的不变。", "Fills up to a length; longer text stays."),
        parameters={
            "length": Parameter(kind="integer", is_required=True, doc=Text("总长度", "Total length")),
            "with": Parameter(kind="text", default="0", doc=Text("补的字符", "The character to fill with")),
            "side": Parameter(
                kind="choice",
                default="right",
                choices=("left", "right"),
                doc=Text("补在哪一侧", "The side that is filled"),
            ),
        },
        examples=(
            *_examples({"6201": "620100000000", "620102001001": "620102001001"}, length=12),
            *_examples({"7": "007"}, length=3, side="left"),
        ),
    ),
    Cleaner(
        name="truncate",
        title=Text("截取", "Truncate"),
        doc=Text("只留前若干个字符。", "Keeps the first characters."),
        parameters={"length": Parameter(kind="integer", is_required=True, doc=Text("长度", "Length"))},
        examples=_examples({"620102000000": "620102", "62": "62"}, length=6),
    ),
    Cleaner(
        name="strip_prefix",
        title=Text("去前缀", "Strip prefix"),
        doc=Text("去掉指定的开头。", "Removes a beginning."),
        parameters={"prefix": Parameter(kind="text", is_required=True, doc=Text("前缀", "The beginning"))},
        examples=_examples({"156620100": "620100", "620100": "620100"}, prefix="156"),
    ),
    Cleaner(
        name="credit_code",
        title=Text("统一社会信用代码", "Credit code"),
        doc=Text(
            "去空白和连字符，全角转半角，转大写。不改动字符内容，校验由规则负责。",
            "Removes spaces and hyphens, half width, upper case. Whether it is valid is for a check to say.",
        ),
        examples=_examples({" 9162 0100 ｍａ７１１１１１-１ｘ": "91620100MA711111 1X".replace(" ", "")}),
    ),
    Cleaner(
        name="resident_id",
        title=Text("公民身份号码", "Resident id"),
        doc=Text("去空白，全角转半角，末位 x 转大写。", "Removes spaces, half width, a final x in upper case."),
        examples=_examples({"６２０１０２19900101 001x": "62010219900101001X"}),
    ),
    Cleaner(
        name="phone",
        title=Text("电话", "Phone"),
        doc=Text(
            "全角转半角，去空白、括号、连字符和 +86；固话写成“区号-号码”，有分机的写成“区号-号码-分机”。",
            "Half width, without spaces, brackets, hyphens and +86; a landline becomes area code, hyphen, number, and, where there is one, hyphen, extension.",
        ),
        examples=_examples(
            {
                "+86 139-0937-1111": "13909371111",
                "（0937）8821234": "0937-8821234",
                "0931 8826 111": "0931-8826111",
                "010-12345678": "010-12345678",
                "400-800-1234": "4008001234",
                "（0937）8821234转801": "0937-8821234-801",
                "010-8465000-8": "010-8465000-8",
            }
        ),
    ),
    Cleaner(
        name="division_code",
        title=Text("行政区划代码", "Division code"),
        doc=Text(
            "只留数字，右侧补零或截取到指定长度。",
            "Keeps the digits and fills up with zeros on the right, or cuts, to a length.",
        ),
        parameters={"length": Parameter(kind="integer", default=12, doc=Text("长度", "Length"))},
        examples=(
            *_examples({"620102": "620102000000", "６２０１": "620100000000"}),
            *_examples({"620102001001": "620102"}, length=6),
        ),
    ),
    Cleaner(
        name="date",
        title=Text("日期", "Date"),
        gives=FieldType.DATE,
        doc=Text(
            "读出公元 1000 至 2999 年的日期：年月日以“-”“/”“.”“年月日”分隔或连写八位，全角、中文数字均可；不存在的日期为空值。",
            "Reads dates of the years 1000 to 2999: separated by -, /, . or 年月日, or eight digits; full-width and Chinese numerals too. A day that does not exist is no value.",
        ),
        parameters={
            "excel_serial": Parameter(
                kind="boolean",
                default=False,
                doc=Text("五位数字按 Excel 日期序号解读", "Read five digits as Excel's day number"),
            )
        },
        examples=(
            *_examples(
                {
                    "2015-08-19": "2015-08-19",
                    "2015/8/19": "2015-08-19",
                    "20150819": "2015-08-19",
                    "2015年8月19日": "2015-08-19",
                    "２０１５．０８．１９": "2015-08-19",
                    "二〇一五年八月十九日": "2015-08-19",
                    "一九九九年十二月三十一日": "1999-12-31",
                    "2015-08-19 00:00:00": "2015-08-19",
                    "2015-02-30": None,
                    "21990-01-01": None,
                    "0999-01-01": None,
                    "8月19日": None,
                    "明天": None,
                }
            ),
            *_examples({"42235": "2015-08-19"}, excel_serial=True),
        ),
    ),
    Cleaner(
        name="timestamp",
        title=Text("时间", "Timestamp"),
        gives=FieldType.TIMESTAMP,
        doc=Text(
            "读出 ISO 8601 时间；没有时区的按北京时间，存为 UTC。",
            "Reads ISO 8601 times, with / and a space allowed; without a zone they are Beijing's. Stored in UTC.",
        ),
        examples=_examples(
            {
                "2026-11-23T12:00:00Z": "2026-11-23T12:00:00Z",
                "2026-11-23T12:00:00+08:00": "2026-11-23T04:00:00Z",
                "2026/11/23 12:00:00": "2026-11-23T04:00:00Z",
                "2026-11-23 12:00": "2026-11-23T04:00:00Z",
                "2026-11-23 25:00:00": None,
            }
        ),
    ),
    Cleaner(
        name="integer",
        title=Text("整数", "Integer"),
        gives=FieldType.INTEGER,
        doc=Text(
            "读出整数：允许千分位、全角数字、括号表示负数、末尾 .0。",
            "Reads whole numbers: thousands separators, full-width digits, brackets for minus, a final .0.",
        ),
        examples=_examples(
            {
                "1,234": "1234",
                "１，２３４": "1234",
                " 42 ": "42",
                "-7": "-7",
                "(123)": "-123",
                "12.0": "12",
                "12.5": None,
                "1,23": None,
                "很多": None,
                "99999999999999999999": None,
            }
        ),
    ),
    Cleaner(
        name="decimal",
        title=Text("小数", "Decimal"),
        gives=FieldType.DECIMAL,
        doc=Text(
            "读出十进制数，精确，不经浮点；位数超出字段定义的为空值。",
            "Reads decimal numbers exactly, never through a float; more digits than the field holds are no value.",
        ),
        examples=_examples(
            {
                "1,234.50": "1234.50",
                "１２．５": "12.50",
                "(3.10)": "-3.10",
                "1.5e3": "1500.00",
                "0.125": None,
                "abc": None,
            }
        ),
    ),
    Cleaner(
        name="number",
        title=Text("数值", "Number"),
        gives=FieldType.NUMBER,
        doc=Text(
            "读出测量值（双精度）：允许千分位、全角数字、科学计数；不接受 NaN 和无穷。",
            "Reads measurements as doubles: separators, full-width digits, exponents; no NaN, no infinity.",
        ),
        examples=_examples({"103.85": "103.85", "１.５": "1.5", "1e-3": "0.001", "nan": None, "inf": None}),
    ),
    Cleaner(
        name="money_cny",
        title=Text("人民币金额", "Money in yuan"),
        gives=FieldType.DECIMAL,
        doc=Text(
            "读出以元为单位的人民币金额：万、亿、千分位、全角、￥、中文大写均可；其他币种或读不出的为空值。",
            "Amount of money in yuan, as Chinese offices write it, financial capitals included. No value where no amount can be read or the currency is another.",
        ),
        examples=_examples(
            {
                "500万元": "5000000.00",
                "１.２亿": "120000000.00",
                "5,000": "5000.00",
                "￥5,000.50": "5000.50",
                "5000元整": "5000.00",
                "人民币500万": "5000000.00",
                "500万元人民币": "5000000.00",
                "伍佰万元整": "5000000.00",
                "壹仟贰佰叁拾肆元伍角陆分": "1234.56",
                "3千万": "30000000.00",
                "0.001元": None,
                "500万美元": None,
                "USD 500": None,
                "面议": None,
            }
        ),
    ),
    Cleaner(
        name="boolean",
        title=Text("是否", "Yes or no"),
        gives=FieldType.BOOLEAN,
        doc=Text(
            "是/否、有/无、真/假、对/错、√/×、Y/N、yes/no、true/false、1/0。",
            "Reads 是/否, 有/无, 真/假, 对/错, √/×, Y/N, yes/no, true/false and 1/0.",
        ),
        examples=_examples(
            {
                "是": "true",
                "否": "false",
                "有": "true",
                "无": "false",
                "Ｙ": "true",
                "no": "false",
                "1": "true",
                "×": "false",
                "TRUE": "true",
                "也许": None,
            }
        ),
    ),
    Cleaner(
        name="longitude",
        title=Text("经度", "Longitude"),
        gives=FieldType.NUMBER,
        doc=Text(
            "读出十进制度的经度；也读度分秒。",
            "Reads a longitude in decimal degrees; degrees, minutes and seconds too. West is negative.",
        ),
        examples=_examples(
            {
                "103.85": "103.85",
                "103°30′0″E": "103.5",
                "东经103.5°": "103.5",
                "W 10.5": "-10.5",
                "东边": None,
            }
        ),
    ),
    Cleaner(
        name="latitude",
        title=Text("纬度", "Latitude"),
        gives=FieldType.NUMBER,
        doc=Text("读出十进制度的纬度；也读度分秒。", "The same for a latitude. South is negative."),
        examples=_examples({"36.06": "36.06", "36°30′N": "36.5", "北纬36.5度": "36.5", "S10": "-10.0"}),
    ),
)

CLEANERS: Mapping[str, Cleaner] = {word.name: word for word in _WORDS}
"""Every cleaner by its name."""
