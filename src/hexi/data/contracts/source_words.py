"""The words of `hexi.source`: the formats that are read, and what may be said of each."""

from __future__ import annotations

from collections.abc import Mapping

from hexi.data.contracts.shapes import Shape, choices, text
from hexi.kernel.names import Text

FORMATS: Mapping[str, tuple[Text, frozenset[str]]] = {
    "csv": (
        Text("分隔符文本", "delimited text"),
        frozenset({"path", "encoding", "delimiter", "quote", "header_row"}),
    ),
    "excel": (
        Text("Excel 工作簿（.xlsx、.xls、.ods）", "an Excel workbook"),
        frozenset({"path", "sheet", "header_row", "header_rows", "totals", "footnotes"}),
    ),
    "json": (
        Text("JSON，或每行一个对象", "JSON, or one object per line"),
        frozenset({"path", "encoding", "records", "pages"}),
    ),
    "geojson": (Text("GeoJSON 要素集", "a GeoJSON FeatureCollection"), frozenset({"path", "encoding"})),
    "parquet": (Text("Parquet 文件", "a Parquet file"), frozenset({"path"})),
    "dbf": (Text("dBASE、FoxPro 表（.dbf）", "a table of dBASE or FoxPro (.dbf)"), frozenset({"path", "encoding"})),
    "xml": (Text("XML 文件", "an XML document"), frozenset({"path", "encoding", "records"})),
    "fixed": (
        Text("定宽文本", "fixed-width text"),
        frozenset({"path", "encoding", "columns", "counted", "first_row"}),
    ),
    "sql": (Text("对其他数据集的查询", "a query over other datasets"), frozenset({"query"})),
    "synthetic": (
        Text("程序生成的数据", "made-up rows"),
        frozenset({"generator", "rows", "seed"}),
    ),
    "database": (
        Text("数据库的表或查询", "a table of a database, or a query to it"),
        frozenset({"connection", "table", "query", "watermark", "full_every_days"}),
    ),
}
"""Format → what it is, and the keys of `hexi.source` that mean something for it."""

SOURCE = Shape(
    kind="mapping",
    doc=Text(
        "数据从哪里来、怎样读取；没写的从文件本身判断。",
        "Where the rows come from and how to read them; what is left out is found out from the bytes.",
    ),
    keys={
        "path": text(
            "文件路径，相对于数据契约文件；有连接时相对于连接的地址，文件夹和对象存储中可用 * 代表文件名的一部分",
            "path of the file, relative to the contract file; with a connection, to its address, where * stands for a "
            "part of a name in folders and S3",
        ),
        "connection": text(
            "连接名称；地址和密码由节点保管，不写入数据契约",
            "name of the connection; its address and password are kept by the node, never in a contract",
        ),
        "pages": Shape(
            kind="mapping",
            doc=Text("接口怎样翻页；须有连接", "how an interface goes on to its next page; needs a connection"),
            keys={
                "next": text(
                    "文档中下一页地址所在的路径；header 表示 Link 响应头",
                    "path to the next page's address in the document, or header for the header Link",
                ),
                "parameter": text(
                    "页码或偏移量的参数名，逐页增大，直到没有记录",
                    "name of the parameter that grows until a page has no records",
                ),
                "first": Shape(kind="integer", least=0, doc=Text("参数的起始值", "value for the first page")),
                "step": Shape(kind="integer", least=1, doc=Text("参数每页的增量", "what is added for each page")),
            },
        ),
        "table": text("数据库中的表，可带模式名", "table of the database, with its schema where it needs one"),
        "watermark": text(
            "每次写入都会增大的列，如更新时间；只读取比上次新的行",
            "column that grows with every write, such as the time of the last change: only newer rows are read",
        ),
        "full_every_days": Shape(
            kind="integer",
            least=1,
            doc=Text(
                "每隔多少天全量读取一次，以发现已删除的行",
                "days after which everything is read again, which finds deleted rows",
            ),
        ),
        "format": Shape(
            kind="choice",
            doc=Text("格式", "format"),
            choices={name: meaning for name, (meaning, _) in FORMATS.items()},
        ),
        "encoding": text("字符编码，如 utf-8、gb18030", "text encoding, such as utf-8 or gb18030"),
        "delimiter": text("分隔符，一个字符", "delimiter, one character"),
        "quote": text("引号，一个字符", "quote, one character"),
        "sheet": text("工作表名称", "name of the worksheet"),
        "header_row": Shape(
            kind="integer", least=1, doc=Text("列名所在行，从 1 数起", "row of the column names, from 1")
        ),
        "header_rows": Shape(
            kind="integer",
            least=1,
            doc=Text(
                "列名占几行；多行时分组名与列名用点连接，如“联系方式.电话”",
                "how many rows the column names take; of several, groups and names are joined with a point",
            ),
        ),
        "totals": Shape(
            kind="choice",
            doc=Text("工作表中的合计、小计行", "rows of a sheet that add others up"),
            choices=choices(keep=("保留", "kept"), drop=("略去并计数", "left out and counted")),
        ),
        "footnotes": Shape(
            kind="choice",
            doc=Text("工作表表格下方的说明、落款行", "notes and signatures below the table of a sheet"),
            choices=choices(keep=("保留", "kept"), drop=("略去并计数", "left out and counted")),
        ),
        "columns": Shape(
            kind="list",
            item=Shape(
                kind="mapping",
                is_required=True,
                doc=Text("定宽文本的一列", "a column of fixed-width text"),
                keys={
                    "name": text("列名", "name of the column", is_required=True),
                    "start": Shape(
                        kind="integer",
                        least=1,
                        is_required=True,
                        doc=Text("起始位置，从 1 数起", "where it begins, from 1"),
                    ),
                    "width": Shape(kind="integer", least=1, is_required=True, doc=Text("宽度", "how wide it is")),
                },
            ),
            doc=Text("定宽文本的各列", "columns of fixed-width text"),
        ),
        "counted": Shape(
            kind="choice",
            doc=Text(
                "定宽文本的位置按什么计数；没写的按字符",
                "in what the places of fixed-width text are counted; characters where it is not said",
            ),
            choices=choices(characters=("字符", "characters"), bytes=("编码后的字节", "bytes of the encoding")),
        ),
        "first_row": Shape(
            kind="integer",
            least=1,
            doc=Text("定宽文本第一条记录所在行，从 1 数起", "line of the first record of fixed-width text, from 1"),
        ),
        "records": text(
            "JSON 中记录的路径：{x} 取下键或序号作为列 x，* 只经过；XML 中为记录元素的路径，如“名录.单位”",
            "path to the records in JSON: {x} takes a key or index as column x, * only walks; in XML the path of their "
            "elements, such as list.unit",
        ),
        "query": text(
            ".sql 文件（相对路径），内容是一个 SELECT：查询其他数据集时，表名写作带引号的数据集名称；"
            "查询数据库时，按该数据库的写法",
            "a .sql file with one SELECT: over datasets in quoted names, or in the database's own words",
        ),
        "generator": text("生成器名称", "name of the generator"),
        "rows": Shape(kind="integer", least=1, doc=Text("生成的行数", "rows to make")),
        "seed": Shape(
            kind="integer",
            least=0,
            doc=Text("随机种子；相同种子得到相同数据", "seed; the same seed makes the same bytes"),
        ),
    },
)
