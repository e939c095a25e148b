from __future__ import annotations

import re
from pathlib import Path

from hexi.registry.events.verbs import VERBS

ROOT = Path(__file__).parents[3]


def test_the_reference_lists_every_verb_as_the_code_does() -> None:
    page = (ROOT / "docs" / "reference" / "events.md").read_text(encoding="utf-8")
    rows = [
        f"| `{name}` | {verb.title.zh} | {verb.title.en} | {verb.object} | "
        f"{', '.join(f'`{each}`' for each in verb.details)} |"
        for name, verb in VERBS.items()
    ]
    assert [
        line for line in page.splitlines() if re.match(r"\| `[a-z]+\.[a-z-]+` \| [^\d`]+ \| .* \| .* \| ", line)
    ] == rows


def test_the_reference_lists_every_finding() -> None:
    for folder, page in (("data/lifecycle", "certificate.md"), ("registry/events", "events.md")):
        text = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")
        known = {
            code
            for file in (ROOT / "src" / "hexi" / folder).glob("*.py")
            for code in re.findall(
                r'(?:code=|_tampered\(\s*|Key,\s*|Signature,\s*)"([a-z]+\.[a-z-]+)"', file.read_text("utf-8")
            )
        }
        assert len(known) > 10
        assert {code for code in known if f"`{code}`" not in text} == set()
