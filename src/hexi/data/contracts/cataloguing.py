"""The catalogue elements of a contract beside those of the standard: classification, contact, ways of sharing.

Source: the compilation guide for catalogues of government information resources (政务信息资源目录编制指南, 2017) and
GB/T 21063. The standard's own `support` has one language and channels of chat, so the contact is a property of ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hexi.data.contracts.problems import Notebook
from hexi.data.contracts.shapes import Property, Shape, titles
from hexi.kernel.names import BadName, Text, check_dataset_name

KINDS: Mapping[str, tuple[str, Text]] = {
    "base": ("1", Text("基础信息资源", "base")),
    "thematic": ("2", Text("主题信息资源", "thematic")),
    "departmental": ("3", Text("部门信息资源", "departmental")),
}
"""Kind of resource (类) → its digit in the code, and its name."""
METHODS: Mapping[str, Text] = {
    "interface": Text("服务接口", "interface"),
    "database": Text("库表交换", "exchange between databases"),
    "file": Text("文件下载", "file"),
    "verification": Text("核验", "yes or no verification"),
    "medium": Text("离线介质", "medium by hand"),
}
"""Ways in which shared data is obtained (共享方式)."""
DIGITS = {"item": re.compile(r"[0-9]{2}"), "branch": re.compile(r"[0-9]{3}"), "detail": re.compile(r"[0-9]{1,10}")}
"""What the code of each level below the kind looks like: 项, 目, 细目."""
_LENGTHS = {"item": "2", "branch": "3", "detail": "1–10"}
_PHONE = re.compile(r"[+0-9][0-9 ()转,-]{4,29}")
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """One level of the classification."""

    code: str
    title: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """Where the resource stands in the classification (类、项、目、细目)."""

    kind: str
    """A key of `KINDS`."""
    item: Heading
    branch: Heading
    detail: Heading | None = None

    @property
    def code(self) -> str:
        """The front part of the resource code: 1 + 2 + 3 digits, and those of the detail."""
        return KINDS[self.kind][0] + "".join(each.code for each in self.headings)

    @property
    def headings(self) -> tuple[Heading, ...]:
        """The levels below the kind, from the widest."""
        return tuple(each for each in (self.item, self.branch, self.detail) if each is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to ask: a post or an office, never a private person."""

    name: Text
    phone: str | None = None
    email: str | None = None


def _level(zh: str, en: str, *, is_required: bool) -> Shape:
    return Shape(
        kind="mapping",
        doc=Text(zh, en),
        is_required=is_required,
        keys={
            "code": Shape(kind="text", doc=Text("代码", "its code"), is_required=True),
            "zh": Shape(kind="text", doc=Text("名称", "its Chinese name")),
            "en": Shape(kind="text", doc=Text("英文名称", "its English name")),
        },
    )


CATALOGUE_PROPERTIES = (
    Property(
        name="hexi.category",
        shape=Shape(
            kind="mapping",
            doc=Text(
                "资源分类：类、项、目、细目；目录据此生成目录代码（《政务信息资源目录编制指南》）。",
                "Where the resource stands in the classification; the catalogue makes the resource code of it.",
            ),
            keys={
                "kind": Shape(
                    kind="choice",
                    is_required=True,
                    doc=Text("类：资源属性", "the kind of resource, first digit of the code"),
                    choices={name: Text(f"{title.zh}（{digit}）", title.en) for name, (digit, title) in KINDS.items()},
                ),
                "item": _level("项：代码为2位数字", "item: a code of 2 digits", is_required=True),
                "branch": _level("目：代码为3位数字", "branch: a code of 3 digits", is_required=True),
                "detail": _level("细目：代码为1至10位数字", "detail: a code of 1 to 10 digits", is_required=False),
            },
        ),
        example='{kind: departmental, item: {code: "16", zh: 民航, en: Aviation}, branch: {code: "001"}}',
    ),
    Property(
        name="hexi.sharing_methods",
        shape=Shape(
            kind="list",
            doc=Text("共享方式：怎样取得共享的数据。", "How shared data is obtained."),
            item=Shape(kind="choice", doc=Text("共享方式", "one way"), choices=METHODS),
        ),
        example="[interface, file]",
    ),
    Property(
        name="hexi.opening_condition",
        shape=Shape(
            kind="titles",
            doc=Text("开放条件；依申请开放时必填。", "The condition of opening; required for on_application."),
        ),
        example="{zh: 实名并说明用途, en: By name and with the purpose}",
    ),
    Property(
        name="hexi.contact",
        shape=Shape(
            kind="mapping",
            doc=Text(
                "联系方式：岗位或处室，至少有电话或邮箱之一。",
                "Whom to ask: a post or an office, with a telephone number or an e-mail address.",
            ),
            keys={
                "zh": Shape(kind="text", doc=Text("岗位或处室", "the post or office"), is_required=True),
                "en": Shape(kind="text", doc=Text("英文名称", "its English name")),
                "phone": Shape(kind="text", doc=Text("电话", "telephone number")),
                "email": Shape(kind="text", doc=Text("邮箱", "e-mail address")),
            },
        ),
        example='{zh: 数据管理处, en: Data office, phone: "0931-1234567"}',
    ),
    Property(
        name="hexi.related",
        shape=Shape(
            kind="list",
            doc=Text("关联的数据集，写名称。", "Related datasets, by name."),
            item=Shape(kind="text", doc=Text("数据集名称", "name of a dataset")),
        ),
        example="[gansu.stats-counties]",
    ),
)


def read_category(said: Mapping[str, Any] | None, notes: Notebook) -> Category | None:
    """Return the classification of a value that fits its shape; what its codes should look like is noted."""
    if said is None:
        return None
    headings: dict[str, Heading] = {}
    for level, digits in DIGITS.items():
        value = said.get(level)
        if value is None:
            continue
        code, zh, en = value["code"], value.get("zh"), value.get("en")
        if not digits.fullmatch(code):
            notes.add(
                ("hexi.category", "value", level, "code"),
                "“{value}” is no code of the {level}; it has {length} digits, in quotes.",
                value=code,
                level=level,
                length=_LENGTHS[level],
            )
        headings[level] = Heading(code=code, title=Text(zh or en, en or zh) if zh or en else None)
    return Category(kind=said["kind"], **headings)


def read_contact(said: Mapping[str, Any] | None, notes: Notebook) -> Contact | None:
    """Return the contact of a value that fits its shape; what nobody could use is noted."""
    if said is None:
        return None
    here = ("hexi.contact", "value")
    phone, email = said.get("phone"), said.get("email")
    if phone is None and email is None:
        notes.add(here, "Say how to reach them: a “phone” or an “email”.")
    if phone is not None and not _PHONE.fullmatch(phone):
        notes.add((*here, "phone"), "“{value}” is no telephone number; write it as 0931-1234567.", value=phone)
    if email is not None and not _EMAIL.fullmatch(email):
        notes.add((*here, "email"), "“{value}” is no e-mail address.", value=email)
    return Contact(name=Text(said["zh"], said.get("en") or said["zh"]), phone=phone, email=email)


def read_related(said: list[str] | None, dataset: str, notes: Notebook) -> tuple[str, ...]:
    """Return the names of related datasets, each once; what cannot name one, or names this one, is noted."""
    for number, each in enumerate(said or ()):
        place = ("hexi.related", "value", number)
        try:
            check_dataset_name(each)
        except BadName as error:
            notes.add_error(place, error)
        if each == dataset:
            notes.add(place, "A dataset is not related to itself; remove it.")
    return tuple(dict.fromkeys(said or ()))


def check_opening(openness: str, own: Mapping[str, Any], notes: Notebook) -> Text | None:
    """Return the condition of opening, which must be there where one has to apply."""
    if openness == "on_application" and own.get("hexi.opening_condition") is None:
        notes.add(("hexi.openness",), "The openness on_application needs a “hexi.opening_condition” beside it.")
    return titles(own.get("hexi.opening_condition"))
