"""The reference page of packs, printed from the keys that the reader of a manifest works with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from hexi.kernel.names import Text
from hexi.packs.manifests import FILE, KEYS, PAGE, PAGES, PROVIDES, REQUIRED, REQUIRES
from hexi.packs.organisations import KEYS as ORGANISATION
from hexi.packs.place_sources import PART
from tests.docs.contract_pages import NOTE

SHIPPED = Path(__file__).parents[2] / "packs"
EXAMPLE = "plan-2015"


def pack_page() -> str:
    """`docs/reference/packs.md`: every key of a pack's manifest, and a manifest that is one."""
    return "\n".join([NOTE, *_lines(), ""])


def _lines() -> Iterator[str]:
    yield "# The pack file"
    yield ""
    yield f"A pack (行业包) is a folder of declarations with a `{FILE}`: UTF-8, one YAML document. A key that is not"
    yield "on this page is an error (exit code 3); all problems of a manifest are told at once, each with its line. How"
    yield "to write a pack: [the guide](../guide/write-a-pack.md)."
    yield from _table(f"Keys of `{FILE}`", KEYS, required=REQUIRED)
    yield from _table("Keys of `requires`", REQUIRES)
    yield from _table("Keys of `provides`", PROVIDES, required=("contracts",))
    yield from _table("Keys of an entry of `places`", PART, required=("dataset",))
    yield from _table(
        "Keys of an organisation, in the file that `organisations` names", ORGANISATION, required=("name",)
    )
    yield from _table("Keys of a page", PAGE, required=("kind", "title"))
    for kind, parts in PAGES.items():
        yield from _table(f"Further keys of a page of kind `{kind}`", parts, required=tuple(parts))
    yield ""
    yield "## An example"
    yield ""
    yield f"`packs/{EXAMPLE}/{FILE}`, as it comes with Hexi:"
    yield ""
    yield "```yaml"
    yield (SHIPPED / EXAMPLE / FILE).read_text("utf-8").rstrip()
    yield "```"
    yield ""
    yield "## Installing and removing"
    yield ""
    yield "`hexi pack install` reads every declaration before anything is published, and repeats safely: what"
    yield "is unchanged is not published again, what was cut off is completed, and what an earlier version of"
    yield "the pack brought but this one does not leaves the catalogue. `hexi pack remove` takes the pack and"
    yield "its datasets out of the catalogue, unless another pack or dataset needs them; their certified"
    yield "versions stay in the lake, where they can still be verified. Places that only the pack knew are ended,"
    yield "not deleted, and are the same places when it comes back; organisations stay in the register."


def _table(title: str, keys: Mapping[str, Text], *, required: tuple[str, ...] = ()) -> Iterator[str]:
    yield from ("", f"## {title}", "", "| key | | meaning | 中文 |", "| --- | --- | --- | --- |")
    for name, meaning in keys.items():
        yield f"| `{name}` | {'required' if name in required else ''} | {meaning.en} | {meaning.zh} |"
