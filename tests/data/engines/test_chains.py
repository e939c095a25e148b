"""A chain that looks first gives what the cleaners give that look at everything."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexi.data.contracts.cleaners import CLEANERS
from hexi.data.contracts.model import CleanerUse, Field, FieldType
from hexi.data.engines.polars_chains import TOUCHED, chained
from hexi.data.engines.polars_cleaners import FORMS
from hexi.kernel.names import Text

ARGUMENTS: dict[str, list[dict[str, object]]] = {
    "replace": [{"values": {"无": "", "a": "b"}}],
    "pad": [{"length": 6, "side": "left"}, {"length": 3}, {"length": 300, "with": "x"}],
    "truncate": [{"length": 4}, {"length": 300}],
    "strip_prefix": [{"prefix": "(+"}, {"prefix": "甘肃省"}],
    "division_code": [{"length": 6}, {}],
    "empty_to_null": [{}, {"values": ["-", "未知."]}],
}
USES = [
    CleanerUse(name=name, arguments=arguments)
    for name, cleaner in CLEANERS.items()
    if cleaner.gives is None
    for arguments in ARGUMENTS.get(name, [{}])
]
DIRT = (
    "aZ0１９ＡｂX-－(（）\u3000\t\n\r\x1c\x85\xa0\u200b\u2003\ufeff￥¥甘肃省无未.．／+ßǅﬁⅣſ\u0130\ue000\ufffd\U0001f600"
)
TEXTS = st.lists(st.none() | st.text(DIRT, max_size=9) | st.text(max_size=6), min_size=1, max_size=30)


def field(uses: list[CleanerUse]) -> Field:
    return Field(
        name="x", title=Text("", ""), description=Text("", ""), type=FieldType.STRING, source="x", cleaners=tuple(uses)
    )


def plainly(texts: list[str | None], uses: list[CleanerUse]) -> list[str | None]:
    expression = pl.col("x")
    for use in uses:
        expression = FORMS[use.name](expression, use.arguments, field(uses))
    cleaned = pl.DataFrame({"x": pl.Series(texts, dtype=pl.String)}).select(expression).to_series().to_list()
    return [text or None for text in cleaned]


def in_a_chain(texts: list[str | None], uses: list[CleanerUse]) -> list[str | None]:
    frame = pl.DataFrame({"x": pl.Series(texts, dtype=pl.String)})
    return frame.select(chained(pl.col("x"), uses, field(uses))).to_series().to_list()


@given(texts=TEXTS, uses=st.lists(st.sampled_from(USES), min_size=1, max_size=4))
def test_a_chain_gives_what_its_cleaners_give(texts: list[str | None], uses: list[CleanerUse]) -> None:
    assert in_a_chain(texts, uses) == plainly(texts, uses)


@pytest.mark.parametrize("use", USES, ids=lambda use: use.name)
def test_every_character_that_a_cleaner_changes_is_found(use: CleanerUse) -> None:
    texts: list[str | None] = [chr(code) for code in range(1, 0x30000) if not 0xD800 <= code < 0xE000]
    texts += [f"1{text}1" for text in texts if text]

    assert in_a_chain(texts, [use]) == plainly(texts, [use])


def test_every_text_cleaner_but_replace_says_what_it_touches() -> None:
    assert {use.name for use in USES} - set(TOUCHED) == {"replace"}
