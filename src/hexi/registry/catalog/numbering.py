"""The resource codes of the catalogue: front part from the classification, serial from here.

A code is 类 (1 digit), 项 (2), 目 (3) and 细目 (any number), a stroke, and a serial of six digits: `316001/000001`.
The stroke is the guide's: without it a detail of any length could not be told from the serial.
"""

from __future__ import annotations

from django.db.models import F

from hexi.data.contracts.cataloguing import Category
from hexi.registry.catalog.models import CodeSeries

SERIAL_DIGITS = 6


def next_code(category: Category) -> str:
    """Take the next code of a classification. In the caller's transaction; what was taken is never given again."""
    front = category.code
    CodeSeries.objects.get_or_create(front=front, defaults={"last": 0})
    # The row stays locked until the transaction ends, so whoever comes next counts on from here.
    CodeSeries.objects.filter(front=front).update(last=F("last") + 1)
    last = CodeSeries.objects.values_list("last", flat=True).get(front=front)
    return f"{front}/{last:0{SERIAL_DIGITS}}"


def is_of(code: str, category: Category) -> bool:
    """Whether a code was made of this classification: it stays when a dataset is classified anew."""
    return code.partition("/")[0] == category.code
